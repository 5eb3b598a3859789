//! Commodity cards: goods that officers meet often, one file each, with what to look at, what to
//! ask and which entries may apply. Values of thresholds stay in the list's data: a card only names
//! the row, so that each list edition shows its own number.

use std::collections::BTreeSet;
use std::fmt::Display;

use handbook_lookup::EntryCode;

use crate::check::check_basis;
use crate::control_list::{Alias, ControlList, Threshold, code_suggestion};
use crate::date::Date;
use crate::diagnostic::{Findings, suggestion};
use crate::files::Files;
use crate::handbook::Handbook;
use crate::outline::{is_id, take_id};
use crate::region::is_language_tag;
use crate::source::{Located, SourceText};
use crate::table::{Table, read_toml};
use crate::trust::Basis;

/// Folder of the cards; each is a file in it.
pub const CARDS: &str = "book/cards";
/// What cards are sorted by, and whom they tell the officer to ask.
pub const CARDS_HEAD: &str = "book/cards.toml";

/// All cards, and what they are sorted by.
#[derive(Clone, Debug, Default)]
pub struct Cards {
    /// The file with kinds, chapters and roles.
    pub file: Option<SourceText>,
    /// Kinds of goods, in the order shown.
    pub kinds: Vec<Kind>,
    /// Chapters of the tariff, in the order shown.
    pub chapters: Vec<Kind>,
    /// Whom to ask.
    pub roles: Vec<Role>,
    /// The cards, by id.
    pub rows: Vec<Card>,
}

/// A kind of goods, or a chapter of the tariff.
#[derive(Clone, Debug)]
pub struct Kind {
    /// Permanent id; a chapter's two digits.
    pub id: String,
    /// Title.
    pub title: String,
}

/// Somebody to ask. Which body it is, each country's chapter says.
#[derive(Clone, Debug)]
pub struct Role {
    /// Permanent id.
    pub id: Located<String>,
    /// Name of the role.
    pub name: String,
    /// For what to ask.
    pub text: String,
    /// Section of the outline where each country names the body.
    pub section: Located<String>,
    /// Trust.
    pub basis: Basis,
}

/// A commodity card.
#[derive(Clone, Debug)]
pub struct Card {
    /// Permanent id, the file's name, also in addresses.
    pub id: String,
    /// The file.
    pub file: SourceText,
    /// Its path in this repository, for its history.
    pub path: String,
    /// Name of the goods.
    pub name: String,
    /// Kind of goods.
    pub kind: Located<String>,
    /// Provisions that may apply.
    pub entries: Vec<Located<String>>,
    /// Tariff headings or subheadings under which the goods are often declared.
    pub hs: Vec<Located<String>>,
    /// Roles to ask.
    pub roles: Vec<Located<String>>,
    /// When it was last compared with its sources.
    pub checked: Date,
    /// What an officer can see.
    pub looks: Says,
    /// Which parameter decides, without its value.
    pub decides: Says,
    /// Criteria of the list that hold the value by list edition.
    pub thresholds: Vec<ThresholdRef>,
    /// What to ask the trader.
    pub ask: Says,
    /// Look-alikes that are often harmless.
    pub alike: Says,
    /// Safety when handling.
    pub safety: Says,
    /// Names on invoices, by language.
    pub names: Vec<Names>,
}

/// Sentences with their trust.
#[derive(Clone, Debug)]
pub struct Says {
    /// The sentences.
    pub texts: Vec<Located<String>>,
    /// Trust.
    pub basis: Basis,
}

/// Names in one language.
#[derive(Clone, Debug)]
pub struct Names {
    /// Language of the names.
    pub lang: Located<String>,
    /// The names.
    pub says: Says,
}

/// A criterion of the list as a card names it.
#[derive(Clone, Debug)]
pub struct ThresholdRef {
    /// Provision.
    pub code: Located<String>,
    /// What is measured on.
    pub item: String,
    /// What is measured.
    pub parameter: String,
}

