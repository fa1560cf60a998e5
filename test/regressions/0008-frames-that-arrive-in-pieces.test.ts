/** Each frame has its own time to arrive: a client whose arrivals always end within a frame is not slow. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import { connected } from "../support/http2-drive.ts";
import { continuation, endStream, get, getLines, headers, windowUpdate } from "../support/http2-frames.ts";

describe("arrivals that end within a frame", () => {
  it("of another frame each time are not held against each other", () => {
    const drive = connected({ limits: { fieldSectionTime: 50 } });
    const wire = Buffer.concat(Array.from({ length: 40 }, () => windowUpdate(0, 1)));
    // Thirteen octets a frame, and never an arrival that ends with one.
    for (let at = 0; at + 26 < wire.length; at += 13) {
      drive.receive(wire.subarray(at === 0 ? 0 : at + 6, at + 19)).pass(20);
    }
    deepStrictEqual([drive.fate, drive.take().events], ["open", []]);
  });

  it("of one field block are, whatever came before", () => {
    const drive = connected({ limits: { fieldSectionTime: 50 } });
    drive.receive(get(1), headers(3, getLines(), endStream));
    for (let i = 0; i < 5; i += 1) {
      drive.pass(12).receive(continuation(3, ""));
    }
    strictEqual(drive.details[0], "no whole frame or field block in 50 ms (limit fieldSectionTime)");
  });
});
