//! Registers kept beside the prose as TOML: sources, authorities, open questions, terms.

use crate::date::Date;
use crate::diagnostic::Findings;
use crate::outline::take_id;
use crate::source::{Located, SourceText};
use crate::table::read_toml;
use crate::trust::Basis;

/// A legal act or document.
#[derive(Clone, Debug)]
pub struct Source {
    /// Permanent id, unique in the whole handbook.
    pub id: Located<String>,
    /// Short name shown in marks.
    pub short: String,
    /// Title in its own language.
    pub title: String,
    /// Language of the title.
    pub lang: String,
    /// Title in English, where the title is in another language.
    pub english: Option<String>,
    /// Kind of document.
    pub kind: String,
    /// Official number.
    pub number: Option<String>,
    /// Date of the act or publication.
    pub date: Option<Date>,
    /// Address of the copy.
    pub url: Option<Located<String>>,
    /// Date the copy was read; `None` when the act itself was not read.
    pub read: Option<Date>,
    /// What was read, in words.
    pub copy: Option<String>,
    /// A caution for the reader.
    pub note: Option<String>,
}

const KINDS: [&str; 8] =
    ["law", "by-law", "treaty", "official page", "report", "press", "paper", "database"];

/// Reads a register of sources; ids must start with `prefix` and a hyphen, if one is given.
pub fn read_sources(source: &SourceText, prefix: Option<&str>, findings: &Findings) -> Vec<Source> {
    let mut all: Vec<Source> = Vec::new();
    read_toml(source, findings, |top| {
        top.each("source", |row| {
            let id = take_id(row, all.iter().map(|s| s.id.as_str()), "this register");
            let short = row.required_text("short");
            let title = row.required_text("title");
            let lang = row.required_text("lang");
            let english = row.text("english").map(|t| t.value);
            let kind = row.required_one_of("kind", &KINDS);
            let number = row.text("number").map(|t| t.value);
            let date = row.date("date").map(|d| d.value);
            let url = row.text("url");
            let read = row.date("read").map(|d| d.value);
            let copy = row.text("copy").map(|t| t.value);
            let note = row.text("note").map(|t| t.value);
            let (Some(id), Some(short), Some(title)) = (id, short, title) else { return };
            if let Some(prefix) = prefix
                && !id.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('-'))
            {
                findings.at(
                    "source-prefix",
                    source,
                    &id.range,
                    &[("id", &id.value), ("prefix", &prefix)],
                );
            }
            if let Some(url) = &url
                && !is_web_address(url)
            {
                findings.at("url-form", source, &url.range, &[("url", &url.value)]);
            }
            all.push(Source {
                id,
                short: short.value,
                title: title.value,
                lang: lang.map(|l| l.value).unwrap_or_default(),
                english,
                kind: kind.map(|k| k.value).unwrap_or_default(),
                number,
                date,
                url,
                read,
                copy,
                note,
            });
        });
    });
    all
}

/// Whether an address may be a link: the web or mail, nothing a browser would run.
pub fn is_web_address(url: &str) -> bool {
    ["https://", "http://", "mailto:"].iter().any(|scheme| url.starts_with(scheme))
        && !url.contains([' ', '"', '<', '>', '\n'])
}

/// A body that decides, checks or answers.
#[derive(Clone, Debug)]
pub struct Authority {
    /// Permanent id within the country.
    pub id: Located<String>,
    /// Official name in its own language.
    pub name: String,
    /// Language of the name.
    pub lang: String,
    /// Name in English.
    pub english: String,
    /// What it does.
    pub role: String,
    /// Trust of the role.
    pub basis: Basis,
    /// Ways to reach it.
    pub contacts: Vec<Contact>,
}

/// One way to reach an authority.
#[derive(Clone, Debug)]
pub struct Contact {
    /// `address`, `site`, `phone` or `e-mail`.
    pub kind: String,
    /// The address or number.
    pub value: String,
    /// Trust of it.
    pub basis: Basis,
}

