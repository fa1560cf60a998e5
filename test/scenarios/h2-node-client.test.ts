/** Node's HTTP/2 client against a running server: content both ways, trailers, resets, push, tunnels, the end. */
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { constants, type IncomingHttpHeaders } from "node:http2";
import { after, before, describe, it } from "node:test";
import {
  chunkedContent,
  Fields,
  files,
  type Handler,
  HttpResponse,
  type PulledContent,
} from "../../src/index.ts";
import { makeTree, type Tree } from "../support/files.ts";
import { answerOf, type Http2Client, http2Client } from "../support/http2-client.ts";
import { type SecureRunning, serveSecure } from "../support/secure.ts";
import { eventually, gate, within } from "../support/waiting.ts";

const big = randomBytes(8 * 1_048_576);

const echo: Handler = (request) =>
  new HttpResponse({ status: 200, fields: Fields.empty, content: request.content });

const tunnel: Handler = (request) =>
  request.connectProtocol === "echo"
    ? new HttpResponse({ status: 200, fields: Fields.empty, content: request.content, tunnel: true })
    : HttpResponse.text(200, `no tunnel: ${request.connectProtocol}`);

/** Content that never comes and notes how it was let go. */
function endless(onCancel: (reason: Error) => void): PulledContent {
  return {
    type: "pulled",
    length: undefined,
    trailers: Fields.empty,
    onReadable: undefined,
    read: () => "pending",
    cancel: onCancel,
  };
}

