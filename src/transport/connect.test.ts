/** Connections that we open: how they fail, and that nothing stays behind. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { setTimeout as after } from "node:timers/promises";
import { eventually, settled } from "../../test/support/waiting.ts";
import type { Channel } from "./channel.ts";
import { type Connecting, type ConnectOptions, type ConnectPlace, connect } from "./connect.ts";
import { ConnectFailure } from "./connect-failure.ts";

const plain = { timeout: 5_000, tls: undefined, first: undefined };

interface Told {
  readonly connecting: Connecting;
  readonly results: (Channel | ConnectFailure)[];
  readonly result: Promise<Channel | ConnectFailure>;
}

function begin(options: ConnectOptions): Told {
  const results: (Channel | ConnectFailure)[] = [];
  let told: (result: Channel | ConnectFailure) => void = () => undefined;
  const result = new Promise<Channel | ConnectFailure>((resolve) => {
    told = resolve;
  });
  const connecting = connect(options, (what) => {
    results.push(what);
    told(what);
  });
  return { connecting, results, result };
}

function tcp(port: number, ...addresses: string[]): ConnectPlace {
  return {
    type: "tcp",
    port,
    addresses: addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
  };
}

/** A server and the sockets it has. */
async function serving(): Promise<AsyncDisposable & { port: number; sockets: Socket[]; server: Server }> {
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => undefined);
    sockets.push(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: portOf(server),
    sockets,
    server,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) {
        socket.destroy();
      }
      server.close();
      await once(server, "close");
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** A port of 127.0.0.1 that nobody listens on. */
async function closedPort(): Promise<number> {
  const { port, [Symbol.asyncDispose]: close } = await serving();
  await close();
  return port;
}

/** Sockets of this process that are open. */
function openSockets(): number {
  return process
    .getActiveResourcesInfo()
    .filter((type) => /^(TCPSocketWrap|PipeWrap|TCPWRAP|TLSWrap|.*ConnectWrap)$/.test(type)).length;
}

async function failure(options: ConnectOptions): Promise<readonly [kind: string, detail: string]> {
  const result = await begin(options).result;
  if (!(result instanceof ConnectFailure)) {
    result.destroy();
    return ["connected", ""];
  }
  return [result.kind, result.detail];
}

describe("connect", () => {
  it("gives a channel that knows both ends", async () => {
    await using server = await serving();
    const channel = (await begin({ ...plain, to: tcp(server.port, "127.0.0.1") }).result) as Channel;
    const [socket] = await eventually(() => server.sockets.length === 1 && server.sockets, "the connection");
    deepStrictEqual(
      [channel.remote, channel.local, channel.tls],
      [
        { address: "127.0.0.1", port: server.port, family: "ipv4" },
        { address: "127.0.0.1", port: socket?.remotePort, family: "ipv4" },
        undefined,
      ],
    );
    channel.destroy();
  });

  it("sends what must go first", async () => {
    await using server = await serving();
    const told = begin({ ...plain, to: tcp(server.port, "127.0.0.1"), first: Buffer.from("first ") });
    const channel = (await told.result) as Channel;
    channel.write([Buffer.from("second")]);
    channel.end();
    const [socket] = await eventually(() => server.sockets.length === 1 && server.sockets, "the connection");
    const parts: Buffer[] = [];
    for await (const part of socket ?? []) {
      parts.push(part);
    }
    strictEqual(Buffer.concat(parts).toString(), "first second");
    channel.destroy();
  });

  it("goes to the address that answers", async () => {
    await using server = await serving();
    const to = tcp(server.port, "127.0.0.2", "::1", "127.0.0.1");
    const channel = (await begin({ ...plain, to }).result) as Channel;
    deepStrictEqual(channel.remote, { address: "127.0.0.1", port: server.port, family: "ipv4" });
    channel.destroy();
  });

  it("tells each address and why, when all failed", async () => {
    const port = await closedPort();
    deepStrictEqual(await failure({ ...plain, to: tcp(port, "127.0.0.1", "127.0.0.2") }), [
      "refused",
      `127.0.0.1:${port}: connection refused; 127.0.0.2:${port}: connection refused`,
    ]);
  });

  const path = join(tmpdir(), `sluice-no-such-${process.pid}.sock`);
  const rows: readonly (readonly [rule: string, to: ConnectPlace, kind: string, detail: string])[] = [
    ["no address", tcp(80), "unreachable", "no address to connect to"],
    [
      "a Unix socket that is not there",
      { type: "unix", path },
      "refused",
      `${path}: there is no such socket`,
    ],
    [
      "a file that is no socket",
      { type: "unix", path: "/dev/null/x" },
      "failed",
      "/dev/null/x: connect ENOTDIR /dev/null/x",
    ],
    [
      "an address that is none of this kind",
      tcp(80, "255.255.255.255"),
      "unreachable",
      "255.255.255.255:80: no route to that network",
    ],
  ];
  for (const [rule, to, kind, detail] of rows) {
    it(`fails: ${rule}`, async () => deepStrictEqual(await failure({ ...plain, to }), [kind, detail]));
  }

  it("never throws: a port that is none", async () => {
    const [kind, detail] = await failure({ ...plain, to: tcp(70_000, "127.0.0.1") });
    deepStrictEqual([kind, detail.startsWith("127.0.0.1:70000: ")], ["failed", true]);
  });

  it("gives up where nobody answers", async () => {
    await using full = await fullListener();
    deepStrictEqual(await failure({ ...plain, timeout: 300, to: tcp(full.port, "127.0.0.1") }), [
      "timeout",
      `127.0.0.1:${full.port}: not connected within 0.3 s`,
    ]);
  });

  it("tells what failed and what nobody answered, when it gives up", async () => {
    await using full = await fullListener();
    const to = tcp(full.port, "127.0.0.2", "127.0.0.1");
    deepStrictEqual(await failure({ ...plain, timeout: 300, to }), [
      "timeout",
      `127.0.0.2:${full.port}: connection refused; 127.0.0.1:${full.port}: not connected within 0.3 s`,
    ]);
  });

  it("tells once, and is not cancelled after", async () => {
    await using server = await serving();
    const { connecting, results, result } = begin({ ...plain, to: tcp(server.port, "127.0.0.1") });
    const channel = (await result) as Channel;
    connecting.cancel();
    const events: string[] = [];
    channel.attach({
      receive: (bytes) => events.push(Buffer.from(bytes).toString()),
      end: () => events.push("end"),
      flushed: () => undefined,
      closed: () => undefined,
    });
    await eventually(() => server.sockets.length === 1, "the connection");
    server.sockets[0]?.end("alive");
    await eventually(() => events.includes("end"), "the end");
    deepStrictEqual([results.length, events], [1, ["alive", "end"]]);
    channel.destroy();
  });

  it("tells an owner that attaches late of a channel that is gone", async () => {
    await using server = await serving();
    const channel = (await begin({ ...plain, to: tcp(server.port, "127.0.0.1") }).result) as Channel;
    channel.destroy();
    await after(20);
    const events: string[] = [];
    channel.attach({
      receive: () => events.push("bytes"),
      end: () => events.push("end"),
      flushed: () => undefined,
      closed: () => events.push("closed"),
    });
    await eventually(() => events.length > 0, "closed");
    deepStrictEqual(events, ["closed"]);
  });
});

