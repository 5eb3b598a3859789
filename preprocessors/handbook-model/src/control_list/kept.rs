//! The control list for whoever reads a handbook again and again, as the preview does.

use std::sync::Arc;

use super::ControlList;
use crate::diagnostic::{Diagnostic, Findings};
use crate::files::Files;
use crate::handbook::LISTS;

/// The control list as it was read last. It is read again only when one of its files is another
/// one: it is the largest text by far, and seldom the one that is being edited.
#[derive(Debug, Default)]
pub struct KeptList {
    files: Vec<(String, Vec<u8>)>,
    list: Arc<ControlList>,
    findings: Vec<Diagnostic>,
}

impl KeptList {
    /// The list in `files`: the first below [`LISTS`], an empty one if there is none.
    pub fn read(&mut self, files: &Files, findings: &Findings) -> Arc<ControlList> {
        let here = || files.below(LISTS).map(|path| (path, files.bytes(path).unwrap_or_default()));
        let kept = self.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()));
        if !here().eq(kept) {
            let new = Findings::default();
            self.list = Arc::new(match list_folder(files) {
                Some(folder) => ControlList::read(&folder, files, &new),
                None => ControlList::default(),
            });
            self.findings = new.sorted();
            self.files = here().map(|(path, bytes)| (path.to_owned(), bytes.to_owned())).collect();
        }
        // What is wrong with it is wrong at each reading.
        self.findings.iter().for_each(|finding| findings.add(finding.clone()));
        self.list.clone()
    }
}

/// The folder of the control list: the first below [`LISTS`].
fn list_folder(files: &Files) -> Option<String> {
    let path = files.below(LISTS).next()?;
    let name = path[LISTS.len() + 1..].split('/').next()?;
    Some(format!("{LISTS}/{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_kept_until_one_of_its_files_is_another_one() {
        let files = |title: &str, other: &str| {
            let mut files = Files::new("");
            files.insert("book/lists/l/list.toml", format!("title = \"{title}\"\n").into_bytes());
            files.insert("book/outline.toml", other.as_bytes().to_vec());
            files
        };
        let mut kept = KeptList::default();
        let mut read = |files: &Files| {
            let findings = Findings::default();
            (kept.read(files, &findings), findings.sorted())
        };
        let (first, wrong) = read(&files("One", ""));
        assert_eq!(first.title, "One");
        assert!(!wrong.is_empty());
        let (same, still_wrong) = read(&files("One", "another one"));
        assert!(Arc::ptr_eq(&first, &same));
        assert_eq!(still_wrong, wrong);
        let (other, _) = read(&files("Two", ""));
        assert_eq!(other.title, "Two");
        let (none, _) = read(&Files::new(""));
        assert_eq!(none.title, "");
    }
}
