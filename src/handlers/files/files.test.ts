import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import fc from "fast-check";
import { type Asked, makeSite, makeTree } from "../../../test/support/files.ts";

const page = "<!doctype html><title>x</title>";
const past = new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 678));

describe("files: a plain file", () => {
  const site = makeSite({ "index.html": page, "a.txt": "0123456789abcdefghij", "empty.txt": "" });
  site.tree.write("a.txt", "0123456789abcdefghij", past);
  after(() => site.tree.remove());

  it("has every field a browser and a cache need", async () => {
    const { status, fields, body } = await site.get("/a.txt");
    const { etag, ...rest } = fields;
    match(etag ?? "", /^"[\w-]{22}"$/);
    deepStrictEqual(
      { status, rest, body },
      {
        status: 200,
        rest: {
          "accept-ranges": "bytes",
          "cache-control": "no-cache",
          "content-type": "text/plain; charset=utf-8",
          "last-modified": "Fri, 02 Jan 2026 03:04:05 GMT",
          "x-content-type-options": "nosniff",
        },
        body: "0123456789abcdefghij",
      },
    );
  });

  it("is answered without a promise from the second time on, with the same response", async () => {
    const first = await site.ask("/a.txt");
    const second = site.ask("/a.txt");
    strictEqual(second, first);
    const { etag = "" } = (await site.get("/a.txt")).fields;
    const notModified = site.ask("/a.txt", { fields: { "if-none-match": etag } });
    ok(!(notModified instanceof Promise));
    strictEqual(site.ask("/a.txt", { fields: { "if-none-match": etag } }), notModified);
    await site.ask("/missing");
    ok(!(site.ask("/missing") instanceof Promise));
    strictEqual(site.ask("/missing"), site.ask("/missing"));
  });

  it("HEAD tells the length", async () => {
    const { status, body, fields } = await site.get("/a.txt", { method: "HEAD" });
    deepStrictEqual([status, body, fields["content-type"]], [200, "20 octets", "text/plain; charset=utf-8"]);
  });

  it("an empty file is 200 with nothing in it", async () => {
    const { status, body } = await site.get("/empty.txt");
    deepStrictEqual([status, body], [200, ""]);
  });

  const methods = [
    // method     status  Allow
    ["POST", 405, "GET, HEAD, OPTIONS"],
    ["PUT", 405, "GET, HEAD, OPTIONS"],
    ["TRACE", 405, "GET, HEAD, OPTIONS"],
    ["OPTIONS", 204, "GET, HEAD, OPTIONS"],
    ["BREW", 501, undefined],
    ["get", 501, undefined],
  ] as const;
  for (const [method, wanted, allow] of methods) {
    it(`${method} is ${wanted}`, async () => {
      const { status, fields } = await site.get("/a.txt", { method });
      deepStrictEqual([status, fields.allow], [wanted, allow]);
    });
  }
});

describe("files: preconditions (RFC 9110 §13)", () => {
  const site = makeSite({});
  site.tree.write("a.txt", "content", past);
  after(() => site.tree.remove());
  const own = "Fri, 02 Jan 2026 03:04:05 GMT";
  const rows = [
    // rule                                          fields, E standing for the own entity tag            status
    ["own tag", { "if-none-match": "E" }, 304],
    ["own tag, weakly", { "if-none-match": "W/E" }, 304],
    ["own tag in a list", { "if-none-match": '"x", E' }, 304],
    ["any tag", { "if-none-match": "*" }, 304],
    ["other tag", { "if-none-match": '"x"' }, 200],
    ["other tag outranks the date", { "if-none-match": '"x"', "if-modified-since": own }, 200],
    ["own tag, but If-Match fails first", { "if-none-match": "E", "if-match": '"x"' }, 412],
    ["own tag and If-Match holds", { "if-none-match": "E", "if-match": "E" }, 304],
    ["own date", { "if-modified-since": own }, 304],
    ["a later date", { "if-modified-since": "Sat, 03 Jan 2026 00:00:00 GMT" }, 304],
    ["an earlier date", { "if-modified-since": "Fri, 02 Jan 2026 03:04:04 GMT" }, 200],
    ["no date", { "if-modified-since": "yesterday" }, 200],
    ["If-Match other", { "if-match": '"x"' }, 412],
    ["If-Match own", { "if-match": "E" }, 200],
    ["If-Match own weakly", { "if-match": "W/E" }, 412],
    ["unmodified since own date", { "if-unmodified-since": own }, 200],
    ["modified since", { "if-unmodified-since": "Fri, 02 Jan 2026 03:04:04 GMT" }, 412],
    [
      "own tag, but modified since",
      { "if-none-match": "E", "if-unmodified-since": "Thu, 01 Jan 1970 00:00:00 GMT" },
      412,
    ],
    ["own tag outranks a range", { "if-none-match": "E", range: "bytes=0-1" }, 304],
  ] as const;

  for (const [rule, fields, wanted] of rows) {
    it(`${rule}: ${wanted}`, async () => {
      const { etag = "" } = (await site.get("/a.txt")).fields;
      const asked = Object.entries(fields).map(([name, value]) => [name, value.replace("E", etag)]);
      const got = await site.get("/a.txt", { fields: Object.fromEntries(asked) });
      strictEqual(got.status, wanted);
      if (wanted === 304) {
        const { "cache-control": caching, "content-type": type } = got.fields;
        deepStrictEqual([got.body, got.fields.etag, caching, type], ["", etag, "no-cache", undefined]);
      }
    });
  }

  it("a file from the future is modified now (§8.8.2.1)", async () => {
    site.tree.write("future.txt", "x", new Date(Date.now() + 3_600_000));
    const { fields } = await site.get("/future.txt");
    ok(Date.parse(fields["last-modified"] ?? "") <= Date.now());
  });
});

