//! Countries side by side, in the real handbook and in the base one: a cell for each topic and
//! country, each fact with its rule and its mark, and the same facts in the section itself.

mod made;

use std::path::Path;

use handbook_model::comparison::Origin;
use handbook_model::{Country, Findings, Status};
use handbook_tests::{base, workspace_root};
use made::pages;
use mdbook_handbook::gather;
use scraper::{ElementRef, Html, Selector};

fn select<'h>(page: &'h Html, css: &str) -> Vec<ElementRef<'h>> {
    page.select(&Selector::parse(css).unwrap()).collect()
}

fn inside<'h>(element: ElementRef<'h>, css: &str) -> Vec<ElementRef<'h>> {
    element.select(&Selector::parse(css).unwrap()).collect()
}

/// The rule a link of a page in `compare/` or of a section leads to: section and id.
fn rule_of(href: &str, section: &str) -> (String, String) {
    let (page, id) = href.split_once('#').unwrap_or_else(|| panic!("{href} names no rule"));
    let name = page.rsplit('/').next().unwrap().trim_end_matches(".html");
    (if name.is_empty() { section } else { name }.to_owned(), id.to_owned())
}

fn assert_fact(country: &Country, fact: ElementRef<'_>, section: &str) {
    let text: String = fact.text().collect();
    let link = inside(fact, "a[href]")[0];
    let (page, id) = rule_of(link.attr("href").unwrap(), section);
    // The list edition applied stands on the country's first page, which is made by the tool.
    let known = (page == "index" && id == "_applies")
        || country.sections[&page].ids().any(|known| known.value == id);
    assert!(known, "{}: {text}: no rule {page}#{id}", country.id);
    assert_eq!(inside(fact, ".trust").len(), 1, "{}: {text} has no mark", country.id);
}

fn assert_comparisons(root: &Path) -> usize {
    let (handbook, pages) = pages(root);
    let generated = handbook.generated_pages();
    let mut facts = 0;
    for (comparison, topic) in handbook.topics() {
        let path = comparison.page();
        assert!(generated.contains(&path), "{path} is not among the generated pages");
        let page = &pages[&path];
        let cells = select(page, &format!("tr[id='{}'] > td", *topic.id));
        assert_eq!(cells.len(), handbook.countries.len(), "{path}#{}", *topic.id);
        for (country, cell) in handbook.countries.iter().zip(cells) {
            assert_eq!(cell.attr("data-label"), Some(country.name.as_str()));
            let address = comparison.address(topic);
            let written = match topic.from {
                Some(Origin::Applies) => usize::from(country.applies.is_some()),
                None => country.facts_on(&address).count(),
            };
            let shown = inside(cell, ".fact");
            assert_eq!(shown.len(), written, "{}: {address}", country.id);
            shown.iter().for_each(|fact| assert_fact(country, *fact, ""));
            if written == 0 {
                let words: String = cell.text().collect();
                let pending = country.status(&topic.section) == Status::Pending;
                let wanted = if pending { "pending" } else { "not known yet" };
                assert_eq!(words.trim(), wanted, "{}: {address}", country.id);
            }
            // The section shows the same rows, each at its anchor.
            let section = &pages[&format!("{}/{}.md", country.id, *topic.section)];
            for (nth, cell) in shown.iter().enumerate() {
                let anchor = handbook_model::comparison::anchor(&address, nth);
                let own = select(section, &format!(".glance [id='{anchor}']"));
                assert_eq!(own.len(), 1, "{}: {anchor}", country.id);
                assert_fact(country, own[0], &topic.section);
                let words = |fact: ElementRef<'_>| fact.text().collect::<String>();
                assert_eq!(words(own[0]), words(*cell));
                facts += 1;
            }
        }
    }
    assert!(pages.contains_key("compare/index.md"));
    facts
}

#[test]
fn the_real_comparisons_have_a_cell_for_each_topic_and_country() {
    let facts = assert_comparisons(&workspace_root());
    assert!(facts > 40, "{facts}");
}

#[test]
fn the_base_comparison_has_a_fact_and_the_edition_applied() {
    assert_eq!(assert_comparisons(base().path()), 2);
}

#[test]
fn a_handbook_without_comparisons_has_no_page_of_them() {
    let root = base();
    std::fs::remove_file(root.path().join("book/comparisons.toml")).unwrap();
    std::fs::remove_file(root.path().join("chapters/md/facts.toml")).unwrap();
    let (handbook, pages) = pages(root.path());
    assert!(!handbook.generated_pages().iter().any(|p| p.starts_with("compare/")));
    assert!(!pages.keys().any(|p| p.starts_with("compare/")));
    assert!(select(&pages["md/overview.md"], ".glance").is_empty());
}

#[test]
fn a_change_of_a_rule_that_its_fact_has_not_followed_is_found() {
    let changes = [
        ("Sample act 1/2020", "Sample act 3/2020", "fact-number"),
        ("[](seen:md-sample-act)", "[](unconfirmed:md-sample-act)", "fact-basis"),
        ("{#at-a-glance}", "{#in-short}", "fact-rule"),
    ];
    for (from, to, id) in changes {
        let root = base();
        let path = root.path().join("chapters/md/overview.md");
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from));
        std::fs::write(&path, text.replace(from, to)).unwrap();
        let findings = Findings::default();
        gather(root.path(), None, &findings, &|_| {}).unwrap();
        let found = findings.sorted();
        let here = |d: &&handbook_model::Diagnostic| d.location.path == "chapters/md/facts.toml";
        let ids: Vec<&str> = found.iter().filter(here).map(|d| d.id).collect();
        assert_eq!(ids, [id], "{from}");
    }
}
