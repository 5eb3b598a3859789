//! How prose is written: words that would promise too much, abbreviations, dates, link texts and
//! statements of law without a mark. The words are data, `book/prose.toml`, a table a language.
//!
//! Only finds what a list of words can find. A clean check is no proof that a text is careful.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::ops::Range;

use crate::chapter::Chapter;
use crate::cores::Job;
use crate::date::Date;
use crate::diagnostic::Findings;
use crate::handbook::Handbook;
use crate::markdown::{Passage, PassageKind};
use crate::reference::Target;
use crate::source::SourceText;
use crate::table::read_toml;

/// The file with the words.
pub const PROSE: &str = "book/prose.toml";

/// The words that prose is checked for.
#[derive(Clone, Debug, Default)]
pub struct Prose {
    /// Abbreviations that every reader knows.
    pub abbreviations: BTreeSet<String>,
    /// Words by language.
    pub languages: Vec<Words>,
}

/// The words of one language. A phrase that ends with `*` stands for all words that begin so.
#[derive(Clone, Debug)]
pub struct Words {
    /// BCP 47 tag.
    pub id: String,
    /// Names of the months as they stand in a date, January first.
    pub months: Vec<String>,
    /// Phrases that would say an item is free.
    pub outcome: Vec<String>,
    /// Longer phrases that hold one of them and say something else.
    pub outcome_other: Vec<String>,
    /// Words that a statement of law is known by.
    pub law: Vec<String>,
    /// How a paragraph begins that holds such words but states no law.
    pub not_law: Vec<String>,
    /// Link texts that say nothing about where the link leads.
    pub link_text: Vec<String>,
}

impl Prose {
    /// Reads `prose.toml`.
    pub fn read(source: &SourceText, findings: &Findings) -> Self {
        let mut prose = Prose::default();
        read_toml(source, findings, |top| {
            prose.abbreviations = top.texts("abbreviations").into_iter().map(|a| a.value).collect();
            top.each("language", |row| {
                let id = row.required_text("id");
                let texts = |key| row.texts(key).into_iter().map(|t| t.value).collect();
                let lowered =
                    |key| row.texts(key).into_iter().map(|t| lower(&t.value)).collect::<Vec<_>>();
                let months: Vec<String> = texts("months");
                if row.has("months") && months.len() != 12 {
                    let mend = "Give the names of all twelve months, January first.";
                    let values: &[(&str, &dyn Display)] =
                        &[("key", &"months"), ("value", &months.join(", ")), ("mend", &mend)];
                    findings.at("toml-value", source, &row.range(), values);
                    return;
                }
                let words = Words {
                    id: String::new(),
                    months,
                    outcome: lowered("outcome"),
                    outcome_other: lowered("outcome-other"),
                    law: lowered("law"),
                    not_law: texts("not-law"),
                    link_text: lowered("link-text"),
                };
                if let Some(id) = id {
                    prose.languages.push(Words { id: id.value, ..words });
                }
            });
        });
        prose
    }

    /// The words of a language, those of `ro` for `ro-MD` too.
    pub fn language(&self, tag: &str) -> Option<&Words> {
        let language = tag.split('-').next().unwrap_or(tag);
        let named = |tag: &str| self.languages.iter().find(|words| words.id == tag);
        named(tag).or_else(|| named(language))
    }
}

/// Checks of the prose of all chapters and pages, which need not wait for one another.
pub(crate) fn checks<'c>(handbook: &'c Handbook, findings: &'c Findings) -> Vec<Job<'c, ()>> {
    let mut without_words = BTreeSet::new();
    let frame = handbook.region.languages.first().map_or("en", |l| l.id.as_str());
    let pages = handbook.frame.values().map(|chapter| (chapter, frame, false));
    let sections = handbook.countries.iter().flat_map(|country| {
        country.sections.values().map(|c| (c, country.source_language.as_str(), true))
    });
    let mut jobs: Vec<Job<'_, ()>> = Vec::new();
    for (file, language) in data_files(handbook, frame) {
        let Some(words) = handbook.prose.language(language) else { continue };
        jobs.push(Box::new(move || check_data(file, words, findings)));
    }
    for (chapter, usual, in_country) in pages.chain(sections) {
        let language = chapter.front.language.as_deref().unwrap_or(usual);
        let passages = &chapter.markdown.passages;
        if passages.is_empty() || language.is_empty() {
            continue;
        }
        if let Some(words) = handbook.prose.language(language) {
            let checker = Checker { chapter, words, in_country, findings };
            jobs.push(Box::new(move || checker.run(&handbook.prose.abbreviations)));
        } else if without_words.insert(language) {
            findings.at(
                "prose-language",
                &chapter.source,
                &(0..0),
                &[("language", &language), ("file", &PROSE)],
            );
        }
    }
    jobs
}

