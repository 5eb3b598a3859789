//! Everything that must fit together before a handbook is published: ids, links, entry codes,
//! trust marks, HTML. Works on the files as written, so that every finding has its place.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::ops::Range;

use crate::chapter::Chapter;
use crate::control_list::{StateKind, code_suggestion};
use crate::cores::{Job, on_all_cores};
use crate::country::Country;
use crate::diagnostic::{Findings, suggestion};
use crate::handbook::{Handbook, picture_type};
use crate::markdown::{Link, Statement};
use crate::outline::is_id;
use crate::procedure::{self, RuleRef, check_rule};
use crate::reference::Target;
use crate::region::is_language_tag;
use crate::register::is_web_address;
use crate::source::{Located, SourceText};
use crate::trust::{Basis, Trust};

/// Blocks made from data that a country's section may hold.
pub const COUNTRY_DIRECTIVES: [&str; 3] = ["authorities", "sources", "terms"];
/// Blocks made from data that a page of the frame may hold.
pub const FRAME_DIRECTIVES: [&str; 1] = ["countries"];

/// HTML a chapter may use as it is; everything else could reach a reader as script or style.
const PLAIN_TAGS: [&str; 7] = ["<br>", "<br/>", "<br />", "<sub>", "</sub>", "<sup>", "</sup>"];

/// Largest picture, in bytes: it travels inside the page.
const MAX_PICTURE: usize = 200_000;

/// Checks a whole handbook.
pub fn check(handbook: &Handbook, findings: &Findings) {
    let pages: BTreeSet<String> = handbook.pages().into_iter().collect();
    let pages = &pages;
    let frame = || {
        for (path, chapter) in &handbook.frame {
            let home = Home { path, country: None };
            Checker { handbook, findings, chapter, home, pages }.run();
        }
        check_addresses(handbook, findings);
        crate::comparison::check(handbook, findings);
        procedure::check(handbook, findings);
        crate::cards::check(handbook, findings);
        for term in &handbook.glossary.rows {
            check_basis(handbook, handbook.glossary.file.as_ref(), &term.basis, findings);
        }
    };
    let mut jobs: Vec<Job<'_, ()>> = crate::prose::checks(handbook, findings);
    jobs.push(Box::new(frame));
    jobs.extend(handbook.countries.iter().map(|country| -> Job<'_, ()> {
        Box::new(move || {
            check_registers(handbook, country, findings);
            for (section, chapter) in &country.sections {
                let path = format!("{}/{section}.md", country.id);
                let home = Home { path: &path, country: Some(country) };
                Checker { handbook, findings, chapter, home, pages }.run();
            }
        })
    }));
    on_all_cores(&jobs);
}

fn check_addresses(handbook: &Handbook, findings: &Findings) {
    let generated: BTreeSet<String> = handbook.generated_pages().into_iter().collect();
    for (path, chapter) in &handbook.frame {
        if generated.contains(path) {
            findings.at("page-twice", &chapter.source, &(0..0), &[("path", path)]);
        }
    }
    let mut seen = BTreeSet::new();
    for source in &handbook.sources.rows {
        seen.insert(source.id.as_str());
    }
    for country in &handbook.countries {
        for source in &country.sources.rows {
            if !seen.insert(source.id.as_str())
                && let Some(file) = &country.sources.file
            {
                let values: &[(&str, &dyn Display)] =
                    &[("id", &source.id.value), ("place", &"the handbook's sources")];
                findings.at("id-twice", file, &source.id.range, values);
            }
        }
    }
}

