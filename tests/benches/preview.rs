//! Time from saving a paragraph to its page being there, beside stock `mdbook serve`.
//!
//! `cargo bench -p handbook-tests --bench preview` prints a table; figures worth keeping go into
//! `benches/RESULTS.md` with the machine's name. Run it on an idle machine, after
//! `cargo build --release`.
//!
//! Both servers get a copy of the real book, git history included, and the same edits, at moments
//! that keep no step with anybody's clock. Ours is measured until the reload event has come and
//! the page asked for after it has the new text; where Chromium is installed, also until its open
//! page shows it. The peer is asked for the page every 2 ms until it has the
//! new text: what it needs for its own reload comes on top. It runs as it comes, and is told to
//! watch `chapters` as well, with `mdbook-handbook` as its preprocessor.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use handbook_tests::preview::{News, Preview, get};
use handbook_tests::webdriver::{Driver, Programs, Scripts, Session};
use handbook_tests::{bench_bed, commit_all, copy_tree, workspace_root};
use serde_json::json;

const EDITS: u64 = 100;

/// The sections edited in turn, of the longest chapter.
const SECTIONS: [&str; 5] = ["licensing", "transit", "customs", "overview", "penalties"];

/// Somebody who has a page open and waits for new words in it.
trait Reader {
    fn open(&mut self, page: &str);
    fn wait(&mut self, page: &str, words: &str);
}

fn main() {
    let root = workspace_root();
    let programs = root.join("target/release");
    let (ours, peer, scratch) = bench_bed();
    let mut table = String::from(
        "| from saving to | edits | p50 | p95 | p99 | longest |\n|---|---|---|---|---|---|\n",
    );

    let folder = scratch.path().join("ours");
    let other = scratch.path().join("stock");
    prepare(&root, &folder);
    copy_tree(&folder, &other);
    let preview = Preview::start(&ours, &folder, &["--port", "0"]).unwrap();
    let mut reader = Listener { preview: &preview, news: None };
    row(&mut table, "`handbook serve`: reload event, then new text", edit(&folder, &mut reader));
    let chromium = Programs::installed();
    if chromium.chromium.is_file() && chromium.chromedriver.is_file() {
        let driver = Driver::start(&chromium).unwrap();
        let session = driver.session(Scripts::On).unwrap();
        session.connect().unwrap();
        let mut reader = Browser { preview: &preview, session };
        row(&mut table, "`handbook serve`: shown in Chromium", edit(&folder, &mut reader));
    }
    drop(preview);

    let settings = other.join("book.toml");
    let text = fs::read_to_string(&settings).unwrap();
    let text = text.replace("[build]\n", "[build]\nextra-watch-dirs = [\"chapters\"]\n");
    fs::write(settings, text).unwrap();
    let mut reader = Stock::start(&peer, &programs, &other);
    row(&mut table, "stock `mdbook serve` 0.5.4: new text", edit(&other, &mut reader));
    print(&table);
}

#[expect(clippy::print_stdout, reason = "the table is what a bench is for")]
fn print(table: &str) {
    println!("{table}");
}

/// A copy of the real book with its history.
fn prepare(root: &Path, folder: &Path) {
    for part in ["book", "chapters"] {
        copy_tree(&root.join(part), &folder.join(part));
    }
    fs::copy(root.join("book.toml"), folder.join("book.toml")).unwrap();
    if root.join(".git").is_dir() {
        copy_tree(&root.join(".git"), &folder.join(".git"));
    } else {
        commit_all(folder);
    }
}