impl Cards {
    /// Reads all cards; a handbook may have none.
    pub fn read(frame: &Files, findings: &Findings) -> Self {
        let mut cards = Cards { file: frame.text(CARDS_HEAD, findings), ..Cards::default() };
        if let Some(file) = cards.file.clone() {
            cards.read_head(&file, findings);
        }
        for path in frame.below(CARDS).filter(|path| path.ends_with(".toml")) {
            let Some(file) = frame.text(path, findings) else { continue };
            let id = path[CARDS.len() + 1..].trim_end_matches(".toml");
            if is_id(id) {
                cards.rows.extend(read_card(&file, id, path, findings));
            } else {
                findings.at("id-form", &file, &(0..0), &[("id", &id)]);
            }
        }
        cards
    }

    /// Reads kinds, chapters and roles.
    pub(crate) fn read_head(&mut self, file: &SourceText, findings: &Findings) {
        read_toml(file, findings, |top| {
            top.each("kind", |row| {
                let id = take_id(row, self.kinds.iter().map(|k| k.id.as_str()), "the kinds");
                if let (Some(id), Some(title)) = (id, row.required_text("title")) {
                    self.kinds.push(Kind { id: id.value, title: title.value });
                }
            });
            top.each("chapter", |row| {
                let number = row.required_text("number");
                if let (Some(id), Some(title)) = (number, row.required_text("title")) {
                    self.chapters.push(Kind { id: id.value, title: title.value });
                }
            });
            top.each("role", |row| {
                let id = take_id(row, self.roles.iter().map(|r| r.id.as_str()), "the roles");
                let (name, text) = (row.required_text("name"), row.required_text("text"));
                let (section, basis) = (row.required_text("section"), Basis::read(row));
                let (Some(id), Some(name)) = (id, name) else { return };
                if let (Some(text), Some(section)) = (text, section) {
                    let (name, text) = (name.value, text.value);
                    self.roles.push(Role { id, name, text, section, basis });
                }
            });
        });
    }

    /// The card with this id.
    pub fn card(&self, id: &str) -> Option<&Card> {
        self.rows.iter().find(|card| card.id == id)
    }

    /// Cards that name an entry or something below it.
    pub fn of_entry<'c>(&'c self, entry: &'c str) -> impl Iterator<Item = &'c Card> + 'c {
        self.rows.iter().filter(move |card| card.entries.iter().any(|code| akin(code, entry)))
    }

    /// Names of cards that the list does not know yet, for the lookup. Where a card names several
    /// provisions of one entry, its names lead to what these have in common: which of them it is,
    /// the name alone does not say.
    pub fn new_names(&self, list: &ControlList) -> Vec<Alias> {
        let known = known_names(list);
        let mut all = Vec::new();
        for card in &self.rows {
            let codes: Vec<String> = common_codes(&card.entries)
                .into_iter()
                .filter(|code| list.provision(code).is_some())
                .collect();
            let own = card.names.iter().flat_map(|names| {
                names.says.texts.iter().map(|text| (names.lang.as_str(), text.as_str()))
            });
            for (lang, text) in std::iter::once(("en", card.name.as_str())).chain(own) {
                if !known.contains(&text.to_lowercase()) {
                    all.push(Alias {
                        text: text.to_owned(),
                        lang: lang.to_owned(),
                        codes: codes.clone(),
                        kind: "name".to_owned(),
                        confidence: "medium".to_owned(),
                    });
                }
            }
        }
        all
    }
}

/// Every name by which the list's own data finds something.
fn known_names(list: &ControlList) -> BTreeSet<String> {
    let aliases = list.aliases.iter().map(|alias| alias.text.as_str());
    let titles = list.provisions.iter().filter_map(|p| p.title.as_deref());
    let other = list.titles.values().flat_map(|titles| titles.values()).map(String::as_str);
    let chemicals = list.chemicals.iter().flat_map(|chemical| {
        let synonyms = chemical.synonyms.iter().map(String::as_str);
        std::iter::once(chemical.name.as_str()).chain(synonyms)
    });
    aliases.chain(titles).chain(other).chain(chemicals).map(str::to_lowercase).collect()
}

/// For each entry among the codes, the deepest code that holds all of its codes.
fn common_codes(codes: &[Located<String>]) -> Vec<String> {
    let mut common: Vec<String> = Vec::new();
    for code in codes {
        let parts: Vec<&str> = code.split('.').collect();
        let place =
            common.iter_mut().find(|known| known.split('.').next() == parts.first().copied());
        let Some(known) = place else {
            common.push(code.value.clone());
            continue;
        };
        let same = known.split('.').zip(&parts).take_while(|(a, b)| a == *b).count();
        *known = parts[..same].join(".");
    }
    common
}

