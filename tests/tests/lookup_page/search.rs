//! The search over every page, and its keys.

use anyhow::{Context as _, Result, ensure};
use handbook_tests::webdriver::key;
use serde_json::{Value, json};

use super::{Reader, in_chromium, wait_until};

pub(super) const DIALOG_FIELD: &str = "#_search-query";
const PAGES: [&str; 5] = [
    "en/index.html",
    "en/md/licensing.html",
    "en/list/3A.html",
    "en/find/index.html",
    "en/lookup.html",
];

fn is_open(reader: &Reader<'_>) -> Result<bool> {
    reader.holds("document.getElementById('_search')?.open")
}

/// Waits for the dialog, which comes with the first search, and for the focus in its field.
fn opens(reader: &Reader<'_>, what: &str) -> Result<()> {
    wait_until(&format!("{what} opens the dialog"), || {
        Ok(is_open(reader)? && reader.has_focus(DIALOG_FIELD)?)
    })
    .with_context(|| {
        let focus = "return [document.activeElement.outerHTML.slice(0, 80), document.hasFocus()]";
        format!("open: {:?}, focus: {:?}", is_open(reader), reader.session.run(focus))
    })
}

/// Waits for the help.
fn helps(reader: &Reader<'_>, what: &str) -> Result<()> {
    wait_until(&format!("{what} opens the help"), || {
        Ok(is_open(reader)? && reader.has_focus("#_search-help[open] > summary")?)
    })
}

/// Fails if the dialog is there, or comes a little later.
fn stays_closed(reader: &Reader<'_>, what: &str) -> Result<()> {
    reader.session.run("return new Promise((done) => setTimeout(done, 150))")?;
    ensure!(!is_open(reader)?, "{what} opens the dialog");
    Ok(())
}

pub(super) fn open_by_button(reader: &Reader<'_>) -> Result<()> {
    reader.session.click(&reader.session.find("#_search-open")?)?;
    opens(reader, "the button")
}

/// Presses a key of a keyboard with other letters: the place of the key, and what it writes.
fn strike(reader: &Reader<'_>, code: &str, writes: &str, more: Value) -> Result<()> {
    let script = "const more = arguments[2];
        (document.activeElement || document.body).dispatchEvent(new KeyboardEvent('keydown', {
            code: arguments[0], key: arguments[1], bubbles: true, cancelable: true, ...more }));";
    reader.session.run_on(script, &[json!(code), json!(writes), more]).map(drop)
}

fn close(reader: &Reader<'_>) -> Result<()> {
    reader.session.press(&[key::ESCAPE])?;
    // Firefox takes the focus from a field that has gone only when it paints the page anew.
    wait_until("Esc closes", || Ok(!is_open(reader)? && !reader.has_focus("#_search *")?))
}

pub(super) fn the_dialog_opens_and_closes_by_keys(reader: &Reader<'_>) -> Result<()> {
    for page in PAGES {
        reader.open_first(page)?;
        // A link of the page has the focus, and gets it back.
        reader.session.run("document.querySelector('main a[href]').focus()")?;
        // What was typed last is still there, but the next letter takes its place.
        for (press, last) in [("/", ""), ("s", "s/?")] {
            reader.session.press(&[press])?;
            opens(reader, &format!("{page}: {press}"))?;
            let value = reader.session.run("return document.activeElement.value")?;
            ensure!(value == last, "{page}: the key itself is in the field: {value}");
            // In the field they are letters like all others.
            reader.session.press(&["s", "/", "?"])?;
            let value = reader.session.run("return document.activeElement.value")?;
            ensure!(value == "s/?", "{page}: typed s/?, the field has {value}");
            close(reader)?;
            ensure!(
                reader
                    .holds("document.activeElement === document.querySelector('main a[href]')")?,
                "{page}: after Esc the focus is elsewhere"
            );
        }
        reader.session.press(&["?"])?;
        helps(reader, &format!("{page}: ?"))?;
        ensure!(reader.is_shown("#_search-help dl")?, "{page}: the keys are not shown");
        close(reader)?;
    }
    // Not while somebody writes, nor together with keys of the browser.
    reader.open_first("en/lookup.html")?;
    reader.type_over("#_lookup-query", "s/?")?;
    stays_closed(reader, "a key in a field")?;
    reader.session.run("document.activeElement.blur()")?;
    for held in ["ctrlKey", "metaKey", "altKey"] {
        strike(reader, "KeyS", "s", json!({ held: true }))?;
        stays_closed(reader, &format!("s with {held}"))?;
    }
    strike(reader, "KeyS", "S", json!({ "shiftKey": true }))?;
    stays_closed(reader, "a capital")?;
    open_by_button(reader)?;
    reader.session.click(&reader.session.find("#_search-close")?)?;
    wait_until("the button closes", || Ok(!is_open(reader)?))
}

#[test]
fn dialog_by_keys() -> Result<()> {
    in_chromium(the_dialog_opens_and_closes_by_keys)
}

