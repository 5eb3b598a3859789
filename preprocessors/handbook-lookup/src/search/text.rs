//! The text of a document: plain, with a few signs that say where blocks and statements end.

use alloc::vec::Vec;
use core::ops::Range;

use crate::fold;

/// Stands between paragraphs, items and rows.
pub const BLOCK: char = '\u{1}';
/// Stands between cells of a row, of which one may say how far the others can be trusted.
pub const CELL: char = '\u{5}';
/// Ends a statement whose basis somebody has read, so that no doubt is said of it.
pub const SETTLED: char = '\u{2}';
/// Opens the words of a doubt about the statement before it, such as "unconfirmed".
pub const DOUBT: char = '\u{3}';
/// Closes them.
pub const DOUBT_END: char = '\u{4}';

/// Longer "words" are no words of a language; the index leaves them out.
const LONGEST_WORD: usize = 64;

/// Hands over the words of a text that are indexed, folded, with the bytes they take up. Words of
/// doubts are the handbook's own and not part of the text.
pub fn terms(text: &str, mut each: impl FnMut(Range<usize>, &str)) {
    let mut from = 0;
    while from < text.len() {
        let rest = &text[from..];
        let until = rest.find(DOUBT).unwrap_or(rest.len());
        fold::each_word(&rest[..until], |range, word| {
            if word.len() <= LONGEST_WORD {
                each(from + range.start..from + range.end, word);
            }
        });
        from += until;
        from += text[from..].find(DOUBT_END).unwrap_or(text.len() - from);
    }
}

/// Short numbers for words, so that texts can be compared word by word without a dictionary; 0 is
/// none.
pub(super) fn sign(word: &str) -> u32 {
    let mut sign = 0x811c_9dc5u32;
    for byte in word.bytes() {
        sign = (sign ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    }
    // The low bits, by which words are first told apart, must depend on all letters.
    (sign ^ sign >> 15).max(1)
}

/// The signs of a text's words; 0 where a block or cell ends.
pub(super) fn signs(text: &str) -> Vec<u32> {
    let mut signs = Vec::new();
    let mut last = 0;
    terms(text, |range, word| {
        if text[last..range.start].contains([BLOCK, CELL]) {
            signs.push(0);
        }
        last = range.end;
        signs.push(sign(word));
    });
    signs
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    #[test]
    fn doubts_are_not_indexed() {
        let text = "Import is free.\u{2} \u{3}unconfirmed\u{4} Export\u{1}is not \u{3}x";
        let mut words: Vec<String> = Vec::new();
        terms(text, |range, word| {
            assert_eq!(fold::words(&text[range]), [word]);
            words.push(word.into());
        });
        assert_eq!(words, ["import", "is", "free", "export", "is", "not"]);
        let signs = signs(text);
        assert_eq!(signs.iter().filter(|s| **s == 0).count(), 1);
        assert_eq!(signs[1], sign("is"));
    }
}
