//! Commodity cards, in the real handbook and in the base one: a page for each, values from the
//! list's data, links both ways, and the lookup that finds goods by the names on a card.

mod made;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use handbook_model::cards::Card;
use handbook_model::{Findings, Handbook};
use handbook_tests::{base, run, workspace_root};
use made::pages;
use mdbook_handbook::gather;
use scraper::{Html, Selector};

fn texts(page: &Html, css: &str) -> Vec<String> {
    let css = Selector::parse(css).unwrap();
    page.select(&css).map(|element| element.text().collect::<String>()).collect()
}

fn links(page: &Html) -> BTreeSet<String> {
    let css = Selector::parse("a[href]").unwrap();
    page.select(&css).filter_map(|link| Some(link.attr("href")?.to_owned())).collect()
}

fn assert_card(handbook: &Handbook, pages: &BTreeMap<String, Html>, card: &Card) {
    let path = format!("cards/{}.md", card.id);
    let page = pages.get(&path).unwrap_or_else(|| panic!("{path} is not made"));
    assert!(handbook.generated_pages().contains(&path), "{path} is not among the pages");
    let (whole, links_here) = (page.root_element().text().collect::<String>(), links(page));
    for says in card.says() {
        for text in &says.texts {
            assert!(whole.contains(text.as_str()), "{path}: {}", text.value);
        }
    }
    for code in &card.entries {
        let provision = handbook.list.provision(code).unwrap();
        let group = provision.code.group();
        let href = format!("../list/{group}.html#{}", code.value);
        assert!(links_here.contains(&href), "{path} has no link to {href}");
        // The entry leads back.
        let back = links(&pages[&format!("list/{group}.md")]);
        let card_page = format!("../cards/{}.html", card.id);
        assert!(back.contains(&card_page), "{group} has no link to {card_page}");
    }
    let cells = texts(page, "table td");
    assert_eq!(cells.len(), card.thresholds.len() * handbook.list.held.len(), "{path}");
    let shown = cells.chunks(handbook.list.held.len());
    for (threshold, cells) in card.thresholds.iter().zip(shown) {
        let row = threshold.find(&handbook.list).unwrap();
        for (edition, cell) in handbook.list.held.iter().zip(cells) {
            // Powers are raised on the page, so only plain values can be compared as they are.
            match row.values.get(&edition.id) {
                None => assert_eq!(cell, "not a criterion", "{path}"),
                Some(value) if value.contains('^') => {}
                Some(value) => assert!(cell.contains(value.as_str()), "{path}: {cell}: {value}"),
            }
        }
    }
    let index = links(&pages["cards/index.md"]);
    assert!(index.contains(&format!("{}.html", card.id)), "{path} is not in the index");
}

#[test]
fn each_card_has_a_page_with_its_entries_and_the_values_of_each_list_edition() {
    let (handbook, pages) = pages(&workspace_root());
    let cards = &handbook.cards.rows;
    assert!(cards.len() >= 60, "{}", cards.len());
    cards.iter().for_each(|card| assert_card(&handbook, &pages, card));
    let categories: BTreeSet<char> =
        cards.iter().flat_map(|c| &c.entries).filter_map(|code| code.chars().next()).collect();
    assert_eq!(categories.len(), 10, "a category of the list has no card: {categories:?}");
}

#[test]
fn each_card_is_written_for_its_own_goods_in_short_sentences() {
    let findings = Findings::default();
    let handbook = gather(&workspace_root(), None, &findings, &|_| {}).unwrap().handbook;
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for card in &handbook.cards.rows {
        let whole = |says: &handbook_model::cards::Says| -> String {
            says.texts.iter().map(|t| t.value.clone()).collect::<Vec<_>>().join(" ")
        };
        for part in [whole(&card.looks), whole(&card.ask), whole(&card.alike)] {
            if let Some(other) = seen.insert(part.clone(), &card.id) {
                panic!("{other} and {} say the same: {part}", card.id);
            }
        }
        let questions = card.ask.texts.len();
        assert!((2..=4).contains(&questions), "{}: {questions} questions", card.id);
        let own = [&card.looks, &card.decides, &card.ask, &card.alike, &card.safety];
        for text in own.into_iter().flat_map(|says| &says.texts) {
            let words = text.split_whitespace().count();
            assert!(words <= 30, "{}: {words} words: {}", card.id, text.value);
        }
    }
}

#[test]
fn the_lookup_finds_goods_by_a_name_that_only_a_card_has() {
    let ask = |root: &Path, query: &str| -> Vec<String> {
        let (code, out, err) = run(root, &["lookup", "--json", query]);
        assert_eq!(code, 0, "{out}{err}");
        let found: Vec<serde_json::Value> = serde_json::from_str(&out).unwrap();
        found.iter().map(|hit| hit["code"].as_str().unwrap().to_owned()).collect()
    };
    let root = base();
    assert_eq!(ask(root.path(), "bench microchip").first().map(String::as_str), Some("3A001.b"));
    let real = workspace_root();
    let found = ask(&real, "cell site simulator");
    assert!(found[0].starts_with("5A001"), "{found:?}");
    // What a card names in several provisions of one entry leads to the entry.
    let found = ask(&real, "NaCN briquettes");
    assert_eq!(found[0], "1C350", "{found:?}");
}

#[test]
fn a_handbook_without_cards_is_clean_and_has_no_page_for_them() {
    let root = base();
    std::fs::remove_dir_all(root.path().join("book/cards")).unwrap();
    std::fs::remove_file(root.path().join("book/cards.toml")).unwrap();
    let (handbook, pages) = pages(root.path());
    assert!(handbook.cards.rows.is_empty());
    assert!(pages.keys().all(|path| !path.starts_with("cards/")));
}
