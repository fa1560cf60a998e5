/** Clients that leave in the middle: handlers are told, files are closed, nothing lingers. */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { collect, Fields, files, type Handler, HttpResponse } from "../../src/index.ts";
import { makeTree, type Tree } from "../support/files.ts";
import { type Running, requestText, serve } from "../support/running.ts";
import { eventually, gate } from "../support/waiting.ts";

/** How many of this process's descriptors are files below `directory`. */
function openFiles(directory: string): number {
  return readdirSync("/proc/self/fd").filter((descriptor) => {
    try {
      return readlinkSync(join("/proc/self/fd", descriptor)).startsWith(directory);
    } catch {
      return false;
    }
  }).length;
}

for (const reading of ["borrowed", "plain"] as const) {
  describe(`clients that leave, ${reading} reading`, () => {
    it("aborts the signal of a handler that is thinking", async () => {
      const seen = gate();
      const aborted = gate<unknown>();
      await using running = await serve(
        {
          "/*": (_request, { signal }) => {
            signal.addEventListener("abort", () => aborted.open(signal.reason));
            seen.open();
            return new Promise(() => undefined);
          },
        },
        { reading },
      );
      const client = await running.client();
      client.send(requestText("GET /"));
      await seen.opened;
      client.leave("reset");
      strictEqual((await aborted.opened) instanceof Error, true);
      strictEqual(running.server.connections, 0);
    });

    it("a signal asked for only after the client left is aborted already", async () => {
      const seen = gate();
      const go = gate();
      const state = gate<boolean>();
      await using running = await serve(
        {
          "/*": async (_request, exchange) => {
            seen.open();
            await go.opened;
            state.open(exchange.signal.aborted);
            return HttpResponse.text(200, "too late");
          },
        },
        { reading },
      );
      const client = await running.client();
      client.send(requestText("GET /"));
      await seen.opened;
      client.leave("reset");
      await eventually(() => running.server.connections === 0, "the connection to be gone");
      go.open();
      strictEqual(await state.opened, true);
      deepStrictEqual(running.told, []);
    });

    it("breaks off the reading of an upload", async () => {
      const failed = gate<string>();
      const upload: Handler = async (request) => {
        try {
          await collect(request.content, 1e9);
        } catch (error) {
          failed.open((error as Error).name);
        }
        return HttpResponse.text(200, "read");
      };
      await using running = await serve({ "/*": upload }, { reading });
      const client = await running.client();
      client.send(requestText("POST /", { "Content-Length": 1_000_000 }, "some"));
      await eventually(() => running.server.connections === 1, "the connection");
      client.leave();
      strictEqual(await failed.opened, "HttpError");
      await eventually(() => running.server.connections === 0, "the connection to be gone");
    });

    it("is logged with the address of the client that left", async () => {
      const there = makeTree();
      const file = join(there.path, "access.log");
      const seen = gate();
      await using running = await serve(
        {
          "/*": () => {
            seen.open();
            return new Promise(() => undefined);
          },
        },
        { reading, log: { format: "common", file } },
      );
      const client = await running.client();
      client.send(requestText("GET /left"));
      await seen.opened;
      client.leave("reset");
      const line = await eventually(
        () => readFileSync(file, "latin1").includes("\n") && readFileSync(file, "latin1"),
        "a line",
      );
      match(line, /^127\.0\.0\.1 - - \[[^\]]+\] "GET \/left HTTP\/1\.1" /);
      there.remove();
    });

    it("cancels content that is being sent", async () => {
      const cancelled = gate<Error>();
      await using running = await serve(
        {
          "/*": () =>
            new HttpResponse({
              status: 200,
              fields: Fields.empty,
              content: {
                type: "pulled",
                length: undefined,
                trailers: Fields.empty,
                onReadable: undefined,
                read: () => Buffer.alloc(65_536),
                cancel: (reason) => cancelled.open(reason),
              },
            }),
        },
        { reading },
      );
      const client = await running.client();
      client.send(requestText("GET /"));
      await client.holds(1_000_000);
      client.leave();
      strictEqual((await cancelled.opened) instanceof Error, true);
      await eventually(() => running.server.connections === 0, "the connection to be gone");
    });
  });
}

describe("open files", () => {
  let site: Tree;
  let running: Running;

  before(async () => {
    site = makeTree({ "big.bin": Buffer.alloc(64 * 1_048_576) });
    running = await serve({ "/*": files({ root: site.path }) });
  });
  after(async () => {
    await running[Symbol.asyncDispose]();
    site.remove();
  });

  const allClosed = (): Promise<unknown> =>
    eventually(() => openFiles(site.path) === 0, "every file to be closed");

  it("is open while a client takes it, and closed when the client leaves", async () => {
    const clients = await Promise.all(Array.from({ length: 8 }, () => running.client()));
    for (const client of clients) {
      client.socket.pause();
      client.send(requestText("GET /big.bin"));
    }
    await eventually(() => openFiles(site.path) > 0, "files to be opened");
    for (const client of clients) {
      client.leave();
    }
    await allClosed();
    await eventually(() => running.server.connections === 0, "the connections to be gone");
  });

  const asks = [
    ["whole", "GET", {}, 200],
    ["HEAD", "HEAD", {}, 200],
    ["one range", "GET", { Range: "bytes=1-20000000" }, 206],
    ["several ranges", "GET", { Range: "bytes=0-9999999,20000000-29999999" }, 206],
    ["no range that can be", "GET", { Range: "bytes=999999999-" }, 416],
    ["not modified", "GET", { "If-None-Match": "*" }, 304],
    ["a precondition that fails", "GET", { "If-Match": '"other"' }, 412],
  ] as const;
  for (const [rule, method, fields, status] of asks) {
    it(`is closed after an answer: ${rule}`, async () => {
      const client = await running.client();
      client.send(requestText(`${method} /big.bin`, fields));
      strictEqual((await client.response(method)).status, status);
      await allClosed();
      client.leave();
    });
  }

  it("is closed when several ranges are broken off", async () => {
    const client = await running.client();
    client.socket.pause();
    client.send(requestText("GET /big.bin", { Range: "bytes=0-29999999,30000000-59999999" }));
    await eventually(() => openFiles(site.path) > 0, "the file to be opened");
    client.leave();
    await allClosed();
  });

  it("is closed for those waiting in a pipeline when the client leaves", async () => {
    const client = await running.client();
    client.socket.pause();
    client.send(requestText("GET /big.bin").repeat(20));
    await eventually(() => openFiles(site.path) > 0, "the file to be opened");
    client.leave();
    await allClosed();
  });
});
