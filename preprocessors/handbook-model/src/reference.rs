//! What a link in a chapter points at. Links with a scheme survive translation byte for byte.

use crate::trust::Trust;

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// `entry:3A001.b`
    Entry(String),
    /// `rule:md/licensing#transit`; without `#…` the section as a whole.
    Rule {
        /// Country.
        country: String,
        /// Section of the outline.
        section: String,
        /// Rule in the section.
        rule: Option<String>,
    },
    /// `procedure:md-ua-road-transit`
    Procedure(String),
    /// `term:catch-all`
    Term(String),
    /// `source:md-law-213-2024`
    Source(String),
    /// `lang:ro`: not a link but text in another language.
    Language(String),
    /// `seen:md-law-213-2024`: not a link but the trust of the text before it.
    Mark(Trust, Vec<String>),
    /// The web or mail.
    External,
    /// `licensing.md` or `licensing.md#transit` or `#transit`: a page of the same folder.
    Page {
        /// Relative path of the Markdown file; empty for the same page.
        path: String,
        /// Anchor on it.
        anchor: Option<String>,
    },
    /// Anything a handbook page may not link to.
    Refused,
}

impl Target {
    /// Reads a link's destination.
    pub fn parse(url: &str) -> Self {
        let Some((scheme, rest)) = url.split_once(':') else {
            return Self::page(url);
        };
        let text = || rest.to_owned();
        match scheme {
            "entry" => Target::Entry(text()),
            "rule" => Self::rule(rest),
            "procedure" => Target::Procedure(text()),
            "term" => Target::Term(text()),
            "source" => Target::Source(text()),
            "lang" => Target::Language(text()),
            "http" | "https" | "mailto" => Target::External,
            _ => match Trust::from_key(scheme) {
                Some(trust) => Target::Mark(
                    trust,
                    rest.split(',')
                        .map(str::trim)
                        .filter(|s| !s.is_empty())
                        .map(str::to_owned)
                        .collect(),
                ),
                None => Target::Refused,
            },
        }
    }

    fn rule(text: &str) -> Self {
        let (page, rule) = match text.split_once('#') {
            Some((page, rule)) => (page, Some(rule.to_owned())),
            None => (text, None),
        };
        match page.split_once('/') {
            Some((country, section)) if !section.contains('/') => {
                Target::Rule { country: country.to_owned(), section: section.to_owned(), rule }
            }
            _ => Target::Refused,
        }
    }

    fn page(url: &str) -> Self {
        let (path, anchor) = match url.split_once('#') {
            Some((path, anchor)) => (path, Some(anchor.to_owned())),
            None => (url, None),
        };
        if path.starts_with('/') || !(path.is_empty() || path.ends_with(".md")) || url.is_empty() {
            return Target::Refused;
        }
        Target::Page { path: path.to_owned(), anchor }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_each_kind() {
        assert_eq!(Target::parse("entry:3A001.b"), Target::Entry("3A001.b".into()));
        assert_eq!(
            Target::parse("rule:md/licensing#transit"),
            Target::Rule {
                country: "md".into(),
                section: "licensing".into(),
                rule: Some("transit".into())
            }
        );
        assert_eq!(
            Target::parse("seen:md-a,md-b"),
            Target::Mark(Trust::Seen, vec!["md-a".into(), "md-b".into()])
        );
        assert_eq!(Target::parse("unconfirmed:"), Target::Mark(Trust::Unconfirmed, vec![]));
        assert_eq!(
            Target::parse("licensing.md#x"),
            Target::Page { path: "licensing.md".into(), anchor: Some("x".into()) }
        );
    }

    #[test]
    fn refuses_what_a_browser_would_run_or_leave_the_site_by() {
        for url in
            ["javascript:alert(1)", "data:text/html,x", "/etc/passwd", "x.html", "rule:md", ""]
        {
            assert_eq!(Target::parse(url), Target::Refused, "{url}");
        }
    }
}
