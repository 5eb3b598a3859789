// Theme choice and tooltips. Everything works without this file; it only adds comfort.
"use strict";
(function () {
    const KEY = "handbook-theme";
    const themes = ["system", "light", "dark"];
    const root = document.documentElement;

    // Storage may be forbidden, also on a USB stick; the choice then lasts for one page.
    function stored() {
        try {
            return localStorage.getItem(KEY);
        } catch (_) {
            return null;
        }
    }

    function apply(theme) {
        if (theme === "light" || theme === "dark") {
            root.dataset.theme = theme;
        } else {
            delete root.dataset.theme;
        }
    }

    let theme = themes.includes(stored()) ? stored() : "system";
    // Before the body is painted, so that a dark page does not flash.
    apply(theme);

    document.addEventListener("DOMContentLoaded", function () {
        const button = document.getElementById("_theme");
        function show() {
            button.textContent = "Theme: " + theme;
        }
        button.hidden = false;
        show();
        button.addEventListener("click", function () {
            theme = themes[(themes.indexOf(theme) + 1) % themes.length];
            apply(theme);
            show();
            try {
                localStorage.setItem(KEY, theme);
            } catch (_) {
                // See stored().
            }
        });

        // A tooltip must go away on Esc without moving the pointer or the focus.
        document.addEventListener("keydown", function (event) {
            if (event.key === "Escape") {
                root.classList.add("tips-off");
            }
        });
        for (const back of ["pointerover", "focusin"]) {
            document.addEventListener(back, function () {
                root.classList.remove("tips-off");
            });
        }
        // What is folded away would be missing on paper.
        window.addEventListener("beforeprint", function () {
            for (const details of document.querySelectorAll("details:not([open])")) {
                details.dataset.folded = "";
                details.open = true;
            }
        });
        window.addEventListener("afterprint", function () {
            for (const details of document.querySelectorAll("details[data-folded]")) {
                details.open = false;
                delete details.dataset.folded;
            }
        });
    });
})();