for (const [where, memory] of [
  ["memory", "1MB"],
  ["disk", "1B"],
] as const) {
  describe(`files: ranges from ${where} (RFC 9110 §14)`, () => {
    const site = makeSite({}, { memory: { file: memory }, ranges: 4 });
    site.tree.write("a.txt", "0123456789abcdefghij", past);
    after(() => site.tree.remove());
    const rows = [
      // range                     status  Content-Range       body
      ["bytes=0-4", 206, "bytes 0-4/20", "01234"],
      ["bytes=18-", 206, "bytes 18-19/20", "ij"],
      ["bytes=-9", 206, "bytes 11-19/20", "bcdefghij"],
      ["bytes=-99", 206, "bytes 0-19/20", "0123456789abcdefghij"],
      ["bytes=10-99", 206, "bytes 10-19/20", "abcdefghij"],
      ["bytes=20-", 416, "bytes */20", undefined],
      ["bytes=-0", 416, "bytes */20", undefined],
      ["bytes=5-4", 200, undefined, "0123456789abcdefghij"],
      ["lines=1-2", 200, undefined, "0123456789abcdefghij"],
      ["bytes=0-0,2-2,4-4,6-6,8-8", 200, undefined, "0123456789abcdefghij"],
      ["bytes=0-9,5-14", 206, "bytes 0-14/20", "0123456789abcde"],
    ] as const;
    for (const [range, status, contentRange, body] of rows) {
      it(`${range}: ${status}`, async () => {
        const got = await site.get("/a.txt", { fields: { range } });
        deepStrictEqual([got.status, got.fields["content-range"]], [status, contentRange]);
        if (body !== undefined) {
          strictEqual(got.body, body);
        }
      });
    }

    it("several ranges travel as multipart/byteranges", async () => {
      const { status, fields, body } = await site.get("/a.txt", { fields: { range: "bytes=0-1,18-19" } });
      const [, boundary] =
        /^multipart\/byteranges; boundary=([0-9a-f]{36})$/.exec(fields["content-type"] ?? "") ?? [];
      const part = (range: string, text: string) =>
        `--${boundary}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes ${range}/20\r\n\r\n${text}\r\n`;
      deepStrictEqual(
        [status, fields["content-range"], body],
        [206, undefined, `${part("0-1", "01")}${part("18-19", "ij")}--${boundary}--\r\n`],
      );
    });

    it("If-Range: own tag and own date give the part, anything else the whole", async () => {
      const { etag = "" } = (await site.get("/a.txt")).fields;
      const range = "bytes=0-4";
      const statuses = await Promise.all(
        [etag, "Fri, 02 Jan 2026 03:04:05 GMT", '"stale"', `W/${etag}`, "Fri, 02 Jan 2026 03:04:06 GMT"].map(
          async (ifRange) => (await site.get("/a.txt", { fields: { range, "if-range": ifRange } })).status,
        ),
      );
      // On the disk the tag of a file changed (by us) a moment ago is weak, and proves nothing.
      deepStrictEqual(statuses, [where === "memory" ? 206 : 200, 206, 200, 200, 200]);
    });

    it("HEAD knows no ranges", async () => {
      const { status, body } = await site.get("/a.txt", { method: "HEAD", fields: { range: "bytes=0-4" } });
      deepStrictEqual([status, body], [200, "20 octets"]);
    });
  });
}

