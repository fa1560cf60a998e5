/** Rows of the HTTP/2 client: content, its announced length, windows and tunnels (RFC 9113 §6.1, §6.9, §8.1.1, §8.5). */
import {
  complete,
  content,
  failure,
  fault,
  type Http2ClientRow,
  response,
} from "../support/http2-client-cases.ts";
import {
  block,
  data,
  flag,
  frame,
  head,
  headers,
  rstStream,
  windowUpdate,
} from "../support/http2-client-frames.ts";

const end = flag.endStream;
const reset: readonly string[] = ["RST_STREAM 1 PROTOCOL_ERROR"];
const announced = (length: number): Http2ClientRow["expect"][number] =>
  response(1, 200, [["content-length", String(length)]], length);
const headOf = (length: number): string => headers(1, head(200, ["content-length", String(length)]));
const connect = { method: "CONNECT", authority: "b:443", contentLength: undefined };

export const contentRows: readonly Http2ClientRow[] = [
  {
    name: "content of an announced length",
    source: "RFC 9113 §8.1.1",
    input: headOf(5) + data(1, "hel") + data(1, "lo", end),
    expect: [announced(5), content(1, "hello"), complete(1)],
  },
  {
    name: "content of unknown length, ended by an empty frame",
    source: "RFC 9113 §6.1",
    input: headers(1, head(200)) + data(1, "hello") + data(1, "", end),
    expect: [response(1), content(1, "hello"), complete(1)],
  },
  {
    name: "padding is no content",
    source: "RFC 9113 §6.1",
    input: headOf(2) + data(1, "\x05hi\0\0\0\0\0", end | flag.padded),
    expect: [announced(2), content(1, "hi"), complete(1)],
  },
  {
    name: "a frame of padding alone",
    source: "RFC 9113 §6.1",
    input: headOf(0) + data(1, "\x03\0\0\0", end | flag.padded),
    expect: [response(1, 200, [["content-length", "0"]], 0), complete(1)],
  },
  {
    name: "padding longer than its frame",
    source: "RFC 9113 §6.1",
    input: headers(1, head(200)) + data(1, "\x05hi", flag.padded),
    expect: [response(1), ...failure("RFC 9113 §6.1", 1)],
    owes: ["GOAWAY 0 PROTOCOL_ERROR"],
  },
  {
    name: "content longer than announced",
    source: "RFC 9113 §8.1.1",
    input: headOf(2) + data(1, "hi") + data(1, "!", end),
    expect: [announced(2), content(1, "hi"), fault(1, "RFC 9113 §8.1.1")],
    owes: reset,
  },
  {
    name: "content shorter than announced",
    source: "RFC 9113 §8.1.1",
    input: headOf(3) + data(1, "hi", end),
    expect: [announced(3), content(1, "hi"), fault(1, "RFC 9113 §8.1.1")],
    owes: reset,
  },
  {
    name: "a length announced, and the stream ends with the head",
    source: "RFC 9113 §8.1.1",
    input: headers(1, head(200, ["content-length", "3"]), end),
    expect: [fault(1, "RFC 9113 §8.1.1")],
    owes: reset,
  },
  {
    name: "the answer to HEAD announces and has none",
    source: "RFC 9110 §9.3.2",
    requests: [{ method: "HEAD" }],
    input: headers(1, head(200, ["content-length", "3"]), end),
    expect: [response(1, 200, [["content-length", "3"]], 0), complete(1)],
  },
  {
    name: "content in answer to HEAD",
    source: "RFC 9113 §8.1.1",
    requests: [{ method: "HEAD" }],
    input: headers(1, head(200)) + data(1, "hi", end),
    expect: [response(1, 200, [], 0), fault(1, "RFC 9113 §8.1.1")],
    owes: reset,
  },
  {
    name: "304 announces and has none",
    source: "RFC 9110 §15.4.5",
    input: headers(1, head(304, ["content-length", "3"])) + data(1, "", end),
    expect: [response(1, 304, [["content-length", "3"]], 0), complete(1)],
  },
  {
    name: "content past its limit",
    source: "RFC 9110 §15.6.3",
    limits: { content: 4 },
    input: headers(1, head(200)) + data(1, "hey") + data(1, "you", end),
    expect: [response(1), content(1, "hey"), fault(1, "RFC 9110 §15.6.3")],
    owes: ["RST_STREAM 1 CANCEL"],
    says: /limit of 4 octets/,
  },
  {
    name: "content beyond the stream's window",
    source: "RFC 9113 §6.9.1",
    limits: { streamWindow: 4 },
    input: headers(1, head(200)) + data(1, "hello", end),
    expect: [response(1), fault(1, "RFC 9113 §6.9.1")],
    owes: ["RST_STREAM 1 FLOW_CONTROL_ERROR"],
  },
  {
    name: "padding beyond the stream's window",
    source: "RFC 9113 §6.9.1",
    limits: { streamWindow: 4 },
    input: headers(1, head(200)) + data(1, "\x04\0\0\0\0", flag.padded),
    expect: [response(1), fault(1, "RFC 9113 §6.9.1")],
    owes: ["RST_STREAM 1 FLOW_CONTROL_ERROR"],
  },
  {
    name: "content after the end",
    source: "RFC 9113 §5.1",
    requests: [{ method: "POST", contentLength: undefined }],
    input: headers(1, head(200), end) + data(1, "hi"),
    expect: [response(1, 200, [], 0), complete(1)],
    owes: ["RST_STREAM 1 STREAM_CLOSED"],
  },
  {
    name: "content on a stream that is closed",
    source: "RFC 9113 §5.1",
    input: headers(1, head(200), end) + data(1, "hi"),
    expect: [response(1, 200, [], 0), complete(1), ...failure("RFC 9113 §5.1")],
    owes: ["GOAWAY 0 STREAM_CLOSED"],
  },
  {
    name: "a stream that was reset for its content lets pass what follows",
    source: "RFC 9113 §5.4.2",
    limits: { content: 4 },
    requests: [{}, {}],
    input:
      headers(1, head(200)) +
      data(1, "hello") +
      data(1, "more", end) +
      headers(1, block(["x", "y"]), end) +
      rstStream(1, "CANCEL") +
      windowUpdate(1, 1) +
      headers(3, head(200), end),
    expect: [response(1), fault(1, "RFC 9110 §15.6.3"), response(3, 200, [], 0), complete(3)],
    owes: ["RST_STREAM 1 CANCEL"],
  },
];

