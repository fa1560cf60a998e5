/** Frames as such (RFC 9113 §3.4, §4, §6): preface, lengths, streams, padding, flags, unknown types. */
import { Buffer } from "node:buffer";
import { answered, fatal, goawayOf, type Http2Row, resetOf, told } from "../support/http2-cases.ts";
import {
  ack,
  block,
  continuation,
  data,
  endHeaders,
  endStream,
  frame,
  get,
  getLines,
  goaway,
  headers,
  padded,
  paddedData,
  ping,
  post,
  preface,
  priority,
  priorityFlag,
  priorityUpdate,
  rstStream,
  settings,
  settingsAck,
  uint32,
  windowUpdate,
} from "../support/http2-frames.ts";

const zeros = (octets: number): Buffer => Buffer.alloc(octets);
const postEvent = "request 1 POST / a length=?";
const lost = "cancelled 1 CANCEL RFC 9113 §5.4.1";
/** HEADERS whose priority depends on their own stream. */
const selfish = (id: number, flags: number): Buffer =>
  frame(1, flags | priorityFlag, id, Buffer.concat([uint32(id), Buffer.from([16]), block(getLines())]));

/** A first part of the connection that is not what it must be. */
function badStart(name: string, input: readonly Uint8Array[], acknowledged = false): Http2Row {
  return {
    ...fatal(name, "RFC 9113 §3.4", "PROTOCOL_ERROR", input),
    raw: true,
    frames: [...(acknowledged ? ["SETTINGS ACK"] : []), goawayOf("PROTOCOL_ERROR")],
  };
}

