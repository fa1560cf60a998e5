/** The results as Markdown, for the README and the manual. */
import { type PeerName, peerNames } from "./peers.ts";
import type { IdleResult, LatencyResult, LoadResult, LoadRow, Results, ScenarioResult } from "./results.ts";

/** A column: its head, and what stands in a scenario's line. */
type Column = readonly [head: string, cell: (result: LoadResult) => string];

const costs: readonly Column[] = [
  ["scenario", ({ title }) => title],
  ["Sluice", cost("sluice")],
  ["nginx", cost("nginx")],
  ["h2o", cost("h2o")],
];

const inTheClear: readonly Column[] = [
  ...costs,
  ["`node:http`", cost("node")],
  ["bare `node:net`", cost("bare")],
  ["× nginx", (result) => number(sluiceOf(result)?.ratios.nginx?.perCpu)],
  ["× h2o", (result) => number(sluiceOf(result)?.ratios.h2o?.perCpu)],
  ["× `node:http`", overNode],
];

const secure: readonly Column[] = [
  ...costs,
  ["`node:http2`, `node:https`", cost("node")],
  ["bare `node:tls`", cost("bare")],
  ["× nginx", (result) => number(sluiceOf(result)?.ratios.nginx?.perCpu)],
  ["× h2o", (result) => number(sluiceOf(result)?.ratios.h2o?.perCpu)],
  ["× Node's", overNode],
  ["× bare", (result) => number(sluiceOf(result)?.ratios.bare?.perCpu)],
];

const proxies: readonly Column[] = [
  ["through a proxy", ({ title }) => title],
  ["Sluice", cost("sluice")],
  ["nginx", cost("nginx")],
  ["HAProxy", cost("haproxy")],
  ["h2o", cost("h2o")],
  ["bare relay", cost("bare")],
  ["× nginx", (result) => number(sluiceOf(result)?.ratios.nginx?.perCpu)],
  ["× HAProxy", (result) => number(sluiceOf(result)?.ratios.haproxy?.perCpu)],
  ["× h2o", (result) => number(sluiceOf(result)?.ratios.h2o?.perCpu)],
  ["× bare", (result) => number(sluiceOf(result)?.ratios.bare?.perCpu)],
];

/** One line a scenario, CPU per unit and the ratios; what disturbed the run is said below. */
export function resultsMarkdown(results: Results, chart: string): string {
  const { machine, versions } = results;
  const peers = Object.entries(versions).filter(([name]) => peerNames.includes(name as PeerName));
  const loads = results.scenarios.filter((scenario) => scenario.kind === "load");
  const idle = results.scenarios.filter((scenario) => scenario.kind === "idle");
  const secured = loads.filter(isSecure);
  const proxied = loads.filter(({ work }) => work === "proxy");
  const latencies = results.scenarios.filter((scenario) => scenario.kind === "latency");
  return [
    `![Requests per second of server CPU, Sluice beside its peers](${chart})`,
    "",
    ...table(
      inTheClear,
      loads.filter((result) => !isSecure(result) && result.work !== "proxy"),
    ),
    ...(secured.length === 0 ? [] : ["", "Over TLS 1.3, with one certificate on the curve P-256:", ""]),
    ...table(secure, secured),
    ...(proxied.length === 0 ? [] : ["", "As a reverse proxy, all in front of the same origin server:", ""]),
    ...table(proxies, proxied),
    "",
    ...loads.filter(({ unit }) => unit === "megabyte").map(throughputLine),
    ...[...idle.map(idleLine), ...latencies.map(latencyLine)].join("\n\n").split("\n"),
    "",
    `Server CPU in microseconds per request (per megabyte for 10 MB${proxied.length === 0 ? "" : " and tunnels"}${secured.some(({ unit }) => unit === "handshake") ? ", per handshake where handshakes are made" : ""}), medians of ${results.rounds} rounds of ${results.seconds} s; the ratios are the peer's CPU over Sluice's, above 1 is better, medians of each round's ratio where nginx and h2o are concerned. ${results.date}, ${machine.cpu}, ${machine.cores} cores, ${machine.system}, Node ${machine.node}; ${peers.map(([name, version]) => `${name} ${version}`).join(", ")}.`,
    ...disturbance(loads),
  ].join("\n");
}

function isSecure({ over }: ScenarioResult): boolean {
  return over === "https" || over === "h2";
}

function table(columns: readonly Column[], results: readonly LoadResult[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return results.length === 0
    ? []
    : [
        line(columns.map(([head]) => head)),
        `|---|${"--:|".repeat(columns.length - 1)}`,
        ...results.map((result) => line(columns.map(([, cell]) => cell(result)))),
      ];
}

function cost(name: PeerName): (result: LoadResult) => string {
  return (result) => number(rowOf(result, name)?.cost);
}

function overNode(result: LoadResult): string {
  const [sluice, node] = [sluiceOf(result), rowOf(result, "node")];
  return number(sluice === undefined || node === undefined ? undefined : node.cost / sluice.cost);
}

function sluiceOf(result: LoadResult): LoadRow | undefined {
  return rowOf(result, "sluice");
}

function rowOf(result: LoadResult, name: PeerName): LoadRow | undefined {
  return result.rows.find(({ peer }) => peer === name);
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

function latencyLine(result: LatencyResult): string {
  const each = result.rows.map(({ peer, p50, p99, added50, added99 }) =>
    peer === "direct"
      ? `straight to the origin server ${millis(p50)} and ${millis(p99)} in all`
      : `${peer} ${millis(added50)} and ${millis(added99)}`,
  );
  return `Milliseconds of ${result.title}, median and 99th percentile: ${each.join(", ")}.`;
}

function millis(value: number): string {
  return Number.isFinite(value) ? value.toFixed(2) : "–";
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
