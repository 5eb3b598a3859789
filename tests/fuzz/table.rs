//! Whatever a table holds, it is refused or read, and then answers without a panic.
#![no_main]

use std::fs;
use std::sync::OnceLock;

use handbook_lookup::table::seal;
use handbook_wasm::State;
use libfuzzer_sys::fuzz_target;

/// The sample handbook's tables, which others need before them.
fn sample() -> &'static [String] {
    static SAMPLE: OnceLock<Vec<String>> = OnceLock::new();
    SAMPLE.get_or_init(|| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/table");
        let mut paths: Vec<_> =
            fs::read_dir(folder).expect("run writes seeds").flatten().map(|e| e.path()).collect();
        paths.retain(|path| path.to_string_lossy().contains("seed-"));
        paths.sort();
        paths.iter().map(|path| fs::read_to_string(path).expect("a seed is text")).collect()
    })
}

fuzz_target!(|input: &str| {
    let mut state = State::default();
    for table in sample() {
        let _ = state.ask(0, table);
    }
    let _ = state.ask(0, input);
    // With a wrong checksum nothing would be read at all, so it is put right.
    if let Some((line, body)) = input.split_once('\n') {
        let mut fields = line.split(' ').skip(1);
        let kind = fields.next().unwrap_or_default();
        let version = fields.next().and_then(|v| v.parse().ok()).unwrap_or(1);
        let _ = state.ask(0, &seal(kind, version, body));
    }
    for query in ["2B231 vacuum pump", "насос", "7783-81-5", "licence \"transit permit\""] {
        let _ = state.ask(1, &format!("10\n\nuk\n{query}"));
        let _ = state.ask(2, &format!("10\n{query}"));
        let _ = state.ask(3, &format!("10\n{query}"));
    }
});
