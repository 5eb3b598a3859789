//! All pages of a book: the frame's, the countries', the control list's and those made from data.

mod blocks;
mod compare;
mod country;
mod diagram;
mod frame;
mod list;
mod procedures;
mod shell;
mod status;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use handbook_model::control_list::State;
use handbook_model::status::{MONTHS, Owed};
use handbook_model::{Country, Findings, Handbook};

use crate::address::From;
use crate::gather::Gathered;
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
    states: BTreeMap<Option<String>, Vec<State>>,
    navigation: shell::Navigation,
}

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
    findings: &Findings,
) -> Vec<Page> {
    let handbook = &gathered.handbook;
    let mut backlinks = backlinks(handbook, frame);
    let (entries, followed) = procedures::mentioned(handbook);
    for (code, links) in entries {
        backlinks.entry(code).or_default().extend(links);
    }
    let maker = Maker {
        gathered,
        handbook,
        templates: Templates::load(&gathered.files, findings),
        glossary: Glossary::new(handbook),
        backlinks,
        followed,
        states: states(handbook),
        navigation: shell::Navigation::new(handbook, frame),
    };
    let today = gathered.stamp.commit.as_ref().map(|commit| commit.date);
    let owed = Owed::gather(handbook, &findings.sorted(), today, MONTHS);
    let chemicals = maker.chemicals_by_code();
    let (maker, chemicals) = (&maker, &chemicals);
    let mut jobs: Vec<Job<'_>> =
        vec![Box::new(|| maker.frame_pages(frame)), Box::new(|| vec![maker.status_page(&owed)])];
    for country in &handbook.countries {
        jobs.push(Box::new(|| maker.country_pages(country)));
    }
    jobs.push(Box::new(|| maker.compare_pages()));
    jobs.push(Box::new(|| maker.procedure_pages()));
    jobs.push(Box::new(|| maker.list_pages()));
    for group in handbook.list.pages() {
        jobs.push(Box::new(move || vec![maker.group(&group, chemicals)]));
    }
    on_all_cores(&jobs)
}

/// Makes some pages.
type Job<'m> = Box<dyn Fn() -> Vec<Page> + Sync + 'm>;

/// Makes the pages of all jobs, in their order.
fn on_all_cores(jobs: &[Job<'_>]) -> Vec<Page> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut made = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(job) = jobs.get(at) else { return made };
            made.push((at, job()));
        }
    };
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let mut made: Vec<(usize, Vec<Page>)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        let join = |worker: thread::ScopedJoinHandle<'_, _>| {
            worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        workers.into_iter().flat_map(join).collect::<Vec<_>>()
    });
    made.sort_by_key(|(at, _)| *at);
    made.into_iter().flat_map(|(_, pages)| pages).collect()
}

fn states(handbook: &Handbook) -> BTreeMap<Option<String>, Vec<State>> {
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
