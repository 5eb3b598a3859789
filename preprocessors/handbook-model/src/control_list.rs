//! The control list: numbered provisions, their titles, the list editions held, what is known
//! about each provision, and its state in a country.

mod kept;
mod read;
mod records;
mod state;

pub use handbook_lookup::query::is_cas_number;
pub use kept::KeptList;
pub(crate) use read::code_suggestion;
pub use state::{State, StateKind};

use std::collections::{BTreeMap, BTreeSet, HashMap};

use handbook_lookup::EntryCode;

use crate::date::Date;

/// A control list with its history.
#[derive(Clone, Debug, Default)]
pub struct ControlList {
    /// Id, also its folder under `book/lists`.
    pub id: String,
    /// Title.
    pub title: String,
    /// What it covers.
    pub description: String,
    /// Categories in order.
    pub categories: Vec<Named>,
    /// Groups in order.
    pub groups: Vec<Named>,
    /// Regimes the provisions come from.
    pub regimes: Vec<Regime>,
    /// Texts the data was taken from.
    pub sources: Vec<ListSource>,
    /// List editions known, oldest first, held or not.
    pub editions: Vec<Edition>,
    /// List editions held in full, oldest first.
    pub held: Vec<HeldEdition>,
    /// Provisions in the order of the list.
    pub provisions: Vec<Provision>,
    /// Criteria by code.
    pub thresholds: BTreeMap<String, Vec<Threshold>>,
    /// Chemicals, some without a code.
    pub chemicals: Vec<Chemical>,
    /// Tariff links by code.
    pub tariff: BTreeMap<String, Vec<TariffLink>>,
    /// Names people use.
    pub aliases: Vec<Alias>,
    /// Titles in other languages, by language and code.
    pub titles: BTreeMap<String, BTreeMap<String, String>>,
    /// How far the titles of a language can be trusted: `machine draft` or `reviewed`.
    pub title_states: BTreeMap<String, String>,
    /// What differs between held editions in provisions both hold.
    pub changes: Vec<Changes>,
    pub(crate) index: HashMap<String, usize>,
    pub(crate) children: HashMap<String, Vec<String>>,
}

/// An id with its title: a category or a group.
#[derive(Clone, Debug)]
pub struct Named {
    /// `3`, or `A`.
    pub id: String,
    /// Title.
    pub title: String,
}

/// An export control regime.
#[derive(Clone, Debug)]
pub struct Regime {
    /// Short id used in provisions.
    pub id: String,
    /// Name.
    pub title: String,
    /// What it covers.
    pub covers: String,
}

/// A text the list data was taken from.
#[derive(Clone, Debug)]
pub struct ListSource {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// What was read.
    pub copy: String,
    /// Address.
    pub url: Option<String>,
    /// When it was read.
    pub read: Date,
}

/// A list edition known by its act.
#[derive(Clone, Debug)]
pub struct Edition {
    /// Number of the act, such as `2024/2547`.
    pub id: String,
    /// Act it amends.
    pub base_act: String,
    /// Adopted.
    pub adopted: Date,
    /// Published.
    pub published: Date,
    /// In force.
    pub in_force: Date,
    /// Official Journal.
    pub journal: String,
    /// Regime decisions it takes over.
    pub incorporates: Option<String>,
    /// What is known of its changes.
    pub changes: Option<String>,
    /// How sure the dates are, in words.
    pub confidence: String,
    /// Where it was seen.
    pub seen_in: Option<String>,
    /// Whether it changes the list at all.
    pub updates_list: bool,
}

/// A list edition whose every provision is known.
#[derive(Clone, Debug)]
pub struct HeldEdition {
    /// Number of the act.
    pub id: String,
    /// Id of the text it was read in.
    pub source: String,
    /// What the reader should know of that text.
    pub note: String,
    /// Standing of every code in it.
    pub standing: HashMap<String, Standing>,
}

/// Standing of a code in a held edition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// In force.
    Active,
    /// The number is kept, without content.
    NotUsed,
}

/// A numbered provision. Kept for ever, as links to it are.
#[derive(Clone, Debug)]
pub struct Provision {
    /// Its code.
    pub code: EntryCode,
    /// Title in our own words, or a bare name of a substance.
    pub title: Option<String>,
    /// Whether the title is such a name.
    pub named: bool,
    /// Regime it comes from.
    pub regime: String,
    /// Exception to the rule that the third digit tells the regime.
    pub regime_note: Option<String>,
    /// Edition that brought it, where it is known to be later than the oldest one held.
    pub first_edition: Option<FirstEdition>,
    /// Only in editions older than any held.
    pub earlier_only: bool,
}

