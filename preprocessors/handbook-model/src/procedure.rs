//! Procedures: one crossing of a border by controlled goods, written by two teams. The frame
//! names it and what is handed over; each side writes its own steps; the check reports what does
//! not meet.

use std::fmt::Display;

use crate::chapter::Status;
use crate::date::Date;
use crate::diagnostic::{Findings, suggestion};
use crate::files::Files;
use crate::outline::take_id;
use crate::source::{Located, SourceText};
use crate::table::{Table, read_toml};
use crate::trust::Basis;

/// Longest title of a step: it stands in a box of the diagram.
pub const MAX_TITLE: usize = 34;

/// Ways goods cross.
const MODES: [&str; 5] = ["road", "rail", "sea", "river", "air"];

/// A procedure as both countries agreed to describe it.
#[derive(Clone, Debug)]
pub struct Procedure {
    /// Permanent id, also in addresses.
    pub id: Located<String>,
    /// Title.
    pub title: String,
    /// Countries in the goods' way: from, to.
    pub sides: [Located<String>; 2],
    /// `road`, `rail`, `sea`, `river` or `air`.
    pub mode: String,
    /// What crosses, and what is known about it.
    pub about: String,
    /// Register of crossing points shown with it.
    pub crossings: Option<Located<String>>,
    /// What one side hands to the other, in order.
    pub hand_overs: Vec<HandOver>,
}

/// Something one side hands to the other.
#[derive(Clone, Debug)]
pub struct HandOver {
    /// Id within the procedure.
    pub id: Located<String>,
    /// Title.
    pub title: String,
    /// Country that gives it.
    pub giver: Located<String>,
}

/// One side's file of a procedure.
#[derive(Clone, Debug)]
pub struct Side {
    /// The file.
    pub file: SourceText,
    /// Path of the file in its own repository, for its history.
    pub path: String,
    /// Procedure it belongs to.
    pub procedure: Located<String>,
    /// How far it has come.
    pub status: Status,
    /// When it was last compared with its sources.
    pub checked: Option<Date>,
    /// Who acts.
    pub actors: Vec<Actor>,
    /// Papers and messages.
    pub documents: Vec<Document>,
    /// Steps in order.
    pub steps: Vec<Step>,
    /// What this side does when goods are stopped, in order.
    pub stops: Vec<Stop>,
    /// Whom to call.
    pub calls: Vec<Call>,
}

/// Who acts.
#[derive(Clone, Debug)]
pub struct Actor {
    /// Id within the file.
    pub id: Located<String>,
    /// Name.
    pub name: String,
    /// Row of the country's authorities.
    pub authority: Option<Located<String>>,
}

/// A paper or a message.
#[derive(Clone, Debug)]
pub struct Document {
    /// Id, the same on both sides when it is the same paper.
    pub id: Located<String>,
    /// Name.
    pub name: String,
    /// Name in the country's language, with the language.
    pub own: Option<(String, String)>,
    /// Whether the other side sees it at the border.
    pub crosses: bool,
    /// Rule about it.
    pub rule: Option<RuleRef>,
    /// Trust.
    pub basis: Basis,
}

/// A step.
#[derive(Clone, Debug)]
pub struct Step {
    /// Permanent id within the file.
    pub id: Located<String>,
    /// Short title.
    pub title: String,
    /// Who acts.
    pub actor: Option<Located<String>>,
    /// What is done.
    pub text: String,
    /// Documents used.
    pub documents: Vec<Located<String>>,
    /// Rules followed.
    pub rules: Vec<RuleRef>,
    /// Entries concerned.
    pub entries: Vec<Located<String>>,
    /// Hand-over given here.
    pub gives: Option<Located<String>>,
    /// Hand-over received here.
    pub receives: Option<Located<String>>,
    /// Trust.
    pub basis: Basis,
}

/// A step of what to do when goods are stopped.
#[derive(Clone, Debug)]
pub struct Stop {
    /// What is done.
    pub text: String,
    /// Who does it.
    pub actor: Option<Located<String>>,
    /// Rule about it.
    pub rule: Option<RuleRef>,
    /// Trust.
    pub basis: Basis,
}

/// Whom to call, and for what.
#[derive(Clone, Debug)]
pub struct Call {
    /// Row of the country's authorities.
    pub authority: Located<String>,
    /// For what.
    pub reason: String,
}

/// A rule named in a file: `licensing#fee` of the own country, or `ua/licensing#fee`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleRef {
    /// Country.
    pub country: String,
    /// Section.
    pub section: String,
    /// Rule in the section.
    pub rule: Option<String>,
    /// As written.
    pub written: Located<String>,
}

impl RuleRef {
    /// Reads a rule as written in a file of `country`.
    pub fn parse(written: Located<String>, country: &str) -> Self {
        let (page, rule) = match written.split_once('#') {
            Some((page, rule)) => (page, Some(rule.to_owned())),
            None => (written.as_str(), None),
        };
        let (country, section) = page.split_once('/').unwrap_or((country, page));
        Self { country: country.to_owned(), section: section.to_owned(), rule, written }
    }
}

