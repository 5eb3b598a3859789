//! The real handbook, built end to end: every link and anchor, every page's frame, two equal
//! builds, and stock mdBook with the preprocessor.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use handbook_tests::{handbook_binary, run, workspace_root};
use scraper::{ElementRef, Html, Selector};
use tempfile::TempDir;

/// The policy of the design, word for word.
const CSP: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' blob:; \
    worker-src 'self' blob:; style-src 'self'; font-src 'self'; img-src 'self' data: blob:; \
    manifest-src 'self'; frame-src 'self'; connect-src 'none'; base-uri 'none'; form-action 'none'";

/// The real site, built once for all tests of this file.
fn site() -> &'static Path {
    static SITE: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let make = || {
        let folder = TempDir::new().unwrap();
        let site = folder.path().join("site");
        build(&site);
        (folder, site)
    };
    &SITE.get_or_init(make).1
}

fn build(site: &Path) {
    let (code, out, err) = run(&workspace_root(), &["build", "--out", site.to_str().unwrap()]);
    assert_eq!(code, 0, "{out}{err}");
}

fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(root: &Path, folder: &Path, all: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(root, &path, all);
            } else {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
                all.insert(name, fs::read(path).unwrap());
            }
        }
    }
    let mut all = BTreeMap::new();
    walk(root, root, &mut all);
    all
}

fn pages() -> BTreeMap<String, Html> {
    let all = files(site());
    let html = all.iter().filter(|(name, _)| name.ends_with(".html"));
    html.map(|(name, bytes)| (name.clone(), Html::parse_document(&String::from_utf8_lossy(bytes))))
        .collect()
}

fn select<'h>(page: &'h Html, css: &str) -> Vec<ElementRef<'h>> {
    page.select(&Selector::parse(css).unwrap()).collect()
}

