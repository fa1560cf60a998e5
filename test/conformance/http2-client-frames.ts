/** Rows of the HTTP/2 client: single frames on every kind of stream, and the connection (RFC 9113 §3.4–§6). */
import {
  complete,
  failure,
  fault,
  type Http2ClientRow,
  response,
  unprocessed,
} from "../support/http2-client-cases.ts";
import {
  block,
  continuation,
  data,
  flag,
  frame,
  goaway,
  head,
  headers,
  ping,
  priority,
  rstStream,
  settings,
  settingsAck,
  uint,
  windowUpdate,
} from "../support/http2-client-frames.ts";

const end = flag.endStream;
const protocolError: readonly string[] = ["GOAWAY 0 PROTOCOL_ERROR"];
const sizeError: readonly string[] = ["GOAWAY 0 FRAME_SIZE_ERROR"];
const answered = [response(1, 200, [], 0), complete(1)];

/** A row whose input ends the connection while a GET is under way. */
function fatal(name: string, source: string, input: string, owes: readonly string[]): Http2ClientRow {
  return { name, source, input, expect: failure(source, 1), owes };
}

export const beginningRows: readonly Http2ClientRow[] = [
  {
    name: "SETTINGS first",
    source: "RFC 9113 §3.4",
    bare: true,
    input: settings() + headers(1, head(200), end),
    expect: answered,
    owes: ["SETTINGS ack"],
  },
  {
    name: "another frame first",
    source: "RFC 9113 §3.4",
    bare: true,
    input: ping("12345678"),
    expect: failure("RFC 9113 §3.4", 1),
    owes: protocolError,
  },
  {
    name: "an acknowledgement first",
    source: "RFC 9113 §3.4",
    bare: true,
    input: settingsAck,
    expect: failure("RFC 9113 §3.4", 1),
    owes: protocolError,
  },
  {
    name: "HTTP/1 first",
    source: "RFC 9113 §3.4",
    bare: true,
    input: "HTTP/1.1 400 Bad Request\r\n\r\n",
    expect: failure("RFC 9113 §3.4", 1),
    owes: protocolError,
    says: /does not begin with SETTINGS/,
  },
  {
    name: "the end first",
    source: "RFC 9113 §8.1",
    bare: true,
    input: "",
    end: true,
    expect: [fault(1, "RFC 9113 §8.1")],
  },
  {
    name: "the end within a response",
    source: "RFC 9113 §8.1",
    requests: [{}, {}],
    input: headers(3, head(200)) + data(3, "hi"),
    end: true,
    expect: [
      response(3),
      { type: "content", stream: 3, text: "hi" },
      fault(1, "RFC 9113 §8.1"),
      fault(3, "RFC 9113 §8.1"),
    ],
  },
];

export const settingsRows: readonly Http2ClientRow[] = [
  {
    name: "SETTINGS are acknowledged, unknown ones ignored",
    source: "RFC 9113 §6.5.3",
    input: settings([0x99, 7], [3, 10]) + headers(1, head(200), end),
    expect: answered,
    owes: ["SETTINGS ack"],
  },
  fatal("SETTINGS on a stream", "RFC 9113 §5.1.1", frame(4, 0, 1, ""), protocolError),
  fatal("SETTINGS of a length that is no multiple of 6", "RFC 9113 §4.2", frame(4, 0, 0, "12345"), sizeError),
  fatal("an acknowledgement with a payload", "RFC 9113 §6.5", frame(4, 1, 0, "123456"), sizeError),
  fatal("ENABLE_PUSH of 1, from a server", "RFC 9113 §6.5.2", settings([2, 1]), protocolError),
  fatal("ENABLE_PUSH of 2", "RFC 9113 §6.5.2", settings([2, 2]), protocolError),
  fatal("INITIAL_WINDOW_SIZE of 2^31", "RFC 9113 §6.5.2", settings([4, 2 ** 31]), [
    "GOAWAY 0 FLOW_CONTROL_ERROR",
  ]),
  fatal("MAX_FRAME_SIZE of 16,383", "RFC 9113 §6.5.2", settings([5, 16_383]), protocolError),
  fatal("MAX_FRAME_SIZE of 2^24", "RFC 9113 §6.5.2", settings([5, 2 ** 24]), protocolError),
  fatal("ENABLE_CONNECT_PROTOCOL of 2", "RFC 9113 §6.5.2", settings([8, 2]), protocolError),
  {
    name: "ENABLE_CONNECT_PROTOCOL taken back",
    source: "RFC 8441 §3",
    input: settings([8, 1]) + settings([8, 0]),
    expect: failure("RFC 9113 §6.5.2", 1),
    owes: ["SETTINGS ack", "GOAWAY 0 PROTOCOL_ERROR"],
  },
  fatal("NO_RFC7540_PRIORITIES of 2", "RFC 9113 §6.5.2", settings([9, 2]), protocolError),
];