fn check_registers(handbook: &Handbook, country: &Country, findings: &Findings) {
    if let (Some(applied), Some(file)) = (&country.applies, &country.file) {
        if applied.list.value != handbook.list.id {
            let mend = format!("There is: {}.", handbook.list.id);
            let values: &[(&str, &dyn Display)] =
                &[("key", &"list"), ("value", &applied.list.value), ("mend", &mend)];
            findings.at("toml-value", file, &applied.list.range, values);
        }
        if handbook.list.edition(&applied.edition).is_none() {
            let mend =
                suggestion(&applied.edition, handbook.list.editions.iter().map(|e| e.id.as_str()));
            let values: &[(&str, &dyn Display)] =
                &[("edition", &applied.edition.value), ("mend", &mend)];
            findings.at("list-edition-unknown", file, &applied.edition.range, values);
        }
        known_source(handbook, file, &applied.act, findings);
        unread_source(handbook, file, applied.trust, &applied.act, findings);
    }
    let authorities = country.authorities.file.as_ref();
    for authority in &country.authorities.rows {
        check_basis(handbook, authorities, &authority.basis, findings);
        for contact in &authority.contacts {
            check_basis(handbook, authorities, &contact.basis, findings);
        }
    }
    if let Some(file) = &country.questions.file {
        for question in &country.questions.rows {
            if handbook.outline.section(&question.section).is_none() {
                let mend = suggestion(&question.section, handbook.outline.ids());
                let values: &[(&str, &dyn Display)] =
                    &[("section", &question.section.value), ("mend", &mend)];
                findings.at("question-section", file, &question.section.range, values);
            }
        }
    }
    if let Some(file) = &country.terms.file {
        for term in &country.terms.rows {
            check_basis(handbook, Some(file), &term.basis, findings);
            if let Some(regional) = &term.regional {
                known_term(handbook, file, regional, findings);
            }
        }
    }
}

pub(crate) fn check_basis(
    handbook: &Handbook,
    file: Option<&SourceText>,
    basis: &Basis,
    findings: &Findings,
) {
    let Some(file) = file else { return };
    let trust = basis.trust.key();
    if basis.sources.is_empty() && basis.trust.needs_source() {
        findings.at("mark-no-source", file, &basis.range, &[("trust", &trust)]);
    }
    for source in &basis.sources {
        known_source(handbook, file, source, findings);
        unread_source(handbook, file, basis.trust, source, findings);
    }
}

/// Reports a grade that needs a source that was read, where nobody has read it.
fn unread_source(
    handbook: &Handbook,
    file: &SourceText,
    trust: Trust,
    id: &Located<String>,
    findings: &Findings,
) {
    let read = handbook.source(id).is_none_or(|(_, source)| source.read.is_some());
    if trust.needs_source() && !read {
        let values: &[(&str, &dyn Display)] = &[("id", &id.value), ("trust", &trust.key())];
        findings.at("mark-source-unread", file, &id.range, values);
    }
}

fn known_source(handbook: &Handbook, file: &SourceText, id: &Located<String>, findings: &Findings) {
    if handbook.source(id).is_none() {
        let mend = source_suggestion(handbook, id);
        findings.at("source-unknown", file, &id.range, &[("id", &id.value), ("mend", &mend)]);
    }
}

fn source_suggestion(handbook: &Handbook, id: &str) -> String {
    let frame = handbook.sources.rows.iter();
    let all: Vec<&str> = frame
        .chain(handbook.countries.iter().flat_map(|c| &c.sources.rows))
        .map(|s| s.id.as_str())
        .collect();
    suggestion(id, all.iter().copied())
}

fn known_term(handbook: &Handbook, file: &SourceText, id: &Located<String>, findings: &Findings) {
    if handbook.term(id).is_none() {
        let mend = suggestion(id, handbook.glossary.rows.iter().map(|t| t.id.as_str()));
        findings.at("term-unknown", file, &id.range, &[("id", &id.value), ("mend", &mend)]);
    }
}

/// Where a chapter stands.
struct Home<'h> {
    /// Path of its page as a Markdown file.
    path: &'h str,
    /// Its country; `None` for the frame.
    country: Option<&'h Country>,
}

struct Checker<'h> {
    handbook: &'h Handbook,
    findings: &'h Findings,
    chapter: &'h Chapter,
    home: Home<'h>,
    /// Paths of all pages.
    pages: &'h BTreeSet<String>,
}

