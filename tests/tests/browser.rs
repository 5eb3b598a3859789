//! The real handbook in a real browser, opened from the disk and without a network, as officers
//! open it.
//!
//! Needs Chromium and its chromedriver; without them these tests fail and say what to install.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use handbook_tests::webdriver::{Driver, Programs, Scripts, Session, file_url, key};
use handbook_tests::{Shared, build_site, workspace_root};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The built site and the driver of the browsers to read it in.
struct Bench {
    driver: Driver,
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
        // First, so that a missing browser is told before anything is built.
        let driver = Driver::start(&Programs::installed())?;
        let folder = TempDir::new().context("no temporary folder")?;
        // Readers' folders have blanks and letters of every script in their names.
        let site = fs::canonicalize(folder.path())?.join("My handbook · справочник · ცნობარი");
        build_site(&workspace_root(), &site)?;
        Ok(Self { driver, site, _folder: folder })
    }

    /// Address of a page by its place in the site.
    fn url(&self, page: &str) -> String {
        file_url(&self.site.join(page))
    }

    /// All pages, by their place in the site.
    fn pages(&self) -> Result<Vec<String>> {
        let mut pages = Vec::new();
        let mut folders = vec![self.site.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder)? {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|e| e == "html") {
                    let page = path.strip_prefix(&self.site)?.to_str();
                    pages.push(page.context("a page's name is no text")?.to_owned());
                }
            }
        }
        pages.sort();
        // A walk that finds nothing must not pass for a sound site.
        ensure!(pages.len() > 100, "only {} pages were built", pages.len());
        Ok(pages)
    }
}

/// What the page has that a reader or the browser would take exception to.
const FACTS: &str = r#"
    const root = document.documentElement;
    const policy = document.querySelector('head > meta[http-equiv="Content-Security-Policy"]');
    const loading = document.querySelector('link, script, style');
    // A policy holds only for what comes after it.
    const late = policy && loading &&
        loading.compareDocumentPosition(policy) & Node.DOCUMENT_POSITION_FOLLOWING;
    const headings = document.querySelectorAll('h1');
    const past = [...document.body.querySelectorAll('*')].filter((element) => {
        if (element.getBoundingClientRect().right <= root.clientWidth) {
            return false;
        }
        for (let box = element; box !== document.body; box = box.parentElement) {
            if (box !== element && getComputedStyle(box).overflowX !== 'visible') {
                return false;
            }
        }
        return true;
    });
    scrollTo(10 * innerWidth, 0);
    return {
        title: document.title,
        language: root.lang,
        mains: document.querySelectorAll('main').length,
        headings: headings.length,
        heading: headings.length ? headings[0].textContent.trim() : '',
        policy: policy && !late ? policy.content : '',
        window: innerWidth,
        sideways: Math.max(scrollX, root.scrollWidth - root.clientWidth),
        past: past.slice(0, 3).map((element) => element.outerHTML.slice(0, 120)),
    };
"#;

/// Opens a page in a window as narrow as WCAG asks for (1.4.10) and lists its faults.
fn faults(session: &Session, url: &str, site: &str) -> Result<Vec<String>> {
    const WIDTH: u32 = 320;
    session.resize(WIDTH, 640)?;
    session.open(url)?;
    let facts = session.run(FACTS)?;
    let mut faults = Vec::new();
    let mut expect = |holds: bool, fault: String| {
        if !holds {
            faults.push(fault);
        }
    };
    let text = |key: &str| facts[key].as_str().unwrap_or_default().to_owned();
    expect(!text("title").trim().is_empty(), "has no title".to_owned());
    expect(facts["mains"] == 1, format!("has {} <main>", facts["mains"]));
    expect(facts["headings"] == 1, format!("has {} <h1>", facts["headings"]));
    expect(!text("heading").is_empty(), "has no heading".to_owned());
    let place = url.strip_prefix(&format!("{site}/")).unwrap_or_default();
    let language = text("language");
    let right = match place.split_once('/') {
        // Pages of a language are in a folder named by it.
        Some((folder, _)) => language == folder,
        None => !language.is_empty(),
    };
    expect(right, format!("is in the language {language:?}"));
    let policy = text("policy");
    for part in ["default-src 'none'", "connect-src 'none'", "form-action 'none'"] {
        expect(policy.contains(part), format!("has no {part} in its content security policy"));
    }
    expect(!policy.contains("unsafe-inline"), "allows scripts in the page itself".to_owned());
    expect(facts["window"] == WIDTH, format!("is shown {} px wide", facts["window"]));
    expect(
        facts["sideways"] == 0,
        format!("scrolls sideways by {} px: {}", facts["sideways"], facts["past"]),
    );
    faults.extend(noise(session, site)?);
    Ok(faults)
}

