//! The frame's pages: prose from `book/src`, and outline, glossary and sources from data.

use handbook_model::register::NationalTerm;
use handbook_model::{Country, Date};
use minijinja::Value;

use super::shell::{Frame, Heading};
use super::{Maker, Page};
use crate::address::From;
use crate::html::block;
use crate::templates::values;

impl Maker<'_> {
    pub(super) fn frame_pages(&self, order: &[(String, String)]) -> Vec<Page> {
        let mut pages: Vec<Page> = order
            .iter()
            .filter_map(|(path, name)| {
                let chapter = self.handbook.frame.get(path)?;
                let directive =
                    |name: &str| (name == "countries").then(|| self.countries_block(path));
                let body = self.resolve(path, chapter, &directive);
                let source = format!("{}/{path}", handbook_model::handbook::FRAME);
                let frame = Frame {
                    chapter: Some(chapter),
                    source: Some(&source),
                    checked: chapter.front.checked,
                    ..Frame::default()
                };
                Some(self.page(path, name, &body, &frame))
            })
            .collect();
        pages.push(self.outline());
        pages.push(self.glossary_page());
        pages.push(self.sources_page());
        pages
    }

    fn outline(&self) -> Page {
        let path = "outline.md";
        let from = From(path);
        let outline = &self.handbook.outline;
        let sections: Vec<Value> = outline
            .sections
            .iter()
            .map(|s| {
                let countries: Vec<Value> = self
                    .handbook
                    .countries
                    .iter()
                    .map(|c| {
                        values! {
                            name => c.name,
                            href => from.rule(&c.id, &s.id, None),
                            status => c.status(&s.id).label(),
                        }
                    })
                    .collect();
                values! { id => s.id, title => s.title, purpose => s.purpose, contents => s.contents, countries }
            })
            .collect();
        let values = values! { version => outline.version, sections };
        self.made(
            path,
            "Outline of a country chapter",
            "outline.html",
            values,
            "book/outline.toml",
            None,
        )
    }

    /// The regional terms, each with the words of the countries that correspond to it; below them
    /// the words of each country that correspond to none.
    fn glossary_page(&self) -> Page {
        let path = "glossary.md";
        let from = From(path);
        let mut terms: Vec<_> = self.handbook.glossary.rows.iter().collect();
        terms.sort_by_key(|t| t.name.to_lowercase());
        let terms: Vec<Value> = terms
            .iter()
            .map(|term| {
                let national: Vec<Value> = self
                    .handbook
                    .countries
                    .iter()
                    .flat_map(|c| c.terms.rows.iter().map(move |t| (c, t)))
                    .filter(|(_, t)| t.regional.as_ref().is_some_and(|r| r.value == term.id.value))
                    .map(|(c, t)| self.national_word(from, c, t))
                    .collect();
                values! {
                    id => term.id.value,
                    name => term.name,
                    definition => term.definition,
                    mark => self.mark(from, &term.basis),
                    national,
                }
            })
            .collect();
        let others: Vec<Value> = self
            .handbook
            .countries
            .iter()
            .filter_map(|c| {
                let words: Vec<Value> = c
                    .terms
                    .rows
                    .iter()
                    .filter(|t| t.regional.is_none())
                    .map(|t| self.national_word(from, c, t))
                    .collect();
                (!words.is_empty()).then(|| values! { id => c.id, name => c.name, words })
            })
            .collect();
        let values = values! { terms, others };
        self.made(path, "Glossary", "glossary.html", values, "book/glossary.toml", None)
    }

    /// A word of national law; its sources stand where the link leads.
    fn national_word(&self, from: From<'_>, country: &Country, term: &NationalTerm) -> Value {
        values! {
            text => term.text,
            lang => term.lang,
            english => term.english,
            country => country.name,
            href => from.rule(&country.id, "glossary", Some(&format!("term-{}", *term.id))),
            mark => self.mark_of(from, term.basis.trust, &[]),
        }
    }

    fn sources_page(&self) -> Page {
        let path = "sources.md";
        let rows = &self.handbook.sources.rows;
        let block = self.sources_block(rows);
        let checked = rows.iter().filter_map(|s| s.read).max();
        let values = values! { table => Value::from_safe_string(block) };
        self.made(
            path,
            "Sources of the frame",
            "frame-sources.html",
            values,
            "book/sources.toml",
            checked,
        )
    }

    /// A page made from data by one template.
    pub(super) fn made(
        &self,
        path: &str,
        name: &str,
        template: &str,
        values: Value,
        source: &str,
        checked: Option<Date>,
    ) -> Page {
        let body = block(&self.templates.render(template, values));
        let frame = Frame {
            heading: Some(Heading { id: "_top", text: name, over: None }),
            source: Some(source),
            checked,
            ..Frame::default()
        };
        self.page(path, name, &body, &frame)
    }
}
