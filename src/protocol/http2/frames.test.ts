import { deepStrictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import {
  fieldBlockRoom,
  readUint24,
  readUint31,
  readUint32,
  writeFieldBlock,
  writeGoaway,
  writePing,
  writePriorityUpdate,
  writePushPromise,
  writeRstStream,
  writeSettings,
  writeSettingsAck,
  writeUint32,
  writeWindowUpdate,
} from "./frames.ts";

type Write = (to: Uint8Array, at: number) => number;

const rows: readonly (readonly [name: string, write: Write, octets: string])[] = [
  [
    "SETTINGS",
    (to, at) =>
      writeSettings(to, at, [
        [3, 128],
        [4, 0x7fffffff],
      ]),
    "00000c 04 00 00000000 0003 00000080 0004 7fffffff",
  ],
  ["SETTINGS ACK", (to, at) => writeSettingsAck(to, at), "000000 04 01 00000000"],
  [
    "PING",
    (to, at) => writePing(to, at, false, Buffer.from("..12345678"), 2),
    "000008 06 00 00000000 3132333435363738",
  ],
  [
    "PING ACK",
    (to, at) => writePing(to, at, true, Buffer.from("12345678"), 0),
    "000008 06 01 00000000 3132333435363738",
  ],
  ["RST_STREAM", (to, at) => writeRstStream(to, at, 0x7fffffff, 8), "000004 03 00 7fffffff 00000008"],
  ["WINDOW_UPDATE", (to, at) => writeWindowUpdate(to, at, 1, 65_536), "000004 08 00 00000001 00010000"],
  [
    "GOAWAY",
    (to, at) => writeGoaway(to, at, 5, 11, Buffer.from("hi")),
    "00000a 07 00 00000000 00000005 0000000b 6869",
  ],
  [
    "PRIORITY_UPDATE",
    (to, at) => writePriorityUpdate(to, at, 7, "u=1"),
    "000007 10 00 00000000 00000007 753d31",
  ],
  [
    "HEADERS",
    (to, at) => writeFieldBlock(to, at, 1, 1, Buffer.from("abcd"), 4),
    "000004 01 05 00000001 61626364",
  ],
  [
    "HEADERS and CONTINUATION",
    (to, at) => writeFieldBlock(to, at, 1, 1, Buffer.from("abcde"), 2),
    "000002 01 01 00000001 6162 000002 09 00 00000001 6364 000001 09 04 00000001 65",
  ],
  [
    "HEADERS of no octets",
    (to, at) => writeFieldBlock(to, at, 3, 0, Buffer.alloc(0), 4),
    "000000 01 04 00000003",
  ],
  [
    "PUSH_PROMISE and CONTINUATION",
    (to, at) => writePushPromise(to, at, 1, 2, Buffer.from("abc"), 6),
    "000006 05 00 00000001 00000002 6162 000001 09 04 00000001 63",
  ],
];

describe("frames as octets (RFC 9113 §6)", () => {
  for (const [name, write, octets] of rows) {
    it(name, () => {
      const to = Buffer.alloc(64, 0xee);
      const end = write(to, 3);
      deepStrictEqual(to.subarray(3, end).toString("hex"), octets.replaceAll(" ", ""));
      deepStrictEqual([to[2], to[end]], [0xee, 0xee]);
    });
  }

  it("room for a field block", () => {
    deepStrictEqual(
      [0, 4, 5].map((octets) => fieldBlockRoom(octets, 4)),
      [9, 13, 23],
    );
  });

  it("numbers, read and written", () => {
    const four = Buffer.alloc(4);
    writeUint32(four, 0, 0xfffefdfc);
    deepStrictEqual(
      [readUint24(four, 0), readUint31(four, 0), readUint32(four, 0)],
      [0xfffefd, 0x7ffefdfc, 0xfffefdfc],
    );
  });
});
