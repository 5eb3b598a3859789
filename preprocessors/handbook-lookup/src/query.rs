//! What a reader may have meant: entry codes, CAS, UN and tariff numbers in any spelling, and the
//! words that are left.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::fold::{self, Lang};

/// Characters of a query that are read; nobody types more, and a pasted book must be quick.
const MAX_CHARS: usize = 600;
/// Words of a query that are looked up.
const MAX_WORDS: usize = 40;

/// A query, understood.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// Possible entry codes in the order written.
    pub codes: Vec<CodeReading>,
    /// CAS numbers with hyphens, their check digits right.
    pub cas: Vec<String>,
    /// What has the form of a CAS number but fails its check digit.
    pub cas_refused: Vec<String>,
    /// Tariff numbers, digits only.
    pub tariff: Vec<Number>,
    /// UN numbers.
    pub un: Vec<Number>,
    /// The other words.
    pub words: Vec<Word>,
    /// Whether the last word may still be being typed.
    pub open: bool,
    /// The language, where letters or particles tell it among those written in Latin letters.
    pub lang: Option<Lang>,
}

/// What a query asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// Goods, as far as can be told.
    Goods,
    /// Programs.
    Software,
    /// Technology.
    Technology,
}

/// A possible entry code as it may be meant.
#[derive(Clone, Debug, PartialEq)]
pub struct CodeReading {
    /// Possible entries, the likeliest first: the group's letter can be read in two ways.
    pub entries: Vec<String>,
    /// Levels below, as far as they were written.
    pub levels: Vec<String>,
    /// The beginning of an entry code, where fewer than three digits were written.
    pub beginning: Option<String>,
    /// What was written.
    pub written: String,
    /// Whether it can hardly be anything else.
    pub strong: bool,
}

/// A number and whether it can hardly be anything else.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    /// Digits.
    pub digits: String,
    /// Whether the query is nothing else, or says what the number is.
    pub strong: bool,
}

/// A word with how much it says about what the goods are.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    /// Folded.
    pub text: String,
    /// 1 for a plain word, less for numbers, units, grades and particles.
    pub weight: f32,
}

impl Word {
    /// Whether it only joins others.
    pub fn is_particle(&self) -> bool {
        self.weight <= PARTICLE
    }

    /// What it says where no text has the very word.
    pub(crate) fn says(&self) -> f32 {
        self.weight
    }
}

impl Query {
    /// Reads a query. Never fails; what is not understood is a word.
    pub fn read(text: &str) -> Self {
        let mut reader = Reader::new(text);
        let mut query = Query::default();
        reader.codes_and_cas(&mut query);
        reader.numbers(&mut query);
        let left = reader.left();
        let words = fold::words(&left);
        query.words = words.iter().take(MAX_WORDS).map(|w| weighed(w)).collect();
        query.open = left.chars().next_back().is_some_and(char::is_alphanumeric);
        query.lang = language(&left, &query.words);
        query
    }

    /// Whether goods are asked for, or software or technology for them. Names of both hold the
    /// goods' name, so the one word that tells them apart must weigh.
    pub fn asks(&self) -> Asks {
        const SOFTWARE: &str = "\
            software softver firmware забезпечен обеспечен უზრუნველყოფ teminat";
        const PROGRAMS: &str = "\
            program programe програма программа программы პროგრამა proqrami proqramlari";
        const TECHNOLOGY: &str = "technolog tehnologi технолог ტექნოლოგი texnologiya";
        let begins = |starts: &str| {
            self.words.iter().any(|w| starts.split(' ').any(|s| w.text.starts_with(s)))
        };
        if begins(SOFTWARE) || self.words.iter().any(|w| has(PROGRAMS, &w.text)) {
            Asks::Software
        } else if begins(TECHNOLOGY) {
            Asks::Technology
        } else {
            Asks::Goods
        }
    }

    /// Whether nothing was written that could be looked up.
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
            && self.cas.is_empty()
            && self.tariff.is_empty()
            && self.un.is_empty()
            && self.words.is_empty()
    }
}

