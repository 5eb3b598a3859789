//! Sites that are not whole, and browsers that lack something: the page says so and shows another
//! way.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use handbook_model::Findings;
use handbook_tests::static_server::StaticServer;
use handbook_tests::webdriver::{Driver, Scripts, Session, file_url, key};
use handbook_tests::{copy_tree, workspace_root};
use serde_json::json;
use tempfile::TempDir;

use super::lookup::{FIELD, PAGE};
use super::search::{self, DIALOG_FIELD};
use super::{Bench, Reader, wait_until};

/// A way to damage a file.
type Damage = fn(&str) -> Option<String>;

fn missing(_: &str) -> Option<String> {
    None
}

/// As a copy that was broken off leaves it.
fn cut(text: &str) -> Option<String> {
    Some(text.chars().take(text.chars().count() / 2).collect())
}

/// Cut, and yet a script without fault.
fn cut_neatly(text: &str) -> Option<String> {
    let half = cut(text)?;
    Some(format!("{}\")", half.trim_end_matches('\\')))
}

fn empty(_: &str) -> Option<String> {
    Some(String::new())
}

/// A format that this module does not read.
fn other_version(text: &str) -> Option<String> {
    let (before, after) = text.split_once(" 1 ")?;
    Some(format!("{before} 2 {after}"))
}

/// One letter is another one.
fn one_letter(text: &str) -> Option<String> {
    let at = text.char_indices().nth(text.chars().count() * 2 / 3)?.0;
    let at = at + text[at..].find(|c: char| c.is_ascii_lowercase() && c != 'n' && c != 'u')?;
    let other = if &text[at..=at] == "a" { "b" } else { "a" };
    Some(format!("{}{other}{}", &text[..at], &text[at + 1..]))
}

/// A copy of the site to be damaged.
struct Copy {
    site: PathBuf,
    _folder: TempDir,
}

impl Copy {
    fn of(bench: &Bench) -> Result<Self> {
        let folder = TempDir::new()?;
        let site = fs::canonicalize(folder.path())?.join("site");
        copy_tree(&bench.site, &site);
        Ok(Self { site, _folder: folder })
    }

    fn reader<'d>(&self, session: Session<'d>) -> Reader<'d> {
        Reader { session, site: format!("{}/", file_url(&self.site)) }
    }

    /// Damages a table for as long as `check` runs.
    fn damaged(
        &self,
        table: &str,
        damage: Damage,
        check: impl FnOnce() -> Result<()>,
    ) -> Result<()> {
        let path = self.site.join("en/tables").join(format!("{table}.js"));
        let whole = fs::read_to_string(&path).with_context(|| table.to_owned())?;
        match damage(&whole) {
            Some(text) => {
                ensure!(text != whole, "{table} is not damaged");
                fs::write(&path, text)?;
            }
            None => fs::remove_file(&path)?,
        }
        let checked = check().with_context(|| format!("damaged: {table}"));
        fs::write(&path, whole)?;
        checked
    }
}

/// Fails for what the browser has said, but for what it says itself of a file that it cannot load
/// or read as a script.
fn ensure_no_exception(reader: &Reader<'_>) -> Result<()> {
    let known = ["ERR_FILE_NOT_FOUND", "404 (Not Found)", "Uncaught SyntaxError"];
    let mut noise = reader.noise()?;
    noise.retain(|line| !known.iter().any(|words| line.contains(words)));
    ensure!(noise.is_empty(), "{}", noise.join("\n"));
    Ok(())
}

/// The lookup says that it cannot answer, shows the indexes, and leaves the page usable.
fn lookup_fails_well(reader: &Reader<'_>) -> Result<()> {
    reader.open_first(&format!("{PAGE}#q=3A001"))?;
    wait_until("the page says that it cannot answer", || {
        Ok(reader.text("#_lookup-status")?.starts_with("This page cannot answer here ("))
    })?;
    ensure!(reader.texts("#_lookup-results .hit")?.is_empty(), "there is an answer all the same");
    ensure!(reader.is_shown(".lookup-static a")?, "the indexes are not offered");
    reader.type_over(FIELD, "carbon")?;
    wait_until("it says so again", || {
        Ok(reader.text("#_lookup-status")?.starts_with("This page cannot answer here ("))
    })?;
    let refused = reader
        .session
        .run("return handbook.lookup('3A001').then(() => 'answered', (e) => e.message)")?;
    ensure!(refused != "answered" && refused != "", "{refused}");
    search::open_by_button(reader)?;
    reader.session.press(&[key::ESCAPE])?;
    reader.session.click(&reader.session.find("#_theme")?)?;
    ensure!(reader.text("#_theme")? == "Theme: light", "buttons are dead");
    ensure_no_exception(reader)?;
    three_clicks(reader)
}