/// Edits a paragraph again and again; how long the reader had to wait each time.
#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
fn edit(folder: &Path, reader: &mut impl Reader) -> Vec<Duration> {
    let mut times = Vec::new();
    for edit in 0..EDITS {
        let section = SECTIONS[edit as usize % SECTIONS.len()];
        let page = format!("md/{section}.html");
        let file = folder.join(format!("chapters/md/{section}.md"));
        let text = fs::read_to_string(&file).unwrap();
        let text = text.split("\n\nViolet sheet").next().unwrap().trim_end().to_owned();
        let words = format!("Violet sheet {edit} is used.");
        reader.open(&page);
        thread::sleep(Duration::from_millis(300 + edit * 617 % 1000));
        let started = Instant::now();
        fs::write(&file, format!("{text}\n\n{words}\n")).unwrap();
        reader.wait(&page, &words);
        times.push(started.elapsed());
    }
    // The next reader must not find the words of this one.
    for section in SECTIONS {
        let file = folder.join(format!("chapters/md/{section}.md"));
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, text.split("\n\nViolet sheet").next().unwrap()).unwrap();
    }
    thread::sleep(Duration::from_secs(3));
    times
}

fn row(table: &mut String, what: &str, mut times: Vec<Duration>) {
    times.sort();
    // The nearest rank: with 100 edits, p95 is the 95th.
    let rank = |percent: usize| times[(times.len() * percent).div_ceil(100) - 1].as_millis();
    let _ = writeln!(
        table,
        "| {what} | {} | {} ms | {} ms | {} ms | {} ms |",
        times.len(),
        rank(50),
        rank(95),
        rank(99),
        rank(100)
    );
}

/// Our preview, followed as its script does, without a browser.
struct Listener<'p> {
    preview: &'p Preview,
    news: Option<News>,
}

impl Reader for Listener<'_> {
    fn open(&mut self, page: &str) {
        let mut news = self.preview.news(&format!("en/{page}")).unwrap();
        news.version().unwrap();
        self.news = Some(news);
    }

    fn wait(&mut self, page: &str, words: &str) {
        let news = self.news.as_mut().unwrap();
        loop {
            news.version().unwrap();
            if self.preview.page(&format!("/en/{page}")).unwrap().contains(words) {
                return;
            }
        }
    }
}

/// Our preview in Chromium.
struct Browser<'d> {
    preview: &'d Preview,
    session: Session<'d>,
}

impl Reader for Browser<'_> {
    fn open(&mut self, page: &str) {
        let address = format!("http://{}/en/{page}", self.preview.address());
        self.session.open(&address).unwrap();
    }

    fn wait(&mut self, _page: &str, words: &str) {
        let script = "return document.readyState === 'complete'
            && document.body.textContent.includes(arguments[0])";
        // An error is a page that is just being left.
        while !self.session.run_on(script, &[json!(words)]).is_ok_and(|shown| shown == true) {
            thread::sleep(Duration::from_millis(2));
        }
    }
}

/// Stock mdBook on the same book; killed when dropped.
struct Stock {
    process: Child,
    address: SocketAddr,
}

impl Stock {
    fn start(program: &Path, preprocessors: &Path, folder: &Path) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let old = env::var_os("PATH").unwrap_or_default();
        let paths = [preprocessors.to_owned()].into_iter().chain(env::split_paths(&old));
        let process = Command::new(program)
            .args(["serve", "--hostname", "127.0.0.1", "--port", &free.port().to_string()])
            .current_dir(folder)
            .env("PATH", env::join_paths(paths).unwrap())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut stock = Self { process, address: free };
        while !stock.shows("index.html", "</html>") {
            let ended = stock.process.try_wait().unwrap();
            assert!(ended.is_none(), "mdbook serve has ended: is the book without errors?");
            thread::sleep(Duration::from_millis(50));
        }
        stock
    }

    /// Whether a page has these words; one that is being written has none.
    fn shows(&self, page: &str, words: &str) -> bool {
        get(self.address, &format!("/{page}")).is_ok_and(|(_, text)| text.contains(words))
    }
}

impl Drop for Stock {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Reader for Stock {
    fn open(&mut self, _page: &str) {}

    fn wait(&mut self, page: &str, words: &str) {
        while !self.shows(page, words) {
            thread::sleep(Duration::from_millis(2));
        }
    }
}
