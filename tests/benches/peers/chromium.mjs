// Chromium over its own protocol, through a pipe: as much of it as the bench needs, so that no
// library for browsers has to be installed.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const CHROMIUM = process.env.HANDBOOK_CHROMIUM || "/usr/bin/chromium";

// 400 kbit/s and 400 ms.
export const SLOW = { offline: false, latency: 400, downloadThroughput: 50000, uploadThroughput: 50000 };

export class Browser {
    constructor() {
        this.folder = mkdtempSync(join(tmpdir(), "handbook-peers-"));
        this.process = spawn(CHROMIUM, [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--window-size=1280,900",
            "--remote-debugging-pipe", "--user-data-dir=" + this.folder,
        ], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
        this.last = 0;
        this.waiting = new Map();
        this.listeners = new Set();
        let rest = Buffer.alloc(0);
        this.process.stdio[4].on("data", (data) => {
            rest = Buffer.concat([rest, data]);
            for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0)) {
                this.receive(JSON.parse(rest.subarray(0, end).toString()));
                rest = rest.subarray(end + 1);
            }
        });
    }

    receive(message) {
        const asked = this.waiting.get(message.id);
        if (asked) {
            this.waiting.delete(message.id);
            message.error ? asked.reject(new Error(JSON.stringify(message.error))) : asked.resolve(message.result);
        } else {
            this.listeners.forEach((listener) => listener(message));
        }
    }

    send(method, params, sessionId) {
        const id = this.last += 1;
        this.process.stdio[3].write(JSON.stringify({ id, method, params: params || {}, sessionId }) + "\0");
        return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
    }

    // A page that knows nothing of the pages before it: no cache, no storage.
    async open() {
        const { browserContextId } = await this.send("Target.createBrowserContext");
        const { targetId } = await this.send("Target.createTarget", { url: "about:blank", browserContextId });
        const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true });
        const page = new Page(this, sessionId, browserContextId);
        await Promise.all(["Page.enable", "Network.enable", "Runtime.enable"].map((name) => page.send(name)));
        return page;
    }

    async close() {
        const ended = new Promise((resolve) => this.process.once("exit", resolve));
        await this.send("Browser.close").catch(() => {});
        await ended;
        rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
    }
}

class Page {
    constructor(browser, session, context) {
        Object.assign(this, { browser, session, context, events: [] });
        this.listener = (message) => {
            if (message.sessionId === session) {
                this.events.push(message);
            }
        };
        browser.listeners.add(this.listener);
    }

    send(method, params) {
        return this.browser.send(method, params, this.session);
    }

    slow() {
        return this.send("Network.emulateNetworkConditions", SLOW);
    }

    async goto(url) {
        // Answered once the new page has begun.
        await this.send("Page.navigate", { url });
    }

    // Runs a function in the page; promises are waited for.
    async run(work, ...values) {
        const expression = "(" + work + ")(" + values.map((value) => JSON.stringify(value)).join(",") + ")";
        const { result, exceptionDetails } = await this.send("Runtime.evaluate", {
            expression, awaitPromise: true, returnByValue: true,
        });
        if (exceptionDetails) {
            throw new Error(JSON.stringify(exceptionDetails.exception || exceptionDetails).slice(0, 800));
        }
        return result.value;
    }

    async press(key, code) {
        const at = { key, code, text: key, windowsVirtualKeyCode: key.toUpperCase().charCodeAt(0) };
        await this.send("Input.dispatchKeyEvent", { type: "keyDown", ...at });
        await this.send("Input.dispatchKeyEvent", { type: "keyUp", key, code });
    }

    // What was asked for since the page was opened: when, in ms after the page's own start, and
    // how many bytes of each had come by `until`.
    requests(until) {
        const all = new Map();
        let start = null;
        for (const { method, params } of this.events) {
            const one = all.get(params.requestId);
            const at = () => (params.timestamp - start) * 1000;
            if (method === "Network.requestWillBeSent" && params.request.url.startsWith("http")) {
                start = start === null ? params.timestamp : start;
                all.set(params.requestId, { url: params.request.url, asked: at(), bytes: 0 });
            } else if (one && method === "Network.responseReceived") {
                one.began = at();
            } else if (one && method === "Network.dataReceived") {
                one.bytes += at() <= until ? params.encodedDataLength : 0;
            } else if (one && method === "Network.loadingFinished") {
                one.ended = at();
            }
        }
        return [...all.values()].filter((one) => one.asked <= until);
    }

    async close() {
        this.browser.listeners.delete(this.listener);
        await this.browser.send("Target.disposeBrowserContext", { browserContextId: this.context });
    }
}
