/** The tables of docs/health.md: defaults, lines of the log, the cause of a 503. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import type { Member } from "../../src/balance/index.ts";
import type { Millis } from "../../src/message/index.ts";
import {
  UpstreamError,
  type UpstreamGroup,
  UpstreamHouse,
  type UpstreamOptions,
} from "../../src/upstream/index.ts";
import { fakeParts, outbound, sendOptions } from "../support/upstream-fakes.ts";
import { blocksOf, tableBelow } from "./pages.ts";

const page = "docs/health.md";

const units: Readonly<Record<string, Millis>> = { ms: 1, s: 1_000, min: 60_000 };

/** A default as the page writes it: "10 s", 0.5, `false`, `GET`. */
function read(cell: string): unknown {
  const [, amount, unit = ""] = /^(\d+) (ms|s|min)$/.exec(cell) ?? [];
  const text = cell.replaceAll("`", "");
  return amount !== undefined
    ? Number(amount) * (units[unit] ?? 0)
    : /^[\d.]+$/.test(text)
      ? Number(text)
      : text;
}

function documented(heading: string): Readonly<Record<string, unknown>> {
  const rows = tableBelow(page, heading);
  return Object.fromEntries(rows.map(([name = "", value = ""]) => [name.replaceAll("`", ""), read(value)]));
}

describe("the defaults that docs/health.md tells", () => {
  const settings = (options: Partial<UpstreamOptions>) =>
    new UpstreamHouse(fakeParts()).group({ upstreams: "http://a", ...options }).settings;
  const { health, probes } = settings({ health: {}, breaker: {} });

  it("of probes", () => {
    const { status = [], ...probe } = probes ?? {};
    const host = "the upstream's own";
    const range = status.map(({ from, to }) => `${from}-${to}`).join();
    const actual = { ...probe, tcp: "false", host, status: range, fields: "none", body: "none" };
    deepStrictEqual({ ...actual }, { ...documented("Active probes") });
  });

  it("of ejection", () =>
    deepStrictEqual({ ...health.ejection, latency: "false" }, { ...documented("Ejection") }));
  it("of breakers", () =>
    deepStrictEqual({ ...health.breaker, slow: "false" }, { ...documented("Circuit breaker") }));

  it("of all together", () => {
    const unsaid = settings({});
    deepStrictEqual([unsaid.probes, unsaid.panic, unsaid.health.breaker], [undefined, 0, undefined]);
    deepStrictEqual([...unsaid.health.failureStatuses], [502, 503, 504]);
    strictEqual(settings({ ejection: { latency: 3 } }).health.ejection?.latency?.quantile, 0.9);
  });
});

/** A group of which everything that the log would say is kept. */
class Watched {
  readonly lines: string[] = [];
  readonly group: UpstreamGroup;
  now: Millis = 0;

  constructor(options: Partial<UpstreamOptions>, upstreams: readonly string[] = ["http://a"]) {
    const info = (words: string): void => void this.lines.push(words);
    const warn = (words: string): void => info(`warning: ${words}`);
    const house = new UpstreamHouse({ ...fakeParts(), reporter: { info, warn, error: warn } });
    this.group = house.group({ name: "app", ejection: false, ...options, upstreams });
  }

  ask(status: number, times: number): void {
    const { roster } = this.group;
    for (let time = 0; time < times; time += 1) {
      const [member] = roster.members as readonly [Member];
      roster.started(member, this.now);
      roster.ended(member, "answered", status, 1, undefined, this.now + 1);
      this.now += 1;
    }
  }

  probe(passed: boolean, times: number, which = 0): void {
    const { roster } = this.group;
    const detail = "status 500, wanted 200 to 399";
    const member = roster.members[which] as Member;
    for (let time = 0; time < times; time += 1) {
      roster.probed(member, passed ? { passed, took: 1 } : { passed, detail }, this.now);
    }
  }

  /** Ten seconds go by. */
  pass(): void {
    const { roster } = this.group;
    const end = this.now + 10_000;
    for (let due = roster.deadline; due !== undefined && due <= end; due = roster.deadline) {
      this.now = due;
      roster.expire(due);
    }
    this.now = end;
  }
}

function probed(slowStart: "0s" | "10s"): readonly string[] {
  const watched = new Watched({ health: {}, slowStart });
  watched.probe(true, 1);
  watched.probe(false, 3);
  watched.probe(true, 2);
  watched.pass();
  return watched.lines;
}

function ejected(): readonly string[] {
  const watched = new Watched({ ejection: {} }, ["http://a", "http://b"]);
  watched.ask(503, 5);
  watched.pass();
  return watched.lines;
}

function tooMany(): readonly string[] {
  const watched = new Watched({ ejection: {} }, ["http://a", "http://b"]);
  for (let time = 0; time < 10; time += 1) {
    watched.ask(200, 1);
    watched.ask(503, 1);
  }
  return watched.lines;
}

function broken(): readonly string[] {
  const watched = new Watched({ breaker: {} });
  watched.ask(503, 10);
  watched.pass();
  watched.ask(200, 2);
  return watched.lines;
}

function byHand(): readonly string[] {
  const watched = new Watched({});
  watched.group.drain("http://a");
  watched.group.restore("http://a");
  watched.group.eject("http://a", 30_000);
  watched.group.restore("http://a");
  const [drained = "", restored = "", left = "", again = ""] = watched.lines;
  strictEqual(again, restored);
  return [drained, left, restored];
}

function panicking(): readonly string[] {
  const watched = new Watched({ health: {}, panic: 0.5 }, ["http://a", "http://b", "http://c"]);
  watched.probe(false, 1, 0);
  watched.probe(false, 1, 1);
  watched.probe(true, 1, 0);
  return watched.lines.filter((line) => line.includes("health is"));
}

describe("the lines of the log that docs/health.md shows", () => {
  const plain = (lines: readonly string[]): readonly string[] =>
    lines.map((line) => line.replace("warning: ", ""));
  it("are those that are written", () => {
    const [, , slowly = "", warm = ""] = ["", ...probed("10s")];
    deepStrictEqual(
      tableBelow(page, "What the log says").map(([, line]) => line?.replaceAll("`", "")),
      plain([
        ...probed("0s"),
        slowly,
        warm,
        ...ejected().slice(0, 1),
        ...tooMany(),
        ...ejected().slice(1),
        ...broken(),
        ...byHand(),
        ...panicking(),
      ]),
    );
  });
});

it("docs/health.md has the cause that the access log has of a 503", async () => {
  const ids = ["http://127.0.0.1:3001", "http://127.0.0.1:3002", "http://127.0.0.1:3003"];
  const { group } = new Watched({}, ids);
  for (const id of ids) {
    group.eject(id, 30_000);
  }
  const error: unknown = await group
    .send(outbound(), sendOptions)
    .answered.catch((thrown: unknown) => thrown);
  const { detail, reasons } = error instanceof UpstreamError ? error : { detail: "", reasons: [] };
  const cause = `${detail} (${reasons.map((one) => `${one.member}: ${one.detail}`).join("; ")})\n`;
  strictEqual(
    blocksOf(page).some(({ code }) => code === cause),
    true,
    cause,
  );
});
