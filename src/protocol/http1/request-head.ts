/** A whole request head from the octets of a connection (RFC 9112 §2.2, §3, §5, §6). */
import { latin1 } from "../../bytes/index.ts";
import { type Authority, Fields, HttpError, type Octets, type RequestHead } from "../../message/index.ts";
import { faults } from "./faults.ts";
import { INCOMPLETE, SectionScan, scanSection } from "./field-section.ts";
import {
  type ConnectionOptions,
  chunkedContent,
  type Framing,
  noContent,
  noOptions,
  readCoding,
  readConnection,
  readLength,
} from "./framing.ts";
import { CR, LF, SLASH } from "./grammar.ts";
import type { Http1Limits } from "./limits.ts";
import { RequestLineScan, scanRequestLine } from "./request-line.ts";
import { readAuthority, readTarget, targetAuthority } from "./target.ts";

export interface ReadRequest {
  readonly head: RequestHead;
  readonly framing: Framing;
  readonly options: ConnectionOptions;
  /** The client asks for another protocol by Upgrade, or for a tunnel by CONNECT. */
  readonly mayTunnel: boolean;
}

/** What a field section means, whatever request line stands before it. */
interface SectionMeaning {
  /** The section as received, with its empty line. */
  readonly text: string;
  readonly fields: Fields;
  readonly hostText: string;
  readonly host: Authority;
  readonly framing: Framing;
  readonly contentLength: Octets | undefined;
  readonly options: ConnectionOptions;
  readonly expectsContinue: boolean;
  readonly upgrades: boolean;
}

/** Sections up to this size are remembered, so that an idle connection holds little. */
const rememberedSection: Octets = 2_048;

/**
 * Reads heads one after another. Clients repeat their field section from request to request
 * (programs always, browsers often), so the last one is remembered: one that is the same octet
 * by octet means the same and is not taken apart again.
 */
export class RequestHeadReader {
  /** The request that `read` found. */
  found: ReadRequest | undefined;
  readonly #limits: Http1Limits;
  #last: SectionMeaning | undefined;

  constructor(limits: Http1Limits) {
    this.#limits = limits;
  }

  /**
   * @returns The offset after the head, with `found` set; or INCOMPLETE.
   * @throws HttpError when no request can be made of the octets.
   */
  read(bytes: Buffer, from: number, end: number): number {
    const start = skipEmptyLine(bytes, from, end);
    const fieldsStart = scanRequestLine(bytes, start, end, this.#limits.requestLine, lineScan);
    if (fieldsStart === INCOMPLETE) {
      return INCOMPLETE;
    }
    const common = lineScan.minor !== 0 && bytes[lineScan.methodEnd + 1] === SLASH;
    const last = this.#last;
    if (common && last !== undefined && repeats(bytes, fieldsStart, end, last.text)) {
      this.found = request(bytes, start, "1.1", last);
      return fieldsStart + last.text.length;
    }
    sectionScan.reset();
    const after = scanSection(bytes, fieldsStart, end, fieldsStart, this.#limits, sectionScan);
    if (after !== INCOMPLETE) {
      const version = lineScan.minor === 0 ? "1.0" : "1.1";
      const meaning = this.#understand(latin1(bytes, fieldsStart, after), version, sectionScan);
      this.found = request(bytes, start, version, meaning);
      this.#last = common && isCommon(meaning) ? meaning : undefined;
    }
    return after;
  }

  #understand(text: string, version: "1.0" | "1.1", scan: SectionScan): SectionMeaning {
    const fields = Fields.over(text, scan.spans);
    const hostText = this.#hostField(text, scan, version);
    const options = scan.connection < 0 ? noOptions : readConnection(fields.get("connection") ?? "");
    const framing = frame(fields, scan, version);
    const contentLength = announced(framing);
    if (contentLength !== undefined && contentLength > this.#limits.content) {
      throw new HttpError(
        faults.contentTooLarge,
        "client",
        `content of ${contentLength} octets announced, limit ${this.#limits.content}`,
      );
    }
    const expects = scan.expect >= 0 && expectsContinue(fields.get("expect") ?? "", version, contentLength);
    return {
      text,
      fields,
      hostText,
      host: hostText === this.#last?.hostText ? this.#last.host : readAuthority(hostText),
      framing,
      contentLength,
      options,
      expectsContinue: expects,
      upgrades: scan.upgrade >= 0 && options.upgrade && version === "1.1",
    };
  }

  #hostField(text: string, scan: SectionScan, version: "1.0" | "1.1"): string {
    if (scan.hostLines === 1) {
      return value(text, scan.spans, scan.host);
    }
    if (scan.hostLines > 1) {
      throw new HttpError(faults.badHost, "client", `${scan.hostLines} Host field lines, wanted one`);
    }
    if (version === "1.1") {
      throw new HttpError(faults.missingHost, "client", "no Host field, which HTTP/1.1 requires");
    }
    return "";
  }
}

