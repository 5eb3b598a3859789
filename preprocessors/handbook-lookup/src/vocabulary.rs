//! The words that some text has, and which of them a word of a query may mean.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::fold::{Lang, Script, script, sound, stem};

/// Words in order, with what is needed to find forms, spellings and slips of them.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    /// Folded, sorted.
    words: Vec<String>,
    /// Which letters each has, to pass over words that cannot be near.
    letters: Vec<u32>,
    /// Keys of words that sound alike, sorted.
    keys: Vec<(String, Vec<u32>)>,
}

/// A word of the index as a reading of a word of the query.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    pub(crate) word: u32,
    /// 1 for the very word, less for its forms and near words.
    pub(crate) quality: f32,
}

/// Most readings of one word; a short beginning has hundreds.
const MAX_READINGS: usize = 48;

impl Vocabulary {
    /// Takes words, folded and sorted, and for each sound the words that have it.
    pub(crate) fn new(words: Vec<String>, keys: BTreeMap<String, Vec<u32>>) -> Self {
        let letters = words.iter().map(|w| letters(w)).collect();
        Vocabulary { words, letters, keys: keys.into_iter().collect() }
    }

    /// Words that sound alike, as lists of their numbers.
    pub(crate) fn alike(&self) -> impl Iterator<Item = &[u32]> {
        self.keys.iter().map(|(_, words)| words.as_slice())
    }

    /// The word's number.
    pub(crate) fn word(&self, word: &str) -> Option<u32> {
        self.words.binary_search_by(|w| w.as_str().cmp(word)).ok().map(|at| at as u32)
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
                let other = &self.words[*number as usize];
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
        let from = self.words.partition_point(|w| w.as_str() < word);
        let beginning = self.words[from..].iter().zip(from..);
        let length = word.len() as f32;
        let most = if certain { 0.7 } else { 0.92 };
        for (longer, at) in beginning.take_while(|(w, _)| w.starts_with(word)).take(200) {
            let share = length / longer.len() as f32;
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
                if script(&self.words[*number as usize]) != Script::Latin {
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
        for ((other, letters), at) in self.words.iter().zip(&self.letters).zip(0..) {
            if (letters ^ mask).count_ones() as usize > 2 * slips {
                continue;
            }
            let other: Vec<char> = other.chars().collect();
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
                    let same = script(&self.words[*number as usize]) == own;
                    let quality = quality(distance, key.len()) * if same { 0.95 } else { 0.85 };
                    found.push(Reading { word: *number, quality });
                }
            }
        }
    }
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
}
