/** The results as a bar chart in SVG: the same results give the same octets. */
import type { Results, ScenarioResult } from "./results.ts";
import { number } from "./table.ts";

interface Bar {
  readonly peer: string;
  readonly value: number;
  readonly text: string;
  /** How it compares; empty when there is nothing to compare. */
  readonly aside: string;
}

interface Panel {
  readonly label: string;
  readonly note: string;
  readonly bars: readonly Bar[];
}

/** The bare program is no server and stays out of the picture. */
const drawn: Readonly<Record<string, string>> = {
  sluice: "Sluice",
  nginx: "nginx",
  h2o: "h2o",
  haproxy: "HAProxy",
  node: "Node",
};

const width = 880;
const margin = 24;
const columnWidth = (width - 2 * margin) / 2;
const barLeft = 70;
const barRoom = 185;
const barStep = 17;
const barHeight = 11;
const headHeight = 74;
const panelHead = 26;
const panelGap = 20;

const style = `
    .card { fill: #ffffff; stroke: #d8dbe0; }
    text { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2430; }
    .title { font-size: 16px; font-weight: 600; }
    .panel { font-weight: 600; }
    .quiet { fill: #646c7a; font-size: 12px; font-weight: 400; }
    .bar { fill: #a9b1bd; }
    .own { fill: #2f6f9f; }
    @media (prefers-color-scheme: dark) {
      .card { fill: #14171c; stroke: #353b45; }
      text { fill: #e4e7ec; }
      .quiet { fill: #9aa3b0; }
      .bar { fill: #59626f; }
      .own { fill: #6fb1de; }
    }`;

/** One panel per scenario, two beside each other; each panel has its own scale. Only valid rows are drawn. */
export function drawChart(results: Results): string {
  const panels = results.scenarios.map(panelOf).filter(({ bars }) => bars.length > 0);
  const panelHeight = panelHead + Math.max(0, ...panels.map(({ bars }) => bars.length)) * barStep + panelGap;
  const height = headHeight + Math.ceil(panels.length / 2) * panelHeight + 20;
  const { machine, versions } = results;
  const names = Object.keys(drawn).filter((name) => versions[name] !== undefined);
  const list = names.map((name) => `${drawn[name]} ${versions[name]}`).join(", ");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title">
  <title id="title">Requests per second of server CPU: ${escapeText(list)}</title>
  <style>${style}
  </style>
  <rect class="card" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
  ${textAt(margin, 34, "Requests per second of server CPU", "title", "each scenario on its own scale")}
  ${textAt(margin, 54, `${list}; ${machine.cpu}, one core each for server and load; ${results.date}`, "quiet")}
${panels.map((panel, index) => drawPanel(panel, index, panelHeight)).join("\n")}
</svg>
`;
}

function panelOf(result: ScenarioResult): Panel {
  const chosen = <Row extends { peer: string; problems: readonly string[] }>(rows: readonly Row[]): Row[] =>
    rows.filter(({ peer, problems }) => peer in drawn && problems.length === 0);
  if (result.kind === "idle") {
    const bars = chosen(result.rows).map(({ peer, perConnection }) => {
      const kilobytes = perConnection / 1024;
      return { peer, value: kilobytes, text: `${number(kilobytes, 1)} KB`, aside: "" };
    });
    return { label: result.label, note: "memory of each, less is better", bars: ordered(bars) };
  }
  if (result.kind === "latency") {
    const bars = chosen(result.rows).map(({ peer, added50 }) => {
      return { peer, value: added50, text: `${number(added50, 2)} ms`, aside: "" };
    });
    return { label: result.label, note: "median, less is better", bars: ordered(bars) };
  }
  const bars = chosen(result.rows).map(({ peer, cost, ratios }) => {
    const perCpu = 1e6 / cost;
    const amount = result.unit === "megabyte" ? `${number(perCpu, 0)} MB` : number(perCpu, 0);
    const times = ratios.nginx?.perCpu;
    const aside = peer === "nginx" || times === undefined ? "" : `${number(times, 2)} × nginx`;
    return { peer, value: perCpu, text: amount, aside };
  });
  return { label: result.label, note: "", bars: ordered(bars) };
}

function ordered(bars: readonly Bar[]): Bar[] {
  const names = Object.keys(drawn);
  return [...bars].sort((a, b) => names.indexOf(a.peer) - names.indexOf(b.peer));
}

function drawPanel(panel: Panel, index: number, panelHeight: number): string {
  const left = margin + (index % 2) * columnWidth;
  const top = headHeight + Math.floor(index / 2) * panelHeight;
  const most = Math.max(...panel.bars.map(({ value }) => value));
  const head = `  ${textAt(left, top + 16, panel.label, "panel", panel.note)}`;
  const bars = panel.bars.flatMap((bar, row) => {
    const y = top + panelHead + row * barStep;
    const length = Math.max(1, Math.round((Math.max(0, bar.value) / most) * barRoom));
    const kind = bar.peer === "sluice" ? "bar own" : "bar";
    return [
      `  ${textAt(left, y + 10, drawn[bar.peer] ?? bar.peer, "quiet")}`,
      `  <rect class="${kind}" x="${left + barLeft}" y="${y}" width="${length}" height="${barHeight}" rx="2"/>`,
      `  ${textAt(left + barLeft + length + 6, y + 10, bar.text, "", bar.aside)}`,
    ];
  });
  return [head, ...bars].join("\n");
}

function textAt(x: number, y: number, text: string, kind: string, aside = ""): string {
  const attribute = kind === "" ? "" : ` class="${kind}"`;
  const rest = aside === "" ? "" : `<tspan class="quiet" dx="8">${escapeText(aside)}</tspan>`;
  return `<text${attribute} x="${x}" y="${y}">${escapeText(text)}${rest}</text>`;
}

function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