/// Reads `authorities.toml`.
pub fn read_authorities(source: &SourceText, findings: &Findings) -> Vec<Authority> {
    let mut all: Vec<Authority> = Vec::new();
    read_toml(source, findings, |top| {
        top.each("authority", |row| {
            let id = take_id(row, all.iter().map(|a| a.id.as_str()), "this register");
            let name = row.required_text("name");
            let lang = row.required_text("lang");
            let english = row.required_text("english");
            let role = row.required_text("role");
            let basis = Basis::read(row);
            let mut contacts = Vec::new();
            row.each("contact", |row| {
                let kind = row.required_one_of("kind", &["address", "site", "phone", "e-mail"]);
                let value = row.required_text("value");
                let basis = Basis::read(row);
                if let (Some(kind), Some(value)) = (kind, value) {
                    contacts.push(Contact { kind: kind.value, value: value.value, basis });
                }
            });
            if let (Some(id), Some(name), Some(english)) = (id, name, english) {
                all.push(Authority {
                    id,
                    name: name.value,
                    lang: lang.map(|l| l.value).unwrap_or_default(),
                    english: english.value,
                    role: role.map(|r| r.value).unwrap_or_default(),
                    basis,
                    contacts,
                });
            }
        });
    });
    all
}

/// Something the country team still has to answer.
#[derive(Clone, Debug)]
pub struct Question {
    /// Permanent id within the country.
    pub id: Located<String>,
    /// Section the answer belongs in.
    pub section: Located<String>,
    /// The question.
    pub text: String,
}

/// Reads `questions.toml`.
pub fn read_questions(source: &SourceText, findings: &Findings) -> Vec<Question> {
    let mut all: Vec<Question> = Vec::new();
    read_toml(source, findings, |top| {
        top.each("question", |row| {
            let id = take_id(row, all.iter().map(|q| q.id.as_str()), "this register");
            let section = row.required_text("section");
            let text = row.required_text("text");
            if let (Some(id), Some(section), Some(text)) = (id, section, text) {
                all.push(Question { id, section, text: text.value });
            }
        });
    });
    all
}

/// A term as one country's law and officers use it.
#[derive(Clone, Debug)]
pub struct NationalTerm {
    /// Permanent id within the country.
    pub id: Located<String>,
    /// The term in its own language.
    pub text: String,
    /// Language of the term.
    pub lang: String,
    /// English equivalent.
    pub english: String,
    /// Id of the regional term it corresponds to.
    pub regional: Option<Located<String>>,
    /// Trust of the equivalence.
    pub basis: Basis,
}

/// Reads `terms.toml`.
pub fn read_national_terms(source: &SourceText, findings: &Findings) -> Vec<NationalTerm> {
    let mut all: Vec<NationalTerm> = Vec::new();
    read_toml(source, findings, |top| {
        top.each("term", |row| {
            let id = take_id(row, all.iter().map(|t| t.id.as_str()), "this register");
            let text = row.required_text("text");
            let lang = row.required_text("lang");
            let english = row.required_text("english");
            let regional = row.text("regional");
            let basis = Basis::read(row);
            if let (Some(id), Some(text), Some(english)) = (id, text, english) {
                all.push(NationalTerm {
                    id,
                    text: text.value,
                    lang: lang.map(|l| l.value).unwrap_or_default(),
                    english: english.value,
                    regional,
                    basis,
                });
            }
        });
    });
    all
}

/// A term of the regional glossary.
#[derive(Clone, Debug)]
pub struct Term {
    /// Permanent id, unique in the handbook.
    pub id: Located<String>,
    /// The term.
    pub name: String,
    /// Words in prose that link to it at their first use in a section.
    pub matches: Vec<String>,
    /// What it means, in our own words.
    pub definition: String,
    /// Trust of the definition.
    pub basis: Basis,
}

/// Reads `glossary.toml`.
pub fn read_glossary(source: &SourceText, findings: &Findings) -> Vec<Term> {
    let mut all: Vec<Term> = Vec::new();
    read_toml(source, findings, |top| {
        top.each("term", |row| {
            let id = take_id(row, all.iter().map(|t| t.id.as_str()), "the glossary");
            let name = row.required_text("name");
            let matches = row.texts("match");
            let definition = row.required_text("definition");
            let basis = Basis::read(row);
            for word in &matches {
                let taken = all
                    .iter()
                    .find(|t| t.matches.iter().any(|m| m.to_lowercase() == word.to_lowercase()));
                if let Some(other) = taken {
                    let values: &[(&str, &dyn std::fmt::Display)] =
                        &[("word", &word.value), ("other", &other.id.value)];
                    findings.at("term-match-twice", source, &word.range, values);
                }
            }
            if let (Some(id), Some(name), Some(definition)) = (id, name, definition) {
                all.push(Term {
                    id,
                    name: name.value,
                    matches: matches.into_iter().map(|m| m.value).collect(),
                    definition: definition.value,
                    basis,
                });
            }
        });
    });
    all
}
