//! What a chapter's Markdown says, with the place of everything: headings, rules, links, codes,
//! trust marks.
//!
//! Parsed with mdBook's own options, so that what is checked here is what mdBook will see.
//! Ranges are bytes of the text given; it is never rewritten, only spliced into later.

use std::ops::Range;

use handbook_lookup::{Mention, mentions};
use mdbook_markdown::pulldown_cmark::{Alignment, Event, Tag, TagEnd};
use mdbook_markdown::{MarkdownOptions, new_cmark_parser};

use crate::reference::Target;
use crate::source::Located;
use crate::trust::Trust;

/// Everything found in one Markdown text.
#[derive(Clone, Debug, Default)]
pub struct Markdown {
    /// Headings in order.
    pub headings: Vec<Heading>,
    /// Permanent ids of headings and blocks, in order.
    pub anchors: Vec<Anchor>,
    /// Links in order, trust marks and language spans among them.
    pub links: Vec<Link>,
    /// Entry codes standing in prose outside links.
    pub codes: Vec<CodeMention>,
    /// Headings, paragraphs, items and cells as readers read them.
    pub passages: Vec<Passage>,
    /// Plain text outside links, headings and code, where terms may be linked.
    pub prose: Vec<Range<usize>>,
    /// Trust marks with what they cover.
    pub statements: Vec<Statement>,
    /// HTML tags and comments, each as written.
    pub html: Vec<Range<usize>>,
    /// Pictures.
    pub images: Vec<Image>,
    /// Tables that ask for column alignment.
    pub aligned_tables: Vec<Range<usize>>,
    /// Blocks made from data: `{{name}}` alone in a paragraph.
    pub directives: Vec<Located<String>>,
    /// `{#…` that is no id of a heading or at the end of a block.
    pub stray_ids: Vec<Range<usize>>,
    /// `{{` that is no such block.
    pub stray_braces: Vec<Range<usize>>,
}

/// A heading.
#[derive(Clone, Debug)]
pub struct Heading {
    /// 1 to 6.
    pub level: usize,
    /// Its id, if it has one.
    pub id: Option<String>,
    /// Its text without formatting.
    pub text: String,
    /// The whole heading.
    pub range: Range<usize>,
}

/// A permanent id and what carries it.
#[derive(Clone, Debug)]
pub struct Anchor {
    /// The id.
    pub id: Located<String>,
    /// Text of the heading, or `None` for a paragraph, item or cell.
    pub heading: Option<String>,
    /// Where the block's text starts; the anchor goes there.
    pub start: usize,
    /// Bytes of `{#id}` and the space before it; empty for headings, whose id mdBook reads itself.
    pub written: Range<usize>,
}

/// A link.
#[derive(Clone, Debug)]
pub struct Link {
    /// The whole link.
    pub range: Range<usize>,
    /// Its text, between the brackets.
    pub inner: Range<usize>,
    /// Where it leads.
    pub target: Target,
    /// The destination as written.
    pub url: Located<String>,
    /// Inside a heading, which mdBook makes a link already.
    pub in_heading: bool,
    /// Rule or heading it stands under.
    pub rule: Option<String>,
}

/// A picture.
#[derive(Clone, Debug)]
pub struct Image {
    /// The whole picture, as written.
    pub range: Range<usize>,
    /// Path of its file.
    pub url: Located<String>,
    /// What it shows, in words.
    pub alt: String,
}

/// An entry code in prose.
#[derive(Clone, Debug)]
pub struct CodeMention {
    /// The code and its place.
    pub mention: Mention,
    /// Inside a heading or a link.
    pub linked_already: bool,
    /// Rule or heading it stands under.
    pub rule: Option<String>,
}

/// What a passage is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PassageKind {
    /// A heading.
    Heading,
    /// A paragraph.
    #[default]
    Paragraph,
    /// A list item's own text, without the lists in it.
    Item,
    /// A cell of a table.
    Cell,
}

/// A heading, paragraph, item or cell as readers read it: without formatting, line breaks as
/// spaces. Code and text marked as another language are one sign, [`Passage::LEFT_OUT`].
#[derive(Clone, Debug, Default)]
pub struct Passage {
    /// What it is.
    pub kind: PassageKind,
    /// The text.
    pub text: String,
    /// Bytes of `text` before which trust marks stand.
    pub marks: Vec<usize>,
    pieces: Vec<Piece>,
}

/// A part of a passage that is one stretch of the file.
#[derive(Clone, Debug)]
struct Piece {
    /// Where it starts in the passage.
    start: usize,
    /// Bytes of the file.
    range: Range<usize>,
    linked: bool,
}

