/** The HTTP/1 client machine against its case tables, each row in every arrival. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { cuts, octets } from "../support/http1-arrivals.ts";
import {
  type ClientRow,
  comparable,
  complete,
  content,
  fault,
  type Http1Event,
  lines,
  response,
} from "../support/http1-cases.ts";
import { type ClientDriveOptions, driveClient, plainRequest } from "../support/http1-drive-client.ts";
import { responseBodyRows } from "./http1-response-body.ts";
import { interimRows, responseFieldRows, statusLineRows } from "./http1-response-head.ts";

const tables: Readonly<Record<string, readonly ClientRow[]>> = {
  "status line": statusLineRows,
  "field section": responseFieldRows,
  "interim responses": interimRows,
  content: responseBodyRows,
};

/** What trails a row: a whole response that nobody asked for and, apart, octets that are no HTTP. */
const trailing = [lines("HTTP/1.1 200 OK", "Content-Length: 0"), "\0\xff"] as const;

for (const [table, rows] of Object.entries(tables)) {
  describe(`HTTP/1 client, ${table}`, () => {
    for (const row of rows) {
      it(`${row.name} (${row.source})`, () => {
        check("whole", row, row.input === "" ? [] : [row.input]);
        check("octet by octet", row, octets(row.input));
        for (const cut of cuts(row.input)) {
          check(`cut after ${cut[0].length} octets`, row, cut);
        }
        checkTrailing(row);
      });
    }
  });
}

describe("HTTP/1 client with a request waiting", () => {
  const input = `${lines("HTTP/1.1 200 OK", "Content-Length: 2")}hi`;
  const first: readonly Http1Event[] = [
    response({ contentLength: 2, fields: [["content-length", "2"]] }),
    content("hi"),
    complete(),
  ];

  it("octets that came before a request was sent never answer it (RFC 9112 §6.3)", () => {
    const run = driveClient(["GET"], [input + input], false, { next: plainRequest("GET") });
    deepStrictEqual(comparable(run.events), comparable([...first, fault(502, "RFC 9112 §9.2")]));
    strictEqual(run.over, true);
  });

  it("octets that come after it was sent do", () => {
    const run = driveClient(["GET"], [input, input], false, { next: plainRequest("GET") });
    deepStrictEqual(run.events, [...first, ...first]);
    strictEqual(run.over, false);
  });
});

function check(arrival: string, row: ClientRow, arrivals: readonly string[]): void {
  const run = driveClient(row.methods ?? ["GET"], arrivals, row.end === true, optionsOf(row));
  deepStrictEqual([arrival, ...comparable(run.events)], [arrival, ...comparable(row.expect)]);
  const faulty = row.expect.at(-1)?.type === "fault";
  strictEqual(run.over, faulty || row.closes === true || row.end === true, `${arrival}: whether it is over`);
}

function optionsOf(row: ClientRow): ClientDriveOptions {
  return row.limits === undefined ? {} : { limits: row.limits };
}

/** A row about the peer's end has nothing trailing. */
function checkTrailing(row: ClientRow): void {
  if (row.end !== undefined) {
    return;
  }
  const over = row.closes === true || row.expect.at(-1)?.type === "fault";
  const expected = [...row.expect, ...(over ? [] : [fault(502, "RFC 9112 §9.2")])];
  for (const after of trailing) {
    const { input, methods = ["GET"] } = row;
    for (const arrivals of [[input + after], [input, after], octets(input + after)]) {
      const { events } = driveClient(methods, arrivals, false, optionsOf(row));
      const arrival = `with octets trailing, ${arrivals.length} arrivals`;
      deepStrictEqual([arrival, ...comparable(events)], [arrival, ...comparable(expected)]);
    }
  }
}
