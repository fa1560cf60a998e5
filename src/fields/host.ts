/**
 * Host and port as the Host field and the authority of a target write them.
 *
 * RFC 9110 §7.2, RFC 3986 §3.2.2:
 *   Host     = uri-host [ ":" port ]
 *   reg-name = *( unreserved / pct-encoded / sub-delims )
 */
import ipaddr from "ipaddr.js";
import type { Authority } from "../message/index.ts";

/** unreserved and sub-delims; "%" is checked apart. */
const regName: Uint8Array = tableOf(
  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+,;=",
);

/**
 * @param text - A Host field's value or a target's authority, without userinfo.
 * @returns The host in lower case (of IPv6 its one spelling) and the port, or undefined when the text is neither; "" names no host.
 * @source RFC 9110 §7.2, RFC 3986 §3.2.2.
 */
export function parseHost(text: string): Authority | undefined {
  if (text.charCodeAt(0) === 0x5b) {
    const close = text.indexOf("]");
    const host = close < 0 ? undefined : plainAddress(text.slice(1, close));
    if (host === undefined) {
      return undefined;
    }
    return close === text.length - 1 ? { host, port: undefined } : withPort(host, text, close + 1);
  }
  let end = 0;
  while (end < text.length && text.charCodeAt(end) !== 0x3a) {
    const code = text.charCodeAt(end);
    if (code === 0x25 && isHex(text.charCodeAt(end + 1)) && isHex(text.charCodeAt(end + 2))) {
      end += 3;
    } else if (code < 256 && regName[code] === 1) {
      end += 1;
    } else {
      return undefined;
    }
  }
  const host = text.slice(0, end).toLowerCase();
  return end === text.length ? { host, port: undefined } : withPort(host, text, end);
}

/**
 * The one spelling of an IPv6 address, so that a host has one name: `0:0:0:0:0:0:0:1` is `::1`.
 *
 * @param text - Without brackets.
 * @returns undefined for what is none, a zone included (RFC 9110 §4.2 has no place for one).
 * @source RFC 5952 §4.
 */
export function plainAddress(text: string): string | undefined {
  return /^[0-9A-Fa-f:.]+$/.test(text) && ipaddr.IPv6.isValid(text)
    ? ipaddr.IPv6.parse(text).toRFC5952String()
    : undefined;
}

/** The host as a URI writes it: an IPv6 address in brackets. */
export function formatHost(authority: Authority): string {
  const host = authority.host.includes(":") ? `[${authority.host}]` : authority.host;
  return authority.port === undefined ? host : `${host}:${authority.port}`;
}

/** `colon` is where ":" must stand. A port may be empty (RFC 3986 §3.2.3) and then is none. */
function withPort(host: string, text: string, colon: number): Authority | undefined {
  if (text.charCodeAt(colon) !== 0x3a) {
    return undefined;
  }
  let port = 0;
  for (let i = colon + 1; i < text.length; i += 1) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) {
      return undefined;
    }
    port = port * 10 + digit;
    if (port > 65_535) {
      return undefined;
    }
  }
  return { host, port: colon + 1 === text.length ? undefined : port };
}

function isHex(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x66);
}

function tableOf(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const character of characters) {
    table[character.charCodeAt(0)] = 1;
  }
  return table;
}
