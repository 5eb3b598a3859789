//! `handbook status`: what each country owes.

use std::path::Path;

use anyhow::Result;
use handbook_model::Findings;
use handbook_model::status::{CountryOwes, Owed};
use mdbook_handbook::gather;

use crate::{Format, Outcome, terminal};

/// Prints what each country owes, as a table or as one JSON document.
pub(crate) fn run(root: &Path, months: u32, json: bool) -> Result<Outcome> {
    let findings = Findings::default();
    let Some(gathered) = gather(root, None, &findings, &|_| {}) else {
        terminal::findings(&findings.sorted(), Format::Human);
        return Ok(Outcome::Errors);
    };
    let today = gathered.stamp.commit.as_ref().map(|commit| commit.date);
    let owed = Owed::gather(&gathered.handbook, &findings.sorted(), today, months);
    if json {
        terminal::print(&serde_json::to_string_pretty(&owed)?);
    } else {
        owed.countries.iter().for_each(|country| country_lines(country, &owed));
        let none = "none released".to_owned();
        let editions = if owed.editions.is_empty() { none } else { owed.editions.join(", ") };
        terminal::print(&format!("Handbook editions: {editions}."));
    }
    if findings.has_errors() {
        // What could not be read counts as owed, which may not be true.
        terminal::say("There are errors in the sources, so this may be wrong: handbook check");
        return Ok(Outcome::Errors);
    }
    Ok(Outcome::Good)
}

fn country_lines(country: &CountryOwes, owed: &Owed) {
    terminal::print(&format!("{} ({})", country.name, country.id));
    let head =
        ["section", "state", "checked", "statements", "unconfirmed", "proposed", "questions"];
    let mut rows = vec![head.map(str::to_owned)];
    let checked = |day: Option<handbook_model::Date>| day.map_or("-".into(), |d| d.to_string());
    for section in &country.sections {
        let grades = &section.statements;
        rows.push([
            section.id.clone(),
            section.state.label().to_owned(),
            checked(section.checked),
            grades.total().to_string(),
            grades.unconfirmed.to_string(),
            grades.proposed.to_string(),
            section.questions.to_string(),
        ]);
    }
    for side in &country.procedures {
        let grades = &side.statements;
        rows.push([
            format!("procedure {}", side.id),
            side.state.label().to_owned(),
            checked(side.checked),
            grades.total().to_string(),
            grades.unconfirmed.to_string(),
            grades.proposed.to_string(),
            String::new(),
        ]);
    }
    let width = |at: usize| rows.iter().map(|row| row[at].len()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    for row in &rows {
        let cells = row.iter().zip(&widths).enumerate().map(|(at, (cell, width))| {
            // Words to the left, numbers to the right.
            if at < 3 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        terminal::print(&format!("  {}", cells.collect::<Vec<_>>().join("  ").trim_end()));
    }
    let sources = &country.sources;
    let mut line = format!("  sources: {}, {} not read", sources.total, sources.unread.len());
    match owed.counted_from {
        Some(day) => {
            let (old, months) = (sources.old.len(), owed.months);
            line += &format!(", {old} last read {months} months or longer before {day}");
        }
        None => line += "; how old the readings are is not known without git history",
    }
    terminal::print(&line);
    for source in &sources.old {
        terminal::print(&format!("    {} ({}), read {}", source.id, source.short, source.read));
    }
    for unmet in &country.unmet {
        terminal::print(&format!("  does not meet: {} ({})", unmet.message, unmet.path));
    }
    terminal::print(&format!("  open questions: {}", country.questions.len()));
    for question in &country.questions {
        terminal::print(&format!("    {} ({})", question.id, question.section));
    }
    let agreed = if country.concurrence.is_empty() {
        "none recorded".to_owned()
    } else {
        country.concurrence.join(", ")
    };
    terminal::print(&format!("  agreed to: {agreed}\n"));
}
