//! Gathers a handbook: the frame, every country's chapter from where it is kept, and their
//! history. After this step nothing opens a source file any more.

use std::collections::BTreeMap;
use std::path::Path;

use git2::Oid;
use handbook_model::region::{CountrySource, Place};
use handbook_model::source::SourceText;
use handbook_model::{Files, Findings, Handbook, Region, check};

use crate::history::{CommitInfo, KeptHistory, LastChange, NO_GIT};
use crate::kept::Kept;
use crate::remote::{LOCK_FILE, Lock, Pin, Remote, RemoteError, update};
use crate::repository::{Repository, commit_files};

/// The book's settings.
pub const BOOK_TOML: &str = "book.toml";
/// The frame's folder.
pub const FRAME: &str = "book";

/// Everything a build needs, read and checked.
pub struct Gathered {
    /// What the sources say.
    pub handbook: Handbook,
    /// This repository's files: the frame, templates and theme among them.
    pub files: Files,
    /// Text of `book.toml`.
    pub settings: String,
    /// Where the text stands in git.
    pub stamp: Stamp,
    /// Origin of each country's files, by country.
    pub origins: BTreeMap<String, Origin>,
    /// Last change of each file of this repository.
    pub frame_history: BTreeMap<String, LastChange>,
}

/// The state of this repository that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The commit, if there is any.
    pub commit: Option<CommitInfo>,
    /// Whether files on disk differ from it.
    pub dirty: bool,
}

/// Where a country's files came from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Folder of the files in their repository.
    pub folder: String,
    /// The other repository and the commit read, unless it is this one.
    pub remote: Option<(String, CommitInfo)>,
    /// Address where a file can be edited, with `{path}` in it.
    pub edit_url: Option<String>,
    /// Last change of each file.
    pub history: BTreeMap<String, LastChange>,
}

/// Gathers the handbook in `root`, from its working tree or as of the commit `at`; puts what is
/// wrong among the findings. `None` when there is nothing to go on with.
pub fn gather(
    root: &Path,
    at: Option<&str>,
    findings: &Findings,
    progress: &dyn Fn(&str),
) -> Option<Gathered> {
    gather_with(root, at, &mut Kept::default(), findings, progress)
}

/// Gathers the handbook in `root` from its working tree, for whoever does so again and again with
/// the same `kept`.
pub fn gather_again(
    root: &Path,
    kept: &mut Kept,
    findings: &Findings,
    progress: &dyn Fn(&str),
) -> Option<Gathered> {
    gather_with(root, None, kept, findings, progress)
}

