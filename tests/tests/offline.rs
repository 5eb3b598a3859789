//! The real handbook over HTTP in a real browser: kept whole after one visit, read without a
//! server, and changed for a newer text only when the reader says so.
//!
//! Needs Chromium and its chromedriver; without them these tests fail and say what to install.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use handbook_tests::preview::Preview;
use handbook_tests::static_server::StaticServer;
use handbook_tests::webdriver::{Driver, Programs, Scripts, Session};
use handbook_tests::{Shared, base, build_site, copy_tree, handbook_binary, workspace_root};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A sentence that only the newer text has, and the page that has it.
const SENTENCE: &str = "This sentence stands in the newer text only.";
const CHANGED: &str = "en/how-to-use.html";

/// Two builds of the real handbook that differ in one sentence, and the driver of the browsers.
struct Bench {
    driver: Driver,
    old: PathBuf,
    new: PathBuf,
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
        let root = folder.path().join("handbook");
        for part in ["book", "chapters"] {
            copy_tree(&workspace_root().join(part), &root.join(part));
        }
        fs::copy(workspace_root().join("book.toml"), root.join("book.toml"))?;
        let (old, new) = (folder.path().join("old"), folder.path().join("new"));
        build_site(&root, &old)?;
        let page = root.join("book/src/how-to-use.md");
        let text = fs::read_to_string(&page)?;
        fs::write(&page, format!("{}\n\n{SENTENCE}\n", text.trim_end()))?;
        build_site(&root, &new)?;
        Ok(Self { driver, old, new, _folder: folder })
    }

    /// A browser that may connect to servers of this machine.
    fn session(&self) -> Result<Session<'_>> {
        let session = self.driver.session(Scripts::On)?;
        session.connect()?;
        Ok(session)
    }
}

/// All files of a language that the worker keeps, by their path in the site.
fn kept(site: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![site.join("en")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(site)?.to_str().context("a text")?.to_owned();
                files.insert(name, fs::read(&path)?);
            }
        }
    }
    files.remove("en/sw.js").context("the build has written no worker")?;
    ensure!(files.len() > 100, "only {} files were built", files.len());
    Ok(files)
}

fn wait_until(what: &str, mut holds: impl FnMut() -> Result<bool>) -> Result<()> {
    for _ in 0..600 {
        if holds()? {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(100));
    }
    bail!("after a minute it is still not so that {what}")
}

/// What the foot of the page says of the copy on the device.
fn state(session: &Session) -> Result<String> {
    let text =
        session.run("return document.querySelector('#_offline:not([hidden])')?.innerText")?;
    Ok(text.as_str().unwrap_or_default().to_owned())
}

/// Waits for what the foot of the page says.
fn wait_for_state(session: &Session, words: &str) -> Result<()> {
    let mut last = String::new();
    wait_until(&format!("the page says {words:?}"), || {
        last = state(session)?;
        Ok(last.contains(words))
    })
    .with_context(|| format!("it says {last:?}"))
}

fn bar_is_shown(session: &Session) -> Result<bool> {
    session.is_displayed(&session.find("#_newer")?)
}

fn text(session: &Session, selector: &str) -> Result<String> {
    session.text(&session.find(selector)?)
}

/// Fails if the browser has complained since the last call.
fn ensure_quiet(session: &Session) -> Result<()> {
    let complaints: Vec<String> = session
        .console()?
        .into_iter()
        .filter(|m| m.level == "SEVERE" || m.level == "WARNING")
        .map(|m| format!("{}: {}", m.level, m.text))
        .collect();
    ensure!(complaints.is_empty(), "{}", complaints.join("\n"));
    Ok(())
}

