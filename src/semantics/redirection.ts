/** Responses that send the client elsewhere (RFC 9110 §15.4, §10.2.2). */
import { type FaultTable, Fields, type ResponseInit, textContent } from "../message/index.ts";

/**
 * | status | lasts     | method                                   |
 * |--------|-----------|------------------------------------------|
 * | 301    | for good  | clients may change POST to GET           |
 * | 302    | for now   | clients may change POST to GET           |
 * | 303    | for now   | GET                                      |
 * | 307    | for now   | kept                                     |
 * | 308    | for good  | kept                                     |
 */
export type RedirectStatus = 301 | 302 | 303 | 307 | 308;

export const redirectStatuses: readonly RedirectStatus[] = [301, 302, 303, 307, 308];

export const redirectFaults: FaultTable<"hostUnknown" | "pathUnsafe"> = {
  hostUnknown: { status: 400, scope: "message", source: "RFC 9110 §7.2" },
  pathUnsafe: { status: 400, scope: "message", source: "RFC 9110 §17.1" },
};

/**
 * @param location - An absolute URI, or a path that begins with exactly one "/"; URI characters only.
 * @source RFC 9110 §15.4: content is a short note with a link, for clients that do not follow.
 */
export function redirection(status: RedirectStatus, location: string): ResponseInit {
  const shown = location.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);
  return {
    status,
    fields: Fields.of(
      ["location", location],
      ["content-type", "text/html; charset=utf-8"],
      ["x-content-type-options", "nosniff"],
    ),
    content: textContent(
      `<!doctype html>\n<title>Moved</title>\n<p>This is now at <a href="${shown}">${shown}</a>.</p>\n`,
    ),
  };
}

/** One slash in front: with two, a client would take what follows for an authority (RFC 3986 §4.2). */
export function rooted(path: string): string {
  return path.replace(/^\/{2,}/, "/");
}
