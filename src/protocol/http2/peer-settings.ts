/** The peer's SETTINGS: which values are allowed, and what they are (RFC 9113 §6.5). */
import type { HttpError, Octets } from "../../message/index.ts";
import { clientFault } from "./faults.ts";
import {
  firstWindow,
  leastMaxFrame,
  mostMaxFrame,
  mostWindow,
  readSettingId,
  readSettingValue,
  setting,
  settingOctets,
} from "./frames.ts";

export class PeerSettings {
  /** SETTINGS_HEADER_TABLE_SIZE as the last payload has it, each value: an encoder must tell of the least too (RFC 7541 §4.2). */
  tableSizes: Octets[] = [];
  enablePush = true;
  maxConcurrentStreams: number = Number.POSITIVE_INFINITY;
  initialWindowSize: Octets = firstWindow;
  maxFrameSize: Octets = leastMaxFrame;
  maxHeaderListSize: Octets = Number.POSITIVE_INFINITY;

  /**
   * Takes a payload's settings in order. Those that nobody knows are ignored.
   *
   * @returns What is wrong with the first bad one.
   */
  apply(bytes: Uint8Array, start: number, end: number): HttpError | undefined {
    this.tableSizes = [];
    for (let at = start; at + settingOctets <= end; at += settingOctets) {
      const error = this.#set(readSettingId(bytes, at), readSettingValue(bytes, at));
      if (error !== undefined) {
        return error;
      }
    }
    return undefined;
  }

  #set(id: number, value: number): HttpError | undefined {
    switch (id) {
      case setting.headerTableSize:
        this.tableSizes.push(value);
        return undefined;
      case setting.enablePush:
        this.enablePush = value === 1;
        return value > 1 ? refused("badSetting", "SETTINGS_ENABLE_PUSH", value, "0 or 1") : undefined;
      case setting.maxConcurrentStreams:
        this.maxConcurrentStreams = value;
        return undefined;
      case setting.initialWindowSize:
        this.initialWindowSize = value;
        return value > mostWindow
          ? refused("badInitialWindow", "SETTINGS_INITIAL_WINDOW_SIZE", value, `at most ${mostWindow}`)
          : undefined;
      case setting.maxFrameSize:
        this.maxFrameSize = value;
        return value < leastMaxFrame || value > mostMaxFrame
          ? refused("badSetting", "SETTINGS_MAX_FRAME_SIZE", value, `${leastMaxFrame} to ${mostMaxFrame}`)
          : undefined;
      case setting.maxHeaderListSize:
        this.maxHeaderListSize = value;
        return undefined;
      case setting.enableConnectProtocol:
        return value > 1
          ? refused("badSetting", "SETTINGS_ENABLE_CONNECT_PROTOCOL", value, "0 or 1")
          : undefined;
      case setting.noRfc7540Priorities:
        return value > 1
          ? refused("badSetting", "SETTINGS_NO_RFC7540_PRIORITIES", value, "0 or 1")
          : undefined;
      default:
        return undefined;
    }
  }
}

function refused(
  name: "badSetting" | "badInitialWindow",
  what: string,
  value: number,
  allowed: string,
): HttpError {
  return clientFault(name, `${what} is ${value}, allowed ${allowed}`);
}