/// What the browser warned of, and what was asked for outside the site, since the last call.
fn noise(session: &Session, site: &str) -> Result<Vec<String>> {
    let warnings = session.console()?.into_iter();
    let warnings = warnings.filter(|m| m.level == "SEVERE" || m.level == "WARNING");
    let mut noise: Vec<String> = warnings.map(|m| format!("{}: {}", m.level, m.text)).collect();
    let requests = session.requests()?;
    let inside = format!("{site}/");
    if !requests.iter().any(|url| url.starts_with(&inside)) {
        noise.push("asked for nothing, not even itself: the listener is deaf".to_owned());
    }
    let own = |url: &str| {
        url.starts_with(&inside) || ["data:", "blob:"].iter().any(|s| url.starts_with(s))
    };
    noise.extend(requests.iter().filter(|url| !own(url)).map(|url| format!("asked for {url}")));
    Ok(noise)
}

fn ensure_none(faults: &[String]) -> Result<()> {
    ensure!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    Ok(())
}

/// Fails unless the browser was content with all that was opened since the last call.
fn ensure_quiet(bench: &Bench, session: &Session) -> Result<()> {
    ensure_none(&noise(session, &file_url(&bench.site))?)
}

/// Waits a little for what a click or a key sets off.
fn wait_until(what: &str, mut holds: impl FnMut() -> Result<bool>) -> Result<()> {
    for _ in 0..100 {
        if holds()? {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(50));
    }
    anyhow::bail!("{what}: not after five seconds")
}

fn has_focus(session: &Session, selector: &str) -> Result<bool> {
    let script = "return document.activeElement.matches(arguments[0])";
    Ok(session.run_on(script, &[json!(selector)])? == true)
}

/// Goes on by Tab until something has the focus.
fn tab_to(session: &Session, selector: &str) -> Result<()> {
    for _ in 0..300 {
        session.press(&[key::TAB])?;
        if has_focus(session, selector)? {
            return Ok(());
        }
    }
    anyhow::bail!("Tab does not reach {selector}")
}

/// Whether what has the focus shows its tooltip.
fn tooltip_is_shown(session: &Session) -> Result<bool> {
    let shown = session.run(
        "const tip = getComputedStyle(document.activeElement, '::after');
         return !['none', 'normal', '\"\"'].includes(tip.content)
             && tip.display !== 'none' && tip.visibility === 'visible';",
    )?;
    Ok(shown == true)
}

#[test]
fn every_page_is_sound() -> Result<()> {
    let bench = Bench::shared()?;
    let session = bench.driver.session(Scripts::On)?;
    let site = file_url(&bench.site);
    let mut all = Vec::new();
    for page in bench.pages()? {
        let faults = faults(&session, &bench.url(&page), &site).with_context(|| page.clone())?;
        all.extend(faults.iter().map(|fault| format!("{page} {fault}")));
    }
    ensure_none(&all)
}