/// Reads one card.
pub(crate) fn read_card(
    file: &SourceText,
    id: &str,
    path: &str,
    findings: &Findings,
) -> Option<Card> {
    read_toml(file, findings, |top| {
        let name = top.required_text("name");
        let kind = top.required_text("kind");
        let entries = filled(top, "entries");
        let hs = top.texts("hs");
        let roles = filled(top, "roles");
        let checked = top.required_date("checked");
        let (looks, decides) = (says(top, "looks"), says(top, "decides"));
        let mut thresholds = Vec::new();
        top.each("threshold", |row| {
            let (code, item) = (row.required_text("code"), row.required_text("item"));
            let parameter = row.required_text("parameter");
            if let (Some(code), Some(item), Some(parameter)) = (code, item, parameter) {
                let (item, parameter) = (item.value, parameter.value);
                thresholds.push(ThresholdRef { code, item, parameter });
            }
        });
        let (ask, alike, safety) = (says(top, "ask"), says(top, "alike"), says(top, "safety"));
        let mut names = Vec::new();
        top.each("names", |row| {
            let (lang, says) = (row.required_text("lang"), read_says(row));
            names.extend(lang.map(|lang| Names { lang, says }));
        });
        Some(Card {
            id: id.to_owned(),
            file: file.clone(),
            path: path.to_owned(),
            name: name?.value,
            kind: kind?,
            entries,
            hs,
            roles,
            checked: checked?.value,
            looks: looks?,
            decides: decides?,
            thresholds,
            ask: ask?,
            alike: alike?,
            safety: safety?,
            names,
        })
    })
}

/// A list of texts that must hold one at least.
fn filled(row: &Table<'_, '_>, key: &'static str) -> Vec<Located<String>> {
    let texts = row.texts(key);
    if texts.is_empty() {
        let values: &[(&str, &dyn Display)] = &[("key", &key), ("table", &row.name())];
        row.findings().at("toml-missing", row.source(), &row.range(), values);
    }
    texts
}

fn says(top: &Table<'_, '_>, key: &'static str) -> Option<Says> {
    let says = top.table(key, read_says);
    if says.is_none() && !top.has(key) {
        let values: &[(&str, &dyn Display)] = &[("key", &key), ("table", &top.name())];
        top.findings().at("toml-missing", top.source(), &top.range(), values);
    }
    says
}

fn read_says(row: &Table<'_, '_>) -> Says {
    Says { texts: filled(row, "says"), basis: Basis::read(row) }
}

impl Card {
    /// All its statements.
    pub fn says(&self) -> impl Iterator<Item = &Says> {
        let own = [&self.looks, &self.decides, &self.ask, &self.alike, &self.safety];
        own.into_iter().chain(self.names.iter().map(|names| &names.says))
    }

    /// Chapters of its tariff headings, each once, in the order of the headings.
    pub fn chapters(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self.hs.iter().filter_map(|hs| hs.get(..2)).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

impl ThresholdRef {
    /// The criterion, if the list has it.
    pub fn find<'l>(&self, list: &'l ControlList) -> Option<&'l Threshold> {
        let rows = list.thresholds.get(self.code.as_str())?;
        rows.iter().find(|row| row.item == self.item && row.parameter == self.parameter)
    }
}

/// Checks that all cards fit the list, the outline, the registers and their own head.
pub(crate) fn check(handbook: &Handbook, findings: &Findings) {
    let cards = &handbook.cards;
    if let Some(file) = &cards.file {
        for role in &cards.roles {
            if handbook.outline.section(&role.section).is_none() {
                unknown("section", file, &role.section, handbook.outline.ids(), findings);
            }
            check_basis(handbook, Some(file), &role.basis, findings);
        }
    }
    for card in &cards.rows {
        check_card(handbook, card, findings);
    }
}

