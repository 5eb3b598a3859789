// Lookup in the control list and search in the handbook. One WebAssembly module, tables and this
// script, all loaded as classic scripts: the same from a USB stick as over a network, and nothing
// that is typed leaves the device. All words that readers see stand in the pages.
"use strict";
(function () {
    const BASE = document.currentScript.src.replace(/book\/theme\/[^/]*$/, "");
    const TABLE = 0;
    const LOOKUP = 1;
    const SEARCH = 2;
    const MISSING = 3;
    const ABOUT = 4;
    const REST = 5;
    // From here on a result is what was asked for, or has its very name. As in the core.
    const SURE = 0.6;
    // Milliseconds in which all tables may come before an answer is given without some of them.
    const SOON = 400;
    // Milliseconds between two pieces that nobody waits for.
    const REST_PAUSE = 20;
    // Most pages that the dialog shows.
    const PAGES = 20;
    const encoder = new TextEncoder();
    const decoder = new TextDecoder();

    /* ---- loading ---- */

    const pieces = new Map();
    // Every piece is a script that hands over its name and its text; see book.js.
    const arrivals = window.__hb.arrivals;

    // A piece by name, loaded once. What fails may be asked for again.
    function piece(key) {
        if (!pieces.has(key)) {
            pieces.set(key, new Promise(function (resolve, reject) {
                if (arrivals.has(key)) {
                    resolve(arrivals.get(key));
                    arrivals.delete(key);
                    return;
                }
                // The page may have begun to load it by itself.
                const coming = document.querySelector('script[data-piece="' + key + '"]');
                const script = coming || document.createElement("script");
                script.onload = function () {
                    const text = arrivals.get(key);
                    arrivals.delete(key);
                    script.remove();
                    if (text === undefined) {
                        pieces.delete(key);
                        reject(new Error(key + " is damaged"));
                    } else {
                        resolve(text);
                    }
                };
                script.onerror = function () {
                    pieces.delete(key);
                    script.remove();
                    reject(new Error(key + " is not in this copy"));
                };
                if (!coming) {
                    script.src = BASE + "tables/" + key + ".js";
                    document.head.append(script);
                }
            }));
        }
        return pieces.get(key);
    }
    window.__hb.piece = piece;

    // Bytes are written as letters from "#" on: half the size of Base64 once compressed.
    function bytes(text) {
        const out = new Uint8Array(text.length);
        for (let at = 0; at < text.length; at += 1) {
            out[at] = text.charCodeAt(at) - 35;
        }
        return out;
    }

    let core = null;

    // The module; a promise of a function that asks it.
    function module() {
        if (core === null) {
            if (typeof WebAssembly !== "object") {
                return Promise.reject(new Error("this browser has no WebAssembly"));
            }
            core = piece("wasm").then(function (text) {
                return WebAssembly.instantiate(bytes(text), {});
            }).then(function (made) {
                const run = made.instance.exports;
                return function (kind, question) {
                    const input = encoder.encode(question);
                    const at = run.reserve(input.length);
                    new Uint8Array(run.memory.buffer, at, input.length).set(input);
                    const length = run.ask(kind);
                    const answer = new Uint8Array(run.memory.buffer, run.answer(), length);
                    const value = JSON.parse(decoder.decode(answer));
                    if (value.error !== undefined) {
                        throw new Error(value.error);
                    }
                    return value;
                };
            });
            core.catch(function () {
                core = null;
            });
        }
        return core;
    }

    const loaded = new Map();

    // Puts a table into the module, once.
    function table(key) {
        if (!loaded.has(key)) {
            loaded.set(key, Promise.all([module(), piece(key)]).then(function (both) {
                both[0](TABLE, both[1]);
            }));
            loaded.get(key).catch(function () {
                loaded.delete(key);
            });
        }
        return loaded.get(key);
    }

    // The list with the names of some languages, or of all.
    async function list(langs) {
        const both = await Promise.all([module(), table("list")]);
        const ask = both[0];
        const known = ask(ABOUT, "").names;
        await Promise.all((langs || known).filter(function (lang) {
            return known.includes(lang);
        }).map(function (lang) {
            return table("names-" + lang);
        }));
        return ask;
    }

    function line(text) {
        return String(text === undefined || text === null ? "" : text).replace(/\n/g, " ");
    }

    function ask_list(ask, query, options) {
        const head = [options.limit ?? 10, options.listEdition, options.lang].map(line);
        return ask(LOOKUP, head.concat(String(query)).join("\n"));
    }

    function searchFor(query, limit) {
        return [line(limit ?? 10), String(query)].join("\n");
    }

    // Answers from as few pieces as will do: `early` gets each answer that can be given before the
    // texts of all pages that lead are there. What else there is may still change the order.
    async function searchSoon(query, limit, early) {
        const both = await Promise.all([module(), table("search")]);
        const question = searchFor(query, limit);
        const ask = both[0];
        for (;;) {
            const missing = ask(MISSING, question).pieces;
            if (missing.length === 0) {
                return ask(SEARCH, question).results;
            }
            const texts = missing.every(function (key) {
                return key.includes("/text-");
            });
            await Promise.all(missing.map(function (key) {
                return table(key).then(function () {
                    if (texts) {
                        early(ask(SEARCH, question).results);
                    }
                });
            }));
        }
    }

    // Loads all pieces of the search, `pause` milliseconds apart.
    async function whole(apart) {
        const both = await Promise.all([module(), table("search")]);
        const missing = both[0](REST, "").pieces;
        if (apart === 0) {
            await Promise.all(missing.map(table));
        }
        for (const key of missing) {
            await pause(apart);
            await table(key);
        }
        return both[0];
    }

    let ready = null;
    window.handbook = {
        // Results as `handbook lookup --json` gives them.
        lookup: async function (query, options) {
            return ask_list(await list(null), query, options || {}).results;
        },
        // Results as `handbook search --json` gives them, so from the whole book.
        search: async function (query, options) {
            const ask = await whole(0);
            return ask(SEARCH, searchFor(query, options && options.limit)).results;
        },
        // Loads everything that is asked.
        get ready() {
            if (ready === null) {
                ready = Promise.all([list(null), whole(0)]).then(function () {});
                ready.catch(function () {
                    ready = null;
                });
            }
            return ready;
        },
    };

    /* ---- helpers for both views ---- */

    function byId(id) {
        return document.getElementById(id);
    }

    // Storage may be forbidden, also on a USB stick.
    function stored(key) {
        try {
            return localStorage.getItem("handbook-" + key);
        } catch (_) {
            return null;
        }
    }

    function store(key, value) {
        try {
            localStorage.setItem("handbook-" + key, value);
        } catch (_) {
            // The choice then lasts for one page.
        }
    }

    // The words of a view, by name.
    function words(root) {
        return function (name, value) {
            const found = root.querySelector('[data-word="' + name + '"]');
            const text = found ? found.textContent.trim() : name;
            return value === undefined ? text : text.replace("{}", value);
        };
    }

    function element(tag, className, text) {
        const made = document.createElement(tag);
        if (className) {
            made.className = className;
        }
        if (text !== undefined) {
            made.textContent = text;
        }
        return made;
    }

    // A link to an entry: its code and its title.
    function entryLink(found, lang) {
        const link = element("a", "hit-link");
        link.href = BASE + found.url;
        const title = element("span", "hit-title", found.title);
        if (lang) {
            title.lang = lang;
        }
        link.append(element("code", null, found.code), " ", title);
        return link;
    }

    // Excerpt with its words marked. Places are counted in characters, not in UTF-16.
    function marked(excerpt, places) {
        const letters = Array.from(excerpt);
        const out = document.createDocumentFragment();
        let at = 0;
        for (const [from, to] of places) {
            out.append(letters.slice(at, from).join(""));
            out.append(element("mark", null, letters.slice(from, to).join("")));
            at = to;
        }
        out.append(letters.slice(at).join(""));
        return out;
    }

    // Arrow keys go from the field through the links of the results and back.
    function arrows(field, results) {
        return function (event) {
            if (event.key !== "ArrowDown" && event.key !== "ArrowUp") {
                return;
            }
            const links = Array.from(results.querySelectorAll("a.hit-link"));
            const at = links.indexOf(document.activeElement);
            if (at < 0 && document.activeElement !== field) {
                return;
            }
            const to = event.key === "ArrowDown" ? at + 1 : at - 1;
            if (to >= links.length) {
                return;
            }
            event.preventDefault();
            (to < 0 ? field : links[to]).focus();
        };
    }

    function pause(time) {
        return new Promise(function (resolve) {
            setTimeout(resolve, time, null);
        });
    }

    function onEnter(field, act) {
        field.addEventListener("keydown", function (event) {
            if (event.key === "Enter" && !event.isComposing) {
                event.preventDefault();
                act();
            }
        });
    }

    // Answers in the order asked: an old answer never replaces a newer one.
    function latest(work) {
        let turn = 0;
        return async function () {
            turn += 1;
            const mine = turn;
            await work(function () {
                return mine === turn;
            });
        };
    }

    /* ---- the lookup's page ---- */

    function lookupPage(form) {
        const say = words(byId("_lookup-words"));
        const field = byId("_lookup-query");
        const country = byId("_lookup-country");
        const edition = byId("_lookup-edition");
        const lang = byId("_lookup-lang");
        const status = byId("_lookup-status");
        const results = byId("_lookup-results");
        const sections = Array.from(document.querySelectorAll("[data-ask]"));
        const names = new Map(Array.from(country.options).map(function (option) {
            return [option.value, option.textContent];
        }));
        const choices = [[country, "country"], [edition, "edition"], [lang, "lang"]];

        // The first of some values that there is.
        function choose(select, values) {
            const known = values.find(function (value) {
                return Array.from(select.options).some(function (option) {
                    return option.value === value;
                });
            });
            if (known !== undefined) {
                select.value = known;
            }
        }

        // From the address, else as chosen before.
        function readAddress() {
            const fragment = new URLSearchParams(location.hash.slice(1));
            const query = new URLSearchParams(location.search);
            for (const [select, key] of choices) {
                choose(select, [fragment.get(key), query.get(key), stored("lookup-" + key)]);
            }
            const text = fragment.get("q") ?? query.get("q");
            if (text !== null) {
                field.value = text.slice(0, field.maxLength);
            }
            if (location.search) {
                writeAddress();
            }
        }

        // Into the fragment, which no server ever sees.
        function writeAddress() {
            const fragment = new URLSearchParams();
            if (field.value.trim() !== "") {
                fragment.set("q", field.value.slice(0, 600));
            }
            for (const [select, key] of choices) {
                if (select.value !== "" && select.value !== select.options[0].value) {
                    fragment.set(key, select.value);
                }
            }
            const text = fragment.toString();
            const bare = location.href.replace(/[?#].*$/, "");
            history.replaceState(null, "", text ? bare + "#" + text : bare);
        }

        function state(found, id) {
            return say("state-" + found.countries[id].state);
        }

        function stateMark(found, id) {
            const mark = element("span", "state state-" + found.countries[id].state, state(found, id));
            return mark;
        }

        function hit(found, shown) {
            const item = element("li", "hit");
            const head = element("h3", "hit-head");
            head.append(entryLink(found, shown.lang));
            item.append(head);
            if (found.path.length > 0) {
                const path = element("p", "hit-path");
                found.path.forEach(function (title, at) {
                    const part = element("span", null, title);
                    part.lang = shown.path[at];
                    path.append(at > 0 ? " › " : "", part);
                });
                item.append(path);
            }
            const why = element("p", "hit-why");
            why.append(say("by-" + found.match.kind) + ": ", element("q", null, found.match.text));
            item.append(why);
            if (shown.older) {
                item.append(element("p", "hit-older", say("older")));
            }
            const ids = Object.keys(found.countries);
            if (country.value !== "") {
                const own = element("p", "hit-state");
                const at = found.countries[country.value];
                own.append(names.get(country.value) + ": ", stateMark(found, country.value));
                const whom = element("a", null, say("whom"));
                whom.href = "#_ask-" + country.value;
                own.append(" ", at.basis, " ", whom);
                item.append(own);
            }
            const details = element("details", "hit-states");
            const summary = element("summary", null, say("states") + " ");
            for (const id of ids) {
                const mark = element("span", "hit-short", id.toUpperCase() + " " + state(found, id));
                summary.append(mark, " ");
            }
            const pairs = element("dl", "pairs");
            for (const id of ids) {
                const pair = element("div");
                const value = element("dd");
                value.append(stateMark(found, id), " ", found.countries[id].basis);
                pair.append(element("dt", null, names.get(id)), value);
                pairs.append(pair);
            }
            details.append(summary, pairs);
            item.append(details);
            return item;
        }

        function group(title, note, found, shown) {
            const part = element("section", "hits");
            part.append(element("h2", null, title));
            if (note) {
                part.append(element("p", "hint", note));
            }
            const items = element("ol");
            found.forEach(function (one, at) {
                items.append(hit(one, shown[at]));
            });
            part.append(items);
            return part;
        }

        function chosen(select) {
            const value = select.selectedOptions[0].textContent;
            return select.labels[0].textContent + ": " + value + ".";
        }

        function show(answer) {
            document.body.classList.remove("lookup-failed");
            const found = answer.results;
            const sure = found.filter(function (one) {
                return one.score >= SURE;
            }).length;
            // What was chosen, long before perhaps, stands with every answer.
            const parts = [element("p", "hint hit-choices", chosen(country) + " " + chosen(edition))];
            for (const number of answer.refused) {
                parts.push(element("p", "warning", say("refused", number)));
            }
            if (found.length === 0) {
                parts.push(element("p", "no-match", say("none")));
            }
            if (sure > 0) {
                parts.push(group(say("sure"), "", found.slice(0, sure), answer.shown));
            }
            if (sure < found.length) {
                const rest = found.slice(sure);
                const title = sure > 0 ? say("unsure-more") : say("unsure");
                parts.push(group(title, say("unsure-note"), rest, answer.shown.slice(sure)));
            }
            results.replaceChildren(...parts);
            const rest = found.length - sure;
            const counted = [];
            if (found.length === 0) {
                counted.push(say("none-short"));
            } else {
                counted.push(sure === 1 ? say("one") : say(sure === 0 ? "none-sure" : "many", sure));
            }
            if (rest > 0) {
                counted.push(rest === 1 ? say("rest-one") : say("rest", rest));
            }
            status.textContent = counted.join(" ");
        }

        function fail(error) {
            status.textContent = say("failed", error.message);
            results.replaceChildren();
            document.body.classList.add("lookup-failed");
        }

        const answer = latest(async function (current) {
            const query = field.value;
            for (const section of sections) {
                section.hidden = country.value !== "" && section.dataset.ask !== country.value;
            }
            if (query.trim() === "") {
                results.replaceChildren();
                status.textContent = "";
                return;
            }
            const options = { limit: 20, listEdition: edition.value, lang: lang.value };
            try {
                // On a slow line the reader's own language comes first and the others follow.
                const all = list(null);
                if (!await Promise.race([all, pause(SOON)])) {
                    const own = await list([document.documentElement.lang, lang.value]);
                    if (current()) {
                        show(ask_list(own, query, options));
                    }
                }
                const ask = await all;
                if (current()) {
                    show(ask_list(ask, query, options));
                }
            } catch (error) {
                if (current()) {
                    fail(error);
                }
            }
        });

        let waiting = 0;
        field.addEventListener("input", function () {
            answer();
            clearTimeout(waiting);
            waiting = setTimeout(writeAddress, 300);
        });
        for (const [select, key] of choices) {
            select.addEventListener("change", function () {
                store("lookup-" + key, select.value);
                writeAddress();
                answer();
            });
        }
        onEnter(field, function () {
            const first = results.querySelector("a.hit-link");
            if (first) {
                first.focus();
            }
        });
        document.addEventListener("keydown", arrows(field, results));
        window.addEventListener("hashchange", function () {
            // Not for places on this page.
            if (location.hash === "" || location.hash.includes("=")) {
                readAddress();
                answer();
            }
        });
        form.hidden = false;
        readAddress();
        answer();
        // Whoever opens this page will ask; the tables may come already.
        list(null).catch(fail);
        if (location.hash === "" && window.matchMedia("(min-width: 44rem)").matches) {
            field.focus();
        }
    }

    /* ---- the search over every page ---- */

    function searchDialog(dialog) {
        const say = words(byId("_search-words"));
        const field = byId("_search-query");
        const status = byId("_search-status");
        const results = byId("_search-results");
        const keys = byId("_search-keys");
        const help = byId("_search-help");

        function codes(found) {
            const part = element("section", "hits");
            part.append(element("h3", null, say("entries")));
            const items = element("ul");
            for (const one of found) {
                const item = element("li", "hit");
                item.append(entryLink(one.result, one.lang));
                items.append(item);
            }
            part.append(items);
            const more = element("a", "hit-link");
            more.href = BASE + "lookup.html#" + new URLSearchParams({ q: field.value.slice(0, 600) });
            more.textContent = say("more");
            part.append(more);
            return part;
        }

        function texts(found) {
            const part = element("section", "hits");
            part.append(element("h3", null, say("pages")));
            const items = element("ul");
            for (const one of found) {
                const item = element("li", "hit");
                const link = element("a", "hit-link");
                link.href = BASE + one.url;
                link.append(element("span", "hit-title", one.title));
                item.append(link);
                if (one.page) {
                    item.append(element("p", "hit-path", one.page));
                }
                if (one.excerpt) {
                    const excerpt = element("p", "hit-excerpt");
                    excerpt.append(marked(one.excerpt, one.highlights));
                    item.append(excerpt);
                }
                items.append(item);
            }
            part.append(items);
            return part;
        }

        const answer = latest(async function (current) {
            const query = field.value;
            if (query.trim() === "") {
                results.replaceChildren();
                status.textContent = "";
                return;
            }
            let entries = [];
            let pages = [];
            function show(whole) {
                if (!current()) {
                    return;
                }
                const parts = [];
                if (entries.length > 0) {
                    parts.push(codes(entries));
                }
                if (pages.length > 0) {
                    parts.push(texts(pages));
                }
                results.replaceChildren(...parts);
                const count = entries.length + pages.length;
                if (count > 0) {
                    status.textContent = count === 1 ? say("one") : say("many", count);
                } else if (whole) {
                    status.textContent = say("none");
                }
            }
            try {
                const named = async function () {
                    const ask = await list(null);
                    const lang = document.documentElement.lang;
                    const found = ask_list(ask, query, { limit: 3, lang });
                    entries = found.results.map(function (result, at) {
                        return { result, lang: found.shown[at].lang };
                    }).filter(function (one) {
                        return one.result.score >= SURE;
                    });
                    show(false);
                };
                const found = async function () {
                    pages = await searchSoon(query, PAGES, function (early) {
                        pages = early;
                        show(false);
                    });
                    show(false);
                };
                // On a slow line one after the other: numbers are mostly those of the list.
                const first = /\d/.test(query) ? [named, found] : [found, named];
                await first[0]();
                await first[1]();
                show(true);
            } catch (error) {
                if (current()) {
                    results.replaceChildren();
                    status.textContent = say("failed", error.message);
                }
                return;
            }
            // Later queries then wait for nothing, and this one gets what the rest of the book adds.
            const thrifty = navigator.connection && navigator.connection.saveData;
            if (thrifty || !current()) {
                return;
            }
            try {
                const ask = await whole(REST_PAUSE);
                if (current() && !results.contains(document.activeElement)) {
                    pages = ask(SEARCH, searchFor(query, PAGES)).results;
                    show(true);
                }
            } catch (_) {
                // The line was cut; the next query asks for what it needs.
            }
        });

        dialog.addEventListener("keydown", arrows(field, results));
        dialog.addEventListener("keydown", function (event) {
            // Chromium would first empty the field, and close only at the second Esc.
            if (event.key === "Escape" && !event.isComposing) {
                event.preventDefault();
                dialog.close();
            }
        });
        dialog.addEventListener("click", function (event) {
            // Beside the box, or on a link to a place on this very page.
            if (event.target === dialog || event.target.closest("a")) {
                dialog.close();
            }
        });
        field.addEventListener("input", answer);
        onEnter(field, function () {
            const first = results.querySelector("a.hit-link");
            if (first) {
                first.click();
            }
        });
        byId("_search-close").addEventListener("click", function () {
            dialog.close();
        });
        keys.checked = keysAllowed();
        keys.addEventListener("change", function () {
            store("keys", keys.checked ? "on" : "off");
        });
        return function (helping) {
            if (!dialog.open) {
                dialog.showModal();
            }
            if (helping) {
                help.open = true;
                help.querySelector("summary").focus();
            } else {
                field.focus();
                field.select();
            }
        };
    }

    function keysAllowed() {
        return stored("keys") !== "off";
    }

    let opening = null;

    // Opens the dialog, which is fetched for the first search.
    function openSearch(helping) {
        if (opening === null) {
            // What every query needs comes while the dialog is made; what fails is told there.
            table("search").catch(function () {});
            opening = piece("dialog").then(function (html) {
                const holder = document.createElement("template");
                holder.innerHTML = html;
                const dialog = holder.content.querySelector("dialog");
                for (const link of dialog.querySelectorAll("a[href]")) {
                    link.href = BASE + link.getAttribute("href");
                }
                document.body.append(dialog);
                return searchDialog(dialog);
            });
            opening.catch(function () {
                opening = null;
            });
        }
        opening.then(function (open) {
            open(helping);
        }, function () {
            // The copy has no search, as that of stock mdBook.
            location.href = BASE + "find/index.html";
        });
    }

    // Letters and signs stand elsewhere on Ukrainian and Georgian keyboards, so the place of the
    // key counts as much as what it writes.
    function searchKeys(event) {
        const other = event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
        if (other || !keysAllowed()) {
            return;
        }
        const at = event.target;
        if (at instanceof Element && at.closest("input, textarea, select, [contenteditable]")) {
            return;
        }
        const slash = event.key === "/" || (event.code === "Slash" && !event.shiftKey);
        const letter = event.key === "s" || (event.code === "KeyS" && !event.shiftKey);
        const help = event.key === "?" || (event.code === "Slash" && event.shiftKey);
        if (slash || letter || help) {
            event.preventDefault();
            openSearch(help);
        }
    }

    const button = byId("_search-open");
    if (button && typeof HTMLDialogElement === "function") {
        button.hidden = false;
        button.addEventListener("click", function () {
            openSearch(false);
        });
        document.addEventListener("keydown", searchKeys);
    }

    function begin() {
        const form = byId("_lookup");
        if (form) {
            lookupPage(form);
        }
    }
    begin();
    // The live preview has put a new text in place of the old one.
    document.addEventListener("handbook-text", begin);
})();
