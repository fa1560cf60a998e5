/**
 * Files that the application names and we send: X-Accel-Redirect (a path, as nginx has it) and X-Sendfile (a file
 * on disk, as Apache has it). Ranges and conditions are those of the original request.
 */
import { relative, resolve, sep } from "node:path";
import {
  cancelContent,
  emptyContent,
  type Fault,
  Fields,
  type HttpRequest,
  HttpResponse,
} from "../../message/index.ts";
import { type Handler, then } from "../../pipeline/index.ts";
import { hasDotSegment, plainPath } from "../../routes/index.ts";
import { UpstreamError } from "../../upstream/index.ts";
import type { Forwarding } from "./forwarding.ts";

/** Never sent on where they mean something. */
export const accelFields: readonly string[] = ["x-accel-redirect", "x-sendfile"];

/** What the file itself says better than the application. */
const ofFile: ReadonlySet<string> = new Set([
  "accept-ranges",
  "content-encoding",
  "content-range",
  "etag",
  "last-modified",
]);

const badName: Fault = { status: 502, scope: "message", source: "RFC 9110 §15.6.3" };

export interface Named {
  readonly path: string;
  readonly query: string | undefined;
}

export class Accel {
  readonly #handler: Handler;
  /** Absolute; undefined: X-Sendfile means nothing. */
  readonly #root: string | undefined;

  constructor(handler: Handler, root: string | undefined) {
    this.#handler = handler;
    this.#root = root;
  }

  /**
   * What a response names; undefined: nothing, it goes on as it is.
   *
   * @throws UpstreamError - It names what lies outside the root; its content is given up.
   */
  named({ status, fields, content }: HttpResponse): Named | undefined {
    if (status < 200 || status > 299) {
      return undefined;
    }
    const path = fields.get("x-accel-redirect");
    const file = path === undefined && this.#root !== undefined ? fields.get("x-sendfile") : undefined;
    try {
      if (path !== undefined) {
        return withinSite(path);
      }
      return file === undefined ? undefined : withinRoot(file, this.#root as string);
    } catch (error) {
      cancelContent(content, error as Error);
      throw error;
    }
  }

  /**
   * @param fields - The application's, as they go on: they count where the file's do not matter more.
   */
  send(
    named: Named,
    response: HttpResponse,
    fields: Fields,
    { request, exchange }: Forwarding,
  ): HttpResponse | Promise<HttpResponse> {
    cancelContent(response.content, new Error("a file is sent in place of the response's content"));
    return then(this.#handler(fileRequest(request, named), exchange), sentAs, fields);
  }
}

/** A path as URIs write it, perhaps with a query. */
function withinSite(text: string): Named {
  const mark = text.indexOf("?");
  const path = mark < 0 ? text : text.slice(0, mark);
  if (!/^\/[\x21-\x7e\x80-\xff]*$/.test(path) || hasDotSegment(plainPath(path))) {
    throw misnamed("X-Accel-Redirect", text, "a path without dot segments");
  }
  return { path: encoded(path), query: mark < 0 ? undefined : encoded(text.slice(mark + 1)) };
}

/** A file's path, as the file system has it: octets, of which the field's value has one a character. */
function withinRoot(text: string, root: string): Named {
  const inside = relative(root, resolve(root, Buffer.from(text, "latin1").toString("utf8")));
  if (inside === "" || inside === ".." || inside.startsWith(`..${sep}`) || text.includes("\0")) {
    throw misnamed("X-Sendfile", text, `a file below ${root}`);
  }
  return { path: `/${inside.split(sep).map(encodeURIComponent).join("/")}`, query: undefined };
}

/** Octets that no URI has. */
function encoded(text: string): string {
  return text.replace(
    /[^\x21-\x7e]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}

function misnamed(field: string, text: string, wanted: string): UpstreamError {
  const detail = `${field} names ${JSON.stringify(text)}, wanted ${wanted}`;
  return new UpstreamError(badName, detail, { type: "http_protocol_error", unsent: false });
}

function fileRequest(request: HttpRequest, { path, query }: Named): HttpRequest {
  return request
    .with({ method: request.method === "HEAD" ? "HEAD" : "GET", content: emptyContent })
    .withPath(path, query);
}

function sentAs(sent: HttpResponse, application: Fields): HttpResponse {
  if (sent.status >= 400) {
    return sent;
  }
  const said: string[] = [];
  const { flat } = application;
  for (let at = 0; at < flat.length; at += 2) {
    const name = flat[at] as string;
    // A 304 tells of content only what the client has already (RFC 9110 §15.4.5), and the type of several
    // ranges is that of their frame (§15.3.7.2).
    const isOfFile =
      ofFile.has(name) ||
      (sent.status === 304 && name.startsWith("content-")) ||
      (sent.status === 206 && name === "content-type" && !sent.fields.has("content-range"));
    if (!isOfFile) {
      said.push(name, flat[at + 1] as string);
    }
  }
  const own = Fields.fromFlat(said);
  for (const [name, value] of sent.fields) {
    if (name === "vary" || !own.has(name)) {
      said.push(name, value);
    }
  }
  return new HttpResponse({ status: sent.status, fields: Fields.fromFlat(said), content: sent.content });
}
