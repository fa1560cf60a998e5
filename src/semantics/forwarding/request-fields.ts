/**
 * The field section of a request as a gateway sends it on (RFC 9110 §7.6): without what belongs to one
 * connection, with Via and what is known of the client.
 */
import { countVia, formatVia, parseTokenList } from "../../fields/index.ts";
import { Fields, type ProtocolVersion } from "../../message/index.ts";
import { addClientFields, type ForwardedFamily, type InboundHop, tellsOfClient } from "./client-fields.ts";

export interface RequestFieldRules {
  /** The name we put into Via; undefined: none. */
  readonly via: string | undefined;
  readonly forwarded: ForwardedFamily;
  /** Names (lower case) that the operator wants gone. */
  readonly remove: ReadonlySet<string>;
  /** Name, value, name, value…: what the operator sets. */
  readonly set: readonly string[];
}

/**
 * Fields of one connection (RFC 9110 §7.6.1), which machines write themselves from what they are told.
 *
 * Trailer stays, for trailers are passed on. Credentials for a proxy end here, for no proxy that the
 * client has chosen comes after a gateway (§11.7.2). Proxy is no field of HTTP at all, but CGI makes of it the
 * variable that names a program's proxy (RFC 3875 §4.1.18): a client would choose where it sends its requests.
 */
const ofConnection: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "host",
  "http2-settings",
  "keep-alive",
  "proxy",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "transfer-encoding",
  "upgrade",
]);

const none: readonly string[] = [];

/**
 * What we write ourselves, as name, value, name, value…: Via and what is known of the client. Of `fields` it
 * depends only where the peer is trusted.
 */
export function gatewayLines(
  fields: Fields,
  version: ProtocolVersion,
  hop: InboundHop,
  { via, forwarded }: RequestFieldRules,
): readonly string[] {
  const lines: string[] = [];
  if (via !== undefined) {
    lines.push("via", formatVia(version, via));
  }
  addClientFields(lines, fields, hop, forwarded);
  return lines;
}

/**
 * One pass over the list. What Connection names goes too, whatever it is: who names a field that matters
 * to the application might as well not have sent it. What we write ourselves comes afterwards, so that
 * naming X-Forwarded-For takes nothing away.
 *
 * Applications that get fields by the rules of CGI cannot tell `X_Forwarded_For` from `X-Forwarded-For`
 * (RFC 3875 §4.1.18), so that a name goes, too, where it is one of these with underscores.
 *
 * @param own - What `gatewayLines` answered.
 */
export function requestFields(
  fields: Fields,
  version: ProtocolVersion,
  own: readonly string[],
  { remove, set }: RequestFieldRules,
): Fields {
  const connection = fields.get("connection");
  const named = connection === undefined ? none : parseTokenList(connection);
  const { flat } = fields;
  const out: string[] = [];
  for (let at = 0; at < flat.length; at += 2) {
    const name = flat[at] as string;
    const plain = hyphened(name);
    const goes =
      ofConnection.has(plain) ||
      named.includes(name) ||
      remove.has(name) ||
      remove.has(plain) ||
      tellsOfClient(plain) ||
      // A client of HTTP/1.0 means nothing by it (RFC 9110 §10.1.1).
      (name === "expect" && version === "1.0");
    if (!goes) {
      out.push(name, flat[at + 1] as string);
    }
  }
  for (const text of own) {
    out.push(text);
  }
  return Fields.fromFlat(set.length === 0 ? out : replaced(out, set));
}

/** The client reads fields after the content (RFC 9110 §10.1.4). */
export function readsTrailers(fields: Fields): boolean {
  const te = fields.get("te");
  return te !== undefined && (te === "trailers" || parseTokenList(te).includes("trailers"));
}

/**
 * Own names in Via that a request may bring. Several servers in a row may share a name, and one server may
 * well forward to itself; a loop passes any number.
 */
const mostPasses = 8;

/** Whether the request runs in circles through us (RFC 9110 §7.6.3). */
export function isLooping(fields: Fields, via: string | undefined): boolean {
  if (via === undefined) {
    return false;
  }
  const received = fields.get("via");
  return received !== undefined && countVia(received, via.toLowerCase()) >= mostPasses;
}

function replaced(out: readonly string[], set: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at < out.length; at += 2) {
    const name = out[at] as string;
    if (!isAmong(set, name)) {
      kept.push(name, out[at + 1] as string);
    }
  }
  kept.push(...set);
  return kept;
}

function isAmong(set: readonly string[], name: string): boolean {
  for (let at = 0; at < set.length; at += 2) {
    if (set[at] === name || set[at] === hyphened(name)) {
      return true;
    }
  }
  return false;
}

function hyphened(name: string): string {
  return name.includes("_") ? name.replaceAll("_", "-") : name;
}
