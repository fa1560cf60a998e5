/**
 * What a gateway tells the next server of the client: Forwarded (RFC 7239), and X-Forwarded-For, -Proto,
 * -Host, -Port and X-Real-IP by custom.
 *
 * What an untrusted peer says of these is taken away, sent or not: an application would believe it. What
 * a trusted peer says is extended, and both families tell the same story: where X-Forwarded-For and
 * Forwarded differ, Forwarded is written anew from the former (see `clientOf` for which is believed).
 */
import {
  type ForwardedElement,
  formatForwarded,
  formatNode,
  nodeAddress,
  parseForwarded,
  parseHost,
  plainIp,
  trimWhitespace,
} from "../../fields/index.ts";
import type { Endpoint, Fields } from "../../message/index.ts";

/** Which family is sent. */
export type ForwardedFamily = "both" | "x-forwarded" | "forwarded" | "none";

/** What is known of how a request came here. */
export interface InboundHop {
  readonly peer: Endpoint;
  /** The peer, or whom it forwards for. */
  readonly client: Endpoint;
  readonly trustsPeer: boolean;
  /** As the client asked. */
  readonly scheme: "http" | "https";
  /** Of the peer's own connection; unless told, `scheme`. */
  readonly peerScheme?: "http" | "https";
  /** As received; "" where none was sent. */
  readonly authority: string;
}

/** Whether a field (lower case) tells of the client and so is ours to write. */
export function tellsOfClient(name: string): boolean {
  return name === "forwarded" || name === "x-real-ip" || name.startsWith("x-forwarded-");
}

/** Appends name and value of each line to `out`, from which what came of `tellsOfClient` was left out. */
export function addClientFields(
  out: string[],
  fields: Fields,
  hop: InboundHop,
  family: ForwardedFamily,
): void {
  const story = hop.trustsPeer ? extended(fields, hop) : begun(hop);
  if (family === "none") {
    // Nothing of our own; what a trusted peer says goes on as it is.
    if (hop.trustsPeer) {
      copyAll(out, fields, () => true);
    }
    return;
  }
  if (family !== "x-forwarded") {
    out.push("forwarded", story.forwarded);
  }
  if (family !== "forwarded") {
    pushKnown(out, "x-forwarded-for", story.list);
    out.push("x-forwarded-proto", story.scheme);
    pushKnown(out, "x-forwarded-host", story.host);
    out.push("x-forwarded-port", story.port);
    pushKnown(out, "x-real-ip", plainIp(hop.client.address));
  }
  if (hop.trustsPeer) {
    copyAll(out, fields, (name) => !written.has(name));
  }
}

const written: ReadonlySet<string> = new Set([
  "forwarded",
  "x-real-ip",
  "x-forwarded-for",
  "x-forwarded-proto",
  "x-forwarded-host",
  "x-forwarded-port",
]);

/** Nodes that Forwarded is written anew from. */
const mostNodes = 64;

interface Story {
  readonly forwarded: string;
  readonly list: string | undefined;
  readonly scheme: string;
  readonly host: string | undefined;
  readonly port: string;
}

function begun(hop: InboundHop): Story {
  const host = hop.authority === "" ? undefined : hop.authority;
  return {
    forwarded: ownElement(hop),
    list: plainIp(hop.peer.address),
    scheme: hop.scheme,
    host,
    port: portOf(host, hop.scheme),
  };
}

function extended(fields: Fields, hop: InboundHop): Story {
  const said = fields.get("x-forwarded-for");
  const received = said === "" ? undefined : said;
  const text = fields.get("forwarded");
  const elements = text === undefined ? [] : parseForwarded(text);
  const nodes = received === undefined ? elements.map(nodeOf) : lastNodes(received);
  const isSame = sameNodes(nodes, elements);
  const client = isSame ? elements.findLast((element) => isOf(element, hop.client)) : undefined;
  const scheme = fields.get("x-forwarded-proto") ?? client?.proto ?? hop.scheme;
  const told = fields.get("x-forwarded-host") ?? client?.host;
  const host = told ?? (hop.authority === "" ? undefined : hop.authority);
  const before = isSame ? text : rebuilt(nodes, scheme, told);
  const peer = plainIp(hop.peer.address);
  const list = received ?? (nodes.length === 0 ? undefined : nodes.join(", "));
  return {
    forwarded: before === undefined ? ownElement(hop) : `${before}, ${ownElement(hop)}`,
    list: list === undefined ? peer : peer === undefined ? list : `${list}, ${peer}`,
    scheme,
    host,
    port: fields.get("x-forwarded-port") ?? portOf(host, scheme),
  };
}

/** The nearest to us: a client may send as many as a field section holds, and none of those is ours. */
function lastNodes(list: string): readonly string[] {
  return list
    .split(",")
    .slice(-mostNodes)
    .map(trimWhitespace)
    .filter((node) => node !== "");
}

function ownElement({ peer, authority, scheme, peerScheme = scheme }: InboundHop): string {
  const host = authority === "" ? undefined : authority;
  return formatForwarded({ for: formatNode(peer.address), host, proto: peerScheme });
}

function nodeOf(element: ForwardedElement | undefined): string {
  return nodeAddress(element?.for ?? "") ?? "unknown";
}

function isOf(element: ForwardedElement | undefined, client: Endpoint): boolean {
  const address = nodeAddress(element?.for ?? "");
  return address !== undefined && address === plainIp(client.address);
}

/** Whether both lists name the same nodes, and every element could be read. */
function sameNodes(
  nodes: readonly string[],
  elements: readonly (ForwardedElement | undefined)[],
): elements is readonly ForwardedElement[] {
  return (
    nodes.length > 0 &&
    nodes.length === elements.length &&
    elements.every(
      (element, index) =>
        element !== undefined && nodeOf(element) === (nodeAddress(nodes[index] as string) ?? "unknown"),
    )
  );
}

/** Forwarded as X-Forwarded-* tell it: scheme and host are those that the outermost node saw. */
function rebuilt(nodes: readonly string[], proto: string, host: string | undefined): string | undefined {
  const texts = nodes.map((node, index) => {
    const element = { for: formatNode(nodeAddress(node) ?? "") };
    return formatForwarded(index === 0 ? { ...element, host, proto } : element);
  });
  return texts.length === 0 ? undefined : texts.join(", ");
}

function portOf(host: string | undefined, scheme: string): string {
  const port = host === undefined ? undefined : parseHost(host)?.port;
  return String(port ?? (scheme === "https" ? 443 : 80));
}

function pushKnown(out: string[], name: string, value: string | undefined): void {
  if (value !== undefined) {
    out.push(name, value);
  }
}

function copyAll(out: string[], fields: Fields, wanted: (name: string) => boolean): void {
  const { flat } = fields;
  for (let at = 0; at < flat.length; at += 2) {
    const name = flat[at] as string;
    if (tellsOfClient(name) && wanted(name)) {
      out.push(name, flat[at + 1] as string);
    }
  }
}
