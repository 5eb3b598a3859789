//! Lookup in a control list, shared by the preprocessor, the command line and the page: how entry
//! codes are spelt, what a query may mean, and which provisions it may be about.
//!
//! Knows nothing of files, Markdown or JavaScript.

#![no_std]

extern crate alloc;

mod entry_code;
pub mod fold;
mod heads;
pub mod index;
pub mod json;
mod keyed;
pub mod list;
mod names;
mod near;
pub mod query;
pub mod rank;
pub mod search;
pub mod table;
mod vocabulary;

pub use entry_code::{EntryCode, Mention, mentions};
pub use index::{Index, Record};
pub use rank::{Hit, Options};
