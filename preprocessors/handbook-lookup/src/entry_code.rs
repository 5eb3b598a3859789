//! Entry codes: how they are written, and where they stand in a text.
//!
//! A code is a category digit, a group letter A–E and three digits (`3A001`), then levels after
//! dots, each one lower-case letter or a number (`3A001.b.2.a.1`).

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

/// Longest number a level may have; the list goes to two digits.
const MAX_LEVEL_DIGITS: usize = 3;

/// A code in its one right spelling, of an entry (`3A001`) or a provision below it (`3A001.b.2`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryCode(String);

impl EntryCode {
    /// Reads a code that must already be in its right spelling; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let mut found = mentions(text);
        match (found.next(), found.next()) {
            (Some(mention), None) if mention.range == (0..text.len()) && mention.is_exact() => {
                Some(mention.code)
            }
            _ => None,
        }
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The five-character entry the code belongs to.
    pub fn entry(&self) -> &str {
        &self.0[..5]
    }

    /// Category digit and group letter, such as `3A`.
    pub fn group(&self) -> &str {
        &self.0[..2]
    }

    /// The code one level up; `None` for an entry.
    pub fn parent(&self) -> Option<EntryCode> {
        self.0.rsplit_once('.').map(|(parent, _)| EntryCode(parent.into()))
    }

    /// Levels below the entry: 0 for `3A001`, 2 for `3A001.b.2`.
    pub fn level(&self) -> usize {
        self.0.matches('.').count()
    }
}

impl fmt::Display for EntryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A place in a text where an entry code stands, or what looks like one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// Bytes of the text it takes.
    pub range: Range<usize>,
    /// The code in its right spelling.
    pub code: EntryCode,
    /// Characters that are not what they look like: byte offset in the text, the character, and
    /// the Latin one it stands for.
    pub look_alikes: Vec<(usize, char, char)>,
}

impl Mention {
    /// Whether the text spells the code with the right characters.
    pub fn is_exact(&self) -> bool {
        self.look_alikes.is_empty()
    }
}

/// Finds every code in `text`, left to right, also those typed with letters of another script
/// that look Latin. A code inside a longer word or number is passed over.
pub fn mentions(text: &str) -> impl Iterator<Item = Mention> {
    let mut at = 0;
    core::iter::from_fn(move || {
        while let Some(offset) = text[at..].find(|c: char| c.is_ascii_digit()) {
            let start = at + offset;
            let before = text[..start].chars().next_back();
            let found = (!before.is_some_and(joins)).then(|| mention_at(text, start));
            if let Some(Some(mention)) = found {
                at = mention.range.end;
                return Some(mention);
            }
            // On past this run of digits; a code never starts inside one.
            at = start + text[start..].bytes().take_while(u8::is_ascii_digit).count();
        }
        None
    })
}

/// Whether `c` before or after a code makes it part of something longer.
fn joins(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn mention_at(text: &str, start: usize) -> Option<Mention> {
    let mut reader = Reader { text, at: start, code: String::new(), look_alikes: Vec::new() };
    reader.digit()?;
    reader.letter('A'..='E')?;
    for _ in 0..3 {
        reader.digit()?;
    }
    if reader.rest().starts_with(joins) {
        return None;
    }
    while reader.level().is_some() {}
    Some(Mention {
        range: start..reader.at,
        code: EntryCode(reader.code),
        look_alikes: reader.look_alikes,
    })
}

#[derive(Clone)]
struct Reader<'t> {
    text: &'t str,
    at: usize,
    code: String,
    look_alikes: Vec<(usize, char, char)>,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn digit(&mut self) -> Option<()> {
        let c = self.rest().chars().next().filter(char::is_ascii_digit)?;
        self.take(c, c);
        Some(())
    }

    fn letter(&mut self, allowed: core::ops::RangeInclusive<char>) -> Option<()> {
        let c = self.rest().chars().next()?;
        let latin = latin_look_alike(c).unwrap_or(c);
        if !allowed.contains(&latin) {
            return None;
        }
        self.take(c, latin);
        Some(())
    }

    fn take(&mut self, c: char, latin: char) {
        if c != latin {
            self.look_alikes.push((self.at, c, latin));
        }
        self.code.push(latin);
        self.at += c.len_utf8();
    }

    /// A dot and one level, or nothing at all.
    fn level(&mut self) -> Option<()> {
        let mut ahead = self.clone();
        if !ahead.rest().starts_with('.') {
            return None;
        }
        ahead.take('.', '.');
        if ahead.letter('a'..='z').is_none() {
            ahead.digit()?;
            for _ in 1..MAX_LEVEL_DIGITS {
                if ahead.digit().is_none() {
                    break;
                }
            }
        }
        if ahead.rest().starts_with(joins) {
            return None;
        }
        *self = ahead;
        Some(())
    }
}

/// The Latin letter a Cyrillic or Greek one cannot be told from on the page.
fn latin_look_alike(c: char) -> Option<char> {
    Some(match c {
        'А' | 'Α' => 'A',
        'В' | 'Β' => 'B',
        'С' => 'C',
        'Е' | 'Ε' => 'E',
        'а' => 'a',
        'с' => 'c',
        'ԁ' => 'd',
        'е' => 'e',
        'һ' => 'h',
        'і' => 'i',
        'ј' => 'j',
        'о' | 'ο' => 'o',
        'р' => 'p',
        'х' => 'x',
        'у' => 'y',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use alloc::vec;

    fn found(text: &str) -> Vec<String> {
        mentions(text).map(|m| m.code.to_string()).collect()
    }

    #[test]
    fn finds_codes_in_prose_without_the_full_stop() {
        assert_eq!(
            found("Items of 3A001.b.2.a and 5A002, but see 1C350.89. Then more."),
            vec!["3A001.b.2.a", "5A002", "1C350.89"]
        );
    }

    #[test]
    fn passes_over_codes_inside_longer_words() {
        assert_eq!(found("13A001 x3A001 3A0011 3A001x 3F001 30A001"), Vec::<String>::new());
        // What follows the dot is a word, so the code ends before it.
        assert_eq!(found("3A001.See below"), vec!["3A001"]);
        assert_eq!(found("3A001.b.1234"), vec!["3A001.b"]);
    }

    #[test]
    fn names_each_look_alike_and_where_it_stands() {
        let text = "See 3А001.а here";
        let mention = mentions(text).next().unwrap();
        assert_eq!(mention.code.as_str(), "3A001.a");
        assert_eq!(mention.look_alikes, vec![(5, 'А', 'A'), (11, 'а', 'a')]);
        assert_eq!(&text[mention.range], "3А001.а");
    }

    #[test]
    fn knows_its_place_in_the_list() {
        let code = EntryCode::parse("3A001.b.2").unwrap();
        assert_eq!((code.entry(), code.group(), code.level()), ("3A001", "3A", 2));
        assert_eq!(code.parent().unwrap().as_str(), "3A001.b");
        assert_eq!(EntryCode::parse("3A001").unwrap().parent(), None);
        for wrong in ["3A001.", "3a001", "3A001.B", "3А001", " 3A001", ""] {
            assert_eq!(EntryCode::parse(wrong), None, "{wrong:?}");
        }
    }
}
