// Makes the peers' indexes of what `peers.rs` has written into a folder, asks every engine the same
// questions in Chromium, and prints tables. See `peers.rs` for how to run it.
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import * as pagefind from "pagefind";
import { minify } from "terser";
import { Browser } from "./chromium.mjs";
import { Server } from "./server.mjs";

const MiniSearch = createRequire(import.meta.url)("minisearch");

const FOLDER = process.argv[2];
const COLD_RUNS = 3;
const WARM_RUNS = 3;
const WARM_QUERIES = 50;
const BEFORE = 150;

const read = (name) => JSON.parse(readFileSync(join(FOLDER, name + ".json"), "utf8"));
const figures = read("figures");
const documents = read("documents");
const questions = read("questions");
const provisions = read("provisions");
const relevance = read("relevance");

function note(text) {
    process.stderr.write(new Date().toISOString().slice(11, 19) + " " + text + "\n");
}

/* ---- indexes of the peers ---- */

const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");

// One file a document, its title as the heading, so that Pagefind weighs it as a heading; the
// number keeps documents with one address apart.
async function makePagefind() {
    const started = performance.now();
    const { index } = await pagefind.createIndex({ forceLanguage: "en" });
    for (const [at, { url, title, text }] of documents.entries()) {
        const { errors } = await index.addHTMLFile({
            url: "/" + url.replace(/#|$/, "?n=" + at + "$&"),
            content: "<html lang=en><title>" + escaped(title) + "</title><body><h1>" + escaped(title) +
                "</h1><p>" + escaped(text).replace(/\n/g, "</p><p>") + "</p></body></html>",
        });
        if (errors.length > 0) {
            throw new Error(errors.join("; "));
        }
    }
    await index.writeFiles({ outputPath: join(FOLDER, "pagefind") });
    const taken = performance.now() - started;
    await pagefind.close();
    return taken;
}

const MINI = {
    fields: ["title", "text"],
    searchOptions: { prefix: true, fuzzy: 0.2, boost: { title: 2 } },
};

function makeMini(stored) {
    const started = performance.now();
    const index = new MiniSearch({ ...MINI, storeFields: stored });
    index.addAll(documents.map((document, id) => ({ id, ...document })));
    const text = JSON.stringify(index);
    return { text, taken: performance.now() - started };
}

const LIST = {
    fields: ["code", "title", "names", "criteria", "cas", "un", "hs"],
    searchOptions: {
        prefix: true, fuzzy: 0.2,
        boost: { code: 4, cas: 4, un: 4, hs: 2, title: 2, names: 2, criteria: 0.5 },
    },
};

// Codes and numbers with their signs and without, since MiniSearch parts words at signs.
function makeList() {
    const both = (all) => all.concat(all.map((one) => one.replace(/[^0-9A-Za-z]/g, ""))).join(" ");
    const started = performance.now();
    const index = new MiniSearch({ ...LIST, storeFields: ["code", "title"] });
    index.addAll(provisions.map((one, id) => ({
        id,
        code: both([one.code]),
        title: one.title || "",
        names: one.names.concat(one.aliases).join("\n"),
        criteria: one.criteria.join("\n"),
        cas: both(one.cas),
        un: one.un.join(" "),
        hs: both(one.hs),
    })));
    return { text: JSON.stringify(index), taken: performance.now() - started };
}

/* ---- pages that hold an engine and nothing else ---- */

// Each gives `ask(query)`, a promise of the first ten answers. A query behind `#` is asked at once,
// and when it is answered, `answered` says when.
const TAIL = `
    window.answered = 0;
    const typed = decodeURIComponent(location.hash.slice(1));
    if (typed) {
        ask(typed).then((found) => { window.answered = performance.now(); window.found = found; });
    }`;

function host(body) {
    return '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Peer</title><link rel="icon" href="data:,">' + body + "</html>";
}

function only(folder, pattern) {
    const [name] = readdirSync(folder).filter((file) => pattern.test(file));
    return name;
}

function miniHost(data, options, shape) {
    return host(`<script>const data = fetch("${data}").then((answer) => answer.text());</script>
        <script src="minisearch.js"></script><script>
        const index = data.then((text) => MiniSearch.loadJSON(text, ${JSON.stringify(options)}));
        const ask = async (query) => (await index).search(query).slice(0, 10).map(${shape});
        ${TAIL}</script>`);
}

function hosts() {
    const ours = only(join(FOLDER, "site/en/book/theme"), /^lookup.*\.js$/);
    const stock = join(FOLDER, "stock/out");
    const script = (pattern) => `<script src="${only(stock, pattern)}"></script>`;
    return {
        "/site/en/_search.html": host(`<script src="book/theme/${ours}"></script><script>
            const ask = (query) => handbook.search(query, { limit: 10 });${TAIL}</script>`),
        "/site/en/_lookup.html": host(`<script src="book/theme/${ours}"></script><script>
            const ask = (query) => handbook.lookup(query, { limit: 10 });${TAIL}</script>`),
        // The elements that its script wants, as its own page has them, without style.
        "/stock/_search.html": host(`<body><button id="mdbook-search-toggle"></button>
            <div id="mdbook-search-wrapper" class="hidden"><form id="mdbook-searchbar-outer">
            <input type="search" id="mdbook-searchbar"></form>
            <div id="mdbook-searchresults-outer" class="hidden"><div id="mdbook-searchresults-header"></div>
            <ul id="mdbook-searchresults"></ul></div></div><div id="mdbook-content"></div>
            <script>const path_to_root = "";
            window.path_to_searchindex_js = "${only(stock, /^searchindex.*\.js$/)}";</script>
            ${script(/^elasticlunr.*\.js$/)}${script(/^mark.*\.js$/)}${script(/^searcher.*\.js$/)}<script>
            const bar = document.getElementById("mdbook-searchbar");
            const list = document.getElementById("mdbook-searchresults");
            const head = document.getElementById("mdbook-searchresults-header");
            const shown = () => Array.from(list.children, (item) => ({
                url: new URL(item.firstChild.href).pathname.replace(/^\\/stock\\//, "") + new URL(item.firstChild.href).hash,
                title: item.firstChild.textContent.split(" » ").pop(),
                excerpt: item.lastChild.textContent,
            }));
            let open = false;
            const ask = (query) => new Promise((done) => {
                const watch = new MutationObserver(() => { watch.disconnect(); done(shown()); });
                watch.observe(head, { childList: true, characterData: true, subtree: true });
                bar.value = query;
                if (open) {
                    bar.dispatchEvent(new Event("keyup"));
                } else {
                    open = true;
                    document.getElementById("mdbook-search-toggle").click();
                }
            });${TAIL}</script></body>`),
        "/mini/_search.html": miniHost("index.json", MINI,
            "({ id, title, text, url }) => ({ title, url, excerpt: text })"),
        "/mini/_lean.html": miniHost("lean.json", MINI, "({ id, title, url }) => ({ title, url })"),
        "/mini/_list.html": miniHost("list.json", LIST, "({ code, title, score }) => ({ code: code.split(' ')[0], title, score })"),
        // The first answer is there when the first of its pieces is; later all ten are waited for.
        "/pagefind/_search.html": host(`<script type="module">
            const engine = await import("./pagefind.js");
            // In the page, not in a worker: fewer bytes, and the slow line holds for it too.
            await engine.options({ noWorker: true });
            const shape = (data) => ({ url: data.raw_url.replace(/^\\/|[?]n=\\d+/g, ""), title: data.meta.title, excerpt: data.excerpt });
            const typed = decodeURIComponent(location.hash.slice(1));
            window.ask = async (query) => {
                const { results } = await engine.search(query);
                const first = window.answered ? results.slice(0, 10) : results.slice(0, 1);
                return Promise.all(first.map(async (one) => shape(await one.data())));
            };
            window.answered = 0;
            if (typed) {
                ask(typed).then((found) => { window.answered = performance.now(); window.found = found; });
            } else {
                window.answered = 1;
            }</script>`),
    };
}

/* ---- engines ---- */

const SEARCH = [
    { name: "ours", page: "/site/en/_search.html", runtime: /lookup[^/]*\.js$|tables\/wasm\.js$/, build: figures.search },
    { name: "mdBook 0.5.4", page: "/stock/_search.html", runtime: /(elasticlunr|mark|searcher)-[^/]*\.js$/, build: figures.mdbook },
    { name: "Pagefind 1.6.0", page: "/pagefind/_search.html", runtime: /pagefind[^/]*\.js$|wasm\.[a-z]+\.pagefind$/ },
    { name: "MiniSearch 7.2.0", page: "/mini/_search.html", runtime: /minisearch\.js$/ },
    { name: "MiniSearch, no excerpts", page: "/mini/_lean.html", runtime: /minisearch\.js$/ },
];
const LOOKUP = [
    { name: "ours, whole list, six languages", page: "/site/en/_lookup.html", runtime: SEARCH[0].runtime, build: figures.lookup },
    { name: "MiniSearch 7.2.0", page: "/mini/_list.html", runtime: /minisearch\.js$/ },
];

// All files that an engine may ever ask for.
function offline(engine) {
    const every = (folder, keep) => readdirSync(join(FOLDER, folder), { recursive: true })
        .filter((file) => statSync(join(FOLDER, folder, file)).isFile() && keep.test(file))
        .map((file) => "/" + folder + "/" + file);
    switch (engine.page) {
    case "/site/en/_search.html": return every("site/en", /^book\/theme\/lookup[^/]*\.js$|^tables\/(wasm|search)\.js$|^tables\/search\//);
    case "/site/en/_lookup.html": return every("site/en", /^book\/theme\/lookup[^/]*\.js$|^tables\/(wasm|list|names-[a-z]+)\.js$/);
    case "/stock/_search.html": return every("stock/out", /^(elasticlunr|mark|searcher|searchindex)-[^/]*\.js$/).map((file) => file.replace("/stock/out/", "/stock/"));
    // The program for the language of the pages; the general one is for others.
    case "/pagefind/_search.html": return every("pagefind", /^pagefind\.js$|^wasm\.en\.pagefind$|^pagefind-entry\.json$|\.pf_(meta|index|fragment|filter)$/);
    case "/mini/_search.html": return ["/mini/minisearch.js", "/mini/index.json"];
    case "/mini/_lean.html": return ["/mini/minisearch.js", "/mini/lean.json"];
    default: return ["/mini/minisearch.js", "/mini/list.json"];
    }
}

const sorted = (values) => [...values].sort((a, b) => a - b);
const share = (values, part) => sorted(values)[Math.max(0, Math.ceil(values.length * part) - 1)];
const median = (values) => share(values, 0.5);
const sum = (values) => values.reduce((a, b) => a + b, 0);
const kB = (bytes) => bytes >= 99950 ? Math.round(bytes / 1000) : (bytes / 1000).toFixed(1);

// Asks a page for something until it is there.
async function until(page, work, limit = 120000) {
    for (const started = Date.now(); Date.now() - started < limit;) {
        const value = await page.run(work);
        if (value) {
            return value;
        }
        await new Promise((resolve) => setTimeout(resolve, 40));
    }
    throw new Error("no answer in time");
}

/* ---- measures ---- */

// From opening a page to the first answer, then queries that follow, on a slow line or a fast one.
async function cold(browser, server, engine, queries, slow) {
    const page = await browser.open();
    if (slow) {
        await page.slow();
    }
    await page.goto(server.base + engine.page + "#" + encodeURIComponent(queries[0]));
    const first = await until(page, () => window.answered);
    const count = await page.run(() => window.found.length);
    const requests = page.requests(first).filter((one) => !one.url.includes(engine.page));
    const later = slow ? await page.run(async (queries) => {
        const times = [];
        for (const query of queries) {
            const started = performance.now();
            await ask(query);
            times.push(performance.now() - started);
        }
        return times;
    }, queries.slice(1)) : [];
    await page.close();
    return { first, count, requests, later };
}

// Times of queries asked for the first time, at once and after others have been asked.
async function warm(browser, server, engine, queries, before) {
    const page = await browser.open();
    await page.goto(server.base + engine.page + "#handbook");
    await until(page, () => window.answered);
    const times = await page.run(async (before, queries) => {
        for (const query of before) {
            await ask(query);
        }
        const times = [];
        for (const query of queries) {
            const started = performance.now();
            await ask(query);
            times.push(performance.now() - started);
            // Between two queries the browser may tidy up, as it does while somebody types.
            await new Promise((resolve) => setTimeout(resolve, 5));
        }
        return times;
    }, before, queries);
    await page.close();
    return times;
}

async function answers(browser, server, engine, queries) {
    const page = await browser.open();
    await page.goto(server.base + engine.page + "#handbook");
    await until(page, () => window.answered);
    const all = [];
    // In parts, since one answer of the browser may only be so long.
    for (let at = 0; at < queries.length; at += 100) {
        all.push(...await page.run(async (queries) => {
            const all = [];
            for (const query of queries) {
                const found = await ask(query);
                all.push(found.map(({ url, title, code, score }) => ({ url, title, code, score })));
            }
            return all;
        }, queries.slice(at, at + 100)));
    }
    await page.close();
    return all;
}

function measured(runs) {
    const warmQueries = runs[0].map((_, at) => median(runs.map((run) => run[at])));
    return { p50: share(warmQueries, 0.5), p99: share(warmQueries, 0.99) };
}

// So many queries of all kinds in turn.
function mixed(all, count, kinds, from) {
    const byKind = kinds.map((kind) => all.filter((one) => one.kind === kind).slice(from));
    const picked = [];
    for (let at = 0; picked.length < count && at < 500; at += 1) {
        const one = byKind[at % kinds.length][Math.floor(at / kinds.length)];
        if (one && !picked.includes(one.query)) {
            picked.push(one.query);
        }
    }
    return picked;
}

const ms = (value) => value >= 99.5 ? Math.round(value) : value.toFixed(1);
const range = (values) => Math.round(median(values)) + " (" + Math.round(Math.min(...values)) + "–" + Math.round(Math.max(...values)) + ")";
const sizes = (engine) => [
    engine.name, kB(engine.runtimeBytes), kB(engine.offline - engine.runtimeBytes) +
        " in " + engine.files.filter((file) => !engine.runtime.test(file.path)).length,
    kB(engine.first), kB(engine.offline), Math.round(engine.fast), range(engine.slow),
    ms(median(engine.later)) + ", " + ms(Math.max(...engine.later)),
    ms(engine.warm.p50) + " / " + ms(engine.warm.p99), ms(engine.after.p50) + " / " + ms(engine.after.p99),
    Math.round(engine.build),
];

function table(head, rows) {
    const line = (cells) => "| " + cells.join(" | ") + " |";
    return [line(head), "|" + "---|".repeat(head.length), ...rows.map(line)].join("\n");
}

// The real pages: search from a page that is loaded, and the lookup opened with a query.
async function realSearch(browser, server, query) {
    const page = await browser.open();
    await page.slow();
    await page.goto(server.base + "/site/en/index.html");
    await until(page, () => document.readyState === "complete");
    const opened = await page.run(() => performance.now());
    await page.press("/", "Slash");
    await until(page, () => document.getElementById("_search-query"));
    await page.run((query) => {
        const field = document.getElementById("_search-query");
        const results = document.getElementById("_search-results");
        window.times = {};
        const watch = new MutationObserver(() => {
            if (results.querySelector(".hit")) {
                window.times.first = window.times.first || performance.now();
            }
            if (results.querySelector(".hit-excerpt")) {
                window.times.excerpt = performance.now();
                watch.disconnect();
            }
        });
        watch.observe(results, { childList: true, subtree: true });
        field.value = query;
        field.dispatchEvent(new Event("input", { bubbles: true }));
    }, query);
    await until(page, () => window.times.excerpt);
    const times = await page.run(() => window.times);
    const requests = page.requests(times.excerpt).filter((one) => one.asked >= opened - 5);
    await page.close();
    return { first: times.first - opened, excerpt: times.excerpt - opened, opened, requests };
}

async function realLookup(browser, server, query) {
    const page = await browser.open();
    await page.slow();
    await page.goto(server.base + "/site/en/lookup.html#q=" + encodeURIComponent(query));
    // The page's own clock cannot be hooked into before its script has run; asking often is enough.
    const first = await until(page, () => {
        const hit = document.querySelector("#_lookup-results .hit");
        return hit ? performance.now() : 0;
    });
    const requests = page.requests(first);
    await page.close();
    return { first, requests };
}

function waterfall(requests, until) {
    return requests.map((one) => {
        const path = new URL(one.url).pathname;
        const at = (time) => time === undefined ? "…" : Math.round(time);
        return `    ${String(at(one.asked)).padStart(6)} asked ${String(at(one.began)).padStart(6)} begun ` +
            `${String(at(one.ended)).padStart(6)} here ${String(one.bytes).padStart(8)} B  ${path}`;
    }).join("\n") + `\n    ${Math.round(until)} answered`;
}

/* ---- the run ---- */

note("indexes of the peers");
SEARCH[2].build = await makePagefind();
const mini = makeMini(["title", "url", "text"]);
const lean = makeMini(["title", "url"]);
const list = makeList();
SEARCH[3].build = mini.taken;
SEARCH[4].build = lean.taken;
LOOKUP[1].build = list.taken;
const source = readFileSync(createRequire(import.meta.url).resolve("minisearch").replace(/cjs.index\.cjs$/, "umd/index.js"), "utf8");
const server = new Server(
    { site: join(FOLDER, "site"), stock: join(FOLDER, "stock/out"), pagefind: join(FOLDER, "pagefind") },
    {
        ...hosts(),
        "/mini/minisearch.js": (await minify(source, { module: false })).code,
        "/mini/index.json": mini.text, "/mini/lean.json": lean.text, "/mini/list.json": list.text,
    },
);
await server.start();
const browser = new Browser();

note("packing");
for (const engine of SEARCH.concat(LOOKUP)) {
    engine.files = await Promise.all(offline(engine).map(async (path) => ({ path, bytes: await server.size(path) })));
    engine.offline = sum(engine.files.map((file) => file.bytes));
    engine.runtimeBytes = sum(engine.files.filter((file) => engine.runtime.test(file.path)).map((file) => file.bytes));
}

const KINDS = [...new Set(questions.map((one) => one.kind))];
const TYPED = ["heading", "sentence", "typo", "inflected", "prefix", "phrase"];
const coldQueries = Array.from({ length: COLD_RUNS }, (_, run) => mixed(questions, 6, TYPED, run * 3));
const asked = mixed(questions, WARM_QUERIES, KINDS, 30);
const before = mixed(questions, BEFORE, KINDS, 50).filter((query) => !asked.includes(query));
const goods = relevance.filter((one) => one.codes.length > 0);
const GOODS = [...new Set(goods.map((one) => one.kind))];
const coldGoods = Array.from({ length: COLD_RUNS }, (_, run) => mixed(goods, 6, ["names", "codes", "cas", "invoice", "misspelt", "hs"], run * 3));
const askedGoods = mixed(goods, WARM_QUERIES, GOODS, 5);
const beforeGoods = mixed(goods, BEFORE, GOODS, 15).filter((query) => !askedGoods.includes(query));

const log = [];
for (const [engines, colds, warms, befores] of [[SEARCH, coldQueries, asked, before], [LOOKUP, coldGoods, askedGoods, beforeGoods]]) {
    for (const engine of engines) {
        note("cold: " + engine.name);
        // Once without counting: the server packs what it has not packed yet.
        for (const queries of colds) {
            await cold(browser, server, engine, queries, false);
        }
        const fast = [];
        const slow = [];
        for (const queries of colds) {
            fast.push(await cold(browser, server, engine, queries, false));
            slow.push(await cold(browser, server, engine, queries, true));
        }
        engine.fast = median(fast.map((run) => run.first));
        engine.slow = slow.map((run) => run.first);
        engine.later = slow.flatMap((run) => run.later);
        engine.first = median(await Promise.all(slow.map(async (run) => sum(await Promise.all(run.requests.map(
            (one) => server.size(decodeURIComponent(new URL(one.url).pathname))))))));
        engine.empty = slow.filter((run) => run.count === 0).length;
        log.push(engine.name + " " + engine.page + ": " + colds[0][0] + "\n" + waterfall(slow[0].requests, slow[0].first));
        note("warm: " + engine.name);
        const runs = { warm: [], after: [] };
        for (let run = 0; run < WARM_RUNS; run += 1) {
            runs.warm.push(await warm(browser, server, engine, warms, []));
            runs.after.push(await warm(browser, server, engine, warms, befores));
        }
        engine.warm = measured(runs.warm);
        engine.after = measured(runs.after);
        note(sizes(engine).join(" | "));
    }
}

note("the real pages");
const dialog = [];
const lookup = [];
for (let run = 0; run < COLD_RUNS; run += 1) {
    dialog.push(await realSearch(browser, server, coldQueries[run][0]));
    lookup.push(await realLookup(browser, server, coldGoods[run][0]));
}
log.push("search in the start page, after /: " + coldQueries[0][0] + "\n" +
    waterfall(dialog[0].requests.map((one) => ({ ...one, asked: one.asked - dialog[0].opened, began: one.began - dialog[0].opened, ended: one.ended - dialog[0].opened })), dialog[0].excerpt));
log.push("lookup.html: " + coldGoods[0][0] + "\n" + waterfall(lookup[0].requests, lookup[0].first));

note("known items");
// Not every document has an anchor of its own, and engines make up different ones: page and title
// say which it is.
const same = (found, wanted) => found.replace(/\s/g, "") === wanted.replace(/\s/g, "");
for (const engine of SEARCH.slice(0, 4)) {
    const found = await answers(browser, server, engine, questions.map((one) => one.query));
    const quoted = questions.filter((one) => one.kind === "phrase");
    const foundQuoted = await answers(browser, server, engine, quoted.map((one) => '"' + one.query + '"'));
    const figure = (all, found) => sum(all.map((one, at) => {
        const rank = found[at].findIndex((hit) => hit.url.split("#")[0] === one.url.split("#")[0] && same(hit.title, one.title));
        return rank < 0 ? 0 : 1 / (rank + 1);
    })) / all.length;
    engine.mrr = Object.fromEntries(KINDS.map((kind) => {
        const at = questions.map((one, at) => one.kind === kind ? at : -1).filter((at) => at >= 0);
        return [kind, figure(at.map((at) => questions[at]), at.map((at) => found[at]))];
    }));
    engine.mrr['"phrase"'] = figure(quoted, foundQuoted);
    note("known items: " + engine.name);
}

note("classification");
const meant = (one, code) => one.codes.some((wanted) => code === wanted || code.startsWith(wanted + "."));
for (const engine of LOOKUP) {
    const found = await answers(browser, server, engine, relevance.map((one) => one.query));
    engine.kinds = {};
    for (const kind of GOODS.concat("all")) {
        const of = relevance.map((one, at) => ({ ...one, found: found[at] }))
            .filter((one) => one.codes.length > 0 && (kind === "all" || one.kind === kind));
        const ranks = of.map((one) => one.found.findIndex((hit) => meant(one, hit.code)) + 1);
        engine.kinds[kind] = {
            asked: of.length,
            one: ranks.filter((rank) => rank === 1).length / of.length,
            five: ranks.filter((rank) => rank > 0 && rank <= 5).length / of.length,
            mrr: sum(ranks.map((rank) => rank > 0 ? 1 / rank : 0)) / of.length,
        };
    }
    const ordinary = relevance.map((one, at) => ({ ...one, found: found[at] })).filter((one) => one.codes.length === 0);
    engine.any = ordinary.filter((one) => one.found.length > 0).length + " of " + ordinary.length;
    engine.sure = ordinary.filter((one) => one.found.some((hit) => hit.score >= 0.6)).length + " of " + ordinary.length;
}

const version = (await browser.send("Browser.getVersion")).product;
await browser.close();
server.stop();

/* ---- tables ---- */

const HEAD = [
    "engine", "runtime kB", "index kB in files", "kB to the first answer", "kB to work offline",
    "first answer ms", "first answer ms, slow line", "later query ms there, median and longest",
    "warm ms p50 / p99", "after " + before.length + " other queries", "index made in ms",
];
const two = (value) => Number.isNaN(value) ? "–" : value.toFixed(2);
const percent = (value) => (value * 100).toFixed(0) + " %";

const text = [
    `Measured at commit ${figures.commit}, ${version}: ${documents.length} documents of ` +
        `${new Set(documents.map((one) => one.url.split("#")[0])).size} pages, ` +
        `${kB(Buffer.byteLength(documents.map((one) => one.text).join("\n")))} kB of text. ` +
        `The whole build of our site takes ${Math.round(figures.site)} ms, of stock mdBook with search ${Math.round(figures.mdbookWhole)} ms.`,
    "### Search", table(HEAD, SEARCH.map(sizes)),
    "### Known items, MRR@10",
    table(["engine", ...Object.keys(SEARCH[0].mrr)], [
        ["questions", ...Object.keys(SEARCH[0].mrr).map((kind) => questions.filter((one) => one.kind === kind.replace(/"/g, "")).length)],
        ...SEARCH.slice(0, 4).map((engine) => [engine.name, ...Object.values(engine.mrr).map(two)]),
    ]),
    "### Lookup", table(HEAD, LOOKUP.map(sizes)),
    "### Lookup, hit@1 / hit@5 / MRR",
    table(["engine", ...Object.keys(LOOKUP[0].kinds), "ordinary goods with a hit", "with a sure hit"], [
        ["queries", ...Object.values(LOOKUP[0].kinds).map((kind) => kind.asked), "", ""],
        ...LOOKUP.map((engine, at) => [
            engine.name,
            ...Object.values(engine.kinds).map((kind) => [percent(kind.one), percent(kind.five), two(kind.mrr)].join(" / ")),
            engine.any, at === 0 ? engine.sure : "does not say",
        ]),
    ]),
    "### Our own pages on the slow line",
    table(["what", "ms", "kB before it"], [
        ["search: from `/` on the loaded start page to the first hit", range(dialog.map((run) => run.first)), ""],
        ["search: to the first excerpt", range(dialog.map((run) => run.excerpt)), kB(median(dialog.map((run) => sum(run.requests.map((one) => one.bytes)))))],
        ["lookup: from opening `lookup.html#q=…` to the first hit", range(lookup.map((run) => run.first)),
            kB(median(lookup.map((run) => sum(run.requests.map((one) => one.bytes))))) + ", of it tables and module " +
            kB(median(lookup.map((run) => sum(run.requests.filter((one) => one.url.includes("/tables/")).map((one) => one.bytes)))))],
    ]),
].join("\n\n");
process.stdout.write(text + "\n");
// Which requests came in which order, to see what waits for what.
writeFileSync("waterfalls.txt", log.join("\n\n") + "\n");
note("waterfalls are in target/tools/peers/waterfalls.txt");
