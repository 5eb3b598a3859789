//! Tests of the whole: tables written, damaged, loaded piece by piece, and searched.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::*;
use crate::table::{Broken, seal};

fn document(anchor: &str, title: &str, text: &str) -> Document {
    Document {
        path: "md/transit.html".into(),
        anchor: anchor.into(),
        page: "Moldova: Transit".into(),
        title: title.into(),
        text: text.into(),
    }
}

/// Indexes as tantivy does, without it.
fn index(documents: &[Document]) -> Vec<Table> {
    let mut lengths = Lengths::default();
    let mut words: BTreeMap<String, BTreeMap<u32, Posting>> = BTreeMap::new();
    for (number, document) in (0..).zip(documents) {
        let mut length = [0; 2];
        for (field, text) in [&document.title, &document.text].into_iter().enumerate() {
            terms(text, |_, word| {
                length[field] += 1;
                let postings = words.entry(word.to_string()).or_default();
                let none = Posting { document: number, title: 0, text: 0 };
                let posting = postings.entry(number).or_insert(none);
                *(if field == 0 { &mut posting.title } else { &mut posting.text }) += 1;
            });
            lengths.all[field] += length[field];
        }
        lengths.each.push(length);
    }
    let term = |(word, postings): (String, BTreeMap<u32, Posting>)| Term {
        word,
        postings: postings.into_values().collect(),
    };
    write("en", documents, &lengths, &words.into_iter().map(term).collect::<Vec<_>>())
}

fn head(tables: &[Table]) -> Search {
    Search::read(&tables[0].text).unwrap()
}

fn load(tables: &[Table]) -> Search {
    let mut search = head(tables);
    tables[1..].iter().for_each(|table| search.add(&table.text).unwrap());
    assert!(search.rest().is_empty());
    search
}

fn small() -> Vec<Document> {
    [
        document("", "Moldova: Transit", "How goods pass."),
        document(
            "permit",
            "Transit permit",
            "The permit is asked for before the goods move.\u{2}\u{1}\
             It holds for one year. \u{3}unconfirmed\u{4}\u{1}Weight\u{5}kg",
        ),
        document("military", "Military goods", "Military goods need a permit for each transfer."),
        document("uk", "Дозвіл", "Дозвіл на транзит товарів військового призначення."),
        document("ka", "ტრანზიტი", "ტრანზიტის ნებართვა გაიცემა ერთი წლით."),
    ]
    .into()
}

fn urls(search: &mut Search, query: &str) -> Vec<String> {
    search.search(query, 10).into_iter().map(|found| found.url).collect()
}

#[test]
fn what_is_written_is_found() {
    let tables = index(&small());
    let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(names, ["search", "search/terms-0", "search/text-0"]);
    let mut search = load(&tables);
    for (query, anchor) in [
        ("transit permit", "permit"),
        ("permits for transits", "permit"),
        ("tarnsit pemrit", "permit"),
        ("military", "military"),
        ("milit", "military"),
        ("the goods move", "permit"),
        ("дозволу товари", "uk"),
        ("dozvil na tranzyt tovariv", "uk"),
        ("ნებართვები", "ka"),
        ("tranzitis nebartva", "ka"),
    ] {
        let found = urls(&mut search, query);
        assert_eq!(found.first(), Some(&format!("md/transit.html#{anchor}")), "{query}: {found:?}");
    }
    let found = &search.search("pass", 10)[0];
    let (url, title, page) = (found.url.as_str(), found.title.as_str(), found.page.as_str());
    assert_eq!((url, title, page), ("md/transit.html", "Moldova: Transit", ""));
    assert_eq!(search.search("permit", 1).len(), 1);
    assert!(search.search("permit", 0).is_empty());
    assert!(search.search("hovercraft", 10).is_empty());
}

#[test]
fn quotations_are_found_word_for_word() {
    let mut search = load(&index(&small()));
    assert_eq!(urls(&mut search, "\"military goods\""), ["md/transit.html#military"]);
    assert_eq!(urls(&mut search, "permit \"the goods move\""), ["md/transit.html#permit"]);
    assert!(urls(&mut search, "\"goods military\"").is_empty());
    assert!(urls(&mut search, "\"militar goods\"").is_empty());
    // Not across paragraphs.
    assert!(urls(&mut search, "\"move it\"").is_empty());
}

#[test]
fn an_excerpt_says_what_is_in_doubt() {
    let mut search = load(&index(&small()));
    let found = &search.search("one year", 1)[0];
    let wanted = "The permit is asked for before the goods move. It holds for one year. \
                  [unconfirmed] Weight · kg";
    assert_eq!(found.excerpt.replace("] · ", "] "), wanted);
    let characters: Vec<char> = found.excerpt.chars().collect();
    let marked: Vec<String> = found
        .highlights
        .iter()
        .map(|(start, end)| characters[*start as usize..*end as usize].iter().collect())
        .collect();
    assert_eq!(marked, ["one", "year"]);
    // Cut before the doubt, the excerpt says it all the same.
    let long =
        format!("{}needle {}end. \u{3}proposed\u{4}", "before ".repeat(90), "and ".repeat(90));
    let mut search = load(&index(&[document("long", "Long", &long)]));
    let found = &search.search("needle", 1)[0];
    assert!(found.excerpt.starts_with('…') && found.excerpt.ends_with("… [proposed]"), "{found:?}");
    let length = found.excerpt.chars().count();
    assert!((180..260).contains(&length), "{length}");
}

