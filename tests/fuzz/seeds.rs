//! Writes what fuzzing starts from: the tables of the sample handbook, and the queries of the
//! relevance suite.

use std::fs;
use std::path::Path;

use handbook_model::Findings;

fn main() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sample = here.join("../cases/base");
    let findings = Findings::default();
    let gathered = mdbook_handbook::gather(&sample, None, &findings, &|_| {})
        .expect("the sample handbook can be gathered");
    let handbook = &gathered.handbook;
    let (main, names) = handbook.list.lookup_tables(&handbook.countries);
    let book = mdbook_handbook::assemble(&gathered, &findings);
    let search = handbook_search::tables("en", &book).expect("the book can be indexed");
    let names = names.into_iter().map(|(_, table)| table);
    let search = search.into_iter().map(|table| table.text);
    let tables = here.join("corpus/table");
    fs::create_dir_all(&tables).expect("the folder can be made");
    for (at, table) in [main].into_iter().chain(names).chain(search).enumerate() {
        fs::write(tables.join(format!("seed-{at:02}")), table).expect("a seed can be written");
    }
    let queries = here.join("corpus/query");
    fs::create_dir_all(&queries).expect("the folder can be made");
    for file in fs::read_dir(here.join("../relevance")).expect("the suite is there").flatten() {
        let text = fs::read_to_string(file.path()).expect("a suite is text");
        let name = file.file_name().to_string_lossy().into_owned();
        let asked = text.lines().filter_map(|line| line.split('\t').nth(1));
        for (at, query) in asked.step_by(10).enumerate() {
            fs::write(queries.join(format!("{name}-{at}")), query).expect("a seed can be written");
        }
    }
}