/// Data files whose texts reach readers, each with the language it is written in.
fn data_files<'c>(
    handbook: &'c Handbook,
    frame: &'c str,
) -> impl Iterator<Item = (&'c SourceText, &'c str)> {
    let own = [
        handbook.glossary.file.as_ref(),
        handbook.sources.file.as_ref(),
        handbook.comparisons.file.as_ref(),
        handbook.procedures.file.as_ref(),
    ];
    let own = own.into_iter().flatten().chain(handbook.crossings.iter().map(|c| &c.file));
    let own = own.chain(handbook.cards.rows.iter().map(|card| &card.file));
    let theirs = handbook.countries.iter().flat_map(|country| {
        let registers = [
            country.file.as_ref(),
            country.sources.file.as_ref(),
            country.authorities.file.as_ref(),
            country.questions.file.as_ref(),
            country.terms.file.as_ref(),
            country.facts.file.as_ref(),
        ];
        let sides = country.procedures.iter().map(|side| &side.file);
        let files = registers.into_iter().flatten().chain(sides);
        files.map(|file| (file, country.source_language.as_str()))
    });
    own.map(move |file| (file, frame)).chain(theirs)
}

/// Looks for words that promise too much in a data file. The other rules are for sentences.
fn check_data(file: &SourceText, words: &Words, findings: &Findings) {
    let text = lower(file.text());
    let found = matches(&text, &words.outcome);
    if found.is_empty() {
        return;
    }
    let other = matches(&text, &words.outcome_other);
    for found in found {
        let line = text[..found.start].rsplit('\n').next().unwrap_or_default();
        let inside = |o: &Range<usize>| o.start <= found.start && found.end <= o.end;
        if !line.trim_start().starts_with('#') && !other.iter().any(inside) {
            let phrase = &file.text()[found.clone()];
            findings.at("outcome-words", file, &found, &[("phrase", &phrase)]);
        }
    }
}

struct Checker<'c> {
    chapter: &'c Chapter,
    words: &'c Words,
    in_country: bool,
    findings: &'c Findings,
}

