import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { makeSite, makeTree } from "../../../test/support/files.ts";
import { type ListedDirectory, listingHtml, listingJson, readableSize } from "./listing-page.ts";

const json = { fields: { accept: "application/json" } };

describe("files: a directory listing", () => {
  const site = makeSite(
    {
      "10.txt": "x".repeat(10),
      "9.txt": "x".repeat(2_000),
      "<b>&\"'.txt": "x",
      "sub/file.txt": "x",
      "odd #?%/in.txt": "x",
      ".env": "SECRET",
      ".well-known/x": "x",
    },
    { listing: true },
  );
  const outside = makeTree({ "secret.txt": "x" });
  symlinkSync(join(outside.path, "secret.txt"), join(site.tree.path, "out.txt"));
  symlinkSync("sub", join(site.tree.path, "linked"));
  symlinkSync("nowhere", join(site.tree.path, "dangling"));
  site.tree.write("old.txt", "old", new Date(Date.UTC(2020, 0, 1)));
  after(() => {
    site.tree.remove();
    outside.remove();
  });

  async function names(path: string): Promise<readonly string[]> {
    const { entries } = JSON.parse((await site.get(path, json)).body) as ListedDirectory;
    return entries.map(({ name }) => name);
  }

  const orders = [
    // query                   entries, directories first
    ["", [".well-known", "linked", "odd #?%", "sub", "<b>&\"'.txt", "9.txt", "10.txt", "old.txt"]],
    [
      "?sort=name&order=desc",
      ["sub", "odd #?%", "linked", ".well-known", "old.txt", "10.txt", "9.txt", "<b>&\"'.txt"],
    ],
    ["?sort=size", [".well-known", "linked", "odd #?%", "sub", "<b>&\"'.txt", "old.txt", "10.txt", "9.txt"]],
    [
      "?sort=size&order=desc",
      [".well-known", "linked", "odd #?%", "sub", "9.txt", "10.txt", "old.txt", "<b>&\"'.txt"],
    ],
    [
      "?sort=nonsense&order=up",
      [".well-known", "linked", "odd #?%", "sub", "<b>&\"'.txt", "9.txt", "10.txt", "old.txt"],
    ],
  ] as const;
  for (const [query, wanted] of orders) {
    it(`sorts by ${query === "" ? "name" : query}`, async () =>
      deepStrictEqual(await names(`/${query}`), wanted));
  }

  it("sorts by time", async () => strictEqual((await names("/?sort=time")).at(4), "old.txt"));

  it("shows neither dot files nor links that would be refused", async () => {
    const { body } = await site.get("/");
    ok(!body.includes(".env") && !body.includes("out.txt") && !body.includes("dangling"));
  });

  it("is HTML by default, loads nothing, and is not kept by caches unasked", async () => {
    const { status, fields } = await site.get("/");
    const { "content-security-policy": policy, ...rest } = fields;
    match(policy ?? "", /^default-src 'none'; style-src 'sha256-[\w+/]{43}='/);
    deepStrictEqual(
      { status, rest },
      {
        status: 200,
        rest: {
          "content-type": "text/html; charset=utf-8",
          "cache-control": "no-cache",
          vary: "Accept",
          "x-content-type-options": "nosniff",
        },
      },
    );
  });

  it("is JSON where Accept prefers it", async () => {
    const { fields, body } = await site.get("/sub/", json);
    strictEqual(fields["content-type"], "application/json; charset=utf-8");
    const { path, truncated, entries } = JSON.parse(body) as ListedDirectory;
    deepStrictEqual([path, truncated, entries.length], ["/sub/", false, 1]);
    deepStrictEqual({ ...entries[0], modified: 0 }, { name: "file.txt", type: "file", size: 1, modified: 0 });
  });

  it("escapes names in text and encodes them in links, which lead there", async () => {
    const { body } = await site.get("/");
    ok(body.includes("&#60;b&#62;&#38;&#34;&#39;.txt"));
    ok(!body.includes("<b>"));
    const links = [...body.matchAll(/<td class="name"><a href="([^"]*)"/g)].map(([, href]) =>
      (href ?? "").replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code))),
    );
    strictEqual(links.length, 8);
    for (const link of links) {
      strictEqual((await site.get(link)).status, 200);
    }
  });

  it("leads back through the directories above", async () => {
    const { body } = await site.get("/odd%20%23%3F%25/");
    ok(body.includes('<a href="/">/</a><span class="rule">›</span><a href="/odd%20%23%3F%25/">odd #?%</a>'));
    ok(/<a href="\/"><svg.*?<\/svg>\.\.<\/a>/.test(body));
    ok(!(await site.get("/")).body.includes("..</a>"));
  });

  it("redirects to the form with a slash", async () =>
    strictEqual((await site.get("/sub?sort=size")).fields.location, "/sub/?sort=size"));

  it("shows a new file after the time of trust", async () => {
    await site.get("/sub/");
    site.tree.write("sub/new.txt", "x");
    deepStrictEqual(await names("/sub/"), ["file.txt"]);
    site.clock.advance(1_000);
    deepStrictEqual(await names("/sub/"), ["file.txt", "new.txt"]);
  });

  it("a directory that vanishes while its path is still trusted is 404", async () => {
    site.tree.write("short/lived.txt", "x");
    strictEqual((await site.get("/short/")).status, 200);
    // Sixteen other listings drive out what was read of this one.
    for (let i = 0; i < 16; i += 1) {
      site.tree.write(`crowd-out/${i}/x`, "x");
      strictEqual((await site.get(`/crowd-out/${i}/`)).status, 200);
    }
    rmSync(join(site.tree.path, "short"), { recursive: true });
    strictEqual((await site.get("/short/")).status, 404);
  });

  it("shows 5,000 entries and says that there are more", async () => {
    mkdirSync(join(site.tree.path, "crowd"));
    for (let i = 0; i <= 5_000; i += 1) {
      writeFileSync(join(site.tree.path, "crowd", String(i)), "");
    }
    const { entries, truncated } = JSON.parse((await site.get("/crowd/", json)).body) as ListedDirectory;
    deepStrictEqual([entries.length, truncated], [5_000, true]);
    match(
      (await site.get("/crowd/")).body,
      /0 directories, 5000 files; only the first 5000 entries are shown/,
    );
  });
});

