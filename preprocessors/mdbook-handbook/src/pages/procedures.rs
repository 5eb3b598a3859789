//! Procedures: both sides joined into one page, a diagram of it, and registers of crossing points.

use std::collections::BTreeMap;

use handbook_model::country::Country;
use handbook_model::procedure::{Crossings, HandOver, Point, Procedure, RuleRef, Side, Step};
use handbook_model::{Date, Status};
use minijinja::Value;

use super::diagram::{Diagram, Lane};
use super::shell::{Frame, Heading};
use super::{BackLink, Maker, Page};
use crate::address::From;
use crate::html::{block, escape};
use crate::templates::values;

/// The steps of both sides between two hand-overs.
pub(super) struct Stretch<'p> {
    /// Places of the steps in each side's file.
    pub steps: [Vec<usize>; 2],
    /// The hand-over that ends it, and which side gives.
    pub hand_over: Option<(&'p HandOver, usize)>,
}

/// Aligns two sides at their hand-overs. A side that is missing has no steps.
pub(super) fn align<'p>(procedure: &'p Procedure, sides: [Option<&Side>; 2]) -> Vec<Stretch<'p>> {
    let hand_overs = &procedure.hand_overs;
    let place = |id: &str| hand_overs.iter().position(|h| h.id.value == id);
    let giver = |h: &HandOver| usize::from(h.giver.value != procedure.sides[0].value);
    let mut all: Vec<Stretch<'p>> = (0..=hand_overs.len())
        .map(|at| Stretch {
            steps: [Vec::new(), Vec::new()],
            hand_over: hand_overs.get(at).map(|h| (h, giver(h))),
        })
        .collect();
    for (which, side) in sides.into_iter().enumerate() {
        let mut at = 0;
        for (number, step) in side.iter().flat_map(|s| s.steps.iter().enumerate()) {
            // What is received opens the next stretch; what is given closes the present one.
            if let Some(received) = step.receives.as_ref().and_then(|id| place(id)) {
                at = at.max(received + 1);
            }
            all[at].steps[which].push(number);
            if let Some(given) = step.gives.as_ref().and_then(|id| place(id)) {
                at = at.max(given + 1);
            }
        }
    }
    all
}

/// Anchor of a step on its procedure's page.
fn step_anchor(country: &str, step: &str) -> String {
    format!("{country}-{step}")
}

