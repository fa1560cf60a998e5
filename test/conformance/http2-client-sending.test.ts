/** What the HTTP/2 client machine sends, in which order and how much of it (RFC 9113 §5.2, §8; RFC 9218 §9). */
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { describe, it } from "node:test";
import { parsePriority } from "../../src/fields/index.ts";
import { Fields, MisuseError } from "../../src/message/index.ts";
import { HpackDecoder } from "../../src/protocol/hpack/index.ts";
import type { OutgoingHead } from "../../src/protocol/http2/index.ts";
import { type ClientDriveOptions, Http2ClientDrive } from "../support/http2-client-drive.ts";
import {
  data,
  flag,
  head,
  headers,
  readFrames,
  rstStream,
  settings,
  settingsAck,
  windowUpdate,
} from "../support/http2-client-frames.ts";

const post: Partial<OutgoingHead> = { method: "POST", contentLength: undefined };
const connect: Partial<OutgoingHead> = { method: "CONNECT", authority: "b:443", contentLength: undefined };
const end = flag.endStream;

/** A client whose server has said these settings; what it owed at first is taken. */
function begun(
  pairs: readonly (readonly [number, number])[] = [],
  options: ClientDriveOptions = {},
): Http2ClientDrive {
  const drive = new Http2ClientDrive(options);
  drive.receive(settings(...pairs) + settingsAck);
  drive.take();
  return drive;
}

function octets(length: number): Uint8Array {
  return new Uint8Array(length).fill(0x61);
}

/** Drains once, and answers the frames in words. */
function drainOnce(drive: Http2ClientDrive, room: number): string[] {
  const parts = drive.machine.drain(drive.now, room).map((bytes) => Buffer.from(bytes).toString("latin1"));
  return readFrames(parts.join("")).map(({ type, stream, payload }) => `${type} ${stream} ${payload.length}`);
}

describe("HTTP/2 client, its beginning (RFC 9113 §3.4)", () => {
  it("is the preface, SETTINGS that refuse pushes, and the connection's window", () => {
    const drive = new Http2ClientDrive({ limits: { connectionWindow: 100_000 } });
    const output = drive.take();
    const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    strictEqual(output.slice(0, preface.length), preface);
    const [first, second, ...more] = readFrames(output.slice(preface.length));
    strictEqual(first?.type, "SETTINGS");
    ok(first?.payload.includes("\0\x02\0\0\0\0"), "ENABLE_PUSH is not 0");
    deepStrictEqual(second, { code: 8, type: "WINDOW_UPDATE", flags: 0, stream: 0, payload: "\0\0\x86\xa1" });
    deepStrictEqual(more, []);
  });
});

describe("HTTP/2 client, heads (RFC 9113 §8.3)", () => {
  const rows: readonly (readonly [
    string,
    Partial<OutgoingHead>,
    readonly (readonly [string, string])[],
    boolean,
  ])[] = [
    [
      "a GET",
      { path: "/a?b" },
      [
        [":method", "GET"],
        [":scheme", "https"],
        [":authority", "a"],
        [":path", "/a?b"],
      ],
      true,
    ],
    [
      "fields, without those of one connection",
      { fields: Fields.of(["host", "c"], ["connection", "x"], ["te", "trailers"], ["x", "y"]) },
      [
        [":method", "GET"],
        [":scheme", "https"],
        [":authority", "a"],
        [":path", "/"],
        ["te", "trailers"],
        ["x", "y"],
      ],
      true,
    ],
    [
      "content of known length",
      { method: "PUT", contentLength: 7 },
      [
        [":method", "PUT"],
        [":scheme", "https"],
        [":authority", "a"],
        [":path", "/"],
        ["content-length", "7"],
      ],
      false,
    ],
    [
      "CONNECT",
      connect,
      [
        [":method", "CONNECT"],
        [":authority", "b:443"],
      ],
      false,
    ],
    [
      "extended CONNECT (RFC 8441 §4)",
      { ...connect, authority: "a", path: "/chat", protocol: "websocket" },
      [
        [":method", "CONNECT"],
        [":scheme", "https"],
        [":authority", "a"],
        [":path", "/chat"],
        [":protocol", "websocket"],
      ],
      false,
    ],
  ];
  for (const [name, request, lines, ends] of rows) {
    it(name, () => {
      const drive = begun([[8, 1]]);
      drive.request(request);
      const [sent] = readFrames(drive.take());
      const block = Buffer.from(sent?.payload ?? "", "latin1");
      const decoder = new HpackDecoder({
        maxTableSize: 4_096,
        fieldSection: 9_999,
        fieldCount: 99,
        by: "client",
      });
      const section = decoder.decode(block, 0, block.length);
      deepStrictEqual(
        section.lines.map(({ name, value }) => [name, value]),
        lines,
      );
      strictEqual((sent?.flags ?? 0) & flag.endStream, ends ? flag.endStream : 0);
    });
  }

  it("a head that cannot be written is our misuse, and no stream", () => {
    const drive = begun();
    throws(() => drive.request({ fields: Fields.of(["x", "a\nb"]) }), MisuseError);
    throws(() => drive.request({ path: "" }), MisuseError);
    throws(() => drive.request({ ...connect, protocol: "websocket" }), /extended CONNECT/);
    strictEqual(drive.request(), 1);
    deepStrictEqual(drive.words(), ["HEADERS 1 end"]);
  });
});

