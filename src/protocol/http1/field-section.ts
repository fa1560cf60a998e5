/**
 * Reads a field section (RFC 9112 §5) and judges it line by line.
 *
 *   field-line = field-name ":" OWS field-value OWS
 *
 * Only whole lines are judged, so that the same octets mean the same however they arrive.
 */
import { HttpError, type Octets } from "../../message/index.ts";
import { faults } from "./faults.ts";
import { COLON, CR, isTchar, isValueOctet, LF, SP, showOctet, TAB } from "./grammar.ts";

export interface SectionLimits {
  readonly fieldLine: Octets;
  readonly fieldSection: Octets;
  readonly fieldCount: number;
}

/** More octets are needed before the section can be judged further. */
export const INCOMPLETE = -1;

/**
 * Where the fields that frame a message stand, and all lines' offsets.
 * One instance is used over and over: copy what must last.
 */
export class SectionScan {
  /** Four offsets a line, relative to `base`: name start, name end, value start, value end. */
  spans: number[] = [];
  /** For each framing field: index into `spans` of its last line (-1: none) and the number of lines. */
  host = -1;
  hostLines = 0;
  length = -1;
  lengthLines = 0;
  coding = -1;
  codingLines = 0;
  connection = -1;
  connectionLines = 0;
  expect = -1;
  upgrade = -1;

  reset(): void {
    this.spans = [];
    this.host = -1;
    this.hostLines = 0;
    this.length = -1;
    this.lengthLines = 0;
    this.coding = -1;
    this.codingLines = 0;
    this.connection = -1;
    this.connectionLines = 0;
    this.expect = -1;
    this.upgrade = -1;
  }
}

/**
 * Scans lines from `start` up to and including the empty line.
 *
 * @param base - What the offsets in `scan.spans` count from.
 * @returns The offset after the section, or INCOMPLETE.
 * @throws HttpError for the first line that breaks the grammar or a limit.
 */
export function scanSection(
  bytes: Uint8Array,
  start: number,
  end: number,
  base: number,
  limits: SectionLimits,
  scan: SectionScan,
): number {
  const spans = scan.spans;
  let p = start;
  for (;;) {
    const line = p;
    if (p >= end) {
      return INCOMPLETE;
    }
    let octet = bytes[p] as number;
    if (octet === CR) {
      if (p + 1 >= end) {
        return INCOMPLETE;
      }
      if (bytes[p + 1] === LF) {
        return p + 2;
      }
      return refuse(bytes, line, p, end, start, limits);
    }
    while (p < end && isTchar[bytes[p] as number] === 1) {
      p += 1;
    }
    const nameEnd = p;
    if (p >= end || nameEnd === line || bytes[p] !== COLON) {
      return refuse(bytes, line, p, end, start, limits);
    }
    p += 1;
    while (p < end && (bytes[p] === SP || bytes[p] === TAB)) {
      p += 1;
    }
    const valueStart = p;
    while (p < end && isValueOctet[bytes[p] as number] === 1) {
      p += 1;
    }
    octet = bytes[p] as number;
    if (p + 1 >= end || octet !== CR || bytes[p + 1] !== LF) {
      return refuse(bytes, line, p, end, start, limits);
    }
    if (p - line > limits.fieldLine || p + 2 - start > limits.fieldSection) {
      return tooLarge(line, p, start, limits);
    }
    let valueEnd = p;
    while (valueEnd > valueStart && (bytes[valueEnd - 1] === SP || bytes[valueEnd - 1] === TAB)) {
      valueEnd -= 1;
    }
    if (spans.length === limits.fieldCount << 2) {
      throw new HttpError(faults.fieldsTooLarge, "client", `more than ${limits.fieldCount} field lines`);
    }
    note(bytes, line, nameEnd, spans.length, scan);
    spans.push(line - base, nameEnd - base, valueStart - base, valueEnd - base);
    p += 2;
  }
}

/** Remembers the fields that framing needs; told apart by length first. */
function note(bytes: Uint8Array, start: number, end: number, at: number, scan: SectionScan): void {
  switch (end - start) {
    case 4:
      if (named(bytes, start, "host")) {
        scan.host = at;
        scan.hostLines += 1;
      }
      break;
    case 6:
      if (named(bytes, start, "expect")) {
        scan.expect = at;
      }
      break;
    case 7:
      if (named(bytes, start, "upgrade")) {
        scan.upgrade = at;
      }
      break;
    case 10:
      if (named(bytes, start, "connection")) {
        scan.connection = at;
        scan.connectionLines += 1;
      }
      break;
    case 14:
      if (named(bytes, start, "content-length")) {
        scan.length = at;
        scan.lengthLines += 1;
      }
      break;
    case 17:
      if (named(bytes, start, "transfer-encoding")) {
        scan.coding = at;
        scan.codingLines += 1;
      }
      break;
  }
}

/** Whether the octets from `start` are `name` (lower case letters and "-"), case apart. */
function named(bytes: Uint8Array, start: number, name: string): boolean {
  for (let i = 0; i < name.length; i += 1) {
    const wanted = name.charCodeAt(i);
    const seen = bytes[start + i] as number;
    if (seen !== wanted && ((seen | 0x20) !== wanted || seen < 0x41 || seen > 0x5a)) {
      return false;
    }
  }
  return true;
}

/** The line from `line` does not go on at `p` as it should: incomplete, too long, or wrong. */
function refuse(
  bytes: Uint8Array,
  line: number,
  p: number,
  end: number,
  start: number,
  limits: SectionLimits,
): number {
  const feed = bytes.indexOf(LF, p);
  const whole = feed >= 0 && feed < end;
  const lineEnd = whole ? feed - (bytes[feed - 1] === CR ? 1 : 0) : end - (bytes[end - 1] === CR ? 1 : 0);
  // A line that has not ended is held to its own limit only, so that nobody need look again before.
  if (lineEnd - line > limits.fieldLine || (whole && feed + 1 - start > limits.fieldSection)) {
    return tooLarge(line, lineEnd, start, limits);
  }
  if (!whole) {
    return INCOMPLETE;
  }
  throw wrongLine(bytes, line, p, line === start);
}

function wrongLine(bytes: Uint8Array, line: number, p: number, first: boolean): HttpError {
  const octet = bytes[p];
  if (octet === LF) {
    return new HttpError(faults.bareLineEnd, "client", "a line ends in LF without CR");
  }
  if (octet === CR) {
    return new HttpError(faults.bareLineEnd, "client", "a CR is not followed by LF");
  }
  if (p === line && (octet === SP || octet === TAB)) {
    return first
      ? new HttpError(faults.badFieldLine, "client", "white space before the first field line")
      : new HttpError(faults.obsoleteFold, "client", "a field value is folded over several lines");
  }
  const inName = bytes.subarray(line, p).indexOf(COLON) < 0;
  if (inName) {
    const what = p === line ? "a field name begins with" : "a field name is followed by";
    return new HttpError(faults.badFieldLine, "client", `${what} ${showOctet(octet)}`);
  }
  return new HttpError(faults.badFieldLine, "client", `a field value contains ${showOctet(octet)}`);
}

function tooLarge(line: number, lineEnd: number, start: number, limits: SectionLimits): never {
  throw new HttpError(
    faults.fieldsTooLarge,
    "client",
    lineEnd - line > limits.fieldLine
      ? `a field line of ${lineEnd - line} octets or more, limit ${limits.fieldLine}`
      : `a field section of ${lineEnd - start} octets or more, limit ${limits.fieldSection}`,
  );
}