export const tunnelRows: readonly Http2ClientRow[] = [
  {
    name: "2xx opens a tunnel, whatever length it announces",
    source: "RFC 9113 §8.5",
    requests: [connect],
    input: headers(1, head(200, ["content-length", "1"])) + data(1, "hello") + data(1, "", end),
    expect: [
      response(1, 200, [["content-length", "1"]], 0),
      { type: "writable", stream: 1 },
      content(1, "hello"),
      complete(1),
    ],
  },
  {
    name: "HEADERS in a tunnel",
    source: "RFC 9113 §8.5",
    requests: [connect],
    input: headers(1, head(200)) + headers(1, block(["x", "y"]), end),
    expect: [response(1, 200, [], 0), { type: "writable", stream: 1 }, fault(1, "RFC 9113 §8.5")],
    owes: reset,
  },
  {
    name: "a refused CONNECT is a response like any other, and our side ends",
    source: "RFC 9110 §9.3.6",
    requests: [connect],
    input: headers(1, head(403)) + data(1, "no", end),
    expect: [response(1, 403), content(1, "no"), complete(1)],
    owes: ["DATA 1 end 0"],
  },
  {
    name: "a CONNECT that is refused without content",
    source: "RFC 9110 §9.3.6",
    requests: [connect],
    input: headers(1, head(403), end),
    expect: [response(1, 403, [], 0), complete(1)],
    owes: ["DATA 1 end 0"],
  },
  {
    name: "a tunnel cut by the connection's end",
    source: "RFC 9113 §8.5",
    requests: [connect],
    input: headers(1, head(200)) + data(1, "hello"),
    end: true,
    expect: [
      response(1, 200, [], 0),
      { type: "writable", stream: 1 },
      content(1, "hello"),
      fault(1, "RFC 9113 §8.1"),
    ],
  },
  {
    name: "a frame of an unknown type anywhere",
    source: "RFC 9113 §4.1",
    requests: [connect],
    input: frame(0xfa, 0xff, 1, "what") + headers(1, head(200)) + frame(0xfb, 0, 99, "") + data(1, "a", end),
    expect: [response(1, 200, [], 0), { type: "writable", stream: 1 }, content(1, "a"), complete(1)],
  },
];
