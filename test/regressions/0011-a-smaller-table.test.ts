/** A dynamic table smaller than every connection begins with holds once the client has acknowledged it (RFC 7541 §4.2). */
import { deepStrictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import { Http2Drive } from "../support/http2-drive.ts";
import {
  block,
  endHeaders,
  endStream,
  frame,
  getLines,
  preface,
  settings,
  settingsAck,
} from "../support/http2-frames.ts";

const get = (id: number, before: readonly number[]): Buffer =>
  frame(1, endStream | endHeaders, id, Buffer.concat([Buffer.from(before), block(getLines())]));
/** Table size updates. */
const to1024 = [0x3f, 0xe1, 0x07];
const to1025 = [0x3f, 0xe2, 0x07];

describe("limit headerTable below 4,096", () => {
  const told = (id: number): string[] => [`request ${id} GET / a length=0`, `complete ${id}`];
  const rows: readonly (readonly [name: string, input: readonly Uint8Array[], events: readonly string[]])[] =
    [
      [
        "not before the acknowledgement",
        [get(1, []), settingsAck, get(3, to1024), get(5, [])],
        [...told(1), ...told(3), ...told(5)],
      ],
      ["the next block tells of it", [settingsAck, get(1, [])], ["fault COMPRESSION_ERROR RFC 7541 §4.2"]],
      ["a larger one is refused", [settingsAck, get(1, to1025)], ["fault COMPRESSION_ERROR RFC 7541 §6.3"]],
      [
        "a second acknowledgement changes nothing",
        [settingsAck, get(1, to1024), settingsAck, get(3, [])],
        [...told(1), ...told(3)],
      ],
    ];
  for (const [name, input, events] of rows) {
    it(name, () => {
      const drive = new Http2Drive({ limits: { headerTable: 1_024 } });
      drive.receive(preface, settings(), ...input);
      deepStrictEqual(drive.events, events);
    });
  }
});
