//! Who last changed a file, and when, from git history; an honest word when it cannot be known.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use git2::{Commit, ObjectType, Oid, Sort};
use handbook_model::{Date, Files, Findings};

use crate::repository::commit_files;

/// A commit as pages show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitInfo {
    /// Short id.
    pub short: String,
    /// Full id.
    pub id: String,
    /// Day it was committed, UTC.
    pub date: Date,
    /// Author's name.
    pub author: String,
}

impl CommitInfo {
    /// Reads a commit.
    pub fn of(commit: &Commit<'_>) -> Self {
        let id = commit.id().to_string();
        let author = commit.author();
        Self {
            short: id[..7.min(id.len())].to_owned(),
            date: Date::from_unix(commit.time().seconds()),
            author: String::from_utf8_lossy(author.name_bytes()).into_owned(),
            id,
        }
    }
}

/// The last change of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LastChange {
    /// Known from history.
    Commit(CommitInfo),
    /// The file on disk differs from the last commit.
    Uncommitted,
    /// Not known, and why.
    Unknown(&'static str),
}

/// No git data at all.
pub const NO_GIT: LastChange = LastChange::Unknown("this copy has no git history");
const CUT_OFF: LastChange = LastChange::Unknown("this copy holds only a part of the git history");

/// Last changes as they were found last, for whoever asks again and again: only files that are
/// others than then are looked for in history.
#[derive(Default)]
pub struct KeptHistory {
    /// The commit, folders and ends of history that were asked for.
    of: Option<(Oid, Vec<String>, Vec<Oid>)>,
    /// How many files the commit has there.
    committed: usize,
    files: BTreeMap<String, (Vec<u8>, LastChange)>,
}

impl KeptHistory {
    /// Finds the last change of every file in `files`, as [`last_changes`] does, and whether the
    /// files are others than those of `commit`.
    pub fn last_changes(
        &mut self,
        git: &git2::Repository,
        commit: Oid,
        files: &Files,
        folders: &[&str],
    ) -> Result<(BTreeMap<String, LastChange>, bool), git2::Error> {
        let of = (commit, folders.iter().map(|&f| f.to_owned()).collect(), shallow_commits(git));
        if self.of.as_ref() != Some(&of) {
            let committed = commit_files(git, commit, folders, "", &Findings::default())?;
            let committed = paths_in(&committed, folders).collect::<BTreeSet<_>>().len();
            *self = Self { of: Some(of), committed, files: BTreeMap::new() };
        }
        let mut other = Files::new("");
        for path in paths_in(files, folders) {
            let bytes = files.bytes(path).unwrap_or_default();
            if self.files.get(path).is_none_or(|(kept, _)| kept != bytes) {
                other.insert(path, bytes.to_owned());
            }
        }
        self.files.retain(|path, _| files.contains(path));
        for (path, change) in last_changes(git, commit, &other, folders)? {
            let bytes = files.bytes(&path).unwrap_or_default().to_owned();
            self.files.insert(path, (bytes, change));
        }
        let changes: BTreeMap<String, LastChange> =
            self.files.iter().map(|(path, (_, change))| (path.clone(), change.clone())).collect();
        let dirty = changes.len() != self.committed
            || changes.values().any(|change| *change == LastChange::Uncommitted);
        Ok((changes, dirty))
    }
}

/// Paths of files in any of the folders, which may also name single files.
fn paths_in<'f>(files: &'f Files, folders: &'f [&str]) -> impl Iterator<Item = &'f str> {
    folders
        .iter()
        .flat_map(|&folder| files.below(folder).chain(files.contains(folder).then_some(folder)))
}

