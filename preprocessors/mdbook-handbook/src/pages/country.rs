//! A country's pages: its first page, and its sections along the outline.

use handbook_model::country::{Country, count_trust};
use handbook_model::{Date, Status, Trust};
use minijinja::Value;

use super::shell::{Frame, Heading};
use super::{Maker, Page};
use crate::address::From;
use crate::html::block;
use crate::templates::values;

impl Maker<'_> {
    pub(super) fn country_pages(&self, country: &Country) -> Vec<Page> {
        let mut pages = vec![self.country_index(country)];
        pages.extend(self.handbook.outline.sections.iter().map(|s| self.section(country, &s.id)));
        pages
    }

    fn section(&self, country: &Country, id: &str) -> Page {
        let path = format!("{}/{id}.md", country.id);
        let outline = self.handbook.outline.section(id);
        let title = outline.map_or(id, |s| &s.title);
        let chapter = country.sections.get(id);
        let origin = self.origin(country, id);
        let source = origin.map(|o| match o.folder.as_str() {
            "." => format!("{id}.md"),
            folder => format!("{folder}/{id}.md"),
        });
        let pending = country.status(id) == Status::Pending;
        let mut body = String::new();
        if pending {
            let contents = outline.map(|s| s.contents.as_slice()).unwrap_or_default();
            let values = values! {
                country => country.name,
                owed_by => chapter.and_then(|c| c.front.owed_by.as_ref()),
                purpose => outline.map(|s| &s.purpose),
                contents,
                outline => From(&path).page("outline.md", Some(id)),
            };
            body.push_str(&block(&self.templates.render("pending.html", values)));
        }
        body.push_str(&self.section_facts(&path, country, id));
        if let Some(chapter) = chapter {
            let directive = |name: &str| self.country_block(&path, country, name);
            let text = self.resolve(&path, chapter, &directive);
            let written = chapter.front.language.as_ref().unwrap_or(&country.source_language);
            let page = self.handbook.region.languages.first().map(|l| &l.id);
            if page.is_some_and(|page| page != written) {
                // What is not translated says which language it is in.
                body.push_str(&block(&format!("<div lang=\"{}\">", crate::html::escape(written))));
                body.push_str(&text);
                body.push_str(&block("</div>"));
            } else {
                body.push_str(&text);
            }
        }
        let frame = Frame {
            heading: Some(Heading { id, text: title, over: Some(&country.name) }),
            chapter,
            source: source.as_deref(),
            country: Some(country),
            section: Some(id),
            checked: chapter.and_then(|c| c.front.checked),
        };
        self.page(&path, &format!("{}: {title}", country.name), &body, &frame)
    }

    fn country_index(&self, country: &Country) -> Page {
        let path = format!("{}/index.md", country.id);
        let from = From(&path);
        let sections: Vec<Value> = self
            .handbook
            .outline
            .sections
            .iter()
            .map(|section| {
                let chapter = country.sections.get(&section.id);
                let status = country.status(&section.id);
                let counts = count_trust(chapter);
                values! {
                    href => from.rule(&country.id, &section.id, None),
                    title => section.title,
                    status => status.label(),
                    key => status.label().replace(' ', "-"),
                    owed_by => chapter.and_then(|c| c.front.owed_by.as_ref()),
                    checked => chapter.and_then(|c| c.front.checked).map(Date::long),
                    statements => counts.iter().sum::<usize>(),
                    weak => weak(&counts),
                }
            })
            .collect();
        let counts = country.trust_counts();
        let questions: Vec<Value> = country
            .questions
            .rows
            .iter()
            .map(|question| {
                let section = self.handbook.outline.section(&question.section);
                values! {
                    id => question.id.value,
                    text => question.text,
                    section => section.map(|s| &s.title),
                    href => from.rule(&country.id, &question.section, None),
                }
            })
            .collect();
        let applies = country.applies.as_ref().map(|applied| {
            values! {
                edition => applied.edition.value,
                href => from.page("list/applied.md", None),
                note => applied.note,
                checked => applied.checked.long(),
                mark => self.mark_of(from, applied.trust, std::slice::from_ref(&applied.act.value)),
            }
        });
        let values = values! {
            official => country.official_name,
            lang => country.language,
            name => country.name,
            sections,
            total => counts.iter().sum::<usize>(),
            trust => Self::trust_values(&counts),
            confirmed => counts[0],
            written => country.sections.keys().filter(|id| country.status(id) != Status::Pending).count(),
            sections_total => self.handbook.outline.sections.len(),
            questions,
            applies,
            sources => values! {
                href => from.rule(&country.id, "sources", None),
                count => country.sources.rows.len(),
                read => country.sources.rows.iter().filter(|s| s.read.is_some()).count(),
            },
            source_language => country.source_language,
        };
        let body = block(&self.templates.render("country.html", values));
        let frame = Frame {
            heading: Some(Heading { id: "_top", text: &country.name, over: None }),
            country: Some(country),
            checked: country.checked(),
            ..Frame::default()
        };
        self.page(&path, &country.name, &body, &frame)
    }
}

/// How many statements a reader must not rely on.
fn weak(counts: &[usize; Trust::ALL.len()]) -> usize {
    Trust::ALL.iter().zip(counts).filter(|(t, _)| t.needs_warning()).map(|(_, n)| n).sum()
}
