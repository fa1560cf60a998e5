/** WebSockets through the proxy: `ws` answers over HTTP/1.1, and clients come by either version. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import type { ClientHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { WebSocket, WebSocketServer } from "ws";
import { serveProxy } from "../support/hostile-upstream-rows.ts";
import { type Http2Client, http2Client } from "../support/http2-client.ts";
import { brief } from "../support/responses.ts";
import { type Running, requestText } from "../support/running.ts";
import { eventually, within } from "../support/waiting.ts";

/** A masked frame (RFC 6455 §5.2) of up to 65,535 octets; the mask is zeros, which changes nothing. */
function frame(opcode: number, content: string): Buffer {
  const bytes = Buffer.from(content, "latin1");
  const length =
    bytes.length < 126 ? [0x80 | bytes.length] : [0x80 | 126, bytes.length >> 8, bytes.length & 255];
  return Buffer.concat([Buffer.from([0x80 | opcode, ...length, 0, 0, 0, 0]), bytes]);
}

/** The contents of unmasked frames, each behind its opcode. */
function frames(bytes: Buffer): string[] {
  const found: string[] = [];
  for (let at = 0; at + 2 <= bytes.length; ) {
    const short = (bytes[at + 1] ?? 0) & 0x7f;
    const length = short === 126 ? bytes.readUInt16BE(at + 2) : short;
    const start = at + (short === 126 ? 4 : 2);
    if (start + length > bytes.length) {
      break;
    }
    found.push(`${(bytes[at] ?? 0) & 15} ${bytes.toString("utf8", start, start + length)}`);
    at = start + length;
  }
  return found;
}

