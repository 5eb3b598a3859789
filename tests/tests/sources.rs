//! Chapters from git: other repositories, pins, history, and reading as of a commit.

use std::fs;
use std::path::Path;

use handbook_model::{Findings, Status};
use handbook_tests::{base, commit_all, copy_tree, git_source, run, workspace_root};
use mdbook_handbook::history::LastChange;
use mdbook_handbook::{Gathered, gather};

fn read(root: &Path, at: Option<&str>) -> Gathered {
    let findings = Findings::default();
    let gathered = gather(root, at, &findings, &|_| {});
    assert!(!findings.has_errors(), "{:#?}", findings.sorted());
    gathered.unwrap()
}

fn change(root: &Path, path: &str, from: &str, to: &str) {
    let text = fs::read_to_string(root.join(path)).unwrap();
    assert!(text.contains(from), "{from:?} is not in {path}");
    fs::write(root.join(path), text.replace(from, to)).unwrap();
}

fn text(gathered: &Gathered, country: &str, section: &str) -> String {
    gathered.handbook.country(country).unwrap().sections[section].body().to_owned()
}

#[test]
fn a_chapter_of_another_repository_is_pinned_until_it_is_updated() {
    let root = base();
    let root = root.path();
    let first = git_source(root, "md", "chapters/md", "other", ".");
    let gathered = read(root, None);
    let (url, commit) = gathered.origins["md"].remote.clone().unwrap();
    assert_eq!((url.as_str(), commit.id), ("other", first.to_string()));
    let lock = fs::read_to_string(root.join("handbook.lock")).unwrap();
    assert!(lock.contains(&format!("commit = \"{first}\"")), "{lock}");

    change(&root.join("other"), "licensing.md", "may apply besides", "applies besides");
    let second = commit_all(&root.join("other"));
    assert!(text(&read(root, None), "md", "licensing").contains("may apply besides"));

    let (code, out, err) = run(root, &["update"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains(&second.to_string()[..7]) && out.contains("sample: a change"), "{out}");
    assert!(text(&read(root, None), "md", "licensing").contains("applies besides"));
    let (_, out, _) = run(root, &["update", "md"]);
    assert!(out.contains("already at"), "{out}");
    let (code, _, err) = run(root, &["update", "xx"]);
    assert_eq!(code, 2, "{err}");
}

#[test]
fn a_pinned_commit_is_read_without_the_other_repository() {
    let root = base();
    let root = root.path();
    git_source(root, "md", "chapters/md", "other", ".");
    read(root, None);
    fs::remove_dir_all(root.join("other")).unwrap();
    assert!(text(&read(root, None), "md", "licensing").contains("Authorisations"));
    // Without the copy there is nothing to read from, and that is said with a place.
    fs::remove_dir_all(root.join("target")).unwrap();
    let (code, out, _) = run(root, &["check", "--format", "short"]);
    assert_eq!(code, 1);
    assert!(out.contains("book.toml:") && out.contains("error[git-unreachable]"), "{out}");
}

#[test]
fn a_branch_a_tag_and_a_folder_are_followed() {
    let root = base();
    let root = root.path();
    fs::create_dir_all(root.join("nested")).unwrap();
    fs::rename(root.join("chapters/md"), root.join("nested/texts")).unwrap();
    let git = root.join("nested");
    let tagged = commit_all(&git);
    let repository = git2::Repository::open(&git).unwrap();
    let object = repository.find_object(tagged, None).unwrap();
    repository.tag_lightweight("v1", &object, false).unwrap();
    change(&git, "texts/licensing.md", "may apply besides", "applies besides");
    commit_all(&git);
    let row = |reference: &str| format!("git = \"nested\"\n{reference}\nfolder = \"texts\"");
    change(root, "book.toml", "folder = \"chapters/md\"", &row("tag = \"v1\""));
    assert!(text(&read(root, None), "md", "licensing").contains("may apply besides"));
    change(root, "book.toml", "tag = \"v1\"", "branch = \"main\"");
    assert_eq!(run(root, &["update", "md"]).0, 0);
    assert!(text(&read(root, None), "md", "licensing").contains("applies besides"));
}

#[test]
fn findings_in_another_repository_name_its_commit() {
    let root = base();
    let root = root.path();
    let files = root.join("chapters/md");
    change(&files, "licensing.md", "3A001.a", "3A999");
    let commit = git_source(root, "md", "chapters/md", "other", ".");
    let (code, out, _) = run(root, &["check", "--format", "short"]);
    assert_eq!(code, 1);
    let place = format!("md@{}:licensing.md:8:10: error[code-unknown]", &commit.to_string()[..7]);
    assert!(out.contains(&place), "{out}");
}

#[test]
fn an_older_commit_of_this_repository_can_be_read() {
    let root = base();
    let root = root.path();
    let first = commit_all(root);
    change(root, "chapters/md/licensing.md", "may apply besides", "applies besides");
    commit_all(root);
    let old = read(root, Some(&first.to_string()));
    assert!(text(&old, "md", "licensing").contains("may apply besides"));
    assert_eq!(old.stamp.commit.unwrap().id, first.to_string());
    assert!(!old.stamp.dirty);
    assert!(text(&read(root, Some("main")), "md", "licensing").contains("applies besides"));
}

#[test]
fn pages_know_their_last_change_and_say_when_they_cannot() {
    let root = base();
    let root = root.path();
    let first = commit_all(root);
    change(root, "chapters/md/licensing.md", "may apply besides", "applies besides");
    let second = commit_all(root);
    change(root, "chapters/md/overview.md", "\n", "\n\n");
    let gathered = read(root, None);
    let history = &gathered.origins["md"].history;
    let last = |path: &str| history[&format!("chapters/md/{path}")].clone();
    let LastChange::Commit(licensing) = last("licensing.md") else { panic!("not known") };
    assert_eq!((licensing.id, licensing.author.as_str()), (second.to_string(), "Sample Editor"));
    let LastChange::Commit(sources) = last("sources.md") else { panic!("not known") };
    assert_eq!(sources.id, first.to_string());
    assert_eq!(last("overview.md"), LastChange::Uncommitted);
    assert!(gathered.stamp.dirty);

    // A shallow copy knows the second commit only; what the first one brought is not known.
    let shallow = base();
    fs::remove_dir_all(shallow.path()).unwrap();
    let clone = std::process::Command::new("git")
        .args(["clone", "--quiet", "--depth", "1"])
        .arg(format!("file://{}", root.display()))
        .arg(shallow.path())
        .status()
        .unwrap();
    assert!(clone.success());
    let gathered = read(shallow.path(), None);
    let history = &gathered.origins["md"].history;
    assert!(matches!(history["chapters/md/sources.md"], LastChange::Unknown(_)), "{history:?}");

    // No git at all.
    fs::remove_dir_all(shallow.path().join(".git")).unwrap();
    let gathered = read(shallow.path(), None);
    let history = &gathered.origins["md"].history;
    assert!(matches!(history["chapters/md/sources.md"], LastChange::Unknown(_)));
    assert!(gathered.stamp.commit.is_none());
}

#[test]
fn a_change_on_a_merged_branch_is_found_where_it_was_made() {
    let root = base();
    let root = root.path();
    let first = commit_all(root);
    let git = git2::Repository::open(root).unwrap();
    let commit = |id| git.find_commit(id).unwrap();
    // A branch changes licensing while main changes the overview; then both are merged.
    change(root, "chapters/md/licensing.md", "may apply besides", "applies besides");
    let branch = commit_all(root);
    git.reset(commit(first).as_object(), git2::ResetType::Hard, None).unwrap();
    change(root, "chapters/md/overview.md", "\n", "\n\n");
    let main = commit_all(root);
    let mut index = git.merge_commits(&commit(main), &commit(branch), None).unwrap();
    let tree = git.find_tree(index.write_tree_to(&git).unwrap()).unwrap();
    let author = commit(main).author().to_owned();
    let parents = [&commit(main), &commit(branch)];
    let merge = git.commit(Some("HEAD"), &author, &author, "merge", &tree, &parents).unwrap();
    git.reset(commit(merge).as_object(), git2::ResetType::Hard, None).unwrap();
    let gathered = read(root, None);
    let history = &gathered.origins["md"].history;
    for (path, expected) in [("licensing.md", branch), ("overview.md", main), ("sources.md", first)]
    {
        let LastChange::Commit(found) = &history[&format!("chapters/md/{path}")] else {
            panic!("{path} is not known")
        };
        assert_eq!(found.id, expected.to_string(), "{path}");
    }
}

#[test]
fn one_countrys_fault_hides_nobody_elses_chapter() {
    let root = base();
    let root = root.path();
    fs::write(root.join("chapters/md/licensing.md"), b"\xff\xfe").unwrap();
    fs::write(root.join("chapters/ua/licensing.md"), "+++\nstatus = \"daft\"\n+++\n").unwrap();
    let findings = Findings::default();
    let gathered = gather(root, None, &findings, &|_| {}).unwrap();
    let ids: Vec<&str> = findings.sorted().iter().map(|d| d.id).collect();
    assert!(ids.contains(&"file-not-utf8") && ids.contains(&"toml-value"), "{ids:?}");
    let md = gathered.handbook.country("md").unwrap();
    assert_eq!((md.status("licensing"), md.status("overview")), (Status::Pending, Status::Draft));
}

#[test]
fn the_real_handbook_builds_with_ukraine_in_a_repository_of_its_own() {
    let folder = tempfile::TempDir::new().unwrap();
    let root = folder.path();
    for part in ["book", "chapters"] {
        copy_tree(&workspace_root().join(part), &root.join(part));
    }
    fs::copy(workspace_root().join("book.toml"), root.join("book.toml")).unwrap();
    let commit = git_source(root, "ua", "chapters/ua", "ukraine", ".").to_string();
    let (code, out, err) = run(root, &["build"]);
    assert_eq!(code, 0, "{out}{err}");
    let lock = fs::read_to_string(root.join("handbook.lock")).unwrap();
    assert!(lock.contains(&commit), "{lock}");
    for section in ["index", "licensing", "customs"] {
        let page = fs::read_to_string(root.join(format!("site/en/ua/{section}.html"))).unwrap();
        let kept = page.contains("<dt>Kept in</dt>") && page.contains(&commit[..7]);
        assert!(kept, "{section} says where it is kept");
    }
    // Without the other repository the next build reads the pinned commit from its copy.
    fs::remove_dir_all(root.join("ukraine")).unwrap();
    let (code, out, err) = run(root, &["build"]);
    assert_eq!(code, 0, "{out}{err}");
}

#[test]
fn one_section_of_ukraine_is_kept_in_a_repository_of_its_own() {
    let folder = tempfile::TempDir::new().unwrap();
    let root = folder.path();
    for part in ["book", "chapters"] {
        copy_tree(&workspace_root().join(part), &root.join(part));
    }
    let settings = fs::read_to_string(workspace_root().join("book.toml")).unwrap();
    let row = "id = \"ua\"\nfolder = \"chapters/ua\"\n";
    let section = "[[preprocessor.handbook.country.section]]\nid = \"sanctions\"\ngit = \"service\"\nfolder = \".\"\n";
    assert!(settings.contains(row));
    fs::write(root.join("book.toml"), settings.replace(row, &format!("{row}\n{section}"))).unwrap();
    fs::create_dir(root.join("service")).unwrap();
    fs::rename(root.join("chapters/ua/sanctions.md"), root.join("service/sanctions.md")).unwrap();
    let first = commit_all(&root.join("service")).to_string();

    let (code, out, err) = run(root, &["build"]);
    assert_eq!(code, 0, "{out}{err}");
    let page = |section: &str| {
        fs::read_to_string(root.join(format!("site/en/ua/{section}.html"))).unwrap()
    };
    assert!(page("sanctions").contains(&first[..7]), "the section names its commit");
    assert!(!page("licensing").contains(&first[..7]), "the others are as they were");
    assert!(fs::read_to_string(root.join("handbook.lock")).unwrap().contains(&first));

    // The pin holds until it is moved; findings name the other repository and its commit.
    change(root, "service/sanctions.md", "status = \"draft\"", "status = \"daft\"");
    let second = commit_all(&root.join("service")).to_string();
    assert_eq!(run(root, &["check"]).0, 0);
    assert_eq!(run(root, &["update", "ua/sanctions"]).0, 0);
    let (code, out, _) = run(root, &["check", "--format", "short"]);
    assert_eq!(code, 1);
    let place = format!("ua/sanctions@{}:sanctions.md:2:", &second[..7]);
    assert!(out.contains(&place), "{out}");
}
