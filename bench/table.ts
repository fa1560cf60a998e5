/** The results as text, at most 100 columns wide. */
import {
  disturbing,
  type IdleResult,
  type LatencyResult,
  type LoadResult,
  type LoadRow,
  type Ratio,
  type ScenarioResult,
} from "./results.ts";

/** What the columns mean. */
export const legend: string = [
  "×nginx, ×h2o, ×haproxy, ×bare: units per second of server CPU against that peer's, above 1 is better; in",
  "  brackets the same by units per second. Medians of the ratios of each round.",
  "hs: a TLS handshake. p99 is missing where h2load was the load: it does not tell.",
  "core: the share of its one core that the server used. Below 100 % the load generator was the limit,",
  "  or the server waited: go by CPU then.",
  "!: not valid, for the reason given; takes part in no ratio.",
].join("\n");

export function renderResult(result: ScenarioResult): string {
  const rows = tableOf(result);
  return [`${result.name}: ${result.title}`, ...align(rows), ...remarks(result), ""].join("\n");
}

function tableOf(result: ScenarioResult): string[][] {
  switch (result.kind) {
    case "load":
      return loadTable(result);
    case "idle":
      return idleTable(result);
    case "latency":
      return latencyTable(result);
  }
}

function loadTable(result: LoadResult): string[][] {
  const unit = { request: "req", megabyte: "MB", handshake: "hs" }[result.unit];
  const costs = `CPU µs/${unit}`;
  const second = result.work === "proxy" ? "haproxy" : "h2o";
  const head = ["peer", `${unit}/s`, costs, "core", "p99 ms", "×nginx", `×${second}`, "×bare", "peak MB"];
  const rows = result.rows.map((row) => [
    mark(row),
    number(row.perSecond, 0),
    number(row.cost, 2),
    `${number(row.busy * 100, 0)} %`,
    number(row.p99, 2),
    ratioCell(row.ratios.nginx),
    ratioCell(row.ratios[second]),
    number(row.ratios.bare?.perCpu ?? Number.NaN, 2),
    number(row.peakMemory / 2 ** 20, 1),
  ]);
  return [head, ...rows];
}

function idleTable(result: IdleResult): string[][] {
  const head = ["peer", "connections", "MB before", "MB after", "KB per connection"];
  const rows = result.rows.map((row) => [
    mark(row),
    number(row.connections, 0),
    number(row.before / 2 ** 20, 1),
    number(row.after / 2 ** 20, 1),
    number(row.perConnection / 1024, 2),
  ]);
  return [head, ...rows];
}

function latencyTable(result: LatencyResult): string[][] {
  const head = ["peer", "p50 ms", "p99 ms", "added p50 ms", "added p99 ms"];
  const rows = result.rows.map((row) => [
    mark(row),
    ...[row.p50, row.p99, row.added50, row.added99].map((millis) => number(millis, 3)),
  ]);
  return [head, ...rows];
}

function remarks(result: ScenarioResult): string[] {
  const problems = result.rows.flatMap((row) => row.problems.map((problem) => `  ! ${row.peer}: ${problem}`));
  return result.kind === "load" ? [...problems, ...result.rows.flatMap(disturbance)] : problems;
}

function disturbance(row: LoadRow): string[] {
  const worst = Math.max(0, ...row.rounds.map((round) => round.foreign));
  return worst > disturbing
    ? [`  ${row.peer}: other work took up to ${number(worst * 100, 0)} % of the server's core in a round`]
    : [];
}

function mark(row: { readonly peer: string; readonly problems: readonly string[] }): string {
  return row.problems.length === 0 ? row.peer : `${row.peer} !`;
}

function ratioCell(ratio: Ratio | undefined): string {
  return ratio === undefined ? "–" : `${number(ratio.perCpu, 2)} (${number(ratio.rate, 2)})`;
}

/** 12345.678 as "12,345.7"; a dash for what was not measured. */
export function number(value: number, digits: number): string {
  if (!Number.isFinite(value)) {
    return "–";
  }
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Columns of equal width: the first flush left, the others flush right. */
export function align(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => {
    const cells = row.map((cell, column) => {
      const width = widths[column] ?? 0;
      return column === 0 ? cell.padEnd(width) : cell.padStart(width);
    });
    return `  ${cells.join("   ")}`;
  });
}
