/** The life of an HTTP/2 client's connection: what it takes, its windows, its time and its end (RFC 9113 §5–§6). */
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { describe, it } from "node:test";
import { Fields, MisuseError } from "../../src/message/index.ts";
import { defaultHttp2ClientLimits, type OutgoingHead } from "../../src/protocol/http2/index.ts";
import { complete, content, fault, response, unprocessed } from "../support/http2-client-cases.ts";
import { type ClientDriveOptions, Http2ClientDrive } from "../support/http2-client-drive.ts";
import {
  data,
  flag,
  goaway,
  head,
  headers,
  ping,
  rstStream,
  settings,
  settingsAck,
  windowUpdate,
} from "../support/http2-client-frames.ts";

const post: Partial<OutgoingHead> = { method: "POST", contentLength: undefined };
const connect: Partial<OutgoingHead> = { method: "CONNECT", authority: "b:443", contentLength: undefined };
const end = flag.endStream;
const { responseHead, contentProgress, settingsTime } = defaultHttp2ClientLimits;

function begun(
  pairs: readonly (readonly [number, number])[] = [],
  options: ClientDriveOptions = {},
): Http2ClientDrive {
  const drive = new Http2ClientDrive(options);
  drive.receive(settings(...pairs) + settingsAck);
  drive.take();
  return drive;
}

describe("HTTP/2 client, how many requests (RFC 9113 §5.1.2)", () => {
  it("a hundred before the server has spoken, then what it allows", () => {
    const drive = new Http2ClientDrive();
    strictEqual(drive.machine.mayRequest, 100);
    drive.receive(settings([3, 2]));
    strictEqual(drive.machine.mayRequest, 2);
    drive.request();
    drive.request();
    strictEqual(drive.machine.available, false);
    throws(() => drive.request(), MisuseError);
    drive.receive(headers(1, head(200), end));
    strictEqual(drive.machine.mayRequest, 1);
    drive.receive(settings([3, 0]));
    strictEqual(drive.machine.mayRequest, 0);
  });

  it("never more than our own limit", () => {
    const drive = begun([], { limits: { concurrentStreams: 3 } });
    strictEqual(drive.machine.mayRequest, 3);
  });

  it("a stream counts until both of its sides have ended", () => {
    const drive = begun([[3, 1]]);
    const stream = drive.request(post);
    drive.receive(headers(stream, head(200), end));
    strictEqual(drive.machine.mayRequest, 0);
    drive.machine.complete(stream, Fields.empty, drive.now);
    strictEqual(drive.machine.mayRequest, 1);
  });

  it("a request can be made from within an event", () => {
    const drive = begun([[3, 1]]);
    let next = 0;
    drive.complete = () => {
      next = drive.request();
    };
    drive.request();
    drive.receive(headers(1, head(200), end));
    strictEqual(next, 3);
  });
});

