//! `handbook update`: moves the pins of chapters kept in other repositories.

use std::path::Path;

use anyhow::{Context as _, Result};
use handbook_model::region::Place;
use handbook_model::source::SourceText;
use handbook_model::{Findings, Region};
use mdbook_handbook::history::CommitInfo;
use mdbook_handbook::remote::{LOCK_FILE, Lock, Remote, update};

use crate::{Format, Outcome, terminal};

/// How many commits are named; a long absence is summed up.
const NAMED: usize = 20;

/// Updates one country or all that are kept in other repositories.
pub(crate) fn run(root: &Path, only: Option<&str>) -> Result<Outcome> {
    let text =
        std::fs::read_to_string(root.join("book.toml")).context("book.toml cannot be read")?;
    let settings = SourceText::new("book.toml", text);
    let findings = Findings::default();
    let region = Region::read(&settings, &findings);
    let sources = || region.countries.iter().flat_map(|c| c.with_sections());
    if let Some(only) = only
        && !sources().any(|c| c.id.value == only)
    {
        let known: Vec<&str> = sources().map(|c| c.id.as_str()).collect();
        terminal::say(&format!("There is no country {only}. There are: {}.", known.join(", ")));
        return Ok(Outcome::Misuse);
    }
    let mut lock = Lock::read(root, &findings);
    if findings.has_errors() {
        // A lock file that could not be read must not be written over.
        terminal::findings(&findings.sorted(), Format::Human);
        return Ok(Outcome::Errors);
    }
    let before = lock.clone();
    for country in sources().filter(|c| only.is_none_or(|only| c.id.value == only)) {
        let id = country.id.to_ascii_uppercase();
        let Place::Git { url, .. } = &country.place else {
            terminal::print(&format!(
                "{id}: a folder of this repository ({}); nothing to update",
                country.folder.value
            ));
            continue;
        };
        terminal::say(&format!("{id}: fetching {url}"));
        match update(root, country, &mut lock) {
            Ok(Some((old, tip, remote))) => {
                terminal::print(&news(&id, old.as_deref(), tip, &remote)?)
            }
            Ok(None) => {}
            Err(error) => Remote::report(&error, country, url, &settings, &findings),
        }
    }
    if lock != before {
        lock.write(root).with_context(|| format!("{LOCK_FILE} cannot be written"))?;
    }
    if findings.has_errors() {
        terminal::findings(&findings.sorted(), Format::Human);
        return Ok(Outcome::Errors);
    }
    Ok(Outcome::Good)
}

/// What came in between the old pin and the new one.
fn news(id: &str, old: Option<&str>, tip: git2::Oid, remote: &Remote) -> Result<String> {
    let git = remote.git();
    let new = CommitInfo::of(&git.find_commit(tip)?);
    let Some(old) = old else {
        return Ok(format!("{id}: pinned to {} of {} by {}", new.short, new.date, new.author));
    };
    if old == new.id {
        return Ok(format!("{id}: already at {} of {}", new.short, new.date));
    }
    let mut lines = vec![format!("{id}: {} -> {}", &old[..7.min(old.len())], new.short)];
    let mut walk = git.revwalk()?;
    walk.push(tip)?;
    if let Some(old) = remote.has(old) {
        walk.hide(old)?;
    }
    let mut more = 0;
    for commit in walk {
        if lines.len() > NAMED {
            more += 1;
            continue;
        }
        let commit = git.find_commit(commit?)?;
        let info = CommitInfo::of(&commit);
        let summary = commit.summary_bytes().map(String::from_utf8_lossy).unwrap_or_default();
        lines.push(format!("  {} {} {}: {summary}", info.short, info.date, info.author));
    }
    if more > 0 {
        lines.push(format!("  and {more} more"));
    }
    Ok(lines.join("\n"))
}
