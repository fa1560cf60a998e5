/** A request as every protocol version means it (RFC 9110 §6, §7, §9). */
import { type Content, emptyContent } from "./content.ts";
import { Fields } from "./fields.ts";
import type { Authority, Target } from "./target.ts";
import type { Octets } from "./units.ts";

/** "1.0", "1.1"; "2" and "3" from later machines. */
export type ProtocolVersion = "1.0" | "1.1" | "2" | "3";

export interface RequestInit {
  /** Case-sensitive token (RFC 9110 §9.1). */
  readonly method: string;
  readonly scheme: "http" | "https";
  /** Authority as received (Host or :authority), "" where none was sent. */
  readonly authority: string;
  readonly host: Authority;
  readonly target: Target;
  /** The target as received. */
  readonly rawTarget: string;
  readonly version: ProtocolVersion;
  readonly fields: Fields;
  readonly content: Content;
  /** What an extended CONNECT asks for (RFC 8441 §4), such as "websocket". */
  readonly connectProtocol?: string | undefined;
}

/** Immutable. `with` answers a changed copy. */
export class HttpRequest {
  readonly method: string;
  readonly scheme: "http" | "https";
  readonly authority: string;
  readonly host: Authority;
  readonly target: Target;
  readonly rawTarget: string;
  readonly version: ProtocolVersion;
  readonly fields: Fields;
  readonly content: Content;
  /** `:protocol` of an extended CONNECT (RFC 8441 §4), such as "websocket"; its target names a path like any other. */
  readonly connectProtocol: string | undefined;
  /** Path as received, still percent-encoded; "*" for asterisk-form, "" for authority-form. */
  readonly path: string;
  /** Query without its "?"; undefined where there is none (an empty query is ""). */
  readonly query: string | undefined;

  constructor(init: RequestInit) {
    this.method = init.method;
    this.scheme = init.scheme;
    this.authority = init.authority;
    this.host = init.host;
    this.target = init.target;
    this.rawTarget = init.rawTarget;
    this.version = init.version;
    this.fields = init.fields;
    this.content = init.content;
    this.connectProtocol = init.connectProtocol;
    const { target } = init;
    if (target.form === "origin" || target.form === "absolute") {
      this.path = target.path;
      this.query = target.query;
    } else {
      this.path = target.form === "asterisk" ? "*" : "";
      this.query = undefined;
    }
  }

  /** Octets of content where the length was announced (0 for none). */
  get contentLength(): Octets | undefined {
    return this.content.length;
  }

  with(change: Partial<RequestInit>): HttpRequest {
    return new HttpRequest({ ...(this as RequestInit), ...change });
  }

  /**
   * With another path and query in its target; a target without a path (`*`, authority-form) stays what it is.
   *
   * @param path - Begins with "/", percent-encoded.
   * @param query - Without its "?"; undefined for none.
   */
  withPath(path: string, query: string | undefined): HttpRequest {
    const { target } = this;
    if (target.form !== "origin" && target.form !== "absolute") {
      return this;
    }
    const front = target.form === "absolute" ? `${target.scheme}://${target.authority}` : "";
    const rawTarget = `${front}${path}${query === undefined ? "" : `?${query}`}`;
    return this.with({ target: { ...target, path, query }, rawTarget });
  }

  /**
   * A request made by hand: for tests and for `server.fetch`.
   *
   * @param path - Origin-form target, percent-encoded: path and optional query.
   */
  static make(
    path: string,
    init: Partial<Omit<RequestInit, "target" | "rawTarget" | "fields">> & {
      readonly fields?: Fields | Readonly<Record<string, string>>;
    } = {},
  ): HttpRequest {
    const mark = path.indexOf("?");
    const { fields = Fields.empty, ...rest } = init;
    return new HttpRequest({
      method: "GET",
      scheme: "http",
      authority: "localhost",
      host: { host: rest.authority ?? "localhost", port: undefined },
      version: "1.1",
      content: emptyContent,
      ...rest,
      rawTarget: path,
      target: {
        form: "origin",
        path: mark < 0 ? path : path.slice(0, mark),
        query: mark < 0 ? undefined : path.slice(mark + 1),
      },
      fields: fields instanceof Fields ? fields : Fields.from(fields),
    });
  }
}
