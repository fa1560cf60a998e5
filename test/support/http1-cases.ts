/**
 * The shape of one row in the HTTP/1 conformance tables, and short builders for
 * the events it expects. Rows are data: the drivers in `http1-drive.ts` run them.
 */
import type { FieldLine } from "../../src/message/index.ts";
import type { Http1ClientLimits, Http1Limits } from "../../src/protocol/http1/index.ts";

export interface RequestEvent {
  readonly type: "request";
  readonly method: string;
  /** The target as received. */
  readonly target: string;
  readonly form: "origin" | "absolute" | "authority" | "asterisk";
  readonly authority: string;
  readonly host: string;
  readonly port: number | undefined;
  readonly version: string;
  readonly fields: readonly FieldLine[];
  readonly contentLength: number | undefined;
  readonly expectsContinue: boolean;
}

export interface ResponseEvent {
  readonly type: "response" | "informational";
  readonly status: number;
  readonly reason: string;
  readonly version: string;
  readonly fields: readonly FieldLine[];
  readonly contentLength: number | undefined;
}

export interface ContentEvent {
  readonly type: "content";
  /** latin1; adjacent arrivals are one event. */
  readonly text: string;
}

export interface CompleteEvent {
  readonly type: "complete";
  readonly trailers: readonly FieldLine[];
}

export interface FaultEvent {
  readonly type: "fault";
  readonly status: number;
  /** Where the rule is written. A row may cite a finer section than the machine's table does. */
  readonly source: string;
}

export type Http1Event = RequestEvent | ResponseEvent | ContentEvent | CompleteEvent | FaultEvent;

/** Answers that a driver gives once a request is complete (a tunnel: at its head). */
export type Answer = "empty" | "tunnel";

export interface ServerRow {
  readonly name: string;
  readonly source: string;
  /** latin1: one character, one octet. */
  readonly input: string;
  readonly expect: readonly Http1Event[];
  /** The peer closes after the input. */
  readonly end?: true;
  /** The connection is not reused although nothing was wrong: what follows is ignored. */
  readonly closes?: true;
  readonly limits?: Partial<Http1Limits>;
  readonly answer?: Answer;
  /** What the fault's text has to tell the client. */
  readonly says?: RegExp;
}

export interface ClientRow {
  readonly name: string;
  readonly source: string;
  /** Methods of the requests outstanding, in order; "GET upgrade" offers Upgrade; one GET unless told otherwise. */
  readonly methods?: readonly string[];
  readonly input: string;
  readonly expect: readonly Http1Event[];
  readonly end?: true;
  /** The response ends the connection: what follows is ignored. */
  readonly closes?: true;
  /** A tunnel opens: after the origin server's end our half goes on. */
  readonly opens?: true;
  readonly limits?: Partial<Http1ClientLimits>;
}

/** Lines of a head, with the CRLFs and the empty line that end it. */
export function lines(...head: readonly string[]): string {
  return `${head.join("\r\n")}\r\n\r\n`;
}

/** A GET head for "/" with Host "a" and more field lines. */
export function get(...fields: readonly string[]): string {
  return lines("GET / HTTP/1.1", "Host: a", ...fields);
}

/** A POST head for "/" with Host "a" and more field lines. */
export function post(...fields: readonly string[]): string {
  return lines("POST / HTTP/1.1", "Host: a", ...fields);
}

/** A chunked POST whose body is `body`. */
export function chunkedPost(body: string): string {
  return post("Transfer-Encoding: chunked") + body;
}

/**
 * The event of a request: GET / with Host "a" unless told otherwise.
 *
 * @param change - What differs; `more` are field lines after Host.
 */
export function request(
  change: Partial<Omit<RequestEvent, "type">> & { readonly more?: readonly FieldLine[] } = {},
): RequestEvent {
  const { more = [], ...rest } = change;
  const authority = rest.authority ?? "a";
  return {
    type: "request",
    method: "GET",
    target: "/",
    form: "origin",
    authority,
    host: authority.toLowerCase(),
    port: undefined,
    version: "1.1",
    fields: [["host", authority], ...more],
    contentLength: 0,
    expectsContinue: false,
    ...rest,
  };
}

/** The event of a chunked POST. */
export function chunkedRequest(): RequestEvent {
  return request({ method: "POST", contentLength: undefined, more: [["transfer-encoding", "chunked"]] });
}

/** The event of a POST with Content-Length. */
export function sizedRequest(length: number, written: string = String(length)): RequestEvent {
  return request({ method: "POST", contentLength: length, more: [["content-length", written]] });
}

/** The event of a response: 200 OK in HTTP/1.1 unless told otherwise. */
export function response(change: Partial<Omit<ResponseEvent, "type">> = {}): ResponseEvent {
  return {
    type: "response",
    status: 200,
    reason: "OK",
    version: "1.1",
    fields: [],
    contentLength: undefined,
    ...change,
  };
}

export function informational(
  status: number,
  reason: string,
  fields: readonly FieldLine[] = [],
): ResponseEvent {
  return { type: "informational", status, reason, version: "1.1", fields, contentLength: 0 };
}

export function content(text: string): ContentEvent {
  return { type: "content", text };
}

export function complete(...trailers: readonly FieldLine[]): CompleteEvent {
  return { type: "complete", trailers };
}

export function fault(status: number, source: string): FaultEvent {
  return { type: "fault", status, source };
}

/** A request without content, whole. */
export function whole(
  change: Partial<Omit<RequestEvent, "type">> & { readonly more?: readonly FieldLine[] } = {},
): readonly Http1Event[] {
  return [request(change), complete()];
}

/** A row whose input is refused before any request is told. */
export function refused(name: string, source: string, input: string, status = 400): ServerRow {
  return { name, source, input, expect: [fault(status, source)] };
}

/** A row of a chunked POST that yields `text` and completes with `trailers`. */
export function decoded(
  name: string,
  source: string,
  body: string,
  text: string,
  ...trailers: readonly FieldLine[]
): ServerRow {
  const middle = text === "" ? [] : [content(text)];
  return {
    name,
    source,
    input: chunkedPost(body),
    expect: [chunkedRequest(), ...middle, complete(...trailers)],
  };
}

/** A row of a chunked POST refused after `text` of content was decoded. */
export function broken(name: string, source: string, body: string, text = "", status = 400): ServerRow {
  const middle = text === "" ? [] : [content(text)];
  return {
    name,
    source,
    input: chunkedPost(body),
    expect: [chunkedRequest(), ...middle, fault(status, source)],
  };
}

/** Events for comparison: of a fault its status counts, since sections may be cited more or less finely. */
export function comparable(events: readonly Http1Event[]): readonly object[] {
  return events.map((event) => (event.type === "fault" ? { type: "fault", status: event.status } : event));
}
