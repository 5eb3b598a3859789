//! Findings in the sources: what, where, why, and how to mend.
//!
//! The words stand in `wording.toml`, so that a lawyer can review them in one place.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Write as _};
use std::ops::Range;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use unicode_width::UnicodeWidthStr;

use crate::source::{Location, SourceText};

/// How much a finding weighs. Only errors stop publication.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Must be mended before anything is published.
    Error,
    /// Should be mended; publication goes on.
    Warning,
    /// Worth knowing.
    Note,
}

impl Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        })
    }
}

/// The words of one kind of finding, as kept in `wording.toml`; `{name}` stands for a value.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Wording {
    /// How much it weighs.
    pub severity: Severity,
    /// One line that says what is wrong.
    pub message: String,
    /// What stands under the marked place, if anything.
    #[serde(default)]
    pub label: String,
    /// Why it matters, for somebody who cannot see the fault.
    pub why: String,
    /// How to mend it.
    pub mend: String,
    /// Further explanation for `handbook explain`.
    #[serde(default)]
    pub explain: String,
    /// An example, also run as a test; left out where no text file can show the fault.
    pub example: Option<Example>,
}

/// A wrong and a mended version of one file of a small handbook.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// File that is replaced (or made).
    pub file: String,
    /// Text with the fault.
    pub wrong: String,
    /// The same text, mended.
    pub mended: String,
}

static WORDING: LazyLock<BTreeMap<String, Wording>> = LazyLock::new(|| {
    toml::from_str(include_str!("wording.toml")).expect("wording.toml is checked by tests")
});

/// All kinds of findings with their words, by id.
pub fn wording() -> &'static BTreeMap<String, Wording> {
    &WORDING
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable id, such as `code-script`.
    pub id: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// Where it is.
    pub location: Location,
    /// What is wrong.
    pub message: String,
    /// What stands under the marked place.
    pub label: String,
    /// Why it matters.
    pub why: String,
    /// How to mend it.
    pub mend: String,
}

impl Diagnostic {
    /// Makes the finding `id` at `location`, with the values its wording asks for.
    ///
    /// # Panics
    ///
    /// When `wording.toml` has no such id: a fault of this program.
    pub fn new(id: &str, location: Location, values: &[(&str, &dyn Display)]) -> Self {
        let (id, words) = WORDING
            .get_key_value(id)
            .unwrap_or_else(|| panic!("no wording for the finding {id:?}"));
        let fill = |template: &str| fill(template, values);
        Self {
            id,
            severity: words.severity,
            location,
            message: fill(&words.message),
            label: fill(&words.label),
            why: fill(&words.why),
            mend: fill(&words.mend),
        }
    }

    /// The one-line form for editors' tools: `path:line:col: severity[id]: message`.
    pub fn short(&self) -> String {
        let Location { path, line, column, .. } = &self.location;
        let (severity, id, message) = (self.severity, self.id, &self.message);
        format!("{path}:{line}:{column}: {severity}[{id}]: {message}")
    }

    /// The form for people, with the line, a caret under the place, why and mend.
    pub fn human(&self) -> String {
        let Location { path, line, column, width, excerpt } = &self.location;
        let mut out = format!("{}[{}]: {}\n", self.severity, self.id, self.message);
        if excerpt.is_empty() {
            let _ = writeln!(out, "  {path}");
        } else {
            let _ = writeln!(out, "  {path}:{line}:{column}\n");
            let number = line.to_string();
            let before: String = excerpt.chars().take(column - 1).collect();
            let marked: String = excerpt.chars().skip(column - 1).take(*width).collect();
            // Lined up by display width: Georgian and Cyrillic take one cell, some signs two.
            let pad = " ".repeat(before.replace('\t', " ").width());
            let carets = "^".repeat(marked.width().max(1));
            let _ = writeln!(out, "  {number} | {}", excerpt.replace('\t', " "));
            let gutter = " ".repeat(number.len());
            let _ = writeln!(
                out,
                "{}",
                format!("  {gutter} | {pad}{carets} {}", self.label).trim_end()
            );
        }
        out.push('\n');
        for (name, text) in [("why", &self.why), ("mend", &self.mend)] {
            for (n, part) in text.lines().enumerate() {
                let name = if n == 0 { name } else { "" };
                let _ = writeln!(out, "  {name:<6} {part}");
            }
        }
        let _ = writeln!(out, "  more   handbook explain {}", self.id);
        out
    }

    /// The fields promised for `--format json`.
    pub fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "id": self.id,
            "severity": self.severity,
            "path": self.location.path,
            "line": self.location.line,
            "column": self.location.column,
            "message": self.message,
            "why": self.why,
            "mend": self.mend,
        })
    }
}

