//! The form of the search tables, written and read here only.
//!
//! All are texts of [`crate::table`]; `id` is the same number in all tables of one build.
//!
//! ```text
//! search        id, language, documents, words in all titles, words in all texts,
//!               lengths: count, each document's title and text;
//!               pieces of words: count, each the sound its words begin with;
//!               pieces of common words: count;
//!               pieces of texts: count, each how many documents
//! search-terms  id, number, words: count, each
//!                 letters shared with the one before, the other letters;
//!               each: in how many documents it is, and 0, or 1 + the piece of common words;
//!               postings of the words that are not common
//! search-common id, number, words: count, each: the word; each: how many documents;
//!               postings of all
//! search-text   id, number, pages: count, each: address, name, documents: count, each
//!                 anchor, title (empty for the page's name), text
//! ```
//!
//! Postings are first the steps from document to document of all words, then, in the same order,
//! how often the word is in each: `4 × in the text + in the title`, where 3 stands for three or
//! more in the title, and how many more follows. Like beside like compresses best. In a book of
//! many documents the head has no lengths; they follow once more for each posting, so that what
//! has to be loaded does not grow with the book.
//!
//! Lengths and counts are those of tantivy, lengths with its loss of precision.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::Document;
use super::text::signs;
use crate::fold::{Lang, Script, script, sound, stem};
use crate::json::Json;
use crate::table::{Broken, Reader, Writer};
use crate::vocabulary::Vocabulary;

/// Name of the table to load first.
pub const HEAD: &str = "search";

const VERSION: u32 = 1;
const TERMS: &str = "search-terms";
const COMMON: &str = "search-common";
const TEXT: &str = "search-text";

/// About how many bytes a piece of texts has.
const PIECE: usize = 40_000;
/// A piece of words is smaller, since a query needs one for each of its words.
const WORDS_PIECE: usize = 24_000;
/// A piece of common words is small, since few of them are needed at once.
const COMMON_PIECE: usize = 12_000;
/// From so many documents on their lengths are not in the head.
const LENGTHS_APART: usize = 16_000;
/// More documents no book has.
const MOST_DOCUMENTS: usize = 1 << 22;
/// A word is common when it is in so many documents and in so large a part of all; or, in a large
/// book, in so many that its postings outweigh all else of its piece.
const COMMON_FROM: usize = 160;
const COMMON_PART: usize = 12;
const COMMON_ANYWAY: usize = 1200;

/// A table with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// [`HEAD`], or a name that [`Search::missing`] gives.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// A word and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Folded.
    pub word: String,
    /// By rising documents.
    pub postings: Vec<Posting>,
}

/// How often a word is in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    /// Number of the document.
    pub document: u32,
    /// How often in its title.
    pub title: u32,
    /// How often in its text.
    pub text: u32,
}

/// How long the documents are, in words.
#[derive(Clone, Debug, Default)]
pub struct Lengths {
    /// All titles together, all texts together.
    pub all: [u32; 2],
    /// Title and text of each document.
    pub each: Vec<[u32; 2]>,
}

/// Writes the tables of an index. `lang` is the language of the pages, `lengths.each` has an
/// element for each document, `terms` are in the order of their words.
pub fn write(lang: &str, documents: &[Document], lengths: &Lengths, terms: &[Term]) -> Vec<Table> {
    let apart = documents.len() >= LENGTHS_APART;
    let mut writing = Writing {
        id: id(lang, documents),
        lengths: if apart { Some(&lengths.each) } else { None },
        tables: Vec::new(),
    };
    let (terms, common) = writing.terms(terms, documents.len());
    let texts = writing.texts(documents);
    let mut head = Writer::default();
    head.number(writing.id);
    head.text(lang);
    head.count(documents.len());
    head.number(lengths.all[0]);
    head.number(lengths.all[1]);
    let each: &[[u32; 2]] = if apart { &[] } else { &lengths.each };
    head.count(each.len());
    for length in each {
        head.number(length[0]);
        head.number(length[1]);
    }
    head.count(terms.len());
    for first in terms {
        head.text(&first);
    }
    head.count(common);
    head.count(texts.len());
    for documents in texts {
        head.count(documents);
    }
    let head = Table { name: HEAD.into(), text: head.finish(HEAD, VERSION) };
    writing.tables.insert(0, head);
    writing.tables
}

