//! Country chapters kept in other git repositories: fetched into a bare copy, read at the commit
//! pinned in the lock file.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use git2::Oid;
use handbook_model::Findings;
use handbook_model::region::{CountrySource, Place, Reference};
use serde::{Deserialize, Serialize};

/// The lock file, beside `book.toml`.
pub const LOCK_FILE: &str = "handbook.lock";
/// Where fetched copies are kept, below the handbook's folder.
const CACHE: &str = "target/handbook/sources";

const LOCK_HEAD: &str = "# The exact commit each country's chapter is read at. Written by the handbook command;\n\
    # `handbook update` moves a pin on. Commit this file: it makes a build repeatable.\n\n";

/// Commits pinned, by country.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    pins: BTreeMap<String, Pin>,
}

/// One pinned commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// Country.
    pub country: String,
    /// Repository as configured.
    pub git: String,
    /// Full id of the commit.
    pub commit: String,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LockFile {
    #[serde(default)]
    source: Vec<Pin>,
}

impl Lock {
    /// Reads the lock file of the working tree; a missing one is empty, a faulty one is reported.
    pub fn read(root: &Path, findings: &Findings) -> Self {
        Self::parse(fs::read_to_string(root.join(LOCK_FILE)).ok(), findings)
    }

    /// Reads the text of a lock file, if there is any.
    pub fn parse(text: Option<String>, findings: &Findings) -> Self {
        let Some(text) = text else { return Self::default() };
        match toml::from_str::<LockFile>(&text) {
            Ok(file) => {
                Self { pins: file.source.into_iter().map(|p| (p.country.clone(), p)).collect() }
            }
            Err(error) => {
                let source = handbook_model::source::SourceText::new(LOCK_FILE, text);
                let what = error.message().trim();
                findings.at(
                    "toml-syntax",
                    &source,
                    &error.span().unwrap_or(0..0),
                    &[("what", &what)],
                );
                Self::default()
            }
        }
    }

    /// The pin of a country.
    pub fn pin(&self, country: &str) -> Option<&Pin> {
        self.pins.get(country)
    }

    /// Sets the pin of a country.
    pub fn set(&mut self, pin: Pin) {
        self.pins.insert(pin.country.clone(), pin);
    }

    /// Writes the lock file, in one step so that a full disk leaves the old one.
    pub fn write(&self, root: &Path) -> std::io::Result<()> {
        let file = LockFile { source: self.pins.values().cloned().collect() };
        let text = toml::to_string(&file).map_err(std::io::Error::other)?;
        let aside = root.join(format!("{LOCK_FILE}.new"));
        fs::write(&aside, format!("{LOCK_HEAD}{text}"))?;
        fs::rename(aside, root.join(LOCK_FILE))
    }
}

/// A bare copy of a country's repository.
pub struct Remote {
    git: git2::Repository,
    path: PathBuf,
    url: String,
    country: String,
}

/// Why a repository cannot be used; reported by [`Remote::report`].
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// `git` is not installed.
    #[error("the program git could not be started: {0}")]
    Program(std::io::Error),
    /// The fetch failed.
    #[error("{0}")]
    Unreachable(String),
    /// No such branch or tag.
    #[error("there is no {0}")]
    Reference(String),
    /// The pinned commit is gone.
    #[error("commit {0} is gone")]
    Gone(String),
    /// The lock file pins another repository than `book.toml` names.
    #[error("the pin is of another repository")]
    Stale,
    /// The copy is damaged.
    #[error("{0}")]
    Object(String),
}

impl From<git2::Error> for RemoteError {
    fn from(error: git2::Error) -> Self {
        RemoteError::Object(error.message().to_owned())
    }
}

impl Remote {
    /// Opens (or makes) the copy of `country`'s repository; nothing is fetched yet.
    pub fn open(root: &Path, country: &CountrySource, url: &str) -> Result<Self, RemoteError> {
        let path = root.join(CACHE).join(format!("{}.git", *country.id));
        let git = match git2::Repository::open_bare(&path) {
            Ok(git) => git,
            Err(_) => git2::Repository::init_bare(&path)?,
        };
        let address = root.join(url);
        // A local path counts from the handbook's folder, wherever the command was started.
        let url =
            if address.exists() { address.to_string_lossy().into_owned() } else { url.to_owned() };
        Ok(Self { git, path, url, country: country.id.value.clone() })
    }

    /// Its git data.
    pub fn git(&self) -> &git2::Repository {
        &self.git
    }

