//! Procedures: two files, one page; what does not meet is said with both files named.

use std::fs;
use std::path::Path;

use handbook_model::{Diagnostic, Findings};
use handbook_tests::{base, workspace_root};
use mdbook_handbook::{assemble, gather};

fn page(root: &Path, path: &str) -> String {
    let findings = Findings::default();
    let gathered = gather(root, None, &findings, &|_| {}).unwrap();
    let book = assemble(&gathered, &findings);
    let found = book.chapters().find(|c| c.path.as_deref() == Some(Path::new(path)));
    let page = found.unwrap_or_else(|| panic!("there is no page {path}"));
    // Templates write a slash as a character reference; mdBook turns it back.
    page.content.replace("&#x2f;", "/")
}

fn findings(root: &Path) -> Vec<Diagnostic> {
    let findings = Findings::default();
    gather(root, None, &findings, &|_| {});
    findings.sorted()
}

#[test]
fn both_sides_stand_on_one_page_and_link_both_ways() {
    let root = base();
    let text = page(root.path(), "procedures/md-ua-road.md");
    let give = text.find("id=\"md-leave\"").expect("the giving step");
    let bar = text.find("Hand-over: Papers").expect("the hand-over");
    let take = text.find("id=\"ua-take\"").expect("the receiving step");
    assert!(give < bar && bar < take, "the hand-over stands between the two steps");
    assert!(text.contains("<svg") && text.contains("Papers: from Moldova to Ukraine."));
    assert!(text.contains("Зразковий міст"), "crossing points of the way");
    let entry = page(root.path(), "list/3A.md");
    assert!(entry.contains("procedures/md-ua-road.html#md-leave"), "the entry links back");
    let section = page(root.path(), "md/licensing.md");
    assert!(
        section.contains("procedures/md-ua-road.html#md-leave"),
        "the rule's section links back"
    );
    assert!(text.contains("md/licensing.html"), "the step links to its rule");
}

#[test]
fn a_side_that_is_missing_is_said_on_the_page_and_to_both_teams() {
    let root = base();
    let root = root.path();
    fs::remove_file(root.join("chapters/ua/procedures/md-ua-road.toml")).unwrap();
    let text = page(root, "procedures/md-ua-road.md");
    assert!(text.contains("Ukraine: not supplied yet"));
    assert!(text.contains("id=\"md-leave\""), "the other side is still there");
    let found = findings(root);
    let missing = found.iter().find(|d| d.id == "side-missing").expect("a finding");
    assert!(missing.mend.contains("chapters/ua/procedures/md-ua-road.toml"));
    assert!(missing.why.contains("chapters/md/procedures/md-ua-road.toml"));
}

#[test]
fn an_unmet_hand_over_names_both_files() {
    let root = base();
    let root = root.path();
    let path = root.join("chapters/ua/procedures/md-ua-road.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("receives = \"papers\"\n", "")).unwrap();
    let found = findings(root);
    let unmet = found.iter().find(|d| d.id == "hand-over-unmet").expect("a finding");
    assert_eq!(unmet.location.path, "chapters/ua/procedures/md-ua-road.toml");
    assert!(unmet.why.contains("chapters/md/procedures/md-ua-road.toml"));
}

#[test]
fn the_real_procedures_meet() {
    let root = workspace_root();
    let findings = findings(&root);
    let apart = ["hand-over-unmet", "side-missing", "document-one-sided"];
    let unmet: Vec<String> =
        findings.iter().filter(|d| apart.contains(&d.id)).map(Diagnostic::short).collect();
    assert!(unmet.is_empty(), "{}", unmet.join("\n"));
    for id in ["ua-md-road", "md-ua-road", "md-ua-rail"] {
        let text = page(&root, &format!("procedures/{id}.md"));
        assert!(text.contains("Hand-over:") && text.contains("<svg"), "{id}");
    }
}
