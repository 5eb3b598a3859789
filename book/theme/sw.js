// Keeps one language of the handbook on the reader's device, whole, so that it can be read without
// a line. `handbook build` puts in the list of files and writes this into the language's folder; it
// has no words that readers see.
//
// A text is saved into a cache named by its version. What pages are answered from is the version
// that the reader has accepted: a newer one is saved beside it and waits, whatever the browser does
// with the workers meanwhile. A file counts only if its bytes are those of the build, so texts of
// two builds are never mixed, and a login page of a hotel's network is never taken for a page.
"use strict";

const VERSION = "{version}";

// Address, id of the content (as git has it), bytes.
const FILES = [
    /* {files} */
];

// Shown for addresses that the saved text does not have.
const MISSING_PAGE = "{missing}";

const SCOPE = new URL("./", self.location.href).href;
const PREFIX = "handbook:" + new URL(SCOPE).pathname + ":";
const NAME = PREFIX + VERSION;
const ACCEPTED = PREFIX + "accepted";
// Keys in caches that no page has: the handbook's names have no blanks.
const POINTER = SCOPE + " accepted";
const MISSING = SCOPE + " missing";

// So many files at once: the reader's own pages come first on a weak line.
const AT_ONCE = 3;
// After so many failures in a row there is no line.
const PATIENCE = 4;
// The page is told again after so many files.
const TOLD = 5;

const ID = "Handbook-Id";
const files = new Map(FILES.map(function (file) {
    const address = new URL(file[0], SCOPE).href;
    return [address, { address: address, id: file[1], bytes: file[2] }];
}));

/* ---- what is saved ---- */

// All caches of this language.
async function ownCaches() {
    const names = await caches.keys();
    return names.filter(function (name) {
        return name.startsWith(PREFIX) && name !== ACCEPTED;
    });
}

// Name of the cache that pages are answered from; null before the first text is complete, and
// after the reader has removed it.
async function accepted() {
    const pointer = await caches.match(POINTER, { cacheName: ACCEPTED });
    const name = pointer ? await pointer.text() : null;
    return name !== null && await caches.has(name) ? name : null;
}

async function accept() {
    const cache = await caches.open(ACCEPTED);
    await cache.put(POINTER, new Response(NAME));
}

// Removes what is neither accepted nor of this version.
async function tidy() {
    const kept = [NAME, await accepted()];
    const names = await ownCaches();
    await Promise.all(names.filter(function (name) {
        return !kept.includes(name);
    }).map(function (name) {
        return caches.delete(name);
    }));
}

// How much of this version is saved, and whether it is what pages are answered from.
async function state() {
    const there = new Set();
    if (await caches.has(NAME)) {
        const cache = await caches.open(NAME);
        for (const request of await cache.keys()) {
            there.add(request.url);
        }
    }
    let have = 0;
    let bytes = 0;
    for (const file of files.values()) {
        bytes += file.bytes;
        have += there.has(file.address) ? 1 : 0;
    }
    const now = await accepted();
    return { have: have, files: files.size, bytes: bytes, first: now === null, accepted: now === NAME };
}

async function tell(message) {
    const all = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    for (const client of all) {
        if (client.url.startsWith(SCOPE)) {
            client.postMessage(message);
        }
    }
}

/* ---- saving ---- */

// The id that git gives to a file with these bytes.
async function contentId(bytes) {
    const head = new TextEncoder().encode("blob " + bytes.byteLength + "\0");
    const whole = new Uint8Array(head.length + bytes.byteLength);
    whole.set(head);
    whole.set(new Uint8Array(bytes), head.length);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-1", whole));
    return Array.from(digest, function (byte) {
        return byte.toString(16).padStart(2, "0");
    }).join("");
}

// A file from the network, past the browser's own cache, which may hold one of an older build, and
// must not get one of a foreign network.
async function download(file) {
    const answer = await fetch(file.address, { cache: "no-store", priority: "low" });
    if (!answer.ok) {
        throw new Error(file.address + " was answered with " + answer.status);
    }
    const bytes = await answer.arrayBuffer();
    if (await contentId(bytes) !== file.id) {
        throw new Error(file.address + " is of another build");
    }
    const headers = new Headers(answer.headers);
    // The bytes are unpacked already.
    headers.delete("Content-Encoding");
    headers.delete("Content-Length");
    headers.set(ID, file.id);
    return new Response(bytes, { headers: headers });
}