export const frameRows: readonly Http2ClientRow[] = [
  {
    name: "PING is answered",
    source: "RFC 9113 §6.7",
    input: ping("12345678") + ping("otherone", flag.ack) + headers(1, head(200), end),
    expect: answered,
    owes: ["PING ack 12345678"],
  },
  fatal("PING of 7 octets", "RFC 9113 §4.2", ping("1234567"), sizeError),
  fatal("PING on a stream", "RFC 9113 §5.1.1", frame(6, 0, 1, "12345678"), protocolError),
  fatal("a frame of 16,385 octets", "RFC 9113 §4.2", `${uint(16_385, 3)}\x06\0\0\0\0\0`, sizeError),
  fatal("PUSH_PROMISE", "RFC 9113 §8.4", frame(5, 4, 1, uint(2, 4) + head(200)), protocolError),
  {
    name: "PRIORITY means nothing",
    source: "RFC 9113 §5.3.2",
    input: priority(1) + priority(2) + priority(99) + headers(1, head(200), end),
    expect: answered,
  },
  fatal("PRIORITY on stream 0", "RFC 9113 §5.1.1", priority(0), protocolError),
  fatal("PRIORITY_UPDATE from a server", "RFC 9218 §7.1", frame(16, 0, 0, uint(1, 4)), protocolError),
  fatal("DATA on stream 0", "RFC 9113 §5.1.1", data(0, ""), protocolError),
  fatal("HEADERS on stream 0", "RFC 9113 §5.1.1", headers(0, head(200)), protocolError),
  fatal("DATA on a stream nobody opened", "RFC 9113 §5.1", data(3, "hi"), protocolError),
  fatal("HEADERS on a stream nobody opened", "RFC 9113 §5.1", headers(3, head(200)), protocolError),
  fatal("HEADERS on a stream of the server's", "RFC 9113 §5.1", headers(2, head(200)), protocolError),
  fatal("RST_STREAM on a stream nobody opened", "RFC 9113 §5.1", rstStream(3, "CANCEL"), protocolError),
  fatal("RST_STREAM on stream 0", "RFC 9113 §5.1.1", rstStream(0, "CANCEL"), protocolError),
  fatal("RST_STREAM of 3 octets", "RFC 9113 §4.2", frame(3, 0, 1, "123"), sizeError),
  fatal("WINDOW_UPDATE on a stream nobody opened", "RFC 9113 §5.1", windowUpdate(3, 1), protocolError),
  fatal("WINDOW_UPDATE of 0 octets", "RFC 9113 §6.9", windowUpdate(0, 0), protocolError),
  fatal("WINDOW_UPDATE of 5 octets", "RFC 9113 §4.2", frame(8, 0, 1, "12345"), sizeError),
  fatal("WINDOW_UPDATE beyond what a window can be", "RFC 9113 §6.9.1", windowUpdate(0, 2 ** 31 - 1), [
    "GOAWAY 0 FLOW_CONTROL_ERROR",
  ]),
  {
    name: "a stream's WINDOW_UPDATE of 0 octets",
    source: "RFC 9113 §6.9",
    input: windowUpdate(1, 0),
    expect: [fault(1, "RFC 9113 §6.9")],
    owes: ["RST_STREAM 1 PROTOCOL_ERROR"],
  },
  {
    name: "a stream's WINDOW_UPDATE beyond what a window can be",
    source: "RFC 9113 §6.9.1",
    input: windowUpdate(1, 2 ** 31 - 1),
    expect: [fault(1, "RFC 9113 §6.9.1")],
    owes: ["RST_STREAM 1 FLOW_CONTROL_ERROR"],
  },
];

const fields = head(200, ["x", "y"]);

export const blockRows: readonly Http2ClientRow[] = [
  {
    name: "a field block in three frames",
    source: "RFC 9113 §6.10",
    input:
      frame(1, end, 1, fields.slice(0, 4)) +
      continuation(1, fields.slice(4, 9)) +
      continuation(1, fields.slice(9), flag.endHeaders),
    expect: [response(1, 200, [["x", "y"]], 0), complete(1)],
  },
  fatal("CONTINUATION of nothing", "RFC 9113 §6.10", continuation(1, fields, flag.endHeaders), protocolError),
  fatal(
    "CONTINUATION on another stream",
    "RFC 9113 §6.2",
    frame(1, 0, 1, fields) + continuation(3, "", flag.endHeaders),
    protocolError,
  ),
  fatal(
    "another frame within a block",
    "RFC 9113 §6.2",
    frame(1, 0, 1, fields) + ping("12345678"),
    protocolError,
  ),
  fatal(
    "an unknown frame within a block",
    "RFC 9113 §6.2",
    frame(1, 0, 1, fields) + frame(0xfa, 0, 1, ""),
    protocolError,
  ),
  fatal("DATA within a block", "RFC 9113 §6.2", frame(1, 0, 1, fields) + data(1, "hi"), protocolError),
  fatal("a block that is cut short", "RFC 9113 §4.3", headers(1, "\0\x05ab"), ["GOAWAY 0 COMPRESSION_ERROR"]),
  fatal("an index that is in no table", "RFC 7541 §2.3.3", headers(1, "\xff\x7f"), [
    "GOAWAY 0 COMPRESSION_ERROR",
  ]),
  fatal("padding longer than HEADERS", "RFC 9113 §6.1", headers(1, "\x09abc", flag.padded), protocolError),
  {
    name: "the table stays in step where a stream was given up",
    source: "RFC 9113 §4.3",
    requests: [{}, {}, {}],
    limits: { interimResponses: 0 },
    // 103 breaks stream 1; what the late block adds to the table, stream 3 refers to.
    input:
      headers(1, head(103)) + headers(1, `\x88\x40${"\x01x"}${"\x01y"}`, end) + headers(3, "\x88\xbe", end),
    expect: [fault(1, "RFC 9110 §15.2"), response(3, 200, [["x", "y"]], 0), complete(3)],
    owes: ["RST_STREAM 1 ENHANCE_YOUR_CALM"],
  },
];

