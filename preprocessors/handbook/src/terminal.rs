//! All printing: results to standard output, everything else to standard error.

use std::io::{self, Write as _};

use handbook_model::{Diagnostic, Severity};

use crate::Format;

/// Prints a line for people: progress and messages.
pub(crate) fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Prints a line of results. A reader that went away is no fault.
pub(crate) fn print(line: &str) {
    let _ = writeln!(io::stdout().lock(), "{line}");
}

/// Prints findings and how many there were.
pub(crate) fn findings(all: &[Diagnostic], format: Format) {
    match format {
        Format::Json => {
            let values: Vec<_> = all.iter().map(Diagnostic::json).collect();
            print(&format!("{:#}", serde_json::Value::Array(values)));
        }
        Format::Short => all.iter().for_each(|d| print(&d.short())),
        Format::Human => all.iter().for_each(|d| print(&d.human())),
    }
    if format != Format::Json {
        say(&summary(all));
    }
}

fn summary(all: &[Diagnostic]) -> String {
    let count = |severity| all.iter().filter(|d| d.severity == severity).count();
    let words = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
    if all.is_empty() {
        return "No findings.".to_owned();
    }
    format!(
        "{}, {}, {}.",
        words(count(Severity::Error), "error"),
        words(count(Severity::Warning), "warning"),
        words(count(Severity::Note), "note"),
    )
}
