/** `sluice status` crashed where another program answered with HTTP and JSON, and could not be told it was none. */
import { deepStrictEqual } from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, it } from "node:test";
import { type Io, main } from "../../src/cli/index.ts";

const directory = mkdtempSync(join(tmpdir(), "sluice-other-"));
after(() => rmSync(directory, { recursive: true }));

function stage(told: string[]): Io {
  const sink = { isTTY: false, write: (text: string) => told.push(text) };
  return {
    stdout: sink,
    stderr: sink,
    env: { NO_COLOR: "1" },
    cwd: directory,
    face: {},
    version: "1.2.3",
    createServer: () => {
      throw new Error("nothing is served here");
    },
    signals: { on: () => undefined, off: () => undefined },
    openBrowser: () => undefined,
  };
}

const path = join(directory, "app.sock");
const none = (status: number): string =>
  `sluice: error: ${path}: no Sluice answers there: status ${status}, and other facts than it has\n`;

// biome-ignore format: a table is read by columns
const rows = [
  // answer                         status  words
  ["{}",                            200,    none(200)],
  ["null",                          200,    none(200)],
  ["[]",                            200,    none(200)],
  ['"up"',                          200,    none(200)],
  ['{"pid":1,"listeners":1}',       200,    none(200)],
  ["null",                          500,    none(500)],
  ['{"error":{"code":1}}',          404,    none(404)],
  ['{"error":"none\\u001b[2J"}',    404,    "sluice: error: none\\x1B[2J\n"],
] as const;

for (const [answer, status, words] of rows) {
  it(`${status} ${answer}`, async () => {
    const server = createServer((_request, response) => void response.writeHead(status).end(answer));
    server.listen(path);
    await once(server, "listening");
    for (const command of ["status", "upstreams"]) {
      const told: string[] = [];
      deepStrictEqual([await main([command, "--control", path], stage(told)), told.join("")], [1, words]);
    }
    server.close();
    await once(server, "close");
  });
}