impl Maker<'_> {
    pub(super) fn procedure_pages(&self) -> Vec<Page> {
        let procedures = &self.handbook.procedures.rows;
        let mut pages = Vec::new();
        if !procedures.is_empty() {
            pages.push(self.procedure_index());
        }
        pages.extend(procedures.iter().map(|p| self.procedure(p)));
        pages.extend(self.handbook.crossings.iter().map(|c| self.crossings(c)));
        pages
    }

    fn sides(&self, procedure: &Procedure) -> [(Option<&Country>, Option<&Side>); 2] {
        let side = |at: usize| {
            let country = self.handbook.country(&procedure.sides[at]);
            (country, country.and_then(|c| c.side(&procedure.id)))
        };
        [side(0), side(1)]
    }

    fn procedure_index(&self) -> Page {
        let path = "procedures/index.md";
        let rows: Vec<Value> = self
            .handbook
            .procedures
            .rows
            .iter()
            .map(|p| {
                let sides: Vec<Value> = self
                    .sides(p)
                    .iter()
                    .zip(&p.sides)
                    .map(|((country, side), id)| {
                        values! {
                            name => country.map_or(id.as_str(), |c| &c.name),
                            steps => side.map_or(0, |s| s.steps.len()),
                            missing => side.is_none_or(|s| s.status == Status::Pending),
                        }
                    })
                    .collect();
                values! {
                    href => From(path).page(&format!("procedures/{}.md", *p.id), None),
                    title => p.title,
                    mode => p.mode,
                    about => p.about,
                    sides,
                }
            })
            .collect();
        let crossings: Vec<Value> = self
            .handbook
            .crossings
            .iter()
            .map(|c| {
                values! {
                    href => From(path).page(&format!("crossings/{}.md", c.id), None),
                    title => self.crossings_title(c),
                    points => c.points.len(),
                }
            })
            .collect();
        let values = values! { procedures => rows, crossings };
        self.made(
            path,
            "Procedures at the borders",
            "procedures.html",
            values,
            "book/procedures.toml",
            None,
        )
    }

    fn procedure(&self, procedure: &Procedure) -> Page {
        let path = format!("procedures/{}.md", *procedure.id);
        let from = From(&path);
        let sides = self.sides(procedure);
        let stretches = align(procedure, [sides[0].1, sides[1].1]);
        let rows: Vec<Value> = stretches
            .iter()
            .map(|stretch| {
                let steps = |which: usize| -> Vec<Value> {
                    let (Some(country), Some(side)) = sides[which] else { return Vec::new() };
                    let step = |at: &usize| self.step(from, procedure, country, side, *at);
                    stretch.steps[which].iter().map(step).collect()
                };
                let hand_over = stretch.hand_over.map(|(h, giver)| {
                    let name = |at: usize| sides[at].0.map_or("", |c| &c.name);
                    values! { title => h.title, giver => name(giver), taker => name(1 - giver), right => giver == 0 }
                });
                values! { from => steps(0), to => steps(1), hand_over }
            })
            .collect();
        let both: Vec<Value> =
            (0..2).map(|at| self.side(from, procedure, sides[at].0, sides[at].1, at)).collect();
        let crossings = procedure.crossings.as_ref();
        let crossings =
            crossings.and_then(|id| self.handbook.crossings.iter().find(|c| c.id == id.value));
        let points: Vec<Value> = crossings
            .iter()
            .flat_map(|c| &c.points)
            .filter(|point| point.modes.contains(&procedure.mode))
            .map(|point| self.point(from, point, crossings))
            .collect();
        let values = values! {
            about => procedure.about,
            mode => procedure.mode,
            sides => both,
            rows,
            points,
            crossings => crossings.map(|c| values! {
                href => from.page(&format!("crossings/{}.md", c.id), None),
                title => self.crossings_title(c),
            }),
            diagram => Value::from_safe_string(self.diagram(procedure, &sides, &stretches)),
        };
        let body = block(&self.templates.render("procedure.html", values));
        let checked = sides.iter().filter_map(|(_, s)| s.and_then(|s| s.checked)).min();
        let frame = Frame {
            heading: Some(Heading { id: "_top", text: &procedure.title, over: None }),
            source: Some("book/procedures.toml"),
            checked,
            ..Frame::default()
        };
        self.page(&path, &procedure.title, &body, &frame)
    }

    fn side(
        &self,
        from: From<'_>,
        procedure: &Procedure,
        country: Option<&Country>,
        side: Option<&Side>,
        at: usize,
    ) -> Value {
        let name = country.map_or(procedure.sides[at].as_str(), |c| &c.name);
        let href = country.map(|c| from.page(&format!("{}/index.md", c.id), None));
        let (Some(country), Some(side)) = (country, side) else {
            return values! { name, href, missing => true, actors => (), documents => (), stops => (), calls => () };
        };
        let actors: Vec<Value> = side
            .actors
            .iter()
            .map(|a| {
                let authority = a.authority.as_ref();
                let known = authority.and_then(|id| country.authorities.rows.iter().find(|r| r.id.value == id.value));
                values! {
                    name => a.name,
                    authority => known.map(|r| values! {
                        name => r.name,
                        lang => r.lang,
                        href => from.rule(&country.id, "authorities", Some(&format!("authority-{}", *r.id))),
                    }),
                }
            })
            .collect();
        let documents: Vec<Value> = side
            .documents
            .iter()
            .map(|d| {
                values! {
                    name => d.name,
                    own => d.own.as_ref().map(|(text, lang)| values! { text, lang }),
                    crosses => d.crosses,
                    rule => d.rule.as_ref().map(|r| self.rule_link(from, r, &country.id)),
                    mark => self.mark(from, &d.basis),
                }
            })
            .collect();
        let stops: Vec<Value> = side
            .stops
            .iter()
            .map(|s| {
                let actor = s.actor.as_ref().and_then(|id| side.actor(id));
                values! {
                    text => self.linked(from, &s.text),
                    actor => actor.map(|a| &a.name),
                    rule => s.rule.as_ref().map(|r| self.rule_link(from, r, &country.id)),
                    mark => self.mark(from, &s.basis),
                }
            })
            .collect();
        let calls: Vec<Value> = side
            .calls
            .iter()
            .filter_map(|call| {
                let row = country.authorities.rows.iter().find(|r| r.id.value == call.authority.value)?;
                let contacts: Vec<Value> = row
                    .contacts
                    .iter()
                    .map(|c| values! { kind => c.kind, value => c.value, mark => self.mark(from, &c.basis) })
                    .collect();
                Some(values! {
                    name => row.name,
                    lang => row.lang,
                    english => row.english,
                    href => from.rule(&country.id, "authorities", Some(&format!("authority-{}", *row.id))),
                    reason => call.reason,
                    contacts,
                })
            })
            .collect();
        values! {
            name,
            href,
            missing => side.status == Status::Pending,
            actors,
            documents,
            stops,
            calls,
            checked => side.checked.map(Date::long),
            file => side.path,
        }
    }

    fn step(
        &self,
        from: From<'_>,
        procedure: &Procedure,
        country: &Country,
        side: &Side,
        at: usize,
    ) -> Value {
        let step: &Step = &side.steps[at];
        let documents: Vec<&str> = step
            .documents
            .iter()
            .filter_map(|id| side.document(id).map(|d| d.name.as_str()))
            .collect();
        let entries: Vec<Value> = step
            .entries
            .iter()
            .filter_map(|code| self.handbook.list.provision(code))
            .map(|p| values! { code => p.code.as_str(), href => from.entry(&p.code) })
            .collect();
        let title = |id: &str| {
            procedure.hand_overs.iter().find(|h| h.id.value == id).map(|h| h.title.clone())
        };
        values! {
            anchor => step_anchor(&country.id, &step.id),
            number => at + 1,
            title => step.title,
            actor => step.actor.as_ref().and_then(|id| side.actor(id)).map(|a| &a.name),
            text => self.linked(from, &step.text),
            documents,
            rules => self.rule_links(from, &step.rules, &country.id),
            entries,
            gives => step.gives.as_ref().and_then(|id| title(id)),
            receives => step.receives.as_ref().and_then(|id| title(id)),
            mark => self.mark(from, &step.basis),
        }
    }

    /// Text of a data file for a template, its entry codes linked.
    fn linked(&self, from: From<'_>, text: &str) -> Value {
        let mut out = String::new();
        let mut at = 0;
        for mention in handbook_lookup::mentions(text) {
            if self.handbook.list.provision(mention.code.as_str()).is_none() {
                continue;
            }
            out.push_str(&escape(&text[at..mention.range.start]));
            let title = escape(&self.handbook.list.name(&mention.code));
            let (href, code) = (from.entry(&mention.code), &mention.code);
            out.push_str(&format!(
                "<a class=\"entry\" href=\"{href}\" data-tip=\"{title}\">{code}</a>"
            ));
            at = mention.range.end;
        }
        out.push_str(&escape(&text[at..]));
        Value::from_safe_string(out)
    }

    /// Rules as links; a section is named once for those that follow one another.
    fn rule_links(&self, from: From<'_>, rules: &[RuleRef], own: &str) -> Vec<Value> {
        let mut links: Vec<Value> = Vec::new();
        for (at, rule) in rules.iter().enumerate() {
            let before = at.checked_sub(1).map(|at| &rules[at]);
            let same = |b: &RuleRef| b.country == rule.country && b.section == rule.section;
            let link = self.rule_link(from, rule, own);
            links.push(match (&rule.rule, before.is_some_and(same)) {
                (Some(_), true) => values! { label => "", ..link },
                _ => link,
            });
        }
        links
    }

    /// A rule as a link; its country is named only where it is not the one that speaks.
    fn rule_link(&self, from: From<'_>, rule: &RuleRef, own: &str) -> Value {
        let section = self.handbook.outline.section(&rule.section);
        let section = section.map_or(rule.section.as_str(), |s| &s.title);
        let country =
            self.handbook.country(&rule.country).map_or(rule.country.as_str(), |c| &c.name);
        values! {
            href => from.rule(&rule.country, &rule.section, rule.rule.as_deref()),
            label => match rule.country == own {
                true => section.to_owned(),
                false => format!("{country}: {section}"),
            },
            rule => rule.rule,
        }
    }

    fn diagram(
        &self,
        procedure: &Procedure,
        sides: &[(Option<&Country>, Option<&Side>); 2],
        stretches: &[Stretch<'_>],
    ) -> String {
        let mut diagram = Diagram::new(&procedure.title);
        for (which, (country, side)) in sides.iter().enumerate() {
            let (Some(country), Some(side)) = (country, side) else { continue };
            for actor in &side.actors {
                let acts = |s: &Step| s.actor.as_ref().is_some_and(|id| id.value == actor.id.value);
                if side.steps.iter().any(acts) {
                    diagram.lane(Lane {
                        side: which,
                        country: country.name.clone(),
                        id: actor.id.value.clone(),
                        name: actor.name.clone(),
                    });
                }
            }
        }
        for stretch in stretches {
            for (which, (_, side)) in sides.iter().enumerate() {
                let Some(side) = side else { continue };
                for at in &stretch.steps[which] {
                    let step = &side.steps[*at];
                    if let Some(actor) = &step.actor {
                        diagram.step(which, actor, &format!("{}. {}", at + 1, step.title));
                    }
                }
            }
            diagram.hand_over(stretch.hand_over.map(|(h, giver)| (h.title.as_str(), giver)));
        }
        // Arrows need both ends, which is known only when all steps have their place.
        for (hand_over, giver) in stretches.iter().filter_map(|s| s.hand_over) {
            let end = |which: usize| sides[which].1.and_then(|s| s.step_of(&hand_over.id));
            if let (Some(gives), Some(takes)) = (end(giver), end(1 - giver)) {
                diagram.arrow((giver, gives), (1 - giver, takes));
            }
        }
        diagram.svg()
    }

    fn crossings_title(&self, register: &Crossings) -> String {
        let names: Vec<&str> = register
            .countries
            .iter()
            .map(|id| self.handbook.country(id).map_or(id.as_str(), |c| &c.name))
            .collect();
        format!("Crossing points {}", names.join("–"))
    }

    fn crossings(&self, register: &Crossings) -> Page {
        let path = format!("crossings/{}.md", register.id);
        let from = From(&path);
        let points: Vec<Value> =
            register.points.iter().map(|p| self.point(from, p, Some(register))).collect();
        let title = self.crossings_title(register);
        let countries: Vec<&str> = register
            .countries
            .iter()
            .map(|id| self.handbook.country(id).map_or(id.as_str(), |c| &c.name))
            .collect();
        let values = values! { points, countries };
        let checked = register.points.iter().filter_map(|p| p.checked).min();
        let source = format!("book/crossings/{}.toml", register.id);
        self.made(&path, &title, "crossings.html", values, &source, checked)
    }

    fn point(&self, from: From<'_>, point: &Point, register: Option<&Crossings>) -> Value {
        let order = register.map(|r| r.countries.as_slice()).unwrap_or_default();
        let name =
            |country: &str| point.names.iter().find(|(c, _)| c == country).map(|(_, n)| n.clone());
        let names: Vec<Option<String>> = order.iter().map(|c| name(c)).collect();
        let host = point.host.as_deref();
        values! {
            id => point.id.value,
            names,
            modes => point.modes,
            place => point.place,
            joint => point.joint,
            host => host.map(|h| self.handbook.country(h).map_or(h, |c| &c.name)),
            since => point.since,
            state => point.state,
            note => point.note,
            checked => point.checked.map(Date::long),
            mark => self.mark(from, &point.basis),
        }
    }
}

