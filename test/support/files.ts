/** A directory made for one test, and handlers driven without a server. */
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type FilesOptions, files, handlerKinds } from "../../src/handlers/index.ts";
import { collect, Fields, HttpRequest, type HttpResponse } from "../../src/message/index.ts";
import type {
  Clock,
  Endpoint,
  Exchange,
  Handler,
  HandlerDescription,
  Resource,
  Runtime,
} from "../../src/pipeline/index.ts";
import { Deadlines } from "../../src/transport/index.ts";
import { createHouse } from "../../src/upstream/index.ts";

/** A clock that goes on when told. `wall` follows the system, whose times files carry. */
export interface ManualClock extends Clock {
  advance(millis: number): void;
}

/** @param ahead - Milliseconds by which `wall` is ahead of the system. */
export function manualClock(ahead = 0): ManualClock {
  let now = 0;
  return {
    now: () => now,
    wall: () => Date.now() + ahead,
    advance: (millis) => {
      now += millis;
    },
  };
}

export interface Tree {
  /** Absolute. */
  readonly path: string;
  /** Writes a file, its directories included, and dates it a minute back unless told. */
  write(name: string, content: string | Uint8Array, modified?: Date): void;
  remove(): void;
}

/** These files in a temporary directory, or in the one given. */
export function makeTree(
  contents: Readonly<Record<string, string | Uint8Array>> = {},
  path: string = mkdtempSync(join(tmpdir(), "sluice-")),
): Tree {
  const write: Tree["write"] = (name, content, modified = new Date(Date.now() - 60_000)) => {
    const file = join(path, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    utimesSync(file, modified, modified);
  };
  for (const [name, content] of Object.entries(contents)) {
    write(name, content);
  }
  return { path, write, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export interface FakeRuntime extends Runtime {
  readonly warnings: readonly string[];
  readonly resources: ReadonlyMap<string, Resource>;
}

export function fakeRuntime(clock: Clock, base = "/"): FakeRuntime {
  const warnings: string[] = [];
  const resources = new Map<string, Resource>();
  return {
    clock,
    base,
    httpsPort: undefined,
    upstreams: createHouse({
      clock,
      deadlines: new Deadlines(clock),
      reporter: { info: () => {}, warn: () => {}, error: () => {} },
      base,
    }),
    handler: refuseNested,
    filter: refuseNested,
    warnings,
    resources,
    take<R extends Resource>(key: string, make: () => R): R {
      const resource = resources.get(key) ?? make();
      resources.set(key, resource);
      return resource as R;
    },
    warn: (message) => warnings.push(message),
  };
}

function refuseNested({ kind }: { readonly kind: string }): never {
  throw new Error(`nothing is compiled within another here: ${kind}`);
}

const loopback: Endpoint = { address: "127.0.0.1", port: 1, family: "ipv4" };

export function fakeExchange(clock: Clock): Exchange {
  return {
    connection: {},
    client: loopback,
    peer: loopback,
    trustsPeer: false,
    local: loopback,
    protocol: "1.1",
    tls: undefined,
    clock,
    signal: new AbortController().signal,
    parameters: {},
    tie: () => undefined,
    failedBy: () => undefined,
    waitUntil: () => undefined,
    inform: () => undefined,
    push: () => false,
  };
}

export function compileHandler(description: HandlerDescription, runtime: Runtime): Handler {
  const kind = handlerKinds.find((one) => one.kind === description.kind);
  if (kind === undefined) {
    throw new Error(`no handler kind ${description.kind}`);
  }
  return kind.compile(kind.schema.parse(description.options) as never, runtime);
}

export interface Site {
  readonly tree: Tree;
  readonly clock: ManualClock;
  readonly runtime: FakeRuntime;
  /** The answer as the handler gives it, promised or not. */
  ask(path: string, init?: Asked): HttpResponse | Promise<HttpResponse>;
  /** The answer read to its end, as one value. */
  get(path: string, init?: Asked): Promise<Answered>;
}

export interface Asked {
  readonly method?: string;
  readonly fields?: Readonly<Record<string, string>>;
}

export interface Answered {
  readonly status: number;
  readonly fields: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * `files()` over a tree.
 *
 * @param at - An existing tree, and how far the handler's wall clock is ahead.
 */
export function makeSite(
  contents: Readonly<Record<string, string | Uint8Array>>,
  options: Omit<FilesOptions, "root"> = {},
  at: { readonly path?: string; readonly ahead?: number } = {},
): Site {
  const tree = makeTree(contents, at.path);
  const clock = manualClock(at.ahead);
  const runtime = fakeRuntime(clock, tree.path);
  const handler = compileHandler(files({ root: ".", ...options }), runtime);
  const exchange = fakeExchange(clock);
  const ask: Site["ask"] = (path, { method = "GET", fields = {} } = {}) =>
    handler(HttpRequest.make(path, { method, fields: Fields.from(fields) }), exchange);
  const get: Site["get"] = async (path, init) => answered(await ask(path, init), init?.method === "HEAD");
  return { tree, clock, runtime, ask, get };
}

/** A response as one value. To HEAD the content is cancelled unread, as the server does. */
export async function answered(response: HttpResponse, isHead = false): Promise<Answered> {
  const { status, content } = response;
  if (isHead && content.type === "pulled") {
    content.cancel(new Error("HEAD"));
  }
  const body = isHead ? `${content.length} octets` : (await collect(content, 64e6)).toString("utf8");
  return { status, fields: Object.fromEntries(response.fields), body };
}
