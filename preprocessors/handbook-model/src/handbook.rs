//! A whole handbook, read from its files.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cards::Cards;
use crate::chapter::Chapter;
use crate::comparison::{COMPARISONS, Comparison, read_comparisons};
use crate::control_list::ControlList;
use crate::cores::{Job, on_all_cores};
use crate::country::{Country, Register};
use crate::diagnostic::Findings;
use crate::files::Files;
use crate::outline::Outline;
use crate::procedure::{Crossings, Procedure, read_crossings, read_procedures};
use crate::prose::{PROSE, Prose};
use crate::region::Region;
use crate::register::{Source, Term, read_glossary, read_sources};

/// Folder of the frame's pages.
pub const FRAME: &str = "book/src";
/// Folder of control lists; each list is a folder in it.
pub const LISTS: &str = "book/lists";

/// Everything the sources say. Reading one never fails: what is wrong is among the findings, and
/// the rest is there, so that one country's fault hides nobody else's pages.
#[derive(Clone, Debug)]
pub struct Handbook {
    /// Countries and languages.
    pub region: Region,
    /// The agreed sections.
    pub outline: Outline,
    /// Regional glossary.
    pub glossary: Register<Term>,
    /// Regional register of sources.
    pub sources: Register<Source>,
    /// Points on which countries are put side by side.
    pub comparisons: Register<Comparison>,
    /// Words that prose is checked for.
    pub prose: Prose,
    /// The control list.
    pub list: Arc<ControlList>,
    /// Commodity cards.
    pub cards: Cards,
    /// Procedures that two countries agreed to describe.
    pub procedures: Register<Procedure>,
    /// Registers of crossing points.
    pub crossings: Vec<Crossings>,
    /// Pages of the frame by path below [`FRAME`], such as `index.md`.
    pub frame: BTreeMap<String, Chapter>,
    /// Countries in the order shown.
    pub countries: Vec<Country>,
    /// Pictures by their path as a page would name it from the top, such as `md/images/seal.png`.
    pub pictures: BTreeMap<String, Vec<u8>>,
    /// Where each source is: the country's place, if it is a country's, and the row.
    sources_by_id: BTreeMap<String, (Option<usize>, usize)>,
}

