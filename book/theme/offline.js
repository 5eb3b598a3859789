// Over a network: keeps this language of the handbook on the device, tells how far that is, and
// shows when a newer text is ready. From a folder there is nothing to do. All words that readers
// see stand in the pages.
"use strict";
(function () {
    const BASE = document.currentScript.src.replace(/book\/theme\/[^/]*$/, "");
    const PATH = new URL(BASE).pathname;
    const PREFIX = "handbook:" + PATH + ":";
    const KEY = "handbook-offline:" + PATH;
    const HOUR = 3600000;
    // Time after a first page in which the line is left to it and to the first lookup.
    const QUIET = 3000;
    const workers = navigator.serviceWorker;

    // The preview of an editor has nothing to keep; its own script stands in the page.
    if (!/^https?:$/.test(location.protocol) || document.querySelector("script[data-frame]")) {
        return;
    }

    // In the page itself, browsers would report an error for a manifest in a folder on a disk.
    const manifest = document.createElement("link");
    manifest.rel = "manifest";
    manifest.href = BASE + "manifest.json";
    document.head.append(manifest);

    if (!workers || !window.caches) {
        return;
    }
    // The bar and the foot: two lines of words that pages on a disk do without.
    window.__hb.piece("offline").then(function (html) {
        const holder = document.createElement("template");
        holder.innerHTML = html;
        document.querySelector(".skip").after(holder.content.querySelector("#_newer"));
        document.body.append(holder.content.querySelector("#_offline"));
        keep();
    }, function () {
        // The copy was not made for being kept.
    });

    function keep() {
        const foot = document.getElementById("_offline");
        const bar = document.getElementById("_newer");
        const status = document.getElementById("_offline-state");
        const save = document.getElementById("_offline-save");
        const remove = document.getElementById("_offline-remove");
        let registration = null;

        function stored() {
            try {
                return localStorage.getItem(KEY);
            } catch (_) {
                return null;
            }
        }

        function store(value) {
            try {
                if (value === null) {
                    localStorage.removeItem(KEY);
                } else {
                    localStorage.setItem(KEY, value);
                }
            } catch (_) {
                // The choice then lasts for one page.
            }
        }

        // Says how far it is, in one of the sentences of the page.
        function say(word, values) {
            let text = foot.querySelector("[data-word=" + word + "]").textContent;
            for (const name of ["have", "files", "size"]) {
                text = text.replace("{" + name + "}", (values || {})[name]);
            }
            if (status.textContent !== text) {
                status.textContent = text;
            }
            save.hidden = word !== "none" && word !== "stopped";
            remove.hidden = word === "none";
            foot.hidden = false;
        }

        // The registration of this very folder; another one may have a wider scope.
        async function known() {
            const own = await workers.getRegistration(BASE);
            return own && own.scope === BASE ? own : null;
        }

        function ask(worker) {
            return new Promise(function (resolve) {
                const channel = new MessageChannel();
                channel.port1.onmessage = function (event) {
                    resolve(event.data);
                };
                worker.postMessage({ handbook: "state" }, [channel.port2]);
            });
        }

        // The worker of the newest text that is complete, or may once be.
        function newest() {
            return registration && (registration.waiting || registration.active);
        }

        async function show() {
            const worker = newest();
            const coming = registration && registration.installing;
            if (worker) {
                const now = await ask(worker);
                const complete = now.have === now.files;
                bar.hidden = !complete || now.first || now.accepted;
                if (complete && !now.first) {
                    say("saved", { have: now.have, files: now.files, size: Math.ceil(now.bytes / 1e6) });
                } else if (!complete && !coming) {
                    say("stopped", now);
                }
            }
            if (coming) {
                say(worker ? "newer" : "saving", await ask(coming));
            }
        }

        // Goes on saving where it had stopped; what is saved already is not asked for again.
        async function start() {
            if (matchMedia("(display-mode: standalone)").matches && navigator.storage) {
                // Who has installed it wants it to stay. Some browsers ask, so nobody else is bothered.
                navigator.storage.persist();
            }
            try {
                registration = await workers.register(BASE + "sw.js", { scope: BASE, updateViaCache: "none" });
            } catch (_) {
                // Storage is forbidden, or the line was cut before it began.
                say("none");
                return;
            }
            registration.addEventListener("updatefound", function () {
                follow(registration.installing);
            });
            follow(registration.installing);
            const active = registration.active;
            if (active) {
                const now = await ask(active);
                if (now.first || (now.accepted && now.have < now.files)) {
                    active.postMessage({ handbook: "fill" });
                }
            }
            await show();
            look();
        }

        // Asks whether there is a newer text.
        let looked = 0;
        function look() {
            if (Date.now() - looked > HOUR) {
                looked = Date.now();
                registration.update().catch(function () {
                    // No line.
                });
            }
        }

        function follow(worker) {
            if (worker) {
                worker.addEventListener("statechange", show);
            }
        }

        workers.addEventListener("message", function (event) {
            const told = event.data && event.data.handbook;
            if (told === "accepted") {
                // Also in other windows: a page and what it loads must be of one text.
                location.reload();
            } else if (told === "progress") {
                say(newest() ? "newer" : "saving", event.data);
            } else if (told === "stopped") {
                say("stopped", event.data);
            } else if (told === "saved") {
                show();
            }
        });
        workers.startMessages();

        document.getElementById("_newer-accept").addEventListener("click", function () {
            newest().postMessage({ handbook: "accept" });
        });
        save.addEventListener("click", function () {
            store(null);
            start();
        });
        remove.addEventListener("click", async function () {
            store("off");
            const own = await known();
            if (own) {
                await own.unregister();
            }
            for (const name of await caches.keys()) {
                if (name.startsWith(PREFIX)) {
                    await caches.delete(name);
                }
            }
            bar.hidden = true;
            say("none");
        });
        window.addEventListener("online", function () {
            if (stored() !== "off" && !save.hidden) {
                start();
            }
        });

        // A window may be open for days.
        document.addEventListener("visibilitychange", function () {
            if (!document.hidden && registration) {
                look();
            }
        });

        // Who pays for every byte is asked first.
        const thrifty = navigator.connection && navigator.connection.saveData;
        known().then(function (own) {
            if (own && stored() !== "off") {
                start();
            } else if (stored() === "off" || thrifty) {
                say("none");
            } else if (document.readyState === "complete") {
                setTimeout(start, QUIET);
            } else {
                window.addEventListener("load", function () {
                    setTimeout(start, QUIET);
                });
            }
        });
    }
})();
