/** Flow control of the HTTP/2 server machine, both ways (RFC 9113 §5.2, §6.9). */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import { bytesContent, type Content, Fields, HttpResponse } from "../../src/message/index.ts";
import { connected, Http2Drive, type Http2DriveOptions, testDate } from "../support/http2-drive.ts";
import {
  data,
  frame,
  get,
  post,
  preface,
  rstStream,
  settings,
  windowUpdate,
} from "../support/http2-frames.ts";

const date = `date=${testDate.text}`;

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

describe("HTTP/2 flow control, ours (RFC 9113 §6.9)", () => {
  it("sends what a stream's window allows, and the rest when it opens", () => {
    const drive = windowed(5);
    drive.receive(get(1));
    drive.respond(1, ok(bytes(8))).drain();
    drive.receive(windowUpdate(1, 2)).receive(windowUpdate(1, 5));
    deepStrictEqual(drive.takeFrames(), [
      `HEADERS 1 :status=200 content-length=8 ${date}`,
      'DATA 1 "xxxxx"',
      'DATA 1 "xx"',
      'DATA 1 END "x"',
    ]);
  });

  it("a window of 1 octet", () => {
    const drive = windowed(1);
    drive.receive(get(1));
    drive.respond(1, ok(bytes(2))).drain();
    deepStrictEqual(drive.takeFrames().at(-1), 'DATA 1 "x"');
  });

  it("a window closed from the start, opened by SETTINGS", () => {
    const drive = windowed(0);
    drive.receive(get(1));
    drive.respond(1, ok(bytes(4))).drain();
    drive.receive(settings([4, 3]));
    drive.receive(settings([4, 2]));
    drive.receive(settings([4, 4]));
    deepStrictEqual(drive.takeFrames(), [
      `HEADERS 1 :status=200 content-length=4 ${date}`,
      "SETTINGS ACK",
      'DATA 1 "xxx"',
      "SETTINGS ACK",
      "SETTINGS ACK",
      'DATA 1 END "x"',
    ]);
  });

  it("a window below 0 opens only past 0 (§6.9.2)", () => {
    const drive = windowed(10);
    drive.receive(get(1));
    drive.respond(1, ok(bytes(20))).drain();
    drive.receive(settings([4, 2]), windowUpdate(1, 8));
    strictEqual(drive.machine.sendable(1), 0);
    drive.receive(windowUpdate(1, 1));
    deepStrictEqual(drive.takeFrames(), [
      `HEADERS 1 :status=200 content-length=20 ${date}`,
      'DATA 1 "xxxxxxxxxx"',
      "SETTINGS ACK",
      'DATA 1 "x"',
    ]);
  });

  it("the connection's window is for all streams", () => {
    const drive = windowed(1 << 20, { answering: "whole", respond: () => ok(bytes(40_000)) });
    drive.receive(get(1), get(3));
    drive.takeFrames();
    drive.receive(windowUpdate(0, 1));
    drive.receive(windowUpdate(0, 100_000));
    deepStrictEqual(drive.takeFrames(), ['DATA 3 "x"', 'DATA 3 END "xxxxxxxx"… 14464']);
  });

  it("a stream that is reset while it waits is forgotten", () => {
    const drive = windowed(1 << 20, { answering: "whole", respond: () => ok(bytes(70_000)) });
    drive.receive(get(1), get(3));
    drive.take();
    drive.receive(rstStream(1), windowUpdate(0, 10));
    deepStrictEqual(drive.take(), {
      events: ["cancelled 1 CANCEL RFC 9113 §6.4"],
      frames: ['DATA 3 "xxxxxxxxxx"'],
    });
  });
});

