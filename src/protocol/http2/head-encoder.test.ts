import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { describe, it } from "node:test";
import {
  bytesContent,
  type Content,
  chunkedContent,
  emptyContent,
  Fields,
  HttpResponse,
  MisuseError,
  textContent,
} from "../../message/index.ts";
import { BlockWriter, HpackDecoder, HpackEncoder } from "../hpack/index.ts";
import {
  encodeInterimHead,
  encodeLastingHead,
  encodeRequestHead,
  encodeResponseHead,
  encodeTrailers,
  type OutgoingHead,
  type ResponseFraming,
  responseFraming,
} from "./head-encoder.ts";

type Line = readonly [name: string, value: string];

const date = { second: 1, text: "Sun, 22 Nov 2026 10:00:00 GMT" };
const dateLine: Line = ["date", date.text];

function decoderOf(): HpackDecoder {
  return new HpackDecoder({ maxTableSize: 4_096, fieldSection: 65_536, fieldCount: 100, by: "client" });
}

function linesOf(block: Uint8Array, on: HpackDecoder = decoderOf()): Line[] {
  return on.decode(block, 0, block.length).lines.map(({ name, value }) => [name, value]);
}

/** Both ways of encoding must say the same. */
function encoded(response: HttpResponse, method = "GET"): Line[] {
  const framing = responseFraming(response, method);
  const out = new BlockWriter();
  encodeResponseHead(new HpackEncoder({ tableSize: 4_096 }), out, response, framing, date);
  const lines = linesOf(out.copy());
  deepStrictEqual(linesOf(encodeLastingHead(response, framing, date).block), lines);
  return lines;
}

function responseOf(status: number, content: Content, ...lines: readonly Line[]): HttpResponse {
  return new HttpResponse({ status, content, fields: Fields.of(...lines) });
}

describe("responseFraming (RFC 9110 §6.4, §8.6)", () => {
  const hello = textContent("hello");
  const rows: readonly (readonly [rule: string, method: string, HttpResponse, ResponseFraming])[] = [
    ["bytes", "GET", responseOf(200, hello), { length: 5, sendsContent: true }],
    ["nothing", "GET", responseOf(200, emptyContent), { length: 0, sendsContent: false }],
    [
      "a known length",
      "GET",
      responseOf(200, chunkedContent([], { length: 7 })),
      { length: 7, sendsContent: true },
    ],
    [
      "an unknown length",
      "GET",
      responseOf(200, chunkedContent([])),
      { length: undefined, sendsContent: true },
    ],
    ["HEAD says the length", "HEAD", responseOf(200, hello), { length: 5, sendsContent: false }],
    [
      "HEAD repeats a length where there is no content",
      "HEAD",
      responseOf(200, emptyContent, ["content-length", "9"]),
      { length: 9, sendsContent: false },
    ],
    ["204 says none", "GET", responseOf(204, emptyContent), { length: undefined, sendsContent: false }],
    ["304 says none", "GET", responseOf(304, hello), { length: undefined, sendsContent: false }],
    ["205 is empty", "GET", responseOf(205, hello), { length: 0, sendsContent: false }],
    [
      "a tunnel has no length",
      "CONNECT",
      new HttpResponse({ status: 200, content: chunkedContent([]), fields: Fields.empty, tunnel: true }),
      { length: undefined, sendsContent: true },
    ],
    ["CONNECT refused", "CONNECT", responseOf(403, hello), { length: 5, sendsContent: true }],
  ];

  for (const [rule, method, response, framing] of rows) {
    it(rule, () => deepStrictEqual(responseFraming(response, method), framing));
  }

  const tunnel = { content: emptyContent, fields: Fields.empty, tunnel: true };
  const refused: readonly (readonly [rule: string, method: string, HttpResponse])[] = [
    ["an interim status", "GET", responseOf(103, emptyContent)],
    ["101 (RFC 9113 §8.6)", "GET", new HttpResponse({ ...tunnel, status: 101 })],
    ["a status beyond 599", "GET", responseOf(600, emptyContent)],
    ["a tunnel that nobody asked for", "GET", new HttpResponse({ ...tunnel, status: 200 })],
    ["2xx to CONNECT without a tunnel", "CONNECT", responseOf(200, emptyContent)],
    ["bytes that lie", "GET", responseOf(200, { ...bytesContent(Buffer.from("a")), length: 3 } as Content)],
  ];

  for (const [rule, method, response] of refused) {
    it(`refuses ${rule}`, () => throws(() => responseFraming(response, method), MisuseError));
  }
});

