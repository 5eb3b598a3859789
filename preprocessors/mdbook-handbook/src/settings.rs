//! mdBook's own settings, held to more than mdBook does: it ignores a faulty table with a line in
//! its log, and empties whatever folder it is told to build into.

use std::str::FromStr;

use handbook_model::Findings;
use mdbook_preprocessor::config::Config;

use crate::gather::BOOK_TOML;

/// Folders that hold sources.
const SOURCES: [&str; 5] = ["book", "chapters", "translations", "preprocessors", "tests"];

/// Reads `book.toml` as mdBook does; a setting it would not accept is among the findings.
pub fn config(text: &str, findings: &Findings) -> Option<Config> {
    let config = match Config::from_str(text) {
        Ok(config) => config,
        Err(error) => {
            findings.whole("book-settings", BOOK_TOML, &[("what", &root_cause(&error))]);
            return None;
        }
    };
    match config.get::<mdbook_preprocessor::config::HtmlConfig>("output.html") {
        Err(error) => findings.whole("book-settings", BOOK_TOML, &[("what", &root_cause(&error))]),
        Ok(Some(html)) if html.search.is_some() => findings.whole("search-table", BOOK_TOML, &[]),
        Ok(_) => {}
    }
    let dir = config.build.build_dir.to_string_lossy().replace('\\', "/");
    let inner = dir.trim_start_matches("./").trim_end_matches('/');
    let holds_sources = inner.is_empty()
        || inner == "."
        || inner.split('/').any(|part| part == "..")
        || SOURCES.iter().any(|s| inner == *s || inner.starts_with(&format!("{s}/")));
    if holds_sources {
        findings.whole("build-dir", BOOK_TOML, &[("dir", &dir)]);
    }
    Some(config)
}

fn root_cause(error: &anyhow::Error) -> String {
    let text = error.root_cause().to_string();
    text.lines().rfind(|l| !l.trim().is_empty()).unwrap_or_default().trim().to_owned()
}
