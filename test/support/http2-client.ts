/** Node's own HTTP/2 client, with what scenarios ask of it. */
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type ClientSessionOptions,
  connect,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type SecureClientSessionOptions,
} from "node:http2";
import { within } from "./waiting.ts";

export interface Http2Response {
  readonly status: number;
  /** Without status and Date. */
  readonly fields: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly trailers: Readonly<Record<string, string>>;
}

export interface Http2Client extends AsyncDisposable {
  readonly session: ClientHttp2Session;
  /** A request on a stream of its own; `body` undefined: none, "open": the caller writes. */
  open(head: OutgoingHttpHeaders, body?: string | Uint8Array | "open"): ClientHttp2Stream;
  /** The whole answer. */
  ask(head: OutgoingHttpHeaders, body?: string | Uint8Array): Promise<Http2Response>;
}

/** Connects and waits for the server's SETTINGS. `options.ca` where the server is another's. */
export async function http2Client(
  url: string,
  options: ClientSessionOptions | SecureClientSessionOptions = {},
): Promise<Http2Client> {
  const session = connect(url, options);
  await within(
    new Promise<void>((resolve, reject) => {
      session.once("error", reject);
      session.once("remoteSettings", () => resolve());
    }),
    "the server's SETTINGS",
  );
  session.on("error", () => undefined);
  const open: Http2Client["open"] = (head, body) => {
    const stream = session.request(head, { endStream: body === undefined });
    stream.on("error", () => undefined);
    if (body !== undefined && body !== "open") {
      stream.end(body);
    }
    return stream;
  };
  return {
    session,
    open,
    ask: (head, body) => answerOf(open(head, body)),
    [Symbol.asyncDispose]: async () => {
      if (!session.destroyed) {
        const gone = new Promise((resolve) => session.once("close", resolve));
        session.destroy();
        await gone;
      }
    },
  };
}

/** The whole answer on a stream. @throws Error when it breaks off; its `code` tells how. */
export function answerOf(stream: ClientHttp2Stream): Promise<Http2Response> {
  const answer = new Promise<Http2Response>((resolve, reject) => {
    let head: IncomingHttpHeaders = {};
    let trailers: IncomingHttpHeaders = {};
    const chunks: Buffer[] = [];
    stream.on("response", (fields) => {
      head = fields;
    });
    stream.on("trailers", (fields) => {
      trailers = fields;
    });
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("error", reject);
    stream.on("close", () => {
      if (stream.rstCode !== 0) {
        reject(Object.assign(new Error(`reset with ${stream.rstCode}`), { code: stream.rstCode }));
      }
      resolve({
        status: Number(head[":status"]),
        fields: plain(head),
        body: Buffer.concat(chunks),
        trailers: plain(trailers),
      });
    });
  });
  return within(answer, "the answer");
}

function plain(fields: IncomingHttpHeaders): Record<string, string> {
  const lines = Object.entries(fields).filter(([name]) => name !== ":status" && name !== "date");
  return Object.fromEntries(lines.map(([name, value]) => [name, String(value)]));
}
