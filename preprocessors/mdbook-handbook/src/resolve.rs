//! Turns a chapter's Markdown into what mdBook renders: links with a scheme get addresses, entry
//! codes and first uses of terms become links, trust marks become words.
//!
//! The text is spliced at the places the model found, never printed anew from events: what no
//! splice touches reaches mdBook byte for byte.

use std::collections::BTreeSet;
use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use handbook_lookup::EntryCode;
use handbook_model::handbook::picture_type;
use handbook_model::markdown::{Image, Link, Markdown, Statement};
use handbook_model::reference::Target;
use handbook_model::{Handbook, Trust};

use crate::address::From;
use crate::html::{block, escape};

/// Words of the glossary, ready to be searched for.
pub(crate) struct Glossary {
    finder: Option<AhoCorasick>,
    /// Term of each pattern.
    terms: Vec<usize>,
}

impl Glossary {
    /// Prepares the glossary of a handbook.
    pub(crate) fn new(handbook: &Handbook) -> Self {
        let mut patterns = Vec::new();
        let mut terms = Vec::new();
        for (at, term) in handbook.glossary.rows.iter().enumerate() {
            for word in &term.matches {
                patterns.push(word.to_lowercase());
                terms.push(at);
            }
        }
        let finder = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .ascii_case_insensitive(true)
            .build(&patterns)
            .ok();
        Self { finder, terms }
    }
}

/// Resolves one Markdown text for the page at `from`. `directive` makes the blocks that come from
/// data; what it does not know is left out, as the check has reported it.
pub(crate) fn resolve(
    handbook: &Handbook,
    glossary: &Glossary,
    from: From<'_>,
    text: &str,
    markdown: &Markdown,
    directive: &dyn Fn(&str) -> Option<String>,
) -> String {
    let mut resolver = Resolver { handbook, from, text, splices: Vec::new() };
    resolver.anchors(markdown);
    for link in &markdown.links {
        resolver.link(link);
    }
    for statement in &markdown.statements {
        resolver.mark(statement);
    }
    for image in &markdown.images {
        resolver.picture(image);
    }
    resolver.codes(markdown);
    resolver.terms(glossary, markdown);
    for found in &markdown.directives {
        let html = directive(found).map(|html| block(&html)).unwrap_or_default();
        resolver.replace(found.range.clone(), html);
    }
    resolver.finish()
}

struct Resolver<'r> {
    handbook: &'r Handbook,
    from: From<'r>,
    text: &'r str,
    splices: Vec<(Range<usize>, String)>,
}

