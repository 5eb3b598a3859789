//! What helps editors beside the check itself: `handbook new`, `handbook status` and its page.

use std::fs;
use std::path::Path;

use handbook_tests::{base, commit_all, run, workspace_root};
use serde_json::Value;

/// Findings of `handbook check`, one a line.
fn check(root: &Path) -> String {
    run(root, &["check", "--format", "short"]).1
}

#[test]
fn a_new_country_changes_one_place_of_the_settings_and_passes_the_check() {
    let root = base();
    let root = root.path();
    let before = fs::read_to_string(root.join("book.toml")).unwrap();
    let names = ["--name", "Sampleland", "--official-name", "Mustermark", "--language", "de"];
    let (code, out, err) = run(root, &[&["new", "country", "xx"][..], &names].concat());
    assert_eq!(code, 0, "{out}{err}");
    assert!(err.contains("What to do next"), "{err}");
    let after = fs::read_to_string(root.join("book.toml")).unwrap();
    let table = "[[preprocessor.handbook.country]]\nid = \"xx\"\nfolder = \"chapters/xx\"\n\n";
    assert_eq!(after.replacen(table, "", 1), before);
    assert_eq!(check(root), "");
    assert_eq!(run(root, &["build"]).0, 0);
    assert!(root.join("site/en/xx/licensing.html").exists());

    // Again, and with a file of somebody's: nothing is lost.
    assert_eq!(run(root, &["new", "country", "xx"]).0, 2);
    fs::create_dir_all(root.join("chapters/yy")).unwrap();
    fs::write(root.join("chapters/yy/country.toml"), "name = \"Mine\"\n").unwrap();
    let (code, out, _) = run(root, &["new", "country", "YY"]);
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("left chapters/yy/country.toml as it is"), "{out}");
    assert_eq!(
        fs::read_to_string(root.join("chapters/yy/country.toml")).unwrap(),
        "name = \"Mine\"\n"
    );
}

#[test]
fn a_country_without_names_says_which_ones_to_fill_in() {
    let root = base();
    let root = root.path();
    assert_eq!(run(root, &["new", "country", "xx"]).0, 0);
    let found = check(root);
    let missing =
        found.lines().filter(|l| l.contains("xx/country.toml") && l.contains("toml-missing"));
    assert_eq!((missing.count(), found.lines().count()), (3, 3), "{found}");
    // What is commented out is right as soon as it is filled in.
    for file in ["country", "sources", "authorities", "questions", "terms"] {
        let path = root.join(format!("chapters/xx/{file}.toml"));
        let text = fs::read_to_string(&path).unwrap();
        let rows = text.lines().filter_map(|line| line.strip_prefix("# ").or(Some(line)));
        let rows = rows.filter(|l| l.starts_with('[') || l.contains(" = ") && !l.ends_with('.'));
        let rows: Vec<String> = rows
            .map(|l| match l.split_once(" = \"").map(|(key, _)| key) {
                Some("id") if file == "sources" => "id = \"xx-sample\"".to_owned(),
                Some("id") => "id = \"sample\"".to_owned(),
                Some("section") => "section = \"licensing\"".to_owned(),
                Some("regional") => "regional = \"end-user\"".to_owned(),
                Some("act") => "act = \"md-sample-act\"".to_owned(),
                Some("edition") => "edition = \"2022/2\"".to_owned(),
                _ => l.to_owned(),
            })
            .collect();
        fs::write(&path, rows.join("\n")).unwrap();
    }
    assert_eq!(check(root), "");
}

#[test]
fn a_section_that_a_country_lacks_becomes_a_stub() {
    let root = base();
    let root = root.path();
    let path = root.join("chapters/md/licensing.md");
    let (code, out, _) = run(root, &["new", "section", "md", "licensing"]);
    assert_eq!((code, out.trim()), (1, "left chapters/md/licensing.md as it is"));
    fs::remove_file(&path).unwrap();
    let (code, _, err) = run(root, &["new", "section", "md", "licensing"]);
    assert_eq!(code, 0);
    assert!(err.contains("- Kinds of authorisation"), "{err}");
    assert!(fs::read_to_string(&path).unwrap().contains("owed-by = \"the team of Moldova\""));
    for wrong in [["md", "licencing"], ["zz", "licensing"]] {
        assert_eq!(run(root, &["new", "section", wrong[0], wrong[1]]).0, 2);
    }
}

