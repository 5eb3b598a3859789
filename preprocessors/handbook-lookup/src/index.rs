//! What is looked up in: names, identifiers and the words they are made of.

use alloc::string::String;
use alloc::vec::Vec;

use crate::fold::{self, Lang, Script, script, sound, stem};
use crate::heads;
use crate::keyed::Keyed;
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
    /// Weight of each word of the vocabulary.
    pub(crate) weights: Vec<f32>,
    /// Where each word of the vocabulary stands.
    pub(crate) postings: Postings,
    pub(crate) codes: Keyed,
    pub(crate) cas: Keyed,
    pub(crate) un: Keyed,
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
    /// The number of the first record of its entry.
    pub(crate) entry: u32,
}

/// A text with the weights of its words.
#[derive(Debug)]
pub(crate) struct Indexed {
    /// The records it is a text of; a name may point to several.
    pub(crate) records: Vec<u32>,
    pub(crate) text: String,
    pub(crate) lang: Lang,
    pub(crate) kind: Kind,
    pub(crate) weight: f32,
    /// Weight of each of its words by position.
    pub(crate) words: Vec<f32>,
    /// All these weights together.
    pub(crate) total: f32,
    /// The head of a name people use, when it has several words.
    pub(crate) head: Option<u8>,
}

/// A word's place in a text; [`CONTEXT`] when it is one of the parents' words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Posting {
    pub(crate) text: u32,
    pub(crate) at: u8,
}

/// Position of words that are not the text's own.
pub(crate) const CONTEXT: u8 = u8::MAX;

/// The places of all words, one word's after the other's.
#[derive(Debug, Default)]
pub(crate) struct Postings {
    starts: Vec<u32>,
    all: Vec<Posting>,
}

