//! One country: what its folder says.

use std::collections::BTreeMap;

use crate::chapter::{Chapter, Status};
use crate::comparison::{Fact, read_facts};
use crate::date::Date;
use crate::diagnostic::Findings;
use crate::files::Files;
use crate::outline::Outline;
use crate::procedure::{Side, read_side};
use crate::register::{
    Authority, NationalTerm, Question, Source, read_authorities, read_national_terms,
    read_questions, read_sources,
};
use crate::source::{Located, SourceText};
use crate::table::read_toml;
use crate::trust::Trust;

/// A country and its chapter.
#[derive(Clone, Debug)]
pub struct Country {
    /// ISO 3166 code in lower case.
    pub id: String,
    /// Short English name.
    pub name: String,
    /// Name in its own language.
    pub official_name: String,
    /// Language of official names.
    pub language: String,
    /// Language its files are written in, unless a file says otherwise.
    pub source_language: String,
    /// The list edition it applies, where an act confirms one.
    pub applies: Option<Applied>,
    /// `country.toml`, for messages; `None` when it could not be read.
    pub file: Option<SourceText>,
    /// Sections by id.
    pub sections: BTreeMap<String, Chapter>,
    /// Register of sources.
    pub sources: Register<Source>,
    /// Authorities.
    pub authorities: Register<Authority>,
    /// Open questions.
    pub questions: Register<Question>,
    /// This country's sides of procedures.
    pub procedures: Vec<Side>,
    /// National terms.
    pub terms: Register<NationalTerm>,
    /// What it says on the topics of comparisons.
    pub facts: Register<Fact>,
}

/// Rows of a register and the file they stand in.
#[derive(Clone, Debug)]
pub struct Register<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// The file; `None` when the country has none.
    pub file: Option<SourceText>,
}

/// The list edition a country applies.
#[derive(Clone, Debug)]
pub struct Applied {
    /// Control list.
    pub list: Located<String>,
    /// List edition.
    pub edition: Located<String>,
    /// The national act, an id of its register of sources.
    pub act: Located<String>,
    /// How far the statement can be relied on.
    pub trust: Trust,
    /// When it was checked.
    pub checked: Date,
    /// What the reader should know about it.
    pub note: Option<String>,
}

impl Country {
    /// Reads a country from the files of its folder.
    pub fn read(
        id: &str,
        folder: &str,
        files: &Files,
        outline: &Outline,
        findings: &Findings,
    ) -> Self {
        let mut country = Country {
            id: id.to_owned(),
            name: id.to_ascii_uppercase(),
            official_name: String::new(),
            language: String::new(),
            source_language: String::new(),
            applies: None,
            file: None,
            sections: BTreeMap::new(),
            sources: register(files, folder, "sources.toml", findings, |s, f| {
                read_sources(s, Some(id), f)
            }),
            authorities: register(files, folder, "authorities.toml", findings, read_authorities),
            questions: register(files, folder, "questions.toml", findings, read_questions),
            procedures: read_procedures(id, folder, files, findings),
            terms: register(files, folder, "terms.toml", findings, read_national_terms),
            facts: register(files, folder, "facts.toml", findings, read_facts),
        };
        country.file = files.text(&join(folder, "country.toml"), findings);
        match country.file.clone() {
            Some(source) => country.read_descriptor(&source, findings),
            None if !files.contains(&join(folder, "country.toml")) => {
                let shown = files.shown(&join(folder, "country.toml"));
                findings.whole("country-file-missing", &shown, &[("id", &id)]);
            }
            None => {}
        }
        country.read_sections(folder, files, outline, findings);
        country
    }

    fn read_descriptor(&mut self, source: &SourceText, findings: &Findings) {
        read_toml(source, findings, |top| {
            let text = |key| top.required_text(key).map(|t| t.value).unwrap_or_default();
            self.name = text("name");
            self.official_name = text("official-name");
            self.language = text("language");
            self.source_language = text("source-language");
            self.applies = top
                .table("applies", |table| {
                    let list = table.required_text("list");
                    let edition = table.required_text("edition");
                    let act = table.required_text("act");
                    let trust = table.required_one_of("trust", &Trust::WRITABLE);
                    let checked = table.required_date("checked");
                    let note = table.text("note").map(|n| n.value);
                    Some(Applied {
                        list: list?,
                        edition: edition?,
                        act: act?,
                        trust: trust
                            .and_then(|t| Trust::from_key(&t))
                            .unwrap_or(Trust::Unconfirmed),
                        checked: checked?.value,
                        note,
                    })
                })
                .flatten();
        });
    }