describe("Node's HTTP/2 client", () => {
  let site: Tree;

  before(() => {
    site = makeTree({ "small.txt": "small", "big.bin": big });
  });
  after(() => site.remove());

  async function both(
    routes: Parameters<typeof serveSecure>[0],
    options?: Parameters<typeof http2Client>[1],
  ): Promise<{ running: SecureRunning; client: Http2Client } & AsyncDisposable> {
    const running = await serveSecure(routes);
    const client = await http2Client(running.url, { ca: running.ca, ...options });
    return {
      running,
      client,
      [Symbol.asyncDispose]: async () => {
        await client[Symbol.asyncDispose]();
        await running[Symbol.asyncDispose]();
      },
    };
  }

  it("gets a file with its fields", async () => {
    await using pair = await both({ "/*": files({ root: site.path }) });
    const { status, fields, body } = await pair.client.ask({ ":path": "/small.txt" });
    deepStrictEqual(
      { status, type: fields["content-type"], length: fields["content-length"], body: body.toString() },
      { status: 200, type: "text/plain; charset=utf-8", length: "5", body: "small" },
    );
  });

  const windows = [
    ["small windows", { settings: { initialWindowSize: 4_000 } }],
    ["windows of 64 KB", {}],
    ["large windows and frames", { settings: { initialWindowSize: 16_777_216, maxFrameSize: 1_048_576 } }],
  ] as const;
  for (const [rule, options] of windows) {
    it(`downloads 8 MB with ${rule}`, async () => {
      await using pair = await both({ "/*": files({ root: site.path }) }, options);
      const { body } = await pair.client.ask({ ":path": "/big.bin" });
      strictEqual(digest(body), digest(big));
    });
  }

  it("uploads 8 MB and gets them back, several at once", async () => {
    // In MB: Node's client gives up where its own memory for a session is used up.
    await using pair = await both({ "/*": echo }, { maxSessionMemory: 100 });
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => pair.client.ask({ ":method": "POST", ":path": "/" }, big)),
    );
    deepStrictEqual(
      answers.map(({ status, body }) => [status, digest(body)]),
      Array.from({ length: 4 }, () => [200, digest(big)]),
    );
  });

  it("an upload that nobody reads stops at its window, and its neighbours go on", async () => {
    const seen = gate();
    await using pair = await both({
      "/unread": () => {
        seen.open();
        return new Promise(() => undefined);
      },
      "/*": echo,
    });
    const stalled = pair.client.open({ ":method": "POST", ":path": "/unread" }, "open");
    stalled.write(big);
    await seen.opened;
    const { body } = await pair.client.ask({ ":method": "POST", ":path": "/" }, big.subarray(0, 1_000_000));
    strictEqual(digest(body), digest(big.subarray(0, 1_000_000)));
    ok(stalled.writableLength > 0, "all of it left");
    stalled.close(constants.NGHTTP2_CANCEL);
  });

  it("trailers come both ways", async () => {
    await using pair = await both({
      "/*": async (request) => {
        const content = request.content as PulledContent;
        const read = (): void => {
          while (content.read() instanceof Uint8Array) {
            // What comes before the trailers is not asked for here.
          }
        };
        read();
        await eventually(() => {
          read();
          return content.read() === "end";
        }, "the end of the request");
        return new HttpResponse({
          status: 200,
          fields: Fields.empty,
          content: chunkedContent([Buffer.from("got")], {
            trailers: Fields.of(["x-echoed", content.trailers.get("x-sum") ?? "none"]),
          }),
        });
      },
    });
    const stream = pair.client.session.request({ ":method": "POST", ":path": "/" }, {
      waitForTrailers: true,
    } as Parameters<Http2Client["session"]["request"]>[1]);
    stream.on("wantTrailers", () => stream.sendTrailers({ "x-sum": "42" }));
    stream.end("abc");
    const { body, trailers } = await answerOf(stream);
    deepStrictEqual([body.toString(), trailers], ["got", { "x-echoed": "42" }]);
  });

  it("an interim response comes before the final one", async () => {
    await using pair = await both({
      "/*": (_request, exchange) => {
        exchange.inform(103, Fields.of(["link", "</app.css>; rel=preload; as=style"]));
        return HttpResponse.text(200, "final");
      },
    });
    const stream = pair.client.open({ ":path": "/" });
    const interim: IncomingHttpHeaders[] = [];
    stream.on("headers", (fields: IncomingHttpHeaders) => interim.push(fields));
    const { status } = await answerOf(stream);
    deepStrictEqual(
      [interim.map((fields) => [fields[":status"], fields.link]), status],
      [[[103, "</app.css>; rel=preload; as=style"]], 200],
    );
  });

  it("a stream that the client resets aborts its handler's signal, and the connection goes on", async () => {
    const seen = gate();
    const aborted = gate<Error>();
    await using pair = await both({
      "/slow": (_request, exchange) => {
        exchange.signal.addEventListener("abort", () => aborted.open(exchange.signal.reason as Error));
        seen.open();
        return new Promise(() => undefined);
      },
      "/*": files({ root: site.path }),
    });
    const stream = pair.client.open({ ":path": "/slow" });
    await seen.opened;
    stream.close(constants.NGHTTP2_CANCEL);
    ok((await within(aborted.opened, "the signal")) instanceof Error);
    strictEqual((await pair.client.ask({ ":path": "/small.txt" })).body.toString(), "small");
  });

  it("a stream that the client resets half way lets the response's content go", async () => {
    const cancelled = gate<Error>();
    await using pair = await both({
      "/*": () =>
        new HttpResponse({
          status: 200,
          fields: Fields.empty,
          content: endless((why) => cancelled.open(why)),
        }),
    });
    const stream = pair.client.open({ ":path": "/" });
    await once(stream, "response");
    stream.close(constants.NGHTTP2_CANCEL);
    ok((await within(cancelled.opened, "the cancelling")) instanceof Error);
  });

  it("content that breaks off resets its stream, and the connection goes on", async () => {
    let reads = 0;
    await using pair = await both({
      "/broken": () => {
        const content: PulledContent = {
          type: "pulled",
          length: undefined,
          trailers: Fields.empty,
          onReadable: undefined,
          read: () => {
            reads += 1;
            if (reads > 1) {
              throw new Error("the disk is gone");
            }
            return Buffer.from("half");
          },
          cancel: () => undefined,
        };
        return new HttpResponse({ status: 200, fields: Fields.empty, content });
      },
      "/*": files({ root: site.path }),
    });
    await rejects(pair.client.ask({ ":path": "/broken" }), /INTERNAL_ERROR|reset with 2/);
    strictEqual((await pair.client.ask({ ":path": "/small.txt" })).status, 200);
    ok(
      pair.running.told.some((line) => line.includes("the disk is gone")),
      pair.running.told.join("\n"),
    );
  });

  it("a handler that throws answers 500", async () => {
    await using pair = await both({
      "/*": () => {
        throw new Error("oops");
      },
    });
    strictEqual((await pair.client.ask({ ":path": "/" })).status, 500);
  });

  it("is pushed what the handler promises, with its own answer", async () => {
    await using pair = await both({
      "/page": (_request, exchange) =>
        HttpResponse.text(200, `pushed: ${exchange.push("/small.txt", Fields.of(["accept", "text/plain"]))}`),
      "/*": files({ root: site.path }),
    });
    const pushed = new Promise<{ path: unknown; accept: unknown; body: string }>((resolve) => {
      pair.client.session.on("stream", (stream, head) => {
        const chunks: Buffer[] = [];
        stream.on("data", (chunk: Buffer) => chunks.push(chunk));
        stream.on("end", () =>
          resolve({ path: head[":path"], accept: head.accept, body: Buffer.concat(chunks).toString() }),
        );
      });
    });
    strictEqual((await pair.client.ask({ ":path": "/page" })).body.toString(), "pushed: true");
    deepStrictEqual(await within(pushed, "the pushed stream"), {
      path: "/small.txt",
      accept: "text/plain",
      body: "small",
    });
  });

  it("is not pushed what it does not allow", async () => {
    await using pair = await both(
      { "/*": (_request, exchange) => HttpResponse.text(200, String(exchange.push("/x", Fields.empty))) },
      { settings: { enablePush: false } },
    );
    strictEqual((await pair.client.ask({ ":path": "/" })).body.toString(), "false");
  });

  describe("extended CONNECT (RFC 8441)", () => {
    const head = {
      ":method": "CONNECT",
      ":protocol": "echo",
      ":scheme": "https",
      ":path": "/",
      ":authority": "localhost",
    };

    it("is offered in SETTINGS, and is a tunnel that echoes", async () => {
      await using pair = await both({ "/*": tunnel });
      strictEqual(pair.client.session.remoteSettings.enableConnectProtocol, true);
      const stream = pair.client.open(head, "open");
      const [response] = (await once(stream, "response")) as [IncomingHttpHeaders];
      strictEqual(response[":status"], 200);
      for (const text of ["ping", "and more", "x".repeat(100_000)]) {
        const back = gate();
        let got = "";
        const take = (chunk: Buffer): void => {
          got += chunk.toString();
          if (got.length >= text.length) {
            back.open();
          }
        };
        stream.on("data", take);
        stream.write(text);
        await within(back.opened, "the echo");
        stream.off("data", take);
        strictEqual(got, text);
      }
      stream.resume();
      const ended = once(stream, "end");
      stream.end();
      await within(ended, "the tunnel's other end");
    });

    it("several tunnels and requests share a connection", async () => {
      await using pair = await both({ "/page": () => HttpResponse.text(200, "page"), "/*": tunnel });
      const tunnels = Array.from({ length: 5 }, () => pair.client.open(head, "open"));
      await Promise.all(tunnels.map((stream) => once(stream, "response")));
      strictEqual((await pair.client.ask({ ":path": "/page" })).body.toString(), "page");
      const echoes = tunnels.map((stream, at) => {
        const back = once(stream, "data");
        stream.write(`tunnel ${at}`);
        return back;
      });
      deepStrictEqual(
        (await within(Promise.all(echoes), "the echoes")).map(([chunk]) => String(chunk)),
        tunnels.map((_, at) => `tunnel ${at}`),
      );
      for (const stream of tunnels) {
        stream.close(constants.NGHTTP2_CANCEL);
      }
    });
  });

  describe("a graceful end", () => {
    it("finishes what is under way, then GOAWAY with NO_ERROR ends the connection", async () => {
      const seen = gate();
      const go = gate();
      await using pair = await both({
        "/*": async () => {
          seen.open();
          await go.opened;
          return HttpResponse.text(200, "finished");
        },
      });
      const codes: number[] = [];
      pair.client.session.on("goaway", (code) => codes.push(code));
      const answer = pair.client.ask({ ":path": "/" });
      await seen.opened;
      const closing = pair.running.server.close();
      await eventually(() => codes.length > 0, "GOAWAY");
      go.open();
      strictEqual((await answer).body.toString(), "finished");
      await within(closing, "the server to close");
      deepStrictEqual([...new Set(codes)], [constants.NGHTTP2_NO_ERROR]);
    });

    it("ends an idle connection at once", async () => {
      await using pair = await both({ "/*": files({ root: site.path }) });
      await pair.client.ask({ ":path": "/small.txt" });
      const gone = once(pair.client.session, "close");
      await within(pair.running.server.close(), "the server to close");
      await within(gone, "the session to close");
    });

    it("finishes a download that is under way", async () => {
      await using pair = await both({ "/*": files({ root: site.path }) });
      const stream = pair.client.open({ ":path": "/big.bin" });
      await once(stream, "response");
      const closing = pair.running.server.close();
      const { body } = await answerOf(stream);
      strictEqual(body.length, big.length);
      await within(closing, "the server to close");
    });
  });

  it("refuses more streams at once than are allowed, in a way that lets the client ask again", async () => {
    const running = await serveSecure(
      { "/*": () => new Promise(() => undefined) },
      { limits: { http2: { concurrentStreams: 3 } } },
    );
    const client = await http2Client(running.url, { ca: running.ca });
    strictEqual(client.session.remoteSettings.maxConcurrentStreams, 3);
    await client[Symbol.asyncDispose]();
    await running[Symbol.asyncDispose]();
  });

  const heavy = { "x-long": "v".repeat(20_000) };
  it("431 for fields that are too long, and the connection goes on", async () => {
    await using pair = await both({ "/*": files({ root: site.path }) });
    strictEqual((await pair.client.ask({ ":path": "/small.txt", ...heavy })).status, 431);
    strictEqual((await pair.client.ask({ ":path": "/small.txt" })).status, 200);
  });
});

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
