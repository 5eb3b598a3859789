//! Comparisons: which points are put side by side, and what each country says on them.
//!
//! A fact repeats a rule of its own country's chapter in a few words. The check holds it to that
//! rule: same grade, no source and no number that the rule does not have. So a table cannot say
//! today what the chapter said last year.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::ops::Range;

use crate::chapter::Chapter;
use crate::country::Country;
use crate::diagnostic::{Findings, suggestion};
use crate::handbook::Handbook;
use crate::markdown::Statement;
use crate::outline::take_id;
use crate::source::{Located, SourceText};
use crate::table::read_toml;
use crate::trust::{Basis, Trust};

/// File of the frame that names the points compared; a handbook may do without it.
pub const COMPARISONS: &str = "book/comparisons.toml";

/// Longest fact, in characters: four of them stand side by side.
pub const MAX_FACT: usize = 120;

/// A page that puts the countries side by side.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Permanent id, also the name of its page.
    pub id: Located<String>,
    /// Title.
    pub title: String,
    /// What it shows, in a sentence or two.
    pub about: String,
    /// Its points, in order.
    pub topics: Vec<Topic>,
}

/// One point that is compared.
#[derive(Clone, Debug)]
pub struct Topic {
    /// Permanent id within its comparison.
    pub id: Located<String>,
    /// Title.
    pub title: String,
    /// Section of the outline in which facts on it stand.
    pub section: Located<String>,
    /// Where the tool takes the cells from, if not from facts.
    pub from: Option<Origin>,
    /// Whether the page of the lookup says it beside the results.
    pub lookup: bool,
}

/// Data that a country gives elsewhere already and must not give twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The table `[applies]` of `country.toml`.
    Applies,
}

/// What one country says on one topic.
#[derive(Clone, Debug)]
pub struct Fact {
    /// Address of the topic, such as `licensing/fees`.
    pub topic: Located<String>,
    /// The fact in few words.
    pub text: Located<String>,
    /// Section and id of the rule it repeats, such as `licensing#free-of-charge`.
    pub rule: Located<String>,
    /// Its grade and sources.
    pub basis: Basis,
}

impl Comparison {
    /// Address of one of its topics.
    pub fn address(&self, topic: &Topic) -> String {
        format!("{}/{}", *self.id, *topic.id)
    }

    /// Path of its page as a Markdown file.
    pub fn page(&self) -> String {
        format!("compare/{}.md", *self.id)
    }
}

impl Fact {
    /// Section and id of its rule; `None` where the form is wrong, which the check reports.
    pub fn rule(&self) -> Option<(&str, &str)> {
        self.rule.split_once('#')
    }
}

/// Anchor of the `nth` fact, from 0, on the topic with this address.
pub fn anchor(address: &str, nth: usize) -> String {
    let topic = address.replace('/', "-");
    if nth == 0 { format!("fact-{topic}") } else { format!("fact-{topic}-{}", nth + 1) }
}

/// Reads `comparisons.toml`.
pub fn read_comparisons(source: &SourceText, findings: &Findings) -> Vec<Comparison> {
    let mut all: Vec<Comparison> = Vec::new();
    read_toml(source, findings, |top| {
        top.each("comparison", |row| {
            // The page of that name lists the others.
            let taken = std::iter::once("index").chain(all.iter().map(|c| c.id.as_str()));
            let id = take_id(row, taken, "the comparisons");
            let title = row.required_text("title");
            let about = row.required_text("about");
            let mut topics: Vec<Topic> = Vec::new();
            row.each("topic", |row| {
                let id = take_id(row, topics.iter().map(|t| t.id.as_str()), "this comparison");
                let title = row.required_text("title");
                let section = row.required_text("section");
                let from = row.one_of("from", &["applies"]).map(|_| Origin::Applies);
                let lookup = row.flag("lookup").unwrap_or_default();
                if let (Some(id), Some(title), Some(section)) = (id, title, section) {
                    topics.push(Topic { id, title: title.value, section, from, lookup });
                }
            });
            if let (Some(id), Some(title)) = (id, title) {
                let about = about.map(|a| a.value).unwrap_or_default();
                all.push(Comparison { id, title: title.value, about, topics });
            }
        });
    });
    all
}

/// Reads `facts.toml`.
pub fn read_facts(source: &SourceText, findings: &Findings) -> Vec<Fact> {
    let mut all = Vec::new();
    read_toml(source, findings, |top| {
        top.each("fact", |row| {
            let topic = row.required_text("topic");
            let text = row.required_text("text");
            let rule = row.required_text("rule");
            let basis = Basis::read(row);
            if let (Some(topic), Some(text), Some(rule)) = (topic, text, rule) {
                all.push(Fact { topic, text, rule, basis });
            }
        });
    });
    all
}

