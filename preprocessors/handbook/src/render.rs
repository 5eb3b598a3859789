//! Renders a book with mdBook's own HTML renderer, in pieces.
//!
//! The renderer copies the data of all chapters for each chapter, so its time grows with the
//! square of the book. Pieces of a fixed size make it linear, and let the cores share the work.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use anyhow::{Context as _, Result, anyhow};
use handbook_model::{Files, Findings};
use mdbook_html::HtmlHandlebars;
use mdbook_renderer::book::{Book, BookItem, Chapter};
use mdbook_renderer::config::Config;
use mdbook_renderer::{RenderContext, Renderer};

/// Chapters a piece: large enough that static files cost little, small enough that the square
/// does not show.
const PIECE: usize = 48;

/// Folder of the theme, as `book.toml` names it.
pub(crate) const THEME: &str = "book/theme";

/// Renders `book` into `destination`; with `only`, no other pages than these. `files` holds the
/// theme; `work` is a scratch folder. What mdBook warns of is among the findings.
pub(crate) fn render(
    book: &Book,
    only: Option<&BTreeSet<PathBuf>>,
    config: &Config,
    files: &Files,
    work: &Path,
    destination: &Path,
    findings: &Findings,
) -> Result<usize> {
    let root = work.join("root");
    write_theme(files, &root)?;
    // mdBook copies everything else it finds in the source folder; this one stays empty.
    fs::create_dir_all(root.join(&config.book.src))?;
    let wanted: Vec<bool> = book
        .chapters()
        .map(|chapter| {
            only.is_none_or(|only| chapter.path.as_ref().is_some_and(|p| only.contains(p)))
        })
        .collect();
    // A page names the one before and the one after it.
    let near = |at: usize| wanted[at.saturating_sub(1)..(at + 2).min(wanted.len())].contains(&true);
    let chapters: Vec<(Chapter, bool)> = book
        .chapters()
        .enumerate()
        .filter(|(at, _)| near(*at))
        .map(|(at, chapter)| (Chapter { sub_items: Vec::new(), ..chapter.clone() }, wanted[at]))
        .collect();
    let pieces: Vec<_> = (0..chapters.len()).step_by(PIECE).collect();
    let next = AtomicUsize::new(0);
    let log = Log::default();
    let failures: Mutex<Vec<anyhow::Error>> = Mutex::default();
    let workers =
        std::thread::available_parallelism().map_or(1, usize::from).min(pieces.len().max(1));
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                let subscriber = tracing_subscriber::fmt()
                    .with_writer(log.clone())
                    .with_max_level(tracing::Level::WARN)
                    .with_ansi(false)
                    .without_time()
                    .with_target(false)
                    .finish();
                tracing::subscriber::with_default(subscriber, || {
                    while let Some(start) = pieces.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let piece = Piece { chapters: &chapters, start: *start };
                        let to = work.join(format!("piece-{start}"));
                        if let Err(error) = piece.render(config, &root, &to, destination)
                            && let Ok(mut all) = failures.lock()
                        {
                            all.push(error);
                        }
                    }
                });
            });
        }
    });
    let failures = failures.into_inner().map_err(|_| anyhow!("a renderer thread ended early"))?;
    if let Some(first) = failures.into_iter().next() {
        return Err(first);
    }
    let log = log.text();
    for line in log.lines().filter(|l| l.contains("WARN") || l.contains("ERROR")) {
        findings.whole("mdbook-warning", "book", &[("what", &line.trim())]);
    }
    Ok(wanted.iter().filter(|wanted| **wanted).count())
}

fn write_theme(files: &Files, root: &Path) -> Result<()> {
    for path in files.below(THEME) {
        let to = root.join(path);
        fs::create_dir_all(to.parent().unwrap_or(root))?;
        fs::write(&to, files.bytes(path).unwrap_or_default())?;
    }
    fs::create_dir_all(root.join(THEME))?;
    Ok(())
}

struct Piece<'c> {
    /// Chapters, and whether their pages are kept.
    chapters: &'c [(Chapter, bool)],
    start: usize,
}

impl Piece<'_> {
    /// Renders the piece with one more chapter on each side, so that the links to the previous
    /// and the next page are right at its ends, and keeps its own pages.
    fn render(&self, config: &Config, root: &Path, to: &Path, destination: &Path) -> Result<()> {
        let end = (self.start + PIECE).min(self.chapters.len());
        let from = self.start.saturating_sub(1);
        let until = (end + 1).min(self.chapters.len());
        let items = self.chapters[from..until].iter();
        let items = items.map(|(chapter, _)| BookItem::Chapter(chapter.clone())).collect();
        let context = RenderContext::new(root, Book::new_with_items(items), config.clone(), to);
        HtmlHandlebars::new().render(&context)?;
        let mut first_page = None;
        for (chapter, kept) in &self.chapters[self.start..end] {
            let Some(path) = chapter.path.as_ref().filter(|_| *kept) else { continue };
            let html = path.with_extension("html");
            move_file(&to.join(&html), &destination.join(&html))?;
            first_page.get_or_insert(destination.join(&html));
        }
        if self.start == 0
            && let Some(page) = first_page
        {
            keep_assets(to, destination, &fs::read_to_string(page)?)?;
        }
        fs::remove_dir_all(to).with_context(|| format!("{} cannot be removed", to.display()))
    }
}

fn move_file(from: &Path, to: &Path) -> Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::rename(from, to).with_context(|| format!("{} cannot be written", to.display()))
}

/// Keeps the static files that pages use. mdBook writes all of its own, most of which our
/// template never names; on a USB stick they would be dead weight.
fn keep_assets(from: &Path, to: &Path, page: &str) -> Result<()> {
    let mut names = Vec::new();
    list_files(from, PathBuf::new(), &mut names)?;
    let mut using = vec![page.to_owned()];
    while let Some(text) = using.pop() {
        let mut unused = Vec::new();
        for name in std::mem::take(&mut names) {
            let file = name.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let asset = !matches!(name.extension().and_then(|e| e.to_str()), Some("html") | None);
            if asset && text.contains(&file) {
                if name.extension().is_some_and(|e| e == "css") {
                    using.push(fs::read_to_string(from.join(&name))?);
                }
                move_file(&from.join(&name), &to.join(&name))?;
            } else {
                unused.push(name);
            }
        }
        names = unused;
    }
    Ok(())
}

/// Adds the paths of all files below a folder to `names`.
pub(crate) fn list_files(root: &Path, below: PathBuf, names: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(root.join(&below))? {
        let entry = entry?;
        let path = below.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            list_files(root, path, names)?;
        } else {
            names.push(path);
        }
    }
    Ok(())
}

/// What mdBook logs while it renders; it has no other channel for warnings.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        let bytes = self.0.lock().map(|b| b.clone()).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if let Ok(mut all) = self.0.lock() {
            all.extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> tracing_subscriber::fmt::MakeWriter<'a> for Log {
    type Writer = Log;
    fn make_writer(&'a self) -> Self::Writer {
        self.clone()
    }
}