describe("HTTP/2 client, windows towards us (RFC 9113 §6.9)", () => {
  it("open by halves as content is consumed", () => {
    const drive = begun([], { holding: true, limits: { streamWindow: 100, connectionWindow: 65_535 } });
    drive.request();
    drive.take();
    drive.receive(headers(1, head(200)) + data(1, "a".repeat(100)));
    drive.machine.consumed(1, 49, drive.now);
    deepStrictEqual(drive.words(), []);
    drive.now += 60_000;
    drive.machine.consumed(1, 1, drive.now);
    deepStrictEqual(drive.words(), ["WINDOW_UPDATE 1 50"]);
  });

  it("grow where the reader is quicker than the path, up to their limit", () => {
    const drive = new Http2ClientDrive({ limits: { streamWindow: 100, streamWindowGrowth: 350 } });
    drive.now += 10;
    drive.receive(settings() + settingsAck);
    drive.request();
    drive.receive(headers(1, head(200)));
    drive.take();
    const told: string[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      drive.now += 5;
      drive.receive(data(1, "a".repeat(50)).repeat(2));
      told.push(...drive.words());
    }
    // 100, then 200, then 350.
    deepStrictEqual(told, ["WINDOW_UPDATE 1 150", "WINDOW_UPDATE 1 250", "WINDOW_UPDATE 1 200"]);
  });

  it("content of responses that are over or given up opens the connection's", () => {
    const drive = begun([], { holding: true, limits: { connectionWindow: 65_535 } });
    drive.request();
    drive.request();
    drive.take();
    const piece = "a".repeat(16_384);
    drive.receive(headers(1, head(200)) + data(1, piece, end) + headers(3, head(200)) + data(3, piece));
    drive.machine.reset(3, drive.now);
    deepStrictEqual(drive.words(), ["RST_STREAM 3 CANCEL"]);
    drive.machine.consumed(1, 16_383, drive.now);
    drive.machine.consumed(1, 1, drive.now);
    drive.machine.consumed(1, 1, drive.now);
    deepStrictEqual(drive.words(), ["WINDOW_UPDATE 0 32768"]);
  });

  it("what comes late on a stream that was given up opens the connection's too", () => {
    const drive = begun([], { limits: { connectionWindow: 65_535 } });
    drive.request();
    drive.machine.reset(1, drive.now);
    drive.take();
    drive.receive(headers(1, head(200)) + data(1, "a".repeat(16_384)).repeat(2));
    deepStrictEqual(drive.events, []);
    deepStrictEqual(drive.words(), ["WINDOW_UPDATE 0 32768"]);
  });

  it("a stream that is given up within its own content opens the connection's", () => {
    const drive = begun([], { limits: { connectionWindow: 65_535, streamWindow: 65_535 } });
    drive.request();
    drive.take();
    drive.content = () => drive.machine.reset(1, drive.now);
    const whole = headers(1, head(200)) + data(1, "a".repeat(16_384)) + data(1, "a".repeat(16_384));
    drive.receive(whole.slice(0, 100));
    drive.receive(whole.slice(100));
    deepStrictEqual(drive.words(), ["RST_STREAM 1 CANCEL", "WINDOW_UPDATE 0 32768"]);
  });

  it("content beyond the connection's is a fault of the connection", () => {
    const drive = begun([], { holding: true, limits: { connectionWindow: 65_535, streamWindow: 100_000 } });
    drive.request();
    drive.receive(headers(1, head(200)) + data(1, "a".repeat(16_384)).repeat(4));
    deepStrictEqual(drive.events.slice(2), [
      fault(undefined, "RFC 9113 §6.9.1"),
      fault(1, "RFC 9113 §6.9.1"),
    ]);
    strictEqual(drive.words().at(-1), "GOAWAY 0 FLOW_CONTROL_ERROR");
  });
});

describe("HTTP/2 client, control frames that nobody takes off us (RFC 9113 §10.5)", () => {
  it("are bounded", () => {
    const drive = begun([], { limits: { unsentControl: 100 } });
    drive.machine.receive(Buffer.from(ping("12345678").repeat(6), "latin1"), drive.now);
    deepStrictEqual(drive.events, [fault(undefined, "RFC 9113 §10.5")]);
    strictEqual(drive.words().length, 7);
  });

  it("are no flood where they leave and time passes", () => {
    const drive = begun([], { limits: { unsentControl: 100, pingFrames: 10, floodTime: 1_000 } });
    for (let turn = 0; turn < 50; turn += 1) {
      drive.receive(ping("12345678"));
      drive.now += 150;
    }
    deepStrictEqual(drive.events, []);
    strictEqual(drive.words().length, 50);
  });
});

