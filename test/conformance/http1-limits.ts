/** Limits: at the limit a message passes, one octet over it is refused by its own status. */
import type { FieldLine } from "../../src/message/index.ts";
import {
  broken,
  chunkedPost,
  chunkedRequest,
  complete,
  content,
  fault,
  get,
  lines,
  post,
  refused,
  type ServerRow,
  sizedRequest,
  whole,
} from "../support/http1-cases.ts";

const uri = "RFC 9110 §15.5.15";
const fields = "RFC 6585 §5";
const large = "RFC 9110 §15.5.14";

/** A request line of `octets` octets. */
function requestLine(octets: number): string {
  return `GET /${"x".repeat(octets - "GET / HTTP/1.1".length)} HTTP/1.1`;
}

/** `count` field lines besides Host. */
function many(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `X${i}: y`);
}

function manyTold(count: number): FieldLine[] {
  return Array.from({ length: count }, (_, i) => [`x${i}`, "y"] as const);
}

export const limitRows: readonly ServerRow[] = [
  {
    name: "a request line of 8000 octets, which everyone must take",
    source: "RFC 9112 §3",
    input: lines(requestLine(8000), "Host: a"),
    expect: whole({ target: `/${"x".repeat(8000 - 14)}` }),
  },
  {
    name: "a request line at the limit",
    source: "RFC 9112 §3",
    input: lines(requestLine(8192), "Host: a"),
    expect: whole({ target: `/${"x".repeat(8192 - 14)}` }),
  },
  refused("a request line one over the limit", uri, lines(requestLine(8193), "Host: a"), 414),
  refused("a target without an end", uri, `GET /${"x".repeat(10_000)}`, 414),
  {
    ...refused("a small limit of the request line", uri, lines(requestLine(65), "Host: a"), 414),
    limits: { requestLine: 64 },
  },
  {
    name: "at a small limit of the request line",
    source: "RFC 9112 §3",
    input: lines(requestLine(64), "Host: a"),
    expect: whole({ target: `/${"x".repeat(50)}` }),
    limits: { requestLine: 64 },
  },
  {
    name: "one empty line does not count",
    source: "RFC 9112 §2.2",
    input: `\r\n${lines(requestLine(64), "Host: a")}`,
    expect: whole({ target: `/${"x".repeat(50)}` }),
    limits: { requestLine: 64 },
  },
  refused("a method without an end", "RFC 9112 §3", "A".repeat(9000), 501),
  refused(
    "a method longer than a line",
    "RFC 9112 §3",
    lines(`${"A".repeat(9000)} / HTTP/1.1`, "Host: a"),
    501,
  ),

  {
    name: "a field line at the limit",
    source: fields,
    input: get(`X: ${"y".repeat(61)}`),
    expect: whole({ more: [["x", "y".repeat(61)]] }),
    limits: { fieldLine: 64 },
  },
  {
    ...refused("a field line one over", fields, get(`X: ${"y".repeat(62)}`), 431),
    limits: { fieldLine: 64 },
  },
  {
    ...refused("a field line without an end", fields, `GET / HTTP/1.1\r\nX: ${"y".repeat(200)}`, 431),
    limits: { fieldLine: 64 },
  },
  {
    ...refused("a field name without an end", fields, `GET / HTTP/1.1\r\n${"y".repeat(200)}`, 431),
    limits: { fieldLine: 64 },
  },
  {
    ...refused("white space without an end", fields, `GET / HTTP/1.1\r\nX:${" ".repeat(200)}`, 431),
    limits: { fieldLine: 64 },
  },
  refused("a field line over the default", fields, get(`X: ${"y".repeat(16_384)}`), 431),
  {
    name: "a field section at the limit",
    source: fields,
    input: get(`X: ${"y".repeat(50)}`, "Z: z"),
    expect: whole({
      more: [
        ["x", "y".repeat(50)],
        ["z", "z"],
      ],
    }),
    // "Host: a", the long line and "Z: z", each with its CRLF.
    limits: { fieldSection: 9 + 55 + 6 },
  },
  {
    ...refused("a field section one over", fields, get(`X: ${"y".repeat(51)}`, "Z: z"), 431),
    limits: { fieldSection: 9 + 55 + 6 },
  },
  {
    ...refused("a field section without an end", fields, `GET / HTTP/1.1\r\n${"X: y\r\n".repeat(40)}`, 431),
    limits: { fieldSection: 128 },
  },
  {
    name: "as many fields as allowed",
    source: fields,
    input: get(...many(99)),
    expect: whole({ more: manyTold(99) }),
  },
  refused("one field too many", fields, get(...many(100)), 431),
  { ...refused("a small limit of fields", fields, get("X: y", "Z: z"), 431), limits: { fieldCount: 2 } },

  {
    name: "content at the limit",
    source: large,
    input: `${post("Content-Length: 5")}hello`,
    expect: [sizedRequest(5), content("hello"), complete()],
    limits: { content: 5 },
  },
  {
    ...refused("content one over", large, `${post("Content-Length: 6")}hello!`, 413),
    limits: { content: 5 },
  },
  {
    name: "chunked content at the limit",
    source: large,
    input: chunkedPost("3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"),
    expect: [chunkedRequest(), content("hello"), complete()],
    limits: { content: 5 },
  },
  {
    ...broken("a second chunk that goes over", large, "3\r\nhel\r\n3\r\nlo!\r\n0\r\n\r\n", "hel", 413),
    limits: { content: 5 },
  },
  { ...broken("a first chunk that goes over", large, "6\r\nhello!\r\n", "", 413), limits: { content: 5 } },

  {
    name: "trailers at the limit",
    source: fields,
    input: chunkedPost("0\r\nX: yyyy\r\nZ: z\r\n\r\n"),
    expect: [chunkedRequest(), complete(["x", "yyyy"], ["z", "z"])],
    limits: { trailerSection: 15 },
  },
  {
    ...broken("trailers one over", fields, "0\r\nX: yyyyy\r\nZ: z\r\n\r\n", "", 431),
    limits: { trailerSection: 15 },
  },
  {
    ...broken("trailers without an end", fields, `0\r\n${"X: y\r\n".repeat(100)}`, "", 431),
    limits: { trailerSection: 128 },
  },
  broken("trailers over the default", fields, `0\r\n${"X: y\r\n".repeat(2000)}`, "", 431),
  {
    ...broken("too many trailers", fields, "0\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n", "", 431),
    limits: { fieldCount: 2 },
  },
  {
    name: "the first request at its limits leaves the second its own",
    source: fields,
    input: get("X: y") + get("X: y"),
    expect: [...whole({ more: [["x", "y"]] }), ...whole({ more: [["x", "y"]] })],
    limits: { fieldCount: 2, fieldSection: 15 },
  },
  {
    name: "a long second request",
    source: uri,
    input: get() + lines(requestLine(8193), "Host: a"),
    expect: [...whole(), fault(414, uri)],
  },
];
