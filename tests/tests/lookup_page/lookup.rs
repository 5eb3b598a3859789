//! The page of the lookup.

use anyhow::{Context as _, Result, ensure};
use handbook_tests::webdriver::key;
use serde_json::{Value, json};

use super::{Bench, Reader, asked, in_chromium, wait_until};

pub(super) const PAGE: &str = "en/lookup.html";
pub(super) const FIELD: &str = "#_lookup-query";
const STATUS: &str = "#_lookup-status";
const CODES: &str = "#_lookup-results .hit-link code";

/// An invoice line, with all that drowns the words that matter.
const INVOICE: &str = "2 PCS PRESSURE TRANSDUCER MKS BARATRON 626D 0-10 TORR, HS 9026 20 20, \
                       MADE IN USA, USD 1,250.00";

/// What officers type, and what must then be among the first five.
const QUERIES: [(&str, &str); 12] = [
    ("3a1b2", "3A001.b.2"),
    ("3А001", "3A001"),
    ("7783815", "0C001"),
    ("9026.20", "2B230"),
    ("UN 1052", "1C350.24"),
    ("UN 2811", "1C450.a.3"),
    ("мартенситно-старіюча сталь", "1C216"),
    ("fibră de carbon", "1C010.b"),
    ("ნახშირბადის ბოჭკო", "1C010.b"),
    ("carbn fibre", "1C010.b"),
    ("carbon fibre", "1C010.b"),
    (INVOICE, "2B230"),
];

/// Goods of every shop, which are on no list.
const ORDINARY: [&str; 6] =
    ["shampoo", "office chair", "bicycle", "шампунь", "bananas", "toner cartridge for HP printer"];

/// Codes of the first results that are shown.
fn codes(reader: &Reader<'_>, first: usize) -> Result<Vec<String>> {
    let mut codes = reader.texts(CODES)?;
    codes.truncate(first);
    Ok(codes)
}

/// Waits until a code is among the first five.
fn wait_for(reader: &Reader<'_>, code: &str) -> Result<()> {
    wait_until(&format!("{code} is among the first five"), || {
        Ok(codes(reader, 5)?.iter().any(|c| c == code))
    })
    .with_context(|| format!("shown: {:?}", codes(reader, 5)))
}

pub(super) fn queries_find_their_entries(reader: &Reader<'_>) -> Result<()> {
    reader.open_first(PAGE)?;
    reader.settle()?;
    for (query, code) in QUERIES {
        reader.type_over(FIELD, query)?;
        reader.settle()?;
        let shown = codes(reader, 5)?;
        ensure!(shown.iter().any(|c| c == code), "{query:?} shows {shown:?}");
        let links = "return Array.from(document.querySelectorAll('#_lookup-results .hit-link'),
            (link) => link.href)";
        let links = reader.session.run(links)?;
        for (code, link) in shown.iter().zip(links.as_array().context("links")?) {
            let entry = reader.url(&format!("en/list/{}.html#{code}", &code[..2]));
            ensure!(*link == entry, "{code} leads to {link}");
        }
        ensure!(reader.text(STATUS)?.contains("entr"), "{query:?}: {}", reader.text(STATUS)?);
    }
    Ok(())
}

#[test]
fn queries_of_every_kind() -> Result<()> {
    in_chromium(queries_find_their_entries)
}

pub(super) fn results_come_while_typing(reader: &Reader<'_>) -> Result<()> {
    reader.open_first(PAGE)?;
    reader.type_over(FIELD, "vacuum pu")?;
    wait_until("the beginning of a name has results", || Ok(codes(reader, 5)?.len() > 1))?;
    let before = codes(reader, 20)?;
    reader.session.press(&["m", "p"])?;
    reader.settle()?;
    wait_for(reader, "2B231")?;
    reader.session.press(&["x", "q", "w", "v", "z"])?;
    wait_until("the results follow", || Ok(codes(reader, 20)? != before))?;
    reader.type_over(FIELD, "3A001.b.")?;
    wait_for(reader, "3A001.b")?;
    // All that was typed is an answer away, and none of it needs Enter.
    reader.type_over(FIELD, " ")?;
    wait_until("nothing is left", || {
        Ok(codes(reader, 5)?.is_empty() && reader.text(STATUS)?.is_empty())
    })
}

#[test]
fn results_while_typing() -> Result<()> {
    in_chromium(results_come_while_typing)
}

