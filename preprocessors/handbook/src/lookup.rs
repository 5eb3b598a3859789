//! `handbook lookup`: which provisions of the control list an item may belong to.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use handbook_lookup::json::Json;
use handbook_lookup::list::{List, Request, refused, results};
use handbook_model::Findings;
use mdbook_handbook::gather;

use crate::batch::answer_lines;
use crate::{Format, Outcome, terminal};

/// What was asked.
pub(crate) struct Asked {
    /// The query's words, as typed.
    pub(crate) query: Vec<String>,
    /// The country whose states people see.
    pub(crate) country: Option<String>,
    /// Only provisions of this held edition.
    pub(crate) edition: Option<String>,
    /// Language of titles.
    pub(crate) lang: Option<String>,
    /// Most results.
    pub(crate) limit: usize,
    /// One JSON document instead of text.
    pub(crate) json: bool,
    /// A file with a query a line.
    pub(crate) batch: Option<PathBuf>,
}

/// Looks up one query, or each line of a file.
pub(crate) fn run(root: &Path, asked: &Asked) -> Result<Outcome> {
    let findings = Findings::default();
    let Some(gathered) = gather(root, None, &findings, &|_| {}) else {
        terminal::findings(&findings.sorted(), Format::Human);
        return Ok(Outcome::Errors);
    };
    let handbook = &gathered.handbook;
    // Through the tables, as the page reads them: so both give the same answers.
    let (main, names) = handbook.lookup_tables();
    let list = List::read(&main, names.iter().map(|(_, table)| table.as_str()))
        .context("the tables just written cannot be read")?;
    let edition = asked.edition.as_deref();
    if let Some(edition) = edition.filter(|id| list.editions().iter().all(|e| e != id)) {
        let held = list.editions().join(", ");
        terminal::say(&format!("List edition {edition} is not held. Held in full: {held}."));
        return Ok(Outcome::Misuse);
    }
    if let Some(country) = &asked.country
        && handbook.countries.iter().all(|c| c.id != *country)
    {
        let known: Vec<&str> = handbook.countries.iter().map(|c| c.id.as_str()).collect();
        terminal::say(&format!("There is no country {country}. There are: {}.", known.join(", ")));
        return Ok(Outcome::Misuse);
    }
    let lang = asked.lang.as_deref();
    let mut asker = Asker { list, request: Request { limit: asked.limit, edition, lang } };
    if let Some(file) = &asked.batch {
        return answer_lines(file, |query| asker.json(query));
    }
    let query = asked.query.join(" ");
    if asked.json {
        terminal::print(&asker.json(&query));
    } else {
        asker.human(&query, asked.country.as_deref());
    }
    if findings.has_errors() {
        terminal::say(
            "There are errors in the sources, so something may be missing: handbook check",
        );
    }
    Ok(Outcome::Good)
}

struct Asker<'a> {
    list: List,
    request: Request<'a>,
}

impl Asker<'_> {
    fn json(&mut self, query: &str) -> String {
        let mut json = Json::default();
        results(&mut json, &self.list.lookup(query, self.request));
        json.finish()
    }

    fn human(&mut self, query: &str, country: Option<&str>) {
        for number in refused(query) {
            terminal::print(&format!(
                "{number} looks like a CAS number, but its check digit is wrong. Compare it with \
                 the label.\n"
            ));
        }
        let newest = self.list.editions().last().cloned().unwrap_or_else(|| "-".to_owned());
        let edition = self.request.edition.unwrap_or(&newest).to_owned();
        let found = self.list.lookup(query, self.request);
        if found.is_empty() {
            // The words are fixed: a reader must not take silence for leave.
            terminal::print(
                "no match in this edition; this is not a finding that the item is free",
            );
        } else {
            terminal::print("possible entries");
        }
        for result in &found {
            terminal::print(&format!("\n{}  {}", result.code, result.title));
            let path: Vec<&str> = result.path.iter().map(|(title, _)| *title).collect();
            if !path.is_empty() {
                terminal::print(&format!("    in: {}", path.join(" > ")));
            }
            let (kind, text, score) = (result.kind.key(), &result.text, result.score);
            terminal::print(&format!("    found by {kind}: {text} ({score:.2})"));
            if !result.newest {
                terminal::print(&format!("    not in force in list edition {newest}"));
            }
            for (id, state, basis) in &result.countries {
                if country.is_none_or(|c| c == *id) {
                    terminal::print(&format!("    {id}: {state} - {basis}"));
                }
            }
        }
        terminal::print(&format!(
            "\nList edition {edition}. This covers the dual-use list only: military and national \
             lists, sanctions and catch-all apply besides. The competent authority of each country \
             decides."
        ));
    }
}
