//! The outline: the sections every country fills, agreed by all of them.

use crate::diagnostic::Findings;
use crate::source::{Located, SourceText};
use crate::table::read_toml;

/// The agreed list of sections.
#[derive(Clone, Debug, Default)]
pub struct Outline {
    /// Which version of the outline was agreed.
    pub version: String,
    /// Sections in order.
    pub sections: Vec<Section>,
}

/// One section of the outline.
#[derive(Clone, Debug)]
pub struct Section {
    /// Permanent id, also the file name in each country's folder and in addresses.
    pub id: String,
    /// Title.
    pub title: String,
    /// Which question of which reader it answers.
    pub purpose: String,
    /// What each country supplies, point by point.
    pub contents: Vec<String>,
}

impl Outline {
    /// Reads `outline.toml`.
    pub fn read(source: &SourceText, findings: &Findings) -> Self {
        let mut outline = Outline::default();
        read_toml(source, findings, |top| {
            outline.version = top.required_text("version").map(|v| v.value).unwrap_or_default();
            top.each("section", |row| {
                let id = row.required_text("id");
                let title = row.required_text("title");
                let purpose = row.required_text("purpose");
                let contents = row.texts("contents");
                let (Some(id), Some(title)) = (id, title) else { return };
                if !is_id(&id) {
                    findings.at("id-form", source, &id.range, &[("id", &id.value)]);
                } else if outline.section(&id).is_some() {
                    findings.at(
                        "id-twice",
                        source,
                        &id.range,
                        &[("id", &id.value), ("place", &"the outline")],
                    );
                } else {
                    outline.sections.push(Section {
                        id: id.value,
                        title: title.value,
                        purpose: purpose.map(|p| p.value).unwrap_or_default(),
                        contents: contents.into_iter().map(|c| c.value).collect(),
                    });
                }
            });
        });
        outline
    }

    /// The section with this id.
    pub fn section(&self, id: &str) -> Option<&Section> {
        self.sections.iter().find(|s| s.id == id)
    }

    /// The ids of all sections.
    pub fn ids(&self) -> impl Iterator<Item = &str> + Clone {
        self.sections.iter().map(|s| s.id.as_str())
    }
}

/// Whether `text` can be a permanent id: lower-case ASCII letters, digits and hyphens, starting
/// with a letter.
pub fn is_id(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && !text.ends_with('-')
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Reads an id and reports one that is missing, misshapen or already among `taken`.
pub(crate) fn take_id<'a>(
    row: &crate::table::Table<'_, '_>,
    mut taken: impl Iterator<Item = &'a str>,
    place: &str,
) -> Option<Located<String>> {
    let id = row.required_text("id")?;
    let (source, findings) = (row.source(), row.findings());
    if !is_id(&id) {
        findings.at("id-form", source, &id.range, &[("id", &id.value)]);
        return None;
    }
    if taken.any(|t| t == id.value) {
        findings.at("id-twice", source, &id.range, &[("id", &id.value), ("place", &place)]);
        return None;
    }
    Some(id)
}
