//! A source file's text, and places in it as an editor counts them.

use std::ops::Range;
use std::sync::Arc;

/// A file's text under the name by which the reader of a message finds it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SourceText {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    path: String,
    text: String,
    line_starts: Vec<usize>,
}

impl SourceText {
    /// Takes a text and the path shown for it: relative to the handbook's root, or
    /// `<source>@<commit>:path` for a file of another repository.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        let line_starts =
            std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { inner: Arc::new(Inner { path: path.into(), text, line_starts }) }
    }

    /// The path shown to readers of messages.
    pub fn path(&self) -> &str {
        &self.inner.path
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.inner.text
    }

    /// Where `range` (bytes) stands; a range past the end is moved to the end.
    pub fn locate(&self, range: &Range<usize>) -> Location {
        let text = self.text();
        let start = floor_boundary(text, range.start);
        let end = floor_boundary(text, range.end).max(start);
        let line = self.inner.line_starts.partition_point(|&at| at <= start) - 1;
        let line_start = self.inner.line_starts[line];
        let rest = &text[line_start..];
        let excerpt = rest[..rest.find('\n').unwrap_or(rest.len())].trim_end_matches('\r');
        let marked = &text[start..end.min(line_start + excerpt.len()).max(start)];
        Location {
            path: self.inner.path.clone(),
            line: line + 1,
            column: text[line_start..start].chars().count() + 1,
            width: marked.chars().count().max(1),
            excerpt: excerpt.to_owned(),
        }
    }
}

fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// A place in a file, for people: lines and columns in characters, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// File, as shown.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Characters to mark, at least 1.
    pub width: usize,
    /// The line's text; empty where the fault is the file itself.
    pub excerpt: String,
}

impl Location {
    /// A place that is a whole file (or a folder, or an address), not a spot in it.
    pub fn whole(path: impl Into<String>) -> Self {
        Self { path: path.into(), line: 1, column: 1, width: 1, excerpt: String::new() }
    }
}

/// A value and the bytes of its file it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Bytes of the file.
    pub range: Range<usize>,
}

impl<T> Located<T> {
    /// Joins a value and its place.
    pub fn new(value: T, range: Range<usize>) -> Self {
        Self { value, range }
    }
}

impl<T> std::ops::Deref for Located<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_characters_not_bytes() {
        let source = SourceText::new("a.md", "один\nдва три\r\n");
        let at = source.text().find("три").unwrap();
        let location = source.locate(&(at..at + 6));
        assert_eq!((location.line, location.column, location.width), (2, 5, 3));
        assert_eq!(location.excerpt, "два три");
    }

    #[test]
    fn survives_ranges_that_make_no_sense() {
        let source = SourceText::new("a.md", "é");
        assert_eq!(source.locate(&(1..900)).column, 1);
        assert_eq!(SourceText::new("b", "").locate(&(5..9)).line, 1);
    }
}