impl Checker<'_> {
    fn run(&self, known: &BTreeSet<String>) {
        let passages = &self.chapter.markdown.passages;
        let mut known: BTreeSet<&str> = known.iter().map(String::as_str).collect();
        for (at, passage) in passages.iter().enumerate() {
            let text = lower(&passage.text);
            self.outcome(passage, &text);
            self.abbreviations(passage, &mut known);
            self.dates(passage);
            if self.in_country {
                self.law(passage, &text, at + 1 < passages.len());
            }
        }
        self.link_texts();
    }

    fn find(&self, id: &str, range: &Range<usize>, values: &[(&str, &dyn Display)]) {
        self.chapter.finding(self.findings, id, range, values);
    }

    fn outcome(&self, passage: &Passage, text: &str) {
        let found = matches(text, &self.words.outcome);
        if found.is_empty() {
            return;
        }
        let other = matches(text, &self.words.outcome_other);
        for found in found {
            let inside = |o: &Range<usize>| o.start <= found.start && found.end <= o.end;
            // The frame must be able to name the words that nobody may use.
            if other.iter().any(inside) || (!self.in_country && is_quoted(&passage.text, &found)) {
                continue;
            }
            let phrase = &passage.text[found.clone()];
            self.find("outcome-words", &passage.range(&found), &[("phrase", &phrase)]);
        }
    }

    fn abbreviations<'c>(&self, passage: &'c Passage, known: &mut BTreeSet<&'c str>) {
        let text = &passage.text;
        // A heading names in short what the text below it spells out, and the row of a table
        // explains what stands alone in one of its cells.
        let alone = passage.kind == PassageKind::Cell && !text.trim().contains(' ');
        if passage.kind == PassageKind::Heading || alone {
            return;
        }
        for range in capitals(text) {
            let word = &text[range.clone()];
            // Reported once a section: who mends the first use mends them all.
            let first = known.insert(word);
            if first && !is_spelt_out(text, &range) && !is_quoted(text, &range) {
                self.find("abbreviation-unknown", &passage.range(&range), &[("word", &word)]);
            }
        }
    }

    fn dates(&self, passage: &Passage) {
        for (range, date) in dates(&passage.text, &self.words.months) {
            if passage.is_linked(range.start) {
                continue;
            }
            let shown = |date: Date| {
                let month = self.words.months.get(usize::from(date.month) - 1);
                month.map(|month| format!("{} {month} {}", date.day, date.year))
            };
            let mend = match date.and_then(shown) {
                Some(date) => format!("Write {date} (copy from here)."),
                None => "Write the day, the name of the month and the year.".to_owned(),
            };
            let text = &passage.text[range.clone()];
            self.find("date-form", &passage.range(&range), &[("text", &text), ("mend", &mend)]);
        }
    }

    fn law(&self, passage: &Passage, text: &str, goes_on: bool) {
        let states_law = matches!(passage.kind, PassageKind::Paragraph | PassageKind::Item);
        // What a colon introduces carries its own marks.
        let introduces = goes_on && text.trim_end().ends_with(':');
        let begins = |how: &String| passage.text.trim_start().starts_with(how.as_str());
        if !states_law || introduces || self.words.not_law.iter().any(begins) {
            return;
        }
        let marked = passage.marks.last().copied().unwrap_or(0);
        // A link is named after what it leads to, not after what it says.
        let says = |f: &Range<usize>| {
            f.start >= marked && !passage.is_linked(f.start) && !self.points_on(&passage.range(f))
        };
        if let Some(found) = matches(text, &self.words.law).into_iter().find(says) {
            let word = &passage.text[found.clone()];
            self.find("law-unmarked", &passage.range(&found), &[("word", &word)]);
        }
    }

    /// Whether the sentence sends the reader on to a rule or page, which has its own marks. There
    /// is one sentence on a line.
    fn points_on(&self, range: &Range<usize>) -> bool {
        let body = self.chapter.body();
        let end = body[range.end..].find('\n').map_or(body.len(), |n| range.end + n);
        self.chapter.markdown.links.iter().any(|link| {
            matches!(link.target, Target::Rule { .. } | Target::Page { .. })
                && (range.end..end).contains(&link.range.start)
        })
    }

    fn link_texts(&self) {
        let markdown = &self.chapter.markdown;
        for link in &markdown.links {
            if matches!(link.target, Target::Mark(..) | Target::Language(_)) {
                continue;
            }
            let text = self.chapter.body()[link.inner.clone()].trim_matches(['*', '_', ' ', '.']);
            if self.words.link_text.contains(&lower(text)) {
                self.find("link-text", &link.inner, &[("text", &text)]);
            }
        }
    }
}

/// Small letters, byte for byte: a letter whose small form is longer or shorter stays as it is.
fn lower(text: &str) -> String {
    let small = |c: char| {
        let mut all = c.to_lowercase();
        all.next().filter(|s| all.next().is_none() && s.len_utf8() == c.len_utf8()).unwrap_or(c)
    };
    text.chars().map(small).collect()
}

/// Where any of the phrases stands as whole words, the longest of those that begin at one place.
fn matches(text: &str, phrases: &[String]) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    // All prose is looked through at each save of an editor: most places are passed over by a look
    // at two bytes.
    let mut begins = [false; 256];
    phrases.iter().filter_map(|p| p.bytes().next()).for_each(|b| begins[usize::from(b)] = true);
    let mut all: Vec<Range<usize>> = Vec::new();
    for start in 0..bytes.len() {
        let inside = start > 0 && bytes[start - 1].is_ascii_alphanumeric();
        if inside || !begins[usize::from(bytes[start])] || !text.is_char_boundary(start) {
            continue;
        }
        for phrase in phrases {
            let (phrase, open) = phrase.strip_suffix('*').map_or((&**phrase, false), |p| (p, true));
            // The first byte by itself: most phrases begin with another one.
            let begins = phrase.bytes().next() == Some(bytes[start]);
            if !begins || !text[start..].starts_with(phrase) {
                continue;
            }
            let end = start + phrase.len();
            let rest = text[end..].find(|c: char| !c.is_alphanumeric()).unwrap_or(text.len() - end);
            let before = text[..start].chars().next_back();
            if before.is_some_and(char::is_alphanumeric) || (rest > 0 && !open) {
                continue;
            }
            all.push(start..end + rest);
        }
    }
    all.sort_by_key(|r| (r.start, usize::MAX - r.end));
    all.dedup_by_key(|r| r.start);
    all
}

