//! Files as they were read, from a disk or from git objects: this crate opens none itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use crate::diagnostic::Findings;
use crate::source::SourceText;

/// Files by their path in one tree: the working tree, or a commit.
#[derive(Debug, Default)]
pub struct Files {
    /// Shown before each path in messages, such as `ua@1a2b3c4:`.
    prefix: String,
    files: BTreeMap<String, Vec<u8>>,
    /// Names shown for files that came from another tree.
    adopted: BTreeMap<String, String>,
    /// Paths whose text was found unreadable, reported once.
    reported: Mutex<BTreeSet<String>>,
}

impl Files {
    /// An empty tree whose paths are shown with `prefix` before them.
    pub fn new(prefix: impl Into<String>) -> Self {
        Self { prefix: prefix.into(), ..Self::default() }
    }

    /// Adds a file.
    pub fn insert(&mut self, path: impl Into<String>, bytes: Vec<u8>) {
        self.files.insert(path.into(), bytes);
    }

    /// Takes over a file of another tree under a path of this one; messages go on naming it as
    /// the other tree does.
    pub fn adopt(&mut self, path: impl Into<String>, other: &Files, other_path: &str) {
        if let Some(bytes) = other.bytes(other_path) {
            let path = path.into();
            self.adopted.insert(path.clone(), other.shown(other_path));
            self.insert(path, bytes.to_vec());
        }
    }

    /// A path as shown in messages.
    pub fn shown(&self, path: &str) -> String {
        match self.adopted.get(path) {
            Some(name) => name.clone(),
            None => format!("{}{path}", self.prefix),
        }
    }

    /// Whether there is such a file.
    pub fn contains(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// Bytes of a file.
    pub fn bytes(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(Vec::as_slice)
    }

    /// Paths of files in a folder and below, in order; `.` is the whole tree.
    pub fn below<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        self.files.keys().map(String::as_str).filter(move |path| {
            folder == "." || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
        })
    }

    /// Text of a file, without a byte order mark; `None` when there is no such file or it is not
    /// UTF-8, which is reported.
    pub fn text(&self, path: &str, findings: &Findings) -> Option<SourceText> {
        let bytes = self.files.get(path)?;
        match std::str::from_utf8(bytes) {
            Ok(text) => Some(SourceText::new(
                self.shown(path),
                text.strip_prefix('\u{feff}').unwrap_or(text),
            )),
            Err(error) => {
                let first = self.reported.lock().is_ok_and(|mut r| r.insert(path.to_owned()));
                if first {
                    let good = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
                    let at = good.len();
                    // Shown with the bad byte as a box, so that the line can be recognised.
                    let line = SourceText::new(self.shown(path), String::from_utf8_lossy(bytes));
                    findings.at("file-not-utf8", &line, &(at..at + 1), &[]);
                }
                None
            }
        }
    }
}
