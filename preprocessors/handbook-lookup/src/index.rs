//! What is looked up in: names, identifiers and the words they are made of.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::fold::{self, Lang, Script, script, sound, stem};
use crate::query::is_particle;

/// A provision as the list's data tells of it.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// Its code, in the right spelling.
    pub code: String,
    /// A bit for each held list edition in which it is in force, the oldest first.
    pub editions: u32,
    /// Names and other texts.
    pub texts: Vec<Text>,
    /// Titles of its parents: words that help, but name something wider.
    pub context: String,
    /// CAS numbers with hyphens.
    pub cas: Vec<String>,
    /// UN numbers.
    pub un: Vec<String>,
    /// Tariff links.
    pub tariff: Vec<Tariff>,
}

/// A text by which a provision may be found.
#[derive(Clone, Debug)]
pub struct Text {
    /// As it is shown.
    pub text: String,
    /// Its language.
    pub lang: Lang,
    /// What it is.
    pub kind: Kind,
    /// How much a full match says, up to 1.
    pub weight: f32,
}

/// A tariff heading or subheading of a provision.
#[derive(Clone, Debug)]
pub struct Tariff {
    /// Four or six digits.
    pub hs: String,
    /// A longer national code.
    pub national: Option<String>,
    /// How much a match says, up to 1.
    pub weight: f32,
}

/// Why a provision was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Its code.
    Code,
    /// A CAS number.
    Cas,
    /// A tariff code.
    Hs,
    /// A UN number.
    Un,
    /// Its title, or the name of a substance in it.
    Name,
    /// A name people use.
    Alias,
    /// What a criterion is about.
    Threshold,
    /// Words of its title together with those of its parents.
    Text,
}

impl Kind {
    /// The word in results.
    pub fn key(self) -> &'static str {
        match self {
            Kind::Code => "code",
            Kind::Cas => "cas",
            Kind::Hs => "hs",
            Kind::Un => "un",
            Kind::Name => "name",
            Kind::Alias => "alias",
            Kind::Threshold => "threshold",
            Kind::Text => "text",
        }
    }
}

/// Everything that is looked up in, ready for queries.
#[derive(Debug, Default)]
pub struct Index {
    pub(crate) records: Vec<Place>,
    pub(crate) texts: Vec<Indexed>,
    pub(crate) words: Vec<WordEntry>,
    /// Keys of words that sound alike, sorted.
    pub(crate) keys: Vec<(String, Vec<u32>)>,
    pub(crate) codes: BTreeMap<String, u32>,
    pub(crate) cas: BTreeMap<String, Vec<u32>>,
    pub(crate) un: BTreeMap<String, Vec<u32>>,
    /// Sorted by digits.
    pub(crate) tariff: Vec<(Tariff, u32)>,
    /// The bit of the newest held edition.
    pub(crate) newest: u32,
}

/// A record without its texts.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) code: String,
    pub(crate) editions: u32,
}

/// A text with the weights of its words.
#[derive(Debug)]
pub(crate) struct Indexed {
    pub(crate) record: u32,
    pub(crate) text: String,
    pub(crate) kind: Kind,
    pub(crate) weight: f32,
    /// Weight of each of its words by position.
    pub(crate) words: Vec<f32>,
}

/// A word that some text has.
#[derive(Debug, Default)]
pub(crate) struct WordEntry {
    pub(crate) word: String,
    /// Which letters it has, to pass over words that cannot be near.
    pub(crate) letters: u32,
    pub(crate) weight: f32,
    pub(crate) postings: Vec<Posting>,
}

/// A word's place in a text; [`CONTEXT`] when it is one of the parents' words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Posting {
    pub(crate) text: u32,
    pub(crate) at: u8,
}

/// Position of words that are not the text's own.
pub(crate) const CONTEXT: u8 = u8::MAX;

/// A word of the index as a reading of a word of the query.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    pub(crate) word: u32,
    /// 1 for the very word, less for its forms and near words.
    pub(crate) quality: f32,
}

/// Most readings of one word; a short beginning has hundreds.
const MAX_READINGS: usize = 48;