describe("files: paths", () => {
  const site = makeSite({
    "index.html": page,
    "中 文.txt": "text",
    ".env": "SECRET=1",
    "sub/.git/config": "x",
    ".well-known/security.txt": "Contact:",
    "sub/index.html": "sub",
    "bare/file.txt": "x",
    "a?b#c.txt": "odd",
  });
  const outside = makeTree({ "secret.txt": "outside", "index.html": "outside" });
  const { path } = site.tree;
  symlinkSync(join(path, "index.html"), join(path, "inside.html"));
  symlinkSync("sub", join(path, "linked"));
  symlinkSync(join(outside.path, "secret.txt"), join(path, "out.txt"));
  symlinkSync(outside.path, join(path, "out"));
  symlinkSync("loop", join(path, "loop"));
  symlinkSync("nowhere", join(path, "dangling"));
  execFileSync("mkfifo", [join(path, "pipe")]);
  mkdirSync(join(path, "nothing"));
  const socket = createServer().listen(join(path, "socket"));
  after(() => {
    socket.close();
    site.tree.remove();
    outside.remove();
  });

  const rows = [
    // path                         status  body or Location
    ["/", 200, page],
    ["/index.html", 200, page],
    ["/%E4%B8%AD%20%E6%96%87.txt", 200, "text"],
    ["/%e4%b8%ad%20%e6%96%87.txt", 200, "text"],
    ["/a%3Fb%23c.txt", 200, "odd"],
    ["/sub/", 200, "sub"],
    ["/sub", 301, "/sub/"],
    ["/sub?a=b&c", 301, "/sub/?a=b&c"],
    ["/sub?", 301, "/sub/?"],
    ["/sub?//evil.example", 301, "/sub/?//evil.example"],
    ["/index.html/", 301, "/index.html"],
    ["/inside.html", 200, page],
    ["/linked/", 200, "sub"],
    ["/.well-known/security.txt", 200, "Contact:"],
    ["/.env", 404, undefined],
    ["/%2eenv", 404, undefined],
    ["/sub/.git/config", 404, undefined],
    ["/bare/", 404, undefined],
    ["/bare", 404, undefined],
    ["/nothing/", 404, undefined],
    ["/missing", 404, undefined],
    ["/index.html/x", 404, undefined],
    ["/out.txt", 404, undefined],
    ["/out/secret.txt", 404, undefined],
    ["/out/", 404, undefined],
    ["/loop", 404, undefined],
    ["/dangling", 404, undefined],
    ["/pipe", 404, undefined],
    ["/socket", 404, undefined],
    [`/${"x".repeat(300)}`, 404, undefined],
    [`/${"x/".repeat(3000)}`, 404, undefined],
    ["//evil.example/%2e%2e", 404, undefined],
    ["//evil.example/", 404, undefined],
    ["//sub", 404, undefined],
    ["/\\evil.example/", 404, undefined],
    ["/%00", 400, undefined],
    ["/%ff", 400, undefined],
    ["/%c0%ae%c0%ae/", 400, undefined],
    ["/..%2f..%2fetc%2fpasswd", 404, undefined],
    ["/../../etc/passwd", 400, undefined],
  ] as const;
  for (const [asked, status, told] of rows) {
    it(`${asked.slice(0, 60)} is ${status}`, async () => {
      const got = await site.get(asked);
      strictEqual(got.status, status);
      if (told !== undefined) {
        strictEqual(status === 301 ? got.fields.location : got.body, told);
      }
      strictEqual(got.fields["x-content-type-options"], "nosniff");
    });
  }

  it("symlinks: follow serves what they point to, deny nothing behind them", async () => {
    const outcomes = [];
    for (const symlinks of ["follow", "deny"] as const) {
      const other = makeSite({ "real.txt": "real" }, { symlinks });
      symlinkSync(join(outside.path, "secret.txt"), join(other.tree.path, "out.txt"));
      symlinkSync("real.txt", join(other.tree.path, "in.txt"));
      for (const name of ["/real.txt", "/out.txt", "/in.txt"]) {
        outcomes.push((await other.get(name)).status);
      }
      other.tree.remove();
    }
    deepStrictEqual(outcomes, [200, 200, 200, 200, 404, 404]);
  });

  it("no generated path is answered with what is outside the root, or with a 500", async () => {
    const piece = fc.constantFrom(
      "/",
      "..",
      ".",
      "%2e",
      "%2f",
      "%5c",
      "\\",
      "out",
      "secret.txt",
      "linked",
      "sub",
      "%00",
      "index.html",
      "%",
      ".env",
      "//",
      "pipe",
      "%c0%ae",
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (pieces) => {
        const { status, body, fields } = await site.get(`/${pieces.join("")}`);
        ok([200, 301, 400, 404].includes(status), String(status));
        ok(body !== "outside" && !body.includes("SECRET"));
        ok(fields.location === undefined || /^\/[^/\\]/.test(fields.location), fields.location);
      }),
      { numRuns: 400 },
    );
  });
});

