//! `--batch FILE`: a query a line, an answer a line.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::{Outcome, terminal};

/// Bytes of one query that are read at all; the rest of a longer line is skipped.
const LONGEST_QUERY: u64 = 16 * 1024;

/// Prints what `answer` says to each line of a file.
pub(crate) fn answer_lines(path: &Path, mut answer: impl FnMut(&str) -> String) -> Result<Outcome> {
    let shown = path.display();
    let file = File::open(path).with_context(|| format!("{shown} cannot be opened"))?;
    let mut lines = BufReader::new(file);
    loop {
        let mut line = Vec::new();
        let read = (&mut lines).take(LONGEST_QUERY).read_until(b'\n', &mut line);
        if read.with_context(|| format!("{shown} cannot be read"))? == 0 {
            return Ok(Outcome::Good);
        }
        if !line.ends_with(b"\n") {
            lines.skip_until(b'\n').with_context(|| format!("{shown} cannot be read"))?;
        }
        let query = String::from_utf8_lossy(&line);
        terminal::print(&answer(query.trim_end_matches(['\n', '\r'])));
    }
}
