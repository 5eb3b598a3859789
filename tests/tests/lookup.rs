//! `handbook lookup` as people and scripts meet it. What it finds is judged in `relevance.rs`.

use std::fs;

use handbook_tests::{base, run, workspace_root};
use serde_json::Value;

fn json(arguments: &[&str]) -> Vec<Value> {
    let (code, out, err) = run(&workspace_root(), &[&["lookup", "--json"], arguments].concat());
    assert_eq!(code, 0, "{out}{err}");
    serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out}"))
}

#[test]
fn a_result_has_what_is_promised() {
    let found = json(&["7783-81-5"]);
    let first = &found[0];
    assert_eq!(first["code"], "0C001");
    assert_eq!(first["match"]["kind"], "cas");
    assert_eq!(first["match"]["text"], "7783-81-5");
    assert_eq!(first["url"], "list/0C.html#0C001");
    assert_eq!(first["score"], 1.0);
    assert!(first["title"].as_str().is_some_and(|t| t.contains("uranium")));
    let countries = first["countries"].as_object().unwrap();
    assert_eq!(countries.keys().collect::<Vec<_>>(), ["az", "ge", "md", "ua"]);
    for state in countries.values() {
        let word = state["state"].as_str().unwrap();
        assert!(["same", "differs", "absent", "unknown"].contains(&word), "{word}");
        assert!(state["basis"].as_str().is_some_and(|b| !b.is_empty()));
    }
    let path = json(&["3A001.b.2"])[0]["path"].clone();
    assert_eq!(path.as_array().map(Vec::len), Some(2), "{path}");
    assert_eq!(json(&["vacuum", "pump", "--limit", "2"]).len(), 2);
}

#[test]
fn titles_come_in_the_language_asked_for_where_there_are_any() {
    let english = json(&["7A001"])[0]["title"].clone();
    let romanian = json(&["7A001", "--lang", "ro"])[0]["title"].clone();
    assert_ne!(english, romanian);
    assert_eq!(json(&["7A001", "--lang", "xx"])[0]["title"], english);
}

#[test]
fn an_edition_bounds_the_results() {
    let newer = ["3A501", "--list-edition", "2025/2003"];
    assert_eq!(json(&newer)[0]["code"], "3A501");
    let older = json(&["3A501", "--list-edition", "2021/821"]);
    assert!(older.iter().all(|hit| hit["code"] != "3A501"), "{older:#?}");
    let (code, _, err) = run(&workspace_root(), &["lookup", "x", "--list-edition", "1999/1"]);
    assert!(code == 2 && err.contains("2021/821"), "{err}");
    let (code, _, err) = run(&workspace_root(), &["lookup", "x", "--country", "zz"]);
    assert!(code == 2 && err.contains("md"), "{err}");
    assert_eq!(run(&workspace_root(), &["lookup"]).0, 2);
}

#[test]
fn people_read_the_fixed_words_and_who_decides() {
    let root = workspace_root();
    let (code, out, _) = run(&root, &["lookup", "6A003.b.4", "--country", "md"]);
    assert_eq!(code, 0);
    assert!(out.starts_with("possible entries\n"), "{out}");
    assert!(out.contains("    md: ") && !out.contains("    ua: "), "{out}");
    let (code, nothing, _) = run(&root, &["lookup", "zzqqxxw"]);
    assert_eq!(code, 0);
    let words = "no match in this edition; this is not a finding that the item is free\n";
    assert!(nothing.starts_with(words), "{nothing}");
    for text in [&out, &nothing] {
        assert!(text.contains("dual-use list only") && text.contains("decides"), "{text}");
    }
    let (_, out, _) = run(&root, &["lookup", "7783-81-6"]);
    assert!(out.contains("check digit"), "{out}");
    let (_, out, _) = run(&root, &["lookup", "1C352"]);
    assert!(out.contains("not in force in list edition"), "{out}");
}

#[test]
fn a_batch_prints_a_line_for_each_query_however_bad() {
    let folder = base();
    let file = folder.path().join("queries.txt");
    let long = "3A001 laser ".repeat(100_000);
    let queries = ["3A001", "", "\u{202e}\u{0}\u{7}\u{200f}", &long, "\u{feff}3A001\r", "'\"<b>"];
    fs::write(&file, queries.join("\n")).unwrap();
    let (code, out, err) = run(folder.path(), &["lookup", "--batch", file.to_str().unwrap()]);
    assert_eq!(code, 0, "{err}");
    let lines: Vec<Value> = out.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(lines.len(), queries.len());
    for at in [0, 3, 4] {
        assert_eq!(lines[at][0]["code"], "3A001", "{at}: {}", lines[at]);
    }
    assert!(lines[1].as_array().is_some_and(Vec::is_empty));
    fs::write(&file, b"\xff\xfe3A001\n").unwrap();
    assert_eq!(run(folder.path(), &["lookup", "--batch", file.to_str().unwrap()]).0, 0);
    assert_eq!(run(folder.path(), &["lookup", "--batch", "/nonexistent"]).0, 1);
}

#[test]
fn titles_of_unknown_codes_are_found_and_titles_may_be_absent() {
    let folder = base();
    let titles = folder.path().join("book/lists/dual-use/titles");
    assert!(!titles.exists());
    fs::create_dir(&titles).unwrap();
    let head = "lang = \"ro\"\nstate = \"machine draft\"\n\n[[title]]\n";
    fs::write(titles.join("ro.toml"), format!("{head}code = \"3A001\"\ntext = \"Unu\"\n")).unwrap();
    assert_eq!(run(folder.path(), &["check", "--format", "short"]).0, 0);
    fs::write(titles.join("ro.toml"), format!("{head}code = \"3A999\"\ntext = \"Unu\"\n")).unwrap();
    let (code, out, _) = run(folder.path(), &["check", "--format", "short"]);
    assert!(code == 1 && out.contains("titles/ro.toml:5:8: error[list-code-unknown]"), "{out}");
}
