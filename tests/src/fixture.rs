//! Small handbooks and git repositories to try things on.

use std::fs;
use std::path::Path;

use git2::{IndexAddOption, Oid, Repository, Signature, Time};
use tempfile::TempDir;

use crate::workspace_root;

/// A fresh copy of the base handbook, with the templates and theme of the real one.
#[must_use]
pub fn base() -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    let root = workspace_root();
    copy_tree(&root.join("tests/cases/base"), folder.path());
    for part in ["book/templates", "book/theme"] {
        copy_tree(&root.join(part), &folder.path().join(part));
    }
    // The words of the real handbook, so that examples of findings are true of it.
    fs::copy(root.join("book/prose.toml"), folder.path().join("book/prose.toml"))
        .expect("the words can be copied");
    let settings = folder.path().join("book.toml");
    let text = fs::read_to_string(&settings).expect("the base has a book.toml");
    let text = text.replace("[output.html]\n", "[output.html]\ntheme = \"book/theme\"\n");
    fs::write(settings, text).expect("book.toml can be written");
    folder
}

/// Copies a folder and what is in it over another one.
pub fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("a folder to copy").flatten() {
        let target = to.join(entry.file_name());
        if entry.file_type().is_ok_and(|t| t.is_dir()) {
            copy_tree(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a file can be copied");
        }
    }
}

/// Makes a folder a git repository, if it is none, and commits all of it. Commits of tests are a
/// day apart, so that their order is plain.
pub fn commit_all(folder: &Path) -> Oid {
    let git = Repository::open(folder).unwrap_or_else(|_| {
        let mut options = git2::RepositoryInitOptions::new();
        options.initial_head("main");
        Repository::init_opts(folder, &options).expect("a repository can be made")
    });
    let mut index = git.index().expect("an index");
    index.add_all(["*"], IndexAddOption::DEFAULT, None).expect("files can be added");
    index.update_all(["*"], None).expect("files can be updated");
    index.write().expect("the index can be written");
    let tree = git.find_tree(index.write_tree().expect("a tree")).expect("the tree is there");
    let parent = git.head().ok().and_then(|h| h.peel_to_commit().ok());
    let day = parent.as_ref().map_or(1_700_000_000, |p| p.time().seconds() + 86_400);
    let author = Signature::new("Sample Editor", "editor@example.org", &Time::new(day, 0))
        .expect("a signature");
    let parents: Vec<_> = parent.iter().collect();
    git.commit(Some("HEAD"), &author, &author, "sample: a change", &tree, &parents)
        .expect("a commit can be made")
}

/// Moves a country's files of a handbook into a git repository of their own, beside it, and
/// points `book.toml` there. `folder` is the folder that `book.toml` names in it.
pub fn git_source(root: &Path, country: &str, files: &str, name: &str, folder: &str) -> Oid {
    let other = root.join(name);
    fs::rename(root.join(files), &other).expect("files can be moved");
    let commit = commit_all(&other);
    let path = root.join("book.toml");
    let text = fs::read_to_string(&path).expect("the base has a book.toml");
    let from = format!("id = \"{country}\"\nfolder = \"{files}\"");
    assert!(text.contains(&from), "{from} is not in book.toml");
    let to = format!("id = \"{country}\"\ngit = \"{name}\"\nfolder = \"{folder}\"");
    fs::write(path, text.replace(&from, &to)).expect("book.toml can be written");
    commit
}
