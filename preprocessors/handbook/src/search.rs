//! `handbook search`: where in the handbook something is said.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use handbook_lookup::json::Json;
use handbook_lookup::search::{Found, HEAD, Search, Table, results};
use handbook_model::Findings;
use mdbook_handbook::{assemble, gather};
use mdbook_renderer::book::Book;

use crate::batch::answer_lines;
use crate::{Format, Outcome, tables, terminal};

/// What was asked.
pub(crate) struct Asked {
    /// The query's words, as typed.
    pub(crate) query: Vec<String>,
    /// Language of the pages; the first one configured when there is none.
    pub(crate) lang: Option<String>,
    /// Most results.
    pub(crate) limit: usize,
    /// One JSON document instead of text.
    pub(crate) json: bool,
    /// A file with a query a line.
    pub(crate) batch: Option<PathBuf>,
}

/// Searches for one query, or for each line of a file.
pub(crate) fn run(root: &Path, asked: &Asked) -> Result<Outcome> {
    let findings = Findings::default();
    let Some(gathered) = gather(root, None, &findings, &|_| {}) else {
        terminal::findings(&findings.sorted(), Format::Human);
        return Ok(Outcome::Errors);
    };
    let languages: Vec<&str> =
        gathered.handbook.region.languages.iter().map(|l| l.id.as_str()).collect();
    let lang = asked.lang.as_deref().or(languages.first().copied()).unwrap_or("en");
    if !languages.contains(&lang) {
        terminal::say(&format!(
            "There are no pages in {lang}. There are: {}.",
            languages.join(", ")
        ));
        return Ok(Outcome::Misuse);
    }
    // Through the tables, as the page reads them: so both give the same answers.
    let mut search = read(&make(lang, &assemble(&gathered, &findings))?)?;
    if let Some(file) = &asked.batch {
        return answer_lines(file, |query| json(&search.search(query, asked.limit)));
    }
    let query = asked.query.join(" ");
    let found = search.search(&query, asked.limit);
    if asked.json {
        terminal::print(&json(&found));
    } else {
        human(&found);
    }
    if findings.has_errors() {
        terminal::say(
            "There are errors in the sources, so something may be missing: handbook check",
        );
    }
    Ok(Outcome::Good)
}

/// Writes the search tables of a book into the folder of its language.
pub(crate) fn write(lang: &str, book: &Book, language: &Path) -> Result<()> {
    make(lang, book)?.iter().try_for_each(|table| tables::write(language, &table.name, &table.text))
}

fn make(lang: &str, book: &Book) -> Result<Vec<Table>> {
    handbook_search::tables(lang, book).context("the text of the handbook cannot be indexed")
}

/// Reads all tables of a book.
fn read(tables: &[Table]) -> Result<Search> {
    let (head, pieces): (Vec<&Table>, Vec<&Table>) = tables.iter().partition(|t| t.name == HEAD);
    let head = head.first().context("the search tables have no head")?;
    let mut search = Search::read(&head.text).context("the tables just written cannot be read")?;
    for piece in pieces {
        search.add(&piece.text).with_context(|| format!("{} cannot be read", piece.name))?;
    }
    Ok(search)
}

fn json(found: &[Found]) -> String {
    let mut json = Json::default();
    results(&mut json, found);
    json.finish()
}

fn human(found: &[Found]) {
    if found.is_empty() {
        terminal::print("nothing found");
    }
    for (at, result) in found.iter().enumerate() {
        if at > 0 {
            terminal::print("");
        }
        terminal::print(&result.title);
        if !result.page.is_empty() {
            terminal::print(&format!("    in: {}", result.page));
        }
        if !result.excerpt.is_empty() {
            terminal::print(&format!("    {}", marked(&result.excerpt, &result.highlights)));
        }
        terminal::print(&format!("    {} ({:.2})", result.url, result.score));
    }
}

/// The excerpt with the words found between signs that no terminal has to know.
fn marked(excerpt: &str, highlights: &[(u32, u32)]) -> String {
    let mut out = String::with_capacity(excerpt.len() + highlights.len() * 2);
    for (at, c) in (0u32..).zip(excerpt.chars()) {
        if highlights.iter().any(|(start, _)| *start == at) {
            out.push('*');
        }
        out.push(c);
        if highlights.iter().any(|(_, end)| *end == at + 1) {
            out.push('*');
        }
    }
    out
}
