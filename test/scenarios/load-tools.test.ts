/** ab and wrk against a running server, short: not one failed or short answer. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { files, HttpResponse } from "../../src/index.ts";
import { makeTree, type Tree } from "../support/files.ts";
import { runProgram } from "../support/programs.ts";
import { type Running, serve } from "../support/running.ts";

const small = randomBytes(1_000);
const large = randomBytes(2_000_000);

describe("load tools", () => {
  let site: Tree;
  let running: Running;

  before(async () => {
    site = makeTree({ "small.bin": small, "large.bin": large });
    running = await serve({
      "/echo": (request) => HttpResponse.empty(200).with({ content: request.content }),
      "/*": files({ root: site.path }),
    });
  });
  after(async () => {
    await running[Symbol.asyncDispose]();
    site.remove();
  });

  describe("ab", () => {
    const runs = [
      ["one connection a request", "/small.bin", 400, [], small.length, 0],
      ["kept connections", "/small.bin", 4_000, ["-k"], small.length, 4_000],
      ["large files, kept connections", "/large.bin", 60, ["-k"], large.length, 60],
      ["HEAD", "/large.bin", 500, ["-k", "-i"], 0, 500],
    ] as const;
    for (const [rule, path, requests, args, octets, kept] of runs) {
      it(rule, async () => {
        const { code, stdout, stderr } = await runProgram("ab", [
          "-q",
          "-n",
          String(requests),
          "-c",
          "8",
          ...args,
          `${running.url}${path}`,
        ]);
        const report = stdout.toString("latin1");
        const figure = (name: string): number =>
          Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(report)?.[1] ?? 0);
        strictEqual(code, 0, stderr);
        deepStrictEqual(
          {
            complete: figure("Complete requests"),
            failed: figure("Failed requests"),
            not2xx: figure("Non-2xx responses"),
            kept: figure("Keep-Alive requests"),
            octets: figure("HTML transferred"),
          },
          { complete: requests, failed: 0, not2xx: 0, kept, octets: requests * octets },
        );
      });
    }

    it("POSTs of 100 KB to an echo", async () => {
      const body = join(site.path, ".body");
      writeFileSync(body, randomBytes(100_000));
      const args = [
        "-q",
        "-k",
        "-n",
        "200",
        "-c",
        "4",
        "-p",
        body,
        "-T",
        "application/octet-stream",
        `${running.url}/echo`,
      ];
      const report = (await runProgram("ab", args)).stdout.toString("latin1");
      ok(/^Complete requests:\s+200$/m.test(report) && /^Failed requests:\s+0$/m.test(report), report);
      ok(/^HTML transferred:\s+20000000 bytes$/m.test(report), report);
    });
  });

  describe("wrk", () => {
    const pipelined = `
init = function(args)
  local one = {}
  for i = 1, 16 do one[i] = wrk.format("GET", "/small.bin") end
  all = table.concat(one)
end
request = function() return all end
done = function(summary)
  io.write(string.format("16 a write: %d\\n", summary.requests))
end
`;
    const runs = [
      ["plain", "/small.bin", undefined],
      ["large files", "/large.bin", undefined],
      ["16 pipelined", "/small.bin", pipelined],
    ] as const;
    for (const [rule, path, script] of runs) {
      it(rule, async () => {
        const lua = join(site.path, ".pipeline.lua");
        writeFileSync(lua, script ?? "");
        const args = ["-t", "1", "-c", "16", "-d", "1s", ...(script === undefined ? [] : ["-s", lua])];
        const { code, stdout, stderr } = await runProgram("wrk", [...args, `${running.url}${path}`]);
        const report = stdout.toString("latin1");
        strictEqual(code, 0, stderr);
        const requests = Number(/^\s*(\d+) requests in/m.exec(report)?.[1] ?? 0);
        ok(requests > 50, report);
        ok(!/Socket errors|Non-2xx/.test(report), report);
      });
    }
  });
});