fn check_card(handbook: &Handbook, card: &Card, findings: &Findings) {
    let (cards, list, file) = (&handbook.cards, &handbook.list, &card.file);
    if !cards.kinds.iter().any(|kind| kind.id == card.kind.value) {
        unknown("kind", file, &card.kind, cards.kinds.iter().map(|k| k.id.as_str()), findings);
    }
    for role in &card.roles {
        if !cards.roles.iter().any(|known| known.id.value == role.value) {
            unknown("roles", file, role, cards.roles.iter().map(|r| r.id.as_str()), findings);
        }
    }
    for code in &card.entries {
        if list.provision(code).is_none() {
            let mend = code_suggestion(list, code);
            let values: &[(&str, &dyn Display)] = &[("code", &code.value), ("mend", &mend)];
            findings.at("card-entry", file, &code.range, values);
        }
    }
    for hs in &card.hs {
        let form = matches!(hs.len(), 4 | 6) && hs.bytes().all(|b| b.is_ascii_digit());
        let chapter = hs.get(..2).unwrap_or_default();
        if !form || !cards.chapters.iter().any(|known| known.id == chapter) {
            findings.at("card-tariff", file, &hs.range, &[("hs", &hs.value)]);
        }
    }
    for threshold in &card.thresholds {
        if threshold.find(list).is_none() {
            let rows = list.thresholds.get(threshold.code.as_str());
            let there: Vec<String> = rows
                .into_iter()
                .flatten()
                .map(|row| format!("\"{}\", \"{}\"", row.item, row.parameter))
                .collect();
            let mend = match there.as_slice() {
                [] => "The list has no row for this code.".to_owned(),
                rows => format!("For this code there is: {}.", rows.join("; ")),
            };
            let values: &[(&str, &dyn Display)] = &[
                ("code", &threshold.code.value),
                ("item", &threshold.item),
                ("parameter", &threshold.parameter),
                ("mend", &mend),
            ];
            findings.at("card-threshold", file, &threshold.code.range, values);
        } else if !card.entries.iter().any(|entry| akin(entry, &threshold.code)) {
            let mend = card.entries.iter().map(|e| e.value.clone()).collect::<Vec<_>>().join(", ");
            let values: &[(&str, &dyn Display)] =
                &[("code", &threshold.code.value), ("entries", &mend)];
            findings.at("card-threshold-stray", file, &threshold.code.range, values);
        }
    }
    for text in &card.decides.texts {
        if let Some(number) = number_in(text) {
            findings.at("card-number", file, &text.range, &[("number", &number)]);
        }
    }
    for names in &card.names {
        if !is_language_tag(&names.lang) {
            findings.at("language-tag", file, &names.lang.range, &[("tag", &names.lang.value)]);
        }
    }
    for says in card.says() {
        check_basis(handbook, Some(file), &says.basis, findings);
    }
}

/// Whether one code is the other one or stands below it.
fn akin(a: &str, b: &str) -> bool {
    let below = |code: &str, above: &str| {
        code.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    below(a, b) || below(b, a)
}

fn unknown<'k>(
    key: &str,
    file: &SourceText,
    value: &Located<String>,
    known: impl Iterator<Item = &'k str> + Clone,
    findings: &Findings,
) {
    let mend = suggestion(value, known);
    let values: &[(&str, &dyn Display)] =
        &[("key", &key), ("value", &value.value), ("mend", &mend)];
    findings.at("toml-value", file, &value.range, values);
}

/// The first word that begins with a digit and is no entry code: a value somebody typed.
fn number_in(text: &str) -> Option<&str> {
    let words =
        text.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
    words
        .filter(|word| EntryCode::parse(word).is_none())
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(code: &str) -> Located<String> {
        Located::new(code.to_owned(), 0..0)
    }

    #[test]
    fn names_of_a_card_lead_to_what_its_provisions_have_in_common() {
        let codes = |codes: &[&str]| common_codes(&codes.iter().map(|c| at(c)).collect::<Vec<_>>());
        assert_eq!(codes(&["1C350.14", "1C350.41", "1C230"]), ["1C350", "1C230"]);
        assert_eq!(codes(&["3A001.b.2", "3A001.b.3", "3A001.b"]), ["3A001.b"]);
        assert_eq!(codes(&["2B230"]), ["2B230"]);
    }

    #[test]
    fn a_number_is_a_value_and_an_entry_code_is_none() {
        assert_eq!(number_in("The notes of 1C350 set it, and 3A001.b.2 too."), None);
        assert_eq!(number_in("Above 250 MPa."), Some("250"));
        assert_eq!(number_in("2B230: below 13 kPa"), Some("13"));
        assert_eq!(number_in("That it is helium-3 decides."), None);
        assert_eq!(number_in("Strength and diameter decide together."), None);
    }
}
