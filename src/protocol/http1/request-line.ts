/**
 * Reads a request line (RFC 9112 §3).
 *
 *   request-line = method SP request-target SP HTTP-version CRLF
 */
import { HttpError, type Octets } from "../../message/index.ts";
import { faults } from "./faults.ts";
import { INCOMPLETE } from "./field-section.ts";
import { CR, isTargetOctet, isTchar, LF, QUESTION, SP, showOctet } from "./grammar.ts";

/** Where the parts stand, as offsets into the bytes scanned. One instance is used over and over. */
export class RequestLineScan {
  methodEnd = 0;
  targetEnd = 0;
  /** Offset of the first "?", -1 for none. */
  query = -1;
  /** The digit after "HTTP/1.". */
  minor = 1;
}

/** "HTTP/1." */
const versionPrefix = [0x48, 0x54, 0x54, 0x50, 0x2f, 0x31, 0x2e] as const;

/**
 * @returns The offset after the line's CRLF, or INCOMPLETE.
 * @throws HttpError when the line is none that HTTP/1 knows.
 */
export function scanRequestLine(
  bytes: Uint8Array,
  start: number,
  end: number,
  limit: Octets,
  scan: RequestLineScan,
): number {
  let p = start;
  while (p < end && isTchar[bytes[p] as number] === 1) {
    p += 1;
  }
  scan.methodEnd = p;
  if (p === start || p >= end || bytes[p] !== SP) {
    return refuse(bytes, start, end, limit);
  }
  p += 1;
  let query = -1;
  let octet = 0;
  for (; p < end; p += 1) {
    octet = bytes[p] as number;
    if (isTargetOctet[octet] === 0) {
      break;
    }
    if (octet === QUESTION && query < 0) {
      query = p;
    }
  }
  scan.targetEnd = p;
  scan.query = query;
  if (p + 11 > end || octet !== SP || p === scan.methodEnd + 1) {
    return refuse(bytes, start, end, limit);
  }
  for (let i = 0; i < 7; i += 1) {
    if (bytes[p + 1 + i] !== versionPrefix[i]) {
      return refuse(bytes, start, end, limit);
    }
  }
  const minor = (bytes[p + 8] as number) - 0x30;
  if (minor < 0 || minor > 9 || bytes[p + 9] !== CR || bytes[p + 10] !== LF || p + 9 - start > limit) {
    return refuse(bytes, start, end, limit);
  }
  scan.minor = minor;
  return p + 11;
}

/** Not a line we take, or not yet: says which and, of a whole line, why not. */
function refuse(bytes: Uint8Array, start: number, end: number, limit: Octets): number {
  if (start >= end) {
    return INCOMPLETE;
  }
  const first = bytes[start] as number;
  if (first === LF) {
    throw new HttpError(faults.bareLineEnd, "client", "an empty line ends in LF without CR");
  }
  if (isTchar[first] === 0 && first !== CR) {
    throw new HttpError(
      faults.notHttp,
      "client",
      first === 0x16
        ? "this port speaks plain HTTP, and TLS was spoken to it"
        : `a request begins with ${showOctet(first)}`,
    );
  }
  const feed = bytes.indexOf(LF, start);
  const whole = feed >= 0 && feed < end;
  const lineEnd = whole ? feed - (bytes[feed - 1] === CR ? 1 : 0) : end - (bytes[end - 1] === CR ? 1 : 0);
  if (lineEnd - start > limit) {
    const space = bytes.indexOf(SP, start);
    throw space >= 0 && space < start + limit
      ? new HttpError(
          faults.targetTooLong,
          "client",
          `a request line of ${lineEnd - start} octets or more, limit ${limit}`,
        )
      : new HttpError(faults.methodTooLong, "client", `a method of ${limit} octets or more`);
  }
  if (!whole) {
    return INCOMPLETE;
  }
  throw judgeLine(bytes, start, lineEnd, feed);
}

function judgeLine(bytes: Uint8Array, start: number, lineEnd: number, feed: number): HttpError {
  const line = Buffer.from(bytes.buffer, bytes.byteOffset + start, lineEnd - start).toString("latin1");
  const return_ = line.indexOf("\r");
  if (return_ >= 0) {
    return new HttpError(faults.bareLineEnd, "client", "a CR is not followed by LF");
  }
  if (bytes[feed - 1] !== CR) {
    return new HttpError(faults.bareLineEnd, "client", "a line ends in LF without CR");
  }
  const parts = line.split(" ");
  const [method = "", target = "", version] = parts;
  const odd = [...method].find((character) => isTchar[character.charCodeAt(0)] === 0);
  if (odd !== undefined) {
    return new HttpError(
      faults.badRequestLine,
      "client",
      `a method contains ${showOctet(odd.charCodeAt(0))}`,
    );
  }
  if (parts.length === 2 && target !== "") {
    return new HttpError(
      faults.noVersion,
      "client",
      "the request line names no version: HTTP/0.9 is not spoken here, only HTTP/1.0 and HTTP/1.1",
    );
  }
  const strange = [...target].find((character) => isTargetOctet[character.charCodeAt(0)] === 0);
  if (strange !== undefined) {
    return new HttpError(faults.badTarget, "client", `a target contains ${showOctet(strange.charCodeAt(0))}`);
  }
  if (parts.length !== 3 || version === undefined || target === "") {
    return new HttpError(
      faults.badRequestLine,
      "client",
      `a request line of ${parts.length} parts, wanted method, target and version, one space between`,
    );
  }
  return /^HTTP\/\d\.\d$/.test(version)
    ? new HttpError(
        faults.versionNotSupported,
        "client",
        `${version} is not spoken here, only HTTP/1.0 and HTTP/1.1`,
      )
    : new HttpError(faults.badRequestLine, "client", "the request line ends in no HTTP version");
}
