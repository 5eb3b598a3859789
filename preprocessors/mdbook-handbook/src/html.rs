//! HTML put into Markdown: escaped so that neither Markdown nor a table cell trips over it.

use std::fmt::Write as _;

/// Escapes text for an element or a quoted attribute inside Markdown. Besides the HTML signs,
/// what Markdown would read as its own (`|` ends a table cell, backquotes open code) becomes a
/// character reference, and line ends become spaces.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\n' | '\r' => out.push(' '),
            '&' | '<' | '>' | '"' | '\'' | '|' | '`' | '*' | '_' | '[' | ']' | '\\' | '~' | '$' => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

/// An HTML block for Markdown: without blank lines, which would end it, and set apart from what
/// stands around it.
pub(crate) fn block(html: &str) -> String {
    let mut out = String::with_capacity(html.len() + 4);
    out.push_str("\n\n");
    for line in html.lines().map(str::trim).filter(|line| !line.is_empty()) {
        out.push_str(line);
        out.push('\n');
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_html_and_markdown_would_read() {
        assert_eq!(escape("a|b <i> \"q\"\n*"), "a&#124;b &#60;i&#62; &#34;q&#34; &#42;");
        assert_eq!(block("<p>\n\n  x\n</p>"), "\n\n<p>\nx\n</p>\n\n");
    }
}
