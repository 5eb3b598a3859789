//! Reads files from the working tree or from git objects, without a checkout. The only place
//! that opens a handbook's files.

use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};

use git2::{ObjectType, Oid, Tree};
use handbook_model::{Files, Findings};

/// Largest file read; nothing an editor writes comes near it.
pub const MAX_FILE: u64 = 8 << 20;

/// A file mode git gives symbolic links.
const SYMLINK: i32 = 0o120_000;

/// The handbook's own repository, if its folder is one.
pub struct Repository {
    root: PathBuf,
    git: Option<git2::Repository>,
}

impl Repository {
    /// Opens the folder; one that is no git repository works too, with less to say about history.
    pub fn open(root: &Path) -> Self {
        let git = git2::Repository::open(root).ok();
        Self { root: root.to_owned(), git }
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Its git data.
    pub fn git(&self) -> Option<&git2::Repository> {
        self.git.as_ref()
    }

    /// The file in which git notes each commit and each change of branches, if there is git data.
    pub fn log(&self) -> Option<PathBuf> {
        self.git.as_ref().map(|git| git.path().join("logs").join("HEAD"))
    }

    /// The commit that `revision` names.
    pub fn commit(&self, revision: &str) -> Result<Oid, String> {
        let git =
            self.git.as_ref().ok_or_else(|| "this folder is not a git repository".to_owned())?;
        let object = git.revparse_single(revision).map_err(|e| e.message().to_owned())?;
        let commit = object.peel_to_commit().map_err(|e| e.message().to_owned())?;
        Ok(commit.id())
    }

    /// Files of `folders` (or single files) in the working tree.
    pub fn working_tree(&self, folders: &[&str], findings: &Findings) -> Files {
        let mut files = Files::new("");
        for folder in folders {
            read_path(&self.root, Path::new(folder), &mut files, findings);
        }
        files
    }
}

/// Files of `folders` (or single files) in a commit; `prefix` is shown before their paths.
pub fn commit_files(
    git: &git2::Repository,
    commit: Oid,
    folders: &[&str],
    prefix: &str,
    findings: &Findings,
) -> Result<Files, git2::Error> {
    let mut files = Files::new(prefix);
    let tree = git.find_commit(commit)?.tree()?;
    for folder in folders {
        if *folder == "." {
            read_tree(git, &tree, "", &mut files, findings)?;
            continue;
        }
        let Ok(entry) = tree.get_path(Path::new(folder)) else { continue };
        match entry.kind() {
            Some(ObjectType::Tree) => {
                let tree = git.find_tree(entry.id())?;
                read_tree(git, &tree, folder, &mut files, findings)?;
            }
            _ => read_blob(git, entry.id(), entry.filemode(), folder, &mut files, findings)?,
        }
    }
    Ok(files)
}

fn read_tree(
    git: &git2::Repository,
    tree: &Tree<'_>,
    path: &str,
    files: &mut Files,
    findings: &Findings,
) -> Result<(), git2::Error> {
    for entry in tree {
        let Ok(name) = entry.name() else {
            findings.whole("file-name", &files.shown(path), &[("name", &"(not readable)")]);
            continue;
        };
        if name.starts_with('.') {
            continue;
        }
        let below = if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
        match entry.kind() {
            Some(ObjectType::Tree) => {
                read_tree(git, &git.find_tree(entry.id())?, &below, files, findings)?;
            }
            Some(ObjectType::Blob) => {
                read_blob(git, entry.id(), entry.filemode(), &below, files, findings)?;
            }
            // A submodule is another repository: it has to be configured as one.
            _ => {}
        }
    }
    Ok(())
}

fn read_blob(
    git: &git2::Repository,
    id: Oid,
    mode: i32,
    path: &str,
    files: &mut Files,
    findings: &Findings,
) -> Result<(), git2::Error> {
    let shown = files.shown(path);
    if mode == SYMLINK {
        findings.whole("symlink", &shown, &[]);
        return Ok(());
    }
    let blob = git.find_blob(id)?;
    if acceptable(path, &shown, blob.size() as u64, findings) {
        files.insert(path, blob.content().to_vec());
    }
    Ok(())
}

fn read_path(root: &Path, relative: &Path, files: &mut Files, findings: &Findings) {
    let full = root.join(relative);
    let Some(shown) = shown_path(relative) else {
        let lossy = relative.to_string_lossy();
        findings.whole("file-name", &lossy, &[("name", &lossy)]);
        return;
    };
    let metadata = match fs::symlink_metadata(&full) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
        Err(error) => return unreadable(&shown, &error, findings),
    };
    if metadata.is_symlink() {
        findings.whole("symlink", &shown, &[]);
    } else if metadata.is_dir() {
        let entries = match fs::read_dir(&full) {
            Ok(entries) => entries,
            Err(error) => return unreadable(&shown, &error, findings),
        };
        let mut names: Vec<_> = entries.flatten().map(|e| e.file_name()).collect();
        names.sort();
        for name in names {
            if !name.to_string_lossy().starts_with('.') {
                read_path(root, &relative.join(name), files, findings);
            }
        }
    } else if acceptable(&shown, &shown, metadata.len(), findings) {
        match fs::read(&full) {
            Ok(bytes) => files.insert(shown, bytes),
            Err(error) => unreadable(&shown, &error, findings),
        }
    }
}

fn unreadable(path: &str, error: &dyn Display, findings: &Findings) {
    findings.whole("file-unreadable", path, &[("what", error)]);
}

/// Whether a file's name and size can be carried by every medium the handbook travels on.
fn acceptable(path: &str, shown: &str, size: u64, findings: &Findings) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let bad_name = name.chars().any(|c| c.is_control() || "\\:*?\"<>|".contains(c));
    if bad_name {
        findings.whole("file-name", shown, &[("name", &name)]);
    } else if size > MAX_FILE {
        let limit = format!("{} MB", MAX_FILE >> 20);
        let size = format!("{} MB", size >> 20);
        findings.whole("file-size", shown, &[("size", &size), ("limit", &limit)]);
    } else {
        return true;
    }
    false
}

/// A relative path with forward slashes on every system; `None` when it is not Unicode.
fn shown_path(path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path.components().map(|c| c.as_os_str().to_str()).collect();
    parts.map(|parts| parts.join("/"))
}
