//! Indexes that answer without a script: entries by code, CAS number, UN number, tariff heading and
//! name. One page leads to all of them, and each is cut into pages that stay small.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use handbook_model::control_list::{Chemical, Provision, Standing};
use icu_collator::options::{CollatorOptions, Strength};
use icu_collator::{Collator, CollatorBorrowed, CollatorPreferences};
use icu_locale_core::Locale;
use minijinja::Value;

use super::list::dotted;
use super::{Maker, Page};
use crate::address::From;
use crate::templates::values;

/// Path and name of the page that leads to all indexes.
pub(super) const HUB: (&str, &str) = ("find/index.md", "Find an entry without script");

/// All indexes are in one folder, so addresses are the same from each of their pages.
const HERE: From<'static> = From(HUB.0);

/// What a page may weigh, in bytes of HTML.
const LIMIT: usize = 60_000;

/// What mdBook and `index.hbs` put around a page, names of the pages before and after included.
const AROUND: usize = 5_000;

/// Heading and list around a group's rows.
const GROUP: usize = 300;

/// A link to a group or page in the bar of an index.
const LINK: usize = 100;

/// However much stands around the rows, a page has room for some.
const LEAST: usize = 10_000;

/// Languages with their own names and their English ones, in the order shown. Any other language
/// that has names follows under its tag.
pub(super) const LANGUAGES: [(&str, &str, &str); 6] = [
    ("en", "English", "English"),
    ("ka", "ქართული", "Georgian"),
    ("uk", "українська", "Ukrainian"),
    ("az", "azərbaycanca", "Azerbaijani"),
    ("ro", "română", "Romanian"),
    ("ru", "русский", "Russian"),
];

/// An index before it is cut into pages.
struct Index {
    /// `cas`, or `names-uk`: the pages are `cas-1`, `cas-2` and so on.
    key: String,
    /// What the templates go by.
    kind: &'static str,
    title: String,
    lang: Option<Tongue>,
    groups: Vec<Group>,
}

/// The language of an index of names.
#[derive(serde::Serialize)]
struct Tongue {
    id: String,
    name: String,
    english: String,
    /// How far its titles of entries can be trusted.
    state: Option<String>,
    /// Whether it is the language the list is written in.
    own: bool,
}

/// Rows under one heading: a letter, a chapter, a range of numbers.
struct Group {
    id: String,
    label: String,
    /// First and last of what it holds, where the label is a range.
    ends: (String, String),
    /// What else the heading says.
    title: Option<String>,
    /// Page of the list it is about.
    href: Option<String>,
    /// Finished HTML.
    rows: Vec<String>,
}

impl Group {
    fn new(id: String, label: String) -> Self {
        let ends = (label.clone(), label.clone());
        Self { id, label, ends, title: None, href: None, rows: Vec::new() }
    }
}

/// Some rows of a group, on one page.
struct Part<'i> {
    group: &'i Group,
    rows: &'i [String],
    /// Counts the pages of a group from 1.
    nth: usize,
}

/// A name and what it may point to.
#[derive(Default)]
struct Name {
    text: String,
    trade: bool,
    codes: Vec<String>,
    note: Option<String>,
}

