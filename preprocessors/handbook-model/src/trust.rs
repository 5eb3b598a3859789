//! Trust: how far a statement can be relied on, and by which sources.
//!
//! Trust belongs to a statement, not to a source: the same source may be seen for one sentence
//! and only presumed for the next.

use crate::source::Located;
use crate::table::Table;

/// How far a statement can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trust {
    /// Confirmed by a recorded act of the country team.
    Confirmed,
    /// Seen in a source that was read (a copy, often only its opening part).
    Seen,
    /// Taken from a text about the source.
    Secondary,
    /// General knowledge; nobody has checked it here.
    Unconfirmed,
    /// Our own composition, such as a sequence of steps nobody has published.
    Proposed,
}

impl Trust {
    /// All grades, strongest first.
    pub const ALL: [Trust; 5] =
        [Trust::Confirmed, Trust::Seen, Trust::Secondary, Trust::Unconfirmed, Trust::Proposed];

    /// Grades a file may give. `confirmed` only ever comes from a recorded agreement.
    pub const WRITABLE: [&'static str; 4] = ["seen", "secondary", "unconfirmed", "proposed"];

    /// The word in files: the scheme of a mark, the value of a `trust` key.
    pub fn key(self) -> &'static str {
        match self {
            Trust::Confirmed => "confirmed",
            Trust::Seen => "seen",
            Trust::Secondary => "secondary",
            Trust::Unconfirmed => "unconfirmed",
            Trust::Proposed => "proposed",
        }
    }

    /// The grade a word in a file stands for.
    pub fn from_key(key: &str) -> Option<Self> {
        Trust::ALL.into_iter().find(|t| t.key() == key)
    }

    /// The words shown to readers.
    pub fn label(self) -> &'static str {
        match self {
            Trust::Confirmed => "confirmed by the team",
            Trust::Seen => "seen in source",
            Trust::Secondary => "secondary",
            Trust::Unconfirmed => "unconfirmed",
            Trust::Proposed => "proposed",
        }
    }

    /// Whether a reader must be warned wherever the statement is shown or printed.
    pub fn needs_warning(self) -> bool {
        matches!(self, Trust::Unconfirmed | Trust::Proposed)
    }

    /// Whether the statement must name a source that was read.
    pub fn needs_source(self) -> bool {
        matches!(self, Trust::Confirmed | Trust::Seen | Trust::Secondary)
    }
}

/// A grade and the sources it rests on.
#[derive(Clone, Debug)]
pub struct Basis {
    /// How far it can be relied on.
    pub trust: Trust,
    /// Ids of sources, with their places for messages.
    pub sources: Vec<Located<String>>,
    /// Where the grade stands in its file.
    pub range: std::ops::Range<usize>,
}

impl Basis {
    /// Reads the keys `trust` and `sources` of a table.
    pub(crate) fn read(row: &Table<'_, '_>) -> Self {
        let trust = row.required_one_of("trust", &Trust::WRITABLE);
        let range = trust.as_ref().map_or_else(|| row.range(), |t| t.range.clone());
        Self {
            range,
            trust: trust.and_then(|t| Trust::from_key(&t)).unwrap_or(Trust::Unconfirmed),
            sources: row.texts("sources"),
        }
    }
}