const prefaceRows: readonly Http2Row[] = [
  {
    name: "the preface and SETTINGS",
    source: "RFC 9113 §3.4",
    input: [preface, settings()],
    raw: true,
    frames: ["SETTINGS ACK"],
  },
  {
    name: "requests before our SETTINGS are acknowledged",
    source: "RFC 9113 §3.4",
    input: [preface, settings(), get(1)],
    raw: true,
    events: told(1),
    frames: ["SETTINGS ACK", answered(1)],
  },
  {
    name: "a preface that is not whole",
    source: "RFC 9113 §3.4",
    input: [preface.subarray(0, 23)],
    raw: true,
  },
  badStart("a preface with one wrong octet", [Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\r"), settings()]),
  badStart("a request of HTTP/1.1", [Buffer.from("GET / HTTP/1.1\r\nHost: a\r\n\r\n")]),
  badStart("no preface", [settings(), get(1)]),
  badStart("zeros", [zeros(64)]),
  badStart("a PING before SETTINGS", [preface, ping()]),
  badStart("a request before SETTINGS", [preface, get(1)]),
  badStart("DATA before SETTINGS", [preface, data(1, "hi")]),
  badStart("an unknown frame before SETTINGS", [preface, frame(0x20, 0, 0)]),
  badStart("an acknowledgement before SETTINGS", [preface, settingsAck]),
];

/** Frames of one length, the first octets of which are of no matter, and the lengths they may have. */
const lengthRows: readonly Http2Row[] = [
  ...[0, 3, 5, 16_384].map((length) =>
    fatal(
      `RST_STREAM of ${length} octets`,
      "RFC 9113 §4.2",
      "FRAME_SIZE_ERROR",
      [post(1), frame(3, 0, 1, zeros(length))],
      {
        answering: "never",
        events: [postEvent, "fault FRAME_SIZE_ERROR RFC 9113 §4.2", lost],
        frames: [goawayOf("FRAME_SIZE_ERROR", 1)],
      },
    ),
  ),
  ...[0, 7, 9, 16, 16_384].map((length) =>
    fatal(`PING of ${length} octets`, "RFC 9113 §4.2", "FRAME_SIZE_ERROR", [frame(6, 0, 0, zeros(length))]),
  ),
  fatal("PING ACK of 6 octets", "RFC 9113 §4.2", "FRAME_SIZE_ERROR", [frame(6, ack, 0, zeros(6))]),
  ...[0, 3, 5, 16_384].map((length) =>
    fatal(`WINDOW_UPDATE of ${length} octets`, "RFC 9113 §4.2", "FRAME_SIZE_ERROR", [
      frame(8, 0, 0, zeros(length)),
    ]),
  ),
  ...[1, 3, 5, 7, 11].map((length) =>
    fatal(`SETTINGS of ${length} octets`, "RFC 9113 §4.2", "FRAME_SIZE_ERROR", [
      frame(4, 0, 0, zeros(length)),
    ]),
  ),
  ...[1, 6].map((length) =>
    fatal(`SETTINGS ACK of ${length} octets`, "RFC 9113 §6.5", "FRAME_SIZE_ERROR", [
      frame(4, ack, 0, zeros(length)),
    ]),
  ),
  ...[0, 4, 7].map((length) =>
    fatal(`GOAWAY of ${length} octets`, "RFC 9113 §4.2", "FRAME_SIZE_ERROR", [frame(7, 0, 0, zeros(length))]),
  ),
  ...[0, 3].map((length) =>
    fatal(`PRIORITY_UPDATE of ${length} octets`, "RFC 9113 §4.2", "FRAME_SIZE_ERROR", [
      frame(0x10, 0, 0, zeros(length)),
    ]),
  ),
  ...[0, 4, 6].map(
    (length): Http2Row => ({
      name: `PRIORITY of ${length} octets on an open stream`,
      source: "RFC 9113 §6.3",
      input: [post(1), frame(2, 0, 1, zeros(length))],
      answering: "never",
      events: [postEvent, "cancelled 1 FRAME_SIZE_ERROR RFC 9113 §6.3"],
      frames: [resetOf(1, "FRAME_SIZE_ERROR")],
    }),
  ),
  ...[0, 4, 6].map((length) =>
    fatal(`PRIORITY of ${length} octets on an idle stream`, "RFC 9113 §4.2", "FRAME_SIZE_ERROR", [
      frame(2, 0, 1, zeros(length)),
    ]),
  ),
  {
    name: "DATA as large as allowed",
    source: "RFC 9113 §4.2",
    input: [post(1, ["content-length", "16384"]), data(1, "x".repeat(16_384), endStream)],
    events: [
      "request 1 POST / a length=16384 content-length=16384",
      `content 1 ${"x".repeat(16_384)}`,
      "complete 1",
    ],
    frames: [answered(1)],
  },
  ...[0, 1, 4, 6, 7, 9, 0x20].map((type) =>
    fatal(`a frame of type ${type} one octet larger than allowed`, "RFC 9113 §4.2", "FRAME_SIZE_ERROR", [
      frame(type, 0, type === 4 || type === 6 || type === 7 ? 0 : 1, zeros(16_385)),
    ]),
  ),
];

const streamRows: readonly Http2Row[] = [
  ...(
    [
      ["DATA", data(0, "hi"), "5.1.1"],
      ["HEADERS", headers(0, getLines()), "5.1.1"],
      ["PRIORITY", priority(0), "5.1.1"],
      ["RST_STREAM", rstStream(0), "5.1.1"],
      ["CONTINUATION", continuation(0, "", endHeaders), "6.10"],
      ["PUSH_PROMISE", frame(5, endHeaders, 0, uint32(2)), "8.4"],
    ] as const
  ).map(([name, input, section]) =>
    fatal(`${name} on stream 0`, `RFC 9113 §${section}`, "PROTOCOL_ERROR", [input]),
  ),
  fatal("HEADERS on an even stream", "RFC 9113 §5.1.1", "PROTOCOL_ERROR", [get(2)]),
  fatal("DATA on an even stream", "RFC 9113 §5.1", "PROTOCOL_ERROR", [data(2, "hi")]),
  fatal("WINDOW_UPDATE on an even stream", "RFC 9113 §5.1", "PROTOCOL_ERROR", [windowUpdate(2, 1)]),
  fatal("RST_STREAM on an even stream", "RFC 9113 §5.1", "PROTOCOL_ERROR", [rstStream(2)]),
  fatal("a stream below one that was open", "RFC 9113 §5.1.1", "PROTOCOL_ERROR", [get(5), get(3)], {
    events: [...told(5), "fault PROTOCOL_ERROR RFC 9113 §5.1.1"],
    frames: [answered(5), goawayOf("PROTOCOL_ERROR", 5)],
  }),
  fatal("a stream used twice", "RFC 9113 §5.1", "STREAM_CLOSED", [get(1), get(1)], {
    events: [...told(1), "fault STREAM_CLOSED RFC 9113 §5.1"],
    frames: [answered(1), goawayOf("STREAM_CLOSED", 1)],
  }),
  {
    name: "the largest stream",
    source: "RFC 9113 §5.1.1",
    input: [get(2_147_483_647)],
    events: told(2_147_483_647),
    frames: [answered(2_147_483_647)],
  },
  {
    name: "the reserved bit of a stream identifier",
    source: "RFC 9113 §4.1",
    input: [frame(1, endStream | endHeaders, 0x80000001, block(getLines()))],
    events: told(1),
    frames: [answered(1)],
  },
  fatal("PRIORITY_UPDATE for stream 0", "RFC 9218 §7.1", "PROTOCOL_ERROR", [priorityUpdate(0, "u=1")]),
  fatal("PRIORITY_UPDATE for a promise that was not made", "RFC 9218 §7.1", "PROTOCOL_ERROR", [
    priorityUpdate(2, "u=1"),
  ]),
  fatal("PRIORITY_UPDATE on a stream", "RFC 9218 §7.1", "PROTOCOL_ERROR", [
    frame(0x10, 0, 1, Buffer.concat([uint32(1), Buffer.from("u=1")])),
  ]),
  {
    name: "PRIORITY_UPDATE before and after its stream, with and without sense",
    source: "RFC 9218 §7.1",
    input: [
      priorityUpdate(1, "u=1, i"),
      get(1),
      priorityUpdate(1, "u=7"),
      priorityUpdate(3, "\xff\0,,"),
      get(3),
    ],
    events: [...told(1), ...told(3)],
    frames: [answered(1), answered(3)],
  },
];

const paddingRows: readonly Http2Row[] = [
  {
    name: "padded DATA",
    source: "RFC 9113 §6.1",
    input: [post(1), paddedData(1, "hi", 0), paddedData(1, "ho", 255), paddedData(1, "", 3, endStream)],
    events: [postEvent, "content 1 hiho", "complete 1"],
    frames: [answered(1)],
  },
  ...[
    [1, 1],
    [2, 1],
    [255, 10],
  ].map(([padding = 0, length = 0]) =>
    fatal(
      `DATA of ${length} octets with ${padding} of padding`,
      "RFC 9113 §6.1",
      "PROTOCOL_ERROR",
      [post(1), frame(0, padded, 1, [padding, ...zeros(length - 1)])],
      {
        answering: "never",
        events: [postEvent, "fault PROTOCOL_ERROR RFC 9113 §6.1", lost],
        frames: [goawayOf("PROTOCOL_ERROR", 1)],
      },
    ),
  ),
  fatal("padded DATA of no octets", "RFC 9113 §4.2", "FRAME_SIZE_ERROR", [post(1), frame(0, padded, 1)], {
    answering: "never",
    events: [postEvent, "fault FRAME_SIZE_ERROR RFC 9113 §4.2", lost],
    frames: [goawayOf("FRAME_SIZE_ERROR", 1)],
  }),
  {
    name: "padded HEADERS with a priority",
    source: "RFC 9113 §6.2",
    input: [
      frame(
        1,
        endStream | endHeaders | padded | priorityFlag,
        1,
        Buffer.concat([Buffer.from([3]), uint32(0), Buffer.from([255]), block(getLines()), zeros(3)]),
      ),
    ],
    events: told(1),
    frames: [answered(1)],
  },
  {
    name: "HEADERS that depend on themselves",
    source: "RFC 7540 §5.3.1",
    input: [
      selfish(1, endHeaders | endStream),
      selfish(3, endStream),
      continuation(3, "", endHeaders),
      get(5),
    ],
    events: ["fault 1 PROTOCOL_ERROR RFC 7540 §5.3.1", "fault 3 PROTOCOL_ERROR RFC 7540 §5.3.1", ...told(5)],
    frames: [resetOf(1, "PROTOCOL_ERROR"), resetOf(3, "PROTOCOL_ERROR"), answered(5)],
  },
  {
    name: "PRIORITY of an open stream that depends on itself",
    source: "RFC 7540 §5.3.1",
    input: [post(1), priority(1, 1), priority(1, 1), get(3)],
    answering: "whole",
    events: ["request 1 POST / a length=?", "cancelled 1 PROTOCOL_ERROR RFC 7540 §5.3.1", ...told(3)],
    frames: [resetOf(1, "PROTOCOL_ERROR"), answered(3)],
  },
  fatal("PRIORITY of an idle stream that depends on itself", "RFC 7540 §5.3.1", "PROTOCOL_ERROR", [
    priority(3, 3),
  ]),
  fatal(
    "WINDOW_UPDATE of 0 on a stream that is over",
    "RFC 9113 §6.9",
    "PROTOCOL_ERROR",
    [get(1), windowUpdate(1, 0)],
    {
      events: [...told(1), "fault PROTOCOL_ERROR RFC 9113 §6.9"],
      frames: [answered(1), "GOAWAY 1 PROTOCOL_ERROR"],
    },
  ),
  fatal("HEADERS with more padding than octets", "RFC 9113 §6.1", "PROTOCOL_ERROR", [
    frame(1, endStream | endHeaders | padded, 1, [200, ...block(getLines())]),
  ]),
  fatal("padded HEADERS of no octets", "RFC 9113 §4.2", "FRAME_SIZE_ERROR", [
    frame(1, endStream | endHeaders | padded, 1),
  ]),
  ...[0, 4].map((length) =>
    fatal(`HEADERS of ${length} octets with a priority`, "RFC 9113 §4.2", "FRAME_SIZE_ERROR", [
      frame(1, endStream | endHeaders | priorityFlag, 1, zeros(length)),
    ]),
  ),
];

const otherRows: readonly Http2Row[] = [
  { name: "PING", source: "RFC 9113 §6.7", input: [ping("ABCDEFGH")], frames: ["PING ACK ABCDEFGH"] },
  { name: "PING ACK of nothing of ours", source: "RFC 9113 §6.7", input: [ping("ABCDEFGH", ack)] },
  {
    name: "flags that mean nothing",
    source: "RFC 9113 §4.1",
    input: [
      frame(1, 0xd2 | endStream | endHeaders, 1, block(getLines())),
      frame(6, 0xfe, 0, "ABCDEFGH"),
      frame(8, 0xff, 0, uint32(1)),
      frame(4, 0xfe, 0),
    ],
    events: told(1),
    frames: [answered(1), "PING ACK ABCDEFGH", "SETTINGS ACK"],
  },
  {
    name: "frames of unknown types",
    source: "RFC 9113 §4.1",
    input: [
      frame(0xa, 0, 0, "an ALTSVC"),
      frame(0x16, 0xff, 77, "x".repeat(300)),
      get(1),
      frame(0xff, 0, 1, zeros(16_384)),
    ],
    events: told(1),
    frames: [answered(1)],
  },
  {
    name: "error codes that nobody knows",
    source: "RFC 9113 §7",
    input: [
      post(1),
      frame(3, 0, 1, uint32(0xffffffff)),
      get(3),
      frame(7, 0, 0, [...uint32(0), ...uint32(77)]),
    ],
    answering: "never",
    events: [postEvent, "cancelled 1 4294967295 RFC 9113 §6.4", "request 3 GET / a length=0", "complete 3"],
  },
  {
    name: "GOAWAY while requests are under way",
    source: "RFC 9113 §6.8",
    input: [post(1), goaway(0, "NO_ERROR", "bye"), data(1, "hi"), windowUpdate(1, 1)],
    answering: "never",
    events: [postEvent, "content 1 hi"],
  },
];

export const frameRows: Readonly<Record<string, readonly Http2Row[]>> = {
  preface: prefaceRows,
  "lengths of frames": lengthRows,
  "streams of frames": streamRows,
  padding: paddingRows,
  "other frames": otherRows,
};
