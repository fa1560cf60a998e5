/** The results as Markdown, for the README and the manual. */
import type { IdleResult, LoadResult, LoadRow, Results } from "./results.ts";

/** One line a scenario, CPU per unit and the ratios; what disturbed the run is said below. */
export function resultsMarkdown(results: Results, chart: string): string {
  const { machine, versions } = results;
  const peers = Object.entries(versions).filter(([name]) => name !== "wrk");
  const loads = results.scenarios.filter((scenario) => scenario.kind === "load");
  const idle = results.scenarios.filter((scenario) => scenario.kind === "idle");
  return [
    `![Requests per second of server CPU, Sluice beside its peers](${chart})`,
    "",
    "| scenario | Sluice | nginx | h2o | `node:http` | bare `node:net` | × nginx | × h2o | × `node:http` |",
    "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ...loads.map(loadLine),
    "",
    ...loads.filter(({ unit }) => unit === "megabyte").map(throughputLine),
    ...idle.map(idleLine),
    "",
    `Server CPU in microseconds per request (per megabyte for 10 MB), medians of ${results.rounds} rounds of ${results.seconds} s; the ratios are the peer's CPU over Sluice's, above 1 is better, medians of each round's ratio where nginx and h2o are concerned. ${results.date}, ${machine.cpu}, ${machine.cores} cores, ${machine.system}, Node ${machine.node}; ${peers.map(([name, version]) => `${name} ${version}`).join(", ")}.`,
    ...disturbance(loads),
  ].join("\n");
}

function loadLine(result: LoadResult): string {
  const row = (name: string): LoadRow | undefined => result.rows.find(({ peer }) => peer === name);
  const cost = (name: string): string => number(row(name)?.cost);
  const sluice = row("sluice");
  const node = row("node");
  const overNode = sluice === undefined || node === undefined ? undefined : node.cost / sluice.cost;
  const cells = [
    result.title,
    cost("sluice"),
    cost("nginx"),
    cost("h2o"),
    cost("node"),
    cost("bare"),
    number(sluice?.ratios.nginx?.perCpu),
    number(sluice?.ratios.h2o?.perCpu),
    number(overNode),
  ];
  return `| ${cells.join(" | ")} |`;
}

function throughputLine(result: LoadResult): string {
  const each = result.rows.map(({ peer, perSecond }) => `${peer} ${Math.round(perSecond)}`);
  const ratio = result.rows.find(({ peer }) => peer === "sluice")?.ratios.nginx?.rate;
  return `${result.title}: MB per second: ${each.join(", ")}; Sluice's is ${number(ratio)} of nginx's.\n`;
}

function idleLine(result: IdleResult): string {
  const each = result.rows.map(({ peer, perConnection }) => `${peer} ${number(perConnection / 1024)}`);
  return `${result.title}: KB of private memory each: ${each.join(", ")}.`;
}

function disturbance(loads: readonly LoadResult[]): string[] {
  const foreign = Math.max(0, ...loads.flatMap(({ rows }) => rows.map((row) => row.foreign || 0)));
  return foreign > 0.05
    ? [
        "",
        `Other work took up to ${Math.round(foreign * 100)} % of the server's core in a median round of this run.`,
      ]
    : [];
}

function number(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value)
    ? "–"
    : value >= 100
      ? value.toFixed(0)
      : value.toFixed(2);
}