impl Maker<'_> {
    /// The page that leads to the indexes, and their pages.
    pub(super) fn find_pages(&self) -> Vec<Page> {
        let mut indexes =
            vec![self.by_code(), self.by_cas(), self.by_un_number(), self.by_tariff()];
        indexes.extend(self.tongues().into_iter().map(|tongue| self.by_name(tongue)));
        indexes.retain(|index| !index.groups.is_empty());
        let cut: Vec<Vec<Vec<Part<'_>>>> = indexes.iter().map(|index| self.cut(index)).collect();
        let all: Vec<Value> =
            indexes.iter().zip(&cut).map(|(index, pages)| index_value(index, pages)).collect();
        let (path, name) = HUB;
        let categories: Vec<Value> = self
            .handbook
            .list
            .categories
            .iter()
            .map(|c| values! { id => c.id, title => c.title })
            .collect();
        let values = values! { indexes => all, categories, ..self.find_values() };
        let mut pages = vec![self.list_page(path, name, "find-index.html", values)];
        for ((index, parts), value) in indexes.iter().zip(&cut).zip(&all) {
            let numbered = (1..).zip(parts);
            pages.extend(numbered.map(|(nth, parts)| self.find_page(index, value, nth, parts)));
        }
        pages
    }

    /// What the pages of all indexes say alike.
    fn find_values(&self) -> Value {
        let list = &self.handbook.list;
        values! { newest => list.newest().map(|e| e.id.as_str()) }
    }

    fn find_page(&self, index: &Index, value: &Value, nth: usize, parts: &[Part<'_>]) -> Page {
        let path = page_path(&index.key, nth);
        // A page that holds all of its index needs no range.
        let range = range(parts).filter(|_| parts.len() < index.groups.len());
        let name = match &range {
            Some(range) => format!("{}: {range}", index.title),
            None => index.title.clone(),
        };
        let parts: Vec<Value> = parts
            .iter()
            .map(|part| {
                let rows = part.rows.concat();
                values! {
                    id => part.group.id,
                    label => part.group.label,
                    title => part.group.title,
                    href => part.group.href,
                    continued => part.nth > 1,
                    rows,
                }
            })
            .collect();
        let values = values! { index => value, nth, parts, ..self.find_values() };
        self.list_page(&path, &name, "find-page.html", values)
    }

    /// Cuts an index into pages: a group stays whole where it can.
    fn cut<'i>(&self, index: &'i Index) -> Vec<Vec<Part<'i>>> {
        let weight = |group: &Group| -> usize {
            let title = group.title.as_ref().map_or(0, String::len);
            GROUP + title + group.rows.iter().map(String::len).sum::<usize>()
        };
        let total: usize = index.groups.iter().map(weight).sum();
        let links = index.groups.len() + total / LEAST;
        // The page as it is without rows.
        let empty = self.find_page(index, &index_value(index, &[]), 1, &[]).content.len();
        let room = LIMIT.saturating_sub(AROUND + empty + links * LINK).max(LEAST);
        let mut pages: Vec<Vec<Part<'i>>> = Vec::new();
        // Nothing is open yet, so the first group opens a page.
        let mut left = 0;
        for group in &index.groups {
            let whole = weight(group);
            let mut nth = 0;
            let mut rows = group.rows.as_slice();
            while !rows.is_empty() {
                // A group that no page can hold whole begins where there is room enough.
                let next = whole > left && (whole <= room || left < room / 2);
                if nth > 0 || next {
                    pages.push(Vec::new());
                    left = room;
                }
                let head = GROUP + group.title.as_ref().map_or(0, String::len);
                let mut used = head;
                // At least one row, however long it is.
                let mut taken = 0;
                for row in rows {
                    if taken > 0 && used + row.len() > left {
                        break;
                    }
                    used += row.len();
                    taken += 1;
                }
                nth += 1;
                let (now, later) = rows.split_at(taken);
                if let Some(page) = pages.last_mut() {
                    page.push(Part { group, rows: now, nth });
                }
                left = left.saturating_sub(used);
                rows = later;
            }
        }
        pages
    }

    /// The language of what the tool itself says in a row of another language.
    fn frame_language(&self) -> Option<&str> {
        self.handbook.region.languages.first().map(|l| l.id.as_str())
    }

    /// A row, as one line.
    fn row(&self, values: Value) -> String {
        let language = self.frame_language();
        let row = self.templates.render("find-row.html", values! { language, ..values });
        // The template engine also writes `/` as a reference, six times as long.
        row.replace("&#x2f;", "/").lines().collect()
    }

    /// A link to a provision, and what a reader must know of it first.
    fn find_link(&self, provision: &Provision) -> Value {
        let code = provision.code.as_str();
        let held = &self.handbook.list.held;
        let standings: Vec<Option<&Standing>> = held.iter().map(|e| e.standing.get(code)).collect();
        values! {
            code,
            href => HERE.entry(&provision.code),
            standing => self.standing(provision, &standings),
        }
    }

    fn find_links<'c>(&self, codes: impl IntoIterator<Item = &'c String>) -> Vec<Value> {
        let list = &self.handbook.list;
        let provisions = codes.into_iter().filter_map(|code| list.provision(code));
        provisions.map(|p| self.find_link(p)).collect()
    }

    /// Every entry of every edition, by category and group.
    fn by_code(&self) -> Index {
        let list = &self.handbook.list;
        let pages = list.pages();
        let groups = pages.iter().map(|page| {
            let (category, title) = self.group_title(page);
            let row = |entry: &Provision| {
                let link = self.find_link(entry);
                self.row(values! { kind => "code", link, title => entry.title })
            };
            Group {
                title: Some(format!("{title}, {category}")),
                href: Some(HERE.page(&format!("list/{page}.md"), None)),
                rows: list.entries(page).map(row).collect(),
                ..Group::new(format!("codes-{}", page.to_ascii_lowercase()), page.clone())
            }
        });
        index("codes", "code", "Entries by code", groups.collect())
    }

    fn by_cas(&self) -> Index {
        let mut rows: BTreeMap<(Vec<u32>, &str), Vec<&Chemical>> = BTreeMap::new();
        for chemical in &self.handbook.list.chemicals {
            for cas in &chemical.cas {
                let number = cas.split('-').map(|part| part.parse().unwrap_or(u32::MAX)).collect();
                rows.entry((number, cas)).or_default().push(chemical);
            }
        }
        let rows = rows.into_iter().map(|((_, cas), chemicals)| {
            // As many digits before the first hyphen: a reader sees the length first.
            let group = format!("cas-{}", cas.find('-').unwrap_or(cas.len()));
            let unsure = |c: &Chemical| !c.cas_from_list;
            (group, cas.to_owned(), self.number_row("cas", cas, &chemicals, unsure))
        });
        index("cas", "cas", "CAS numbers", ranges(rows))
    }

    fn by_un_number(&self) -> Index {
        let mut rows: BTreeMap<&str, Vec<&Chemical>> = BTreeMap::new();
        for chemical in &self.handbook.list.chemicals {
            // Several numbers stand in one text: as gas and as solution.
            let numbers = chemical.un.iter().flat_map(|un| un.split(';'));
            for number in numbers.map(str::trim) {
                rows.entry(number).or_default().push(chemical);
            }
        }
        let rows = rows.into_iter().map(|(un, chemicals)| {
            let group = format!("un-{}", un.get(..1).unwrap_or_default());
            // The list gives none; that is said once at the top.
            (group, un.to_owned(), self.number_row("un", un, &chemicals, |_| false))
        });
        index("un", "un", "UN numbers", ranges(rows))
    }

    fn number_row(
        &self,
        kind: &str,
        number: &str,
        chemicals: &[&Chemical],
        unsure: fn(&Chemical) -> bool,
    ) -> String {
        let substances: Vec<Value> =
            chemicals.iter().map(|c| self.substance(c, unsure(c))).collect();
        self.row(values! { kind, number, substances })
    }

    fn substance(&self, chemical: &Chemical, unsure: bool) -> Value {
        let links = self.find_links(&chemical.code);
        values! { name => chemical.name, links, note => chemical.note, unsure }
    }

    /// Tariff codes: chapters of two digits, headings of four, and what may be meant.
    fn by_tariff(&self) -> Index {
        let list = &self.handbook.list;
        // Provisions in the order of the list, then substances with links of their own.
        let mut items: Vec<(&str, Value)> = Vec::new();
        for provision in &list.provisions {
            let links = list.tariff.get(provision.code.as_str()).map(Vec::as_slice);
            let mut by_code: BTreeMap<&str, Vec<_>> = BTreeMap::new();
            for link in links.unwrap_or_default() {
                by_code.entry(&link.hs).or_default().push(link.clone());
            }
            for (hs, links) in by_code {
                let name = list.name(&provision.code);
                let bases = self.tariff(&links);
                let links = vec![self.find_link(provision)];
                items.push((hs, values! { name, links, bases, note => None::<&str> }));
            }
        }
        for chemical in &list.chemicals {
            let linked = |hs: &str| {
                let links = chemical.code.as_ref().and_then(|code| list.tariff.get(code));
                links.into_iter().flatten().any(|link| link.hs == hs)
            };
            if let Some(hs) = chemical.hs.as_deref().filter(|hs| !linked(hs)) {
                let bases: Vec<Value> = Vec::new();
                items.push((hs, values! { bases, ..self.substance(chemical, true) }));
            }
        }
        let mut all: BTreeMap<&str, BTreeMap<&str, Vec<Value>>> = BTreeMap::new();
        for (hs, item) in items {
            let heading = hs.get(..4).unwrap_or(hs);
            all.entry(heading).or_default().entry(hs).or_default().push(item);
        }
        let mut groups: Vec<Group> = Vec::new();
        for (heading, codes) in all {
            let codes: Vec<Value> =
                codes.into_iter().map(|(hs, items)| values! { hs => dotted(hs), items }).collect();
            let chapter = heading.get(..2).unwrap_or(heading);
            let id = format!("hs-{chapter}");
            if groups.last().is_none_or(|group| group.id != id) {
                groups.push(Group::new(id, chapter.to_owned()));
            }
            if let Some(group) = groups.last_mut() {
                group.rows.push(self.row(values! { kind => "hs", heading, codes }));
            }
        }
        index("hs", "hs", "Tariff headings (HS)", groups)
    }

    /// Languages that have names, in the order shown.
    fn tongues(&self) -> Vec<Tongue> {
        let list = &self.handbook.list;
        let own = self.frame_language();
        let mut ids: Vec<&str> = own.into_iter().collect();
        ids.extend(list.titles.keys().map(String::as_str));
        ids.extend(list.aliases.iter().map(|a| a.lang.as_str()));
        ids.sort_unstable();
        ids.dedup();
        let place = |id: &str| LANGUAGES.iter().position(|l| l.0 == id).unwrap_or(LANGUAGES.len());
        ids.sort_by_key(|id| place(id));
        let tongue = |id: &str| {
            let known = LANGUAGES.get(place(id));
            Tongue {
                id: id.to_owned(),
                name: known.map_or(id, |l| l.1).to_owned(),
                english: known.map_or(id, |l| l.2).to_owned(),
                state: list.title_states.get(id).cloned(),
                own: own == Some(id),
            }
        };
        ids.into_iter().map(tongue).collect()
    }

    /// Titles, names in use and names of substances in one language, as it sorts them.
    fn by_name(&self, tongue: Tongue) -> Index {
        let alphabet = Alphabet::of(&tongue.id);
        let mut names = self.names(&tongue);
        names.sort_by(|a, b| alphabet.compare(&a.text, &b.text));
        let mut letters: Vec<(char, Vec<String>)> = Vec::new();
        for name in names {
            let links = self.find_links(&name.codes);
            let (text, trade, note) = (&name.text, name.trade, &name.note);
            let row = self.row(values! { kind => "name", text, trade, note, links });
            let letter = alphabet.initial(&name.text);
            match letters.iter_mut().rev().find(|(of, _)| alphabet.one_letter(*of, letter)) {
                Some((of, rows)) => {
                    // Of letters that count as one, the plain one heads the group.
                    *of = alphabet.plainer(*of, letter);
                    rows.push(row);
                }
                None => letters.push((letter, vec![row])),
            }
        }
        let groups = letters.into_iter().map(|(letter, rows)| Group {
            rows,
            ..Group::new(letter_id(letter), alphabet.heading(letter))
        });
        let groups = groups.collect();
        let title = format!("Names in {}", tongue.english);
        Index {
            key: format!("names-{}", tongue.id),
            kind: "name",
            title,
            lang: Some(tongue),
            groups,
        }
    }

    fn names(&self, tongue: &Tongue) -> Vec<Name> {
        let list = &self.handbook.list;
        let mut names = Names::default();
        let titles = list.titles.get(&tongue.id);
        for provision in &list.provisions {
            let code = provision.code.as_str();
            let own = provision.title.as_deref().filter(|_| tongue.own);
            let own = own.filter(|_| provision.code.level() == 0 || provision.named);
            let translated = titles.and_then(|titles| titles.get(code)).map(String::as_str);
            for title in own.into_iter().chain(translated) {
                names.add(title, Some(code));
            }
        }
        for alias in list.aliases.iter().filter(|a| a.lang == tongue.id) {
            for code in &alias.codes {
                let name = names.add(&alias.text, Some(code));
                name.trade |= alias.kind == "trade name";
            }
        }
        for chemical in list.chemicals.iter().filter(|_| tongue.own) {
            for text in std::iter::once(&chemical.name).chain(&chemical.synonyms) {
                let name = names.add(text, chemical.code.as_deref());
                if chemical.code.is_none() {
                    name.note.clone_from(&chemical.note);
                }
            }
        }
        names.all.into_values().collect()
    }
}

