//! The order of the answers: BM25 as tantivy computes it, over all that a word may mean, then how
//! much of the query is there, and how nearly in its own words.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::query::{Asked, AskedWord};
use super::tables::{Posting, Search, Text};

const K1: f32 = 1.2;
const B: f32 = 0.75;
/// How much more a word says in a title.
const TITLE: f32 = 2.0;
/// Documents whose texts are compared with the query, the best by words alone.
const COMPARED: usize = 400;
/// Pieces of texts that the documents which lead may need before anything is shown.
const LEADING_PIECES: usize = 4;

impl Search {
    /// The inverse document frequency.
    pub(super) fn rarity(&self, documents: usize) -> f32 {
        let all = self.lengths.len() as f32;
        let having = (documents as f32).min(all);
        ln(1.0 + (all - having + 0.5) / (having + 0.5))
    }

    /// What a posting adds in the title and in the text, for a word of rarity 1.
    fn parts(&self, posting: &Posting) -> [f32; 2] {
        self.parts_of(posting.document, [posting.title as f32, posting.text as f32])
    }

    fn parts_of(&self, document: u32, counts: [f32; 2]) -> [f32; 2] {
        let lengths = self.lengths[document as usize];
        core::array::from_fn(|field| {
            let length = lengths[field] as f32 / self.mean[field];
            counts[field] * (K1 + 1.0) / (counts[field] + K1 * (1.0 - B + B * length))
        })
    }

    /// The documents that have exactly this word, with its BM25 in title and text: what tantivy
    /// answers for the term. For tests.
    pub fn plain(&mut self, word: &str) -> Vec<(u32, [f32; 2])> {
        self.settle();
        let number = self.vocabulary.word(word);
        let postings = number.and_then(|number| self.postings_of(number)).unwrap_or_default();
        let count = |field: fn(&Posting) -> u32| postings.iter().filter(|p| field(p) > 0).count();
        let rarity = [self.rarity(count(|p| p.title)), self.rarity(count(|p| p.text))];
        let score = |posting: &Posting| {
            let parts = self.parts(posting);
            (posting.document, [rarity[0] * parts[0], rarity[1] * parts[1]])
        };
        postings.iter().map(score).collect()
    }

    /// Documents by the words that lead, the best first, no more than are compared.
    fn by_words(&self, asked: &Asked) -> Vec<Candidate> {
        let mut all: Vec<Candidate> = (0..self.lengths.len() as u32)
            .map(|document| Candidate { document, score: 0.0, there: 0.0 })
            .collect();
        let mut best = vec![0.0f32; self.lengths.len()];
        for word in asked.words.iter().filter(|word| word.leads) {
            let mut touched: Vec<(u32, f32)> = Vec::new();
            for reading in &word.readings {
                for posting in self.postings_of(reading.word).unwrap_or_default() {
                    let [title, text] = self.parts(posting);
                    let value = (TITLE * title + text) * reading.quality;
                    let best = &mut best[posting.document as usize];
                    if *best == 0.0 {
                        touched.push((posting.document, reading.quality));
                    }
                    *best = best.max(value);
                }
            }
            for (document, quality) in touched {
                let at = document as usize;
                all[at].score += word.weight * best[at];
                all[at].there += word.weight * quality;
                best[at] = 0.0;
            }
        }
        let leading: f32 = weights(asked.words.iter().filter(|word| word.leads));
        let worth = |found: &Candidate| found.score * coverage(found.there / leading);
        let order = |a: &Candidate, b: &Candidate| {
            worth(b).total_cmp(&worth(a)).then(a.document.cmp(&b.document))
        };
        all.retain(|found| found.score > 0.0);
        if all.len() > COMPARED {
            all.select_nth_unstable_by(COMPARED, order);
            all.truncate(COMPARED);
        }
        all.sort_by(order);
        all
    }

    /// All documents found whose texts are loaded, the best first.
    pub(super) fn ranked(&self, asked: &Asked) -> Vec<(u32, f32)> {
        let all = weights(asked.words.iter());
        let mut comparison = Comparison::new(asked);
        let mut ranked: Vec<(u32, f32)> = Vec::new();
        for candidate in self.by_words(asked) {
            let Some(text) = self.text(candidate.document) else { continue };
            if !asked.phrases.iter().all(|phrase| has(text, phrase)) {
                continue;
            }
            let likeness = comparison.likeness(text);
            let Candidate { document, mut score, mut there } = candidate;
            for (word, counts) in asked.words.iter().zip(&comparison.counts) {
                if !word.leads && *counts != [0.0; 2] {
                    let [title, text] = self.parts_of(document, *counts);
                    score += word.weight * (TITLE * title + text);
                    there += word.weight;
                }
            }
            ranked.push((document, score * coverage(there / all) * likeness));
        }
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        ranked
    }

    pub(super) fn missing_texts(&self, asked: &Asked, limit: usize) -> Vec<String> {
        let mut pieces: Vec<usize> = Vec::new();
        let mut missing = Vec::new();
        let most = if asked.phrases.is_empty() { limit } else { COMPARED };
        for candidate in self.by_words(asked).into_iter().take(most) {
            let (piece, name) = self.text_piece(candidate.document);
            if pieces.contains(&piece) {
                continue;
            }
            if pieces.len() == LEADING_PIECES {
                break;
            }
            pieces.push(piece);
            missing.extend(name);
        }
        missing
    }
}

