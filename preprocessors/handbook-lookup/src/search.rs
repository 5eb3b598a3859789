//! Full-text search of the handbook: the tables, their reader, and the order of the answers.
//!
//! Documents are sections of pages. Tantivy analyses them when the handbook is built; what it
//! found out is written as tables ([`write()`]), of which a reader loads the head first and then only
//! the pieces that a query needs ([`Search::missing`]).

mod excerpt;
mod query;
mod score;
mod tables;
#[cfg(test)]
mod tests;
mod text;

use alloc::string::String;
use alloc::vec::Vec;

use crate::json::Json;

pub use tables::{HEAD, Lengths, Posting, Search, Table, Term, write};
pub use text::{BLOCK, CELL, DOUBT, DOUBT_END, SETTLED, terms};

/// A section of a page, as it is searched and shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// Address of the page, relative to its language's folder.
    pub path: String,
    /// Anchor in the page; empty for the page itself.
    pub anchor: String,
    /// Name of the page.
    pub page: String,
    /// Its heading, or the name of the page.
    pub title: String,
    /// Plain text with the signs of this module: [`BLOCK`], [`CELL`], [`SETTLED`], [`DOUBT`].
    pub text: String,
}

/// A document that answers a query.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Address with anchor, relative to the language's folder.
    pub url: String,
    /// The section's heading, or the page's name.
    pub title: String,
    /// The page's name when the title is a section's, else empty.
    pub page: String,
    /// Plain text around the words that were found; doubts about it are part of it.
    pub excerpt: String,
    /// First character and the one after the last, of each word found in the excerpt.
    pub highlights: Vec<(u32, u32)>,
    /// How well it answers, comparable within one query.
    pub score: f32,
}

impl Search {
    /// The documents that answer a query best, the best first. Those whose text is in a piece that
    /// is not loaded yet ([`Search::missing`]) are left out.
    pub fn search(&mut self, query: &str, limit: usize) -> Vec<Found> {
        self.settle();
        let query = query::Query::read(query);
        let asked = self.understand(&query);
        let ranked = self.ranked(&asked);
        let found = ranked.into_iter().filter_map(|(document, score)| {
            let text = self.text(document)?;
            let (excerpt, highlights) = excerpt::excerpt(&text.body, &asked);
            let page = if text.title == text.page { String::new() } else { text.page.clone() };
            Some(Found {
                url: text.url(),
                title: text.title.clone(),
                page,
                excerpt,
                highlights,
                score,
            })
        });
        found.take(limit).collect()
    }

    /// Names of the pieces to load before a query can be answered well, the most wanted first:
    /// first of all those with its words, then those with the texts of the documents that lead.
    /// Empty when nothing is missing.
    pub fn missing(&mut self, query: &str, limit: usize) -> Vec<String> {
        self.settle();
        let query = query::Query::read(query);
        let words = self.missing_words(&query);
        if !words.is_empty() {
            return words;
        }
        let asked = self.understand(&query);
        let common = self.missing_common(&asked);
        if !common.is_empty() {
            return common;
        }
        self.missing_texts(&asked, limit)
    }
}

/// Writes results as the page and the command line hand them out.
pub fn results(json: &mut Json, found: &[Found]) {
    json.open('[');
    for result in found {
        json.open('{');
        for (key, value) in [
            ("url", &result.url),
            ("title", &result.title),
            ("page", &result.page),
            ("excerpt", &result.excerpt),
        ] {
            json.key(key);
            json.text(value);
        }
        json.key("highlights");
        json.open('[');
        for (start, end) in &result.highlights {
            json.open('[');
            json.number(*start as usize);
            json.number(*end as usize);
            json.close(']');
        }
        json.close(']');
        json.key("score");
        json.decimal(result.score);
        json.close('}');
    }
    json.close(']');
}