pub(super) fn enter_and_arrows_reach_the_entry(reader: &Reader<'_>) -> Result<()> {
    reader.open_first(PAGE)?;
    let focused = || {
        let script = "const links = [...document.querySelectorAll('#_lookup-results .hit-link')];
            return document.activeElement.id || links.indexOf(document.activeElement);";
        reader.session.run(script)
    };
    reader.type_over(FIELD, "carbon fibre")?;
    reader.settle()?;
    wait_for(reader, "1C010.b")?;
    let presses = [
        (key::ENTER, json!(0)),
        (key::DOWN, json!(1)),
        (key::DOWN, json!(2)),
        (key::UP, json!(1)),
        (key::UP, json!(0)),
        (key::UP, json!("_lookup-query")),
        (key::DOWN, json!(0)),
    ];
    for (at, (press, to)) in presses.into_iter().enumerate() {
        reader.session.press(&[press])?;
        let now = focused()?;
        ensure!(now == to, "after key {at} the focus is at {now}, not at {to}");
    }
    let code = codes(reader, 1)?.remove(0);
    reader.session.press(&[key::ENTER])?;
    let place = reader.url(&format!("en/list/{}.html#{code}", &code[..2]));
    wait_until(&format!("{place} is open"), || Ok(reader.session.url()? == place))?;
    wait_until("the entry is in sight", || {
        reader.holds(
            "document.querySelector(':target') &&
             document.querySelector(':target').getBoundingClientRect().top >= 0 &&
             document.querySelector(':target').getBoundingClientRect().top < innerHeight",
        )
    })?;
    // Back to the results, as they were.
    reader.session.run("history.back()")?;
    wait_until("the page is back", || Ok(reader.session.url()?.contains("lookup.html")))?;
    wait_for(reader, &code)
}

#[test]
fn the_keyboard_reaches_an_entry() -> Result<()> {
    in_chromium(enter_and_arrows_reach_the_entry)
}

/// State in every country, and whom to ask in the chosen one.
fn states_and_whom_to_ask(reader: &Reader<'_>) -> Result<()> {
    reader.open_first(PAGE)?;
    reader.type_over(FIELD, "7A003")?;
    reader.settle()?;
    let found = reader.session.run("return handbook.lookup('7A003', { limit: 1 });")?;
    let countries = found[0]["countries"].as_object().context("countries")?;
    ensure!(countries.len() == 4, "{found}");
    ensure!(reader.texts("[data-ask]:not([hidden])")?.len() == 4, "all are there to be asked");
    let states = reader.texts(".hit:first-child .hit-states dd")?;
    for (state, shown) in countries.values().zip(&states) {
        let (word, basis) = (state["state"].as_str(), state["basis"].as_str());
        let (word, basis) = word.zip(basis).context("a state")?;
        // The page's words for the four states are the same words.
        ensure!(
            states.contains(&format!("{word} {basis}")),
            "{word} {basis} is not shown, but {shown}"
        );
    }
    ensure!(states.len() == 4, "{states:?}");
    for (id, name) in
        [("ge", "Georgia"), ("ua", "Ukraine"), ("az", "Azerbaijan"), ("md", "Moldova")]
    {
        reader.choose("#_lookup-country", id)?;
        reader.settle()?;
        let own = reader.text(".hit:first-child .hit-state")?;
        let state = &countries[id];
        let basis = state["basis"].as_str().context("a basis")?;
        ensure!(own.starts_with(&format!("{name}: ")) && own.contains(basis), "{id}: {own}");
        ensure!(reader.text("#_lookup-results .hit-choices")?.contains(name), "{id} is not named");
        let asked = reader.texts("[data-ask]:not([hidden]) > h3")?;
        ensure!(asked == [name], "{id}: {asked:?}");
        // Bodies and documents, or in words that they are not known.
        let facts = reader.texts("[data-ask]:not([hidden]) dd")?;
        let nothing = reader.texts("[data-ask]:not([hidden]) > .unknown")?;
        ensure!(!facts.is_empty() || nothing == ["Not supplied yet."], "{id}: {facts:?}");
        ensure!(facts.iter().all(|fact| !fact.is_empty()), "{id}: {facts:?}");
        let whom = reader.session.find(".hit:first-child .hit-state a")?;
        reader.session.click(&whom)?;
        wait_until("whom to ask is in sight", || {
            reader.holds(&format!(
                "document.querySelector('[data-ask={id}]').getBoundingClientRect().top < innerHeight"
            ))
        })?;
        ensure!(codes(reader, 1)? == ["7A003"], "the results have gone");
    }
    let contacts = reader.session.find("[data-ask=md] > p > a")?;
    reader.session.click(&contacts)?;
    let page = reader.url("en/md/authorities.html");
    wait_until("the contacts are open", || Ok(reader.session.url()? == page))
}