/// A number that differs between builds of different books.
fn id(lang: &str, documents: &[Document]) -> u32 {
    let mut all = Writer::default();
    all.text(lang);
    for document in documents {
        for text in [&document.path, &document.anchor, &document.page, &document.title] {
            all.text(text);
        }
        all.text(&document.text);
    }
    all.checksum()
}

/// By what words are shared out among pieces: so forms and spellings of a word, in all scripts,
/// are mostly in one.
fn place(word: &str) -> String {
    sound(word, Lang::En)
}

/// The name of a piece.
fn name(kind: &str, number: usize) -> String {
    // Without the formatting of numbers, which is much of what the page would load.
    let mut json = Json::default();
    json.number(number);
    ["search/", kind, "-", &json.finish()].concat()
}

struct Writing<'w> {
    id: u32,
    /// Lengths of documents, if they are written with the postings.
    lengths: Option<&'w [[u32; 2]]>,
    tables: Vec<Table>,
}

impl Writing<'_> {
    fn piece(&self, number: usize) -> Writer {
        let mut piece = Writer::default();
        piece.number(self.id);
        piece.count(number);
        piece
    }

    fn finish(&mut self, number: usize, kind: &str, piece: Writer) {
        let name = name(kind.trim_start_matches("search-"), number);
        self.tables.push(Table { name, text: piece.finish(kind, VERSION) });
    }

    /// Where each piece of words begins, and how many pieces of common words there are.
    fn terms(&mut self, terms: &[Term], documents: usize) -> (Vec<String>, usize) {
        let least = (documents / COMMON_PART).clamp(COMMON_FROM, COMMON_ANYWAY);
        let is_common = |term: &Term| term.postings.len() >= least;
        let halves = if self.lengths.is_some() { 9 } else { 5 };
        let bytes = |term: &Term| term.word.len() / 2 + 3 + term.postings.len() * halves / 2;
        let mut sorted: Vec<(String, &Term)> = terms.iter().map(|t| (place(&t.word), t)).collect();
        sorted.sort_by(|a, b| (&a.0, &a.1.word).cmp(&(&b.0, &b.1.word)));

        let mut common: BTreeMap<&str, u32> = BTreeMap::new();
        let mut common_pieces = 0;
        let mut open: Vec<&Term> = Vec::new();
        let all = sorted.iter().map(|(_, term)| *term).filter(|term| is_common(term));
        for term in all {
            if open.iter().map(|t| bytes(t)).sum::<usize>() + bytes(term) > COMMON_PIECE {
                self.piece_of_common(common_pieces, &mut open);
                common_pieces += 1;
            }
            common.insert(&term.word, common_pieces as u32);
            open.push(term);
        }
        if !open.is_empty() {
            self.piece_of_common(common_pieces, &mut open);
            common_pieces += 1;
        }

        let mut firsts: Vec<String> = Vec::new();
        let mut in_piece = 0;
        let mut last_place = String::new();
        for (place, term) in sorted {
            if in_piece >= WORDS_PIECE && place != last_place {
                self.piece_of_words(firsts.len() - 1, &mut open, &common);
                in_piece = 0;
            }
            if open.is_empty() {
                firsts.push(if firsts.is_empty() { String::new() } else { place.clone() });
            }
            last_place = place;
            in_piece += if common.contains_key(term.word.as_str()) { 4 } else { bytes(term) };
            open.push(term);
        }
        if !open.is_empty() {
            self.piece_of_words(firsts.len() - 1, &mut open, &common);
        }
        (firsts, common_pieces)
    }

    fn piece_of_words(
        &mut self,
        number: usize,
        open: &mut Vec<&Term>,
        common: &BTreeMap<&str, u32>,
    ) {
        open.sort_by(|a, b| a.word.cmp(&b.word));
        let mut piece = self.piece(number);
        piece.count(open.len());
        let mut last = "";
        for term in open.iter() {
            let same = last.chars().zip(term.word.chars()).take_while(|(a, b)| a == b);
            let same: usize = same.map(|(c, _)| c.len_utf8()).sum();
            piece.count(last[..same].chars().count());
            piece.text(&term.word[same..]);
            last = &term.word;
        }
        for term in open.iter() {
            piece.count(term.postings.len());
            piece.number(common.get(term.word.as_str()).map_or(0, |number| number + 1));
        }
        open.retain(|term| !common.contains_key(term.word.as_str()));
        postings(&mut piece, open, self.lengths);
        open.clear();
        self.finish(number, TERMS, piece);
    }

    fn piece_of_common(&mut self, number: usize, common: &mut Vec<&Term>) {
        let mut piece = self.piece(number);
        piece.count(common.len());
        common.iter().for_each(|term| piece.text(&term.word));
        common.iter().for_each(|term| piece.count(term.postings.len()));
        postings(&mut piece, common, self.lengths);
        common.clear();
        self.finish(number, COMMON, piece);
    }

    /// How many documents each piece has.
    fn texts(&mut self, documents: &[Document]) -> Vec<usize> {
        let mut counts = Vec::new();
        let mut from = 0;
        let mut bytes = 0;
        for (at, document) in documents.iter().enumerate() {
            bytes += document.text.len() + document.title.len() + document.anchor.len();
            if bytes >= PIECE || at + 1 == documents.len() {
                self.piece_of_texts(counts.len(), &documents[from..=at]);
                counts.push(at + 1 - from);
                from = at + 1;
                bytes = 0;
            }
        }
        counts
    }

    fn piece_of_texts(&mut self, number: usize, documents: &[Document]) {
        let mut piece = self.piece(number);
        let pages: Vec<&[Document]> =
            documents.chunk_by(|a, b| a.path == b.path && a.page == b.page).collect();
        piece.count(pages.len());
        for page in pages {
            piece.text(&page[0].path);
            piece.text(&page[0].page);
            piece.count(page.len());
            for document in page {
                piece.text(&document.anchor);
                let own = document.title != document.page;
                piece.text(if own { &document.title } else { "" });
                piece.text(&document.text);
            }
        }
        self.finish(number, TEXT, piece);
    }
}

