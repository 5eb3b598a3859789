//! Which provisions a query may mean, in which order, and why.
//!
//! Identifiers come first. Words are weighed by how rare they are. A text scores by how much of it
//! the query covers and how much of the query it covers: a name that is there in full counts for
//! much even in a long invoice line, one common word of it for little.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::index::{CONTEXT, Index, Kind};
use crate::query::{Asks, CodeReading, Query, Word};
use crate::vocabulary::Reading;

/// Scores below this are noise.
pub const FLOOR: f32 = 0.1;
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

type Found = BTreeMap<u32, Evidence>;

impl Index {
    /// Looks a query up.
    pub fn lookup(&self, text: &str, options: Options) -> Vec<Hit<'_>> {
        let query = Query::read(text);
        let mut found = Found::new();
        for reading in &query.codes {
            self.by_code(reading, &mut found);
        }
        for cas in &query.cas {
            for record in self.cas.get(cas).into_iter().flatten() {
                add(&mut found, *record, 1.0, Kind::Cas, cas);
            }
        }
        for number in &query.un {
            let score = if number.strong { 0.95 } else { 0.65 };
            for record in self.un.get(&number.digits).into_iter().flatten() {
                add(&mut found, *record, score, Kind::Un, &number.digits);
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
        all.sort_by(by_score);
        // Many lines of one entry must not hide the others.
        let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
        for (record, evidence) in &mut all {
            let entry = &self.records[*record as usize].code[..5];
            let before = seen.entry(entry).or_default();
            for _ in 0..(*before).min(8) {
                evidence.score *= 0.94;
            }
            *before += 1;
        }
        all.sort_by(by_score);
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
            let Some(mut record) = self.codes.get(entry).copied() else { continue };
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
                    self.codes.get(&next).map(|record| (next, *record))
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
            add(found, record, score, Kind::Code, &code);
            break;
        }
        if let Some(beginning) = &reading.beginning {
            let from = self.codes.range(beginning.clone()..);
            let begins = from.take_while(|(code, _)| code.starts_with(beginning.as_str()));
            for (code, record) in begins.filter(|(code, _)| code.len() == 5) {
                add(found, *record, 0.5, Kind::Code, code);
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
            add(found, *record, link.weight * factor * closer, Kind::Hs, shown);
        }
        if !exact && factor == 1.0 {
            for (link, record) in links() {
                add(found, *record, link.weight * 0.5, Kind::Hs, &link.hs);
            }
        }
    }

    fn by_words(&self, query: &Query, found: &mut Found) {
        let words = &query.words;
        if words.is_empty() {
            return;
        }
        let mut matches: Vec<Match> = Vec::new();
        let mut known: Vec<f32> = Vec::with_capacity(words.len());
        for (number, word) in words.iter().enumerate() {
            let open = query.open && number + 1 == words.len();
            let mut readings = self.vocabulary.readings(&word.text, open);
            let mut several: Vec<Reading> = Vec::new();
            if readings.first().is_none_or(|r| r.quality < 0.9) {
                several = self.two_in_one(&word.text);
            }
            // A word parted in two: `turbo molecular` for `turbomolecular`.
            if let Some(next) = words.get(number + 1) {
                let joined = alloc::format!("{}{}", word.text, next.text);
                if let Some(one) = self.vocabulary.word(&joined) {
                    let reading = Reading { word: one, quality: 0.95 };
                    self.place(number, reading, &mut matches);
                    self.place(number + 1, reading, &mut matches);
                    several.push(reading);
                }
            }
            readings.extend(several.iter().copied());
            let weight = readings
                .iter()
                .max_by(|a, b| a.quality.total_cmp(&b.quality))
                .map_or(self.unknown_weight(), |r| self.words[r.word as usize].weight);
            known.push(weight);
            for reading in readings {
                self.place(number, reading, &mut matches);
            }
        }
        matches.sort_by(|a, b| {
            (a.text, a.word, a.at)
                .cmp(&(b.text, b.word, b.at))
                .then(b.quality.total_cmp(&a.quality))
        });
        let mut covered: BTreeMap<u32, (f32, Evidence)> = BTreeMap::new();
        for group in matches.chunk_by(|a, b| a.text == b.text) {
            let text = &self.texts[group[0].text as usize];
            let Some((evidence, share)) = self.score(group, words, &known) else { continue };
            let best = covered
                .entry(text.record)
                .or_insert((0.0, Evidence { score: 0.0, kind: Kind::Text, text: String::new() }));
            best.0 = best.0.max(share);
            if evidence.score > best.1.score {
                best.1 = evidence;
            }
        }
        let asked = query.asks();
        for (record, (_, mut evidence)) in covered {
            evidence.score *= match (asked, self.records[record as usize].code.as_bytes()[1]) {
                (Asks::Software, b'D') | (Asks::Technology, b'E') => 1.0,
                (Asks::Goods, b'D' | b'E') => 0.85,
                (Asks::Goods, _) => 1.0,
                _ => 0.7,
            };
            if evidence.score >= FLOOR * 0.5 {
                add(found, record, evidence.score, evidence.kind, &evidence.text);
            }
        }
    }

    fn place(&self, word: usize, reading: Reading, matches: &mut Vec<Match>) {
        let postings = &self.words[reading.word as usize].postings;
        matches.extend(postings.iter().map(|p| Match {
            text: p.text,
            word: word as u8,
            at: p.at,
            quality: reading.quality,
        }));
    }

    /// Two words written as one: `bodyarmour`.
    fn two_in_one(&self, word: &str) -> Vec<Reading> {
        let long = word.chars().count() >= 7;
        let cuts = word.char_indices().map(|(at, _)| at);
        let cuts = cuts.filter(|at| *at >= 3 && word.len() - at >= 3);
        cuts.filter(|_| long)
            .find_map(|at| {
                Some([self.vocabulary.word(&word[..at])?, self.vocabulary.word(&word[at..])?])
            })
            .map(|pair| pair.map(|word| Reading { word, quality: 0.9 }).to_vec())
            .unwrap_or_default()
    }

    /// The score of one text for the matches in it, and what share of the query it covers.
    fn score(&self, group: &[Match], words: &[Word], known: &[f32]) -> Option<(Evidence, f32)> {
        let text = &self.texts[group[0].text as usize];
        let mut own = alloc::vec![0f32; text.words.len()];
        let mut by_word = alloc::vec![0f32; words.len()];
        let mut plain = 0;
        for found in group {
            let quality = &mut by_word[found.word as usize];
            *quality = quality.max(found.quality * if found.at == CONTEXT { 0.9 } else { 1.0 });
            if found.at != CONTEXT {
                let place = &mut own[found.at as usize];
                *place = place.max(found.quality);
            }
        }
        let mut asked = 0.0;
        let mut met = 0.0;
        for ((word, quality), weight) in words.iter().zip(&by_word).zip(known) {
            // A grade that a name has says more than a word, and a number says something.
            let says = match word.weight {
                weight if *quality < 0.99 || weight >= 1.0 => weight,
                weight if weight > 0.2 => 1.3,
                weight => weight.max(0.4),
            };
            asked += says * weight;
            met += says * weight * quality;
        }
        let total: f32 = text.words.iter().sum();
        let mut named = 0.0;
        for (quality, weight) in own.iter().zip(&text.words) {
            named += quality * weight;
            plain += usize::from(*quality > 0.5 && *weight > total * 0.15);
        }
        if asked <= 0.0 || total <= 0.0 || named <= 0.0 {
            return None;
        }
        let (share, mut name) = (met / asked, named / total);
        let long_title = matches!(text.kind, Kind::Name | Kind::Threshold) && text.words.len() > 3;
        if long_title {
            // Titles list several things or add what sets them apart.
            name /= 0.6 + 0.4 * name;
        }
        // Each further word of the name makes it likelier that the rest of the query is beside
        // the point.
        let n = plain.max(1) as f32;
        let share_counted = n * share / (1.0 + (n - 1.0) * share);
        // One word in a longer name that only sounds or looks alike is most often chance.
        let chance = n < 2.0 && own.len() > 1 && own.iter().all(|quality| *quality < 0.9);
        let share_counted = if chance { share_counted * 0.6 } else { share_counted };
        let score = text.weight * name * (0.6 + 0.4 * name) * share_counted;
        let kind = if named / total < 0.5 { Kind::Text } else { text.kind };
        Some((Evidence { score: score.min(1.0), kind, text: text.text.clone() }, share))
    }
}

/// A word of the query in a text.
#[derive(Clone, Copy)]
struct Match {
    text: u32,
    word: u8,
    at: u8,
    quality: f32,
}

/// Adds evidence for a record. Evidence of two kinds supports one another.
fn add(found: &mut Found, record: u32, score: f32, kind: Kind, text: &str) {
    let score = score.min(1.0);
    match found.get_mut(&record) {
        None => {
            found.insert(record, Evidence { score, kind, text: text.into() });
        }
        Some(before) => {
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
