//! The state of a provision in a country: its list edition compared with the newest one held.

use super::{ControlList, Standing};
use crate::country::Applied;

/// The four states of design; nothing stands between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StateKind {
    /// The country's edition and the newest one agree.
    Same,
    /// They differ.
    Differs,
    /// The country's edition does not have it.
    Absent,
    /// Not known.
    Unknown,
}

impl StateKind {
    /// The word on pages and in results.
    pub fn key(self) -> &'static str {
        match self {
            StateKind::Same => "same",
            StateKind::Differs => "differs",
            StateKind::Absent => "absent",
            StateKind::Unknown => "unknown",
        }
    }
}

/// A state and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The state.
    pub kind: StateKind,
    /// Why, in a sentence.
    pub basis: String,
}

/// A comparison of two editions in one provision.
#[derive(Clone, Copy, PartialEq)]
enum Comparison {
    Agree,
    Differ,
}

impl ControlList {
    /// The state of `code` in a country that applies `applied`.
    pub fn state(&self, code: &str, applied: Option<&Applied>) -> State {
        let state = |kind, basis: String| State { kind, basis };
        // An act that nobody has confirmed is no act to go by.
        let Some(applied) = applied.filter(|a| a.trust.needs_source()) else {
            return state(
                StateKind::Unknown,
                "No act is confirmed that says which list edition applies.".to_owned(),
            );
        };
        let edition = applied.edition.as_str();
        let Some(newest) = self.newest() else {
            return state(StateKind::Unknown, "No list edition is held.".to_owned());
        };
        let to = self.held.len() - 1;
        if let Some(at) = self.held.iter().position(|e| e.id == edition) {
            return match (self.held[at].standing.get(code), newest.standing.get(code)) {
                (None, _) => state(StateKind::Absent, format!("Not in list edition {edition}.")),
                (Some(_), None) => state(
                    StateKind::Differs,
                    format!(
                        "In list edition {edition}; the newest one held, {}, no longer has it.",
                        newest.id
                    ),
                ),
                (Some(_), Some(_)) => match self.compare(at, to, code) {
                    Comparison::Agree => state(
                        StateKind::Same,
                        format!("List editions {edition} and {} agree.", newest.id),
                    ),
                    Comparison::Differ => state(
                        StateKind::Differs,
                        format!("List editions {edition} and {} differ here.", newest.id),
                    ),
                },
            };
        }
        self.state_between(code, edition)
    }

    /// The state where the applied edition itself is not held.
    fn state_between(&self, code: &str, edition: &str) -> State {
        let newest = &self.held[self.held.len() - 1];
        if self.came_later(code, edition) {
            return State {
                kind: StateKind::Absent,
                basis: format!("A later list edition than {edition} brought it."),
            };
        }
        let position = |id: &str| self.editions.iter().position(|e| e.id == id);
        let neighbours = position(edition).and_then(|at| {
            let below = self.held.iter().rposition(|h| position(&h.id).is_some_and(|p| p < at))?;
            let above = self.held.iter().position(|h| position(&h.id).is_some_and(|p| p > at))?;
            Some((below, above))
        });
        let unknown = |why: String| State { kind: StateKind::Unknown, basis: why };
        let Some((below, above)) = neighbours else {
            return unknown(format!(
                "List edition {edition} is not held and lies outside those that are."
            ));
        };
        let (lower, upper) = (&self.held[below], &self.held[above]);
        let standings = (lower.standing.get(code), upper.standing.get(code));
        if standings == (None, None) {
            return unknown(format!(
                "Neither list edition {} nor {} has it; {edition}, between them, is not held.",
                lower.id, upper.id
            ));
        }
        if self.compare(below, above, code) == Comparison::Differ {
            return unknown(format!(
                "List edition {edition} is not held, and its neighbours {} and {} differ here.",
                lower.id, upper.id
            ));
        }
        let basis = format!(
            "List edition {edition} is not held; its neighbours {} and {} agree.",
            lower.id, upper.id
        );
        match self.compare(above, self.held.len() - 1, code) {
            Comparison::Agree => State { kind: StateKind::Same, basis },
            Comparison::Differ => State {
                kind: StateKind::Differs,
                basis: format!("{basis} The newest one held, {}, differs.", newest.id),
            },
        }
    }

    /// Whether the data says, by text or report, that a later edition brought the provision.
    fn came_later(&self, code: &str, edition: &str) -> bool {
        let position = |id: &str| self.editions.iter().position(|e| e.id == id);
        self.provision(code).and_then(|p| p.first_edition.as_ref()).is_some_and(|first| {
            matches!(first.basis.as_str(), "text" | "reported")
                && position(&first.edition) > position(edition)
                && position(edition).is_some()
        })
    }

    fn compare(&self, from: usize, to: usize, code: &str) -> Comparison {
        let standing = |at: usize| -> Option<&Standing> { self.held[at].standing.get(code) };
        if standing(from) == standing(to) && self.changes_between(from, to, code).next().is_none() {
            Comparison::Agree
        } else {
            Comparison::Differ
        }
    }
}
