//! Blocks made from data inside prose: `{{authorities}}`, `{{sources}}`, `{{terms}}`,
//! `{{countries}}`.

use std::collections::BTreeMap;

use handbook_model::country::Country;
use handbook_model::register::Source;
use handbook_model::trust::Basis;
use handbook_model::{Date, Status, Trust};
use minijinja::Value;

use super::Maker;
use crate::address::From;
use crate::resolve::trust_mark;
use crate::templates::values;

impl Maker<'_> {
    /// The block `name` for a section of `country`.
    pub(super) fn country_block(
        &self,
        path: &str,
        country: &Country,
        name: &str,
    ) -> Option<String> {
        let from = From(path);
        match name {
            "authorities" => {
                let authorities: Vec<Value> = country
                    .authorities
                    .rows
                    .iter()
                    .map(|a| {
                        let contacts: Vec<Value> = a
                            .contacts
                            .iter()
                            .map(|c| {
                                let web = c.kind == "site" && !c.value.contains("://");
                                let href = match c.kind.as_str() {
                                    "site" if web => Some(format!("https://{}", c.value)),
                                    "site" => Some(c.value.clone()),
                                    "e-mail" => Some(format!("mailto:{}", c.value)),
                                    "phone" => Some(format!("tel:{}", number(&c.value))),
                                    _ => None,
                                };
                                values! { kind => c.kind, value => c.value, href, mark => self.mark(from, &c.basis) }
                            })
                            .collect();
                        values! {
                            id => a.id.value,
                            name => a.name,
                            lang => a.lang,
                            english => a.english,
                            role => a.role,
                            mark => self.mark(from, &a.basis),
                            contacts,
                        }
                    })
                    .collect();
                Some(self.templates.render("authorities.html", values! { authorities }))
            }
            "sources" => Some(self.sources_block(&country.sources.rows)),
            "terms" => {
                let terms: Vec<Value> = country
                    .terms
                    .rows
                    .iter()
                    .map(|t| {
                        let regional = t.regional.as_ref().and_then(|id| self.handbook.term(id));
                        values! {
                            id => t.id.value,
                            text => t.text,
                            lang => t.lang,
                            english => t.english,
                            regional => regional.map(|r| values! { href => from.term(&r.id), name => r.name }),
                            mark => self.mark(from, &t.basis),
                        }
                    })
                    .collect();
                Some(self.templates.render("terms.html", values! { terms }))
            }
            _ => None,
        }
    }

    /// A register of sources as a table.
    pub(super) fn sources_block(&self, sources: &[Source]) -> String {
        let rows: Vec<Value> = sources
            .iter()
            .map(|s| {
                values! {
                    id => s.id.value,
                    short => s.short,
                    title => s.title,
                    lang => s.lang,
                    english => s.english,
                    kind => s.kind,
                    number => s.number,
                    date => s.date.map(Date::long),
                    url => s.url.as_ref().map(|u| u.value.clone()),
                    read => s.read.map(Date::long),
                    copy => s.copy,
                    note => s.note,
                }
            })
            .collect();
        // Named once at the top: on a page of a hundred sources it would be written a hundred times.
        let mut days: BTreeMap<Date, usize> = BTreeMap::new();
        for day in sources.iter().filter_map(|s| s.read) {
            *days.entry(day).or_default() += 1;
        }
        let usual = days.into_iter().max_by_key(|(_, count)| *count).map(|(day, _)| day.long());
        self.templates.render("sources.html", values! { sources => rows, usual })
    }

    /// The countries and how far their chapters have come.
    pub(super) fn countries_block(&self, path: &str) -> String {
        let from = From(path);
        let rows: Vec<Value> = self
            .handbook
            .countries
            .iter()
            .map(|country| {
                let written = self
                    .handbook
                    .outline
                    .ids()
                    .filter(|id| country.status(id) != Status::Pending)
                    .count();
                let counts = country.trust_counts();
                values! {
                    href => from.page(&format!("{}/index.md", country.id), None),
                    name => country.name,
                    official => country.official_name,
                    lang => country.language,
                    written,
                    sections => self.handbook.outline.sections.len(),
                    statements => counts.iter().sum::<usize>(),
                    seen => counts[1],
                    edition => country.applies.as_ref().map(|a| a.edition.value.clone()),
                    checked => country.checked().map(Date::long),
                    questions => country.questions.rows.len(),
                }
            })
            .collect();
        self.templates.render("countries.html", values! { countries => rows })
    }

    /// A trust mark that a template may print as it is.
    pub(super) fn mark(&self, from: From<'_>, basis: &Basis) -> Value {
        let sources: Vec<String> = basis.sources.iter().map(|s| s.value.clone()).collect();
        self.mark_of(from, basis.trust, &sources)
    }

    /// The same for a grade and source ids.
    pub(super) fn mark_of(&self, from: From<'_>, trust: Trust, sources: &[String]) -> Value {
        Value::from_safe_string(trust_mark(self.handbook, from, trust, sources))
    }
}

/// The number of a telephone contact, without blanks and without what is said about it.
fn number(value: &str) -> String {
    let end = value.find(|c: char| c.is_alphabetic()).unwrap_or(value.len());
    let number = value[..end].trim_end_matches([' ', '(', ',', ';']);
    number.chars().filter(|c| !c.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn only_the_number_is_called() {
        for (value, called) in [
            ("+373 22 546 371", "+37322546371"),
            ("2 299 299 (hotline, within Georgia)", "2299299"),
            ("(044) 481-20-16", "(044)481-20-16"),
        ] {
            assert_eq!(number(value), called);
        }
    }
}
