//! The module that pages load: made of the sources beside it, and in a real browser it answers as
//! the core does, also when it is built anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use git2::{ObjectType, Oid};
use handbook_model::Findings;
use handbook_tests::webdriver::{Driver, Programs, Scripts, Session, file_url};
use handbook_tests::{build_site, workspace_root};
use handbook_wasm::State;
use serde_json::{Value, json};
use tempfile::TempDir;

const FOLDER: &str = "preprocessors/handbook-wasm";

/// The core with all tables of the real handbook.
fn core() -> Result<State> {
    let findings = Findings::default();
    let root = workspace_root();
    let gathered = mdbook_handbook::gather(&root, None, &findings, &|_| {})
        .context("the real handbook can be gathered")?;
    let handbook = &gathered.handbook;
    let (main, names) = handbook.lookup_tables();
    let book = mdbook_handbook::assemble(&gathered, &findings);
    let search = handbook_search::tables("en", &book)?;
    let mut core = State::default();
    let names = names.into_iter().map(|(_, table)| table);
    let search = search.into_iter().map(|table| table.text);
    for table in [main].into_iter().chain(names).chain(search) {
        let answer = core.ask(0, &table);
        ensure!(answer == "{}", "{answer}");
    }
    Ok(core)
}

/// Questions of the relevance suite, and some that nobody should ask.
fn queries() -> Vec<String> {
    let mut all = Vec::new();
    let folder = workspace_root().join("tests/relevance");
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().flatten().map(|e| e.path()).collect();
    paths.sort();
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        let lines = text.lines().filter(|l| !l.starts_with('#'));
        all.extend(lines.filter_map(|l| Some(l.split('\t').nth(1)?.to_owned())));
    }
    assert!(all.len() > 400, "the relevance suite is there");
    let odd =
        ["", " ", "\u{202e}\u{0}\u{7}", "\u{200f}3A001\u{200e}", "\"", "\\", "<b>", "\u{1f6f0}"];
    all.extend(odd.map(str::to_owned));
    all.push("3A001 vacuum pump ".repeat(60_000));
    all
}

/// With all numbers as browsers have them, where 1.0 is 1.
fn numbers(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(all) => all.iter().map(numbers).collect(),
        Value::Object(all) => all.iter().map(|(key, v)| (key.clone(), numbers(v))).collect(),
        other => other.clone(),
    }
}

/// Asks page and core the same and compares every answer.
fn compare(session: &Session<'_>, site: &Path) -> Result<()> {
    let mut core = core()?;
    session.open(&file_url(&site.join("en/trust.html")))?;
    session.run("return handbook.ready.then(() => true);")?;
    let queries = queries();
    let mut answered = 0;
    for some in queries.chunks(100) {
        let script = "const all = [];
            for (const query of arguments[0]) {
                all.push([
                    await handbook.lookup(query, { limit: 8 }),
                    await handbook.lookup(query, { limit: 5, listEdition: '2021/821', lang: 'uk', country: 'md' }),
                    await handbook.search(query, { limit: 5 }),
                ]);
            }
            return all;";
        let script = format!("return (async function () {{ {script} }}).apply(null, arguments);");
        let answers = session.run_on(&script, &[json!(some)])?;
        for (query, answer) in some.iter().zip(answers.as_array().context("a list")?) {
            let questions = [
                (1, format!("8\n\n\n{query}")),
                (1, format!("5\n2021/821\nuk\n{query}")),
                (2, format!("5\n{query}")),
            ];
            for (at, (kind, question)) in questions.iter().enumerate() {
                let wanted: Value = serde_json::from_str(&core.ask(*kind, question))?;
                let shown: String = query.chars().take(80).collect();
                let (found, wanted) = (numbers(&answer[at]), numbers(&wanted["results"]));
                ensure!(found == wanted, "{shown:?}:\n{found}\n{wanted}");
            }
            answered += usize::from(answer[0].as_array().is_some_and(|a| !a.is_empty()));
        }
    }
    ensure!(answered > 300, "only {answered} queries had an answer");
    Ok(())
}

/// Writes a module as the build does.
fn put_module(site: &Path, module: &Path) -> Result<()> {
    let bytes = fs::read(module)?;
    let letters: String = bytes.iter().filter_map(|b| char::from_u32(u32::from(*b) + 35)).collect();
    let script = format!("__hb(\"wasm\",{});", Value::from(letters));
    Ok(fs::write(site.join("en/tables/wasm.js"), script)?)
}

#[test]
fn the_committed_module_answers_as_the_core() -> Result<()> {
    let driver = Driver::start(&Programs::installed())?;
    let folder = TempDir::new()?;
    let site = folder.path().join("site");
    build_site(&workspace_root(), &site)?;
    compare(&driver.session(Scripts::On)?, &site)
}

/// Compilers differ in bytes from one version to the next, but not in what the module does.
#[test]
fn a_module_built_anew_answers_the_same() -> Result<()> {
    let root = workspace_root();
    let anew = root.join("target/wasm-anew");
    let made = Command::new("bash").arg(root.join(FOLDER).join("make")).arg(&anew).output()?;
    let said = String::from_utf8_lossy(&made.stderr);
    ensure!(
        made.status.success(),
        "the module cannot be built (tests/run installs what it needs): {said}"
    );
    let driver = Driver::start(&Programs::installed())?;
    let folder = TempDir::new()?;
    let site = folder.path().join("site");
    build_site(&workspace_root(), &site)?;
    put_module(&site, &anew.join("handbook.wasm"))?;
    compare(&driver.session(Scripts::On)?, &site)
}

#[test]
fn the_committed_module_is_of_these_sources() {
    let root = workspace_root();
    let stamp = fs::read_to_string(root.join(FOLDER).join("handbook.wasm.stamp")).unwrap();
    let stamped: BTreeMap<&str, &str> = stamp
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(id, path)| (path, id))
        .collect();
    let mut sources = Vec::new();
    for folder in ["preprocessors/handbook-lookup", FOLDER] {
        sources.push(format!("{folder}/Cargo.toml"));
        rust_files(&root, &format!("{folder}/src"), &mut sources);
    }
    let wrong: Vec<&String> = sources
        .iter()
        .filter(|path| {
            let bytes = fs::read(root.join(path)).unwrap();
            let id = Oid::hash_object(ObjectType::Blob, &bytes).unwrap().to_string();
            stamped.get(path.as_str()) != Some(&id.as_str())
        })
        .collect();
    assert!(
        wrong.is_empty() && stamped.len() == sources.len(),
        "handbook.wasm was made of other sources ({wrong:?}); run {FOLDER}/make and commit it"
    );
}

fn rust_files(root: &Path, folder: &str, found: &mut Vec<String>) {
    for entry in fs::read_dir(root.join(folder)).unwrap().flatten() {
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            rust_files(root, &path, found);
        } else if path.ends_with(".rs") {
            found.push(path);
        }
    }
}
