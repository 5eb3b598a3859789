//! Fixtures by file: a file (or folder) is a case, beside it what is expected. A forgotten one
//! fails, and so does one nobody expects anything of.
//!
//! - `cases/resolve/NAME.md`: a section of Moldova in the base handbook; `NAME.expected.md` is
//!   its text as mdBook gets it, between the lines "Start of the case." and "End of the case."
//! - `cases/bad/NAME/`: files laid over the base handbook; `expected.txt` in it holds the findings.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use handbook_model::{Diagnostic, Findings};
use handbook_tests::{base, copy_tree, workspace_root};
use mdbook_handbook::{assemble, gather, settings};

fn cases(kind: &str) -> PathBuf {
    workspace_root().join("tests/cases").join(kind)
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap().flatten();
    entries.map(|e| e.file_name().to_string_lossy().into_owned()).collect()
}

/// Compares with the expected text; what differs is shown whole, ready to be pasted.
fn compare(path: &Path, actual: &str, faults: &mut Vec<String>) {
    let expected = fs::read_to_string(path).unwrap_or_default();
    if expected.trim_end() != actual.trim_end() {
        faults.push(format!("--- {} should be:\n{actual}\n", path.display()));
    }
}

#[test]
fn chapters_are_resolved_as_expected() {
    let folder = cases("resolve");
    let all = names(&folder);
    let mut faults = Vec::new();
    for name in &all {
        let Some(case) = name.strip_suffix(".md") else {
            faults.push(format!("{name} is no case"));
            continue;
        };
        if let Some(input) = case.strip_suffix(".expected") {
            if !all.contains(&format!("{input}.md")) {
                faults.push(format!("{name} expects something of no case"));
            }
            continue;
        }
        let root = base();
        fs::copy(folder.join(name), root.path().join("chapters/md/licensing.md")).unwrap();
        let findings = Findings::default();
        let gathered = gather(root.path(), None, &findings, &|_| {}).unwrap();
        let book = assemble(&gathered, &findings);
        let errors: Vec<String> = findings
            .sorted()
            .iter()
            .filter(|d| d.severity == handbook_model::Severity::Error)
            .map(Diagnostic::short)
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
        let page = book
            .chapters()
            .find(|c| c.path.as_deref() == Some(Path::new("md/licensing.md")))
            .unwrap();
        compare(&folder.join(format!("{case}.expected.md")), text_of(&page.content), &mut faults);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(!all.is_empty());
}

/// The part of a page between the two lines that every case has.
fn text_of(content: &str) -> &str {
    const ENDS: [&str; 2] = ["Start of the case.", "End of the case."];
    let [start, end] =
        ENDS.map(|line| content.find(line).unwrap_or_else(|| panic!("no line {line:?}")));
    content[start + ENDS[0].len()..end].trim()
}

#[test]
fn bad_handbooks_are_reported_whole_in_one_run() {
    let folder = cases("bad");
    let mut faults = Vec::new();
    let all = names(&folder);
    for name in &all {
        let root = base();
        copy_tree(&folder.join(name), root.path());
        fs::remove_file(root.path().join("expected.txt")).unwrap_or_default();
        let findings = Findings::default();
        if let Some(gathered) = gather(root.path(), None, &findings, &|_| {}) {
            settings::config(&gathered.settings, &findings);
            assemble(&gathered, &findings);
        }
        let short: Vec<String> = findings.sorted().iter().map(Diagnostic::short).collect();
        compare(&folder.join(name).join("expected.txt"), &short.join("\n"), &mut faults);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(!all.is_empty());
}
