//! Reads the HTML that templates put into Markdown: tags with their names, ids and classes, and
//! the text between them. Our own templates write it and authors may not (`raw-html`), so this
//! needs to know no more of HTML than they use.

/// A piece of HTML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'h> {
    /// `<name …>`; `closed` when it has no content.
    Open { name: &'h str, id: Option<&'h str>, class: &'h str, closed: bool },
    /// `</name>`.
    Close { name: &'h str },
    /// Text between tags, as written.
    Text(&'h str),
}

/// Elements that never have content.
const VOID: [&str; 8] = ["br", "hr", "img", "input", "link", "meta", "source", "wbr"];

/// Takes HTML apart.
pub(crate) fn pieces(html: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = html;
    while !rest.is_empty() {
        let at = rest.find('<').unwrap_or(rest.len());
        if at > 0 {
            found.push(Piece::Text(&rest[..at]));
            rest = &rest[at..];
            continue;
        }
        let end = match rest.strip_prefix("<!--") {
            Some(comment) => comment.find("-->").map_or(rest.len(), |end| 4 + end + 3),
            None => tag_end(rest),
        };
        let (tag, after) = rest.split_at(end);
        rest = after;
        let inner = tag.trim_start_matches('<').trim_end_matches('>');
        if let Some(name) = inner.strip_prefix('/') {
            found.push(Piece::Close { name: name.trim() });
        } else if inner.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let inner = inner.trim_end();
            let name_end = inner.find([' ', '\n', '\t', '/']).unwrap_or(inner.len());
            let (name, attributes) = inner.split_at(name_end);
            found.push(Piece::Open {
                name,
                id: attribute(attributes, "id"),
                class: attribute(attributes, "class").unwrap_or_default(),
                closed: inner.ends_with('/') || VOID.contains(&name),
            });
        }
    }
    found
}

/// Where the tag ends that a text begins with; `>` within quotes is none.
fn tag_end(html: &str) -> usize {
    let mut quote = None;
    for (at, c) in html.char_indices() {
        match (quote, c) {
            (None, '>') => return at + 1,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    html.len()
}

fn attribute<'h>(attributes: &'h str, name: &str) -> Option<&'h str> {
    let mut rest = attributes;
    loop {
        let equals = rest.find('=')?;
        let own = rest[..equals].split_ascii_whitespace().next_back()?;
        let value = &rest[equals + 1..];
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        let (value, after) = match quote {
            Some(quote) => value[1..].split_once(quote)?,
            None => value.split_once(' ').unwrap_or((value, "")),
        };
        if own == name {
            return Some(value);
        }
        rest = after;
    }
}

/// Adds a text with its character references read.
pub(crate) fn unescape(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.find(';').filter(|end| *end < 12);
        match end.and_then(|end| Some((reference(&rest[1..end])?, end))) {
            Some((c, end)) => {
                out.push(c);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
}

fn reference(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read() {
        let html = "a<p class=\"x y\" id='i'>b &#38; c</p><!-- <p> --><br/><a data-tip=\"x > y\" \
                    class=\"z\">d</a > <";
        let open = |name, id, class, closed| Piece::Open { name, id, class, closed };
        assert_eq!(
            pieces(html),
            [
                Piece::Text("a"),
                open("p", Some("i"), "x y", false),
                Piece::Text("b &#38; c"),
                Piece::Close { name: "p" },
                open("br", None, "", true),
                open("a", None, "z", false),
                Piece::Text("d"),
                Piece::Close { name: "a" },
                Piece::Text(" "),
            ]
        );
    }

    #[test]
    fn references_are_read() {
        let mut out = String::new();
        unescape("a &#38; &amp;&#x2f; &nbsp;& &nonsense; &#xffffffff;", &mut out);
        assert_eq!(out, "a & &/ \u{a0}& &nonsense; &#xffffffff;");
    }
}