fn gather_with(
    root: &Path,
    at: Option<&str>,
    kept: &mut Kept,
    findings: &Findings,
    progress: &dyn Fn(&str),
) -> Option<Gathered> {
    let repository = Repository::open(root);
    if at.is_some() && repository.git().is_none() {
        findings.whole("not-a-repository", ".", &[]);
        return None;
    }
    let at = match at {
        Some(revision) => match repository.commit(revision) {
            Ok(commit) => Some(commit),
            Err(what) => {
                findings.whole(
                    "revision-unknown",
                    revision,
                    &[("revision", &revision), ("what", &what)],
                );
                return None;
            }
        },
        None => None,
    };
    progress("reading the frame and the control list");
    let read = |folders: &[&str]| read_here(&repository, at, folders, findings);
    let book = read(&[BOOK_TOML, LOCK_FILE]);
    let Some(settings) = book.text(BOOK_TOML, findings) else {
        if !book.contains(BOOK_TOML) {
            findings.whole("frame-file-missing", BOOK_TOML, &[]);
        }
        return None;
    };
    let region = Region::read(&settings, findings);
    let mut folders = vec![BOOK_TOML, FRAME];
    folders.extend(
        region.countries.iter().filter(|c| c.place == Place::Here).map(|c| c.folder.as_str()),
    );
    let mut files = read(&folders);
    // Before files of other repositories are taken in: they are no change of this one.
    let history = kept.histories.entry(String::new()).or_default();
    let (stamp, frame_history) = history_here(&repository, at, &files, &folders, history);
    let mut origins = BTreeMap::new();
    let mut chapters = Vec::new();
    let mut lock =
        Lock::parse(book.text(LOCK_FILE, findings).map(|t| t.text().to_owned()), findings);
    let pinned = lock.clone();
    for country in &region.countries {
        progress(&format!("reading the chapter of {}", country.id.value.to_ascii_uppercase()));
        let (origin, chapter) = match &country.place {
            Place::Here => here(country, &files, &frame_history, &settings, &region, findings),
            Place::Git { .. } => {
                elsewhere(root, country, &mut lock, kept, &settings, findings, progress)
            }
        };
        origins.insert(country.id.value.clone(), origin);
        chapters.push(chapter);
    }
    for (country, chapter) in region.countries.iter().zip(&mut chapters) {
        for source in &country.sections {
            if source.place == Place::Here {
                continue;
            }
            let (origin, read) =
                elsewhere(root, source, &mut lock, kept, &settings, findings, progress);
            let into = match chapter {
                Chapter::Here => &mut files,
                Chapter::Elsewhere(files) => files,
                Chapter::Missing => continue,
            };
            if let Chapter::Elsewhere(section) = &read {
                adopt_section(country, source, section, into, &settings, findings);
            }
            origins.insert(source.id.value.clone(), origin);
        }
    }
    // What an older commit lacked must not change what this one says.
    if lock != pinned
        && at.is_none()
        && let Err(error) = lock.write(root)
    {
        findings.whole("file-unreadable", LOCK_FILE, &[("what", &error)]);
    }
    let countries: Vec<(&str, &str, &Files)> = region
        .countries
        .iter()
        .zip(&chapters)
        .filter_map(|(country, chapter)| {
            let chapter = match chapter {
                Chapter::Here => &files,
                Chapter::Elsewhere(files) => files,
                Chapter::Missing => return None,
            };
            Some((country.id.as_str(), country.folder.as_str(), chapter))
        })
        .collect();
    let trees = chapters.iter().filter_map(|chapter| match chapter {
        Chapter::Elsewhere(files) => Some(files),
        Chapter::Here | Chapter::Missing => None,
    });
    kept.notice(&trees.chain([&files]).collect::<Vec<_>>());
    let list = kept.list.read(&files, findings);
    let handbook = Handbook::read(region.clone(), &files, &countries, list, findings);
    progress("checking");
    check::check(&handbook, findings);
    Some(Gathered {
        handbook,
        settings: settings.text().to_owned(),
        files,
        stamp,
        origins,
        frame_history,
    })
}

fn read_here(
    repository: &Repository,
    at: Option<Oid>,
    folders: &[&str],
    findings: &Findings,
) -> Files {
    let Some((commit, git)) = at.zip(repository.git()) else {
        return repository.working_tree(folders, findings);
    };
    let prefix = format!("{}:", &commit.to_string()[..7]);
    commit_files(git, commit, folders, &prefix, findings).unwrap_or_else(|error| {
        let what = error.message();
        findings.whole("git-object", &prefix, &[("country", &"frame"), ("what", &what)]);
        Files::new(prefix)
    })
}

enum Chapter {
    /// Among this repository's files.
    Here,
    /// Read from another repository.
    Elsewhere(Files),
    /// Could not be read; the reason is among the findings.
    Missing,
}

fn here(
    country: &CountrySource,
    files: &Files,
    history: &BTreeMap<String, LastChange>,
    settings: &SourceText,
    region: &Region,
    findings: &Findings,
) -> (Origin, Chapter) {
    let folder = country.folder.as_str();
    let origin = |history| Origin {
        folder: folder.to_owned(),
        remote: None,
        edit_url: country.edit_url.clone().or_else(|| region.edit_url.clone()),
        history,
    };
    if files.below(folder).next().is_none() {
        let values: &[(&str, &dyn std::fmt::Display)] =
            &[("id", &country.id.value), ("folder", &folder)];
        findings.at("folder-missing", settings, &country.folder.range, values);
        return (origin(BTreeMap::new()), Chapter::Missing);
    }
    let of_file = |path: &str| Some((path.to_owned(), history.get(path)?.clone()));
    (origin(files.below(folder).filter_map(of_file).collect()), Chapter::Here)
}

/// Git state and last changes of files of this repository.
fn history_here(
    repository: &Repository,
    at: Option<Oid>,
    files: &Files,
    folders: &[&str],
    kept: &mut KeptHistory,
) -> (Stamp, BTreeMap<String, LastChange>) {
    let without = || {
        let paths = folders.iter().flat_map(|folder| files.below(folder));
        (Stamp { commit: None, dirty: false }, paths.map(|p| (p.to_owned(), NO_GIT)).collect())
    };
    let Some(git) = repository.git() else { return without() };
    let head = at.or_else(|| git.head().and_then(|h| h.peel_to_commit()).map(|c| c.id()).ok());
    let Some(head) = head else { return without() };
    let Ok(commit) = git.find_commit(head) else { return without() };
    // The handbook may be a folder inside a larger repository; its paths then have a prefix that
    // history does not know. Rather than guess, say that nothing is known.
    let is_top =
        git.workdir().and_then(|w| w.canonicalize().ok()) == repository.root().canonicalize().ok();
    if !is_top {
        return without();
    }
    let Ok((history, other)) = kept.last_changes(git, head, files, folders) else {
        return without();
    };
    let dirty = at.is_none() && other;
    (Stamp { commit: Some(CommitInfo::of(&commit)), dirty }, history)
}

