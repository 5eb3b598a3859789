//! Lookup and search as readers meet them: the real site in Chromium and in Firefox, from the disk
//! without a network and over HTTP.
//!
//! Most checks are written once, for a [`Reader`], and run in each browser and place that they are
//! meant for. What is found is judged in `relevance.rs` and `search.rs`; here it must reach the
//! reader whole. Needs both browsers and their drivers; without them the tests fail and say what to
//! install.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use handbook_tests::static_server::StaticServer;
use handbook_tests::webdriver::{Driver, Programs, Scripts, Session, file_url};
use handbook_tests::{Shared, build_site, run, workspace_root};
use serde_json::{Value, json};
use tempfile::TempDir;

mod bad_input;
mod damage;
mod lookup;
mod search;

/// The built site, a server of it, and the driver of the browsers to read it in.
struct Bench {
    driver: Driver,
    /// Without the worker that keeps the whole site, for which every new browser would load all of
    /// it; `offline.rs` is about that.
    server: StaticServer,
    site: PathBuf,
    _folder: TempDir,
}

impl Bench {
    /// The bench that running tests share.
    fn shared() -> Result<Arc<Self>> {
        static SHARED: Shared<Bench> = Shared::new();
        SHARED.get(Self::new)
    }

    fn new() -> Result<Self> {
        let driver = Driver::start(&Programs::installed())?;
        let folder = TempDir::new().context("no temporary folder")?;
        // Readers' folders have blanks and letters of every script in their names.
        let site = fs::canonicalize(folder.path())?.join("My handbook · справочник · ცნობარი");
        build_site(&workspace_root(), &site)?;
        let server = StaticServer::start(&site)?;
        server.put_instead("en/sw.js", b"");
        Ok(Self { driver, server, site, _folder: folder })
    }
}

/// Somebody with a browser, and the place of the site that they read.
struct Reader<'b> {
    session: Session<'b>,
    /// Address of the site, with its last slash.
    site: String,
}

