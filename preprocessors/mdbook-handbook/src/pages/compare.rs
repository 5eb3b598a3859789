//! Countries side by side: one page a comparison, their index, and the same facts on the section
//! where they stand. Both are made from the same rows, so they cannot say different things.

use handbook_model::comparison::{Comparison, Fact, Origin, Topic};
use handbook_model::{Country, Date, Status};
use minijinja::Value;

use super::{Maker, Page};
use crate::address::From;
use crate::html::block;
use crate::templates::values;

/// The file comparisons are made from, for their history and edit link.
const SOURCE: &str = handbook_model::comparison::COMPARISONS;

/// Name of the page that lists them, also in the contents.
pub(super) const INDEX: (&str, &str) = ("compare/index.md", "Countries side by side");

impl Maker<'_> {
    pub(super) fn compare_pages(&self) -> Vec<Page> {
        let comparisons = &self.handbook.comparisons.rows;
        if comparisons.is_empty() {
            return Vec::new();
        }
        let mut pages = vec![self.compare_index(comparisons)];
        pages.extend(comparisons.iter().map(|c| self.comparison(c)));
        pages
    }

    /// All comparisons, and on how many topics each country has something to say.
    fn compare_index(&self, comparisons: &[Comparison]) -> Page {
        let (path, name) = INDEX;
        let from = From(path);
        let countries = &self.handbook.countries;
        let comparisons: Vec<Value> = comparisons
            .iter()
            .map(|comparison| {
                let counts: Vec<Value> = countries
                    .iter()
                    .map(|country| {
                        let filled =
                            |t: &&Topic| !self.cells(from, country, comparison, t).is_empty();
                        let known = comparison.topics.iter().filter(filled).count();
                        values! { country => country.name, known }
                    })
                    .collect();
                values! {
                    href => from.page(&comparison.page(), None),
                    title => comparison.title,
                    about => comparison.about,
                    topics => comparison.topics.len(),
                    counts,
                }
            })
            .collect();
        let countries: Vec<&str> = countries.iter().map(|c| c.name.as_str()).collect();
        let values = values! { comparisons, countries };
        self.made(path, name, "compare-index.html", values, SOURCE, None)
    }

    fn comparison(&self, comparison: &Comparison) -> Page {
        let path = comparison.page();
        let from = From(&path);
        let topics: Vec<Value> = comparison
            .topics
            .iter()
            .map(|topic| {
                let cells: Vec<Value> = self
                    .handbook
                    .countries
                    .iter()
                    .map(|country| {
                        values! {
                            country => country.name,
                            facts => self.cells(from, country, comparison, topic),
                            pending => country.status(&topic.section) == Status::Pending,
                            href => from.rule(&country.id, &topic.section, None),
                        }
                    })
                    .collect();
                values! { id => topic.id.value, title => topic.title, cells }
            })
            .collect();
        let all = &self.handbook.countries;
        let countries: Vec<Value> = all
            .iter()
            .map(|c| {
                values! { name => c.name, href => from.page(&format!("{}/index.md", c.id), None) }
            })
            .collect();
        let dates: Vec<(&Country, Date)> =
            all.iter().filter_map(|c| Some((c, oldest(c, comparison)?))).collect();
        let checked: Vec<Value> =
            dates.iter().map(|(c, date)| values! { name => c.name, date => date.long() }).collect();
        let oldest = dates.iter().map(|(_, date)| *date).min();
        let index = from.page(INDEX.0, None);
        let values = values! { about => comparison.about, countries, topics, checked, index };
        self.made(&path, &comparison.title, "compare.html", values, SOURCE, oldest)
    }

    /// The facts that stand in a section of a country, as a small table below its heading; empty
    /// when there are none.
    pub(super) fn section_facts(&self, path: &str, country: &Country, section: &str) -> String {
        let from = From(path);
        let mut comparisons: Vec<(String, String)> = Vec::new();
        let mut rows: Vec<Value> = Vec::new();
        for (comparison, topic) in self.handbook.topics() {
            let facts = self.cells(from, country, comparison, topic);
            if topic.section.value != section || facts.is_empty() {
                continue;
            }
            rows.push(values! { title => topic.title, facts });
            let page = (from.page(&comparison.page(), None), comparison.title.clone());
            if !comparisons.contains(&page) {
                comparisons.push(page);
            }
        }
        if rows.is_empty() {
            return String::new();
        }
        block(&self.templates.render("facts.html", values! { rows, comparisons }))
    }

    /// What a country says on a topic: text, link to the rule, trust, and the anchor it has in
    /// the country's own section.
    pub(super) fn cells(
        &self,
        from: From<'_>,
        country: &Country,
        comparison: &Comparison,
        topic: &Topic,
    ) -> Vec<Value> {
        let address = comparison.address(topic);
        match (topic.from, &country.applies) {
            (None, _) => {
                let facts = country.facts_on(&address);
                facts.map(|(anchor, fact)| self.fact(from, country, &anchor, fact)).collect()
            }
            (Some(Origin::Applies), None) => Vec::new(),
            (Some(Origin::Applies), Some(applied)) => {
                let act = std::slice::from_ref(&applied.act.value);
                let page = format!("{}/index.md", country.id);
                vec![values! {
                    anchor => handbook_model::comparison::anchor(&address, 0),
                    text => format!("list edition {}", applied.edition.value),
                    href => from.page(&page, Some("_applies")),
                    mark => self.mark_of(from, applied.trust, act),
                    lang => None::<&str>,
                }]
            }
        }
    }

    fn fact(&self, from: From<'_>, country: &Country, anchor: &str, fact: &Fact) -> Value {
        let page = self.handbook.region.languages.first().map(|l| l.id.as_str());
        let written = country.source_language.as_str();
        values! {
            anchor,
            text => fact.text.value,
            href => fact.rule().map(|(section, rule)| from.rule(&country.id, section, Some(rule))),
            mark => self.mark(from, &fact.basis),
            // What is not translated says which language it is in.
            lang => (page != Some(written)).then_some(written),
        }
    }
}

/// When the facts of a country in a comparison were checked: the oldest date bounds them all.
fn oldest(country: &Country, comparison: &Comparison) -> Option<Date> {
    let rules = comparison
        .topics
        .iter()
        .flat_map(|t| country.facts_on(&comparison.address(t)).map(|(_, f)| f).collect::<Vec<_>>());
    let sections = rules.filter_map(|fact| fact.rule().map(|(section, _)| section));
    let checked = sections.filter_map(|s| country.sections.get(s)?.front.checked);
    let applies = comparison.topics.iter().any(|t| t.from == Some(Origin::Applies));
    let applied = country.applies.as_ref().filter(|_| applies).map(|a| a.checked);
    checked.chain(applied).min()
}
