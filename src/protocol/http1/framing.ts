/** How long a message's content is (RFC 9112 §6) and whether the connection persists (§9.3). */
import { trimWhitespace } from "../../fields/index.ts";
import { HttpError, type Octets } from "../../message/index.ts";
import { faults } from "./faults.ts";

/** How content ends. */
export type Framing =
  | { readonly type: "none" }
  | { readonly type: "length"; readonly length: Octets }
  | { readonly type: "chunked" }
  | { readonly type: "close" };

export const noContent: Framing = { type: "none" };
export const chunkedContent: Framing = { type: "chunked" };
export const untilClose: Framing = { type: "close" };

/**
 * A Content-Length value: digits only. A list of equal numbers, which RFC 9110 §8.6
 * lets a recipient accept, is refused: only a broken or hostile peer sends one.
 *
 * @throws HttpError when it is no number (400) or one that we cannot count to (413).
 */
export function readLength(text: string): Octets {
  let length = 0;
  for (let i = 0; i < text.length; i += 1) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) {
      throw badLength(text);
    }
    length = length * 10 + digit;
  }
  if (text.length === 0) {
    throw badLength(text);
  }
  if (length > Number.MAX_SAFE_INTEGER) {
    // A valid number, only larger than any content: RFC 9110 §8.6 asks to expect such.
    throw new HttpError(
      faults.contentTooLarge,
      "client",
      `Content-Length ${text.slice(0, 40)}, more than can be counted`,
    );
  }
  return length;
}

function badLength(text: string): HttpError {
  return new HttpError(
    faults.badLength,
    "client",
    `Content-Length ${JSON.stringify(text.slice(0, 40))}, wanted one number`,
  );
}

/**
 * Checks that a Transfer-Encoding is exactly "chunked", the one coding we know.
 *
 * @throws HttpError for an unknown coding before chunked (501); or chunked missing, twice, not last,
 *   or with parameters (400: the length cannot be told, RFC 9112 §6.3).
 */
export function readCoding(text: string): void {
  const codings = text.split(",").map((member) => trimWhitespace(member).toLowerCase());
  if (codings.length === 1 && codings[0] === "chunked") {
    return;
  }
  const last = codings.at(-1) ?? "";
  const names = codings.map((coding) => trimWhitespace(coding.split(";")[0] ?? ""));
  const chunked = names.filter((name) => name === "chunked").length;
  const shown = JSON.stringify(text.slice(0, 40));
  if (names.some((name) => !/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name))) {
    throw new HttpError(faults.badCoding, "client", `Transfer-Encoding ${shown} is no list of codings`);
  }
  if (chunked !== 1 || last !== "chunked") {
    throw new HttpError(
      faults.badCoding,
      "client",
      `Transfer-Encoding ${shown}: chunked must come once, last and bare`,
    );
  }
  throw new HttpError(faults.unknownCoding, "client", `Transfer-Encoding ${shown}, only chunked is known`);
}

/** What a Connection field asks for; other tokens name hop-by-hop fields. */
export interface ConnectionOptions {
  readonly close: boolean;
  readonly keepAlive: boolean;
  readonly upgrade: boolean;
}

export const noOptions: ConnectionOptions = { close: false, keepAlive: false, upgrade: false };
const keepAliveOnly: ConnectionOptions = { close: false, keepAlive: true, upgrade: false };

export function readConnection(text: string): ConnectionOptions {
  if (text === "keep-alive") {
    return keepAliveOnly;
  }
  const tokens = text.split(",").map((token) => trimWhitespace(token).toLowerCase());
  return {
    close: tokens.includes("close"),
    keepAlive: tokens.includes("keep-alive"),
    upgrade: tokens.includes("upgrade"),
  };
}
