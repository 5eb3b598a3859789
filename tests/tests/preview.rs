//! The live preview, as an editor meets it.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use handbook_tests::preview::Preview;
use handbook_tests::webdriver::{Driver, Programs, Scripts, Session};
use handbook_tests::{base, commit_all, handbook_binary, run};
use tempfile::TempDir;

const PAGE: &str = "/en/md/licensing.html";

/// The base handbook and a preview of it at a free port.
fn started() -> Result<(TempDir, Preview)> {
    let root = base();
    let preview = Preview::start(handbook_binary(), root.path(), &["--port", "0"])?;
    Ok((root, preview))
}

/// Adds a paragraph to a chapter.
fn with_paragraph(text: &str, words: &str) -> String {
    format!("{}\n\n{words}\n", text.trim_end())
}

fn chapter(root: &Path) -> std::path::PathBuf {
    root.join("chapters/md/licensing.md")
}

#[test]
fn an_edit_appears_and_only_its_page_is_news() -> Result<()> {
    let (root, preview) = started()?;
    assert!(preview.page("/")?.contains("/_preview.js"));
    let mut news = preview.news("en/md/licensing.html")?;
    let old = news.version()?;
    let other = preview.news("en/md/overview.html")?.version()?;
    let file = chapter(root.path());
    let text = fs::read_to_string(&file)?;
    fs::write(&file, with_paragraph(&text, "Violet paper is used."))?;
    let new = news.version()?;
    assert_ne!(new, old);
    let page = preview.page(PAGE)?;
    assert!(page.contains("Violet paper is used."), "{page}");
    assert!(page.contains(&format!("data-version=\"{new}\"")), "{page}");
    assert!(page.contains("connect-src 'self'") && !page.contains("connect-src 'none'"), "{page}");
    assert_eq!(preview.news("en/md/overview.html")?.version()?, other);
    // Nothing of this is a published site.
    assert!(!root.path().join("site").exists());
    Ok(())
}

#[test]
fn a_broken_edit_keeps_the_last_good_page_and_shows_the_finding() -> Result<()> {
    let (root, preview) = started()?;
    let file = chapter(root.path());
    let text = fs::read_to_string(&file)?;
    fs::write(&file, with_paragraph(&text, "Violet paper; see 3A999."))?;
    let page = preview.wait(PAGE, |page| page.contains("error[code-unknown]"))?;
    assert!(!page.contains("<p>Violet paper") && page.contains("3A001"), "{page}");
    assert!(page.contains("Below is the last good page"), "{page}");
    assert!(page.contains("chapters/md/licensing.md:"), "{page}");
    // The bar belongs to every page: a fault in one file stops them all.
    assert!(preview.page("/en/index.html")?.contains("error[code-unknown]"));
    fs::write(&file, with_paragraph(&text, "Violet paper."))?;
    let page = preview.wait(PAGE, |page| page.contains("Violet paper."))?;
    assert!(!page.contains("id=\"_preview\""), "{page}");
    Ok(())
}

#[test]
fn a_preview_that_begins_with_errors_gets_its_pages_later() -> Result<()> {
    let root = base();
    let file = chapter(root.path());
    let text = fs::read_to_string(&file)?;
    fs::write(&file, "no front matter")?;
    let preview = Preview::start(handbook_binary(), root.path(), &["--port", "0"])?;
    let page = preview.page(PAGE)?;
    assert!(page.contains("There is no good page yet") && page.contains("error["), "{page}");
    fs::write(&file, &text)?;
    preview.wait(PAGE, |page| page.contains("3A001") && !page.contains("error["))?;
    Ok(())
}

#[test]
fn saves_by_renaming_and_folders_that_come_back_are_seen() -> Result<()> {
    let (root, preview) = started()?;
    let file = chapter(root.path());
    let text = fs::read_to_string(&file)?;
    for words in ["First save.", "Second save."] {
        let aside = file.with_file_name(".licensing.md.new");
        fs::write(&aside, with_paragraph(&text, words))?;
        fs::rename(&aside, &file)?;
        preview.wait(PAGE, |page| page.contains(words))?;
    }
    // As git does when it changes branches.
    let (folder, away) = (root.path().join("chapters/md"), root.path().join("away"));
    fs::rename(&folder, &away)?;
    preview.wait(PAGE, |page| page.contains("error[folder-missing]"))?;
    fs::rename(&away, &folder)?;
    preview.wait(PAGE, |page| !page.contains("error["))?;
    fs::write(&file, with_paragraph(&text, "Third save."))?;
    preview.wait(PAGE, |page| page.contains("Third save."))?;
    Ok(())
}