impl Country {
    /// What the country says on the topic with this address, each with its anchor.
    pub fn facts_on(&self, address: &str) -> impl Iterator<Item = (String, &Fact)> {
        let facts = self.facts.rows.iter().filter(move |f| f.topic.value == address);
        facts.enumerate().map(move |(nth, fact)| (anchor(&fact.topic, nth), fact))
    }
}

impl Handbook {
    /// All topics with their comparisons, in order.
    pub fn topics(&self) -> impl Iterator<Item = (&Comparison, &Topic)> {
        self.comparisons.rows.iter().flat_map(|c| c.topics.iter().map(move |t| (c, t)))
    }

    /// Paths of the pages of comparisons; none without comparisons.
    pub(crate) fn comparison_pages(&self) -> Vec<String> {
        let pages: Vec<String> = self.comparisons.rows.iter().map(Comparison::page).collect();
        let index = (!pages.is_empty()).then(|| "compare/index.md".to_owned());
        index.into_iter().chain(pages).collect()
    }
}

/// Checks topics and facts; grades and sources of facts go through `check_basis` as in every
/// register.
pub(crate) fn check(handbook: &Handbook, findings: &Findings) {
    if let Some(file) = &handbook.comparisons.file {
        for (_, topic) in handbook.topics() {
            if handbook.outline.section(&topic.section).is_none() {
                let mend = suggestion(&topic.section, handbook.outline.ids());
                let values: &[(&str, &dyn Display)] =
                    &[("section", &topic.section.value), ("mend", &mend)];
                findings.at("topic-section", file, &topic.section.range, values);
            }
        }
    }
    for country in &handbook.countries {
        let Some(file) = &country.facts.file else { continue };
        for fact in &country.facts.rows {
            Checker { handbook, findings, country, file, fact }.run();
        }
        check_anchors(handbook, country, findings);
    }
}

/// Anchors of facts must not meet ids that the chapter itself gives on the same page.
fn check_anchors(handbook: &Handbook, country: &Country, findings: &Findings) {
    for (comparison, topic) in handbook.topics() {
        let Some(chapter) = country.sections.get(&topic.section.value) else { continue };
        for (anchor, _) in country.facts_on(&comparison.address(topic)) {
            if let Some(id) = chapter.ids().find(|id| id.value == anchor) {
                let place = "the facts shown on this page";
                let values: &[(&str, &dyn Display)] = &[("id", &id.value), ("place", &place)];
                chapter.finding(findings, "id-twice", &id.range, values);
            }
        }
    }
}

struct Checker<'h> {
    handbook: &'h Handbook,
    findings: &'h Findings,
    country: &'h Country,
    file: &'h SourceText,
    fact: &'h Fact,
}

impl Checker<'_> {
    fn run(&self) {
        self.topic();
        let length = self.fact.text.chars().count();
        if length > MAX_FACT {
            let values: &[(&str, &dyn Display)] = &[("length", &length), ("limit", &MAX_FACT)];
            self.find("fact-long", &self.fact.text.range, values);
        }
        let basis = &self.fact.basis;
        crate::check::check_basis(self.handbook, Some(self.file), basis, self.findings);
        if let Some((chapter, extent)) = self.rule() {
            self.same_basis(chapter, &extent);
            self.same_numbers(chapter, &extent);
        }
    }

    fn find(&self, id: &str, range: &Range<usize>, values: &[(&str, &dyn Display)]) {
        self.findings.at(id, self.file, range, values);
    }

    fn topic(&self) {
        let (address, topics) = (&self.fact.topic, || self.handbook.topics());
        let mend = match topics().find(|(c, t)| c.address(t) == address.value) {
            Some((_, topic)) if topic.from == Some(Origin::Applies) => {
                "The tool fills it from [applies] in country.toml; delete this fact.".to_owned()
            }
            Some(_) => return,
            None => {
                let open: Vec<String> =
                    topics().filter(|(_, t)| t.from.is_none()).map(|(c, t)| c.address(t)).collect();
                suggestion(address, open.iter().map(String::as_str))
            }
        };
        let values: &[(&str, &dyn Display)] = &[("topic", &address.value), ("mend", &mend)];
        self.find("fact-topic", &address.range, values);
    }

    /// The chapter in which the rule stands, and the rule's bytes in it.
    fn rule(&self) -> Option<(&Chapter, Range<usize>)> {
        let rule = &self.fact.rule;
        let (section, id) = self.fact.rule().unwrap_or((rule, ""));
        if self.handbook.outline.section(section).is_none() {
            self.no_rule(suggestion(section, self.handbook.outline.ids()));
            return None;
        }
        // A section without a file is a finding of its own.
        let chapter = self.country.sections.get(section)?;
        let extent = extent(chapter, id);
        if extent.is_none() {
            let ids: Vec<String> = chapter.ids().map(|id| format!("{section}#{}", **id)).collect();
            self.no_rule(suggestion(rule, ids.iter().map(String::as_str)));
        }
        Some((chapter, extent?))
    }

    fn no_rule(&self, mend: String) {
        let rule = &self.fact.rule;
        let values: &[(&str, &dyn Display)] =
            &[("rule", &rule.value), ("country", &self.country.name), ("mend", &mend)];
        self.find("fact-rule", &rule.range, values);
    }

    fn same_basis(&self, chapter: &Chapter, extent: &Range<usize>) {
        let basis = &self.fact.basis;
        let inside = |s: &&Statement| extent.contains(&s.mark.start);
        let statements = || chapter.markdown.statements.iter().filter(inside);
        let same: Vec<&Statement> = statements().filter(|s| s.trust == basis.trust).collect();
        let named = |id: &String| same.iter().any(|s| s.sources.contains(id));
        if !same.is_empty() && basis.sources.iter().all(|s| named(&s.value)) {
            return;
        }
        let own = mark(basis.trust, basis.sources.iter().map(|s| s.value.as_str()));
        let marks: BTreeSet<String> =
            statements().map(|s| mark(s.trust, s.sources.iter().map(String::as_str))).collect();
        let mend = suggestion(&own, marks.iter().map(String::as_str));
        let values: &[(&str, &dyn Display)] =
            &[("rule", &self.fact.rule.value), ("mark", &own), ("mend", &mend)];
        self.find("fact-basis", &basis.range, values);
    }

    fn same_numbers(&self, chapter: &Chapter, extent: &Range<usize>) {
        let body = chapter.body();
        let mut text = String::new();
        let mut at = extent.start;
        // A number in an address or in the id of a source is not what the rule says.
        for link in chapter.markdown.links.iter().filter(|l| extent.contains(&l.range.start)) {
            if at <= link.url.range.start {
                text.push_str(&body[at..link.url.range.start]);
                text.push(' ');
                at = link.url.range.end;
            }
        }
        text.push_str(&body[at.min(extent.end)..extent.end]);
        let known: BTreeSet<&str> = numbers(&text).collect();
        for number in numbers(&self.fact.text) {
            if !known.contains(number) {
                let values: &[(&str, &dyn Display)] =
                    &[("number", &number), ("rule", &self.fact.rule.value)];
                self.find("fact-number", &self.fact.text.range, values);
            }
        }
    }
}