impl Index {
    /// Indexes records, given in the order of the list. `held` is the number of held editions.
    pub fn new(records: Vec<Record>, held: usize) -> Self {
        let mut index = Index { newest: 1 << held.saturating_sub(1).min(31), ..Index::default() };
        let mut words: BTreeMap<String, Vec<Posting>> = BTreeMap::new();
        let mut keys: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut own_words: Vec<Vec<String>> = Vec::new();
        for record in records {
            let at = index.records.len() as u32;
            let context = fold::words(&record.context);
            for text in record.texts {
                let number = index.texts.len() as u32;
                let own: Vec<String> =
                    fold::words(&text.text).into_iter().take(CONTEXT as usize).collect();
                if own.is_empty() {
                    continue;
                }
                for (position, word) in own.iter().enumerate() {
                    let posting = Posting { text: number, at: position as u8 };
                    words.entry(word.clone()).or_default().push(posting);
                    let key = sound(stem(word, text.lang), text.lang);
                    let alike = keys.entry(key).or_default();
                    if !alike.contains(word) {
                        alike.push(word.clone());
                    }
                }
                for (joined, from, to) in compounds(&text.text, &own) {
                    let alike = keys.entry(sound(stem(&joined, text.lang), text.lang)).or_default();
                    if !alike.contains(&joined) {
                        alike.push(joined.clone());
                    }
                    let places = (from..to).map(|at| Posting { text: number, at: at as u8 });
                    words.entry(joined).or_default().extend(places);
                }
                if text.lang == Lang::En && matches!(text.kind, Kind::Name | Kind::Threshold) {
                    for word in context.iter().filter(|w| !own.contains(w)) {
                        let posting = Posting { text: number, at: CONTEXT };
                        words.entry(word.clone()).or_default().push(posting);
                    }
                }
                own_words.push(own);
                index.texts.push(Indexed {
                    record: at,
                    text: text.text,
                    kind: text.kind,
                    weight: text.weight,
                    words: Vec::new(),
                });
            }
            for cas in record.cas {
                index.cas.entry(cas).or_default().push(at);
            }
            for un in record.un {
                index.un.entry(un).or_default().push(at);
            }
            index.tariff.extend(record.tariff.into_iter().map(|t| (t, at)));
            index.codes.insert(record.code.clone(), at);
            index.records.push(Place { code: record.code, editions: record.editions });
        }
        index.tariff.sort_by(|a, b| (&a.0.hs, a.1).cmp(&(&b.0.hs, b.1)));
        let places: BTreeMap<&str, u32> =
            words.keys().zip(0..).map(|(word, at)| (word.as_str(), at)).collect();
        index.keys = keys
            .iter()
            .map(|(key, words)| (key.clone(), words.iter().map(|w| places[w.as_str()]).collect()))
            .collect();
        // Words that are forms of one another are as common as all of them together.
        let counts: Vec<usize> = words.values().map(Vec::len).collect();
        let mut common = counts.clone();
        for (_, alike) in &index.keys {
            let all: usize = alike.iter().map(|w| counts[*w as usize]).sum();
            for word in alike {
                common[*word as usize] = common[*word as usize].max(all);
            }
        }
        let texts = index.texts.len().max(1) as f32;
        let weight = |word: &str, count: usize| {
            let rare = log2(1.0 + texts / (count as f32 + 0.5));
            if is_particle(word) { rare * 0.1 } else { rare }
        };
        for (own, text) in own_words.iter().zip(&mut index.texts) {
            // A word said twice is one word.
            let weight_of = |(at, w): (usize, &String)| match own[..at].contains(w) {
                true => 0.0,
                false => weight(w, common[places[w.as_str()] as usize]),
            };
            text.words = own.iter().enumerate().map(weight_of).collect();
        }
        index.words = words
            .into_iter()
            .zip(&common)
            .map(|((word, postings), count)| WordEntry {
                letters: letters(&word),
                weight: weight(&word, *count),
                word,
                postings,
            })
            .collect();
        index
    }

    /// Weight of a word that no text has.
    pub(crate) fn unknown_weight(&self) -> f32 {
        log2(1.0 + self.texts.len().max(1) as f32) * 0.6
    }

