import { deepStrictEqual, match, rejects, strictEqual } from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { systemClock } from "../../transport/index.ts";
import { askControl } from "./client.ts";
import type { StatusFacts } from "./facts.ts";
import { ControlSocket } from "./socket.ts";

const directory = mkdtempSync(join(tmpdir(), "sluice-control-"));
after(() => rmSync(directory, { recursive: true }));

const status: StatusFacts = {
  version: "1.2.3",
  pid: process.pid,
  since: 0,
  state: "serving",
  listeners: [],
  connections: 0,
  sites: 0,
  streams: [],
  memory: 0,
};

interface Opened extends AsyncDisposable {
  readonly warned: string[];
}

async function opened(path: string, chosen = false): Promise<Opened> {
  const warned: string[] = [];
  const socket = new ControlSocket({
    path,
    chosen,
    clock: systemClock,
    reporter: { info: () => {}, warn: (line) => warned.push(line), error: (line) => warned.push(line) },
    controlled: { status: () => status, groups: [] },
  });
  await socket.open();
  return { warned, [Symbol.asyncDispose]: () => socket.close() };
}

/** A program that says something to whoever connects, and leaves. */
function speaking(words: string): Server {
  return createServer((socket) => {
    socket.on("error", () => undefined).resume();
    socket.end(words);
  });
}

const bits = (path: string): string => (statSync(path).mode & 0o777).toString(8);

describe("the control socket", () => {
  it("is its owner's alone, answers, and is gone afterwards", async () => {
    const path = join(directory, "run", "deep", "a.sock");
    {
      await using one = await opened(path);
      deepStrictEqual([bits(path), bits(join(directory, "run", "deep")), one.warned], ["600", "700", []]);
      deepStrictEqual(await askControl(path, { method: "GET", target: "/status" }), {
        status: 200,
        value: status,
      });
    }
    strictEqual(existsSync(path), false);
  });

  it("answers several questions at once, and one with an order", async () => {
    const path = join(directory, "many.sock");
    await using _one = await opened(path);
    const answers = await Promise.all([
      askControl(path, { method: "GET", target: "/upstreams" }),
      askControl(path, { method: "POST", target: "/upstreams/a/b", content: { drain: true } }),
    ]);
    deepStrictEqual(answers, [
      { status: 200, value: { groups: [] } },
      { status: 404, value: { error: 'no group is called "a": there is none' } },
    ]);
  });

  it("replaces one that nobody listens on", async () => {
    const path = join(directory, "stale.sock");
    // What a process that was killed leaves behind.
    const left = createServer();
    await new Promise<void>((resolve) => left.listen(path, resolve));
    const kept = join(directory, "kept.sock");
    linkSync(path, kept);
    await new Promise((resolve) => left.close(resolve));
    renameSync(kept, path);
    await using _one = await opened(path);
    strictEqual((await askControl(path, { method: "GET", target: "/status" })).status, 200);
  });

  it("is refused where another Sluice answers, which is named, and where another program does", async () => {
    const path = join(directory, "twice.sock");
    await using _one = await opened(path);
    await rejects(opened(path), {
      message: `control: ${path}: another Sluice (process ${process.pid}) answers there already`,
    });
    const foreign = join(directory, "foreign.sock");
    const other = speaking("hello\n");
    await new Promise<void>((resolve) => other.listen(foreign, resolve));
    await rejects(opened(foreign), {
      message: `control: ${foreign}: another program answers there already`,
    });
    await new Promise((resolve) => other.close(resolve));
  });

  it("is only missed, and said so, where nobody asked for it", async () => {
    const path = join(directory, "chosen", "a.sock");
    await using _one = await opened(path, true);
    await using other = await opened(path, true);
    deepStrictEqual(other.warned, [
      `no control socket, so that sluice status and sluice upstreams find nobody: ${path}: another Sluice (process ${process.pid}) answers there already`,
    ]);
  });

  it("lets nobody else write to a directory that nobody named, but enter it who might before", async () => {
    for (const [name, mode, then] of [
      ["closed", 0o700, "700"],
      ["entered", 0o755, "755"],
      ["written", 0o777, "755"],
    ] as const) {
      const place = join(directory, name);
      mkdirSync(place);
      chmodSync(place, mode);
      await using _one = await opened(join(place, "a.sock"), true);
      deepStrictEqual([bits(place), bits(join(place, "a.sock"))], [then, "600"], name);
    }
  });

  it("leaves a directory that somebody named as it is", async () => {
    const place = join(directory, "named");
    mkdirSync(place);
    chmodSync(place, 0o755);
    await using _one = await opened(join(place, "a.sock"));
    deepStrictEqual([bits(place), bits(join(place, "a.sock"))], ["755", "600"]);
  });

  it("is not put where a file is in the way, nor under too long a path", async () => {
    writeFileSync(join(directory, "file"), "");
    await rejects(opened(join(directory, "file", "a.sock")), /^Error: control: .*(?:ENOTDIR|EEXIST)/);
    await rejects(opened(join(directory, "x".repeat(120))), /a socket's path may have \d+ octets/);
  });
});

describe("asking on a control socket", () => {
  it("fails where nobody is, with the system's code", async () => {
    await rejects(askControl(join(directory, "none.sock"), { method: "GET", target: "/status" }), {
      code: "ENOENT",
    });
  });

  it("says when what answers is no Sluice", async () => {
    const path = join(directory, "talks.sock");
    // biome-ignore format: a table is read by columns
    const rows = [
      ["SSH-2.0-x\r\n",                                           /no Sluice answers there: /],
      ["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",          /no Sluice answers there: status 200, and no JSON/],
      ["",                                                        /no Sluice answers there: the connection ended/],
    ] as const;
    for (const [words, message] of rows) {
      const other = speaking(words);
      await new Promise<void>((resolve) => other.listen(path, resolve));
      await rejects(askControl(path, { method: "GET", target: "/status" }), (error: Error) => {
        match(error.message, message);
        return true;
      });
      await new Promise((resolve) => other.close(resolve));
    }
  });

  it("ends in time although something comes all the while, and with more than any answer has", async () => {
    const path = join(directory, "drips.sock");
    const head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    // biome-ignore format: a table is read by columns
    const rows = [
      [10,    "1\r\n \r\n",                                300,    /no answer within 0\.3 s/],
      [0,     `100000\r\n${" ".repeat(1_048_576)}\r\n`,    60_000, /no Sluice answers there: its answer has more than \d+ octets/],
    ] as const;
    for (const [pause, words, patience, message] of rows) {
      const other = createServer((socket) => {
        const timer = setInterval(() => socket.writableLength === 0 && socket.write(words), pause);
        socket.on("error", () => undefined).on("close", () => clearInterval(timer));
        socket.write(head);
      });
      await new Promise<void>((resolve) => other.listen(path, resolve));
      await rejects(askControl(path, { method: "GET", target: "/status", patience }), message);
      await new Promise((resolve) => other.close(resolve));
    }
  });
});