/// Whether a CAS number has the right form and check digit.
pub fn is_cas_number(text: &str) -> bool {
    let mut parts = text.split('-');
    let (Some(first), Some(second), Some(check), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    if !(2..=7).contains(&first.len()) || second.len() != 2 || check.len() != 1 {
        return false;
    }
    let digits: Option<Vec<u32>> =
        first.chars().chain(second.chars()).map(|c| c.to_digit(10)).collect();
    digits.is_some_and(|digits| {
        let sum: u32 = digits.iter().rev().zip(1..).map(|(d, n)| d * n).sum();
        check.parse() == Ok(sum % 10)
    })
}

struct Reader {
    chars: Vec<char>,
    taken: Vec<bool>,
}

impl Reader {
    fn new(text: &str) -> Self {
        let mut chars: Vec<char> = Vec::new();
        for c in text.chars().take(MAX_CHARS * 4) {
            let c = match c {
                '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' => continue,
                '\u{2060}'..='\u{206f}' | '\u{feff}' => continue,
                '\u{2010}'..='\u{2015}' | '−' => '-',
                '！'..='～' => char::from_u32(c as u32 - 0xfee0).unwrap_or(' '),
                c if c.is_control() || c.is_whitespace() => ' ',
                c => c,
            };
            if c == ' ' && chars.last().is_none_or(|last| *last == ' ') {
                continue;
            }
            chars.push(c);
            if chars.len() == MAX_CHARS {
                break;
            }
        }
        let taken = alloc::vec![false; chars.len()];
        Reader { chars, taken }
    }

    fn at(&self, at: usize) -> char {
        self.chars.get(at).copied().unwrap_or(' ')
    }

    /// Whether a number or code may start here: not inside a word or number.
    fn starts(&self, at: usize) -> bool {
        self.at(at).is_ascii_digit() && self.is_free(at)
    }

    /// Whether what stands before this place does not belong to it.
    fn is_free(&self, at: usize) -> bool {
        let before = if at == 0 { ' ' } else { self.at(at - 1) };
        let decimal = at > 1 && matches!(before, '.' | ',' | '-') && {
            let earlier = self.at(at - 2);
            earlier.is_alphanumeric()
        };
        !before.is_alphanumeric() && !decimal
    }

    /// Whether everything outside `from..to` is blank or punctuation.
    fn alone(&self, from: usize, to: usize) -> bool {
        let outside = self.chars.iter().enumerate().filter(|(at, _)| *at < from || *at >= to);
        outside.into_iter().all(|(_, c)| !c.is_alphanumeric())
    }

    fn take(&mut self, from: usize, to: usize) -> String {
        self.taken[from..to].iter_mut().for_each(|t| *t = true);
        self.chars[from..to].iter().collect()
    }

    fn left(&self) -> String {
        let pairs = self.chars.iter().zip(&self.taken);
        pairs.map(|(c, taken)| if *taken { ' ' } else { *c }).collect()
    }

    fn codes_and_cas(&mut self, query: &mut Query) {
        let mut at = 0;
        while at < self.chars.len() {
            if digit(self.at(at)).is_some() {
                let free = self.is_free(at);
                if (free || self.says_cas(at))
                    && let Some((number, end)) = self.cas_at(at)
                {
                    let known = if is_cas_number(&number) {
                        &mut query.cas
                    } else {
                        &mut query.cas_refused
                    };
                    known.push(number);
                    self.take_label(at);
                    self.take(at, end);
                    at = end;
                    continue;
                }
                let code = if free { self.code_at(at) } else { self.glued_code_at(at) };
                if let Some((mut reading, end)) = code {
                    reading.written = self.take(at, end).trim().into();
                    query.codes.push(reading);
                    at = end;
                    continue;
                }
            }
            at += 1;
        }
    }

    /// Whether the letters that run into this place are the label of a CAS number.
    fn says_cas(&self, at: usize) -> bool {
        let letters = self.chars[..at].iter().rev().take_while(|c| c.is_alphabetic()).count();
        let label: String = self.chars[at - letters..at].iter().collect();
        matches!(fold::fold(&label).as_str(), "cas" | "кас" | "casno" | "rn")
    }

    /// `7783-81-5`, also with blanks around the hyphens, with other marks in their place, or with
    /// letters that were read for digits; these must fit the check digit.
    fn cas_at(&self, start: usize) -> Option<(String, usize)> {
        let mut at = start;
        let mut number = String::new();
        let mut plain = true;
        let blanks = |mut at: usize| {
            while self.at(at) == ' ' && at < self.chars.len() {
                at += 1;
            }
            at
        };
        for (least, most) in [(2, 7), (2, 2), (1, 1)] {
            if !number.is_empty() {
                let mark = blanks(at);
                match self.at(mark) {
                    '-' => at = blanks(mark + 1),
                    '.' | '/' | '_' if mark == at => (at, plain) = (mark + 1, false),
                    _ if mark > at && mark < self.chars.len() => (at, plain) = (mark, false),
                    _ => return None,
                }
                number.push('-');
            }
            let from = at;
            while at < self.chars.len() && at - from < most {
                let Some(known) = digit(self.at(at)) else { break };
                plain &= self.at(at).is_ascii_digit();
                number.push(known);
                at += 1;
            }
            if at - from < least {
                return None;
            }
        }
        let after = self.at(at);
        let ends = !after.is_alphanumeric() && (after != '-' || at >= self.chars.len());
        let real = self.chars[start..at].iter().filter(|c| c.is_ascii_digit()).count();
        // Three numbers in a row are most often quantities, so such a one must be alone or said.
        let meant = || {
            is_cas_number(&number) && real >= 4 && {
                let spaced = self.chars[start..at].contains(&' ');
                !spaced || self.alone(start, at) || self.says(start) == Some(Says::Cas)
            }
        };
        (ends && (plain || meant())).then_some((number, at))
    }

    /// A code right behind a word: `item3A001`; only when nothing else can be meant.
    fn glued_code_at(&self, start: usize) -> Option<(CodeReading, usize)> {
        let word = self.chars[..start].iter().rev().take_while(|c| c.is_alphabetic()).count();
        let exact = matches!(self.at(start + 1), 'A'..='E')
            && self.at(start).is_ascii_digit()
            && (2..5).all(|step| self.at(start + step).is_ascii_digit());
        if word < 3 || !exact {
            return None;
        }
        self.code_at(start)
    }

    /// A code that starts here: `3a1b2`, `3A 001 b 2`, `1C35045`, `3А001.b`.
    fn code_at(&self, start: usize) -> Option<(CodeReading, usize)> {
        let category = digit(self.at(start))?;
        let misread = category != self.at(start);
        let mut at = start + 1;
        let gap = |reader: &Self, at: usize| {
            let wide = matches!(reader.at(at), ' ' | '.' | '-' | '/') && at < reader.chars.len();
            at + usize::from(wide)
        };
        let letter_at = gap(self, at);
        let groups = group_letters(self.at(letter_at))?;
        let digits_at = gap(self, letter_at + 1);
        let spaced = letter_at > at || digits_at > letter_at + 1;
        at = digits_at;
        let mut digits = String::new();
        while digits.len() < 7 {
            match self.at(at) {
                c if c.is_ascii_digit() => digits.push(c),
                // A letter that was read or typed for nought, among the first three.
                'o' | 'O' | 'о' | 'О' if digits.len() < 3 => digits.push('0'),
                // Others only where they make the number whole.
                c if digits.len() < 3 && self.completes(digits_at, at) => match digit(c) {
                    Some(digit) => digits.push(digit),
                    None => break,
                },
                _ => break,
            }
            at += 1;
        }
        let real = self.chars[digits_at..at].iter().filter(|c| c.is_ascii_digit()).count();
        if real == 0 || digits.len() > 6 || (spaced && digits.len() != 3) {
            return None;
        }
        if misread && (spaced || digits.len() < 3 || real < 2) {
            return None;
        }
        let mut levels = Vec::new();
        let entry = match digits.len() {
            1 => alloc::format!("00{digits}"),
            2 => alloc::format!("0{digits}"),
            3 => digits.clone(),
            _ => {
                // The British spelling runs the number on.
                levels.push(digits[3..].trim_start_matches('0').to_string());
                digits[..3].to_string()
            }
        };
        let end = self.levels(at, &mut levels);
        if self.at(end).is_alphanumeric() && end < self.chars.len() {
            return None;
        }
        let alone = self.alone(start, end);
        let has_letter = levels.iter().any(|l| !l.starts_with(|c: char| c.is_ascii_digit()));
        let latin = misread && self.at(start).is_ascii();
        let strong = alone || (!spaced && digits.len() >= 3 && !latin) || has_letter;
        let entries = groups.iter().map(|g| alloc::format!("{category}{g}{entry}")).collect();
        let beginning = (alone && levels.is_empty() && digits.len() < 3)
            .then(|| alloc::format!("{category}{}{digits}", groups[0]));
        Some((CodeReading { entries, levels, beginning, written: String::new(), strong }, end))
    }

    /// Whether three characters from `from` on are digits, or letters read for them, one at most,
    /// so that the one at `at` may be read as a digit.
    fn completes(&self, from: usize, at: usize) -> bool {
        let three = [self.at(from), self.at(from + 1), self.at(from + 2)];
        let read = three.iter().filter(|c| !c.is_ascii_digit()).count();
        at < from + 3
            && read == 1
            && three.iter().all(|c| digit(*c).is_some())
            && level_letter(self.at(from + 3)).is_none_or(|_| self.at(from + 3).is_ascii())
    }

    /// Reads levels below an entry and returns where they end.
    fn levels(&self, start: usize, levels: &mut Vec<String>) -> usize {
        let mut end = start;
        loop {
            let mut at = end;
            let mut blank = false;
            while matches!(self.at(at), ' ' | '.' | '-' | '/' | '(' | ')' | ',' | '_')
                && at < self.chars.len()
                && at - end < 3
            {
                blank |= matches!(self.at(at), ' ' | ',');
                at += 1;
            }
            let from = at;
            let mut level = String::new();
            if self.at(at).is_ascii_digit() {
                while self.at(at).is_ascii_digit() {
                    level.push(self.at(at));
                    at += 1;
                }
                // After a blank a number is rather a quantity, unless letters lead up to it.
                let led = levels.last().is_some_and(|l| l.starts_with(|c: char| c.is_alphabetic()));
                if level.len() > 3 || (blank && !led && !self.alone(0, at)) {
                    return end;
                }
                let fraction = matches!(self.at(at), '.' | ',') && self.at(at + 1).is_ascii_digit();
                if blank && fraction {
                    return end;
                }
            } else if let Some(letter) = level_letter(self.at(at)) {
                at += 1;
                // A letter before letters begins a word, and one before a word may be a particle.
                if self.at(at).is_alphabetic() && at < self.chars.len() {
                    return end;
                }
                let word = |c: char| c.is_alphanumeric();
                let particle = blank
                    && self.at(at) == ' '
                    && word(self.at(at + 1))
                    && word(self.at(at + 2))
                    && at + 2 < self.chars.len();
                if particle {
                    return end;
                }
                level.push(letter);
            }
            if at == from || levels.len() > 8 {
                return end;
            }
            levels.push(level);
            end = at;
        }
    }

    fn numbers(&mut self, query: &mut Query) {
        let mut at = 0;
        while at < self.chars.len() {
            // A number right after letters counts when they say what it is: `UN2811`.
            let glued = self.at(at).is_ascii_digit()
                && at > 0
                && (self.at(at - 1).is_alphabetic() || self.at(at - 1) == '-')
                && self.says(at).is_some();
            if self.taken[at] || !(self.starts(at) || glued) {
                at += 1;
                continue;
            }
            let (groups, end) = self.groups_at(at);
            at = self.number(query, at, &groups, end);
        }
    }

    /// Runs of digits from here on, parted by single dots or blanks, with where each ends.
    fn groups_at(&self, start: usize) -> (Vec<(String, char, usize)>, usize) {
        let mut groups: Vec<(String, char, usize)> = Vec::new();
        let mut at = start;
        let mut before = '.';
        loop {
            let from = at;
            while self.at(at).is_ascii_digit() && !self.taken[at] {
                at += 1;
            }
            if at == from {
                break;
            }
            groups.push((self.chars[from..at].iter().collect(), before, at));
            before = self.at(at);
            if !matches!(before, '.' | ' ') || groups.len() == 5 {
                break;
            }
            at += 1;
        }
        let end = groups.last().map_or(start + 1, |g| g.2);
        (groups, end)
    }

    fn number(
        &mut self,
        query: &mut Query,
        start: usize,
        groups: &[(String, char, usize)],
        end: usize,
    ) -> usize {
        let first_end = groups[0].2;
        let after = |end: usize| self.at(end);
        if after(first_end).is_alphabetic() && groups.len() == 1 {
            return first_end;
        }
        let alone = self.alone(start, end);
        let said = self.says(start).or_else(|| self.says_after(first_end));
        let digits = &groups[0].0;
        if digits.len() == 4 && (said == Some(Says::Un) || (alone && groups.len() == 1)) {
            query.un.push(Number { digits: digits.clone(), strong: said.is_some() });
            if said == Some(Says::Un) {
                self.take_label(start);
                self.take(start, first_end);
                return first_end;
            }
        }
        let bare_cas = |digits: &str| {
            (5..=10).contains(&digits.len()).then(|| {
                let (first, rest) = digits.split_at(digits.len() - 3);
                alloc::format!("{first}-{}-{}", &rest[..2], &rest[2..])
            })
        };
        if let Some(cas) = bare_cas(digits).filter(|cas| is_cas_number(cas))
            && said != Some(Says::Tariff)
        {
            query.cas.push(cas);
            if said == Some(Says::Cas) {
                self.take_label(start);
                self.take(start, first_end);
                return first_end;
            }
        }
        let count: usize = groups.iter().map(|group| group.0.len()).sum();
        let said = if said == Some(Says::Coded) && count >= 6 { Some(Says::Tariff) } else { said };
        let sure = alone || said == Some(Says::Tariff);
        if let Some((digits, end)) = tariff(groups, sure) {
            // Ten digits run together in an invoice are rather an article number.
            if sure || digits.len() >= 6 {
                if said == Some(Says::Tariff) {
                    self.take_label(start);
                }
                query.tariff.push(Number { digits, strong: sure });
                if sure {
                    self.take(start, end);
                }
                return end;
            }
        }
        first_end
    }

    /// `1689 UN`: what is said when the label comes after.
    fn says_after(&self, end: usize) -> Option<Says> {
        let blank = self.chars.get(end).filter(|c| **c == ' ')?;
        let after: String = core::iter::once(blank)
            .chain(self.chars[end + 1..].iter().take_while(|c| c.is_alphanumeric()))
            .collect();
        has("un оон onu", &fold::fold(&after)).then_some(Says::Un)
    }

    /// What the words just before a number say about it.
    fn says(&self, start: usize) -> Option<Says> {
        let before: String = self.chars[start.saturating_sub(24)..start].iter().collect();
        let words = fold::words(&before);
        // `U.N.` and the like fall apart.
        let ends = |letters: &[&str]| {
            let tail = words.len().checked_sub(letters.len()).map(|from| &words[from..]);
            tail.is_some_and(|tail| tail == letters)
        };
        if ends(&["u", "n"]) || ends(&["o", "n", "u"]) || ends(&["о", "о", "н"]) {
            return Some(Says::Un);
        }
        if ends(&["h", "s"]) || ends(&["c", "n"]) {
            return Some(Says::Tariff);
        }
        let labels = words.iter().rev().take(4).take_while(|word| has(LABELS, word));
        let coded = words.last().is_some_and(|word| has("code код cod kod კოდი", word));
        { labels }
            .find_map(|word| {
                [(UN, Says::Un), (CAS, Says::Cas), (TARIFF, Says::Tariff)]
                    .into_iter()
                    .find_map(|(labels, says)| has(labels, word).then_some(says))
            })
            .or(coded.then_some(Says::Coded))
    }

    /// Takes the words that say what a number is, with it.
    fn take_label(&mut self, start: usize) {
        let mut at = start;
        let mut words = 0;
        while at > 0 && words < 3 {
            let word_end = at;
            while at > 0 && !self.at(at - 1).is_alphanumeric() {
                at -= 1;
            }
            let letters_end = at;
            while at > 0 && self.at(at - 1).is_alphabetic() {
                at -= 1;
            }
            let word: String = self.chars[at..letters_end].iter().collect();
            let word = fold::fold(&word);
            if !has(LABELS, &word) {
                return;
            }
            self.taken[at..word_end].iter_mut().for_each(|t| *t = true);
            words += 1;
        }
    }
}

/// Words before a UN number, folded.
const UN: &str = "un unno оон onu გაერო გაეროს bmt";
/// Words before a CAS number.
const CAS: &str = "cas casno кас rn";
/// Words before a tariff number.
const TARIFF: &str = "\
    hs hscode hs6 hts cn cn8 taric nc nc8 sh tnved тнвэд вэд уктзед зед xif xifmn mn сн тн гс სეს ესნ სესნ tariff \
    tarif tarifar tarife тариф тарифна тарифныи тарифного vamal commodity customs товара \
    товару митнии таможенныи საბაჟო";
/// All these, and what may stand between them and the number.
const LABELS: &str = "\
    un unno u n o оон о н onu გაერო გაეროს bmt cas casno кас rn hs hscode hs6 h s hts cn cn8 c taric nc nc8 \
    sh tnved тнвэд тн гс вэд еаэс уктзед укт зед xif xifmn mn сн სეს ესნ სესნ tariff tarif tarifar \
    tarife тариф тарифна тарифныи тарифного vamal commodity customs митнии таможенныи საბაჟო \
    heading subheading chapter no nr id number numar numarul code code код коду кодом cod codul kod \
    kodu კოდი კოდით номер номером ნომერი позиция позиції позиці позиціі товару товара";

#[derive(Clone, Copy, PartialEq)]
enum Says {
    Un,
    Cas,
    Tariff,
    /// Some code, which a long number makes a tariff number.
    Coded,
}

/// A tariff number made of groups of digits; blanks between them only where it must be one.
fn tariff(groups: &[(String, char, usize)], sure: bool) -> Option<(String, usize)> {
    let mut best = None;
    let mut digits = String::new();
    for (at, (group, before, end)) in groups.iter().enumerate() {
        if at > 0 && *before == ' ' && !sure {
            break;
        }
        let fits = match at {
            0 => matches!(group.len(), 2 | 4 | 6 | 8 | 10),
            // `8806 22 000 0`, as east of here.
            _ => matches!((digits.len(), group.len()), (_, 2 | 4) | (6, 3) | (9, 1)),
        };
        if !fits {
            // A fraction or the like: then it is no tariff number at all.
            if *before == '.' {
                return None;
            }
            break;
        }
        digits.push_str(group);
        if matches!(digits.len(), 4 | 6 | 8 | 10) {
            best = Some((digits.clone(), *end));
        }
    }
    best.filter(|(digits, _)| ("01".."98").contains(&&digits[..2]))
}

/// The digit a character is, or may have been read or typed for.
fn digit(c: char) -> Option<char> {
    Some(match c {
        '0'..='9' => c,
        'O' | 'o' | 'О' | 'о' | 'Ο' => '0',
        'I' | 'l' | 'І' | 'і' | '|' => '1',
        'З' | 'з' => '3',
        _ => return None,
    })
}

/// The Latin letter a level's letter stands for, whatever keyboard it was typed on.
fn level_letter(c: char) -> Option<char> {
    if c.is_ascii_alphabetic() {
        return Some(c.to_ascii_lowercase());
    }
    Some(match c {
        'а' | 'А' | 'ა' | 'Α' | 'α' => 'a',
        'б' | 'Б' | 'в' | 'В' | 'ь' | 'Ь' | 'ბ' | 'Β' | 'β' => 'b',
        'с' | 'С' | 'ц' | 'Ц' | 'ც' => 'c',
        'д' | 'Д' | 'დ' => 'd',
        'е' | 'Е' | 'ე' | 'Ε' => 'e',
        'ф' | 'Ф' | 'ფ' => 'f',
        'г' | 'Г' | 'გ' => 'g',
        'һ' | 'ჰ' => 'h',
        'і' | 'І' | 'ი' | 'и' | 'И' => 'i',
        'ј' | 'Ј' | 'ჯ' => 'j',
        'к' | 'К' | 'კ' => 'k',
        'л' | 'Л' | 'ლ' => 'l',
        'м' | 'М' | 'მ' => 'm',
        'о' | 'О' | 'ო' => 'o',
        'п' | 'П' | 'р' | 'Р' | 'პ' => 'p',
        _ => return None,
    })
}

/// The group letters a character may stand for: a look-alike, the letter's name in another
/// alphabet, or the key it shares on a Cyrillic keyboard.
fn group_letters(c: char) -> Option<&'static [char]> {
    Some(match c {
        'A' | 'a' | 'А' | 'а' | 'Α' | 'ა' | 'Ф' | 'ф' => &['A'],
        'B' | 'b' | 'Β' | 'ბ' | 'Б' | 'б' | 'И' | 'и' => &['B'],
        // Looks like B; sounds like none; is D's key.
        'В' | 'в' => &['B', 'D'],
        'C' | 'c' | 'С' | 'с' | 'ც' | 'Ц' | 'ц' => &['C'],
        'D' | 'd' | 'Д' | 'д' | 'დ' => &['D'],
        'E' | 'e' | 'Е' | 'е' | 'Ε' | 'ე' | 'У' | 'у' => &['E'],
        _ => return None,
    })
}

