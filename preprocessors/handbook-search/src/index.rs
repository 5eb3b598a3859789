//! The index: tantivy analyses and indexes documents in memory, and is read for what the tables
//! need.

use std::collections::BTreeMap;

use handbook_lookup::search::{self, Document, Lengths, Posting, Term};
use tantivy::directory::RamDirectory;
use tantivy::indexer::SingleSegmentIndexWriter;
use tantivy::postings::Postings as _;
use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{Token, TokenStream, Tokenizer, TokenizerManager};
use tantivy::{DocSet as _, ReloadPolicy, SegmentReader, TERMINATED, TantivyDocument};

/// What tantivy may fail with.
pub type Result<T> = tantivy::Result<T>;

/// Bytes from which tantivy reckons the size of its hash table; it grows as needed.
const MEMORY: usize = 16 << 20;
const TOKENIZER: &str = "handbook";

/// An index in memory, in one segment whose documents have the numbers they were given in.
#[derive(Debug)]
pub struct Index {
    index: tantivy::Index,
    fields: [Field; 2],
}

impl Index {
    /// Indexes titles and texts.
    pub fn new(documents: &[Document]) -> Result<Self> {
        let mut schema = Schema::builder();
        let indexing = TextFieldIndexing::default()
            .set_tokenizer(TOKENIZER)
            .set_index_option(IndexRecordOption::WithFreqs);
        let options = TextOptions::default().set_indexing_options(indexing);
        let title = schema.add_text_field("title", options.clone());
        let text = schema.add_text_field("text", options);
        let tokenizers = TokenizerManager::new();
        tokenizers.register(TOKENIZER, Terms);
        // The writer for one segment needs no threads and keeps the documents in their order.
        let mut writer: SingleSegmentIndexWriter = tantivy::Index::builder()
            .schema(schema.build())
            .tokenizers(tokenizers)
            .single_segment_index_writer(RamDirectory::create(), MEMORY)?;
        for document in documents {
            let mut fields = TantivyDocument::new();
            fields.add_text(title, &document.title);
            fields.add_text(text, &document.text);
            writer.add_document(fields)?;
        }
        Ok(Index { index: writer.finalize()?, fields: [title, text] })
    }

    /// The index itself, and its fields for titles and texts.
    pub fn tantivy(&self) -> (&tantivy::Index, [Field; 2]) {
        (&self.index, self.fields)
    }

    fn segments(&self) -> Result<Vec<SegmentReader>> {
        let reader = self.index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(reader.searcher().segment_readers().to_vec())
    }

    /// How long titles and texts are.
    pub fn lengths(&self) -> Result<Lengths> {
        let mut lengths = Lengths::default();
        for segment in self.segments()? {
            let from = lengths.each.len();
            lengths.each.resize(from + segment.max_doc() as usize, [0; 2]);
            for (at, field) in self.fields.into_iter().enumerate() {
                let all = segment.inverted_index(field)?.total_num_tokens();
                lengths.all[at] += u32::try_from(all).unwrap_or(u32::MAX);
                let each = segment.get_fieldnorms_reader(field)?;
                for (document, length) in (0..).zip(&mut lengths.each[from..]) {
                    length[at] = each.fieldnorm(document);
                }
            }
        }
        Ok(lengths)
    }

    /// All words of titles and texts with their documents, in order.
    pub fn terms(&self) -> Result<Vec<Term>> {
        let mut terms: BTreeMap<String, BTreeMap<u32, Posting>> = BTreeMap::new();
        let mut from = 0;
        for segment in self.segments()? {
            for (at, field) in self.fields.into_iter().enumerate() {
                let index = segment.inverted_index(field)?;
                let mut words = index.terms().stream()?;
                while let Some((word, info)) = words.next() {
                    let word = String::from_utf8_lossy(word).into_owned();
                    let documents = terms.entry(word).or_default();
                    let option = IndexRecordOption::WithFreqs;
                    let mut postings = index.read_postings_from_terminfo(info, option)?;
                    while postings.doc() != TERMINATED {
                        let document = from + postings.doc();
                        let posting = documents.entry(document).or_insert(Posting {
                            document,
                            title: 0,
                            text: 0,
                        });
                        let count = if at == 0 { &mut posting.title } else { &mut posting.text };
                        *count = postings.term_freq();
                        postings.advance();
                    }
                }
            }
            from += segment.max_doc();
        }
        let term = |(word, postings): (String, BTreeMap<u32, Posting>)| Term {
            word,
            postings: postings.into_values().collect(),
        };
        Ok(terms.into_iter().map(term).collect())
    }
}

/// Our own words as tantivy's terms.
#[derive(Clone, Debug)]
struct Terms;

impl Tokenizer for Terms {
    type TokenStream<'t> = Stream;

    fn token_stream<'t>(&'t mut self, text: &'t str) -> Stream {
        let mut tokens = Vec::new();
        search::terms(text, |range, word| {
            tokens.push(Token {
                offset_from: range.start,
                offset_to: range.end,
                position: tokens.len(),
                text: word.to_owned(),
                position_length: 1,
            });
        });
        Stream { tokens: tokens.into_iter(), token: Token::default() }
    }
}

struct Stream {
    tokens: std::vec::IntoIter<Token>,
    token: Token,
}

impl TokenStream for Stream {
    fn advance(&mut self) -> bool {
        match self.tokens.next() {
            Some(token) => {
                self.token = token;
                true
            }
            None => false,
        }
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}
