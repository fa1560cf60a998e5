import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import { FrameReader, type FrameReceiver } from "./frame-reader.ts";

/** Frames as octets: length, type, flags, stream, payload. */
function frame(type: number, flags: number, stream: number, payload: string): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, Buffer.from(payload, "latin1")]);
}

function read(arrivals: readonly Buffer[], preface = ""): string[] {
  const events: string[] = [];
  const text = (bytes: Uint8Array, start: number, end: number): string =>
    Buffer.from(bytes.subarray(start, end)).toString("latin1");
  const receiver: FrameReceiver = {
    frame: (type, flags, stream, bytes, start, end) =>
      events.push(`frame ${type} ${flags} ${stream} ${text(bytes, start, end)}`),
    beginData: (stream, flags, length, content) =>
      events.push(`data ${stream} ${flags} ${length} ${content} `),
    data: (bytes, start, end) => {
      events[events.length - 1] += text(bytes, start, end);
    },
    endData: () => {
      events[events.length - 1] += ".";
    },
    unknown: (type, stream) => events.push(`unknown ${type} ${stream}`),
    broken: (fault) => events.push(fault),
  };
  const reader = new FrameReader(receiver, preface);
  for (const arrival of arrivals) {
    const lent = Buffer.from(arrival);
    reader.receive(lent);
    lent.fill(0xaa);
  }
  return events;
}

const rows: readonly (readonly [name: string, input: Buffer, events: readonly string[]])[] = [
  ["a frame", frame(6, 1, 0, "12345678"), ["frame 6 1 0 12345678"]],
  ["a frame of no octets", frame(4, 1, 0, ""), ["frame 4 1 0 "]],
  ["DATA", frame(0, 1, 3, "hello"), ["data 3 1 5 5 hello."]],
  ["DATA of no octets", frame(0, 0, 3, ""), ["data 3 0 0 0 ."]],
  ["padded DATA", frame(0, 8, 3, "\x02hi\0\0"), ["data 3 8 5 2 hi."]],
  ["DATA of padding alone", frame(0, 8, 3, "\x02\0\0"), ["data 3 8 3 0 ."]],
  ["DATA of a padding length alone", frame(0, 8, 3, "\0"), ["data 3 8 1 0 ."]],
  ["DATA with as much padding as octets", frame(0, 8, 3, "\x02\0"), ["badPadding"]],
  ["padded DATA of no octets", frame(0, 8, 3, ""), ["badFrameSize"]],
  ["an unknown type", frame(0x20, 9, 3, "what is this"), ["unknown 32 3"]],
  ["PRIORITY_UPDATE", frame(0x10, 0, 0, "\0\0\0\x01u=1"), ["frame 16 0 0 \0\0\0\x01u=1"]],
  ["a frame that is too large", frame(6, 0, 0, "x".repeat(16_385)), ["badFrameSize"]],
  ["DATA that is too large", frame(0, 0, 1, "x".repeat(16_385)), ["badFrameSize"]],
];

describe("FrameReader (RFC 9113 §4.1)", () => {
  const after = frame(6, 0, 0, "the next");
  for (const [name, input, events] of rows) {
    it(name, () => {
      const whole = Buffer.concat([input, after]);
      const broken = events.at(-1)?.startsWith("bad") === true;
      const expected = broken ? events : [...events, "frame 6 0 0 the next"];
      deepStrictEqual(read([whole]), expected);
      deepStrictEqual(read(Array.from(whole, (octet) => Buffer.from([octet]))), expected);
      for (let at = 1; at < Math.min(whole.length, 60); at += 1) {
        deepStrictEqual(read([whole.subarray(0, at), whole.subarray(at)]), expected);
      }
    });
  }

  it("wants the preface first", () => {
    deepStrictEqual(read([Buffer.from("PR"), Buffer.from("I!"), frame(4, 1, 0, "")], "PRI!"), [
      "frame 4 1 0 ",
    ]);
    deepStrictEqual(read([Buffer.from("PR"), Buffer.from("I?"), frame(4, 1, 0, "")], "PRI!"), ["badPreface"]);
  });

  it("knows whether a frame is cut, and stops when told", () => {
    const seen: number[] = [];
    const ignore = (): void => undefined;
    const reader: FrameReader = new FrameReader(
      {
        frame: (type) => {
          seen.push(type);
          reader.stop();
        },
        beginData: ignore,
        data: ignore,
        endData: ignore,
        unknown: ignore,
        broken: ignore,
      },
      "",
    );
    reader.receive(after.subarray(0, 10));
    strictEqual(reader.partial, true);
    reader.receive(Buffer.concat([after.subarray(10), after]));
    deepStrictEqual([seen, reader.partial], [[6], false]);
  });
});