fn fill(template: &str, values: &[(&str, &dyn Display)]) -> String {
    let mut text = template.to_owned();
    for (name, value) in values {
        let slot = format!("{{{name}}}");
        if text.contains(&slot) {
            text = text.replace(&slot, &value.to_string());
        }
    }
    text
}

/// A wording without its values, for explaining a kind of finding: `{name}` becomes `…`.
pub fn without_values(template: &str) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        match after.split_once('}') {
            Some((name, after)) if name.bytes().all(|b| b.is_ascii_lowercase()) => {
                out.push('…');
                rest = after;
            }
            _ => {
                out.push('{');
                rest = after;
            }
        }
    }
    out + rest
}

/// Collects findings while sources are read, from all threads. One run reports them all.
#[derive(Debug, Default)]
pub struct Findings(Mutex<Vec<Diagnostic>>);

impl Findings {
    /// Adds one finding at bytes of a file.
    pub fn at(
        &self,
        id: &str,
        source: &SourceText,
        range: &Range<usize>,
        values: &[(&str, &dyn Display)],
    ) {
        self.add(Diagnostic::new(id, source.locate(range), values));
    }

    /// Adds one finding about a whole file, folder or address.
    pub fn whole(&self, id: &str, path: &str, values: &[(&str, &dyn Display)]) {
        self.add(Diagnostic::new(id, Location::whole(path), values));
    }

    /// Adds one finding.
    pub fn add(&self, diagnostic: Diagnostic) {
        self.all().push(diagnostic);
    }

    /// All findings by file and place, each once.
    pub fn sorted(&self) -> Vec<Diagnostic> {
        let mut all = self.all().clone();
        all.sort_by(|a, b| {
            let key =
                |d: &Diagnostic| (d.location.path.clone(), d.location.line, d.location.column);
            // The message as well: findings come from all threads, in no order.
            key(a).cmp(&key(b)).then_with(|| (a.id, &a.message).cmp(&(b.id, &b.message)))
        });
        all.dedup();
        all
    }

    /// Whether anything found stops publication.
    pub fn has_errors(&self) -> bool {
        self.all().iter().any(|d| d.severity == Severity::Error)
    }

    fn all(&self) -> MutexGuard<'_, Vec<Diagnostic>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The nearest of `known` to what was written, if it is near enough to be a slip of the pen.
pub fn near_match<'k>(written: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    known
        .into_iter()
        .map(|k| (strsim::damerau_levenshtein(written, k), k))
        .filter(|(distance, k)| *distance <= 1 + k.chars().count() / 5)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, k)| k)
}

/// "Perhaps you meant …" with the near match, or a list of what there is.
pub fn suggestion<'k>(written: &str, known: impl IntoIterator<Item = &'k str> + Clone) -> String {
    const LISTED: usize = 12;
    if let Some(near) = near_match(written, known.clone()) {
        return format!("Perhaps you meant {near} (copy from here).");
    }
    let all: Vec<&str> = known.into_iter().collect();
    match all.len() {
        0 => "There is none yet.".to_owned(),
        n if n <= LISTED => format!("There are: {}.", all.join(", ")),
        n => format!("There are {n}, such as {}.", all[..LISTED].join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_human_form_lines_the_caret_up_under_wide_text() {
        let source = SourceText::new("chapters/ua/licensing.md", "x\nТовари [3А001] тут\n");
        let at = source.text().find('А').unwrap();
        let finding = Diagnostic::new(
            "code-script",
            source.locate(&(at..at + 2)),
            &[("text", &"3А001"), ("letter", &'А'), ("script", &"Cyrillic"), ("code", &"3A001")],
        );
        assert!(
            finding.human().contains("  2 | Товари [3А001] тут\n    |          ^ "),
            "{}",
            finding.human()
        );
        assert!(finding.short().starts_with("chapters/ua/licensing.md:2:10: error[code-script]: "));
    }

    #[test]
    fn a_wording_can_be_shown_without_its_values() {
        assert_eq!(without_values("write {#{id}} for \"{text}\""), "write {#…} for \"…\"");
    }

    #[test]
    fn suggests_only_what_is_near() {
        assert_eq!(near_match("licencing", ["licensing", "customs"]), Some("licensing"));
        assert_eq!(near_match("xyz", ["licensing", "customs"]), None);
    }

    #[test]
    fn every_wording_is_complete_plain_and_without_blank_parts() {
        for (id, words) in wording() {
            for text in [&words.message, &words.why, &words.mend] {
                assert!(!text.trim().is_empty(), "{id} has an empty part");
            }
            assert!(!words.message.ends_with('.'), "{id}: the message is a line, not a sentence");
            assert!(words.why.ends_with('.'), "{id}: why is a sentence");
        }
    }
}