#[test]
fn state_and_whom_to_ask_in_each_country() -> Result<()> {
    in_chromium(states_and_whom_to_ask)
}

/// Values of the three choices.
fn chosen(reader: &Reader<'_>) -> Result<Value> {
    reader.session.run(
        "return ['country', 'edition', 'lang'].map((id) =>
             document.getElementById('_lookup-' + id).value);",
    )
}

pub(super) fn choices_are_remembered(reader: &Reader<'_>) -> Result<()> {
    reader.open_first(PAGE)?;
    ensure!(chosen(reader)? == json!(["", "", "en"]), "{}", chosen(reader)?);
    reader.choose("#_lookup-country", "ua")?;
    reader.choose("#_lookup-edition", "2021/821")?;
    reader.choose("#_lookup-lang", "uk")?;
    let mine = json!(["ua", "2021/821", "uk"]);
    reader.open("en/index.html")?;
    reader.open(PAGE)?;
    ensure!(chosen(reader)? == mine, "on the next visit: {}", chosen(reader)?);
    reader.type_over(FIELD, "4A506")?;
    reader.settle()?;
    // Only the newer edition has it.
    ensure!(codes(reader, 20)?.iter().all(|c| c != "4A506"), "the chosen edition does not count");
    reader.type_over(FIELD, "7A003")?;
    reader.settle()?;
    let line = reader.text("#_lookup-results .hit-choices")?;
    for part in ["Ukraine", "2021/821"] {
        ensure!(line.contains(part), "{part} is not named above the results: {line}");
    }
    ensure!(reader.text(".hit:first-child .hit-state")?.starts_with("Ukraine"), "no state");
    // Somebody else's link shows what it says, and changes no choice.
    reader.open(&format!("{PAGE}#q=7A003&country=md"))?;
    ensure!(chosen(reader)? == json!(["md", "2021/821", "uk"]), "{}", chosen(reader)?);
    reader.open(PAGE)?;
    ensure!(chosen(reader)? == mine, "after a link: {}", chosen(reader)?);
    reader.open(&format!("{PAGE}#q=7A003&country=zz&edition=1&lang=%3Cb%3E"))?;
    ensure!(chosen(reader)? == mine, "after an odd link: {}", chosen(reader)?);
    // Back to everything.
    reader.choose("#_lookup-country", "")?;
    reader.choose("#_lookup-edition", "")?;
    reader.open(PAGE)?;
    ensure!(chosen(reader)? == json!(["", "", "uk"]), "at the end: {}", chosen(reader)?);
    reader.session.run("localStorage.clear()").map(drop)
}

#[test]
fn country_edition_and_language_are_chosen_once() -> Result<()> {
    in_chromium(choices_are_remembered)
}

pub(super) fn the_address_carries_the_query(reader: &Reader<'_>) -> Result<()> {
    // From a link of the old kind, once.
    reader.open_first(&format!("{PAGE}?q=carbon+fibre&country=ge&lang=ka"))?;
    let moved = reader.url(&format!("{PAGE}#q=carbon+fibre&country=ge&lang=ka"));
    wait_until("the query is in the fragment", || Ok(reader.session.url()? == moved))?;
    wait_for(reader, "1C010.b")?;
    ensure!(reader.text(".hit:first-child .hit-state")?.starts_with("Georgia"), "no country");
    // What is typed follows.
    reader.type_over(FIELD, "ნახშირბადი & ბოჭკო #1")?;
    wait_until("the fragment follows", || {
        let url = reader.session.url()?;
        Ok(url.contains("%26+") && url.contains("%231&country=ge") && !url.contains('?'))
    })?;
    let url = reader.session.url()?;
    reader.session.reload()?;
    let value = reader.session.run("return document.getElementById('_lookup-query').value")?;
    ensure!(value == "ნახშირბადი & ბოჭკო #1", "after a reload: {value}");
    ensure!(reader.session.url()? == url, "a reload changes the address");
    reader.settle()?;
    let again = codes(reader, 5)?;
    ensure!(!again.is_empty(), "the fragment restores no results");
    // A fragment typed into the open page, and one that is a place on it.
    reader.session.run("location.hash = 'q=3A001&country=md'")?;
    wait_for(reader, "3A001")?;
    ensure!(chosen(reader)?[0] == "md", "the country of the fragment");
    reader.session.run("location.hash = '_ask'")?;
    reader.settle()?;
    ensure!(codes(reader, 1)? == ["3A001"], "a place on the page is no query");
    // None left: a bare address.
    reader.choose("#_lookup-country", "")?;
    reader.choose("#_lookup-lang", "en")?;
    reader.paste(FIELD, "")?;
    let bare = reader.url(PAGE);
    wait_until("the address is bare", || Ok(reader.session.url()? == bare))?;
    ensure!(reader.session.run("return document.referrer")? == "", "a referrer");
    ensure!(reader.holds("document.querySelector('meta[name=referrer][content=no-referrer]')")?);
    Ok(())
}