    /// The word's number.
    pub(crate) fn word(&self, word: &str) -> Option<u32> {
        self.words.binary_search_by(|e| e.word.as_str().cmp(word)).ok().map(|at| at as u32)
    }

    fn key(&self, key: &str) -> &[u32] {
        match self.keys.binary_search_by(|(k, _)| k.as_str().cmp(key)) {
            Ok(at) => &self.keys[at].1,
            Err(_) => &[],
        }
    }

    /// Words of the index that a word of a query may mean, the likeliest first; `open` when it may
    /// be only the beginning of one.
    pub(crate) fn readings(&self, word: &str, open: bool) -> Vec<Reading> {
        let mut found = Vec::new();
        if let Some(exact) = self.word(word) {
            found.push(Reading { word: exact, quality: 1.0 });
        }
        self.forms(word, &mut found);
        let certain = !found.is_empty();
        if open && word.chars().count() >= 3 {
            self.completions(word, certain, &mut found);
        }
        if !certain {
            self.typed_in_latin(word, &mut found);
        }
        if found.is_empty() || (!certain && open) {
            self.near(word, &mut found);
        }
        found.sort_by(|a, b| a.word.cmp(&b.word).then(b.quality.total_cmp(&a.quality)));
        found.dedup_by_key(|r| r.word);
        found.sort_by(|a, b| b.quality.total_cmp(&a.quality).then(a.word.cmp(&b.word)));
        found.truncate(MAX_READINGS);
        found
    }

    /// Other forms of the word, and the same loan word in other languages.
    fn forms(&self, word: &str, found: &mut Vec<Reading>) {
        let own = script(word);
        let langs: &[Lang] = match own {
            Script::Latin => &[Lang::En, Lang::Ro, Lang::Az],
            Script::Cyrillic => &[Lang::Ru],
            Script::Georgian => &[Lang::Ka],
            Script::Other => return,
        };
        for lang in langs {
            let stem = stem(word, *lang);
            let key = sound(stem, *lang);
            let long = key.chars().count() >= 4;
            for number in self.key(&key) {
                let other = &self.words[*number as usize].word;
                let quality = match script(other) == own {
                    // Different spellings of one sound are another word when they are short.
                    true if other.starts_with(stem) => 0.96,
                    true if long => 0.9,
                    false if long => 0.82,
                    _ => continue,
                };
                found.push(Reading { word: *number, quality });
            }
        }
    }

    /// Words that begin so.
    fn completions(&self, word: &str, certain: bool, found: &mut Vec<Reading>) {
        let from = self.words.partition_point(|e| e.word.as_str() < word);
        let beginning = self.words[from..].iter().zip(from..);
        let length = word.len() as f32;
        let most = if certain { 0.7 } else { 0.92 };
        for (entry, at) in beginning.take_while(|(e, _)| e.word.starts_with(word)).take(200) {
            let share = length / entry.word.len() as f32;
            found.push(Reading { word: at as u32, quality: most * (0.4 + 0.6 * share) });
        }
    }

    /// Cyrillic and Georgian words typed in Latin letters, in any of the usual ways.
    fn typed_in_latin(&self, word: &str, found: &mut Vec<Reading>) {
        if script(word) != Script::Latin {
            return;
        }
        let sounds = sound(word, Lang::En);
        // Endings stay on, since which to cut depends on the language that is not known.
        for ending in 0..=3 {
            let Some(key) = sounds.len().checked_sub(ending).and_then(|at| sounds.get(..at)) else {
                return;
            };
            if key.len() < if ending == 0 { 3 } else { 4 } {
                return;
            }
            for number in self.key(key) {
                if script(&self.words[*number as usize].word) != Script::Latin {
                    found.push(Reading { word: *number, quality: 0.88 - 0.02 * ending as f32 });
                }
            }
        }
    }

