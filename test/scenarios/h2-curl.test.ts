/** curl over TLS and HTTP/2: versions settled by ALPN or known before, downloads, uploads, trailers. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { chunkedContent, Fields, files, HttpResponse } from "../../src/index.ts";
import { makeTree, type Tree } from "../support/files.ts";
import { type ProgramResult, runProgram } from "../support/programs.ts";
import { type HandlerLike, type Running, serve } from "../support/running.ts";
import { type SecureRunning, serveSecure } from "../support/secure.ts";

const big = randomBytes(24 * 1_048_576);

describe("curl, TLS and HTTP/2", () => {
  let site: Tree;
  let routes: Readonly<Record<string, HandlerLike>>;
  let secure: SecureRunning;
  let clear: Running;

  before(async () => {
    site = makeTree({ "digits.txt": "0123456789", "big.bin": big });
    routes = {
      "/echo": (request) => new HttpResponse({ status: 200, fields: Fields.empty, content: request.content }),
      "/facts": (_request, { protocol, tls }) =>
        HttpResponse.text(
          200,
          [protocol, tls?.version, tls?.serverName, tls?.alpn, tls?.resumed].map(String).join(" "),
        ),
      "/trailers": () =>
        new HttpResponse({
          status: 200,
          fields: Fields.of(["trailer", "x-sum"]),
          content: chunkedContent([Buffer.from("one "), Buffer.from("two")], {
            trailers: Fields.of(["x-sum", "2"]),
          }),
        }),
      "/*": files({ root: site.path }),
    };
    secure = await serveSecure(routes);
    clear = await serve(routes);
  });
  after(async () => {
    await clear[Symbol.asyncDispose]();
    await secure[Symbol.asyncDispose]();
    site.remove();
  });

  /** Asks over TLS; what `-w` wrote stands at the end of standard output. */
  function ask(path: string, args: readonly string[] = []): Promise<ProgramResult> {
    return runProgram("curl", ["-sS", "--cacert", secure.caFile, ...args, `${secure.url}${path}`]);
  }

  async function told(path: string, args: readonly string[], what: string): Promise<string> {
    const got = await ask(path, ["-o", "/dev/null", "-w", what, ...args]);
    return `${got.code} ${got.stdout}`;
  }

  describe("settles the version", () => {
    const rows = [
      ["HTTP/2 where curl offers both", [], "2"],
      ["HTTP/2 with --http2", ["--http2"], "2"],
      ["HTTP/1.1 with --http1.1", ["--http1.1"], "1.1"],
      ["HTTP/1.1 without ALPN", ["--no-alpn"], "1.1"],
      ["HTTP/2 over TLS 1.2", ["--tlsv1.2", "--tls-max", "1.2"], "2"],
      ["HTTP/2 over TLS 1.3", ["--tlsv1.3"], "2"],
    ] as const;
    for (const [rule, args, version] of rows) {
      it(rule, async () => {
        strictEqual(
          await told("/digits.txt", args, "%{http_version} %{response_code} %{ssl_verify_result}"),
          `0 ${version} 200 0`,
        );
      });
    }

    it("HTTP/2 in the clear with prior knowledge", async () => {
      const args = ["-sS", "-w", " %{http_version}", "--http2-prior-knowledge", `${clear.url}/digits.txt`];
      strictEqual((await runProgram("curl", args)).stdout.toString(), "0123456789 2");
    });

    it("HTTP/1.1 in the clear for who asks to upgrade, which RFC 9113 no longer knows", async () => {
      const args = ["-sS", "-w", " %{http_version}", "--http2", `${clear.url}/digits.txt`];
      strictEqual((await runProgram("curl", args)).stdout.toString(), "0123456789 1.1");
    });

    it("HTTP/1.1 on a listener with http2: false", async () => {
      const listen = { host: "127.0.0.1", port: 0, tls: true, http2: false };
      await using old = await serveSecure(routes, { listen });
      const args = ["-sS", "--cacert", old.caFile, "-w", " %{http_version}", `${old.url}/digits.txt`];
      strictEqual((await runProgram("curl", args)).stdout.toString(), "0123456789 1.1");
    });
  });

  it("tells handlers what was settled", async () => {
    strictEqual((await ask("/facts")).stdout.toString(), "2 TLSv1.3 localhost h2 false");
    strictEqual(
      (await ask("/facts", ["--http1.1", "--tls-max", "1.2"])).stdout.toString(),
      "1.1 TLSv1.2 localhost http/1.1 false",
    );
  });

  it("refuses TLS 1.1", async () => {
    const got = await ask("/digits.txt", [
      "--tlsv1.0",
      "--tls-max",
      "1.1",
      "--ciphers",
      "DEFAULT:@SECLEVEL=0",
    ]);
    strictEqual(got.code, 35);
  });

  it("does not trust an authority that nobody told it of", async () => {
    const got = await runProgram("curl", ["-sS", `${secure.url}/digits.txt`]);
    strictEqual(got.code, 60);
  });

  it("gets 400 with a helpful text when it speaks HTTP to the TLS port", async () => {
    const got = await runProgram("curl", [
      "-sS",
      "-w",
      " %{response_code}",
      `http://localhost:${secure.port}/`,
    ]);
    strictEqual(got.code, 0, got.stderr);
    match(got.stdout.toString(), /https:/i);
    match(got.stdout.toString(), / 400$/);
  });

  it("asks HEAD and gets the fields of GET and no content", async () => {
    const read = async (args: readonly string[]): Promise<string[]> => {
      const file = join(site.path, ".head");
      await ask("/digits.txt", ["-D", file, "-o", "/dev/null", ...args]);
      return readFileSync(file, "latin1")
        .trimEnd()
        .split("\r\n")
        .filter((line) => !line.startsWith("date"));
    };
    const get = await read([]);
    deepStrictEqual(await read(["-I"]), get);
    strictEqual(get[0], "HTTP/2 200 ");
    ok(get.includes("content-length: 10"), get.join("\n"));
  });

  const ranges = [
    ["first octets", "0-3", "0123 206"],
    ["last octets", "-3", "789 206"],
    ["the middle", "4-5", "45 206"],
  ] as const;
  for (const [rule, range, expected] of ranges) {
    it(`asks for a range: ${rule}`, async () => {
      const got = await ask("/digits.txt", ["-r", range, "-w", " %{response_code}"]);
      strictEqual(got.stdout.toString(), expected);
    });
  }

  it("is told 304 for the ETag it saved", async () => {
    const tag = join(site.path, ".etag");
    const args = ["--etag-save", tag, "--etag-compare", tag];
    const what = "%{response_code} %{size_download}";
    deepStrictEqual(
      [await told("/digits.txt", args, what), await told("/digits.txt", args, what)],
      ["0 200 10", "0 304 0"],
    );
  });

  it("downloads a large file, also slowly", async () => {
    const whole = await ask("/big.bin");
    strictEqual(digest(whole.stdout), digest(big));
    const slow = await ask("/big.bin", ["--limit-rate", "30M"]);
    strictEqual(digest(slow.stdout), digest(big));
  });

  const uploads = [
    ["over HTTP/2", []],
    ["over HTTP/1.1", ["--http1.1"]],
    ["over TLS 1.2", ["--tls-max", "1.2"]],
  ] as const;
  for (const [rule, args] of uploads) {
    it(`uploads 24 MB and gets them back ${rule}`, async () => {
      const file = join(site.path, "big.bin");
      const got = await ask("/echo", ["-T", file, ...args]);
      deepStrictEqual([got.code, digest(got.stdout)], [0, digest(big)], got.stderr);
    });
  }

  it("posts a form", async () => {
    const got = await ask("/echo", ["-d", "a=1&b=2"]);
    strictEqual(got.stdout.toString(), "a=1&b=2");
  });

  it("reads trailers", async () => {
    const file = join(site.path, ".trailers");
    writeFileSync(file, "");
    const got = await ask("/trailers", ["-D", file, "-H", "TE: trailers"]);
    strictEqual(got.stdout.toString(), "one two");
    ok(readFileSync(file, "latin1").includes("x-sum: 2\r\n"), readFileSync(file, "latin1"));
  });

  it("has several transfers at once on one connection", async () => {
    const each = Array.from({ length: 20 }, () => ["-o", "/dev/null", `${secure.url}/digits.txt`]).flat();
    const args = [
      "-sS",
      "-Z",
      "--cacert",
      secure.caFile,
      "-w",
      "%{response_code} %{num_connects}\n",
      ...each,
    ];
    const got = await runProgram("curl", args);
    const lines = got.stdout.toString().trimEnd().split("\n").sort();
    deepStrictEqual(lines, [...Array.from({ length: 19 }, () => "200 0"), "200 1"]);
  });

  it("is sent on a malformed target's way with 400", async () => {
    const got = await ask("/%zz", [
      "--path-as-is",
      "-o",
      "/dev/null",
      "-w",
      "%{http_version} %{response_code}",
    ]);
    strictEqual(got.stdout.toString(), "2 400");
  });
});

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
