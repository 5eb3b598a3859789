//! What every page has around its text: contents, heading, sources cited, edition and commit.

use std::collections::BTreeSet;

use handbook_model::country::Country;
use handbook_model::{Chapter, Date, Handbook, Status, Trust};
use minijinja::Value;

use super::Maker;
use crate::address::From;
use crate::gather::Origin;
use crate::history::LastChange;
use crate::templates::values;

/// What a page's shell needs to know beside its path.
#[derive(Default)]
pub(super) struct Frame<'p> {
    /// Heading made by the tool; `None` when the Markdown has its own.
    pub heading: Option<Heading<'p>>,
    /// The chapter whose sources are listed.
    pub chapter: Option<&'p Chapter>,
    /// Path of the file it was made from, for its history and edit link.
    pub source: Option<&'p str>,
    /// Country the page belongs to.
    pub country: Option<&'p Country>,
    /// Section of the country it is, if it is one.
    pub section: Option<&'p str>,
    /// When the statements on it were checked.
    pub checked: Option<Date>,
}

/// A heading made by the tool.
pub(super) struct Heading<'p> {
    /// Id of the heading.
    pub id: &'p str,
    /// Text.
    pub text: &'p str,
    /// Country or part, shown above it.
    pub over: Option<&'p str>,
}

/// Contents, the same for all pages but for what is open.
#[derive(PartialEq)]
pub(super) struct Navigation {
    frame: Vec<(String, String)>,
    countries: Vec<NavCountry>,
    compare: Vec<(String, String)>,
    borders: Vec<(String, String)>,
    list: Vec<(String, String)>,
    groups: Vec<(String, String)>,
}

#[derive(PartialEq)]
struct NavCountry {
    id: String,
    name: String,
    sections: Vec<(String, String, Status)>,
}

impl Navigation {
    pub(super) fn new(handbook: &Handbook, frame: &[(String, String)]) -> Self {
        let own = |path: &str, name: &str| (path.to_owned(), name.to_owned());
        let mut frame = frame.to_vec();
        frame.push(own("outline.md", "Outline of a country chapter"));
        frame.push(own("glossary.md", "Glossary"));
        frame.push(own("sources.md", "Sources of the frame"));
        frame.push(own(super::status::PAGE.0, super::status::PAGE.1));
        let countries = handbook.countries.iter().map(|country| NavCountry {
            id: country.id.clone(),
            name: country.name.clone(),
            sections: handbook
                .outline
                .sections
                .iter()
                .map(|s| {
                    (format!("{}/{}.md", country.id, s.id), s.title.clone(), country.status(&s.id))
                })
                .collect(),
        });
        let comparisons = &handbook.comparisons.rows;
        let index = (!comparisons.is_empty())
            .then(|| own(super::compare::INDEX.0, super::compare::INDEX.1));
        let compare = comparisons.iter().map(|c| (c.page(), c.title.clone()));
        let compare = index.into_iter().chain(compare).collect();
        let procedures = &handbook.procedures.rows;
        let mut borders = Vec::new();
        if !procedures.is_empty() {
            borders.push(own("procedures/index.md", "All procedures"));
        }
        borders.extend(
            procedures.iter().map(|p| (format!("procedures/{}.md", *p.id), p.title.clone())),
        );
        let mut list = vec![
            own(super::lookup::PAGE.0, super::lookup::PAGE.1),
            own("list/index.md", "All categories"),
            own("list/applied.md", "Which country applies which edition"),
            own("list/editions.md", "List editions"),
            own("list/changes.md", "Differences between editions"),
            own(super::find::HUB.0, super::find::HUB.1),
        ];
        if !handbook.cards.rows.is_empty() {
            list.insert(1, own(super::cards::INDEX.0, super::cards::INDEX.1));
        }
        let groups = handbook
            .list
            .pages()
            .iter()
            .map(|page| (format!("list/{page}.md"), page.clone()))
            .collect();
        Self { frame, countries: countries.collect(), compare, borders, list, groups }
    }

    fn value(&self, from: From<'_>) -> Value {
        let item = |path: &str, title: &str| {
            values! { href => from.page(path, None), title, current => path == from.0 }
        };
        let items = |pages: &[(String, String)]| -> Vec<Value> {
            pages.iter().map(|(path, title)| item(path, title)).collect()
        };
        let countries: Vec<Value> = self
            .countries
            .iter()
            .map(|country| {
                let index = format!("{}/index.md", country.id);
                let open = from.0.starts_with(&format!("{}/", country.id));
                let sections: Vec<Value> = country
                    .sections
                    .iter()
                    .filter(|_| open)
                    .map(|(path, title, status)| {
                        let pending = *status == Status::Pending;
                        values! { pending, ..item(path, title) }
                    })
                    .collect();
                values! { sections, ..item(&index, &country.name) }
            })
            .collect();
        let in_list = from.0.starts_with("list/");
        let groups = if in_list { items(&self.groups) } else { Vec::new() };
        // The contents name the page that leads to the others, and the one that is open.
        let short = |pages: &[(String, String)]| -> Vec<Value> {
            let named = |path: &str| path == from.0 || path.ends_with("/index.md");
            pages.iter().filter(|(p, _)| named(p)).map(|(path, title)| item(path, title)).collect()
        };
        let comparing = from.0.starts_with("compare/");
        let compare = if comparing { items(&self.compare) } else { short(&self.compare) };
        let borders = short(&self.borders);
        values! { frame => items(&self.frame), countries, compare, borders, list => items(&self.list), groups }
    }
}

