//! Makes the pages of a preview: reads and checks everything, renders what is another page than
//! before, and puts it into the folder that is served. Errors leave the folder as it was.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use handbook_model::region::{Language, Place};
use handbook_model::{Diagnostic, Findings};
use mdbook_handbook::{Gathered, Kept, assemble_again, gather_again, settings, start_page};
use mdbook_renderer::book::Book;

use crate::{build, render, search, tables, terminal};

/// What a build has come to.
#[derive(Default)]
pub(super) struct Made {
    /// What is wrong, by file and place.
    pub findings: Vec<Diagnostic>,
    /// Files of the preview that are others than before, by their path in it.
    pub changed: Vec<String>,
    /// Folders of chapters that were read; `None` if it came to no reading.
    pub folders: Option<BTreeSet<PathBuf>>,
    /// Why the build itself could not be done, in words for the editor.
    pub failure: Option<String>,
    /// Whether something is left for the next build: pages that are not open, or the search tables.
    pub more: bool,
    /// Whether any page is another one than before, or gone.
    pub changed_pages: bool,
    /// Whether only pages that are open were made.
    pub left_pages: bool,
}

/// With more pages to make than these, those that are open come first. A commit changes the foot of
/// every page, and so does the first edit after it.
const MANY: usize = 24;

/// Makes builds, one after the other, and remembers the last good one.
pub(super) struct Maker {
    root: PathBuf,
    site: PathBuf,
    work: PathBuf,
    /// Settings and theme of the pages in `site`.
    look: Vec<(String, Vec<u8>)>,
    /// The pages in `site`, by language.
    pages: BTreeMap<String, Pages>,
    /// Address of the style sheet of the start page.
    stylesheet: String,
    first: bool,
    kept: Kept,
    /// Version of the data that the tables in `site` were made from.
    tables: u64,
    /// Whether the search tables in `site` are those of its pages.
    searched: bool,
}

/// What pages were rendered from, by their path in the book.
type Pages = BTreeMap<PathBuf, Page>;

/// All that a page's HTML depends on, settings and theme apart.
#[derive(PartialEq)]
struct Page {
    name: String,
    content: String,
    /// The names and paths of the page before and the page after.
    neighbours: [Option<(String, PathBuf)>; 2],
}

impl Maker {
    /// Will make pages of the handbook in `root` into `site` below `folder`.
    pub(super) fn new(root: &Path, folder: &Path) -> Self {
        Self {
            root: root.to_owned(),
            site: folder.join("site"),
            work: folder.join("work"),
            look: Vec::new(),
            pages: BTreeMap::new(),
            stylesheet: String::new(),
            first: true,
            kept: Kept::default(),
            tables: 0,
            searched: false,
        }
    }

    /// Makes a build; `open` are paths of pages that somebody may be looking at. Whatever happens
    /// in it, the next one can be made.
    pub(super) fn make(&mut self, open: &BTreeSet<String>) -> Made {
        guard(|made| self.run(open, made))
    }

    fn run(&mut self, open: &BTreeSet<String>, made: &mut Made) -> Result<()> {
        let findings = Findings::default();
        let result = self.run_with(open, &findings, made);
        made.findings = findings.sorted();
        result
    }

    fn run_with(
        &mut self,
        open: &BTreeSet<String>,
        findings: &Findings,
        made: &mut Made,
    ) -> Result<()> {
        // The first build may fetch, which takes its time.
        let first = std::mem::take(&mut self.first);
        let gathered = gather_again(&self.root, &mut self.kept, findings, &|step| {
            if first {
                terminal::say(&format!("  {step}"));
            }
        });
        made.folders = gathered.as_ref().map(folders);
        let config = gathered.as_ref().and_then(|g| settings::config(&g.settings, findings));
        let (Some(gathered), Some(mut config)) = (gathered, config) else { return Ok(()) };
        let book = assemble_again(&gathered, &mut self.kept, findings);
        if findings.has_errors() {
            return Ok(());
        }
        let look = look(&gathered);
        if look != self.look {
            self.pages.clear();
        }
        if self.work.exists() {
            fs::remove_dir_all(&self.work)?;
        }
        let new = self.work.join("new");
        fs::create_dir_all(&new)?;
        let data = self.kept.data_version();
        let languages: Vec<&Language> = gathered.handbook.region.languages.iter().collect();
        let mut pages = BTreeMap::new();
        let mut stylesheet = self.stylesheet.clone();
        for language in &languages {
            let id = &language.id;
            let mut these = pages_of(&book);
            let before = self.pages.get(id);
            let other = |path: &&PathBuf| before.and_then(|b| b.get(*path)) != these.get(*path);
            let mut other: BTreeSet<PathBuf> = these.keys().filter(other).cloned().collect();
            let is_open = |path: &&PathBuf| open.contains(&html_path(id, path));
            let soon: BTreeSet<PathBuf> = other.iter().filter(is_open).cloned().collect();
            if before.is_some() && other.len() > MANY && !soon.is_empty() {
                these.retain(|path, _| soon.contains(path) || !other.contains(path));
                other = soon;
                made.left_pages = true;
            }
            made.changed_pages |= !other.is_empty()
                || self.pages.get(id).is_some_and(|b| b.keys().any(|p| !these.contains_key(p)));
            if !other.is_empty() {
                config.book.language = Some(id.clone());
                let (work, to) = (self.work.join(id), new.join(id));
                let files = &gathered.files;
                render::render(&book, Some(&other), &config, files, &work, &to, findings)?;
                if id == &languages[0].id {
                    stylesheet = build::stylesheet(&new, id)?;
                }
            }
            pages.insert(id.clone(), these);
            if self.tables != data {
                tables::write_lookup(&gathered, &new.join(id), findings)?;
            }
        }
        // Nobody who writes a paragraph should wait for these.
        if made.changed_pages {
            (self.searched, made.more) = (false, true);
        } else if !self.searched {
            for language in &languages {
                search::write(&language.id, &book, &new.join(&language.id))?;
            }
        }
        let start = start_page(&gathered, &languages, &stylesheet, findings);
        fs::write(new.join("index.html"), start)?;
        if findings.has_errors() {
            return Ok(());
        }
        // Should it fail half-way, nothing is taken for known.
        let old = std::mem::take(&mut self.pages);
        replace(&new, &self.site, &mut made.changed)?;
        for (language, old) in old {
            let new: &mut Pages = pages.entry(language.clone()).or_default();
            for (path, page) in old {
                if new.contains_key(&path) {
                    continue;
                }
                if made.left_pages {
                    new.insert(path, page);
                    continue;
                }
                let path = html_path(&language, &path);
                fs::remove_file(self.site.join(&path))?;
                made.changed.push(path);
            }
        }
        (self.pages, self.look, self.stylesheet, self.tables) = (pages, look, stylesheet, data);
        self.searched = !made.changed_pages;
        Ok(())
    }
}