/// What a rule covers, in bytes of the chapter's Markdown: of a heading all text below it, of
/// anything else its own lines, which for a cell is the row.
fn extent(chapter: &Chapter, id: &str) -> Option<Range<usize>> {
    let (body, markdown) = (chapter.body(), &chapter.markdown);
    let anchor = markdown.anchors.iter().find(|a| a.id.value == id)?;
    if anchor.heading.is_some() {
        let own = markdown.headings.iter().position(|h| h.range.start == anchor.start)?;
        let level = markdown.headings[own].level;
        let next = markdown.headings[own + 1..].iter().find(|h| h.level <= level);
        return Some(anchor.start..next.map_or(body.len(), |h| h.range.start));
    }
    let start = body[..anchor.start].rfind('\n').map_or(0, |n| n + 1);
    let end = body[anchor.written.end..].find('\n').map_or(body.len(), |n| anchor.written.end + n);
    Some(start..end)
}

/// A mark as chapters write it, without its brackets.
fn mark<'s>(trust: Trust, sources: impl Iterator<Item = &'s str>) -> String {
    format!("{}:{}", trust.key(), sources.collect::<Vec<_>>().join(","))
}

/// Numbers in a text, raised ones of articles included.
fn numbers(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_numeric()).filter(|n| !n.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHAPTER: &str = "\
## Fees {#fees}

Free. [](seen:a)

### Time {#time}

Within 10 days.
Not on the 5th. [](proposed:) {#days}

## Papers {#papers}

| Paper | Trust |
|---|---|
| Form 7 {#form} | [](seen:b) |
";

    fn text_of(id: &str) -> Option<String> {
        let findings = Findings::default();
        let chapter = Chapter::read(SourceText::new("x.md", CHAPTER), &findings);
        extent(&chapter, id).map(|range| chapter.body()[range].trim().to_owned())
    }

    #[test]
    fn a_rule_covers_its_heading_its_paragraph_or_its_row() {
        assert!(text_of("fees").unwrap().ends_with("{#days}"));
        assert!(text_of("time").unwrap().starts_with("### Time"));
        assert!(text_of("days").unwrap().starts_with("Within 10 days."));
        assert_eq!(text_of("form").as_deref(), Some("| Form 7 {#form} | [](seen:b) |"));
        assert_eq!(text_of("gone"), None);
    }

    #[test]
    fn anchors_and_numbers() {
        assert_eq!(anchor("licensing/fees", 0), "fact-licensing-fees");
        assert_eq!(anchor("licensing/fees", 1), "fact-licensing-fees-2");
        assert_eq!(numbers("Art. 134¹⁷, 24/2025").collect::<Vec<_>>(), ["134¹⁷", "24", "2025"]);
    }
}
