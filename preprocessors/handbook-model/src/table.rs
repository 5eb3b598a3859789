//! Reads TOML files key by key, so that every fault in a file is found in one run and named with
//! its place. Unknown keys are faults: a misspelt key would else be silently without effect.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::date::Date;
use crate::diagnostic::{Findings, suggestion};
use crate::source::{Located, SourceText};

/// Parses `source` as TOML and hands its top table to `read`; reports syntax faults and keys
/// that `read` did not ask for.
pub(crate) fn read_toml<T>(
    source: &SourceText,
    findings: &Findings,
    read: impl FnOnce(&Table<'_, '_>) -> T,
) -> T {
    read_toml_at(source, source.text(), 0, findings, read)
}

/// The same for a part of a file (front matter) that starts `offset` bytes into it.
pub(crate) fn read_toml_at<T>(
    source: &SourceText,
    text: &str,
    offset: usize,
    findings: &Findings,
    read: impl FnOnce(&Table<'_, '_>) -> T,
) -> T {
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let range = error.span().map_or(0..0, |s| s.start + offset..s.end + offset);
        let what = error.message().trim();
        findings.at("toml-syntax", source, &range, &[("what", &what)]);
    }
    let context = Context { source, findings, offset, broken: !errors.is_empty() };
    let top = Table::new(&context, table.get_ref(), offset..offset, "this file");
    let value = read(&top);
    top.finish();
    value
}

struct Context<'c> {
    source: &'c SourceText,
    findings: &'c Findings,
    offset: usize,
    /// Whether the syntax has faults: what seems missing may then stand in a lost line.
    broken: bool,
}

/// One table of a TOML file. Remembers which keys were asked for; the others are reported when
/// it has been read.
pub(crate) struct Table<'c, 't> {
    context: &'c Context<'c>,
    table: &'t DeTable<'t>,
    range: Range<usize>,
    name: String,
    asked: RefCell<BTreeSet<&'static str>>,
    open: Cell<bool>,
}

impl<'c, 't> Table<'c, 't> {
    fn new(
        context: &'c Context<'c>,
        table: &'t DeTable<'t>,
        range: Range<usize>,
        name: impl Into<String>,
    ) -> Self {
        Self {
            context,
            table,
            range,
            name: name.into(),
            asked: RefCell::default(),
            open: Cell::new(false),
        }
    }