/// Runs a build so that neither an error nor a fault of the program ends the preview.
fn guard(build: impl FnOnce(&mut Made) -> Result<()>) -> Made {
    let mut made = Made::default();
    match catch_unwind(AssertUnwindSafe(|| build(&mut made))) {
        Ok(Ok(())) => {}
        Ok(Err(error)) => made.failure = Some(format!("The pages could not be made: {error:#}.")),
        Err(_) => {
            made.failure = Some(
                "The program failed while it made the pages. This is a fault of the program, not \
                 of your text. The preview goes on and tries again when you save; please report \
                 the lines in the terminal to its makers."
                    .to_owned(),
            );
        }
    }
    made
}

/// Folders of the chapters kept in this repository.
fn folders(gathered: &Gathered) -> BTreeSet<PathBuf> {
    let countries = gathered.handbook.region.countries.iter();
    let here = countries.filter(|country| country.place == Place::Here);
    // Collected anew, `./chapters/md` is `chapters/md`.
    here.map(|country| Path::new(country.folder.as_str()).components().collect()).collect()
}

fn look(gathered: &Gathered) -> Vec<(String, Vec<u8>)> {
    let files = &gathered.files;
    let theme = files.below(render::THEME);
    let mut look: Vec<_> = theme
        .map(|path| (path.to_owned(), files.bytes(path).unwrap_or_default().to_owned()))
        .collect();
    look.push((String::new(), gathered.settings.clone().into_bytes()));
    look
}

fn pages_of(book: &Book) -> Pages {
    let chapters: Vec<_> = book.chapters().collect();
    let neighbour = |at: usize| {
        let chapter = chapters.get(at)?;
        Some((chapter.name.clone(), chapter.path.clone()?))
    };
    let page = |at: usize| {
        let chapter = chapters[at];
        let neighbours = [at.checked_sub(1).and_then(neighbour), neighbour(at + 1)];
        let (name, content) = (chapter.name.clone(), chapter.content.clone());
        Some((chapter.path.clone()?, Page { name, content, neighbours }))
    };
    (0..chapters.len()).filter_map(page).collect()
}

/// Moves files that are other ones than those in `to` there; each is replaced in one step, so that
/// a browser never gets half of one.
fn replace(from: &Path, to: &Path, changed: &mut Vec<String>) -> Result<()> {
    let mut files = Vec::new();
    render::list_files(from, PathBuf::new(), &mut files)?;
    files.sort();
    // What pages load comes before the pages.
    files.sort_by_key(|path| path.extension().is_some_and(|e| e == "html"));
    for path in files {
        let (new, old) = (from.join(&path), to.join(&path));
        if fs::read(&old).ok() == Some(fs::read(&new)?) {
            continue;
        }
        fs::create_dir_all(old.parent().unwrap_or(to))?;
        fs::rename(&new, &old).with_context(|| format!("{} cannot be replaced", path.display()))?;
        changed.push(shown(&path));
    }
    Ok(())
}

/// Path of a page of the book in the preview.
fn html_path(language: &str, page: &Path) -> String {
    shown(&Path::new(language).join(page).with_extension("html"))
}

/// A path as addresses have it.
fn shown(path: &Path) -> String {
    let parts: Vec<_> = path.components().map(|c| c.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_of_the_program_is_told_and_survived() {
        let made = guard(|_| panic!("for the test"));
        assert!(made.failure.unwrap().contains("fault of the program"));
        let made = guard(|_| Err(anyhow::anyhow!("the disk is full")));
        assert_eq!(made.failure.unwrap(), "The pages could not be made: the disk is full.");
        assert!(guard(|_| Ok(())).failure.is_none());
    }

    #[test]
    fn only_files_that_differ_are_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        for (root, text) in [(&from, "new"), (&to, "old")] {
            fs::create_dir_all(root.join("en/md")).unwrap();
            fs::write(root.join("en/md/other.html"), text).unwrap();
            fs::write(root.join("en/same.html"), "same").unwrap();
        }
        let mut changed = Vec::new();
        replace(&from, &to, &mut changed).unwrap();
        assert_eq!(changed, ["en/md/other.html"]);
        assert_eq!(fs::read_to_string(to.join("en/md/other.html")).unwrap(), "new");
    }
}
