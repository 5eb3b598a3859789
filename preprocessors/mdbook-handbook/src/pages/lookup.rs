//! The page of the lookup: what stands on it before its script answers anything.

use handbook_model::Country;
use minijinja::Value;

use super::{Maker, Page};
use crate::address::From;
use crate::templates::values;

/// Path and name of the page, also in the contents.
pub(super) const PAGE: (&str, &str) = ("lookup.md", "Look up goods");

impl Maker<'_> {
    pub(super) fn lookup_page(&self) -> Page {
        let (path, name) = PAGE;
        let list = &self.handbook.list;
        let editions: Vec<&str> = list.held.iter().map(|e| e.id.as_str()).collect();
        let own = self.handbook.region.languages.iter().map(|l| (l.id.as_str(), l.name.as_str()));
        let mut languages: Vec<(&str, &str)> = own.collect();
        for (id, name, _) in super::find::LANGUAGES {
            if list.titles.contains_key(id) && languages.iter().all(|(known, _)| *known != id) {
                languages.push((id, name));
            }
        }
        let languages: Vec<Value> =
            languages.into_iter().map(|(id, name)| values! { id, name }).collect();
        let countries: Vec<Value> =
            self.handbook.countries.iter().map(|c| self.ask(From(path), c)).collect();
        let values = values! {
            newest => editions.last(),
            editions,
            languages,
            countries,
            find => From(path).page(super::find::HUB.0, None),
        };
        let checked = self.handbook.countries.iter().filter_map(|c| c.checked()).max();
        self.made(path, name, "lookup.html", values, "book/comparisons.toml", checked)
    }

    /// Whom to ask in a country, with what document.
    fn ask(&self, from: From<'_>, country: &Country) -> Value {
        let topics = self.handbook.topics().filter(|(_, topic)| topic.lookup);
        let topics: Vec<Value> = topics
            .map(|(comparison, topic)| {
                let facts = self.cells(from, country, comparison, topic);
                values! { title => topic.title, facts }
            })
            .collect();
        let known = topics
            .iter()
            .any(|t| t.get_attr("facts").is_ok_and(|facts| facts.len().is_some_and(|n| n > 0)));
        let applies = match &country.applies {
            Some(applied) => format!("applies list edition {}", *applied.edition),
            None => "not known which list edition it applies".to_owned(),
        };
        values! {
            id => country.id,
            name => country.name,
            applies,
            topics => if known { topics } else { Vec::new() },
            contacts => from.page(&format!("{}/authorities.md", country.id), None),
        }
    }
}
