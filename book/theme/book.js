// Theme choice, places of tooltips, labels of table cells. Everything can be read without this
// file; it only adds comfort.
"use strict";
// Pieces of the lookup are scripts that hand over a name and a text, mostly before the script that
// wants them has been run.
window.__hb = function (key, text) {
    window.__hb.arrivals.set(key, text);
};
window.__hb.arrivals = new Map();
// One that failed is out of the way, so that it can be asked for again.
document.addEventListener("error", function (event) {
    if (event.target instanceof HTMLScriptElement && event.target.dataset.piece) {
        event.target.remove();
    }
}, true);

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

    // Puts the tooltip of `link` under it, or over it at the foot of the window, and never beyond
    // an edge. On a phone it stays at the foot, where the style sheet puts it.
    function place(link) {
        const boxes = link.getClientRects();
        const wide = root.clientWidth >= 704;
        const box = wide && boxes.length > 0 ? boxes[boxes.length - 1] : null;
        const rem = parseFloat(getComputedStyle(root).fontSize);
        const set = function (name, value) {
            if (box) {
                root.style.setProperty(name, value);
            } else {
                root.style.removeProperty(name);
            }
        };
        const below = box && box.bottom + 10 * rem < root.clientHeight;
        const last = root.clientWidth - 22.5 * rem;
        set("--tip-left", box && Math.max(8, Math.min(box.left, last)) + "px");
        set("--tip-top", below ? box.bottom + "px" : "auto");
        set("--tip-bottom", below || !box ? "auto" : root.clientHeight - box.top + "px");
    }

    // On a phone a row of a table is shown as a list; each cell then needs the head of its column.
    // Templates write it, Markdown cannot.
    function label(table) {
        const heads = table.querySelectorAll("thead th");
        const rows = table.querySelectorAll("tbody tr");
        for (const row of rows) {
            if (row.cells.length !== heads.length) {
                return;
            }
        }
        for (const row of rows) {
            for (let at = 0; at < heads.length; at += 1) {
                const cell = row.cells[at];
                if (at > 0 && heads[at].textContent !== "") {
                    cell.dataset.label = heads[at].textContent;
                }
                if (/^\s*[-–—]?\s*$/.test(cell.textContent)) {
                    cell.dataset.none = "";
                }
                // Laid out as blocks, a table would not be one to a screen reader.
                cell.setAttribute("role", cell.scope === "row" ? "rowheader" : "cell");
            }
            row.setAttribute("role", "row");
        }
        for (const head of heads) {
            head.setAttribute("role", "columnheader");
            head.parentElement.setAttribute("role", "row");
        }
        for (const part of table.querySelectorAll("thead, tbody")) {
            part.setAttribute("role", "rowgroup");
        }
        table.setAttribute("role", "table");
        table.classList.add("stack");
    }

    function dress() {
        // Printed sheets get separated: each one says at its foot what text it is. Only a string in
        // the style of the page reaches the margins of paper.
        const foot = document.querySelector(".sheet-foot");
        if (foot) {
            root.style.setProperty("--sheet-foot", JSON.stringify(foot.textContent.trim()));
        }

        for (const table of document.querySelectorAll("main table")) {
            label(table);
        }
    }

    document.addEventListener("DOMContentLoaded", function () {
        const button = document.getElementById("_theme");
        function show() {
            button.textContent = button.dataset[theme];
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

        dress();
        // The preview of an editor exchanges the text while the page is open.
        document.addEventListener("handbook-text", dress);

        // The open page may be far down in contents that scroll by themselves.
        const contents = document.getElementById("_contents");
        const open = contents && contents.querySelector("[aria-current]");
        if (open && open.offsetTop > contents.clientHeight * 0.8) {
            contents.scrollTop = open.offsetTop - contents.clientHeight / 2;
        }

        let tipped = null;
        for (const come of ["pointerover", "focusin"]) {
            document.addEventListener(come, function (event) {
                root.classList.remove("tips-off");
                tipped = event.target.closest("[data-tip]");
                if (tipped) {
                    place(tipped);
                }
            });
        }
        // A focused link may be scrolled into view after it has got the focus.
        window.addEventListener("scroll", function () {
            if (tipped) {
                place(tipped);
            }
        }, { passive: true });
        // A tooltip must go away on Esc without moving the pointer or the focus.
        document.addEventListener("keydown", function (event) {
            if (event.key === "Escape") {
                root.classList.add("tips-off");
            }
        });
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