impl Maker<'_> {
    pub(super) fn top(&self, path: &str, frame: &Frame<'_>) -> Value {
        let heading = frame.heading.as_ref().map(|h| {
            values! { id => h.id, text => h.text, over => h.over }
        });
        let over_href = frame.country.map(|c| From(path).page(&format!("{}/index.md", c.id), None));
        let status = frame.country.and(frame.chapter).map(|chapter| {
            let status = chapter.front.status.unwrap_or(Status::Pending);
            values! { key => status.label().replace(' ', "-"), label => status.label() }
        });
        values! {
            nav => self.navigation.value(From(path)),
            heading,
            over_href,
            status,
            checked => frame.checked.map(Date::long),
        }
    }

    pub(super) fn bottom(&self, path: &str, frame: &Frame<'_>) -> Value {
        let stamp = &self.gathered.stamp;
        let commit = stamp.commit.as_ref().map(|c| {
            values! { short => c.short, date => c.date.long(), dirty => stamp.dirty }
        });
        let origin = frame.country.and_then(|c| self.origin(c, frame.section.unwrap_or_default()));
        values! {
            followed => self.followed_by(path),
            cited => frame.chapter.map(|c| self.cited(path, c)).unwrap_or_default(),
            commit,
            checked => frame.checked.map(Date::long),
            change => frame.source.map(|source| self.last_change(source, origin)),
            edit => frame.source.map(|source| self.edit_link(source, origin)),
            remote => origin.and_then(|o| o.remote.as_ref()).map(|(url, commit)| {
                values! { url, short => commit.short, date => commit.date.long() }
            }),
        }
    }

    /// Where a section's file came from: its own repository, or its country's.
    pub(super) fn origin(&self, country: &Country, section: &str) -> Option<&Origin> {
        let origins = &self.gathered.origins;
        let own = origins.get(&format!("{}/{section}", country.id));
        own.or_else(|| origins.get(&country.id))
    }

    /// Steps of procedures that follow the page's section.
    fn followed_by(&self, path: &str) -> Vec<Value> {
        let section = path.strip_suffix(".md").unwrap_or(path);
        let links = self.followed.get(section).map(Vec::as_slice).unwrap_or_default();
        links
            .iter()
            .map(|link| {
                let href = From(path).page(&link.path, link.rule.as_deref());
                values! { href, name => link.name }
            })
            .collect()
    }

    /// The sources that a chapter's statements name, each once, in the order of first use.
    fn cited(&self, path: &str, chapter: &Chapter) -> Vec<Value> {
        let mut seen = BTreeSet::new();
        let named = chapter.markdown.statements.iter().flat_map(|s| &s.sources);
        named
            .filter(|id| seen.insert(id.as_str()))
            .filter_map(|id| {
                let (_, source) = self.handbook.source(id)?;
                Some(values! {
                    href => From(path).source(self.handbook, id),
                    short => source.short,
                    title => source.title,
                    lang => source.lang,
                    english => source.english,
                    read => source.read.map(Date::long),
                    note => source.note,
                })
            })
            .collect()
    }

    fn last_change(&self, source: &str, origin: Option<&Origin>) -> Value {
        let history = origin.map_or(&self.gathered.frame_history, |o| &o.history);
        match history.get(source) {
            Some(LastChange::Commit(commit)) => values! {
                kind => "commit",
                author => commit.author,
                date => commit.date.long(),
                short => commit.short,
            },
            Some(LastChange::Uncommitted) => values! { kind => "uncommitted" },
            Some(LastChange::Unknown(why)) => values! { kind => "unknown", why },
            None => values! { kind => "unknown", why => "the file is not in the git history" },
        }
    }

    fn edit_link(&self, source: &str, origin: Option<&Origin>) -> Value {
        let template = match origin {
            Some(origin) => origin.edit_url.as_ref(),
            None => self.handbook.region.edit_url.as_ref(),
        };
        let url = template.map(|t| t.replace("{path}", source));
        values! { path => source, url }
    }

    /// Counts of statements by grade, for a template.
    pub(super) fn trust_values(counts: &[usize; Trust::ALL.len()]) -> Vec<Value> {
        Trust::ALL
            .iter()
            .zip(counts)
            .map(|(trust, count)| values! { key => trust.key(), label => trust.label(), count })
            .collect()
    }
}
