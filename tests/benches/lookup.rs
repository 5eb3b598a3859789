//! Time of the classification lookup over the real list: making its index, and answering a query.
//! Nothing is kept from one query to the next.
//!
//! `cargo bench -p handbook-tests --bench lookup` prints a table; figures worth keeping go into
//! `benches/RESULTS.md` with the machine's name. The queries are those of `tests/relevance`, each
//! kind by itself, then invoice lines of 600 characters, and words of which no letter is right.

use std::collections::BTreeMap;
use std::fs;
use std::hint::black_box;
use std::time::{Duration, Instant};

use handbook_lookup::{Index, Options};
use handbook_model::Findings;
use handbook_tests::workspace_root;

fn main() {
    let findings = Findings::default();
    let gathered = mdbook_handbook::gather(&workspace_root(), None, &findings, &|_| {});
    let list = gathered.expect("the real handbook can be gathered").handbook.list;
    let records = list.lookup_records();
    let mut making = Vec::new();
    let mut index = Index::default();
    for _ in 0..9 {
        let records = records.clone();
        #[expect(clippy::disallowed_methods, reason = "a bench measures time")]
        let start = Instant::now();
        index = Index::new(records, 2);
        making.push(start.elapsed());
    }
    let mut rows = vec![row("making the index", &mut making)];
    let mut all = Vec::new();
    for (kind, queries) in queries() {
        let mut times = asked(&index, &queries);
        all.extend(times.iter().copied());
        rows.push(row(&kind, &mut times));
    }
    rows.insert(1, row("all kinds", &mut all));
    print(&format!(
        "| what | times | p50 | p99 | longest |\n|---|---|---|---|---|\n{}",
        rows.concat()
    ));
}

/// Queries by kind: those of the suite, and the worst that can be asked.
fn queries() -> BTreeMap<String, Vec<String>> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in fs::read_dir(workspace_root().join("tests/relevance")).unwrap().flatten() {
        let text = fs::read_to_string(entry.path()).unwrap();
        let lines = text.lines().filter(|l| !l.is_empty() && !l.starts_with('#'));
        let queries: Vec<String> =
            lines.filter_map(|l| l.split('\t').nth(1)).map(str::to_owned).collect();
        let kind = entry.path().file_stem().unwrap().to_string_lossy().into_owned();
        all.insert(kind, queries);
    }
    // Lines put together to the length that is read, then the same with a slip in each word.
    let long: Vec<String> = all["invoice"].windows(12).map(|lines| lines.join(" ")).collect();
    let slips = long.iter().map(|line| slipped(line)).collect();
    let single: Vec<String> = all["names"].iter().map(|name| slipped(name)).collect();
    all.insert("600 characters".into(), long);
    all.insert("600 characters with slips".into(), slips);
    all.insert("names with slips".into(), single);
    all
}

/// A letter in the middle of each word left out.
fn slipped(text: &str) -> String {
    let slip = |word: &str| {
        let letters: Vec<char> = word.chars().collect();
        let kept = letters.iter().enumerate().filter(|(at, _)| *at != letters.len() / 2);
        kept.map(|(_, c)| *c).collect::<String>()
    };
    text.split(' ').map(slip).collect::<Vec<_>>().join(" ")
}

fn asked(index: &Index, queries: &[String]) -> Vec<Duration> {
    let options = Options { limit: 10, edition: None };
    let mut times = Vec::new();
    for query in queries {
        // The least of three: a machine that does other things as well must not count.
        let once = |_| {
            #[expect(clippy::disallowed_methods, reason = "a bench measures time")]
            let start = Instant::now();
            black_box(index.lookup(black_box(query), options));
            start.elapsed()
        };
        times.push((0..3).map(once).min().unwrap_or_default());
    }
    times
}

fn row(what: &str, times: &mut [Duration]) -> String {
    times.sort();
    let ms = |share: f64| {
        let at = (times.len() as f64 * share).ceil() as usize;
        times[at.clamp(1, times.len()) - 1].as_secs_f64() * 1000.0
    };
    format!(
        "| {what} | {} | {:.2} ms | {:.2} ms | {:.2} ms |\n",
        times.len(),
        ms(0.5),
        ms(0.99),
        ms(1.0)
    )
}

#[expect(clippy::print_stdout, reason = "the table is what a bench is for")]
fn print(table: &str) {
    println!("{table}");
}