#[test]
fn odd_queries_find_nothing_and_break_nothing() {
    let mut search = load(&index(&small()));
    for query in ["", " ", "\"", "\"\"", "\u{202e}\u{200f}", "\0\u{1}\u{3}", "…", "a", "\"a"] {
        search.search(query, 10);
        assert!(search.missing(query, 10).is_empty());
    }
    assert!(search.search("", 10).is_empty());
    for unit in ["transit ", "транзит", "\u{1}", "\"", "x", "ტ ", "🂡"] {
        search.search(&unit.repeat((1 << 20) / unit.len()), 10);
    }
    assert_eq!(
        urls(&mut search, "\u{202e}trans\u{ad}it\u{200f} \u{0}permit")[0],
        "md/transit.html#permit"
    );
}

#[test]
fn damaged_tables_are_refused() {
    let tables = index(&small());
    for (number, table) in tables.iter().enumerate() {
        let read = |text: &str| match number {
            0 => Search::read(text).map(drop),
            _ => head(&tables).add(text),
        };
        for at in (0..table.text.len()).filter(|at| table.text.is_char_boundary(*at)) {
            assert!(read(&table.text[..at]).is_err(), "{} cut at {at}", table.name);
        }
        let (line, body) = table.text.split_once('\n').unwrap();
        let version = table.text.replacen(" 1 ", " 2 ", 1);
        assert_eq!(read(&version), Err(Broken::Version));
        // With the right checksum a changed table may be read, but only if it makes sense.
        let kind = line.split(' ').nth(1).unwrap();
        for at in 0..body.len() {
            for bit in 0..7 {
                let mut bytes = body.as_bytes().to_vec();
                bytes[at] ^= 1 << bit;
                let Ok(changed) = String::from_utf8(bytes) else { continue };
                let changed = seal(kind, 1, &changed);
                if number == 0 {
                    if let Ok(mut search) = Search::read(&changed) {
                        tables[1..].iter().for_each(|table| _ = search.add(&table.text));
                        search.search("transit permit goods", 10);
                    }
                } else {
                    let mut search = head(&tables);
                    _ = search.add(&changed);
                    tables[1..].iter().for_each(|table| _ = search.add(&table.text));
                    search.search("transit permit goods", 10);
                    search.missing("transit", 10);
                }
            }
        }
    }
}

#[test]
fn tables_of_different_builds_do_not_mix() {
    let first = index(&small());
    let mut changed = small();
    changed[1].text.push_str(" More.");
    let second = index(&changed);
    let mut search = head(&first);
    assert_eq!(search.add(&second[1].text), Err(Broken::Build));
    assert_eq!(search.add(&second[2].text), Err(Broken::Build));
    assert_eq!(search.add(&first[1].text), Ok(()));
    assert_eq!(search.add(&first[1].text), Ok(()), "twice is once");
    assert_eq!(search.add("handbook other 1 0 0\n"), Err(Broken::Kind));
    assert_eq!(index(&small()), first);
}

/// A book of so many documents.
fn large(documents: usize) -> Vec<Document> {
    let syllables = ["ba", "ce", "di", "fo", "gu", "ha", "le", "mi", "no", "pu", "ra", "se", "ti"];
    let word = |number: usize| -> String {
        [number % 13, number / 13 % 13, number / 169 % 13].map(|at| syllables[at]).concat()
    };
    (0..documents)
        .map(|number| {
            let rare = word(number * 7 % 2197);
            let text: Vec<String> =
                (0..40).map(|at| word((number * 31 + at * at * 17) % 2197)).collect();
            let text =
                format!("The {} of the {rare} and its use {}.", word(number % 40), text.join(" "));
            let mut document = document(&format!("d{number}"), &format!("About {rare}"), &text);
            document.path = format!("p{}.html", number / 20);
            document
        })
        .collect()
}

#[test]
fn lengths_come_with_the_postings_of_a_large_book() {
    let mut documents = large(16_000);
    let apart = index(&documents);
    // One document less, and the lengths are in the head; scores hardly differ.
    documents.pop();
    let together = index(&documents);
    assert!(apart[0].text.len() < together[0].text.len() / 10);
    let mut searches = [load(&apart), load(&together)];
    for query in ["About badice", "the ceceba", "badiceba fogu"] {
        let [apart, together] = searches.each_mut().map(|search| search.search(query, 5));
        for (apart, together) in apart.iter().zip(&together) {
            assert!((apart.score / together.score - 1.0).abs() < 0.01, "{query}");
        }
    }
}

#[test]
fn pieces_are_loaded_as_they_are_needed() {
    let documents = large(3000);
    let tables = index(&documents);
    let by_name: BTreeMap<&str, &str> =
        tables.iter().map(|table| (table.name.as_str(), table.text.as_str())).collect();
    for kind in ["search/terms-1", "search/common-1", "search/text-9"] {
        assert!(by_name.contains_key(kind), "{kind}");
    }
    assert!(tables.iter().all(|table| table.text.len() < 120_000));
    let mut whole = load(&tables);
    for query in ["About badice", "the use of", "badiceba fogu", "\"of the ceceba\"", "hafogx"] {
        let mut search = head(&tables);
        let mut loaded = Vec::new();
        loop {
            let missing = search.missing(query, 3);
            if missing.is_empty() {
                break;
            }
            for name in missing {
                search.add(by_name[name.as_str()]).unwrap();
                assert!(!loaded.contains(&name), "{name} again");
                loaded.push(name);
            }
        }
        assert!(loaded.len() < tables.len() / 3, "{query}: {} pieces", loaded.len());
        let part = search.search(query, 1);
        let all = whole.search(query, 1);
        assert_eq!(part.first().map(|f| &f.url), all.first().map(|f| &f.url), "{query}");
    }
}