describe("connect, cancelled", () => {
  const stages: readonly (readonly [stage: string, wait: number])[] = [
    ["at once", 0],
    ["while an attempt is under way", 20],
    ["while two attempts are under way", 300],
  ];
  for (const [stage, wait] of stages) {
    it(`${stage}, leaves no socket and tells nothing`, async () => {
      await using full = await fullListener();
      const before = await settled(openSockets, "sockets to close");
      const { connecting, results } = begin({
        ...plain,
        to: tcp(full.port, "127.0.0.1", "127.0.0.1", "127.0.0.1"),
      });
      await after(wait);
      ok(wait === 0 || openSockets() > before, "nothing was open");
      connecting.cancel();
      connecting.cancel();
      strictEqual(await settled(openSockets, "sockets to close"), before);
      deepStrictEqual(results, []);
    });
  }

  it("leaves no socket when it fails or is late", async () => {
    const port = await closedPort();
    await using full = await fullListener();
    const before = await settled(openSockets, "sockets to close");
    await failure({ ...plain, to: tcp(port, "127.0.0.1", "127.0.0.2") });
    await failure({ ...plain, timeout: 300, to: tcp(full.port, "127.0.0.1", "127.0.0.1") });
    strictEqual(await settled(openSockets, "sockets to close"), before);
  });
});

const listenerThatSleeps = `
  const server = require("node:net").createServer();
  server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
    require("node:fs").writeSync(1, String(server.address().port));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
  });
`;

/** A listener that accepts nobody and whose queue is full: who connects waits. */
async function fullListener(): Promise<AsyncDisposable & { readonly port: number }> {
  const child = spawn(process.execPath, ["-e", listenerThatSleeps], { stdio: ["ignore", "pipe", "inherit"] });
  const [port] = (await once(child.stdout, "data")) as [Buffer];
  child.stdout.destroy();
  const number = Number(port.toString());
  const fillers: Channel[] = [];
  // The system takes one or two more than it was told.
  for (let waiting = false; !waiting; ) {
    const filler = await begin({ ...plain, timeout: 150, to: tcp(number, "127.0.0.1") }).result;
    waiting = filler instanceof ConnectFailure;
    if (!(filler instanceof ConnectFailure)) {
      fillers.push(filler);
    }
  }
  return {
    port: number,
    [Symbol.asyncDispose]: async () => {
      for (const filler of fillers) {
        filler.destroy();
      }
      child.kill("SIGKILL");
      await once(child, "close");
    },
  };
}