/// A register of crossing points between two countries.
#[derive(Clone, Debug)]
pub struct Crossings {
    /// Id: the file's name, such as `md-ua`.
    pub id: String,
    /// The file.
    pub file: SourceText,
    /// The two countries.
    pub countries: Vec<Located<String>>,
    /// The points.
    pub points: Vec<Point>,
}

/// A crossing point.
#[derive(Clone, Debug)]
pub struct Point {
    /// Permanent id.
    pub id: Located<String>,
    /// Name on each side, by country.
    pub names: Vec<(String, String)>,
    /// Ways of crossing.
    pub modes: Vec<String>,
    /// Regions on both sides.
    pub place: Option<String>,
    /// `yes`, `no`, `suspended` or `unknown`.
    pub joint: String,
    /// Country where joint control is done.
    pub host: Option<String>,
    /// Since when, in words.
    pub since: Option<String>,
    /// `open`, `suspended`, `often closed`, `planned` or `unknown`.
    pub state: String,
    /// Remark.
    pub note: Option<String>,
    /// When it was checked.
    pub checked: Option<Date>,
    /// Trust.
    pub basis: Basis,
}

/// Reads `procedures.toml` of the frame.
pub fn read_procedures(source: &SourceText, findings: &Findings) -> Vec<Procedure> {
    let mut all: Vec<Procedure> = Vec::new();
    read_toml(source, findings, |top| {
        top.each("procedure", |row| {
            let id = take_id(row, all.iter().map(|p| p.id.as_str()), "the procedures");
            let title = row.required_text("title");
            let (from, to) = (row.required_text("from"), row.required_text("to"));
            let mode = row.required_one_of("mode", &MODES);
            let about = row.required_text("about");
            let crossings = row.text("crossings");
            let mut hand_overs: Vec<HandOver> = Vec::new();
            row.each("hand-over", |row| {
                let id = take_id(row, hand_overs.iter().map(|h| h.id.as_str()), "this procedure");
                let title = row.required_text("title");
                let giver = row.required_text("giver");
                if let (Some(id), Some(title), Some(giver)) = (id, title, giver) {
                    hand_overs.push(HandOver { id, title: title.value, giver });
                }
            });
            let (Some(id), Some(title), Some(about)) = (id, title, about) else { return };
            let (Some(from), Some(to)) = (from, to) else { return };
            all.push(Procedure {
                id,
                title: title.value,
                sides: [from, to],
                mode: mode.map(|m| m.value).unwrap_or_default(),
                about: about.value,
                crossings,
                hand_overs,
            });
        });
    });
    all
}

/// Reads one side's file of `country`. `path` is its path in its own repository.
pub fn read_side(
    source: &SourceText,
    path: &str,
    country: &str,
    findings: &Findings,
) -> Option<Side> {
    read_toml(source, findings, |top| {
        let procedure = top.required_text("procedure");
        let status = top.required_one_of("status", &["draft", "pending"]);
        let checked = top.date("checked").map(|d| d.value);
        let mut side = Side {
            file: source.clone(),
            path: path.to_owned(),
            procedure: procedure.unwrap_or_else(|| Located::new(String::new(), 0..0)),
            status: match status {
                Some(status) if status.value == "pending" => Status::Pending,
                _ => Status::Draft,
            },
            checked,
            actors: Vec::new(),
            documents: Vec::new(),
            steps: Vec::new(),
            stops: Vec::new(),
            calls: Vec::new(),
        };
        top.each("actor", |row| {
            let id = take_id(row, side.actors.iter().map(|a| a.id.as_str()), "this file");
            let name = row.required_text("name");
            let authority = row.text("authority");
            if let (Some(id), Some(name)) = (id, name) {
                side.actors.push(Actor { id, name: name.value, authority });
            }
        });
        top.each("document", |row| {
            let id = take_id(row, side.documents.iter().map(|d| d.id.as_str()), "this file");
            let name = row.required_text("name");
            let own = row.text("own").map(|t| t.value).zip(row.text("lang").map(|t| t.value));
            let crosses = row.flag("crosses").unwrap_or(false);
            let rule = row.text("rule").map(|r| RuleRef::parse(r, country));
            let basis = Basis::read(row);
            if let (Some(id), Some(name)) = (id, name) {
                side.documents.push(Document { id, name: name.value, own, crosses, rule, basis });
            }
        });
        top.each("step", |row| {
            let id = take_id(row, side.steps.iter().map(|s| s.id.as_str()), "this file");
            side.steps.extend(id.and_then(|id| read_step(row, id, country)));
        });
        top.each("stop", |row| {
            let text = row.required_text("text");
            let actor = row.text("actor");
            let rule = row.text("rule").map(|r| RuleRef::parse(r, country));
            let basis = Basis::read(row);
            if let Some(text) = text {
                side.stops.push(Stop { text: text.value, actor, rule, basis });
            }
        });
        top.each("call", |row| {
            let (authority, reason) = (row.required_text("authority"), row.required_text("reason"));
            if let (Some(authority), Some(reason)) = (authority, reason) {
                side.calls.push(Call { authority, reason: reason.value });
            }
        });
        (!side.procedure.is_empty()).then_some(side)
    })
}

