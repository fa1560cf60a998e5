/** The HTTP/2 client machine against its case tables, each row in every arrival. */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { cuts, octets } from "../support/http1-arrivals.ts";
import type { Http2ClientRow } from "../support/http2-client-cases.ts";
import { Http2ClientDrive } from "../support/http2-client-drive.ts";
import { ping, settings, settingsAck } from "../support/http2-client-frames.ts";
import { contentRows, tunnelRows } from "./http2-client-content.ts";
import { beginningRows, blockRows, endingRows, frameRows, settingsRows } from "./http2-client-frames.ts";
import { headRows, interimRows, trailerRows } from "./http2-client-heads.ts";
import { limitRows } from "./http2-client-limits.ts";

const tables: Readonly<Record<string, readonly Http2ClientRow[]>> = {
  beginning: beginningRows,
  SETTINGS: settingsRows,
  frames: frameRows,
  "field blocks": blockRows,
  heads: headRows,
  "interim responses": interimRows,
  trailers: trailerRows,
  content: contentRows,
  tunnels: tunnelRows,
  ending: endingRows,
  limits: limitRows,
};

for (const [table, rows] of Object.entries(tables)) {
  describe(`HTTP/2 client, ${table}`, () => {
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

function check(arrival: string, row: Http2ClientRow, arrivals: readonly string[]): void {
  const drive = run(row, arrivals);
  deepStrictEqual([arrival, ...drive.events], [arrival, ...row.expect]);
  deepStrictEqual([arrival, ...drive.words()], [arrival, ...(row.owes ?? [])]);
  strictEqual(drive.machine.over, isOver(row), `${arrival}: whether it is over`);
  if (row.says !== undefined) {
    match(drive.details[0] ?? "", row.says);
  }
}

/** What comes after a row's input is answered while the connection goes on, and never looked at once it is over. */
function checkTrailing(row: Http2ClientRow): void {
  if (row.end === true || row.input === "") {
    return;
  }
  const after = ping("trailing");
  const owes = [...(row.owes ?? []), ...(isOver(row) ? [] : ["PING ack trailing"])];
  for (const arrivals of [[row.input + after], [row.input, after], octets(row.input + after)]) {
    const drive = run(row, arrivals);
    const arrival = `with octets trailing, ${arrivals.length} arrivals`;
    deepStrictEqual([arrival, ...drive.events], [arrival, ...row.expect]);
    deepStrictEqual([arrival, ...drive.words()], [arrival, ...owes]);
  }
}

function run(row: Http2ClientRow, arrivals: readonly string[]): Http2ClientDrive {
  const drive = new Http2ClientDrive(row.limits === undefined ? {} : { limits: row.limits });
  for (const request of row.requests ?? [{}]) {
    drive.request(request);
  }
  if (row.bare !== true) {
    drive.receive(settings() + settingsAck);
  }
  drive.take();
  for (const arrival of arrivals) {
    drive.receive(arrival);
  }
  if (row.end === true) {
    drive.machine.end(drive.now);
  }
  return drive;
}

function isOver(row: Http2ClientRow): boolean {
  return row.end === true || (row.owes ?? []).some((frame) => frame.startsWith("GOAWAY"));
}