describe("WebSockets", () => {
  let echo: WebSocketServer;
  let running: Running;
  const left: number[] = [];

  before(async () => {
    echo = new WebSocketServer({
      port: 0,
      host: "127.0.0.1",
      handleProtocols: (offered) => (offered.has("echo") ? "echo" : false),
      verifyClient: ({ req }: { req: IncomingMessage }) => req.url !== "/forbidden",
    });
    echo.on("connection", (socket) => {
      socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
      socket.on("close", (code) => left.push(code));
      socket.on("error", () => undefined);
    });
    await once(echo, "listening");
    running = await serveProxy({ upstreams: [`http://127.0.0.1:${(echo.address() as AddressInfo).port}`] });
  });
  after(async () => {
    await running[Symbol.asyncDispose]();
    for (const client of echo.clients) {
      client.terminate();
    }
    echo.close();
  });

  it("echo over HTTP/1.1: texts, binary, a megabyte, ping, and an orderly end", async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${running.port}/chat`, ["echo"]);
    await within(once(socket, "open"), "the WebSocket");
    strictEqual(socket.protocol, "echo");
    const large = "x".repeat(1_048_576);
    const received: string[] = [];
    socket.on("message", (data: Buffer) => received.push(data.toString()));
    for (const message of ["one", "two", large, "four"]) {
      socket.send(message);
    }
    await eventually(() => received.length === 4, "four echoes");
    deepStrictEqual(received, ["one", "two", large, "four"]);
    socket.ping("still there?");
    const [answer] = (await within(once(socket, "pong"), "a pong")) as [Buffer];
    strictEqual(answer.toString(), "still there?");
    socket.close(4001, "enough");
    const [code, reason] = (await within(once(socket, "close"), "the end")) as [number, Buffer];
    deepStrictEqual([code, reason.toString()], [4001, "enough"]);
    await eventually(() => left.includes(4001), "the echo to hear of it");
  });

  it("many at once", async () => {
    const sockets = Array.from({ length: 50 }, () => new WebSocket(`ws://127.0.0.1:${running.port}/`));
    const echoes = await Promise.all(
      sockets.map(async (socket, at) => {
        await within(once(socket, "open"), "a WebSocket");
        socket.send(`number ${at}`);
        const [data] = (await within(once(socket, "message"), "an echo")) as [Buffer];
        return data.toString();
      }),
    );
    deepStrictEqual(
      echoes,
      sockets.map((_, at) => `number ${at}`),
    );
    for (const socket of sockets) {
      socket.terminate();
    }
    await eventually(() => echo.clients.size === 0, "the upstream's to be gone");
  });

  it("a refusal arrives as it is", async () => {
    const client = await running.client();
    client.send(
      requestText("GET /forbidden", {
        Connection: "Upgrade",
        Upgrade: "websocket",
        "Sec-WebSocket-Version": 13,
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
      }),
    );
    const { status, whole } = await client.response();
    deepStrictEqual([status, whole], [401, true]);
    client.leave();
  });

  it("the upstream's end reaches the client, and a client that vanishes is told to the upstream", async () => {
    const [first, second] = [0, 1].map(() => new WebSocket(`ws://127.0.0.1:${running.port}/`));
    await within(Promise.all([once(first as WebSocket, "open"), once(second as WebSocket, "open")]), "both");
    await eventually(() => echo.clients.size === 2, "both at the upstream");
    const [one] = echo.clients;
    const gone = Promise.race([once(first as WebSocket, "close"), once(second as WebSocket, "close")]);
    one?.terminate();
    strictEqual(((await within(gone, "the end")) as [number])[0], 1006);
    first?.terminate();
    second?.terminate();
    await eventually(() => echo.clients.size === 0, "the upstream's to be gone");
  });

  describe("over HTTP/2 (RFC 8441)", () => {
    let client: Http2Client;
    before(async () => {
      client = await http2Client(running.url);
    });
    after(() => client[Symbol.asyncDispose]());

    function connect(path: string): ClientHttp2Stream {
      return client.open(
        {
          ":method": "CONNECT",
          ":protocol": "websocket",
          ":scheme": "http",
          ":path": path,
          ":authority": `127.0.0.1:${running.port}`,
          "sec-websocket-version": "13",
          "sec-websocket-protocol": "echo",
        },
        "open",
      );
    }

    it("is offered", () => strictEqual(client.session.remoteSettings.enableConnectProtocol, true));

    it("echo: the handshake becomes one of HTTP/1.1 and back", async () => {
      const stream = connect("/chat");
      const [head] = (await within(once(stream, "response"), "the answer")) as [Record<string, unknown>];
      deepStrictEqual(
        [head[":status"], head["sec-websocket-protocol"], head["sec-websocket-accept"], head.upgrade],
        [200, "echo", undefined, undefined],
      );
      let bytes = Buffer.alloc(0);
      stream.on("data", (piece: Buffer) => {
        bytes = Buffer.concat([bytes, piece]);
      });
      stream.write(frame(1, "hello"));
      stream.write(frame(1, "y".repeat(60_000)));
      await eventually(() => frames(bytes).length === 2, "two echoes");
      deepStrictEqual(frames(bytes), ["1 hello", `1 ${"y".repeat(60_000)}`]);
      bytes = Buffer.alloc(0);
      stream.write(frame(8, "\x03\xe8"));
      await within(once(stream, "end"), "the end");
      strictEqual(frames(bytes)[0]?.[0], "8");
      stream.end();
      await eventually(() => echo.clients.size === 0, "the upstream's to be gone");
    });

    it("a refusal is that of the upstream, and the connection goes on", async () => {
      const stream = connect("/forbidden");
      const [head] = (await within(once(stream, "response"), "the answer")) as [Record<string, unknown>];
      strictEqual(head[":status"], 401);
      stream.close();
      strictEqual((await client.ask({ ":path": "/after" })).body.toString(), "after");
    });

    it("a stream that is reset closes the upstream's connection", async () => {
      const stream = connect("/");
      await within(once(stream, "response"), "the answer");
      await eventually(() => echo.clients.size === 1, "the upstream's");
      stream.close(8);
      await eventually(() => echo.clients.size === 0, "the upstream's to be gone");
    });
  });

  it("an ordinary request is answered as ever (426)", async () => {
    const client = await running.client();
    client.send(requestText("GET /"));
    strictEqual(brief(await client.response()), "426 Upgrade Required");
  });
});
