/**
 * Changing protocols through a gateway: Upgrade (RFC 9110 §7.8), and extended CONNECT of HTTP/2 (RFC 8441),
 * which goes on as Upgrade over HTTP/1.1. Both are for this connection only, so that the gateway asks anew.
 */
import { createHash, randomBytes } from "node:crypto";
import { parseTokenList } from "../../fields/index.ts";
import {
  type Content,
  emptyContent,
  Fields,
  type HttpRequest,
  type PulledContent,
} from "../../message/index.ts";

/**
 * The protocol to offer to the upstream.
 *
 * @param allowed - In lower case.
 * @returns undefined: the request goes on as if it had not asked. A client of HTTP/1.0 cannot ask, nor one
 *   whose Connection does not say so (RFC 9110 §7.8), and with content it would not be known where the other protocol begins.
 */
export function offeredUpgrade(request: HttpRequest, allowed: readonly string[]): string | undefined {
  const { fields, version, content } = request;
  const asked = version === "1.1" && content.length === 0 ? fields.get("upgrade") : undefined;
  return asked !== undefined && parseTokenList(fields.get("connection") ?? "").includes("upgrade")
    ? parseTokenList(asked).find((name) => allowed.includes(name))
    : undefined;
}

/** Whether the upstream changed to what it was offered, and to nothing else (RFC 9110 §7.8). */
export function changedTo(offered: string, fields: Fields): boolean {
  const names = parseTokenList(fields.get("upgrade") ?? "");
  return names.length === 1 && names[0] === offered;
}

/** Proves to the upstream that a WebSocket is meant, and to us that the upstream knows (RFC 6455 §4.1). */
export function webSocketKey(): string {
  return randomBytes(16).toString("base64");
}

/** RFC 6455 §4.2.2: what answers a key. */
export function acceptOf(key: string): string {
  return createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
}

/** Fields of a WebSocket's extended CONNECT as those of its handshake over HTTP/1.1 (RFC 8441 §5). */
export function handshakeFields(fields: Fields, key: string): Fields {
  const set = [["sec-websocket-key", key] as const];
  const missing = [["sec-websocket-version", "13"] as const];
  return fields.patched({ remove: [], set, add: [], missing });
}

/**
 * Our client's half of a tunnel as the content of a request that has none: nothing is read of it before the
 * tunnel is open.
 */
export function tunnelHalf(content: Content): Content {
  return content.type === "pulled" ? new TunnelHalf(content) : emptyContent;
}

class TunnelHalf implements PulledContent {
  readonly type = "pulled";
  readonly length = 0;
  readonly #half: PulledContent;

  constructor(half: PulledContent) {
    this.#half = half;
  }

  get onReadable(): (() => void) | undefined {
    return this.#half.onReadable;
  }

  set onReadable(told: (() => void) | undefined) {
    this.#half.onReadable = told;
  }

  get trailers(): Fields {
    return Fields.empty;
  }

  read(): Uint8Array | "pending" | "end" {
    return this.#half.read();
  }

  cancel(reason: Error): void {
    this.#half.cancel(reason);
  }
}
