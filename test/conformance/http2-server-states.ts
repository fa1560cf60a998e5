/** Every frame type on every state of a stream (RFC 9113 §5.1). */
import type { Buffer } from "node:buffer";
import { answered, goawayOf, type Http2Row, resetOf } from "../support/http2-cases.ts";
import type { Http2Answering } from "../support/http2-drive.ts";
import {
  continuation,
  data,
  endHeaders,
  endStream,
  frame,
  get,
  getLines,
  headers,
  post,
  priority,
  priorityUpdate,
  rstStream,
  uint32,
  windowUpdate,
} from "../support/http2-frames.ts";

/** How stream 1 comes into a state, and what is said of it on the way. */
interface State {
  readonly name: string;
  readonly input: readonly Buffer[];
  readonly answering: Http2Answering;
  readonly events: readonly string[];
  readonly frames: readonly string[];
  /** The last stream that a GOAWAY names. */
  readonly last: number;
}

const getEvent = "request 1 GET / a length=0";
const postEvent = "request 1 POST / a length=?";

const states: readonly State[] = [
  { name: "idle", input: [], answering: "never", events: [], frames: [], last: 0 },
  { name: "open", input: [post(1)], answering: "never", events: [postEvent], frames: [], last: 1 },
  {
    name: "half-closed (remote)",
    input: [get(1)],
    answering: "never",
    events: [getEvent, "complete 1"],
    frames: [],
    last: 1,
  },
  {
    name: "half-closed (local)",
    input: [post(1)],
    answering: "head and read",
    events: [postEvent],
    frames: [answered(1)],
    last: 1,
  },
  {
    name: "closed",
    input: [get(1)],
    answering: "whole",
    events: [getEvent, "complete 1"],
    frames: [answered(1)],
    last: 1,
  },
  {
    name: "closed by the client's reset",
    input: [post(1), rstStream(1)],
    answering: "never",
    events: [postEvent, "cancelled 1 CANCEL RFC 9113 §6.4"],
    frames: [],
    last: 1,
  },
  {
    name: "reset by us",
    input: [post(1), windowUpdate(1, 0)],
    answering: "never",
    events: [postEvent, "cancelled 1 PROTOCOL_ERROR RFC 9113 §6.9"],
    frames: [resetOf(1, "PROTOCOL_ERROR")],
    last: 1,
  },
  {
    name: "passed over",
    input: [get(3)],
    answering: "whole",
    events: ["request 3 GET / a length=0", "complete 3"],
    frames: [answered(3)],
    last: 3,
  },
];

const columns = states.map(({ name }) => name);
type Outcome =
  | "nothing"
  | "taken"
  | "trailers"
  | "cancelled"
  | "closed"
  | "reset closed"
  | "idle"
  | "stale"
  | "continued"
  | "pushed"
  | "on a stream";

const everywhere = (outcome: Outcome): readonly Outcome[] => columns.map(() => outcome);

/** Frames on stream 1, and what follows in each of the states above, in their order. */
const matrix: readonly (readonly [
  name: string,
  frame: (state: string) => Buffer,
  outcomes: readonly Outcome[],
])[] = [
  [
    "DATA",
    () => data(1, "hi", endStream),
    ["idle", "taken", "reset closed", "taken", "closed", "closed", "nothing", "closed"],
  ],
  [
    "HEADERS",
    (state) => headers(1, state === "idle" ? getLines() : [["x", "y"]], endStream | endHeaders),
    ["taken", "trailers", "reset closed", "trailers", "closed", "closed", "nothing", "stale"],
  ],
  ["PRIORITY", () => priority(1), everywhere("nothing")],
  [
    "RST_STREAM",
    () => rstStream(1),
    ["idle", "cancelled", "cancelled", "cancelled", "nothing", "nothing", "nothing", "nothing"],
  ],
  ["SETTINGS", () => frame(4, 0, 1), everywhere("on a stream")],
  ["PUSH_PROMISE", () => frame(5, endHeaders, 1, uint32(2)), everywhere("pushed")],
  ["PING", () => frame(6, 0, 1, "12345678"), everywhere("on a stream")],
  ["GOAWAY", () => frame(7, 0, 1, "\0\0\0\0\0\0\0\0"), everywhere("on a stream")],
  [
    "WINDOW_UPDATE",
    () => windowUpdate(1, 1),
    ["idle", "nothing", "nothing", "nothing", "nothing", "nothing", "nothing", "nothing"],
  ],
  ["CONTINUATION", () => continuation(1, "", endHeaders), everywhere("continued")],
  ["PRIORITY_UPDATE", () => priorityUpdate(1, "u=1"), everywhere("nothing")],
  ["an unknown type", () => frame(0x20, 0xff, 1, "hi"), everywhere("nothing")],
];

function row(state: State, name: string, input: Buffer, outcome: Outcome): Http2Row {
  const { events, frames } = expected(state, outcome);
  return {
    name: `${name} on a stream that is ${state.name}`,
    source: "RFC 9113 §5.1",
    input: [...state.input, input],
    answering: state.answering,
    events: [...state.events, ...events],
    frames: [...state.frames, ...frames],
  };
}

/** A stream that was still open when the connection ended. */
function lost({ name }: State): string[] {
  const open = name === "open" || name.startsWith("half-closed");
  return open ? ["cancelled 1 CANCEL RFC 9113 §5.4.1"] : [];
}

function expected(state: State, outcome: Outcome): { events: string[]; frames: string[] } {
  const over = (code: "PROTOCOL_ERROR" | "STREAM_CLOSED", section: string) => ({
    events: [`fault ${code} RFC 9113 §${section}`, ...lost(state)],
    frames: [goawayOf(code, state.last)],
  });
  switch (outcome) {
    case "nothing":
      return { events: [], frames: [] };
    case "taken":
      return state.name === "idle"
        ? { events: [getEvent, "complete 1"], frames: [] }
        : { events: ["content 1 hi", "complete 1"], frames: [] };
    case "trailers":
      return { events: ["complete 1 x=y"], frames: [] };
    case "cancelled":
      return { events: ["cancelled 1 CANCEL RFC 9113 §6.4"], frames: [] };
    case "reset closed":
      return {
        events: ["cancelled 1 STREAM_CLOSED RFC 9113 §5.1"],
        frames: [resetOf(1, "STREAM_CLOSED")],
      };
    case "closed":
      return over("STREAM_CLOSED", "5.1");
    case "idle":
      return over("PROTOCOL_ERROR", "5.1");
    case "stale":
      return over("PROTOCOL_ERROR", "5.1.1");
    case "continued":
      return over("PROTOCOL_ERROR", "6.10");
    case "pushed":
      return over("PROTOCOL_ERROR", "8.4");
    case "on a stream":
      return over("PROTOCOL_ERROR", "5.1.1");
  }
}

export const stateRows: readonly Http2Row[] = matrix.flatMap(([name, input, outcomes]) =>
  states.map((state, column) => row(state, name, input(state.name), outcomes[column] as Outcome)),
);