fn elsewhere(
    root: &Path,
    country: &CountrySource,
    lock: &mut Lock,
    kept: &mut Kept,
    settings: &SourceText,
    findings: &Findings,
    progress: &dyn Fn(&str),
) -> (Origin, Chapter) {
    let folder = country.folder.as_str();
    let mut origin = Origin {
        folder: folder.to_owned(),
        remote: None,
        edit_url: country.edit_url.clone(),
        history: BTreeMap::new(),
    };
    let Place::Git { url, .. } = &country.place else { return (origin, Chapter::Missing) };
    let mut read = || -> Result<_, RemoteError> {
        let (remote, commit) = open_pinned(root, country, url, lock, progress)?;
        let info = CommitInfo::of(&remote.git().find_commit(commit)?);
        let prefix = format!("{}@{}:", country.id.value, info.short);
        let files = commit_files(remote.git(), commit, &[folder], &prefix, findings)?;
        let history = kept.histories.entry(country.id.value.clone()).or_default();
        let (history, _) = history.last_changes(remote.git(), commit, &files, &[folder])?;
        Ok((info, files, history))
    };
    match read() {
        Ok((info, files, history)) => {
            let found = files.below(folder).next().is_some() || folder == ".";
            if !found {
                let values: &[(&str, &dyn std::fmt::Display)] =
                    &[("country", &country.id.value), ("folder", &folder), ("commit", &info.short)];
                findings.at("git-folder", settings, &country.folder.range, values);
            }
            origin.remote = Some((url.clone(), info));
            origin.history = history;
            (origin, if found { Chapter::Elsewhere(files) } else { Chapter::Missing })
        }
        Err(error) => {
            Remote::report(&error, country, url, settings, findings);
            (origin, Chapter::Missing)
        }
    }
}

/// Takes a section's file from its own repository in among its country's files.
fn adopt_section(
    country: &CountrySource,
    source: &CountrySource,
    section: &Files,
    into: &mut Files,
    settings: &SourceText,
    findings: &Findings,
) {
    let name = format!("{}.md", source.section().unwrap_or_default());
    let path = |folder: &str| match folder {
        "." => name.clone(),
        folder => format!("{folder}/{name}"),
    };
    let (from, to) = (path(&source.folder), path(&country.folder));
    let id = &source.id;
    if into.contains(&to) {
        let values: &[(&str, &dyn std::fmt::Display)] = &[("id", &id.value), ("path", &to)];
        findings.at("section-two-places", settings, &id.range, values);
    } else if section.contains(&from) {
        into.adopt(to, section, &from);
    } else {
        let values: &[(&str, &dyn std::fmt::Display)] = &[("id", &id.value), ("path", &from)];
        findings.at("section-not-there", settings, &id.range, values);
    }
}

/// Opens a country's repository at its pin; a country that has none yet is pinned to the tip.
fn open_pinned(
    root: &Path,
    country: &CountrySource,
    url: &str,
    lock: &mut Lock,
    progress: &dyn Fn(&str),
) -> Result<(Remote, Oid), RemoteError> {
    let pin: Option<Pin> = lock.pin(&country.id).cloned();
    if pin.as_ref().is_some_and(|pin| pin.git != url) {
        // Another repository is another text: somebody has to ask for it.
        return Err(RemoteError::Stale);
    }
    let Some(pin) = pin else {
        progress(&format!("fetching {url}"));
        return match update(root, country, lock)? {
            Some((_, tip, remote)) => Ok((remote, tip)),
            None => Err(RemoteError::Reference("repository".to_owned())),
        };
    };
    let remote = Remote::open(root, country, url)?;
    if let Some(commit) = remote.has(&pin.commit) {
        return Ok((remote, commit));
    }
    progress(&format!("fetching {url}"));
    remote.fetch()?;
    let commit = match remote.has(&pin.commit) {
        Some(commit) => commit,
        None => remote.fetch_commit(&pin.commit)?,
    };
    Ok((remote, commit))
}
