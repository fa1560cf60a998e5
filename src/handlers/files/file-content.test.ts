import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert/strict";
import { readdirSync, readlinkSync, rmSync, truncateSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { makeSite, makeTree, type Site } from "../../../test/support/files.ts";
import {
  type Content,
  collect,
  HttpError,
  type HttpResponse,
  type PulledContent,
} from "../../message/index.ts";
import { largeBuffer } from "./buffer-pool.ts";
import { FileContent, openFileOf } from "./file-content.ts";

const gone = new Error("the client left");

/** How many descriptors this process has open on files below `path`. */
function openBelow(path: string): number {
  return readdirSync("/proc/self/fd").filter((fd) => {
    try {
      return readlinkSync(join("/proc/self/fd", fd)).startsWith(path);
    } catch {
      return false;
    }
  }).length;
}

/** Waits, turn by turn of the event loop, until `path` has no file open. */
async function allClosed(path: string): Promise<void> {
  for (let turn = 0; turn < 10_000 && openBelow(path) > 0; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  strictEqual(openBelow(path), 0);
}

/** The next piece, its pending awaited. */
function pull(content: PulledContent): Promise<Uint8Array | "end"> {
  return new Promise((resolve, reject) => {
    const attempt = (): void => {
      try {
        const got = content.read();
        if (got !== "pending") {
          resolve(got);
        }
      } catch (error) {
        reject(error);
      }
    };
    content.onReadable = attempt;
    attempt();
  });
}

function pulled(content: Content): PulledContent {
  strictEqual(content.type, "pulled");
  return content as PulledContent;
}

async function ask(
  site: Site,
  path: string,
  fields: Readonly<Record<string, string>> = {},
): Promise<HttpResponse> {
  return await site.ask(path, { fields });
}

describe("a file streamed from disk", () => {
  const large = Buffer.alloc(3 * largeBuffer + 1234, "0123456789abcdef");
  const site = makeSite({ "big.bin": large }, { memory: { file: "1KB", total: "1KB" }, precompressed: [] });
  const { path } = site.tree;
  after(() => site.tree.remove());

  it("arrives whole, announces length and span, and is closed", async () => {
    const { content } = await ask(site, "/big.bin");
    const { length, span } = pulled(content);
    deepStrictEqual([length, span?.start, span?.end], [large.length, 0, large.length]);
    ok((await collect(content, large.length)).equals(large));
    await allClosed(path);
  });

  it("arrives in ranges too, several in one response", async () => {
    const single = await ask(site, "/big.bin", { range: `bytes=5-${largeBuffer + 10}` });
    ok((await collect(single.content, large.length)).equals(large.subarray(5, largeBuffer + 11)));
    const several = await ask(site, "/big.bin", { range: `bytes=0-0,16-${largeBuffer + 16}` });
    const bytes = await collect(several.content, large.length);
    strictEqual(bytes.length, several.content.length);
    ok(bytes.includes(large.subarray(16, largeBuffer + 17)));
    await allClosed(path);
  });

  it("lends a piece that stays as it is until the next read", async () => {
    const { content } = await ask(site, "/big.bin");
    const source = pulled(content);
    const first = (await pull(source)) as Uint8Array;
    const copy = Buffer.from(first);
    for (let turn = 0; turn < 50; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    ok(copy.equals(first));
    source.cancel(gone);
    await allClosed(path);
  });

  const moments = [
    ["before the first read", 0],
    ["after the first piece, the next being read", 1],
    ["in the middle", 2],
  ] as const;
  for (const [moment, pieces] of moments) {
    for (const range of [undefined, "bytes=0-0,16-"]) {
      it(`closes the file when cancelled ${moment}${range === undefined ? "" : ", several ranges"}`, async () => {
        const { content } = await ask(site, "/big.bin", range === undefined ? {} : { range });
        const source = pulled(content);
        for (let piece = 0; piece < pieces; piece += 1) {
          await pull(source);
        }
        source.cancel(gone);
        source.cancel(gone);
        await allClosed(path);
      });
    }
  }

  it("closes the file when cancelled while a read is pending, and calls nobody", async () => {
    const { content } = await ask(site, "/big.bin");
    const source = pulled(content);
    source.onReadable = () => ok(false, "called after cancel");
    strictEqual(source.read(), "pending");
    source.cancel(gone);
    await allClosed(path);
  });

  for (const range of [undefined, "bytes=0-0,16-"]) {
    it(`calls a reader that sets its callback after "pending"${range === undefined ? "" : ", several ranges"}`, async () => {
      const { content } = await ask(site, "/big.bin", range === undefined ? {} : { range });
      const source = pulled(content);
      let octets = 0;
      for (let got = source.read(); got !== "end"; got = source.read()) {
        if (got === "pending") {
          await new Promise<void>((resolve) => {
            source.onReadable = resolve;
          });
        } else {
          octets += got.length;
        }
      }
      strictEqual(octets, content.length);
      await allClosed(path);
    });
  }

  it("opens nothing for HEAD", async () => {
    const { content } = await site.ask("/big.bin", { method: "HEAD" });
    deepStrictEqual([content.length, openBelow(path)], [large.length, 0]);
  });

  for (const range of [undefined, "bytes=0-0,16-"]) {
    it(`a file that shrinks breaks off visibly${range === undefined ? "" : ", several ranges"}`, async () => {
      const name = range === undefined ? "shrinks.bin" : "shrinks-too.bin";
      site.tree.write(name, large);
      const response = await ask(site, `/${name}`, range === undefined ? {} : { range });
      const source = pulled(response.content);
      await pull(source);
      truncateSync(join(path, name), 1000);
      await rejects(async () => {
        for (let got = await pull(source); got !== "end"; got = await pull(source));
      }, /the file ends at octet \d+, 787666 were announced/);
      throws(() => source.read(), HttpError);
      source.cancel(gone);
      await allClosed(path);
    });
  }

  it("a file that vanishes while it is sent arrives whole", async () => {
    site.tree.write("vanishes/big.bin", large);
    const { content } = await ask(site, "/vanishes/big.bin");
    ok((await pull(pulled(content))) !== "end");
    rmSync(join(path, "vanishes"), { recursive: true });
    const rest = await collect(content, large.length);
    strictEqual(rest.length + largeBuffer, large.length);
    await allClosed(path);
  });

  it("a file that grows is sent as long as announced", async () => {
    site.tree.write("grows.bin", large);
    const { content } = await ask(site, "/grows.bin");
    site.tree.write("grows.bin", Buffer.concat([large, large]));
    strictEqual((await collect(content, 2 * large.length)).length, large.length);
  });
});

describe("a fault of the file system in the middle", () => {
  it("surfaces in read, once more on every read, and closes", async () => {
    const tree = makeTree({ "a.bin": Buffer.alloc(100) });
    const handle = await open(join(tree.path, "a.bin"), "r");
    let released = 0;
    // A descriptor that does not exist: EBADF in place of EIO.
    const content = new FileContent({ descriptor: 1_000_000, release: () => (released += 1) }, 0, 100);
    await rejects(pull(content), /EBADF/);
    throws(() => content.read(), HttpError);
    ok(released > 0);
    const file = openFileOf(handle);
    file.release();
    file.release();
    await allClosed(tree.path);
    tree.remove();
  });
});

describe("a reader that stalls", () => {
  it("on 1 GB holds a few buffers, not the file", async () => {
    const site = makeSite({ "sparse.bin": "" });
    truncateSync(join(site.tree.path, "sparse.bin"), 1_000_000_000);
    const { content } = await ask(site, "/sparse.bin");
    const source = pulled(content);
    const before = process.memoryUsage();
    // It takes 100 MB and then no more.
    let taken = 0;
    while (taken < 100e6) {
      const got = await pull(source);
      ok(got !== "end");
      taken += got.length;
    }
    for (let turn = 0; turn < 200; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    const now = process.memoryUsage();
    ok(
      now.arrayBuffers - before.arrayBuffers <= 2_000_000,
      `${now.arrayBuffers - before.arrayBuffers} octets of buffers`,
    );
    ok(now.rss - before.rss <= 16e6, `${now.rss - before.rss} octets`);
    source.cancel(gone);
    await allClosed(site.tree.path);
    site.tree.remove();
  });
});
