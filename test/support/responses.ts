/** Reads HTTP/1 responses as a client would, with no code of the server's: the tests' second opinion. */

export interface ReadResponse {
  readonly status: number;
  /** Names in lower case; of several lines with one name, values joined with ", ". Without Date. */
  readonly fields: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly trailers: Readonly<Record<string, string>>;
  /** Whether framing says that the message is whole; content that only the end of the connection ends is. */
  readonly whole: boolean;
}

export interface Reading {
  readonly response: ReadResponse;
  /** Octets after it. */
  readonly rest: Buffer;
}

/**
 * The first response in `bytes`.
 *
 * @param method - The request's: a response to HEAD has no content.
 * @param ended - Whether nothing more will come.
 * @returns undefined while more must come to tell.
 * @throws Error for octets that are no HTTP/1 response.
 */
export function readResponse(bytes: Buffer, method: string, ended: boolean): Reading | undefined {
  const headEnd = bytes.indexOf("\r\n\r\n");
  if (headEnd < 0) {
    return undefined;
  }
  const [statusLine = "", ...lines] = bytes.toString("latin1", 0, headEnd).split("\r\n");
  const status = Number(/^HTTP\/1\.1 (\d{3}) [\x20-\x7e]*$/.exec(statusLine)?.[1] ?? Number.NaN);
  if (Number.isNaN(status)) {
    throw new Error(`no status line: ${JSON.stringify(statusLine)}`);
  }
  const fields = fieldsOf(lines);
  const head = { status, fields: without(fields, "date"), trailers: {} };
  const rest = bytes.subarray(headEnd + 4);
  const empty = { response: { ...head, body: Buffer.alloc(0), whole: true }, rest };
  if (method === "HEAD" || status < 200 || status === 204 || status === 304) {
    return empty;
  }
  if (fields["transfer-encoding"] === "chunked") {
    const chunked = readChunked(rest, ended);
    return chunked && { response: { ...head, ...chunked.content }, rest: chunked.rest };
  }
  const length = fields["content-length"] === undefined ? undefined : Number(fields["content-length"]);
  if (length === undefined) {
    return ended ? { response: { ...head, body: rest, whole: true }, rest: Buffer.alloc(0) } : undefined;
  }
  if (rest.length < length) {
    return ended ? { response: { ...head, body: rest, whole: false }, rest: Buffer.alloc(0) } : undefined;
  }
  return { response: { ...head, body: rest.subarray(0, length), whole: true }, rest: rest.subarray(length) };
}

/** Every response in `bytes`, which are all that came on a connection. */
export function readResponses(bytes: Buffer, methods: readonly string[]): ReadResponse[] {
  const responses: ReadResponse[] = [];
  let rest = bytes;
  while (rest.length > 0) {
    const final = responses.filter(({ status }) => status >= 200).length;
    const read = readResponse(rest, methods[final] ?? "GET", true);
    if (read === undefined) {
      throw new Error(`no whole head: ${JSON.stringify(rest.toString("latin1"))}`);
    }
    responses.push(read.response);
    rest = read.rest;
  }
  return responses;
}

/** Status and content, for the many tests that ask for no more. */
export function brief({ status, body, whole }: ReadResponse): string {
  return `${status} ${body.toString("latin1")}${whole ? "" : " (cut)"}`;
}

interface Chunked {
  readonly content: Pick<ReadResponse, "body" | "trailers" | "whole">;
  readonly rest: Buffer;
}

function readChunked(bytes: Buffer, ended: boolean): Chunked | undefined {
  const parts: Buffer[] = [];
  let at = 0;
  const cut = (): Chunked | undefined =>
    ended
      ? { content: { body: Buffer.concat(parts), trailers: {}, whole: false }, rest: Buffer.alloc(0) }
      : undefined;
  for (;;) {
    const lineEnd = bytes.indexOf("\r\n", at);
    if (lineEnd < 0) {
      return cut();
    }
    const size = Number.parseInt(bytes.toString("latin1", at, lineEnd), 16);
    at = lineEnd + 2;
    if (size === 0) {
      const end = bytes.indexOf("\r\n\r\n", lineEnd);
      if (end < 0) {
        return cut();
      }
      const lines = bytes
        .toString("latin1", at, Math.max(at, end))
        .split("\r\n")
        .filter((line) => line !== "");
      const content = { body: Buffer.concat(parts), trailers: fieldsOf(lines), whole: true };
      return { content, rest: bytes.subarray(end + 4) };
    }
    parts.push(bytes.subarray(at, at + size));
    if (bytes.length < at + size + 2) {
      return cut();
    }
    at += size + 2;
  }
}

function fieldsOf(lines: readonly string[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    fields[name] = fields[name] === undefined ? value : `${fields[name]}, ${value}`;
  }
  return fields;
}

function without(fields: Readonly<Record<string, string>>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter(([each]) => each !== name));
}