/// Steps of procedures that name an entry or a rule, for links back: entries by code, rules by
/// `country/section`.
pub(super) fn mentioned(
    handbook: &handbook_model::Handbook,
) -> (BTreeMap<String, Vec<BackLink>>, BTreeMap<String, Vec<BackLink>>) {
    let mut entries: BTreeMap<String, Vec<BackLink>> = BTreeMap::new();
    let mut rules: BTreeMap<String, Vec<BackLink>> = BTreeMap::new();
    for country in &handbook.countries {
        for side in &country.procedures {
            let Some(procedure) = handbook.procedure(&side.procedure) else { continue };
            for step in &side.steps {
                let link = BackLink {
                    path: format!("procedures/{}.md", *procedure.id),
                    rule: Some(step_anchor(&country.id, &step.id)),
                    name: format!("{}: {}", procedure.title, step.title),
                };
                let mut codes: Vec<String> = step.entries.iter().map(|e| e.value.clone()).collect();
                codes.extend(handbook_lookup::mentions(&step.text).map(|m| m.code.to_string()));
                codes.sort();
                codes.dedup();
                for code in codes {
                    entries.entry(code).or_default().push(link.clone());
                }
                for rule in &step.rules {
                    let key = format!("{}/{}", rule.country, rule.section);
                    let links = rules.entry(key).or_default();
                    if !links.contains(&link) {
                        links.push(link.clone());
                    }
                }
            }
        }
    }
    (entries, rules)
}