fn read_step(row: &Table<'_, '_>, id: Located<String>, country: &str) -> Option<Step> {
    let title = row.required_text("title");
    let actor = row.text("actor");
    let text = row.required_text("text");
    let step = Step {
        title: title.as_ref().map(|t| t.value.clone()).unwrap_or_default(),
        text: text.as_ref().map(|t| t.value.clone()).unwrap_or_default(),
        documents: row.texts("documents"),
        rules: row.texts("rules").into_iter().map(|r| RuleRef::parse(r, country)).collect(),
        entries: row.texts("entries"),
        gives: row.text("gives"),
        receives: row.text("receives"),
        basis: Basis::read(row),
        actor,
        id,
    };
    let (source, findings) = (row.source(), row.findings());
    if step.actor.is_none() && !row.has("actor") {
        findings.at("step-no-actor", source, &step.id.range, &[("step", &step.id.value)]);
    }
    let title = title?;
    let length = title.chars().count();
    if length > MAX_TITLE {
        let values: &[(&str, &dyn Display)] = &[("length", &length), ("limit", &MAX_TITLE)];
        findings.at("step-title", source, &title.range, values);
    }
    text.map(|_| step)
}

/// Reads every register of crossing points in a folder.
pub fn read_crossings(folder: &str, files: &Files, findings: &Findings) -> Vec<Crossings> {
    let paths = files.below(folder).filter(|p| p.ends_with(".toml"));
    paths
        .filter_map(|path| {
            let file = files.text(path, findings)?;
            let id = path.rsplit('/').next()?.strip_suffix(".toml")?.to_owned();
            Some(read_register(&file, id, findings))
        })
        .collect()
}

fn read_register(file: &SourceText, id: String, findings: &Findings) -> Crossings {
    let mut register =
        Crossings { id, file: file.clone(), countries: Vec::new(), points: Vec::new() };
    read_toml(file, findings, |top| {
        register.countries = top.texts("countries");
        top.each("point", |row| {
            let points = &mut register.points;
            let id = take_id(row, points.iter().map(|p: &Point| p.id.as_str()), "this register");
            let names = row.text_map("names").into_iter().map(|(k, v)| (k.value, v)).collect();
            let joint = row.required_one_of("joint", &["yes", "no", "suspended", "unknown"]);
            let states = ["open", "suspended", "often closed", "planned", "unknown"];
            let state = row.required_one_of("state", &states);
            let modes = row.texts("modes");
            for mode in modes.iter().filter(|m| !MODES.contains(&m.as_str())) {
                let mend = suggestion(mode, MODES);
                let values: &[(&str, &dyn Display)] =
                    &[("key", &"modes"), ("value", &mode.value), ("mend", &mend)];
                findings.at("toml-value", file, &mode.range, values);
            }
            let point = |id| Point {
                id,
                names,
                modes: modes.into_iter().map(|m| m.value).collect(),
                place: row.text("place").map(|t| t.value),
                joint: joint.map(|j| j.value).unwrap_or_default(),
                host: row.text("host").map(|t| t.value),
                since: row.text("since").map(|t| t.value),
                state: state.map(|s| s.value).unwrap_or_default(),
                note: row.text("note").map(|t| t.value),
                checked: row.required_date("checked").map(|d| d.value),
                basis: Basis::read(row),
            };
            points.extend(id.map(point));
        });
    });
    register
}

impl Side {
    /// The actor with this id.
    pub fn actor(&self, id: &str) -> Option<&Actor> {
        self.actors.iter().find(|a| a.id.value == id)
    }

    /// The document with this id.
    pub fn document(&self, id: &str) -> Option<&Document> {
        self.documents.iter().find(|d| d.id.value == id)
    }

    /// All rules the file names.
    pub fn rules(&self) -> impl Iterator<Item = &RuleRef> {
        let steps = self.steps.iter().flat_map(|s| &s.rules);
        let documents = self.documents.iter().filter_map(|d| d.rule.as_ref());
        steps.chain(documents).chain(self.stops.iter().filter_map(|s| s.rule.as_ref()))
    }

    /// Place of the step that gives or receives a hand-over.
    pub fn step_of(&self, hand_over: &str) -> Option<usize> {
        self.steps.iter().position(|step| {
            [&step.gives, &step.receives].into_iter().flatten().any(|id| id.value == hand_over)
        })
    }
}

mod meet;
pub(crate) use meet::{check, check_rule};
