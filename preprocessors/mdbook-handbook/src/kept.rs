//! Work that a preview keeps from one reading of the handbook to the next. Each part is used again
//! only while all that it was made from stays the same, so that pages are those of a build.

use std::collections::BTreeMap;

use handbook_model::Files;
use handbook_model::control_list::KeptList;

use crate::history::KeptHistory;
use crate::pages::KeptPages;

/// What is kept; nothing at first.
#[derive(Default)]
pub struct Kept {
    /// The control list.
    pub(crate) list: KeptList,
    /// Last changes of this repository's files, under an empty name, and of each other one's.
    pub(crate) histories: BTreeMap<String, KeptHistory>,
    /// Pages made from data.
    pub(crate) pages: KeptPages,
    /// All files of the last reading but its texts, by their names in messages.
    data: Vec<(String, Vec<u8>)>,
    /// How often they were others than before.
    version: u64,
}

impl Kept {
    /// Tells the data of one reading, texts apart, from other data.
    #[must_use]
    pub fn data_version(&self) -> u64 {
        self.version
    }

    /// Takes notice of the files of a reading: pages made from other data are not kept.
    pub(crate) fn notice(&mut self, trees: &[&Files]) {
        let mut data: Vec<(String, &[u8])> = Vec::new();
        for files in trees {
            let paths = files.below(".").filter(|path| !path.ends_with(".md"));
            data.extend(paths.map(|p| (files.shown(p), files.bytes(p).unwrap_or_default())));
        }
        let kept = self.data.iter().map(|(name, bytes)| (name, bytes.as_slice()));
        if !data.iter().map(|(name, bytes)| (name, *bytes)).eq(kept) {
            self.pages = KeptPages::default();
            self.version += 1;
            self.data = data.into_iter().map(|(name, bytes)| (name, bytes.to_owned())).collect();
        }
    }
}
