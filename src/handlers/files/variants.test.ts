import { deepStrictEqual, notStrictEqual, strictEqual } from "node:assert/strict";
import { after, describe, it } from "node:test";
import { makeSite } from "../../../test/support/files.ts";

describe("files: precompressed siblings (RFC 9110 §12.5.3)", () => {
  const site = makeSite({
    "a.js": "identity",
    "a.js.br": "in br",
    "a.js.zst": "in zstd",
    "a.js.gz": "in gzip",
    "b.js": "identity",
    "b.js.gz": "in gzip",
    "c.js": "alone",
  });
  after(() => site.tree.remove());
  const rows = [
    // path     Accept-Encoding                     coding      Vary
    ["/a.js", undefined, undefined, "Accept-Encoding"],
    ["/a.js", "", undefined, "Accept-Encoding"],
    ["/a.js", "gzip, deflate, br, zstd", "br", "Accept-Encoding"],
    ["/a.js", "gzip, zstd", "zstd", "Accept-Encoding"],
    ["/a.js", "gzip", "gzip", "Accept-Encoding"],
    ["/a.js", "x-gzip", "gzip", "Accept-Encoding"],
    ["/a.js", "GZIP", "gzip", "Accept-Encoding"],
    ["/a.js", "br;q=0.5, gzip", "gzip", "Accept-Encoding"],
    ["/a.js", "br;q=0, gzip;q=0", undefined, "Accept-Encoding"],
    ["/a.js", "*", "br", "Accept-Encoding"],
    ["/a.js", "*;q=0", undefined, "Accept-Encoding"],
    ["/a.js", "identity;q=0", undefined, "Accept-Encoding"],
    ["/a.js", "identity, gzip;q=0.5", undefined, "Accept-Encoding"],
    ["/b.js", "br", undefined, "Accept-Encoding"],
    ["/b.js", "br, gzip", "gzip", "Accept-Encoding"],
    ["/c.js", "br, gzip", undefined, undefined],
  ] as const;
  const bodies = { br: "in br", zstd: "in zstd", gzip: "in gzip" } as const;

  for (const [path, accept, coding, vary] of rows) {
    it(`${path} for ${accept ?? "no field"}: ${coding ?? "identity"}`, async () => {
      const { status, fields, body } = await site.get(path, {
        fields: accept === undefined ? {} : { "accept-encoding": accept },
      });
      const plain = path === "/c.js" ? "alone" : "identity";
      deepStrictEqual(
        [status, fields["content-encoding"], fields.vary, fields["content-type"], body],
        [200, coding, vary, "text/javascript; charset=utf-8", coding === undefined ? plain : bodies[coding]],
      );
    });
  }

  it("each coding has its own tag, and a 304 says Vary", async () => {
    const tags = [];
    for (const accept of ["br", "zstd", "gzip", ""]) {
      const { etag = "" } = (await site.get("/a.js", { fields: { "accept-encoding": accept } })).fields;
      const again = await site.get("/a.js", { fields: { "accept-encoding": accept, "if-none-match": etag } });
      deepStrictEqual([again.status, again.fields.vary], [304, "Accept-Encoding"]);
      tags.push(etag);
    }
    strictEqual(new Set(tags).size, 4);
    const crossed = await site.get("/a.js", {
      fields: { "accept-encoding": "gzip", "if-none-match": tags[0] ?? "" },
    });
    strictEqual(crossed.status, 200);
  });

  it("equal octets in another coding have another tag", async () => {
    site.tree.write("same.js", "same");
    site.tree.write("same.js.gz", "same");
    const plain = await site.get("/same.js");
    const coded = await site.get("/same.js", { fields: { "accept-encoding": "gzip" } });
    notStrictEqual(plain.fields.etag, coded.fields.etag);
  });

  it("ranges are of the coded representation", async () => {
    const { fields, body } = await site.get("/a.js", {
      fields: { "accept-encoding": "br", range: "bytes=3-" },
    });
    deepStrictEqual([fields["content-encoding"], fields["content-range"], body], ["br", "bytes 3-4/5", "br"]);
  });

  it("endless different fields are answered and not remembered for ever", async () => {
    for (let i = 0; i < 200; i += 1) {
      const { body } = await site.get("/a.js", { fields: { "accept-encoding": `x-${i}, gzip` } });
      strictEqual(body, "in gzip");
    }
  });
});