    /// The file the table stands in.
    pub(crate) fn source(&self) -> &'c SourceText {
        self.context.source
    }

    /// What messages call the table.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Where findings go.
    pub(crate) fn findings(&self) -> &'c Findings {
        self.context.findings
    }

    /// Bytes of the table's heading.
    pub(crate) fn range(&self) -> Range<usize> {
        self.range.clone()
    }

    /// Whether the table has the key at all.
    pub(crate) fn has(&self, key: &'static str) -> bool {
        self.get(key).is_some()
    }

    fn range_of(&self, value: &Spanned<DeValue<'_>>) -> Range<usize> {
        let span = value.span();
        span.start + self.context.offset..span.end + self.context.offset
    }

    fn get(&self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.asked.borrow_mut().insert(key);
        self.table.get(key)
    }

    fn wrong_type(&self, key: &str, value: &Spanned<DeValue<'_>>, wanted: &str) {
        let range = self.range_of(value);
        self.findings().at(
            "toml-type",
            self.source(),
            &range,
            &[("key", &key), ("wanted", &wanted)],
        );
    }

    fn read<T>(
        &self,
        key: &'static str,
        wanted: &str,
        convert: impl FnOnce(&'t DeValue<'t>) -> Option<T>,
    ) -> Option<Located<T>> {
        let value = self.get(key)?;
        match convert(value.get_ref()) {
            Some(converted) => Some(Located::new(converted, self.range_of(value))),
            None => {
                self.wrong_type(key, value, wanted);
                None
            }
        }
    }

    fn required<T>(&self, key: &'static str, value: Option<Located<T>>) -> Option<Located<T>> {
        if value.is_none() && !self.has(key) && !self.context.broken {
            let name = &self.name;
            self.findings().at(
                "toml-missing",
                self.source(),
                &self.range,
                &[("key", &key), ("table", name)],
            );
        }
        value
    }

    /// A text, if the key is there. Blank texts count as missing.
    pub(crate) fn text(&self, key: &'static str) -> Option<Located<String>> {
        self.read(key, "a text in quotation marks, not empty", |v| {
            v.as_str().map(str::to_owned).filter(|text| !text.trim().is_empty())
        })
    }

    /// A text that must be there.
    pub(crate) fn required_text(&self, key: &'static str) -> Option<Located<String>> {
        self.required(key, self.text(key))
    }

    /// A text that must be one of `allowed`.
    pub(crate) fn one_of(&self, key: &'static str, allowed: &[&str]) -> Option<Located<String>> {
        let text = self.text(key)?;
        if allowed.contains(&text.as_str()) {
            return Some(text);
        }
        let mend = suggestion(&text, allowed.iter().copied());
        self.findings().at(
            "toml-value",
            self.source(),
            &text.range,
            &[("key", &key), ("value", &text.value), ("mend", &mend)],
        );
        None
    }

    /// A text that must be there and be one of `allowed`.
    pub(crate) fn required_one_of(
        &self,
        key: &'static str,
        allowed: &[&str],
    ) -> Option<Located<String>> {
        let value = self.one_of(key, allowed);
        self.required(key, value)
    }

    /// A whole number, not negative.
    pub(crate) fn number(&self, key: &'static str) -> Option<Located<u32>> {
        self.read(key, "a whole number", |v| match v {
            DeValue::Integer(n) => u32::from_str_radix(n.as_str(), n.radix()).ok(),
            _ => None,
        })
    }

    /// True or false.
    pub(crate) fn flag(&self, key: &'static str) -> Option<bool> {
        self.read(key, "true or false", |v| v.as_bool()).map(|f| f.value)
    }

    /// A date without time.
    pub(crate) fn date(&self, key: &'static str) -> Option<Located<Date>> {
        self.read(key, "a date such as 2026-11-24, without quotation marks", |v| match v {
            DeValue::Datetime(when) => when.date.map(|d| Date::new(d.year, d.month, d.day)),
            _ => None,
        })
    }

    /// A date that must be there.
    pub(crate) fn required_date(&self, key: &'static str) -> Option<Located<Date>> {
        self.required(key, self.date(key))
    }

    /// A list of texts; empty when the key is not there.
    pub(crate) fn texts(&self, key: &'static str) -> Vec<Located<String>> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let Some(array) = value.get_ref().as_array() else {
            self.wrong_type(key, value, "a list of texts, such as [\"one\", \"two\"]");
            return Vec::new();
        };
        let mut texts = Vec::with_capacity(array.len());
        for item in array.iter() {
            match item.get_ref().as_str() {
                Some(text) => texts.push(Located::new(text.to_owned(), self.range_of(item))),
                None => self.wrong_type(key, item, "a text in quotation marks"),
            }
        }
        texts
    }

    /// A table of texts by free keys, in the order of the keys; empty when not there.
    pub(crate) fn text_map(&self, key: &'static str) -> Vec<(Located<String>, String)> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let Some(table) = value.get_ref().as_table() else {
            self.wrong_type(key, value, "a table, such as { \"2021/821\" = \"5\" }");
            return Vec::new();
        };
        let mut texts = Vec::new();
        for (name, item) in table.iter() {
            let span = name.span();
            let range = span.start + self.context.offset..span.end + self.context.offset;
            match item.get_ref().as_str() {
                Some(text) => {
                    texts.push((Located::new(name.get_ref().to_string(), range), text.to_owned()));
                }
                None => self.wrong_type(key, item, "a text in quotation marks"),
            }
        }
        texts
    }

    /// A table below this one; its unknown keys are reported after `read`.
    pub(crate) fn table<T>(
        &self,
        key: &'static str,
        read: impl FnOnce(&Table<'_, '_>) -> T,
    ) -> Option<T> {
        let value = self.get(key)?;
        let Some(table) = value.get_ref().as_table() else {
            self.wrong_type(key, value, &format!("a table [{key}]"));
            return None;
        };
        let inner = Table::new(self.context, table, self.range_of(value), format!("[{key}]"));
        let result = read(&inner);
        inner.finish();
        Some(result)
    }

    /// The tables of an array `[[key]]`, one after the other.
    pub(crate) fn each(&self, key: &'static str, mut read: impl FnMut(&Table<'_, '_>)) {
        let Some(value) = self.get(key) else { return };
        let Some(array) = value.get_ref().as_array() else {
            self.wrong_type(key, value, &format!("tables headed [[{key}]], with two brackets"));
            return;
        };
        for item in array.iter() {
            match item.get_ref().as_table() {
                Some(table) => {
                    let inner =
                        Table::new(self.context, table, self.range_of(item), format!("[[{key}]]"));
                    read(&inner);
                    inner.finish();
                }
                None => self.wrong_type(
                    key,
                    item,
                    &format!("tables headed [[{key}]], with two brackets"),
                ),
            }
        }
    }

    /// Marks a key as read by somebody else.
    pub(crate) fn ignore(&self, key: &'static str) {
        self.asked.borrow_mut().insert(key);
    }

    /// Leaves the keys nobody asks for to somebody else.
    pub(crate) fn allow_rest(&self) {
        self.open.set(true);
    }

    fn finish(&self) {
        #[cfg(test)]
        asked::remember(&self.name, &self.asked.borrow());
        if self.open.get() || self.context.broken {
            return;
        }
        let asked = self.asked.borrow();
        for (key, _) in self.table.iter() {
            let name: &str = key.get_ref();
            if asked.contains(name) {
                continue;
            }
            let span = key.span();
            let range = span.start + self.context.offset..span.end + self.context.offset;
            let mend = suggestion(name, asked.iter().copied());
            self.findings().at(
                "toml-unknown-key",
                self.source(),
                &range,
                &[("key", &name), ("table", &self.name), ("mend", &mend)],
            );
        }
    }
}

