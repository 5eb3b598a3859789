//! Whether the lookup finds what people mean: queries of many kinds and languages, with floors a
//! little under what it reaches. Figures are printed: `cargo test -p handbook-tests --test
//! relevance -- --nocapture`.
//!
//! The queries stand in `tests/relevance/*.tsv`. When a floor breaks, the method or the list's
//! knowledge is to be mended, not the query.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::{Arc, OnceLock};

use handbook_lookup::fold::fold;
use handbook_lookup::rank::SURE;
use handbook_lookup::{Index, Options};
use handbook_model::Findings;
use handbook_model::control_list::ControlList;
use handbook_tests::workspace_root;

struct Asked {
    kind: String,
    lang: String,
    query: String,
    /// Acceptable codes; none for goods that are on no list.
    codes: Vec<String>,
}

fn asked() -> Vec<Asked> {
    let mut all = Vec::new();
    let folder = workspace_root().join("tests/relevance");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().flatten().map(|e| e.path()).collect();
    paths.sort();
    for path in paths {
        let kind = path.file_stem().unwrap().to_string_lossy().into_owned();
        for line in fs::read_to_string(&path).unwrap().lines() {
            if line.starts_with('#') || line.is_empty() {
                continue;
            }
            let fields: Vec<&str> = line.split('\t').collect();
            let [lang, query, codes] = fields[..] else { panic!("{}: {line}", path.display()) };
            let codes = codes.split(',').filter(|c| *c != "-").map(str::to_owned).collect();
            all.push(Asked { kind: kind.clone(), lang: lang.into(), query: query.into(), codes });
        }
    }
    all
}

fn list() -> &'static (Arc<ControlList>, Index) {
    static LIST: OnceLock<(Arc<ControlList>, Index)> = OnceLock::new();
    LIST.get_or_init(|| {
        let findings = Findings::default();
        let gathered = mdbook_handbook::gather(&workspace_root(), None, &findings, &|_| {});
        let list = gathered.expect("the real handbook can be gathered").handbook.list;
        let index = list.lookup_index();
        (list, index)
    })
}

#[derive(Default)]
struct Figures {
    asked: usize,
    first: usize,
    five: usize,
    reciprocal: f64,
}

impl Figures {
    fn add(&mut self, rank: Option<usize>) {
        self.asked += 1;
        self.first += usize::from(rank == Some(1));
        self.five += usize::from(rank.is_some_and(|r| r <= 5));
        self.reciprocal += rank.map_or(0.0, |r| 1.0 / r as f64);
    }

    fn share(&self, of: usize) -> f64 {
        100.0 * of as f64 / self.asked.max(1) as f64
    }
}

/// Least percentage among the first five, and at the first place, by kind.
const FLOORS: &[(&str, f64, f64)] = &[
    ("cas", 100.0, 97.0),
    ("chemicals", 97.0, 93.0),
    ("codes", 100.0, 99.0),
    ("hs", 98.0, 97.0),
    ("inflected", 98.0, 96.0),
    ("invoice", 98.0, 97.0),
    ("misspelt", 98.0, 96.0),
    ("names", 98.5, 94.5),
    ("un", 100.0, 98.0),
];
/// Most ordinary goods with a sure hit, in percent.
const SURE_OF_ORDINARY: f64 = 0.5;

