//! What was typed, and which words of the handbook it may mean.

use alloc::string::String;
use alloc::vec::Vec;

use super::tables::Search;
use super::text::sign;
use crate::fold::{self, Lang, sound, stem};
use crate::vocabulary::{Reading, Vocabulary};

/// Characters of a query that are read; nobody types more, and what is pasted says enough so far.
const LONGEST: usize = 600;
/// Most words of a query.
const MOST_WORDS: usize = 64;
/// With so many words that are not common, common ones are not looked for.
const ENOUGH_WORDS: usize = 2;
/// Most pieces that are loaded for one word.
const PIECES_PER_WORD: usize = 3;

/// A query as typed.
#[derive(Debug, Default)]
pub(super) struct Query {
    /// Folded, in order.
    pub(super) words: Vec<String>,
    /// Places of the words of each quoted phrase.
    pub(super) phrases: Vec<core::ops::Range<usize>>,
    /// Whether the last word may go on.
    pub(super) open: bool,
}

impl Query {
    pub(super) fn read(query: &str) -> Self {
        let end = query.char_indices().nth(LONGEST).map_or(query.len(), |(at, _)| at);
        let query = &query[..end];
        let parts: Vec<&str> = query.split(['"', '“', '”', '„', '«', '»']).collect();
        let mut read = Query::default();
        for (at, part) in parts.iter().enumerate() {
            let from = read.words.len();
            read.words.extend(fold::words(part));
            // A quotation that is not closed yet is being typed.
            let quoted = at % 2 == 1 && at + 1 < parts.len();
            if quoted && read.words.len() > from {
                read.phrases.push(from..read.words.len());
            }
        }
        fold::each_word(query, |range, _| read.open = range.end == query.len());
        if read.words.len() > MOST_WORDS {
            read.words.truncate(MOST_WORDS);
            read.phrases.retain(|phrase| phrase.end <= MOST_WORDS);
            read.open = false;
        }
        read
    }

    fn is_quoted(&self, at: usize) -> bool {
        self.phrases.iter().any(|phrase| phrase.contains(&at))
    }
}

/// A query with what its words may mean.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// The different words.
    pub(super) words: Vec<AskedWord>,
    /// The query as numbers of words.
    pub(super) order: Vec<usize>,
    /// Signs of each quoted phrase.
    pub(super) phrases: Vec<Vec<u32>>,
    /// All readings of all words, by sign.
    signs: Vec<Sign>,
    /// Which low bits signs have, to tell at once that most words of a text are none of these.
    bits: [u32; 32],
}

/// A word of a query.
#[derive(Debug)]
pub(super) struct AskedWord {
    /// Words of the handbook that it may mean, the likeliest first.
    pub(super) readings: Vec<Reading>,
    /// How much it says.
    pub(super) weight: f32,
    /// Whether documents are looked for by it; a common word counts only where texts are compared.
    pub(super) leads: bool,
}

/// A word of a text as a reading of a word of the query.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sign {
    sign: u32,
    /// Number of the query's word.
    pub(super) word: usize,
    pub(super) quality: f32,
}

impl Asked {
    /// What a word of a text, given as its sign, may mean.
    pub(super) fn reads(&self, sign: u32) -> &[Sign] {
        if self.bits[(sign >> 5 & 31) as usize] >> (sign & 31) & 1 == 0 {
            return &[];
        }
        let from = self.signs.partition_point(|s| s.sign < sign);
        let count = self.signs[from..].iter().take_while(|s| s.sign == sign).count();
        &self.signs[from..from + count]
    }

    fn add(&mut self, asked: AskedWord, vocabulary: &Vocabulary) {
        let word = self.words.len();
        for reading in &asked.readings {
            let sign = sign(vocabulary.name(reading.word));
            self.bits[(sign >> 5 & 31) as usize] |= 1 << (sign & 31);
            self.signs.push(Sign { sign, word, quality: reading.quality });
        }
        self.words.push(asked);
    }
}

