//! Full-text search of the real book, and of books ten and a hundred times as large: what the
//! tables weigh, how long they take to make, what has to be loaded before the first answer, how
//! long a query takes. `brotli` must be installed.

#![expect(clippy::print_stdout, reason = "figures are what a bench is for")]
#![expect(clippy::disallowed_methods, reason = "a bench measures time")]

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use handbook_lookup::search::{Document, HEAD, Search, Table, write};
use handbook_model::Findings;
use handbook_search::Index;
use handbook_tests::known_items::{Question, questions};
use handbook_tests::workspace_root;
use mdbook_handbook::{assemble, gather};

fn main() {
    let findings = Findings::default();
    let gathered = gather(&workspace_root(), None, &findings, &|_| {}).unwrap();
    let book = assemble(&gathered, &findings);
    let started = Instant::now();
    let documents = handbook_search::documents(&book);
    println!("{} pages cut into documents in {:.0?}\n", book.chapters().count(), started.elapsed());
    let asked = questions(&documents, 7);
    println!(
        "| book | documents | text | words | indexed | tables | head | all tables, brotli | needed \
         before the first answer, median, most | of it words | query p50, p99 |\n\
         |---|---|---|---|---|---|---|---|---|---|---|"
    );
    for times in [1, 10, 100] {
        measure(times, &grown(&documents, times), &asked);
    }
}

/// The book so many times over. In each copy a third of the longer words are others, as in a book
/// that grows by further countries, and a sixth of all words is missing, so that no copy can be
/// compressed to a note that it is one.
fn grown(documents: &[Document], times: usize) -> Vec<Document> {
    let mut all = documents.to_vec();
    for copy in 1..times {
        for document in documents {
            let mut document = document.clone();
            document.path = format!("copy-{copy}/{}", document.path);
            document.title = others(&document.title, copy, false);
            document.text = others(&document.text, copy, true);
            all.push(document);
        }
    }
    all
}

fn others(text: &str, copy: usize, fewer: bool) -> String {
    let syllables = ["an", "el", "or", "is", "um", "at", "en", "ur", "ok", "ib"];
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let mut sum = copy * 7919;
    for part in text.split_inclusive(' ') {
        let word = part.trim_end_matches(|c: char| !c.is_alphanumeric());
        // Depends on all that came before, so that gaps do not repeat.
        sum = word.bytes().fold(sum, |sum, b| sum.wrapping_mul(31).wrapping_add(usize::from(b)));
        if fewer && (sum >> 7).is_multiple_of(6) {
            continue;
        }
        out.push_str(word);
        let own: usize = word.bytes().map(usize::from).sum();
        if word.len() >= 6 && word.bytes().all(|b| b.is_ascii_lowercase()) && own.is_multiple_of(3)
        {
            out.push_str(syllables[copy / 10]);
            out.push_str(syllables[copy % 10]);
        }
        out.push_str(&part[word.len()..]);
    }
    out
}

fn measure(times: usize, documents: &[Document], asked: &[Question]) {
    let started = Instant::now();
    let index = Index::new(documents).unwrap();
    let indexed = started.elapsed();
    let terms = index.terms().unwrap();
    let tables = write("en", documents, &index.lengths().unwrap(), &terms);
    let written = started.elapsed();
    drop(index);
    let compressed: BTreeMap<&str, usize> =
        tables.iter().map(|table| (table.name.as_str(), brotli(&table.text, 5))).collect();
    let by_name: BTreeMap<&str, &Table> = tables.iter().map(|t| (t.name.as_str(), t)).collect();

    let mut needed = Vec::new();
    for question in asked {
        let mut search = Search::read(&by_name[HEAD].text).unwrap();
        let mut words = brotli(&by_name[HEAD].text, 11);
        let mut all = words;
        loop {
            let missing = search.missing(&question.query, 10);
            if missing.is_empty() {
                break;
            }
            for name in missing {
                let table = by_name[name.as_str()];
                let bytes = brotli(&table.text, 11);
                all += bytes;
                words += if name.contains("text") { 0 } else { bytes };
                search.add(&table.text).unwrap();
            }
        }
        needed.push((all, words));
    }
    needed.sort_unstable();

    let mut search = Search::read(&by_name[HEAD].text).unwrap();
    for table in tables.iter().filter(|table| table.name != HEAD) {
        search.add(&table.text).unwrap();
    }
    search.missing("", 1);
    // Nothing is kept from one query to the next, so the best of three is what one takes on a
    // machine that does nothing else.
    let mut time = |question: &Question| {
        let once = |search: &mut Search| {
            let started = Instant::now();
            search.search(&question.query, 10);
            started.elapsed()
        };
        (0..3).map(|_| once(&mut search)).min().unwrap_or_default()
    };
    let mut asking: Vec<Duration> = asked.iter().map(&mut time).collect();
    asking.sort_unstable();
    let text: usize = documents.iter().map(|d| d.text.len() + d.title.len()).sum();
    let kilo = |bytes: usize| bytes.div_ceil(1000);
    println!(
        "| ×{times} | {} | {} kB | {} | {indexed:.1?} | {written:.1?}, {} pieces | {} kB | {} kB | {} \
         kB, {} kB | {} kB, {} kB | {:.2?}, {:.2?} |",
        documents.len(),
        kilo(text),
        terms.len(),
        tables.len(),
        kilo(brotli(&by_name[HEAD].text, 11)),
        kilo(compressed.values().sum()),
        kilo(needed[needed.len() / 2].0),
        kilo(needed[needed.len() - 1].0),
        kilo(needed[needed.len() / 2].1),
        kilo(needed.iter().map(|n| n.1).max().unwrap_or_default()),
        asking[asking.len() / 2],
        asking[asking.len() * 99 / 100],
    );
}

/// Bytes that a text has when compressed; the level is low where whole books are.
fn brotli(text: &str, level: u32) -> usize {
    let mut child = Command::new("brotli")
        .args(["-q", &level.to_string(), "-c"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("brotli is installed");
    let mut input = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || input.write_all(text.as_bytes()));
        child.wait_with_output().unwrap().stdout.len()
    })
}