/// Particles of the six languages, folded.
const PARTICLES: &str = "\
    a an and as at by for from in is of on or the to with without ca cu de din fara la pe pentru \
    prin si sau un o в во на для с со з зі із і и та или або по без до от від из за და ან ve \
    ucun ile olan uzre";

/// Units, packing, and words of papers that say nothing about the goods, folded.
const UNITS: &str = "\
    mm cm m km um nm in inch ft mg g kg t lb oz l ml lt gal v kv vac vdc ac w kw mw kva hp hz \
    khz mhz ghz bar mbar pa kpa mpa gpa psi rpm db dbi c k x pcs pc pce ea each set sets qty \
    unit units box lot pack item no nr model type serial sn pn part new used made brand usd eur \
    invoice шт штук кг г мм см м л в вт квт гц компл комплект модель тип марка марки сер артикул \
    арт нов новыи новии buc bucata bucati nou noua tip marca eded ed ceki ცალი კგ მმ ლ მოდელი \
    კომპლექტი yeni grade purity class size dia od id wt";

/// Weight of particles.
const PARTICLE: f32 = 0.05;

/// The language of a text in Latin letters, by letters that only one has, else by particles.
fn language(text: &str, words: &[Word]) -> Option<Lang> {
    for c in text.chars() {
        match c {
            'ă' | 'Ă' | 'â' | 'Â' | 'î' | 'Î' | 'ț' | 'Ț' | 'ţ' | 'Ţ' | 'ș' | 'Ș' => {
                return Some(Lang::Ro);
            }
            'ə' | 'Ə' | 'ğ' | 'Ğ' | 'ı' | 'İ' | 'ö' | 'ü' => return Some(Lang::Az),
            _ => {}
        }
    }
    words.iter().find_map(|word| match word.text.as_str() {
        "de" | "din" | "cu" | "pentru" | "si" | "prin" => Some(Lang::Ro),
        "ucun" | "ve" | "ile" | "olan" | "uzre" | "eded" => Some(Lang::Az),
        "for" | "of" | "with" | "and" | "the" => Some(Lang::En),
        _ => None,
    })
}