/// From the page of the lookup to an entry by links alone.
fn three_clicks(reader: &Reader<'_>) -> Result<()> {
    reader.session.click(&reader.session.find(".lookup-static a")?)?;
    let hub = reader.url("en/find/index.html");
    wait_until("the indexes are open", || Ok(reader.session.url()? == hub))?;
    reader.session.click(&reader.session.find("main a[href*='cas-1.html']")?)?;
    wait_until("an index is open", || Ok(reader.session.url()?.contains("/find/cas-1.html")))?;
    reader.session.click(&reader.session.find("main a[href*='list/0C.html#0C001']")?)?;
    let entry = reader.url("en/list/0C.html#0C001");
    wait_until("the entry is open", || Ok(reader.session.url()? == entry))
}

/// After the damage is mended the same page answers.
fn lookup_answers(reader: &Reader<'_>) -> Result<()> {
    reader.open_first(&format!("{PAGE}#q=3A001"))?;
    wait_until("it answers", || {
        Ok(reader.texts("#_lookup-results code")?.first().is_some_and(|code| code == "3A001"))
    })
}

#[test]
fn a_damaged_list_is_told_of() -> Result<()> {
    let bench = Bench::shared()?;
    let copy = Copy::of(&bench)?;
    let reader = copy.reader(bench.driver.session(Scripts::On)?);
    let damages: [(&str, &str, Damage); 13] = [
        ("list", "missing", missing),
        ("list", "cut", cut),
        ("list", "cut neatly", cut_neatly),
        ("list", "empty", empty),
        ("list", "other version", other_version),
        ("list", "one letter", one_letter),
        ("names-ka", "missing", missing),
        ("names-uk", "cut neatly", cut_neatly),
        ("names-ro", "other version", other_version),
        ("wasm", "missing", missing),
        ("wasm", "cut", cut),
        ("wasm", "cut neatly", cut_neatly),
        ("wasm", "empty", empty),
    ];
    for (table, name, damage) in damages {
        copy.damaged(table, damage, || lookup_fails_well(&reader)).context(name)?;
    }
    lookup_answers(&reader)?;
    reader.ensure_quiet()
}

/// Tables of two handbooks, as when a newer copy was broken off.
#[test]
fn tables_that_do_not_belong_together_are_told_of() -> Result<()> {
    let bench = Bench::shared()?;
    let copy = Copy::of(&bench)?;
    let tables = copy.site.join("en/tables");
    let reader = copy.reader(bench.driver.session(Scripts::On)?);
    // A list with one other title, as of a later day.
    let folder = TempDir::new()?;
    for part in ["book", "chapters"] {
        copy_tree(&workspace_root().join(part), &folder.path().join(part));
    }
    fs::copy(workspace_root().join("book.toml"), folder.path().join("book.toml"))?;
    let group = folder.path().join("book/lists/dual-use/provisions/0A.toml");
    let text = fs::read_to_string(&group)?.replacen("title = \"", "title = \"Other ", 1);
    fs::write(&group, text)?;
    let findings = Findings::default();
    let gathered = mdbook_handbook::gather(folder.path(), None, &findings, &|_| {});
    let (main, names) = gathered.context("gathered")?.handbook.lookup_tables();
    let script = |key: &str, text: &str| format!("__hb({},{});", json!(key), json!(text));
    let mine = fs::read_to_string(tables.join("list.js"))?;
    ensure!(mine != script("list", &main), "the two lists are the same");
    fs::write(tables.join("list.js"), script("list", &main))?;
    lookup_fails_well(&reader).context("the list of another handbook")?;
    fs::write(tables.join("list.js"), mine)?;
    let (lang, other) = names.first().context("names of a language")?;
    let path = tables.join(format!("names-{lang}.js"));
    let mine = fs::read_to_string(&path)?;
    fs::write(&path, script(&format!("names-{lang}"), other))?;
    lookup_fails_well(&reader).context("names of another handbook")?;
    fs::write(&path, mine)?;
    // A piece under the name of another one.
    let mine = fs::read(tables.join("names-uk.js"))?;
    fs::copy(tables.join("names-ka.js"), tables.join("names-uk.js"))?;
    lookup_fails_well(&reader).context("names under another name")?;
    fs::write(tables.join("names-uk.js"), mine)?;
    lookup_answers(&reader)
}

