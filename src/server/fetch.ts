/** The Fetch boundary: WHATWG requests and responses in memory, through the whole pipeline. */
import { isIP } from "node:net";
import { parseHost } from "../fields/index.ts";
import {
  bytesContent,
  type Content,
  cancelContent,
  type Endpoint,
  emptyContent,
  Fields,
  HttpRequest,
  type HttpResponse,
  type ProtocolVersion,
  type PulledContent,
  type TlsFacts,
} from "../message/index.ts";

/** Where requests made in memory seem to come from. */
export const memoryEndpoint: Endpoint = { address: "127.0.0.1", port: 0, family: "memory" };

/** What a request made in memory pretends of its connection. */
export interface FetchFacts {
  /** Address of the client; 127.0.0.1 unless told. */
  readonly client?: string;
  /** "1.1" unless told. */
  readonly protocol?: ProtocolVersion;
  /** What the handshake settled; for https targets TLS 1.3 with the target's host unless told. */
  readonly tls?: Partial<TlsFacts>;
}

/** @throws TypeError where the client's address is none. */
export function clientOf({ client }: FetchFacts): Endpoint {
  const family = client === undefined ? undefined : isIP(client);
  if (client === undefined || family === undefined) {
    return memoryEndpoint;
  }
  if (family === 0) {
    throw new TypeError(`client ${JSON.stringify(client)}, wanted an IPv4 or IPv6 address`);
  }
  return { address: client, port: 0, family: family === 6 ? "ipv6" : "ipv4" };
}

export function tlsOf(request: HttpRequest, { tls, protocol }: FetchFacts): TlsFacts | undefined {
  return request.scheme === "http"
    ? undefined
    : {
        version: "TLSv1.3",
        cipher: "TLS_AES_128_GCM_SHA256",
        serverName: request.host.host,
        alpn: protocol === "2" ? "h2" : "http/1.1",
        resumed: false,
        clientCertificate: undefined,
        ...tls,
      };
}

/**
 * A WHATWG request as ours. Its body is read whole first: in memory there is no hurry.
 *
 * @throws TypeError for a scheme other than http and https.
 */
export async function fromFetch(request: Request, version: ProtocolVersion = "1.1"): Promise<HttpRequest> {
  const url = new URL(request.url);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new TypeError(`fetch of ${url.protocol}// targets, wanted http:// or https://`);
  }
  const body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer());
  const rawTarget = `${url.pathname}${url.search}`;
  return new HttpRequest({
    method: request.method,
    scheme: url.protocol === "http:" ? "http" : "https",
    authority: url.host,
    host: parseHost(url.host) ?? { host: "", port: undefined },
    version,
    rawTarget,
    target: {
      form: "origin",
      path: url.pathname,
      query: url.search === "" ? undefined : url.search.slice(1),
    },
    // The address says which host is meant, whatever the fields say (RFC 9112 §3.2.2).
    fields: Fields.from([["host", url.host], ...[...request.headers].filter(([name]) => name !== "host")]),
    content: body === undefined ? emptyContent : bytesContent(body),
  });
}

/**
 * Our response as a WHATWG one; content is pulled as the body is read.
 *
 * @throws TypeError for 101: there is no connection that could become a tunnel, and `Response` knows no such status.
 */
export function toFetch(method: string, response: HttpResponse): Response {
  const { status, content } = response;
  if (status === 101) {
    cancelContent(content, new Error("a tunnel needs a connection"));
    throw new TypeError("the answer is a tunnel (status 101), which a Response cannot be: ask over a socket");
  }
  const headers = new Headers();
  for (const [name, value] of response.fields) {
    headers.append(name, value);
  }
  const bodiless = method === "HEAD" || [204, 205, 304].includes(status);
  if (content.length !== undefined && status !== 204 && status !== 304) {
    headers.set("content-length", String(content.length));
  }
  if (bodiless && content.type === "pulled") {
    content.cancel(new Error("the response carries no content"));
  }
  return new Response(bodiless ? null : body(content), { status, headers });
}

function body(content: Content): ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> | null {
  switch (content.type) {
    case "empty":
      return null;
    case "bytes":
      return Uint8Array.from(content.bytes);
    case "pulled":
      return pulledBody(content);
  }
}

function pulledBody(content: PulledContent): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      for (;;) {
        const readable = new Promise<void>((resolve) => {
          content.onReadable = resolve;
        });
        const got = content.read();
        if (got === "end") {
          controller.close();
          return;
        }
        if (got !== "pending") {
          controller.enqueue(Uint8Array.from(got));
          return;
        }
        await readable;
      }
    },
    cancel(reason) {
      content.cancel(reason instanceof Error ? reason : new Error("the body was cancelled"));
    },
  });
}