/// The file a relative address leads to from a page.
fn target(page: &str, address: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in address.split('/') {
        match part {
            ".." => assert!(parts.pop().is_some(), "{page}: {address} leaves the site"),
            "." => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[test]
fn every_link_and_anchor_leads_somewhere() {
    let pages = pages();
    let names: BTreeSet<String> = files(site()).into_keys().collect();
    let mut ids: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut faults = Vec::new();
    for (name, page) in &pages {
        let mut seen = BTreeSet::new();
        for element in select(page, "[id]") {
            let id = element.attr("id").unwrap_or_default();
            if !seen.insert(id) {
                faults.push(format!("{name}: the id {id} stands twice"));
            }
        }
        ids.insert(name, seen);
    }
    let mut links = 0;
    for (name, page) in &pages {
        for element in select(page, "[href], [src]") {
            let address = element.attr("href").or(element.attr("src")).unwrap_or_default();
            if ["https://", "http://", "mailto:", "tel:"].iter().any(|s| address.starts_with(s)) {
                if element.value().name() != "a" {
                    faults.push(format!("{name}: loads {address} from outside"));
                }
                continue;
            }
            links += 1;
            let (path, anchor) = address.split_once('#').unwrap_or((address, ""));
            let to = if path.is_empty() { name.clone() } else { target(name, path) };
            if !names.contains(&to) {
                faults.push(format!("{name}: {address} leads nowhere"));
            } else if !anchor.is_empty() && !ids[to.as_str()].contains(anchor) {
                faults.push(format!("{name}: {address} has no such anchor"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(pages.len() > 100 && links > 10_000, "{} pages, {links} links", pages.len());
}

#[test]
fn every_page_has_its_frame() {
    let csp: String = CSP.split_whitespace().collect::<Vec<_>>().join(" ");
    for (name, page) in pages() {
        let one = |css: &str| {
            let found = select(&page, css);
            assert_eq!(found.len(), 1, "{name}: {css}");
            found[0].text().collect::<String>() + found[0].attr("content").unwrap_or_default()
        };
        assert_eq!(one("meta[http-equiv='Content-Security-Policy']"), csp, "{name}");
        assert_eq!(one("meta[name=referrer]"), "no-referrer", "{name}");
        assert!(
            !one("head > title").is_empty() && !one("h1").is_empty() && !one("main").is_empty()
        );
        assert_eq!(select(&page, "html[lang]").len(), 1, "{name}");
        let refused = "script:not([src]), style, [style], iframe, object, embed, form";
        let refused = select(&page, refused);
        assert!(refused.is_empty(), "{name}: the policy refuses {:?}", refused[0].html());

        for element in select(&page, "*") {
            let handler = element.value().attrs().find(|(key, _)| key.starts_with("on"));
            assert_eq!(handler, None, "{name}");
        }
        if name != "index.html" {
            let facts = one(".page-facts");
            for fact in ["Handbook edition", "Commit", "Statements checked"] {
                assert!(facts.contains(fact), "{name}: {fact}");
            }
        }
    }
}

#[test]
fn pages_keep_to_their_size() {
    for (name, bytes) in files(site()) {
        let large = ["en/list/", "en/tables/"].iter().any(|folder| name.starts_with(folder));
        let limit = if large { 250_000 } else { 60_000 };
        assert!(bytes.len() <= limit, "{name}: {} bytes", bytes.len());
    }
}

#[test]
fn nothing_says_that_an_item_is_free() {
    let words = fs::read_to_string(workspace_root().join("book/prose.toml")).unwrap();
    let words = handbook_model::prose::Prose::read(
        &handbook_model::source::SourceText::new("book/prose.toml", words),
        &handbook_model::Findings::default(),
    );
    for (name, page) in pages() {
        let mut text: String = page.root_element().text().collect::<String>().to_lowercase();
        for other in words.languages.iter().flat_map(|l| &l.outcome_other) {
            text = text.replace(other, "");
        }
        // The frame may name such a word, in quotation marks directly around it.
        for phrase in ["not controlled", "free to export", "uncontrolled"] {
            text = text.replace(&format!("“{phrase}”"), "");
        }
        for phrase in ["not controlled", "free to export", "uncontrolled"] {
            assert!(!text.contains(phrase), "{name}: {phrase}");
        }
    }
}

#[test]
fn every_entry_and_provision_has_its_anchor_and_a_name() {
    let pages = pages();
    let list = workspace_root().join("book/lists/dual-use/provisions");
    let mut count = 0;
    for file in fs::read_dir(list).unwrap().flatten() {
        let group = file.path().file_stem().unwrap().to_string_lossy().into_owned();
        let page = &pages[&format!("en/list/{group}.html")];
        let text = fs::read_to_string(file.path()).unwrap();
        for line in text.lines() {
            let Some(code) = line.strip_prefix("code = ") else { continue };
            let code = code.trim_matches('"');
            let found = select(page, &format!("[id='{code}']"));
            assert_eq!(found.len(), 1, "{code}");
            let own: String = found[0].text().take(4).collect();
            let rest = own.replace(code, "");
            assert!(rest.trim().chars().count() > 2, "{code} is a bare code: {own:?}");
            count += 1;
        }
    }
    assert!(count > 3400, "{count}");
}

#[test]
fn chapters_and_entries_link_both_ways() {
    let pages = pages();
    let chapter = &pages["en/md/control-lists.html"];
    let links = select(chapter, "a.entry[href$='list/3A.html#3A001.b.7.a']");
    assert!(!links.is_empty());
    assert!(links[0].attr("data-tip").is_some_and(|tip| tip.len() > 3));
    let back = select(&pages["en/list/3A.html"], "a[href*='md/control-lists.html']");
    assert!(!back.is_empty());
}

#[test]
fn two_builds_of_one_state_are_equal() {
    let again = TempDir::new().unwrap();
    build(&again.path().join("site"));
    let (one, two) = (files(site()), files(&again.path().join("site")));
    let names = one.keys().chain(two.keys()).collect::<BTreeSet<_>>();
    let different: Vec<&String> =
        names.into_iter().filter(|name| one.get(*name) != two.get(*name)).collect();
    assert!(different.is_empty(), "{different:?}");
}

#[test]
fn stock_mdbook_makes_the_same_pages_and_leaves_the_site_alone() {
    let root = workspace_root();
    let mdbook = root.join("target/tools/bin/mdbook");
    assert!(mdbook.exists(), "tests/run installs mdbook 0.5.4 into target/tools");
    let binary = handbook_binary();
    let before = modified(&root.join("site"));
    let preprocessor = binary.with_file_name("mdbook-handbook");
    assert!(preprocessor.exists(), "{} is not built", preprocessor.display());
    let path =
        std::env::join_paths([binary.parent().unwrap(), Path::new("/usr/bin"), Path::new("/bin")]);
    let out = TempDir::new().unwrap();
    let output = Command::new(mdbook)
        .arg("build")
        .arg("--dest-dir")
        .arg(out.path())
        .current_dir(&root)
        .env("PATH", path.unwrap())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let stock = files(out.path());
    let ours = files(&site().join("en"));
    for (name, page) in ours.iter().filter(|(name, _)| name.ends_with(".html")) {
        assert!(stock.get(name) == Some(page), "{name} differs");
    }
    assert_eq!(modified(&root.join("site")), before);
}

fn modified(folder: &Path) -> Option<std::time::SystemTime> {
    fs::metadata(folder.join("index.html")).and_then(|m| m.modified()).ok()
}

#[test]
fn the_committed_settings_keep_sources_safe() {
    let text = fs::read_to_string(workspace_root().join("book.toml")).unwrap();
    for line in [
        "build-dir = \"target/mdbook\"",
        "create-missing = false",
        "use-default-preprocessors = false",
    ] {
        assert!(text.contains(line), "{line}");
    }
    assert!(!text.contains("[preprocessor.gettext]"));
}

/// Which crate may use which: the arrows of ARCHITECTURE.md.
#[test]
fn crates_depend_one_way() {
    let allowed: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("handbook-lookup", &[][..]),
        ("handbook-model", &["handbook-lookup"][..]),
        ("mdbook-handbook", &["handbook-lookup", "handbook-model"][..]),
        ("handbook-search", &["handbook-lookup"][..]),
        ("handbook-wasm", &["handbook-lookup"][..]),
        (
            "handbook",
            &["handbook-lookup", "handbook-model", "mdbook-handbook", "handbook-search"][..],
        ),
    ]);
    let folder = workspace_root().join("preprocessors");
    let mut seen = BTreeSet::new();
    for entry in fs::read_dir(&folder).unwrap().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let text = fs::read_to_string(entry.path().join("Cargo.toml")).unwrap();
        let Some(allowed) = allowed.get(name.as_str()) else { panic!("{name} has no arrows") };
        let dependencies = text.split("[dependencies]").nth(1).unwrap_or_default();
        for line in dependencies.lines().take_while(|l| !l.starts_with('[')) {
            let used = line.split(['.', ' ', '=']).next().unwrap_or_default();
            let ours = folder.join(used).is_dir() && !used.is_empty();
            assert!(!ours || allowed.contains(&used), "{name} may not use {used}");
        }
        seen.insert(name);
    }
    assert_eq!(seen.len(), allowed.len());
}

#[test]
fn the_glossary_shows_every_national_word_with_its_mark() {
    let pages = pages();
    let (link, mark) = (Selector::parse("a").unwrap(), Selector::parse(".trust").unwrap());
    let words: BTreeSet<&str> = select(&pages["en/glossary.html"], ".national, main li")
        .into_iter()
        .filter(|word| word.select(&mark).next().is_some())
        .filter_map(|word| word.select(&link).next()?.attr("href"))
        .collect();
    for (name, page) in pages.iter().filter(|(name, _)| name.ends_with("/glossary.html")) {
        let name = name.strip_prefix("en/").unwrap();
        for row in select(page, "tr[id^='term-']") {
            let address = format!("{name}#{}", row.attr("id").unwrap());
            assert!(words.contains(address.as_str()), "{address} is not in the common glossary");
        }
    }
}
