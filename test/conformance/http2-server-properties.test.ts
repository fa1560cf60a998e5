/** What must hold of the HTTP/2 server machine for any input, not only for the rows we thought of. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import fc from "fast-check";
import { bytesContent, Fields, HttpResponse } from "../../src/message/index.ts";
import { Http2Drive, type Http2DriveOptions } from "../support/http2-drive.ts";
import {
  continuation,
  data,
  frame,
  get,
  getLines,
  goaway,
  headers,
  paddedData,
  ping,
  post,
  preface,
  priority,
  priorityUpdate,
  rstStream,
  settings,
  settingsAck,
  windowUpdate,
} from "../support/http2-frames.ts";

const stream = fc.constantFrom(1, 3, 5, 7, 9, 2, 0);
const flags = fc.constantFrom(0, 1, 4, 5, 8, 0x20, 0x2d);
const small = fc.uint8Array({ maxLength: 20 }).map((octets) => Buffer.from(octets));

/** Frames that are right by themselves, in any order. */
const wellFormed: fc.Arbitrary<Buffer> = fc.oneof(
  stream.map((id) => get(id)),
  stream.map((id) => post(id)),
  fc.tuple(stream, fc.nat({ max: 4 })).map(([id, length]) => post(id, ["content-length", String(length)])),
  fc
    .tuple(stream, fc.string({ maxLength: 4 }), fc.boolean())
    .map(([id, text, end]) => data(id, text, end ? 1 : 0)),
  fc.tuple(stream, fc.nat({ max: 9 })).map(([id, padding]) => paddedData(id, "ab", padding)),
  stream.map((id) => headers(id, [["x", "y"]])),
  stream.map((id) => headers(id, getLines(["X", "y"]))),
  fc.tuple(stream, fc.nat({ max: 40_000 })).map(([id, octets]) => windowUpdate(id, octets)),
  stream.map((id) => rstStream(id)),
  stream.map((id) => priority(id)),
  stream.map((id) => priorityUpdate(id, "u=1, i")),
  fc.tuple(fc.constantFrom(1, 2, 3, 4, 6, 77), fc.nat({ max: 70_000 })).map((pair) => settings(pair)),
  fc.constant(ping()),
  fc.constant(goaway(0)),
);

/** And some that are not. */
const anyFrame: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 12, arbitrary: wellFormed },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.nat({ max: 17 }), flags, stream, small).map((parts) => frame(...parts)),
  },
  { weight: 1, arbitrary: fc.tuple(stream, small, flags).map((parts) => continuation(...parts)) },
);

const frames = fc.array(anyFrame, { maxLength: 24 }).map((parts) => Buffer.concat(parts));
const places = fc.array(fc.nat({ max: 100_000 }), { maxLength: 12 });
const options: fc.Arbitrary<Http2DriveOptions> = fc.record({
  answering: fc.constantFrom("whole" as const, "head" as const, "head and read" as const, "never" as const),
  limits: fc.constantFrom({}, { streamWindow: 10, fieldSection: 200, resets: 3, emptyFrames: 2 }),
  respond: fc.constant(
    () =>
      new HttpResponse({ status: 200, fields: Fields.empty, content: bytesContent(Buffer.alloc(50_000)) }),
  ),
});

function cut(input: Buffer, at: readonly number[]): Buffer[] {
  const edges = [0, ...at.map((place) => place % (input.length + 1)), input.length].sort((a, b) => a - b);
  return edges.slice(1).map((edge, i) => input.subarray(edges[i], edge));
}

function run(input: Buffer, at: readonly number[], how: Http2DriveOptions): Http2Drive {
  return new Http2Drive(how).receive(...cut(input, at));
}

const hello = Buffer.concat([preface, settings(), settingsAck]);

describe("HTTP/2 server, for any input", () => {
  it("frames mean the same however they are cut", () => {
    fc.assert(
      fc.property(frames, places, options, (input, at, how) => {
        const whole = Buffer.concat([hello, input]);
        const one = run(whole, [], how);
        const other = run(whole, at, how);
        deepStrictEqual(other.events, one.events);
        strictEqual(other.fate, one.fate);
      }),
      { numRuns: 1_500 },
    );
  });

  it("nothing throws, and every wait has an end", () => {
    fc.assert(
      fc.property(frames, small, options, (input, noise, how) => {
        const drive = run(Buffer.concat([hello, input, noise]), [], how);
        drive.end();
        for (let hours = 0; hours < 3; hours += 1) {
          drive.pass(3_600_000);
        }
        // What waits for us alone may stay: nobody answers here where the driver is told not to.
        ok(
          drive.fate !== "open" || how.answering === "never" || !drive.machine.idle,
          drive.events.join("\n"),
        );
      }),
      { numRuns: 1_000 },
    );
  });

  it("noise in place of a preface or of frames never throws", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), places, fc.boolean(), (octets, at, greets) => {
        const noise = Buffer.from(octets);
        const drive = run(greets ? Buffer.concat([hello, noise]) : noise, at, {});
        drive.end();
        strictEqual(drive.machine.idle, true);
      }),
      { numRuns: 1_000 },
    );
  });
});