#[test]
fn the_query_is_in_the_fragment() -> Result<()> {
    in_chromium(the_address_carries_the_query)?;
    // No server has seen any of it but what came in the old kind of link.
    let asked = Bench::shared()?.server.asked();
    ensure!(asked.iter().all(|path| !path.contains("q=")), "{asked:?}");
    Ok(())
}

pub(super) fn names_have_a_language_of_their_own(reader: &Reader<'_>) -> Result<()> {
    reader.open_first(&format!("{PAGE}#q=7A003"))?;
    reader.settle()?;
    wait_for(reader, "7A003")?;
    let title = || {
        reader.session.run(
            "const title = document.querySelector('.hit-title');
             return [title.lang, title.textContent];",
        )
    };
    let mut seen = vec![title()?];
    ensure!(seen[0][0] == "en", "{}", seen[0]);
    for lang in ["ka", "uk", "az", "ro", "ru"] {
        reader.choose("#_lookup-lang", lang)?;
        reader.settle()?;
        let now = title()?;
        ensure!(now[0] == lang, "{lang}: {now}");
        ensure!(!seen.iter().any(|other| other[1] == now[1]), "{lang}: {now}");
        seen.push(now);
    }
    ensure!(reader.holds("document.documentElement.lang === 'en'")?, "the page has changed");
    ensure!(reader.text("main h1")? == "Look up goods", "the page has changed");
    // Parents and what is not translated keep a language of their own.
    reader.type_over(FIELD, "3A001.b.2")?;
    reader.settle()?;
    let path = reader.session.run(
        "return Array.from(document.querySelectorAll('.hit:first-child .hit-path span'),
             (part) => [part.lang, part.textContent]);",
    )?;
    let path = path.as_array().context("a path")?;
    ensure!(path.len() == 2 && path[0][0] == "ru" && path[1][0] == "en", "{path:?}");
    let options = reader.session.run(
        "return Array.from(document.querySelectorAll('#_lookup-lang option')).every((option) =>
             option.lang === option.value);",
    )?;
    ensure!(options == true, "names of languages are in these languages");
    reader.session.run("localStorage.clear()").map(drop)
}

#[test]
fn names_in_another_language() -> Result<()> {
    in_chromium(names_have_a_language_of_their_own)
}

pub(super) fn ready_is_a_promise(reader: &Reader<'_>) -> Result<()> {
    reader.open("en/trust.html")?;
    for promised in ["handbook.ready", "handbook.lookup('x')", "handbook.search('x')"] {
        // Tests run in a world of their own, where `Promise` is another one.
        let kind = format!("Object.prototype.toString.call({promised}) === '[object Promise]'");
        ensure!(reader.holds(&kind)?, "{promised} is no promise");
    }
    let ready = reader.session.run("return handbook.ready.then(() => 'ready');")?;
    ensure!(ready == "ready", "{ready}");
    let refused = reader.session.run(
        "return handbook.lookup('3A001', { listEdition: '1999/1' }).catch((e) => e.message);",
    )?;
    ensure!(refused.as_str().is_some_and(|why| why.contains("2021/821")), "{refused}");
    for odd in ["null", "undefined", "17", "{}", "['3A001']"] {
        reader.session.run(&format!("return handbook.lookup({odd}, null);"))?;
        reader.session.run(&format!("return handbook.search({odd}, null);"))?;
    }
    Ok(())
}

/// The same value with all numbers of one kind: the command writes 1.0 where a page has 1.
fn exact(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(all) => all.iter().map(exact).collect(),
        Value::Object(all) => all.iter().map(|(key, one)| (key.clone(), exact(one))).collect(),
        other => other.clone(),
    }
}

