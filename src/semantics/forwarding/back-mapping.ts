/**
 * References in a response that mean the upstream, changed so that they mean this server: Location
 * (RFC 9110 §10.2.2), Content-Location (§8.7), Refresh, and Domain and Path of cookies (RFC 6265 §4.1.2).
 *
 * A reference is changed only where it names one of the upstream's authorities, or is a path under the
 * base; one relative to the request's own path means the right thing already.
 */
import { changeAttributes, cookieNameOf, formatHost, parseHost, plainIp } from "../../fields/index.ts";
import type { Authority } from "../../message/index.ts";
import { mappedBackPath, type PathRules } from "./target-mapping.ts";

export interface BackRules extends PathRules {
  /** Authorities that mean the upstream, as `authorityKey` writes them. */
  readonly authorities: ReadonlySet<string>;
}

/** What the client asked for. */
export interface Asked {
  readonly scheme: "http" | "https";
  readonly authority: string;
  readonly host: Authority;
}

/** Whether `BackMapping.value` may change a field of this name. */
export function isMappedBack(name: string): boolean {
  switch (name) {
    case "location":
    case "content-location":
    case "refresh":
    case "set-cookie":
      return true;
    default:
      return false;
  }
}

/** Host in lower case and the port that counts. @returns undefined for what is no authority. */
export function authorityKey(scheme: string, authority: string): string | undefined {
  const parsed = parseHost(authority);
  if (parsed === undefined || parsed.host === "") {
    return undefined;
  }
  return formatHost({ host: parsed.host, port: parsed.port ?? (scheme === "https" ? 443 : 80) });
}

export class BackMapping {
  readonly #rules: BackRules;
  readonly #asked: Asked;
  readonly #movesPaths: boolean;

  constructor(rules: BackRules, asked: Asked) {
    this.#rules = rules;
    this.#asked = asked;
    this.#movesPaths = rules.stripPrefix !== rules.base;
  }

  /** @returns `text` itself where nothing in it means the upstream. @throws Never. */
  value(name: string, text: string): string {
    switch (name) {
      case "set-cookie":
        return this.#cookie(text);
      case "refresh":
        return this.#refresh(text);
      default:
        return this.#reference(text);
    }
  }

  #reference(text: string): string {
    if (text.startsWith("/") && !text.startsWith("//")) {
      return this.#path(text);
    }
    const found = /^(?:(https?):)?\/\/([^/?#]*)(.*)$/is.exec(text);
    if (found === null) {
      return text;
    }
    const [, written, authority = "", rest = ""] = found;
    const { scheme } = this.#asked;
    const key = authorityKey((written ?? scheme).toLowerCase(), authority);
    const path = rest.startsWith("/") ? rest : `/${rest}`;
    if (key === undefined || !this.#rules.authorities.has(key)) {
      return key !== undefined && key === authorityKey(scheme, this.#asked.authority)
        ? text.slice(0, text.length - rest.length) + this.#path(rest)
        : text;
    }
    const mapped = mappedBackPath(path, this.#rules);
    if (mapped === undefined) {
      return text;
    }
    if (this.#asked.authority === "") {
      return mapped;
    }
    return `${written === undefined ? "" : `${scheme}:`}//${this.#asked.authority}${mapped}`;
  }

  #path(path: string): string {
    return this.#movesPaths ? (mappedBackPath(path, this.#rules) ?? path) : path;
  }

  /** `5; url=/there`, quoted or not (WHATWG HTML, shared declarative refresh steps). */
  #refresh(text: string): string {
    // Each part can begin in one place only: however long, what is none costs its length and not that squared.
    const found = /^([\d.\s]*(?:[;,]\s*|(?<=\s))url\s*=\s*)(["']?)(.*)$/is.exec(text);
    if (found === null) {
      return text;
    }
    const [, front = "", quote = "", rest = ""] = found;
    const close = quote === "" ? -1 : rest.indexOf(quote);
    const reference = close < 0 ? rest : rest.slice(0, close);
    return front + quote + this.#reference(reference) + rest.slice(reference.length);
  }

  #cookie(line: string): string {
    // Its name demands Path=/ and no Domain: changed, a browser would throw it away (RFC 6265bis §4.1.3.2).
    const isPinned = /^__(?:Host|Host-Http)-/i.test(cookieNameOf(line));
    return changeAttributes(line, (name, value) => {
      if (name === "domain") {
        return this.#domain(value);
      }
      return name === "path" && value.startsWith("/") && !isPinned ? this.#cookiePath(value) : value;
    });
  }

  /** The upstream's host becomes the one asked for; undefined: the cookie is for that host alone. */
  #domain(value: string): string | undefined {
    const host = value.replace(/^\./, "").toLowerCase();
    const asked = this.#asked.host.host;
    if (host === asked || !this.#names(host)) {
      return value;
    }
    // Domain is for names that others lie under: no address, and nothing as short as "localhost".
    return asked.includes(".") && plainIp(asked) === undefined ? asked : undefined;
  }

  #names(host: string): boolean {
    for (const authority of this.#rules.authorities) {
      if (parseHost(authority)?.host === host) {
        return true;
      }
    }
    return false;
  }

  /** `/` becomes the prefix without a slash at its end, for only so the prefix itself matches (RFC 6265 §5.1.4). */
  #cookiePath(path: string): string {
    const mapped = this.#path(path);
    return path === "/" && mapped !== path && mapped.length > 1 ? mapped.replace(/\/$/, "") : mapped;
  }
}
