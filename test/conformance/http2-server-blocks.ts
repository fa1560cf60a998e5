/** Field blocks in one frame or several (RFC 9113 §4.3, §6.2, §6.10), and what HPACK finds in them. */
import { Buffer } from "node:buffer";
import { answered, fatal, type Http2Row, malformed, resetOf, told } from "../support/http2-cases.ts";
import {
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
  ping,
  post,
  priority,
  rstStream,
  settings,
  windowUpdate,
} from "../support/http2-frames.ts";

const lines = getLines(["x-a", "1"], ["x-b", "two words"]);
const more = " x-a=1 x-b=two words";
const whole = block(lines);

/** The block cut behind each of its octets: HEADERS and one CONTINUATION. */
const cutRows: readonly Http2Row[] = Array.from({ length: whole.length + 1 }, (_, at) => ({
  name: `a block cut after ${at} octets`,
  source: "RFC 9113 §6.10",
  input: [frame(1, endStream, 1, whole.subarray(0, at)), continuation(1, whole.subarray(at), endHeaders)],
  events: told(1, more),
  frames: [answered(1)],
}));

/** What may not come between HEADERS and CONTINUATION. */
const between: readonly (readonly [name: string, frame: Buffer])[] = [
  ["DATA", data(1, "hi")],
  ["HEADERS of the same stream", get(1)],
  ["HEADERS of another stream", get(3)],
  ["PRIORITY", priority(1)],
  ["RST_STREAM", rstStream(1)],
  ["SETTINGS", settings()],
  ["PING", ping()],
  ["GOAWAY", goaway(0)],
  ["WINDOW_UPDATE", windowUpdate(0, 1)],
  ["CONTINUATION of another stream", continuation(3, "", endHeaders)],
  ["a frame of an unknown type", frame(0x20, 0, 1)],
];

const compression = (name: string, octets: string, section: `RFC ${number} §${string}`): Http2Row =>
  fatal(name, section, "COMPRESSION_ERROR", [
    frame(1, endStream | endHeaders, 1, Buffer.from(octets, "hex")),
  ]);

export const blockRows: readonly Http2Row[] = [
  ...cutRows,
  {
    name: "a block in pieces of one octet",
    source: "RFC 9113 §6.10",
    input: [
      frame(1, endStream, 1),
      ...Array.from(whole, (octet) => continuation(1, [octet])),
      continuation(1, "", endHeaders),
    ],
    limits: { continuations: 100 },
    events: told(1, more),
    frames: [answered(1)],
  },
  ...between.map(([name, input]) =>
    fatal(`${name} within a block`, "RFC 9113 §6.2", "PROTOCOL_ERROR", [
      frame(1, endStream, 1, whole.subarray(0, 5)),
      input,
    ]),
  ),
  fatal(
    "CONTINUATION behind the end of a block",
    "RFC 9113 §6.10",
    "PROTOCOL_ERROR",
    [
      frame(1, endStream, 1, whole.subarray(0, 5)),
      continuation(1, whole.subarray(5), endHeaders),
      continuation(1, "", endHeaders),
    ],
    {
      events: [...told(1, more), "fault PROTOCOL_ERROR RFC 9113 §6.10"],
      frames: [answered(1), "GOAWAY 1 PROTOCOL_ERROR"],
    },
  ),
  compression("index 0", "80", "RFC 7541 §2.3.3"),
  compression("an index beyond the tables", "8286c1ff00", "RFC 7541 §2.3.3"),
  compression("an integer without an end", "ffffffffffffffffffffff", "RFC 7541 §5.1"),
  compression("a literal that is cut short", "8286848500", "RFC 9113 §4.3"),
  compression("Huffman padding that is longer than 7 bits", "00821fff0161", "RFC 7541 §5.2"),
  compression("Huffman EOS", "0085ffffffff0161", "RFC 7541 §5.2"),
  compression("a table size above the setting", "3fe21f", "RFC 7541 §6.3"),
  compression("a table size behind a field line", "828684418cf1e3c2e5f23a6ba0ab90f4ff20", "RFC 7541 §4.2"),
  {
    name: "blocks of streams that are refused or malformed keep the table in step",
    source: "RFC 9113 §4.3",
    input: [
      post(1),
      // A line for the table, in a request that is refused; then the request that refers to it.
      frame(1, endStream | endHeaders, 3, Buffer.from("828684410161400178013182", "hex")),
      frame(1, endStream | endHeaders, 5, Buffer.from("828684bfbe", "hex")),
    ],
    answering: "never",
    limits: { concurrentStreams: 1 },
    events: [
      "request 1 POST / a length=?",
      "fault 3 REFUSED_STREAM RFC 9113 §5.1.2",
      "fault 5 REFUSED_STREAM RFC 9113 §5.1.2",
    ],
    frames: [resetOf(3, "REFUSED_STREAM"), resetOf(5, "REFUSED_STREAM")],
  },
];

