//! What must meet between the two sides of a procedure, and with the rest of the handbook.

use std::fmt::Display;

use super::{Procedure, RuleRef, Side};
use crate::check::check_basis;
use crate::control_list::code_suggestion;
use crate::country::Country;
use crate::diagnostic::{Findings, suggestion};
use crate::handbook::Handbook;
use crate::source::{Located, SourceText};

/// Checks all procedures, their sides and the registers of crossing points.
pub(crate) fn check(handbook: &Handbook, findings: &Findings) {
    for country in &handbook.countries {
        for side in &country.procedures {
            check_side(handbook, country, side, findings);
        }
    }
    let Some(file) = &handbook.procedures.file else { return };
    for procedure in &handbook.procedures.rows {
        check_frame(handbook, file, procedure, findings);
        check_meeting(handbook, file, procedure, findings);
    }
    for register in &handbook.crossings {
        for country in &register.countries {
            known_country(handbook, &register.file, country, findings);
        }
        for point in &register.points {
            check_basis(handbook, Some(&register.file), &point.basis, findings);
        }
    }
}

fn known_country(
    handbook: &Handbook,
    file: &SourceText,
    id: &Located<String>,
    findings: &Findings,
) {
    if handbook.country(id).is_none()
        && !handbook.region.countries.iter().any(|c| c.id.value == id.value)
    {
        let mend = suggestion(id, handbook.countries.iter().map(|c| c.id.as_str()));
        findings.at("rule-country", file, &id.range, &[("country", &id.value), ("mend", &mend)]);
    }
}

fn check_frame(handbook: &Handbook, file: &SourceText, procedure: &Procedure, findings: &Findings) {
    for side in &procedure.sides {
        known_country(handbook, file, side, findings);
    }
    for hand_over in &procedure.hand_overs {
        let giver = &hand_over.giver;
        if !procedure.sides.iter().any(|s| s.value == giver.value) {
            let mend = suggestion(giver, procedure.sides.iter().map(|s| s.as_str()));
            let values: &[(&str, &dyn Display)] =
                &[("key", &"giver"), ("value", &giver.value), ("mend", &mend)];
            findings.at("toml-value", file, &giver.range, values);
        }
    }
    if let Some(id) = &procedure.crossings
        && !handbook.crossings.iter().any(|c| c.id == id.value)
    {
        let mend = suggestion(id, handbook.crossings.iter().map(|c| c.id.as_str()));
        let values: &[(&str, &dyn Display)] =
            &[("key", &"crossings"), ("value", &id.value), ("mend", &mend)];
        findings.at("toml-value", file, &id.range, values);
    }
}

/// What one side gives and the other does not take, and papers only one side knows.
fn check_meeting(
    handbook: &Handbook,
    file: &SourceText,
    procedure: &Procedure,
    findings: &Findings,
) {
    let id = procedure.id.as_str();
    let side = |country: &str| handbook.country(country).and_then(|c| c.side(id));
    for (at, country) in procedure.sides.iter().enumerate() {
        if side(country).is_none() {
            let missing =
                format!("chapters/{country}/procedures/{id}.toml", country = country.value);
            let other = &procedure.sides[1 - at];
            let other = side(other).map_or("the other side", |s| s.file.path());
            let values: &[(&str, &dyn Display)] = &[
                ("country", &country.value),
                ("procedure", &id),
                ("missing", &missing),
                ("other", &other),
            ];
            findings.at("side-missing", file, &procedure.id.range, values);
        }
    }
    let [Some(from), Some(to)] = [side(&procedure.sides[0]), side(&procedure.sides[1])] else {
        return;
    };
    for hand_over in &procedure.hand_overs {
        let from_gives = hand_over.giver.value == procedure.sides[0].value;
        let (giver, taker) = if from_gives { (from, to) } else { (to, from) };
        let named = |side: &Side, gives: bool| {
            side.steps.iter().any(|s| {
                let id = if gives { &s.gives } else { &s.receives };
                id.as_ref().is_some_and(|id| id.value == hand_over.id.value)
            })
        };
        for (side, other, gives) in [(giver, taker, true), (taker, giver, false)] {
            if !named(side, gives) {
                let key = if gives { "gives" } else { "receives" };
                let values: &[(&str, &dyn Display)] = &[
                    ("hand-over", &hand_over.id.value),
                    ("title", &hand_over.title),
                    ("does", &key),
                    ("key", &key),
                    ("other", &other.file.path()),
                ];
                findings.at("hand-over-unmet", &side.file, &side.procedure.range, values);
            }
        }
    }
    for (side, other) in [(from, to), (to, from)] {
        for document in side.documents.iter().filter(|d| d.crosses) {
            if other.document(&document.id).is_none() {
                let values: &[(&str, &dyn Display)] = &[
                    ("document", &document.name),
                    ("id", &document.id.value),
                    ("other", &other.file.path()),
                ];
                findings.at("document-one-sided", &side.file, &document.id.range, values);
            }
        }
    }
}