impl Postings {
    /// Takes places in the order of their words, of which there are `words`.
    fn new(places: &[(u32, Posting)], words: usize) -> Self {
        let mut starts = alloc::vec![0; words + 1];
        for (word, _) in places {
            starts[*word as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        Postings { starts, all: places.iter().map(|(_, posting)| *posting).collect() }
    }

    /// Where a word stands.
    pub(crate) fn of(&self, word: u32) -> &[Posting] {
        let at = word as usize;
        &self.all[self.starts[at] as usize..self.starts[at + 1] as usize]
    }
}

impl Index {
    /// Indexes records, given in the order of the list. `held` is the number of held editions.
    pub fn new(records: Vec<Record>, held: usize) -> Self {
        let mut index = Index { newest: 1 << held.saturating_sub(1).min(31), ..Index::default() };
        let mut words = Words::default();
        let mut places: Vec<(u32, Posting)> = Vec::new();
        let mut own_words: Vec<Vec<u32>> = Vec::new();
        // A name that points to several provisions is one text.
        let mut names = Words::default();
        let mut texts_of_name: Vec<Vec<u32>> = Vec::new();
        let (mut codes, mut cas, mut un) = (Vec::new(), Vec::new(), Vec::new());
        let mut context: (String, Vec<u32>) = Default::default();
        for record in records {
            let at = index.records.len() as u32;
            if context.0 != record.context {
                let folded = fold::words(&record.context);
                let numbers = folded.into_iter().map(|w| words.number(w, Lang::En)).collect();
                context = (record.context, numbers);
            }
            for text in record.texts {
                let number = index.texts.len() as u32;
                let folded: Vec<String> =
                    fold::words(&text.text).into_iter().take(CONTEXT as usize).collect();
                if folded.is_empty() {
                    continue;
                }
                if text.kind == Kind::Alias {
                    let name = names.number(text.text.clone(), text.lang) as usize;
                    texts_of_name.resize(texts_of_name.len().max(name + 1), Vec::new());
                    let same = |number: &&u32| {
                        let known = &index.texts[**number as usize];
                        (known.lang, known.weight) == (text.lang, text.weight)
                    };
                    if let Some(known) = texts_of_name[name].iter().find(same).copied() {
                        index.texts[known as usize].records.push(at);
                        continue;
                    }
                    texts_of_name[name].push(number);
                }
                for (joined, from, to) in compounds(&text.text, &folded) {
                    let word = words.number(joined, text.lang);
                    let parts = from..to;
                    places.extend(parts.map(|at| (word, Posting { text: number, at: at as u8 })));
                }
                let own: Vec<u32> =
                    folded.into_iter().map(|word| words.number(word, text.lang)).collect();
                let at_own = own.iter().zip(0..);
                places.extend(at_own.map(|(word, at)| (*word, Posting { text: number, at })));
                if text.lang == Lang::En && matches!(text.kind, Kind::Name | Kind::Threshold) {
                    let other = context.1.iter().filter(|word| !own.contains(word));
                    places.extend(other.map(|w| (*w, Posting { text: number, at: CONTEXT })));
                }
                own_words.push(own);
                index.texts.push(Indexed {
                    records: alloc::vec![at],
                    text: text.text,
                    lang: text.lang,
                    kind: text.kind,
                    weight: text.weight,
                    words: Vec::new(),
                    total: 0.0,
                    head: None,
                });
            }
            cas.extend(record.cas.into_iter().map(|number| (number, at)));
            un.extend(record.un.into_iter().map(|number| (number, at)));
            index.tariff.extend(record.tariff.into_iter().map(|t| (t, at)));
            codes.push((record.code.clone(), at));
            let entry = match index.records.last() {
                Some(last) if last.code.get(..5) == record.code.get(..5) => last.entry,
                _ => at,
            };
            let Record { code, editions, .. } = record;
            index.records.push(Place { code, editions, entry });
        }
        (index.codes, index.cas, index.un) = (Keyed::new(codes), Keyed::new(cas), Keyed::new(un));
        index.tariff.sort_unstable_by(|(a, at), (b, bt)| {
            (&a.hs, at, &a.national).cmp(&(&b.hs, bt, &b.national))
        });
        let (vocabulary, order) = words.vocabulary();
        places.iter_mut().for_each(|(word, _)| *word = order[*word as usize]);
        places.sort_unstable_by_key(|(word, posting)| (*word, posting.text, posting.at));
        index.postings = Postings::new(&places, order.len());
        index.weigh(&vocabulary, &own_words, &order);
        index.vocabulary = vocabulary;
        index
    }

    /// Weighs the words, and the words of each text. Words that are forms of one another are as
    /// common as all of them together.
    fn weigh(&mut self, vocabulary: &Vocabulary, own_words: &[Vec<u32>], order: &[u32]) {
        let count = |word: u32| self.postings.of(word).len();
        let mut common: Vec<usize> = (0..order.len() as u32).map(count).collect();
        for alike in vocabulary.alike() {
            let all: usize = alike.iter().map(|w| count(*w)).sum();
            for word in alike {
                common[*word as usize] = common[*word as usize].max(all);
            }
        }
        let texts = self.texts.len().max(1) as f32;
        let weights = (0..).zip(&common).map(|(word, count)| {
            let rare = log2(1.0 + texts / (*count as f32 + 0.5));
            if is_particle(vocabulary.name(word)) { rare * 0.1 } else { rare }
        });
        self.weights = weights.collect();
        for (own, text) in own_words.iter().zip(&mut self.texts) {
            // A word said twice is one word.
            let weight_of = |(at, word): (usize, &u32)| match own[..at].contains(word) {
                true => 0.0,
                false => self.weights[order[*word as usize] as usize],
            };
            text.words = own.iter().enumerate().map(weight_of).collect();
            if let Some(head) = heads::of_name(&text.text, text.lang) {
                let head = head.min(own.len() - 1);
                text.words[head] *= heads::SAYS;
                text.head = (text.kind == Kind::Alias).then_some(head as u8);
            }
            text.total = text.words.iter().sum();
        }
    }

    /// The number of the record with this code, in the order records were given.
    pub(crate) fn record_of(&self, code: &str) -> Option<u32> {
        self.codes.first(code)
    }

    /// Weight of a word that no text has.
    pub(crate) fn unknown_weight(&self) -> f32 {
        log2(1.0 + self.texts.len().max(1) as f32) * 0.6
    }
}

/// Words as they come, each with a number and the languages it was met in.
#[derive(Default)]
struct Words {
    all: Vec<(String, u8)>,
    /// Numbers and one, by the hash of the word; 0 where there is none.
    table: Vec<u32>,
}

impl Words {
    fn number(&mut self, word: String, lang: Lang) -> u32 {
        if self.all.len() * 2 >= self.table.len() {
            let size = (self.table.len() * 2).max(1024);
            self.table = alloc::vec![0; size];
            for at in 0..self.all.len() {
                let place = self.place(&self.all[at].0);
                self.table[place] = at as u32 + 1;
            }
        }
        let place = self.place(&word);
        if self.table[place] == 0 {
            self.all.push((word, 0));
            self.table[place] = self.all.len() as u32;
        }
        let number = self.table[place] - 1;
        self.all[number as usize].1 |= 1 << lang as u8;
        number
    }

    /// Where the word is in the table, or belongs.
    fn place(&self, word: &str) -> usize {
        let hash = word.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let mut place = hash as usize % self.table.len();
        loop {
            match self.table[place] {
                0 => return place,
                number if self.all[number as usize - 1].0 == word => return place,
                _ => place = (place + 1) % self.table.len(),
            }
        }
    }

    /// The vocabulary, and for each number the one the word has there.
    fn vocabulary(self) -> (Vocabulary, Vec<u32>) {
        let mut sorted: Vec<u32> = (0..self.all.len() as u32).collect();
        sorted.sort_unstable_by(|a, b| self.all[*a as usize].0.cmp(&self.all[*b as usize].0));
        let mut order = alloc::vec![0; sorted.len()];
        let mut keys: Vec<(String, u32)> = Vec::with_capacity(sorted.len());
        const LANGS: [Lang; 6] = [Lang::Az, Lang::En, Lang::Ka, Lang::Ro, Lang::Ru, Lang::Uk];
        for (number, at) in (0..).zip(&sorted) {
            order[*at as usize] = number;
            let (word, langs) = &self.all[*at as usize];
            // Only in Latin letters does the language make a difference.
            let most = if script(word) == Script::Latin { LANGS.len() } else { 1 };
            let met = LANGS.into_iter().filter(|lang| langs >> *lang as u8 & 1 == 1);
            keys.extend(met.take(most).map(|lang| (sound(stem(word, lang), lang), number)));
        }
        let mut words = self.all;
        let take = |at: &u32| core::mem::take(&mut words[*at as usize].0);
        let words = sorted.iter().map(take).collect();
        (Vocabulary::new(words, keys), order)
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