impl Search {
    pub(super) fn understand(&self, query: &Query) -> Asked {
        let mut asked = Asked::default();
        let mut names: Vec<(&str, bool)> = Vec::new();
        for (at, word) in query.words.iter().enumerate() {
            let open = query.open && at + 1 == query.words.len();
            let quoted = query.is_quoted(at);
            // The last word is another one while it is typed, even if it was there before.
            let same = names.iter().position(|(w, q)| w == word && *q == quoted);
            if let Some(same) = same {
                asked.order.push(same);
                continue;
            }
            asked.order.push(asked.words.len());
            names.push((word, quoted));
            asked.add(self.asked_word(word, open, quoted), &self.vocabulary);
        }
        asked.signs.sort_by_key(|s| (s.sign, s.word));
        for phrase in &query.phrases {
            asked.phrases.push(query.words[phrase.clone()].iter().map(|w| sign(w)).collect());
        }
        self.leave_common_words(&mut asked);
        asked
    }

    fn asked_word(&self, word: &str, open: bool, quoted: bool) -> AskedWord {
        let readings = match quoted {
            true => {
                let exact = self.vocabulary.word(word);
                exact.map(|word| Reading { word, quality: 1.0 }).into_iter().collect()
            }
            false => {
                let found = self.vocabulary.readings(word, open);
                if found.is_empty() { self.vocabulary.two_in_one(word) } else { found }
            }
        };
        let best = readings.first().map_or(0.0, |r| r.quality);
        let close = readings.iter().filter(|r| r.quality >= best * 0.85);
        // Forms of a word are as common as all of them together.
        let documents: usize = close.map(|r| self.documents(r.word)).sum();
        AskedWord { readings, weight: self.rarity(documents), leads: true }
    }

    /// Common words have the longest postings and say least.
    fn leave_common_words(&self, asked: &mut Asked) {
        let is_common =
            |w: &AskedWord| w.readings.iter().any(|r| self.common_piece(r.word).is_some());
        let known = asked.words.iter().filter(|w| !w.readings.is_empty() && !is_common(w)).count();
        let mut common: Vec<usize> =
            (0..asked.words.len()).filter(|at| is_common(&asked.words[*at])).collect();
        common.sort_by(|a, b| asked.words[*b].weight.total_cmp(&asked.words[*a].weight));
        for at in common.into_iter().skip(ENOUGH_WORDS.saturating_sub(known)) {
            asked.words[at].leads = false;
        }
    }

    pub(super) fn missing_words(&self, query: &Query) -> Vec<String> {
        let mut missing: Vec<String> = Vec::new();
        let mut add = |names: Vec<String>| {
            for name in names {
                if !missing.contains(&name) {
                    missing.push(name);
                }
            }
        };
        for (at, word) in query.words.iter().enumerate() {
            // The last sound may depend on a letter that the stem has lost.
            let mut heard = sound(stem(word, Lang::En), Lang::En);
            heard.pop();
            add(self.term_pieces_at(&heard, PIECES_PER_WORD));
            add(self.term_pieces_at(&sound(word, Lang::En), 1));
            let open = query.open && at + 1 == query.words.len();
            if self.vocabulary.readings(word, open).is_empty() {
                // A slip is seldom in the first letters.
                let near: String = heard.chars().take(3).collect();
                add(self.term_pieces_at(&near, PIECES_PER_WORD));
            }
        }
        missing
    }

    pub(super) fn missing_common(&self, asked: &Asked) -> Vec<String> {
        let mut missing = Vec::new();
        for word in asked.words.iter().filter(|word| word.leads) {
            for name in word.readings.iter().filter_map(|r| self.common_piece(r.word)?) {
                if !missing.contains(&name) {
                    missing.push(name);
                }
            }
        }
        missing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotations_are_phrases() {
        let query = Query::read("Transit \"of military goods\" «through» \"Mol");
        assert_eq!(query.words.join(" "), "transit of military goods through mol");
        assert_eq!(query.phrases, [1..4, 4..5]);
        assert!(query.open);
        assert!(!Query::read("\"closed\"").open);
        assert!(!Query::read("word ").open);
        let empty = Query::read("\u{202e}\u{0} \" ");
        assert!(empty.words.is_empty() && empty.phrases.is_empty() && !empty.open);
    }

    #[test]
    fn long_queries_are_cut() {
        let query = Query::read(&"слово ".repeat(200_000));
        assert!(query.words.len() <= MOST_WORDS);
    }
}