/// The checks of pages are worth something only if a bad page fails them.
#[test]
fn an_unsound_page_is_noticed() -> Result<()> {
    let bench = Bench::shared()?;
    let session = bench.driver.session(Scripts::On)?;
    let folder = TempDir::new()?;
    let path = fs::canonicalize(folder.path())?.join("bad.html");
    fs::write(
        &path,
        "<!DOCTYPE html><html><head><script>console.warn('one'); console.error('two')</script>\
         </head><body><h1>First</h1><h1>Second</h1><p style='width: 400px'>Wide</p>\
         <img src='https://example.invalid/picture.png' alt=''>\
         <script>try { new WebSocket('wss://example.invalid/socket') } catch (_) {}</script>\
         </body></html>",
    )?;
    let site = file_url(path.parent().context("the page is in a folder")?);
    let found = faults(&session, &file_url(&path), &site)?.join("\n");
    for fault in [
        "has no title",
        "has 0 <main>",
        "has 2 <h1>",
        "is in the language \"\"",
        "has no default-src 'none' in its content security policy",
        "scrolls sideways",
        "<p style",
        "WARNING: ",
        "SEVERE: ",
        "asked for https://example.invalid/picture.png",
        "asked for wss://example.invalid/socket",
    ] {
        assert!(found.contains(fault), "{fault:?} was not noticed in:\n{found}");
    }
    Ok(())
}

#[test]
fn the_policy_is_in_force() -> Result<()> {
    let bench = Bench::shared()?;
    let session = bench.driver.session(Scripts::On)?;
    session.open(&bench.url("en/index.html"))?;
    ensure_quiet(&bench, &session)?;
    let inserted = session.run(
        "const script = document.createElement('script');
         script.textContent = 'document.title = \"taken over\"';
         document.head.append(script);
         return document.title;",
    )?;
    assert_ne!(inserted, "taken over", "a script in the page itself has run");
    let fetched =
        session.run("return fetch(location.href).then(() => 'fetched', () => 'refused');")?;
    assert_eq!(fetched, "refused", "a page can ask for things");
    let refusals = session.console()?;
    let refusals = refusals.iter().filter(|m| m.text.contains("Content Security Policy")).count();
    assert!(refusals >= 2, "it was not the policy that refused");
    Ok(())
}

#[test]
fn the_skip_link_comes_first_and_leads_to_the_text() -> Result<()> {
    let bench = Bench::shared()?;
    let session = bench.driver.session(Scripts::On)?;
    for page in ["en/index.html", "en/md/licensing.html", "en/list/3A.html"] {
        session.open(&bench.url(page))?;
        session.press(&[key::TAB])?;
        assert!(has_focus(&session, "a.skip")?, "{page}: the first Tab goes elsewhere");
        let in_sight = session.run(
            "const box = document.activeElement.getBoundingClientRect();
             return box.left >= 0 && box.top >= 0 && box.right <= innerWidth && box.width > 20;",
        )?;
        assert_eq!(in_sight, true, "{page}: the skip link has the focus but is not in sight");
        session.press(&[key::ENTER])?;
        wait_until("the text has the focus", || has_focus(&session, "main"))?;
        session.press(&[key::TAB])?;
        assert!(has_focus(&session, "main *")?, "{page}: Tab does not go on in the text");
    }
    ensure_quiet(&bench, &session)
}

#[test]
fn tooltips_come_by_keyboard_and_go_by_esc() -> Result<()> {
    let bench = Bench::shared()?;
    let session = bench.driver.session(Scripts::On)?;
    session.open(&bench.url("en/md/control-lists.html"))?;
    tab_to(&session, "main a.entry[data-tip]")?;
    assert!(tooltip_is_shown(&session)?, "the tooltip does not come by focus");
    session.press(&[key::ESCAPE])?;
    assert!(!tooltip_is_shown(&session)?, "the tooltip does not go by Esc");
    assert!(has_focus(&session, "main a.entry[data-tip]")?, "Esc takes the focus away");
    tab_to(&session, "main [data-tip]")?;
    assert!(tooltip_is_shown(&session)?, "after Esc the next tooltip stays away");
    ensure_quiet(&bench, &session)
}

