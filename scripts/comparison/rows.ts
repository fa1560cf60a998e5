/** What a static file server is asked in the comparison, and what the right answer is. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type IncomingHttpHeaders, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

export interface Answer {
  readonly status: number;
  readonly fields: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Asked {
  readonly method?: string;
  readonly fields?: Readonly<Record<string, string>>;
}

/** Asks one running server; the path goes out as it is. */
export type Ask = (path: string, asked?: Asked) => Promise<Answer>;

export interface Row {
  readonly question: string;
  /** What Sluice answers, which is right. */
  readonly right: string;
  /** Other answers that nobody can call wrong. */
  readonly fine?: readonly string[];
  /** Asked of the server in its single-page mode. */
  readonly singlePage?: true;
  readonly probe: (ask: Ask) => Promise<string>;
}

const text = "0123456789abcdefghij";
const style = "body { margin: 0 }\n".repeat(500);
const hashed = "/assets/app.3f2a9c1d.js";

const status = async (ask: Ask, path: string, asked?: Asked): Promise<string> =>
  String((await ask(path, asked)).status);

export const rows: readonly Row[] = [
  {
    question: "stale `If-Range` with `Range` (a resumed download of a changed file)",
    right: "200",
    probe: (ask) => status(ask, "/text.txt", { fields: { range: "bytes=5-9", "if-range": '"stale"' } }),
  },
  {
    question: "suffix range `bytes=-9`",
    right: "206, the last 9",
    probe: async (ask) =>
      ranged(await ask("/text.txt", { fields: { range: "bytes=-9" } }), text.slice(-9), "the last 9"),
  },
  {
    question: "range past the end",
    right: "416",
    probe: (ask) => status(ask, "/text.txt", { fields: { range: "bytes=500-" } }),
  },
  {
    question: "several ranges `0-4,10-14`",
    right: "206, both",
    // A server may answer less than it was asked (RFC 9110 §14.2).
    fine: ["200", "206, the first only"],
    probe: async (ask) => {
      const { status: code, body } = await ask("/text.txt", { fields: { range: "bytes=0-4,10-14" } });
      const got = [text.slice(0, 5), text.slice(10, 15)].filter((part) => body.includes(part)).length;
      return code === 206 ? `206, ${got === 2 ? "both" : "the first only"}` : String(code);
    },
  },
  {
    question: "`Accept-Encoding: br;q=0, gzip;q=0`",
    right: "identity",
    probe: async (ask) => (await ask("/style.css", refusing)).fields["content-encoding"] ?? "identity",
  },
  {
    question: "`Vary` when compressed",
    right: "Accept-Encoding",
    fine: ["Origin, Accept-Encoding"],
    probe: async (ask) => {
      const { fields } = await ask("/style.css", compressed);
      return fields["content-encoding"] === undefined ? "not compressed" : (fields.vary ?? "missing");
    },
  },
  {
    question: "ETags of the plain and the compressed form",
    right: "differ",
    fine: ["weak"],
    probe: async (ask) => {
      const [plain, packed] = [await ask("/style.css", refusing), await ask("/style.css", compressed)];
      const tags = [plain.fields.etag, packed.fields.etag];
      if (tags.includes(undefined)) {
        return "missing";
      }
      return tags[0] !== tags[1] ? "differ" : tags[0]?.startsWith("W/") === true ? "weak" : "the same";
    },
  },
  {
    question: "`If-None-Match` with its own ETag",
    right: "304",
    probe: (ask) => revalidated(ask, "etag", "if-none-match"),
  },
  {
    question: "`If-Modified-Since` with its own Last-Modified",
    right: "304",
    probe: (ask) => revalidated(ask, "last-modified", "if-modified-since"),
  },
  {
    question: "`If-Match` that does not match",
    right: "412",
    probe: (ask) => status(ask, "/text.txt", { fields: { "if-match": '"other"' } }),
  },
  { question: "`/.env`", right: "404", fine: ["403"], probe: (ask) => status(ask, "/.env") },
  {
    question: "`POST` to a file",
    right: "405",
    probe: (ask) => status(ask, "/text.txt", { method: "POST" }),
  },
  {
    question: "`Allow` in the answer to `POST`",
    right: "GET, HEAD, OPTIONS",
    fine: ["GET, HEAD"],
    probe: async (ask) => (await ask("/text.txt", { method: "POST" })).fields.allow ?? "missing",
  },
  { question: "`HEAD`", right: "as GET, no content", probe: headed },
  { question: "`/%00`", right: "400", fine: ["404"], probe: (ask) => status(ask, "/%00") },
  { question: "`/%ff` (no UTF-8)", right: "400", fine: ["404"], probe: (ask) => status(ask, "/%ff") },
  {
    question: "`/%2e%2e%2foutside.txt`",
    right: "refused",
    probe: (ask) => climbed(ask, "/%2e%2e%2foutside.txt"),
  },
  {
    question: "`/..%5coutside.txt`",
    right: "refused",
    probe: (ask) => climbed(ask, "/..%5coutside.txt"),
  },
  {
    question: "`X-Content-Type-Options`",
    right: "nosniff",
    probe: async (ask) => String((await ask("/text.txt")).fields["x-content-type-options"] ?? "missing"),
  },
  {
    question: "`Cache-Control` of a page",
    right: "no-cache",
    fine: ["max-age=0"],
    probe: async (ask) => (await ask("/")).fields["cache-control"] ?? "missing",
  },
  {
    question: "`Cache-Control` of a file with a hash in its name",
    right: "public, max-age=31536000, immutable",
    probe: async (ask) => (await ask(hashed)).fields["cache-control"] ?? "missing",
  },
  {
    question: "single-page mode: a path of the application",
    right: "200, the page",
    singlePage: true,
    probe: (ask) => paged(ask, "/some/where"),
  },
  {
    question: "single-page mode: a hashed file that is missing",
    right: "404",
    singlePage: true,
    probe: (ask) => paged(ask, "/assets/app.00000000.js"),
  },
];

