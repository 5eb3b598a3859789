//! Full-text search of a handbook: its pages cut into documents, indexed with tantivy, and written
//! as the tables that `handbook_lookup::search` reads in the page and on the command line.
//!
//! The only crate that knows tantivy. Knows nothing of files, of the command line or of ranking.

mod documents;
mod index;
mod markup;

use handbook_lookup::search::{Table, write};
use mdbook_preprocessor::book::Book;

pub use documents::documents;
pub use index::{Index, Result};

/// The search tables of a book in one language; the same for the same book.
pub fn tables(lang: &str, book: &Book) -> Result<Vec<Table>> {
    let documents = documents(book);
    let index = Index::new(&documents)?;
    Ok(write(lang, &documents, &index.lengths()?, &index.terms()?))
}