fn postings(piece: &mut Writer, terms: &[&Term], lengths: Option<&[[u32; 2]]>) {
    for term in terms {
        let mut last = 0;
        for posting in &term.postings {
            piece.number(posting.document - last);
            last = posting.document;
        }
    }
    for posting in terms.iter().flat_map(|term| &term.postings) {
        piece.number(posting.text << 2 | posting.title.min(3));
        if posting.title >= 3 {
            piece.number(posting.title - 3);
        }
    }
    if let Some(lengths) = lengths {
        for posting in terms.iter().flat_map(|term| &term.postings) {
            let [title, text] = lengths[posting.document as usize];
            piece.number(title);
            piece.number(text);
        }
    }
}

/// The tables of one language, as far as they are loaded.
#[derive(Debug)]
pub struct Search {
    id: u32,
    lang: Lang,
    pub(super) lengths: Vec<[u32; 2]>,
    /// Whether they come with the postings.
    lengths_apart: bool,
    /// Mean length of titles and of texts.
    pub(super) mean: [f32; 2],
    term_pieces: Vec<(String, bool)>,
    common_pieces: Vec<bool>,
    /// Postings of common words that are loaded, sorted by word.
    common: Vec<(String, Vec<Posting>)>,
    /// The first document of each, and whether it is loaded.
    text_pieces: Vec<(usize, bool)>,
    pub(super) vocabulary: Vocabulary,
    /// For each word of the vocabulary.
    words: Vec<Word>,
    /// Words that were added since the vocabulary was made.
    added: Vec<(String, Word)>,
    texts: Vec<Option<Box<Text>>>,
}

/// What is known of a word.
#[derive(Debug)]
enum Word {
    /// Where it is.
    Here(Vec<Posting>),
    /// In how many documents it is, and the piece of common words that says in which.
    Common(usize, usize),
}

