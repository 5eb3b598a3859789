//! Every kind of finding is raised by a fault of its kind, and only by it.
//!
//! Most kinds carry an example in `wording.toml`; the rest, which no text file can show, are made
//! here. A kind without either fails.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use handbook_model::diagnostic::{Example, wording};
use handbook_model::{Diagnostic, Findings, Severity};
use handbook_tests::{base, commit_all, git_source};
use mdbook_handbook::{assemble, gather, settings};

fn check(root: &Path, at: Option<&str>) -> Vec<Diagnostic> {
    let findings = Findings::default();
    if let Some(gathered) = gather(root, at, &findings, &|_| {}) {
        settings::config(&gathered.settings, &findings);
        assemble(&gathered, &findings);
    }
    findings.sorted()
}

fn shown(findings: &[Diagnostic]) -> String {
    findings.iter().map(Diagnostic::short).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_base_handbook_is_clean() {
    let root = base();
    let found = check(root.path(), None);
    assert!(found.iter().all(|d| d.severity == Severity::Note), "{}", shown(&found));
}

#[test]
fn every_example_shows_its_finding_and_its_mending() {
    for (id, words) in wording() {
        let Some(Example { file, wrong, mended }) = &words.example else { continue };
        let root = base();
        let path = root.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, wrong).unwrap();
        let found = check(root.path(), None);
        let raised = found.iter().any(|d| d.id == id && d.location.path == *file);
        assert!(raised, "the example of {id} does not raise it:\n{}", shown(&found));
        fs::write(&path, mended).unwrap();
        let found = check(root.path(), None);
        // What is only a note may stay: it says what is not known.
        let clean = found.iter().all(|d| d.severity == Severity::Note);
        assert!(clean, "the mended example of {id} is not clean:\n{}", shown(&found));
    }
}

/// A fault that takes more than one replaced text file, and the commit to read as of.
type Fault = (&'static str, fn(&Path) -> Option<&'static str>);

const FAULTS: &[Fault] = &[
    ("file-not-utf8", |root| {
        fs::write(root.join("chapters/md/licensing.md"), b"+++\nstatus = \"draft\"\n\xff\n")
            .unwrap();
        None
    }),
    ("file-unreadable", |root| {
        // A folder where the lock file should be written, and a source that needs a new pin.
        fs::create_dir(root.join("handbook.lock.new")).unwrap();
        git_source(root, "ua", "chapters/ua", "other", ".");
        None
    }),
    ("file-size", |root| {
        fs::write(root.join("chapters/md/big.bin"), vec![0; 9 << 20]).unwrap();
        None
    }),
    ("file-name", |root| {
        fs::write(root.join("chapters/md/a:b.md"), "").unwrap();
        None
    }),
    ("symlink", |root| {
        std::os::unix::fs::symlink("/etc/hostname", root.join("chapters/md/notes.md")).unwrap();
        None
    }),
    ("folder-missing", |root| {
        fs::remove_dir_all(root.join("chapters/ua")).unwrap();
        None
    }),
    ("country-file-missing", |root| {
        fs::remove_file(root.join("chapters/md/country.toml")).unwrap();
        None
    }),
    ("section-missing", |root| {
        fs::remove_file(root.join("chapters/md/licensing.md")).unwrap();
        None
    }),
    ("section-unknown", |root| {
        fs::write(root.join("chapters/md/licencing.md"), "").unwrap();
        None
    }),
    ("frame-file-missing", |root| {
        fs::remove_file(root.join("book/outline.toml")).unwrap();
        None
    }),
    ("list-file-missing", |root| {
        fs::remove_file(root.join("book/lists/dual-use/thresholds.toml")).unwrap();
        None
    }),
    ("summary-missing-page", |root| {
        fs::write(root.join("book/src/extra.md"), "# Extra {#extra}\n").unwrap();
        None
    }),
    ("page-twice", |root| {
        fs::write(root.join("book/src/glossary.md"), "# Glossary {#glossary}\n").unwrap();
        let summary = root.join("book/src/SUMMARY.md");
        let text = fs::read_to_string(&summary).unwrap();
        fs::write(&summary, format!("{text}\n- [Glossary](glossary.md)\n")).unwrap();
        None
    }),
    ("template", |root| {
        fs::write(root.join("book/templates/country.html"), "{{ nothing.of.this }}").unwrap();
        None
    }),
    ("image-size", |root| {
        fs::write(root.join("chapters/md/big.png"), vec![0; 300_000]).unwrap();
        let text = "+++\nstatus = \"draft\"\nchecked = 2026-11-24\n+++\n\n![A seal](big.png)\n";
        fs::write(root.join("chapters/md/licensing.md"), text).unwrap();
        None
    }),
    ("git-unreachable", |root| {
        replace(root, "folder = \"chapters/ua\"", "git = \"nowhere.git\"\nfolder = \".\"");
        None
    }),
    ("git-reference", |root| {
        git_source(root, "ua", "chapters/ua", "other", ".");
        replace(root, "git = \"other\"", "git = \"other\"\nbranch = \"missing\"");
        None
    }),
    ("git-folder", |root| {
        git_source(root, "ua", "chapters/ua", "other", "nowhere");
        None
    }),
    ("pin-gone", |root| {
        git_source(root, "ua", "chapters/ua", "other", ".");
        let gone = "1".repeat(40);
        let lock = format!("[[source]]\ncountry = \"ua\"\ngit = \"other\"\ncommit = \"{gone}\"\n");
        fs::write(root.join("handbook.lock"), lock).unwrap();
        None
    }),
    ("pin-stale", |root| {
        git_source(root, "ua", "chapters/ua", "other", ".");
        check(root, None);
        replace(root, "git = \"other\"", "git = \"another\"");
        None
    }),
    ("branch-and-tag", |root| {
        let row = "git = \"nowhere\"\nbranch = \"main\"\ntag = \"v1\"\nfolder = \".\"";
        replace(root, "folder = \"chapters/ua\"", row);
        None
    }),
    ("section-not-there", |root| {
        section_source(root);
        fs::rename(root.join("service/overview.md"), root.join("service/else.md")).unwrap();
        commit_all(&root.join("service"));
        None
    }),
    ("section-two-places", |root| {
        section_source(root);
        fs::copy(root.join("service/overview.md"), root.join("chapters/ua/overview.md")).unwrap();
        None
    }),
    ("git-object", |root| {
        git_source(root, "ua", "chapters/ua", "other", ".");
        check(root, None);
        // A damaged copy: the commit is there, a blob is not.
        let git = git2::Repository::open(root.join("other")).unwrap();
        let head = git.head().unwrap().peel_to_tree().unwrap();
        let blob = head.get_name("overview.md").unwrap().id().to_string();
        let cache = root.join("target/handbook/sources/ua.git");
        fs::remove_dir_all(cache.join("objects/pack")).unwrap();
        copy_objects(&root.join("other/.git/objects"), &cache.join("objects"), &blob);
        None
    }),
    ("not-a-repository", |_| Some("main")),
    ("revision-unknown", |root| {
        commit_all(root);
        Some("no-such-branch")
    }),
];