describe("files: language variants (RFC 9110 §12.5.4)", () => {
  const site = makeSite(
    {
      "p.en.html": "english",
      "p.zh.html": "中文",
      "p.zh.html.br": "br 中文",
      "q.html": "untagged",
      "q.zh.html": "中文 q",
      "r.html": "r",
    },
    { languages: { available: ["en", "zh"], default: "en" } },
  );
  after(() => site.tree.remove());
  const both = "Accept-Encoding, Accept-Language";
  const rows = [
    // path       Accept-Language          language  Vary               body
    ["/p.html", undefined, "en", both, "english"],
    ["/p.html", "zh", "zh", both, "中文"],
    ["/p.html", "zh-TW, en;q=0.5", "zh", both, "中文"],
    ["/p.html", "fr", "en", both, "english"],
    ["/p.html", "en;q=0.1, zh;q=0.9", "zh", both, "中文"],
    ["/q.html", "en", "en", "Accept-Language", "untagged"],
    ["/q.html", "zh", "zh", "Accept-Language", "中文 q"],
    ["/p.zh.html", "en", "zh", "Accept-Encoding", "中文"],
    ["/r.html", "zh", undefined, undefined, "r"],
  ] as const;
  for (const [path, accept, language, vary, body] of rows) {
    it(`${path} for ${accept ?? "no field"}: ${language ?? "none"}`, async () => {
      const got = await site.get(path, { fields: accept === undefined ? {} : { "accept-language": accept } });
      deepStrictEqual(
        [got.status, got.fields["content-language"], got.fields.vary, got.body],
        [200, language, vary, body],
      );
    });
  }

  it("language and coding are chosen together", async () => {
    const { fields, body } = await site.get("/p.html", {
      fields: { "accept-language": "zh", "accept-encoding": "br" },
    });
    deepStrictEqual([fields["content-language"], fields["content-encoding"], body], ["zh", "br", "br 中文"]);
  });
});

describe("files: fallback of a single-page application", () => {
  const site = makeSite({ "index.html": "app", "assets/app.3f9a1c2e.js": "js" }, { fallback: "index.html" });
  after(() => site.tree.remove());
  const browser = "text/html,application/xhtml+xml,*/*;q=0.8";
  const rows = [
    // path                        Accept              status
    ["/users/1", browser, 200],
    ["/users/1/", browser, 200],
    ["/users/john.doe", browser, 200],
    ["/users/1", "*/*", 200],
    ["/users/1", undefined, 200],
    ["/users/1", "application/json", 404],
    ["/users/1", "text/html;q=0, */*", 404],
    ["/assets/app.0a1b2c3d.js", browser, 404],
    ["/assets/app.js", browser, 404],
    ["/favicon.ico", browser, 404],
    ["/old.html", browser, 404],
    ["/chunk-BX3k9_aZ", browser, 200],
    ["/.env", browser, 404],
    ["/%00", browser, 400],
    ["/a//b", browser, 404],
  ] as const;
  for (const [path, accept, status] of rows) {
    it(`${path} for ${accept}: ${status}`, async () => {
      const got = await site.get(path, { fields: accept === undefined ? {} : { accept } });
      strictEqual(got.status, status);
      if (status === 200) {
        deepStrictEqual(
          [got.body, got.fields.vary, got.fields["cache-control"]],
          ["app", "Accept", "no-cache"],
        );
      }
    });
  }

  it("POST to a missing path is 405, not the page", async () =>
    strictEqual((await site.get("/users/1", { method: "POST" })).status, 405));

  it("is conditional like any page, and never waits once it is known", async () => {
    const { etag = "" } = (await site.get("/users/1")).fields;
    strictEqual((await site.get("/users/2", { fields: { "if-none-match": etag } })).status, 304);
    strictEqual(site.ask("/users/2"), site.ask("/users/1"));
  });

  it("the page itself does not depend on Accept", async () =>
    strictEqual((await site.get("/index.html")).fields.vary, undefined));

  it("a fallback that is missing is 404", async () => {
    const empty = makeSite({}, { fallback: "index.html" });
    strictEqual((await empty.get("/users/1")).status, 404);
    empty.tree.remove();
  });
});

describe("files: content types and Cache-Control", () => {
  const site = makeSite(
    Object.fromEntries(
      [
        "a.html",
        "a.css",
        "a.mjs",
        "a.json",
        "a.svg",
        "a.xml",
        "a.png",
        "a.wasm",
        "a.webmanifest",
        "a.ico",
        "a.foo",
        "a.bar",
        "LICENSE",
        "A.HTML",
        "app.3f9a1c2e.css",
      ].map((name) => [name, "x"]),
    ),
    { types: { ".foo": "text/x-foo", bar: "text/x-bar; charset=iso-8859-1" } },
  );
  after(() => site.tree.remove());
  const rows = [
    ["/a.html", "text/html; charset=utf-8"],
    ["/A.HTML", "text/html; charset=utf-8"],
    ["/a.css", "text/css; charset=utf-8"],
    ["/a.mjs", "text/javascript; charset=utf-8"],
    ["/a.json", "application/json; charset=utf-8"],
    ["/a.svg", "image/svg+xml; charset=utf-8"],
    ["/a.xml", "text/xml; charset=utf-8"],
    ["/a.webmanifest", "application/manifest+json; charset=utf-8"],
    ["/a.png", "image/png"],
    ["/a.wasm", "application/wasm"],
    ["/a.ico", "image/vnd.microsoft.icon"],
    ["/a.foo", "text/x-foo; charset=utf-8"],
    ["/a.bar", "text/x-bar; charset=iso-8859-1"],
    ["/LICENSE", "application/octet-stream"],
  ] as const;
  for (const [path, type] of rows) {
    it(`${path} is ${type}`, async () => strictEqual((await site.get(path)).fields["content-type"], type));
  }

  it("hashed names are immutable, the rest is revalidated", async () => {
    const values = [];
    for (const path of ["/app.3f9a1c2e.css", "/a.css"]) {
      values.push((await site.get(path)).fields["cache-control"]);
    }
    deepStrictEqual(values, ["public, max-age=31536000, immutable", "no-cache"]);
  });
});
