/** The commands in the manual do what it says they do, and print what it shows. */
import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { Session } from "./session.ts";
import { furnish, furnishCertificates, openWorkspace } from "./workspace.ts";

describe("commands in the manual", () => {
  // biome-ignore format: a table is read by columns
  const rows = [
    // page                    furnished  served at the start            outputs shown
    ["docs/index.md",           true,  undefined,                        0],
    ["docs/getting-started.md", false, undefined,                        7],
    ["docs/files.md",           true,  ["public", "--clean-urls"],       2],
    ["docs/configuration.md",   true,  undefined,                        1],
    ["docs/routes.md",          true,  undefined,                        3],
    ["docs/tls.md",             true,  undefined,                        4],
    ["docs/load-balancing.md",  true,  undefined,                        3],
    ["docs/health.md",          true,  undefined,                        4],
    ["docs/websockets-and-streaming.md", true, undefined,                3],
    ["docs/reverse-proxy.md",   true,  undefined,                        2],
  ] as const;

  for (const [page, furnished, served, outputs] of rows) {
    it(page, async () => {
      using workspace = openWorkspace();
      if (furnished) {
        furnish(workspace);
        await furnishCertificates(workspace);
      }
      await using session = new Session(workspace);
      if (served !== undefined) {
        await session.serve(served);
      }
      const played = await session.play(page);
      deepStrictEqual(
        played.map(({ at, printed }) => `${at}\n${printed}`),
        played.map(({ at, shown }) => `${at}\n${shown}`),
      );
      deepStrictEqual(played.length, outputs);
    });
  }
});