pub(super) fn keys_work_on_other_layouts(reader: &Reader<'_>) -> Result<()> {
    reader.open_first("en/index.html")?;
    for (layout, code, writes, shift) in [
        ("Ukrainian", "Slash", ".", false),
        ("Ukrainian", "KeyS", "і", false),
        ("Russian", "KeyS", "ы", false),
        ("Georgian", "Slash", "/", false),
        ("Georgian", "KeyS", "ს", false),
        ("Azerbaijani", "Slash", ".", false),
        ("Romanian", "KeyS", "s", false),
        // Where the letter or the sign stands at another place.
        ("German", "Digit7", "/", true),
        ("Dvorak", "Semicolon", "s", false),
        // Caps lock.
        ("English", "KeyS", "S", false),
    ] {
        strike(reader, code, writes, json!({ "shiftKey": shift }))?;
        opens(reader, &format!("{layout}: {code}, which writes {writes},"))?;
        close(reader)?;
    }
    for (layout, code, writes) in
        [("Ukrainian", "Slash", ","), ("Georgian", "Slash", "?"), ("German", "Minus", "?")]
    {
        strike(reader, code, writes, json!({ "shiftKey": true }))?;
        helps(reader, &format!("{layout}: {code}, which writes {writes},"))?;
        reader.session.run("document.getElementById('_search-help').open = false")?;
        close(reader)?;
    }
    Ok(())
}

#[test]
fn dialog_on_other_layouts() -> Result<()> {
    in_chromium(keys_work_on_other_layouts)
}

pub(super) fn keys_can_be_switched_off(reader: &Reader<'_>) -> Result<()> {
    reader.open_first("en/index.html")?;
    let switch = || -> Result<()> {
        open_by_button(reader)?;
        reader.session.run("document.getElementById('_search-help').open = true")?;
        reader.session.click(&reader.session.find("#_search-keys")?)?;
        close(reader)?;
        reader.session.run("document.activeElement.blur()").map(drop)
    };
    let dead = |when: &str| -> Result<()> {
        reader.session.press(&["/", "s", "?"])?;
        strike(reader, "Slash", ".", json!({}))?;
        stays_closed(reader, &format!("{when} a key"))
    };
    switch()?;
    dead("switched off,")?;
    reader.session.reload()?;
    dead("switched off, after a reload,")?;
    // Firefox keeps what pages on the disk store for each file of its own.
    if reader.site.starts_with("http") {
        reader.open("en/md/licensing.html")?;
        dead("switched off, on another page,")?;
        reader.open("en/index.html")?;
    }
    switch()?;
    reader.session.press(&["/"])?;
    opens(reader, "switched on again, a key")?;
    ensure!(reader.holds("document.getElementById('_search-keys').checked")?);
    reader.session.run("localStorage.clear()").map(drop)
}

#[test]
fn keys_off() -> Result<()> {
    in_chromium(keys_can_be_switched_off)
}

/// Titles, addresses and marked words of the texts that are found.
fn found(reader: &Reader<'_>) -> Result<Vec<Value>> {
    let found = reader.session.run(
        "return Array.from(document.querySelectorAll('#_search-results .hit'), (hit) => ({
             code: Boolean(hit.querySelector('code')),
             href: hit.querySelector('a').href,
             title: hit.querySelector('a').textContent,
             excerpt: hit.querySelector('.hit-excerpt')?.textContent ?? '',
             marks: Array.from(hit.querySelectorAll('mark'), (mark) => mark.textContent),
         }));",
    )?;
    Ok(found.as_array().context("a list")?.clone())
}

