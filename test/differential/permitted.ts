/**
 * Where Sluice and `node:http` (llhttp, strict) may understand the same octets differently, and why.
 *
 * What both understand must always be the same; a difference is only ever that one refuses what the
 * other takes. A difference that no row here permits fails the test.
 */
import { METHODS } from "node:http";
import { isIPv6 } from "node:net";
import type { Outcome } from "./exchange.ts";

export interface Permitted {
  readonly name: string;
  /** Who refuses, or answers less. */
  readonly stricter: "sluice" | "node";
  /** What the input has to hold for this row to apply. */
  readonly input: RegExp | ((input: string, sluice: Outcome, node: Outcome) => boolean);
  /** Sluice's status, where it is what tells this row from others. */
  readonly status?: number;
  readonly why: string;
  readonly source: string;
}

export const permitted: readonly Permitted[] = [
  {
    name: "several Hosts",
    stricter: "sluice",
    status: 400,
    input: /^host:[\s\S]*^host:/im,
    why: "node:http takes the first; a server must refuse more than one line",
    source: "RFC 9112 §3.2",
  },
  {
    name: "an invalid Host",
    stricter: "sluice",
    status: 400,
    input: (input) =>
      [...input.matchAll(/^host:[ \t]*(.*?)[ \t]*\r$/gim)].some(([, value]) => !isAuthority(value ?? "")),
    why: "node:http asks only that Host is there; a server must refuse an invalid value",
    source: "RFC 9112 §3.2",
  },
  {
    name: "an absolute-form whose authority is invalid, empty or names a user",
    stricter: "sluice",
    status: 400,
    input: (input) =>
      [...input.matchAll(/^\S+ +\w+:\/\/([^/? \r\n]*)/gm)].some(
        ([, value]) => /^(?::|$)/.test(value ?? "") || !isAuthority(value ?? ""),
      ),
    why: "node:http hands the target over as it is",
    source: "RFC 9110 §4.2",
  },
  {
    name: "an absolute-form of another scheme",
    stricter: "sluice",
    status: 400,
    input: /^\S+ +(?!https?:\/\/)[a-z]+:\/\/\S* /im,
    why: "no other scheme is served here",
    source: "RFC 9110 §7.4",
  },
  {
    name: "a fragment in the target",
    stricter: "sluice",
    status: 400,
    input: /^\S+ +[^ \r\n]*#/m,
    why: "no form of request-target has a fragment",
    source: "RFC 9112 §3.2",
  },
  {
    name: "asterisk-form outside OPTIONS, or with more after the asterisk",
    stricter: "sluice",
    status: 400,
    input: /^(?!OPTIONS )\S+ +\*|^OPTIONS +\*[^ \r\n]/m,
    why: "asterisk-form is for a server-wide OPTIONS only",
    source: "RFC 9112 §3.2.4",
  },
  {
    name: "more than one space in a request line",
    stricter: "sluice",
    status: 400,
    input: /^\S+ {2,}\S|^\S+ +\S+ {2,}HTTP\//m,
    why: "lenient splitting is permitted but helps smuggling",
    source: "RFC 9112 §3",
  },
  {
    name: "empty lines, bare LF or bare CR before a request line",
    stricter: "sluice",
    status: 400,
    input: /^(?:\r\n\r\n|\n|\r(?!\n))|\r\n\r\n(?:[\s\S]*\S)?(?:\r\n\r\n|\n|\r(?!\n))/,
    why: "one empty line is forgiven, ended by CRLF",
    source: "RFC 9112 §2.2",
  },
  {
    name: "Transfer-Encoding in HTTP/1.0",
    stricter: "sluice",
    status: 400,
    input: /HTTP\/1\.0\r\n[\s\S]*^transfer-encoding:/im,
    why: "the framing is to be treated as faulty",
    source: "RFC 9112 §6.1",
  },
  {
    name: "a chunk extension out of its grammar or too long",
    stricter: "sluice",
    status: 400,
    input: /^[0-9a-f]+;/im,
    why: "llhttp lets some malformed ones pass and bounds them at 16 KB",
    source: "RFC 9112 §7.1.1",
  },
  {
    name: "a chunk size of many zeros",
    stricter: "sluice",
    status: 400,
    input: /^0{16,}/m,
    why: "leading zeros are bounded",
    source: "RFC 9112 §7.1",
  },
  {
    name: "an unknown expectation in a list",
    stricter: "sluice",
    status: 417,
    input: /^expect:/im,
    why: "node:http looks for 100-continue anywhere in the value",
    source: "RFC 9110 §10.1.1",
  },
  {
    name: "HTTP/1.0 content without a length",
    stricter: "sluice",
    status: 411,
    input: /^(?:POST|PUT|PATCH) \S+ HTTP\/1\.0\r$/m,
    why: "an HTTP/1.0 client can mark its content's end by a length only",
    source: "RFC 9112 §6.3",
  },
  {
    name: "a transfer coding besides chunked",
    stricter: "sluice",
    status: 501,
    input: /^transfer-encoding:/im,
    why: "node:http hands the undecoded content over; only chunked is known here",
    source: "RFC 9112 §6.1",
  },
  {
    name: "a longer request line than we take",
    stricter: "sluice",
    status: 414,
    input: /[^\r\n]{8192}/,
    why: "the limits differ",
    source: "RFC 9112 §3",
  },
  {
    name: "a larger field section than we take",
    stricter: "sluice",
    status: 431,
    input: /[^\r\n]{16384}|(?:[^\r\n]*\r\n){100}/,
    why: "the limits differ",
    source: "RFC 6585 §5",
  },
  {
    name: "a request line without a version",
    stricter: "sluice",
    status: 400,
    input: /^\S+ \S+[ \t]*\r?\n/m,
    why: "llhttp takes it for HTTP/0.9, which is not spoken here",
    source: "RFC 9112 §C.1",
  },
  {
    name: "a major version other than 1",
    stricter: "sluice",
    status: 505,
    input: /HTTP\/[^1]\.\d/,
    why: "llhttp takes 0.9 and 2.0 on the request line for what they are not",
    source: "RFC 9110 §15.6.6",
  },
  {
    name: "OPTIONS for the server as a whole",
    stricter: "sluice",
    status: 204,
    input: /OPTIONS \* /,
    why: "Sluice answers it before any route, so nothing echoes",
    source: "RFC 9110 §9.3.7",
  },

  {
    name: "a method that node:http does not know",
    stricter: "node",
    input: (_input, sluice, node) =>
      sluice.seen.slice(node.seen.length).some(({ method }) => !METHODS.includes(method)),
    why: "any token is a method, and which are served is for the handler to say",
    source: "RFC 9110 §9.1",
  },
  {
    name: "a later minor version of HTTP/1",
    stricter: "node",
    input: /HTTP\/1\.[2-9]\r\n/,
    why: "it is answered as the highest minor version we know",
    source: "RFC 9110 §2.5",
  },
  {
    name: "a fault behind requests of a pipeline",
    stricter: "node",
    input: (_input, sluice, node) => sluice.refused !== undefined && node.seen.length < sluice.seen.length,
    why: "node:http drops the answers under way when a later request is refused",
    source: "RFC 9112 §9.3.2",
  },
  {
    name: "octets after a request that closes the connection",
    stricter: "node",
    input: /^connection:[^\r\n]*close|HTTP\/1\.0\r\n/im,
    why: "they are ignored here; llhttp makes an error of them and drops the answer",
    source: "RFC 9112 §9.6",
  },
  {
    name: "bad white space in a chunk extension",
    stricter: "node",
    input: /^[0-9a-f]+;[^\r\n]*[ \t]/im,
    why: "BWS has to be parsed, and taken away",
    source: "RFC 9110 §5.6.3",
  },
  {
    name: "framing fields in trailers",
    stricter: "node",
    input: /^0[^\r\n]*\r\n(?:[^\r\n]+\r\n)*(?:content-length|transfer-encoding):/im,
    why: "they are dropped, as all fields are that may not be trailers",
    source: "RFC 9110 §6.5.1",
  },
  {
    name: "white space around a framing field's value",
    stricter: "node",
    input: /^(?:transfer-encoding|content-length):(?:[ \t]*\t|[^\r\n]*[ \t]\r)/im,
    why: "OWS is no part of the value",
    source: "RFC 9112 §5.1",
  },
];

/** host [ ":" port ], host being a name without oddities or a bracketed IPv6 address, or empty. */
function isAuthority(text: string): boolean {
  const match = /^(?:([\w.~!$&'()*+,;=-]|%[0-9a-f]{2})*|\[([^\]]*)\])(?::(\d*))?$/i.exec(text);
  return (
    match !== null &&
    (match[2] === undefined || (isIPv6(match[2]) && !match[2].includes("%"))) &&
    Number(match[3] ?? 0) <= 65_535
  );
}