    /// Words a slip or two away, by letters or by sound.
    fn near(&self, word: &str, found: &mut Vec<Reading>) {
        if word.bytes().any(|b| b.is_ascii_digit()) {
            return;
        }
        let typed: Vec<char> = word.chars().collect();
        let Some(slips) = slips(typed.len()) else { return };
        let mask = letters(word);
        let quality = |slips: usize, length: usize| 1.0 - 1.3 * slips as f32 / length as f32;
        for (entry, at) in self.words.iter().zip(0..) {
            if (entry.letters ^ mask).count_ones() as usize > 2 * slips {
                continue;
            }
            let other: Vec<char> = entry.word.chars().collect();
            if other.len().abs_diff(typed.len()) > slips || other.len() < 4 {
                continue;
            }
            if let Some(distance) = distance(&typed, &other, slips) {
                let quality = quality(distance, typed.len());
                found.push(Reading { word: at, quality });
            }
        }
        let own = script(word);
        let langs: &[Lang] =
            if own == Script::Latin { &[Lang::En, Lang::Ro, Lang::Az] } else { &[Lang::Ru] };
        for lang in langs {
            let key: Vec<char> = sound(stem(word, *lang), *lang).chars().collect();
            if key.len() < 5 {
                continue;
            }
            let slips = if key.len() >= 9 { 2 } else { 1 };
            for (other, numbers) in &self.keys {
                if other.len().abs_diff(key.len()) > slips || other.len() < 5 {
                    continue;
                }
                let letters: Vec<char> = other.chars().collect();
                let Some(distance) = distance(&key, &letters, slips) else { continue };
                for number in numbers {
                    let same = script(&self.words[*number as usize].word) == own;
                    let quality = quality(distance, key.len()) * if same { 0.95 } else { 0.85 };
                    found.push(Reading { word: *number, quality });
                }
            }
        }
    }
}

/// Words with hyphens, written as one, and the places of their parts among `own`.
fn compounds(text: &str, own: &[String]) -> Vec<(String, usize, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    for chunk in text.split_whitespace() {
        let parts = fold::words(chunk);
        let to = at + parts.len();
        if chunk.contains('-') && parts.len() > 1 && to <= own.len() {
            let joined = parts.concat();
            let grade = joined.bytes().any(|b| b.is_ascii_digit());
            if joined.chars().count() >= if grade { 3 } else { 5 } {
                found.push((joined, at, to));
            }
        }
        at = to;
    }
    found
}

/// How many slips a word of so many letters may have.
fn slips(length: usize) -> Option<usize> {
    match length {
        0..=4 => None,
        5..=8 => Some(1),
        _ => Some(2),
    }
}

/// A bit for each letter of a word, letters of all scripts thrown together.
fn letters(word: &str) -> u32 {
    word.chars().fold(0, |mask, c| mask | 1 << (c as u32 % 32))
}

/// Letters to change, add, drop or swap with the next to get from one word to the other; `None`
/// when more than `most`.
fn distance(a: &[char], b: &[char], most: usize) -> Option<usize> {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i);
        let mut least = i;
        for j in 1..=b.len() {
            let changed = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut cost = changed.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                cost = cost.min(before[j - 2] + 1);
            }
            least = least.min(cost);
            row.push(cost);
        }
        if least > most {
            return None;
        }
        before = core::mem::replace(&mut last, row);
    }
    Some(last[b.len()]).filter(|d| *d <= most)
}

/// A logarithm to base two, near enough for weights and the same on every machine.
fn log2(x: f32) -> f32 {
    let bits = x.to_bits();
    let exponent = (bits >> 23) as i32 - 127;
    let mantissa = f32::from_bits((bits & 0x007f_ffff) | 0x3f80_0000);
    exponent as f32 + (mantissa - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chars(word: &str) -> Vec<char> {
        word.chars().collect()
    }

    #[test]
    fn slips_are_counted() {
        for (a, b, slips) in [
            ("centrifuge", "centrifuge", Some(0)),
            ("centrifuge", "centrifge", Some(1)),
            ("centrifuge", "cnetrifuge", Some(1)),
            ("centrifuge", "cetrifugee", Some(2)),
            ("centrifuge", "telescope", None),
            ("", "ab", Some(2)),
        ] {
            assert_eq!(distance(&chars(a), &chars(b), 2), slips, "{a} {b}");
        }
    }

    #[test]
    fn the_logarithm_is_near() {
        for (x, log) in [(1.0, 0.0), (2.0, 1.0), (1024.0, 10.0), (3.0, 1.58)] {
            assert!((log2(x) - log).abs() < 0.1);
        }
    }
}
