/** TCP and UDP passed on between real sockets. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { createSocket, type Socket as Datagrams } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { describe, it } from "node:test";
import { connect as connectTls } from "node:tls";
import type { Config, StreamConfig } from "../../src/index.ts";
import { runProgram } from "../support/programs.ts";
import type { RawClient } from "../support/raw-client.ts";
import { type Running, run } from "../support/running.ts";
import { makeAuthority } from "../support/secure.ts";
import { eventually, settled, within } from "../support/waiting.ts";

interface Upstream extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly server: Server;
  /** Those that came, in order. */
  readonly sockets: readonly Socket[];
}

/** A server on loopback that does with each connection what the test says. */
async function upstream(serve: (socket: Socket) => void): Promise<Upstream> {
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
    serve(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `tcp://127.0.0.1:${port}`,
    server,
    sockets,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) {
        socket.destroy();
      }
      server.close();
    },
  };
}

const echo = (): Promise<Upstream> => upstream((socket) => void socket.pipe(socket));

function stream(options: Omit<StreamConfig, "listen"> & Partial<StreamConfig>): StreamConfig {
  return { listen: { port: 0, host: "127.0.0.1" }, name: "app", ...options };
}

/** One stream, and nothing else. */
function streaming(
  options: Omit<StreamConfig, "listen"> & Partial<StreamConfig>,
  beside: Partial<Config> = {},
): Promise<Running> {
  return run({ sites: [], streams: [stream(options)], ...beside });
}

async function joined(running: Running, octets = "", end = true): Promise<RawClient> {
  const client = await running.client();
  if (end) {
    client.end(octets);
  } else {
    client.send(octets);
  }
  return client;
}

