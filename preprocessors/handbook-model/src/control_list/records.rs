//! The list as the lookup wants it: a record a provision, with every text and number by which a
//! reader may ask for it.

use std::collections::BTreeMap;

use handbook_lookup::fold::Lang;
use handbook_lookup::index::{Kind, Tariff, Text};
use handbook_lookup::list::{Content, Provision, languages, write_main, write_names};
use handbook_lookup::{EntryCode, Index, Record};

use super::{Alias, Chemical, ControlList, Standing, State, TariffLink};
use crate::country::Country;

/// What a full match of a text says, by what the text is. Nothing but an identifier says more
/// than a name that somebody has checked.
mod weight {
    /// Titles in the list's own language, names of substances, names that are sure.
    pub(super) const NAME: f32 = 1.0;
    /// Titles nobody has reviewed, names that are less sure.
    pub(super) const DRAFT: f32 = 0.96;
    /// Wide words, of which the list names only some: never a sure hit.
    pub(super) const WIDE: f32 = 0.5;
    /// What a criterion measures: many provisions measure the same.
    pub(super) const THRESHOLD: f32 = 0.6;
}

impl ControlList {
    /// What the lookup's tables are made of, with the state of each provision in each country, and
    /// `names` beside those of the list.
    pub fn lookup_content(&self, countries: &[Country], names: &[Alias]) -> Content {
        let state = |code: &str, country: &Country| {
            let State { kind, basis } = self.state(code, country.applies.as_ref());
            (kind.key().to_owned(), basis)
        };
        let records = self.records_with(names).into_iter().zip(&self.provisions);
        Content {
            editions: self.held.iter().map(|e| e.id.clone()).collect(),
            countries: countries.iter().map(|c| c.id.clone()).collect(),
            provisions: records
                .map(|(record, provision)| Provision {
                    states: countries.iter().map(|c| state(&record.code, c)).collect(),
                    title: provision.title.clone(),
                    record,
                })
                .collect(),
        }
    }

    /// The lookup's tables: the main one, and for each language of names its tag and its table.
    pub fn lookup_tables(
        &self,
        countries: &[Country],
        names: &[Alias],
    ) -> (String, Vec<(&'static str, String)>) {
        let content = self.lookup_content(countries, names);
        let main = write_main(&content);
        let table = |lang: Lang| (lang.tag(), write_names(&content, lang, &main));
        let names = languages(&content).into_iter().map(table).collect();
        (main, names)
    }

    /// The lookup's index over this list.
    pub fn lookup_index(&self) -> Index {
        Index::new(self.lookup_records(), self.held.len())
    }

    /// A record for each provision, in the order of the list.
    pub fn lookup_records(&self) -> Vec<Record> {
        self.records_with(&[])
    }

    /// The same, with names beside those of the list.
    fn records_with(&self, names: &[Alias]) -> Vec<Record> {
        let mut aliases: BTreeMap<&str, Vec<Text>> = BTreeMap::new();
        for alias in self.aliases.iter().chain(names) {
            let weight = match alias.confidence.as_str() {
                "high" => weight::NAME,
                "low" => weight::WIDE,
                _ => weight::DRAFT,
            };
            for code in &alias.codes {
                aliases.entry(code).or_default().push(Text {
                    text: alias.text.clone(),
                    lang: Lang::of(&alias.lang),
                    kind: Kind::Alias,
                    weight,
                });
            }
        }
        let mut chemicals: BTreeMap<&str, Vec<&Chemical>> = BTreeMap::new();
        for chemical in &self.chemicals {
            if let Some(code) = &chemical.code {
                chemicals.entry(code).or_default().push(chemical);
            }
        }
        self.provisions
            .iter()
            .map(|provision| {
                let code = provision.code.as_str();
                let mut record = Record {
                    code: code.to_owned(),
                    editions: self.editions_of(code),
                    texts: self.titles_of(&provision.code),
                    context: self.path(&provision.code).join(" "),
                    ..Record::default()
                };
                record.texts.extend(aliases.remove(code).unwrap_or_default());
                for chemical in chemicals.get(code).into_iter().flatten() {
                    add_chemical(&mut record, chemical);
                }
                record.texts.extend(self.criteria_of(code));
                let links = self.tariff.get(code).map(Vec::as_slice).unwrap_or_default();
                record.tariff.extend(links.iter().map(tariff));
                record
            })
            .collect()
    }

    fn editions_of(&self, code: &str) -> u32 {
        self.held.iter().zip(0..).fold(0, |bits, (edition, bit)| {
            let active = edition.standing.get(code) == Some(&Standing::Active);
            bits | u32::from(active) << bit
        })
    }

    fn titles_of(&self, code: &EntryCode) -> Vec<Text> {
        let text = |text: &str, lang: &str, weight| Text {
            text: text.to_owned(),
            lang: Lang::of(lang),
            kind: Kind::Name,
            weight,
        };
        let own = self.provision(code.as_str()).and_then(|p| p.title.as_deref());
        let mut all: Vec<Text> = own.map(|own| text(own, "", weight::NAME)).into_iter().collect();
        for (lang, titles) in &self.titles {
            let title = titles.get(code.as_str());
            all.extend(title.map(|title| text(title, lang, weight::DRAFT)));
        }
        all
    }

    /// What is measured, each thing once.
    fn criteria_of(&self, code: &str) -> Vec<Text> {
        let mut texts: Vec<String> = Vec::new();
        for criterion in self.thresholds.get(code).into_iter().flatten() {
            let text = format!("{}: {}", criterion.item, criterion.parameter);
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        let text =
            |text| Text { text, lang: Lang::En, kind: Kind::Threshold, weight: weight::THRESHOLD };
        texts.into_iter().map(text).collect()
    }

    /// The title of a provision in a language, else in the list's own; `None` when it has none.
    pub fn title_in(&self, code: &EntryCode, lang: Option<&str>) -> Option<&str> {
        let translated = lang.and_then(|lang| self.titles.get(lang)?.get(code.as_str()));
        let own = || self.provision(code.as_str()).and_then(|p| p.title.as_deref());
        translated.map(String::as_str).or_else(own)
    }
}

fn add_chemical(record: &mut Record, chemical: &Chemical) {
    let text = |text: &str, kind| Text {
        text: text.to_owned(),
        lang: Lang::En,
        kind,
        weight: weight::NAME,
    };
    record.texts.push(text(&chemical.name, Kind::Name));
    record.texts.extend(chemical.synonyms.iter().map(|s| text(s, Kind::Alias)));
    record.cas.extend(chemical.cas.iter().cloned());
    // Several UN numbers stand in one text: as gas and as solution.
    let numbers = chemical.un.iter().flat_map(|un| un.split(';'));
    record.un.extend(numbers.map(|un| un.trim().to_owned()));
    if let Some(hs) = &chemical.hs {
        record.tariff.push(Tariff { hs: hs.clone(), national: None, weight: 0.6 });
    }
}

fn tariff(link: &TariffLink) -> Tariff {
    let weight = match link.basis.as_str() {
        "named" => 0.9,
        "national-list" => 0.85,
        "drafted" => 0.7,
        _ => 0.6,
    };
    Tariff { hs: link.hs.clone(), national: link.national.clone(), weight }
}
