//! The handbook as an mdBook preprocessor: gathers chapters from folders and git repositories,
//! checks them, resolves cross-references and makes the pages that come from data.
//!
//! The only crate that opens a handbook's sources or git history. Knows nothing of ranking,
//! reload or printing.

pub mod address;
pub mod book;
pub mod gather;
pub mod history;
mod html;
mod kept;
mod pages;
pub mod remote;
pub mod repository;
mod resolve;
pub mod settings;
mod templates;

pub use book::{assemble, assemble_again, missing_page, parts, start_page};
pub use gather::{Gathered, Stamp, gather, gather_again};
pub use kept::Kept;
