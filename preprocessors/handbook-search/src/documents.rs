//! Cuts pages into documents: what stands under one heading, as the reader sees it.

use handbook_lookup::search::{BLOCK, CELL, DOUBT, DOUBT_END, Document, SETTLED};
use mdbook_markdown::pulldown_cmark::{Event, HeadingLevel, Tag, TagEnd};
use mdbook_markdown::{MarkdownOptions, new_cmark_parser};
use mdbook_preprocessor::book::{Book, Chapter};

use crate::markup::{Piece, pieces, unescape};

/// Elements that are not text to be found.
const LEFT_OUT: [&str; 5] = ["nav", "script", "style", "svg", "summary"];

/// Classes of elements that say something of the page, repeat what stands elsewhere, or are found
/// by the lookup.
const LEFT_OUT_CLASSES: [&str; 16] = [
    "aliases",
    "cited",
    "disclaimer",
    "entries",
    "facts",
    "glance",
    "in-countries",
    "over",
    "page-facts",
    "permalink",
    "place",
    "received",
    "section-state",
    "sheet-foot",
    "skip",
    "state",
];

/// Lists whose items are documents, and the element in an item that is its title.
const LISTS: [(&str, &str); 2] = [("glossary", "dt"), ("sources", "b")];

/// All documents of a book, in its order.
pub fn documents(book: &Book) -> Vec<Document> {
    let mut all = Vec::new();
    for chapter in book.chapters() {
        if let Some(path) = &chapter.path {
            let path = path.with_extension("html").to_string_lossy().replace('\\', "/");
            // Indexes for readers without a script name everything once more.
            if !path.starts_with("find/") {
                all.append(&mut page(&path, chapter));
            }
        }
    }
    all
}

fn page(path: &str, chapter: &Chapter) -> Vec<Document> {
    let mut cutter = Cutter::new(path, &chapter.name);
    let mut html = String::new();
    for event in new_cmark_parser(&chapter.content, &MarkdownOptions::default()) {
        if let Event::Html(part) | Event::InlineHtml(part) = &event {
            html.push_str(part);
            continue;
        }
        cutter.html(&std::mem::take(&mut html));
        match event {
            Event::Text(text) | Event::Code(text) => cutter.text(&text),
            Event::SoftBreak | Event::HardBreak => cutter.text(" "),
            Event::Start(Tag::Heading { level, id, .. }) => {
                cutter.open(heading(level), id.as_deref(), "", false);
            }
            Event::End(TagEnd::Heading(level)) => cutter.close(heading(level)),
            Event::Start(Tag::TableCell) => cutter.part(CELL),
            Event::Start(tag) if is_block(&tag) => cutter.part(BLOCK),
            Event::End(TagEnd::Paragraph) => cutter.part(BLOCK),
            _ => {}
        }
    }
    cutter.html(&html);
    cutter.finish()
}

fn heading(level: HeadingLevel) -> &'static str {
    match level {
        HeadingLevel::H1 => "h1",
        HeadingLevel::H2 => "h2",
        HeadingLevel::H3 => "h3",
        HeadingLevel::H4 => "h4",
        HeadingLevel::H5 => "h5",
        HeadingLevel::H6 => "h6",
    }
}

fn is_block(tag: &Tag<'_>) -> bool {
    !matches!(
        tag,
        Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. }
    )
}

/// What an element of HTML parts the text before it from its own by.
fn parts(name: &str) -> Option<char> {
    const BLOCKS: [&str; 15] = [
        "p",
        "li",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "div",
        "table",
        "tr",
        "caption",
        "section",
        "figure",
        "blockquote",
        "br",
    ];
    match name {
        "th" | "td" => Some(CELL),
        name if BLOCKS.contains(&name) => Some(BLOCK),
        _ => None,
    }
}

/// What becomes of the text that is being read.
enum Mode {
    /// It belongs to the document.
    Body,
    /// It is left out until the element of this name ends; with how many of the name are open.
    Out { name: String, open: usize },
    /// It is the title, until the element of this name ends.
    Title { name: String },
    /// It is a trust mark, until the element ends.
    Mark { open: usize, doubt: bool, words: String },
}

struct Cutter<'p> {
    path: &'p str,
    documents: Vec<Document>,
    mode: Mode,
    /// The document that text goes to.
    at: usize,
    /// In a list of documents: the list's element, the title's element, the document around it,
    /// and how many elements of the list's name are open.
    list: Option<(String, &'static str, usize, usize)>,
}

impl<'p> Cutter<'p> {
    fn new(path: &'p str, name: &str) -> Self {
        let first =
            Document { page: name.to_owned(), title: name.to_owned(), ..Document::default() };
        let documents = vec![first];
        Cutter { path, documents, mode: Mode::Body, at: 0, list: None }
    }

