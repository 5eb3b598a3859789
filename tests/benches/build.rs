//! Time to build, beside stock mdBook on the same pages, and how it grows.
//!
//! `cargo bench -p handbook-tests --bench build` prints a table; figures worth keeping go into
//! `benches/RESULTS.md` with the machine's name. Run it on an idle machine, after
//! `cargo build --release`.
//!
//! Ours is the whole command: reading, checking, cross-references, rendering. The peer gets the
//! finished pages as plain Markdown and only renders them, with our theme and without search.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use handbook_model::Findings;
use handbook_tests::{bench_bed, copy_tree, workspace_root};
use mdbook_handbook::{assemble, gather};

/// Pages of a country: its first page and sixteen sections.
const COUNTRY_PAGES: usize = 17;

fn main() {
    let root = workspace_root();
    let (ours, peer, scratch) = bench_bed();
    let mut table = String::from(
        "| pages | handbook build | of it check | mdBook 0.5.4, same pages | ratio | largest page, list page |\n\
         |---|---|---|---|---|---|\n",
    );
    for (copies, runs) in [(0, 9), (68, 3), (292, 1)] {
        let folder = scratch.path().join(format!("book-{copies}"));
        prepare(&root, &folder, copies);
        let plain = scratch.path().join(format!("plain-{copies}"));
        let pages = write_plain(&folder, &plain);
        let build = fastest(runs, || command(&ours, &folder, &["build"]));
        let check = fastest(runs, || command(&ours, &folder, &["check", "--format", "short"]));
        let stock = fastest(runs, || command(&peer, &plain, &["build"]));
        let (page, list) = largest(&folder.join("site/en"));
        let _ = writeln!(
            table,
            "| {pages} | {} | {} | {} | {:.2} | {page} kB, {list} kB |",
            seconds(build),
            seconds(check),
            seconds(stock),
            build.as_secs_f64() / stock.as_secs_f64(),
        );
        fs::remove_dir_all(&folder).unwrap();
        fs::remove_dir_all(&plain).unwrap();
    }
    print(&table);
}

#[expect(clippy::print_stdout, reason = "the table is what a bench is for")]
fn print(table: &str) {
    println!("{table}");
}

fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

fn command(program: &Path, folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
fn fastest(runs: usize, make: impl Fn() -> Command) -> Duration {
    let once = || {
        let started = Instant::now();
        assert!(make().status().unwrap().success());
        started.elapsed()
    };
    (0..runs).map(|_| once()).min().unwrap()
}

/// The real book with `copies` more countries, each a copy of Moldova's chapter.
fn prepare(root: &Path, folder: &Path, copies: usize) {
    for part in ["book", "chapters"] {
        copy_tree(&root.join(part), &folder.join(part));
    }
    let mut settings = fs::read_to_string(root.join("book.toml")).unwrap();
    // `eu-` begins the ids of sources of the frame.
    let used = ["ge", "ua", "az", "md", "eu"];
    let ids = ('a'..='z').flat_map(|a| ('a'..='z').map(move |b| format!("{a}{b}")));
    for id in ids.filter(|id| !used.contains(&id.as_str())).take(copies) {
        let to = folder.join("chapters").join(&id);
        fs::create_dir_all(&to).unwrap();
        for entry in fs::read_dir(root.join("chapters/md")).unwrap().flatten() {
            // Procedures belong to pairs of real countries, and comparisons to columns that a
            // reader can see side by side.
            if entry.path().is_dir() || entry.file_name() == "facts.toml" {
                continue;
            }
            let text = fs::read_to_string(entry.path()).unwrap();
            let text = text
                .replace("md-", &format!("{id}-"))
                .replace("rule:md/", &format!("rule:{id}/"))
                .replace("name = \"Moldova\"", &format!("name = \"Country {id}\""));
            fs::write(to.join(entry.file_name()), text).unwrap();
        }
        let row = format!(
            "[[preprocessor.handbook.country]]\nid = \"{id}\"\nfolder = \"chapters/{id}\"\n\n"
        );
        settings = settings.replace("[output.html]\n", &format!("{row}[output.html]\n"));
    }
    fs::write(folder.join("book.toml"), settings).unwrap();
}

/// Writes the finished pages as plain Markdown for the peer; returns how many there are.
fn write_plain(folder: &Path, plain: &Path) -> usize {
    let findings = Findings::default();
    let gathered = gather(folder, None, &findings, &|_| {}).unwrap();
    let book = assemble(&gathered, &findings);
    assert!(!findings.has_errors(), "{:#?}", findings.sorted());
    let mut summary = String::from("# Summary\n\n");
    let mut pages = 0;
    for chapter in book.chapters() {
        let path = chapter.path.clone().unwrap();
        let file = plain.join("src").join(&path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, &chapter.content).unwrap();
        let _ = writeln!(summary, "- [{}]({})", chapter.name, path.display());
        pages += 1;
    }
    fs::write(plain.join("src/SUMMARY.md"), summary).unwrap();
    copy_tree(&folder.join("book/theme"), &plain.join("theme"));
    let settings = "[book]\ntitle = \"Peer\"\nlanguage = \"en\"\n\n[build]\nuse-default-preprocessors = false\n\n\
        [output.html]\ntheme = \"theme\"\ninput-404 = \"\"\n\n\
        [output.html.search]\nenable = false\n\n[output.html.print]\nenable = false\n";
    fs::write(plain.join("book.toml"), settings).unwrap();
    assert!(pages > COUNTRY_PAGES);
    pages
}

/// Sizes in kB of the largest page outside and inside the control list.
fn largest(site: &Path) -> (u64, u64) {
    let mut sizes = (0, 0);
    let mut open: Vec<PathBuf> = vec![site.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "html") {
                let kilobytes = entry.metadata().unwrap().len().div_ceil(1000);
                let in_list = path.parent().is_some_and(|p| p.ends_with("list"));
                let slot = if in_list { &mut sizes.1 } else { &mut sizes.0 };
                *slot = kilobytes.max(*slot);
            }
        }
    }
    sizes
}
