//! Questions about a text whose answers are known, made from the text itself: its headings, its
//! sentences, and what people make of them when they type.

use std::collections::{BTreeMap, BTreeSet};

use handbook_lookup::fold;
use handbook_lookup::search::{BLOCK, CELL, DOUBT, DOUBT_END, Document, SETTLED};

/// A query, and the one document that it is about.
#[derive(Clone, Debug)]
pub struct Question {
    /// How it was made.
    pub kind: &'static str,
    /// What is typed.
    pub query: String,
    /// Number of the document.
    pub document: usize,
}

/// Kinds of questions, in the order they are printed.
pub const KINDS: [&str; 8] = [
    "heading",
    "sentence",
    "typo",
    "inflected",
    "one word typo",
    "one word inflected",
    "prefix",
    "phrase",
];

/// A small generator, so that the questions are the same everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end.max(1)
    }

    fn some<T: Clone>(&mut self, mut of: Vec<T>, most: usize) -> Vec<T> {
        let mut taken = Vec::new();
        while taken.len() < most && !of.is_empty() {
            taken.push(of.swap_remove(self.below(of.len())));
        }
        taken
    }
}

/// Up to `most` questions of each kind.
pub fn questions(documents: &[Document], most: usize) -> Vec<Question> {
    let mut dice = Dice(2026);
    let texts: Vec<String> = documents.iter().map(|d| plain(&d.text)).collect();
    let words: Vec<Vec<String>> = texts.iter().map(|text| fold::words(text)).collect();
    let folded: Vec<String> = words.iter().map(|words| format!(" {} ", words.join(" "))).collect();
    let only_in = |text: &str, at: usize| {
        let text = format!(" {} ", fold::fold(text));
        folded.iter().enumerate().all(|(other, folded)| other == at || !folded.contains(&text))
    };
    let mut having: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for (at, words) in words.iter().enumerate() {
        for word in words {
            having.entry(word).or_default().insert(at);
        }
    }
    let count = |word: &str| having.get(word).map_or(0, BTreeSet::len);
    let mut all = Vec::new();

    // Headings that only one document has.
    let mut titles: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, document) in documents.iter().enumerate() {
        titles.entry(fold::fold(&document.title)).or_default().push(at);
    }
    let headings: Vec<(String, usize)> = titles
        .values()
        .filter(|at| at.len() == 1)
        .map(|at| (documents[at[0]].title.clone(), at[0]))
        .filter(|(title, _)| fold::words(title).len() >= 2)
        .collect();
    let headings = dice.some(headings, most);

    // Sentences that only one document has.
    let mut found: BTreeMap<String, Vec<(String, usize)>> = BTreeMap::new();
    for (at, document) in documents.iter().enumerate() {
        for sentence in sentences(&document.text) {
            found.entry(fold::fold(&sentence)).or_default().push((sentence, at));
        }
    }
    let sentences: Vec<(String, usize)> = found
        .into_iter()
        .filter(|(folded, at)| at.len() == 1 && (6..=24).contains(&folded.split(' ').count()))
        .filter(|(folded, _)| folded.split(' ').any(|word| count(word) <= 3))
        .map(|(_, at)| at[0].clone())
        .filter(|(sentence, at)| only_in(sentence, *at))
        .collect();
    let sentences = dice.some(sentences, most);

    let mut add = |kind, query: String, document| all.push(Question { kind, query, document });
    for (heading, at) in &headings {
        add("heading", heading.clone(), *at);
        let longest = heading.split(' ').next_back().unwrap_or_default();
        let letters = longest.chars().count();
        if letters >= 5 {
            let cut = heading.chars().count() - letters / 3;
            add("prefix", heading.chars().take(cut).collect(), *at);
        }
    }
    for (sentence, at) in &sentences {
        add("sentence", sentence.clone(), *at);
    }
    for (text, at) in headings.iter().take(most / 2).chain(sentences.iter().take(most / 2)) {
        let typed: Vec<String> = text.split(' ').map(|word| typo(word, &mut dice)).collect();
        add("typo", typed.join(" "), *at);
        let typed: Vec<String> = text.split(' ').map(inflected).collect();
        add("inflected", typed.join(" "), *at);
    }

    // Words that only one document has.
    let single: Vec<(String, usize)> = having
        .iter()
        .filter(|(word, at)| {
            at.len() == 1 && word.len() >= 7 && word.bytes().all(|b| b.is_ascii_lowercase())
        })
        .map(|(word, at)| ((*word).to_owned(), at.iter().copied().next().unwrap_or_default()))
        .collect();
    for (word, at) in dice.some(single, most) {
        add("one word typo", typo(&word, &mut dice), at);
        let form = inflected(&word);
        if count(&form) == 0 {
            add("one word inflected", form, at);
        }
    }

    // Phrases of common words that only one document has.
    let common = |word: &String| count(word) * 25 >= documents.len();
    let mut phrases: BTreeMap<Vec<String>, BTreeSet<usize>> = BTreeMap::new();
    for (at, text) in texts.iter().enumerate() {
        for sentence in text.split(['\n', '.', ':', ';']) {
            let words = fold::words(sentence);
            for phrase in words.windows(4).filter(|phrase| phrase.iter().all(common)) {
                phrases.entry(phrase.to_vec()).or_default().insert(at);
            }
        }
    }
    let phrases: Vec<(String, usize)> = phrases
        .into_iter()
        .filter(|(_, at)| at.len() == 1)
        .map(|(phrase, at)| (phrase.join(" "), at.into_iter().next().unwrap_or_default()))
        .filter(|(phrase, at)| only_in(phrase, *at))
        .collect();
    for (phrase, at) in dice.some(phrases, most) {
        add("phrase", phrase, at);
    }
    all
}