describe("encodeResponseHead and encodeLastingHead (RFC 9113 §8.2, §8.3.2)", () => {
  const hello = textContent("hello");
  const rows: readonly (readonly [rule: string, response: HttpResponse, lines: readonly Line[]])[] = [
    [
      "status, fields, length and Date",
      responseOf(200, hello, ["etag", '"a"'], ["x", "1"], ["x", "2"]),
      [[":status", "200"], ["etag", '"a"'], ["x", "1"], ["x", "2"], ["content-length", "5"], dateLine],
    ],
    [
      "a status without a static line",
      responseOf(418, emptyContent),
      [[":status", "418"], ["content-length", "0"], dateLine],
    ],
    [
      "a Date of the response's own",
      responseOf(204, emptyContent, ["date", "Mon, 01 Jan 2001 00:00:00 GMT"]),
      [
        [":status", "204"],
        ["date", "Mon, 01 Jan 2001 00:00:00 GMT"],
      ],
    ],
    [
      "no fields of one connection",
      responseOf(
        204,
        emptyContent,
        ["connection", "close"],
        ["keep-alive", "timeout=5"],
        ["proxy-connection", "close"],
        ["transfer-encoding", "chunked"],
        ["upgrade", "h2"],
        ["te", "gzip"],
        ["a", "b"],
      ),
      [[":status", "204"], ["a", "b"], dateLine],
    ],
    [
      "the length is the content's, whatever a field says",
      responseOf(200, hello, ["content-length", "99"]),
      [[":status", "200"], ["content-length", "5"], dateLine],
    ],
    [
      "values without the blanks at their ends",
      responseOf(204, emptyContent, ["a", " \tb c\t "], ["d", " "]),
      [[":status", "204"], ["a", "b c"], ["d", ""], dateLine],
    ],
  ];

  for (const [rule, response, lines] of rows) {
    it(rule, () => deepStrictEqual(encoded(response), lines));
  }

  it("leave the place of the Date to be patched", () => {
    const response = responseOf(200, hello, ["a", "b"]);
    const { block, dateAt } = encodeLastingHead(response, responseFraming(response, "GET"), date);
    const text = "Mon, 23 Nov 2026 11:11:11 GMT";
    Buffer.from(block.buffer, block.byteOffset, block.length).write(text, dateAt, "latin1");
    deepStrictEqual(linesOf(block).at(-1), ["date", text]);
  });

  it("tell where there is no Date to patch", () => {
    const response = responseOf(200, hello, dateLine);
    strictEqual(encodeLastingHead(response, responseFraming(response, "GET"), date).dateAt, -1);
  });

  it("refer to no dynamic table where the head is to last", () => {
    const response = responseOf(200, hello, ["a", "b"]);
    const framing = responseFraming(response, "GET");
    const first = encodeLastingHead(response, framing, date).block;
    deepStrictEqual(encodeLastingHead(response, framing, date).block, first);
  });

  it("refer to lines sent before where the head is sent once", () => {
    const encoder = new HpackEncoder({ tableSize: 4_096 });
    const on = decoderOf();
    const response = responseOf(200, hello, ["a", "b"], ["set-cookie", "s=1"]);
    const framing = responseFraming(response, "GET");
    const out = new BlockWriter();
    const lengths = [1, 2].map(() => {
      out.clear();
      encodeResponseHead(encoder, out, response, framing, date);
      strictEqual(linesOf(out.copy(), on).length, 5);
      return out.length;
    });
    // Status, "a" and Date are one octet each; the cookie is written out, as the length is.
    strictEqual(lengths[1], 3 + 5 + 4);
  });

  const refused: readonly (readonly [rule: string, line: Line])[] = [
    ["a name in capitals", ["A", "b"]],
    ["a pseudo field", [":status", "200"]],
    ["a line end in a value", ["a", "b\r\nc: d"]],
    ["NUL in a value", ["a", "\0"]],
    ["a character that is no octet", ["a", "\u0100"]],
  ];

  for (const [rule, line] of refused) {
    it(`refuse ${rule}, and the encoder is as before`, () => {
      const encoder = new HpackEncoder({ tableSize: 4_096 });
      const out = new BlockWriter();
      const bad = responseOf(204, emptyContent, ["a", "b"], line);
      const framing = responseFraming(bad, "GET");
      throws(() => encodeResponseHead(encoder, out, bad, framing, date), MisuseError);
      throws(() => encodeLastingHead(bad, framing, date), MisuseError);
      strictEqual(out.length, 0);
      encodeResponseHead(encoder, out, responseOf(204, emptyContent, ["a", "b"]), framing, date);
      deepStrictEqual(linesOf(out.copy()), [[":status", "204"], ["a", "b"], dateLine]);
    });
  }
});

