//! The control list's pages: one a category and group, and what editions are held, applied and
//! differ.

use std::collections::BTreeMap;

use handbook_model::control_list::{Provision, Standing, StateKind, TariffLink, Threshold};
use minijinja::Value;

use super::{Maker, Page};
use crate::address::From;
use crate::templates::values;

/// Most names in use that an entry shows in one language. All of them are in the indexes; here
/// they would fill the page as people find more.
const NAMES_SHOWN: usize = 12;

impl Maker<'_> {
    /// The pages about the list; those of its groups are made one by one.
    pub(super) fn list_pages(&self) -> Vec<Page> {
        vec![self.list_index(), self.list_applied(), self.list_editions(), self.list_changes()]
    }

    pub(super) fn group_title(&self, page: &str) -> (String, String) {
        let list = &self.handbook.list;
        let title = |all: &[handbook_model::control_list::Named], id: &str| {
            all.iter().find(|n| n.id == id).map(|n| n.title.clone()).unwrap_or_default()
        };
        let (category, group) = page.split_at(1);
        (title(&list.categories, category), title(&list.groups, group))
    }

    fn list_index(&self) -> Page {
        let path = "list/index.md";
        let from = From(path);
        let list = &self.handbook.list;
        let categories: Vec<Value> = list
            .categories
            .iter()
            .map(|category| {
                let pages = list.pages();
                let groups: Vec<Value> = pages
                    .iter()
                    .filter(|page| page.starts_with(&category.id))
                    .map(|page| {
                        let entries: Vec<Value> = list
                            .entries(page)
                            .filter(|p| list.is_active_somewhere(p.code.as_str()))
                            .map(|p| {
                                values! { code => p.code.as_str(), title => p.title, href => from.entry(&p.code) }
                            })
                            .collect();
                        values! {
                            id => page,
                            title => self.group_title(page).1,
                            href => from.page(&format!("list/{page}.md"), None),
                            entries,
                        }
                    })
                    .collect();
                values! { id => category.id, title => category.title, groups }
            })
            .collect();
        let active = |level_zero: bool| {
            list.provisions
                .iter()
                .filter(|p| {
                    list.is_active_somewhere(p.code.as_str()) && (p.code.level() == 0) == level_zero
                })
                .count()
        };
        let values = values! {
            description => list.description,
            categories,
            entries => active(true),
            provisions => active(false),
            held => list.held.iter().map(|e| e.id.clone()).collect::<Vec<_>>(),
        };
        self.list_page(path, &list.title, "list-index.html", values)
    }

    fn list_editions(&self) -> Page {
        let list = &self.handbook.list;
        let editions: Vec<Value> = list
            .editions
            .iter()
            .rev()
            .map(|e| {
                let held = list.held(&e.id);
                let count = |h: &handbook_model::control_list::HeldEdition| {
                    h.standing.values().filter(|s| **s == Standing::Active).count()
                };
                let countries: Vec<&str> = self
                    .handbook
                    .countries
                    .iter()
                    .filter(|c| c.applies.as_ref().is_some_and(|a| a.edition.value == e.id))
                    .map(|c| c.name.as_str())
                    .collect();
                values! {
                    id => e.id,
                    base_act => e.base_act,
                    adopted => e.adopted.long(),
                    published => e.published.long(),
                    in_force => e.in_force.long(),
                    journal => e.journal,
                    incorporates => e.incorporates,
                    changes => e.changes,
                    confidence => e.confidence,
                    seen_in => e.seen_in,
                    updates_list => e.updates_list,
                    held => held.map(|h| values! { note => h.note, active => count(h) }),
                    countries,
                }
            })
            .collect();
        let sources: Vec<Value> = list
            .sources
            .iter()
            .map(|s| values! { id => s.id, title => s.title, copy => s.copy, url => s.url, read => s.read.long() })
            .collect();
        let values = values! { editions, sources };
        self.list_page("list/editions.md", "List editions", "list-editions.html", values)
    }

    fn list_applied(&self) -> Page {
        let path = "list/applied.md";
        let from = From(path);
        let list = &self.handbook.list;
        let rows: Vec<Value> = self
            .handbook
            .countries
            .iter()
            .map(|country| {
                let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
                for provision in list.provisions.iter().filter(|p| list.is_active_somewhere(p.code.as_str())) {
                    let state = self.state(provision.code.as_str(), country);
                    *counts.entry(state.kind.key()).or_default() += 1;
                }
                let applied = country.applies.as_ref().map(|a| {
                    let act = self.handbook.source(&a.act);
                    values! {
                        edition => a.edition.value,
                        act => act.map(|(_, s)| values! { title => s.title, lang => s.lang, english => s.english }),
                        act_href => from.source(self.handbook, &a.act),
                        note => a.note,
                        checked => a.checked.long(),
                        mark => self.mark_of(from, a.trust, std::slice::from_ref(&a.act.value)),
                    }
                });
                values! {
                    name => country.name,
                    href => from.rule(&country.id, "control-lists", None),
                    applied,
                    counts,
                }
            })
            .collect();
        let values = values! { countries => rows, newest => list.newest().map(|e| e.id.clone()) };
        self.list_page(
            path,
            "Which country applies which list edition",
            "list-applied.html",
            values,
        )
    }

    fn list_changes(&self) -> Page {
        let path = "list/changes.md";
        let from = From(path);
        let list = &self.handbook.list;
        let pairs: Vec<Value> = list
            .held
            .windows(2)
            .map(|pair| {
                let (a, b) = (&pair[0].id, &pair[1].id);
                let differences = list.diff(a, b).unwrap_or_default();
                let mut counts: BTreeMap<String, usize> = BTreeMap::new();
                for difference in &differences {
                    *counts.entry(difference.kind.clone()).or_default() += 1;
                }
                let rows: Vec<Value> = differences
                    .iter()
                    .filter_map(|d| {
                        let provision = list.provision(&d.code)?;
                        let href = from.entry(&provision.code);
                        Some(values! { href, ..Value::from(minijinja::value::Serde(d)) })
                    })
                    .collect();
                values! { from => a, to => b, counts, rows }
            })
            .collect();
        self.list_page(
            path,
            "Differences between list editions",
            "list-changes.html",
            values! { pairs },
        )
    }

    pub(super) fn chemicals_by_code(&self) -> BTreeMap<&str, Vec<Value>> {
        let mut all: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
        for chemical in &self.handbook.list.chemicals {
            let Some(code) = &chemical.code else { continue };
            all.entry(code).or_default().push(values! {
                name => chemical.name,
                synonyms => chemical.synonyms,
                cas => chemical.cas,
                cas_from_list => chemical.cas_from_list,
                cwc => chemical.cwc,
                hs => chemical.hs,
                un => chemical.un,
                note => chemical.note,
            });
        }
        all
    }

    pub(super) fn group(&self, group: &str, chemicals: &BTreeMap<&str, Vec<Value>>) -> Page {
        let path = format!("list/{group}.md");
        let list = &self.handbook.list;
        let (category, group_title) = self.group_title(group);
        let entries: Vec<Value> =
            list.entries(group).map(|entry| self.entry(&path, entry, chemicals)).collect();
        let values = values! {
            group,
            category,
            group_title => group_title.clone(),
            entries,
            find => From(&path).page(super::find::HUB.0, None),
            held => list.held.iter().map(|e| e.id.clone()).collect::<Vec<_>>(),
        };
        let name = format!("{group} {group_title}: {category}");
        self.list_page(&path, &name, "list-group.html", values)
    }

    pub(super) fn list_page(&self, path: &str, name: &str, template: &str, values: Value) -> Page {
        let checked = self.handbook.list.sources.iter().map(|s| s.read).max();
        let list = &self.handbook.list.id;
        let source = format!("{}/{list}/list.toml", handbook_model::handbook::LISTS);
        self.made(path, name, template, values, &source, checked)
    }

    fn entry(
        &self,
        path: &str,
        entry: &Provision,
        chemicals: &BTreeMap<&str, Vec<Value>>,
    ) -> Value {
        let list = &self.handbook.list;
        let code = entry.code.as_str();
        let from = From(path);
        // Countries of which the same is to be said stand together.
        let mut states: Vec<(_, Vec<&str>)> = Vec::new();
        for country in &self.handbook.countries {
            let state = self.state(code, country);
            let said = (state, self.states_below(code, country, state.kind));
            match states.iter_mut().find(|(other, _)| *other == said) {
                Some((_, countries)) => countries.push(&country.name),
                None => states.push((said, vec![&country.name])),
            }
        }
        let applied = from.page("list/applied.md", None);
        let states: Vec<Value> = states
            .into_iter()
            .map(|((state, below), countries)| {
                let (key, basis) = (state.kind.key(), &state.basis);
                values! { countries, href => applied, key, basis, below }
            })
            .collect();
        let regime = list.regimes.iter().find(|r| r.id == entry.regime);
        values! {
            regime => regime.map(|r| values! { id => r.id, title => r.title }),
            regime_note => entry.regime_note,
            states,
            names => self.entry_names(code),
            // Which languages' titles nobody has reviewed.
            drafts => list.title_states.values().any(|state| state != "reviewed"),
            cards => self.cards_of(from, code),
            ..self.provision(path, entry, chemicals)
        }
    }

    /// How many provisions below an entry have another state than the entry, by state.
    fn states_below(
        &self,
        code: &str,
        country: &handbook_model::Country,
        own: StateKind,
    ) -> BTreeMap<&'static str, usize> {
        let list = &self.handbook.list;
        let mut counts = BTreeMap::new();
        let mut open: Vec<&str> = vec![code];
        while let Some(parent) = open.pop() {
            for child in list.children(parent) {
                open.push(child);
                let kind = self.state(child, country).kind;
                if kind != own && list.is_active_somewhere(child) {
                    *counts.entry(kind.key()).or_default() += 1;
                }
            }
        }
        counts
    }

    /// Names of an entry and of what is below it, by language: its title, then names people use by
    /// provision.
    fn entry_names(&self, code: &str) -> Vec<Value> {
        let list = &self.handbook.list;
        let mut by_language: BTreeMap<&str, Vec<(&String, Vec<Value>)>> = BTreeMap::new();
        let titled = list.titles.iter().filter(|(_, titles)| titles.contains_key(code));
        by_language.extend(titled.map(|(lang, _)| (lang.as_str(), Vec::new())));
        let below = format!("{code}.");
        for alias in &list.aliases {
            let points = |c: &String| c == code || c.starts_with(&below);
            if let Some(place) = alias.codes.iter().find(|c| points(c)) {
                let name = values! { text => alias.text, trade => alias.kind == "trade name" };
                let places = by_language.entry(&alias.lang).or_default();
                match places.iter_mut().find(|(code, _)| *code == place) {
                    Some((_, names)) => names.push(name),
                    None => places.push((place, vec![name])),
                }
            }
        }
        let value = |(lang, mut places): (&str, Vec<(&String, Vec<Value>)>)| {
            places.sort_by_key(|(code, _)| list.position(code));
            let mut left = NAMES_SHOWN;
            let mut more = 0;
            for (_, names) in &mut places {
                more += names.len().saturating_sub(left);
                names.truncate(left);
                left -= names.len();
            }
            places.retain(|(_, names)| !names.is_empty());
            let places: Vec<Value> =
                places.into_iter().map(|(code, names)| values! { code, names }).collect();
            let title = list.titles.get(lang).and_then(|t| t.get(code));
            values! { lang, title, places, more }
        };
        by_language.into_iter().map(value).collect()
    }

    fn provision(
        &self,
        path: &str,
        provision: &Provision,
        chemicals: &BTreeMap<&str, Vec<Value>>,
    ) -> Value {
        let list = &self.handbook.list;
        let code = provision.code.as_str();
        let from = From(path);
        let children: Vec<Value> = list
            .children(code)
            .iter()
            .filter_map(|c| list.provision(c))
            .map(|child| self.provision(path, child, chemicals))
            .collect();
        let parents: Vec<Value> = {
            let mut chain = Vec::new();
            let mut at = provision.code.parent();
            while let Some(parent) = at {
                at = parent.parent();
                chain.push(values! { code => parent.as_str(), href => from.entry(&parent), title => list.name(&parent) });
            }
            chain.reverse();
            chain
        };
        let standings: Vec<Option<&Standing>> =
            list.held.iter().map(|e| e.standing.get(code)).collect();
        let links: Vec<Value> = self
            .backlinks
            .get(code)
            .map(Vec::as_slice)
            .unwrap_or_default()
            .iter()
            .map(|link| {
                values! { href => from.page(&link.path, link.rule.as_deref()), name => link.name, rule => link.rule }
            })
            .collect();
        values! {
            code,
            title => provision.title,
            part_of => provision.title.is_none().then(|| list.path(&provision.code).last().map(|t| (*t).to_owned())),
            level => provision.code.level(),
            parents,
            standing => self.standing(provision, &standings),
            editions => self.edition_note(provision, &standings),
            thresholds => self.thresholds(code),
            chemicals => chemicals.get(code).cloned().unwrap_or_default(),
            tariff => list.tariff.get(code).map(|t| self.tariff(t)).unwrap_or_default(),
            deviations => self.deviations(provision),
            links,
            children,
        }
    }

    /// `active`, `not used` or `gone` in the newest edition held, or `earlier` than all of them.
    pub(super) fn standing(
        &self,
        provision: &Provision,
        standings: &[Option<&Standing>],
    ) -> &'static str {
        match standings.last().copied().flatten() {
            Some(Standing::Active) => "active",
            Some(Standing::NotUsed) => "not used",
            None if provision.earlier_only => "earlier",
            None => "gone",
        }
    }

    /// A sentence where the held editions do not have the provision alike.
    fn edition_note(
        &self,
        provision: &Provision,
        standings: &[Option<&Standing>],
    ) -> Option<String> {
        let list = &self.handbook.list;
        if provision.earlier_only {
            return Some("Only in list editions older than those held here.".to_owned());
        }
        let mut parts: Vec<String> = Vec::new();
        if standings.windows(2).any(|pair| pair[0] != pair[1]) {
            for (edition, standing) in list.held.iter().zip(standings) {
                let words = match standing {
                    Some(Standing::Active) => "in force",
                    Some(Standing::NotUsed) => "number without content",
                    None => "not there",
                };
                parts.push(format!("{}: {words}", edition.id));
            }
        }
        if let Some(first) = &provision.first_edition {
            let how = match first.basis.as_str() {
                "text" => "",
                "reported" => " (reported)",
                "inferred" => " (inferred)",
                _ => " (between these)",
            };
            parts.push(format!("first in {}{how}", first.edition));
        }
        for change in list
            .changes
            .iter()
            .flat_map(|c| &c.changes)
            .filter(|c| c.code == provision.code.as_str())
        {
            parts.push(format!("{}: before {}; now {}", change.what, change.old, change.new));
        }
        (!parts.is_empty()).then(|| parts.join("; "))
    }

    fn thresholds(&self, code: &str) -> Vec<Value> {
        let list = &self.handbook.list;
        let Some(thresholds) = list.thresholds.get(code) else { return Vec::new() };
        thresholds.iter().map(|t| self.criterion(t)).collect()
    }

    /// A criterion with its value in each held edition.
    pub(super) fn criterion(&self, t: &Threshold) -> Value {
        let list = &self.handbook.list;
        let values: Vec<Value> = list
            .held
            .iter()
            .map(|e| values! { edition => e.id, value => t.values.get(&e.id).map(|v| raised(v)) })
            .collect();
        let mut distinct: Vec<Option<&String>> =
            list.held.iter().map(|e| t.values.get(&e.id)).collect();
        distinct.dedup();
        values! {
            item => t.item,
            parameter => t.parameter,
            operator => operator_words(&t.operator),
            unit => t.unit.as_deref().map(raised),
            condition => t.condition.as_deref().map(raised),
            values,
            same => distinct.len() == 1,
            value => t.values.values().next_back().map(|v| raised(v)),
        }
    }

    pub(super) fn tariff(&self, links: &[TariffLink]) -> Vec<Value> {
        links
            .iter()
            .map(|link| {
                let country = link.country.as_deref().and_then(|c| self.handbook.country(c));
                values! {
                    hs => dotted(&link.hs),
                    national => link.national,
                    edition => link.hs_edition,
                    country => country.map(|c| &c.name),
                    basis => match link.basis.as_str() {
                        "national-list" => "in a national list",
                        "named" => "the subheading names it",
                        "residual" => "a wider subheading",
                        _ => "drafted, to be checked",
                    },
                }
            })
            .collect()
    }

    /// Countries whose state here is not what it is for the entry as a whole.
    fn deviations(&self, provision: &Provision) -> Vec<Value> {
        let list = &self.handbook.list;
        if provision.code.level() == 0 || !list.is_active_somewhere(provision.code.as_str()) {
            return Vec::new();
        }
        self.handbook
            .countries
            .iter()
            .filter_map(|country| {
                let state = self.state(provision.code.as_str(), country);
                let entry = self.state(provision.code.entry(), country);
                (state.kind != entry.kind).then(|| {
                    values! { country => country.name, key => state.kind.key(), basis => state.basis }
                })
            })
            .collect()
    }
}

