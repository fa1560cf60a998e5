/** A whole request head from the octets of a connection (RFC 9112 §2.2, §3, §5, §6). */
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
import { CR, LF } from "./grammar.ts";
import type { Http1Limits } from "./limits.ts";
import { RequestLineScan, scanRequestLine } from "./request-line.ts";
import { noHost, readAuthority, readTarget, targetAuthority } from "./target.ts";

export interface ReadRequest {
  readonly head: RequestHead;
  readonly framing: Framing;
  readonly options: ConnectionOptions;
  /** The client asks for another protocol by Upgrade, or for a tunnel by CONNECT. */
  readonly mayTunnel: boolean;
}

/** Reads heads one after another; keeps what consecutive heads of a connection share. */
export class RequestHeadReader {
  /** The request that `read` found. */
  found: ReadRequest | undefined;
  readonly #limits: Http1Limits;
  #lastHost = "";
  #lastAuthority: Authority = noHost;

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
    sectionScan.reset();
    const after = scanSection(bytes, fieldsStart, end, start, this.#limits, sectionScan);
    if (after !== INCOMPLETE) {
      this.found = this.#assemble(bytes.toString("latin1", start, after), start, sectionScan);
    }
    return after;
  }

  #assemble(text: string, start: number, scan: SectionScan): ReadRequest {
    const method = text.slice(0, lineScan.methodEnd - start);
    const version = lineScan.minor === 0 ? "1.0" : "1.1";
    const targetStart = lineScan.methodEnd + 1;
    const rawTarget = text.slice(targetStart - start, lineScan.targetEnd - start);
    const target = readTarget(method, rawTarget, lineScan.query < 0 ? -1 : lineScan.query - targetStart);
    const { spans } = scan;
    const hostText = this.#hostField(text, scan, version);
    const hostAuthority = this.#authority(hostText);
    const authority = targetAuthority(target) ?? hostText;
    const options = scan.connection < 0 ? noOptions : connectionOptions(text, spans, scan);
    const framing = frame(text, scan, version, method);
    const contentLength =
      framing.type === "none" ? 0 : framing.type === "length" ? framing.length : undefined;
    if (contentLength !== undefined && contentLength > this.#limits.content) {
      throw new HttpError(
        faults.contentTooLarge,
        "client",
        `content of ${contentLength} octets announced, limit ${this.#limits.content}`,
      );
    }
    const upgrades = scan.upgrade >= 0 && options.upgrade && version === "1.1";
    return {
      head: {
        method,
        target,
        rawTarget,
        authority,
        host: authority === hostText ? hostAuthority : readAuthority(authority),
        version,
        fields: Fields.over(text, spans),
        contentLength,
        expectsContinue:
          scan.expect >= 0 &&
          expectsContinue(Fields.over(text, spans).get("expect") ?? "", version, contentLength),
      },
      framing,
      options,
      mayTunnel: upgrades || method === "CONNECT",
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

  #authority(hostText: string): Authority {
    if (hostText !== this.#lastHost) {
      this.#lastAuthority = readAuthority(hostText);
      // Flattened, lest a slice keep a whole head alive as long as the connection.
      this.#lastHost = Buffer.from(hostText, "latin1").toString("latin1");
    }
    return this.#lastAuthority;
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

/** Connection may come in several lines; the scan remembers only the last. */
function connectionOptions(text: string, spans: number[], scan: SectionScan): ConnectionOptions {
  return readConnection(
    scan.connectionLines === 1
      ? value(text, spans, scan.connection)
      : (Fields.over(text, spans).get("connection") ?? ""),
  );
}

/** RFC 9112 §6.3, for requests; what could be read two ways is refused (§11.2). */
function frame(text: string, scan: SectionScan, version: "1.0" | "1.1", method: string): Framing {
  if (scan.codingLines > 0) {
    if (version === "1.0") {
      throw new HttpError(faults.codingInOldVersion, "client", "Transfer-Encoding in an HTTP/1.0 request");
    }
    if (scan.lengthLines > 0) {
      throw new HttpError(faults.conflictingLengths, "client", "both Transfer-Encoding and Content-Length");
    }
    readCoding(Fields.over(text, scan.spans).get("transfer-encoding") ?? "");
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
    const length = readLength(value(text, scan.spans, scan.length));
    return length === 0 ? noContent : { type: "length", length };
  }
  // An HTTP/1.0 client could mark the content's end only by its length (RFC 1945 §7.2.2).
  if (version === "1.0" && (method === "POST" || method === "PUT" || method === "PATCH")) {
    throw new HttpError(faults.lengthRequired, "client", `${method} in HTTP/1.0 without Content-Length`);
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
