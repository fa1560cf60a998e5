import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { EventEmitter } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import type { Config } from "../config/index.ts";
import { type Io, main } from "./index.ts";

const directory = mkdtempSync(join(tmpdir(), "sluice-cli-"));
after(() => rmSync(directory, { recursive: true }));
writeFileSync(join(directory, "file.txt"), "");

interface Stage extends Io {
  readonly out: string[];
  readonly err: string[];
  readonly opened: string[];
  readonly configs: Config[];
  /** What was asked of the server, in order. */
  readonly asked: string[];
  readonly process: EventEmitter;
  /** Resolves when the server listens. */
  readonly listening: Promise<void>;
}

interface StageOptions {
  readonly terminal?: boolean;
  /** Errors that `listen` gives in turn before it succeeds. */
  readonly failures?: readonly object[];
  /** What `close` answers. */
  readonly closing?: () => Promise<void>;
}

/** A process around the command line: words are kept, the server only acts as one. */
function stage({
  terminal = false,
  failures = [],
  closing = () => Promise.resolve(),
}: StageOptions = {}): Stage {
  const [out, err, opened, asked]: string[][] = [[], [], [], []];
  const configs: Config[] = [];
  const process = new EventEmitter();
  const left = [...failures];
  let ready: () => void = () => undefined;
  const listening = new Promise<void>((resolve) => {
    ready = resolve;
  });
  return {
    out: out as string[],
    err: err as string[],
    opened: opened as string[],
    asked: asked as string[],
    configs,
    process,
    listening,
    stdout: { isTTY: terminal, write: (text) => out?.push(text) },
    stderr: { isTTY: terminal, write: (text) => err?.push(text) },
    env: { NO_COLOR: "1" },
    cwd: directory,
    face: {},
    version: "1.2.3",
    signals: process,
    openBrowser: (url) => opened?.push(url),
    createServer: (config) => {
      configs.push(config);
      let failed = false;
      return {
        addresses: [{ url: "http://localhost:8080", address: "127.0.0.1", port: 8080 }],
        listen: async () => {
          asked?.push("listen");
          const failure = left.shift();
          if (failure !== undefined) {
            failed = true;
            throw Object.assign(new Error("listen failed"), failure);
          }
          // The command line hears of it first.
          setImmediate(ready);
        },
        close: () => {
          asked?.push("close");
          return failed ? Promise.resolve() : closing();
        },
        reopenLogs: () => void asked?.push("reopen"),
        fetch: () => Promise.reject(new Error("nothing is asked here")),
      };
    },
  };
}

const taken = (port: number): object => ({ code: "EADDRINUSE", address: "::", port });

describe("a server's life", () => {
  it("begins with a banner on a terminal and ends with a signal", async () => {
    const io = stage({ terminal: true });
    const code = main(["."], io);
    await io.listening;
    io.process.emit("SIGTERM");
    strictEqual(await code, 0);
    deepStrictEqual(io.asked, ["listen", "close"]);
    deepStrictEqual(io.out, [
      `\n  Sluice 1.2.3\n\n  Serving   ${directory}\n  Local     http://localhost:8080\n\n  Ctrl+C stops it.\n\n`,
    ]);
    deepStrictEqual(io.err, []);
    deepStrictEqual([io.configs[0]?.log, io.configs[0]?.listen], ["dev", [{ port: 8080 }]]);
  });

  it("begins with a line for logs elsewhere, and without access log", async () => {
    const io = stage();
    const code = main(["--open"], io);
    await io.listening;
    io.process.emit("SIGINT");
    strictEqual(await code, 0);
    deepStrictEqual([io.out, io.err], [[], [`sluice: serving ${directory} at http://localhost:8080\n`]]);
    deepStrictEqual([io.configs[0]?.log, io.opened], [false, ["http://localhost:8080"]]);
  });

  it("says nothing when asked to be quiet", async () => {
    const io = stage({ terminal: true });
    const code = main(["-q"], io);
    await io.listening;
    io.process.emit("SIGINT");
    await code;
    deepStrictEqual([io.out, io.err, io.configs[0]?.log], [[], [], false]);
  });

  it("is cut short by a second signal", async () => {
    const io = stage({ closing: () => new Promise(() => undefined) });
    const code = main([], io);
    await io.listening;
    io.process.emit("SIGTERM");
    io.process.emit("SIGTERM");
    strictEqual(await code, 2);
    deepStrictEqual(io.err.slice(1), ["sluice: warning: forced to stop\n"]);
  });

  it("may end badly", async () => {
    const io = stage({ closing: () => Promise.reject(new Error("a store would not close")) });
    const code = main([], io);
    await io.listening;
    io.process.emit("SIGTERM");
    strictEqual(await code, 3);
    deepStrictEqual(io.err.slice(1), ["sluice: error: while stopping: a store would not close\n"]);
  });

  it("opens its logs anew on SIGUSR1", async () => {
    const io = stage();
    const code = main([], io);
    await io.listening;
    io.process.emit("SIGUSR1");
    io.process.emit("SIGTERM");
    await code;
    deepStrictEqual(io.asked, ["listen", "reopen", "close"]);
    deepStrictEqual(io.process.eventNames(), []);
  });
});