fn operator_words(operator: &str) -> &str {
    match operator {
        "<=" => "≤",
        ">=" => "≥",
        other => other,
    }
}

/// Powers as readers know them: `10^-4` becomes `10⁻⁴`, `g/cm3` becomes `g/cm³`.
fn raised(text: &str) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let mut out = String::new();
    let mut up = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let digit = c.to_digit(10).map(|d| DIGITS[d as usize]);
        let unit = out.ends_with(['m', 's']) && matches!(c, '2' | '3');
        let last = !chars.peek().is_some_and(|c| c.is_alphanumeric());
        match (c, digit) {
            ('^', _) => up = true,
            ('-', _) if up => out.push('⁻'),
            (_, Some(digit)) if up || (unit && last) => out.push(digit),
            _ => {
                up = false;
                out.push(c);
            }
        }
    }
    out
}

/// A tariff code with its dot: `9026.20`.
pub(super) fn dotted(hs: &str) -> String {
    match hs.split_at_checked(4) {
        Some((heading, rest)) if !rest.is_empty() => format!("{heading}.{rest}"),
        _ => hs.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_are_raised_and_nothing_else() {
        for (written, shown) in [
            ("12.7 × 10^6", "12.7 × 10⁶"),
            ("1 × 10^-11", "1 × 10⁻¹¹"),
            ("and density above 1.50 g/cm3", "and density above 1.50 g/cm³"),
            ("°/s2", "°/s²"),
            ("75–650", "75–650"),
            ("items 3 and m3x", "items 3 and m3x"),
        ] {
            assert_eq!(raised(written), shown);
        }
        assert_eq!(dotted("902620"), "9026.20");
        assert_eq!(dotted("9026"), "9026");
    }
}
