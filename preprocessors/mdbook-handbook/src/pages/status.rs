//! What each country owes: the page of `handbook status`.

use handbook_model::Date;
use handbook_model::status::{CountryOwes, Grades, Owed, SectionState, SideState};
use minijinja::Value;

use super::{Maker, Page};
use crate::address::From;
use crate::templates::values;

/// Path and name of the page.
pub(super) const PAGE: (&str, &str) = ("status.md", "What each country owes");

impl Maker<'_> {
    pub(super) fn status_page(&self, owed: &Owed) -> Page {
        let (path, name) = PAGE;
        let from = From(path);
        let countries: Vec<Value> =
            owed.countries.iter().map(|country| country_value(from, country)).collect();
        let sections: Vec<Value> = self
            .handbook
            .outline
            .sections
            .iter()
            .enumerate()
            .map(|(at, section)| {
                let cells = owed.countries.iter().map(|c| section_value(from, c, &c.sections[at]));
                let cells: Vec<Value> = cells.collect();
                values! { title => section.title, cells }
            })
            .collect();
        let values = values! {
            countries,
            sections,
            months => owed.months,
            counted_from => owed.counted_from.map(Date::long),
            editions => owed.editions,
        };
        let checked = self.handbook.countries.iter().filter_map(|c| c.checked()).max();
        self.made(path, name, "status.html", values, "book/outline.toml", checked)
    }
}

fn state_value(state: handbook_model::Status, checked: Option<Date>, grades: &Grades) -> Value {
    values! {
        key => state.label().replace(' ', "-"),
        label => state.label(),
        checked => checked.map(Date::long),
        total => grades.total(),
        weak => grades.weak(),
    }
}

fn section_value(from: From<'_>, country: &CountryOwes, section: &SectionState) -> Value {
    values! {
        country => country.name,
        href => from.rule(&country.id, &section.id, None),
        ..state_value(section.state, section.checked, &section.statements)
    }
}

fn side_value(from: From<'_>, side: &SideState) -> Value {
    values! {
        title => side.title,
        href => from.page(&format!("procedures/{}.md", side.id), None),
        ..state_value(side.state, side.checked, &side.statements)
    }
}

fn country_value(from: From<'_>, country: &CountryOwes) -> Value {
    let register = |id: &str| from.rule(&country.id, "sources", Some(id));
    let old: Vec<Value> = country
        .sources
        .old
        .iter()
        .map(|s| values! { short => s.short, href => register(&s.id), read => s.read.long() })
        .collect();
    let unmet: Vec<Value> =
        country.unmet.iter().map(|u| values! { message => u.message, path => u.path }).collect();
    let procedures: Vec<Value> = country.procedures.iter().map(|s| side_value(from, s)).collect();
    values! {
        id => country.id,
        name => country.name,
        href => from.page(&format!("{}/index.md", country.id), None),
        written => country.sections.len() - country.pending(),
        sections => country.sections.len(),
        total => country.statements.total(),
        unconfirmed => country.statements.unconfirmed,
        proposed => country.statements.proposed,
        sources => country.sources.total,
        unread => country.sources.unread.len(),
        questions => country.questions.len(),
        concurrence => country.concurrence,
        old,
        unmet,
        procedures,
    }
}
