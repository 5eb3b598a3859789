//! Reads a control list from its folder and reports what does not fit together.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use handbook_lookup::EntryCode;

use super::{
    Alias, Change, Changes, Chemical, ControlList, Edition, FirstEdition, HeldEdition, ListSource,
    Named, Provision, Regime, Standing, TariffLink, Threshold, is_cas_number,
};
use crate::diagnostic::{Findings, suggestion};
use crate::files::Files;
use crate::source::{Located, SourceText};
use crate::table::{Table, read_toml};

/// Levels that must have a title where they are in force: the entry and two below it.
const TITLED_LEVELS: usize = 2;

impl ControlList {
    /// Reads the list in `folder` (such as `book/lists/dual-use`).
    pub fn read(folder: &str, files: &Files, findings: &Findings) -> Self {
        let mut list = ControlList::default();
        let text = |name: &str| {
            let path = format!("{folder}/{name}");
            if !files.contains(&path) {
                findings.whole("list-file-missing", &files.shown(&path), &[]);
            }
            files.text(&path, findings)
        };
        if let Some(source) = text("list.toml") {
            list.read_head(&source, findings);
        }
        let mut reader = Reader { list, findings, files, places: BTreeMap::new() };
        reader.each_file(&format!("{folder}/provisions"), Reader::read_provisions);
        reader.link_provisions();
        reader.each_file(&format!("{folder}/editions"), Reader::read_edition);
        reader.order_editions();
        reader.check_coverage();
        reader.each_file(&format!("{folder}/changes"), Reader::read_changes);
        if let Some(source) = text("thresholds.toml") {
            reader.read_thresholds(&source);
        }
        if let Some(source) = text("chemicals.toml") {
            reader.read_chemicals(&source);
        }
        if let Some(source) = text("hs.toml") {
            reader.read_tariff(&source);
        }
        reader.each_file(&format!("{folder}/aliases"), Reader::read_aliases);
        reader.each_file(&format!("{folder}/titles"), Reader::read_titles);
        reader.list
    }

    fn read_head(&mut self, source: &SourceText, findings: &Findings) {
        read_toml(source, findings, |top| {
            let text = |key| top.required_text(key).map(|t| t.value).unwrap_or_default();
            self.id = text("id");
            self.title = text("title");
            self.description = text("description");
            self.categories = named(top, "category");
            self.groups = named(top, "group");
            top.each("regime", |row| {
                if let (Some(id), Some(title), Some(covers)) = (
                    row.required_text("id"),
                    row.required_text("title"),
                    row.required_text("covers"),
                ) {
                    self.regimes.push(Regime {
                        id: id.value,
                        title: title.value,
                        covers: covers.value,
                    });
                }
            });
            top.each("source", |row| {
                let (id, title) = (row.required_text("id"), row.required_text("title"));
                let (copy, read) = (row.required_text("copy"), row.required_date("read"));
                let url = row.text("url").map(|u| u.value);
                if let (Some(id), Some(title), Some(copy), Some(read)) = (id, title, copy, read) {
                    self.sources.push(ListSource {
                        id: id.value,
                        title: title.value,
                        copy: copy.value,
                        url,
                        read: read.value,
                    });
                }
            });
            top.each("edition", |row| self.editions.extend(edition(row)));
        });
        self.editions.sort_by_key(|e| e.in_force);
    }
}

fn named(top: &Table<'_, '_>, key: &'static str) -> Vec<Named> {
    let mut all = Vec::new();
    top.each(key, |row| {
        if let (Some(id), Some(title)) = (row.required_text("id"), row.required_text("title")) {
            all.push(Named { id: id.value, title: title.value });
        }
    });
    all
}

fn edition(row: &Table<'_, '_>) -> Option<Edition> {
    let id = row.required_text("id");
    let base_act = row.required_text("base-act");
    let adopted = row.required_date("adopted");
    let published = row.required_date("published");
    let in_force = row.required_date("in-force");
    let journal = row.required_text("journal");
    let incorporates = row.text("incorporates").map(|t| t.value);
    let changes = row.text("changes").map(|t| t.value);
    let confidence = row.required_text("confidence");
    let seen_in = row.text("seen-in").map(|t| t.value);
    let updates_list = row.flag("list-update").unwrap_or(true);
    Some(Edition {
        id: id?.value,
        base_act: base_act?.value,
        adopted: adopted?.value,
        published: published?.value,
        in_force: in_force?.value,
        journal: journal?.value,
        incorporates,
        changes,
        confidence: confidence?.value,
        seen_in,
        updates_list,
    })
}

