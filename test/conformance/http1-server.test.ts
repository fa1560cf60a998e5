/** The HTTP/1 server machine against its case tables, each row in every arrival. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { cuts, octets } from "../support/http1-arrivals.ts";
import {
  comparable,
  complete,
  type Http1Event,
  lines,
  request,
  type ServerRow,
} from "../support/http1-cases.ts";
import { driveServer, type ServerDriveOptions, type ServerRun } from "../support/http1-drive.ts";
import { chunkExtensionRows, chunkSizeRows, trailerRows } from "./http1-chunked.ts";
import { connectionRows } from "./http1-connection.ts";
import { fieldRows } from "./http1-fields.ts";
import { contentLengthRows, transferCodingRows } from "./http1-framing.ts";
import { hostRows } from "./http1-host.ts";
import { limitRows } from "./http1-limits.ts";
import { requestLineRows } from "./http1-request-line.ts";
import { smugglingRows } from "./http1-smuggling.ts";
import { targetRows } from "./http1-target.ts";

const tables: Readonly<Record<string, readonly ServerRow[]>> = {
  "request line": requestLineRows,
  "request target": targetRows,
  Host: hostRows,
  "field section": fieldRows,
  "Content-Length": contentLengthRows,
  "Transfer-Encoding": transferCodingRows,
  "chunk sizes": chunkSizeRows,
  "chunk extensions": chunkExtensionRows,
  trailers: trailerRows,
  limits: limitRows,
  connections: connectionRows,
  smuggling: smugglingRows,
};

const next = lines("GET /next HTTP/1.1", "Host: next");
const nextEvents: readonly Http1Event[] = [request({ target: "/next", authority: "next" }), complete()];

/** What trails a row: a good request and, apart, octets that are no HTTP at all. */
const trailing = [next, "\0\xff\r\n\r\n{}"] as const;

for (const [table, rows] of Object.entries(tables)) {
  describe(`HTTP/1 server, ${table}`, () => {
    for (const row of rows) {
      it(`${row.name} (${row.source})`, () => {
        checkWhole(row);
        check("octet by octet", row, octets(row.input));
        for (const cut of cuts(row.input)) {
          check(`cut after ${cut[0].length} octets`, row, cut, { answering: "later" });
        }
        checkTrailing(row);
      });
    }
  });
}

describe("HTTP/1 server case tables", () => {
  it("hold no row twice", () => {
    const seen = new Map<string, string>();
    for (const [table, rows] of Object.entries(tables)) {
      for (const { name, input, end, limits, answer } of rows) {
        const key = JSON.stringify([table, input, end, limits, answer]);
        ok(!seen.has(key), `"${name}" repeats "${seen.get(key)}"`);
        seen.set(key, name);
      }
    }
  });
});

function optionsOf(row: ServerRow): ServerDriveOptions {
  return {
    ...(row.limits === undefined ? {} : { limits: row.limits }),
    ...(row.answer === undefined ? {} : { answer: row.answer }),
  };
}

function check(
  arrival: string,
  row: ServerRow,
  arrivals: readonly string[],
  options: ServerDriveOptions = {},
): ServerRun {
  const run = driveServer(arrivals, row.end === true, { ...optionsOf(row), ...options });
  deepStrictEqual([arrival, ...comparable(run.events)], [arrival, ...comparable(row.expect)]);
  return run;
}

function checkWhole(row: ServerRow): void {
  const run = check("whole", row, row.input === "" ? [] : [row.input]);
  if (row.says !== undefined) {
    match(run.detail ?? "", row.says);
  }
  checkAnswers(row, run);
}

/** A row about the peer's end has nothing trailing. */
function checkTrailing(row: ServerRow): void {
  if (row.end !== undefined) {
    return;
  }
  const over = row.closes === true || row.expect.at(-1)?.type === "fault";
  const expected = [...row.expect, ...(over ? [] : nextEvents)];
  for (const after of over ? trailing : [next]) {
    const { input } = row;
    const options = optionsOf(row);
    for (const arrivals of [[input + after], [input, after], octets(input + after)]) {
      const { events } = driveServer(arrivals, false, options);
      const arrival = `with octets trailing, ${arrivals.length} arrivals`;
      deepStrictEqual([arrival, ...comparable(events)], [arrival, ...comparable(expected)]);
    }
  }
}

/** One response for each request and fault, and the connection ends exactly when it must. */
function checkAnswers(row: ServerRow, run: ServerRun): void {
  const statuses = [...run.output.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map((line) => Number(line[1]));
  const last = row.expect.at(-1);
  const wanted = row.expect.filter(({ type }) => type === "request").length;
  if (last?.type !== "fault") {
    strictEqual(statuses.length, wanted, run.output);
    strictEqual(run.fate, row.closes === true || row.end === true ? "end" : "open");
    strictEqual(/^Connection: close\r$/im.test(run.output), row.closes === true);
    return;
  }
  strictEqual(run.fate, "end");
  if (statuses.length > 0) {
    strictEqual(statuses.at(-1), last.status);
    match(run.output, /\r\nConnection: close\r\n[\s\S]*$/);
  }
}
