//! Which provisions a query may mean, in which order, and why.
//!
//! Identifiers come first; how words are weighed stands in `names`.

use alloc::string::String;
use alloc::vec::Vec;

use crate::index::{Index, Kind};
use crate::names::Named;
use crate::query::{Asks, CodeReading, Query};

/// Scores below this are noise.
pub const FLOOR: f32 = 0.08;
/// From here on a hit is the thing asked for, or has its very name.
pub const SURE: f32 = 0.6;

/// What to look for beside the query.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Most hits.
    pub limit: usize,
    /// Only provisions in force in this held edition, counted from the oldest.
    pub edition: Option<usize>,
}

/// A provision that may be meant.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit<'i> {
    /// Its code.
    pub code: &'i str,
    /// From [`FLOOR`] to 1, to three digits.
    pub score: f32,
    /// Why it was found.
    pub kind: Kind,
    /// What was matched.
    pub text: String,
}

/// What speaks for one record.
struct Evidence {
    score: f32,
    kind: Kind,
    text: String,
}

/// Evidence by record.
struct Found {
    /// For each record, one more than its place; 0 without evidence.
    places: Vec<u32>,
    all: Vec<(u32, Evidence)>,
}

impl Index {
    /// Looks a query up.
    pub fn lookup(&self, text: &str, options: Options) -> Vec<Hit<'_>> {
        let query = Query::read(text);
        let mut found = Found { places: alloc::vec![0; self.records.len()], all: Vec::new() };
        for reading in &query.codes {
            self.by_code(reading, &mut found);
        }
        for cas in &query.cas {
            for record in self.cas.of(cas) {
                found.add(record, 1.0, Kind::Cas, cas);
            }
        }
        for number in &query.un {
            let score = if number.strong { 0.95 } else { 0.65 };
            for record in self.un.of(&number.digits) {
                found.add(record, score, Kind::Un, &number.digits);
            }
        }
        for number in &query.tariff {
            let factor = if number.strong { 1.0 } else { 0.55 };
            self.by_tariff(&number.digits, factor, &mut found);
        }
        self.by_words(&query, &mut found);
        self.ordered(found, options)
    }

    fn ordered(&self, found: Found, options: Options) -> Vec<Hit<'_>> {
        let held = |record: u32| self.records[record as usize].editions;
        let mut all: Vec<(u32, Evidence)> = found
            .all
            .into_iter()
            .filter(|(record, _)| options.edition.is_none_or(|e| held(*record) >> e & 1 == 1))
            .map(|(record, mut evidence)| {
                // What the newest edition no longer has stays findable, behind what it has.
                if evidence.kind != Kind::Code && held(record) & self.newest == 0 {
                    evidence.score *= 0.85;
                }
                (record, evidence)
            })
            .collect();
        let by_score = |a: &(u32, Evidence), b: &(u32, Evidence)| {
            b.1.score.total_cmp(&a.1.score).then(a.0.cmp(&b.0))
        };
        all.sort_unstable_by(by_score);
        // Many lines of one entry must not hide the others.
        let mut seen: Vec<u8> = alloc::vec![0; self.records.len()];
        for (record, evidence) in &mut all {
            let before = &mut seen[self.records[*record as usize].entry as usize];
            for _ in 0..*before {
                evidence.score *= 0.94;
            }
            *before = (*before + 1).min(8);
        }
        all.sort_unstable_by(by_score);
        all.into_iter()
            .filter(|(_, evidence)| evidence.score >= FLOOR)
            .take(options.limit)
            .map(|(record, evidence)| Hit {
                code: &self.records[record as usize].code,
                score: rounded(evidence.score),
                kind: evidence.kind,
                text: evidence.text,
            })
            .collect()
    }

    /// The provision a code names, or the nearest above it that exists.
    fn by_code(&self, reading: &CodeReading, found: &mut Found) {
        for entry in &reading.entries {
            let Some(mut record) = self.codes.first(entry) else { continue };
            let mut code = entry.clone();
            let mut whole = true;
            for level in &reading.levels {
                let short = level.trim_start_matches('0');
                // Two numbers in a row may have run together: `b101` for `b.10.1`.
                let parted = (1..short.len())
                    .rev()
                    .filter(|at| short.is_char_boundary(*at))
                    .map(|at| alloc::format!("{}.{}", &short[..at], &short[at..]));
                let spellings = [level.clone(), short.into()].into_iter().chain(parted);
                let next = { spellings }.find_map(|level| {
                    let next = alloc::format!("{code}.{level}");
                    self.codes.first(&next).map(|record| (next, record))
                });
                let Some((next, at)) = next else {
                    whole = false;
                    break;
                };
                (code, record) = (next, at);
            }
            let score = match (whole, reading.strong) {
                (true, true) => 1.0,
                (true, false) => 0.5,
                (false, true) => 0.75,
                (false, false) => continue,
            };
            found.add(record, score, Kind::Code, &code);
            break;
        }
        if let Some(beginning) = &reading.beginning {
            let from = self.codes.from(beginning).iter();
            let begins = from.take_while(|(code, _)| code.starts_with(beginning.as_str()));
            for (code, record) in begins.filter(|(code, _)| code.len() == 5) {
                found.add(*record, 0.5, Kind::Code, code);
            }
        }
    }

    /// Provisions linked to a tariff code; where there are none, those of its heading.
    fn by_tariff(&self, digits: &str, factor: f32, found: &mut Found) {
        let heading = &digits[..4];
        let subheading = digits.get(..6);
        let links = || self.tariff.iter().filter(|(t, _)| t.hs.starts_with(heading));
        let mut exact = false;
        for (link, record) in links() {
            let fits = subheading.is_none_or(|s| link.hs == s || link.hs == heading);
            if !fits {
                continue;
            }
            exact = true;
            let national = link.national.as_deref().filter(|_| digits.len() > 6);
            let closer = match national {
                Some(national) if national.starts_with(digits) || digits.starts_with(national) => {
                    1.05
                }
                Some(_) => 0.8,
                None => 1.0,
            };
            let shown = national.unwrap_or(&link.hs);
            found.add(*record, link.weight * factor * closer, Kind::Hs, shown);
        }
        if !exact && factor == 1.0 {
            for (link, record) in links() {
                found.add(*record, link.weight * 0.5, Kind::Hs, &link.hs);
            }
        }
    }

    fn by_words(&self, query: &Query, found: &mut Found) {
        if query.words.is_empty() {
            return;
        }
        let asked = query.asks();
        for Named { record, text, mut score, kind } in self.named(query) {
            score *= match (asked, self.records[record as usize].code.as_bytes()[1]) {
                (Asks::Software, b'D') | (Asks::Technology, b'E') => 1.0,
                (Asks::Goods, b'D' | b'E') => 0.85,
                (Asks::Goods, _) => 1.0,
                _ => 0.7,
            };
            if score >= FLOOR * 0.5 {
                found.add(record, score, kind, &self.texts[text as usize].text);
            }
        }
    }
}