/// Names, each once; a capital at the beginning makes no other name.
#[derive(Default)]
struct Names {
    all: BTreeMap<String, Name>,
}

impl Names {
    fn add(&mut self, text: &str, code: Option<&str>) -> &mut Name {
        let mut letters = text.chars();
        let key: String = letters.next().into_iter().flat_map(char::to_lowercase).collect();
        let name = self.all.entry(key + letters.as_str()).or_default();
        if name.text.is_empty() {
            text.clone_into(&mut name.text);
        }
        if let Some(code) = code.filter(|code| !name.codes.iter().any(|c| c == code)) {
            name.codes.push(code.to_owned());
        }
        name
    }
}

/// How a language sorts, and which of its letters count as one.
struct Alphabet {
    lang: String,
    whole: CollatorBorrowed<'static>,
    letters: CollatorBorrowed<'static>,
    /// Whether its own letters are Latin ones.
    latin: bool,
}

impl Alphabet {
    /// The order of a language; of all languages together where its own is not known.
    fn of(lang: &str) -> Self {
        let locale: Locale = lang.parse().unwrap_or(Locale::UNKNOWN);
        let collator = |strength| {
            let mut options = CollatorOptions::default();
            options.strength = Some(strength);
            Collator::try_new(CollatorPreferences::from(&locale), options)
                .or_else(|_| Collator::try_new(CollatorPreferences::default(), options))
                .expect("the order of all languages together is compiled in")
        };
        let letters = collator(Strength::Primary);
        // A language sorts its own script before all others; with none, Latin comes first.
        let latin = ["а", "ა"].iter().all(|other| letters.compare("z", other).is_lt());
        Self { lang: lang.to_owned(), whole: collator(Strength::Tertiary), letters, latin }
    }

