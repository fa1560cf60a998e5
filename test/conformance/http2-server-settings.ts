/** SETTINGS (RFC 9113 §6.5, RFC 8441 §3, RFC 9218 §2.1): every value in and out of range. */
import { fatal, goawayOf, type Http2Row } from "../support/http2-cases.ts";
import { post, settings, windowUpdate } from "../support/http2-frames.ts";

const section = "RFC 9113 §6.5.2";
const acknowledged = ["SETTINGS ACK"];

const allowed: readonly (readonly [name: string, id: number, values: readonly number[]])[] = [
  ["HEADER_TABLE_SIZE", 1, [0, 1, 4_095, 4_097, 65_536, 0xffffffff]],
  ["ENABLE_PUSH", 2, [0, 1]],
  ["MAX_CONCURRENT_STREAMS", 3, [0, 1, 0xffffffff]],
  ["INITIAL_WINDOW_SIZE", 4, [0, 1, 65_535, 0x7fffffff]],
  ["MAX_FRAME_SIZE", 5, [16_384, 16_385, 16_777_215]],
  ["MAX_HEADER_LIST_SIZE", 6, [0, 0xffffffff]],
  ["ENABLE_CONNECT_PROTOCOL", 8, [0, 1]],
  ["NO_RFC7540_PRIORITIES", 9, [0, 1]],
  ["a setting that nobody knows", 0, [0, 0xffffffff]],
  ["another setting that nobody knows", 0xffff, [0, 0xffffffff]],
];

const refused: readonly (readonly [
  name: string,
  id: number,
  values: readonly number[],
  code: "PROTOCOL_ERROR" | "FLOW_CONTROL_ERROR",
])[] = [
  ["ENABLE_PUSH", 2, [2, 0x80000000, 0xffffffff], "PROTOCOL_ERROR"],
  ["INITIAL_WINDOW_SIZE", 4, [0x80000000, 0xffffffff], "FLOW_CONTROL_ERROR"],
  ["MAX_FRAME_SIZE", 5, [0, 1, 16_383, 16_777_216, 0xffffffff], "PROTOCOL_ERROR"],
  ["ENABLE_CONNECT_PROTOCOL", 8, [2, 0xffffffff], "PROTOCOL_ERROR"],
  ["NO_RFC7540_PRIORITIES", 9, [2, 0xffffffff], "PROTOCOL_ERROR"],
];

export const settingRows: readonly Http2Row[] = [
  ...allowed.flatMap(([name, id, values]) =>
    values.map((value) => ({
      name: `${name} is ${value}`,
      source: section,
      input: [settings([id, value])],
      frames: acknowledged,
    })),
  ),
  ...refused.flatMap(([name, id, values, code]) =>
    values.map((value) =>
      fatal(`${name} is ${value}`, section, code, [settings([id, value])], {
        says: new RegExp(`SETTINGS_${name} is ${value}, allowed `),
      }),
    ),
  ),
  {
    name: "no settings",
    source: "RFC 9113 §6.5",
    input: [settings()],
    frames: acknowledged,
  },
  {
    name: "the same setting twice, the last of which counts",
    source: "RFC 9113 §6.5.3",
    input: [settings([4, 0], [4, 100]), settings([5, 20_000], [5, 16_384])],
    frames: ["SETTINGS ACK", "SETTINGS ACK"],
  },
  fatal("a bad setting behind a good one", section, "PROTOCOL_ERROR", [settings([4, 100], [2, 2])]),
  {
    ...fatal("a first window that overflows a stream's", "RFC 9113 §6.9.1", "FLOW_CONTROL_ERROR", []),
    input: [post(1), windowUpdate(1, 0x7fffffff - 65_535), settings([4, 65_536])],
    answering: "never",
    events: [
      "request 1 POST / a length=?",
      "fault FLOW_CONTROL_ERROR RFC 9113 §6.9.1",
      "cancelled 1 CANCEL RFC 9113 §5.4.1",
    ],
    frames: [goawayOf("FLOW_CONTROL_ERROR", 1)],
  },
];
