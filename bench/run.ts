/** The bench: `npm run bench`. README.md beside this file says how it measures and how to read it. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { drawChart } from "./chart.ts";
import { measure } from "./measure.ts";
import { type Options, readOptions, usage } from "./options.ts";
import { buildSluice, machineFacts, openWorkshop } from "./prepare.ts";
import { type Results, type ScenarioResult, toJson } from "./results.ts";
import { legend, renderResult } from "./table.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const kept = join(here, "results/latest.json");
const drawing = join(here, "../docs/images/bench.svg");

// Leaving through `exit` is what ends the servers and removes the scratch directory.
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const) {
  process.on(signal, () => process.exit(code));
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (fault) {
  console.error(fault instanceof Error ? fault.message : fault);
  process.exit(1);
}

/** @returns The exit code: 1 when a row is not valid. */
async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args, new Date().toISOString().slice(0, 10));
  if (options.help) {
    console.log(usage);
    return 0;
  }
  const results = options.from === undefined ? await run(options) : show(options.from);
  const valid = results.scenarios.every(({ rows }) => rows.every(({ problems }) => problems.length === 0));
  if (options.full && valid) {
    write(kept, toJson(results));
  }
  if (options.json !== undefined) {
    write(options.json, toJson(results));
  }
  if (options.svg || (options.full && valid)) {
    write(drawing, drawChart(results));
  }
  return valid ? 0 : 1;
}

async function run(options: Options): Promise<Results> {
  const { peers, effort } = options;
  const facts = machineFacts(peers, options.scenarios);
  if (peers.some(({ name }) => name === "sluice")) {
    buildSluice();
  }
  const workshop = openWorkshop();
  const results = { date: options.date, ...facts, rounds: effort.rounds, seconds: effort.seconds };
  console.log(introduction(results));
  const measured: ScenarioResult[] = [];
  for (const scenario of options.scenarios) {
    const result = await measure(scenario, peers, effort, workshop);
    measured.push(result);
    console.log(renderResult(result));
  }
  console.log(legend);
  return { ...results, scenarios: measured };
}

/** Shows results kept earlier. */
function show(path: string): Results {
  // JSON has no NaN; null takes its place there.
  const results: Results = JSON.parse(readFileSync(path, "utf8"), (_name, value) => value ?? Number.NaN);
  console.log(introduction(results));
  for (const result of results.scenarios) {
    console.log(renderResult(result));
  }
  console.log(legend);
  return results;
}

function introduction(results: Omit<Results, "scenarios">): string {
  const { machine, versions, rounds, seconds } = results;
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    `${results.date}, ${machine.cpu}, ${machine.cores} cores, ${machine.system}; ${list.join(", ")}`,
    `server and load on one core each; medians of ${rounds} rounds of ${seconds} s\n`,
  ].join("\n");
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  console.error(`wrote ${path}`);
}
