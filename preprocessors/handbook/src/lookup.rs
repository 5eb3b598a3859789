//! `handbook lookup`: which provisions of the control list an item may belong to.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use handbook_lookup::query::Query;
use handbook_lookup::{Hit, Index, Options};
use handbook_model::control_list::ControlList;
use handbook_model::{Country, Findings, Handbook};
use mdbook_handbook::gather;
use serde::Serialize;

use crate::{Format, Outcome, terminal};

/// Bytes of one query that are read at all; the rest of a longer line is skipped.
const LONGEST_QUERY: u64 = 16 * 1024;

/// What was asked.
pub(crate) struct Request {
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

/// A result as promised to scripts and to the page.
#[derive(Serialize)]
struct Found<'h> {
    code: &'h str,
    title: String,
    score: f32,
    #[serde(rename = "match")]
    matched: Matched,
    path: Vec<&'h str>,
    countries: BTreeMap<&'h str, StateOf>,
    url: String,
}

#[derive(Serialize)]
struct Matched {
    kind: &'static str,
    text: String,
}

#[derive(Serialize)]
struct StateOf {
    state: &'static str,
    basis: String,
}

/// Looks up one query, or each line of a file.
pub(crate) fn run(root: &Path, request: &Request) -> Result<Outcome> {
    let findings = Findings::default();
    let Some(gathered) = gather(root, None, &findings, &|_| {}) else {
        terminal::findings(&findings.sorted(), Format::Human);
        return Ok(Outcome::Errors);
    };
    let handbook = &gathered.handbook;
    let edition = match held_edition(&handbook.list, request.edition.as_deref()) {
        Ok(edition) => edition,
        Err(why) => {
            terminal::say(&why);
            return Ok(Outcome::Misuse);
        }
    };
    if let Some(country) = &request.country
        && handbook.countries.iter().all(|c| c.id != *country)
    {
        let known: Vec<&str> = handbook.countries.iter().map(|c| c.id.as_str()).collect();
        terminal::say(&format!("There is no country {country}. There are: {}.", known.join(", ")));
        return Ok(Outcome::Misuse);
    }
    let index = handbook.list.lookup_index();
    let asker = Asker {
        handbook,
        index: &index,
        options: Options { limit: request.limit, edition },
        lang: request.lang.as_deref(),
    };
    if let Some(file) = &request.batch {
        return asker.batch(file);
    }
    let query = request.query.join(" ");
    let found = asker.found(&query);
    if request.json {
        terminal::print(&serde_json::to_string_pretty(&found)?);
    } else {
        asker.human(&query, &found, request.country.as_deref());
    }
    if findings.has_errors() {
        terminal::say(
            "There are errors in the sources, so something may be missing: handbook check",
        );
    }
    Ok(Outcome::Good)
}

/// The place of a held edition among them, or why it cannot be asked for.
fn held_edition(list: &ControlList, id: Option<&str>) -> Result<Option<usize>, String> {
    let Some(id) = id else { return Ok(None) };
    let at = list.held.iter().position(|e| e.id == id);
    at.map(Some).ok_or_else(|| {
        let held: Vec<&str> = list.held.iter().map(|e| e.id.as_str()).collect();
        format!("List edition {id} is not held. Held in full: {}.", held.join(", "))
    })
}

struct Asker<'h> {
    handbook: &'h Handbook,
    index: &'h Index,
    options: Options,
    lang: Option<&'h str>,
}

impl<'h> Asker<'h> {
    fn found(&self, query: &str) -> Vec<Found<'h>> {
        self.index.lookup(query, self.options).iter().filter_map(|hit| self.result(hit)).collect()
    }

    fn result(&self, hit: &Hit<'_>) -> Option<Found<'h>> {
        let list = &self.handbook.list;
        let provision = list.provision(hit.code)?;
        let code = &provision.code;
        let mut path = Vec::new();
        let mut at = code.parent();
        while let Some(parent) = at {
            path.extend(list.title_in(&parent, self.lang));
            at = parent.parent();
        }
        path.reverse();
        let own = list.title_in(code, self.lang).map(str::to_owned);
        let state = |country: &'h Country| {
            let state = list.state(code.as_str(), country.applies.as_ref());
            (country.id.as_str(), StateOf { state: state.kind.key(), basis: state.basis })
        };
        Some(Found {
            code: code.as_str(),
            title: own.unwrap_or_else(|| list.name(code)),
            score: hit.score,
            matched: Matched { kind: hit.kind.key(), text: hit.text.clone() },
            path,
            countries: self.handbook.countries.iter().map(state).collect(),
            url: format!("list/{}.html#{code}", code.group()),
        })
    }

    /// A JSON array a line, for a query a line.
    fn batch(&self, path: &Path) -> Result<Outcome> {
        let shown = path.display();
        let file = File::open(path).with_context(|| format!("{shown} cannot be opened"))?;
        let mut lines = BufReader::new(file);
        loop {
            let mut line = Vec::new();
            let read = (&mut lines).take(LONGEST_QUERY).read_until(b'\n', &mut line);
            if read.with_context(|| format!("{shown} cannot be read"))? == 0 {
                return Ok(Outcome::Good);
            }
            if !line.ends_with(b"\n") {
                lines.skip_until(b'\n').with_context(|| format!("{shown} cannot be read"))?;
            }
            let query = String::from_utf8_lossy(&line);
            let query = query.trim_end_matches(['\n', '\r']);
            terminal::print(&serde_json::to_string(&self.found(query))?);
        }
    }

    fn human(&self, query: &str, found: &[Found<'_>], country: Option<&str>) {
        for number in Query::read(query).cas_refused {
            terminal::print(&format!(
                "{number} looks like a CAS number, but its check digit is wrong. Compare it with \
                 the label.\n"
            ));
        }
        let held = |at: usize| self.handbook.list.held[at].id.as_str();
        let edition = self.options.edition.map(held);
        let newest = self.handbook.list.newest().map(|e| e.id.as_str());
        if found.is_empty() {
            // The words are fixed: a reader must not take silence for leave.
            terminal::print(
                "no match in this edition; this is not a finding that the item is free",
            );
        } else {
            terminal::print("possible entries");
        }
        for result in found {
            terminal::print(&format!("\n{}  {}", result.code, result.title));
            if !result.path.is_empty() {
                terminal::print(&format!("    in: {}", result.path.join(" > ")));
            }
            let Matched { kind, text } = &result.matched;
            terminal::print(&format!("    found by {kind}: {text} ({:.2})", result.score));
            if let Some(newest) = self.handbook.list.newest()
                && newest.standing.get(result.code)
                    != Some(&handbook_model::control_list::Standing::Active)
            {
                terminal::print(&format!("    not in force in list edition {}", newest.id));
            }
            for (id, state) in &result.countries {
                if country.is_none_or(|c| c == *id) {
                    terminal::print(&format!("    {id}: {} - {}", state.state, state.basis));
                }
            }
        }
        let edition = edition.or(newest).unwrap_or("-");
        terminal::print(&format!(
            "\nList edition {edition}. This covers the dual-use list only: military and national \
             lists, sanctions and catch-all apply besides. The competent authority of each country \
             decides."
        ));
    }
}
