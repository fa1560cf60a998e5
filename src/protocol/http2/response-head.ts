/** What a field section means as a response's head (RFC 9113 §8.3.2, §8.6). */
import { isContentForbidden } from "../../fields/index.ts";
import { Fields, HttpError, type Octets, type ResponseHead } from "../../message/index.ts";
import type { DecodedSection } from "../hpack/index.ts";
import { headFaults, isPseudo, judge, line, readLength, shown } from "./header-rules.ts";

/**
 * The response (final or 1xx) that a field section makes. Its `contentLength` is 0 where nothing can
 * follow: END_STREAM, HEAD, 1xx, 204, 304, and 2xx to CONNECT (where the tunnel begins).
 *
 * @param method - Of the request answered.
 * @param complete - END_STREAM came with the section.
 * @throws HttpError with a row of `headFaults`, by "origin".
 */
export function readResponseHead(section: DecodedSection, method: string, complete: boolean): ResponseHead {
  if (section.excess !== undefined) {
    throw new HttpError(headFaults.fieldsTooLarge, "origin", section.excess);
  }
  let statusText: string | undefined;
  let lengthText: string | undefined;
  const flat: string[] = [];
  for (const field of section.lines) {
    const { name, value } = field;
    const verdict = judge(field, "origin");
    if (isPseudo(verdict)) {
      if (verdict !== line.status || statusText !== undefined || flat.length > 0) {
        throw wrongPseudo(name, statusText !== undefined && verdict === line.status, flat.length > 0);
      }
      statusText = value;
      continue;
    }
    if (verdict === line.contentLength) {
      if (lengthText !== undefined) {
        throw new HttpError(headFaults.badLength, "origin", "two field lines of content-length, wanted one");
      }
      lengthText = value;
    }
    flat.push(name, value);
  }
  const status = readStatus(statusText);
  const length = lengthText === undefined ? undefined : readLength(lengthText, "origin");
  return {
    status,
    reason: "",
    version: "2",
    fields: Fields.fromFlat(flat),
    contentLength: following(status, length, method, complete),
  };
}

function wrongPseudo(name: string, twice: boolean, late: boolean): HttpError {
  const why = late ? "behind other fields" : twice ? "twice" : "in a response";
  return new HttpError(headFaults.badPseudoField, "origin", `pseudo field ${name} ${why}`);
}

/** Three digits; 101 has no meaning where streams share a connection (RFC 9113 §8.6). */
function readStatus(text: string | undefined): number {
  if (text === undefined) {
    throw new HttpError(headFaults.badStatus, "origin", "no :status");
  }
  if (!/^[1-9]\d\d$/.test(text) || text === "101") {
    throw new HttpError(
      headFaults.badStatus,
      "origin",
      `:status ${shown(text)}, wanted three digits other than 101`,
    );
  }
  return Number(text);
}

/** Octets that must follow, undefined where DATA will tell (RFC 9113 §8.1.1). */
function following(
  status: number,
  length: Octets | undefined,
  method: string,
  complete: boolean,
): Octets | undefined {
  const tunnels = method === "CONNECT" && status >= 200 && status <= 299;
  if (method === "HEAD" || tunnels || isContentForbidden(status)) {
    return 0;
  }
  if (complete && length !== undefined && length > 0) {
    throw new HttpError(
      headFaults.badLength,
      "origin",
      `content of ${length} octets announced, none follows`,
    );
  }
  return complete ? 0 : length;
}