describe("HTTP/2 client, time", () => {
  /** Advances to the machine's deadlines until `until`, as a timer would. */
  function wait(drive: Http2ClientDrive, until: number): void {
    for (let due = drive.machine.deadline; due !== undefined && due <= until; due = drive.machine.deadline) {
      ok(due > drive.now, "a deadline that does not move");
      drive.now = due;
      drive.machine.expire(due);
    }
    drive.now = until;
  }

  it("SETTINGS that are never acknowledged end the connection (RFC 9113 §6.5.3)", () => {
    const drive = new Http2ClientDrive();
    drive.request();
    drive.receive(settings());
    wait(drive, settingsTime);
    deepStrictEqual(drive.events, []);
    wait(drive, settingsTime + 1);
    deepStrictEqual(drive.events, [
      fault(undefined, "RFC 9113 §6.5.3", 504),
      fault(1, "RFC 9113 §6.5.3", 504),
    ]);
    strictEqual(drive.words().at(-1), "GOAWAY 0 SETTINGS_TIMEOUT");
    strictEqual(drive.machine.deadline, undefined);
  });

  it("an idle connection waits for nothing", () => {
    const drive = begun();
    strictEqual(drive.machine.deadline, undefined);
    drive.request();
    drive.receive(headers(1, head(200), end));
    strictEqual(drive.machine.deadline, undefined);
  });

  it("a response that does not begin is given up, the others are not", () => {
    const drive = begun();
    drive.request();
    wait(drive, 1_000);
    drive.request();
    drive.take();
    wait(drive, responseHead + 1);
    deepStrictEqual(drive.events, [fault(1, "RFC 9110 §15.6.5", 504)]);
    deepStrictEqual(drive.words(), ["RST_STREAM 1 CANCEL"]);
    wait(drive, responseHead + 1_000);
    deepStrictEqual(drive.events.slice(1), [fault(3, "RFC 9110 §15.6.5", 504)]);
  });

  it("interim responses and content move it on", () => {
    const drive = begun();
    drive.request();
    wait(drive, 50_000);
    drive.receive(headers(1, head(102)));
    wait(drive, 100_000);
    drive.receive(headers(1, head(200)));
    wait(drive, 150_000);
    drive.receive(data(1, "hi"));
    wait(drive, 150_000 + contentProgress - 1);
    strictEqual(drive.events.at(-1)?.type, "content");
    wait(drive, 150_000 + contentProgress);
    deepStrictEqual(drive.events.at(-1), fault(1, "RFC 9110 §15.6.5", 504));
  });

  it("a slow reader, a tunnel and content that we do not hand over wait for us", () => {
    const drive = begun([], { holding: true });
    const [slow, tunnel] = [drive.request(), drive.request(connect)];
    drive.request(post);
    drive.receive(headers(slow, head(200)) + data(slow, "hi") + headers(tunnel, head(200)));
    const before = drive.events.length;
    drive.take();
    wait(drive, 1_000_000);
    strictEqual(drive.events.length, before);
    drive.machine.consumed(slow, 2, drive.now);
    wait(drive, 1_000_000 + contentProgress);
    deepStrictEqual(drive.events.slice(before), [fault(slow, "RFC 9110 §15.6.5", 504)]);
  });

  it("a window that stays closed to a request is given up", () => {
    const drive = begun([[4, 5]]);
    const stream = drive.request(post);
    drive.machine.content(stream, Buffer.from("hello"));
    drive.take();
    wait(drive, 50_000);
    drive.receive(windowUpdate(1, 1));
    drive.machine.content(stream, Buffer.from("!"));
    drive.take();
    wait(drive, 50_000 + contentProgress);
    deepStrictEqual(drive.events.slice(1), [fault(stream, "RFC 9110 §15.6.5", 504)]);
  });
});

describe("HTTP/2 client, the end (RFC 9113 §6.8)", () => {
  it("a shutdown lets what is under way finish", () => {
    const drive = begun();
    drive.request();
    drive.take();
    drive.machine.shutdown(drive.now);
    deepStrictEqual([drive.machine.over, drive.machine.available, drive.words()], [false, false, []]);
    drive.receive(headers(1, head(200)) + data(1, "hi", end));
    deepStrictEqual(drive.events, [response(1), content(1, "hi"), complete(1)]);
    deepStrictEqual([drive.machine.over, drive.words()], [true, ["GOAWAY 0 NO_ERROR"]]);
  });

  it("an idle connection is over at once", () => {
    const drive = begun();
    drive.machine.shutdown(drive.now);
    deepStrictEqual([drive.machine.over, drive.words()], [true, ["GOAWAY 0 NO_ERROR"]]);
  });

  it("a request given up is told to nobody, and only once", () => {
    const drive = begun();
    const stream = drive.request(post);
    drive.machine.content(stream, Buffer.from("hello"));
    drive.machine.reset(stream, drive.now);
    drive.machine.reset(stream, drive.now);
    drive.receive(rstStream(stream, "CANCEL"));
    deepStrictEqual(drive.words(), ["HEADERS 1", "RST_STREAM 1 CANCEL"]);
    deepStrictEqual([drive.events, drive.machine.idle], [[], true]);
  });

  it("GOAWAY names what may be sent again, and takes no more", () => {
    const drive = begun();
    drive.request();
    drive.request();
    drive.receive(goaway(1, "NO_ERROR"));
    deepStrictEqual(drive.events, [unprocessed(3, "RFC 9113 §6.8")]);
    deepStrictEqual([drive.machine.available, drive.machine.idle, drive.machine.over], [false, false, false]);
  });

  it("a thousand streams given up leave no trace", () => {
    const drive = begun([], { limits: { connectionWindow: 65_535 } });
    for (let turn = 0; turn < 3_000; turn += 1) {
      const stream = drive.request();
      drive.receive(headers(stream, head(200)) + data(stream, "a".repeat(1_000)));
      drive.machine.reset(stream, drive.now);
      drive.receive(data(stream, "late", end));
      drive.now += 10;
    }
    strictEqual(drive.machine.idle, true);
    drive.receive(data(1, "very late"));
    strictEqual(drive.machine.over, false);
  });
});
