//! `mdbook-handbook`: what `mdbook build` starts for the `[preprocessor.handbook]` table.

use std::io::{self, Write as _};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use handbook_model::Findings;
use mdbook_handbook::{assemble, gather};
use mdbook_preprocessor::{MDBOOK_VERSION, parse_input};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        // Exit code 0 says yes. Every renderer gets the same pages; nothing may be printed.
        ["supports", _renderer] => ExitCode::SUCCESS,
        [] => match run() {
            Ok(code) => code,
            Err(error) => {
                complain(&format!("mdbook-handbook: {error:#}"));
                ExitCode::FAILURE
            }
        },
        _ => {
            complain("mdbook-handbook is started by mdbook; editors use the handbook command");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<ExitCode> {
    let (context, _book) = parse_input(io::stdin())
        .context("what mdbook sent cannot be read; this preprocessor is made for mdbook 0.5.4")?;
    let series = |version: &str| version.split('.').take(2).collect::<Vec<_>>().join(".");
    if series(&context.mdbook_version) != series(MDBOOK_VERSION) {
        bail!("made for mdbook {MDBOOK_VERSION}, called by {}", context.mdbook_version);
    }
    let findings = Findings::default();
    let book = gather(&context.root, None, &findings, &|_| {})
        .map(|gathered| assemble(&gathered, &findings));
    for finding in findings.sorted() {
        complain(&finding.short());
    }
    match book {
        Some(book) if !findings.has_errors() => {
            serde_json::to_writer(io::stdout().lock(), &book)?;
            io::stdout().flush()?;
            Ok(ExitCode::SUCCESS)
        }
        _ => bail!("not built, because of the errors above; `handbook check` explains them"),
    }
}

/// Standard output belongs to mdBook; everything for people goes to standard error.
fn complain(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}
