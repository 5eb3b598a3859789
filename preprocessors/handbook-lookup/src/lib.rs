//! Spelling of control-list entry codes, shared by the preprocessor, the command line and the
//! page.
//!
//! Knows nothing of files, Markdown or JavaScript.

#![no_std]

extern crate alloc;

mod entry_code;

pub use entry_code::{EntryCode, Mention, mentions};