fn check_side(handbook: &Handbook, country: &Country, side: &Side, findings: &Findings) {
    let file = &side.file;
    let frame = handbook.procedures.rows.iter().find(|p| p.id.value == side.procedure.value);
    let Some(frame) = frame.filter(|p| p.sides.iter().any(|s| s.value == country.id)) else {
        let own = handbook.procedures.rows.iter();
        let own = own.filter(|p| p.sides.iter().any(|s| s.value == country.id));
        let mend = suggestion(&side.procedure, own.map(|p| p.id.as_str()));
        let values: &[(&str, &dyn Display)] = &[("id", &side.procedure.value), ("mend", &mend)];
        findings.at("procedure-unknown", file, &side.procedure.range, values);
        return;
    };
    let authority = |id: &Located<String>| {
        if !country.authorities.rows.iter().any(|a| a.id.value == id.value) {
            let mend = suggestion(id, country.authorities.rows.iter().map(|a| a.id.as_str()));
            let values: &[(&str, &dyn Display)] = &[("id", &id.value), ("mend", &mend)];
            findings.at("authority-unknown", file, &id.range, values);
        }
    };
    side.actors.iter().filter_map(|a| a.authority.as_ref()).for_each(authority);
    side.calls.iter().for_each(|c| authority(&c.authority));
    let among = |key: &str, id: &Located<String>, known: Vec<&str>| {
        if !known.contains(&id.as_str()) {
            let mend = suggestion(id, known.iter().copied());
            let values: &[(&str, &dyn Display)] =
                &[("key", &key), ("value", &id.value), ("mend", &mend)];
            findings.at("toml-value", file, &id.range, values);
        }
    };
    let actors = || side.actors.iter().map(|a| a.id.as_str()).collect::<Vec<_>>();
    for step in &side.steps {
        step.actor.iter().for_each(|id| among("actor", id, actors()));
        for id in &step.documents {
            among("documents", id, side.documents.iter().map(|d| d.id.as_str()).collect());
        }
        for (key, id, gives) in [("gives", &step.gives, true), ("receives", &step.receives, false)]
        {
            let own = frame.hand_overs.iter().filter(|h| (h.giver.value == country.id) == gives);
            let own: Vec<&str> = own.map(|h| h.id.as_str()).collect();
            id.iter().for_each(|id| among(key, id, own.clone()));
        }
        for code in &step.entries {
            if handbook.list.provision(code).is_none() {
                let mend = code_suggestion(&handbook.list, code);
                let values: &[(&str, &dyn Display)] = &[("code", &code.value), ("mend", &mend)];
                findings.at("entry-unknown", file, &code.range, values);
            }
        }
        check_basis(handbook, Some(file), &step.basis, findings);
    }
    for stop in &side.stops {
        stop.actor.iter().for_each(|id| among("actor", id, actors()));
        check_basis(handbook, Some(file), &stop.basis, findings);
    }
    for document in &side.documents {
        check_basis(handbook, Some(file), &document.basis, findings);
    }
    for rule in side.rules() {
        check_rule(handbook, file, rule, findings);
    }
}

/// Reports a rule that is not there.
pub(crate) fn check_rule(
    handbook: &Handbook,
    file: &SourceText,
    rule: &RuleRef,
    findings: &Findings,
) {
    let range = &rule.written.range;
    let Some(country) = handbook.country(&rule.country) else {
        let mend = suggestion(&rule.country, handbook.countries.iter().map(|c| c.id.as_str()));
        findings.at("rule-country", file, range, &[("country", &rule.country), ("mend", &mend)]);
        return;
    };
    if handbook.outline.section(&rule.section).is_none() {
        let mend = suggestion(&rule.section, handbook.outline.ids());
        findings.at("rule-section", file, range, &[("section", &rule.section), ("mend", &mend)]);
        return;
    }
    let (Some(id), Some(chapter)) = (&rule.rule, country.sections.get(&rule.section)) else {
        return;
    };
    if chapter.ids().any(|known| known.value == *id) {
        return;
    }
    let place = format!("{}/{}", rule.country, rule.section);
    if country.status(&rule.section) == crate::chapter::Status::Pending {
        findings.at("rule-pending", file, range, &[("rule", id), ("place", &place)]);
    } else {
        let mend = suggestion(id, chapter.ids().map(|i| i.as_str()));
        findings.at(
            "rule-unknown",
            file,
            range,
            &[("rule", id), ("place", &place), ("mend", &mend)],
        );
    }
}
