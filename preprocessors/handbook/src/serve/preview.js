// Loads the page again when the preview has a newer one, at the same place.
"use strict";
(function () {
    const KEY = "handbook-preview-place";
    const version = document.currentScript.dataset.version;

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

    // Browsers open only a few connections to one server: pages out of sight must not hold any.
    let news = null;
    function listen() {
        if (document.hidden && news) {
            news.close();
            news = null;
        } else if (!document.hidden && !news) {
            const path = location.pathname.replace(/^\/$/, "/index.html");
            news = new EventSource("/_preview/news" + path);
            news.onmessage = function (event) {
                if (event.data !== version) {
                    news.close();
                    reload();
                }
            };
        }
    }
    document.addEventListener("visibilitychange", listen);
    listen();
})();