/// What only some pages get, and what is written beside them, must not be forgotten; nor may what
/// the preview keeps from one build to the next be older than the files.
#[test]
fn after_edits_of_all_kinds_the_preview_is_what_a_build_would_make() -> Result<()> {
    let root = base();
    commit_all(root.path());
    let preview = Preview::start(handbook_binary(), root.path(), &["--port", "0"])?;
    // Somebody has a page open, and one of the list.
    let _waiting = [preview.news("en/md/licensing.html")?, preview.news("en/list/5A.html")?];
    let edits = [
        // The foot of all pages says from now on that there are changes: too many for one build.
        ("chapters/md/licensing.md", "", "\n\nViolet paper belongs to 5A001.\n"),
        ("book/lists/dual-use/provisions/5A.toml", "title = \"", "title = \"Violet "),
        ("book/lists/dual-use/aliases/en.toml", "text = \"", "text = \"violet "),
        ("chapters/md/country.toml", "name = \"", "name = \"Violet "),
        ("chapters/md/facts.toml", "text = \"", "text = \"violet "),
        ("chapters/md/sources.toml", "short = \"", "short = \"Violet "),
        ("chapters/md/overview.md", "", "\n\nNor does 3A001.\n"),
        ("book/templates/list-group.html", "<", "<p>Violet group.</p>\n<"),
        ("book/outline.toml", "title = \"", "title = \"Violet "),
    ];
    for (path, old, new) in edits {
        let file = root.path().join(path);
        let text = fs::read_to_string(&file)?;
        ensure!(text.contains(old), "{path} has no {old}");
        let text = if old.is_empty() { text + new } else { text.replacen(old, new, 1) };
        fs::write(&file, text)?;
        same_as_a_build(root.path(), &preview).with_context(|| format!("after {path}"))?;
    }
    // With a commit the foot of all pages is another one again, also before the next edit.
    commit_all(root.path());
    same_as_a_build(root.path(), &preview).context("after a commit")?;
    let file = chapter(root.path());
    let text = fs::read_to_string(&file)?;
    fs::write(&file, with_paragraph(&text, "Green paper is used."))?;
    same_as_a_build(root.path(), &preview).context("after a commit and an edit")
}

/// What only a build has: the copy on a reader's device is not for previews.
const ONLY_BUILT: [&str; 5] =
    ["/sw.js", "/manifest.json", "/icon.svg", "/icon-192.png", "/icon-512.png"];

/// Waits until the preview has all pages of a build, and no other ones.
fn same_as_a_build(root: &Path, preview: &Preview) -> Result<()> {
    let (code, out, said) = run(root, &["build"]);
    ensure!(code == 0, "{out}{said}");
    let site = root.join("site");
    let mut folders = vec![site.clone()];
    let mut pages = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.strip_prefix(&site)?.to_str().unwrap().to_owned();
            if path.is_dir() {
                folders.push(path);
            } else if !name.starts_with('.') && !ONLY_BUILT.iter().any(|file| name.ends_with(file))
            {
                let built = String::from_utf8_lossy(&fs::read(&path)?).into_owned();
                preview
                    .wait(&format!("/{name}"), |shown| without_preview(shown) == built)
                    .with_context(|| format!("{name} differs"))?;
                pages += usize::from(name.ends_with(".html"));
            }
        }
    }
    ensure!(pages > 10, "only {pages} pages");
    Ok(())
}

/// A page as it was before the preview added its own.
fn without_preview(page: &str) -> String {
    let page = page.replacen("connect-src 'self'", "connect-src 'none'", 1);
    let Some((before, rest)) = page.split_once("<link rel=\"stylesheet\" href=\"/_preview.css\">")
    else {
        return page;
    };
    let (_, after) = rest.split_once("</script>").unwrap();
    let after = match after.split_once("<aside id=\"_preview\"") {
        Some((start, rest)) => format!("{start}{}", rest.split_once("</aside>").unwrap().1),
        None => after.to_owned(),
    };
    format!("{before}{after}")
}

#[test]
fn settings_and_theme_are_followed() -> Result<()> {
    let (root, preview) = started()?;
    let sheet = |page: &str| page.split_once("css/").map(|(_, rest)| rest[..24].to_owned());
    let old = sheet(&preview.page(PAGE)?);
    let style = root.path().join("book/theme/css/general.css");
    let text = fs::read_to_string(&style)?;
    fs::write(&style, format!("{text}\nbody {{ outline: 1px solid; }}\n"))?;
    let page = preview.wait(PAGE, |page| sheet(page) != old)?;
    let (_, name) = page.split_once("../css/").unwrap();
    let (name, _) = name.split_once('"').unwrap();
    assert!(preview.page(&format!("/en/css/{name}"))?.contains("outline: 1px solid"));
    let settings = root.path().join("book.toml");
    let text = fs::read_to_string(&settings)?;
    let title = text.lines().find(|line| line.starts_with("title")).unwrap();
    fs::write(&settings, text.replace(title, "title = \"Violet book\""))?;
    preview.wait(PAGE, |page| page.contains("Violet book"))?;
    Ok(())
}