/// A document as far as it is loaded.
#[derive(Debug)]
pub(super) struct Text {
    path: String,
    anchor: String,
    pub(super) page: String,
    pub(super) title: String,
    pub(super) body: String,
    pub(super) title_signs: Vec<u32>,
    pub(super) body_signs: Vec<u32>,
}

impl Text {
    pub(super) fn url(&self) -> String {
        match self.anchor.as_str() {
            "" => self.path.clone(),
            anchor => [&self.path, "#", anchor].concat(),
        }
    }
}

impl Search {
    /// Reads the head.
    pub fn read(head: &str) -> Result<Self, Broken> {
        let mut reader = Reader::open(head, HEAD, VERSION)?;
        let id = reader.number()?;
        let lang = Lang::of(reader.text()?);
        let count = reader.below(MOST_DOCUMENTS)?;
        let all = [reader.number()?, reader.number()?];
        let in_head = reader.count()?;
        let lengths_apart = in_head != count;
        if lengths_apart && in_head != 0 {
            return Err(Broken::Values);
        }
        let mut lengths = vec![[0; 2]; count];
        for length in &mut lengths[..in_head] {
            *length = [reader.number()?, reader.number()?];
        }
        let terms = reader.count()?;
        let mut term_pieces: Vec<(String, bool)> = Vec::with_capacity(terms);
        for _ in 0..terms {
            let first = reader.text()?;
            if term_pieces.last().is_some_and(|(last, _)| last.as_str() >= first) {
                return Err(Broken::Values);
            }
            term_pieces.push((first.into(), false));
        }
        let common_pieces = vec![false; reader.count()?];
        let texts = reader.count()?;
        let mut text_pieces = Vec::with_capacity(texts);
        let mut first = 0;
        for _ in 0..texts {
            text_pieces.push((first, false));
            let documents = reader.number()? as usize;
            if documents == 0 || documents > count - first {
                return Err(Broken::Values);
            }
            first += documents;
        }
        reader.finish()?;
        if first != count {
            return Err(Broken::Values);
        }
        let mean = all.map(|all| (all as f32 / count.max(1) as f32).max(1e-3));
        Ok(Search {
            id,
            lang,
            lengths,
            lengths_apart,
            mean,
            term_pieces,
            common_pieces,
            common: Vec::new(),
            text_pieces,
            vocabulary: Vocabulary::default(),
            words: Vec::new(),
            added: Vec::new(),
            texts: (0..count).map(|_| None).collect(),
        })
    }

    /// Adds a piece. One that is there already changes nothing.
    pub fn add(&mut self, piece: &str) -> Result<(), Broken> {
        let kind = piece.split(' ').nth(1).unwrap_or_default();
        match kind {
            TERMS => self.add_terms(Reader::open(piece, TERMS, VERSION)?),
            COMMON => self.add_common(Reader::open(piece, COMMON, VERSION)?),
            _ => self.add_texts(Reader::open(piece, TEXT, VERSION)?),
        }
    }

    /// The number of a piece, which must be of this build.
    fn number(&self, reader: &mut Reader<'_>, pieces: usize) -> Result<usize, Broken> {
        if reader.number()? == self.id { reader.below(pieces) } else { Err(Broken::Build) }
    }

    fn add_terms(&mut self, mut reader: Reader<'_>) -> Result<(), Broken> {
        let number = self.number(&mut reader, self.term_pieces.len())?;
        if self.term_pieces[number].1 {
            return Ok(());
        }
        let mut words: Vec<String> = Vec::new();
        for _ in 0..reader.count()? {
            let last = words.last().map_or("", String::as_str);
            let same = reader.number()? as usize;
            let rest = reader.text()?;
            let kept = match last.char_indices().nth(same) {
                Some((at, _)) => at,
                None if last.chars().count() == same => last.len(),
                None => return Err(Broken::Values),
            };
            let word = [&last[..kept], rest].concat();
            if word.as_str() <= last {
                return Err(Broken::Values);
            }
            words.push(word);
        }
        let mut known = Vec::with_capacity(words.len());
        let mut counts = Vec::new();
        for _ in 0..words.len() {
            let count = reader.below(self.lengths.len() + 1)?;
            known.push(match reader.below(self.common_pieces.len() + 1)? {
                0 => {
                    counts.push(count);
                    Word::Here(Vec::new())
                }
                piece => Word::Common(count, piece - 1),
            });
        }
        let mut postings = self.postings(&mut reader, &counts)?.into_iter();
        reader.finish()?;
        for known in &mut known {
            if let Word::Here(here) = known {
                *here = postings.next().unwrap_or_default();
            }
        }
        self.term_pieces[number].1 = true;
        self.added.extend(words.into_iter().zip(known));
        Ok(())
    }