describe("HTTP/2 client, content", () => {
  it("leaves in frames every server takes, and ends the stream with the last", () => {
    const drive = begun();
    const stream = drive.request(post);
    drive.machine.content(stream, octets(20_000));
    drive.machine.complete(stream, Fields.empty, drive.now);
    deepStrictEqual(drive.words(), ["HEADERS 1", "DATA 1 16384", "DATA 1 end 3616"]);
  });

  it("that is none ends the stream with an empty frame, without a window", () => {
    const drive = begun([[4, 0]]);
    const stream = drive.request(post);
    drive.machine.complete(stream, Fields.empty, drive.now);
    deepStrictEqual(drive.words(), ["HEADERS 1", "DATA 1 end 0"]);
  });

  it("is followed by trailers", () => {
    const drive = begun();
    const stream = drive.request(post);
    drive.machine.content(stream, octets(5));
    drive.machine.complete(stream, Fields.of(["x", "y"]), drive.now);
    deepStrictEqual(drive.words(), ["HEADERS 1", "DATA 1 5", "HEADERS 1 end"]);
  });

  it("keeps to the stream's window, and waits for more of it", () => {
    const drive = begun([[4, 10]]);
    const stream = drive.request(post);
    strictEqual(drive.machine.sendable(stream), 10);
    drive.machine.content(stream, octets(10));
    strictEqual(drive.machine.sendable(stream), 0);
    throws(() => drive.machine.content(stream, octets(1)), /1 octets for stream 1, sendable 0/);
    deepStrictEqual(drive.words(), ["HEADERS 1", "DATA 1 10"]);
    drive.receive(windowUpdate(1, 3));
    deepStrictEqual(drive.events, [{ type: "writable", stream }]);
    drive.machine.content(stream, octets(3));
    drive.machine.complete(stream, Fields.empty, drive.now);
    deepStrictEqual(drive.words(), ["DATA 1 end 3"]);
  });

  it("keeps to the connection's window, and shares what comes", () => {
    const drive = begun();
    const [first, second] = [drive.request(post), drive.request(post)];
    drive.machine.content(first, octets(65_535));
    drive.machine.content(second, octets(100));
    drive.words();
    strictEqual(drive.machine.owes, false);
    drive.receive(windowUpdate(0, 40));
    deepStrictEqual(drive.words(), ["DATA 3 40"]);
    drive.receive(windowUpdate(0, 1_000));
    deepStrictEqual(drive.words(), ["DATA 3 60"]);
  });

  it("SETTINGS that shrink windows below nothing stop it (RFC 9113 §6.9.2)", () => {
    const drive = begun([[4, 100]]);
    const stream = drive.request(post);
    drive.machine.content(stream, octets(60));
    drive.take();
    drive.receive(settings([4, 50]));
    strictEqual(drive.machine.sendable(stream), 0);
    drive.receive(windowUpdate(1, 10));
    strictEqual(drive.machine.sendable(stream), 0);
    drive.receive(windowUpdate(1, 5));
    strictEqual(drive.machine.sendable(stream), 5);
    deepStrictEqual(drive.events, [{ type: "writable", stream }]);
  });

  it("SETTINGS that shrink windows hold back what was handed over", () => {
    const drive = begun([[4, 100]]);
    const stream = drive.request(post);
    drive.machine.content(stream, octets(60));
    drive.machine.receive(Buffer.from(settings([4, 20]), "latin1"), 1);
    deepStrictEqual(drive.words(), ["HEADERS 1", "SETTINGS ack", "DATA 1 20"]);
    drive.receive(windowUpdate(1, 100));
    deepStrictEqual(drive.words(), ["DATA 1 40"]);
  });

  it("is held in bounds, whatever the window", () => {
    const drive = begun([[4, 1_000_000]], { limits: { unsentContent: 1_000 } });
    const stream = drive.request(post);
    strictEqual(drive.machine.sendable(stream), 1_000);
    drive.machine.content(stream, octets(1_000));
    strictEqual(drive.machine.sendable(stream), 0);
    deepStrictEqual(drive.words(), ["HEADERS 1", "DATA 1 1000"]);
    deepStrictEqual(drive.events, [{ type: "writable", stream }]);
  });

  it("leaves by priority, and as much as there is room for (RFC 9218 §9)", () => {
    const drive = begun();
    const background = drive.request({ ...post, fields: Fields.of(["priority", "u=7"]) });
    const urgent = drive.request({ ...post, fields: Fields.of(["priority", "u=0"]) });
    drive.machine.content(background, octets(100));
    drive.machine.content(urgent, octets(20_000));
    drive.machine.content(urgent, octets(20_000));
    const first = drainOnce(drive, 1_000);
    deepStrictEqual(first.slice(2), ["DATA 3 16384"]);
    deepStrictEqual(drainOnce(drive, 65_536), ["DATA 3 16384", "DATA 3 7232", "DATA 1 100"]);
  });

  it("a new priority is told, and counts here too (RFC 9218 §6, §7.1)", () => {
    const drive = begun();
    const [first, second] = [drive.request(post), drive.request(post)];
    drive.take();
    drive.machine.content(first, octets(10));
    drive.machine.content(second, octets(20));
    drive.machine.prioritize(second, parsePriority("u=0, i"));
    deepStrictEqual(drive.words(), ["PRIORITY_UPDATE 3 u=0, i", "DATA 3 20", "DATA 1 10"]);
  });

  it("must be as long as announced", () => {
    const drive = begun();
    const stream = drive.request({ method: "PUT", contentLength: 3 });
    throws(() => drive.machine.content(stream, octets(4)), /1 octets longer than announced/);
    drive.machine.content(stream, octets(2));
    throws(() => drive.machine.complete(stream, Fields.empty, drive.now), /ends 1 octets early/);
    drive.machine.content(stream, octets(1));
    throws(() => drive.machine.complete(stream, Fields.of(["x", "\0"]), drive.now), MisuseError);
    drive.machine.complete(stream, Fields.empty, drive.now);
    throws(() => drive.machine.content(stream, octets(1)), MisuseError);
    throws(() => drive.machine.content(9, octets(1)), MisuseError);
    deepStrictEqual(drive.words(), ["HEADERS 1", "DATA 1 end 3"]);
  });

  it("goes on after a whole response, until the server does not want it (RFC 9113 §8.1)", () => {
    const drive = begun();
    const stream = drive.request(post);
    drive.receive(headers(stream, head(200), end));
    drive.machine.content(stream, octets(5));
    deepStrictEqual(drive.words(), ["HEADERS 1", "DATA 1 5"]);
    drive.machine.content(stream, octets(5));
    drive.receive(rstStream(stream, "NO_ERROR"));
    drive.machine.content(stream, octets(5));
    drive.machine.complete(stream, Fields.empty, drive.now);
    deepStrictEqual(drive.words(), []);
    deepStrictEqual([drive.machine.idle, drive.machine.sendable(stream)], [true, 0]);
  });
});