/// Page and command give the same, in the same order.
#[test]
fn page_and_command_agree() -> Result<()> {
    let lookups: Vec<&str> =
        QUERIES.iter().map(|(query, _)| *query).chain(ORDINARY).chain(["7783-81-6", ""]).collect();
    let searches = [
        "transit",
        "\"transit declaration\"",
        "carbn fibre",
        "declaration transit customs",
        "ліцензія",
        "Autorizație de transport",
        "ნებართვა",
        "7A003",
        "",
    ];
    let commands: [(&str, Value, &[&str]); 7] = [
        ("lookup", json!({}), &["lookup"]),
        ("lookup", json!({ "limit": 3, "country": "md" }), &["lookup", "--limit", "3"]),
        ("lookup", json!({ "limit": 0 }), &["lookup", "--limit", "0"]),
        ("lookup", json!({ "listEdition": "2021/821" }), &["lookup", "--list-edition", "2021/821"]),
        ("lookup", json!({ "lang": "ka", "limit": 20 }), &["lookup", "--lang", "ka", "--limit=20"]),
        ("search", json!({}), &["search"]),
        ("search", json!({ "limit": 4 }), &["search", "--limit", "4"]),
    ];
    let mut expected = Vec::new();
    for (kind, options, command) in &commands {
        let queries = if *kind == "lookup" { &lookups[..] } else { &searches };
        expected.push((*kind, options, queries, asked(command, queries)?));
    }
    let check = |reader: &Reader<'_>| -> Result<()> {
        reader.open("en/md/licensing.html")?;
        for (kind, options, queries, expected) in &expected {
            let script = "return (async () => {
                const all = [];
                for (const query of arguments[1]) {
                    all.push(await handbook[arguments[0]](query, arguments[2]));
                }
                return all;
            })();";
            let arguments = [json!(kind), json!(queries), (*options).clone()];
            let given = reader.session.run_on(script, &arguments)?;
            for ((query, expected), at) in queries.iter().zip(expected).zip(0..) {
                let (given, expected) = (exact(&given[at]), exact(expected));
                ensure!(
                    given == expected,
                    "{kind} {query:?} {options}\npage: {given}\ncommand: {expected}"
                );
            }
        }
        Ok(())
    };
    let bench = Bench::shared()?;
    let session = bench.driver.session(handbook_tests::webdriver::Scripts::On)?;
    let mut reader = Reader::on_disk(&bench, session);
    check(&reader).context("from the disk")?;
    reader.go_online(&bench.server)?;
    check(&reader).context("over HTTP")?;
    ready_is_a_promise(&reader)
}

pub(super) fn outcomes_are_said_in_the_fixed_words(reader: &Reader<'_>) -> Result<()> {
    const NONE: &str = "no match in this edition; this is not a finding that the item is free";
    reader.open_first(PAGE)?;
    let text = reader.text("main")?;
    for words in [
        "covers the dual-use list only",
        "Military and national lists, sanctions and \
        catch-all controls apply besides",
        "competent authority of the country decides",
    ] {
        ensure!(text.contains(words), "the page does not say {words:?}");
    }
    for query in ["zzqqxxw", "  qqqq 12 wwww  "] {
        reader.paste(FIELD, query)?;
        reader.settle()?;
        ensure!(reader.text(".no-match")? == NONE, "{query:?}");
        ensure!(codes(reader, 5)?.is_empty(), "{query:?}");
    }
    for query in ORDINARY {
        reader.paste(FIELD, query)?;
        reader.settle()?;
        let groups = reader.texts("#_lookup-results .hits > h2")?;
        ensure!(groups.iter().all(|group| group != "Possible entries"), "{query:?}: {groups:?}");
        let doubt = reader.text(STATUS)?;
        let known = ["No match.", "No entry has this name. "].iter().any(|s| doubt.starts_with(s));
        ensure!(known, "{query:?}: {doubt}");
        if !groups.is_empty() {
            ensure!(groups == ["Only some words match"], "{query:?}: {groups:?}");
            let note = reader.text("#_lookup-results .hits > .hint")?;
            ensure!(note.contains("may have nothing to do with it"), "{query:?}: {note}");
        }
    }
    reader.paste(FIELD, "carbon fibre")?;
    reader.settle()?;
    let groups = reader.texts("#_lookup-results .hits > h2")?;
    ensure!(groups == ["Possible entries", "Also: only some words match"], "{groups:?}");
    reader.paste(FIELD, "7783-81-6")?;
    reader.settle()?;
    ensure!(reader.text("#_lookup-results .warning")?.contains("check digit"));
    let all = reader.text("body")?.to_lowercase();
    ensure!(!all.contains("not controlled"), "the page says that something is not controlled");
    Ok(())
}

