//! Which countries, from where, in which languages: the `[preprocessor.handbook]` table of
//! `book.toml`. Nothing in the code knows a country by name.

use crate::diagnostic::Findings;
use crate::source::{Located, SourceText};
use crate::table::{Table, read_toml};

/// The region a handbook is made for.
#[derive(Clone, Debug)]
pub struct Region {
    /// Title of the book.
    pub title: String,
    /// Short description for search engines and link previews.
    pub description: String,
    /// Languages of pages (BCP 47), in the order shown. The first is the language of the frame.
    pub languages: Vec<Language>,
    /// Address where a file of this repository can be edited, with `{path}` in it.
    pub edit_url: Option<String>,
    /// Countries in the order shown.
    pub countries: Vec<CountrySource>,
    /// The file the above was read from.
    pub source: SourceText,
}

/// A language of pages.
#[derive(Clone, Debug)]
pub struct Language {
    /// BCP 47 tag.
    pub id: String,
    /// Name in the language itself.
    pub name: String,
}

/// A country and where its chapter is kept.
#[derive(Clone, Debug)]
pub struct CountrySource {
    /// ISO 3166 code in lower case.
    pub id: Located<String>,
    /// Where the files are.
    pub place: Place,
    /// Folder of the files in that place.
    pub folder: Located<String>,
    /// Address where a file of the other repository can be edited, with `{path}` in it.
    pub edit_url: Option<String>,
    /// Sections kept in a repository of their own; the id of each is `<country>/<section>`.
    pub sections: Vec<CountrySource>,
}

impl CountrySource {
    /// The section it holds, if it is a section's and not a whole country's.
    pub fn section(&self) -> Option<&str> {
        self.id.split_once('/').map(|(_, section)| section)
    }

    /// The country's own place and those of its sections.
    pub fn with_sections(&self) -> impl Iterator<Item = &CountrySource> {
        std::iter::once(self).chain(&self.sections)
    }
}

/// Where a country's files are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A folder of this repository, read from the working tree.
    Here,
    /// Another git repository, read at a pinned commit.
    Git {
        /// URL or local path.
        url: String,
        /// Branch or tag that `handbook update` follows; the remote's default branch if `None`.
        reference: Option<Reference>,
    },
}

/// What a pin follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reference {
    /// A branch.
    Branch(String),
    /// A tag.
    Tag(String),
}

impl Region {
    /// Reads the region from the text of `book.toml`.
    pub fn read(source: &SourceText, findings: &Findings) -> Self {
        let mut region = Region {
            title: String::new(),
            description: String::new(),
            languages: Vec::new(),
            edit_url: None,
            countries: Vec::new(),
            source: source.clone(),
        };
        read_toml(source, findings, |top| {
            // Everything but our own table is mdBook's to check.
            top.allow_rest();
            top.table("book", |book| {
                book.allow_rest();
                region.title = book.text("title").map(|t| t.value).unwrap_or_default();
                region.description = book.text("description").map(|t| t.value).unwrap_or_default();
            });
            let found = top.table("preprocessor", |preprocessor| {
                preprocessor.allow_rest();
                preprocessor.table("handbook", |table| region.read_settings(table))
            });
            if found.flatten().is_none() {
                findings.whole("region-missing", source.path(), &[]);
            }
        });
        region
    }

    fn read_settings(&mut self, table: &Table<'_, '_>) {
        // mdBook's own keys of a preprocessor.
        for key in ["command", "renderers", "before", "after", "optional"] {
            table.ignore(key);
        }
        self.edit_url = table.text("edit-url").map(|u| u.value);
        table.each("language", |row| {
            let (id, name) = (row.required_text("id"), row.required_text("name"));
            let (Some(id), Some(name)) = (id, name) else { return };
            if is_language_tag(&id) {
                if !self.languages.is_empty() {
                    findings_of_language(table, &id);
                }
                self.languages.push(Language { id: id.value, name: name.value });
            } else {
                let mend = "Write a BCP 47 tag in lower case, such as \"en\" or \"ka\".";
                let values: &[(&str, &dyn std::fmt::Display)] =
                    &[("key", &"id"), ("value", &id.value), ("mend", &mend)];
                table.findings().at("toml-value", table.source(), &id.range, values);
            }
        });
        if self.languages.is_empty() && !table.has("language") {
            let values: &[(&str, &dyn std::fmt::Display)] =
                &[("key", &"[[language]]"), ("table", &"[preprocessor.handbook]")];
            table.findings().at("toml-missing", table.source(), &table.range(), values);
        }
        table.each("country", |row| self.read_country(row));
    }