describe("HTTP/2 flow control, the client's (RFC 9113 §6.9)", () => {
  const small = { streamWindow: 10, connectionWindow: 65_535 };

  it("opens windows in batches as content is consumed", () => {
    const drive = connected({ answering: "never", consumes: false, limits: { ...small, windowGrowth: 10 } });
    drive.receive(post(1), data(1, "x".repeat(10)));
    const { machine } = drive;
    machine.consumed(1, 4, drive.now);
    deepStrictEqual(drive.drain().takeFrames(), []);
    machine.consumed(1, 1, drive.now);
    machine.consumed(1, 5, drive.now);
    deepStrictEqual(drive.drain().takeFrames(), ["WINDOW_UPDATE 1 5", "WINDOW_UPDATE 1 5"]);
  });

  it("windows grow where the reader is quicker than the path", () => {
    const drive = connected({ answering: "never", limits: { ...small, windowGrowth: 40 } });
    drive.receive(post(1));
    const updates: string[] = [];
    for (let i = 0; i < 4; i += 1) {
      drive.receive(data(1, "x".repeat(10)));
      updates.push(...drive.takeFrames());
    }
    deepStrictEqual(updates, ["WINDOW_UPDATE 1 20", "WINDOW_UPDATE 1 30", "WINDOW_UPDATE 1 20"]);
    drive.pass(10_000).receive(data(1, "x".repeat(20)));
    deepStrictEqual(drive.takeFrames(), ["WINDOW_UPDATE 1 20"]);
  });

  it("padding and discarded content are given back", () => {
    const drive = connected({ answering: "head", limits: { connectionWindow: 65_535, windowGrowth: 0 } });
    drive.receive(post(1), frame(0, 8, 1, Buffer.concat([Buffer.from([200]), Buffer.alloc(200)])));
    for (let i = 0; i < 3; i += 1) {
      drive.receive(data(1, Buffer.alloc(16_384)));
    }
    strictEqual(drive.frames.filter((line) => line.startsWith("WINDOW_UPDATE 0")).length, 1);
  });

  it("what a closed stream's reader never took is given back", () => {
    const limits = { connectionWindow: 65_535, windowGrowth: 0 };
    const drive = connected({ answering: "never", consumes: false, limits });
    drive.receive(post(1), data(1, Buffer.alloc(16_384)), data(1, Buffer.alloc(16_384)), data(1, "x"));
    drive.takeFrames();
    drive.receive(rstStream(1));
    deepStrictEqual(drive.takeFrames(), ["WINDOW_UPDATE 0 32769"]);
  });

  it("more than a stream's window costs the stream", () => {
    const drive = connected({ answering: "never", limits: small });
    drive.receive(post(1), data(1, "x".repeat(11)), get(3));
    deepStrictEqual(drive.take(), {
      events: [
        "request 1 POST / a length=?",
        "cancelled 1 FLOW_CONTROL_ERROR RFC 9113 §6.9.1",
        "request 3 GET / a length=0",
        "complete 3",
      ],
      frames: ["RST_STREAM 1 FLOW_CONTROL_ERROR"],
    });
  });

  it("more than the connection's window costs the connection", () => {
    const limits = { connectionWindow: 65_535, windowGrowth: 0, streamWindow: 1 << 20 };
    const drive = connected({ answering: "never", consumes: false, limits });
    drive.receive(post(1), ...Array.from({ length: 4 }, () => data(1, Buffer.alloc(16_384))));
    strictEqual(drive.frames.at(-1), "GOAWAY 1 FLOW_CONTROL_ERROR");
  });

  it("before our SETTINGS are acknowledged, the first window of the RFC holds", () => {
    const drive = new Http2Drive({ answering: "never", consumes: false, limits: small });
    drive.receive(preface, settings(), post(1), data(1, "x".repeat(11)));
    strictEqual(drive.fate, "open");
  });

  const overflows: readonly (readonly [name: string, input: readonly Buffer[], frames: string])[] = [
    ["the connection's window", [windowUpdate(0, 0x7fffffff)], "GOAWAY 0 FLOW_CONTROL_ERROR"],
    ["a stream's window", [post(1), windowUpdate(1, 0x7fffffff)], "RST_STREAM 1 FLOW_CONTROL_ERROR"],
    ["the connection's window by nothing", [windowUpdate(0, 0)], "GOAWAY 0 PROTOCOL_ERROR"],
    ["a stream's window by nothing", [post(1), windowUpdate(1, 0)], "RST_STREAM 1 PROTOCOL_ERROR"],
    [
      "the connection's window by nothing, in a reserved bit",
      [windowUpdate(0, 0x80000000)],
      "GOAWAY 0 PROTOCOL_ERROR",
    ],
  ];
  for (const [name, input, last] of overflows) {
    it(`opening ${name} too far`, () => {
      const drive = connected({ answering: "never" });
      drive.receive(...input);
      strictEqual(drive.frames.at(-1), last);
    });
  }
});