impl Checker<'_> {
    fn run(&self) {
        self.headings();
        self.ids();
        self.html();
        self.pictures();
        self.blocks();
        for link in &self.chapter.markdown.links {
            self.link(link);
        }
        self.codes();
        for statement in &self.chapter.markdown.statements {
            self.statement(statement);
        }
    }

    fn find(&self, id: &str, range: &Range<usize>, values: &[(&str, &dyn Display)]) {
        self.chapter.finding(self.findings, id, range, values);
    }

    fn headings(&self) {
        let own_title = self.chapter.markdown.headings.first().is_some_and(|h| h.level == 1);
        if self.home.country.is_none() && !own_title {
            self.find("heading-missing", &(0..0), &[]);
        }
        for heading in &self.chapter.markdown.headings {
            if heading.level == 1 && self.home.country.is_some() {
                self.find("heading-top", &heading.range, &[("text", &heading.text)]);
            } else if heading.id.is_none() {
                let id = id_from(&heading.text);
                self.find(
                    "heading-id",
                    &first_line(self.chapter.body(), &heading.range),
                    &[("text", &heading.text), ("id", &id)],
                );
            }
        }
    }

    fn ids(&self) {
        let mut rows = self.register_ids();
        // The page's own heading has the id of its section.
        rows.extend(self.home.country.and(self.section()).map(str::to_owned));
        let mut seen = BTreeSet::new();
        for id in self.chapter.ids() {
            if rows.contains(id.as_str()) {
                let place = "what the tool puts on this page";
                self.find("id-twice", &id.range, &[("id", &id.value), ("place", &place)]);
            }
            if !is_id(id) {
                self.find("id-form", &id.range, &[("id", &id.value)]);
            }
            if !seen.insert(id.as_str()) {
                self.find("id-twice", &id.range, &[("id", &id.value), ("place", &"this file")]);
            }
        }
    }

    /// The section of a country's page.
    fn section(&self) -> Option<&str> {
        self.home.path.rsplit('/').next()?.strip_suffix(".md")
    }

    /// Ids that blocks made from data bring onto the page.
    fn register_ids(&self) -> BTreeSet<String> {
        let mut ids = BTreeSet::new();
        let Some(country) = self.home.country else { return ids };
        for directive in &self.chapter.markdown.directives {
            match directive.as_str() {
                "authorities" => {
                    ids.extend(
                        country.authorities.rows.iter().map(|a| format!("authority-{}", *a.id)),
                    );
                }
                "terms" => ids.extend(country.terms.rows.iter().map(|t| format!("term-{}", *t.id))),
                "sources" => ids.extend(country.sources.rows.iter().map(|s| s.id.value.clone())),
                _ => {}
            }
        }
        ids
    }

    fn html(&self) {
        let body = self.chapter.body();
        for range in &self.chapter.markdown.html {
            let html = body[range.clone()].trim();
            let comment = html.starts_with("<!--")
                && html.ends_with("-->")
                && html.matches("<!--").count() == 1;
            if !comment && !PLAIN_TAGS.contains(&html) {
                let first: String = html.chars().take(40).collect();
                let first = first.lines().next().unwrap_or_default().to_owned();
                self.find("raw-html", &first_line(body, range), &[("html", &first)]);
            }
        }
    }

    fn pictures(&self) {
        for image in &self.chapter.markdown.images {
            let url = &image.url;
            if image.alt.trim().is_empty() {
                self.find("image-alt", &image.range, &[]);
            }
            let own = self.home.country.map_or(String::new(), |c| format!("{}/", c.id));
            // A picture of another country may change or go without this one's knowledge.
            let path = resolve_page(self.home.path, url).filter(|path| path.starts_with(&own));
            let path = path.unwrap_or_default();
            if picture_type(url).is_none() {
                self.find("image-type", &url.range, &[("path", &url.value)]);
            } else if let Some(bytes) = self.handbook.pictures.get(&path) {
                if bytes.len() > MAX_PICTURE {
                    let kilobytes = |n: usize| format!("{} kB", n / 1000);
                    let (size, limit) = (kilobytes(bytes.len()), kilobytes(MAX_PICTURE));
                    let values: &[(&str, &dyn Display)] =
                        &[("path", &url.value), ("size", &size), ("limit", &limit)];
                    self.find("image-size", &url.range, values);
                }
            } else {
                self.find("image-missing", &url.range, &[("path", &url.value)]);
            }
        }
    }

    fn blocks(&self) {
        let markdown = &self.chapter.markdown;
        for range in &markdown.aligned_tables {
            self.find("table-alignment", &first_line(self.chapter.body(), range), &[]);
        }
        for range in &markdown.stray_ids {
            self.find("id-stray", range, &[]);
        }
        for range in &markdown.stray_braces {
            self.find("directive-stray", range, &[]);
        }
        let allowed: &[&str] =
            if self.home.country.is_some() { &COUNTRY_DIRECTIVES } else { &FRAME_DIRECTIVES };
        for directive in &markdown.directives {
            if !allowed.contains(&directive.as_str()) {
                let mend = suggestion(directive, allowed.iter().copied());
                self.find(
                    "directive-unknown",
                    &directive.range,
                    &[("name", &directive.value), ("mend", &mend)],
                );
            }
        }
    }

    fn link(&self, link: &Link) {
        let url = &link.url;
        if link.in_heading && !matches!(link.target, Target::Language(_)) {
            self.find("heading-link", &link.range, &[]);
        }
        match &link.target {
            Target::Entry(code) => {
                if self.handbook.list.provision(code).is_none() {
                    let mend = code_suggestion(&self.handbook.list, code);
                    self.find("entry-unknown", &url.range, &[("code", code), ("mend", &mend)]);
                } else {
                    self.applied(code, &url.range, "entry-absent");
                }
            }
            Target::Rule { country, section, rule } => {
                let rule = RuleRef {
                    country: country.clone(),
                    section: section.clone(),
                    rule: rule.clone(),
                    written: Located::new(url.value.clone(), shift(&url.range, self.chapter.body)),
                };
                check_rule(self.handbook, &self.chapter.source, &rule, self.findings);
            }
            Target::Procedure(id) => {
                if self.handbook.procedure(id).is_none() {
                    let known = self.handbook.procedures.rows.iter().map(|p| p.id.as_str());
                    let mend = suggestion(id, known);
                    self.find("procedure-unknown", &url.range, &[("id", id), ("mend", &mend)]);
                }
            }
            Target::Term(id) => {
                let id = Located::new(id.clone(), shift(&url.range, self.chapter.body));
                known_term(self.handbook, &self.chapter.source, &id, self.findings);
            }
            Target::Source(id) => {
                let id = Located::new(id.clone(), shift(&url.range, self.chapter.body));
                known_source(self.handbook, &self.chapter.source, &id, self.findings);
            }
            Target::Language(tag) => {
                if !is_language_tag(tag) {
                    self.find("language-tag", &url.range, &[("tag", tag)]);
                }
            }
            Target::Mark(..) => {}
            Target::External => {
                if !is_web_address(url) {
                    self.find("url-form", &url.range, &[("url", &url.value)]);
                }
            }
            Target::Page { path, anchor } => self.page(url, path, anchor.as_deref()),
            Target::Refused => self.find("link-refused", &url.range, &[("url", &url.value)]),
        }
    }

    fn page(&self, url: &Located<String>, path: &str, anchor: Option<&str>) {
        let Some(target) = resolve_page(self.home.path, path) else {
            self.find("link-refused", &url.range, &[("url", &url.value)]);
            return;
        };
        let pages = self.pages;
        if !pages.contains(&target) {
            let seen: Vec<String> =
                pages.iter().map(|p| relative_page(self.home.path, p)).collect();
            let mend = suggestion(path, seen.iter().map(String::as_str));
            self.find("link-dead", &url.range, &[("path", &target), ("mend", &mend)]);
            return;
        }
        let (Some(anchor), Some(chapter)) = (anchor, self.chapter_at(&target)) else { return };
        if !chapter.ids().any(|id| id.value == anchor) {
            let mend = suggestion(anchor, chapter.ids().map(|id| id.as_str()));
            self.find(
                "rule-unknown",
                &url.range,
                &[("rule", &anchor), ("place", &target), ("mend", &mend)],
            );
        }
    }

    fn chapter_at(&self, path: &str) -> Option<&Chapter> {
        if let Some(chapter) = self.handbook.frame.get(path) {
            return Some(chapter);
        }
        let (country, file) = path.split_once('/')?;
        self.handbook.country(country)?.sections.get(file.strip_suffix(".md")?)
    }

    fn codes(&self) {
        let list = &self.handbook.list;
        for code in &self.chapter.markdown.codes {
            let mention = &code.mention;
            let name = mention.code.as_str();
            if let Some((at, letter, latin)) = mention.look_alikes.first() {
                let text = &self.chapter.body()[mention.range.clone()];
                let script =
                    if ('\u{370}'..'\u{400}').contains(letter) { "Greek" } else { "Cyrillic" };
                let values: &[(&str, &dyn Display)] = &[
                    ("text", &text),
                    ("letter", letter),
                    ("latin", latin),
                    ("script", &script),
                    ("code", &mention.code),
                ];
                self.find("code-script", &(*at..at + letter.len_utf8()), values);
            } else if list.provision(name).is_none() {
                let mend = code_suggestion(list, name);
                self.find("code-unknown", &mention.range, &[("code", &name), ("mend", &mend)]);
            } else if !code.linked_already {
                self.applied(name, &mention.range, "code-absent");
            }
        }
    }

    /// Whether the list edition that the chapter's country applies has the provision.
    /// A bare code that is absent is a warning; a link made on purpose only a note.
    fn applied(&self, code: &str, range: &Range<usize>, absent: &str) {
        let Some(country) = self.home.country else { return };
        let Some(applied) = &country.applies else { return };
        let state = self.handbook.list.state(code, Some(applied));
        let id = match state.kind {
            StateKind::Absent => absent,
            StateKind::Unknown => "code-state-unknown",
            StateKind::Same | StateKind::Differs => return,
        };
        let values: &[(&str, &dyn Display)] = &[
            ("code", &code),
            ("country", &country.name),
            ("edition", &applied.edition.value),
            ("basis", &state.basis),
        ];
        self.find(id, range, values);
    }

    fn statement(&self, statement: &Statement) {
        let trust = statement.trust.key();
        if statement.trust == Trust::Confirmed {
            self.find("mark-confirmed", &statement.mark, &[]);
        }
        if !statement.has_text {
            self.find("mark-empty", &statement.mark, &[]);
        }
        if statement.sources.is_empty() && statement.trust.needs_source() {
            self.find("mark-no-source", &statement.mark, &[("trust", &trust)]);
        }
        for id in &statement.sources {
            match self.handbook.source(id) {
                None => {
                    let mend = source_suggestion(self.handbook, id);
                    self.find("source-unknown", &statement.mark, &[("id", id), ("mend", &mend)]);
                }
                Some(_) => {
                    let id = Located::new(id.clone(), shift(&statement.mark, self.chapter.body));
                    let file = &self.chapter.source;
                    unread_source(self.handbook, file, statement.trust, &id, self.findings);
                }
            }
        }
    }
}

