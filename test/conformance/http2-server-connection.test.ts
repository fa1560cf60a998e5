/** How connections of the HTTP/2 server machine begin and end, and what they may cost. */
import { deepStrictEqual, ok as isOk, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import { bytesContent, Fields, HttpResponse } from "../../src/message/index.ts";
import { connected, Http2Drive, testDate } from "../support/http2-drive.ts";
import { ack, data, get, goaway, ping, post, rstStream, windowUpdate } from "../support/http2-frames.ts";

const date = `date=${testDate.text}`;
const answer = (stream: number): string => `HEADERS ${stream} END :status=204 ${date}`;

function big(octets: number): HttpResponse {
  return new HttpResponse({
    status: 200,
    fields: Fields.empty,
    content: bytesContent(Buffer.alloc(octets, "x")),
  });
}

describe("HTTP/2 server greeting (RFC 9113 §3.4, §6.5)", () => {
  it("says its settings and opens the connection's window", () => {
    deepStrictEqual(new Http2Drive().drain().take().frames, [
      "SETTINGS 3=128 4=131072 6=65536 8=1 9=1",
      "WINDOW_UPDATE 0 196609",
    ]);
  });

  it("with limits of another size", () => {
    const limits = {
      concurrentStreams: 1,
      streamWindow: 5,
      connectionWindow: 5,
      headerTable: 0,
      fieldSection: 9,
    };
    deepStrictEqual(new Http2Drive({ limits }).drain().take().frames, ["SETTINGS 1=0 3=1 4=5 6=9 8=1 9=1"]);
  });
});

describe("HTTP/2 going away (RFC 9113 §6.8)", () => {
  it("takes requests until the probe comes back, and finishes them", () => {
    const drive = connected({ answering: "never" });
    drive.receive(get(1));
    drive.machine.shutdown(drive.now);
    drive.drain().receive(get(3)).receive(ping("goaway!!", ack));
    // On its way before the second GOAWAY came: not processed, the client may try again elsewhere.
    drive.receive(post(5), data(5, "hi"), rstStream(7));
    strictEqual(drive.fate, "open");
    drive.respond(3, HttpResponse.empty(204)).respond(1, HttpResponse.empty(204)).drain();
    strictEqual(drive.fate, "end");
    deepStrictEqual(drive.take(), {
      events: ["request 1 GET / a length=0", "complete 1", "request 3 GET / a length=0", "complete 3"],
      frames: ["GOAWAY 2147483647 NO_ERROR", "PING goaway!!", "GOAWAY 3 NO_ERROR", answer(3), answer(1)],
    });
  });

  it("does not wait for the probe for ever", () => {
    const drive = connected({ limits: { goawayTime: 50 } });
    drive.machine.shutdown(drive.now);
    drive.drain().pass(50);
    strictEqual(drive.frames.at(-1), "GOAWAY 0 NO_ERROR");
    strictEqual(drive.fate, "end");
  });

  it("twice is once", () => {
    const drive = connected();
    drive.machine.shutdown(drive.now);
    drive.machine.shutdown(drive.now);
    strictEqual(drive.drain().take().frames.length, 2);
  });

  it("before the client's preface, at once", () => {
    const drive = new Http2Drive();
    drive.machine.shutdown(drive.now);
    strictEqual(drive.drain().take().frames.at(-1), "GOAWAY 0 NO_ERROR");
    strictEqual(drive.fate, "end");
  });

  it("the client goes away: its streams are finished", () => {
    const drive = connected({ answering: "never" });
    drive.receive(get(1), goaway(0));
    strictEqual(drive.fate, "open");
    drive.respond(1, HttpResponse.empty(204)).drain();
    strictEqual(drive.fate, "end");
  });

  it("the client ends its side: whole requests are answered, others given up", () => {
    const drive = connected({ answering: "never" });
    drive.receive(get(1), post(3), data(3, "hi")).end();
    strictEqual(drive.fate, "open");
    drive.respond(1, HttpResponse.empty(204)).drain();
    deepStrictEqual(drive.take(), {
      events: [
        "request 1 GET / a length=0",
        "complete 1",
        "request 3 POST / a length=?",
        "content 3 hi",
        "cancelled 3 CANCEL RFC 9113 §8.1",
      ],
      frames: [answer(1)],
    });
    strictEqual(drive.fate, "end");
  });

  it("a fault ends every stream, and is told once", () => {
    const drive = connected({ answering: "never" });
    drive.receive(get(1), post(3), ping("short"), ping());
    deepStrictEqual(drive.take(), {
      events: [
        "request 1 GET / a length=0",
        "complete 1",
        "request 3 POST / a length=?",
        "fault FRAME_SIZE_ERROR RFC 9113 §4.2",
        "cancelled 1 CANCEL RFC 9113 §5.4.1",
        "cancelled 3 CANCEL RFC 9113 §5.4.1",
      ],
      frames: ["GOAWAY 3 FRAME_SIZE_ERROR"],
    });
    strictEqual(drive.fate, "end");
    strictEqual(drive.machine.idle, true);
    strictEqual(drive.machine.deadline, undefined);
  });
});

describe("HTTP/2 limits on what we keep (RFC 9113 §10.5)", () => {
  it("ten thousand streams opened and reset end in GOAWAY", () => {
    const drive = connected({ answering: "never" });
    for (let i = 0; i < 10_000 && drive.fate === "open"; i += 1) {
      drive.receive(post(2 * i + 1), rstStream(2 * i + 1));
      drive.frames.length > 1_000 && drive.take();
    }
    strictEqual(drive.frames.at(-1), "GOAWAY 401 ENHANCE_YOUR_CALM");
    strictEqual(drive.details.at(-1)?.endsWith("(limit resets)"), true, drive.details.at(-1));
  });

  it("reading pauses while too much is owed", () => {
    const drive = connected({ respond: () => big(16_000) }, [4, 1 << 20]);
    drive.receive(windowUpdate(0, 1 << 24));
    const requests = Buffer.concat(Array.from({ length: 64 }, (_, i) => get(2 * i + 1)));
    drive.machine.receive(requests, drive.now);
    strictEqual(drive.machine.wantsInput, false);
    drive.drain();
    strictEqual(drive.machine.wantsInput, true);
    isOk(drive.machine.idle);
  });

  it("answers that a client never reads end the connection at once", () => {
    const drive = connected({ limits: { pingFrames: 1e9, unsentControl: 1_000 } });
    for (let i = 0; i < 100; i += 1) {
      drive.machine.receive(ping(), drive.now);
    }
    strictEqual(drive.fate, "cut");
  });

  it("and so do resets that it never reads, each stream being told of once", () => {
    const drive = connected({ answering: "never", limits: { unsentControl: 20 } });
    for (const stream of [1, 3]) {
      drive.machine.receive(Buffer.concat([post(stream), windowUpdate(stream, 0)]), drive.now);
    }
    deepStrictEqual(drive.take().events, [
      "request 1 POST / a length=?",
      "cancelled 1 PROTOCOL_ERROR RFC 9113 §6.9",
      "request 3 POST / a length=?",
      "fault ENHANCE_YOUR_CALM RFC 9113 §10.5",
      "cancelled 3 CANCEL RFC 9113 §5.4.1",
    ]);
    strictEqual(drive.fate, "cut");
  });
});
