/**
 * `node:http` and `node:https` as a careful Node programmer would use them: everything prepared, see node-files.ts.
 *
 * Environment: PORT, and that of node-files.ts; with BENCH_CERT and BENCH_KEY it is `node:https`.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type Asked, choose, identity, logged, note } from "./node-files.ts";

function answer(asked: Asked, response: ServerResponse): number {
  const { status, fields, content } = choose(asked);
  response.writeHead(status, fields as string[]);
  response.end(content);
  return status;
}

function handle(request: IncomingMessage, response: ServerResponse): void {
  const { headers } = request;
  const asked = {
    method: request.method,
    target: request.url,
    ifNoneMatch: headers["if-none-match"],
    ifModifiedSince: headers["if-modified-since"],
  };
  if (!logged) {
    answer(asked, response);
    return;
  }
  const started = performance.now();
  note(asked, answer(asked, response), started, request.socket.remoteAddress, headers["user-agent"]);
}

const options = { keepAliveTimeout: 75_000 };
const pair = identity();
const server =
  pair === undefined ? createServer(options, handle) : createSecureServer({ ...options, ...pair }, handle);
server.listen({ port: Number(process.env.PORT), host: "127.0.0.1", backlog: 4096 });
