/** curl against a running server: downloads, ranges, resuming, conditions, uploads, trailers. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { chunkedContent, Fields, files, HttpResponse } from "../../src/index.ts";
import { makeTree, type Tree } from "../support/files.ts";
import { type ProgramOptions, runProgram, startProgram } from "../support/programs.ts";
import { type Running, serve } from "../support/running.ts";
import { eventually } from "../support/waiting.ts";

const modified = new Date("2026-03-01T12:00:00Z");
const big = randomBytes(24 * 1_048_576);

interface Fetched {
  readonly code: number | null;
  /** Status, then every chosen field line, in the server's order. */
  readonly head: readonly string[];
  readonly body: string;
}

describe("curl", () => {
  let site: Tree;
  let running: Running;

  before(async () => {
    site = makeTree();
    site.write("digits.txt", "0123456789", modified);
    site.write("big.bin", big);
    site.write("page.html", "<p>page</p>\n".repeat(100), modified);
    site.write("page.html.gz", gzipSync("<p>page</p>\n".repeat(100)), modified);
    running = await serve({
      "/echo": (request) =>
        new HttpResponse({
          status: 200,
          fields: Fields.of(["content-type", "application/octet-stream"]),
          content: request.content,
        }),
      "/trailers": () =>
        new HttpResponse({
          status: 200,
          fields: Fields.of(["trailer", "x-sum"]),
          content: chunkedContent([Buffer.from("one "), Buffer.from("two")], {
            trailers: Fields.of(["x-sum", "2"]),
          }),
        }),
      "/stream": () =>
        new HttpResponse({
          status: 200,
          fields: Fields.empty,
          content: chunkedContent([Buffer.from("streamed")]),
        }),
      "/*": files({ root: site.path }),
    });
  });
  after(async () => {
    await running[Symbol.asyncDispose]();
    site.remove();
  });

  /** One request: head and content apart; of the fields those that do not change from run to run. */
  async function fetched(
    path: string,
    args: readonly string[] = [],
    options?: ProgramOptions,
  ): Promise<Fetched> {
    const headFile = join(site.path, ".head");
    const got = await runProgram("curl", ["-sS", "-D", headFile, ...args, `${running.url}${path}`], options);
    strictEqual(got.stderr, "");
    const lines = readFileSync(headFile, "latin1").trimEnd().split("\r\n");
    const head = lines.filter((line) => !/^(?:date|etag|last-modified): |^$/i.test(line));
    return { code: got.code, head, body: got.stdout.toString("latin1") };
  }

  const fileFields = ["Content-Type: text/plain; charset=utf-8", "Cache-Control: no-cache"];

  it("gets a file with its fields", async () => {
    const { code, head, body } = await fetched("/digits.txt");
    deepStrictEqual(
      { code, status: head[0], body, type: head.filter((line) => line.startsWith("Content-")) },
      {
        code: 0,
        status: "HTTP/1.1 200 OK",
        body: "0123456789",
        type: [fileFields[0], "Content-Length: 10"],
      },
    );
  });

  it("asks HEAD and gets the same head and no content", async () => {
    const get = await fetched("/digits.txt");
    const head = await fetched("/digits.txt", ["-I", "-o", "/dev/null"]);
    deepStrictEqual(head, { ...get, body: "" });
  });

  const ranges = [
    ["first octets", "0-3", "206 Partial Content", "bytes 0-3/10", "0123"],
    ["last octets", "-3", "206 Partial Content", "bytes 7-9/10", "789"],
    ["from the middle on", "6-", "206 Partial Content", "bytes 6-9/10", "6789"],
    ["past the end", "20-30", "416 Range Not Satisfiable", "bytes */10", undefined],
  ] as const;
  for (const [rule, range, status, contentRange, expected] of ranges) {
    it(`asks for a range: ${rule}`, async () => {
      const { head, body } = await fetched("/digits.txt", ["-r", range]);
      deepStrictEqual(
        [head[0], head.find((line) => line.startsWith("Content-Range"))],
        [`HTTP/1.1 ${status}`, `Content-Range: ${contentRange}`],
      );
      if (expected !== undefined) {
        strictEqual(body, expected);
      }
    });
  }

  it("asks for several ranges and gets multipart/byteranges", async () => {
    const { head, body } = await fetched("/digits.txt", ["-r", "0-1,8-9"]);
    const type = head.find((line) => line.startsWith("Content-Type")) ?? "";
    const boundary = /^Content-Type: multipart\/byteranges; boundary="?([^"]+)"?$/.exec(type)?.[1];
    const part = (range: string, text: string): string =>
      `--${boundary}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes ${range}/10\r\n\r\n${text}\r\n`;
    strictEqual(head[0], "HTTP/1.1 206 Partial Content");
    strictEqual(
      body.replace(/^\r\n/, "").toLowerCase(),
      `${part("0-1", "01")}${part("8-9", "89")}--${boundary}--\r\n`.toLowerCase(),
    );
  });

  it("resumes a download that was interrupted half way", async () => {
    const part = join(site.path, ".part");
    const url = `${running.url}/big.bin`;
    const first = startProgram("curl", ["-sS", "--limit-rate", "20M", "-o", part, url]);
    await eventually(() => sizeOf(part) > big.length / 4, "a quarter of the file");
    first.child.kill("SIGKILL");
    await first.result;
    const left = sizeOf(part);
    ok(left < big.length, "the interruption came too late");
    const { code, stdout } = await runProgram("curl", [
      "-sS",
      "-C",
      "-",
      "-w",
      "%{http_code} %{size_download}",
      "-o",
      part,
      url,
    ]);
    deepStrictEqual({ code, told: stdout.toString() }, { code: 0, told: `206 ${big.length - left}` });
    strictEqual(digest(readFileSync(part)), digest(big));
  });

  const conditions = [
    ["not modified since then", ["-z", "Sun, 01 Mar 2026 12:00:00 GMT"], "304"],
    ["modified since the day before", ["-z", "Sat, 28 Feb 2026 12:00:00 GMT"], "200"],
    ["unmodified since the day before fails", ["-z", "-Sat, 28 Feb 2026 12:00:00 GMT"], "412"],
  ] as const;
  for (const [rule, args, status] of conditions) {
    it(`asks on condition: ${rule}`, async () => {
      const { stdout } = await runProgram("curl", [
        "-sS",
        "-o",
        "/dev/null",
        "-w",
        "%{http_code}",
        ...args,
        `${running.url}/digits.txt`,
      ]);
      strictEqual(stdout.toString(), status);
    });
  }

  it("saves an ETag, compares it and is told 304", async () => {
    const tag = join(site.path, ".etag");
    const told = async (): Promise<string> =>
      (
        await runProgram("curl", [
          "-sS",
          "-o",
          "/dev/null",
          "-w",
          "%{http_code} %{size_download}",
          "--etag-save",
          tag,
          "--etag-compare",
          tag,
          `${running.url}/digits.txt`,
        ])
      ).stdout.toString();
    deepStrictEqual([await told(), await told()], ["200 10", "304 0"]);
  });

  it("speaks HTTP/1.0: no chunks, and the connection closes", async () => {
    const stream = await fetched("/stream", ["--http1.0"]);
    deepStrictEqual(stream, {
      code: 0,
      head: ["HTTP/1.1 200 OK", "Connection: close"],
      body: "streamed",
    });
  });

  it("takes the gzip sibling when it says --compressed", async () => {
    const { head, body } = await fetched("/page.html", ["--compressed"]);
    const told = head.filter((line) => /^(?:Content-Encoding|Vary)/.test(line)).sort();
    deepStrictEqual(
      [told, body],
      [["Content-Encoding: gzip", "Vary: Accept-Encoding"], "<p>page</p>\n".repeat(100)],
    );
  });

  it("waits for 100 (Continue) and uploads", async () => {
    const got = await runProgram("curl", [
      "-sSv",
      "-H",
      "Expect: 100-continue",
      "--expect100-timeout",
      "30",
      "-T",
      join(site.path, "big.bin"),
      `${running.url}/echo`,
    ]);
    const statuses = got.stderr.match(/^< HTTP\/1\.1 .*(?=\r$)/gm);
    deepStrictEqual(
      [got.code, statuses],
      [0, ["HTTP/1.1 100 Continue", "HTTP/1.1 200 OK"].map((line) => `< ${line}`)],
    );
    strictEqual(digest(got.stdout), digest(big));
  });

  it("uploads in chunks and gets chunks back", async () => {
    const got = await fetched("/echo", ["-T", "-", "-H", "Expect:"], { input: "from standard input" });
    deepStrictEqual(got, {
      code: 0,
      head: ["HTTP/1.1 200 OK", "Content-Type: application/octet-stream", "Transfer-Encoding: chunked"],
      body: "from standard input",
    });
  });

  it("reads trailers when it says that it takes them", async () => {
    const asked = await fetched("/trailers", ["-H", "TE: trailers"]);
    const unasked = await fetched("/trailers");
    const head = ["HTTP/1.1 200 OK", "Trailer: x-sum", "Transfer-Encoding: chunked"];
    deepStrictEqual([asked.body, asked.head], ["one two", [...head, "X-Sum: 2"]]);
    deepStrictEqual([unasked.body, unasked.head], ["one two", head]);
  });

  it("uses one connection for several requests", async () => {
    const url = `${running.url}/digits.txt`;
    const { stdout } = await runProgram("curl", ["-sS", "-w", " %{num_connects}\n", url, url, url]);
    strictEqual(stdout.toString(), "0123456789 1\n0123456789 0\n0123456789 0\n");
  });

  const refusals = [
    ["a dot file", "/.head", [], "404"],
    ["a path that climbs out", "/../../etc/passwd", ["--path-as-is"], "400"],
    ["a path that climbs out, encoded", "/%2e%2e/%2e%2e/etc/passwd", ["--path-as-is"], "400"],
    ["POST to a file", "/digits.txt", ["-d", "a=b"], "405"],
    ["DELETE of a file", "/digits.txt", ["-X", "DELETE"], "405"],
  ] as const;
  for (const [rule, path, args, status] of refusals) {
    it(`is refused: ${rule}`, async () => {
      const { stdout } = await runProgram("curl", [
        "-sS",
        "-o",
        "/dev/null",
        "-w",
        "%{http_code}",
        ...args,
        `${running.url}${path}`,
      ]);
      strictEqual(stdout.toString(), status);
    });
  }
});

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
