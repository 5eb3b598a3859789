//! Tests that hold `book/schemas` to the readers: editors' programs complete and check TOML by
//! the schemas, so a schema must ask for what the reader asks for, and for nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::diagnostic::Findings;
use crate::files::Files;
use crate::outline::Outline;
use crate::source::SourceText;
use crate::table::asked;
use crate::{Chapter, ControlList, Country, Region};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn schemas() -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(root().join("book/schemas")).unwrap().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let name = name.strip_suffix(".json").expect("only schemas are here").to_owned();
        let text = fs::read_to_string(entry.path()).unwrap();
        all.insert(name, serde_json::from_str(&text).unwrap());
    }
    all
}

/// The schema of a file of a handbook, by its path.
fn schema_of(path: &str) -> Option<&'static str> {
    let parts: Vec<&str> = path.split('/').collect();
    Some(match parts[..] {
        ["book.toml"] => "region",
        ["book", "lists", _, "hs.toml"] => "tariff",
        ["book", "lists", _, "provisions", _] => "provisions",
        ["book", "lists", _, "editions", _] => "edition",
        ["book", "lists", _, "changes", _] => "changes",
        ["book", "lists", _, "aliases", _] => "aliases",
        ["book", "lists", _, "titles", _] => "titles",
        ["book", "cards", _] => "card",
        ["book", "crossings", _] => "crossings",
        ["chapters", _, "procedures", _] => "procedure-side",
        ["book", "lists", _, name] | ["book", name] | ["chapters", _, name] => {
            let name = name.strip_suffix(".toml")?;
            return NAMED.iter().find(|n| **n == name).copied();
        }
        _ => return None,
    })
}

/// Schemas with the name of their file.
const NAMED: [&str; 15] = [
    "authorities",
    "cards",
    "chemicals",
    "comparisons",
    "country",
    "facts",
    "glossary",
    "list",
    "outline",
    "procedures",
    "prose",
    "questions",
    "sources",
    "terms",
    "thresholds",
];

/// Reads a text with the reader of its schema.
fn read(schema: &str, text: &str, findings: &Findings) {
    let source = SourceText::new("sample.toml", text);
    let list = |path: &str| {
        let mut files = Files::new("");
        files.insert(format!("l/{path}"), text.into());
        ControlList::read("l", &files, findings);
    };
    match schema {
        "region" => drop(Region::read(&source, findings)),
        "outline" => drop(Outline::read(&source, findings)),
        "glossary" => drop(crate::register::read_glossary(&source, findings)),
        "sources" => drop(crate::register::read_sources(&source, None, findings)),
        "authorities" => drop(crate::register::read_authorities(&source, findings)),
        "questions" => drop(crate::register::read_questions(&source, findings)),
        "terms" => drop(crate::register::read_national_terms(&source, findings)),
        "facts" => drop(crate::comparison::read_facts(&source, findings)),
        "comparisons" => drop(crate::comparison::read_comparisons(&source, findings)),
        "procedures" => drop(crate::procedure::read_procedures(&source, findings)),
        "procedure-side" => drop(crate::procedure::read_side(&source, "p", "md", findings)),
        "crossings" => {
            let mut files = Files::new("");
            files.insert("c/md-ua.toml", text.into());
            crate::procedure::read_crossings("c", &files, findings);
        }
        "card" => drop(crate::cards::read_card(&source, "sample", "sample.toml", findings)),
        "cards" => crate::cards::Cards::default().read_head(&source, findings),
        "prose" => drop(crate::prose::Prose::read(&source, findings)),
        "country" => {
            let mut files = Files::new("");
            files.insert("c/country.toml", text.into());
            Country::read("md", "c", &files, &Outline::default(), findings);
        }
        "front-matter" => {
            let text = format!("+++\n{text}+++\n");
            Chapter::read(SourceText::new("sample.md", text), findings);
        }
        "list" => list("list.toml"),
        "provisions" => list("provisions/3A.toml"),
        "edition" => list("editions/e.toml"),
        "changes" => list("changes/c.toml"),
        "thresholds" => list("thresholds.toml"),
        "chemicals" => list("chemicals.toml"),
        "tariff" => list("hs.toml"),
        "aliases" => list("aliases/en.toml"),
        "titles" => list("titles/ro.toml"),
        other => panic!("no reader is known for book/schemas/{other}.json"),
    }
}

/// Walks the tables of a schema: the name a message gives each, and its schema.
fn tables<'s>(name: &str, schema: &'s Value, all: &mut Vec<(String, &'s Value)>) {
    let Some(properties) = schema["properties"].as_object() else { return };
    all.push((name.to_owned(), schema));
    for (key, property) in properties {
        tables(&format!("[{key}]"), property, all);
        tables(&format!("[[{key}]]"), &property["items"], all);
    }
}

/// A file that has every key of a schema, as TOML, with `extra` as one more key of each closed
/// table; and the same as JSON.
fn sample(schema: &Value, path: &str, extra: Option<&str>, toml: &mut String) -> Value {
    let mut json = Map::new();
    let properties = schema["properties"].as_object().unwrap();
    let is_table = |p: &Value| p["properties"].is_object() || p["items"]["properties"].is_object();
    for (key, property) in properties.iter().filter(|(_, p)| !is_table(p)) {
        let value = example(property);
        let written = match &value {
            Value::String(text) if property["format"] == "date" => text.clone(),
            Value::Object(_) => "{ x = \"y\" }".to_owned(),
            value => value.to_string(),
        };
        toml.push_str(&format!("{key} = {written}\n"));
        json.insert(key.clone(), value);
    }
    if let Some(extra) = extra
        && schema["additionalProperties"] == false
    {
        toml.push_str(&format!("{extra} = \"x\"\n"));
        json.insert(extra.to_owned(), json!("x"));
    }
    for (key, property) in properties.iter().filter(|(_, p)| is_table(p)) {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        if property["properties"].is_object() {
            toml.push_str(&format!("\n[{path}]\n"));
            json.insert(key.clone(), sample(property, &path, extra, toml));
        } else {
            toml.push_str(&format!("\n[[{path}]]\n"));
            json.insert(key.clone(), json!([sample(&property["items"], &path, extra, toml)]));
        }
    }
    Value::Object(json)
}