impl Handbook {
    /// Reads a handbook: `frame` holds this repository's files, `countries` each country's files
    /// and the folder they stand in, in the order of `region.countries`; `list` is the control list
    /// of the frame.
    pub fn read(
        region: Region,
        frame: &Files,
        countries: &[(&str, &str, &Files)],
        list: Arc<ControlList>,
        findings: &Findings,
    ) -> Self {
        let text = |path: &str| {
            if !frame.contains(path) {
                findings.whole("frame-file-missing", path, &[]);
            }
            frame.text(path, findings)
        };
        let outline =
            text("book/outline.toml").map(|s| Outline::read(&s, findings)).unwrap_or_default();
        let file = text("book/glossary.toml");
        let rows = file.as_ref().map(|s| read_glossary(s, findings)).unwrap_or_default();
        let glossary = Register { rows, file };
        let file = text("book/sources.toml");
        let rows = file.as_ref().map(|s| read_sources(s, None, findings)).unwrap_or_default();
        let sources = Register { rows, file };
        let file = frame.text(COMPARISONS, findings);
        let rows = file.as_ref().map(|s| read_comparisons(s, findings)).unwrap_or_default();
        let comparisons = Register { rows, file };
        let prose = text(PROSE).map(|s| Prose::read(&s, findings)).unwrap_or_default();
        // A region may have none yet.
        let file = frame.text("book/procedures.toml", findings);
        let rows = file.as_ref().map(|s| read_procedures(s, findings)).unwrap_or_default();
        let procedures = Register { rows, file };
        let crossings = read_crossings("book/crossings", frame, findings);
        let cards = Cards::read(frame, findings);
        let mut pages = BTreeMap::new();
        for path in frame.below(FRAME) {
            let name = &path[FRAME.len() + 1..];
            if name == "SUMMARY.md" || !name.ends_with(".md") {
                continue;
            }
            if let Some(source) = frame.text(path, findings) {
                pages.insert(name.to_owned(), Chapter::read(source, findings));
            }
        }
        let mut pictures = pictures_in(frame, FRAME, "");
        for (id, folder, files) in countries {
            pictures.extend(pictures_in(files, folder, &format!("{id}/")));
        }
        let read = countries.iter().map(|(id, folder, files)| -> Job<'_, Country> {
            Box::new(|| Country::read(id, folder, files, &outline, findings))
        });
        let countries = on_all_cores(&read.collect::<Vec<_>>());
        let sources_by_id = index_sources(&sources.rows, &countries);
        Self {
            region,
            outline,
            glossary,
            sources,
            prose,
            comparisons,
            list,
            cards,
            procedures,
            crossings,
            frame: pages,
            countries,
            pictures,
            sources_by_id,
        }
    }

    /// The country with this id.
    pub fn country(&self, id: &str) -> Option<&Country> {
        self.countries.iter().find(|c| c.id == id)
    }

    /// The source with this id, and the country whose register it is in, if any.
    pub fn source(&self, id: &str) -> Option<(Option<&Country>, &Source)> {
        let (country, row) = self.sources_by_id.get(id)?;
        Some(match country {
            Some(at) => (Some(&self.countries[*at]), &self.countries[*at].sources.rows[*row]),
            None => (None, &self.sources.rows[*row]),
        })
    }

    /// The lookup's tables over the list and the cards' names: the main one, and one a language.
    pub fn lookup_tables(&self) -> (String, Vec<(&'static str, String)>) {
        self.list.lookup_tables(&self.countries, &self.cards.new_names(&self.list))
    }

    /// The procedure with this id.
    pub fn procedure(&self, id: &str) -> Option<&Procedure> {
        self.procedures.rows.iter().find(|p| p.id.value == id)
    }

    /// The regional term with this id.
    pub fn term(&self, id: &str) -> Option<&Term> {
        self.glossary.rows.iter().find(|t| t.id.value == id)
    }

    /// Paths of all pages as Markdown files, frame and generated, such as `md/licensing.md`.
    pub fn pages(&self) -> Vec<String> {
        let mut pages: Vec<String> = self.frame.keys().cloned().collect();
        pages.extend(self.generated_pages());
        pages
    }

    /// Paths of the pages that are made from data and country chapters.
    pub fn generated_pages(&self) -> Vec<String> {
        let mut pages: Vec<String> =
            ["outline.md", "glossary.md", "sources.md", "status.md", "lookup.md"]
                .map(str::to_owned)
                .into();
        for country in &self.countries {
            pages.push(format!("{}/index.md", country.id));
            pages.extend(self.outline.ids().map(|section| format!("{}/{section}.md", country.id)));
        }
        if !self.procedures.rows.is_empty() {
            pages.push("procedures/index.md".to_owned());
        }
        pages.extend(self.procedures.rows.iter().map(|p| format!("procedures/{}.md", *p.id)));
        pages.extend(self.crossings.iter().map(|c| format!("crossings/{}.md", c.id)));
        pages.extend(self.comparison_pages());
        pages.extend(["index", "editions", "applied", "changes"].map(|n| format!("list/{n}.md")));
        pages.extend(self.list.pages().iter().map(|page| format!("list/{page}.md")));
        if !self.cards.rows.is_empty() {
            pages.push("cards/index.md".to_owned());
        }
        pages.extend(self.cards.rows.iter().map(|card| format!("cards/{}.md", card.id)));
        pages.push("find/index.md".to_owned());
        pages
    }
}

/// The first source of each id; a second one is a fault that the check reports.
fn index_sources(
    frame: &[Source],
    countries: &[Country],
) -> BTreeMap<String, (Option<usize>, usize)> {
    let mut index = BTreeMap::new();
    let registers = countries.iter().enumerate().map(|(at, c)| (Some(at), &c.sources.rows[..]));
    for (country, rows) in std::iter::once((None, frame)).chain(registers) {
        for (row, source) in rows.iter().enumerate() {
            index.entry(source.id.value.clone()).or_insert((country, row));
        }
    }
    index
}

/// Media type of a picture a chapter may show, by the end of its name.
pub fn picture_type(path: &str) -> Option<&'static str> {
    let (_, end) = path.rsplit_once('.')?;
    Some(match end.to_ascii_lowercase().as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "svg" => "image/svg+xml",
        _ => return None,
    })
}

fn pictures_in(files: &Files, folder: &str, place: &str) -> BTreeMap<String, Vec<u8>> {
    files
        .below(folder)
        .filter(|path| picture_type(path).is_some())
        .filter_map(|path| {
            let name = path.strip_prefix(folder).map_or(path, |rest| rest.trim_start_matches('/'));
            Some((format!("{place}{name}"), files.bytes(path)?.to_vec()))
        })
        .collect()
}
