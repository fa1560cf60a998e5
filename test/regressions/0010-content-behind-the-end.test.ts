/** DATA on a stream that the client has ended costs the stream, and counts for the connection's window (RFC 9113 §6.9). */
import { deepStrictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { it } from "node:test";
import { connected } from "../support/http2-drive.ts";
import { data, get } from "../support/http2-frames.ts";

it("content behind a request's end is given back to the connection's window", () => {
  const limits = { connectionWindow: 65_535, windowGrowth: 65_535 };
  const drive = connected({ limits, answering: "never" });
  for (let id = 1; id <= 5; id += 2) {
    drive.receive(get(id), data(id, Buffer.alloc(16_384)));
  }
  deepStrictEqual(drive.frames, [
    "RST_STREAM 1 STREAM_CLOSED",
    "WINDOW_UPDATE 0 32768",
    "RST_STREAM 3 STREAM_CLOSED",
    "RST_STREAM 5 STREAM_CLOSED",
  ]);
});
