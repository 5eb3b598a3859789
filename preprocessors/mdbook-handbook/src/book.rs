//! Assembles mdBook's book from a gathered handbook.

use std::path::PathBuf;

use handbook_model::region::Language;
use handbook_model::{Findings, Handbook};
use mdbook_preprocessor::book::{Book, BookItem, Chapter};
use mdbook_summary::{SummaryItem, parse_summary};
use minijinja::Value;

use crate::gather::Gathered;
use crate::kept::Kept;
use crate::pages::{Page, make};
use crate::templates::{Templates, values};

/// Makes the book: every page a chapter, in reading order.
pub fn assemble(gathered: &Gathered, findings: &Findings) -> Book {
    assemble_again(gathered, &mut Kept::default(), findings)
}

/// Makes the book of what [`gather_again`](crate::gather_again) has gathered with the same `kept`.
pub fn assemble_again(gathered: &Gathered, kept: &mut Kept, findings: &Findings) -> Book {
    let order = frame_order(gathered, findings);
    let pages = make(gathered, &order, &mut kept.pages, findings);
    nest(&gathered.handbook, pages)
}

/// The frame's pages as SUMMARY.md orders and names them.
fn frame_order(gathered: &Gathered, findings: &Findings) -> Vec<(String, String)> {
    let path = format!("{}/SUMMARY.md", handbook_model::handbook::FRAME);
    let Some(source) = gathered.files.text(&path, findings) else {
        findings.whole("frame-file-missing", &path, &[]);
        return Vec::new();
    };
    let summary = match parse_summary(source.text()) {
        Ok(summary) => summary,
        Err(error) => {
            findings.whole("summary-syntax", source.path(), &[("what", &format!("{error:#}"))]);
            return Vec::new();
        }
    };
    let mut order = Vec::new();
    for items in [&summary.prefix_chapters, &summary.numbered_chapters, &summary.suffix_chapters] {
        flatten(items, &mut order);
    }
    let frame = &gathered.handbook.frame;
    order.retain(|(path, _)| {
        let known = frame.contains_key(path);
        if !known {
            let at = source.text().find(path.as_str()).unwrap_or(0);
            let mend =
                handbook_model::diagnostic::suggestion(path, frame.keys().map(String::as_str));
            findings.at(
                "summary-file",
                &source,
                &(at..at + path.len()),
                &[("path", path), ("mend", &mend)],
            );
        }
        known
    });
    for path in frame.keys().filter(|path| !order.iter().any(|(p, _)| p == *path)) {
        findings.whole("summary-missing-page", source.path(), &[("path", path)]);
    }
    order
}

fn flatten(items: &[SummaryItem], order: &mut Vec<(String, String)>) {
    for item in items {
        if let SummaryItem::Link(link) = item {
            if let Some(location) = &link.location {
                order.push((location.to_string_lossy().replace('\\', "/"), link.name.clone()));
            }
            flatten(&link.nested_items, order);
        }
    }
}

/// Hangs a country's sections below its first page and the list's pages below the list's.
fn nest(handbook: &Handbook, pages: Vec<Page>) -> Book {
    let mut items: Vec<BookItem> = Vec::new();
    let mut parent: Option<(String, Chapter)> = None;
    for page in pages {
        let folder = page.path.split_once('/').map(|(folder, _)| folder.to_owned());
        let mut chapter = Chapter::new(&page.name, page.content, &page.path, Vec::new());
        // Without a source mdBook would make an edit link to the bare source folder.
        chapter.source_path = page.source.map(PathBuf::from);
        match (&mut parent, folder) {
            (Some((open, above)), Some(folder)) if *open == folder => {
                chapter.parent_names = vec![above.name.clone()];
                above.sub_items.push(BookItem::Chapter(chapter));
            }
            (_, folder) => {
                items.extend(parent.take().map(|(_, above)| BookItem::Chapter(above)));
                match folder {
                    Some(folder) => parent = Some((folder, chapter)),
                    None => items.push(BookItem::Chapter(chapter)),
                }
            }
        }
    }
    items.extend(parent.map(|(_, above)| BookItem::Chapter(above)));
    let first = items.iter().position(|item| {
        matches!(item, BookItem::Chapter(c) if handbook.countries.iter().any(|h| c.path == Some(PathBuf::from(format!("{}/index.md", h.id)))))
    });
    if let Some(first) = first {
        items.insert(first, BookItem::PartTitle("Countries".to_owned()));
    }
    Book::new_with_items(items)
}

/// The page in front of all languages: `site/index.html`, which works without script.
/// `stylesheet` is the address of the style sheet from there.
pub fn start_page(
    gathered: &Gathered,
    languages: &[&Language],
    stylesheet: &str,
    findings: &Findings,
) -> String {
    let languages: Vec<Value> =
        languages.iter().map(|l| values! { id => l.id, name => l.name }).collect();
    let region = &gathered.handbook.region;
    let values = values! {
        languages,
        title => region.title,
        description => region.description,
        stylesheet,
    };
    Templates::load(&gathered.files, findings).render("site-index.html", values)
}

/// Parts that pages put into themselves when they are needed, by name: the dialog of the search,
/// and what tells of the copy on the device. Links are seen from the language's folder.
pub fn parts(gathered: &Gathered, findings: &Findings) -> [(&'static str, String); 2] {
    let templates = Templates::load(&gathered.files, findings);
    let part = |template| templates.render(template, Value::UNDEFINED);
    [("dialog", part("search.html")), ("offline", part("offline.html"))]
}

/// The page that the copy on a reader's device shows for an address it does not have. `stylesheet`
/// is its address in the language's folder; for that folder's own address, `{root}` stands in the
/// page.
pub fn missing_page(
    gathered: &Gathered,
    language: &Language,
    direction: &str,
    stylesheet: &str,
    findings: &Findings,
) -> String {
    let values = values! {
        language => values! { id => language.id },
        direction,
        title => gathered.handbook.region.title,
        stylesheet,
        root => "{root}",
    };
    Templates::load(&gathered.files, findings).render("missing.html", values)
}
