/** h2load, short: not one failed or short answer over HTTP/2 and HTTPS. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { files, HttpResponse } from "../../src/index.ts";
import { makeTree, type Tree } from "../support/files.ts";
import { runProgram } from "../support/programs.ts";
import { type HandlerLike, type Running, serve } from "../support/running.ts";
import { type SecureRunning, serveSecure } from "../support/secure.ts";

describe("h2load", () => {
  let site: Tree;
  let clear: Running;
  let secure: SecureRunning;

  before(async () => {
    site = makeTree({
      "small.bin": randomBytes(1_000),
      "large.bin": randomBytes(2_000_000),
      "body.bin": randomBytes(100_000),
    });
    const routes: Record<string, HandlerLike> = {
      "/echo": (request) => HttpResponse.empty(200).with({ content: request.content }),
      "/*": files({ root: site.path }),
    };
    clear = await serve(routes);
    secure = await serveSecure(routes);
  });
  after(async () => {
    await clear[Symbol.asyncDispose]();
    await secure[Symbol.asyncDispose]();
    site.remove();
  });

  const upload = ["-d", "body.bin"];
  const runs = [
    ["8 connections, 32 streams, over TLS", "tls", "/small.bin", 8_000, ["-c8", "-m32"], 1_000, "h2"],
    ["100 connections, 10 streams, over TLS", "tls", "/small.bin", 4_000, ["-c100", "-m10"], 1_000, "h2"],
    ["in the clear", "clear", "/small.bin", 8_000, ["-c8", "-m32"], 1_000, "h2c"],
    ["one stream at a time", "tls", "/small.bin", 2_000, ["-c4", "-m1"], 1_000, "h2"],
    ["large files", "tls", "/large.bin", 60, ["-c4", "-m8"], 2_000_000, "h2"],
    ["large files, small windows", "tls", "/large.bin", 20, ["-c2", "-m4", "-w14", "-W15"], 2_000_000, "h2"],
    ["uploads to an echo", "tls", "/echo", 200, ["-c4", "-m8", ...upload], 100_000, "h2"],
    ["uploads to an echo in the clear", "clear", "/echo", 200, ["-c4", "-m8", ...upload], 100_000, "h2c"],
    ["HTTP/1.1 over TLS", "tls", "/small.bin", 4_000, ["-c16", "--h1"], 1_000, "http/1.1"],
  ] as const;
  for (const [rule, place, path, requests, args, octets, protocol] of runs) {
    it(rule, async () => {
      const url = `${place === "tls" ? secure.url : clear.url}${path}`;
      const all = ["-t1", `-n${requests}`, ...args, url].map((word) =>
        word === "body.bin" ? join(site.path, word) : word,
      );
      const { code, stdout, stderr } = await runProgram("h2load", all);
      const report = stdout.toString("latin1");
      const figures = (pattern: RegExp): number[] => (pattern.exec(report)?.slice(1) ?? []).map(Number);
      strictEqual(code, 0, stderr);
      deepStrictEqual(
        {
          protocol: /^Application protocol: (\S+)$/m.exec(report)?.[1],
          requests: figures(
            /^requests: (\d+) total, \d+ started, (\d+) done, (\d+) succeeded, (\d+) failed/m,
          ),
          statuses: figures(/^status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx/m),
          octets: figures(/\((\d+)\) data$/m),
        },
        {
          protocol,
          requests: [requests, requests, requests, 0],
          statuses: [requests, 0, 0, 0],
          octets: [requests * octets],
        },
        report,
      );
    });
  }
});