    fn html(&mut self, html: &str) {
        let mut text = String::new();
        for piece in pieces(html) {
            match piece {
                Piece::Open { name, id, class, closed } => self.open(name, id, class, closed),
                Piece::Close { name } => self.close(name),
                Piece::Text(written) => {
                    text.clear();
                    unescape(written, &mut text);
                    self.text(&text);
                }
            }
        }
    }

    fn open(&mut self, name: &str, id: Option<&str>, class: &str, closed: bool) {
        if let Some(sign) = parts(name) {
            self.part(sign);
        }
        if closed {
            return;
        }
        match &mut self.mode {
            Mode::Out { name: outer, open } => *open += usize::from(outer == name),
            Mode::Mark { open, .. } => *open += usize::from(name == "span"),
            Mode::Title { .. } => {}
            Mode::Body => self.open_in_body(name, id, class),
        }
    }

    fn open_in_body(&mut self, name: &str, id: Option<&str>, class: &str) {
        let mut classes = class.split_ascii_whitespace();
        if let Some((list, _, _, open)) = &mut self.list {
            *open += usize::from(list == name);
        }
        if LEFT_OUT.contains(&name) || classes.clone().any(|c| LEFT_OUT_CLASSES.contains(&c)) {
            self.mode = Mode::Out { name: name.to_owned(), open: 1 };
        } else if classes.clone().any(|c| c == "trust") {
            let doubt = classes.any(|c| matches!(c, "trust-unconfirmed" | "trust-proposed"));
            self.mode = Mode::Mark { open: 1, doubt, words: String::new() };
        } else if matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6") {
            // The first heading is the page's.
            if self.documents.len() > 1 || name != "h1" {
                self.begin(id.unwrap_or_default());
            }
            self.list = None;
            self.mode = Mode::Title { name: name.to_owned() };
        } else if let Some((_, title)) =
            LISTS.into_iter().find(|(list, _)| classes.clone().any(|c| c == *list))
        {
            self.list = Some((name.to_owned(), title, self.at, 1));
        } else if let (Some((_, title, _, _)), id) = (&self.list, id) {
            let is_title = *title == name && self.documents[self.at].title.is_empty();
            if let Some(id) = id {
                self.begin(id);
            } else if is_title {
                self.mode = Mode::Title { name: name.to_owned() };
            }
        }
    }

    fn close(&mut self, name: &str) {
        if let Some(sign) = parts(name) {
            self.part(sign);
        }
        match &mut self.mode {
            Mode::Out { name: outer, open } if outer == name => {
                *open -= 1;
                if *open == 0 {
                    self.mode = Mode::Body;
                }
            }
            Mode::Mark { open, doubt, words } if name == "span" => {
                *open -= 1;
                if *open == 0 {
                    let words = doubt.then(|| std::mem::take(words));
                    self.mode = Mode::Body;
                    self.mark(words);
                }
            }
            Mode::Title { name: heading } if heading == name => self.mode = Mode::Body,
            _ => {}
        }
        if let Some((list, _, around, open)) = &mut self.list
            && list == name
        {
            *open -= 1;
            if *open == 0 {
                self.at = *around;
                self.list = None;
            }
        }
    }

    /// Begins a document of its own.
    fn begin(&mut self, anchor: &str) {
        let page = self.documents[0].page.clone();
        let anchor = anchor.to_owned();
        self.at = self.documents.len();
        self.documents.push(Document { anchor, page, ..Document::default() });
    }

    fn text(&mut self, text: &str) {
        let document = &mut self.documents[self.at];
        match &mut self.mode {
            Mode::Out { .. } => {}
            Mode::Mark { words, .. } => words.push_str(text),
            // The page's own name says more than its heading: it names the country.
            Mode::Title { .. } if self.at == 0 => {}
            Mode::Title { .. } => add(&mut document.title, text),
            Mode::Body => add(&mut document.text, text),
        }
    }

    /// The end of a statement; with the words of a doubt about it.
    fn mark(&mut self, doubt: Option<String>) {
        let text = &mut self.documents[self.at].text;
        // Of a mark in a cell of its own only what it says of the others is kept.
        text.truncate(text.trim_end_matches(CELL).len());
        match doubt {
            None => text.push(SETTLED),
            Some(words) => {
                // Sources follow the grade after a colon.
                let words = words.split(':').next().unwrap_or_default();
                text.push(DOUBT);
                text.extend(words.trim().chars().filter(|c| *c >= ' '));
                text.push(DOUBT_END);
            }
        }
    }

    fn part(&mut self, sign: char) {
        if matches!(self.mode, Mode::Body) {
            let text = &mut self.documents[self.at].text;
            text.truncate(text.trim_end_matches(' ').len());
            if sign == BLOCK {
                text.truncate(text.trim_end_matches(CELL).len());
            }
            if !text.is_empty() && !text.ends_with([BLOCK, CELL]) {
                text.push(sign);
            }
        }
    }

    fn finish(self) -> Vec<Document> {
        let mut documents = self.documents;
        for document in &mut documents {
            document.path = self.path.to_owned();
            let text = &mut document.text;
            text.truncate(text.trim_end_matches([' ', BLOCK, CELL]).len());
            let title = &mut document.title;
            title.truncate(title.trim_end().len());
            if title.is_empty() {
                *title = document.page.clone();
            }
            // What the tool itself heads has no address for others to keep.
            if document.anchor.starts_with('_') {
                document.anchor.clear();
            }
        }
        documents
    }
}

