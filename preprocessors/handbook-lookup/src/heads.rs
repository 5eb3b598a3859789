//! The word that says what a thing is: in `drone jammer` the jammer, in `насос для центрифуги` the
//! pump. Languages put it in different places; its endings tell where to look.

use alloc::string::String;
use alloc::vec::Vec;

use crate::fold::{self, Lang, Script, script};
use crate::query::is_particle;

/// How much more it says than another word.
pub(crate) const SAYS: f32 = 1.4;

/// The place of the head among the words of a name; `None` for names of one word.
pub(crate) fn of_name(name: &str, lang: Lang) -> Option<usize> {
    // What stands in brackets or after a comma says more closely what is meant.
    let end = name.find(['(', ',', ';', ':']).unwrap_or(name.len());
    let words = fold::words(&name[..end]);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if words.len() < 2 { None } else { of_words(&words, lang) }
}

/// The place of the head among words in a row.
pub(crate) fn of_words(words: &[&str], lang: Lang) -> Option<usize> {
    if words.is_empty() {
        return None;
    }
    let plain = |word: &str| !word.bytes().any(|b| b.is_ascii_digit());
    let lang = match script(words[0]) {
        Script::Georgian => Lang::Ka,
        Script::Cyrillic if lang != Lang::Uk => Lang::Ru,
        _ => lang,
    };
    match lang {
        Lang::Az | Lang::Ka => {
            // What something is for stands before it.
            let from = words.iter().rposition(|w| matches!(*w, "ucun" | "ile" | "olan"));
            let from = from.map_or(0, |at| at + 1);
            let within = (from..words.len()).filter(|at| plain(words[*at]));
            let head = within.clone().rev().find(|at| !is_modifier(words[*at], lang));
            head.or_else(|| within.max())
        }
        Lang::Ro | Lang::Ru | Lang::Uk => {
            let to = words.iter().position(|w| is_particle(w)).filter(|at| *at > 0);
            let within = (0..to.unwrap_or(words.len())).filter(|at| plain(words[*at]));
            let head = within.clone().find(|at| !is_modifier(words[*at], lang));
            head.or_else(|| within.min())
        }
        Lang::En => {
            let to = words.iter().position(|w| is_particle(w)).filter(|at| *at > 0);
            (0..to.unwrap_or(words.len())).rev().find(|at| plain(words[*at]))
        }
    }
}

/// Whether a word, by its ending, only describes another.
fn is_modifier(word: &str, lang: Lang) -> bool {
    let ends = |endings: &str| endings.split(' ').any(|ending| word.ends_with(ending));
    match lang {
        Lang::Ka => {
            ends("ის სთვის ული ური იანი ით ვით ადი მედეგი ზე ში") && word.chars().count() > 4
        }
        Lang::Az => ends("li lu siz suz ki") && word.len() > 4,
        Lang::Ro => matches!(word, "mini" | "micro" | "super" | "nou" | "noua" | "alte"),
        _ => {
            ends("ыи ои ии ая яя ое ее ые ие ого их ых")
                || ends(
                    "чна чне чні льна льне льні вна вне вні тна тне тні нна нне нні сна сне сні",
                )
                || ends("мна мне мні рна рне рні пна дна зна йна бна ова ове ові ева еве еві")
                || ends("ська ське ські цька цьке цькі")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_is_where_the_language_puts_it() {
        for (lang, name, head) in [
            (Lang::En, "drone jammer", "jammer"),
            (Lang::En, "battery for vacuum pump", "battery"),
            (Lang::En, "office laser printer 230", "printer"),
            (Lang::Ru, "вакуумный насос спиральный", "насос"),
            (Lang::Ru, "насос для центрифуги", "насос"),
            (Lang::Uk, "вакуумна піч", "піч"),
            (Lang::Uk, "тканина вуглецева", "тканина"),
            (Lang::Ro, "pompă de vid", "pompa"),
            (Lang::Az, "dron üçün termal kamera", "kamera"),
            (Lang::Az, "vakuum nasosu", "nasosu"),
            (Lang::Ka, "ვაკუუმის ტუმბო", "ტუმბო"),
            (Lang::Ka, "ჩარხი ციფრული მართვით", "ჩარხი"),
        ] {
            let words = fold::words(name);
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let found = of_words(&words, lang).map(|at| words[at]);
            assert_eq!(found, Some(head), "{name}");
        }
        assert_eq!(of_name("лазер", Lang::Ru), None);
    }
}