/// Which edition brought a provision.
#[derive(Clone, Debug)]
pub struct FirstEdition {
    /// Edition, or words such as `2022/1 to 2025/2003`.
    pub edition: String,
    /// How it is known: `text`, `reported`, `inferred` or `bracketed`.
    pub basis: String,
}

/// One criterion of a provision.
#[derive(Clone, Debug)]
pub struct Threshold {
    /// What is measured on.
    pub item: String,
    /// What is measured.
    pub parameter: String,
    /// `<`, `<=`, `>`, `>=`, `between`, `outside` or `is`.
    pub operator: String,
    /// Unit.
    pub unit: Option<String>,
    /// Further condition.
    pub condition: Option<String>,
    /// Value by list edition.
    pub values: BTreeMap<String, String>,
}

/// A chemical or metal.
#[derive(Clone, Debug)]
pub struct Chemical {
    /// Name.
    pub name: String,
    /// Other names.
    pub synonyms: Vec<String>,
    /// CAS numbers, their check digits verified.
    pub cas: Vec<String>,
    /// Whether the list itself gives them.
    pub cas_from_list: bool,
    /// Provision, unless it is on no dual-use list under this name.
    pub code: Option<String>,
    /// Number in the Australia Group's list.
    pub ag_number: Option<u32>,
    /// Schedule of the Chemical Weapons Convention, such as `2B04`.
    pub cwc: Option<String>,
    /// HS 2022 subheading, indicative.
    pub hs: Option<String>,
    /// UN number, indicative.
    pub un: Option<String>,
    /// Remark.
    pub note: Option<String>,
}

/// A tariff heading that may hold goods of a provision. Indicative only.
#[derive(Clone, Debug)]
pub struct TariffLink {
    /// HS heading or subheading.
    pub hs: String,
    /// Longer national code.
    pub national: Option<String>,
    /// Edition of the nomenclature.
    pub hs_edition: String,
    /// Country whose list gives the link.
    pub country: Option<String>,
    /// `national-list`, `named`, `residual` or `drafted`.
    pub basis: String,
}

/// A name people use for goods.
#[derive(Clone, Debug)]
pub struct Alias {
    /// The name.
    pub text: String,
    /// Its language.
    pub lang: String,
    /// Provisions it may point to.
    pub codes: Vec<String>,
    /// `name`, `abbreviation` or `trade name`.
    pub kind: String,
    /// `high` or `medium`.
    pub confidence: String,
}

/// What differs between two held editions in provisions that both hold.
#[derive(Clone, Debug)]
pub struct Changes {
    /// Older edition.
    pub from: String,
    /// Newer edition.
    pub to: String,
    /// The changes in the order of the list.
    pub changes: Vec<Change>,
}

/// One difference.
#[derive(Clone, Debug)]
pub struct Change {
    /// Provision.
    pub code: String,
    /// `numbers`, `wording`, `withdrawn` or `reused`.
    pub kind: String,
    /// What changed.
    pub what: String,
    /// Before.
    pub old: String,
    /// After.
    pub new: String,
}

/// A line of a comparison of two list editions.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Difference {
    /// Provision.
    pub code: String,
    /// `added`, `removed`, `withdrawn`, `reused`, `numbers` or `wording`.
    pub kind: String,
    /// Title, or the titles of its parents.
    pub title: String,
    /// What changed, for numbers and wording.
    pub what: Option<String>,
    /// Before.
    pub old: Option<String>,
    /// After.
    pub new: Option<String>,
}

impl ControlList {
    /// The provision with this code.
    pub fn provision(&self, code: &str) -> Option<&Provision> {
        self.index.get(code).map(|at| &self.provisions[*at])
    }

    /// Where the provision with this code stands in [`ControlList::provisions`].
    pub fn position(&self, code: &str) -> Option<usize> {
        self.index.get(code).copied()
    }

    /// Codes one level below, in the order of the list.
    pub fn children(&self, code: &str) -> &[String] {
        self.children.get(code).map_or(&[], Vec::as_slice)
    }