/// Every tooltip of the book, on a phone and on a desk.
#[test]
fn tooltips_are_whole_and_move_nothing() -> Result<()> {
    let bench = Bench::shared()?;
    let session = bench.driver.session(Scripts::On)?;
    let mut all = Vec::new();
    let mut seen = 0;
    for page in bench.pages()? {
        // Most pages of the list are long and have none.
        if !fs::read_to_string(bench.site.join(&page))?.contains(" data-tip=") {
            continue;
        }
        seen += 1;
        session.open(&bench.url(&page))?;
        for width in [320, 1280] {
            session.resize(width, 640)?;
            let found = session.run(
                "const root = document.documentElement;
                 const found = {};
                 for (const details of document.querySelectorAll('details')) {
                     details.open = true;
                 }
                 for (const link of document.querySelectorAll('[data-tip]')) {
                     document.activeElement.blur();
                     // Boxes that scroll cut off what does not fit.
                     const boxes = [];
                     for (let box = link; box !== document.body; box = box.parentElement) {
                         if (getComputedStyle(box).overflowX !== 'visible') {
                             boxes.push([box, box.scrollWidth, box.scrollHeight]);
                         }
                     }
                     link.focus({ focusVisible: true });
                     // The browser tells of this scrolling a frame later; thousands of links
                     // would take minutes of frames.
                     dispatchEvent(new Event('scroll'));
                     const faults = [];
                     const tip = getComputedStyle(link, '::after');
                     if (['none', 'normal'].includes(tip.content) || tip.display === 'none') {
                         faults.push('is not shown');
                     }
                     // The room around it in the window, where it is placed in the window.
                     const room = [tip.left, tip.right, tip.top, tip.bottom].map(parseFloat);
                     if (tip.position === 'fixed' && !room.every((side) => side >= 0)) {
                         faults.push('reaches out of the window');
                     }
                     if (root.scrollWidth > root.clientWidth) {
                         faults.push('makes the page scroll sideways');
                     }
                     if (boxes.some(([b, w, h]) => b.scrollWidth > w || b.scrollHeight > h)) {
                         faults.push('is cut off by the box around');
                     }
                     for (const fault of faults) {
                         (found[fault] ??= []).push(link.textContent);
                     }
                 }
                 return found;",
            )?;
            let Value::Object(found) = found else { anyhow::bail!("{page}: {found}") };
            all.extend(found.iter().map(|(fault, links)| {
                let links = links.as_array().map_or(&[][..], Vec::as_slice);
                let first = links.first().unwrap_or(&Value::Null);
                format!(
                    "{page} at {width} px: the tooltip of {first} {fault} ({} such)",
                    links.len()
                )
            }));
        }
    }
    ensure!(seen > 10, "only {seen} pages have tooltips");
    ensure_none(&all)
}

#[test]
fn the_theme_can_be_chosen_and_stays() -> Result<()> {
    let bench = Bench::shared()?;
    let session = bench.driver.session(Scripts::On)?;
    session.open(&bench.url("en/index.html"))?;
    // What the button says, and whether the page is dark.
    let shown = || -> Result<(String, bool)> {
        let label = session.text(&session.find("#_theme")?)?;
        let dark = session.run(
            "const [red, green, blue] =
                 getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number);
             return red + green + blue < 3 * 128;",
        )?;
        Ok((label, dark == true))
    };
    let looks = |label: &str, dark: bool| (label.to_owned(), dark);
    let press = || session.click(&session.find("#_theme")?);

    session.prefer_colours("dark")?;
    assert_eq!(shown()?, looks("Theme: system", true));
    session.prefer_colours("light")?;
    assert_eq!(shown()?, looks("Theme: system", false));
    press()?;
    assert_eq!(shown()?, looks("Theme: light", false));
    session.prefer_colours("dark")?;
    assert_eq!(shown()?, looks("Theme: light", false));
    session.prefer_colours("light")?;
    press()?;
    assert_eq!(shown()?, looks("Theme: dark", true));
    session.reload()?;
    assert_eq!(shown()?, looks("Theme: dark", true), "after a reload");
    session.open(&bench.url("en/md/licensing.html"))?;
    assert_eq!(shown()?, looks("Theme: dark", true), "on another page");
    press()?;
    assert_eq!(shown()?, looks("Theme: system", false));
    session.reload()?;
    assert_eq!(shown()?, looks("Theme: system", false), "after a reload");
    ensure_quiet(&bench, &session)
}

