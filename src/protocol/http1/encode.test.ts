import { strictEqual, throws } from "node:assert/strict";
import { describe, it } from "node:test";
import { type FieldLine, Fields, MisuseError } from "../../message/index.ts";
import { encodeLastChunk, encodeRequestHead, encodeResponseHead, type HeadFraming } from "./encode.ts";

const date = { second: 0, text: "Sun, 06 Nov 1994 08:49:37 GMT" };
const plain: HeadFraming = { length: 0, chunked: false, connection: undefined };

describe("encodeResponseHead (RFC 9112 §4, §5)", () => {
  // biome-ignore format: a table
  const rows: readonly (readonly [rule: string, status: number, fields: readonly FieldLine[], framing: HeadFraming, head: string])[] = [
    ["names as people are used to see them", 200, [["x-content-type-options", "nosniff"], ["etag", '"a"']], plain,
      `HTTP/1.1 200 OK\r\nX-Content-Type-Options: nosniff\r\nETag: "a"\r\nDate: ${date.text}\r\nContent-Length: 0\r\n\r\n`],
    ["a Date that is there is kept", 204, [["date", "then"]], { ...plain, length: undefined },
      "HTTP/1.1 204 No Content\r\nDate: then\r\n\r\n"],
    ["framing is the machine's own", 200, [["content-length", "9"], ["transfer-encoding", "x"], ["connection", "y"]], { ...plain, length: undefined, chunked: true },
      `HTTP/1.1 200 OK\r\nDate: ${date.text}\r\nTransfer-Encoding: chunked\r\n\r\n`],
    ["an unregistered status has no phrase", 599, [], plain,
      `HTTP/1.1 599 \r\nDate: ${date.text}\r\nContent-Length: 0\r\n\r\n`],
    ["Upgrade is named by Connection (RFC 9110 §7.8)", 426, [["upgrade", "h2c"]], plain,
      `HTTP/1.1 426 Upgrade Required\r\nUpgrade: h2c\r\nDate: ${date.text}\r\nContent-Length: 0\r\nConnection: upgrade\r\n\r\n`],
    ["Upgrade in two lines is named once", 426, [["upgrade", "a"], ["upgrade", "b"]], { ...plain, connection: "close" },
      `HTTP/1.1 426 Upgrade Required\r\nUpgrade: a\r\nUpgrade: b\r\nDate: ${date.text}\r\nContent-Length: 0\r\nConnection: close, upgrade\r\n\r\n`],
  ];
  for (const [rule, status, fields, framing, head] of rows) {
    it(rule, () => strictEqual(encodeResponseHead(status, Fields.of(...fields), framing, date), head));
  }

  for (const value of ["a\r\nb: c", "a\nb", "a\0b", "\u0100"]) {
    it(`refuses the value ${JSON.stringify(value)}`, () => {
      throws(() => encodeResponseHead(200, Fields.of(["a", value]), plain, date), MisuseError);
    });
  }
});

describe("encodeRequestHead (RFC 9112 §3)", () => {
  it("writes the request line and the framing", () => {
    strictEqual(
      encodeRequestHead("POST", "/a?b", Fields.of(["host", "h"]), {
        length: 3,
        chunked: false,
        connection: "close",
      }),
      "POST /a?b HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nConnection: close\r\n\r\n",
    );
  });

  for (const [method, target] of [
    ["GET", "/a b"],
    ["GET", ""],
    ["G T", "/"],
    ["GET", "/\r\n"],
  ] as const) {
    it(`refuses ${JSON.stringify(`${method} ${target}`)}`, () => {
      throws(() => encodeRequestHead(method, target, Fields.empty, plain), MisuseError);
    });
  }
});

describe("encodeLastChunk (RFC 9112 §7.1.2)", () => {
  it("leaves out what may not stand in trailers (RFC 9110 §6.5.1)", () => {
    strictEqual(encodeLastChunk(Fields.of(["content-length", "1"], ["x-sum", "2"])), "0\r\nX-Sum: 2\r\n\r\n");
  });
});
