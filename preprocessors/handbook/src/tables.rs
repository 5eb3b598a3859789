//! What the page loads to look things up: the module and the tables, each as a classic script, so
//! that a folder on a USB stick and a server give them the same way.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use handbook_model::Findings;
use mdbook_handbook::{Gathered, parts};

/// Folder of the scripts, below that of a language.
const FOLDER: &str = "tables";

/// The lookup's core, built from `preprocessors/handbook-wasm` and committed, so that editors need
/// no compiler for WebAssembly.
const MODULE: &[u8] = include_bytes!("../../handbook-wasm/handbook.wasm");

/// Writes the module, parts of pages and the tables of the control list into the folder of a
/// language.
pub(crate) fn write_lookup(
    gathered: &Gathered,
    language: &Path,
    findings: &Findings,
) -> Result<()> {
    let handbook = &gathered.handbook;
    write(language, "wasm", &letters(MODULE))?;
    for (key, html) in parts(gathered, findings) {
        write(language, key, &html)?;
    }
    let (main, names) = handbook.lookup_tables();
    write(language, "list", &main)?;
    names.iter().try_for_each(|(lang, table)| write(language, &format!("names-{lang}"), table))
}

/// Writes one text as a script that hands it over under `key`.
pub(crate) fn write(language: &Path, key: &str, text: &str) -> Result<()> {
    let path = language.join(FOLDER).join(format!("{key}.js"));
    let folder = path.parent().unwrap_or(language);
    let script = format!("__hb({},{});", literal(key), literal(text));
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(&path, script))
        .with_context(|| format!("{} cannot be written", path.display()))
}

/// Bytes as letters from `#` on. The module gets hardly larger than it is once compressed, where
/// Base64 would add a third; below `#` only the quotation mark would need an escape.
fn letters(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from_u32(u32::from(*byte) + 35).unwrap_or('#')).collect()
}

/// A text as a JavaScript string.
fn literal(text: &str) -> String {
    serde_json::Value::from(text)
        .to_string()
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}
