// A server of folders and of pages made here, each file in Brotli at its best, as a good host keeps
// them.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";

const KINDS = {
    ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".mjs": "text/javascript",
    ".css": "text/css", ".json": "application/json", ".svg": "image/svg+xml", ".png": "image/png",
};

const compress = promisify(brotliCompress);

function brotli(bytes) {
    return compress(bytes, {
        params: {
            [constants.BROTLI_PARAM_QUALITY]: 11,
            [constants.BROTLI_PARAM_LGWIN]: 24,
            [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
        },
    });
}

export class Server {
    // `folders`: first part of an address, and the folder there; `made`: whole addresses, and texts.
    constructor(folders, made) {
        Object.assign(this, { folders, made, packed: new Map() });
        this.server = createServer((request, response) => this.answer(request, response));
    }

    async start() {
        await new Promise((resolve) => this.server.listen(0, "127.0.0.1", resolve));
        this.base = "http://127.0.0.1:" + this.server.address().port;
    }

    // What is sent for an address: packed only if that makes it smaller. A promise.
    file(path) {
        if (!this.packed.has(path)) {
            this.packed.set(path, this.pack(path));
        }
        return this.packed.get(path);
    }

    async pack(path) {
        const [, first, ...rest] = path.split("/");
        const inside = normalize(rest.join("/"));
        // A page without its worker: what that saves for later is no part of an answer.
        const closed = !this.folders[first] || inside.startsWith("..") || inside.endsWith("/sw.js");
        if (!this.made[path] && closed) {
            return null;
        }
        try {
            const plain = this.made[path] ? Buffer.from(this.made[path]) : readFileSync(join(this.folders[first], inside));
            const small = await brotli(plain);
            return small.length < plain.length ? { body: small, encoding: "br" } : { body: plain };
        } catch (error) {
            if (error.code === "ENOENT" || error.code === "EISDIR") {
                return null;
            }
            throw error;
        }
    }

    // Bytes sent for an address.
    async size(path) {
        return (await this.file(path)).body.length;
    }

    async answer(request, response) {
        const path = decodeURIComponent(new URL(request.url, "http://host").pathname);
        const file = await this.file(path);
        if (file === null) {
            response.writeHead(404).end();
            return;
        }
        const head = {
            "Content-Type": KINDS[extname(path)] || "application/octet-stream",
            "Content-Length": file.body.length,
            "Cache-Control": "max-age=86400",
            // These make the page's clock finer than a tenth of a millisecond.
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Embedder-Policy": "require-corp",
        };
        if (file.encoding) {
            head["Content-Encoding"] = file.encoding;
        }
        response.writeHead(200, head).end(file.body);
    }

    stop() {
        this.server.closeAllConnections();
        this.server.close();
    }
}