struct Reader<'r> {
    list: ControlList,
    findings: &'r Findings,
    files: &'r Files,
    /// Where each code is declared, for messages.
    places: BTreeMap<String, (SourceText, std::ops::Range<usize>)>,
}

impl Reader<'_> {
    fn each_file(&mut self, folder: &str, read: fn(&mut Self, &SourceText)) {
        let files = self.files;
        for path in files.below(folder).filter(|p| p.ends_with(".toml")) {
            if let Some(source) = files.text(path, self.findings) {
                read(self, &source);
            }
        }
    }

    fn read_provisions(&mut self, source: &SourceText) {
        let findings = self.findings;
        let group =
            source.path().rsplit('/').next().and_then(|n| n.strip_suffix(".toml")).unwrap_or("");
        let mut inherited: BTreeMap<String, String> = BTreeMap::new();
        read_toml(source, findings, |top| {
            top.each("provision", |row| {
                let code = row.required_text("code");
                let title = row.text("title").map(|t| t.value);
                let named =
                    row.one_of("title-basis", &["own", "name"]).is_some_and(|b| b.value == "name");
                let regimes: Vec<&str> = self.list.regimes.iter().map(|r| r.id.as_str()).collect();
                let regime = row.one_of("regime", &regimes).map(|r| r.value);
                let regime_note = row.text("regime-note").map(|t| t.value);
                let first = row.text("first-edition");
                let basis = row
                    .one_of("first-edition-basis", &["text", "reported", "inferred", "bracketed"])
                    .map(|b| b.value);
                let told = basis.as_deref().is_some_and(|b| matches!(b, "text" | "reported"));
                if let Some(first) =
                    first.as_ref().filter(|f| told && self.list.edition(f).is_none())
                {
                    let mend = suggestion(first, self.list.editions.iter().map(|e| e.id.as_str()));
                    let values: &[(&str, &dyn std::fmt::Display)] =
                        &[("edition", &first.value), ("mend", &mend)];
                    findings.at("list-edition-unknown", source, &first.range, values);
                }
                let first = first.map(|f| f.value);
                let earlier_only = row.flag("earlier-only").unwrap_or(false);
                let Some(written) = code else { return };
                let Some(code) = EntryCode::parse(&written) else {
                    findings.at(
                        "list-code-form",
                        source,
                        &written.range,
                        &[("code", &written.value)],
                    );
                    return;
                };
                if code.group() != group {
                    let values: &[(&str, &dyn std::fmt::Display)] =
                        &[("code", &code), ("file", &format!("{}.toml", code.group()))];
                    findings.at("list-code-file", source, &written.range, values);
                }
                if let Some((other, range)) = self.places.get(code.as_str()) {
                    let place = other.locate(range);
                    let first = format!("{}:{}", place.path, place.line);
                    findings.at(
                        "list-code-twice",
                        source,
                        &written.range,
                        &[("code", &code), ("first", &first)],
                    );
                    return;
                }
                let from_parent = code.parent().and_then(|p| inherited.get(p.as_str()).cloned());
                let regime = regime.or(from_parent).unwrap_or_else(|| {
                    // Without a parent that has one, the row must name its regime.
                    row.required_text("regime");
                    String::new()
                });
                inherited.insert(code.as_str().to_owned(), regime.clone());
                self.places.insert(code.as_str().to_owned(), (source.clone(), written.range));
                self.list.provisions.push(Provision {
                    code,
                    title,
                    named,
                    regime,
                    regime_note,
                    first_edition: first
                        .zip(basis)
                        .map(|(edition, basis)| FirstEdition { edition, basis }),
                    earlier_only,
                });
            });
        });
    }

    /// Orders provisions, indexes them and reports orphans.
    fn link_provisions(&mut self) {
        let list = &mut self.list;
        list.provisions.sort_by_cached_key(|p| sort_key(&p.code));
        list.index =
            list.provisions.iter().enumerate().map(|(at, p)| (p.code.to_string(), at)).collect();
        for provision in &list.provisions {
            let Some(parent) = provision.code.parent() else { continue };
            if list.index.contains_key(parent.as_str()) {
                list.children
                    .entry(parent.to_string())
                    .or_default()
                    .push(provision.code.to_string());
            } else if let Some((source, range)) = self.places.get(provision.code.as_str()) {
                let values: &[(&str, &dyn std::fmt::Display)] =
                    &[("code", &provision.code), ("parent", &parent)];
                self.findings.at("list-orphan-code", source, range, values);
            }
        }
    }

    fn read_edition(&mut self, source: &SourceText) {
        let findings = self.findings;
        let held = read_toml(source, findings, |top| {
            let id = top.required_text("edition");
            let text = top.required_text("source");
            let note = top.required_text("note");
            let mut standing = HashMap::new();
            for (key, value) in [("provisions", Standing::Active), ("not-used", Standing::NotUsed)]
            {
                for code in top.texts(key) {
                    self.known_code(source, &code);
                    if standing.insert(code.value.clone(), value).is_some() {
                        findings.at(
                            "list-edition-code-twice",
                            source,
                            &code.range,
                            &[("code", &code.value)],
                        );
                    }
                }
            }
            let (id, text, note) = (id?, text?, note?);
            let sources = self.list.sources.iter().map(|s| s.id.as_str());
            if !sources.clone().any(|s| s == text.value) {
                let mend = suggestion(&text, sources);
                let values: &[(&str, &dyn std::fmt::Display)] =
                    &[("key", &"source"), ("value", &text.value), ("mend", &mend)];
                findings.at("toml-value", source, &text.range, values);
            }
            if self.list.edition(&id).is_none() {
                let known = self.list.editions.iter().map(|e| e.id.as_str());
                let mend = suggestion(&id, known);
                findings.at(
                    "list-edition-unknown",
                    source,
                    &id.range,
                    &[("edition", &id.value), ("mend", &mend)],
                );
            }
            Some(HeldEdition { id: id.value, source: text.value, note: note.value, standing })
        });
        self.list.held.extend(held);
    }

    /// Reports a code that is not in the register of provisions.
    fn known_code(&self, source: &SourceText, code: &Located<String>) -> bool {
        let known = self.list.index.contains_key(&code.value);
        if !known {
            let mend = code_suggestion(&self.list, code);
            self.findings.at(
                "list-code-unknown",
                source,
                &code.range,
                &[("code", &code.value), ("mend", &mend)],
            );
        }
        known
    }

    fn order_editions(&mut self) {
        let order: Vec<String> = self.list.editions.iter().map(|e| e.id.clone()).collect();
        self.list.held.sort_by_key(|h| order.iter().position(|id| *id == h.id));
    }

    /// Reports provisions that no held edition has, and titles that are missing.
    fn check_coverage(&self) {
        for provision in &self.list.provisions {
            let code = provision.code.as_str();
            let Some((source, range)) = self.places.get(code) else { continue };
            let held = self.list.held.iter().any(|e| e.standing.contains_key(code));
            if held == provision.earlier_only {
                let id = if held { "list-code-held" } else { "list-code-unheld" };
                self.findings.at(id, source, range, &[("code", &code)]);
            }
            let standing = self.list.newest().and_then(|e| e.standing.get(code));
            let must_have =
                provision.code.level() <= TITLED_LEVELS && standing == Some(&Standing::Active);
            if must_have && provision.title.is_none() {
                self.findings.at("list-title-missing", source, range, &[("code", &code)]);
            }
        }
    }

    fn read_changes(&mut self, source: &SourceText) {
        let findings = self.findings;
        let changes = read_toml(source, findings, |top| {
            let mut ends = Vec::new();
            for key in ["from", "to"] {
                let Some(id) = top.required_text(key) else { continue };
                if self.list.held(&id).is_none() {
                    let mend = suggestion(&id, self.list.held.iter().map(|e| e.id.as_str()));
                    findings.at(
                        "list-edition-unknown",
                        source,
                        &id.range,
                        &[("edition", &id.value), ("mend", &mend)],
                    );
                }
                ends.push(id.value);
            }
            let ends = (ends.pop(), ends.pop());
            let (to, from) = (ends.0.unwrap_or_default(), ends.1.unwrap_or_default());
            let known = self.list.held(&from).is_some() && self.list.held(&to).is_some();
            let mut changes = Vec::new();
            top.each("change", |row| {
                let code = row.required_text("code");
                let kind =
                    row.required_one_of("kind", &["numbers", "wording", "withdrawn", "reused"]);
                let what = row.required_text("what");
                let (old, new) = (row.required_text("old"), row.required_text("new"));
                let (Some(code), Some(kind), Some(what)) = (code, kind, what) else { return };
                let (Some(old), Some(new)) = (old, new) else { return };
                if !self.known_code(source, &code) {
                    return;
                }
                let standing = |id: &str| {
                    self.list.held(id).and_then(|e| e.standing.get(&code.value)).copied()
                };
                let fits = match kind.as_str() {
                    "withdrawn" => (Some(Standing::Active), Some(Standing::NotUsed)),
                    "reused" => (Some(Standing::NotUsed), Some(Standing::Active)),
                    _ => (Some(Standing::Active), Some(Standing::Active)),
                } == (standing(&from), standing(&to));
                if known && !fits {
                    let values: &[(&str, &dyn std::fmt::Display)] = &[
                        ("code", &code.value),
                        ("kind", &kind.value),
                        ("from", &from),
                        ("to", &to),
                    ];
                    findings.at("list-change-unfit", source, &code.range, values);
                }
                changes.push(Change {
                    code: code.value,
                    kind: kind.value,
                    what: what.value,
                    old: old.value,
                    new: new.value,
                });
            });
            known.then_some(Changes { from, to, changes })
        });
        self.list.changes.extend(changes);
    }

    fn read_thresholds(&mut self, source: &SourceText) {
        let findings = self.findings;
        let mut all: BTreeMap<String, Vec<Threshold>> = BTreeMap::new();
        read_toml(source, findings, |top| {
            top.each("threshold", |row| {
                let code = row.required_text("code");
                let item = row.required_text("item");
                let parameter = row.required_text("parameter");
                let operator = row.required_one_of(
                    "operator",
                    &["<", "<=", ">", ">=", "between", "outside", "is"],
                );
                let unit = row.text("unit").map(|t| t.value);
                let condition = row.text("condition").map(|t| t.value);
                let values = row.text_map("values");
                for (edition, _) in &values {
                    self.known_held_edition(source, edition);
                }
                let (Some(code), Some(item)) = (code, item) else { return };
                let (Some(parameter), Some(operator)) = (parameter, operator) else { return };
                if self.known_code(source, &code) {
                    all.entry(code.value).or_default().push(Threshold {
                        item: item.value,
                        parameter: parameter.value,
                        operator: operator.value,
                        unit,
                        condition,
                        values: values.into_iter().map(|(k, v)| (k.value, v)).collect(),
                    });
                }
            });
        });
        self.list.thresholds = all;
    }

    fn known_held_edition(&self, source: &SourceText, id: &Located<String>) {
        if self.list.held(id).is_none() {
            let mend = suggestion(id, self.list.held.iter().map(|e| e.id.as_str()));
            self.findings.at(
                "list-edition-unknown",
                source,
                &id.range,
                &[("edition", &id.value), ("mend", &mend)],
            );
        }
    }

    fn read_chemicals(&mut self, source: &SourceText) {
        let findings = self.findings;
        let mut all = Vec::new();
        read_toml(source, findings, |top| {
            top.each("chemical", |row| {
                let name = row.required_text("name");
                let synonyms = row.texts("synonyms").into_iter().map(|s| s.value).collect();
                let cas = row.texts("cas");
                let basis = row.one_of("cas-basis", &["list", "recalled"]);
                let code = row.text("code");
                let ag_number = row.number("ag-number").map(|n| n.value);
                let cwc = row.text("cwc").map(|t| t.value);
                let hs = row.text("hs").map(|t| t.value);
                let un = row.text("un").map(|t| t.value);
                let note = row.text("note").map(|t| t.value);
                for cas in cas.iter().filter(|cas| !is_cas_number(cas)) {
                    findings.at("cas-check-digit", source, &cas.range, &[("cas", &cas.value)]);
                }
                if let Some(code) = &code {
                    self.known_code(source, code);
                }
                if let Some(name) = name {
                    all.push(Chemical {
                        name: name.value,
                        synonyms,
                        cas: cas.into_iter().map(|c| c.value).collect(),
                        cas_from_list: basis.is_some_and(|b| b.value == "list"),
                        code: code.map(|c| c.value),
                        ag_number,
                        cwc,
                        hs,
                        un,
                        note,
                    });
                }
            });
        });
        self.list.chemicals = all;
    }

    fn read_tariff(&mut self, source: &SourceText) {
        let findings = self.findings;
        let mut all: BTreeMap<String, Vec<TariffLink>> = BTreeMap::new();
        read_toml(source, findings, |top| {
            top.each("link", |row| {
                let hs = row.required_text("hs");
                let national = row.text("national").map(|t| t.value);
                let code = row.required_text("code");
                let edition = row.required_text("hs-edition");
                let country = row.text("country").map(|t| t.value);
                let basis = row
                    .required_one_of("basis", &["national-list", "named", "residual", "drafted"]);
                let (Some(hs), Some(code)) = (hs, code) else { return };
                let (Some(edition), Some(basis)) = (edition, basis) else { return };
                if !matches!(hs.len(), 4 | 6) || !hs.bytes().all(|b| b.is_ascii_digit()) {
                    let mend = "Write four or six digits without dots, such as \"902620\".";
                    let values: &[(&str, &dyn std::fmt::Display)] =
                        &[("key", &"hs"), ("value", &hs.value), ("mend", &mend)];
                    findings.at("toml-value", source, &hs.range, values);
                }
                if self.known_code(source, &code) {
                    all.entry(code.value).or_default().push(TariffLink {
                        hs: hs.value,
                        national,
                        hs_edition: edition.value,
                        country,
                        basis: basis.value,
                    });
                }
            });
        });
        self.list.tariff = all;
    }

    fn read_aliases(&mut self, source: &SourceText) {
        let findings = self.findings;
        let mut all = Vec::new();
        read_toml(source, findings, |top| {
            let lang = top.required_text("lang").map(|l| l.value).unwrap_or_default();
            top.each("alias", |row| {
                let text = row.required_text("text");
                let codes = row.texts("codes");
                let kind = row.one_of("kind", &["name", "abbreviation", "trade name"]);
                let confidence = row.one_of("confidence", &["high", "medium", "low"]);
                let Some(text) = text else { return };
                let codes: BTreeSet<String> = codes
                    .into_iter()
                    .filter(|code| self.known_code(source, code))
                    .map(|c| c.value)
                    .collect();
                all.push(Alias {
                    text: text.value,
                    lang: lang.clone(),
                    codes: codes.into_iter().collect(),
                    kind: kind.map_or_else(|| "name".to_owned(), |k| k.value),
                    confidence: confidence.map_or_else(|| "high".to_owned(), |c| c.value),
                });
            });
        });
        self.list.aliases.extend(all);
    }

    fn read_titles(&mut self, source: &SourceText) {
        let findings = self.findings;
        let mut all = BTreeMap::new();
        let mut language = None;
        read_toml(source, findings, |top| {
            language = top.required_text("lang").map(|l| l.value);
            let state = top.required_one_of("state", &["machine draft", "reviewed"]);
            if let (Some(language), Some(state)) = (&language, state) {
                self.list.title_states.insert(language.clone(), state.value);
            }
            top.each("title", |row| {
                let (code, text) = (row.required_text("code"), row.required_text("text"));
                if let (Some(code), Some(text)) = (code, text)
                    && self.known_code(source, &code)
                {
                    all.insert(code.value, text.value);
                }
            });
        });
        if let Some(language) = language {
            self.list.titles.entry(language).or_default().extend(all);
        }
    }
}

