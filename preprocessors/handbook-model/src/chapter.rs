//! A section file of a country, or a page of the frame: front matter and Markdown.

use crate::date::Date;
use crate::diagnostic::Findings;
use crate::markdown::Markdown;
use crate::reference::Target;
use crate::source::{Located, SourceText};
use crate::table::read_toml_at;

/// How far a section has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Not supplied yet; the outline still shows it.
    Pending,
    /// Written, not agreed.
    Draft,
    /// Agreed by the country; only with its recorded agreement.
    InForce,
}

impl Status {
    /// The word in files and on pages.
    pub fn label(self) -> &'static str {
        match self {
            Status::Pending => "pending",
            Status::Draft => "draft",
            Status::InForce => "in force",
        }
    }
}

/// What stands between the `+++` lines.
#[derive(Clone, Debug, Default)]
pub struct FrontMatter {
    /// How far the section has come.
    pub status: Option<Status>,
    /// Who supplies a pending section.
    pub owed_by: Option<String>,
    /// When its statements were last compared with their sources.
    pub checked: Option<Date>,
    /// Language the file is written in, where it differs from the country's.
    pub language: Option<String>,
    /// Whether something in it could not be read, so that a missing value may not be missing.
    pub faulty: bool,
}

/// A file of prose.
#[derive(Clone, Debug)]
pub struct Chapter {
    /// The file.
    pub source: SourceText,
    /// Its front matter.
    pub front: FrontMatter,
    /// Byte at which the Markdown starts.
    pub body: usize,
    /// What the Markdown says; ranges count from `body`.
    pub markdown: Markdown,
}

const FENCE: &str = "+++";

impl Chapter {
    /// Reads a file.
    pub fn read(source: SourceText, findings: &Findings) -> Self {
        let text = source.text();
        let mut front = FrontMatter::default();
        let mut body = 0;
        if let Some((toml, start)) = front_matter(text) {
            body = toml.end + text[toml.end..].find('\n').map_or(text.len() - toml.end, |n| n + 1);
            read_toml_at(&source, &text[toml.clone()], start, findings, |top| {
                front.status = top.one_of("status", &["pending", "draft", "in force"]).map(|s| {
                    match s.as_str() {
                        "pending" => Status::Pending,
                        "draft" => Status::Draft,
                        _ => {
                            // Only a recorded agreement makes a text binding.
                            findings.at("status-in-force", &source, &s.range, &[]);
                            Status::InForce
                        }
                    }
                });
                front.owed_by = top.text("owed-by").map(|o| o.value);
                front.checked = top.date("checked").map(|d| d.value);
                front.language = top.text("language").map(|l| l.value);
                front.faulty = (top.has("status") && front.status.is_none())
                    || (top.has("checked") && front.checked.is_none());
            });
        } else if text.starts_with(FENCE) {
            front.faulty = true;
            findings.at("front-matter-open", &source, &(0..FENCE.len()), &[]);
        }
        let markdown = Markdown::parse(&text[body..]);
        Self { source, front, body, markdown }
    }

    /// The Markdown itself.
    pub fn body(&self) -> &str {
        &self.source.text()[self.body..]
    }

    /// Reports a finding at bytes of the Markdown.
    pub fn finding(
        &self,
        findings: &Findings,
        id: &str,
        range: &std::ops::Range<usize>,
        values: &[(&str, &dyn std::fmt::Display)],
    ) {
        let range = range.start + self.body..range.end + self.body;
        findings.at(id, &self.source, &range, values);
    }

    /// Entries the text speaks of, in prose or by a link, each with the rule or heading it stands
    /// under.
    pub fn entries_named(&self) -> Vec<(String, Option<String>)> {
        let codes =
            self.markdown.codes.iter().map(|c| (c.mention.code.to_string(), c.rule.clone()));
        let links = self.markdown.links.iter().filter_map(|l| match &l.target {
            Target::Entry(code) => Some((code.clone(), l.rule.clone())),
            _ => None,
        });
        codes.chain(links).collect()
    }

    /// Ids that links may point at.
    pub fn ids(&self) -> impl Iterator<Item = &Located<String>> + Clone {
        self.markdown.anchors.iter().map(|a| &a.id)
    }
}

/// The bytes between the fences and where they start.
fn front_matter(text: &str) -> Option<(std::ops::Range<usize>, usize)> {
    let first = text.lines().next()?;
    if first.trim_end() != FENCE {
        return None;
    }
    let start = text.find('\n')? + 1;
    let mut at = start;
    for line in text[start..].split_inclusive('\n') {
        if line.trim_end() == FENCE {
            return Some((start..at, start));
        }
        at += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn front_matter_faults_are_found_at_their_place_in_the_file() {
        let findings = Findings::default();
        let source = SourceText::new(
            "x.md",
            "+++\r\nstatus = \"draft\"\r\nstaus = 1\r\n+++\r\nBody 3A001.\r\n",
        );
        let chapter = Chapter::read(source, &findings);
        assert_eq!(chapter.front.status, Some(Status::Draft));
        assert_eq!(chapter.body(), "Body 3A001.\r\n");
        let found = findings.sorted();
        assert_eq!((found[0].id, found[0].location.line), ("toml-unknown-key", 3));
    }

    #[test]
    fn an_unclosed_fence_is_a_finding_not_a_lost_chapter() {
        let findings = Findings::default();
        Chapter::read(SourceText::new("x.md", "+++\nstatus = \"draft\"\n\nText\n"), &findings);
        assert_eq!(findings.sorted()[0].id, "front-matter-open");
    }
}
