/** The defaults that docs/load-balancing.md and docs/websockets-and-streaming.md tell, and what their policies are. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { createServer, proxy } from "../../src/index.ts";
import type { Millis } from "../../src/message/index.ts";
import { UpstreamHouse } from "../../src/upstream/index.ts";
import { fakeParts } from "../support/upstream-fakes.ts";
import { tableBelow } from "./pages.ts";

const balancing = "docs/load-balancing.md";

const { connections, timeouts, retries, entries } = new UpstreamHouse(fakeParts()).group({
  upstreams: "http://a",
}).settings;

/** As the pages write times. */
function time(value: Millis | undefined): string {
  return value === undefined ? "`false`" : `${value / 1_000} s`;
}

/** Option and default. */
function rowsOf(page: string, heading: string): readonly (readonly [string, string])[] {
  const rows = tableBelow(page, heading);
  return rows.map(([name = "", value = ""]) => [name.replace(/^\[?`([\w.]+)`.*$/, "$1"), value]);
}

describe("the defaults that the pages tell", () => {
  it("of connections and the line", () => {
    strictEqual(connections.keepAlive, undefined);
    deepStrictEqual(rowsOf(balancing, "When all are busy"), [
      ["connections.most", `${entries[0]?.connections}`],
      ["connections.idle", `${connections.idle}`],
      ["connections.keepAlive", "what the upstream says by `Keep-Alive`, less a second; else 4 s"],
      ["connections.queue", `${connections.queue}`],
      ["timeouts.queue", time(timeouts.queue)],
    ]);
  });

  it("of retries", () => {
    strictEqual(retries.statuses.size, 0);
    deepStrictEqual(rowsOf(balancing, "Retries"), [
      ["retries.attempts", `${retries.attempts}`],
      ["retries.budget", `${retries.budget}`],
      ["retries.statuses", "none"],
    ]);
  });

  it("of times", () => {
    const rows = tableBelow("docs/websockets-and-streaming.md", "Times that matter");
    const own = rows.filter((cells) => cells[3] === "of `proxy()`");
    const told = own.map(([name = "", value]) => [name.replace(/^`timeouts\.(\w+)`$/, "$1"), value]);
    deepStrictEqual(
      Object.fromEntries(told),
      Object.fromEntries(Object.entries(timeouts).map(([name, value]) => [name, time(value)])),
    );
    const limits = new Map(rowsOf("docs/limits.md", "Timeouts").map(([name, value]) => [name, value]));
    const ofServer = rows.filter((cells) => cells[3] === "of the server");
    deepStrictEqual(
      ofServer.map(([name = "", value]) => [name, value]),
      ofServer.map(([name = ""]) => [name, limits.get(/timeouts\.(\w+)/.exec(name)?.[1] ?? "")]),
    );
  });
});

describe("what docs/load-balancing.md lets one write", () => {
  const start = (options: Parameters<typeof proxy>[0]): void => {
    createServer({ sites: [{ hosts: ["*"], routes: [{ match: "/*", handler: proxy(options) }] }] });
  };
  const evaluated = (code: string): unknown => new Function(`return (${code});`)();

  for (const [cell = ""] of tableBelow(balancing, "Who answers next")) {
    const code = /^`([^`]+)`/.exec(cell)?.[1] ?? "";
    it(code, () =>
      start({ upstreams: "http://a", balance: evaluated(code.replace("…", '"path"')) as "random" }),
    );
  }
  for (const [cell = ""] of tableBelow(balancing, "The same upstream for the same thing")) {
    const hash = evaluated(cell.replaceAll("`", "")) as "path";
    it(`hash: ${cell}`, () => start({ upstreams: "http://a", balance: { hash } }));
  }
  for (const [cell = ""] of tableBelow(balancing, "Names and addresses")) {
    it(cell, () => start({ upstreams: [evaluated(cell.replaceAll("`", "")) as string] }));
  }
});
