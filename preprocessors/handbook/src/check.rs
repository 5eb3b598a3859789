//! `handbook check` and `handbook explain`.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Result, anyhow};
use handbook_model::diagnostic::{near_match, wording};
use handbook_model::{Findings, Severity};
use mdbook_handbook::remote::LOCK_FILE;
use mdbook_handbook::repository::Repository;
use mdbook_handbook::{assemble, gather, settings};

use crate::{Format, Outcome, terminal};

/// Reports every finding; with `since`, only those in files changed since that commit.
pub(crate) fn run(root: &Path, format: Format, since: Option<&str>) -> Result<Outcome> {
    let findings = Findings::default();
    if let Some(gathered) = gather(root, None, &findings, &|_| {}) {
        settings::config(&gathered.settings, &findings);
        // Making the pages finds faults in templates and in SUMMARY.md.
        assemble(&gathered, &findings);
    }
    let mut all = findings.sorted();
    if let Some(revision) = since {
        let changed = changed_since(root, revision)?;
        // Text of another repository changes when its pin does.
        let pins = changed.contains(LOCK_FILE);
        all.retain(|d| {
            let path = &d.location.path;
            changed.contains(path) || (pins && path.contains('@'))
        });
    }
    terminal::findings(&all, format);
    let bad = all.iter().any(|d| d.severity == Severity::Error);
    Ok(if bad { Outcome::Errors } else { Outcome::Good })
}

/// Paths that differ between a commit and the working tree.
fn changed_since(root: &Path, revision: &str) -> Result<BTreeSet<String>> {
    let repository = Repository::open(root);
    let commit =
        repository.commit(revision).map_err(|what| anyhow!("--since {revision}: {what}"))?;
    let git = repository.git().ok_or_else(|| anyhow!("this folder is not a git repository"))?;
    let tree = git.find_commit(commit)?.tree()?;
    let mut options = git2::DiffOptions::new();
    options.include_untracked(true).recurse_untracked_dirs(true);
    let diff = git.diff_tree_to_workdir_with_index(Some(&tree), Some(&mut options))?;
    Ok(diff
        .deltas()
        .filter_map(|delta| delta.new_file().path())
        .map(|path| path.to_string_lossy().replace('\\', "/"))
        .collect())
}

/// Prints the long text of a finding.
pub(crate) fn explain(id: &str) -> Result<Outcome> {
    let Some(words) = wording().get(id) else {
        let known = wording().keys().map(String::as_str);
        match near_match(id, known.clone()) {
            Some(near) => {
                terminal::say(&format!("There is no finding {id}. Perhaps you meant {near}."))
            }
            None => {
                let all: Vec<&str> = known.collect();
                terminal::say(&format!("There is no finding {id}. There are: {}.", all.join(", ")));
            }
        }
        return Ok(Outcome::Misuse);
    };
    let blank = handbook_model::diagnostic::without_values;
    terminal::print(&format!("{}[{id}]: {}\n", words.severity, blank(&words.message)));
    if !words.explain.is_empty() {
        terminal::print(&format!("{}\n", words.explain.trim()));
    }
    terminal::print(&format!("Why: {}\n\nMend: {}", blank(&words.why), blank(&words.mend)));
    if let Some(example) = &words.example {
        terminal::print(&format!("\nAn example, in {}.", example.file));
        for (name, text) in [("Wrong", &example.wrong), ("Mended", &example.mended)] {
            let indented: Vec<String> =
                text.trim_end().lines().map(|l| format!("    {l}").trim_end().to_owned()).collect();
            terminal::print(&format!("\n{name}:\n\n{}", indented.join("\n")));
        }
    }
    Ok(Outcome::Good)
}