#[test]
fn a_taken_port_is_evaded_and_said() -> Result<()> {
    let taken = TcpListener::bind("127.0.0.1:0")?;
    let port = taken.local_addr()?.port();
    let root = base();
    let preview = Preview::start(handbook_binary(), root.path(), &["--port", &port.to_string()])?;
    assert!(preview.address().ip().is_loopback());
    assert_ne!(preview.address().port(), port);
    assert!(preview.said().contains(&format!("port {port} is taken")), "{}", preview.said());
    Ok(())
}

#[test]
fn ctrl_c_ends_it_well_even_while_a_page_waits() -> Result<()> {
    let (_root, preview) = started()?;
    let mut news = preview.news("en/md/licensing.html")?;
    news.version()?;
    assert_eq!(preview.interrupt()?, 0);
    assert!(news.version().is_err());
    Ok(())
}

#[test]
fn only_files_of_the_preview_are_given_out() -> Result<()> {
    let (_root, preview) = started()?;
    for path in [
        "/..%2fwork",
        "/en/../../work",
        "/%2e%2e/work",
        "/en/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "//etc/passwd",
        "/..%5cwork",
        "/en/no-such-page.html",
        "/en",
        "/_preview/news/../../x",
    ] {
        let (status, text) = preview.get(path)?;
        assert_eq!(status, 404, "{path}: {text}");
        assert!(text.contains("There is no /"), "{path}: {text}");
    }
    // A name somebody points at this machine must not open the preview to their page.
    assert_eq!(preview.get_as("preview.example.org", PAGE)?.0, 403);
    assert_eq!(preview.get_as("localhost:3000", PAGE)?.0, 200);
    Ok(())
}

#[test]
fn the_open_page_shows_edits_and_stays_where_it_was() -> Result<()> {
    let driver = Driver::start(&Programs::installed())?;
    let (root, preview) = started()?;
    let session = driver.session(Scripts::On)?;
    session.connect()?;
    // Low enough that the short page scrolls.
    session.resize(400, 300)?;
    session.open(&format!("http://{}{PAGE}", preview.address()))?;
    session.run("window.old = true; scrollTo(0, 200)")?;
    assert_eq!(session.run("return scrollY")?, 200);
    let file = chapter(root.path());
    let text = fs::read_to_string(&file)?;
    // A paragraph alone: the text is exchanged, and is as if it had been loaded.
    let table = "Violet paper is used.\n\n| Paper | Colour |\n|---|---|\n| one | violet |";
    fs::write(&file, with_paragraph(&text, table))?;
    let shows = "return document.readyState === 'complete'
        && document.body.textContent.includes(arguments[0])";
    until(&session, &preview, shows, "Violet paper is used")?;
    assert_eq!(session.run("return window.old === true")?, true);
    assert_eq!(session.run("return scrollY")?, 200);
    let whole = "return document.documentElement.outerHTML";
    let exchanged = session.run(whole)?;
    session.open(&format!("http://{}{PAGE}", preview.address()))?;
    assert_eq!(exchanged, session.run(whole)?);
    // More than the text: the page is loaded again.
    session.run("window.old = true; scrollTo(0, 200)")?;
    let settings = root.path().join("book.toml");
    let old = fs::read_to_string(&settings)?;
    fs::write(&settings, old.replace("title = \"Sample handbook\"", "title = \"Violet book\""))?;
    until(&session, &preview, shows, "Violet book")?;
    assert_eq!(session.run("return window.old === undefined")?, true);
    assert_eq!(session.run("return scrollY")?, 200);
    // The bar shows with its style, in sight although the page is scrolled.
    fs::write(&file, with_paragraph(&text, "See 3A999."))?;
    let bar = "const bar = document.getElementById('_preview');
        return bar ? [Math.round(bar.getBoundingClientRect().top), getComputedStyle(bar).position]
            : null";
    until(&session, &preview, "return document.getElementById('_preview') !== null", "")?;
    assert_eq!(session.run(bar)?, serde_json::json!([0, "sticky"]));
    let messages = session.console()?;
    assert!(messages.is_empty(), "{messages:?}");
    Ok(())
}

/// Waits until a script is true of the open page.
fn until(session: &Session<'_>, preview: &Preview, script: &str, words: &str) -> Result<()> {
    for _ in 0..600 {
        // An error is a page that is just being left.
        if session.run_on(script, &[words.into()]).is_ok_and(|shown| shown == true) {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(50));
    }
    bail!("the page does not show {words:?}: {}", preview.said())
}