/// Which keys readers ask for, by table: schemas are held to them.
#[cfg(test)]
pub(crate) mod asked {
    use std::cell::RefCell;
    use std::collections::{BTreeMap, BTreeSet};

    type Asked = BTreeMap<String, BTreeSet<String>>;

    thread_local! {
        static ALL: RefCell<Asked> = RefCell::default();
    }

    pub(super) fn remember(table: &str, keys: &BTreeSet<&'static str>) {
        ALL.with_borrow_mut(|all| {
            all.entry(table.to_owned()).or_default().extend(keys.iter().map(|k| (*k).to_owned()));
        });
    }

    pub(crate) fn forget() {
        ALL.take();
    }

    pub(crate) fn remembered() -> Asked {
        ALL.with_borrow(Clone::clone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_every_fault_of_a_file_in_one_run() {
        let text = "name = 1\nnmae = \"x\"\nwhen = \"2026-11-24\"\n[[row]]\nid = \"a\"\nextra = 1\n[[row]]\n";
        let source = SourceText::new("a.toml", text);
        let findings = Findings::default();
        let mut ids = Vec::new();
        read_toml(&source, &findings, |top| {
            assert_eq!(top.text("name"), None);
            assert_eq!(top.date("when"), None);
            top.each("row", |row| ids.extend(row.required_text("id")));
        });
        let short: Vec<String> = findings.sorted().iter().map(|d| d.short()).collect();
        assert_eq!(ids.len(), 1);
        assert_eq!(short.len(), 5, "{short:#?}");
        assert!(short[0].starts_with("a.toml:1:8: error[toml-type]"), "{short:#?}");
        assert!(short[1].starts_with("a.toml:2:1: error[toml-unknown-key]"), "{short:#?}");
        assert!(short[3].starts_with("a.toml:6:1: error[toml-unknown-key]"), "{short:#?}");
        assert!(short[4].starts_with("a.toml:7:1: error[toml-missing]"), "{short:#?}");
    }

    #[test]
    fn a_syntax_fault_does_not_hide_the_rest_of_the_file() {
        let source = SourceText::new("a.toml", "name = \nother = \"x\"\n");
        let findings = Findings::default();
        let other = read_toml(&source, &findings, |top| top.text("other"));
        assert_eq!(other.map(|o| o.value).as_deref(), Some("x"));
        assert_eq!(findings.sorted()[0].id, "toml-syntax");
    }
}
