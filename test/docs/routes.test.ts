/** The tables of docs/routes.md, row by row: what matches is answered by the route, over a real socket. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { connect } from "node:net";
import { after, describe, it } from "node:test";
import { loadConfig } from "../../src/config/index.ts";
import * as face from "../../src/index.ts";
import { type Config, createServer, respond, type Server } from "../../src/index.ts";
import { within } from "../support/waiting.ts";
import { moduleOf } from "./fragments.ts";
import { blocksOf, tableBelow } from "./pages.ts";
import { furnish, openWorkspace } from "./workspace.ts";

type Match = Config["sites"][number]["routes"][number]["match"];

const page = "docs/routes.md";
const servers: Server[] = [];
after(() => Promise.all(servers.map((server) => server.close({ deadline: 0 }))));

/** Answers 200 where `match` fits, else 404. */
async function serving(routes: Config["sites"][number]["routes"]): Promise<number> {
  const server = createServer({ listen: "127.0.0.1:0", sites: [{ hosts: ["*"], routes }] });
  servers.push(server);
  await server.listen();
  return server.addresses[0]?.port ?? 0;
}

/** Status and content, the path sent as it stands. */
async function ask(port: number, path: string): Promise<readonly [status: number, content: string]> {
  const socket = connect(port, "127.0.0.1");
  let answer = "";
  const ended = new Promise<void>((resolve) => {
    socket.setEncoding("latin1").on("data", (text: string) => {
      answer += text;
    });
    socket.once("close", () => resolve());
  });
  socket.end(`GET ${path} HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n`, "latin1");
  await within(ended, "the answer");
  return [Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1]), answer.slice(answer.indexOf("\r\n\r\n") + 4)];
}

const codes = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);

describe("the paths of the page", () => {
  for (const [match = "", good = "", bad = ""] of tableBelow(page, "Paths")) {
    it(match, async () => {
      const port = await serving([{ match: read(codes(match)[0] ?? ""), handler: respond("") }]);
      const statuses = async (cell: string): Promise<number[]> =>
        Promise.all(codes(cell).map(async (path) => (await ask(port, path))[0]));
      deepStrictEqual(
        [await statuses(good), await statuses(bad)],
        [codes(good).map(() => 200), codes(bad).map(() => 404)],
      );
    });
  }
});

/** A string, a list of them or an expression, as TypeScript writes it. */
function read(code: string): NonNullable<Match> {
  return code.startsWith("/") ? new RegExp(code.slice(1, -1)) : JSON.parse(code);
}

describe("what does not walk around a route", () => {
  const expected: readonly (readonly string[])[] = [
    ["200 admin", "200 admin"],
    ["400", "400"],
    ["400", "400", "400"],
    ["200 all"],
    ["200 all"],
    ["200 all"],
  ];
  const rows = tableBelow(page, "What does not walk around a route");
  it("has an answer for every row", () => strictEqual(rows.length, expected.length));

  for (const [index, [sent = ""]] of rows.entries()) {
    it(sent, async () => {
      const port = await serving([
        { match: "/admin/*", handler: respond("admin") },
        { match: "/*", handler: respond("all") },
      ]);
      const answers = codes(sent).map(async (path) => {
        const [status, content] = await ask(port, path);
        return status === 200 ? `${status} ${content}` : `${status}`;
      });
      deepStrictEqual(await Promise.all(answers), expected[index]);
    });
  }
});

describe("the filters of the page's groups", () => {
  const workspace = openWorkspace();
  after(() => workspace[Symbol.dispose]());
  furnish(workspace);
  const names = ["x-frame-options", "referrer-policy", "cache-control"];
  // biome-ignore format: a table is read by columns
  const rows = [
    ["/admin/health",     ["DENY", "no-referrer", "no-store"]],
    ["/embed/index.html", ["SAMEORIGIN", "no-referrer", "no-cache"]],
    ["/hello.txt",        ["DENY", "no-referrer", "no-cache"]],
  ] as const;
  for (const [path, values] of rows) {
    it(path, async () => {
      const block = blocksOf(page).find(({ code }) => code.includes("SAMEORIGIN"));
      const file = workspace.write("groups.config.ts", block === undefined ? "" : moduleOf(block));
      const { config } = await loadConfig({ file, cwd: workspace.directory, command: "run", env: {}, face });
      const { headers } = await createServer(config, { base: workspace.directory }).fetch(path);
      deepStrictEqual(
        names.map((name) => headers.get(name)),
        values,
      );
    });
  }
});
