/** One request and its response on a server's connection. */
import type { Fields, HttpResponse, Octets, StreamId } from "../../message/index.ts";
import type { Framing } from "./framing.ts";
import type { ReadRequest } from "./request-head.ts";

/** Methods whose requests may run beside others of a pipeline (RFC 9112 §9.3.2, RFC 9110 §9.2.1). */
export function isSafeMethod(method: string): boolean {
  return (
    method === "GET" || method === "HEAD" || method === "OPTIONS" || method === "TRACE" || method === "QUERY"
  );
}

const nothing: readonly Uint8Array[] = [];
const noContent: Framing = { type: "none" };

export class ServerStream {
  readonly id: StreamId;
  readonly method: string;
  readonly version: string;
  readonly framing: Framing;
  /** The client waits for 100 (Continue). */
  readonly expectsContinue: boolean;
  readonly mayTunnel: boolean;
  readonly #fields: Fields | undefined;
  /** The connection goes on after this response. */
  persists: boolean;
  /** The request is whole. */
  received: boolean;
  contentBegun = false;
  continued = false;
  /** Content handed over and not yet consumed. */
  unread = 0;
  discarding = false;
  discarded = 0;

  response: HttpResponse | undefined = undefined;
  /** The encoded head, with the content behind it where `sent` follows at once. */
  head: readonly Uint8Array[] = nothing;
  /** Interim responses that wait for their turn. */
  interim: readonly Uint8Array[] = nothing;
  headLeft = false;
  /** Octets of content the response still owes; undefined where it announced none. */
  left: Octets | undefined = undefined;
  chunked = false;
  /** Nothing follows the head. */
  bodiless = false;
  /** The response is whole. */
  sent = false;

  constructor(id: StreamId, request: ReadRequest | undefined) {
    this.id = id;
    const head = request?.head;
    this.method = head?.method ?? "";
    this.version = head?.version ?? "1.1";
    this.framing = request?.framing ?? noContent;
    this.expectsContinue = head?.expectsContinue ?? false;
    this.mayTunnel = request?.mayTunnel ?? false;
    this.#fields = head?.fields;
    this.persists = request !== undefined && persists(request);
    this.received = this.framing.type === "none";
  }

  /** The client takes trailers: its TE field says so (RFC 9110 §6.5.1). */
  get takesTrailers(): boolean {
    const te = this.#fields?.get("te");
    return (
      te
        ?.toLowerCase()
        .split(",")
        .some((member) => member.trim() === "trailers") ?? false
    );
  }

  /** Whether waiting for 100 (Continue) may have kept the client from sending content. */
  get contentWithheld(): boolean {
    return this.expectsContinue && !this.continued && !this.contentBegun && !this.received;
  }
}

/** RFC 9112 §9.3. */
function persists(request: ReadRequest): boolean {
  const { close, keepAlive } = request.options;
  return !close && (request.head.version !== "1.0" || keepAlive);
}