/// Whether a word is one of `words`, which are parted by blanks.
fn has(words: &str, word: &str) -> bool {
    words.split(' ').any(|w| w == word)
}

/// Whether a folded word only joins others.
pub(crate) fn is_particle(word: &str) -> bool {
    has(PARTICLES, word)
}

fn weighed(word: &str) -> Word {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let letters = word.chars().count() - digits;
    let weight = if has(PARTICLES, word) {
        PARTICLE
    } else if has(UNITS, word) {
        0.08
    } else if letters == 0 {
        0.1
    } else if digits > 0 {
        let unit = word.trim_start_matches(|c: char| c.is_ascii_digit());
        if has(UNITS, unit) { 0.08 } else { 0.25 }
    } else {
        1.0
    };
    Word { text: word.into(), weight }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn code(text: &str) -> Vec<String> {
        let query = Query::read(text);
        let one = |c: &CodeReading| {
            let mut code = c.entries[0].clone();
            for level in &c.levels {
                code.push('.');
                code.push_str(level);
            }
            code
        };
        query.codes.iter().map(one).collect()
    }

    #[test]
    fn codes_in_every_spelling() {
        for (written, meant) in [
            ("3A001.b.2", "3A001.b.2"),
            ("3a1b2", "3A001.b.2"),
            ("3A1", "3A001"),
            ("3А001", "3A001"),
            ("3 A 001 . b . 2", "3A001.b.2"),
            ("3A001 b 2", "3A001.b.2"),
            ("3A001(b)(2)", "3A001.b.2"),
            ("1C35045", "1C350.45"),
            ("1C350045", "1C350.45"),
            ("1С350.45", "1C350.45"),
            ("ECCN: 3A001.b.2.a;", "3A001.b.2.a"),
            ("see 0b001b10 there", "0B001.b.10"),
            ("3AO01", "3A001"),
            ("3ა001ბ2", "3A001.b.2"),
            ("3ф001", "3A001"),
            ("1C350 25 kg", "1C350"),
            ("ЗА001.b", "3A001.b"),
            ("lC350.24", "1C350.24"),
            ("3AOO1", "3A001"),
            ("1C35O.7", "1C350.7"),
            ("6А003.б.4", "6A003.b.4"),
            ("item3A001 и 5A001", "3A001"),
        ] {
            assert_eq!(code(written)[0], meant, "{written}");
        }
        for other in ["fuse 5 A 2 pcs", "13A001", "x3A001", "3A0012345678", "10 a 5", "2co", ""] {
            assert_eq!(code(other), Vec::<String>::new(), "{other}");
        }
        assert_eq!(Query::read("3В001").codes[0].entries, vec!["3B001", "3D001"]);
    }

    #[test]
    fn numbers_are_told_apart() {
        assert_eq!(Query::read("7783-81-5").cas, vec!["7783-81-5"]);
        assert_eq!(Query::read("CAS 7783 – 81 – 5").cas, vec!["7783-81-5"]);
        assert_eq!(Query::read("7783815").cas, vec!["7783-81-5"]);
        let wrong = Query::read("7783-81-6");
        assert!(wrong.cas.is_empty() && wrong.cas_refused == vec!["7783-81-6"]);
        for written in ["902620", "9026.20", "9026 20", "HS 9026.20", "УКТ ЗЕД 9026 20"] {
            let query = Query::read(written);
            assert_eq!(query.tariff[0].digits, "902620", "{written}");
            assert!(query.tariff[0].strong && query.words.is_empty(), "{written}: {query:?}");
        }
        assert_eq!(Query::read("90.26").tariff[0].digits, "9026");
        assert_eq!(Query::read("8542 31 90 00").tariff[0].digits, "8542319000");
        assert!(Query::read("7075 aluminium tube").tariff.is_empty());
        for written in ["UN 2811", "UN2811", "un-no. 2811", "№ ООН 2811", "ONU 2811", "U.N. 2811"]
        {
            let query = Query::read(written);
            assert_eq!(query.un[0].digits, "2811", "{written}");
            assert!(query.words.is_empty(), "{written}: {query:?}");
        }
        assert!(Query::read("2811 UN").un[0].strong);
        assert!(Query::read("un motor 2811").un.is_empty());
        assert_eq!(Query::read("код 8806 22 000 0").tariff[0].digits, "8806220000");
        for written in ["CAS7783-81-5", "CAS no 7783 81 5", "CAS: 7783.81.5", "77B3-81-5 7783-8l-5"]
        {
            assert_eq!(Query::read(written).cas, vec!["7783-81-5"], "{written}");
        }
        for written in ["10 20 5 pcs", "12.50.3", "4/20/8"] {
            assert!(Query::read(written).cas.is_empty(), "{written}");
        }
    }

    #[test]
    fn an_invoice_line_is_weighed() {
        let query = Query::read("Pump nXDS10i, 230V, 2 pcs");
        let weight = |w: &str| query.words.iter().find(|x| x.text == w).unwrap().weight;
        assert!(weight("pump") > weight("nxds10i"));
        assert!(weight("nxds10i") > weight("230v"));
        assert!(weight("pcs") < 0.2 && weight("2") < 0.2);
    }

    #[test]
    fn nonsense_is_harmless() {
        let long = "3A001 laser ".repeat(100_000);
        for text in ["", "\u{202e}\u{0}\u{7}", "-----", "1-", "9", &long, "٣A001", "0.0.0.0.0"] {
            let _ = Query::read(text);
        }
        assert!(Query::read(&long).words.len() <= MAX_WORDS);
        assert!(Query::read("\u{202e} \u{0}").is_empty());
    }
}
