//! The command as editors and scripts meet it: exit codes, output, and that a failed build never
//! touches the last good site.

use std::fs;

use handbook_tests::{base, commit_all, run};

#[test]
fn a_build_says_what_to_open_and_a_failed_one_leaves_the_site_alone() {
    let root = base();
    let root = root.path();
    let (code, out, err) = run(root, &[]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(out.lines().last(), Some("Open site/index.html"));
    assert!(err.contains("rendering English"), "{err}");
    let page = root.join("site/en/md/licensing.html");
    let before = fs::read_to_string(&page).unwrap();

    let chapter = root.join("chapters/md/licensing.md");
    let good = fs::read_to_string(&chapter).unwrap();
    fs::write(&chapter, good.replace("3A001.a", "3A999")).unwrap();
    let (code, out, err) = run(root, &["build"]);
    assert_eq!(code, 1);
    assert!(
        out.contains("error[code-unknown]") && err.contains("Nothing was published"),
        "{out}{err}"
    );
    assert_eq!(fs::read_to_string(&page).unwrap(), before);
    let leftovers = fs::read_dir(root).unwrap().flatten();
    let leftovers: Vec<_> = leftovers
        .map(|e| e.file_name())
        .filter(|n| n.to_string_lossy().starts_with(".site"))
        .collect();
    assert!(leftovers.is_empty(), "{leftovers:?}");
}

#[test]
fn a_build_killed_between_the_two_renames_is_mended_by_the_next_one() {
    let root = base();
    let root = root.path();
    assert_eq!(run(root, &["build"]).0, 0);
    fs::rename(root.join("site"), root.join(".site-old")).unwrap();
    fs::create_dir(root.join(".site-new")).unwrap();
    let chapter = root.join("chapters/md/licensing.md");
    fs::write(&chapter, "broken").unwrap();
    assert_eq!(run(root, &["build"]).0, 1);
    // The fault was found before the site was looked at; the old one is still safe.
    assert!(root.join(".site-old/index.html").exists());
    fs::remove_file(&chapter).unwrap();
    fs::write(&chapter, "+++\nstatus = \"pending\"\nowed-by = \"the team\"\n+++\n").unwrap();
    let (code, _, err) = run(root, &["build"]);
    assert_eq!(code, 0, "{err}");
    assert!(root.join("site/index.html").exists() && !root.join(".site-old").exists());
}

#[test]
fn a_folder_that_is_no_site_is_never_replaced() {
    let root = base();
    let root = root.path();
    fs::create_dir(root.join("papers")).unwrap();
    fs::write(root.join("papers/letter.txt"), "mine").unwrap();
    let (code, _, err) = run(root, &["build", "--out", root.join("papers").to_str().unwrap()]);
    assert_eq!(code, 1);
    assert!(err.contains("left alone"), "{err}");
    assert_eq!(fs::read_to_string(root.join("papers/letter.txt")).unwrap(), "mine");
}

#[test]
fn misuse_has_its_own_exit_code() {
    let root = base();
    let root = root.path();
    for arguments in [
        &["frobnicate"][..],
        &["check", "--format", "xml"],
        &["explain", "no-such-finding"],
        &["list", "diff", "2020/1", "1999/9"],
        &["--root", "/nonexistent", "check"],
    ] {
        let (code, out, err) = run(root, arguments);
        assert_eq!(code, 2, "{arguments:?}: {out}{err}");
    }
}

#[test]
fn check_prints_in_three_forms_and_can_look_at_what_changed() {
    let root = base();
    let root = root.path();
    let old = "+++\nstatus = \"draft\"\nchecked = 2026-11-24\n+++\n\n## Old\n";
    fs::write(root.join("chapters/md/overview.md"), old).unwrap();
    let commit = commit_all(root).to_string();
    fs::write(root.join("chapters/md/licensing.md"), old.replace("Old", "New")).unwrap();

    let (code, out, _) = run(root, &["check", "--format", "json"]);
    assert_eq!(code, 1);
    let all: serde_json::Value = serde_json::from_str(&out).unwrap();
    let first = &all.as_array().unwrap()[0];
    for key in ["id", "severity", "path", "line", "column", "message", "why", "mend"] {
        assert!(first.get(key).is_some(), "{key} is missing: {first}");
    }
    let (_, out, _) = run(root, &["check", "--format", "short"]);
    assert!(out.contains("chapters/md/overview.md:6:1: error[heading-id]: "), "{out}");
    let (_, out, _) = run(root, &["check"]);
    assert!(out.contains("  6 | ## Old\n    | ^^^^^^"), "{out}");
    let (code, out, _) = run(root, &["check", "--format", "short", "--since", &commit]);
    assert_eq!(code, 1);
    assert!(out.contains("licensing.md") && !out.contains("overview.md"), "{out}");
}

#[test]
fn explain_shows_an_example_of_each_finding() {
    let root = base();
    for (id, words) in handbook_model::diagnostic::wording() {
        let (code, out, err) = run(root.path(), &["explain", id]);
        assert_eq!(code, 0, "{err}");
        assert!(out.contains(id.as_str()));
        assert_eq!(out.contains("Mended:"), words.example.is_some());
    }
}

#[test]
fn list_diff_prints_text_and_json_both_ways() {
    let root = base();
    let root = root.path();
    let (code, out, err) = run(root, &["list", "diff", "2020/1", "2024/3", "--json"]);
    assert_eq!(code, 0, "{err}");
    let there: Vec<serde_json::Value> = serde_json::from_str(&out).unwrap();
    let (_, out, _) = run(root, &["list", "diff", "2024/3", "2020/1", "--json"]);
    let back: Vec<serde_json::Value> = serde_json::from_str(&out).unwrap();
    assert!(!there.is_empty());
    let codes = |all: &[serde_json::Value]| -> Vec<String> {
        all.iter().map(|d| d["code"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(codes(&there), codes(&back));
    let (code, out, _) = run(root, &["list", "diff", "2020/1", "2024/3"]);
    assert_eq!(code, 0);
    assert_eq!(out.lines().count(), there.len());
}

#[test]
fn pages_link_to_where_they_can_be_edited() {
    let root = base();
    let root = root.path();
    let settings = fs::read_to_string(root.join("book.toml")).unwrap();
    let row = "id = \"md\"\nfolder = \"chapters/md\"\n";
    let edit = format!("{row}edit-url = \"https://example.org/edit/main/{{path}}\"\n");
    assert!(settings.contains(row));
    fs::write(root.join("book.toml"), settings.replace(row, &edit)).unwrap();
    let first = commit_all(root).to_string();
    assert_eq!(run(root, &["build"]).0, 0);
    let page = fs::read_to_string(root.join("site/en/md/licensing.html")).unwrap();
    assert!(page.contains("href=\"https://example.org/edit/main/chapters/md/licensing.md\""));
    assert!(page.contains("Sample Editor") && page.contains(&first[..7]), "who and when");

    // As of a commit: the text of then, whatever is on the disk now.
    fs::write(root.join("chapters/md/licensing.md"), "broken").unwrap();
    let out = root.join("old/site");
    let (code, _, err) = run(root, &["build", "--at", &first, "--out", out.to_str().unwrap()]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(fs::read_to_string(out.join("en/md/licensing.html")).unwrap(), page);
    assert_eq!(run(root, &["build", "--at", "nowhere"]).0, 1);
}