const longValue = (octets: number): string => "v".repeat(octets);
const wide = (count: number) => Array.from({ length: count }, (_, i) => [`x${i}`, "y"] as const);

/** Sections beyond our limits (RFC 6585 §5), which count each line 32 octets more than it has. */
export const sectionRows: readonly Http2Row[] = [
  {
    name: "as many lines as allowed",
    source: "RFC 6585 §5",
    input: [get(1, ["b", "y"], ["c", "y"])],
    limits: { fieldCount: 6 },
    events: told(1, " b=y c=y"),
    frames: [answered(1)],
  },
  {
    name: "one line too many",
    source: "RFC 6585 §5",
    input: [get(1, ["b", "y"], ["c", "y"], ["d", "y"]), get(3)],
    limits: { fieldCount: 6 },
    events: ["fault 1 431", ...told(3)],
    frames: [answered(1, 431).replace(" date", " content-length=0 date"), answered(3)],
  },
  {
    name: "a section that is too long",
    source: "RFC 6585 §5",
    input: [get(1, ["b", longValue(200)]), get(3)],
    limits: { fieldSection: 300 },
    events: ["fault 1 431", ...told(3)],
    frames: [answered(1, 431).replace(" date", " content-length=0 date"), answered(3)],
  },
  {
    name: "a line that is too long",
    source: "RFC 6585 §5",
    input: [get(1, ["b", longValue(64)]), get(3, ["b", longValue(63)])],
    limits: { fieldLine: 64 },
    events: ["fault 1 431", ...told(3, ` b=${longValue(63)}`)],
    frames: [answered(1, 431).replace(" date", " content-length=0 date"), answered(3)],
  },
  {
    name: "the content of a request that is refused so",
    source: "RFC 6585 §5",
    input: [post(1, ["b", longValue(64)]), data(1, "hi"), data(1, "ho", endStream), get(3)],
    limits: { fieldLine: 64 },
    events: ["fault 1 431", ...told(3)],
    frames: ["HEADERS 1 END :status=431 content-length=0 date=Thu, 01 Jan 1970 00:00:00 GMT", answered(3)],
  },
  fatal("twice as many lines as allowed", "RFC 9113 §10.5.1", "ENHANCE_YOUR_CALM", [get(1, ...wide(9))], {
    limits: { fieldCount: 6 },
  }),
  fatal(
    "a section twice as long as allowed",
    "RFC 9113 §10.5.1",
    "ENHANCE_YOUR_CALM",
    [get(1, ["b", longValue(700)])],
    {
      limits: { fieldSection: 300 },
    },
  ),
  fatal(
    "a block that never ends",
    "RFC 9113 §10.5.1",
    "ENHANCE_YOUR_CALM",
    [frame(1, 0, 1, block(getLines())), ...Array.from({ length: 8 }, () => continuation(1, longValue(100)))],
    { limits: { fieldSection: 300 }, says: /limit fieldSection 300/ },
  ),
  fatal(
    "more CONTINUATION frames than allowed",
    "RFC 9113 §10.5.1",
    "ENHANCE_YOUR_CALM",
    [frame(1, 0, 1, whole), continuation(1, ""), continuation(1, ""), continuation(1, "")],
    { limits: { continuations: 2 }, says: /limit continuations 2/ },
  ),
  malformed("a name of no octets", "RFC 9113 §8.2.1", [headers(1, getLines(["", "y"]))]),
];
