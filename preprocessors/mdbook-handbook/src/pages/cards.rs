//! Commodity cards: a page each, and one that lists them by kind of goods and by tariff chapter.

use handbook_lookup::EntryCode;
use handbook_model::Status;
use handbook_model::cards::{Card, Kind, Says};
use handbook_model::trust::Basis;
use minijinja::Value;

use super::list::dotted;
use super::shell::{Frame, Heading};
use super::{Maker, Page};
use crate::address::From;
use crate::html::block;
use crate::templates::values;

/// Path and name of the page that lists them, also in the contents.
pub(super) const INDEX: (&str, &str) = ("cards/index.md", "Commodity cards");

/// Path of a card's page.
fn page(card: &Card) -> String {
    format!("cards/{}.md", card.id)
}

/// The trust that names of all languages share: then one mark says it.
fn common_mark(card: &Card) -> Option<&Basis> {
    let first = &card.names.first()?.says.basis;
    let same = |basis: &Basis| {
        let ids = |basis: &Basis| -> Vec<String> {
            basis.sources.iter().map(|source| source.value.clone()).collect()
        };
        basis.trust == first.trust && ids(basis) == ids(first)
    };
    card.names.iter().all(|names| same(&names.says.basis)).then_some(first)
}

impl Maker<'_> {
    pub(super) fn card_pages(&self) -> Vec<Page> {
        let cards = &self.handbook.cards.rows;
        if cards.is_empty() {
            return Vec::new();
        }
        let mut pages = vec![self.card_index()];
        pages.extend(cards.iter().map(|card| self.card(card)));
        pages
    }

    /// Links to the cards of an entry, for the entry's own page.
    pub(super) fn cards_of(&self, from: From<'_>, entry: &str) -> Vec<Value> {
        let cards = self.handbook.cards.of_entry(entry);
        cards.map(|c| values! { href => from.page(&page(c), None), name => c.name }).collect()
    }

    fn card_index(&self) -> Page {
        let (path, name) = INDEX;
        let from = From(path);
        let cards = &self.handbook.cards;
        let mut by_name: Vec<&Card> = cards.rows.iter().collect();
        by_name.sort_by_key(|card| card.name.to_lowercase());
        let group = |kind: &Kind, belongs: &dyn Fn(&Card) -> bool| {
            let rows: Vec<Value> = by_name
                .iter()
                .filter(|card| belongs(card))
                .map(|card| {
                    let mut entries: Vec<&str> =
                        card.entries.iter().filter_map(|code| code.split('.').next()).collect();
                    entries.dedup();
                    values! { href => from.page(&page(card), None), name => card.name, entries }
                })
                .collect();
            values! { id => kind.id, title => kind.title, rows }
        };
        let kinds: Vec<Value> =
            cards.kinds.iter().map(|kind| group(kind, &|c| c.kind.value == kind.id)).collect();
        let chapters: Vec<Value> = cards
            .chapters
            .iter()
            .map(|kind| group(kind, &|c| c.chapters().contains(&kind.id.as_str())))
            .collect();
        let checked = cards.rows.iter().map(|card| card.checked).min();
        let values = values! { count => cards.rows.len(), kinds, chapters };
        let source = handbook_model::cards::CARDS_HEAD;
        self.made(path, name, "card-index.html", values, source, checked)
    }

    fn card(&self, card: &Card) -> Page {
        let path = page(card);
        let from = From(&path);
        let cards = &self.handbook.cards;
        let kind = cards.kinds.iter().find(|kind| kind.id == card.kind.value);
        let values = values! {
            kind => kind.map(|k| values! { title => k.title, href => from.page(INDEX.0, Some(&k.id)) }),
            entries => card.entries.iter().filter_map(|c| self.card_entry(from, c)).collect::<Vec<_>>(),
            held => self.handbook.list.held.iter().map(|e| e.id.clone()).collect::<Vec<_>>(),
            thresholds => self.card_thresholds(from, card),
            safety => self.says(from, &card.safety),
            looks => self.says(from, &card.looks),
            decides => self.says(from, &card.decides),
            ask => self.says(from, &card.ask),
            alike => self.says(from, &card.alike),
            names => self.card_names(from, card),
            names_mark => common_mark(card).map(|basis| self.mark(from, basis)),
            tariff => self.card_tariff(card),
            roles => self.card_roles(from, card),
            index => from.page(INDEX.0, None),
        };
        let body = block(&self.templates.render("card.html", values));
        let frame = Frame {
            heading: Some(Heading { id: "_top", text: &card.name, over: None }),
            source: Some(&card.path),
            checked: Some(card.checked),
            ..Frame::default()
        };
        self.page(&path, &card.name, &body, &frame)
    }

    fn says(&self, from: From<'_>, says: &Says) -> Value {
        let texts: Vec<&str> = says.texts.iter().map(|t| t.as_str()).collect();
        values! { texts, mark => self.mark(from, &says.basis) }
    }

    fn card_entry(&self, from: From<'_>, code: &str) -> Option<Value> {
        let provision = self.handbook.list.provision(code)?;
        let list = &self.handbook.list;
        let chemicals =
            list.chemicals.iter().filter(|c| c.cas_from_list && c.code.as_deref() == Some(code));
        let numbers: Vec<&str> = chemicals.flat_map(|c| &c.cas).map(String::as_str).collect();
        Some(values! {
            code,
            href => from.entry(&provision.code),
            title => list.name(&provision.code),
            numbers,
        })
    }

    /// The criteria a card names, with their value in each held edition.
    fn card_thresholds(&self, from: From<'_>, card: &Card) -> Vec<Value> {
        let rows = card.thresholds.iter().filter_map(|threshold| {
            let criterion = threshold.find(&self.handbook.list)?;
            let code = EntryCode::parse(&threshold.code)?;
            let href = from.entry(&code);
            Some(values! { code => threshold.code.value, href, ..self.criterion(criterion) })
        });
        rows.collect()
    }

    fn card_names(&self, from: From<'_>, card: &Card) -> Vec<Value> {
        let names = card.names.iter().map(|names| {
            let known = super::find::LANGUAGES.iter().find(|(id, ..)| *id == names.lang.value);
            values! {
                lang => names.lang.value,
                language => known.map_or(names.lang.as_str(), |(_, _, english)| english),
                says => self.says(from, &names.says),
            }
        });
        names.collect()
    }

    /// Tariff headings, with what the list's own links to the card's entries rest on.
    fn card_tariff(&self, card: &Card) -> Vec<Value> {
        let list = &self.handbook.list;
        let meets = |code: &str| {
            card.entries.iter().any(|own| code.starts_with(own.as_str()) || own.starts_with(code))
        };
        let row = |hs: &str| {
            let links = list.tariff.iter().filter(|(code, _)| meets(code));
            let link = links.flat_map(|(_, links)| links).find(|link| link.hs == hs);
            match link {
                Some(link) => self.tariff(std::slice::from_ref(link)).remove(0),
                None => values! { hs => dotted(hs), basis => "drafted, to be checked" },
            }
        };
        card.hs.iter().map(|hs| row(hs)).collect()
    }

    fn card_roles(&self, from: From<'_>, card: &Card) -> Vec<Value> {
        let known = &self.handbook.cards.roles;
        let roles =
            card.roles.iter().filter_map(|id| known.iter().find(|r| r.id.value == id.value));
        let role = |role: &handbook_model::cards::Role| {
            let countries: Vec<Value> = self
                .handbook
                .countries
                .iter()
                .map(|country| {
                    values! {
                        name => country.name,
                        href => from.rule(&country.id, &role.section, None),
                        pending => country.status(&role.section) == Status::Pending,
                    }
                })
                .collect();
            values! { name => role.name, text => role.text, mark => self.mark(from, &role.basis), countries }
        };
        roles.map(role).collect()
    }
}
