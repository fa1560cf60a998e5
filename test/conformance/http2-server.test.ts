/** The HTTP/2 server machine against its case tables, each row in every arrival. */
import { ok } from "node:assert/strict";
import { describe, it } from "node:test";
import { type Http2Row, runRow } from "../support/http2-cases.ts";
import { blockRows, sectionRows } from "./http2-server-blocks.ts";
import { floodRows } from "./http2-server-floods.ts";
import { frameRows } from "./http2-server-frames.ts";
import { messageRows } from "./http2-server-messages.ts";
import { settingRows } from "./http2-server-settings.ts";
import { stateRows } from "./http2-server-states.ts";

const tables: Readonly<Record<string, readonly Http2Row[]>> = {
  ...frameRows,
  settings: settingRows,
  floods: floodRows,
  "field blocks": blockRows,
  "field sections": sectionRows,
  ...messageRows,
  "stream states": stateRows,
};

for (const [table, rows] of Object.entries(tables)) {
  describe(`HTTP/2 server, ${table}`, () => {
    for (const row of rows) {
      it(`${row.name} (${row.source})`, () => runRow(row));
    }
  });
}

describe("HTTP/2 server case tables", () => {
  it("hold no row twice", () => {
    const seen = new Map<string, string>();
    for (const [table, rows] of Object.entries(tables)) {
      for (const { name, input, limits, answering } of rows) {
        const key = JSON.stringify([table, input.map((part) => [...part]), limits, answering]);
        ok(!seen.has(key), `"${name}" repeats "${seen.get(key)}"`);
        seen.set(key, name);
      }
    }
  });
});
