/** What the HTTP/2 server machine waits for, and how long. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import { bytesContent, chunkedContent, Fields, HttpResponse } from "../../src/message/index.ts";
import { connected, Http2Drive, type Http2DriveOptions, testDate } from "../support/http2-drive.ts";
import {
  data,
  endStream,
  get,
  getLines,
  headers,
  ping,
  post,
  preface,
  settings,
  settingsAck,
  windowUpdate,
} from "../support/http2-frames.ts";

const date = `date=${testDate.text}`;

function big(octets: number): HttpResponse {
  return new HttpResponse({
    status: 200,
    fields: Fields.empty,
    content: bytesContent(Buffer.alloc(octets, "x")),
  });
}

describe("HTTP/2 waiting", () => {
  const timed = (limits: Http2DriveOptions["limits"]): Http2DriveOptions => ({
    limits: limits ?? {},
    answering: "never",
  });
  const postEvent = "request 1 POST / a length=?";
  const rows: readonly (readonly [
    name: string,
    options: Http2DriveOptions,
    input: readonly Uint8Array[],
    wait: number,
    events: readonly string[],
    frames: readonly string[],
  ])[] = [
    [
      "for our SETTINGS to be acknowledged (§6.5.3)",
      timed({ settingsTime: 50 }),
      [preface, settings()],
      50,
      ["fault SETTINGS_TIMEOUT RFC 9113 §6.5.3"],
      ["GOAWAY 0 SETTINGS_TIMEOUT"],
    ],
    ["for the preface", timed({ firstByte: 50 }), [preface.subarray(0, 10)], 50, [], ["GOAWAY 0 NO_ERROR"]],
    [
      "for the end of a frame",
      timed({ fieldSectionTime: 50 }),
      [preface, settings(), settingsAck, get(1).subarray(0, 12)],
      50,
      ["fault ENHANCE_YOUR_CALM RFC 9113 §10.5"],
      ["GOAWAY 0 ENHANCE_YOUR_CALM"],
    ],
    [
      "for the end of a field block",
      timed({ fieldSectionTime: 50 }),
      [preface, settings(), settingsAck, headers(1, getLines(), endStream)],
      50,
      ["fault ENHANCE_YOUR_CALM RFC 9113 §10.5"],
      ["GOAWAY 0 ENHANCE_YOUR_CALM"],
    ],
    [
      "for content, whose stream alone is given up",
      timed({ contentProgress: 50 }),
      [preface, settings(), settingsAck, post(1), data(1, "hi")],
      50,
      [postEvent, "content 1 hi", "fault 1 408"],
      [`HEADERS 1 END :status=408 content-length=0 ${date}`],
    ],
    [
      "for the end of content that nobody reads, two seconds (§8.1)",
      { answering: "head" },
      [preface, settings(), settingsAck, post(1), data(1, "hi")],
      2_000,
      [postEvent],
      ["RST_STREAM 1 NO_ERROR"],
    ],
    [
      "for a client that waits for 100 (Continue): not at all",
      timed({ contentProgress: 50 }),
      [preface, settings(), settingsAck, post(1, ["expect", "100-continue"])],
      500,
      [`${postEvent} expects expect=100-continue`],
      [],
    ],
    [
      "for the next request: says in two steps that there shall be none (§6.8)",
      timed({ keepAlive: 50, goawayTime: 10 }),
      [preface, settings(), settingsAck],
      60,
      [],
      ["GOAWAY 2147483647 NO_ERROR", "PING goaway!!", "GOAWAY 0 NO_ERROR"],
    ],
  ];
  for (const [name, options, input, wait, events, frames] of rows) {
    it(name, () => {
      const drive = new Http2Drive(options);
      drive.receive(...input).pass(wait - 1);
      const before = drive.frames.length;
      drive.pass(1);
      deepStrictEqual(
        [drive.events, drive.frames.slice(before - (frames.length === 3 ? 2 : 0))],
        [events, frames],
      );
    });
  }

  it("for a window to open, in vain (limit windowStall)", () => {
    const drive = connected({ limits: { windowStall: 50 }, respond: () => big(10) }, [4, 5]);
    drive.receive(get(1)).pass(49);
    drive.receive(windowUpdate(1, 1)).take();
    // One octet is no progress to speak of.
    drive.pass(1);
    deepStrictEqual(drive.take(), {
      events: ["fault ENHANCE_YOUR_CALM RFC 9113 §10.5", "cancelled 1 CANCEL RFC 9113 §5.4.1"],
      frames: ["GOAWAY 1 ENHANCE_YOUR_CALM"],
    });
    strictEqual(drive.details[0], "the window of stream 1 stayed closed for 50 ms (limit windowStall)");
  });

  it("for a window to open, not in vain", () => {
    const drive = connected({ limits: { windowStall: 50 }, respond: () => big(100_000) }, [4, 0]);
    drive.receive(get(1));
    for (let i = 0; i < 10; i += 1) {
      drive.pass(49).receive(windowUpdate(1, 2_000));
    }
    strictEqual(drive.fate, "open");
  });

  it("not for a source of ours", () => {
    const respond = (): HttpResponse =>
      new HttpResponse({ status: 200, fields: Fields.empty, content: chunkedContent([]) });
    const drive = connected({ limits: { windowStall: 50, keepAlive: 50 }, respond });
    drive.receive(get(1)).pass(1_000);
    strictEqual(drive.fate, "open");
  });

  it("content that comes slowly but comes", () => {
    const drive = connected({ limits: { contentProgress: 50 }, answering: "never" });
    drive.receive(post(1));
    for (let i = 0; i < 10; i += 1) {
      drive.pass(49).receive(data(1, "x"));
    }
    deepStrictEqual(drive.take().events, [postEvent, "content 1 xxxxxxxxxx"]);
  });

  it("not for content while the connection's window is closed, by another stream's", () => {
    const limits = { contentProgress: 50, connectionWindow: 65_535, windowGrowth: 0 };
    const drive = connected({ limits, answering: "never", consumes: false });
    drive.receive(
      post(1),
      post(3),
      ...[16_384, 16_384, 16_384, 16_383].map((octets) => data(1, Buffer.alloc(octets))),
    );
    drive.pass(500);
    drive.machine.consumed(1, 65_535, drive.now);
    drive.take();
    drive.pass(49);
    deepStrictEqual(drive.take().events, []);
    drive.pass(1);
    deepStrictEqual(drive.take().events, ["fault 1 408", "fault 3 408"]);
  });

  it("not while nothing is read because octets wait to leave", () => {
    const drive = connected({ limits: { keepAlive: 50 } });
    drive.machine.hold();
    drive.now += 500;
    drive.machine.expire(drive.now);
    strictEqual(drive.machine.deadline, undefined);
    drive.machine.unhold(drive.now);
    strictEqual(drive.machine.deadline, drive.now + 50);
  });

  it("not while nothing is read because too much is owed", () => {
    const drive = connected({ limits: { contentProgress: 50, unsent: 10 }, answering: "never" });
    drive.receive(post(1));
    drive.machine.receive(ping(), drive.now);
    drive.now += 500;
    drive.machine.expire(drive.now);
    strictEqual(drive.machine.deadline, undefined);
    drive.drain().take();
    drive.pass(49);
    deepStrictEqual(drive.take().events, []);
    drive.pass(1);
    deepStrictEqual(drive.take().events, ["fault 1 408"]);
  });

  it("not for content whose window we keep closed", () => {
    const limits = { contentProgress: 50, streamWindow: 4 };
    const drive = connected({ limits, answering: "never", consumes: false });
    drive.receive(post(1), data(1, "four")).pass(500);
    deepStrictEqual(drive.take().events, [postEvent, "content 1 four"]);
  });
});