/** The directory that every server serves, and how to remove it. */
export function makeSite(): { readonly path: string; remove(): void } {
  const above = mkdtempSync(join(tmpdir(), "sluice-comparison-"));
  const path = join(above, "public");
  mkdirSync(join(path, "assets"), { recursive: true });
  const files: Readonly<Record<string, string | Uint8Array>> = {
    "../outside.txt": "outside",
    "index.html": "<!doctype html><title>The page</title>",
    "text.txt": text,
    "style.css": style,
    "style.css.br": brotliCompressSync(style),
    "style.css.gz": gzipSync(style),
    ".env": "SECRET=1",
    [hashed.slice(1)]: "export {};",
  };
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(path, name), content);
  }
  return { path, remove: () => rmSync(above, { recursive: true, force: true }) };
}

/** One connection a request, so that no server's keep-alive matters. */
export function asker(port: number): Ask {
  return (path, { method = "GET", fields = {} } = {}) =>
    new Promise((resolve, reject) => {
      const sent = request({
        host: "127.0.0.1",
        port,
        path,
        method,
        headers: fields,
        agent: false,
        timeout: 5_000,
      });
      sent.once("error", reject);
      sent.once("timeout", () => sent.destroy(new Error(`no answer to ${method} ${path}`)));
      sent.once("response", (response) => {
        const parts: Buffer[] = [];
        response.on("data", (bytes: Buffer) => parts.push(bytes));
        response.once("error", reject);
        response.once("end", () =>
          resolve({ status: response.statusCode ?? 0, fields: response.headers, body: Buffer.concat(parts) }),
        );
      });
      sent.end();
    });
}

const refusing: Asked = { fields: { "accept-encoding": "br;q=0, gzip;q=0" } };
const compressed: Asked = { fields: { "accept-encoding": "gzip, br" } };

function ranged({ status: code, body }: Answer, wanted: string, words: string): string {
  return code === 206 ? `206, ${body.toString() === wanted ? words : `${body.length} octets`}` : String(code);
}

async function revalidated(
  ask: Ask,
  validator: "etag" | "last-modified",
  condition: string,
): Promise<string> {
  const value = (await ask("/text.txt")).fields[validator];
  return value === undefined
    ? `no ${validator}`
    : status(ask, "/text.txt", { fields: { [condition]: value } });
}

async function headed(ask: Ask): Promise<string> {
  const [get, head] = [await ask("/text.txt"), await ask("/text.txt", { method: "HEAD" })];
  const names = Object.keys(get.fields).filter(
    (name) => !["date", "connection", "keep-alive"].includes(name),
  );
  const differing = names.filter((name) => String(get.fields[name]) !== String(head.fields[name]));
  if (head.status !== 200 || head.body.length > 0) {
    return `${head.status}, ${head.body.length} octets`;
  }
  return differing.length === 0 ? "as GET, no content" : `without ${differing.join(", ")}`;
}

async function climbed(ask: Ask, path: string): Promise<string> {
  const { status: code, body } = await ask(path);
  return body.includes("outside") && code === 200 ? "served" : code >= 500 ? String(code) : "refused";
}

async function paged(ask: Ask, path: string): Promise<string> {
  const { status: code, body } = await ask(path, { fields: { accept: "text/html,*/*;q=0.8" } });
  return code === 200 && body.includes("The page") ? "200, the page" : String(code);
}