    /// Whether a commit is here already, with its tree.
    pub fn has(&self, commit: &str) -> Option<Oid> {
        let id = Oid::from_str(commit).ok()?;
        self.git.find_commit(id).ok()?.tree().ok()?;
        Some(id)
    }

    /// Fetches all branches and tags with their full history, which pages show.
    pub fn fetch(&self) -> Result<(), RemoteError> {
        self.run_fetch(&[
            "+HEAD:refs/handbook/head",
            "+refs/heads/*:refs/handbook/heads/*",
            "+refs/tags/*:refs/handbook/tags/*",
        ])
    }

    /// Fetches one commit that no branch reaches any more, if the other side still gives it out.
    pub fn fetch_commit(&self, commit: &str) -> Result<Oid, RemoteError> {
        let spec = format!("{commit}:refs/handbook/pinned/{commit}");
        let fetched = self.run_fetch(&[&spec]);
        self.has(commit).ok_or_else(|| match fetched {
            Err(RemoteError::Program(error)) => RemoteError::Program(error),
            _ => RemoteError::Gone(commit.to_owned()),
        })
    }

    fn run_fetch(&self, specs: &[&str]) -> Result<(), RemoteError> {
        // The `git` program, not libgit2: it knows the editor's credentials, proxies and keys.
        let output = Command::new("git")
            .arg("--git-dir")
            .arg(&self.path)
            .args(["fetch", "--quiet", "--no-tags", "--force", "--prune", "--"])
            .arg(&self.url)
            .args(specs)
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_ALLOW_PROTOCOL", "file:git:http:https:ssh")
            .output()
            .map_err(RemoteError::Program)?;
        if output.status.success() {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&output.stderr);
        let last = text.lines().find(|l| !l.trim().is_empty()).unwrap_or("no reason given");
        Err(RemoteError::Unreachable(last.trim().to_owned()))
    }

    /// The commit a branch or tag points at; the other side's default branch for `None`.
    pub fn tip(&self, reference: Option<&Reference>) -> Result<Oid, RemoteError> {
        let (name, words) = match reference {
            None => ("refs/handbook/head".to_owned(), "default branch".to_owned()),
            Some(Reference::Branch(b)) => {
                (format!("refs/handbook/heads/{b}"), format!("branch {b}"))
            }
            Some(Reference::Tag(t)) => (format!("refs/handbook/tags/{t}"), format!("tag {t}")),
        };
        let found =
            self.git.find_reference(&name).map_err(|_| RemoteError::Reference(words.clone()))?;
        Ok(found.peel_to_commit()?.id())
    }

    /// Puts an error among the findings, at the country's row in `book.toml`.
    pub fn report(
        error: &RemoteError,
        country: &CountrySource,
        url: &str,
        file: &handbook_model::source::SourceText,
        findings: &Findings,
    ) {
        let id = country.id.value.as_str();
        let range = &country.id.range;
        match error {
            RemoteError::Program(what) => {
                findings.at("git-program", file, range, &[("what", what)])
            }
            RemoteError::Unreachable(what) => {
                findings.at(
                    "git-unreachable",
                    file,
                    range,
                    &[("country", &id), ("url", &url), ("what", what)],
                );
            }
            RemoteError::Reference(reference) => {
                findings.at(
                    "git-reference",
                    file,
                    range,
                    &[("country", &id), ("url", &url), ("reference", reference)],
                );
            }
            RemoteError::Gone(commit) => {
                findings.at(
                    "pin-gone",
                    file,
                    range,
                    &[("country", &id), ("url", &url), ("commit", commit)],
                );
            }
            RemoteError::Stale => {
                findings.at("pin-stale", file, range, &[("country", &id), ("url", &url)])
            }
            RemoteError::Object(what) => {
                findings.at("git-object", file, range, &[("country", &id), ("what", what)]);
            }
        }
    }

    /// The copy's country.
    pub fn country(&self) -> &str {
        &self.country
    }
}

/// Moves the pin of a country to the tip of its branch or tag, fetching first. Returns the old
/// pin, if any, and the new commit.
pub fn update(
    root: &Path,
    country: &CountrySource,
    lock: &mut Lock,
) -> Result<Option<(Option<String>, Oid, Remote)>, RemoteError> {
    let Place::Git { url, reference } = &country.place else { return Ok(None) };
    let remote = Remote::open(root, country, url)?;
    remote.fetch()?;
    let tip = remote.tip(reference.as_ref())?;
    let old = lock.pin(&country.id).filter(|p| p.git == *url).map(|p| p.commit.clone());
    lock.set(Pin { country: country.id.value.clone(), git: url.clone(), commit: tip.to_string() });
    Ok(Some((old, tip, remote)))
}
