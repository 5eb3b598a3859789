//! The reader of the tables held to tantivy, on the real book and on texts in other scripts: for
//! every plain term the same documents, and BM25 within a hundredth.

use std::collections::BTreeMap;
use std::path::Path;

use handbook_lookup::search::{Document, HEAD, Search, Table, write};
use handbook_model::Findings;
use handbook_search::Index;
use mdbook_handbook::{assemble, gather};
use tantivy::collector::TopDocs;
use tantivy::query::TermQuery;
use tantivy::schema::IndexRecordOption;
use tantivy::{Searcher, Term};

fn real_book() -> Vec<Document> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let findings = Findings::default();
    let gathered = gather(&root, None, &findings, &|_| {}).unwrap();
    handbook_search::documents(&assemble(&gathered, &findings))
}

fn other_scripts() -> Vec<Document> {
    let texts = [
        ("Дозвіл на транзит", "Дозвіл видає Держекспортконтроль. П'ять днів; ґрунт, їжак, ЁЛКА."),
        ("Транзит товарів", "Товари військового призначення. Товари, що є товарами; СO2-лазер."),
        ("ტრანზიტის ნებართვა", "ნებართვა გაიცემა ერთი წლით. ᲜᲔᲑᲐᲠᲗᲕᲐ ტრანზიტის."),
        ("Tranzit icazəsi", "İcazə bir il üçün verilir. Işıq, ağır, ƏTALƏT."),
        ("Autorizație de tranzit", "Autorizaţia şi țara: Ţeavă, ŞURUB, șurub."),
        ("", "\u{202e}mixed\u{200f} 3A001.b.2 2021/821 x² UF₆"),
        ("Title only", ""),
    ];
    let document = |(at, (title, text)): (usize, (&str, &str))| Document {
        path: format!("{at}.html"),
        title: title.to_owned(),
        text: text.to_owned(),
        ..Document::default()
    };
    let mut documents: Vec<Document> = texts.into_iter().enumerate().map(document).collect();
    // Long enough that lengths are kept with less than full precision, common words too.
    for at in 0..400 {
        let text = format!("{} товар {at}", "дозвіл та транзит ".repeat(at % 37 * 3));
        documents.push(document((1000 + at, ("Документ", &text))));
    }
    documents
}

fn read(tables: &[Table]) -> Search {
    let head = tables.iter().find(|table| table.name == HEAD).unwrap();
    let mut search = Search::read(&head.text).unwrap();
    for table in tables.iter().filter(|table| table.name != HEAD) {
        search.add(&table.text).unwrap();
    }
    search
}

/// What tantivy answers for a term of one field.
fn tantivys(searcher: &Searcher, term: Term) -> BTreeMap<u32, f32> {
    let query = TermQuery::new(term, IndexRecordOption::WithFreqs);
    let all = searcher.num_docs() as usize;
    let found = searcher.search(&query, &TopDocs::with_limit(all).order_by_score()).unwrap();
    found.into_iter().map(|(score, address)| (address.doc_id, score)).collect()
}

fn compare(documents: &[Document]) {
    let index = Index::new(documents).unwrap();
    let terms = index.terms().unwrap();
    let tables = write("en", documents, &index.lengths().unwrap(), &terms);
    let mut search = read(&tables);
    let (tantivy, fields) = index.tantivy();
    let searcher = tantivy.reader().unwrap().searcher();
    assert_eq!(searcher.num_docs() as usize, documents.len());
    for term in &terms {
        let plain = search.plain(&term.word);
        for (at, field) in fields.into_iter().enumerate() {
            let right = tantivys(&searcher, Term::from_field_text(field, &term.word));
            let ours: BTreeMap<u32, f32> = plain
                .iter()
                .map(|(document, scores)| (*document, scores[at]))
                .filter(|(_, score)| *score > 0.0)
                .collect();
            let word = &term.word;
            assert_eq!(ours.keys().collect::<Vec<_>>(), right.keys().collect::<Vec<_>>(), "{word}");
            for (document, score) in &right {
                let off = (ours[document] - score).abs() / score;
                assert!(off < 0.01, "{word} in {document}: {} for {score}", ours[document]);
            }
        }
    }
    assert!(search.plain("nosuchword").is_empty());
}

#[test]
fn the_real_book_is_searched_as_tantivy_does() {
    compare(&real_book());
}

#[test]
fn other_scripts_are_searched_as_tantivy_does() {
    compare(&other_scripts());
}