    /// Puts the words that were added among those that were there. Pieces mostly come several at
    /// once, so this waits until somebody asks.
    pub(super) fn settle(&mut self) {
        if self.added.is_empty() {
            return;
        }
        let words = core::mem::take(&mut self.vocabulary).into_words();
        let mut all: Vec<(String, Word)> = words.into_iter().zip(self.words.drain(..)).collect();
        all.append(&mut self.added);
        all.sort_by(|a, b| a.0.cmp(&b.0));
        // No two pieces have the same word; should they, the first counts.
        all.dedup_by(|later, first| later.0 == first.0);
        let mut sounds = Vec::new();
        let mut words = Vec::with_capacity(all.len());
        for (number, (word, known)) in (0..).zip(all) {
            // Words of other languages are quoted in a page; English stands in for them.
            let langs: &[Lang] = match script(&word) {
                Script::Latin if self.lang != Lang::En => &[self.lang, Lang::En],
                _ => &[Lang::En],
            };
            sounds.extend(langs.iter().map(|lang| (sound(stem(&word, *lang), *lang), number)));
            self.words.push(known);
            words.push(word);
        }
        self.vocabulary = Vocabulary::new(words, sounds);
    }

    /// Reads the postings of words that are in so many documents each.
    fn postings(
        &mut self,
        reader: &mut Reader<'_>,
        counts: &[usize],
    ) -> Result<Vec<Vec<Posting>>, Broken> {
        let mut all = Vec::with_capacity(counts.len());
        for count in counts {
            if *count == 0 || *count > self.lengths.len() {
                return Err(Broken::Values);
            }
            let mut postings = Vec::with_capacity(*count);
            let mut document = 0u32;
            for at in 0..*count {
                let step = reader.number()?;
                document = document.checked_add(step).ok_or(Broken::Values)?;
                if document as usize >= self.lengths.len() || (at > 0 && step == 0) {
                    return Err(Broken::Values);
                }
                postings.push(Posting { document, title: 0, text: 0 });
            }
            all.push(postings);
        }
        for posting in all.iter_mut().flatten() {
            let number = reader.number()?;
            posting.text = number >> 2;
            posting.title = number & 3;
            if posting.title == 3 {
                posting.title = reader.number()?.checked_add(3).ok_or(Broken::Values)?;
            }
            if number == 0 {
                return Err(Broken::Values);
            }
        }
        if self.lengths_apart {
            for posting in all.iter().flatten() {
                let length = [reader.number()?, reader.number()?];
                self.lengths[posting.document as usize] = length;
            }
        }
        Ok(all)
    }

    fn add_common(&mut self, mut reader: Reader<'_>) -> Result<(), Broken> {
        let number = self.number(&mut reader, self.common_pieces.len())?;
        if self.common_pieces[number] {
            return Ok(());
        }
        let count = reader.count()?;
        let words = (0..count).map(|_| reader.text()).collect::<Result<Vec<&str>, _>>()?;
        let counts = (0..count).map(|_| reader.count()).collect::<Result<Vec<usize>, _>>()?;
        let postings = self.postings(&mut reader, &counts)?;
        reader.finish()?;
        self.common.extend(words.into_iter().map(String::from).zip(postings));
        self.common.sort_by(|a, b| a.0.cmp(&b.0));
        self.common_pieces[number] = true;
        Ok(())
    }