    fn compare(&self, a: &str, b: &str) -> Ordering {
        self.whole.compare(a, b).then_with(|| a.cmp(b))
    }

    /// The small letter a name begins with; `0` for digits and signs, `*` for all Latin letters
    /// where they are foreign: Cyrillic С and Latin C side by side could not be told apart.
    fn initial(&self, name: &str) -> char {
        match name.chars().next() {
            Some(c) if is_latin(c) && !self.latin => '*',
            Some(c) if c.is_alphabetic() => self.small(c),
            _ => '0',
        }
    }

    /// The dot is a letter's own in Azerbaijani.
    fn small(&self, c: char) -> char {
        match (self.lang.as_str(), c) {
            ("az", 'I') => 'ı',
            ("az", 'İ') => 'i',
            _ => c.to_lowercase().next().unwrap_or(c),
        }
    }

    fn one_letter(&self, a: char, b: char) -> bool {
        a == b || self.letters.compare(&a.to_string(), &b.to_string()) == Ordering::Equal
    }

    fn plainer(&self, a: char, b: char) -> char {
        match self.whole.compare(&a.to_string(), &b.to_string()) {
            Ordering::Greater => b,
            _ => a,
        }
    }

    /// A letter as a heading. Georgian has no capitals that readers use, and capitals of other
    /// scripts may look like Latin ones.
    fn heading(&self, letter: char) -> String {
        match (self.lang.as_str(), letter) {
            (_, '0') => "0–9".to_owned(),
            (_, '*') => "A–Z".to_owned(),
            ("az", 'i') => "İ".to_owned(),
            (_, '\u{400}'..='\u{52f}') => letter.to_uppercase().collect(),
            _ if is_latin(letter) => letter.to_uppercase().collect(),
            _ => letter.to_string(),
        }
    }
}