#[test]
#[expect(clippy::print_stdout, reason = "the figures are what the test is run for")]
fn what_people_mean_is_found() {
    let (_, index) = list();
    let options = Options { limit: 10, edition: None };
    let mut figures: BTreeMap<(String, String), Figures> = BTreeMap::new();
    let mut misses = Vec::new();
    let mut sure = Vec::new();
    let mut ordinary = 0;
    for Asked { kind, lang, query, codes } in asked() {
        let hits = index.lookup(&query, options);
        let shown = || {
            let one = |h: &handbook_lookup::Hit<'_>| format!("{} {} {:?}", h.code, h.score, h.text);
            hits.iter().take(3).map(one).collect::<Vec<_>>().join("; ")
        };
        if codes.is_empty() {
            ordinary += 1;
            if hits.first().is_some_and(|h| h.score >= SURE) {
                sure.push(format!("{lang} {query}: {}", shown()));
            }
            continue;
        }
        let is_meant = |found: &str| {
            codes.iter().any(|code| {
                found
                    .strip_prefix(code.as_str())
                    .is_some_and(|r| r.is_empty() || r.starts_with('.'))
            })
        };
        let rank = hits.iter().position(|h| is_meant(h.code)).map(|at| at + 1);
        if rank != Some(1) {
            misses.push(format!("{kind} {lang} {rank:?} {query}: {}", shown()));
        }
        figures.entry((kind.clone(), "all".into())).or_default().add(rank);
        figures.entry((kind, lang)).or_default().add(rank);
    }
    println!(
        "{:<10} {:<4} {:>5} {:>6} {:>6} {:>5}",
        "kind", "lang", "asked", "hit@1", "hit@5", "MRR"
    );
    for ((kind, lang), f) in &figures {
        println!(
            "{kind:<10} {lang:<4} {:>5} {:>6.1} {:>6.1} {:>5.2}",
            f.asked,
            f.share(f.first),
            f.share(f.five),
            f.reciprocal / f.asked as f64
        );
    }
    println!("ordinary goods with a sure hit: {} of {ordinary}", sure.len());
    let report = format!("not first:\n{}\nsure:\n{}", misses.join("\n"), sure.join("\n"));
    println!("{report}");
    for (kind, five, first) in FLOORS {
        let f = &figures[&((*kind).to_owned(), "all".to_owned())];
        assert!(f.share(f.five) >= *five, "{kind}: {:.1} % among five", f.share(f.five));
        assert!(f.share(f.first) >= *first, "{kind}: {:.1} % first", f.share(f.first));
    }
    let kinds: BTreeSet<&str> = figures.keys().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(kinds, FLOORS.iter().map(|f| f.0).collect(), "a kind without a floor");
    assert!(100.0 * sure.len() as f64 <= SURE_OF_ORDINARY * ordinary as f64, "{sure:#?}");
}

#[test]
fn no_query_by_name_is_copied_from_the_data() {
    let (list, _) = list();
    let aliases = list.aliases.iter().map(|a| a.text.as_str());
    let synonyms = list.chemicals.iter().flat_map(|c| &c.synonyms).map(String::as_str);
    let titles = list.titles.values().flat_map(BTreeMap::values).map(String::as_str);
    let known: BTreeSet<String> = aliases.chain(synonyms).chain(titles).map(fold).collect();
    let all = asked();
    // A missing mark is what these ask for, and folding is what answers.
    let by_name =
        all.iter().filter(|a| ["chemicals", "names", "inflected", "invoice"].contains(&&*a.kind));
    let copied: Vec<&str> =
        by_name.filter(|a| known.contains(&fold(&a.query))).map(|a| a.query.as_str()).collect();
    assert!(copied.is_empty(), "{copied:#?}");
    assert!(all.len() >= 300, "{}", all.len());
}

#[test]
fn every_code_cas_and_un_number_of_the_list_finds_its_provision() {
    let (list, index) = list();
    let options = Options { limit: 5, edition: None };
    for provision in &list.provisions {
        let code = provision.code.as_str();
        for spelling in [code.to_owned(), code.replace('.', ""), code.to_lowercase()] {
            let hits = index.lookup(&spelling, options);
            assert_eq!(hits.first().map(|h| h.code), Some(code), "{spelling}: {hits:?}");
        }
    }
    for chemical in &list.chemicals {
        let Some(code) = &chemical.code else { continue };
        for cas in &chemical.cas {
            for spelling in [cas.clone(), cas.replace('-', "")] {
                let hits = index.lookup(&spelling, options);
                assert!(hits.iter().any(|h| h.code == code), "{spelling}: {hits:?}");
            }
        }
    }
}
