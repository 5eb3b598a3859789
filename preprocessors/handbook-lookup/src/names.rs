//! Texts that have words in common with a query.
//!
//! Words are weighed by how rare they are, the head of a name more than the rest. A text scores by
//! how much of it the query covers and how much of the query it covers: a name that is there in
//! full counts for much even in a long invoice line, one common word of it for little.

use alloc::vec::Vec;

use crate::fold::{Lang, Script, script};
use crate::heads;
use crate::index::{CONTEXT, Index, Indexed, Kind};
use crate::query::{Query, Word};
use crate::vocabulary::Reading;

/// The best text of a record.
#[derive(Clone, Copy)]
pub(crate) struct Named {
    pub(crate) record: u32,
    pub(crate) text: u32,
    pub(crate) score: f32,
    pub(crate) kind: Kind,
}

/// A word of the query in a text.
#[derive(Clone, Copy, Default)]
struct Match {
    text: u32,
    word: u8,
    at: u8,
    quality: f32,
}

/// Words that say less than this only support others.
const SAYS_LITTLE: f32 = 0.2;

/// The words of a query as they are weighed for texts of one kind of language.
struct Asked<'q> {
    words: &'q [Word],
    /// How common each is in the list.
    known: &'q [f32],
    /// The head by where it stands in texts that have it first, and in others.
    first_head: Option<usize>,
    last_head: Option<usize>,
    /// What all words say together, without heads.
    total: f32,
}

impl Asked<'_> {
    fn head(&self, lang: Lang) -> Option<usize> {
        match lang {
            Lang::Ro | Lang::Ru | Lang::Uk => self.first_head,
            _ => self.last_head,
        }
    }
}

impl Index {
    /// The best text of each record that has words of the query.
    pub(crate) fn named(&self, query: &Query) -> Vec<Named> {
        let words = &query.words;
        let mut matches: Vec<Match> = Vec::new();
        let mut known: Vec<f32> = alloc::vec![0.0; words.len()];
        // Which texts have a word that says something.
        let mut counts: Vec<u32> = alloc::vec![0; self.texts.len() + 1];
        let (little, much): (Vec<usize>, Vec<usize>) =
            (0..words.len()).partition(|at| words[*at].weight < SAYS_LITTLE);
        let mut found = alloc::vec![false; words.len()];
        for number in much.iter().chain(&little) {
            let word = &words[*number];
            let readings = self.readings(query, *number, &mut matches);
            let best = readings.iter().max_by(|a, b| a.quality.total_cmp(&b.quality));
            found[*number] = best.is_some_and(|r| r.quality >= 0.8);
            known[*number] = best.map_or(self.unknown_weight(), |r| self.weights[r.word as usize]);
            let supports = word.weight < SAYS_LITTLE;
            for reading in readings {
                for posting in self.postings.of(reading.word) {
                    if supports && counts[posting.text as usize] == 0 {
                        continue;
                    }
                    let (word, quality) = (*number as u8, reading.quality);
                    matches.push(Match { text: posting.text, word, at: posting.at, quality });
                }
            }
            if matches.len() > MAX_MATCHES {
                break;
            }
            if !supports {
                // Counted anew after each word is more than is needed, but plain.
                matches.iter().for_each(|m| counts[m.text as usize] |= 1);
            }
        }
        let groups = grouped(matches, counts);
        let total = words.iter().zip(&known).map(|(word, known)| word.says() * known).sum();
        let [first_head, last_head] = query_heads(query, &found);
        let asked = Asked { words, known: &known, first_head, last_head, total };
        let none = Named { record: 0, text: 0, score: 0.0, kind: Kind::Text };
        let mut best: Vec<Named> = alloc::vec![none; self.records.len()];
        let mut buffers = Buffers::default();
        for group in groups.chunk_by(|a, b| a.text == b.text) {
            let number = group[0].text;
            let text = &self.texts[number as usize];
            let Some((score, kind)) = buffers.score(text, group, &asked) else { continue };
            for record in &text.records {
                if score > best[*record as usize].score {
                    best[*record as usize] = Named { record: *record, text: number, score, kind };
                }
            }
        }
        best.retain(|named| named.score > 0.0);
        best
    }

    /// What a word of the query may mean. Words that are parted from the next by a blank only, and
    /// are one word in the list, go to `matches` by themselves.
    fn readings(&self, query: &Query, number: usize, matches: &mut Vec<Match>) -> Vec<Reading> {
        let words = &query.words;
        let word = &words[number];
        if word.weight < SAYS_LITTLE {
            return self.vocabulary.certain(&word.text);
        }
        let open = query.open && number + 1 == words.len();
        let mut readings = self.vocabulary.readings(&word.text, open);
        if readings.first().is_none_or(|r| r.quality < 0.9) {
            readings.extend(self.vocabulary.two_in_one(&word.text));
        }
        // A word parted in two: `turbo molecular` for `turbomolecular`.
        if let Some(next) = words.get(number + 1).filter(|next| next.weight >= SAYS_LITTLE) {
            let joined = alloc::format!("{}{}", word.text, next.text);
            let joined = self.vocabulary.certain(&joined).into_iter();
            for one in joined.map(|r| Reading { quality: r.quality * 0.95, ..r }) {
                for posting in self.postings.of(one.word) {
                    for word in [number, number + 1] {
                        let (text, at) = (posting.text, posting.at);
                        matches.push(Match { text, word: word as u8, at, quality: one.quality });
                    }
                }
                readings.push(one);
            }
        }
        readings
    }
}

