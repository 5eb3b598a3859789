//! The words that some text has, and which of them a word of a query may mean.

use alloc::string::String;
use alloc::vec::Vec;

use crate::fold::{Lang, Script, script, sound, stem};
use crate::near::Near;

/// Words in order, with what is needed to find forms, spellings and slips of them.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    /// Folded, sorted.
    words: Vec<String>,
    /// Keys of words that sound alike, sorted.
    keys: Vec<(String, Vec<u32>)>,
    near_words: Near,
    near_keys: Near,
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
    /// Takes words, folded and sorted, and the sounds of each.
    pub(crate) fn new(words: Vec<String>, mut sounds: Vec<(String, u32)>) -> Self {
        sounds.sort();
        sounds.dedup();
        let mut keys: Vec<(String, Vec<u32>)> = Vec::new();
        for (key, word) in sounds {
            match keys.last_mut() {
                Some((last, words)) if *last == key => words.push(word),
                _ => keys.push((key, alloc::vec![word])),
            }
        }
        let near_words = Near::new(words.iter().map(String::as_str));
        let near_keys = Near::new(keys.iter().map(|(key, _)| key.as_str()));
        Vocabulary { words, keys, near_words, near_keys }
    }

    /// The word with this number.
    pub(crate) fn name(&self, word: u32) -> &str {
        &self.words[word as usize]
    }

    /// All words, in order.
    pub(crate) fn into_words(self) -> Vec<String> {
        self.words
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

    fn exact(&self, word: &str) -> Vec<Reading> {
        self.word(word).map(|word| Reading { word, quality: 1.0 }).into_iter().collect()
    }

    /// The word and its other forms, none that only looks alike.
    pub(crate) fn certain(&self, word: &str) -> Vec<Reading> {
        let mut found = self.exact(word);
        self.forms(word, &mut found);
        found
    }

    /// Two words written as one, with or without a vowel that joins them: `bodyarmour`,
    /// `газоаналізатор`. The readings of both.
    pub(crate) fn two_in_one(&self, word: &str) -> Vec<Reading> {
        let letters = word.chars().count();
        if letters < 7 {
            return Vec::new();
        }
        let least = 3;
        // The later word is the longer one more often than not, and the head.
        for (count, (at, _)) in word.char_indices().enumerate() {
            if count < least || letters - count < least + 1 {
                continue;
            }
            let (first, second) = word.split_at(at);
            let mut tails = self.certain(second);
            if tails.is_empty() {
                continue;
            }
            let joined = first.strip_suffix(['о', 'е', 'o', 'e', 'i', 'а', 'a']);
            // Of short beginnings only the very word counts.
            let mut heads = if count > least { self.certain(first) } else { self.exact(first) };
            if let Some(joined) = joined.filter(|j| heads.is_empty() && j.chars().count() >= 4) {
                heads = self.certain(joined);
            }
            if heads.is_empty() {
                continue;
            }
            heads.append(&mut tails);
            heads.iter_mut().for_each(|reading| reading.quality *= 0.9);
            return heads;
        }
        Vec::new()
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
        // What only sounds alike may be a slip as well.
        let best = found.iter().fold(0.0, |best: f32, r| best.max(r.quality));
        if best < 0.95 {
            self.near(word, &mut found);
        }
        found.sort_unstable_by(|a, b| a.word.cmp(&b.word).then(b.quality.total_cmp(&a.quality)));
        found.dedup_by_key(|r| r.word);
        found.sort_unstable_by(|a, b| b.quality.total_cmp(&a.quality).then(a.word.cmp(&b.word)));
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
        let quality = |slips: usize, length: usize| 1.0 - 1.3 * slips as f32 / length as f32;
        self.near_words.within(&typed, slips, 4, |word, slips| {
            found.push(Reading { word, quality: quality(slips, typed.len()) });
        });
        let own = script(word);
        let langs: &[Lang] =
            if own == Script::Latin { &[Lang::En, Lang::Ro, Lang::Az] } else { &[Lang::Ru] };
        let mut tried: Vec<Vec<char>> = Vec::new();
        for lang in langs {
            let key: Vec<char> = sound(stem(word, *lang), *lang).chars().collect();
            if key.len() < 5 || tried.contains(&key) {
                continue;
            }
            let slips = if key.len() >= 9 { 2 } else { 1 };
            self.near_keys.within(&key, slips, 5, |at, slips| {
                for number in &self.keys[at as usize].1 {
                    let same = script(&self.words[*number as usize]) == own;
                    let quality = quality(slips, key.len()) * if same { 0.95 } else { 0.85 };
                    found.push(Reading { word: *number, quality });
                }
            });
            tried.push(key);
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