#[test]
fn both_sides_of_a_new_procedure_meet() {
    let root = base();
    let root = root.path();
    let (code, table, err) = run(root, &["new", "procedure", "ua-md-rail"]);
    assert_eq!(code, 2, "{err}");
    let frame = root.join("book/procedures.toml");
    let text = fs::read_to_string(&frame).unwrap();
    let table = table.replace('…', "A sample");
    fs::write(&frame, format!("{text}\n{table}")).unwrap();
    let (code, out, err) = run(root, &["new", "procedure", "ua-md-rail"]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(out.matches("wrote chapters/").count(), 2, "{out}");
    assert_eq!(check(root), "");
    assert_eq!(run(root, &["new", "procedure", "ua-md-rail"]).0, 1);

    // A side that is written later takes up what the other one shows at the border.
    fs::remove_file(root.join("chapters/ua/procedures/md-ua-road.toml")).unwrap();
    assert_eq!(run(root, &["new", "procedure", "md-ua-road"]).0, 0);
    assert_eq!(check(root), "");
}

fn status(root: &Path, more: &[&str]) -> Value {
    let (code, out, err) = run(root, &[&["status", "--json"][..], more].concat());
    assert_eq!(code, 0, "{out}{err}");
    serde_json::from_str(&out).unwrap()
}

#[test]
fn status_tells_what_each_country_owes() {
    let root = base();
    let root = root.path();
    fs::remove_file(root.join("chapters/ua/procedures/md-ua-road.toml")).unwrap();
    commit_all(root);
    let all = status(root, &[]);
    assert_eq!(all["editions"], serde_json::json!([]));
    assert_eq!(all["counted_from"], "2023-11-14");
    let [md, ua] = ["md", "ua"]
        .map(|id| all["countries"].as_array().unwrap().iter().find(|c| c["id"] == id).unwrap());
    let licensing = &md["sections"][1];
    assert_eq!(licensing["id"], "licensing");
    assert_eq!(licensing["title"], "Licensing and documents");
    assert_eq!(
        (&licensing["state"], &licensing["checked"]),
        (&"draft".into(), &"2026-11-24".into())
    );
    assert_eq!(licensing["statements"]["seen"], 1);
    assert_eq!(licensing["statements"]["proposed"], 1);
    assert_eq!(licensing["questions"], 1);
    assert_eq!(md["to_confirm"][1]["path"], "chapters/md/licensing.md");
    assert_eq!(md["to_confirm"][1]["line"], 10);
    assert_eq!(md["questions"][0]["id"], "sample-fee");
    assert_eq!(md["sources"]["unread"][0], "md-sample-draft");
    assert_eq!(md["concurrence"], serde_json::json!([]));
    assert_eq!(ua["unmet"][0]["id"], "side-missing");
    assert_eq!(ua["procedures"][0]["state"], "pending");
    assert_eq!(md["unmet"], serde_json::json!([]));

    let (code, out, _) = run(root, &["status"]);
    assert_eq!(code, 0);
    let row = out.lines().find(|l| l.trim_start().starts_with("licensing")).unwrap();
    let cells: Vec<&str> = row.split_whitespace().collect();
    assert_eq!(cells, ["licensing", "draft", "2026-11-24", "2", "0", "1", "1"]);
    assert!(out.contains("does not meet: Ukraine has not written its side"), "{out}");
}

#[test]
fn the_age_of_sources_is_counted_from_the_commit() {
    let root = base();
    let root = root.path();
    let sources = root.join("chapters/md/sources.toml");
    let text = fs::read_to_string(&sources).unwrap();
    fs::write(&sources, text.replace("read = 2026-11-24", "read = 2023-05-14")).unwrap();
    let old = |months: &str| {
        let all = status(root, &["--months", months]);
        let md = all["countries"].as_array().unwrap().iter().find(|c| c["id"] == "md").unwrap();
        md["sources"]["old"].as_array().unwrap().len()
    };
    assert_eq!(old("6"), 0, "without git nothing is known");
    commit_all(root);
    assert_eq!((old("6"), old("7")), (1, 0));
}

#[test]
fn the_page_shows_what_the_command_says() {
    let root = base();
    let root = root.path();
    commit_all(root);
    assert_eq!(run(root, &["build"]).0, 0);
    let page = fs::read_to_string(root.join("site/en/status.html")).unwrap();
    assert!(page.contains("What each country owes") && page.contains("md/licensing.html"));
    assert!(page.contains("No source was last read 12 months or longer before 14 November 2023"));
    let start = fs::read_to_string(root.join("site/en/index.html")).unwrap();
    let sources = start.find("Sources of the frame").unwrap();
    assert!(start[sources..].contains("status.html"), "linked after the sources");
}

#[test]
fn a_common_page_may_name_a_word_that_no_section_may_use() {
    let root = base();
    let root = root.path();
    let page = root.join("book/src/index.md");
    let text = fs::read_to_string(&page).unwrap();
    fs::write(&page, format!("{text}\nNever write \"not controlled\" or \"free to export\".\n"))
        .unwrap();
    assert_eq!(check(root), "");
    fs::write(&page, format!("{text}\nAn item that is *not*\ncontrolled.\n")).unwrap();
    assert!(
        check(root).contains("book/src/index.md:12:18: error[outcome-words]"),
        "{}",
        check(root)
    );
    fs::write(&page, text).unwrap();
    let section = root.join("chapters/md/licensing.md");
    let text = fs::read_to_string(&section).unwrap();
    fs::write(&section, format!("{text}\nThey say \"not controlled\". [](proposed:)\n")).unwrap();
    assert!(check(root).contains("error[outcome-words]"), "{}", check(root));
    fs::write(
        &section,
        format!("{text}\nIt lies in territory not controlled by it. [](proposed:)\n"),
    )
    .unwrap();
    assert_eq!(check(root), "");

    // Texts of registers and procedures reach readers too; remarks to editors do not.
    let facts = root.join("chapters/md/facts.toml");
    let text = fs::read_to_string(&facts).unwrap();
    fs::write(&facts, format!("# It is not controlled.\n{text}")).unwrap();
    assert_eq!(check(root), "");
    fs::write(&facts, text.replace("sample act 1/2020", "sample act 1/2020, free to export"))
        .unwrap();
    assert!(
        check(root).contains("chapters/md/facts.toml:5:28: error[outcome-words]"),
        "{}",
        check(root)
    );
}

#[test]
fn every_schema_is_tied_to_its_files() {
    let root = workspace_root();
    let rules = fs::read_to_string(root.join(".taplo.toml")).unwrap();
    for entry in fs::read_dir(root.join("book/schemas")).unwrap().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        // Front matter stands in Markdown, which these programs do not read.
        let tied = rules.contains(&format!("path = \"book/schemas/{name}\""));
        assert_eq!(tied, name != "front-matter.json", "{name}");
    }
}
