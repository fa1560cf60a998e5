/** Content that the HTTP/2 server machine sends, and in what order (RFC 9113 §6.1, RFC 9218 §10). */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import { bytesContent, type Content, chunkedContent, Fields, HttpResponse } from "../../src/message/index.ts";
import { connected, type Http2Drive, type Http2DriveOptions, testDate } from "../support/http2-drive.ts";
import { get, priorityUpdate, settings, windowUpdate } from "../support/http2-frames.ts";

const date = `date=${testDate.text}`;
const unknownLength = (): Content => chunkedContent([]);
const knownLength = (length: number): Content => chunkedContent([], { length });

/** The client lets us send `window` octets a stream; nothing is answered by itself unless told so. */
function windowed(window = 65_535, options: Http2DriveOptions = {}): Http2Drive {
  return connected({ answering: "never", ...options }, [4, window]);
}

function bytes(count: number, letter = "x"): Content {
  return bytesContent(Buffer.alloc(count, letter));
}

function ok(content: Content, fields: Fields = Fields.empty): HttpResponse {
  return new HttpResponse({ status: 200, fields, content });
}

describe("HTTP/2 pulled content (RFC 9113 §6.1)", () => {
  const text = (...parts: readonly string[]): Buffer[] => parts.map((part) => Buffer.from(part));

  it("gathers pieces in a frame, and ends it with the last", () => {
    const drive = windowed();
    drive.receive(get(1));
    drive.sources.set(1, [...text("ab", "cd"), Fields.empty]);
    drive.respond(1, ok(unknownLength())).drain();
    deepStrictEqual(drive.takeFrames(), [`HEADERS 1 :status=200 ${date}`, 'DATA 1 END "abcd"']);
  });

  it("sends what there is, and goes on when the source is ready", () => {
    const drive = windowed();
    drive.receive(get(1));
    drive.sources.set(1, [...text("ab"), "pending", ...text("cd"), "pending", Fields.empty]);
    drive.respond(1, ok(unknownLength())).drain();
    drive.machine.ready(1);
    drive.drain();
    drive.machine.ready(1);
    drive.drain();
    deepStrictEqual(drive.takeFrames(), [
      `HEADERS 1 :status=200 ${date}`,
      'DATA 1 "ab"',
      'DATA 1 "cd"',
      'DATA 1 END ""',
    ]);
  });

  it("a source that becomes ready while it is asked", () => {
    const drive = windowed();
    drive.receive(get(1));
    const source = ["pending", Buffer.from("ab"), Fields.empty] as const;
    let at = 0;
    drive.pull = (stream) => {
      drive.machine.ready(stream);
      at += 1;
      return source[at - 1] ?? "pending";
    };
    drive.respond(1, ok(unknownLength())).drain();
    deepStrictEqual(drive.takeFrames(), [`HEADERS 1 :status=200 ${date}`, 'DATA 1 END "ab"']);
  });

  it("content that ends at once, though the window is closed", () => {
    const drive = windowed(0);
    drive.receive(get(1));
    drive.sources.set(1, [Fields.empty]);
    drive.respond(1, ok(unknownLength())).drain();
    deepStrictEqual(drive.takeFrames(), [`HEADERS 1 :status=200 ${date}`, 'DATA 1 END ""']);
  });

  it("trailers end it", () => {
    const drive = windowed();
    drive.receive(get(1), get(3));
    drive.sources.set(1, [...text("ab"), Fields.of(["x", "y"], ["content-length", "2"])]);
    drive.sources.set(3, [...text("ab"), Fields.of(["content-length", "2"])]);
    drive.respond(1, ok(unknownLength())).respond(3, ok(unknownLength())).drain();
    deepStrictEqual(drive.takeFrames(), [
      `HEADERS 1 :status=200 ${date}`,
      `HEADERS 3 :status=200 ${date}`,
      'DATA 1 "ab"',
      "HEADERS 1 END x=y",
      'DATA 3 "ab"',
      'DATA 3 END ""',
    ]);
  });

  it("a full frame that is all of the announced content ends the stream", () => {
    const drive = windowed();
    drive.receive(get(1));
    drive.sources.set(1, [Buffer.alloc(16_384, "x"), Fields.empty]);
    drive.respond(1, ok(knownLength(16_384))).drain();
    deepStrictEqual(drive.takeFrames(), [
      `HEADERS 1 :status=200 content-length=16384 ${date}`,
      'DATA 1 END "xxxxxxxx"… 16384',
    ]);
  });

  it("a piece larger than a frame or the window is sent in parts", () => {
    const drive = windowed(20_000);
    drive.receive(get(1));
    drive.sources.set(1, [Buffer.alloc(30_000, "x"), Fields.empty]);
    drive.respond(1, ok(unknownLength())).drain();
    drive.receive(windowUpdate(1, 20_000));
    deepStrictEqual(drive.takeFrames(), [
      `HEADERS 1 :status=200 ${date}`,
      'DATA 1 "xxxxxxxx"… 16384',
      'DATA 1 "xxxxxxxx"… 3616',
      'DATA 1 END "xxxxxxxx"… 10000',
    ]);
  });

  const broken: readonly (readonly [
    name: string,
    content: Content,
    source: readonly (Buffer | Fields | "broken")[],
  ])[] = [
    ["a broken source", unknownLength(), ["broken"]],
    ["less than was announced", knownLength(3), [...text("ab"), Fields.empty]],
    ["trailers that cannot be written", unknownLength(), [...text("ab"), Fields.of(["x", "a\0b"])]],
  ];
  for (const [name, content, source] of broken) {
    it(`${name} resets the stream, and not the connection`, () => {
      const drive = windowed();
      drive.receive(get(1));
      drive.sources.set(1, [...source]);
      drive.respond(1, ok(content)).drain();
      strictEqual(drive.takeFrames().at(-1), "RST_STREAM 1 INTERNAL_ERROR");
      strictEqual(drive.fate, "open");
      strictEqual(drive.machine.idle, true);
    });
  }

  it("more than was announced never leaves", () => {
    const drive = windowed();
    drive.receive(get(1));
    drive.sources.set(1, [...text("ab", "cd"), Fields.empty]);
    drive.respond(1, ok(knownLength(3))).drain();
    deepStrictEqual(drive.takeFrames(), [
      `HEADERS 1 :status=200 content-length=3 ${date}`,
      'DATA 1 "ab"',
      "RST_STREAM 1 INTERNAL_ERROR",
    ]);
  });

  it("a driver that gives up resets the stream", () => {
    const drive = windowed();
    drive.receive(get(1));
    drive.machine.reset(1, 1);
    deepStrictEqual(drive.drain().takeFrames(), ["RST_STREAM 1 INTERNAL_ERROR"]);
  });
});