impl Passage {
    /// Stands for code and for text in another language.
    pub const LEFT_OUT: char = '\u{fffc}';

    fn push(&mut self, text: &str, range: Range<usize>, linked: bool) {
        self.pieces.push(Piece { start: self.text.len(), range, linked });
        self.text.push_str(text);
    }

    /// Takes away what stands from byte `at` of the file on; it is in the last piece.
    fn cut(&mut self, at: usize) {
        if let Some(piece) = self.pieces.last_mut().filter(|piece| piece.range.start <= at) {
            self.text.truncate(piece.start + at - piece.range.start);
            piece.range.end = at;
        }
    }

    fn piece(&self, at: usize) -> Option<&Piece> {
        self.pieces[..self.pieces.partition_point(|p| p.start <= at)].last()
    }

    /// Where bytes of the passage stand in the file.
    pub fn range(&self, range: &Range<usize>) -> Range<usize> {
        let place = |at: usize| {
            let Some(piece) = self.piece(at) else { return 0 };
            // A sign that the file writes otherwise is shorter or longer there.
            (piece.range.start + at - piece.start).min(piece.range.end)
        };
        let start = place(range.start);
        start..(place(range.end.saturating_sub(1)) + 1).max(start)
    }

    /// Whether a byte of the passage is in the text of a link.
    pub fn is_linked(&self, at: usize) -> bool {
        self.piece(at).is_some_and(|piece| piece.linked)
    }
}

/// A statement: text with a trust mark after it.
#[derive(Clone, Debug)]
pub struct Statement {
    /// How far it can be relied on.
    pub trust: Trust,
    /// Sources named.
    pub sources: Vec<String>,
    /// Bytes of the mark.
    pub mark: Range<usize>,
    /// Whether any text stands before the mark in its block or table row.
    pub has_text: bool,
    /// Rule or heading it stands under.
    pub rule: Option<String>,
}

impl Markdown {
    /// Reads a text.
    pub fn parse(text: &str) -> Self {
        let mut reader = Reader {
            text,
            found: Markdown::default(),
            blocks: Vec::new(),
            link: None,
            image: None,
            heading: None,
            code_block: false,
            row_has_text: false,
            passages: Vec::new(),
        };
        let mut html_block = false;
        for (event, range) in new_cmark_parser(text, &MarkdownOptions::default()).into_offset_iter()
        {
            match event {
                Event::Start(Tag::HtmlBlock) => {
                    html_block = true;
                    reader.found.html.push(range);
                }
                Event::End(TagEnd::HtmlBlock) => html_block = false,
                Event::Html(_) if html_block => {}
                event => reader.event(event, range),
            }
        }
        reader.found.passages.retain(|passage| !passage.text.trim().is_empty());
        reader.found
    }
}

struct Reader<'t> {
    text: &'t str,
    found: Markdown,
    /// Open blocks that can carry an id, innermost last.
    blocks: Vec<Block>,
    link: Option<OpenLink>,
    image: Option<Image>,
    heading: Option<Heading>,
    code_block: bool,
    /// Whether a cell of the open table row has text: a mark alone in a cell covers its row.
    row_has_text: bool,
    /// Which of the passages found are open, innermost last.
    passages: Vec<usize>,
}

#[derive(Default)]
struct Block {
    /// Where its first text starts.
    start: Option<usize>,
    /// Its latest text, if nothing came after it.
    last_text: Option<Range<usize>>,
    has_text: bool,
    /// How many links, codes and statements there were before it.
    links: usize,
    codes: usize,
    statements: usize,
    id_taken: bool,
    paragraph: bool,
}

struct OpenLink {
    range: Range<usize>,
    inner: Option<Range<usize>>,
    url: String,
}

