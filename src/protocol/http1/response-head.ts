/**
 * A whole response head from the octets of a connection (RFC 9112 §4, §5, §6.3).
 *
 *   status-line = HTTP-version SP status-code SP [ reason-phrase ] CRLF
 */
import { latin1 } from "../../bytes/index.ts";
import { isContentForbidden } from "../../fields/index.ts";
import { Fields, HttpError, type Octets, type ResponseHead } from "../../message/index.ts";
import { faults } from "./faults.ts";
import { INCOMPLETE, type SectionLimits, SectionScan, scanSection } from "./field-section.ts";
import {
  chunkedContent,
  type Framing,
  noContent,
  readCoding,
  readConnection,
  readLength,
  untilClose,
} from "./framing.ts";
import { CR, isValueOctet, LF, showOctet } from "./grammar.ts";

export interface ReadResponse {
  readonly head: ResponseHead;
  readonly framing: Framing;
  /** The connection goes on after this response (RFC 9112 §9.3). */
  readonly persists: boolean;
}

export interface ResponseLimits extends SectionLimits {
  readonly statusLine: Octets;
}

const scan = new SectionScan();

/** Heads up to this size are remembered, so that an idle connection holds little. */
const rememberedHead: Octets = 2_048;

/**
 * Reads heads one after another. An origin server repeats its head from response to response (within a
 * second, by its Date), so the last one is remembered: one that is the same octet by octet means the
 * same, down to the identity of its fields, and is not taken apart again.
 */
export class ResponseHeadReader {
  /** The response that `read` found. */
  found: ReadResponse | undefined;
  readonly #limits: ResponseLimits;
  #last: ReadResponse | undefined;
  /** The octets of `#last`, as latin1. */
  #text = "";

  constructor(limits: ResponseLimits) {
    this.#limits = limits;
  }

  /**
   * @param method - Of the request answered: HEAD and CONNECT change what follows.
   * @returns The offset after the head, with `found` set; or INCOMPLETE.
   * @throws HttpError when no response can be made of the octets.
   */
  read(bytes: Buffer, start: number, end: number, method: string): number {
    const common = method !== "HEAD" && method !== "CONNECT";
    if (common && this.#last !== undefined && repeats(bytes, start, end, this.#text)) {
      this.found = this.#last;
      return start + this.#text.length;
    }
    const fieldsStart = endOfStatusLine(bytes, start, end, this.#limits.statusLine);
    if (fieldsStart === INCOMPLETE) {
      return INCOMPLETE;
    }
    const line = readStatusLine(latin1(bytes, start, fieldsStart - 2));
    scan.reset();
    const after = scanSection(bytes, fieldsStart, end, start, this.#limits, scan);
    if (after !== INCOMPLETE) {
      const text = latin1(bytes, start, after);
      const fields = Fields.over(text, scan.spans);
      const framing = frame(fields, scan, line, method);
      const found = {
        head: { ...line, fields, contentLength: announced(framing) },
        framing,
        persists: framing.type !== "close" && keeps(line.version, fields),
      };
      this.found = found;
      const kept = common && text.length <= rememberedHead;
      this.#last = kept ? found : undefined;
      this.#text = kept ? text : "";
    }
    return after;
  }
}

/** Whether the head from `start` is `text` once more. */
function repeats(bytes: Buffer, start: number, end: number, text: string): boolean {
  const after = start + text.length;
  return after <= end && bytes[after - 1] === LF && latin1(bytes, start, after) === text;
}

type StatusLine = Pick<ResponseHead, "status" | "reason" | "version">;

/** Only whole lines are judged, but a line longer than its limit is refused as soon as that is seen. */
function endOfStatusLine(bytes: Buffer, start: number, end: number, limit: Octets): number {
  const feed = bytes.indexOf(LF, start);
  const whole = feed >= 0 && feed < end;
  const length = (whole ? feed : end) - start;
  if (length - 1 > limit) {
    throw new HttpError(
      faults.badStatusLine,
      "origin",
      `a status line of ${length} octets or more, limit ${limit}`,
    );
  }
  if (!whole) {
    return INCOMPLETE;
  }
  if (bytes[feed - 1] !== CR || feed === start) {
    throw new HttpError(faults.bareLineEnd, "origin", "a status line ends in LF without CR");
  }
  for (let p = start; p < feed - 1; p += 1) {
    const octet = bytes[p] as number;
    if (isValueOctet[octet] === 0) {
      throw new HttpError(faults.badStatusLine, "origin", `a status line contains ${showOctet(octet)}`);
    }
  }
  return feed + 1;
}

function readStatusLine(line: string): StatusLine {
  const match = /^HTTP\/1\.(\d) ([1-9]\d\d)(?: (.*))?$/s.exec(line);
  if (match === null) {
    throw new HttpError(
      faults.badStatusLine,
      "origin",
      `${JSON.stringify(line.slice(0, 40))} is no HTTP/1 status line`,
    );
  }
  return { version: match[1] === "0" ? "1.0" : "1.1", status: Number(match[2]), reason: match[3] ?? "" };
}

/** RFC 9112 §6.3, for responses. */
function frame(fields: Fields, scanned: SectionScan, line: StatusLine, method: string): Framing {
  if (method === "CONNECT" && line.status >= 200 && line.status < 300) {
    // Fields that frame content are ignored in what opens a tunnel.
    return noContent;
  }
  const coding = scanned.codingLines > 0;
  if (coding && (line.version === "1.0" || scanned.lengthLines > 0)) {
    const what =
      line.version === "1.0"
        ? "Transfer-Encoding in an HTTP/1.0 response"
        : "both Transfer-Encoding and Content-Length";
    throw new HttpError(
      line.version === "1.0" ? faults.codingInOldVersion : faults.conflictingLengths,
      "origin",
      what,
    );
  }
  if (scanned.lengthLines > 1) {
    throw new HttpError(
      faults.conflictingLengths,
      "origin",
      `${scanned.lengthLines} Content-Length field lines, wanted one`,
    );
  }
  const length = scanned.lengthLines === 1 ? readLength(fields.get("content-length") ?? "") : undefined;
  if (coding) {
    readCoding(fields.get("transfer-encoding") ?? "");
  }
  if (line.status === 101 || method === "HEAD" || isContentForbidden(line.status)) {
    return noContent;
  }
  if (coding) {
    return chunkedContent;
  }
  return length === undefined ? untilClose : length === 0 ? noContent : { type: "length", length };
}

function announced(framing: Framing): Octets | undefined {
  return framing.type === "none" ? 0 : framing.type === "length" ? framing.length : undefined;
}

function keeps(version: string, fields: Fields): boolean {
  const { close, keepAlive } = readConnection(fields.get("connection") ?? "");
  return !close && (version === "1.1" || keepAlive);
}
