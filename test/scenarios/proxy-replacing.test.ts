/** Upstreams that are killed, restarted and replaced under load: no idempotent request is lost, counted on both sides. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { serveProxy } from "../support/hostile-upstream-rows.ts";
import { startNginx } from "../support/nginx.ts";
import { startProgram } from "../support/programs.ts";
import { freePort, type UpstreamServer } from "../support/upstream-servers.ts";

/** Seconds under load; a long run by SLUICE_FULL_STREAMS=1. */
const seconds = process.env.SLUICE_FULL_STREAMS === "1" ? 60 : 6;

function start(port: number): Promise<UpstreamServer> {
  return startNginx({ port, files: { "page.txt": "a page\n" }, http: "keepalive_requests 200;" });
}

/** Request lines in nginx's access log. */
function answered(server: UpstreamServer): number {
  return server
    .log("access.log")
    .split("\n")
    .filter((line) => line.includes('"GET /page.txt')).length;
}

interface Counted {
  readonly requests: number;
  /** What wrk says of errors; empty where there was none. */
  readonly errors: readonly string[];
}

async function load(url: string, during: () => Promise<void>): Promise<Counted> {
  const wrk = startProgram("wrk", ["-t", "1", "-c", "16", "-d", `${seconds}s`, `${url}/page.txt`]);
  await during();
  const { stdout } = await wrk.result;
  const lines = stdout.toString().split("\n");
  return {
    requests: Number(/(\d+) requests in/.exec(stdout.toString())?.[1] ?? 0),
    errors: lines.filter((line) => /Non-2xx|Socket errors/.test(line)).map((line) => line.trim()),
  };
}

describe("under load", { timeout: 120_000 }, () => {
  it("killing, restarting and replacing the upstreams one after another loses nothing", async () => {
    const ports = [await freePort(), await freePort(), await freePort()];
    const servers = await Promise.all(ports.map(start));
    const all = [...servers];
    try {
      await using running = await serveProxy({ upstreams: servers.map(({ url }) => url) });
      const { requests, errors } = await load(running.url, async () => {
        const end = performance.now() + (seconds - 1.5) * 1_000;
        for (let turn = 0; performance.now() < end; turn += 1) {
          const at = turn % servers.length;
          await sleep(200);
          // A crash, an orderly end, and one that takes a while to come back.
          await servers[at]?.stop(turn % 2 === 0 ? "SIGKILL" : "SIGQUIT");
          await sleep(turn % 3 === 0 ? 300 : 0);
          const next = await start(ports[at] ?? 0);
          servers[at] = next;
          all.push(next);
        }
      });
      const logged = all.reduce((sum, server) => sum + answered(server), 0);
      deepStrictEqual(errors, []);
      ok(requests > 100, `${requests} requests`);
      ok(all.length >= 6, `${all.length} servers were started`);
      // Those killed may have answered what was asked again, or not have logged their last.
      ok(logged >= requests * 0.99, `${logged} requests were logged, ${requests} answered`);
      strictEqual(running.told.filter((line) => line.startsWith("error")).length, 0);
    } finally {
      await Promise.all(all.map((server) => server[Symbol.asyncDispose]()));
    }
  });
});