pub(super) fn results_have_excerpts_and_lead_to_their_place(reader: &Reader<'_>) -> Result<()> {
    // Queries of several languages, and a beginning that some marked word must have.
    for (query, start) in [
        ("common transit", "transit"),
        ("Autorizație individuală", "autoriza"),
        ("дозвіл", "д"),
        ("ნებართვა", "ნებართვ"),
    ] {
        reader.open_first("en/ge/index.html")?;
        open_by_button(reader)?;
        reader.type_over(DIALOG_FIELD, query)?;
        let answer = || {
            reader
                .session
                .run_on("return handbook.search(arguments[0], { limit: 20 })", &[json!(query)])
        };
        let answer = answer()?;
        let answer = answer.as_array().context("results")?;
        ensure!(!answer.is_empty(), "{query:?} finds nothing");
        // First what is there at once, then what the texts of the pages add.
        let texts = || -> Result<Vec<Value>> {
            Ok(found(reader)?.into_iter().filter(|hit| hit["code"] == false).collect())
        };
        wait_until(&format!("the results for {query:?} are shown"), || {
            let shown = texts()?;
            Ok(shown.len() == answer.len()
                && shown.iter().zip(answer).all(|(hit, one)| hit["excerpt"] == one["excerpt"]))
        })?;
        let shown = texts()?;
        for (hit, one) in shown.iter().zip(answer) {
            let url = one["url"].as_str().context("an address")?;
            ensure!(hit["href"] == reader.url(&format!("en/{url}")), "{query:?}: {hit}");
            ensure!(hit["title"] == one["title"], "{query:?}: {hit}");
            let letters: Vec<char> = one["excerpt"].as_str().context("text")?.chars().collect();
            let places = one["highlights"].as_array().context("places")?;
            let marks: Vec<String> = places
                .iter()
                .filter_map(|place| Some((place[0].as_u64()?, place[1].as_u64()?)))
                .map(|(from, to)| letters[from as usize..to as usize].iter().collect())
                .collect();
            ensure!(hit["marks"] == json!(marks), "{query:?}: {hit}");
        }
        let marks = || shown.iter().filter_map(|hit| hit["marks"].as_array()).flatten();
        let marked = marks().filter_map(Value::as_str).any(|m| m.to_lowercase().starts_with(start));
        ensure!(marked, "{query:?}: no word with {start:?} is marked");
        // Down to the first, up and back, and in.
        reader.session.press(&[key::DOWN])?;
        let href = shown[0]["href"].as_str().context("an address")?;
        let at = reader.session.run("return document.activeElement.href")?;
        let first = found(reader)?.remove(0);
        ensure!(at == first["href"], "{query:?}: the arrow leads to {at}");
        reader.session.press(&[key::UP])?;
        ensure!(reader.has_focus(DIALOG_FIELD)?, "the arrow does not lead back");
        if first["code"] == false {
            reader.session.press(&[key::ENTER])?;
            wait_until(&format!("{href} is open"), || Ok(reader.session.url()? == href))?;
        }
    }
    codes_come_first(reader)
}

/// Codes and names of the list stand above the texts, with a way to all of them.
fn codes_come_first(reader: &Reader<'_>) -> Result<()> {
    reader.open_first("en/index.html")?;
    open_by_button(reader)?;
    reader.type_over(DIALOG_FIELD, "3a1b2")?;
    wait_until("the entry is shown", || {
        Ok(reader.texts("#_search-results .hit code")?.iter().any(|code| code == "3A001.b.2"))
    })?;
    reader.session.press(&[key::ENTER])?;
    let place = reader.url("en/list/3A.html#3A001.b.2");
    wait_until("the entry is open", || Ok(reader.session.url()? == place))?;
    wait_until("the page is loaded", || reader.holds("document.readyState === 'complete'"))?;
    // On the page itself the dialog makes way.
    reader.session.press(&["/"])?;
    opens(reader, "/")?;
    reader.type_over(DIALOG_FIELD, "3A001.b.3")?;
    wait_until("the other entry is shown", || {
        Ok(reader.texts("#_search-results .hit code")?.iter().any(|code| code == "3A001.b.3"))
    })?;
    reader.session.press(&[key::ENTER])?;
    let place = reader.url("en/list/3A.html#3A001.b.3");
    wait_until("the other entry is open", || Ok(reader.session.url()? == place))?;
    wait_until("the dialog is closed", || Ok(!is_open(reader)?))?;
    // All entries, on the page of the lookup.
    reader.session.press(&["/"])?;
    opens(reader, "/")?;
    reader.type_over(DIALOG_FIELD, "carbon fibre")?;
    wait_until("the way to the lookup is shown", || {
        reader.holds("document.querySelector('#_search-results a[href*=\"lookup.html#q=\"]')")
    })?;
    reader.session.run("document.querySelector('#_search a[href*=\"lookup.html#q=\"]').click()")?;
    wait_until("the lookup has the query", || {
        Ok(reader.session.url()? == reader.url("en/lookup.html#q=carbon+fibre")
            && reader.texts("#_lookup-results .hit")?.len() > 3)
    })
}

#[test]
fn excerpts_and_places() -> Result<()> {
    in_chromium(results_have_excerpts_and_lead_to_their_place)
}

#[test]
fn the_dialog_fits_a_small_window() -> Result<()> {
    in_chromium(|reader| {
        reader.session.resize(320, 640)?;
        reader.open_first("en/md/licensing.html")?;
        open_by_button(reader)?;
        reader.session.run("document.getElementById('_search-help').open = true")?;
        for query in ["carbon fibre", "autorizație individuală de transbordare", "zzqqxxw"] {
            reader.paste(DIALOG_FIELD, query)?;
            wait_until("the search has answered", || {
                Ok(!reader.text("#_search-status")?.is_empty())
            })?;
            reader.session.run("return handbook.search('x')")?;
            reader.ensure_no_sideways_scroll()?;
            let inside = "document.getElementById('_search').scrollWidth <= \
                          document.getElementById('_search').clientWidth";
            ensure!(reader.holds(inside)?, "{query:?}: the dialog scrolls sideways");
        }
        reader.session.resize(1280, 900)
    })
}
