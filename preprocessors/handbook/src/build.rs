//! `handbook build`: all languages into `site/`.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use handbook_model::region::Language;
use handbook_model::{Diagnostic, Findings, Severity};
use mdbook_handbook::{Gathered, assemble, gather, settings, start_page};

use crate::swap::Aside;
use crate::{Format, Outcome, offline, render, search, tables, terminal};

/// What to build, and where to.
#[derive(Default)]
pub(crate) struct Options {
    /// Languages; all configured ones when empty.
    pub languages: Vec<String>,
    /// Output folder instead of `site/`.
    pub out: Option<PathBuf>,
    /// Commit of this repository to build as of.
    pub at: Option<String>,
}

/// Builds the handbook.
#[expect(clippy::disallowed_methods, reason = "the time shown to the person who waits")]
pub(crate) fn run(root: &Path, options: &Options) -> Result<Outcome> {
    let started = Instant::now();
    let findings = Findings::default();
    let gathered =
        gather(root, options.at.as_deref(), &findings, &|step| terminal::say(&format!("  {step}")));
    let config = gathered.as_ref().and_then(|g| settings::config(&g.settings, &findings));
    let (Some(gathered), Some(mut config)) = (gathered, config) else {
        return Ok(stop(&findings));
    };
    let languages = languages(&gathered, &options.languages)?;
    terminal::say("  making the pages");
    let book = assemble(&gathered, &findings);
    if findings.has_errors() {
        return Ok(stop(&findings));
    }
    let site = options.out.clone().unwrap_or_else(|| root.join("site"));
    let aside = Aside::new(&site)?;
    let work = aside.path().join(".work");
    let mut pages = 0;
    for language in &languages {
        let id = &language.id;
        terminal::say(&format!("  rendering {}: {} pages", language.name, book.chapters().count()));
        config.book.language = Some(id.clone());
        let destination = aside.path().join(id);
        // What is looked up in is made while the pages are rendered.
        let (rendered, tables) = thread::scope(|scope| {
            let tables = scope.spawn(|| {
                tables::write_lookup(&gathered, &destination, &findings)?;
                search::write(id, &book, &destination)
            });
            let (files, to) = (&gathered.files, &destination);
            (render::render(&book, None, &config, files, &work, to, &findings), tables.join())
        });
        tables.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        pages += rendered?;
        // After all other files of the language, which it lists.
        let style = stylesheet(aside.path(), id)?;
        offline::write(&gathered, &config, language, &style, &destination, &findings)?;
        fs::remove_dir_all(&work).context("the work folder cannot be removed")?;
    }
    let stylesheet = stylesheet(aside.path(), &languages[0].id)?;
    let start = start_page(&gathered, &languages, &stylesheet, &findings);
    fs::write(aside.path().join("index.html"), start)?;
    if findings.has_errors() {
        return Ok(stop(&findings));
    }
    aside.publish()?;
    report_rest(&findings);
    let shown = site.strip_prefix(root).unwrap_or(&site).join("index.html");
    terminal::say(&format!("  {pages} pages in {:.1} s", started.elapsed().as_secs_f64()));
    terminal::print(&format!("Open {}", shown.display()));
    Ok(Outcome::Good)
}

/// The languages asked for, all configured ones by default.
fn languages<'g>(gathered: &'g Gathered, wanted: &[String]) -> Result<Vec<&'g Language>> {
    let known = &gathered.handbook.region.languages;
    for language in wanted {
        if !known.iter().any(|l| l.id == *language) {
            let ids: Vec<&str> = known.iter().map(|l| l.id.as_str()).collect();
            bail!("book.toml has no language {language}; it has: {}", ids.join(", "));
        }
    }
    Ok(known.iter().filter(|l| wanted.is_empty() || wanted.contains(&l.id)).collect())
}

/// Address of a language's style sheet from the top folder; its name carries a hash.
pub(crate) fn stylesheet(site: &Path, language: &str) -> Result<String> {
    let folder = format!("{language}/css");
    let entries = fs::read_dir(site.join(&folder)).context("the theme has no style sheet")?;
    let mut names: Vec<String> =
        entries.flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    let name = names.first().context("the theme has no style sheet")?;
    Ok(format!("{folder}/{name}"))
}

/// Says why nothing was published.
fn stop(findings: &Findings) -> Outcome {
    terminal::findings(&findings.sorted(), Format::Human);
    terminal::say("Nothing was published; the last good site is as it was.");
    Outcome::Errors
}

/// Warnings in one line each; notes are for `handbook check`.
fn report_rest(findings: &Findings) {
    let all = findings.sorted();
    let warnings: Vec<&Diagnostic> =
        all.iter().filter(|d| d.severity == Severity::Warning).collect();
    for warning in &warnings {
        terminal::say(&warning.short());
    }
    if !all.is_empty() {
        terminal::say(&format!(
            "  {} warnings and {} notes; `handbook check` explains them",
            warnings.len(),
            all.len() - warnings.len()
        ));
    }
}
