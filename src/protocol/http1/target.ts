/** What a request target means: its four forms (RFC 9112 §3.2) and the request's authority. */
import { parseHost } from "../../fields/index.ts";
import { type Authority, HttpError, type Target } from "../../message/index.ts";
import { faults } from "./faults.ts";

/**
 * @param raw - The target as received.
 * @param query - Offset of its first "?", -1 for none.
 * @throws HttpError when the form is none of the four or does not fit the method.
 */
export function readTarget(method: string, raw: string, query: number): Target {
  if (method === "CONNECT") {
    return authorityForm(raw);
  }
  if (raw.charCodeAt(0) === 0x2f) {
    return query < 0
      ? { form: "origin", path: raw, query: undefined }
      : { form: "origin", path: raw.slice(0, query), query: raw.slice(query + 1) };
  }
  if (raw === "*") {
    if (method !== "OPTIONS") {
      throw new HttpError(
        faults.badTarget,
        "client",
        `target "*" with method ${method}, allowed with OPTIONS only`,
      );
    }
    return { form: "asterisk" };
  }
  return absoluteForm(raw);
}

/** The authority named by an absolute-form or authority-form target, or undefined. */
export function targetAuthority(target: Target): string | undefined {
  return target.form === "absolute" || target.form === "authority" ? target.authority : undefined;
}

/** @throws HttpError when `text` is no host with an optional port. */
export function readAuthority(text: string): Authority {
  const authority = parseHost(text);
  if (authority === undefined) {
    throw new HttpError(
      faults.badHost,
      "client",
      "the host is none: wanted a name or address and, maybe, a port",
    );
  }
  return authority;
}

function authorityForm(raw: string): Target {
  const authority = parseHost(raw);
  if (authority === undefined || authority.host === "" || authority.port === undefined) {
    throw new HttpError(faults.badTarget, "client", "a CONNECT target is none: wanted host:port");
  }
  return { form: "authority", authority: raw };
}

function absoluteForm(raw: string): Target {
  const mark = raw.indexOf("://");
  const scheme = raw.slice(0, Math.max(mark, 0)).toLowerCase();
  if (scheme !== "http" && scheme !== "https") {
    throw new HttpError(
      faults.badTarget,
      "client",
      "a target begins neither with / nor with http:// or https://",
    );
  }
  const start = mark + 3;
  let end = start;
  while (end < raw.length && raw[end] !== "/" && raw[end] !== "?") {
    end += 1;
  }
  const authority = raw.slice(start, end);
  if (parseHost(authority)?.host === "" || authority.includes("@")) {
    throw new HttpError(faults.badTarget, "client", "a target's authority is empty or names a user");
  }
  const question = raw.indexOf("?", end);
  const path = raw.slice(end, question < 0 ? raw.length : question);
  return {
    form: "absolute",
    scheme,
    authority,
    path: path === "" ? "/" : path,
    query: question < 0 ? undefined : raw.slice(question + 1),
  };
}
