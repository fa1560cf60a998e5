/** `limits.http2` and the timeouts of HTTP/2: as a user writes them, their schema, and their normal form. */
import { type ZodType, z } from "zod";
import {
  type Duration,
  type Millis,
  type Octets,
  parseDuration,
  parseSize,
  type Size,
} from "../message/index.ts";
import type { Http1Limits } from "../protocol/http1/index.ts";
import { defaultHttp2Limits, type Http2Limits } from "../protocol/http2/index.ts";
import { duration, size, someCount, someSize, wait } from "./quantity-schemas.ts";

/** Each name stands for the same name in `Http2Limits`; what HTTP/1 limits too is said once for both. */
export interface Http2LimitsConfig {
  readonly concurrentStreams?: number;
  readonly headerTable?: Size;
  readonly continuations?: number;
  readonly streamWindow?: Size;
  readonly connectionWindow?: Size;
  readonly windowGrowth?: Size;
  readonly unsent?: Size;
  readonly unsentControl?: Size;
  readonly pushes?: number;
  /** Over what time the frames below are counted. */
  readonly floodTime?: Duration;
  readonly resets?: number;
  readonly settingsFrames?: number;
  readonly pingFrames?: number;
  readonly priorityFrames?: number;
  readonly windowUpdates?: number;
  readonly emptyFrames?: number;
  readonly unknownFrames?: number;
}

export interface Http2TimeoutsConfig {
  /** From our SETTINGS to the client's acknowledgement. */
  readonly settings?: Duration;
  /** With content to send, the longest time in which the client keeps its windows closed. */
  readonly windowStall?: Duration;
  /** At a graceful close, from the first GOAWAY to the second where the client acknowledges nothing. */
  readonly goaway?: Duration;
}

/** RFC 9113 §6.9.2: a window has 31 bits. */
const window = someSize.refine((value) => !(octetsOf(value) > 2_147_483_647), {
  error: "needs 2147483647 octets or less",
});

export const http2LimitsSchema: ZodType = z.strictObject({
  concurrentStreams: someCount.optional(),
  headerTable: size.optional(),
  continuations: someCount.optional(),
  streamWindow: window.optional(),
  connectionWindow: window.optional(),
  windowGrowth: window.optional(),
  unsent: someSize.optional(),
  unsentControl: someSize.optional(),
  pushes: z.int().min(0).optional(),
  floodTime: wait.optional(),
  resets: someCount.optional(),
  settingsFrames: someCount.optional(),
  pingFrames: someCount.optional(),
  priorityFrames: someCount.optional(),
  windowUpdates: someCount.optional(),
  emptyFrames: someCount.optional(),
  unknownFrames: someCount.optional(),
});

export const http2TimeoutsShape: { readonly [Name in keyof Http2TimeoutsConfig]-?: ZodType } = {
  settings: wait.optional(),
  windowStall: wait.optional(),
  goaway: duration.optional(),
};

/** @param common - What holds for every version. */
export function http2Limits(
  common: Http1Limits,
  limits: Http2LimitsConfig = {},
  timeouts: Http2TimeoutsConfig = {},
): Http2Limits {
  const standard = defaultHttp2Limits;
  return {
    concurrentStreams: limits.concurrentStreams ?? standard.concurrentStreams,
    fieldSection: common.fieldSection,
    fieldCount: common.fieldCount,
    fieldLine: common.fieldLine,
    content: common.content,
    headerTable: octets(limits.headerTable, standard.headerTable),
    continuations: limits.continuations ?? standard.continuations,
    streamWindow: octets(limits.streamWindow, standard.streamWindow),
    connectionWindow: octets(limits.connectionWindow, standard.connectionWindow),
    windowGrowth: octets(limits.windowGrowth, standard.windowGrowth),
    unsent: octets(limits.unsent, standard.unsent),
    unsentControl: octets(limits.unsentControl, standard.unsentControl),
    pushes: limits.pushes ?? standard.pushes,
    floodTime: millis(limits.floodTime, standard.floodTime),
    resets: limits.resets ?? standard.resets,
    settingsFrames: limits.settingsFrames ?? standard.settingsFrames,
    pingFrames: limits.pingFrames ?? standard.pingFrames,
    priorityFrames: limits.priorityFrames ?? standard.priorityFrames,
    windowUpdates: limits.windowUpdates ?? standard.windowUpdates,
    emptyFrames: limits.emptyFrames ?? standard.emptyFrames,
    unknownFrames: limits.unknownFrames ?? standard.unknownFrames,
    firstByte: common.firstByte,
    fieldSectionTime: common.fieldSectionTime,
    contentProgress: common.contentProgress,
    keepAlive: common.keepAlive,
    settingsTime: millis(timeouts.settings, standard.settingsTime),
    windowStall: millis(timeouts.windowStall, standard.windowStall),
    goawayTime: millis(timeouts.goaway, standard.goawayTime),
  };
}

function octets(given: Size | undefined, standard: Octets): Octets {
  return given === undefined ? standard : parseSize(given);
}

function millis(given: Duration | undefined, standard: Millis): Millis {
  return given === undefined ? standard : parseDuration(given);
}

/** NaN for what is no size; another rule complains of that. */
function octetsOf(value: string | number): Octets {
  try {
    return parseSize(value as Size);
  } catch {
    return Number.NaN;
  }
}