/// Moves a section of a country into a repository of its own.
fn section_source(root: &Path) {
    fs::create_dir(root.join("service")).unwrap();
    fs::rename(root.join("chapters/ua/overview.md"), root.join("service/overview.md")).unwrap();
    commit_all(&root.join("service"));
    let row = "folder = \"chapters/ua\"\n";
    let table = "[[preprocessor.handbook.country.section]]\nid = \"overview\"\ngit = \"service\"\nfolder = \".\"\n";
    replace(root, row, &format!("{row}\n{table}"));
}

fn replace(root: &Path, from: &str, to: &str) {
    let path = root.join("book.toml");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{from} is not in book.toml");
    fs::write(path, text.replace(from, to)).unwrap();
}

/// Copies loose objects but one.
fn copy_objects(from: &Path, to: &Path, except: &str) {
    for folder in fs::read_dir(from).unwrap().flatten() {
        let name = folder.file_name().to_string_lossy().into_owned();
        if name.len() != 2 {
            continue;
        }
        for object in fs::read_dir(folder.path()).unwrap().flatten() {
            let rest = object.file_name().to_string_lossy().into_owned();
            fs::create_dir_all(to.join(&name)).unwrap();
            let target = to.join(&name).join(&rest);
            if format!("{name}{rest}") == except {
                let _ = fs::remove_file(target);
            } else {
                let _ = fs::copy(object.path(), target);
            }
        }
    }
}

#[test]
fn faults_that_no_example_can_show_are_found_too() {
    for (id, make) in FAULTS {
        let root = base();
        let at = make(root.path());
        let found = check(root.path(), at);
        assert!(found.iter().any(|d| d.id == *id), "{id} was not raised:\n{}", shown(&found));
    }
}

#[test]
fn no_kind_of_finding_is_without_a_test() {
    // What only mdBook or the system can bring about.
    let beyond_reach = ["git-program", "mdbook-warning"];
    let tested: BTreeSet<&str> = wording()
        .iter()
        .filter(|(_, words)| words.example.is_some())
        .map(|(id, _)| id.as_str())
        .chain(FAULTS.iter().map(|(id, _)| *id))
        .chain(beyond_reach)
        .collect();
    let known: BTreeSet<&str> = wording().keys().map(String::as_str).collect();
    let missing: Vec<&&str> = known.difference(&tested).collect();
    assert!(missing.is_empty(), "without a test: {missing:?}");
    let stray: Vec<&&str> = tested.difference(&known).collect();
    assert!(stray.is_empty(), "tested, but not in wording.toml: {stray:?}");
}