    fn add_texts(&mut self, mut reader: Reader<'_>) -> Result<(), Broken> {
        let number = self.number(&mut reader, self.text_pieces.len())?;
        let (first, loaded) = self.text_pieces[number];
        if loaded {
            return Ok(());
        }
        let end = self.text_pieces.get(number + 1).map_or(self.texts.len(), |(first, _)| *first);
        let mut added = Vec::with_capacity(end - first);
        for _ in 0..reader.count()? {
            let path = reader.text()?;
            let page = reader.text()?;
            for _ in 0..reader.count()? {
                let anchor = reader.text()?;
                let title = reader.text()?;
                let title = if title.is_empty() { page } else { title };
                let body = reader.text()?;
                added.push(Text {
                    path: path.into(),
                    anchor: anchor.into(),
                    page: page.into(),
                    title: title.into(),
                    body: body.into(),
                    title_signs: signs(title),
                    body_signs: signs(body),
                });
            }
        }
        reader.finish()?;
        if added.len() != end - first {
            return Err(Broken::Values);
        }
        for (at, text) in (first..).zip(added) {
            self.texts[at] = Some(Box::new(text));
        }
        self.text_pieces[number].1 = true;
        Ok(())
    }

    pub(super) fn text(&self, document: u32) -> Option<&Text> {
        self.texts.get(document as usize)?.as_deref()
    }

    /// The piece of texts that a document is in, and its name when it is not loaded.
    pub(super) fn text_piece(&self, document: u32) -> (usize, Option<String>) {
        let at = self.text_pieces.partition_point(|(first, _)| *first <= document as usize);
        let at = at.saturating_sub(1);
        let loaded = self.text_pieces.get(at).is_none_or(|(_, loaded)| *loaded);
        (at, (!loaded).then(|| name("text", at)))
    }

    /// Names of the pieces not loaded that have words which sound like this at their beginning.
    pub(super) fn term_pieces_at(&self, sound: &str, most: usize) -> Vec<String> {
        let pieces = &self.term_pieces;
        let from = pieces.partition_point(|(first, _)| first.as_str() <= sound).saturating_sub(1);
        let covered =
            |(first, _): &&(String, bool)| first.as_str() <= sound || first.starts_with(sound);
        let found = pieces.iter().enumerate().skip(from);
        let found = found.take_while(|(_, piece)| covered(piece)).take(most);
        found.filter(|(_, (_, loaded))| !loaded).map(|(number, _)| name("terms", number)).collect()
    }

    /// Where a word of the vocabulary is; `None` when the piece that says so is not loaded.
    pub(super) fn postings_of(&self, word: u32) -> Option<&[Posting]> {
        match self.words.get(word as usize)? {
            Word::Here(postings) => Some(postings),
            Word::Common(..) => {
                let name = self.vocabulary.name(word);
                let at = self.common.binary_search_by(|(word, _)| word.as_str().cmp(name)).ok()?;
                Some(&self.common[at].1)
            }
        }
    }

    /// In how many documents a word is.
    pub(super) fn documents(&self, word: u32) -> usize {
        match self.words.get(word as usize) {
            Some(Word::Here(postings)) => postings.len(),
            Some(Word::Common(documents, _)) => *documents,
            None => 0,
        }
    }

    /// Whether the word is among the common ones, and the name of their piece when not loaded.
    pub(super) fn common_piece(&self, word: u32) -> Option<Option<String>> {
        let Some(Word::Common(_, number)) = self.words.get(word as usize) else { return None };
        Some((!self.common_pieces[*number]).then(|| name("common", *number)))
    }

    /// Names of all pieces that are not loaded.
    pub fn rest(&self) -> Vec<String> {
        let terms = self.term_pieces.iter().enumerate().filter(|(_, (_, loaded))| !loaded);
        let common = self.common_pieces.iter().enumerate().filter(|(_, loaded)| !**loaded);
        let texts = self.text_pieces.iter().enumerate().filter(|(_, (_, loaded))| !loaded);
        let terms = terms.map(|(at, _)| name("terms", at));
        let common = common.map(|(at, _)| name("common", at));
        let texts = texts.map(|(at, _)| name("text", at));
        terms.chain(common).chain(texts).collect()
    }
}
