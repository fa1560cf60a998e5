/** nghttp, which shows every frame: push, priorities of both schemes, trailers, padding, CONTINUATION, windows. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { chunkedContent, collect, Fields, files, HttpResponse, push } from "../../src/index.ts";
import { makeTree, type Tree } from "../support/files.ts";
import { runProgram } from "../support/programs.ts";
import { routesOf } from "../support/running.ts";
import { type SecureRunning, serveSecure } from "../support/secure.ts";

describe("nghttp", () => {
  let site: Tree;
  let running: SecureRunning;

  before(async () => {
    site = makeTree({
      "index.html":
        '<link rel="stylesheet" href="/app.css"><img src="/dot.svg" alt=""><script src="/app.js"></script>',
      "app.css": "h1 { color: red }",
      "app.js": "1;",
      "dot.svg": "<svg/>",
      "body.txt": "from a file",
      "big.bin": Buffer.alloc(3_000_000, "b"),
    });
  });
  after(() => site.remove());
  before(async () => {
    running = await serveSecure({
      "/pushing": (_request, exchange) => {
        const promised = exchange.push("/app.css", Fields.empty);
        return HttpResponse.text(200, `promised: ${promised}`);
      },
      "/trailers": async (request) => {
        await collect(request.content, 1_000);
        const sum =
          request.content.type === "pulled" ? (request.content.trailers.get("x-sum") ?? "none") : "empty";
        const content = chunkedContent([Buffer.from("content")], { trailers: Fields.of(["x-echoed", sum]) });
        return new HttpResponse({ status: 200, fields: Fields.empty, content });
      },
      "/echo": (request) => new HttpResponse({ status: 200, fields: Fields.empty, content: request.content }),
      // nghttp forgets its content where the final response comes with the interim one.
      "/collected": async (request) => HttpResponse.text(200, String(await collect(request.content, 1_000))),
      "/count": (request) => HttpResponse.text(200, String([...request.fields].length)),
      "/*": files({ root: site.path }),
    });
  });
  after(() => running[Symbol.asyncDispose]());

  /** Standard output of `nghttp -v`, without times. */
  async function nghttp(args: readonly string[], paths: readonly string[]): Promise<string> {
    const urls = paths.map((path) => `${running.url}${path}`);
    const got = await runProgram("nghttp", ["-v", "-y", ...args, ...urls]);
    strictEqual(got.code, 0, got.stderr);
    return got.stdout.toString("latin1").replace(/^\[ *[\d.]+\] ?/gm, "");
  }

  function statuses(output: string): string[] {
    return [...output.matchAll(/^recv \(stream_id=\d+\) :status: (\d+)$/gm)].map(([, status = ""]) => status);
  }

  it("settles h2 and gets a file; settings are acknowledged on both sides", async () => {
    const output = await nghttp([], ["/app.css"]);
    match(output, /^The negotiated protocol: h2$/m);
    match(output, /^h1 \{ color: red \}/m);
    deepStrictEqual(statuses(output), ["200"]);
    const acknowledged = /^(?:send|recv) SETTINGS frame <length=0, flags=0x01, stream_id=0>$/gm;
    deepStrictEqual([...output.matchAll(acknowledged)].map(([line]) => line.slice(0, 4)).sort(), [
      "recv",
      "send",
    ]);
  });

  describe("push", () => {
    it("is promised before the answer, and answered like a request", async () => {
      const output = await nghttp([], ["/pushing"]);
      const promise =
        /^recv PUSH_PROMISE frame <length=\d+, flags=0x04, stream_id=13>\n +; END_HEADERS\n +\(padlen=0, promised_stream_id=2\)$/m;
      match(output, promise);
      for (const field of [
        ":method: GET",
        ":scheme: https",
        ":path: /app.css",
        `:authority: localhost:${running.port}`,
      ]) {
        ok(output.includes(`recv (stream_id=13) ${field}\n`), `${field} in\n${output}`);
      }
      deepStrictEqual(statuses(output), ["200", "200"]);
      match(output, /^recv \(stream_id=2\) :status: 200$/m);
      match(output, /^recv \(stream_id=2\) content-type: text\/css/m);
      match(output, /promised: true/);
      ok(output.indexOf("recv PUSH_PROMISE") < output.indexOf("recv (stream_id=13) :status"), output);
    });

    it("is not sent to a client that forbids it", async () => {
      const output = await nghttp(["--no-push"], ["/pushing"]);
      strictEqual(output.includes("recv PUSH_PROMISE"), false);
      match(output, /promised: false/);
    });

    it("is sent by the filter with a page that a browser opens", async () => {
      const page = routesOf({ "/*": files({ root: site.path }) }).map((route) => ({
        ...route,
        filters: [push({ paths: ["/app.css", "/app.js"] })],
      }));
      await using pushing = await serveSecure(page);
      const fields = [
        "-H",
        "accept: text/html",
        "-H",
        "sec-fetch-dest: document",
        "-H",
        "sec-fetch-mode: navigate",
      ];
      const got = await runProgram("nghttp", ["-v", "-y", ...fields, `${pushing.url}/`]);
      const output = got.stdout.toString("latin1");
      const paths = [...output.matchAll(/^\[.*recv \(stream_id=13\) :path: (\S+)$/gm)].map(
        ([, path]) => path,
      );
      deepStrictEqual(paths, ["/app.css", "/app.js"]);
      strictEqual([...output.matchAll(/recv \(stream_id=[24]\) :status: 200/g)].length, 2);
    });
  });

  describe("priorities", () => {
    it("weights and dependencies of RFC 7540 are read and ignored", async () => {
      const output = await nghttp(["-p", "200", "-p", "1"], ["/app.css", "/app.js"]);
      match(output, /^send PRIORITY frame/m);
      deepStrictEqual(statuses(output), ["200", "200"]);
    });

    it("SETTINGS_NO_RFC7540_PRIORITIES is told and understood", async () => {
      const output = await nghttp(["--no-rfc7540-pri"], ["/app.css"]);
      const received = output.slice(output.indexOf("recv SETTINGS"));
      match(received, /\[(?:SETTINGS_)?NO_RFC7540_PRIORITIES\(0x09\):1\]/);
      deepStrictEqual(statuses(output), ["200"]);
    });

    it("the Priority field is taken in any form", async () => {
      for (const value of ["u=0", "u=7, i", "u=9, nonsense", '""']) {
        deepStrictEqual(statuses(await nghttp(["-H", `priority: ${value}`], ["/app.css"])), ["200"], value);
      }
    });
  });

  it("sends trailers and gets trailers", async () => {
    const args = ["-d", join(site.path, "body.txt"), "--trailer", "x-sum: 11"];
    const output = await nghttp(args, ["/trailers"]);
    deepStrictEqual(statuses(output), ["200"]);
    match(output, /^recv \(stream_id=13\) x-echoed: 11$/m);
    match(output, /^recv HEADERS frame <length=\d+, flags=0x05, stream_id=13>$/m);
  });

  const uploads = [
    ["plain", "/echo", [], ["200"]],
    ["without content-length", "/echo", ["--no-content-length"], ["200"]],
    ["padded", "/echo", ["-b", "100"], ["200"]],
    ["waiting for 100 (Continue)", "/collected", ["--expect-continue"], ["100", "200"]],
  ] as const;
  for (const [rule, path, args, wanted] of uploads) {
    it(`uploads: ${rule}`, async () => {
      const output = await nghttp(["-d", join(site.path, "body.txt"), ...args], [path]);
      deepStrictEqual(statuses(output), wanted);
      match(output, /^from a file/m);
    });
  }

  it("takes a field section in CONTINUATION frames", async () => {
    const output = await nghttp(["--continuation"], ["/count"]);
    // It shows the frames as one, longer than any may be (RFC 9113 §4.2).
    ok(Number(/^send HEADERS frame <length=(\d+)/m.exec(output)?.[1]) > 16_384, output);
    deepStrictEqual(statuses(output), ["200"]);
  });

  const tables = [
    ["no table", ["-c", "0"]],
    ["a small table", ["-c", "64"]],
    ["a table that shrinks and grows", ["-c", "0", "-c", "4096"]],
    ["a large table", ["-c", "1M"]],
    ["no table of its own", ["--encoder-header-table-size", "0"]],
  ] as const;
  for (const [rule, args] of tables) {
    it(`compresses fields with ${rule}`, async () => {
      const output = await nghttp(["-m", "5", ...args], ["/app.css"]);
      deepStrictEqual(
        statuses(output),
        Array.from({ length: 5 }, () => "200"),
      );
      strictEqual([...output.matchAll(/content-type: text\/css/g)].length, 5);
    });
  }

  const windows = [
    ["tiny windows", ["-w", "2"]],
    ["large windows", ["-w", "30", "-W", "30"]],
    ["a large window for the connection alone", ["-w", "12", "-W", "30"]],
  ] as const;
  for (const [rule, args] of windows) {
    it(`downloads with ${rule}`, async () => {
      const size = rule.startsWith("tiny") ? "/app.css" : "/big.bin";
      const got = await runProgram("nghttp", ["-y", "-s", ...args, `${running.url}${size}`]);
      strictEqual(got.code, 0, got.stderr);
      ok(got.stdout.includes(size.startsWith("/app") ? "h1 { color: red }" : Buffer.alloc(3_000_000, "b")));
    });
  }

  it("gets a page and what it links to over one connection", async () => {
    const got = await runProgram("nghttp", ["-y", "-a", "-n", "-s", `${running.url}/`]);
    const lines = got.stdout.toString("latin1").match(/^ +\d+ .* 200 .*$/gm) ?? [];
    deepStrictEqual(lines.map((line) => line.trim().split(/\s+/).at(-1)).sort(), [
      "/",
      "/app.css",
      "/app.js",
      "/dot.svg",
    ]);
  });

  it("makes a hundred requests at once", async () => {
    const output = await nghttp(["-n", "-m", "100"], ["/app.js"]);
    deepStrictEqual(
      statuses(output),
      Array.from({ length: 100 }, () => "200"),
    );
  });
});
