//! The frame's pages: prose from `book/src`, and outline, glossary and sources from data.

use handbook_model::Date;
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
                    .map(|(c, t)| {
                        values! {
                            text => t.text,
                            lang => t.lang,
                            country => c.name,
                            href => from.rule(&c.id, "glossary", Some(&format!("term-{}", *t.id))),
                        }
                    })
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
        self.made(path, "Glossary", "glossary.html", values! { terms }, "book/glossary.toml", None)
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