describe("files: a listing below a stripped prefix", () => {
  it("links with the prefix and does not lead above it", async () => {
    const site = makeSite({ "a.txt": "x", "sub/b.txt": "x" }, { listing: true, stripPrefix: "/static" });
    const root = (await site.get("/static/")).body;
    ok(root.includes('href="/static/a.txt"') && root.includes('href="/static/sub/"'));
    ok(!root.includes("..</a>") && !root.includes('href="/"'));
    const sub = (await site.get("/static/sub/")).body;
    ok(
      sub.includes(
        '<a href="/static/">/static/</a><span class="rule">›</span><a href="/static/sub/">sub</a>',
      ),
    );
    site.tree.remove();
  });
});

describe("listings of odd directories", () => {
  const sort = { by: "name", order: "asc" } as const;

  it("the way up is right with and without a slash at the path's end", () => {
    const html = listingHtml({ path: "/p/a/b/", stripPrefix: "/p", entries: [], truncated: false }, sort);
    ok(html.includes('<td class="name"><a href="/p/a/"><svg'));
  });

  const rows = [
    // beyond what a Date holds        nearest that it does
    [8.64e15 + 1, "+275760-09-13T00:00:00.000Z"],
    [-8.64e15 - 1, "-271821-04-20T00:00:00.000Z"],
  ] as const;
  for (const [modified, wanted] of rows) {
    it(`a file of the time ${modified}`, () => {
      const entry = { name: "a", type: "file", size: 1, modified } as const;
      const directory = { path: "/", stripPrefix: "", entries: [entry], truncated: false };
      ok(listingHtml(directory, sort).includes(`datetime="${wanted}"`));
      ok(listingJson(directory, sort).includes(`"modified": "${wanted}"`));
    });
  }
});

describe("readableSize", () => {
  const rows = [
    [0, "0 B"],
    [999, "999 B"],
    [1_000, "1.0 KB"],
    [3_449, "3.4 KB"],
    [99_949, "99.9 KB"],
    [99_950, "100 KB"],
    [999_499, "999 KB"],
    [999_500, "1.0 MB"],
    [1_234_567_890, "1.2 GB"],
    [Number.MAX_SAFE_INTEGER, "9.0 PB"],
  ] as const;
  for (const [size, text] of rows) {
    it(`${size} is ${text}`, () => strictEqual(readableSize(size), text));
  }
});
