/**
 * Asks Sluice and the static servers that people use today the same questions, side by side, and
 * prints the answers as a table; with `--write` it also renews the table in docs/comparison.md.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./command.ts";
import { asker, makeSite, type Row, rows } from "./comparison/rows.ts";
import { install, type Started, startSluice, startTool, tools } from "./comparison/servers.ts";

interface Column {
  readonly title: string;
  /** One answer a row. */
  readonly answers: readonly string[];
}

const page = join(root, "docs", "comparison.md");
const begin = "<!-- comparison:begin -->";
const end = "<!-- comparison:end -->";

const cache = join(tmpdir(), "sluice-comparison-tools");
const site = makeSite();
try {
  const columns = [await column("Sluice", (singlePage) => startSluice(site.path, singlePage))];
  for (const tool of tools) {
    const version = await install(tool, cache);
    const title = `${tool.package} ${version}`;
    columns.push(await column(title, (singlePage) => startTool(tool, cache, site.path, singlePage)));
  }
  const table = tableOf(columns);
  console.log(table);
  if (process.argv.includes("--write")) {
    writeFileSync(page, withTable(existsSync(page) ? readFileSync(page, "utf8") : freshPage(), table));
  }
} finally {
  site.remove();
}

/** Every answer of one server, which is started once as it is and once in its single-page mode. */
async function column(
  title: string,
  start: (singlePage: boolean) => Promise<Started | undefined>,
): Promise<Column> {
  const answers: string[] = [];
  for (const singlePage of [false, true]) {
    const server = await start(singlePage);
    for (const row of rows.filter((each) => (each.singlePage === true) === singlePage)) {
      answers[rows.indexOf(row)] = server === undefined ? "no such mode" : await answer(row, server.port);
    }
    await server?.stop();
  }
  return { title, answers };
}

async function answer(row: Row, port: number): Promise<string> {
  try {
    return await row.probe(asker(port));
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    return code.startsWith("HPE_") ? "no valid message" : "no answer";
  }
}

/** What is not right stands in bold. */
function tableOf(columns: readonly Column[]): string {
  const lines = rows.map((row, at) => {
    const cells = columns.map(({ answers }) => cell(row, answers[at] ?? ""));
    return `| ${[row.question, row.right, ...cells].join(" | ")} |`;
  });
  const heads = ["asked", "right", ...columns.map(({ title }) => title)];
  return [`| ${heads.join(" | ")} |`, `|${"---|".repeat(heads.length)}`, ...lines].join("\n");
}

function cell(row: Row, seen: string): string {
  const right = seen === row.right || row.fine?.includes(seen) === true || seen === "no such mode";
  return right ? seen : `**${seen}**`;
}

function withTable(text: string, table: string): string {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) {
    throw new Error(`${page} lacks ${begin} and ${end}`);
  }
  return `${text.slice(0, from + begin.length)}\n${table}\n${text.slice(to)}`;
}

function freshPage(): string {
  return `# Compared with other static servers\n\n${begin}\n${end}\n`;
}