describe("HTTP/2 priorities (RFC 9218 §10)", () => {
  /** The order of the streams' DATA frames, where each has two and a bit. */
  function order(drive: Http2Drive): string {
    const frames = drive.takeFrames().filter((line) => line.startsWith("DATA"));
    return frames.map((line) => line.split(" ")[1]).join(" ");
  }

  const ask = (stream: number, priority?: string): Buffer =>
    get(stream, ...(priority === undefined ? [] : ([["priority", priority]] as const)));

  const rows: readonly (readonly [name: string, input: readonly Buffer[], order: string])[] = [
    ["in the order of the requests", [ask(1), ask(3)], "1 1 1 3 3 3"],
    ["the more urgent first", [ask(1, "u=5"), ask(3, "u=1"), ask(5)], "3 3 3 5 5 5 1 1 1"],
    ["incremental ones take turns", [ask(1, "i"), ask(3, "i")], "1 3 1 3 1 3"],
    ["PRIORITY_UPDATE before the request", [priorityUpdate(3, "u=0"), ask(1), ask(3)], "3 3 3 1 1 1"],
    ["PRIORITY_UPDATE outdoes the field", [ask(1), ask(3, "u=7"), priorityUpdate(3, "u=0")], "3 3 3 1 1 1"],
  ];
  for (const [name, input, expected] of rows) {
    it(name, () => {
      const drive = windowed(1 << 20, { answering: "whole", respond: () => ok(bytes(33_000)) });
      drive.receive(windowUpdate(0, 1 << 20), Buffer.concat(input));
      strictEqual(order(drive), expected);
    });
  }

  it("PRIORITY_UPDATE while content is sent, and what a response says itself", () => {
    const respond = (_: unknown, stream: number): HttpResponse =>
      ok(bytes(33_000), stream === 3 ? Fields.of(["priority", "u=1"]) : Fields.empty);
    const drive = windowed(0, { answering: "whole", respond });
    drive.receive(windowUpdate(0, 1 << 20), get(1), get(3), get(5));
    drive.receive(priorityUpdate(5, "u=0"), settings([4, 1 << 20]));
    strictEqual(order(drive), "5 5 5 3 3 3 1 1 1");
  });

  it("small content waits for its turn where others are under way", () => {
    const drive = windowed(1 << 20);
    drive.receive(get(1), get(3));
    drive
      .respond(1, ok(bytes(20_000)))
      .respond(3, ok(bytes(5)))
      .drain();
    deepStrictEqual(drive.takeFrames().slice(2), [
      'DATA 1 "xxxxxxxx"… 16384',
      'DATA 1 END "xxxxxxxx"… 3616',
      'DATA 3 END "xxxxx"',
    ]);
  });

  it("gives about as much as there is room for", () => {
    const drive = windowed(1 << 20);
    drive.receive(windowUpdate(0, 1 << 20), get(1));
    drive.respond(1, ok(bytes(100_000)));
    const first = drive.machine.drain(1, 20_000).reduce((sum, { length }) => sum + length, 0);
    strictEqual(first > 20_000 && first < 40_000, true);
    strictEqual(drive.machine.owes, true);
  });
});