fn example(property: &Value) -> Value {
    if let Some(first) = property["examples"].get(0).or_else(|| property["enum"].get(0)) {
        return first.clone();
    }
    match property["type"].as_str() {
        _ if property["format"] == "date" => json!("2026-11-24"),
        Some("array") if property["items"]["pattern"].is_string() => json!([]),
        Some("array") => json!([example(&property["items"])]),
        Some("integer") => json!(1),
        Some("boolean") => json!(true),
        Some("object") => json!({ "x": "y" }),
        _ => json!("x"),
    }
}

#[test]
fn schemas_ask_for_what_the_readers_ask_for() {
    for (name, schema) in schemas() {
        let mut toml = String::new();
        let json = sample(&schema, "", None, &mut toml);
        let findings = Findings::default();
        asked::forget();
        read(&name, &toml, &findings);
        let form = ["toml-unknown-key", "toml-type", "toml-missing", "toml-syntax"];
        let found = findings.sorted();
        let wrong: Vec<String> =
            found.iter().filter(|d| form.contains(&d.id)).map(|d| d.short()).collect();
        assert!(
            wrong.is_empty(),
            "{name}: the reader refuses what the schema has: {wrong:#?}\n{toml}"
        );
        let validator = jsonschema::validator_for(&schema).unwrap();
        assert!(validator.is_valid(&json), "{name} refuses its own sample: {json:#}");

        let mut known: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut all = Vec::new();
        tables("this file", &schema, &mut all);
        for (table, schema) in all {
            let keys = schema["properties"].as_object().unwrap().keys().cloned();
            known.entry(table).or_default().extend(keys);
        }
        assert_eq!(asked::remembered(), known, "{name}: the reader's keys, then the schema's");
    }
}

#[test]
fn what_a_schema_does_not_know_the_reader_refuses_too() {
    for (name, schema) in schemas() {
        let mut toml = String::new();
        let json = sample(&schema, "", Some("sample-key"), &mut toml);
        let findings = Findings::default();
        read(&name, &toml, &findings);
        let mut all = Vec::new();
        tables("", &schema, &mut all);
        let closed = all.iter().filter(|(_, s)| s["additionalProperties"] == false).count();
        let refused = findings.sorted().iter().filter(|d| d.id == "toml-unknown-key").count();
        assert_eq!(refused, closed, "{name}:\n{toml}");
        let validator = jsonschema::validator_for(&schema).unwrap();
        assert_eq!(validator.iter_errors(&json).count(), closed, "{name}");
    }
}

#[test]
fn every_real_file_fits_its_schema() {
    let schemas = schemas();
    let validators: BTreeMap<&str, jsonschema::Validator> = schemas
        .iter()
        .map(|(name, schema)| (name.as_str(), jsonschema::validator_for(schema).unwrap()))
        .collect();
    let mut used = BTreeSet::new();
    let mut faults = Vec::new();
    let mut check = |schema: &'static str, path: &str, text: &str| {
        used.insert(schema);
        let value: toml::Table = match toml::from_str(text) {
            Ok(value) => value,
            Err(error) => return faults.push(format!("{path}: {error}")),
        };
        for error in validators[schema].iter_errors(&json_of(toml::Value::Table(value))) {
            faults.push(format!("{path} at {}: {error}", error.instance_path));
        }
    };
    for handbook in [root(), root().join("tests/cases/base")] {
        for path in files(&handbook, &["book.toml", "book", "chapters"]) {
            let text = fs::read_to_string(handbook.join(&path)).unwrap_or_default();
            if path.ends_with(".toml") {
                let schema = schema_of(&path);
                check(schema.unwrap_or_else(|| panic!("{path} has no schema")), &path, &text);
            } else if path.ends_with(".md")
                && let Some((front, _)) =
                    text.strip_prefix("+++\n").and_then(|rest| rest.split_once("\n+++"))
            {
                check("front-matter", &path, front);
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let unused: Vec<&&str> = validators.keys().filter(|name| !used.contains(*name)).collect();
    assert!(unused.is_empty(), "no real file has these: {unused:?}");
}

fn files(root: &Path, starts: &[&str]) -> Vec<String> {
    let mut all = Vec::new();
    let mut open: Vec<String> = starts.iter().map(|s| (*s).to_owned()).collect();
    while let Some(path) = open.pop() {
        let Ok(entries) = fs::read_dir(root.join(&path)) else {
            all.push(path);
            continue;
        };
        open.extend(
            entries.flatten().map(|e| format!("{path}/{}", e.file_name().to_string_lossy())),
        );
    }
    all.sort();
    all
}

/// TOML as editors' programs hand it to a schema: dates as texts.
fn json_of(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => json!(number),
        toml::Value::Float(number) => json!(number),
        toml::Value::Boolean(flag) => json!(flag),
        toml::Value::Datetime(when) => Value::String(when.to_string()),
        toml::Value::Array(all) => all.into_iter().map(json_of).collect(),
        toml::Value::Table(all) => all.into_iter().map(|(k, v)| (k, json_of(v))).collect(),
    }
}
