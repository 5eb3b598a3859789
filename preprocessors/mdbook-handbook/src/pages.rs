//! All pages of a book: the frame's, the countries', the control list's and those made from data.

mod blocks;
mod cards;
mod compare;
mod country;
mod diagram;
mod find;
mod frame;
mod list;
mod lookup;
mod procedures;
mod shell;
mod status;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use handbook_model::control_list::State;
use handbook_model::cores::{Job, on_all_cores};
use handbook_model::status::{MONTHS, Owed};
use handbook_model::{Country, Findings, Handbook};

use crate::address::From;
use crate::gather::{Gathered, Stamp};
use crate::history::LastChange;
use crate::html::block;
use crate::resolve::{Glossary, resolve};
use crate::templates::Templates;

/// A finished page, as Markdown for mdBook.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    /// Path as a Markdown file.
    pub path: String,
    /// Name in titles and lists.
    pub name: String,
    /// The file it was made from, for the chapter's source path.
    pub source: Option<String>,
    /// Markdown with HTML.
    pub content: String,
}

/// What pages are made from.
pub(crate) struct Maker<'g> {
    gathered: &'g Gathered,
    handbook: &'g Handbook,
    templates: Templates<'g>,
    glossary: Glossary,
    backlinks: BTreeMap<String, Vec<BackLink>>,
    /// Steps of procedures that follow a section, by `country/section`.
    followed: BTreeMap<String, Vec<BackLink>>,
    /// State of every provision, by the list edition applied: countries that apply the same
    /// edition share the comparison.
    states: Arc<States>,
    navigation: Arc<shell::Navigation>,
}

type States = BTreeMap<Option<String>, Vec<State>>;

/// A place in a chapter that speaks of an entry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct BackLink {
    /// Page as a Markdown file.
    path: String,
    /// Rule or heading, if any.
    rule: Option<String>,
    /// Name of the page.
    name: String,
}

/// Makes all pages in the order of the book. `frame` is the order of the frame's pages from
/// SUMMARY.md, with their names.
pub(crate) fn make(
    gathered: &Gathered,
    frame: &[(String, String)],
    kept: &mut KeptPages,
    findings: &Findings,
) -> Vec<Page> {
    let handbook = &gathered.handbook;
    let mut backlinks = backlinks(handbook, frame);
    let (entries, followed) = procedures::mentioned(handbook);
    for (code, links) in entries {
        backlinks.entry(code).or_default().extend(links);
    }
    let navigation = Arc::new(shell::Navigation::new(handbook, frame));
    let maker = Maker {
        gathered,
        handbook,
        templates: Templates::load(&gathered.files, findings),
        glossary: Glossary::new(handbook),
        backlinks,
        followed,
        states: kept.states.get_or_insert_with(|| Arc::new(states(handbook))).clone(),
        navigation: navigation.clone(),
    };
    kept.notice(gathered, navigation);
    let today = gathered.stamp.commit.as_ref().map(|commit| commit.date);
    let found = findings.sorted();
    let owed = Owed::gather(handbook, &found, today, MONTHS);
    let chemicals = maker.chemicals_by_code();
    let (maker, chemicals, made) = (&maker, &chemicals, &kept.made);
    let mut jobs: Vec<Job<'_, Vec<Page>>> =
        vec![Box::new(|| maker.frame_pages(frame)), Box::new(|| vec![maker.status_page(&owed)])];
    for country in &handbook.countries {
        jobs.push(Box::new(|| maker.country_pages(country)));
    }
    jobs.push(Box::new(|| maker.compare_pages()));
    jobs.push(Box::new(|| maker.procedure_pages()));
    jobs.push(Box::new(|| again(made, "", Vec::new(), || maker.list_pages())));
    jobs.push(Box::new(|| vec![maker.lookup_page()]));
    for group in handbook.list.pages() {
        jobs.push(Box::new(move || {
            let links = maker.links_to(&group);
            again(made, &group, links, || vec![maker.group(&group, chemicals)])
        }));
    }
    jobs.push(Box::new(|| again(made, "cards", Vec::new(), || maker.card_pages())));
    jobs.push(Box::new(|| again(made, "find", Vec::new(), || maker.find_pages())));
    let pages = on_all_cores(&jobs).into_iter().flatten().collect();
    drop(jobs);
    // A page with a fault would not tell of it again.
    if findings.sorted() != found {
        *kept = KeptPages::default();
    }
    pages
}

