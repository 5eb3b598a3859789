// Shows the page anew when the preview has a newer one, at the same place: only its text, if the
// rest is as it was, which is quicker than loading it all again.
"use strict";
(function () {
    const KEY = "handbook-preview-place";
    const own = document.currentScript;

    // Storage may be forbidden; the page then begins at its top.
    function take() {
        try {
            const kept = JSON.parse(sessionStorage.getItem(KEY));
            sessionStorage.removeItem(KEY);
            return kept;
        } catch (_) {
            return null;
        }
    }

    function reload() {
        news.close();
        try {
            const kept = { path: location.pathname, left: scrollX, top: scrollY };
            sessionStorage.setItem(KEY, JSON.stringify(kept));
            // The browser's own idea of the place, such as the fragment of the address, is older.
            history.scrollRestoration = "manual";
        } catch (_) {
            // See take().
        }
        location.reload();
    }

    const kept = take();
    if (kept && kept.path === location.pathname) {
        const restore = function () {
            scrollTo({ left: kept.left, top: kept.top, behavior: "instant" });
        };
        document.addEventListener("DOMContentLoaded", restore);
        window.addEventListener("load", function () {
            restore();
            history.scrollRestoration = "auto";
        });
    }

    // Whether the text of the newer page could take the place of the one that is shown.
    function exchange(page) {
        const news = page.querySelector("script[data-version]");
        const main = document.querySelector("main");
        const text = page.querySelector("main");
        if (!news || news.dataset.frame !== own.dataset.frame || !main || !text) {
            return false;
        }
        const bar = document.getElementById("_preview");
        if (bar) {
            bar.remove();
        }
        const newBar = page.getElementById("_preview");
        if (newBar) {
            document.body.prepend(newBar);
        }
        main.replaceWith(text);
        own.dataset.version = news.dataset.version;
        // What the page's own script does with a text, it does with this one.
        document.dispatchEvent(new Event("handbook-text"));
        return true;
    }

    let news = null;
    let busy = false;
    let again = false;
    async function refresh() {
        if (busy) {
            again = true;
            return;
        }
        busy = true;
        let done = false;
        try {
            const answer = await fetch(location.pathname, { cache: "no-store" });
            if (answer.ok) {
                const page = new DOMParser().parseFromString(await answer.text(), "text/html");
                done = document.readyState !== "loading" && exchange(page);
            }
        } catch (_) {
            // The page may be gone or the preview have ended: the browser says so.
        }
        busy = false;
        if (!done) {
            reload();
        } else if (again) {
            again = false;
            refresh();
        }
    }

    // Browsers open only a few connections to one server: pages out of sight must not hold any.
    function listen() {
        if (document.hidden && news) {
            news.close();
            news = null;
        } else if (!document.hidden && !news) {
            const path = location.pathname.replace(/^\/$/, "/index.html");
            news = new EventSource("/_preview/news" + path);
            news.onmessage = function (event) {
                if (event.data !== own.dataset.version) {
                    refresh();
                }
            };
        }
    }
    document.addEventListener("visibilitychange", listen);
    listen();
})();
