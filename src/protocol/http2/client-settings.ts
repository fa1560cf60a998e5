/** The SETTINGS of an origin server: those of any peer, and what only a client looks at. */
import type { HttpError } from "../../message/index.ts";
import { asOriginFault, originFault } from "./client-faults.ts";
import { readSettingId, readSettingValue, setting, settingOctets } from "./frames.ts";
import { PeerSettings } from "./peer-settings.ts";

export class OriginSettings {
  readonly peer: PeerSettings = new PeerSettings();
  /** Extended CONNECT is understood (RFC 8441 §3). */
  extendedConnect = false;

  /** @returns What is wrong with the first bad one. */
  apply(bytes: Uint8Array, start: number, end: number): HttpError | undefined {
    const error = this.peer.apply(bytes, start, end);
    if (error !== undefined) {
      return asOriginFault(error);
    }
    for (let at = start; at < end; at += settingOctets) {
      const wrong = this.#look(readSettingId(bytes, at), readSettingValue(bytes, at));
      if (wrong !== undefined) {
        return originFault("badServerSetting", wrong);
      }
    }
    return undefined;
  }

  #look(id: number, value: number): string | undefined {
    if (id === setting.enablePush && value !== 0) {
      return `a server's SETTINGS_ENABLE_PUSH is ${value}, allowed 0`;
    }
    if (id === setting.enableConnectProtocol) {
      if (this.extendedConnect && value === 0) {
        return "SETTINGS_ENABLE_CONNECT_PROTOCOL is taken back";
      }
      this.extendedConnect = value === 1;
    }
    return undefined;
  }
}