describe("encodeInterimHead", () => {
  it("writes 103", () => {
    const out = new BlockWriter();
    const fields = Fields.of(["link", "</a>; rel=preload"], ["connection", "close"]);
    encodeInterimHead(new HpackEncoder({ tableSize: 0 }), out, 103, fields);
    deepStrictEqual(linesOf(out.copy()), [
      [":status", "103"],
      ["link", "</a>; rel=preload"],
    ]);
  });

  for (const status of [101, 99, 200, 100.5]) {
    it(`refuses ${status}`, () => {
      const out = new BlockWriter();
      const encoder = new HpackEncoder({ tableSize: 0 });
      throws(() => encodeInterimHead(encoder, out, status, Fields.empty), MisuseError);
    });
  }
});

describe("encodeTrailers (RFC 9110 §6.5.1)", () => {
  const rows: readonly (readonly [rule: string, trailers: readonly Line[], lines: readonly Line[]])[] = [
    [
      "what may come after the content",
      [
        ["x", "1"],
        ["x", "2"],
      ],
      [
        ["x", "1"],
        ["x", "2"],
      ],
    ],
    [
      "not what must come before",
      [
        ["content-length", "1"],
        ["x", "1"],
        ["set-cookie", "a=b"],
      ],
      [["x", "1"]],
    ],
    ["nothing", [["proxy-connection", "close"]], []],
  ];

  for (const [rule, trailers, lines] of rows) {
    it(rule, () => {
      const out = new BlockWriter();
      const encoder = new HpackEncoder({ tableSize: 0 });
      strictEqual(encodeTrailers(encoder, out, Fields.of(...trailers)), lines.length);
      deepStrictEqual(linesOf(out.copy()), lines);
    });
  }
});

describe("encodeRequestHead (RFC 9113 §8.3.1, §8.5)", () => {
  const head: OutgoingHead = {
    method: "GET",
    scheme: "https",
    authority: "a:1",
    path: "/",
    fields: Fields.empty,
    contentLength: 0,
  };
  const start: readonly Line[] = [
    [":method", "GET"],
    [":scheme", "https"],
    [":authority", "a:1"],
    [":path", "/"],
  ];
  const post: readonly Line[] = [[":method", "POST"], ...start.slice(1)];
  const rows: readonly (readonly [rule: string, change: Partial<OutgoingHead>, lines: readonly Line[]])[] = [
    ["a plain GET", {}, start],
    [
      "Host for :authority",
      { authority: "", fields: Fields.of(["host", "a:1"], ["x", "y"]) },
      [...start, ["x", "y"]],
    ],
    [
      "no fields of one connection; TE: trailers only",
      { fields: Fields.of(["connection", "te"], ["te", "gzip"], ["te", "trailers"], ["upgrade", "h2c"]) },
      [...start, ["te", "trailers"]],
    ],
    ["the content's length", { method: "POST", contentLength: 7 }, [...post, ["content-length", "7"]]],
    ["a length of 0 where content is expected", { method: "POST" }, [...post, ["content-length", "0"]]],
    ["no length where it is not known", { method: "POST", contentLength: undefined }, post],
    [
      "the machine's length, whatever a field says",
      { method: "POST", contentLength: 7, fields: Fields.of(["content-length", "9"]) },
      [...post, ["content-length", "7"]],
    ],
    [
      "CONNECT",
      { method: "CONNECT", contentLength: undefined },
      [
        [":method", "CONNECT"],
        [":authority", "a:1"],
      ],
    ],
    [
      "extended CONNECT (RFC 8441 §4)",
      { method: "CONNECT", protocol: "websocket", contentLength: undefined },
      [[":method", "CONNECT"], ...start.slice(1), [":protocol", "websocket"]],
    ],
  ];

  for (const [rule, change, lines] of rows) {
    it(rule, () => {
      const out = new BlockWriter();
      encodeRequestHead(new HpackEncoder({ tableSize: 4_096 }), out, { ...head, ...change });
      deepStrictEqual(linesOf(out.copy()), lines);
    });
  }

  const refused: readonly (readonly [rule: string, change: Partial<OutgoingHead>])[] = [
    ["an empty method", { method: "" }],
    ["a method with a blank", { method: "GET /" }],
    ["an empty path", { path: "" }],
    ["a path with a line end", { path: "/\r\n" }],
    ["an authority with a blank", { authority: "a b" }],
    ["CONNECT to nobody", { method: "CONNECT", authority: "" }],
    ["a protocol without CONNECT", { protocol: "websocket" }],
    ["a field that cannot be written", { fields: Fields.of(["a", "\n"]) }],
    ["a length that is none", { contentLength: -1 }],
  ];

  for (const [rule, change] of refused) {
    it(`refuses ${rule}`, () => {
      const out = new BlockWriter();
      const encoder = new HpackEncoder({ tableSize: 4_096 });
      throws(() => encodeRequestHead(encoder, out, { ...head, ...change }), MisuseError);
      strictEqual(out.length, 0);
    });
  }
});