/** Scratch shared by all readers: a read is never interrupted. */
const lineScan = new RequestLineScan();
const sectionScan = new SectionScan();

/** One empty line before a request is forgiven (RFC 9112 §2.2). */
function skipEmptyLine(bytes: Buffer, from: number, end: number): number {
  if (from + 1 < end && bytes[from] === CR && bytes[from + 1] === LF) {
    if (from + 3 < end && bytes[from + 2] === CR && bytes[from + 3] === LF) {
      throw new HttpError(faults.badRequestLine, "client", "more than one empty line before a request");
    }
    return from + 2;
  }
  return from;
}

function value(text: string, spans: readonly number[], at: number): string {
  return text.slice(spans[at + 2], spans[at + 3]);
}

/** Whether the section from `start` is `text` once more. */
function repeats(bytes: Buffer, start: number, end: number, text: string): boolean {
  const after = start + text.length;
  return after <= end && bytes[after - 1] === LF && latin1(bytes, start, after) === text;
}

/** Nothing in it depends on the method or asks for anything out of the ordinary. */
function isCommon(meaning: SectionMeaning): boolean {
  return (
    meaning.framing.type === "none" &&
    !meaning.upgrades &&
    !meaning.expectsContinue &&
    meaning.text.length <= rememberedSection
  );
}

/** The request that `lineScan` and a section make. */
function request(bytes: Buffer, start: number, version: "1.0" | "1.1", section: SectionMeaning): ReadRequest {
  const { methodEnd, targetEnd, query } = lineScan;
  const method = readMethod(bytes, start, methodEnd);
  const rawTarget = latin1(bytes, methodEnd + 1, targetEnd);
  const target = readTarget(method, rawTarget, query < 0 ? -1 : query - methodEnd - 1);
  if (section.framing.type === "none" && version === "1.0" && expectsContent(method, section.fields)) {
    throw new HttpError(faults.lengthRequired, "client", `${method} in HTTP/1.0 without Content-Length`);
  }
  const named = targetAuthority(target);
  return {
    head: {
      method,
      target,
      rawTarget,
      authority: named ?? section.hostText,
      host: named === undefined ? section.host : readAuthority(named),
      version,
      fields: section.fields,
      contentLength: section.contentLength,
      expectsContinue: section.expectsContinue,
    },
    framing: section.framing,
    options: section.options,
    mayTunnel: section.upgrades || method === "CONNECT",
  };
}

function readMethod(bytes: Buffer, start: number, end: number): string {
  return end - start === 3 && bytes[start] === 0x47 && bytes[start + 1] === 0x45 && bytes[start + 2] === 0x54
    ? "GET"
    : latin1(bytes, start, end);
}

/** An HTTP/1.0 client could mark the content's end only by its length (RFC 1945 §7.2.2). */
function expectsContent(method: string, fields: Fields): boolean {
  return (method === "POST" || method === "PUT" || method === "PATCH") && !fields.has("content-length");
}

function announced(framing: Framing): Octets | undefined {
  return framing.type === "none" ? 0 : framing.type === "length" ? framing.length : undefined;
}

/** RFC 9112 §6.3, for requests; what could be read two ways is refused (§11.2). */
function frame(fields: Fields, scan: SectionScan, version: "1.0" | "1.1"): Framing {
  if (scan.codingLines > 0) {
    if (version === "1.0") {
      throw new HttpError(faults.codingInOldVersion, "client", "Transfer-Encoding in an HTTP/1.0 request");
    }
    if (scan.lengthLines > 0) {
      throw new HttpError(faults.conflictingLengths, "client", "both Transfer-Encoding and Content-Length");
    }
    readCoding(fields.get("transfer-encoding") ?? "");
    return chunkedContent;
  }
  if (scan.lengthLines > 1) {
    throw new HttpError(
      faults.conflictingLengths,
      "client",
      `${scan.lengthLines} Content-Length field lines, wanted one`,
    );
  }
  if (scan.lengthLines === 1) {
    const length = readLength(fields.get("content-length") ?? "");
    return length === 0 ? noContent : { type: "length", length };
  }
  return noContent;
}

/** RFC 9110 §10.1.1: an HTTP/1.0 client's expectation is ignored, and one without content has no use. */
function expectsContinue(text: string, version: "1.0" | "1.1", contentLength: Octets | undefined): boolean {
  if (text.toLowerCase() !== "100-continue") {
    throw new HttpError(
      faults.expectationFailed,
      "client",
      `Expect ${JSON.stringify(text.slice(0, 40))}, only 100-continue is known`,
    );
  }
  return version === "1.1" && contentLength !== 0;
}
