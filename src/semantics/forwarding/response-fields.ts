/** The field section of a response as a gateway sends it on (RFC 9110 §7.6). */
import { formatVia, parseTokenList } from "../../fields/index.ts";
import { Fields, type ProtocolVersion } from "../../message/index.ts";
import { type Asked, BackMapping, type BackRules, isMappedBack } from "./back-mapping.ts";

export interface ResponseFieldRules {
  readonly via: string | undefined;
  /** Names (lower case) that the operator wants gone. */
  readonly remove: ReadonlySet<string>;
  /** How references are mapped back; undefined: they stay. */
  readonly back: BackRules | undefined;
}

/** What one response is forwarded under. */
export interface ResponsePassage {
  /** Version the response came in. */
  readonly version: ProtocolVersion;
  /** It opens a tunnel, or says to which protocol the client has to change: Upgrade stays (RFC 9110 §7.8, §15.5.22). */
  readonly keepsUpgrade: boolean;
  /** X-Accel-Buffering stays: a proxy in front reads it. */
  readonly keepsBuffering: boolean;
}

const none: readonly string[] = [];

/** A bit for each length (modulo 32) of names that are looked at: most others are told from them by it alone. */
const lengths: number = [
  ...["connection", "keep-alive", "content-length", "proxy-connection", "te", "transfer-encoding", "upgrade"],
  ...["proxy-authenticate", "proxy-authentication-info", "x-accel-buffering"],
  ...["location", "content-location", "refresh", "set-cookie"],
].reduce((bits, { length }) => bits | (1 << length), 0);

/**
 * One pass over the list.
 *
 * @param asked - What the client asked for, where references are mapped back; undefined: they stay.
 */
export function responseFields(
  fields: Fields,
  { version, keepsUpgrade, keepsBuffering }: ResponsePassage,
  { via, remove, back }: ResponseFieldRules,
  asked: Asked | undefined,
): Fields {
  const { flat } = fields;
  const connection = fields.get("connection");
  const named = connection === undefined ? none : namedBy(connection);
  let mapping: BackMapping | undefined;
  const out: string[] = [];
  for (let at = 0; at < flat.length; at += 2) {
    const name = flat[at] as string;
    let value = flat[at + 1] as string;
    if ((lengths & (1 << name.length)) !== 0) {
      if (endsHere(name, keepsUpgrade, keepsBuffering)) {
        continue;
      }
      if (back !== undefined && asked !== undefined && isMappedBack(name)) {
        mapping ??= new BackMapping(back, asked);
        value = mapping.value(name, value);
      }
    }
    if (named.length > 0 && named.includes(name) && name !== "upgrade") {
      continue;
    }
    if (remove.size === 0 || !remove.has(name)) {
      out.push(name, value);
    }
  }
  if (via !== undefined) {
    out.push("via", formatVia(version, via));
  }
  return Fields.fromFlat(out);
}

/** What Connection names, its own words for the connection itself left out. */
function namedBy(connection: string): readonly string[] {
  return connection === "keep-alive" || connection === "close" ? none : parseTokenList(connection);
}

/** RFC 9110 §7.6.1, §11.7.1; whether it is buffered, the proxy asks us and nobody behind us. */
function endsHere(name: string, keepsUpgrade: boolean, keepsBuffering: boolean): boolean {
  switch (name) {
    case "connection":
    case "keep-alive":
    case "content-length":
    case "proxy-connection":
    case "te":
    case "transfer-encoding":
    case "proxy-authenticate":
    case "proxy-authentication-info":
      return true;
    case "upgrade":
      return !keepsUpgrade;
    case "x-accel-buffering":
      return !keepsBuffering;
    default:
      return false;
  }
}