/// A check of what readers meet.
type Check = fn(&Reader<'_>) -> Result<()>;

/// Runs a check in Chromium, from the disk without a network and over HTTP.
fn in_chromium(check: Check) -> Result<()> {
    let bench = Bench::shared()?;
    let mut reader = Reader::on_disk(&bench, bench.driver.session(Scripts::On)?);
    check(&reader).context("from the disk")?;
    reader.ensure_quiet().context("from the disk")?;
    reader.go_online(&bench.server)?;
    check(&reader).context("over HTTP")?;
    reader.ensure_quiet().context("over HTTP")
}

/// One Firefox for all, since it takes long to start and its driver has one at a time.
#[test]
fn firefox_does_the_same() -> Result<()> {
    let checks: [(&str, Check); 13] = [
        ("queries", lookup::queries_find_their_entries),
        ("typing", lookup::results_come_while_typing),
        ("keyboard", lookup::enter_and_arrows_reach_the_entry),
        ("choices", lookup::choices_are_remembered),
        ("address", lookup::the_address_carries_the_query),
        ("names", lookup::names_have_a_language_of_their_own),
        ("interface", lookup::ready_is_a_promise),
        ("outcomes", lookup::outcomes_are_said_in_the_fixed_words),
        ("bad input", bad_input::bad_input_does_no_harm),
        ("dialog", search::the_dialog_opens_and_closes_by_keys),
        ("layouts", search::keys_work_on_other_layouts),
        ("keys off", search::keys_can_be_switched_off),
        ("search", search::results_have_excerpts_and_lead_to_their_place),
    ];
    let bench = Bench::shared()?;
    let driver = Driver::start_firefox()?;
    let mut reader = Reader::on_disk(&bench, driver.session(Scripts::On)?);
    for place in ["from the disk", "over HTTP"] {
        for (name, check) in checks {
            let checked = check(&reader).and_then(|()| reader.ensure_quiet());
            checked.with_context(|| format!("Firefox, {place}: {name}"))?;
        }
        reader.go_online(&bench.server)?;
    }
    Ok(())
}

impl<'b> Reader<'b> {
    fn on_disk(bench: &Bench, session: Session<'b>) -> Self {
        Self { session, site: format!("{}/", file_url(&bench.site)) }
    }

    /// The same reader, now of the site on the server.
    fn go_online(&mut self, server: &StaticServer) -> Result<()> {
        // What the last page from the disk still loads is not asked for by the next one.
        self.session.open("about:blank")?;
        self.ensure_quiet()?;
        self.session.connect()?;
        self.site = server.url("");
        Ok(())
    }

    fn url(&self, page: &str) -> String {
        format!("{}{page}", self.site)
    }

    /// Opens a page anew, also where only the fragment differs from the page that is open.
    fn open(&self, page: &str) -> Result<()> {
        self.session.open("about:blank")?;
        self.session.open(&self.url(page))
    }

    /// Opens a page as on the first visit.
    fn open_first(&self, page: &str) -> Result<()> {
        self.open(page)?;
        self.session.run("localStorage.clear()")?;
        self.open(page)
    }

    /// Waits until all is loaded that answers need, and the page has shown them.
    fn settle(&self) -> Result<()> {
        self.session.run(
            "return handbook.ready.then(() => new Promise((done) => setTimeout(done, 50)));",
        )?;
        Ok(())
    }

    /// Puts the focus into a field and types in place of what it has.
    fn type_over(&self, field: &str, text: &str) -> Result<()> {
        let script = "const field = document.querySelector(arguments[0]);
            field.focus(); field.select();";
        self.session.run_on(script, &[json!(field)])?;
        let letters: Vec<String> = text.chars().map(String::from).collect();
        self.session.press(&letters.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Puts a text into a field at once, as pasting does; milliseconds until the page is idle.
    fn paste(&self, field: &str, text: &str) -> Result<f64> {
        let script = "const field = document.querySelector(arguments[0]);
            const start = performance.now();
            field.focus();
            field.select();
            document.execCommand(arguments[1] ? 'insertText' : 'delete', false, arguments[1]);
            return new Promise((done) => setTimeout(() => done(performance.now() - start), 0));";
        let took = self.session.run_on(script, &[json!(field), json!(text)])?;
        took.as_f64().context("a time")
    }

    /// Chooses in a list as a reader does.
    fn choose(&self, list: &str, value: &str) -> Result<()> {
        let script = "const list = document.querySelector(arguments[0]);
            list.value = arguments[1];
            list.dispatchEvent(new Event('change', { bubbles: true }));
            return list.value;";
        let chosen = self.session.run_on(script, &[json!(list), json!(value)])?;
        ensure!(chosen == value, "{list} has no {value}");
        Ok(())
    }

    /// The texts of all elements for a selector.
    fn texts(&self, selector: &str) -> Result<Vec<String>> {
        let script = "return Array.from(document.querySelectorAll(arguments[0]), (element) =>
            element.textContent.replace(/\\s+/g, ' ').trim());";
        let texts = self.session.run_on(script, &[json!(selector)])?;
        let texts = texts.as_array().context("a list")?;
        Ok(texts.iter().filter_map(Value::as_str).map(str::to_owned).collect())
    }

    /// The text of the first element for a selector.
    fn text(&self, selector: &str) -> Result<String> {
        let texts = self.texts(selector)?;
        texts.into_iter().next().with_context(|| format!("there is no {selector}"))
    }

    fn is_shown(&self, selector: &str) -> Result<bool> {
        self.session.is_displayed(&self.session.find(selector)?)
    }

    fn holds(&self, script: &str) -> Result<bool> {
        Ok(self.session.run(&format!("return Boolean({script});"))? == true)
    }

    fn has_focus(&self, selector: &str) -> Result<bool> {
        let script = "return document.activeElement.matches(arguments[0])";
        Ok(self.session.run_on(script, &[json!(selector)])? == true)
    }

    /// Fails where the page would scroll sideways.
    fn ensure_no_sideways_scroll(&self) -> Result<()> {
        let wide = self.session.run(
            "const root = document.documentElement;
             const wide = [...document.querySelectorAll('body *')].filter((element) =>
                 element.getBoundingClientRect().right > root.clientWidth + 1);
             scrollTo(10000, scrollY);
             const by = Math.max(scrollX, root.scrollWidth - root.clientWidth);
             return by > 0 ? [by, ...wide.slice(0, 3).map((e) => e.outerHTML.slice(0, 120))] : [];",
        )?;
        ensure!(wide == json!([]), "the page scrolls sideways: {wide}");
        Ok(())
    }

    /// Messages that the browser should not have had, since the last call, and addresses outside
    /// the site.
    fn noise(&self) -> Result<Vec<String>> {
        let messages = self.session.console()?.into_iter();
        let messages = messages.filter(|m| m.level == "SEVERE" || m.level == "WARNING");
        // Firefox says these also of a page that is left while it still works; pages that lack a
        // script fail by what they then do not do.
        let left = ["Loading failed for the <script>", "Script terminated by timeout"];
        let messages = messages.filter(|m| !left.iter().any(|words| m.text.contains(words)));
        let mut noise: Vec<String> = messages.map(|m| format!("{}: {}", m.level, m.text)).collect();
        let requests = self.session.requests()?;
        let own = |url: &str| {
            let inside = [self.site.as_str(), "data:", "blob:", "about:"];
            inside.iter().any(|start| url.starts_with(start))
        };
        let foreign = requests.iter().filter(|url| !own(url));
        noise.extend(foreign.map(|url| format!("asked for {url}")));
        Ok(noise)
    }

    fn ensure_quiet(&self) -> Result<()> {
        let noise = self.noise()?;
        ensure!(noise.is_empty(), "{}", noise.join("\n"));
        Ok(())
    }
}

/// Waits a little for what a click or a key sets off.
fn wait_until(what: &str, mut holds: impl FnMut() -> Result<bool>) -> Result<()> {
    for _ in 0..800 {
        if holds()? {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(50));
    }
    bail!("not after forty seconds: {what}")
}

/// Answers of `handbook lookup` or `handbook search`, a query each.
fn asked(command: &[&str], queries: &[&str]) -> Result<Vec<Value>> {
    let folder = TempDir::new()?;
    let file = folder.path().join("queries.txt");
    fs::write(&file, queries.join("\n"))?;
    let file = file.to_str().context("a name that is text")?;
    let (code, out, err) =
        run(&workspace_root(), &[command, &["--json", "--batch", file]].concat());
    ensure!(code == 0, "{err}");
    Ok(out.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
}
