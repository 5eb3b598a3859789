//! What is looked up in: names, identifiers and the words they are made of.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::fold::{self, Lang, sound, stem};
use crate::query::is_particle;
use crate::vocabulary::Vocabulary;

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
    /// The kind of this word in results.
    pub fn of(key: &str) -> Option<Self> {
        use Kind::{Alias, Cas, Code, Hs, Name, Text, Threshold, Un};
        [Code, Cas, Hs, Un, Name, Alias, Threshold, Text].into_iter().find(|k| k.key() == key)
    }

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
    pub(crate) vocabulary: Vocabulary,
    /// For each word of the vocabulary.
    pub(crate) words: Vec<WordEntry>,
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

/// Where a word stands, and how much it says.
#[derive(Debug, Default)]
pub(crate) struct WordEntry {
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
        let keys = keys.into_iter().map(|(key, words)| {
            (key, words.iter().map(|w| places[w.as_str()]).collect::<Vec<u32>>())
        });
        let vocabulary = Vocabulary::new(words.keys().cloned().collect(), keys.collect());
        // Words that are forms of one another are as common as all of them together.
        let counts: Vec<usize> = words.values().map(Vec::len).collect();
        let mut common = counts.clone();
        for alike in vocabulary.alike() {
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
            .map(|((word, postings), count)| WordEntry { weight: weight(&word, *count), postings })
            .collect();
        index.vocabulary = vocabulary;
        index
    }

    /// The number of the record with this code.
    pub(crate) fn record_of(&self, code: &str) -> Option<u32> {
        self.codes.get(code).copied()
    }

    /// Weight of a word that no text has.
    pub(crate) fn unknown_weight(&self) -> f32 {
        log2(1.0 + self.texts.len().max(1) as f32) * 0.6
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

    #[test]
    fn the_logarithm_is_near() {
        for (x, log) in [(1.0, 0.0), (2.0, 1.0), (1024.0, 10.0), (3.0, 1.58)] {
            assert!((log2(x) - log).abs() < 0.1);
        }
    }
}
