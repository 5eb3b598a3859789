//! What each country owes: sections, statements to confirm, sources to read again, questions,
//! hand-overs. The command and the page of the site show the same data.

use serde::{Serialize, Serializer};

use crate::chapter::Status;
use crate::country::{Country, count_trust};
use crate::date::Date;
use crate::diagnostic::Diagnostic;
use crate::handbook::Handbook;
use crate::source::Location;
use crate::trust::{Basis, Trust};

/// After how many months a source should be read again, unless somebody says otherwise.
pub const MONTHS: u32 = 12;

/// What all countries owe.
#[derive(Clone, Debug, Serialize)]
pub struct Owed {
    /// Countries in the order shown.
    pub countries: Vec<CountryOwes>,
    /// Released handbook editions, oldest first.
    pub editions: Vec<String>,
    /// The day from which the age of sources is counted: that of the commit.
    pub counted_from: Option<Date>,
    /// After how many months a source counts as old.
    pub months: u32,
}

/// What one country owes.
#[derive(Clone, Debug, Serialize)]
pub struct CountryOwes {
    /// ISO 3166 code in lower case.
    pub id: String,
    /// Name.
    pub name: String,
    /// All sections of the outline.
    pub sections: Vec<SectionState>,
    /// Its sides of procedures, those it has not written among them.
    pub procedures: Vec<SideState>,
    /// Statements of all sections by grade.
    pub statements: Grades,
    /// Statements of sections that are unconfirmed or proposed, in order.
    pub to_confirm: Vec<ToConfirm>,
    /// Its register of sources.
    pub sources: SourcesState,
    /// What the team still has to answer.
    pub questions: Vec<OpenQuestion>,
    /// Where its procedures do not meet those of the other side.
    pub unmet: Vec<Unmet>,
    /// Texts it has agreed to. Stays empty until agreements can be recorded.
    pub concurrence: Vec<String>,
}

/// How far a section has come.
#[derive(Clone, Debug, Serialize)]
pub struct SectionState {
    /// Id in the outline.
    pub id: String,
    /// Title.
    pub title: String,
    /// How far it has come.
    #[serde(serialize_with = "label")]
    pub state: Status,
    /// Who supplies it, where it is pending.
    pub owed_by: Option<String>,
    /// When its statements were last compared with their sources.
    pub checked: Option<Date>,
    /// Its statements by grade.
    pub statements: Grades,
    /// How many questions about it are open.
    pub questions: usize,
}

/// One side of a procedure.
#[derive(Clone, Debug, Serialize)]
pub struct SideState {
    /// Id of the procedure.
    pub id: String,
    /// Title of the procedure.
    pub title: String,
    /// How far this side has come; pending where there is no file.
    #[serde(serialize_with = "label")]
    pub state: Status,
    /// When it was last compared with its sources.
    pub checked: Option<Date>,
    /// Steps, papers and stops by grade.
    pub statements: Grades,
}

/// Numbers of statements by grade.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Grades {
    /// Confirmed by the team.
    pub confirmed: usize,
    /// Seen in source.
    pub seen: usize,
    /// Secondary.
    pub secondary: usize,
    /// Unconfirmed.
    pub unconfirmed: usize,
    /// Proposed.
    pub proposed: usize,
}

impl Grades {
    /// All statements.
    pub fn total(&self) -> usize {
        self.confirmed + self.seen + self.secondary + self.weak()
    }

    /// Those a reader must be warned of.
    pub fn weak(&self) -> usize {
        self.unconfirmed + self.proposed
    }

    fn of<'b>(bases: impl Iterator<Item = &'b Basis>) -> Self {
        let mut counts = [0; Trust::ALL.len()];
        for basis in bases {
            counts[Trust::ALL.iter().position(|t| *t == basis.trust).unwrap_or(0)] += 1;
        }
        counts.into()
    }
}

impl From<[usize; Trust::ALL.len()]> for Grades {
    /// From counts in the order of [`Trust::ALL`].
    fn from(
        [confirmed, seen, secondary, unconfirmed, proposed]: [usize; Trust::ALL.len()],
    ) -> Self {
        Self { confirmed, seen, secondary, unconfirmed, proposed }
    }
}

/// A statement that the team should confirm or replace.
#[derive(Clone, Debug, Serialize)]
pub struct ToConfirm {
    /// Section.
    pub section: String,
    /// Rule or heading it stands under.
    pub rule: Option<String>,
    /// Its grade.
    pub trust: &'static str,
    /// File, as shown in messages.
    pub path: String,
    /// Line of its mark.
    pub line: usize,
}

/// How well a country's sources are known.
#[derive(Clone, Debug, Serialize)]
pub struct SourcesState {
    /// Rows of the register.
    pub total: usize,
    /// Sources nobody has read.
    pub unread: Vec<String>,
    /// Sources read too long ago.
    pub old: Vec<OldSource>,
}

/// A source that was read too long ago.
#[derive(Clone, Debug, Serialize)]
pub struct OldSource {
    /// Its id.
    pub id: String,
    /// Its short name.
    pub short: String,
    /// When it was read last.
    pub read: Date,
}

/// A question to the team.
#[derive(Clone, Debug, Serialize)]
pub struct OpenQuestion {
    /// Its id.
    pub id: String,
    /// Section the answer belongs in.
    pub section: String,
    /// The question.
    pub text: String,
}