fn is_latin(c: char) -> bool {
    c.is_alphabetic() && matches!(c, 'A'..='\u{2af}' | '\u{1e00}'..='\u{1eff}')
}

/// Anchors are lower-case ASCII in every language.
fn letter_id(letter: char) -> String {
    match letter {
        'a'..='z' | '0' => format!("letter-{letter}"),
        '*' => "letter-latin".to_owned(),
        _ => format!("letter-u{:04x}", u32::from(letter)),
    }
}

fn index(key: &str, kind: &'static str, title: &str, groups: Vec<Group>) -> Index {
    Index { key: key.to_owned(), kind, title: title.to_owned(), lang: None, groups }
}

/// Groups of sorted numbers that share a group's id, named by their first and last number.
fn ranges(rows: impl Iterator<Item = (String, String, String)>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (id, number, row) in rows {
        if groups.last().is_none_or(|group| group.id != id) {
            groups.push(Group::new(id, number.clone()));
        }
        if let Some(group) = groups.last_mut() {
            group.rows.push(row);
            group.ends.1 = number;
        }
    }
    for group in &mut groups {
        group.label = between(&group.ends.0, &group.ends.1);
    }
    groups
}

/// `first to last`, or the one where they are the same.
fn between(first: &str, last: &str) -> String {
    if first == last { first.to_owned() } else { format!("{first} to {last}") }
}

fn page_path(key: &str, nth: usize) -> String {
    format!("find/{key}-{nth}.md")
}

