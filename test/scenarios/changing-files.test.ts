/** Files that change, shrink, grow or vanish while they are being sent: never a wrong message, never a hang. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { appendFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { files } from "../../src/index.ts";
import { makeTree, type Tree } from "../support/files.ts";
import type { RawClient } from "../support/raw-client.ts";
import { type Running, requestText, serve } from "../support/running.ts";
import { eventually } from "../support/waiting.ts";

/** Larger than sockets on loopback hold, so that the server is in the middle while the client pauses. */
const length = 64 * 1_048_576;

interface Scene extends AsyncDisposable {
  readonly site: Tree;
  readonly file: string;
  readonly running: Running;
  readonly client: RawClient;
}

/** A client in the middle of a download. */
async function downloading(): Promise<Scene> {
  const site = makeTree({ "big.bin": Buffer.alloc(length, "a") });
  const running = await serve({ "/*": files({ root: site.path, recheck: "0ms" }) });
  const client = await running.client();
  client.send(requestText("GET /big.bin"));
  await client.holds(100_000);
  client.socket.pause();
  return {
    site,
    file: join(site.path, "big.bin"),
    running,
    client,
    [Symbol.asyncDispose]: async () => {
      await running[Symbol.asyncDispose]();
      site.remove();
    },
  };
}

describe("a file while it is sent", () => {
  it("shrinks: the response is cut and the operator told", async () => {
    await using scene = await downloading();
    truncateSync(scene.file, 200_000);
    scene.client.socket.resume();
    const [response] = await scene.client.rest();
    deepStrictEqual(
      [response?.status, response?.fields["content-length"], response?.whole],
      [200, String(length), false],
    );
    strictEqual(scene.running.told.length, 1);
    ok(
      scene.running.told[0]?.startsWith("warn: GET /big.bin: the response broke off after "),
      scene.running.told[0],
    );
  });

  it("grows: the response is what was announced", async () => {
    await using scene = await downloading();
    appendFileSync(scene.file, Buffer.alloc(100_000, "b"));
    scene.client.socket.resume();
    const response = await scene.client.response();
    deepStrictEqual(
      [response.whole, response.body.length, response.body.includes("b")],
      [true, length, false],
    );
    scene.client.send(requestText("HEAD /big.bin"));
    strictEqual((await scene.client.response("HEAD")).fields["content-length"], String(length + 100_000));
  });

  it("is replaced: the response is the old one, the next the new one", async () => {
    await using scene = await downloading();
    const fresh = join(scene.site.path, ".fresh");
    writeFileSync(fresh, "new");
    renameSync(fresh, scene.file);
    scene.client.socket.resume();
    const old = await scene.client.response();
    deepStrictEqual([old.whole, old.body.length, old.body.includes("n")], [true, length, false]);
    scene.client.send(requestText("GET /big.bin"));
    strictEqual((await scene.client.response()).body.toString(), "new");
  });

  it("is deleted: the response is whole, the next 404", async () => {
    await using scene = await downloading();
    rmSync(scene.file);
    scene.client.socket.resume();
    const { whole, body } = await scene.client.response();
    deepStrictEqual([whole, body.length], [true, length]);
    scene.client.send(requestText("GET /big.bin"));
    strictEqual((await scene.client.response()).status, 404);
  });

  it("a resumed download of a replaced file gets the whole new one (If-Range)", async () => {
    await using scene = await downloading();
    scene.client.socket.resume();
    const { fields } = await scene.client.response();
    scene.site.write("big.bin", "another content");
    scene.client.send(requestText("GET /big.bin", { Range: "bytes=5-", "If-Range": fields.etag ?? "" }));
    const { status, body } = await scene.client.response();
    deepStrictEqual([status, body.toString()], [200, "another content"]);
  });

  it("its directory is deleted and comes back", async () => {
    const site = makeTree({ "sub/a.txt": "first" });
    await using running = await serve({ "/*": files({ root: site.path, recheck: "0ms" }) });
    const client = await running.client();
    const seen: string[] = [];
    const ask = async (): Promise<void> => {
      client.send(requestText("GET /sub/a.txt"));
      const { status, body } = await client.response();
      seen.push(status === 200 ? body.toString() : String(status));
    };
    await ask();
    rmSync(join(site.path, "sub"), { recursive: true });
    await ask();
    site.write("sub/a.txt", "second");
    await ask();
    deepStrictEqual(seen, ["first", "404", "second"]);
    site.remove();
  });

  it("small files that change all the time are never mixed", async () => {
    const site = makeTree({ "a.txt": "a".repeat(1_000) });
    await using running = await serve({ "/*": files({ root: site.path, recheck: "0ms" }) });
    const client = await running.client();
    const kinds = new Set<string>();
    for (let round = 0; round < 200; round += 1) {
      const letter = "abcdefgh"[round % 8] as string;
      site.write("a.txt", letter.repeat(1_000 + round), new Date(1_700_000_000_000 + round * 1_000));
      client.send(requestText("GET /a.txt"));
      const { status, body, whole } = await client.response();
      const text = body.toString();
      kinds.add(`${status} ${whole} ${text === (text[0] ?? "").repeat(text.length)}`);
      strictEqual(text[0], letter);
    }
    deepStrictEqual([...kinds], ["200 true true"]);
    await eventually(() => running.told.length === 0, "silence");
    site.remove();
  });
});
