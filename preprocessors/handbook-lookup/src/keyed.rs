//! Numbers by text, for things that are made once and then only asked.
//!
//! A sorted list, and always of the same type: each further kind of tree map would add as much to
//! what the page loads as a whole part of the lookup.

use alloc::string::String;
use alloc::vec::Vec;

/// Numbers by text; a text may have several.
#[derive(Debug, Default)]
pub(crate) struct Keyed(Vec<(String, u32)>);

impl Keyed {
    /// Takes pairs in any order; the numbers of one text come in theirs.
    pub(crate) fn new(mut pairs: Vec<(String, u32)>) -> Self {
        pairs.sort();
        pairs.dedup();
        Keyed(pairs)
    }

    /// All pairs from the first text on that is not before `from`.
    pub(crate) fn from(&self, from: &str) -> &[(String, u32)] {
        &self.0[self.0.partition_point(|(text, _)| text.as_str() < from)..]
    }

    /// The numbers of a text.
    pub(crate) fn of<'k>(&'k self, text: &'k str) -> impl Iterator<Item = u32> + 'k {
        let pairs = self.from(text).iter();
        pairs.take_while(move |(other, _)| other == text).map(|(_, number)| *number)
    }

    /// The first number of a text.
    pub(crate) fn first(&self, text: &str) -> Option<u32> {
        self.of(text).next()
    }
}
