//! The live preview, as an editor meets it.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::thread;
use std::time::Duration;

use anyhow::{Result, ensure};
use handbook_tests::preview::Preview;
use handbook_tests::webdriver::{Driver, Programs, Scripts};
use handbook_tests::{base, handbook_binary, run};
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

/// What only some pages get, and what is written beside them, must not be forgotten.
#[test]
fn after_an_edit_the_preview_is_what_a_build_would_make() -> Result<()> {
    let (root, preview) = started()?;
    let file = chapter(root.path());
    let text = fs::read_to_string(&file)?;
    fs::write(&file, with_paragraph(&text, "Violet paper belongs to 5A001."))?;
    preview.wait(PAGE, |page| page.contains("Violet paper"))?;
    let (code, out, said) = run(root.path(), &["build"]);
    ensure!(code == 0, "{out}{said}");
    let site = root.path().join("site");
    let mut folders = vec![site.clone()];
    let mut pages = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.strip_prefix(&site)?.to_str().unwrap().to_owned();
            if path.is_dir() {
                folders.push(path);
            } else if !name.starts_with('.') {
                let built = String::from_utf8_lossy(&fs::read(&path)?).into_owned();
                let shown = preview.page(&format!("/{name}"))?;
                pages += usize::from(name.ends_with(".html"));
                ensure!(without_preview(&shown) == built, "{name} differs:\n{shown}");
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
fn the_open_page_reloads_and_stays_where_it_was() -> Result<()> {
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
    fs::write(&file, with_paragraph(&text, "Violet paper is used."))?;
    let reloaded = "return !window.old && document.readyState === 'complete'";
    let mut left = 600;
    while session.run(reloaded)? != true {
        left -= 1;
        ensure!(left > 0, "the page was not loaded again: {}", preview.said());
        thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(session.run("return document.body.textContent.includes('Violet paper')")?, true);
    assert_eq!(session.run("return scrollY")?, 200);
    // The bar shows with its style, in sight although the page is scrolled.
    fs::write(&file, with_paragraph(&text, "See 3A999."))?;
    let bar = "const bar = document.getElementById('_preview');
        return bar ? [Math.round(bar.getBoundingClientRect().top), getComputedStyle(bar).position]
            : null";
    let mut left = 600;
    while session.run(bar)?.is_null() {
        left -= 1;
        ensure!(left > 0, "the bar does not show: {}", preview.said());
        thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(session.run(bar)?, serde_json::json!([0, "sticky"]));
    let messages = session.console()?;
    assert!(messages.is_empty(), "{messages:?}");
    Ok(())
}
