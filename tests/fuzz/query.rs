//! Whatever is typed or pasted, it is answered.
#![no_main]

use std::cell::RefCell;
use std::fs;

use handbook_wasm::State;
use libfuzzer_sys::fuzz_target;

thread_local! {
    static SAMPLE: RefCell<State> = RefCell::new({
        let mut state = State::default();
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/table");
        let mut paths: Vec<_> =
            fs::read_dir(folder).expect("run writes seeds").flatten().map(|e| e.path()).collect();
        paths.retain(|path| path.to_string_lossy().contains("seed-"));
        paths.sort();
        for path in paths {
            state.ask(0, &fs::read_to_string(path).expect("a seed is text"));
        }
        state
    });
}

fuzz_target!(|input: &str| {
    SAMPLE.with_borrow_mut(|state| {
        for kind in 1..5 {
            let _ = state.ask(kind, input);
            let _ = state.ask(kind, &format!("10\n\n\n{input}"));
        }
    });
});