/// Adds text with its blanks as one, and without signs that mean something to the reader.
fn add(to: &mut String, text: &str) {
    for c in text.chars() {
        let c = if c.is_whitespace() || c.is_control() { ' ' } else { c };
        let blank = to.is_empty() || to.ends_with([' ', BLOCK, CELL]);
        if c != ' ' || !blank {
            to.push(c);
        }
    }
}

#[cfg(test)]
mod tests {
    use mdbook_preprocessor::book::{Book, BookItem, Chapter};

    use super::*;

    fn cut(path: &str, name: &str, content: &str) -> Vec<(String, String, String)> {
        let chapter = Chapter::new(name, content.to_owned(), path, Vec::new());
        let documents = documents(&Book::new_with_items(vec![BookItem::Chapter(chapter)]));
        let readable = |text: &str| {
            text.replace(BLOCK, "/")
                .replace(CELL, "|")
                .replace(SETTLED, "!")
                .replace(DOUBT, "[")
                .replace(DOUBT_END, "]")
        };
        let url = |d: &Document| format!("{}#{}", d.path, d.anchor);
        documents.iter().map(|d| (url(d), d.title.clone(), readable(&d.text))).collect()
    }

    fn own(url: &str, title: &str, text: &str) -> (String, String, String) {
        (url.to_owned(), title.to_owned(), text.to_owned())
    }

    #[test]
    fn a_page_is_cut_at_its_headings() {
        let page = "\n\n<nav class=\"contents\"><ul><li>Contents</li></ul></nav>\n\
            <main>\n<p class=\"over\"><a>Moldova</a></p>\n<h1 id=\"transit\">Transit</h1>\n\n\
            Which *goods* pass &amp; how; see \
            <a class=\"term\" data-tip=\"tip > tip\">brokering</a>.\n\n\
            ## Documents {#documents}\n\n\
            <span class=\"rule\" id=\"r\"></span>The file has two parts. \
            <span class=\"trust trust-unconfirmed\"><span class=\"trust-word\">unconfirmed:</span> \
            <a href=\"s\">Law 1</a></span> <a class=\"permalink\" href=\"#r\">§</a>\n\n\
            - first\n- second `code` <span class=\"trust trust-seen\">seen</span>\n\n\
            <section class=\"page-facts\"><h2 id=\"_x\">About</h2><p>Commit</p></section>\n";
        assert_eq!(
            cut("md/transit.md", "Moldova: Transit", page),
            [
                own(
                    "md/transit.html#",
                    "Moldova: Transit",
                    "Which goods pass & how; see brokering."
                ),
                own(
                    "md/transit.html#documents",
                    "Documents",
                    "The file has two parts. [unconfirmed]/first/second code !"
                ),
            ]
        );
    }

    #[test]
    fn a_mark_in_a_cell_says_something_of_its_row() {
        let page = "# Page {#page}\n\n| Document | Trust |\n|-|-|\n\
            | permit | <span class=\"trust trust-proposed\">proposed</span> |\n\
            | paper | <span class=\"trust trust-seen\">seen in source</span> |\n";
        let found = cut("page.md", "Page", page);
        assert_eq!(found, [own("page.html#", "Page", "Document|Trust/permit[proposed]/paper!")]);
    }

    #[test]
    fn items_of_glossary_and_sources_are_documents() {
        let page = "<h1 id=\"glossary\">Glossary</h1>\n<p>Words.</p>\n<dl class=\"glossary\">\n\
            <div id=\"end-use\"><dt>end use</dt>\n<dd>What an item is used for.</dd></div>\n\
            <div id=\"transit\"><dt>transit</dt>\n<dd>Carrying through.</dd></div>\n</dl>\n\
            <p>The end.</p>\n";
        assert_eq!(
            cut("glossary.md", "Glossary", page),
            [
                own("glossary.html#", "Glossary", "Words./The end."),
                own("glossary.html#end-use", "end use", "What an item is used for."),
                own("glossary.html#transit", "transit", "Carrying through."),
            ]
        );
    }

    #[test]
    fn indexes_for_readers_without_script_are_left_out() {
        assert!(cut("find/names.md", "Names", "# Names {#names}\n\nA").is_empty());
    }
}
