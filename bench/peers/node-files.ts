/**
 * What the programs on Node's own modules share: files held in memory with their validators, fields
 * prepared before the first request, conditional requests answered, a buffered JSON log.
 *
 * Environment: BENCH_ROOT, BENCH_LOG (a file: JSON log there, added fields and 99 more routes).
 */
import { createHash } from "node:crypto";
import { closeSync, openSync, readdirSync, readFileSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { addedFields, otherPrefixes } from "../variant.ts";

/** A response as far as it does not depend on the protocol; names and values alternate in `fields`. */
export interface Prepared {
  readonly status: number;
  readonly fields: readonly string[];
  readonly content?: Buffer;
}

export interface Asked {
  readonly method: string | undefined;
  readonly target: string | undefined;
  readonly ifNoneMatch: string | undefined;
  readonly ifModifiedSince: string | undefined;
}

interface HotFile {
  readonly etag: string;
  readonly modified: number;
  readonly whole: Prepared;
  readonly unchanged: Prepared;
}

const root = process.env.BENCH_ROOT ?? "";
const logFile = process.env.BENCH_LOG;
const prefixes = logFile === undefined ? [] : otherPrefixes;
const common = logFile === undefined ? [] : Object.entries(addedFields).flat();
const log = logFile === undefined ? undefined : openSync(logFile, "a");
const files = new Map(readdirSync(root).map((name) => [`/${name}`, load(join(root, name))]));
const missing = whole(404, Buffer.from("Not Found\n"), []);
const refused: Prepared = { status: 405, fields: ["allow", "GET, HEAD", ...common] };

/** Whether there is a log to write. */
export const logged: boolean = log !== undefined;

function load(path: string): HotFile {
  const content = readFileSync(path);
  const modified = Math.floor(statSync(path).mtimeMs / 1000) * 1000;
  const etag = `"${createHash("sha256").update(content).digest("base64url").slice(0, 16)}"`;
  const validators = ["etag", etag, "last-modified", new Date(modified).toUTCString()];
  const unchanged = { status: 304, fields: [...validators, ...common] };
  return { etag, modified, whole: whole(200, content, validators), unchanged };
}

function whole(status: number, content: Buffer, validators: readonly string[]): Prepared {
  const type = ["content-type", "text/plain; charset=utf-8", "content-length", String(content.length)];
  return { status, fields: [...type, ...validators, ...common], content };
}

/** RFC 9110 §13.2.2: If-None-Match outranks If-Modified-Since. */
function isUnchanged({ ifNoneMatch, ifModifiedSince }: Asked, file: HotFile): boolean {
  if (ifNoneMatch !== undefined) {
    return ifNoneMatch === file.etag || ifNoneMatch === "*" || ifNoneMatch.includes(file.etag);
  }
  return ifModifiedSince !== undefined && file.modified <= Date.parse(ifModifiedSince);
}

/** The same object for the same answer. */
export function choose(asked: Asked): Prepared {
  if (asked.method !== "GET" && asked.method !== "HEAD") {
    return refused;
  }
  const target = asked.target ?? "/";
  const query = target.indexOf("?");
  const path = query < 0 ? target : target.slice(0, query);
  const routed = prefixes.every((prefix) => !path.startsWith(prefix));
  const file = routed ? files.get(path) : undefined;
  if (file === undefined) {
    return missing;
  }
  return isUnchanged(asked, file) ? file.unchanged : file.whole;
}

let lines = "";

/** Notes a request for the log. @param started - By `performance.now()`. */
export function note(
  asked: Asked,
  status: number,
  started: number,
  client: string | undefined,
  agent: string | undefined,
): void {
  const line = {
    time: new Date().toISOString(),
    client,
    method: asked.method,
    target: asked.target,
    status,
    duration: Math.round((performance.now() - started) * 1000) / 1000,
    agent,
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

/** Certificate and key of a server over TLS; undefined in the clear. Environment: BENCH_CERT, BENCH_KEY. */
export function identity(): { readonly cert: Buffer; readonly key: Buffer } | undefined {
  const { BENCH_CERT: cert, BENCH_KEY: key } = process.env;
  return cert === undefined || key === undefined
    ? undefined
    : { cert: readFileSync(cert), key: readFileSync(key) };
}

setInterval(flush, 1000).unref();
process.on("SIGTERM", () => {
  flush();
  if (log !== undefined) {
    closeSync(log);
  }
  process.exit(0);
});