impl Found {
    /// Adds evidence for a record. Evidence of two kinds supports one another.
    fn add(&mut self, record: u32, score: f32, kind: Kind, text: &str) {
        let score = score.min(1.0);
        let place = &mut self.places[record as usize];
        if *place == 0 {
            self.all.push((record, Evidence { score, kind, text: text.into() }));
            *place = self.all.len() as u32;
            return;
        }
        let before = &mut self.all[*place as usize - 1].1;
        let both = if before.kind == kind {
            before.score.max(score)
        } else {
            1.0 - (1.0 - before.score) * (1.0 - score)
        };
        if score > before.score {
            (before.kind, before.text) = (kind, text.into());
        }
        before.score = both;
    }
}

fn rounded(score: f32) -> f32 {
    ((score * 1000.0 + 0.5) as u32) as f32 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::Lang;
    use crate::index::{Record, Tariff, Text};
    use alloc::vec;

    fn index() -> Index {
        let text = |text: &str, lang, kind| Text { text: text.into(), lang, kind, weight: 1.0 };
        let record = |code: &str, title: &str, aliases: &[&str]| {
            let mut texts = vec![text(title, Lang::En, Kind::Name)];
            texts.extend(aliases.iter().map(|a| text(a, Lang::En, Kind::Alias)));
            Record { code: code.into(), editions: 0b11, texts, ..Record::default() }
        };
        let mut records = vec![
            record("1C350", "Precursor chemicals", &[]),
            record("1C350.24", "Hydrogen fluoride", &["HF acid"]),
            record("2B231", "Vacuum pumps", &["dry scroll pump"]),
            record("3A001", "Electronic components", &["microchip"]),
            record("3A001.b", "Microwave components", &[]),
            record("3B001", "Semiconductor equipment", &[]),
            record("6A005", "Lasers", &["fiber laser", "laser"]),
            record("9A012", "Drones", &["drone"]),
        ];
        records[1].cas = vec!["7664-39-3".into()];
        records[1].un = vec!["1052".into()];
        let tariff = Tariff { hs: "281111".into(), national: None, weight: 0.9 };
        records[1].tariff = vec![tariff];
        records[7].editions = 0b01;
        Index::new(records, 2)
    }

    fn first(query: &str) -> (String, Kind, f32) {
        let index = index();
        let hits = index.lookup(query, Options { limit: 5, edition: None });
        let hit = hits.into_iter().next();
        hit.map_or(("-".into(), Kind::Text, 0.0), |h| (h.code.into(), h.kind, h.score))
    }

    #[test]
    fn each_hit_says_why() {
        for (query, code, kind) in [
            ("3a1b", "3A001.b", Kind::Code),
            ("3В001", "3B001", Kind::Code),
            ("7664-39-3", "1C350.24", Kind::Cas),
            ("UN 1052", "1C350.24", Kind::Un),
            ("2811.11", "1C350.24", Kind::Hs),
            ("vacuum pumps", "2B231", Kind::Name),
            ("Dry scroll pump XDS-35, 230 V, 2 pcs", "2B231", Kind::Alias),
        ] {
            let (found, why, score) = first(query);
            assert_eq!((found.as_str(), why), (code, kind), "{query}");
            assert!(score >= SURE, "{query}: {score}");
        }
        // A slip is forgiven, but not sure.
        let (code, _, score) = first("lazer");
        assert!(code == "6A005" && score < SURE, "{code} {score}");
    }

    #[test]
    fn a_common_word_is_no_sure_hit() {
        for query in ["office laser printer", "water pump", "wooden chair", "components"] {
            assert!(first(query).2 < SURE, "{query}");
        }
        assert_eq!(first("umbrella").0, "-");
    }

    #[test]
    fn an_edition_bounds_and_the_newest_comes_first() {
        let index = index();
        let codes = |edition| {
            let hits = index.lookup("drone", Options { limit: 5, edition });
            hits.iter().map(|h| (h.code, h.score)).collect::<Vec<_>>()
        };
        assert_eq!(codes(Some(1)), vec![]);
        assert_eq!(codes(Some(0)), codes(None));
        assert!(codes(None)[0].1 < 0.9, "it is marked by its score");
    }
}