    fn read_sections(
        &mut self,
        folder: &str,
        files: &Files,
        outline: &Outline,
        findings: &Findings,
    ) {
        for section in &outline.sections {
            let path = join(folder, &format!("{}.md", section.id));
            if !files.contains(&path) {
                let (name, section) = (&self.name, &section.id);
                findings.whole(
                    "section-missing",
                    &files.shown(&path),
                    &[("country", name), ("section", section)],
                );
                continue;
            }
            if let Some(source) = files.text(&path, findings) {
                let chapter = Chapter::read(source, findings);
                check_front(&chapter, findings);
                self.sections.insert(section.id.clone(), chapter);
            }
        }
        for path in files.below(folder) {
            let name = path.strip_prefix(folder).map_or(path, |rest| rest.trim_start_matches('/'));
            let Some(section) = name.strip_suffix(".md") else { continue };
            // A folder of its own repository may explain itself to visitors.
            if section != "README" && outline.section(section).is_none() {
                let mend = crate::diagnostic::suggestion(section, outline.ids());
                findings.whole(
                    "section-unknown",
                    &files.shown(path),
                    &[("section", &section), ("mend", &mend)],
                );
            }
        }
    }

    /// This country's side of a procedure.
    pub fn side(&self, procedure: &str) -> Option<&Side> {
        self.procedures.iter().find(|s| s.procedure.value == procedure)
    }

    /// The status of a section; a section that could not be read counts as pending.
    pub fn status(&self, section: &str) -> Status {
        self.sections.get(section).and_then(|c| c.front.status).unwrap_or(Status::Pending)
    }

    /// How many statements of each grade the chapter makes, in prose, in the order of
    /// [`Trust::ALL`].
    pub fn trust_counts(&self) -> [usize; Trust::ALL.len()] {
        count_trust(self.sections.values())
    }

    /// The latest date a section was checked.
    pub fn checked(&self) -> Option<Date> {
        self.sections.values().filter_map(|c| c.front.checked).max()
    }
}

/// Counts statements by grade, in the order of [`Trust::ALL`].
pub fn count_trust<'c>(
    chapters: impl IntoIterator<Item = &'c Chapter>,
) -> [usize; Trust::ALL.len()] {
    let mut counts = [0; Trust::ALL.len()];
    for statement in chapters.into_iter().flat_map(|c| &c.markdown.statements) {
        counts[Trust::ALL.iter().position(|t| *t == statement.trust).unwrap_or(0)] += 1;
    }
    counts
}

fn check_front(chapter: &Chapter, findings: &Findings) {
    let top = 0..0;
    if chapter.front.faulty {
        return;
    }
    match chapter.front.status {
        None => findings.at("status-missing", &chapter.source, &top, &[]),
        Some(Status::Pending) if chapter.front.owed_by.is_none() => {
            findings.at("owed-by-missing", &chapter.source, &top, &[]);
        }
        Some(Status::Draft | Status::InForce) if chapter.front.checked.is_none() => {
            findings.at("checked-missing", &chapter.source, &top, &[]);
        }
        Some(_) => {}
    }
}

fn register<T>(
    files: &Files,
    folder: &str,
    name: &str,
    findings: &Findings,
    read: impl FnOnce(&SourceText, &Findings) -> Vec<T>,
) -> Register<T> {
    let file = files.text(&join(folder, name), findings);
    let rows = file.as_ref().map(|source| read(source, findings)).unwrap_or_default();
    Register { rows, file }
}

/// Reads the files of a country's `procedures` folder, each named by its procedure.
fn read_procedures(id: &str, folder: &str, files: &Files, findings: &Findings) -> Vec<Side> {
    let folder = join(folder, "procedures");
    let mut sides = Vec::new();
    for path in files.below(&folder).filter(|p| p.ends_with(".toml")) {
        let Some(source) = files.text(path, findings) else { continue };
        let Some(side) = read_side(&source, path, id, findings) else { continue };
        let name = path.rsplit('/').next().and_then(|n| n.strip_suffix(".toml")).unwrap_or("");
        if name == side.procedure.value {
            sides.push(side);
        } else {
            let values: &[(&str, &dyn std::fmt::Display)] =
                &[("procedure", &side.procedure.value), ("name", &name)];
            findings.at("procedure-file", &source, &side.procedure.range, values);
        }
    }
    sides
}

/// Joins a folder and a path below it.
pub(crate) fn join(folder: &str, path: &str) -> String {
    if folder == "." { path.to_owned() } else { format!("{folder}/{path}") }
}