/// Names of the caches.
fn caches(session: &Session) -> Result<BTreeSet<String>> {
    let names = session.run("return caches.keys()")?;
    let names = names.as_array().context("a list of caches")?;
    Ok(names.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

/// Opens a page and waits until all is on the device.
fn visit(session: &Session, server: &StaticServer, page: &str) -> Result<()> {
    session.open(&server.url(page))?;
    wait_for_state(session, "Saved on this device for use")
}

#[test]
fn after_one_visit_everything_works_without_a_server() -> Result<()> {
    let bench = Bench::shared()?;
    let session = bench.session()?;
    let kept = kept(&bench.old)?;
    let server = StaticServer::start(&bench.old)?;
    visit(&session, &server, "en/index.html")?;
    let said = state(&session)?;
    ensure!(said.contains(&format!("{0} of {0} files", kept.len())), "{said}");
    let megabytes = kept.values().map(Vec::len).sum::<usize>().div_ceil(1_000_000);
    ensure!(said.contains(&format!("{megabytes} MB")), "{said}");
    let asked: BTreeSet<String> = server.asked().into_iter().collect();
    let missed: Vec<_> = kept.keys().filter(|file| !asked.contains(*file)).collect();
    ensure!(missed.is_empty(), "never asked for: {missed:?}");

    // The page that is open gets what it needs later from the copy, too.
    let url = |page: &str| server.url(page);
    let (start, out) = (url("en/"), url(""));
    let pages: Vec<(&String, String)> =
        kept.keys().filter(|name| name.ends_with(".html")).map(|name| (name, url(name))).collect();
    let (lookup, nothing, folder, bare) =
        (url("en/lookup.html?q=3A001.b.2"), url("en/md/nothing.html"), url("en/md/"), url("en/md"));
    drop(server);
    let found = session.run(
        "const found = handbook.lookup('7783-81-5', { limit: 3 });
         return found.then((found) => found.map((one) => one.code), (error) => String(error));",
    )?;
    ensure!(found.as_array().is_some_and(|codes| !codes.is_empty()), "{found}");
    ensure_quiet(&session)?;

    for (name, url) in &pages {
        session.open(url)?;
        let html = String::from_utf8_lossy(&kept[*name]).into_owned();
        let facts = session.run(
            "return [document.title, getComputedStyle(document.querySelector('main')).display,
                     document.querySelector('main').textContent.length]",
        )?;
        let title = facts[0].as_str().unwrap_or_default();
        let title = title.replace('&', "&amp;").replace('>', "&gt;");
        ensure!(html.contains(&title) && !title.is_empty(), "{name} has the title {title:?}");
        ensure!(facts[2].as_u64() > Some(200), "{name} has no text: {facts}");
        ensure_quiet(&session).with_context(|| (*name).clone())?;
    }

    // A query is no part of the address of a file.
    session.open(&lookup)?;
    wait_until("the lookup answers", || {
        Ok(session
            .run("return document.querySelector('#_lookup-results a.hit-link')?.href")?
            .as_str()
            .is_some_and(|href| href.ends_with("en/list/3A.html#3A001.b.2")))
    })?;
    for (address, arrives) in [(&start, &start), (&folder, &folder), (&bare, &folder)] {
        session.open(address)?;
        ensure!(&session.url()? == arrives, "{address} leads to {}", session.url()?);
        ensure!(!text(&session, "h1")?.is_empty());
    }
    ensure_quiet(&session)?;

    // What is not there says so, in the look of the handbook, and leads back.
    session.open(&nothing)?;
    ensure!(text(&session, "h1")?.contains("not in the saved text"));
    ensure!(session.url()? == nothing);
    let width =
        session.run("return document.querySelector('main').getBoundingClientRect().width")?;
    ensure!(width.as_f64().is_some_and(|w| w < 700.0), "the page has no style: {width}");
    session.click(&session.link("Look up goods")?)?;
    wait_until("the lookup is open", || Ok(session.url()?.ends_with("/en/lookup.html")))?;
    // Browsers report each page that is answered with 404.
    let complaints = session.console()?;
    ensure!(
        complaints.iter().all(|m| m.level != "SEVERE" || m.text.contains("404")),
        "{complaints:?}"
    );

    // Everything outside the folder is left to the network, which is not there.
    ensure!(session.open(&out).is_err(), "the start page came from somewhere");
    Ok(())
}

#[test]
fn a_newer_text_waits_until_the_reader_accepts_it() -> Result<()> {
    let bench = Bench::shared()?;
    let session = bench.session()?;
    let server = StaticServer::start(&bench.old)?;
    visit(&session, &server, CHANGED)?;
    let before = caches(&session)?;
    let address = server.address();
    drop(server);

    let server = StaticServer::start_at(&bench.new, address)?;
    session.reload()?;
    wait_until("the bar is shown", || bar_is_shown(&session))?;
    ensure!(!text(&session, "main")?.contains(SENTENCE), "the newer text did not wait");
    let waiting = session.run(
        "return navigator.serviceWorker.getRegistration().then((own) => own.waiting !== null)",
    )?;
    ensure!(waiting == true, "no worker waits");

    // Only what differs was asked for again.
    let (old, new) = (kept(&bench.old)?, kept(&bench.new)?);
    let differs: BTreeSet<&String> =
        new.iter().filter(|(name, bytes)| old.get(*name) != Some(bytes)).map(|(n, _)| n).collect();
    let share = differs.len() * 2 < new.len();
    ensure!(differs.contains(&CHANGED.to_owned()) && share, "{differs:?}");
    let asked = server.asked();
    let asked: BTreeSet<&String> = asked.iter().filter(|path| *path != "en/sw.js").collect();
    ensure!(asked == differs, "asked for {asked:?}, other than before are {differs:?}");

    // The old text stays, whole, as long as it is wanted, also once no page of it is open.
    session.open(&server.url("en/index.html"))?;
    wait_until("the bar is shown on another page", || bar_is_shown(&session))?;
    session.open("about:blank")?;
    thread::sleep(Duration::from_secs(2));
    session.open(&server.url(CHANGED))?;
    wait_until("the bar is still shown", || bar_is_shown(&session))?;
    ensure!(!text(&session, "main")?.contains(SENTENCE), "the newer text did not wait");
    ensure!(caches(&session)?.is_superset(&before), "the old text was removed");
    ensure_quiet(&session)?;

    // Also without a line: it was saved beside the old one. Other windows follow at once, since a
    // page may load more of its text at any time.
    session.run_on("open(arguments[0], 'other')", &[json!(server.url("en/guam.html"))])?;
    wait_until("the other window is open", || {
        Ok(session.run(
            "const other = open('', 'other');
             const loaded = other.document.readyState === 'complete' &&
                 other.document.querySelector('h1') !== null;
             other.isOld = loaded;
             return loaded;",
        )? == true)
    })?;
    drop(server);
    session.click(&session.find("#_newer-accept")?)?;
    wait_until("the newer text is shown", || Ok(text(&session, "main")?.contains(SENTENCE)))?;
    wait_for_state(&session, "Saved on this device for use")?;
    ensure!(!bar_is_shown(&session)?, "the bar is still shown");
    wait_until("the other window has loaded again", || {
        Ok(session.run("return open('', 'other').isOld === undefined")? == true)
    })?;
    wait_until("the old text is removed", || Ok(caches(&session)?.len() == before.len()))?;
    ensure!(caches(&session)? != before);
    let url = format!("http://{address}/en/list/3A.html");
    session.open(&url)?;
    ensure!(text(&session, "h1")?.contains("3A"));
    ensure_quiet(&session)
}

#[test]
fn a_cut_line_is_gone_on_from_and_foreign_bytes_are_refused() -> Result<()> {
    let bench = Bench::shared()?;
    let session = bench.session()?;
    let kept = kept(&bench.old)?;
    let server = StaticServer::start(&bench.old)?;
    server.cut_after(80);
    session.open(&server.url("en/index.html"))?;
    wait_for_state(&session, "so far")?;
    let said = state(&session)?;
    let have: usize =
        said.split(' ').find_map(|word| word.parse().ok()).context("a number of files")?;
    ensure!(have > 40 && have < 80, "{said}");
    drop(server.asked());

    // A network that wants a login answers everything with its own page.
    server.put_instead("en/trust.html", b"<!DOCTYPE html><title>Log in</title>");
    server.cut_after(usize::MAX);
    session.click(&session.find("#_offline-save")?)?;
    wait_for_state(&session, &format!("so far: {} of", kept.len() - 1))?;
    let asked = server.asked();
    let again = asked.iter().filter(|path| *path != "en/sw.js").count();
    ensure!(again == kept.len() - have, "{again} requests for {} files", kept.len() - have);

    // Nothing is answered from a copy that is not whole.
    let address = server.address();
    drop(server);
    let server = StaticServer::start_at(&bench.old, address)?;
    session.open(&server.url("en/trust.html"))?;
    wait_for_state(&session, "Saved on this device for use")?;
    ensure!(!session.title()?.contains("Log in"));
    let asked: BTreeSet<String> = server.asked().into_iter().collect();
    ensure!(asked.contains("en/trust.html") && !asked.contains("en/list/3A.html"), "{asked:?}");
    Ok(())
}

#[test]
fn the_reader_can_remove_it_and_have_it_again() -> Result<()> {
    let bench = Bench::shared()?;
    let session = bench.session()?;
    let server = StaticServer::start(&bench.old)?;
    visit(&session, &server, "en/trust.html")?;
    session.click(&session.find("#_offline-remove")?)?;
    wait_for_state(&session, "Not saved on this device")?;
    ensure!(caches(&session)?.is_empty(), "{:?}", caches(&session)?);
    drop(server.asked());
    // Not by itself.
    session.open(&server.url("en/guam.html"))?;
    wait_for_state(&session, "Not saved on this device")?;
    thread::sleep(Duration::from_secs(1));
    ensure!(!server.asked().contains(&"en/sw.js".to_owned()), "it came back by itself");
    ensure!(caches(&session)?.is_empty());

    session.click(&session.find("#_offline-save")?)?;
    wait_for_state(&session, "Saved on this device for use")?;
    // At once on the page where it was removed, where the worker still is.
    session.reload()?;
    wait_for_state(&session, "Saved on this device for use")?;
    session.click(&session.find("#_offline-remove")?)?;
    wait_for_state(&session, "Not saved on this device")?;
    session.click(&session.find("#_offline-save")?)?;
    wait_for_state(&session, "Saved on this device for use")?;
    ensure_quiet(&session)
}

#[test]
fn the_site_can_be_installed() -> Result<()> {
    let bench = Bench::shared()?;
    let manifest: Value = serde_json::from_slice(&fs::read(bench.old.join("en/manifest.json"))?)?;
    for (key, value) in [
        ("start_url", "index.html"),
        ("scope", "./"),
        ("display", "standalone"),
        ("lang", "en"),
        ("dir", "ltr"),
        ("theme_color", "#12324f"),
    ] {
        assert_eq!(manifest[key], json!(value), "{key}");
    }
    let mut largest = 0;
    for icon in manifest["icons"].as_array().context("icons")? {
        let bytes = fs::read(bench.old.join("en").join(icon["src"].as_str().context("a file")?))?;
        let Some(sizes) = icon["sizes"].as_str().filter(|sizes| *sizes != "any") else {
            continue;
        };
        // Width and height in a PNG's header.
        let number = |at: usize| {
            u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
        };
        assert_eq!(sizes, format!("{}x{}", number(16), number(20)));
        largest = largest.max(number(16));
    }
    assert_eq!(largest, 512);

    let session = bench.session()?;
    let server = StaticServer::start(&bench.old)?;
    visit(&session, &server, "en/index.html")?;
    let errors = session.devtools("Page.getInstallabilityErrors", &json!({}))?;
    let errors = errors["installabilityErrors"].as_array().context("a list")?.clone();
    ensure!(
        errors.iter().all(|error| error["errorId"] == "in-incognito"),
        "Chromium would not install it: {errors:?}"
    );
    ensure_quiet(&session)
}

/// An editor's preview changes all the time: it is not kept, and a built site that was read at the
/// same address does not stay in its way.
#[test]
fn a_preview_is_not_kept() -> Result<()> {
    let bench = Bench::shared()?;
    let session = bench.session()?;
    let server = StaticServer::start(&bench.old)?;
    visit(&session, &server, "en/index.html")?;
    let port = server.address().port().to_string();
    drop(server);

    let root = base();
    let settings = root.path().join("book.toml");
    let text = fs::read_to_string(&settings)?;
    let scripts = "[output.html]\nadditional-js = [\"book/theme/offline.js\"]\n";
    fs::write(&settings, text.replace("[output.html]\n", scripts))?;
    let preview = Preview::start(handbook_binary(), root.path(), &["--port", &port])?;
    ensure!(preview.address().port().to_string() == port, "the preview has another port");
    let url = format!("http://127.0.0.1:{port}/en/index.html");
    session.open(&url)?;
    wait_until(
        "the preview is shown",
        || Ok(text_of_title(&session)?.contains("Sample handbook")),
    )?;
    session.open(&url)?;
    let workers = session
        .run("return navigator.serviceWorker.getRegistrations().then((all) => all.length)")?;
    assert_eq!(workers, 0);
    assert_eq!(session.run("return document.querySelectorAll('link[rel=manifest]').length")?, 0);
    assert_eq!(state(&session)?, "");
    ensure_quiet(&session)
}

fn text_of_title(session: &Session) -> Result<String> {
    // A page may be about to be replaced.
    Ok(session.title().unwrap_or_default())
}