/// Finds the last change of every file in `files`, as of `commit`.
///
/// A commit counts when the file differs from what it was in all of the commit's parents, as
/// `git log` counts it.
pub fn last_changes(
    git: &git2::Repository,
    commit: Oid,
    files: &Files,
    folders: &[&str],
) -> Result<BTreeMap<String, LastChange>, git2::Error> {
    let mut changes = BTreeMap::new();
    let mut open: BTreeMap<String, Oid> = BTreeMap::new();
    let tree = git.find_commit(commit)?.tree()?;
    for path in paths_in(files, folders) {
        let Some(bytes) = files.bytes(path) else { continue };
        match tree.get_path(Path::new(path)) {
            Ok(entry) if is_blob(bytes, entry.id()) => {
                open.insert(path.to_owned(), entry.id());
            }
            _ => {
                changes.insert(path.to_owned(), LastChange::Uncommitted);
            }
        }
    }
    let shallow = shallow_commits(git);
    let mut walk = git.revwalk()?;
    walk.set_sorting(Sort::TOPOLOGICAL | Sort::TIME)?;
    walk.push(commit)?;
    let mut seen = Snapshots { folders, commits: HashMap::new() };
    for id in walk {
        if open.is_empty() {
            break;
        }
        let id = id?;
        let commit = git.find_commit(id)?;
        let mut parents = Vec::new();
        for parent in commit.parent_ids() {
            // In a shallow copy a parent may be named but not there.
            if let Ok(parent) = git.find_commit(parent) {
                parents.push(parent);
            }
        }
        let cut_off = shallow.contains(&id) || parents.len() < commit.parent_count();
        let own = seen.folders_of(&commit)?;
        let mut untouched = false;
        for parent in &parents {
            untouched |= seen.folders_of(parent)? == own;
        }
        seen.commits.remove(&id);
        if untouched && !cut_off {
            continue;
        }
        let found: Vec<String> = touched(&commit, &parents, &open)?;
        for path in found {
            open.remove(&path);
            let change =
                if cut_off { CUT_OFF } else { LastChange::Commit(CommitInfo::of(&commit)) };
            changes.insert(path, change);
        }
    }
    for (path, _) in open {
        changes.insert(path, CUT_OFF);
    }
    Ok(changes)
}

/// Paths of `open` that have their wanted content in `commit` and in none of its parents.
fn touched(
    commit: &Commit<'_>,
    parents: &[Commit<'_>],
    open: &BTreeMap<String, Oid>,
) -> Result<Vec<String>, git2::Error> {
    let tree = commit.tree()?;
    let before: Vec<_> = parents.iter().map(Commit::tree).collect::<Result<_, _>>()?;
    let is_in = |tree: &git2::Tree<'_>, path: &str, wanted: Oid| {
        tree.get_path(Path::new(path)).is_ok_and(|entry| entry.id() == wanted)
    };
    Ok(open
        .iter()
        .filter(|(path, wanted)| {
            is_in(&tree, path, **wanted) && !before.iter().any(|tree| is_in(tree, path, **wanted))
        })
        .map(|(path, _)| path.clone())
        .collect())
}

/// Ids of the watched folders in each commit, so that commits that touch none cost little.
struct Snapshots<'f> {
    folders: &'f [&'f str],
    commits: HashMap<Oid, Vec<Option<Oid>>>,
}

impl Snapshots<'_> {
    fn folders_of(&mut self, commit: &Commit<'_>) -> Result<Vec<Option<Oid>>, git2::Error> {
        if let Some(known) = self.commits.get(&commit.id()) {
            return Ok(known.clone());
        }
        let tree = commit.tree()?;
        let ids: Vec<Option<Oid>> = self
            .folders
            .iter()
            .map(|folder| match *folder {
                "." => Some(tree.id()),
                folder => tree.get_path(Path::new(folder)).ok().map(|e| e.id()),
            })
            .collect();
        self.commits.insert(commit.id(), ids.clone());
        Ok(ids)
    }
}

fn shallow_commits(git: &git2::Repository) -> Vec<Oid> {
    let text = std::fs::read_to_string(git.path().join("shallow")).unwrap_or_default();
    text.lines().filter_map(|l| Oid::from_str(l.trim()).ok()).collect()
}

/// Whether bytes of the working tree are the blob of a commit, also where git turns line ends.
pub fn is_blob(bytes: &[u8], wanted: Oid) -> bool {
    let hash = |bytes: &[u8]| Oid::hash_object(ObjectType::Blob, bytes).ok();
    if hash(bytes) == Some(wanted) {
        return true;
    }
    if !bytes.contains(&b'\r') {
        return false;
    }
    let unix: Vec<u8> = bytes
        .iter()
        .enumerate()
        .filter(|(at, b)| !(**b == b'\r' && bytes.get(at + 1) == Some(&b'\n')))
        .map(|(_, b)| *b)
        .collect();
    hash(&unix) == Some(wanted)
}
