/** Responses of the HTTP/2 server machine (RFC 9113 §8.1, §8.5): heads, interim ones, tunnels. */
import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import {
  bytesContent,
  type Content,
  chunkedContent,
  emptyContent,
  Fields,
  HttpResponse,
} from "../../src/message/index.ts";
import { connected, type Http2Drive, type Http2DriveOptions, testDate } from "../support/http2-drive.ts";
import {
  data,
  endHeaders,
  endStream,
  get,
  getLines,
  headers,
  post,
  settings,
} from "../support/http2-frames.ts";

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

describe("HTTP/2 responses (RFC 9113 §8.1)", () => {
  const lasting = HttpResponse.lasting({
    status: 200,
    fields: Fields.of(["etag", '"a"']),
    content: bytes(5),
  });
  const rows: readonly (readonly [
    name: string,
    method: string,
    response: HttpResponse,
    frames: readonly string[],
  ])[] = [
    ["bytes", "GET", ok(bytes(5)), [`HEADERS 1 :status=200 content-length=5 ${date}`, 'DATA 1 END "xxxxx"']],
    ["no content", "GET", ok(emptyContent), [`HEADERS 1 END :status=200 content-length=0 ${date}`]],
    ["bytes to HEAD", "HEAD", ok(bytes(5)), [`HEADERS 1 END :status=200 content-length=5 ${date}`]],
    [
      "pulled content to HEAD",
      "HEAD",
      ok(knownLength(7)),
      [`HEADERS 1 END :status=200 content-length=7 ${date}`],
    ],
    ["204", "GET", HttpResponse.empty(204), [`HEADERS 1 END :status=204 ${date}`]],
    [
      "304 with content",
      "GET",
      new HttpResponse({ status: 304, fields: Fields.empty, content: bytes(5) }),
      [`HEADERS 1 END :status=304 ${date}`],
    ],
    [
      "a Date and fields of one connection",
      "GET",
      ok(bytes(1), Fields.of(["date", "then"], ["connection", "close"], ["transfer-encoding", "chunked"])),
      ["HEADERS 1 :status=200 date=then content-length=1", 'DATA 1 END "x"'],
    ],
    [
      "a lasting response",
      "GET",
      lasting,
      [`HEADERS 1 :status=200 etag="a" content-length=5 ${date}`, 'DATA 1 END "xxxxx"'],
    ],
    [
      "a lasting response to HEAD",
      "HEAD",
      lasting,
      [`HEADERS 1 END :status=200 etag="a" content-length=5 ${date}`],
    ],
    [
      "a lasting response of more than a frame",
      "GET",
      HttpResponse.lasting({ status: 200, fields: Fields.empty, content: bytes(16_385) }),
      [`HEADERS 1 :status=200 content-length=16385 ${date}`, 'DATA 1 "xxxxxxxx"… 16384', 'DATA 1 END "x"'],
    ],
    [
      "a head of more than a frame",
      "GET",
      HttpResponse.lasting({
        status: 200,
        fields: Fields.of(["x", "\x01".replace("\x01", "\xff").repeat(20_000)]),
        content: emptyContent,
      }),
      [`HEADERS 1 END in 2 :status=200 x=${"\xff".repeat(20_000)} content-length=0 ${date}`],
    ],
  ];
  for (const [name, method, response, frames] of rows) {
    it(name, () => {
      const drive = windowed();
      drive.receive(headers(1, [[":method", method], ...getLines().slice(1)]));
      drive.respond(1, response).drain();
      deepStrictEqual(drive.takeFrames(), frames);
      strictEqual(drive.machine.idle, true);
    });
  }

  it("renews the Date of a lasting response, and keeps the rest", () => {
    const drive = windowed();
    const answer = (stream: number): string[] => {
      drive.receive(get(stream));
      return drive.respond(stream, lasting).drain().takeFrames();
    };
    const first = answer(1);
    const before = { ...testDate };
    testDate.second = 1;
    testDate.text = "Thu, 01 Jan 1970 00:00:01 GMT";
    const second = answer(3);
    Object.assign(testDate, before);
    deepStrictEqual(
      second,
      first.map((line) => line.replace(" 1 ", " 3 ").replace("00:00:00", "00:00:01")),
    );
    deepStrictEqual(
      answer(5),
      first.map((line) => line.replace(" 1 ", " 5 ")),
    );
  });

  it("writes nothing of a response that cannot be written, and takes another", () => {
    const drive = windowed();
    drive.receive(get(1));
    for (const bad of [
      new HttpResponse({ status: 101, fields: Fields.empty, content: emptyContent, tunnel: true }),
      new HttpResponse({ status: 99, fields: Fields.empty, content: emptyContent }),
      ok(emptyContent, Fields.of(["x", "a\nb"])),
      HttpResponse.lasting({ status: 200, fields: Fields.of(["X", "a"]), content: emptyContent }),
    ]) {
      throws(() => drive.respond(1, bad), { name: "MisuseError" });
    }
    drive.respond(1, HttpResponse.empty(204)).drain();
    deepStrictEqual(drive.takeFrames(), [`HEADERS 1 END :status=204 ${date}`]);
    throws(() => drive.respond(1, HttpResponse.empty(204)), {
      name: "MisuseError",
      message: "stream 1 is over",
    });
  });

  it("tells a smaller table at the next block's start (RFC 7541 §4.2)", () => {
    const drive = windowed();
    drive.receive(settings([1, 0]), get(1));
    drive.respond(1, lasting).drain();
    drive.receive(get(3));
    drive.respond(3, lasting).drain();
    deepStrictEqual(drive.takeFrames(), [
      "SETTINGS ACK",
      `HEADERS 1 :status=200 etag="a" content-length=5 ${date}`,
      'DATA 1 END "xxxxx"',
      `HEADERS 3 :status=200 etag="a" content-length=5 ${date}`,
      'DATA 3 END "xxxxx"',
    ]);
  });
});

