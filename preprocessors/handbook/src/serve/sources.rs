//! Watches what a build reads: `book.toml`, the lock file, the frame, the folders of chapters kept
//! in this repository, and its commits, which pages name. Other repositories are pinned and cannot change. What the program
//! writes lies in none of these.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use mdbook_handbook::gather::{BOOK_TOML, FRAME};
use mdbook_handbook::remote::LOCK_FILE;
use mdbook_handbook::repository::Repository;
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc::UnboundedSender;

use super::Event;
use crate::terminal;

/// The files that a build reads, watched.
pub(super) struct Sources {
    root: PathBuf,
    /// Folders and single files, relative to the root.
    read: BTreeSet<PathBuf>,
    /// Where git notes commits.
    log: Option<PathBuf>,
    watcher: RecommendedWatcher,
}

impl Sources {
    /// Prepares to watch the handbook in `root`, a path without links in it; changes become events.
    pub(super) fn new(root: &Path, events: UnboundedSender<Event>) -> Result<Self> {
        let hear = move |heard: notify::Result<notify::Event>| {
            let paths = match heard {
                // Reading changes nothing, and builds read all the time.
                Ok(event) if matches!(event.kind, EventKind::Access(_)) => return,
                Ok(event) if event.need_rescan() => Vec::new(),
                Ok(event) => event.paths,
                // Something was missed.
                Err(_) => Vec::new(),
            };
            let _ = events.send(Event::FileChanged(paths));
        };
        let watcher =
            notify::recommended_watcher(hear).context("files cannot be watched for changes")?;
        let log = Repository::open(root).log();
        let mut sources = Self { root: root.to_owned(), read: BTreeSet::new(), log, watcher };
        sources.set(&BTreeSet::new());
        Ok(sources)
    }

    /// Sets the folders of chapters and watches them; whether they are others than before.
    pub(super) fn set(&mut self, chapters: &BTreeSet<PathBuf>) -> bool {
        let frame = [BOOK_TOML, LOCK_FILE, FRAME].map(PathBuf::from);
        let read: BTreeSet<PathBuf> = chapters.iter().cloned().chain(frame).collect();
        let new = read != self.read;
        if new {
            self.read = read;
            self.watch();
        }
        new
    }

    /// Watches everything, also what was gone for a while: a folder that is removed and made again
    /// is another one to the system. Its parent tells when it comes back. Single files are heard
    /// of through their folder, since saving may put another file in their place.
    pub(super) fn watch(&mut self) {
        let log = self.log.as_ref().and_then(|log| log.parent());
        let beside = [Some(self.root.as_path()), log].into_iter().flatten();
        let mut folders: Vec<_> =
            beside.map(|folder| (folder.to_owned(), RecursiveMode::NonRecursive)).collect();
        for path in &self.read {
            let above = path.ancestors().skip(1).filter(|p| !p.as_os_str().is_empty());
            folders.extend(above.map(|p| (self.root.join(p), RecursiveMode::NonRecursive)));
            folders.push((self.root.join(path), RecursiveMode::Recursive));
        }
        for (folder, mode) in folders.into_iter().filter(|(folder, _)| folder.is_dir()) {
            if let Err(error) = self.watcher.watch(&folder, mode)
                && folder.is_dir()
            {
                let shown = folder.display();
                terminal::say(&format!("  changes in {shown} will not be seen: {error}"));
            }
        }
    }

    /// Whether a change at `path` can change a build.
    pub(super) fn holds(&self, path: &Path) -> bool {
        if self.log.as_deref() == Some(path) {
            return true;
        }
        let Ok(path) = path.strip_prefix(&self.root) else { return false };
        // Files that are never read; editors keep their own notes in such.
        let hidden = path.components().any(|c| c.as_os_str().to_string_lossy().starts_with('.'));
        let is_root = path.as_os_str().is_empty();
        let read = |read: &PathBuf| path.starts_with(read) || read.starts_with(path);
        !hidden && !is_root && self.read.iter().any(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_read_counts() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        let (events, _inbox) = tokio::sync::mpsc::unbounded_channel();
        let mut sources = Sources::new(&root, events).unwrap();
        assert!(sources.set(&BTreeSet::from(["chapters/md".into()])));
        assert!(!sources.set(&BTreeSet::from(["chapters/md".into()])));
        for read in ["book.toml", "book/src/a.md", "chapters/md/images/a.png", "chapters"] {
            assert!(sources.holds(&root.join(read)), "{read}");
        }
        for other in ["", "site/index.html", "target/x", "chapters/ge/a.md", "book/.a.md.swp"] {
            assert!(!sources.holds(&root.join(other)), "{other}");
        }
        assert!(!sources.holds(Path::new("/elsewhere/book/src/a.md")));
    }
}