    fn read_country(&mut self, row: &Table<'_, '_>) {
        let Some(mut country) = read_source(row) else { return };
        let mut sections: Vec<CountrySource> = Vec::new();
        row.each("section", |row| {
            let Some(mut section) = read_source(row) else { return };
            let (id, source, findings) = (&section.id, row.source(), row.findings());
            if section.place == Place::Here {
                row.required_text("git");
                return;
            }
            section.id.value = format!("{}/{}", country.id.value, id.value);
            if sections.iter().any(|s| s.id.value == section.id.value) {
                let values: &[(&str, &dyn std::fmt::Display)] =
                    &[("id", &section.id.value), ("place", &"this country")];
                findings.at("id-twice", source, &section.id.range, values);
                return;
            }
            sections.push(section);
        });
        let (id, source, findings) = (&country.id, row.source(), row.findings());
        if !is_country_code(id) {
            findings.at("country-code", source, &id.range, &[("id", &id.value)]);
        } else if self.countries.iter().any(|c| c.id.value == id.value) {
            findings.at("country-twice", source, &id.range, &[("id", &id.value)]);
        } else {
            country.sections = sections;
            self.countries.push(country);
        }
    }
}

/// Reads where a country's or a section's files are.
fn read_source(row: &Table<'_, '_>) -> Option<CountrySource> {
    let id = row.required_text("id");
    let folder = row.required_text("folder").map(|mut folder| {
        let inner = folder.value.trim_end_matches('/');
        folder.value = inner.strip_prefix("./").unwrap_or(inner).to_owned();
        folder
    });
    let git = row.text("git");
    let branch = row.text("branch");
    let tag = row.text("tag");
    let edit_url = row.text("edit-url").map(|u| u.value);
    let (id, folder) = (id?, folder?);
    let (source, findings) = (row.source(), row.findings());
    if !is_inner_path(&folder) {
        findings.at("path-leaves", source, &folder.range, &[("path", &folder.value)]);
        return None;
    }
    if let (None, Some(word)) = (&git, branch.as_ref().or(tag.as_ref())) {
        findings.at("branch-without-git", source, &word.range, &[("id", &id.value)]);
    }
    let reference = match (branch, tag) {
        (Some(_), Some(tag)) => {
            findings.at("branch-and-tag", source, &tag.range, &[("id", &id.value)]);
            Some(Reference::Tag(tag.value))
        }
        (Some(branch), None) => Some(Reference::Branch(branch.value)),
        (None, Some(tag)) => Some(Reference::Tag(tag.value)),
        (None, None) => None,
    };
    let place = match git {
        Some(url) => Place::Git { url: url.value, reference },
        None => Place::Here,
    };
    Some(CountrySource { id, place, folder, edit_url, sections: Vec::new() })
}

/// A language beside the frame's own needs translations; without them its pages would be in the
/// wrong language under its name.
fn findings_of_language(table: &Table<'_, '_>, id: &Located<String>) {
    let catalog = format!("translations/{}.po", id.value);
    let values: &[(&str, &dyn std::fmt::Display)] =
        &[("language", &id.value), ("catalog", &catalog)];
    table.findings().at("catalog-missing", table.source(), &id.range, values);
}

/// Whether a text can be a country's id: two small letters.
pub fn is_country_code(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|b| b.is_ascii_lowercase())
}

/// Whether a text is a language tag (BCP 47): two or three small letters, then perhaps a script
/// or a region, such as `ro` or `az-Cyrl`.
pub(crate) fn is_language_tag(text: &str) -> bool {
    let (language, rest) = text.split_once('-').unwrap_or((text, "en"));
    (2..=3).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_lowercase())
        && rest.split('-').all(|part| {
            (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
        })
}

/// Whether a relative path stays inside the folder it starts from, on every system.
pub fn is_inner_path(path: &str) -> bool {
    !path.contains(['\\', ':', '\0'])
        && !path.starts_with('/')
        && path.split('/').all(|part| !matches!(part, ".." | ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inner_paths() {
        for inner in ["chapters/md", "a.b", "./a"] {
            assert!(is_inner_path(inner), "{inner}");
        }
        for outer in ["../x", "a/../b", "/etc", "C:/x", "a\\..\\b", "a//b", ""] {
            assert!(!is_inner_path(outer), "{outer}");
        }
    }
}