#[test]
fn outcome_words() -> Result<()> {
    in_chromium(outcomes_are_said_in_the_fixed_words)
}

/// On the smallest window of WCAG 1.4.10, with results and all their details.
fn narrow(reader: &Reader<'_>) -> Result<()> {
    reader.session.resize(320, 640)?;
    reader.open_first(PAGE)?;
    for query in ["carbon fibre", "7783-81-6 3A001.b.2.a", INVOICE, "ნახშირბადის ბოჭკო", "zzqqxxw"]
    {
        for (country, lang) in [("", "en"), ("ge", "ka"), ("ua", "ru")] {
            reader.choose("#_lookup-country", country)?;
            reader.choose("#_lookup-lang", lang)?;
            reader.paste(FIELD, query)?;
            reader.settle()?;
            reader
                .session
                .run("document.querySelectorAll('details').forEach((d) => d.open = true)")?;
            let about = || format!("{query:?} {country} {lang}");
            reader.ensure_no_sideways_scroll().with_context(about)?;
        }
    }
    // A word that nothing can break.
    reader.paste(FIELD, &"carbon".repeat(99))?;
    reader.settle()?;
    reader.ensure_no_sideways_scroll()?;
    reader.session.resize(1280, 900)
}

#[test]
fn results_fit_a_small_window() -> Result<()> {
    in_chromium(narrow)
}

/// What programs that read aloud need.
fn roles(reader: &Reader<'_>) -> Result<()> {
    reader.open_first(PAGE)?;
    ensure!(reader.holds("document.getElementById('_lookup-status').matches('[role=status]')")?);
    reader.type_over(FIELD, "carbon fibre")?;
    reader.settle()?;
    let said = reader.text(STATUS)?;
    ensure!(said.contains("possible entries") && said.contains("share words"), "{said}");
    reader.paste(FIELD, "3A001.b.2")?;
    reader.settle()?;
    ensure!(reader.text(STATUS)?.starts_with("1 possible entry."), "{}", reader.text(STATUS)?);
    reader.paste(FIELD, "carbon fibre")?;
    reader.settle()?;
    ensure_sound(reader)?;
    // The dialog of the search is part of every page.
    super::search::open_by_button(reader)?;
    reader.type_over("#_search-query", "transit")?;
    wait_until("the search has answered", || Ok(reader.texts("#_search .hit")?.len() > 3))?;
    let said = reader.text("#_search-status")?;
    ensure!(said.ends_with(" results"), "{said}");
    ensure_sound(reader)
}

/// Fails for fields without a name, headings that leave out a level, ids that are there twice, and
/// references to ids that are not there.
fn ensure_sound(reader: &Reader<'_>) -> Result<()> {
    let faults = reader.session.run(
        "const faults = [];
         for (const field of document.querySelectorAll('input, select, textarea')) {
             const named = Array.from(field.labels).map((l) => l.textContent.trim()).join('');
             if (!named) {
                 faults.push('no label: ' + field.outerHTML);
             }
         }
         const dialog = document.querySelector('dialog');
         for (const [root, first] of [[document.querySelector('main'), 1], [dialog, 2]]) {
             let level = first - 1;
             // The dialog comes with the first search.
             for (const heading of root === null ? [] : root.querySelectorAll('h1, h2, h3, h4, h5, h6')) {
                 const own = Number(heading.tagName[1]);
                 if (own > level + 1 || own < first || !heading.textContent.trim()) {
                     faults.push(`h${level} then ${heading.outerHTML}`);
                 }
                 level = own;
             }
         }
         const ids = Array.from(document.querySelectorAll('[id]'), (element) => element.id);
         faults.push(...ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `twice: ${id}`));
         for (const name of ['aria-labelledby', 'aria-describedby', 'aria-controls', 'for']) {
             for (const element of document.querySelectorAll(`[${name}]`)) {
                 for (const id of element.getAttribute(name).split(' ')) {
                     if (!document.getElementById(id)) {
                         faults.push(`${name} of nothing: ${id}`);
                     }
                 }
             }
         }
         for (const button of document.querySelectorAll('button, a')) {
             if (!button.textContent.trim() && !button.getAttribute('aria-label')) {
                 faults.push('no name: ' + button.outerHTML);
             }
         }
         return faults;",
    )?;
    ensure!(faults == json!([]), "{faults}");
    Ok(())
}

#[test]
fn fields_headings_and_outcomes_have_names() -> Result<()> {
    in_chromium(roles)
}
