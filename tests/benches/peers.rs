//! Our search and lookup beside stock mdBook's search, Pagefind and MiniSearch: the same texts, the
//! same questions, the same Chromium, one run.
//!
//! `cargo bench -p handbook-tests --bench peers` prints the tables of `benches/RESULTS.md`. It needs
//! what `cargo build --release` and `tests/run` make, Chromium, and Node.js with npm, which fetches
//! the peers at the versions of `benches/peers/package-lock.json` into `target/tools/peers`.
//!
//! This half writes what every engine gets and times how long our tables take to make;
//! `benches/peers/run.mjs` makes the peers' indexes and drives the browser.
//!
//! All engines get the documents that our search has: the pages cut at their headings, as plain
//! text. Stock mdBook gets them as a book of the same pages, so that it cuts at the same places.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use handbook_lookup::index::Kind;
use handbook_lookup::search::Document;
use handbook_model::{Findings, Handbook};
use handbook_tests::known_items::{plain, questions};
use handbook_tests::{bench_bed, copy_tree, workspace_root};
use mdbook_handbook::{assemble, gather};
use serde_json::{Value, json};

/// Questions of each kind at most.
const QUESTIONS: usize = 100;
/// Runs of which the fastest counts.
const RUNS: usize = 3;

fn main() {
    let root = workspace_root();
    let (ours, mdbook, scratch) = bench_bed();
    let folder = scratch.path();

    let findings = Findings::default();
    let gathered = gather(&root, None, &findings, &|_| {}).expect("the handbook can be gathered");
    let book = assemble(&gathered, &findings);
    let documents = handbook_search::documents(&book);
    let handbook = &gathered.handbook;

    let search = fastest(|| drop(handbook_search::tables("en", &book).unwrap()));
    let lookup = fastest(|| drop(handbook.lookup_tables()));
    let site = fastest(|| {
        run(Command::new(&ours)
            .args(["build", "--out"])
            .arg(folder.join("site"))
            .current_dir(&root));
    });
    write_stock(&documents, &folder.join("stock"));
    let stock = |with: bool| {
        let settings = format!(
            "[book]\ntitle = \"Peer\"\nlanguage = \"en\"\n\n[output.html]\ninput-404 = \"\"\n\n\
             [output.html.print]\nenable = false\n\n\
             [output.html.search]\nenable = {with}\nlimit-results = 10\n"
        );
        fs::write(folder.join("stock/book.toml"), settings).unwrap();
        fastest(|| {
            run(Command::new(&mdbook)
                .args(["build", "--dest-dir", "out"])
                .current_dir(folder.join("stock")))
        })
    };
    let (without, with) = (stock(false), stock(true));

    let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
    let figures = json!({
        "search": milliseconds(search),
        "lookup": milliseconds(lookup),
        "site": milliseconds(site),
        "mdbook": milliseconds(with.saturating_sub(without)),
        "mdbookWhole": milliseconds(with),
        "commit": commit(&root),
    });
    put(folder, "figures", &figures);
    put(folder, "documents", &documents.iter().map(document).collect());
    put(folder, "questions", &known_items(&documents));
    put(folder, "provisions", &provisions(handbook));
    put(folder, "relevance", &relevance(&root));

    // The peers are installed beside the other tools, away from the sources.
    let sources = root.join("tests/benches/peers");
    let tools = root.join("target/tools/peers");
    let lock = |folder: &Path| fs::read(folder.join("package-lock.json")).ok();
    let installed = tools.join("node_modules").is_dir() && lock(&sources) == lock(&tools);
    fs::create_dir_all(&tools).unwrap();
    copy_tree(&sources, &tools);
    if !installed {
        run(Command::new("npm").args(["ci", "--ignore-scripts", "--silent"]).current_dir(&tools));
    }
    run(Command::new("node")
        .arg("run.mjs")
        .arg(folder)
        .current_dir(&tools)
        .stdout(Stdio::inherit()));
}

fn run(command: &mut Command) {
    // What a program says of its progress is not what is asked for; what it fails with is.
    let inherits = command.get_program() == "node";
    if !inherits {
        command.stdout(Stdio::null());
    }
    command.stderr(if inherits { Stdio::inherit() } else { Stdio::null() });
    let status = command.status().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?} has failed: {status}");
}

#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
fn fastest(work: impl Fn()) -> Duration {
    let once = || {
        let started = Instant::now();
        work();
        started.elapsed()
    };
    (0..RUNS).map(|_| once()).min().unwrap()
}