/// Whether quotation marks stand directly around a phrase, so that it is named and not said.
fn is_quoted(text: &str, range: &Range<usize>) -> bool {
    let before = text[..range.start].chars().next_back();
    let after = text[range.end..].trim_start_matches(['.', ',', ';', '!', '?']).chars().next();
    before.is_some_and(|c| "\"“„«".contains(c)) && after.is_some_and(|c| "\"”“»".contains(c))
}

/// Words of two to six Latin capitals that stand alone: no part of a number or of a type, no
/// Roman number.
fn capitals(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let is_word = |c: char| c.is_alphanumeric();
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].find(is_word)?;
        let length = text[start..].find(|c| !is_word(c)).unwrap_or(text.len() - start);
        at = start + length;
        Some(start..at)
    })
    .filter(|range| {
        let word = &text[range.clone()];
        let joined = |c: char| matches!(c, '-' | '/' | '.' | '–');
        let is_digit = |c: char| c.is_ascii_digit();
        // "1163-XIV", "2008/944/CFSP", "SPG-9", "KT-…": parts of one name.
        let in_number =
            text[..range.start].strip_suffix(joined).is_some_and(|t| t.ends_with(is_digit))
                || text[range.end..]
                    .strip_prefix(joined)
                    .is_some_and(|t| t.starts_with(|c| is_digit(c) || c == '…'));
        (2..=6).contains(&word.len())
            && word.bytes().all(|b| b.is_ascii_uppercase())
            && !word.bytes().all(|b| matches!(b, b'I' | b'V' | b'X'))
            && !in_number
    })
}

/// Whether an abbreviation is explained where it stands: "Full Name (ABC)", or "ABC (full name)".
fn is_spelt_out(text: &str, range: &Range<usize>) -> bool {
    let (before, after) = (&text[..range.start], &text[range.end..]);
    let closes = after.starts_with([')', ',', ';']);
    let full = |inner: &str| inner.split_once(')').is_some_and(|(name, _)| name.contains(' '));
    before.strip_suffix('(').is_some_and(|name| closes && !name.trim().is_empty())
        || after.strip_prefix(" (").is_some_and(full)
}

/// Dates that are not written as day, name of the month and year, with the day they mean where
/// that is plain.
fn dates(text: &str, months: &[String]) -> Vec<(Range<usize>, Option<Date>)> {
    let mut all = Vec::new();
    let inside = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '/' | '–');
    let mut at = 0;
    while let Some(start) = text[at..].find(inside).map(|n| at + n) {
        let length = text[start..].find(|c| !inside(c)).unwrap_or(text.len() - start);
        at = start + length;
        // A full stop after a date is the sentence's.
        let word = text[start..at].trim_end_matches(inside_end);
        if let Some(date) = numeric_date(word) {
            all.push((start..start + word.len(), date));
        }
    }
    for (number, month) in months.iter().enumerate() {
        for (start, _) in text.match_indices(month.as_str()) {
            let rest = &text[start + month.len()..];
            let Some(found) = rest.strip_prefix(' ').and_then(day_comma_year) else { continue };
            let (day, year, length) = found;
            let month = u8::try_from(number + 1).unwrap_or(1);
            let end = start + text[start..].len() - rest.len() + 1 + length;
            all.push((start..end, Some(Date::new(year, month, day))));
        }
    }
    all.sort_by_key(|(range, _)| range.start);
    all
}

fn inside_end(c: char) -> bool {
    matches!(c, '-' | '.' | '/' | '–')
}

/// `24, 2026` at the start of a text, and how long it is.
fn day_comma_year(text: &str) -> Option<(u8, u16, usize)> {
    let (day, rest) = text.split_once(", ")?;
    let year: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let valid = (1..=2).contains(&day.len()) && year.len() == 4;
    let length = day.len() + 2 + year.len();
    Some((day.parse().ok()?, year.parse().ok()?, length)).filter(|_| valid)
}

