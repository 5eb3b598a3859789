//! What nobody should type, and what people paste all the same.

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use super::lookup::{FIELD, PAGE};
use super::search::{self, DIALOG_FIELD};
use super::{Reader, in_chromium, wait_until};

/// The longest that a text of a megabyte may keep the page busy, in milliseconds; the machine may
/// be busy with other tests.
const PATIENCE: f64 = 3000.0;

const SCRIPT: &str = "<script>document.title='taken'</script><img src=x onerror=\"document.title='\
                      taken'\"> 3A001";

/// Texts that hold a code among what does not belong there.
const WITH_A_CODE: [&str; 6] = [
    "\u{7}\u{1b}3A001\u{8}\u{7f}",
    "\u{202e}3A001\u{202c}",
    "\u{200f}3A001\u{200e}",
    "\u{2067}\u{feff}3A001\u{2069}\u{200b}",
    "\t 3A001 \u{a0}\u{3000}",
    SCRIPT,
];

pub(super) fn bad_input_does_no_harm(reader: &Reader<'_>) -> Result<()> {
    reader.open_first(PAGE)?;
    reader.settle()?;
    let title = reader.session.title()?;
    let first = || -> Result<String> {
        reader.settle()?;
        Ok(reader.texts("#_lookup-results .hit-link code")?.into_iter().next().unwrap_or_default())
    };
    for query in WITH_A_CODE {
        reader.paste(FIELD, query)?;
        let found = first()?;
        ensure!(found == "3A001", "{query:?} finds {found:?}");
    }
    let value = reader.session.run("return document.getElementById('_lookup-query').value")?;
    ensure!(value == SCRIPT, "the field has {value}");
    for empty in ["", "   ", "\u{200f}\u{202e}", "\u{0}", "'\"\\&%", "\u{1f6f0}"] {
        reader.paste(FIELD, "3A001")?;
        reader.paste(FIELD, empty)?;
        reader.settle()?;
        let hits = reader.texts("#_lookup-results .hit")?;
        ensure!(hits.is_empty(), "{empty:?} finds {hits:?}");
    }
    for (what, text) in [
        ("words", "vacuum pump 3A001 ".repeat(60_000)),
        ("one word", "a".repeat(1_000_000)),
        ("digits", "7783815".repeat(150_000)),
        ("letters of three bytes", "ნახშირბადის ბოჭკო ".repeat(60_000)),
        ("marks", "\u{301}\u{200f}<".repeat(300_000)),
    ] {
        let took = reader.paste(FIELD, &text)?;
        ensure!(took < PATIENCE, "a megabyte of {what} keeps the page busy for {took} ms");
        reader.settle()?;
        let url = reader.session.url()?;
        ensure!(url.len() < 12_000, "a megabyte of {what} is in the address");
        reader.paste(FIELD, "3A001")?;
        ensure!(first()? == "3A001", "after a megabyte of {what}");
    }
    // From the address, where anybody can put it.
    for fragment in [
        "q=%3Cscript%3Edocument.title%3D%27taken%27%3C%2Fscript%3E+3A001",
        "q=3A001&country=%3Cimg+src%3Dx%3E&lang=%22%3E&edition=__proto__",
        "q=%00%E0%A4%A+3A001&q=&&&=&%",
        "q=3A001#q=javascript:alert(1)",
    ] {
        reader.open(&format!("{PAGE}#{fragment}"))?;
        let found = first()?;
        ensure!(found == "3A001", "{fragment} finds {found:?}");
    }
    // Half of a character, which JavaScript allows.
    let halves = reader.session.run(
        "return Promise.all([handbook.lookup('\\ud800 3A001'), handbook.search('\\udfff transit')])
             .then((both) => both.map((found) => found.length > 0));",
    )?;
    ensure!(halves == json!([true, true]), "{halves}");
    ensure!(reader.session.title()? == title, "a script was run");
    ensure!(!reader.holds("document.querySelector('main script, main img')")?);
    search_bears_it(reader)
}

/// The same in the dialog of the search.
fn search_bears_it(reader: &Reader<'_>) -> Result<()> {
    reader.open("en/md/licensing.html")?;
    let title = reader.session.title()?;
    search::open_by_button(reader)?;
    for query in WITH_A_CODE {
        reader.paste(DIALOG_FIELD, "")?;
        reader.paste(DIALOG_FIELD, query)?;
        wait_until(&format!("{query:?} finds the entry"), || {
            Ok(reader.texts("#_search-results .hit-link code")?.iter().any(|c| c == "3A001"))
        })?;
    }
    for text in ["transit ".repeat(125_000), "a".repeat(1_000_000), "\"".repeat(1_000_000)] {
        let took = reader.paste(DIALOG_FIELD, &text)?;
        let start: String = text.chars().take(9).collect();
        ensure!(took < PATIENCE, "a megabyte of {start:?} keeps the search busy for {took} ms");
    }
    reader.paste(DIALOG_FIELD, "zzqqxxw")?;
    wait_until("it says that nothing is found", || {
        let said = reader.text("#_search-status")?;
        Ok(said.contains("Nothing found") && said.contains("not a finding that an item is free"))
    })?;
    reader.paste(DIALOG_FIELD, "transit")?;
    wait_until("it still answers", || Ok(reader.texts("#_search .hit mark")?.len() > 2))?;
    ensure!(reader.session.title()? == title, "a script was run");
    reader.holds("!document.querySelector('dialog script, dialog img')").map(drop)
}

#[test]
fn bad_input() -> Result<()> {
    in_chromium(|reader| bad_input_does_no_harm(reader).context("bad input"))
}