// The same file from an older text on this device.
async function copy(file, older) {
    for (const cache of older) {
        const found = await cache.match(file.address);
        if (found && found.headers.get(ID) === file.id) {
            return found;
        }
    }
    return null;
}

let filling = null;

// Saves what is not saved yet. What was saved stays if the rest fails, and is not asked for again.
function fill() {
    if (filling === null) {
        filling = saveAll().finally(function () {
            filling = null;
        });
    }
    return filling;
}

async function saveAll() {
    const cache = await caches.open(NAME);
    const there = new Set((await cache.keys()).map(function (request) {
        return request.url;
    }));
    const others = (await ownCaches()).filter(function (name) {
        return name !== NAME;
    });
    const older = await Promise.all(others.map(function (name) {
        return caches.open(name);
    }));
    const wanted = Array.from(files.values()).filter(function (file) {
        return !there.has(file.address);
    });
    let next = 0;
    let saved = 0;
    let failed = 0;
    let inRow = 0;

    function progress() {
        return { handbook: "progress", have: files.size - wanted.length + saved, files: files.size };
    }

    async function work() {
        while (next < wanted.length && inRow < PATIENCE) {
            const file = wanted[next];
            next += 1;
            try {
                await cache.put(file.address, await copy(file, older) || await download(file));
                inRow = 0;
                saved += 1;
                if (saved % TOLD === 0) {
                    await tell(progress());
                }
            } catch (_) {
                failed += 1;
                inRow += 1;
            }
        }
    }

    await Promise.all(Array.from({ length: AT_ONCE }, work));
    const page = MISSING_PAGE.replaceAll("{root}", SCOPE);
    const headers = { "Content-Type": "text/html; charset=utf-8" };
    await cache.put(MISSING, new Response(page, { status: 404, headers: headers }));
    // The reader may have removed everything meanwhile.
    if (failed > 0 || saved < wanted.length || !await caches.has(NAME)) {
        await tell(Object.assign(progress(), { handbook: "stopped" }));
        throw new Error("not all files could be saved");
    }
    await tell({ handbook: "saved" });
}

// The first text is taken without a question, also by pages that are open already.
async function settle() {
    if (await accepted() === null) {
        await accept();
        await self.clients.claim();
    }
    await tidy();
    await tell({ handbook: "saved" });
}

// The click of the reader: from here on pages are answered from this version.
async function takeOver() {
    const now = await state();
    if (now.have < now.files) {
        return;
    }
    await accept();
    await self.skipWaiting();
    await tidy();
    await tell({ handbook: "accepted" });
}

self.addEventListener("install", function (event) {
    event.waitUntil(fill().then(tidy));
});

self.addEventListener("activate", function (event) {
    event.waitUntil(settle());
});

// What pages ask for: "state"; "fill", to go on saving; "accept", the click of the reader.
self.addEventListener("message", function (event) {
    const asked = event.data && event.data.handbook;
    if (asked === "state") {
        event.waitUntil(state().then(function (answer) {
            event.ports[0].postMessage(answer);
        }));
    } else if (asked === "fill") {
        event.waitUntil(fill().then(settle, function () {}));
    } else if (asked === "accept") {
        event.waitUntil(takeOver());
    }
});

/* ---- answering ---- */

async function answer(request, address) {
    const name = await accepted();
    if (name === null) {
        return fetch(request);
    }
    const cache = await caches.open(name);
    const wanted = address.endsWith("/") ? address + "index.html" : address;
    const found = await cache.match(wanted);
    if (found) {
        return found;
    }
    // Should the browser have thrown a single file away.
    if (name === NAME && files.has(wanted)) {
        try {
            const anew = await download(files.get(wanted));
            await cache.put(wanted, anew.clone());
            return anew;
        } catch (_) {
            // Then it is missing.
        }
    }
    if (request.mode !== "navigate") {
        return new Response("", { status: 404 });
    }
    if (await cache.match(wanted + "/index.html")) {
        return Response.redirect(wanted + "/");
    }
    return await cache.match(MISSING) || new Response("", { status: 404 });
}

self.addEventListener("fetch", function (event) {
    const url = new URL(event.request.url);
    const address = url.origin + url.pathname;
    const own = address.startsWith(SCOPE) && address !== self.location.origin + self.location.pathname;
    if (event.request.method === "GET" && own) {
        event.respondWith(answer(event.request, address));
    }
});
