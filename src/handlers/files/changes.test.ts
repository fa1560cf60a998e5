import { deepStrictEqual, match, notStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import {
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { makeSite, makeTree } from "../../../test/support/files.ts";
import { type FileFacts, ReplacedError, Root } from "./probe.ts";

const past = new Date(Date.UTC(2026, 0, 2, 3, 4, 5));

describe("files that change", () => {
  const site = makeSite({});
  const { path } = site.tree;
  after(() => site.tree.remove());

  it("is trusted for a second, then looked at again", async () => {
    site.tree.write("a.txt", "old");
    strictEqual((await site.get("/a.txt")).body, "old");
    site.tree.write("a.txt", "new content");
    site.clock.advance(999);
    strictEqual((await site.get("/a.txt")).body, "old");
    site.clock.advance(1);
    strictEqual((await site.get("/a.txt")).body, "new content");
  });

  it("what did not change keeps its response", async () => {
    site.tree.write("calm.txt", "calm");
    // The inode changed a moment ago, as far as the handler can tell: let it believe that was long ago.
    const later = makeSiteLater(path);
    const first = await later.ask("/calm.txt");
    later.clock.advance(1_000);
    const again = later.ask("/calm.txt");
    ok(again instanceof Promise);
    strictEqual(await again, first);
    strictEqual(later.ask("/calm.txt"), first);
  });

  it("requests that come together share one look", async () => {
    site.tree.write("shared.txt", "shared");
    const answers = await Promise.all(Array.from({ length: 20 }, () => site.ask("/shared.txt")));
    strictEqual(new Set(answers).size, 1);
  });

  it("same size and same times: the tag tells it apart (RFC 9110 §8.8.1)", async () => {
    const tags = [];
    for (const content of ["aaaa", "bbbb"]) {
      site.tree.write("racy.txt", content, past);
      const { fields, body } = await site.get("/racy.txt");
      strictEqual(body, content);
      tags.push(fields.etag);
      site.clock.advance(1_000);
    }
    notStrictEqual(tags[0], tags[1]);
    const stale = await site.get("/racy.txt", { fields: { "if-none-match": tags[0] ?? "" } });
    strictEqual(stale.status, 200);
  });

  it("a rewrite within one granule of the clock is seen, whatever stat says", async () => {
    writeFileSync(join(path, "quick.txt"), "one");
    strictEqual((await site.get("/quick.txt")).body, "one");
    writeFileSync(join(path, "quick.txt"), "two");
    site.clock.advance(1_000);
    strictEqual((await site.get("/quick.txt")).body, "two");
  });

  it("vanishes, comes back, becomes a directory", async () => {
    const statuses = [];
    site.tree.write("v.txt", "v");
    statuses.push((await site.get("/v.txt")).status);
    unlinkSync(join(path, "v.txt"));
    site.clock.advance(1_000);
    statuses.push((await site.get("/v.txt")).status);
    site.tree.write("v.txt", "v");
    statuses.push((await site.get("/v.txt")).status);
    site.clock.advance(1_000);
    statuses.push((await site.get("/v.txt")).status);
    unlinkSync(join(path, "v.txt"));
    mkdirSync(join(path, "v.txt"));
    site.tree.write("v.txt/index.html", "v");
    site.clock.advance(1_000);
    statuses.push((await site.get("/v.txt")).status);
    deepStrictEqual(statuses, [200, 404, 404, 200, 301]);
  });

  it("is replaced by a link out of the root between look and load", async () => {
    const outside = makeTree({ "secret.txt": "outside" });
    site.tree.write("swap.txt", "inside", past);
    const first = site.ask("/swap.txt");
    unlinkSync(join(path, "swap.txt"));
    symlinkSync(join(outside.path, "secret.txt"), join(path, "swap.txt"));
    const { status } = await first;
    strictEqual(status, 404);
    outside.remove();
  });

  it("a precompressed sibling that appears is used, and one older than its original is not", async () => {
    const asked = { fields: { "accept-encoding": "gzip" } };
    const codings = [];
    site.tree.write("s.js", "plain", past);
    codings.push((await site.get("/s.js", asked)).fields["content-encoding"]);
    site.tree.write("s.js.gz", "coded", past);
    site.clock.advance(1_000);
    codings.push((await site.get("/s.js", asked)).fields["content-encoding"]);
    site.tree.write("s.js", "newer", new Date(past.getTime() + 1_000));
    site.clock.advance(1_000);
    codings.push((await site.get("/s.js", asked)).fields["content-encoding"]);
    deepStrictEqual(codings, [undefined, "gzip", undefined]);
  });
});

describe("a directory that becomes a link out of the root between looking and reading", () => {
  const outside = makeTree({ "f.txt": "SECRET" });
  const tree = makeTree({ "a/f.txt": "public" });
  after(() => {
    outside.remove();
    tree.remove();
  });

  /** What a look finds that is made just after the link was put there. */
  async function misled(root: Root): Promise<FileFacts> {
    const secret = await new Root(outside.path, "deny").probe("f.txt");
    const seen = await root.probe("a/f.txt");
    ok(secret.type === "file" && seen.type === "file");
    return { ...secret.facts, path: seen.facts.path };
  }

  it("is not read", async () => {
    const root = new Root(tree.path, "inside");
    const facts = await misled(root);
    renameSync(join(tree.path, "a"), join(tree.path, "b"));
    symlinkSync(outside.path, join(tree.path, "a"));
    await rejects(root.open(facts), ReplacedError);
  });

  it("is read where links are followed", async () => {
    const root = new Root(tree.path, "follow");
    const { handle } = await root.open(await misled(root));
    strictEqual(await handle.readFile("utf8"), "SECRET");
    await handle.close();
  });
});

describe("a root that is a link to the current release", () => {
  it("is followed to the next release", async () => {
    const tree = makeTree({ "one/a.txt": "release 1", "two/a.txt": "release 2" });
    symlinkSync("one", join(tree.path, "current"));
    const site = makeSite({}, {});
    rmSync(site.tree.path, { recursive: true });
    symlinkSync(join(tree.path, "current"), site.tree.path);
    strictEqual((await site.get("/a.txt")).body, "release 1");
    symlinkSync("two", join(tree.path, "next"));
    renameSync(join(tree.path, "next"), join(tree.path, "current"));
    site.clock.advance(1_000);
    strictEqual((await site.get("/a.txt")).body, "release 2");
    rmSync(site.tree.path);
    tree.remove();
  });
});

describe("the tag of a file too large to keep", () => {
  it("is weak while its change is fresh, strong and stable after", async () => {
    const site = makeSite({ "big.bin": "0123456789" }, { memory: { file: 1 } });
    const fresh = (await site.get("/big.bin")).fields.etag ?? "";
    match(fresh, /^W\/"[0-9a-z]+-[0-9a-z]+-[0-9a-z]+"$/);
    const later = makeSiteLater(site.tree.path, { memory: { file: 1 } });
    strictEqual((await later.get("/big.bin")).fields.etag, fresh.slice(2));
    site.tree.remove();
  });

  it("differs after a rewrite of the same size with the old time put back", async () => {
    const site = makeSite({}, { memory: { file: 1 } });
    const tags = [];
    const file = join(site.tree.path, "big.bin");
    let before = 0n;
    for (const content of ["0123456789", "9876543210"]) {
      // The inode change time counts in ticks of the kernel's clock: write until one has passed.
      do {
        writeFileSync(file, content);
        utimesSync(file, past, past);
      } while (lstatSync(file, { bigint: true }).ctimeNs === before);
      before = lstatSync(file, { bigint: true }).ctimeNs;
      tags.push((await site.get("/big.bin")).fields.etag);
      site.clock.advance(1_000);
    }
    notStrictEqual(tags[0], tags[1]);
    site.tree.remove();
  });

  it("follows a file that is written to between look and send", async () => {
    const site = makeSite({ "log.txt": "line 1\n" }, { memory: { file: 1 } });
    await site.get("/log.txt");
    site.tree.write("log.txt", "line 1\nline 2\n");
    const { body, status } = await site.get("/log.txt");
    deepStrictEqual([status, body], [200, "line 1\nline 2\n"]);
    site.tree.remove();
  });
});

/** The same tree seen by a handler whose wall clock is an hour on. */
function makeSiteLater(
  path: string,
  options: Parameters<typeof makeSite>[1] = {},
): ReturnType<typeof makeSite> {
  return makeSite({}, options, { path, ahead: 3_600_000 });
}
