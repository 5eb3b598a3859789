//! The indexes that answer without a script: everything the list knows stands in one, three clicks
//! lead to it, and the pages stay small and in each language's order.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use handbook_model::control_list::ControlList;
use handbook_model::{Findings, Handbook};
use handbook_tests::{base, run, workspace_root};
use scraper::{ElementRef, Html, Selector};
use tempfile::TempDir;

/// The languages that have names, each with its letters in its own order.
const ALPHABETS: [(&str, &str); 6] = [
    ("en", "abcdefghijklmnopqrstuvwxyz"),
    ("ka", "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ"),
    ("uk", "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя"),
    ("az", "abcçdeəfgğhxıijkqlmnoöprsştuüvyz"),
    ("ro", "aăâbcdefghiîjklmnopqrsștțuvwxyz"),
    ("ru", "абвгдежзийклмнопрстуфхцчшщъыьэюя"),
];

/// The real site, built once for all tests of this file.
fn site() -> &'static Path {
    static SITE: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let make = || {
        let folder = TempDir::new().unwrap();
        let site = folder.path().join("site");
        build(&workspace_root(), &site);
        (folder, site)
    };
    &SITE.get_or_init(make).1
}

fn build(root: &Path, site: &Path) {
    let (code, out, err) = run(root, &["build", "--out", site.to_str().unwrap()]);
    assert_eq!(code, 0, "{out}{err}");
}

fn handbook() -> &'static Handbook {
    static HANDBOOK: OnceLock<Handbook> = OnceLock::new();
    HANDBOOK.get_or_init(|| {
        let findings = Findings::default();
        mdbook_handbook::gather(&workspace_root(), None, &findings, &|_| {}).unwrap().handbook
    })
}

fn list() -> &'static ControlList {
    &handbook().list
}

fn page(site: &Path, path: &str) -> Html {
    let text = fs::read_to_string(site.join("en").join(path));
    Html::parse_document(&text.unwrap_or_else(|error| panic!("{path}: {error}")))
}

/// The pages below `find/`, by name.
fn pages(site: &Path) -> BTreeMap<String, Html> {
    let files = fs::read_dir(site.join("en/find")).unwrap().flatten();
    let names = files.map(|file| file.file_name().to_string_lossy().into_owned());
    names.map(|name| (name.clone(), page(site, &format!("find/{name}")))).collect()
}

fn select<'h>(page: &'h Html, css: &str) -> Vec<ElementRef<'h>> {
    page.select(&Selector::parse(css).unwrap()).collect()
}