/// What a page holds, by its first and last group.
fn range(parts: &[Part<'_>]) -> Option<String> {
    let (first, last) = (parts.first()?, parts.last()?);
    Some(between(&first.group.ends.0, &last.group.ends.1))
}

/// An index as its pages and the page of all indexes show it: where each group is.
fn index_value(index: &Index, pages: &[Vec<Part<'_>>]) -> Value {
    let mut places: Vec<Value> = Vec::new();
    for (page, parts) in (1..).zip(pages) {
        for part in parts {
            let group = part.group;
            places.push(values! {
                page,
                href => HERE.page(&page_path(&index.key, page), Some(&group.id)),
                label => group.label,
                nth => part.nth,
            });
        }
    }
    let pages = pages.len();
    values! { key => index.key, kind => index.kind, title => index.title, lang => index.lang, places, pages }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(lang: &str, mut words: Vec<&str>) -> String {
        let alphabet = Alphabet::of(lang);
        words.sort_by(|a, b| alphabet.compare(a, b));
        words.join(" ")
    }

    #[test]
    fn each_language_sorts_its_own_way() {
        for (lang, order) in [
            ("en", "2 acid Acid Ägypten apple Zebra"),
            ("ka", "აზოტი ბერილიუმი გაზი თორიუმი კობალტი ჰაფნიუმი GPS"),
            ("uk", "газ гума ґанок ґума датчик ель єдність зонд ізотоп їжа йод код GPS"),
            (
                "az",
                "cihaz çip dəmir eni əridici fiber gaz ğ hava xlor ısı ışıq ibarə ionlaşma kabel qaz lazer",
            ),
            ("ro", "azot ăla âne benzen iod înalt senzor șurub tub țeavă ultra"),
            ("ru", "ёлка ель енот жгут GPS"),
        ] {
            let mut words: Vec<&str> = order.split(' ').collect();
            words.reverse();
            assert_eq!(sorted(lang, words), order, "{lang}");
        }
        // A language nobody has an order for, or a tag that is none, takes the common order.
        assert_eq!(sorted("not a tag", vec!["b", "a"]), "a b");
    }

    #[test]
    fn headings_are_letters_as_readers_know_them() {
        for (lang, name, heading, id) in [
            ("az", "izotop", "İ", "letter-i"),
            ("az", "İzotop", "İ", "letter-i"),
            ("az", "ısı", "I", "letter-u0131"),
            ("az", "Işıq", "I", "letter-u0131"),
            ("az", "əridici", "Ə", "letter-u0259"),
            ("en", "izotop", "I", "letter-i"),
            ("en", "α-particle", "α", "letter-u03b1"),
            ("ka", "გაზი", "გ", "letter-u10d2"),
            ("ka", "GPS", "A–Z", "letter-latin"),
            ("uk", "ґрати", "Ґ", "letter-u0491"),
            ("uk", "CNC", "A–Z", "letter-latin"),
            ("ro", "țeavă", "Ț", "letter-u021b"),
            ("ru", "2-хлорэтанол", "0–9", "letter-0"),
        ] {
            let alphabet = Alphabet::of(lang);
            let letter = alphabet.initial(name);
            assert_eq!(alphabet.heading(letter), heading, "{lang} {name}");
            assert_eq!(letter_id(letter), id, "{lang} {name}");
        }
        let russian = Alphabet::of("ru");
        assert!(russian.one_letter('е', 'ё') && russian.plainer('ё', 'е') == 'е');
        let ukrainian = Alphabet::of("uk");
        assert!(!ukrainian.one_letter('г', 'ґ') && !ukrainian.one_letter('и', 'й'));
    }

    #[test]
    fn a_name_stands_once_with_all_its_codes() {
        let mut names = Names::default();
        names.add("Thiodiglycol", Some("1C350.1"));
        names.add("thiodiglycol", Some("1C350.1"));
        names.add("thiodiglycol", Some("1C450.b"));
        names.add("AC", None);
        names.add("Ac", None);
        let all: Vec<(&str, usize)> =
            names.all.values().map(|n| (n.text.as_str(), n.codes.len())).collect();
        assert_eq!(all, [("AC", 0), ("Ac", 0), ("Thiodiglycol", 2)]);
    }

    #[test]
    fn numbers_are_named_by_their_first_and_last() {
        let rows = [("a", "1", "x"), ("a", "3", "y"), ("b", "20", "z")];
        let rows = rows.map(|(id, number, row)| (id.to_owned(), number.to_owned(), row.to_owned()));
        let groups = ranges(rows.into_iter());
        let labels: Vec<&str> = groups.iter().map(|g| g.label.as_str()).collect();
        assert_eq!(labels, ["1 to 3", "20"]);
        assert_eq!(groups[0].rows, ["x", "y"]);
    }
}
