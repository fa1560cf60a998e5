/** What a request's pseudo fields name: target and authority (RFC 9113 §8.3.1, §8.5). */
import { parseHost } from "../../fields/index.ts";
import { type Authority, HttpError, type Target } from "../../message/index.ts";
import { headFaults, shown } from "./header-rules.ts";

/** Values as received, each undefined where its line is missing. */
export interface ControlData {
  readonly scheme: string | undefined;
  readonly authority: string | undefined;
  readonly path: string | undefined;
  /** Of the Host field. */
  readonly host: string | undefined;
}

/** RFC 9113 §8.5: authority only, and that with a port. */
export function connectTarget({ scheme, path, authority }: ControlData): Target {
  if (scheme !== undefined || path !== undefined) {
    throw new HttpError(
      headFaults.badConnect,
      "client",
      "CONNECT with :scheme or :path, which it must not have",
    );
  }
  const parsed = authority === undefined ? undefined : parseHost(authority);
  if (authority === undefined || parsed === undefined || parsed.host === "" || parsed.port === undefined) {
    throw new HttpError(
      headFaults.badConnect,
      "client",
      "the :authority of CONNECT is none: wanted host:port",
    );
  }
  return { form: "authority", authority };
}

/** RFC 9113 §8.3.1: origin-form, or asterisk-form for OPTIONS. */
export function pathTarget(method: string, { scheme, path }: ControlData): Target {
  if (scheme === undefined || path === undefined) {
    throw new HttpError(headFaults.badRequest, "client", scheme === undefined ? "no :scheme" : "no :path");
  }
  if (scheme !== "https" && scheme !== "http") {
    checkScheme(scheme);
  }
  if (path === "*") {
    if (method !== "OPTIONS") {
      throw new HttpError(
        headFaults.badPath,
        "client",
        `:path "*" with method ${method}, allowed with OPTIONS only`,
      );
    }
    return { form: "asterisk" };
  }
  if (path.charCodeAt(0) !== 0x2f) {
    throw new HttpError(
      headFaults.badPath,
      "client",
      path === "" ? "an empty :path" : `:path ${shown(path)} does not begin with /`,
    );
  }
  const query = pathQuery(path);
  return query < 0
    ? { form: "origin", path, query: undefined }
    : { form: "origin", path: path.slice(0, query), query: path.slice(query + 1) };
}

/**
 * Where the path's first "?" stands, -1 for none.
 *
 * Departs: as in HTTP/1, what RFC 3986 forbids unencoded but browsers send ("|", "[", "^") may stand.
 */
function pathQuery(path: string): number {
  let query = -1;
  for (let i = 0; i < path.length; i += 1) {
    const code = path.charCodeAt(i);
    if (code <= 0x20 || code >= 0x7f || code === 0x23) {
      throw new HttpError(
        headFaults.badPath,
        "client",
        `:path contains ${code === 0x23 ? '"#"' : `octet 0x${code.toString(16).padStart(2, "0")}`}`,
      );
    }
    if (code === 0x3f && query < 0) {
      query = i;
    }
  }
  return query;
}

/** Other schemes are no fault (RFC 9113 §8.3.1), but nothing here answers for them. */
function checkScheme(scheme: string): void {
  if (!/^[A-Za-z][A-Za-z0-9+.-]*$/.test(scheme)) {
    throw new HttpError(headFaults.badRequest, "client", `:scheme ${shown(scheme)} is no scheme`);
  }
  const known = scheme.toLowerCase();
  if (known !== "https" && known !== "http") {
    throw new HttpError(
      headFaults.misdirected,
      "client",
      `:scheme ${shown(scheme)}, only http and https are served`,
    );
  }
}

/** `:authority`, else Host (RFC 9113 §8.3.1). Both may stand, if they say the same. */
export function requestAuthority(data: ControlData): string {
  const { authority, host } = data;
  if (authority === undefined) {
    if (host === undefined) {
      throw new HttpError(headFaults.missingAuthority, "client", "neither :authority nor Host");
    }
    return host;
  }
  if (host !== undefined && host !== authority && !sameAuthority(authority, host, data.scheme)) {
    throw new HttpError(
      headFaults.authorityConflict,
      "client",
      `:authority ${shown(authority)} and Host ${shown(host)} differ`,
    );
  }
  return authority;
}

/** Compared as the scheme means them (RFC 3986 §6.2.3). */
function sameAuthority(one: string, other: string, scheme: string | undefined): boolean {
  const known = scheme?.toLowerCase();
  const usual = known === "https" ? 443 : known === "http" ? 80 : undefined;
  const first = readAuthority(one);
  const second = readAuthority(other);
  return first.host === second.host && (first.port ?? usual) === (second.port ?? usual);
}

/** The authority read last: the requests of a connection name the same one. */
let lastText: string | undefined;
let lastAuthority: Authority = { host: "", port: undefined };

/** @throws HttpError when `text` is no host with an optional port. */
export function readAuthority(text: string): Authority {
  if (text !== lastText) {
    const authority = parseHost(text);
    // An http or https URI names a host (RFC 9110 §4.2.1).
    if (authority === undefined || authority.host === "") {
      throw new HttpError(
        headFaults.badAuthority,
        "client",
        `${shown(text)} is no authority: wanted a name or address and, maybe, a port`,
      );
    }
    lastText = text;
    lastAuthority = authority;
  }
  return lastAuthority;
}
