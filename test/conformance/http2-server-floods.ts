/** Floods (RFC 9113 §10.5): each kind up to its limit passes, one more ends the connection, which names the limit. */
import { Buffer } from "node:buffer";
import type { Http2Limits } from "../../src/protocol/http2/index.ts";
import { answered, goawayOf, type Http2Row, resetOf, told } from "../support/http2-cases.ts";
import {
  ack,
  continuation,
  data,
  endHeaders,
  endStream,
  frame,
  get,
  getLines,
  headers,
  ping,
  post,
  priority,
  priorityUpdate,
  rstStream,
  settings,
  windowUpdate,
} from "../support/http2-frames.ts";

const section = "RFC 9113 §10.5";
const postEvent = "request 1 POST / a length=?";

interface Flood {
  readonly name: string;
  readonly limit: keyof Http2Limits;
  /** What comes before, and what is said of it. */
  readonly first?: readonly Buffer[];
  readonly events?: readonly string[];
  readonly frames?: readonly string[];
  readonly one: (index: number) => Buffer;
  /** What each is answered with. */
  readonly answer?: (index: number) => string;
  /** What is told of each. */
  readonly tells?: (index: number) => readonly string[];
  readonly last?: number;
  readonly open?: true;
}

/** Each driver begins with SETTINGS and an acknowledgement, which count. */
const started = 2;

const floods: readonly Flood[] = [
  {
    name: "SETTINGS",
    limit: "settingsFrames",
    one: () => settings(),
    answer: () => "SETTINGS ACK",
  },
  { name: "SETTINGS ACK", limit: "settingsFrames", one: () => frame(4, ack, 0) },
  { name: "PING", limit: "pingFrames", one: () => ping(), answer: () => "PING ACK 12345678" },
  { name: "PING ACK", limit: "pingFrames", one: () => ping("12345678", ack) },
  { name: "PRIORITY", limit: "priorityFrames", one: (i) => priority(2 * i + 1) },
  { name: "PRIORITY_UPDATE", limit: "priorityFrames", one: (i) => priorityUpdate(2 * i + 1, "u=1") },
  { name: "WINDOW_UPDATE", limit: "windowUpdates", one: () => windowUpdate(0, 1) },
  { name: "frames of unknown types", limit: "unknownFrames", one: (i) => frame(0x20 + i, 0, 0, "hi") },
  {
    name: "DATA of no octets",
    limit: "emptyFrames",
    first: [post(1)],
    events: [postEvent],
    one: () => data(1),
    last: 1,
    open: true,
  },
  {
    name: "DATA of padding alone",
    limit: "emptyFrames",
    first: [post(1)],
    events: [postEvent],
    one: () => frame(0, 8, 1, [3, 0, 0, 0]),
    last: 1,
    open: true,
  },
  {
    name: "CONTINUATION of no octets",
    limit: "emptyFrames",
    first: [frame(1, endStream, 1, "\x82")],
    one: () => continuation(1, ""),
  },
  {
    name: "streams reset by the client",
    limit: "resets",
    one: (i) => rapid(2 * i + 1),
    tells: (i) => [`request ${2 * i + 1} POST / a length=?`, `cancelled ${2 * i + 1} CANCEL RFC 9113 §6.4`],
    last: 9,
  },
  {
    name: "malformed requests",
    limit: "resets",
    one: (i) => headers(2 * i + 1, getLines(["", "no name"])),
    answer: (i) => resetOf(2 * i + 1, "PROTOCOL_ERROR"),
    tells: (i) => [`fault ${2 * i + 1} PROTOCOL_ERROR RFC 9113 §8.2.1`],
    last: 9,
  },
  {
    name: "resets that the client provokes by WINDOW_UPDATE of 0",
    limit: "resets",
    one: (i) => joined(post(2 * i + 1), windowUpdate(2 * i + 1, 0)),
    answer: (i) => resetOf(2 * i + 1, "PROTOCOL_ERROR"),
    tells: (i) => [
      `request ${2 * i + 1} POST / a length=?`,
      `cancelled ${2 * i + 1} PROTOCOL_ERROR RFC 9113 §6.9`,
    ],
    last: 9,
  },
  {
    name: "resets that the client provokes by content beyond the length announced",
    limit: "resets",
    one: (i) => joined(post(2 * i + 1, ["content-length", "1"]), data(2 * i + 1, "hi")),
    answer: (i) => resetOf(2 * i + 1, "PROTOCOL_ERROR"),
    tells: (i) => [
      `request ${2 * i + 1} POST / a length=1 content-length=1`,
      `cancelled ${2 * i + 1} PROTOCOL_ERROR RFC 9113 §8.1.1`,
    ],
    last: 9,
  },
];

function joined(...parts: readonly Buffer[]): Buffer {
  return Buffer.concat(parts);
}

function rapid(stream: number): Buffer {
  return joined(
    headers(stream, [[":method", "POST"], ...getLines().slice(1)], endHeaders),
    rstStream(stream),
  );
}

function rowsOf(flood: Flood): Http2Row[] {
  const { name, limit, first = [], events = [], frames = [], one, answer, tells, last = 0 } = flood;
  const already = limit === "settingsFrames" ? started : 0;
  const limits: Partial<Http2Limits> = { [limit]: 4 + already };
  const common = { source: section, limits, answering: "never" as const };
  const run = (count: number) => Array.from({ length: count }, (_, i) => i);
  const passes: Http2Row = {
    ...common,
    name: `${name} up to the limit`,
    input: [
      ...first,
      ...run(4).map(one),
      ...(name.startsWith("CONT") ? [continuation(1, "\x87\x84\x41\x01a", endHeaders)] : []),
    ],
    events: [
      ...events,
      ...run(4).flatMap((i) => tells?.(i) ?? []),
      ...(name.startsWith("CONT") ? told(1) : []),
    ],
    frames: [...frames, ...(answer === undefined ? [] : run(4).map(answer))],
  };
  const answers = answer === undefined ? [] : run(5).map(answer);
  // What is answered as part of the fault's own frame is answered before it: a reset, but no SETTINGS or PING.
  const before = limit === "resets" ? answers : answers.slice(0, 4);
  const ends: Http2Row = {
    ...common,
    name: `${name} beyond the limit`,
    input: [...first, ...run(5).map(one)],
    events: [
      ...events,
      ...run(5).flatMap((i) => tells?.(i) ?? []),
      `fault ENHANCE_YOUR_CALM ${section}`,
      ...(flood.open ? ["cancelled 1 CANCEL RFC 9113 §5.4.1"] : []),
    ],
    frames: [...frames, ...before, goawayOf("ENHANCE_YOUR_CALM", last)],
    says: new RegExp(`limit ${limit}`),
  };
  return [passes, ends];
}

export const floodRows: readonly Http2Row[] = [
  ...floods.flatMap(rowsOf),
  {
    name: "streams that complete make up for streams that are reset",
    source: section,
    input: Array.from({ length: 8 }, (_, i) => joined(rapid(4 * i + 1), get(4 * i + 3))),
    limits: { resets: 2 },
    events: Array.from({ length: 8 }, (_, i) => [
      `request ${4 * i + 1} POST / a length=?`,
      `cancelled ${4 * i + 1} CANCEL RFC 9113 §6.4`,
      `request ${4 * i + 3} GET / a length=0`,
      `complete ${4 * i + 3}`,
    ]).flat(),
    frames: Array.from({ length: 8 }, (_, i) => answered(4 * i + 3)),
  },
];