/// Pages that a preview makes again only if what they are made from is another one: those of the
/// control list. Of the texts they have only the links to the places that name an entry.
#[derive(Default)]
pub(crate) struct KeptPages {
    states: Option<Arc<States>>,
    /// What stands around the text of a page.
    around: Option<(Stamp, Option<LastChange>, Arc<shell::Navigation>)>,
    made: Mutex<BTreeMap<String, Made>>,
}

/// Pages, and the links on them to places that name an entry.
type Made = (Vec<(String, Vec<BackLink>)>, Vec<Page>);

impl KeptPages {
    /// Forgets the pages when they have something else around them.
    fn notice(&mut self, gathered: &Gathered, navigation: Arc<shell::Navigation>) {
        let list =
            format!("{}/{}/list.toml", handbook_model::handbook::LISTS, gathered.handbook.list.id);
        let change = gathered.frame_history.get(&list).cloned();
        let around = Some((gathered.stamp.clone(), change, navigation));
        if self.around != around {
            self.around = around;
            self.made = Mutex::default();
        }
    }
}

/// Pages as they were made before, or made now and kept.
fn again(
    kept: &Mutex<BTreeMap<String, Made>>,
    id: &str,
    links: Vec<(String, Vec<BackLink>)>,
    make: impl FnOnce() -> Vec<Page>,
) -> Vec<Page> {
    let all = || kept.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, pages)) = all().get(id).filter(|(known, _)| *known == links) {
        return pages.clone();
    }
    let pages = make();
    all().insert(id.to_owned(), (links, pages.clone()));
    pages
}

fn states(handbook: &Handbook) -> States {
    let list = &handbook.list;
    let mut all = BTreeMap::new();
    for country in &handbook.countries {
        let applied = country.applies.as_ref();
        all.entry(applied.map(|a| a.edition.value.clone())).or_insert_with(|| {
            list.provisions.iter().map(|p| list.state(p.code.as_str(), applied)).collect()
        });
    }
    all
}

fn backlinks(handbook: &Handbook, frame: &[(String, String)]) -> BTreeMap<String, Vec<BackLink>> {
    let mut all: BTreeMap<String, Vec<BackLink>> = BTreeMap::new();
    let mut add = |path: &str, name: &str, chapter: &handbook_model::Chapter| {
        for (code, rule) in chapter.entries_named() {
            let link = BackLink { path: path.to_owned(), rule, name: name.to_owned() };
            let places = all.entry(code).or_default();
            if !places.contains(&link) {
                places.push(link);
            }
        }
    };
    for (path, name) in frame {
        if let Some(chapter) = handbook.frame.get(path) {
            add(path, name, chapter);
        }
    }
    for country in &handbook.countries {
        for section in &handbook.outline.sections {
            if let Some(chapter) = country.sections.get(&section.id) {
                let path = format!("{}/{}.md", country.id, section.id);
                add(&path, &format!("{}: {}", country.name, section.title), chapter);
            }
        }
    }
    all
}

impl Maker<'_> {
    /// The places that name an entry of a group of the list.
    fn links_to(&self, group: &str) -> Vec<(String, Vec<BackLink>)> {
        let codes = self.backlinks.iter().filter(|(code, _)| code.starts_with(group));
        codes.map(|(code, links)| (code.clone(), links.clone())).collect()
    }

    /// The state of a provision in a country; `code` is one the list has.
    fn state(&self, code: &str, country: &Country) -> &State {
        let edition = country.applies.as_ref().map(|a| a.edition.value.clone());
        let at = self.handbook.list.position(code).unwrap_or(0);
        &self.states[&edition][at]
    }

    /// A chapter's Markdown, resolved for the page at `path`.
    fn resolve(
        &self,
        path: &str,
        chapter: &handbook_model::Chapter,
        directive: &dyn Fn(&str) -> Option<String>,
    ) -> String {
        let from = From(path);
        resolve(self.handbook, &self.glossary, from, chapter.body(), &chapter.markdown, directive)
    }

    /// Puts a page together: navigation and heading, body, sources and state.
    fn page(&self, path: &str, name: &str, body: &str, frame: &shell::Frame<'_>) -> Page {
        let top = self.templates.render("page-top.html", self.top(path, frame));
        let bottom = self.templates.render("page-bottom.html", self.bottom(path, frame));
        Page {
            path: path.to_owned(),
            name: name.to_owned(),
            source: frame.source.map(str::to_owned),
            content: format!("{}{body}{}", block(&top), block(&bottom)),
        }
    }
}