/// A date in numbers: `2026-11-24`, `24.11.2026`, `11/24/2026`. The inner `None`: it is a date,
/// but which of two numbers is the month is not plain.
fn numeric_date(word: &str) -> Option<Option<Date>> {
    let sign = word.chars().find(|c| matches!(c, '-' | '.' | '/'))?;
    let parts: Vec<&str> = word.split(sign).collect();
    let [a, b, c] = parts[..] else { return None };
    let number = |part: &str| part.parse::<u16>().ok().filter(|_| part.len() <= 4);
    let (first, second, third) = (number(a)?, number(b)?, number(c)?);
    let date = |year: u16, month: u16, day: u16| {
        let valid = (1..=12).contains(&month) && (1..=31).contains(&day);
        let date = Date::new(year, u8::try_from(month).ok()?, u8::try_from(day).ok()?);
        valid.then_some(date)
    };
    match (a.len(), b.len(), c.len(), sign) {
        (4, 2, 2, '-' | '.' | '/') => date(first, second, third).map(Some),
        (1..=2, 1..=2, 4, '.' | '-') => date(third, second, first).map(Some),
        (1..=2, 1..=2, 4, _) => match (date(third, second, first), date(third, first, second)) {
            (Some(a), Some(b)) if a != b => Some(None),
            (one, other) => one.or(other).map(Some),
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phrases(all: &[&str]) -> Vec<String> {
        all.iter().map(|p| (*p).to_owned()).collect()
    }

    #[test]
    fn phrases_are_whole_words_or_beginnings_and_the_longest_counts() {
        let all = phrases(&["not controlled", "not controlled by", "prohibit*"]);
        let text = "it is not controlled by us, not uncontrolled; prohibited";
        let found: Vec<&str> = matches(text, &all).into_iter().map(|r| &text[r]).collect();
        assert_eq!(found, ["not controlled by", "prohibited"]);
    }

    #[test]
    fn small_letters_keep_every_byte_in_its_place() {
        for text in ["İstanbul ẞ Стаття ქართული Ș", "NOT Controlled"] {
            assert_eq!(lower(text).len(), text.len());
        }
        assert_eq!(lower("Стаття Ș"), "стаття ș");
    }

    #[test]
    fn only_quotation_marks_directly_around_a_phrase_quote_it() {
        let quoted = |text: &str| {
            let at = text.find("not controlled").unwrap();
            is_quoted(text, &(at..at + "not controlled".len()))
        };
        assert!(quoted("never write “not controlled”") && quoted("say \"not controlled.\""));
        assert!(!quoted("the sign “is not controlled” says") && !quoted("is not controlled"));
    }

    #[test]
    fn abbreviations_are_capitals_that_are_no_number_or_type() {
        let text = "Annexes I to IV, Law 1163-XIV, 2008/944/CFSP, SPG-9, 3A001, NATO and ДСЕК, A";
        let found: Vec<&str> = capitals(text).map(|r| &text[r]).collect();
        assert_eq!(found, ["NATO"]);
        for (text, spelt) in [
            ("the Agency (PSA) decides", true),
            ("PSA (Public Services Agency)", true),
            ("(PSA) decides", false),
            ("the PSA decides", false),
        ] {
            let range = capitals(text).next().unwrap();
            assert_eq!(is_spelt_out(text, &range), spelt, "{text}");
        }
    }

    #[test]
    fn dates_in_other_forms_are_found_and_read() {
        let months: Vec<String> = (1..=12)
            .map(|m| Date::new(2026, m, 1).long().split(' ').nth(1).unwrap().to_owned())
            .collect();
        let found = |text: &str| -> Vec<(String, String)> {
            let all = dates(text, &months).into_iter();
            all.map(|(r, d)| (text[r].to_owned(), d.map_or("?".to_owned(), |d| d.to_string())))
                .collect()
        };
        let plain = "2026-11-24";
        for written in ["2026-11-24", "24.11.2026", "11/24/2026", "24/11/2026", "November 24, 2026"]
        {
            let text = format!("It came on {written}.");
            assert_eq!(found(&text), [(written.to_owned(), plain.to_owned())]);
        }
        assert_eq!(found("on 4/5/2026")[0].1, "?");
        assert_eq!(found("2021/821, 24 November 2026, GD 1.1.2020.3, 2024-2026, 40.13.2020"), []);
    }
}