/// A place where two sides of a procedure do not meet.
#[derive(Clone, Debug, Serialize)]
pub struct Unmet {
    /// Kind of finding: `side-missing`, `hand-over-unmet` or `document-one-sided`.
    pub id: String,
    /// Procedure.
    pub procedure: String,
    /// What is missing, in words.
    pub message: String,
    /// File to be written or mended.
    pub path: String,
}

impl Owed {
    /// Gathers what countries owe. `found` is what the check found, `today` the day of the
    /// commit: the clock of whoever asks must not change the answer.
    pub fn gather(
        handbook: &Handbook,
        found: &[Diagnostic],
        today: Option<Date>,
        months: u32,
    ) -> Self {
        let before = today.map(|day| day.months_before(months));
        let one = |country| CountryOwes::gather(handbook, country, found, before);
        Self {
            countries: handbook.countries.iter().map(one).collect(),
            // There is no release yet from which an edition could come.
            editions: Vec::new(),
            counted_from: today,
            months,
        }
    }
}

impl CountryOwes {
    fn gather(
        handbook: &Handbook,
        country: &Country,
        found: &[Diagnostic],
        before: Option<Date>,
    ) -> Self {
        let questions = country.questions.rows.iter().map(|q| OpenQuestion {
            id: q.id.value.clone(),
            section: q.section.value.clone(),
            text: q.text.clone(),
        });
        let questions: Vec<OpenQuestion> = questions.collect();
        let outline = &handbook.outline.sections;
        let sections = outline.iter().map(|section| {
            let chapter = country.sections.get(&section.id);
            SectionState {
                id: section.id.clone(),
                title: section.title.clone(),
                state: country.status(&section.id),
                owed_by: chapter.and_then(|c| c.front.owed_by.clone()),
                checked: chapter.and_then(|c| c.front.checked),
                statements: count_trust(chapter).into(),
                questions: questions.iter().filter(|q| q.section == section.id).count(),
            }
        });
        Self {
            id: country.id.clone(),
            name: country.name.clone(),
            sections: sections.collect(),
            procedures: sides(handbook, country),
            statements: country.trust_counts().into(),
            to_confirm: to_confirm(handbook, country),
            sources: sources(country, before),
            questions,
            unmet: unmet(handbook, country, found),
            concurrence: Vec::new(),
        }
    }

    /// Sections that are still pending.
    pub fn pending(&self) -> usize {
        self.sections.iter().filter(|s| s.state == Status::Pending).count()
    }
}

fn sides(handbook: &Handbook, country: &Country) -> Vec<SideState> {
    let own = handbook.procedures.rows.iter();
    own.filter(|p| p.sides.iter().any(|side| side.value == country.id))
        .map(|procedure| {
            let side = country.side(&procedure.id);
            let bases = side.into_iter().flat_map(|side| {
                let steps = side.steps.iter().map(|s| &s.basis);
                let papers = side.documents.iter().map(|d| &d.basis);
                steps.chain(papers).chain(side.stops.iter().map(|s| &s.basis))
            });
            SideState {
                id: procedure.id.value.clone(),
                title: procedure.title.clone(),
                state: side.map_or(Status::Pending, |side| side.status),
                checked: side.and_then(|side| side.checked),
                statements: Grades::of(bases),
            }
        })
        .collect()
}

fn to_confirm(handbook: &Handbook, country: &Country) -> Vec<ToConfirm> {
    let mut all = Vec::new();
    for section in handbook.outline.ids() {
        let Some(chapter) = country.sections.get(section) else { continue };
        for statement in chapter.markdown.statements.iter().filter(|s| s.trust.needs_warning()) {
            let mark = &statement.mark;
            let place = mark.start + chapter.body..mark.end + chapter.body;
            let Location { path, line, .. } = chapter.source.locate(&place);
            all.push(ToConfirm {
                section: section.to_owned(),
                rule: statement.rule.clone(),
                trust: statement.trust.key(),
                path,
                line,
            });
        }
    }
    all
}

fn sources(country: &Country, before: Option<Date>) -> SourcesState {
    let rows = &country.sources.rows;
    let unread = rows.iter().filter(|s| s.read.is_none()).map(|s| s.id.value.clone()).collect();
    let old = rows.iter().filter_map(|source| {
        let read = source.read.filter(|read| before.is_some_and(|before| *read <= before))?;
        Some(OldSource { id: source.id.value.clone(), short: source.short.clone(), read })
    });
    SourcesState { total: rows.len(), unread, old: old.collect() }
}

fn unmet(handbook: &Handbook, country: &Country, found: &[Diagnostic]) -> Vec<Unmet> {
    let mut all = Vec::new();
    let own = handbook.procedures.rows.iter();
    for procedure in own.filter(|p| p.sides.iter().any(|side| side.value == country.id)) {
        let unmet = |id: &str, message: String, path: String| Unmet {
            id: id.to_owned(),
            procedure: procedure.id.value.clone(),
            message,
            path,
        };
        let Some(side) = country.side(&procedure.id) else {
            // The finding stands in the frame, where it does not say whose it is.
            let message = format!("{} has not written its side", country.name);
            all.push(unmet("side-missing", message, format!("procedures/{}.toml", *procedure.id)));
            continue;
        };
        let here = |d: &&Diagnostic| {
            ["hand-over-unmet", "document-one-sided"].contains(&d.id)
                && d.location.path == side.file.path()
        };
        for finding in found.iter().filter(here) {
            all.push(unmet(finding.id, finding.message.clone(), finding.location.path.clone()));
        }
    }
    all
}

/// Writes a state as the word in files.
fn label<S: Serializer>(state: &Status, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(state.label())
}
