/** The tables of docs/redirects.md and docs/security-fields.md, row by row. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import {
  createServer,
  type Handler,
  HttpResponse,
  handle,
  redirect,
  redirects,
  rewrite,
  security,
} from "../../src/index.ts";
import { blocksOf, textOf } from "./pages.ts";
import { openWorkspace } from "./workspace.ts";

const page = "docs/redirects.md";

/** The rows of the table with this head, their cells as written. */
function rowsBelow(path: string, head: string): readonly (readonly string[])[] {
  const text = textOf(path);
  const from = text.indexOf(`\n${head}\n`);
  const [table = ""] = /^(?:\|[^\n]*\n)+/.exec(text.slice(from + 1)) ?? [];
  const lines = table.trimEnd().split("\n").slice(2);
  strictEqual(lines.length > 0, true, `${path} has no table ${head}`);
  return lines.map((line) => line.replace(/^\| ?| ?\|$/g, "").split(" | "));
}

const code = (cell = ""): string => cell.replace(/^`|`$/g, "");

async function locationOf(match: string, target: string, path: string): Promise<string | null> {
  const sites = [{ hosts: ["*"], routes: [{ match, handler: redirect(target) }] }];
  return (await createServer({ sites }).fetch(path)).headers.get("location");
}

describe("docs/redirects.md", () => {
  for (const cells of rowsBelow(page, "| Target | Request | Location |")) {
    const [target = "", request = "", location = ""] = cells.map(code);
    it(`${target} for ${request}`, async () =>
      strictEqual(await locationOf("/go/*", target, request), location));
  }

  for (const [status = "", lasts = ""] of rowsBelow(page, "| Status | Lasts | Method |")) {
    it(`${status} lasts ${lasts}`, async () => {
      const handler = redirect(Number(status) as 301, "/new");
      const server = createServer({ sites: [{ hosts: ["*"], routes: [{ match: "/old", handler }] }] });
      strictEqual((await server.fetch("/old")).status, Number(status));
    });
  }

  for (const cells of rowsBelow(page, "| Option | Request | What the handler sees |")) {
    const [option = "", request = "", seen = ""] = cells.map(code);
    it(`${option} for ${request}`, async () => {
      // The cell is an expression, as one writes it in a configuration.
      const options = new Function(`return (${option});`)() as Parameters<typeof rewrite>[0];
      const echo: Handler = ({ path, query }) =>
        HttpResponse.text(200, query === undefined ? path : `${path}?${query}`);
      const routes = [{ match: "/*", filters: [rewrite(options)], handler: handle(echo) }];
      const response = await createServer({ sites: [{ hosts: ["*"], routes }] }).fetch(request);
      strictEqual(await response.text(), seen);
    });
  }

  it("moved.csv", async () => {
    using workspace = openWorkspace();
    const block = blocksOf(page).find(({ title }) => title === "moved.csv");
    workspace.write("moved.csv", block?.code ?? "");
    const handler = handle(() => HttpResponse.empty(204));
    const routes = [{ match: "/*", filters: [redirects({ file: "moved.csv" })], handler }];
    const server = createServer({ sites: [{ hosts: ["*"], routes }] }, { base: workspace.directory });
    const answers = ["/products/anvil?a", "/products/rocket,small", "/press/2026/x", "/products"].map(
      async (path) => {
        const { status, headers } = await server.fetch(path);
        return [status, headers.get("location")];
      },
    );
    deepStrictEqual(await Promise.all(answers), [
      [308, "/products/anvil-2?a"],
      [301, "/products/rocket"],
      [308, "https://press.example.com/2026/x"],
      [204, null],
    ]);
  });
});

describe("docs/security-fields.md", () => {
  const head = '| Part | Field | `"relaxed"` (default) | `"strict"` |';
  const rows = rowsBelow("docs/security-fields.md", head);
  for (const [column, preset] of [
    [2, "relaxed"],
    [3, "strict"],
  ] as const) {
    it(`has what ${preset} says`, async () => {
      const handler = handle(() => HttpResponse.empty(204));
      const filters = [security({ preset })];
      const server = createServer({ sites: [{ hosts: ["*"], filters, routes: [{ match: "/*", handler }] }] });
      const { headers } = await server.fetch("https://example.com/");
      for (const cells of rows) {
        const said = cells[column] ?? "";
        const sent = headers.get(code(cells[1]));
        // What is told in words is only looked for.
        strictEqual(sent === null ? "none" : said.startsWith("`") ? `\`${sent}\`` : said, said, cells[1]);
      }
      strictEqual([...headers].length, rows.filter((cells) => cells[column] !== "none").length);
    });
  }
});
