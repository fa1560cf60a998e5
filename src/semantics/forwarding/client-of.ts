/**
 * For whom a request was sent, as trusted proxies tell (RFC 7239 §5, and X-Forwarded-* by custom).
 *
 * The list is walked from the right, where the peer itself wrote: what stands further left is believed
 * only as far as each node that wrote it is trusted. Two fields may say it. A proxy extends the one it
 * knows and passes the other on as its client wrote it, and the one that all but all of them extend is
 * X-Forwarded-For: where it is there, Forwarded counts for nothing. So a trusted proxy that writes
 * Forwarded only has to take X-Forwarded-For away.
 */
import { nodeAddress, parseForwarded, parseHost, trimWhitespace } from "../../fields/index.ts";
import type { Fields } from "../../message/index.ts";

/** What is known of the client behind proxies. */
export interface ClaimedClient {
  /** In its one spelling; the peer's as given where nothing better is known. */
  readonly address: string;
  /** How the client reached the outermost trusted proxy; undefined: nobody says. */
  readonly scheme: "http" | "https" | undefined;
  /** The authority that the client asked for there; undefined: nobody says. */
  readonly host: string | undefined;
}

/** Nodes looked at; who has more proxies than this has none of ours. */
const mostNodes = 64;

/**
 * @param peer - Address of the other end of the connection.
 * @param trusts - Whether what comes from this address is believed. Asked for the peer first.
 * @throws Never. At a node that cannot be read, the one before it (nearer to us) is the client.
 */
export function clientOf(fields: Fields, peer: string, trusts: (address: string) => boolean): ClaimedClient {
  if (!trusts(peer)) {
    return { address: peer, scheme: undefined, host: undefined };
  }
  const list = fields.get("x-forwarded-for");
  if (list !== undefined) {
    return fromCustom(fields, list, peer, trusts);
  }
  const forwarded = fields.get("forwarded");
  if (forwarded !== undefined) {
    return fromForwarded(forwarded, peer, trusts);
  }
  return {
    address: peer,
    scheme: schemeOf(lastOf(fields.get("x-forwarded-proto"))),
    host: hostOf(lastOf(fields.get("x-forwarded-host"))),
  };
}

function fromCustom(
  fields: Fields,
  list: string,
  peer: string,
  trusts: (address: string) => boolean,
): ClaimedClient {
  const nodes = list.split(",").map(trimWhitespace);
  const at = walk(nodes.length, (index) => nodeAddress(nodes[index] as string), trusts);
  return {
    address: at === nodes.length ? peer : (nodeAddress(nodes[at] as string) as string),
    scheme: schemeOf(aligned(fields.get("x-forwarded-proto"), nodes.length, at)),
    host: hostOf(aligned(fields.get("x-forwarded-host"), nodes.length, at)),
  };
}

function fromForwarded(text: string, peer: string, trusts: (address: string) => boolean): ClaimedClient {
  const elements = parseForwarded(text);
  const nodeAt = (index: number): string | undefined => nodeAddress(elements[index]?.for ?? "");
  const at = walk(elements.length, nodeAt, trusts);
  if (at < elements.length) {
    const { proto, host } = elements[at] ?? {};
    return { address: nodeAt(at) as string, scheme: schemeOf(proto), host: hostOf(host) };
  }
  // It hides who its client is, or does not say, and may still say how that came.
  const last = elements.at(-1);
  return { address: peer, scheme: schemeOf(last?.proto), host: hostOf(last?.host) };
}

/** @returns Index of the client's node; `count` where it is the peer itself. */
function walk(
  count: number,
  nodeAt: (index: number) => string | undefined,
  trusts: (address: string) => boolean,
): number {
  const stop = Math.max(0, count - mostNodes);
  let client = count;
  for (let index = count - 1; index >= stop; index -= 1) {
    const address = nodeAt(index);
    if (address === undefined) {
      break;
    }
    client = index;
    if (!trusts(address)) {
      break;
    }
  }
  return client;
}

/** Of a list with a member for each node the client's own, else the last, which the peer wrote. */
function aligned(text: string | undefined, nodes: number, at: number): string | undefined {
  const members = text?.split(",");
  return trimmed(members?.length === nodes && at < nodes ? members[at] : members?.at(-1));
}

function lastOf(text: string | undefined): string | undefined {
  return trimmed(text?.split(",").at(-1));
}

function trimmed(text: string | undefined): string | undefined {
  return text === undefined ? undefined : trimWhitespace(text);
}

function schemeOf(text: string | undefined): "http" | "https" | undefined {
  const scheme = text?.toLowerCase();
  // A WebSocket's own names mean the same (RFC 6455 §3).
  return scheme === "https" || scheme === "wss"
    ? "https"
    : scheme === "http" || scheme === "ws"
      ? "http"
      : undefined;
}

function hostOf(text: string | undefined): string | undefined {
  return text !== undefined && text !== "" && parseHost(text) !== undefined ? text : undefined;
}
