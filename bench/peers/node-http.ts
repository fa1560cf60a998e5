/**
 * `node:http` as a careful Node programmer would use it: files held in memory with their validators,
 * fields prepared before the first request, conditional requests answered.
 *
 * Environment: PORT, BENCH_ROOT, BENCH_LOG (a file: JSON log there, added fields and 99 more routes).
 */
import { createHash } from "node:crypto";
import { closeSync, openSync, readdirSync, readFileSync, statSync, writeSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { addedFields, otherPrefixes } from "../variant.ts";

interface HotFile {
  readonly content: Buffer;
  readonly etag: string;
  readonly modified: number;
  readonly fields: readonly string[];
}

const root = process.env.BENCH_ROOT ?? "";
const logFile = process.env.BENCH_LOG;
const prefixes = logFile === undefined ? [] : otherPrefixes;
const common = logFile === undefined ? [] : Object.entries(addedFields).flat();
const log = logFile === undefined ? undefined : openSync(logFile, "a");
const missing = Buffer.from("Not Found\n");
const files = new Map(readdirSync(root).map((name) => [`/${name}`, load(join(root, name))]));

function load(path: string): HotFile {
  const content = readFileSync(path);
  const modified = Math.floor(statSync(path).mtimeMs / 1000) * 1000;
  const etag = `"${createHash("sha256").update(content).digest("base64url").slice(0, 16)}"`;
  const validators = ["etag", etag, "last-modified", new Date(modified).toUTCString()];
  const type = ["content-type", "text/plain; charset=utf-8", "content-length", String(content.length)];
  return { content, etag, modified, fields: [...type, ...validators, ...common] };
}

/** RFC 9110 §13.2.2: If-None-Match outranks If-Modified-Since. */
function isUnchanged(request: IncomingMessage, file: HotFile): boolean {
  const tags = request.headers["if-none-match"];
  if (tags !== undefined) {
    return tags === file.etag || tags === "*" || tags.includes(file.etag);
  }
  const since = request.headers["if-modified-since"];
  return since !== undefined && file.modified <= Date.parse(since);
}

function answer(request: IncomingMessage, response: ServerResponse): number {
  if (request.method !== "GET" && request.method !== "HEAD") {
    return finish(response, 405, ["allow", "GET, HEAD", ...common]);
  }
  const target = request.url ?? "/";
  const query = target.indexOf("?");
  const path = query < 0 ? target : target.slice(0, query);
  const routed = prefixes.every((prefix) => !path.startsWith(prefix));
  const file = routed ? files.get(path) : undefined;
  if (file === undefined) {
    const fields = ["content-type", "text/plain; charset=utf-8", "content-length", String(missing.length)];
    return finish(response, 404, [...fields, ...common], missing);
  }
  if (isUnchanged(request, file)) {
    return finish(response, 304, file.fields.slice(4));
  }
  return finish(response, 200, file.fields, file.content);
}

function finish(
  response: ServerResponse,
  status: number,
  fields: readonly string[],
  content?: Buffer,
): number {
  response.writeHead(status, fields as string[]);
  response.end(content);
  return status;
}

let lines = "";

function note(request: IncomingMessage, status: number, started: number): void {
  const line = {
    time: new Date().toISOString(),
    client: request.socket.remoteAddress,
    method: request.method,
    target: request.url,
    status,
    duration: Math.round((performance.now() - started) * 1000) / 1000,
    agent: request.headers["user-agent"],
  };
  lines += `${JSON.stringify(line)}\n`;
  if (lines.length > 65_536) {
    flush();
  }
}

function flush(): void {
  if (log !== undefined && lines !== "") {
    writeSync(log, lines);
    lines = "";
  }
}

function handle(request: IncomingMessage, response: ServerResponse): void {
  if (log === undefined) {
    answer(request, response);
    return;
  }
  const started = performance.now();
  note(request, answer(request, response), started);
}

const server = createServer({ keepAliveTimeout: 75_000 }, handle);
server.listen({ port: Number(process.env.PORT), host: "127.0.0.1", backlog: 4096 });
setInterval(flush, 1000).unref();
process.on("SIGTERM", () => {
  flush();
  if (log !== undefined) {
    closeSync(log);
  }
  process.exit(0);
});