fn text(element: ElementRef<'_>) -> String {
    let text: String = element.text().collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A row: what stands before its first link, all its text, and the codes it links to.
struct Row {
    head: String,
    text: String,
    codes: BTreeSet<String>,
}

/// The rows of an index; each of its links has to lead to the entry it names.
fn rows(site: &Path, index: &str) -> Vec<Row> {
    static ANCHORS: OnceLock<BTreeMap<String, BTreeSet<String>>> = OnceLock::new();
    let anchors = ANCHORS.get_or_init(|| {
        let pages = list().pages().into_iter();
        let ids = |group: &String| {
            let page = page(site, &format!("list/{group}.html"));
            select(&page, "[id]").iter().map(|e| e.attr("id").unwrap().to_owned()).collect()
        };
        pages.map(|group| (format!("../list/{group}.html"), ids(&group))).collect()
    });
    let links = Selector::parse("a[href]").unwrap();
    let mut rows = Vec::new();
    for (_, page) in pages(site).iter().filter(|(name, _)| name.starts_with(&format!("{index}-"))) {
        // Of nested lists the innermost rows.
        for row in select(page, ".finds li:not(:has(li))") {
            let mut codes = BTreeSet::new();
            for link in row.select(&links) {
                let code = text(link);
                let (file, anchor) = link.attr("href").unwrap().split_once('#').unwrap();
                assert_eq!(anchor, code);
                assert!(anchors[file].contains(anchor), "{file}#{anchor} is no anchor");
                codes.insert(code);
            }
            let text = text(row);
            let first = row.select(&links).next().map(|link| link.text().collect::<String>());
            let head = first.and_then(|code| text.split_once(&code)).map_or(&*text, |(a, _)| a);
            let head = head.trim().trim_end_matches('™').trim().to_owned();
            rows.push(Row { head, text, codes });
        }
    }
    assert!(!rows.is_empty(), "{index} has no rows");
    rows
}

/// A capital at the beginning makes no other name.
fn small(name: &str) -> String {
    let mut letters = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let first = letters.remove(0);
    first.to_lowercase().chain(letters.chars()).collect()
}

#[test]
fn every_entry_is_found_by_its_code_and_says_when_it_is_gone() {
    let rows = rows(site(), "codes");
    let newest = list().newest().unwrap();
    let entries = || list().provisions.iter().filter(|p| p.code.level() == 0);
    for entry in entries() {
        let code = entry.code.as_str();
        let row = rows.iter().find(|r| r.codes.contains(code));
        let row = row.unwrap_or_else(|| panic!("{code} is in no row"));
        if let Some(title) = &entry.title {
            assert!(row.text.ends_with(title.as_str()), "{}", row.text);
        }
        let older = !newest.standing.contains_key(code);
        let marked = row.text.contains("newest list edition") || row.text.contains("earlier list");
        assert_eq!(older, marked, "{}", row.text);
    }
    assert_eq!(rows.len(), entries().count());
}

#[test]
fn every_number_of_a_substance_is_found_in_order() {
    let (cas, un) = (rows(site(), "cas"), rows(site(), "un"));
    let number = |row: &Row| row.text.split(' ').next().unwrap_or_default().to_owned();
    let mut count = 0;
    for chemical in &list().chemicals {
        let un_numbers = chemical.un.iter().flat_map(|un| un.split(';')).map(str::trim);
        let all = chemical.cas.iter().map(|c| (&cas, c.as_str()));
        for (rows, wanted) in all.chain(un_numbers.map(|n| (&un, n))) {
            let row = rows.iter().find(|row| number(row) == wanted);
            let row = row.unwrap_or_else(|| panic!("{wanted} is in no row"));
            assert!(row.text.contains(&chemical.name), "{}", row.text);
            match &chemical.code {
                Some(code) => assert!(row.codes.contains(code), "{}: {code}", row.text),
                None => assert!(row.text.contains("this is not a finding that the item is free")),
            }
            count += 1;
        }
    }
    assert!(count > 250, "{count}");
    let key = |number: String| -> Vec<u32> {
        number.split('-').map(|part| part.parse().unwrap()).collect()
    };
    for rows in [&cas, &un] {
        let keys: Vec<Vec<u32>> = rows.iter().map(|row| key(number(row))).collect();
        assert!(keys.is_sorted_by(|a, b| a < b), "not sorted, or twice: {keys:?}");
    }
}

#[test]
fn every_tariff_link_is_found_and_says_what_it_rests_on() {
    let rows = rows(site(), "hs");
    let find = |hs: &str, code: Option<&str>, words: &str| {
        let dotted = match hs.split_at_checked(4) {
            Some((heading, rest)) if !rest.is_empty() => format!("{heading}.{rest}"),
            _ => hs.to_owned(),
        };
        let mut of_code = rows.iter().filter(|r| r.text.split(' ').next() == Some(&dotted));
        let holds = |row: &Row| {
            code.is_none_or(|code| row.codes.contains(code)) && row.text.contains(words)
        };
        assert!(of_code.any(holds), "{dotted} {code:?} {words}");
    };
    let mut count = 0;
    for (code, links) in &list().tariff {
        for link in links {
            find(&link.hs, Some(code), &link.hs_edition);
            find(&link.hs, Some(code), link.national.as_deref().unwrap_or_default());
            count += 1;
        }
    }
    for chemical in &list().chemicals {
        if let Some(hs) = &chemical.hs {
            find(hs, chemical.code.as_deref(), "");
        }
    }
    assert!(count > 400, "{count}");
    for (name, page) in pages(site()).iter().filter(|(name, _)| name.starts_with("hs-")) {
        let words = text(select(page, "main")[0]);
        assert!(words.contains("A tariff code never decides"), "{name}");
    }
}

#[test]
fn every_name_is_found_in_its_language() {
    for (lang, _) in ALPHABETS {
        let mut by_name: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for row in rows(site(), &format!("names-{lang}")) {
            let before = by_name.insert(small(&row.head), row.codes);
            assert!(before.is_none(), "{lang}: {} stands twice", row.head);
        }
        let expect = |name: &str, codes: &[String]| {
            let found = by_name.get(&small(name));
            let found = found.unwrap_or_else(|| panic!("{lang}: {name} is in no row"));
            assert!(codes.iter().all(|code| found.contains(code)), "{lang}: {name}: {codes:?}");
        };
        for alias in list().aliases.iter().filter(|a| a.lang == lang) {
            expect(&alias.text, &alias.codes);
        }
        for (code, title) in list().titles.get(lang).into_iter().flatten() {
            expect(title, std::slice::from_ref(code));
        }
        if lang == "en" {
            for entry in list().provisions.iter().filter(|p| p.code.level() == 0 || p.named) {
                if let Some(title) = &entry.title {
                    expect(title, &[entry.code.as_str().to_owned()]);
                }
            }
            for chemical in list().chemicals.iter().filter(|c| c.code.is_some()) {
                for name in std::iter::once(&chemical.name).chain(&chemical.synonyms) {
                    expect(name, chemical.code.as_slice());
                }
            }
        }
    }
    // Nobody's names are left out.
    let known: BTreeSet<&str> = ALPHABETS.iter().map(|(lang, _)| *lang).collect();
    assert!(list().aliases.iter().all(|a| known.contains(a.lang.as_str())));
    assert!(list().titles.keys().all(|lang| known.contains(lang.as_str())));
}

#[test]
fn letters_stand_in_the_order_of_their_language() {
    let pages = pages(site());
    for (lang, alphabet) in ALPHABETS {
        let names = format!("names-{lang}-");
        let mut before = 0;
        let mut seen = 0;
        for (name, page) in pages.iter().filter(|(name, _)| name.starts_with(&names)) {
            for section in select(page, "main section:has(> .finds)") {
                let heading = Selector::parse("h2 span").unwrap();
                let heading = section.select(&heading).next().unwrap();
                assert_eq!(heading.attr("lang"), Some(lang), "{name}");
                let letter = text(heading);
                let of = |c: char| match (lang, c) {
                    ("az", 'I') => 'ı',
                    ("az", 'İ') => 'i',
                    // Counts as the same letter, and heads it where there is no other.
                    ("ru", 'Ё') => 'е',
                    _ => c.to_lowercase().next().unwrap(),
                };
                let Some(at) = alphabet.chars().position(|c| letter.chars().all(|l| of(l) == c))
                else {
                    assert!(["0–9", "A–Z"].contains(&&*letter) || lang == "en", "{name}: {letter}");
                    continue;
                };
                assert!(at + 1 >= before, "{name}: {letter} comes too late");
                (before, seen) = (at + 1, seen + 1);
                let rows = Selector::parse(".finds").unwrap();
                let rows = section.select(&rows).next().unwrap();
                assert_eq!(rows.attr("lang"), Some(lang), "{name}");
            }
            let html = page.html();
            let capitals = html.chars().any(|c| matches!(c, '\u{1c90}'..='\u{1cbf}'));
            assert!(!capitals, "{name} has Georgian capitals");
            let drafts = html.matches("machine draft").count();
            let state = list().title_states.get(lang).map(String::as_str);
            assert_eq!(drafts, usize::from(state == Some("machine draft")), "{name}");
        }
        assert!(seen > 15, "{lang}: {seen} letters");
    }
}

/// One click from the contents to the page of all indexes, and then three at most to an entry: its
/// letter or range, and the entry itself.
fn assert_clicks(site: &Path) {
    let pages = pages(site);
    let hub = &pages["index.html"];
    let reached: BTreeSet<&str> =
        select(hub, "main a[href]").iter().filter_map(|a| a.attr("href")).collect();
    for (name, page) in pages.iter().filter(|(name, _)| *name != "index.html") {
        let sections = select(page, "main section:has(> .finds)");
        assert!(!sections.is_empty(), "{name} holds nothing");
        for section in sections {
            let id = section.attr("aria-labelledby").unwrap();
            let address = format!("{name}#{id}");
            assert!(reached.contains(&*address), "{address} is not on the page of all indexes");
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.#".contains(c);
            assert!(address.chars().all(plain), "{address}");
        }
        let back = select(page, "main a[href='index.html']");
        assert!(!back.is_empty(), "{name} does not lead back");
    }
}

#[test]
fn three_clicks_lead_to_an_entry() {
    assert_clicks(site());
    let index = page(site(), "list/index.html");
    assert!(!select(&index, "main a[href='../find/index.html']").is_empty());
    for path in ["index.html", "md/licensing.html", "list/3A.html", "find/names-ka-1.html"] {
        let page = page(site(), path);
        let links = select(&page, ".contents a[href$='index.html']");
        assert!(links.iter().any(|a| text(*a) == "Find an entry without script"), "{path}");
    }
}

#[test]
fn each_page_says_what_it_covers_and_who_decides() {
    for (name, page) in pages(site()) {
        let note = text(select(&page, "main > .box")[0]);
        for words in [
            "covers the dual-use list only",
            "military and national lists, sanctions and catch-all controls apply besides",
            "no match in this edition; this is not a finding that the item is free",
            "The competent authority of each country decides",
            &list().newest().unwrap().id,
        ] {
            assert!(note.contains(words), "{name}: {words}");
        }
    }
}

/// Sixty times the names, most under one letter, and rows of many codes.
#[test]
fn pages_stay_small_however_much_there_is() {
    let folder = base();
    let aliases = folder.path().join("book/lists/dual-use/aliases/uk.toml");
    let mut names = String::from("lang = \"uk\"\n");
    for at in 0..6_000 {
        let first = if at % 10 == 0 { "ґрунт" } else { "пристрій" };
        let _ = write!(
            names,
            "\n[[alias]]\ntext = \"{first} зразковий номер {at}\"\ncodes = [\"3A001.a\", \"3A001.b\", \"5A001\"]\n"
        );
    }
    fs::write(aliases, names).unwrap();
    let site = folder.path().join("site");
    build(folder.path(), &site);
    assert_clicks(&site);
    let mut count = 0;
    for file in fs::read_dir(site.join("en/find")).unwrap().flatten() {
        let name = file.file_name().to_string_lossy().into_owned();
        let bytes = fs::read(file.path()).unwrap();
        assert!(bytes.len() <= 60_000, "{name}: {} bytes", bytes.len());
        let page = Html::parse_document(&String::from_utf8_lossy(&bytes));
        if name.starts_with("names-uk-") {
            count += select(&page, ".finds li").len();
        }
    }
    assert_eq!(count, 6_000);
}