    /// The entries of a group such as `3A`, in the order of the list.
    pub fn entries<'a>(&'a self, group: &'a str) -> impl Iterator<Item = &'a Provision> + 'a {
        self.provisions.iter().filter(move |p| p.code.level() == 0 && p.code.group() == group)
    }

    /// Category and group pairs that have provisions, such as `3A`, in the order of the list.
    pub fn pages(&self) -> Vec<String> {
        let used: BTreeSet<&str> = self.provisions.iter().map(|p| p.code.group()).collect();
        self.categories
            .iter()
            .flat_map(|c| self.groups.iter().map(move |g| format!("{}{}", c.id, g.id)))
            .filter(|page| used.contains(page.as_str()))
            .collect()
    }

    /// The edition with this id.
    pub fn edition(&self, id: &str) -> Option<&Edition> {
        self.editions.iter().find(|e| e.id == id)
    }

    /// The held edition with this id.
    pub fn held(&self, id: &str) -> Option<&HeldEdition> {
        self.held.iter().find(|e| e.id == id)
    }

    /// The newest edition held.
    pub fn newest(&self) -> Option<&HeldEdition> {
        self.held.last()
    }

    /// Titles of the code's parents, outermost first.
    pub fn path(&self, code: &EntryCode) -> Vec<&str> {
        let mut titles = Vec::new();
        let mut at = code.parent();
        while let Some(parent) = at {
            if let Some(title) = self.provision(parent.as_str()).and_then(|p| p.title.as_deref()) {
                titles.push(title);
            }
            at = parent.parent();
        }
        titles.reverse();
        titles
    }

    /// What to call a provision: its title, else the nearest titled parent's, never a bare code.
    pub fn name(&self, code: &EntryCode) -> String {
        match self.provision(code.as_str()).and_then(|p| p.title.as_deref()) {
            Some(title) => title.to_owned(),
            None => match self.path(code).last() {
                Some(parent) => format!("part of: {parent}"),
                None => "number without content".to_owned(),
            },
        }
    }

    /// Whether a code is in force in any held edition.
    pub fn is_active_somewhere(&self, code: &str) -> bool {
        self.held.iter().any(|e| e.standing.get(code) == Some(&Standing::Active))
    }

    /// The recorded change of a provision between two held editions, neighbours or not.
    pub(crate) fn changes_between<'a>(
        &'a self,
        from: usize,
        to: usize,
        code: &'a str,
    ) -> impl Iterator<Item = &'a Change> + 'a {
        let position = |id: &str| self.held.iter().position(|e| e.id == id);
        self.changes
            .iter()
            .filter(move |c| {
                position(&c.from).is_some_and(|at| at >= from)
                    && position(&c.to).is_some_and(|at| at <= to)
            })
            .flat_map(|c| &c.changes)
            .filter(move |c| c.code == code)
    }

    /// What differs from held edition `a` to held edition `b`, in the order of the list; `None`
    /// when one of them is not held.
    pub fn diff(&self, a: &str, b: &str) -> Option<Vec<Difference>> {
        let from = self.held.iter().position(|e| e.id == a)?;
        let to = self.held.iter().position(|e| e.id == b)?;
        let mut all = Vec::new();
        for provision in &self.provisions {
            let code = provision.code.as_str();
            let before = self.held[from].standing.get(code);
            let after = self.held[to].standing.get(code);
            let difference = |kind: &str| Difference {
                code: code.to_owned(),
                kind: kind.to_owned(),
                title: self.name(&provision.code),
                what: None,
                old: None,
                new: None,
            };
            let recorded = self.changes_between(from.min(to), from.max(to), code);
            match (before, after) {
                (None, Some(_)) => all.push(difference("added")),
                (Some(_), None) => all.push(difference("removed")),
                (Some(_), Some(_)) => all.extend(recorded.map(|change| {
                    let mut line = difference(&change.kind);
                    line.what = Some(change.what.clone());
                    line.old = Some(change.old.clone());
                    line.new = Some(change.new.clone());
                    if from > to {
                        line.kind = reverse_kind(&line.kind).to_owned();
                        std::mem::swap(&mut line.old, &mut line.new);
                    }
                    line
                })),
                (None, None) => {}
            }
        }
        Some(all)
    }
}

/// The name of a change read backwards in time.
fn reverse_kind(kind: &str) -> &str {
    match kind {
        "withdrawn" => "reused",
        "reused" => "withdrawn",
        same => same,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cas_check_digits() {
        assert!(is_cas_number("7783-81-5"));
        assert!(!is_cas_number("7783-81-6"));
        assert!(!is_cas_number("7783815") && !is_cas_number("1-1-1") && !is_cas_number("x-81-5"));
    }
}