/// No query that means something comes near; a pasted page must be quick.
const MAX_MATCHES: usize = 60_000;

/// Matches with those of one text together, by counting.
fn grouped(matches: Vec<Match>, mut places: Vec<u32>) -> Vec<Match> {
    places.fill(0);
    for found in &matches {
        places[found.text as usize + 1] += 1;
    }
    for at in 1..places.len() {
        places[at] += places[at - 1];
    }
    let mut groups = alloc::vec![Match::default(); matches.len()];
    for found in matches {
        let place = &mut places[found.text as usize];
        groups[*place as usize] = found;
        *place += 1;
    }
    groups
}

/// The heads of a query, by the two places where languages put them. Of an invoice line the first
/// words count that are together; those that the list does not know may be a brand.
fn query_heads(query: &Query, found: &[bool]) -> [Option<usize>; 2] {
    let words = &query.words;
    let plain = |word: &Word| word.weight >= 1.0;
    let from = words.iter().position(plain).unwrap_or(0);
    let run = words[from..].iter().take_while(|word| plain(word) || word.is_particle());
    let run: Vec<&str> = run.map(|word| word.text.as_str()).collect();
    let several = words.iter().filter(|word| plain(word)).count() > 1;
    if !several {
        return [None, None];
    }
    let short = words.iter().filter(|word| plain(word)).count() <= 3;
    let head = |lang: Lang| {
        let head = heads::of_words(&run, lang).map(|at| at + from);
        head.filter(|at| short || found[*at])
    };
    match run.first().map(|word| script(word)) {
        Some(Script::Cyrillic) => [head(Lang::Uk), head(Lang::Uk)],
        Some(Script::Georgian) => [head(Lang::Ka), head(Lang::Ka)],
        _ => match query.lang {
            Some(lang) => [head(lang), head(lang)],
            None => [head(Lang::Ro), head(Lang::En)],
        },
    }
}

/// Room for scoring, used for one text after the other.
#[derive(Default)]
struct Buffers {
    own: Vec<f32>,
    by_word: Vec<f32>,
}

impl Buffers {
    /// The score of one text for the matches in it, and of what kind it is.
    fn score(&mut self, text: &Indexed, group: &[Match], asked: &Asked<'_>) -> Option<(f32, Kind)> {
        let Buffers { own, by_word } = self;
        own.clear();
        own.resize(text.words.len(), 0.0);
        by_word.clear();
        by_word.resize(asked.words.len(), 0.0);
        for found in group {
            let context = found.at == CONTEXT;
            let quality = &mut by_word[found.word as usize];
            *quality = quality.max(found.quality * if context { 0.9 } else { 1.0 });
            if !context {
                let place = &mut own[found.at as usize];
                *place = place.max(found.quality);
            }
        }
        let named: f32 = own.iter().zip(&text.words).map(|(quality, w)| quality * w).sum();
        if text.total <= 0.0 || named <= 0.0 {
            return None;
        }
        let mut whole = asked.total;
        let mut met = 0.0;
        for (at, quality) in by_word.iter().enumerate().filter(|(_, quality)| **quality > 0.0) {
            let word = &asked.words[at];
            // A grade that a name has says more than a word, and a number says something.
            let says = match word.weight {
                weight if *quality < 0.99 || weight >= 1.0 => weight,
                weight if weight > SAYS_LITTLE => 1.3,
                weight => weight.max(0.4),
            };
            whole += (says - word.says()) * asked.known[at];
            met += says * asked.known[at] * quality;
        }
        if let Some(head) = asked.head(text.lang) {
            let more = (heads::SAYS - 1.0) * asked.known[head] * asked.words[head].weight;
            whole += more;
            met += more * by_word[head];
        }
        if whole <= 0.0 {
            return None;
        }
        let (share, mut name) = (met / whole, named / text.total);
        let kind = if name < 0.5 { Kind::Text } else { text.kind };
        let long_title = matches!(text.kind, Kind::Name | Kind::Threshold) && text.words.len() > 3;
        if long_title {
            // Titles list several things or add what sets them apart.
            name /= 0.6 + 0.4 * name;
        }
        // Each further word of the name makes it likelier that the rest of the query is beside
        // the point.
        let covered =
            |(quality, weight): (&f32, &f32)| *quality > 0.5 && *weight > text.total * 0.15;
        let plain = own.iter().zip(&text.words).filter(|pair| covered(*pair)).count();
        let n = plain.max(1) as f32;
        let mut counted = n * share / (1.0 + (n - 1.0) * share);
        // One word in a longer name that only sounds or looks alike is most often chance.
        if n < 2.0 && own.len() > 1 && own.iter().all(|quality| *quality < 0.9) {
            counted *= 0.6;
        }
        // Without its head a name is about something else.
        if text.head.is_some_and(|head| own[head as usize] < 0.5) {
            counted *= 0.85;
        }
        // Of a name of several words one alone is never sure.
        if plain < 2 && text.words.iter().filter(|w| **w > text.total * 0.15).count() > 1 {
            counted *= 0.85;
        }
        let score = text.weight * name * (0.6 + 0.4 * name) * counted;
        Some((score.min(1.0), kind))
    }
}