impl Resolver<'_> {
    fn replace(&mut self, range: Range<usize>, with: String) {
        self.splices.push((range, with));
    }

    fn finish(mut self) -> String {
        self.splices.sort_by_key(|(range, _)| (range.start, range.end));
        let mut out = String::with_capacity(self.text.len() * 2);
        let mut at = 0;
        for (range, with) in &self.splices {
            // Two splices at one place would be a fault of this module; the first wins.
            if range.start < at {
                continue;
            }
            out.push_str(&self.text[at..range.start]);
            out.push_str(with);
            at = range.end;
        }
        out.push_str(&self.text[at..]);
        out
    }

    /// Ids of paragraphs, items and cells: an anchor before the text, a link to it behind.
    fn anchors(&mut self, markdown: &Markdown) {
        for anchor in markdown.anchors.iter().filter(|a| a.heading.is_none()) {
            let id = escape(&anchor.id);
            self.replace(
                anchor.start..anchor.start,
                format!("<span class=\"rule\" id=\"{id}\"></span>"),
            );
            let link = format!(
                "\u{a0}<a class=\"permalink\" href=\"#{id}\" aria-label=\"Link to the rule {id}\">§</a>"
            );
            self.replace(anchor.written.clone(), link);
        }
    }

    fn link(&mut self, link: &Link) {
        let opening = match &link.target {
            Target::Entry(code) => EntryCode::parse(code).map(|code| self.entry_link(&code)),
            Target::Rule { country, section, rule } => {
                let href = self.from.rule(country, section, rule.as_deref());
                Some(format!("<a class=\"xref\" href=\"{href}\">"))
            }
            Target::Term(id) => self.term_link(id),
            Target::Source(id) => self.source_link(id),
            Target::Language(tag) => Some(format!("<span lang=\"{}\">", escape(tag))),
            Target::External => Some(format!(
                "<a class=\"external\" rel=\"noreferrer\" href=\"{}\">",
                escape(&link.url)
            )),
            Target::Page { path, anchor } => handbook_model::check::resolve_page(self.from.0, path)
                .map(|page| format!("<a href=\"{}\">", self.from.page(&page, anchor.as_deref()))),
            Target::Procedure(id) => {
                let href = self.from.page(&format!("procedures/{id}.md"), None);
                Some(format!("<a class=\"xref\" href=\"{href}\">"))
            }
            Target::Mark(..) | Target::Refused => return,
        };
        let Some(opening) = opening else { return };
        let closing = if opening.starts_with("<span") { "</span>" } else { "</a>" };
        if link.inner.is_empty() {
            let label = self.label(&link.target);
            self.replace(link.range.clone(), format!("{opening}{}{closing}", escape(&label)));
        } else {
            self.replace(link.range.start..link.inner.start, opening);
            self.replace(link.inner.end..link.range.end, closing.to_owned());
        }
    }

    /// Text of a link that was written without one.
    fn label(&self, target: &Target) -> String {
        let handbook = self.handbook;
        match target {
            Target::Entry(code) => code.clone(),
            Target::Term(id) => handbook.term(id).map_or_else(|| id.clone(), |t| t.name.clone()),
            Target::Procedure(id) => {
                handbook.procedure(id).map_or_else(|| id.clone(), |p| p.title.clone())
            }
            Target::Source(id) => {
                handbook.source(id).map_or_else(|| id.clone(), |(_, s)| s.short.clone())
            }
            Target::Rule { country, section, rule } => {
                let section =
                    handbook.outline.section(section).map_or(section.as_str(), |s| &s.title);
                let name = handbook.country(country).map_or(country.as_str(), |c| &c.name);
                match rule {
                    Some(rule) => format!("{name}: {section}, {rule}"),
                    None => format!("{name}: {section}"),
                }
            }
            _ => String::new(),
        }
    }

    fn entry_link(&self, code: &EntryCode) -> String {
        let title = escape(&self.handbook.list.name(code));
        let href = self.from.entry(code);
        format!(
            "<a class=\"entry\" href=\"{href}\" data-tip=\"{title}\" aria-label=\"{code}: {title}\">"
        )
    }

    fn term_link(&self, id: &str) -> Option<String> {
        let term = self.handbook.term(id)?;
        let tip = escape(&term.definition);
        Some(format!("<a class=\"term\" href=\"{}\" data-tip=\"{tip}\">", self.from.term(id)))
    }

    fn source_link(&self, id: &str) -> Option<String> {
        let href = self.from.source(self.handbook, id)?;
        let (_, source) = self.handbook.source(id)?;
        let tip = escape(&source.title);
        Some(format!("<a class=\"source\" href=\"{href}\" data-tip=\"{tip}\">"))
    }

    fn mark(&mut self, statement: &Statement) {
        let html = trust_mark(self.handbook, self.from, statement.trust, &statement.sources);
        self.replace(statement.mark.clone(), html);
    }

    /// A picture goes into the page itself: it then shows from a USB stick, on a phone that was
    /// handed one file, and in both ways of building.
    fn picture(&mut self, image: &Image) {
        let path = handbook_model::check::resolve_page(self.from.0, &image.url);
        let bytes = path.and_then(|path| self.handbook.pictures.get(&path));
        let (Some(bytes), Some(kind)) = (bytes, picture_type(&image.url)) else { return };
        let (data, alt) = (STANDARD.encode(bytes), escape(&image.alt));
        let html = format!("<img alt=\"{alt}\" src=\"data:{kind};base64,{data}\">");
        self.replace(image.range.clone(), html);
    }

    fn codes(&mut self, markdown: &Markdown) {
        for code in markdown.codes.iter().filter(|c| !c.linked_already && c.mention.is_exact()) {
            let link = self.entry_link(&code.mention.code);
            let range = code.mention.range.clone();
            let text = &self.text[range.clone()];
            self.replace(range, format!("{link}{text}</a>"));
        }
    }

    /// Links the first use of each term in the section.
    fn terms(&mut self, glossary: &Glossary, markdown: &Markdown) {
        let Some(finder) = &glossary.finder else { return };
        let mut used: BTreeSet<&str> = markdown
            .links
            .iter()
            .filter_map(|l| match &l.target {
                Target::Term(id) => Some(id.as_str()),
                _ => None,
            })
            .collect();
        let taken: Vec<Range<usize>> =
            self.splices.iter().map(|(range, _)| range.clone()).collect();
        for run in &markdown.prose {
            let slice = &self.text[run.clone()];
            for found in finder.find_iter(slice) {
                let term = &self.handbook.glossary.rows[glossary.terms[found.pattern().as_usize()]];
                let range = run.start + found.start()..run.start + found.end();
                let alone = !slice[..found.start()].ends_with(char::is_alphanumeric)
                    && !slice[found.end()..].starts_with(char::is_alphanumeric);
                let free = taken.iter().all(|t| t.end <= range.start || t.start >= range.end);
                if !alone || !free || !used.insert(&term.id) {
                    continue;
                }
                if let Some(opening) = self.term_link(&term.id) {
                    let text = &self.text[range.clone()];
                    self.splices.push((range, format!("{opening}{text}</a>")));
                }
            }
        }
    }
}

/// The words after a statement: how far it can be relied on, which sources, when they were read.
pub(crate) fn trust_mark(
    handbook: &Handbook,
    from: From<'_>,
    trust: Trust,
    sources: &[String],
) -> String {
    let mut read = None;
    let mut links = Vec::new();
    for id in sources {
        let Some((_, source)) = handbook.source(id) else { continue };
        // The oldest reading bounds what the statement is worth.
        read = match (read, source.read) {
            (Some(a), Some(b)) => Some(std::cmp::min(a, b)),
            (a, b) => a.or(b),
        };
        let href = from.source(handbook, id).unwrap_or_default();
        // No tooltip: marks are many, and the page lists its sources with their titles below.
        links.push(format!("<a href=\"{href}\">{}</a>", escape(&source.short)));
    }
    // A proposal or a presumption has no date at which it was seen.
    let date = read.filter(|_| trust.needs_source()).map(|date| format!(" {date}"));
    let date = date.unwrap_or_default();
    let colon = if links.is_empty() { "" } else { ":" };
    let space = if links.is_empty() { "" } else { " " };
    format!(
        "<span class=\"trust trust-{}\"><span class=\"trust-word\">{}{date}{colon}</span>{space}{}</span>",
        trust.key(),
        trust.label(),
        links.join(", ")
    )
}