/// The search says that it cannot run, and the lookup goes on.
fn search_fails_well(reader: &Reader<'_>, query: &str) -> Result<()> {
    reader.open_first("en/md/licensing.html")?;
    search::open_by_button(reader)?;
    reader.paste(DIALOG_FIELD, query)?;
    wait_until("the search says that it cannot run", || {
        Ok(reader.text("#_search-status")?.starts_with("Search cannot run here ("))
    })?;
    ensure!(reader.texts("#_search-results .hit")?.is_empty(), "there are results all the same");
    reader.session.press(&[key::ESCAPE])?;
    ensure_no_exception(reader)?;
    lookup_answers(reader)
}

#[test]
fn a_damaged_search_is_told_of() -> Result<()> {
    let bench = Bench::shared()?;
    let copy = Copy::of(&bench)?;
    let reader = copy.reader(bench.driver.session(Scripts::On)?);
    // Which piece a query needs is told by what it loads first; the rest of the book follows.
    reader.open_first("en/md/licensing.html")?;
    search::open_by_button(&reader)?;
    reader.session.requests()?;
    reader.paste(DIALOG_FIELD, "transit")?;
    wait_until("there is an answer", || Ok(!reader.texts("#_search-results .hit")?.is_empty()))?;
    let asked = reader.session.requests()?;
    let piece = asked
        .iter()
        .find_map(|url| url.split_once("/tables/search/")?.1.strip_suffix(".js"))
        .with_context(|| format!("no piece was loaded: {asked:?}"))?;
    for damage in [missing, cut, cut_neatly, other_version, one_letter] as [Damage; 5] {
        copy.damaged("search", damage, || search_fails_well(&reader, "transit"))?;
        let piece = format!("search/{piece}");
        copy.damaged(&piece, damage, || search_fails_well(&reader, "transit"))?;
    }
    Ok(())
}

#[test]
fn a_list_that_the_server_lacks_is_told_of() -> Result<()> {
    let bench = Bench::shared()?;
    let copy = Copy::of(&bench)?;
    fs::remove_file(copy.site.join("en/tables/list.js"))?;
    let server = StaticServer::start(&copy.site)?;
    let session = bench.driver.session(Scripts::On)?;
    session.connect()?;
    lookup_fails_well(&Reader { session, site: server.url("") })
}

/// Without WebAssembly, and without scripts, links lead to an entry in three clicks.
fn without(driver: &Driver, bench: &Bench) -> Result<()> {
    let reader = Reader::on_disk(bench, driver.session_without_wasm()?);
    ensure!(reader.holds("typeof WebAssembly === 'undefined'")?, "it has WebAssembly");
    lookup_fails_well(&reader)?;
    reader.open(PAGE)?;
    wait_until("the page says so before anything is typed", || {
        Ok(reader.text("#_lookup-status")?.contains("WebAssembly"))
    })?;
    reader.ensure_quiet()?;
    drop(reader);
    let reader = Reader::on_disk(bench, driver.session(Scripts::Off)?);
    reader.open(PAGE)?;
    for dead in ["#_lookup", "#_search-open", "#_theme", "#_lookup-words"] {
        ensure!(!reader.is_shown(dead)?, "{dead} is shown but could do nothing");
    }
    ensure!(reader.is_shown(".lookup-static a")?, "the indexes are not offered");
    ensure!(reader.is_shown("[data-ask=md] dl")?, "whom to ask is not shown");
    three_clicks(&reader)?;
    reader.ensure_quiet()
}

#[test]
fn without_webassembly_or_scripts_links_lead_to_an_entry() -> Result<()> {
    let bench = Bench::shared()?;
    without(&bench.driver, &bench)
}

#[test]
fn and_so_in_firefox() -> Result<()> {
    let bench = Bench::shared()?;
    without(&Driver::start_firefox()?, &bench)
}
