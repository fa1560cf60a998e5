/** What `proxy()` can be told. */
import type { Duration, Size } from "../../message/index.ts";
import type { HandlerDescription } from "../../pipeline/index.ts";
import type { UpstreamOptions } from "../../upstream/index.ts";

export interface ProxyOptions extends UpstreamOptions {
  /**
   * What Host says to the upstream: "keep" what the client asked for (default), the "upstream"'s own name
   * (default where all upstreams are `https://`, whose certificates and sites go by it), or this name.
   */
  readonly host?: "keep" | "upstream" | (string & {});
  /** Whole segments taken off the front of the path, such as "/api". A slash at the end means nothing. */
  readonly stripPrefix?: string;
  /** Whole segments put before the path, such as "/v2". A slash at the end means nothing. */
  readonly base?: string;
  /** Changes to the query; all else in it stays as received. */
  readonly query?: ProxyQueryOptions;
  /**
   * Location, Content-Location, Refresh, and Domain and Path of cookies that mean the upstream are changed to
   * mean this server. Default `true`.
   */
  readonly mapBack?: boolean;
  readonly fields?: ProxyFieldOptions;
  /**
   * What tells the upstream of the client: Forwarded (RFC 7239), the family of X-Forwarded-For, or both
   * (default), so that whichever an application reads comes from us. What an untrusted peer sends of either
   * is taken away in any case; `false` writes none.
   */
  readonly forwarded?: "both" | "x-forwarded" | "forwarded" | false;
  /** Our name in Via and Proxy-Status; `false`: no Via. Default "sluice". */
  readonly via?: string | false;
  /** Protocols that a client may change to by Upgrade, and extended CONNECT. Default `["websocket"]`. */
  readonly upgrade?: readonly string[] | false;
  /** The same upstream for a client again, told by a cookie. Default `false`. */
  readonly sticky?: StickyOptions | boolean;
  /** Reads a request to its end before any upstream sees it. Default `false`: it streams. */
  readonly buffer?: BufferOptions | boolean;
  /** Sends copies of requests elsewhere, whose answers nobody sees. */
  readonly mirror?: MirrorOptions;
  /** Other answers in place of some, by status; the first that matches. Also for our own 502, 503 and 504. */
  readonly intercept?: readonly InterceptRule[];
  /** Answers where no upstream does: none was reached, or the request reached none. */
  readonly fallback?: HandlerDescription;
  /** Lets the application name a file to send by X-Accel-Redirect or X-Sendfile. Default: the fields mean nothing. */
  readonly accel?: AccelOptions | HandlerDescription;
  /**
   * Proxy-Status (RFC 9209): on answers that we make because of an upstream ("errors", default), on every
   * response ("always"), or nowhere.
   */
  readonly proxyStatus?: "errors" | "always" | false;
}

export interface ProxyQueryOptions {
  /** Each takes the place of all pairs of its name. */
  readonly set?: Readonly<Record<string, string>>;
  readonly remove?: readonly string[];
}

export interface ProxyFieldOptions {
  readonly request?: {
    /** Takes the place of what is there. */
    readonly set?: Readonly<Record<string, string>>;
    readonly remove?: readonly string[];
  };
  readonly response?: { readonly remove?: readonly string[] };
}

export interface StickyOptions {
  /** Default "sluice_upstream". */
  readonly cookie?: string;
  /**
   * Nobody who does not know it can choose an upstream. Tell one where several processes or machines serve the
   * same clients; unless told, it is made when Sluice starts. Of several, the first makes new cookies.
   */
  readonly secret?: string | readonly string[];
  /** How long the browser keeps it. Default: until the browser is closed. */
  readonly maxAge?: Duration;
  /** Default "lax". "none" needs clients that come by https. */
  readonly sameSite?: "strict" | "lax" | "none";
}

export interface BufferOptions {
  /** Of a request's content, kept in memory. Default "1MB". */
  readonly memory?: Size;
  /** Of a request's content, kept in a temporary file; more is answered 413. Default "1GB"; 0: no file is made. */
  readonly disk?: Size;
}

export interface MirrorOptions extends UpstreamOptions {
  /** Of the requests, 0 to 1. Default 1. */
  readonly share?: number;
  /** Requests with more content than this are not mirrored. Default "64KiB". */
  readonly content?: Size;
  /** Copies on their way at once; more are not made. Default 32. */
  readonly most?: number;
}

export interface InterceptRule {
  /** Such as 404, "5xx", or a list. */
  readonly status: StatusPattern | readonly StatusPattern[];
  /** Asked by GET (or HEAD), without ranges and conditions. */
  readonly handler: HandlerDescription;
  /** Path it is asked for, such as "/errors/{status}.html". Default: that of the request. */
  readonly path?: string;
  /** Status of the answer: that which was intercepted (default), or the handler's. */
  readonly answer?: "keep" | "handler";
}

/** A status, or a class of them such as "5xx". */
export type StatusPattern = number | "4xx" | "5xx" | "3xx" | "2xx";

export interface AccelOptions {
  /**
   * Directory that files are sent from: X-Accel-Redirect names a path within it, X-Sendfile a file below it
   * by its path on disk.
   */
  readonly root: string;
}
