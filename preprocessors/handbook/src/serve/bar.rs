//! The bar above a page with what is wrong.

use std::fmt::Write as _;

use handbook_model::{Diagnostic, Severity};

use super::make::Made;

/// Findings shown of each kind; the rest is for `handbook check`.
const SHOWN: usize = 20;

/// The bar as HTML, empty when there is nothing to say; it has no links. `good` is whether there
/// is a page to show below it. Notes are left to `handbook check`.
pub(super) fn bar(made: &Made, good: bool) -> String {
    let of = |severity| -> Vec<&Diagnostic> {
        made.findings.iter().filter(|d| d.severity == severity).collect()
    };
    let (errors, warnings) = (of(Severity::Error), of(Severity::Warning));
    let bad = !errors.is_empty() || made.failure.is_some();
    if !bad && warnings.is_empty() {
        return String::new();
    }
    let mut counts = Vec::new();
    for (n, word) in [(errors.len(), "error"), (warnings.len(), "warning")] {
        match n {
            0 => {}
            1 => counts.push(format!("1 {word}")),
            n => counts.push(format!("{n} {word}s")),
        }
    }
    let mut title = counts.join(", ");
    if bad && good {
        let gap = if title.is_empty() { "" } else { ". " };
        let _ = write!(title, "{gap}Below is the last good page, without your last changes");
    } else if title.is_empty() {
        title.push_str("No page could be made");
    }
    let (class, open) = if bad { ("errors", " open") } else { ("warnings", "") };
    let mut body = String::new();
    if let Some(failure) = &made.failure {
        let _ = write!(body, "<p>{}</p>", escape(failure));
    }
    list(&mut body, &errors, "error");
    list(&mut body, &warnings, "warning");
    format!(
        "<aside id=\"_preview\" class=\"{class}\" aria-label=\"Preview: findings\">\
         <details{open}><summary>{title}</summary><div>{body}</div></details></aside>"
    )
}

fn list(body: &mut String, findings: &[&Diagnostic], class: &str) {
    for finding in findings.iter().take(SHOWN) {
        let _ = write!(body, "<pre class=\"{class}\">{}</pre>", escape(finding.human().trim_end()));
    }
    if findings.len() > SHOWN {
        let more = findings.len() - SHOWN;
        let _ = write!(body, "<p>And {more} more {class}s; handbook check shows all.</p>");
    }
}

/// Text for HTML.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use handbook_model::Findings;

    use super::*;

    #[test]
    fn errors_stand_before_warnings_and_markup_is_text() {
        let findings = Findings::default();
        let what: &[(&str, &dyn std::fmt::Display)] = &[("what", &"<script>")];
        findings.whole("mdbook-warning", "book", what);
        let made = Made { findings: findings.sorted(), ..Made::default() };
        let bar = bar(&made, true);
        assert!(bar.contains("<summary>1 error. Below is the last good page"), "{bar}");
        assert!(bar.contains("&lt;script&gt;") && !bar.contains("<script>"), "{bar}");
        assert!(bar.contains("handbook explain mdbook-warning"), "{bar}");
    }

    #[test]
    fn nothing_to_say_is_no_bar() {
        assert_eq!(bar(&Made::default(), true), "");
        let failed = Made { failure: Some("Out of luck.".to_owned()), ..Made::default() };
        assert!(bar(&failed, true).contains("Below is the last good page"));
        let none = bar(&failed, false);
        assert!(none.contains("<p>Out of luck.</p>") && !none.contains("Below"), "{none}");
    }
}