/** How a connection ended; a reset may come before the system says that there is one. */
async function turnedAway(running: Running): Promise<string | undefined> {
  try {
    return await (await running.client()).over();
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}

describe("connections passed on", () => {
  it("both ways, to their ends, and with what nc says", async () => {
    await using one = await echo();
    await using running = await streaming({ upstreams: one.url });
    strictEqual(running.server.addresses[0]?.url, `tcp://127.0.0.1:${running.port}`);
    const { stdout } = await runProgram("nc", ["-N", "127.0.0.1", String(running.port)], {
      input: "hello\n",
      timeout: 10_000,
    });
    strictEqual(stdout.toString(), "hello\n");
  });

  it("a client's end is not the upstream's: what it says afterwards arrives", async () => {
    await using one = await upstream((socket) => {
      let heard = "";
      socket.on("data", (bytes) => {
        heard += bytes;
      });
      socket.on("end", () => socket.end(`heard ${heard}`));
    });
    await using running = await streaming({ upstreams: one.url });
    const client = await joined(running, "all of it");
    strictEqual(await client.over(), "end");
    strictEqual(client.received.toString(), "heard all of it");
  });

  it("an upstream's end is not the client's", async () => {
    const heard: string[] = [];
    await using one = await upstream((socket) => {
      socket.end("that is all");
      socket.on("data", (bytes) => heard.push(bytes.toString()));
    });
    await using running = await streaming({ upstreams: one.url });
    const client = await running.client();
    strictEqual(await client.over(), "end");
    client.end("still here");
    await eventually(() => heard.join("") === "still here", "the rest of the client's words");
    await eventually(() => running.server.connections === 0, "the end");
  });

  it("the upstream sees a client leave, and the client an upstream that breaks", async () => {
    await using one = await upstream((socket) => socket.resume());
    await using running = await streaming({ upstreams: one.url });
    const leaving = await joined(running, "x", false);
    const [first] = await eventually(() => one.sockets.length === 1 && one.sockets, "the upstream");
    const gone = once(first as Socket, "error");
    await eventually(() => (first as Socket).bytesRead === 1, "its octet");
    leaving.leave("reset");
    const [error] = (await within(gone, "the reset")) as [NodeJS.ErrnoException];
    strictEqual(error.code, "ECONNRESET");
    const staying = await joined(running, "y", false);
    await eventually(() => one.sockets[1]?.bytesRead === 1, "the second one's octet");
    one.sockets[1]?.resetAndDestroy();
    strictEqual(await staying.over(), "ECONNRESET");
  });

  it("64 MB to a reader that stalls are held back where they come from", async () => {
    const piece = Buffer.alloc(65_536, "g");
    const total = 1_024;
    let written = 0;
    await using one = await upstream((socket) => {
      const more = (): void => {
        while (written < total) {
          written += 1;
          if (!socket.write(piece)) {
            return;
          }
        }
        socket.end();
      };
      socket.on("drain", more);
      more();
    });
    await using running = await streaming({ upstreams: one.url });
    const client = await running.client();
    client.socket.pause();
    const before = process.memoryUsage().rss;
    const stalled = await settled(() => one.sockets[0]?.bytesWritten ?? 0, "the upstream to stall", 40);
    // What the system's own buffers hold (two connections, each way) is all that left.
    ok(stalled < 32_000_000, `${stalled} octets left before the reader read`);
    ok(process.memoryUsage().rss - before < 16_000_000, "memory grew");
    let octets = 0;
    client.socket.removeAllListeners("data");
    client.socket.on("data", (bytes) => {
      octets += bytes.length;
    });
    client.socket.resume();
    strictEqual(await client.over(30_000), "end");
    strictEqual(octets, total * piece.length);
  });

  it("go to the next upstream where one refuses, and that is told", async () => {
    const dead = await echo();
    await dead[Symbol.asyncDispose]();
    await using one = await echo();
    await using running = await streaming({
      upstreams: [dead.url, one.url],
      ejection: { failures: 1, share: 1 },
    });
    for (const word of ["a", "b", "c"]) {
      const client = await joined(running, word);
      strictEqual(await client.over(), "end");
      strictEqual(client.received.toString(), word);
    }
    const told = running.told.filter((line) => line.includes("is left out"));
    strictEqual(told.length, 1);
    match(told[0] ?? "", /^warn: upstream app: tcp:\/\/127\.0\.0\.1:\d+ is left out: .*connection refused/);
  });

  it("are reset where there is no upstream, and that is told", async () => {
    const dead = await echo();
    await dead[Symbol.asyncDispose]();
    await using running = await streaming({ upstreams: dead.url, ejection: false });
    strictEqual(await turnedAway(running), "ECONNRESET");
    const line = await eventually(() => running.told[0], "words");
    const place = `tcp://127.0.0.1:${running.port}`;
    const words = `: the connection of \\S+ found no upstream: .*:${dead.port}: connection refused$`;
    match(line, new RegExp(`^warn: stream ${place}${words}`));
  });

  it("are turned away beyond their limit", async () => {
    await using one = await echo();
    await using running = await streaming({ upstreams: one.url, limits: { connections: 1 } });
    const first = await joined(running, "a", false);
    await first.holds("a");
    strictEqual(await turnedAway(running), "ECONNRESET");
    match(running.told[0] ?? "", /was turned away: 1 are open, which is the limit$/);
    first.end("b");
    strictEqual(await first.over(), "end");
    strictEqual(first.received.toString(), "ab");
  });

  it("end when nobody says anything", async () => {
    await using one = await echo();
    await using running = await streaming({ upstreams: one.url, timeouts: { idle: "200ms" } });
    const client = await joined(running, "a", false);
    await client.holds("a");
    strictEqual(await client.over(), "ECONNRESET");
  });

  it("the server's close waits for them, then cuts them", async () => {
    await using one = await echo();
    await using running = await streaming({ upstreams: one.url });
    const [through, cut] = [await joined(running, "a", false), await joined(running, "b", false)];
    await through.holds("a");
    await cut.holds("b");
    const closing = running.server.close({ deadline: 500 });
    through.end("c");
    strictEqual(await through.over(), "end");
    strictEqual(through.received.toString(), "ac");
    strictEqual(await cut.over(), "ECONNRESET");
    await within(closing, "the close");
  });
});

describe("streams between proxies", () => {
  it("tell the upstream who the client is by a PROXY header", async () => {
    const heard: string[] = [];
    await using one = await upstream((socket) => socket.on("data", (bytes) => heard.push(bytes.toString())));
    await using running = await streaming({ upstreams: one.url, proxyProtocol: 1 });
    const client = await joined(running, "hello", false);
    const { localPort } = client.socket;
    await eventually(() => heard.join("").includes("hello"), "the words");
    strictEqual(heard.join(""), `PROXY TCP4 127.0.0.1 127.0.0.1 ${localPort} ${running.port}\r\nhello`);
  });

  it("learn it from one, and pass it on", async () => {
    const heard: string[] = [];
    await using one = await upstream((socket) => socket.on("data", (bytes) => heard.push(bytes.toString())));
    await using running = await streaming(
      {
        listen: { port: 0, host: "127.0.0.1", proxyProtocol: true },
        upstreams: one.url,
        proxyProtocol: 1,
      },
      { trustedProxies: ["127.0.0.1"] },
    );
    await joined(running, "PROXY TCP4 192.0.2.7 198.51.100.1 4711 443\r\nhello", false);
    await eventually(() => heard.join("").includes("hello"), "the words");
    strictEqual(heard.join(""), "PROXY TCP4 192.0.2.7 198.51.100.1 4711 443\r\nhello");
  });
});

describe("streams and TLS", () => {
  it("is taken off from clients, and put on towards upstreams", async () => {
    const authority = await makeAuthority();
    const certificates = await authority.issue(["localhost", "127.0.0.1"]);
    await using one = await echo();
    await using inner = await streaming({
      listen: { port: 0, host: "127.0.0.1", tls: { certificates } },
      upstreams: one.url,
    });
    await using outer = await streaming({
      upstreams: `tls://localhost:${inner.port}`,
      tls: { ca: authority.ca.cert },
    });
    strictEqual(inner.server.addresses[0]?.url, `tls://127.0.0.1:${inner.port}`);
    const client = await joined(outer, "hello", false);
    await client.holds("hello");
    const secure = connectTls({
      port: inner.port,
      host: "127.0.0.1",
      servername: "localhost",
      ca: authority.ca.cert,
      // Whatever is spoken inside, it is none of ours.
      ALPNProtocols: ["postgresql"],
    });
    secure.end("over TLS");
    const [bytes] = (await within(once(secure, "data"), "the echo")) as [Buffer];
    deepStrictEqual([bytes.toString(), secure.alpnProtocol], ["over TLS", false]);
  });
});

describe("datagrams passed on", () => {
  interface DatagramUpstream extends AsyncDisposable {
    readonly url: string;
    readonly heard: readonly string[];
  }

  async function datagramUpstream(reply: (text: string) => readonly string[]): Promise<DatagramUpstream> {
    const heard: string[] = [];
    const socket = createSocket("udp4");
    socket.on("message", (bytes, { port, address }) => {
      heard.push(bytes.toString());
      for (const text of reply(bytes.toString())) {
        socket.send(text, port, address);
      }
    });
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    return {
      url: `udp://127.0.0.1:${socket.address().port}`,
      heard,
      [Symbol.asyncDispose]: async () => void socket.close(),
    };
  }

  interface DatagramClient extends Disposable {
    readonly socket: Datagrams;
    readonly heard: readonly string[];
    say(text: string): void;
  }

  function datagramClient(port: number): DatagramClient {
    const heard: string[] = [];
    const socket = createSocket("udp4");
    socket.on("message", (bytes) => heard.push(bytes.toString()));
    return {
      socket,
      heard,
      say: (text) => socket.send(text, port, "127.0.0.1"),
      [Symbol.dispose]: () => socket.close(),
    };
  }

  const listen = { port: 0, host: "127.0.0.1", protocol: "udp" } as const;

  it("each client's replies come to it", async () => {
    await using one = await datagramUpstream((text) => [`${text}1`, `${text}2`]);
    await using running = await streaming({ listen, upstreams: one.url });
    const clients = ["a", "b", "c"].map((name) => ({ name, client: datagramClient(running.port) }));
    for (const { name, client } of clients) {
      client.say(name);
    }
    for (const { name, client } of clients) {
      await eventually(() => client.heard.length === 2, `both replies to ${name}`);
      deepStrictEqual(client.heard, [`${name}1`, `${name}2`]);
      client[Symbol.dispose]();
    }
  });

  it("a client is forgotten after its replies, and begins anew", async () => {
    await using one = await datagramUpstream((text) => [text, `${text} again`]);
    await using running = await streaming({ listen, upstreams: one.url, replies: 1 });
    using client = datagramClient(running.port);
    for (const text of ["a", "b"]) {
      client.say(text);
      await eventually(() => client.heard.includes(text), text);
    }
    deepStrictEqual(client.heard, ["a", "b"]);
  });

  it("who was silent longest is forgotten beyond the limit", async () => {
    await using one = await datagramUpstream((text) => [text]);
    await using running = await streaming({ listen, upstreams: one.url, limits: { connections: 2 } });
    for (const text of ["a", "b", "c"]) {
      using client = datagramClient(running.port);
      client.say(text);
      await eventually(() => client.heard.length === 1, text);
    }
    deepStrictEqual(running.told, [
      `warn: stream udp://127.0.0.1:${running.port}: more than 2 clients, which is the limit: who was silent longest is forgotten`,
    ]);
  });

  it("the server's close waits for the last reply only", async () => {
    let late: (() => void) | undefined;
    const socket = createSocket("udp4");
    socket.on("message", (bytes, { port, address }) => {
      late = () => socket.send(bytes, port, address);
    });
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    await using running = await streaming({ listen, upstreams: `udp://127.0.0.1:${socket.address().port}` });
    using client = datagramClient(running.port);
    client.say("a");
    await eventually(() => late, "the datagram");
    const closing = running.server.close({ deadline: 10_000 });
    late?.();
    await within(closing, "the close", 5_000);
    await eventually(() => client.heard.length === 1, "the reply");
    socket.close();
  });
});