describe("files: errors", () => {
  const site = makeSite(
    { "404.html": "<p>gone fishing" },
    { errorPages: { 404: "404.html", 405: "missing.html" } },
  );
  const plain = makeSite({});
  after(() => {
    site.tree.remove();
    plain.tree.remove();
  });
  const html: Asked = { fields: { accept: "text/html,*/*;q=0.8" } };

  it("the operator's page answers with the failure's status and no validators", async () => {
    const { status, fields, body } = await site.get("/missing");
    deepStrictEqual(
      { status, fields, body },
      {
        status: 404,
        fields: {
          "x-content-type-options": "nosniff",
          "content-type": "text/html; charset=utf-8",
          "cache-control": "no-cache",
        },
        body: "<p>gone fishing",
      },
    );
    strictEqual(site.ask("/missing"), site.ask("/missing"));
    strictEqual((await site.get("/404.html")).status, 200);
  });

  it("a page that is missing is told to the operator once, and ours answers", async () => {
    const { status, fields } = await site.get("/", { method: "POST" });
    await site.get("/", { method: "POST" });
    deepStrictEqual([status, fields.allow], [405, "GET, HEAD, OPTIONS"]);
    deepStrictEqual(site.runtime.warnings, [
      "the page missing.html for 405 is missing or too large for memory",
    ]);
  });

  it("ours is plain text, or HTML for browsers", async () => {
    const text = await plain.get("/missing");
    strictEqual(text.body, "404 Not Found\n\nNo file has this path.\n");
    const page = await plain.get("/missing", html);
    match(page.body, /<h1>Not Found<\/h1>\n<p>No file has this path.<\/p>/);
    deepStrictEqual(
      [text.fields["content-type"], page.fields["content-type"], page.fields.vary],
      ["text/plain; charset=utf-8", "text/html; charset=utf-8", "Accept"],
    );
  });
});

describe("files: memory stays bounded", () => {
  it("thousands of paths that do not exist cost neither memory nor what is hot", async () => {
    const site = makeSite({ "hot.txt": "hot" });
    const hot = await site.ask("/hot.txt");
    for (let i = 0; i < 5_000; i += 1) {
      await site.ask(`/missing-${i}`);
    }
    strictEqual(site.ask("/hot.txt"), hot);
    ok(site.ask("/missing-0") instanceof Promise);
    strictEqual((await site.ask("/missing-4999")).status, 404);
    site.tree.remove();
  });

  it("one file under many spellings of its path is kept once", async () => {
    const site = makeSite({ "hot.txt": "hot" });
    const answers = await Promise.all(
      ["/hot.txt", "/%68ot.txt", "/h%6ft.txt", "/ho%74.txt", "/%68%6f%74.txt"].map((path) => site.ask(path)),
    );
    strictEqual(new Set(answers).size, 1);
    site.tree.remove();
  });

  it("files beyond the budget are still answered", async () => {
    const names = Array.from({ length: 20 }, (_, i) => `f${i}.bin`);
    const site = makeSite(Object.fromEntries(names.map((name) => [name, name.padEnd(1_000, ".")])), {
      memory: { file: "1KB", total: "3KB" },
    });
    for (const name of [...names, ...names]) {
      strictEqual((await site.get(`/${name}`)).body, name.padEnd(1_000, "."));
    }
    site.tree.remove();
  });
});