fn shift(range: &Range<usize>, by: usize) -> Range<usize> {
    range.start + by..range.end + by
}

/// The first line of a range, so that a mark does not run over a whole block.
fn first_line(text: &str, range: &Range<usize>) -> Range<usize> {
    let end = text[range.clone()].find('\n').map_or(range.end, |n| range.start + n);
    range.start..end
}

/// An id made from a heading, to paste.
fn id_from(text: &str) -> String {
    let mut id = String::new();
    for c in text.to_lowercase().chars() {
        if c.is_ascii_alphanumeric() {
            id.push(c);
        } else if !id.ends_with('-') && !id.is_empty() {
            id.push('-');
        }
    }
    let id = id.trim_end_matches('-').trim_start_matches(|c: char| !c.is_ascii_lowercase());
    if id.is_empty() { "choose-an-id".to_owned() } else { id.to_owned() }
}

/// The page a relative link leads to from the page at `from`; `None` when it leaves the book.
pub fn resolve_page(from: &str, path: &str) -> Option<String> {
    if path.is_empty() {
        return Some(from.to_owned());
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// A page as a link on the page at `from` would name it.
fn relative_page(from: &str, page: &str) -> String {
    let mut from: Vec<&str> = from.split('/').collect();
    from.pop();
    let to: Vec<&str> = page.split('/').collect();
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    format!("{}{}", "../".repeat(from.len() - shared), to[shared..].join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_pages() {
        assert_eq!(resolve_page("md/licensing.md", "../index.md").as_deref(), Some("index.md"));
        assert_eq!(resolve_page("md/licensing.md", "").as_deref(), Some("md/licensing.md"));
        assert_eq!(resolve_page("index.md", "../x.md"), None);
        assert_eq!(relative_page("md/licensing.md", "md/customs.md"), "customs.md");
        assert_eq!(relative_page("md/licensing.md", "list/3A.md"), "../list/3A.md");
    }

    #[test]
    fn ids_to_paste() {
        assert_eq!(id_from("Who decides?"), "who-decides");
        assert_eq!(id_from("Хто вирішує"), "choose-an-id");
    }
}