/// A text without the signs in it.
pub fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut doubt = false;
    for c in text.chars() {
        match c {
            DOUBT => doubt = true,
            DOUBT_END => doubt = false,
            BLOCK | CELL | SETTLED => out.push('\n'),
            c if !doubt => out.push(c),
            _ => {}
        }
    }
    out
}

fn sentences(text: &str) -> Vec<String> {
    let plain = plain(text);
    let parts = plain.split('\n').flat_map(|block| block.split_inclusive(". "));
    let whole =
        |s: &String| s.ends_with('.') && !s.ends_with("No.") && s.starts_with(char::is_uppercase);
    parts.map(|s| s.trim().to_owned()).filter(whole).collect()
}

/// A word with one slip, if it is long enough to be known again.
fn typo(word: &str, dice: &mut Dice) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let alphabetic = letters.iter().filter(|c| c.is_alphabetic()).count();
    if alphabetic < 4 || letters.iter().any(char::is_ascii_digit) {
        return word.to_owned();
    }
    let at = 1 + dice.below(letters.len() - 2);
    match dice.below(4) {
        0 => letters.swap(at, at - 1),
        1 => {
            letters.remove(at);
        }
        2 => letters.insert(at, letters[at]),
        _ => letters[at] = if letters[at] == 'e' { 'a' } else { 'e' },
    }
    letters.into_iter().collect()
}

/// Another form of an English word.
fn inflected(word: &str) -> String {
    let stop = word.trim_end_matches(|c: char| !c.is_alphanumeric());
    let end = &word[stop.len()..];
    if stop.chars().count() < 4 || !stop.bytes().all(|b| b.is_ascii_lowercase()) {
        return word.to_owned();
    }
    let form = if let Some(stem) = stop.strip_suffix("ies") {
        format!("{stem}y")
    } else if let Some(stem) = stop.strip_suffix("ing") {
        format!("{stem}ed")
    } else if let Some(stem) = stop.strip_suffix("ed") {
        format!("{stem}ing")
    } else if stop.ends_with("ss") || stop.ends_with("us") || stop.ends_with("is") {
        stop.to_owned()
    } else if let Some(stem) = stop.strip_suffix('s') {
        stem.to_owned()
    } else if let Some(stem) = stop.strip_suffix('y') {
        if stem.ends_with(['a', 'e', 'o', 'u']) { format!("{stop}s") } else { format!("{stem}ies") }
    } else if let Some(stem) = stop.strip_suffix('e') {
        format!("{stem}ing")
    } else {
        format!("{stop}s")
    };
    format!("{form}{end}")
}