describe("HTTP/2 client, tunnels (RFC 9113 §8.5)", () => {
  it("carry octets once a 2xx came, each half ended by itself", () => {
    const drive = begun([[8, 1]]);
    const stream = drive.request({ ...connect, authority: "a", path: "/", protocol: "websocket" });
    strictEqual(drive.machine.sendable(stream), 0);
    throws(() => drive.machine.content(stream, octets(1)), MisuseError);
    drive.receive(headers(stream, head(200)));
    drive.machine.content(stream, octets(5));
    drive.machine.complete(stream, Fields.of(["never", "sent"]), drive.now);
    deepStrictEqual(drive.words(), ["HEADERS 1", "DATA 1 end 5"]);
    drive.receive(data(stream, "hi", end));
    deepStrictEqual(drive.events.slice(1), [
      { type: "writable", stream },
      { type: "content", stream, text: "hi" },
      { type: "complete", stream, trailers: [] },
    ]);
    strictEqual(drive.machine.idle, true);
  });

  it("the server's half may end first", () => {
    const drive = begun();
    const stream = drive.request(connect);
    drive.receive(headers(stream, head(200)) + data(stream, "", end));
    drive.machine.content(stream, octets(5));
    drive.machine.complete(stream, Fields.empty, drive.now);
    deepStrictEqual(drive.words(), ["HEADERS 1", "DATA 1 end 5"]);
    strictEqual(drive.machine.idle, true);
  });
});