impl Reader<'_> {
    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag),
            Event::Text(_) if self.code_block => {}
            Event::Text(text) => self.text(&text, range),
            Event::Code(_) | Event::InlineMath(_) | Event::DisplayMath(_) => {
                self.read(Passage::LEFT_OUT.encode_utf8(&mut [0; 4]), range.clone());
                self.inline(range, true)
            }
            Event::Html(html) | Event::InlineHtml(html) => {
                if html.starts_with("<br") {
                    self.read(" ", range.clone());
                }
                self.found.html.push(range.clone());
                self.inline(range, false);
            }
            Event::FootnoteReference(_) | Event::TaskListMarker(_) => self.inline(range, false),
            Event::SoftBreak | Event::HardBreak => {
                self.read(" ", range);
                if let Some(block) = self.blocks.last_mut() {
                    block.last_text = None;
                }
            }
            Event::Rule => {}
        }
    }

    /// Adds text to the innermost open passage.
    fn read(&mut self, text: &str, range: Range<usize>) {
        let Some(&at) = self.passages.last() else { return };
        let foreign = self.link.as_ref().is_some_and(|link| link.url.starts_with("lang:"));
        let mut sign = [0; 4];
        let text = if foreign { Passage::LEFT_OUT.encode_utf8(&mut sign) } else { text };
        self.found.passages[at].push(text, range, self.link.is_some());
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        let kind = match tag {
            Tag::Paragraph => Some(PassageKind::Paragraph),
            Tag::Item => Some(PassageKind::Item),
            Tag::TableCell => Some(PassageKind::Cell),
            Tag::Heading { .. } => Some(PassageKind::Heading),
            _ => None,
        };
        if let Some(kind) = kind {
            self.passages.push(self.found.passages.len());
            self.found.passages.push(Passage { kind, ..Passage::default() });
        }
        match tag {
            Tag::Paragraph | Tag::Item | Tag::TableCell => self.blocks.push(Block {
                links: self.found.links.len(),
                codes: self.found.codes.len(),
                statements: self.found.statements.len(),
                paragraph: matches!(tag, Tag::Paragraph),
                ..Block::default()
            }),
            Tag::List(_) => self.take_id(),
            Tag::Heading { level, id, .. } => {
                self.heading = Some(Heading {
                    level: level as usize,
                    id: id.map(|id| id.to_string()),
                    text: String::new(),
                    range,
                });
            }
            Tag::Link { dest_url, .. } => {
                self.inline(range.clone(), false);
                self.link = Some(OpenLink { range, inner: None, url: dest_url.to_string() });
            }
            Tag::Image { dest_url, .. } => {
                self.inline(range.clone(), false);
                let url = self.place_of(&dest_url, &range);
                self.image = Some(Image { range, url, alt: String::new() });
            }
            // The marks of emphasis belong to the text of a link, and to the start of a block.
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough => self.inline(range, false),
            Tag::CodeBlock(_) => self.code_block = true,
            Tag::TableRow => self.row_has_text = false,
            Tag::Table(alignments) if alignments.iter().any(|a| *a != Alignment::None) => {
                self.found.aligned_tables.push(range);
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::Item | TagEnd::TableCell => {
                self.take_id();
                let block = self.blocks.pop();
                if tag == TagEnd::TableCell {
                    self.row_has_text |= block.as_ref().is_some_and(|b| b.has_text);
                }
                // A loose list item's paragraphs are its text.
                if let (Some(block), Some(outer)) = (block, self.blocks.last_mut()) {
                    outer.start = outer.start.or(block.start);
                    outer.has_text |= block.has_text;
                }
            }
            TagEnd::Heading(_) => {
                if let Some(heading) = self.heading.take() {
                    self.end_heading(heading);
                }
            }
            TagEnd::Link => {
                if let Some(link) = self.link.take() {
                    self.end_link(link);
                }
            }
            TagEnd::Image => self.found.images.extend(self.image.take()),
            TagEnd::CodeBlock => self.code_block = false,
            TagEnd::TableRow => self.row_has_text = false,
            _ => {}
        }
        if let TagEnd::Paragraph | TagEnd::Item | TagEnd::TableCell | TagEnd::Heading(_) = tag {
            self.passages.pop();
        }
    }

    fn end_heading(&mut self, heading: Heading) {
        if let Some(id) = &heading.id {
            let slice = &self.text[heading.range.clone()];
            let at = slice.rfind(&format!("#{id}")).map_or(0, |at| at + 1) + heading.range.start;
            self.found.anchors.push(Anchor {
                id: Located::new(id.clone(), at..at + id.len()),
                heading: Some(heading.text.clone()),
                start: heading.range.start,
                written: heading.range.start..heading.range.start,
            });
        }
        self.found.headings.push(heading);
    }

    fn end_link(&mut self, link: OpenLink) {
        let url = self.place_of(&link.url, &link.range);
        let target = Target::parse(&link.url);
        let rule = self.current_rule();
        if let Target::Mark(trust, sources) = &target {
            if let Some(&at) = self.passages.last() {
                let passage = &mut self.found.passages[at];
                passage.marks.push(passage.text.len());
            }
            let has_text = self.row_has_text || self.blocks.last().is_some_and(|b| b.has_text);
            self.found.statements.push(Statement {
                trust: *trust,
                sources: sources.clone(),
                mark: link.range.clone(),
                has_text,
                rule: rule.clone(),
            });
        }
        self.found.links.push(Link {
            inner: link.inner.unwrap_or(link.range.start + 1..link.range.start + 1),
            range: link.range,
            target,
            url,
            in_heading: self.heading.is_some(),
            rule,
        });
    }

    /// A destination with its place inside the link at `range`; the whole link where the text
    /// differs from what is meant (an escape, a reference).
    fn place_of(&self, url: &str, range: &Range<usize>) -> Located<String> {
        let place = match self.text[range.clone()].rfind(url) {
            Some(at) if !url.is_empty() => range.start + at..range.start + at + url.len(),
            _ => range.clone(),
        };
        Located::new(url.to_owned(), place)
    }

    fn current_rule(&self) -> Option<String> {
        self.found.headings.iter().rev().find_map(|h| h.id.clone())
    }

    /// Notes an inline thing at `range`: where a block starts, what a link's text spans.
    fn inline(&mut self, range: Range<usize>, is_text: bool) {
        if let Some(link) = &mut self.link {
            let inner = link.inner.get_or_insert(range.clone());
            inner.end = inner.end.max(range.end);
        }
        if let Some(block) = self.blocks.last_mut() {
            block.start.get_or_insert(range.start);
            block.last_text = None;
            block.has_text |= is_text;
        }
    }

    fn text(&mut self, text: &str, range: Range<usize>) {
        if let Some(image) = &mut self.image {
            image.alt.push_str(text);
            return;
        }
        self.read(text, range.clone());
        let slice = &self.text[range.clone()];
        self.inline(range.clone(), !text.trim().is_empty());
        let in_link = self.link.is_some();
        if !in_link && let Some(block) = self.blocks.last_mut() {
            block.last_text = Some(range.clone());
        }
        if let Some(heading) = &mut self.heading {
            heading.text.push_str(text);
        }
        // A text that differs from its source (an entity, a typographic quote) holds no codes.
        if slice != text {
            return;
        }
        let linked_already = in_link || self.heading.is_some();
        let rule = self.current_rule();
        for mut mention in mentions(slice) {
            mention.range = mention.range.start + range.start..mention.range.end + range.start;
            for look_alike in &mut mention.look_alikes {
                look_alike.0 += range.start;
            }
            self.found.codes.push(CodeMention { mention, linked_already, rule: rule.clone() });
        }
        if !linked_already {
            self.found.prose.push(range.clone());
        }
        let id = slice.match_indices("{#").find(|(at, _)| !slice[..*at].ends_with('{'));
        if let Some((at, _)) = id {
            self.found.stray_ids.push(range.start + at..range.end);
        }
        if slice.contains("{{") {
            self.braces(slice, range);
        }
    }

    fn braces(&mut self, slice: &str, range: Range<usize>) {
        let name = slice.trim().strip_prefix("{{").and_then(|s| s.strip_suffix("}}"));
        let alone = self.blocks.last().is_some_and(|b| b.paragraph && b.start == Some(range.start));
        match name {
            Some(name) if alone && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-') => {
                self.found.directives.push(Located::new(name.to_owned(), range));
            }
            _ => {
                let at = range.start + slice.find("{{").unwrap_or(0);
                self.found.stray_braces.push(at..range.end);
            }
        }
    }

    /// Takes ` {#id}` off the end of the innermost block, if it stands there.
    fn take_id(&mut self) {
        let Some(block) = self.blocks.last_mut() else { return };
        if block.id_taken {
            return;
        }
        let Some(last) = block.last_text.clone() else { return };
        let slice = &self.text[last.clone()];
        let Some(body) = slice.strip_suffix('}') else { return };
        let Some(open) = body.rfind("{#") else { return };
        let id = &body[open + 2..];
        if id.is_empty() || id.contains(['{', ' ']) {
            return;
        }
        block.id_taken = true;
        let id_at = last.start + open + 2;
        let space = slice[..open].len() - slice[..open].trim_end().len();
        let (links, codes, statements) = (block.links, block.codes, block.statements);
        let anchor = Anchor {
            id: Located::new(id.to_owned(), id_at..id_at + id.len()),
            heading: None,
            start: block.start.unwrap_or(last.start),
            written: last.start + open - space..last.end,
        };
        let rule = || Some(anchor.id.value.clone());
        self.found.links[links..].iter_mut().for_each(|l| l.rule = rule());
        self.found.codes[codes..].iter_mut().for_each(|c| c.rule = rule());
        self.found.statements[statements..].iter_mut().for_each(|s| s.rule = rule());
        let written = anchor.written.clone();
        if let Some(&at) = self.passages.last() {
            self.found.passages[at].cut(written.start);
        }
        self.found.stray_ids.retain(|stray| stray.end != written.end);
        if let Some(prose) = self.found.prose.last_mut()
            && prose.end == anchor.written.end
        {
            prose.end = anchor.written.start;
        }
        self.found.anchors.push(anchor);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
Law 213 rules. [](seen:md-law) {#law}

## Transit {#transit}

- Items of 3A001.b need a [permit](rule:md/licensing#permit). [](unconfirmed:) {#permit}
  - inner 5A002
- `3A002` is not linked, [3A003](entry:3A003) is already.

{{sources}}

| a | b |
|---|---|
| x 1C350 | y. [](proposed:) {#cell} |
";

    #[test]
    fn finds_ids_of_paragraphs_items_and_cells() {
        let found = Markdown::parse(TEXT);
        let ids: Vec<&str> = found.anchors.iter().map(|a| a.id.as_str()).collect();
        assert_eq!(ids, ["law", "transit", "permit", "cell"]);
        let permit = &found.anchors[2];
        assert!(TEXT[permit.start..].starts_with("Items of"));
        assert_eq!(&TEXT[permit.written.clone()], " {#permit}");
        assert_eq!(&TEXT[permit.id.range.clone()], "permit");
    }

    #[test]
    fn ties_codes_and_statements_to_the_nearest_rule() {
        let found = Markdown::parse(TEXT);
        let codes: Vec<(&str, bool, Option<&str>)> = found
            .codes
            .iter()
            .map(|c| (c.mention.code.as_str(), c.linked_already, c.rule.as_deref()))
            .collect();
        assert_eq!(
            codes,
            [
                ("3A001.b", false, Some("permit")),
                ("5A002", false, Some("transit")),
                ("3A003", true, Some("transit")),
                ("1C350", false, Some("transit")),
            ]
        );
        let statements: Vec<(Trust, Option<&str>)> =
            found.statements.iter().map(|s| (s.trust, s.rule.as_deref())).collect();
        assert_eq!(
            statements,
            [
                (Trust::Seen, Some("law")),
                (Trust::Unconfirmed, Some("permit")),
                (Trust::Proposed, Some("cell"))
            ]
        );
        assert!(found.statements.iter().all(|s| s.has_text));
        assert_eq!(found.directives[0].value, "sources");
    }

    #[test]
    fn knows_the_place_of_a_links_text_and_destination() {
        let found = Markdown::parse(TEXT);
        let link = found.links.iter().find(|l| matches!(l.target, Target::Rule { .. })).unwrap();
        assert_eq!(&TEXT[link.inner.clone()], "permit");
        assert_eq!(&TEXT[link.url.range.clone()], "rule:md/licensing#permit");
    }

    #[test]
    fn passages_are_what_readers_read_and_know_their_place() {
        let text = "## On *law* {#law}\n\nIt is **not**\n`x` [legea](lang:ro) \"so\". [](proposed:) {#a}\n\n- one\n  - two\n";
        let found = Markdown::parse(text);
        let all: Vec<&str> = found.passages.iter().map(|p| p.text.trim()).collect();
        assert_eq!(all, ["On law", "It is not \u{fffc} \u{fffc} “so”.", "one", "two"]);
        let passage = &found.passages[1];
        assert_eq!(passage.marks, [passage.text.find("”.").unwrap() + "”. ".len()]);
        let at = passage.text.find("so").unwrap();
        assert_eq!(&text[passage.range(&(at..at + 2))], "so");
        let at = passage.text.find("is not").unwrap();
        assert_eq!(&text[passage.range(&(at..at + 6))], "is **not");
    }

    #[test]
    fn emphasis_belongs_to_the_link_and_the_block_it_is_in() {
        let text = "**Law** rules [an *act*](lang:ro). {#law}\n";
        let found = Markdown::parse(text);
        assert_eq!(&text[found.links[0].inner.clone()], "an *act*");
        assert_eq!(found.anchors[0].start, 0);
    }

    #[test]
    fn sees_html_includes_and_alignment() {
        let found = Markdown::parse(
            "<script>\nx\n</script>\n\na <b>c</b> {{#include x}}\n\n|a|\n|:-:|\n|b|\n",
        );
        assert_eq!(found.html.len(), 3);
        assert_eq!(found.stray_braces.len(), 1);
        assert_eq!(found.aligned_tables.len(), 1);
        assert!(found.directives.is_empty());
    }
}