#[test]
fn links_lead_from_the_start_to_an_entry() -> Result<()> {
    let bench = Bench::shared()?;
    let session = bench.driver.session(Scripts::On)?;
    let arrives = |page: &str| {
        let url = bench.url(page);
        wait_until(&format!("{page} is open"), || Ok(session.url()? == url))
    };
    session.open(&bench.url("index.html"))?;
    session.click(&session.link("English")?)?;
    arrives("en/index.html")?;
    session.click(&session.link("Moldova")?)?;
    arrives("en/md/index.html")?;
    session.click(&session.link("Control lists in force")?)?;
    arrives("en/md/control-lists.html")?;
    let entry = session.find("main a.entry")?;
    let code = session.text(&entry)?;
    session.click(&entry)?;
    let (group, _) = code.split_at_checked(2).context("an entry has a longer code")?;
    let place = format!("{}#{code}", bench.url(&format!("en/list/{group}.html")));
    wait_until(&format!("{place} is open"), || Ok(session.url()? == place))?;
    ensure_shows(&session, &code)?;
    ensure_quiet(&bench, &session)
}

#[test]
fn the_address_of_a_provision_shows_it() -> Result<()> {
    let bench = Bench::shared()?;
    let session = bench.driver.session(Scripts::On)?;
    session.open(&format!("{}#3A001.b.2", bench.url("en/list/3A.html")))?;
    ensure_shows(&session, "3A001.b.2")?;
    ensure_quiet(&bench, &session)
}

/// Fails unless a target is in sight, further down its page, and marked.
fn ensure_shows(session: &Session, id: &str) -> Result<()> {
    let script = "
        const target = document.querySelector(':target');
        if (target?.id !== arguments[0]) {
            return false;
        }
        const top = target.getBoundingClientRect().top;
        // Of a line with others below it, only the code is marked.
        const marked = [target, target.querySelector('a')].some(
            (element) => element && getComputedStyle(element).outlineStyle !== 'none');
        return scrollY > 0 && top >= 0 && top < innerHeight && marked;
    ";
    wait_until(&format!("{id} is in sight and marked"), || {
        Ok(session.run_on(script, &[json!(id)])? == true)
    })
}

#[test]
fn everything_is_there_without_scripts() -> Result<()> {
    let bench = Bench::shared()?;
    let session = bench.driver.session(Scripts::Off)?;
    session.open(&bench.url("en/md/control-lists.html"))?;
    let theme = session.find("#_theme")?;
    assert!(!session.is_displayed(&theme)?, "the theme button is shown but could do nothing");
    let text = session.text(&session.find("main")?)?;
    let heading = session.text(&session.find("h1")?)?;
    assert!(text.contains(&heading) && text.len() > 1000, "the text is not there:\n{text}");
    let contents = session.find("nav.contents")?;
    assert!(session.is_displayed(&contents)?, "the contents are not there");
    tab_to(&session, "main a.entry[data-tip]")?;
    assert!(tooltip_is_shown(&session)?, "tooltips need scripts");
    for (link, page) in [("Georgia", "en/ge/index.html"), ("Glossary", "en/glossary.html")] {
        session.click(&session.link(link)?)?;
        let url = bench.url(page);
        wait_until(&format!("{page} is open"), || Ok(session.url()? == url))?;
    }
    // On a phone the contents are called up.
    session.resize(320, 640)?;
    session.click(&session.find("a[href='#_contents']")?)?;
    let contents = session.find("nav.contents")?;
    wait_until("the contents are in sight", || {
        let top = session.run(
            "const top = document.querySelector('nav.contents').getBoundingClientRect().top;
             return top >= -1 && top < innerHeight / 2;",
        )?;
        Ok(top == true && session.is_displayed(&contents)?)
    })?;
    ensure_quiet(&bench, &session)
}

#[test]
fn a_missing_browser_fails_with_what_to_install() {
    let nowhere = || Path::new("/nowhere/at-all").to_owned();
    let here = || workspace_root().join("Cargo.toml");
    for (chromium, chromedriver, package) in [
        (nowhere(), here(), "apt-get install chromium)"),
        (here(), nowhere(), "apt-get install chromium-driver)"),
    ] {
        let error = Driver::start(&Programs { chromium, chromedriver }).err();
        let error = error.expect("a browser that is not there has started").to_string();
        assert!(error.contains("/nowhere/at-all") && error.contains(package), "{error}");
    }
}