fn put(folder: &Path, name: &str, value: &Value) {
    fs::write(folder.join(format!("{name}.json")), value.to_string()).unwrap();
}

/// What the tables say they were measured at.
fn commit(root: &Path) -> String {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).current_dir(root).output().unwrap();
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    let dirty = !git(&["status", "--porcelain"]).is_empty();
    git(&["rev-parse", "--short", "HEAD"]) + if dirty { ", working tree" } else { "" }
}

fn url(document: &Document) -> String {
    match document.anchor.as_str() {
        "" => document.path.clone(),
        anchor => format!("{}#{anchor}", document.path),
    }
}

fn document(document: &Document) -> Value {
    json!({
        "url": url(document),
        "page": document.page,
        "title": document.title,
        "text": plain(&document.text),
    })
}

fn known_items(documents: &[Document]) -> Value {
    let question = |q: &handbook_tests::known_items::Question| json!({ "kind": q.kind, "query": q.query, "url": url(&documents[q.document]) });
    questions(documents, QUESTIONS).iter().map(question).collect()
}

/// A document a provision, with all that our own lookup knows of it.
fn provisions(handbook: &Handbook) -> Value {
    let names = handbook.cards.new_names(&handbook.list);
    let content = handbook.list.lookup_content(&handbook.countries, &names);
    let provision = |provision: &handbook_lookup::list::Provision| {
        let record = &provision.record;
        let texts = |kind: Kind| -> Vec<&str> {
            record.texts.iter().filter(|t| t.kind == kind).map(|t| t.text.as_str()).collect()
        };
        let tariff: BTreeSet<&str> = record
            .tariff
            .iter()
            .flat_map(|t| [Some(t.hs.as_str()), t.national.as_deref()])
            .flatten()
            .collect();
        json!({
            "code": record.code,
            "title": provision.title,
            "names": texts(Kind::Name),
            "aliases": texts(Kind::Alias),
            "criteria": texts(Kind::Threshold),
            "cas": record.cas,
            "un": record.un,
            "hs": tariff,
        })
    };
    content.provisions.iter().map(provision).collect()
}

/// The queries of the relevance suite.
fn relevance(root: &Path) -> Value {
    let mut kinds = BTreeMap::new();
    for entry in fs::read_dir(root.join("tests/relevance")).unwrap().flatten() {
        let kind = entry.path().file_stem().unwrap().to_string_lossy().into_owned();
        kinds.insert(kind, fs::read_to_string(entry.path()).unwrap());
    }
    let mut all = Vec::new();
    for (kind, text) in kinds {
        for line in text.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
            let fields: Vec<&str> = line.split('\t').collect();
            let [lang, query, codes] = fields[..] else { panic!("{kind}: {line}") };
            let codes: Vec<&str> = codes.split(',').filter(|c| *c != "-").collect();
            all.push(json!({ "kind": kind, "lang": lang, "query": query, "codes": codes }));
        }
    }
    all.into()
}

/// Writes the documents as a book for stock mdBook: a page a page, a heading a document.
fn write_stock(documents: &[Document], folder: &Path) {
    let mut pages: Vec<(&str, String)> = Vec::new();
    for document in documents {
        if pages.last().is_none_or(|(path, _)| *path != document.path) {
            pages.push((&document.path, String::new()));
        }
        let page = &mut pages.last_mut().unwrap().1;
        let level = if page.is_empty() { "#" } else { "##" };
        let _ = write!(page, "{level} {}", escaped(&document.title));
        if !document.anchor.is_empty() {
            let _ = write!(page, " {{#{}}}", document.anchor);
        }
        page.push_str("\n\n");
        for block in plain(&document.text).lines().map(str::trim).filter(|b| !b.is_empty()) {
            let _ = writeln!(page, "{}\n", escaped(block));
        }
    }
    let mut summary = String::from("# Summary\n\n");
    for (path, text) in pages {
        let path = Path::new(path).with_extension("md");
        let name = text.lines().next().unwrap_or_default().trim_start_matches("# ");
        let name = name.split(" {#").next().unwrap_or_default();
        let _ = writeln!(summary, "- [{name}](<{}>)", path.display());
        let file = folder.join("src").join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
    fs::write(folder.join("src/SUMMARY.md"), summary).unwrap();
}

/// A text with every sign that Markdown could take for its own made harmless.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_punctuation() {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
