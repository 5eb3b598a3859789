//! Words a slip or two away: letters changed, added, dropped or swapped with the next.

use alloc::vec::Vec;

/// Words laid out so that those near a given one are found quickly: by length, with a bit for each
/// letter to pass over most of them unread.
#[derive(Debug, Default)]
pub(crate) struct Near {
    letters: Vec<char>,
    /// Where the letters of each word begin, with the end of the last.
    starts: Vec<u32>,
    masks: Vec<u64>,
    by_length: Vec<Vec<u32>>,
}

/// Longest word that is compared; nothing that people type by hand is longer.
const MAX_LETTERS: usize = 40;

impl Near {
    pub(crate) fn new<'w>(words: impl Iterator<Item = &'w str>) -> Self {
        let mut near = Near { starts: alloc::vec![0], ..Near::default() };
        for (number, word) in (0..).zip(words) {
            let from = near.letters.len();
            near.letters.extend(word.chars());
            let letters = &near.letters[from..];
            near.masks.push(mask(letters));
            if letters.len() <= MAX_LETTERS {
                if near.by_length.len() <= letters.len() {
                    near.by_length.resize_with(letters.len() + 1, Vec::new);
                }
                near.by_length[letters.len()].push(number);
            }
            near.starts.push(near.letters.len() as u32);
        }
        near
    }

    /// Calls `found` with the number of each word of at least `least` letters that is no more than
    /// `most` slips away, and with the slips.
    pub(crate) fn within(
        &self,
        typed: &[char],
        most: usize,
        least: usize,
        mut found: impl FnMut(u32, usize),
    ) {
        if typed.len() > MAX_LETTERS {
            return;
        }
        let own = mask(typed);
        let lengths = typed.len().saturating_sub(most).max(least)..=typed.len() + most;
        for length in lengths {
            for number in self.by_length.get(length).into_iter().flatten() {
                let at = *number as usize;
                if (self.masks[at] ^ own).count_ones() as usize > 2 * most {
                    continue;
                }
                let other = &self.letters[self.starts[at] as usize..self.starts[at + 1] as usize];
                if let Some(slips) = distance(typed, other, most) {
                    found(*number, slips);
                }
            }
        }
    }
}

/// A bit for each letter, letters of all scripts thrown together.
fn mask(letters: &[char]) -> u64 {
    letters.iter().fold(0, |mask, c| mask | 1 << (*c as u32 % 64))
}

/// Slips to get from one word to the other; `None` when more than `most`. Words are no longer than
/// `MAX_LETTERS`.
fn distance(a: &[char], b: &[char], most: usize) -> Option<usize> {
    const FAR: u8 = 100;
    let mut before = [FAR; MAX_LETTERS + 2];
    let mut last = [FAR; MAX_LETTERS + 2];
    let mut row = [FAR; MAX_LETTERS + 2];
    for (at, cost) in last.iter_mut().enumerate().take(b.len().min(most) + 1) {
        *cost = at as u8;
    }
    for i in 1..=a.len() {
        // Only places near the diagonal can be cheap enough.
        let from = i.saturating_sub(most).max(1);
        let to = (i + most).min(b.len());
        row[from - 1] = if from == 1 { i.min(usize::from(FAR)) as u8 } else { FAR };
        let mut least = row[from - 1];
        for j in from..=to {
            let changed = last[j - 1] + u8::from(a[i - 1] != b[j - 1]);
            let mut cost = changed.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                cost = cost.min(before[j - 2] + 1);
            }
            row[j] = cost.min(FAR);
            least = least.min(row[j]);
        }
        if to < b.len() {
            row[to + 1] = FAR;
        }
        if usize::from(least) > most {
            return None;
        }
        before = last;
        last = row;
    }
    let slips = usize::from(last[b.len()]);
    (slips <= most).then_some(slips)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chars(word: &str) -> Vec<char> {
        word.chars().collect()
    }

    #[test]
    fn slips_are_counted() {
        for (a, b, slips) in [
            ("centrifuge", "centrifuge", Some(0)),
            ("centrifuge", "centrifge", Some(1)),
            ("centrifuge", "cnetrifuge", Some(1)),
            ("centrifuge", "cetrifugee", Some(2)),
            ("centrifuge", "centrifug", Some(1)),
            ("centrifuge", "acentrifuge", Some(1)),
            ("centrifuge", "telescope", None),
            ("", "ab", Some(2)),
            ("ab", "", Some(2)),
            ("abcdef", "uvwxyz", None),
        ] {
            assert_eq!(distance(&chars(a), &chars(b), 2), slips, "{a} {b}");
        }
    }

    #[test]
    fn near_words_are_found_by_any_length() {
        let long = "x".repeat(100);
        let words = ["laser", "lasers", "", "maser", "phaser", &long];
        let near = Near::new(words.into_iter());
        let mut found = Vec::new();
        near.within(&chars("lasr"), 1, 4, |at, slips| found.push((words[at as usize], slips)));
        assert_eq!(found, alloc::vec![("laser", 1)]);
        near.within(&chars(&long), 2, 4, |at, _| panic!("{at}"));
    }
}