describe("a port that is taken", () => {
  it("leads to the next on a terminal, and that is said", async () => {
    const io = stage({ terminal: true, failures: [taken(8080), taken(8081)] });
    const code = main([], io);
    await io.listening;
    io.process.emit("SIGTERM");
    strictEqual(await code, 0);
    deepStrictEqual(
      io.configs.map(({ listen }) => listen),
      [[{ port: 8080 }], [{ port: 8081 }], [{ port: 8082 }]],
    );
    deepStrictEqual(io.err, [
      "sluice: warning: port 8080 is taken, trying 8081\n",
      "sluice: warning: port 8081 is taken, trying 8082\n",
    ]);
  });

  const rows = [
    ["elsewhere", false, [], 8080],
    ["when it was asked for", true, ["-p", "8080"], 8080],
    ["with --strict-port", true, ["--strict-port"], 8080],
  ] as const;
  for (const [when, terminal, args, port] of rows) {
    it(`ends the start ${when}`, async () => {
      const io = stage({ terminal, failures: [taken(port)] });
      strictEqual(await main(args, io), 1);
      deepStrictEqual(io.err, [`sluice: error: port ${port} is taken by another program\n`]);
    });
  }
});

describe("what keeps a server from starting is told in one line", () => {
  // biome-ignore format: a table is read by columns
  const rows = [
    // arguments           what listening gives                                           line
    [["none"],             undefined,                                                     `no such directory: ${directory}/none`],
    [["file.txt"],         undefined,                                                     "file.txt is a file, not a directory"],
    [["file.txt/x"],       undefined,                                                     `no such directory: ${directory}/file.txt/x (part of the way is a file)`],
    [["-p", "80"],         { code: "EACCES", address: "::", port: 80 },                   "port 80 needs permission: ports below 1024 are the system's; take a higher one"],
    [["-a", "192.0.2.1"],  { code: "EADDRNOTAVAIL", address: "192.0.2.1", port: 8080 },   "port 8080 of 192.0.2.1: this machine has no such address"],
    [["-a", "nowhere"],    { code: "ENOTFOUND", hostname: "nowhere" },                    "nowhere: no such host"],
    [["-l", "unix:/x/y"],  { code: "EADDRINUSE", address: "/x/y" },                       "/x/y is taken by another program"],
    [["-l", "unix:/x/y"],  { code: "EACCES", address: "/x/y" },                           "/x/y: permission denied"],
    [["run"],              undefined,                                                     `no sluice.config file (ts, mts, js, mjs, json) in ${directory}`],
    [["-g"],               undefined,                                                     "unknown option -g: files with a .br, .zst or .gz beside them are sent compressed already; leave it out"],
  ] as const;
  for (const [args, failure, line] of rows) {
    it(args.join(" "), async () => {
      const io = stage({ failures: failure === undefined ? [] : [failure] });
      strictEqual(await main(args, io), 1);
      deepStrictEqual([io.out, io.err], [[], [`sluice: error: ${line}\n`]]);
    });
  }
});