/// A document that has some of the words.
struct Candidate {
    document: u32,
    /// BM25 of the words that lead.
    score: f32,
    /// How much of the query is there.
    there: f32,
}

fn weights<'w>(words: impl Iterator<Item = &'w AskedWord>) -> f32 {
    words.filter(|word| !word.readings.is_empty()).map(|word| word.weight).sum::<f32>().max(1e-3)
}

/// What a score is worth when this share of the query is there.
fn coverage(share: f32) -> f32 {
    0.2 + 0.8 * share * share
}

/// Whether a text has a phrase word by word.
fn has(text: &Text, phrase: &[u32]) -> bool {
    [&text.title_signs, &text.body_signs]
        .iter()
        .any(|signs| signs.windows(phrase.len()).any(|window| window == phrase))
}

/// Compares texts with the query word by word.
struct Comparison<'q> {
    asked: &'q Asked,
    /// Where in the query each word is.
    places: Vec<Vec<usize>>,
    /// What each place of the query weighs: common words a little, too.
    weights: Vec<f32>,
    all: f32,
    /// How often each word of the query is in the title and in the text, by quality.
    counts: Vec<[f32; 2]>,
    runs: Vec<Run>,
    before: Vec<Run>,
}

/// Words of the query that stand together in a text as they do in the query.
#[derive(Clone, Copy, Default)]
struct Run {
    /// The place in the query of the last one.
    place: usize,
    length: usize,
    weight: f32,
}

impl<'q> Comparison<'q> {
    fn new(asked: &'q Asked) -> Self {
        let mut places = vec![Vec::new(); asked.words.len()];
        for (place, word) in asked.order.iter().enumerate() {
            places[*word].push(place);
        }
        let weights: Vec<f32> =
            asked.order.iter().map(|word| asked.words[*word].weight + 0.4).collect();
        Comparison {
            asked,
            places,
            all: weights.iter().sum::<f32>().max(1e-3),
            weights,
            counts: vec![[0.0; 2]; asked.words.len()],
            runs: Vec::new(),
            before: Vec::new(),
        }
    }

    /// How much more a document is worth when it has the query's words in the query's order, or
    /// when its title is what was asked for. Leaves the counts of the words.
    fn likeness(&mut self, text: &Text) -> f32 {
        self.counts.fill([0.0; 2]);
        let (title, matched) = self.longest_run(0, &text.title_signs);
        let (body, _) = self.longest_run(1, &text.body_signs);
        let share = |run: Run, least: usize| {
            if run.length < least { 0.0 } else { run.weight / self.all }
        };
        let named = share(title, 1) * matched as f32 / text.title_signs.len().max(1) as f32;
        let run = share(title, 2).max(share(body, 2));
        let whole = title.length.max(body.length) == self.asked.order.len() && run > 0.0;
        let likeness = 1.0 + 2.0 * run * run + 2.0 * named * named;
        // Two words stand together by chance; more are what was looked for.
        if whole { likeness * if self.asked.order.len() > 2 { 3.0 } else { 1.5 } } else { likeness }
    }

    /// The run that weighs most, and how many words of the text are the query's.
    fn longest_run(&mut self, field: usize, signs: &[u32]) -> (Run, usize) {
        let mut longest = Run::default();
        let mut matched = 0;
        self.before.clear();
        for sign in signs {
            self.runs.clear();
            let reads = self.asked.reads(*sign);
            matched += usize::from(!reads.is_empty());
            for read in reads {
                self.counts[read.word][field] += read.quality;
                for place in &self.places[read.word] {
                    let before = self.before.iter().find(|run| run.place + 1 == *place);
                    let before = before.copied().unwrap_or_default();
                    let run = Run {
                        place: *place,
                        length: before.length + 1,
                        weight: before.weight + self.weights[*place] * read.quality,
                    };
                    if run.weight > longest.weight {
                        longest = run;
                    }
                    self.runs.push(run);
                }
            }
            core::mem::swap(&mut self.runs, &mut self.before);
        }
        (longest, matched)
    }
}

/// The natural logarithm, since the core has none.
fn ln(x: f32) -> f32 {
    let bits = x.to_bits();
    let mut exponent = (bits >> 23) as i32 - 127;
    let mut mantissa = f32::from_bits(bits & 0x007f_ffff | 0x3f80_0000);
    if mantissa > core::f32::consts::SQRT_2 {
        mantissa /= 2.0;
        exponent += 1;
    }
    // 2 artanh(t), whose series converges fast for small t.
    let t = (mantissa - 1.0) / (mantissa + 1.0);
    let square = t * t;
    let series = 1.0 + square * (1.0 / 3.0 + square * (1.0 / 5.0 + square / 7.0));
    exponent as f32 * core::f32::consts::LN_2 + 2.0 * t * series
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_logarithm_is_near() {
        for (x, right) in
            [(1.0, 0.0), (1.001, 0.0009995), (3.0, 1.098_612), (7.0, 1.945_91), (4000.0, 8.294_05)]
        {
            assert!((ln(x) - right).abs() < 1e-5, "{x}");
        }
    }
}