/// Sorts codes as the list does: numbers by value, letters by alphabet.
fn sort_key(code: &EntryCode) -> Vec<(u8, u32, String)> {
    code.as_str()
        .split('.')
        .map(|part| match part.parse::<u32>() {
            Ok(number) => (1, number, String::new()),
            Err(_) => (0, 0, part.to_owned()),
        })
        .collect()
}

/// A near code to paste, or where to look.
pub(crate) fn code_suggestion(list: &ControlList, written: &str) -> String {
    let latin = handbook_lookup::mentions(written).next().map(|m| m.code.to_string());
    let written = latin.as_deref().unwrap_or(written);
    let mut at = written;
    // The longest beginning that exists tells the reader how far the code is right.
    while let Some((parent, _)) = at.rsplit_once('.') {
        at = parent;
        if list.index.contains_key(at) {
            let below = list.children(at);
            return if below.is_empty() {
                format!("Below {at} there is nothing; perhaps you meant {at} itself.")
            } else {
                format!("Below {at} there are: {}.", below.join(", "))
            };
        }
    }
    let entry = written.split('.').next().unwrap_or(written);
    let all = || list.provisions.iter().filter(|p| p.code.level() == 0).map(|p| p.code.as_str());
    // Codes are near to one another by nature, so one of several near ones is never picked.
    let near: Vec<&str> = all().filter(|c| strsim::damerau_levenshtein(entry, c) == 1).collect();
    match near.as_slice() {
        [one] => format!("Perhaps you meant {one} (copy from here)."),
        [] => format!("Look the item up in the control list; it has no entry like {entry}."),
        several => format!("Codes like it are: {}.", several.join(", ")),
    }
}
