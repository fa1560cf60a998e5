/**
 * `node:http2` as a careful Node programmer would use it: the core API, which is faster than the one that
 * looks like `node:http`; everything prepared, see node-files.ts.
 *
 * Environment: PORT, and that of node-files.ts, BENCH_CERT and BENCH_KEY included.
 */
import {
  createSecureServer,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import { type Asked, choose, identity, logged, note, type Prepared } from "./node-files.ts";

const heads = new Map<Prepared, OutgoingHttpHeaders>();

function headOf(prepared: Prepared): OutgoingHttpHeaders {
  const kept = heads.get(prepared);
  if (kept !== undefined) {
    return kept;
  }
  const head: OutgoingHttpHeaders = { ":status": prepared.status };
  for (let at = 0; at < prepared.fields.length; at += 2) {
    head[prepared.fields[at] ?? ""] = prepared.fields[at + 1];
  }
  heads.set(prepared, head);
  return head;
}

function answer(asked: Asked, stream: ServerHttp2Stream): number {
  const prepared = choose(asked);
  if (prepared.content === undefined || asked.method === "HEAD") {
    stream.respond(headOf(prepared), { endStream: true });
  } else {
    stream.respond(headOf(prepared));
    stream.end(prepared.content);
  }
  return prepared.status;
}

function handle(stream: ServerHttp2Stream, headers: IncomingHttpHeaders & { ":path"?: string }): void {
  const asked = {
    method: headers[":method"] as string | undefined,
    target: headers[":path"],
    ifNoneMatch: headers["if-none-match"],
    ifModifiedSince: headers["if-modified-since"],
  };
  // Without a listener a reset stream would end the program.
  stream.on("error", () => undefined);
  if (!logged) {
    answer(asked, stream);
    return;
  }
  const started = performance.now();
  const client = stream.session?.socket.remoteAddress;
  note(asked, answer(asked, stream), started, client, headers["user-agent"]);
}

const server = createSecureServer({ ...identity() });
server.on("stream", handle);
server.listen({ port: Number(process.env.PORT), host: "127.0.0.1", backlog: 4096 });
