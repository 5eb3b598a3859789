//! Full-text search of the real book: what it finds, and `handbook search` as people and scripts
//! meet it. That the reader and tantivy agree is tested in `handbook-search`.

use std::fs;
use std::sync::OnceLock;

use handbook_lookup::search::{Document, HEAD, Search, Table};
use handbook_model::Findings;
use handbook_tests::known_items::{KINDS, questions};
use handbook_tests::{base, run, workspace_root};
use mdbook_handbook::{assemble, gather};
use serde_json::Value;

/// The documents of the real book, and its tables.
fn book() -> &'static (Vec<Document>, Vec<Table>) {
    static BOOK: OnceLock<(Vec<Document>, Vec<Table>)> = OnceLock::new();
    BOOK.get_or_init(|| {
        let findings = Findings::default();
        let gathered = gather(&workspace_root(), None, &findings, &|_| {}).unwrap();
        let book = assemble(&gathered, &findings);
        (handbook_search::documents(&book), handbook_search::tables("en", &book).unwrap())
    })
}

fn loaded() -> Search {
    let (_, tables) = book();
    let mut search = Search::read(&tables.iter().find(|t| t.name == HEAD).unwrap().text).unwrap();
    for table in tables.iter().filter(|t| t.name != HEAD) {
        search.add(&table.text).unwrap();
    }
    search
}

/// Least mean reciprocal rank among the first ten, by kind of question; well under what is
/// reached, since the book changes.
const FLOORS: [(&str, f64); 8] = [
    ("heading", 0.94),
    ("sentence", 0.97),
    ("typo", 0.92),
    ("inflected", 0.94),
    ("one word typo", 0.70),
    ("one word inflected", 0.70),
    ("prefix", 0.90),
    ("phrase", 0.93),
];

/// `cargo test -p handbook-tests --test search -- --nocapture` prints the figures.
#[test]
#[expect(clippy::print_stdout, reason = "the figures are what the test is run for")]
fn known_items_are_found() {
    let (documents, _) = book();
    let mut search = loaded();
    let questions = questions(documents, 200);
    let mut low = Vec::new();
    for (kind, floor) in FLOORS {
        let (mut asked, mut sum) = (0, 0.0);
        for question in questions.iter().filter(|question| question.kind == kind) {
            let wanted = &documents[question.document];
            let found = search.search(&question.query, 10);
            let is_wanted = |url: &str| match url.split_once('#') {
                Some((path, anchor)) => path == wanted.path && anchor == wanted.anchor,
                None => url == wanted.path && wanted.anchor.is_empty(),
            };
            let rank = found.iter().position(|f| is_wanted(&f.url) && f.title == wanted.title);
            asked += 1;
            sum += rank.map_or(0.0, |rank| 1.0 / (rank + 1) as f64);
        }
        let mean = sum / f64::from(asked.max(1));
        println!("{kind}: {asked} questions, MRR@10 {mean:.3}");
        if mean < floor || asked < 50 {
            low.push(format!("{kind}: {mean:.3} of {asked}"));
        }
    }
    assert_eq!(FLOORS.map(|(kind, _)| kind), KINDS);
    assert!(low.is_empty(), "{low:?}");
}

#[test]
fn every_result_leads_to_a_place_and_shows_what_was_found() {
    let mut search = loaded();
    for query in ["transit authorisation", "catch-all", "ліцензія", "autorizație", "3A001"]
    {
        let found = search.search(query, 20);
        assert!(!found.is_empty(), "{query}");
        for result in found {
            let characters: Vec<char> = result.excerpt.chars().collect();
            assert!(characters.len() < 340, "{}", result.excerpt);
            assert!(!result.excerpt.contains(char::is_control), "{:?}", result.excerpt);
            let mut last = 0;
            for (start, end) in result.highlights {
                assert!(last <= start && start < end && end as usize <= characters.len());
                let word: String = characters[start as usize..end as usize].iter().collect();
                assert!(!word.contains(char::is_whitespace), "{word}");
                last = end;
            }
        }
    }
}

#[test]
fn tables_are_the_same_for_the_same_book() {
    let (_, tables) = book();
    let findings = Findings::default();
    let gathered = gather(&workspace_root(), None, &findings, &|_| {}).unwrap();
    let again = handbook_search::tables("en", &assemble(&gathered, &findings)).unwrap();
    assert!(*tables == again);
}

fn json(arguments: &[&str]) -> Vec<Value> {
    let (code, out, err) = run(&workspace_root(), &[&["search", "--json"], arguments].concat());
    assert_eq!(code, 0, "{out}{err}");
    serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out}"))
}

#[test]
fn a_result_has_what_is_promised() {
    let found = json(&["transit", "authorisation", "--limit", "3"]);
    assert_eq!(found.len(), 3);
    for result in &found {
        for key in ["url", "title", "excerpt"] {
            assert!(result[key].is_string(), "{key}: {result}");
        }
        let url = result["url"].as_str().unwrap();
        assert!(!url.starts_with('/') && url.contains(".html"), "{url}");
        assert!(result["score"].as_f64().is_some_and(|score| score > 0.0));
        let excerpt: Vec<char> = result["excerpt"].as_str().unwrap().chars().collect();
        for pair in result["highlights"].as_array().unwrap() {
            let [start, end] = [0, 1].map(|at| pair[at].as_u64().unwrap() as usize);
            assert!(start < end && end <= excerpt.len(), "{result}");
        }
    }
    assert!(json(&["zzzzqqqq"]).is_empty());
    assert!(json(&["\u{202e}\u{200f}"]).is_empty());
}

#[test]
fn people_are_told_where_it_stands() {
    let root = workspace_root();
    let (code, out, _) = run(&root, &["search", "transit authorisation", "--limit", "1"]);
    assert!(code == 0 && out.contains(".html") && out.contains('*'), "{out}");
    let (code, out, _) = run(&root, &["search", "zzzzqqqq"]);
    assert_eq!((code, out.as_str()), (0, "nothing found\n"));
    let (code, _, err) = run(&root, &["search", "x", "--lang", "xx"]);
    assert!(code == 2 && err.contains("en"), "{err}");
    assert_eq!(run(&root, &["search"]).0, 2);
}

#[test]
fn a_file_of_queries_gives_a_list_a_line() {
    let folder = base();
    let root = folder.path();
    let long = "goods ".repeat(200_000);
    let queries = root.join("queries.txt");
    fs::write(&queries, format!("invoice\n\nzzzzqqqq\n\u{1}\0\n{long}\n")).unwrap();
    let path = queries.to_str().unwrap();
    let (code, out, err) = run(root, &["search", "--batch", path, "--limit", "2"]);
    assert_eq!(code, 0, "{err}");
    let lines: Vec<Vec<Value>> =
        out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 5, "{out}");
    assert!((1..=2).contains(&lines[0].len()) && lines[1].is_empty() && lines[2].is_empty());
}