describe("HTTP/2 interim responses (RFC 9113 §8.1)", () => {
  it("leave before the response, 100 only to who waits for it", () => {
    const drive = windowed();
    drive.receive(post(1, ["expect", "100-continue"]), get(3));
    const { machine } = drive;
    machine.inform(1, 100, Fields.empty, 1);
    machine.inform(1, 100, Fields.empty, 1);
    machine.inform(3, 100, Fields.empty, 1);
    machine.inform(3, 103, Fields.of(["link", "</a>; rel=preload"]), 1);
    throws(() => machine.inform(3, 101, Fields.empty, 1), { name: "MisuseError" });
    throws(() => machine.inform(3, 200, Fields.empty, 1), { name: "MisuseError" });
    drive.respond(3, HttpResponse.empty(204));
    machine.inform(3, 103, Fields.empty, 1);
    deepStrictEqual(drive.drain().takeFrames(), [
      "HEADERS 1 :status=100",
      "HEADERS 3 :status=103 link=</a>; rel=preload",
      `HEADERS 3 END :status=204 ${date}`,
    ]);
  });
});

describe("HTTP/2 tunnels (RFC 9113 §8.5)", () => {
  const connect = headers(
    1,
    [
      [":method", "CONNECT"],
      [":authority", "b:443"],
    ],
    endHeaders,
  );
  const opened = (): Http2Drive => {
    const drive = windowed();
    drive.receive(connect);
    drive.respond(
      1,
      new HttpResponse({ status: 200, fields: Fields.empty, content: unknownLength(), tunnel: true }),
      true,
    );
    drive.take();
    return drive;
  };

  it("each half ends on its own", () => {
    const drive = opened();
    drive.receive(data(1, "hi", endStream));
    drive.sources.set(1, [Buffer.from("ho"), Fields.empty]);
    drive.machine.ready(1);
    drive.drain();
    deepStrictEqual(drive.take(), {
      events: ["content 1 hi", "complete 1"],
      frames: [`HEADERS 1 :status=200 ${date}`, 'DATA 1 END "ho"'],
    });
    strictEqual(drive.machine.idle, true);
  });

  it("our half first", () => {
    const drive = opened();
    drive.sources.set(1, [Buffer.from("ho"), Fields.empty]);
    drive.machine.ready(1);
    drive.drain();
    strictEqual(drive.machine.idle, false);
    drive.receive(data(1, "hi", endStream));
    deepStrictEqual(drive.take().events, ["content 1 hi", "complete 1"]);
    strictEqual(drive.machine.idle, true);
  });

  it("a refused CONNECT is no tunnel", () => {
    const drive = windowed();
    drive.receive(connect);
    drive.respond(1, HttpResponse.empty(403)).drain();
    deepStrictEqual(drive.takeFrames(), [
      `HEADERS 1 END :status=403 content-length=0 ${date}`,
      "RST_STREAM 1 NO_ERROR",
    ]);
  });
});
