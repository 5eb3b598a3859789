//! Pages as they are made, before mdBook renders them.

use std::collections::BTreeMap;
use std::path::Path;

use handbook_model::{Findings, Handbook};
use mdbook_handbook::{assemble, gather};
use scraper::Html;

/// Pages by path, as mdBook gets them, and what they were made from.
pub(crate) fn pages(root: &Path) -> (Handbook, BTreeMap<String, Html>) {
    let findings = Findings::default();
    let gathered = gather(root, None, &findings, &|_| {}).unwrap();
    let book = assemble(&gathered, &findings);
    let chapters = book.chapters().filter_map(|c| {
        let path = c.path.as_ref()?.to_string_lossy().into_owned();
        Some((path, Html::parse_document(&c.content)))
    });
    let pages = chapters.collect();
    (gathered.handbook, pages)
}
