//! `handbook list …`.

use std::path::Path;

use anyhow::Result;
use handbook_model::Findings;
use mdbook_handbook::gather;

use crate::{Format, Outcome, terminal};

/// Prints what changed from list edition `a` to `b`.
pub(crate) fn diff(root: &Path, a: &str, b: &str, json: bool) -> Result<Outcome> {
    let findings = Findings::default();
    let Some(gathered) = gather(root, None, &findings, &|_| {}) else {
        terminal::findings(&findings.sorted(), Format::Human);
        return Ok(Outcome::Errors);
    };
    let list = &gathered.handbook.list;
    for edition in [a, b] {
        if list.held(edition).is_none() {
            let held: Vec<&str> = list.held.iter().map(|e| e.id.as_str()).collect();
            let held = held.join(" and ");
            let why = match list.edition(edition) {
                Some(_) => "is known, but its provisions are not held here",
                None => "is not known",
            };
            terminal::say(&format!("List edition {edition} {why}. Held in full: {held}."));
            return Ok(Outcome::Misuse);
        }
    }
    let differences = list.diff(a, b).unwrap_or_default();
    if json {
        terminal::print(&serde_json::to_string_pretty(&differences)?);
        return Ok(Outcome::Good);
    }
    for line in &differences {
        let values = match (&line.what, &line.old, &line.new) {
            (Some(what), Some(old), Some(new)) => format!(" ({what}: {old} -> {new})"),
            _ => String::new(),
        };
        terminal::print(&format!("{:<10} {:<18} {}{values}", line.kind, line.code, line.title));
    }
    terminal::say(&format!("{} differences from {a} to {b}.", differences.len()));
    Ok(Outcome::Good)
}