export const endingRows: readonly Http2ClientRow[] = [
  {
    name: "RST_STREAM before the head",
    source: "RFC 9113 §6.4",
    input: rstStream(1, "INTERNAL_ERROR"),
    expect: [fault(1, "RFC 9113 §6.4")],
    says: /INTERNAL_ERROR/,
  },
  {
    name: "REFUSED_STREAM: the request was not looked at",
    source: "RFC 9113 §8.7",
    input: rstStream(1, "REFUSED_STREAM"),
    expect: [unprocessed(1, "RFC 9113 §8.7")],
  },
  {
    name: "REFUSED_STREAM after a head is not believed",
    source: "RFC 9113 §8.7",
    input: headers(1, head(200)) + rstStream(1, "REFUSED_STREAM"),
    expect: [response(1), fault(1, "RFC 9113 §6.4")],
  },
  {
    name: "NO_ERROR within a response",
    source: "RFC 9113 §8.1",
    input: headers(1, head(200)) + rstStream(1, "NO_ERROR"),
    expect: [response(1), fault(1, "RFC 9113 §6.4")],
  },
  {
    name: "NO_ERROR after a whole response: the rest of the request is not wanted",
    source: "RFC 9113 §8.1",
    requests: [{ method: "POST", contentLength: undefined }],
    input: headers(1, head(200), end) + rstStream(1, "NO_ERROR"),
    expect: answered,
  },
  {
    name: "RST_STREAM twice",
    source: "RFC 9113 §5.1",
    input: rstStream(1, "CANCEL") + rstStream(1, "CANCEL"),
    expect: [fault(1, "RFC 9113 §6.4")],
  },
  {
    name: "GOAWAY: requests behind its last stream were not looked at, the others go on",
    source: "RFC 9113 §6.8",
    requests: [{}, {}, {}],
    input: goaway(1, "NO_ERROR", "bye") + headers(1, head(200), end),
    expect: [unprocessed(3, "RFC 9113 §6.8"), unprocessed(5, "RFC 9113 §6.8"), ...answered],
    owes: ["GOAWAY 0 NO_ERROR"],
    says: /NO_ERROR, bye/,
  },
  {
    name: "GOAWAY in two steps",
    source: "RFC 9113 §6.8",
    requests: [{}, {}],
    input: goaway(2 ** 31 - 1, "NO_ERROR") + headers(1, head(200), end) + goaway(1, "NO_ERROR"),
    expect: [...answered, unprocessed(3, "RFC 9113 §6.8")],
    owes: ["GOAWAY 0 NO_ERROR"],
  },
  {
    name: "GOAWAY that takes back what it gave up",
    source: "RFC 9113 §6.8",
    requests: [{}, {}],
    input: goaway(1, "NO_ERROR") + goaway(3, "NO_ERROR"),
    expect: [unprocessed(3, "RFC 9113 §6.8"), ...failure("RFC 9113 §6.8", 1)],
    owes: protocolError,
  },
  {
    name: "GOAWAY, then the end",
    source: "RFC 9113 §6.8",
    input: goaway(1, "ENHANCE_YOUR_CALM", "slow down\x01"),
    end: true,
    expect: [fault(1, "RFC 9113 §8.1")],
    says: /ENHANCE_YOUR_CALM, slow down\?/,
  },
  fatal("GOAWAY of 7 octets", "RFC 9113 §4.2", frame(7, 0, 0, "1234567"), sizeError),
  fatal("GOAWAY on a stream", "RFC 9113 §5.1.1", frame(7, 0, 1, "12345678"), protocolError),
  {
    name: "trailers of a stream that was answered are not asked for",
    source: "RFC 9113 §5.1",
    input: headers(1, head(200), end) + headers(1, block(["x", "y"]), end),
    expect: [...answered, ...failure("RFC 9113 §5.1")],
    owes: ["GOAWAY 0 STREAM_CLOSED"],
  },
];
