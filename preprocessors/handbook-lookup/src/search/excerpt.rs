//! The part of a text that shows best why it was found.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use super::query::Asked;
use super::text::{BLOCK, CELL, DOUBT, DOUBT_END, SETTLED, sign, terms};

/// About how many characters an excerpt has.
const LENGTH: usize = 220;

/// A word of the text that the query asks for.
struct Match {
    bytes: Range<usize>,
    /// Its first character, counted in characters.
    at: usize,
    /// Which word of the query it reads.
    word: usize,
    weight: f32,
}

/// The excerpt of a text, and where in it the words are that were found, in characters.
pub(super) fn excerpt(text: &str, asked: &Asked) -> (String, Vec<(u32, u32)>) {
    let matches = matches(text, asked);
    let (from, until) = window(&matches);
    let length = text.chars().count();
    let range = widen(text, length, from, until);
    render(text, &range, &matches)
}

fn matches(text: &str, asked: &Asked) -> Vec<Match> {
    let mut found = Vec::new();
    let (mut counted, mut characters) = (0, 0);
    terms(text, |bytes, word| {
        let reads = asked.reads(sign(word));
        let Some(best) = reads.iter().max_by(|a, b| a.quality.total_cmp(&b.quality)) else {
            return;
        };
        let weight = best.quality * (asked.words[best.word].weight + 0.1);
        characters += text[counted..bytes.start].chars().count();
        counted = bytes.start;
        found.push(Match { bytes, at: characters, word: best.word, weight });
    });
    found
}

/// First and last character of the stretch that has most of what was asked.
fn window(matches: &[Match]) -> (usize, usize) {
    let mut best = (0.0, 0, 0);
    for (first, start) in matches.iter().enumerate() {
        let mut seen: Vec<usize> = Vec::new();
        let mut score = 0.0;
        let mut last = start.at;
        let mut before: Option<&Match> = None;
        for found in matches[first..].iter().take_while(|m| m.at - start.at < LENGTH * 3 / 4) {
            let new = !seen.contains(&found.word);
            score += found.weight * if new { 1.0 } else { 0.05 };
            if new {
                seen.push(found.word);
                last = found.at;
            }
            if before.is_some_and(|b| b.word + 1 == found.word && found.at - b.at < 24) {
                score += 0.3 * found.weight;
            }
            before = Some(found);
        }
        if score > best.0 {
            best = (score, start.at, last);
        }
    }
    (best.1, best.2)
}

/// Bytes of the excerpt around a stretch: whole words, from the beginning of a sentence or block
/// when one is near.
fn widen(text: &str, length: usize, from: usize, until: usize) -> Range<usize> {
    if length <= LENGTH + LENGTH / 4 {
        return 0..text.len();
    }
    let spare = LENGTH.saturating_sub(until - from + 12);
    // Near the end of the text more of what comes before is shown.
    let before = (spare / 2).max((from + LENGTH).saturating_sub(length));
    let earliest = from.saturating_sub(before);
    let places: Vec<(usize, char)> = text.char_indices().collect();
    let mut start = from;
    let mut sentence = None;
    for at in (earliest..=from).rev() {
        let begins = at == 0 || ends_word(places[at - 1].1);
        if !begins || ends_word(places[at].1) {
            continue;
        }
        start = at;
        let ended = at == 0
            || matches!(places[at - 1].1, BLOCK | CELL)
            || (at >= 2 && matches!(places[at - 2].1, '.' | '!' | '?' | ';' | SETTLED | DOUBT_END));
        if ended {
            sentence = sentence.or(Some(at));
        }
    }
    // The nearest beginning, unless it is so near that the words stand without what they mean.
    start = sentence.unwrap_or(start);
    let mut end = (start + LENGTH).min(length);
    if length - end < 24 {
        end = length;
    }
    while end < length && end > until && !ends_word(places[end].1) {
        end -= 1;
    }
    let byte = |at: usize| places.get(at).map_or(text.len(), |(byte, _)| *byte);
    let range = byte(start)..byte(end.max(start));
    // A doubt is shown whole, or added by whoever shows the rest.
    match text[range.clone()].rfind([DOUBT, DOUBT_END]) {
        Some(at) if text[range.start + at..].starts_with(DOUBT) => range.start..range.start + at,
        _ => range,
    }
}

fn ends_word(c: char) -> bool {
    c.is_whitespace() || c < ' '
}

/// The excerpt as it is shown.
fn render(text: &str, range: &Range<usize>, matches: &[Match]) -> (String, Vec<(u32, u32)>) {
    let mut out = Shown::default();
    if range.start > 0 {
        out.push('…');
    }
    let inside =
        matches.iter().filter(|m| m.bytes.start >= range.start && m.bytes.end <= range.end);
    let mut inside = inside.peekable();
    let mut highlights = Vec::new();
    let mut open: Option<(u32, usize)> = None;
    for (at, c) in text[range.clone()].char_indices() {
        let at = range.start + at;
        if let Some((start, _)) = open.take_if(|(_, end)| *end <= at) {
            highlights.push((start, out.length));
        }
        let begins = inside.next_if(|m| m.bytes.start == at);
        out.text(c);
        if let Some(begins) = begins {
            open = Some((out.length - 1, begins.bytes.end));
        }
    }
    if let Some((start, _)) = open {
        highlights.push((start, out.length));
    }
    out.trim_end();
    let rest = &text[range.end..];
    let doubt = rest.find([BLOCK, SETTLED, DOUBT]).filter(|at| rest[*at..].starts_with(DOUBT));
    let last = rest.chars().find(|c| !ends_word(*c));
    if last.is_some_and(|c| c.is_alphanumeric()) {
        out.push('…');
    }
    if let Some(doubt) = doubt {
        // The statement is shown in part; what is in doubt about it is shown whole.
        let words = rest[doubt..].trim_start_matches(DOUBT);
        let words = words.split(DOUBT_END).next().unwrap_or_default();
        out.push(' ');
        out.push('[');
        words.chars().for_each(|c| out.push(c));
        out.push(']');
    }
    (out.shown, highlights)
}

#[derive(Default)]
struct Shown {
    shown: String,
    /// In characters.
    length: u32,
}

impl Shown {
    fn push(&mut self, c: char) {
        self.shown.push(c);
        self.length += 1;
    }

    /// A character of the text; blanks are never doubled.
    fn text(&mut self, c: char) {
        match c {
            BLOCK | CELL => {
                self.trim_end();
                if !self.shown.is_empty() && !self.shown.ends_with(['.', ':', ';', '!', '?', '…'])
                {
                    self.push(' ');
                    self.push('·');
                }
                self.blank();
            }
            SETTLED => {}
            DOUBT => {
                self.blank();
                self.push('[');
            }
            DOUBT_END => self.push(']'),
            c if ends_word(c) => self.blank(),
            c => self.push(c),
        }
    }

    fn blank(&mut self) {
        if !self.shown.is_empty() && !self.shown.ends_with(' ') {
            self.push(' ');
        }
    }

    fn trim_end(&mut self) {
        while self.shown.ends_with(' ') {
            self.shown.pop();
            self.length -= 1;
        }
    }
}
