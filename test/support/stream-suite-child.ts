/**
 * A server in a process of its own, with the same sources of content behind every handler and filter that passes
 * content on. This file is both: what the child runs, and what a test starts it with.
 */
import { type ChildProcess, fork } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  type Config,
  canonical,
  createServer,
  earlyHints,
  Fields,
  fields,
  files,
  type Handler,
  HttpResponse,
  handle,
  type PulledContent,
  proxy,
  push,
  respond,
  rewrite,
  type Server,
  security,
} from "../../src/index.ts";
import type { Octets } from "../../src/message/index.ts";
import { within } from "./waiting.ts";

type RouteConfig = Exclude<Config["sites"][number]["routes"][number], { readonly routes: unknown }>;

export interface StreamChildOptions {
  /** Directory with `big.bin`, which `files` and `respond` serve. */
  readonly root: string;
  /** Further routes: each prefix is a proxy to these upstreams. With them `respond` has next to nothing to send. */
  readonly proxies?: Readonly<Record<string, readonly string[]>>;
}

/** What the child's own sources and sinks have seen. */
export interface StreamsSeen {
  /** Octets that sources have given out. */
  readonly given: Octets;
  /** Sources that were cancelled. */
  readonly cancelled: number;
  /** Octets of requests that sinks have read. */
  readonly taken: Octets;
  /** Requests whose content broke off while a sink read it. */
  readonly broken: number;
  /** Connections of clients to the server in front. */
  readonly connections: number;
  readonly told: readonly string[];
}

export interface StreamChild extends AsyncDisposable {
  readonly port: number;
  readonly child: ChildProcess;
  /** Resident memory now, and the most there ever was. */
  memory(): { readonly now: Octets; readonly peak: Octets };
  seen(): Promise<StreamsSeen>;
  /** How many of its descriptors are files below the root. */
  openFiles(): number;
}

/** Those that pass content, by the prefix of their routes. */
export const passing = [
  "handle",
  "fields",
  "security",
  "rewrite",
  "canonical",
  "early-hints",
  "push",
  "proxy-http1",
  "proxy-http2",
] as const;

/**
 * Below each prefix of `passing`: `/source` (a gigabyte, chunked), `/fault` (breaks off after a megabyte),
 * `/sink` (reads a request and answers how long it was), `/unread` (never reads it). Below `/files/` and
 * `/respond` those handlers.
 */
export async function startStreamChild(options: StreamChildOptions): Promise<StreamChild> {
  const child = fork(fileURLToPath(import.meta.url), [JSON.stringify(options)], {
    execArgv: ["--import=tsx", "--max-semi-space-size=1"],
  });
  const { port } = await within(answer<{ port: number }>(child), "the child server to listen");
  return {
    port,
    child,
    memory: () => {
      const status = readFileSync(`/proc/${child.pid}/status`, "latin1");
      const read = (name: string): Octets =>
        Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1] ?? Number.NaN) * 1_024;
      return { now: read("VmRSS"), peak: read("VmHWM") };
    },
    seen: () => {
      const answered = answer<StreamsSeen>(child);
      child.send("seen");
      return within(answered, "the child's answer");
    },
    openFiles: () =>
      readdirSync(`/proc/${child.pid}/fd`).filter((descriptor) => {
        try {
          return readlinkSync(`/proc/${child.pid}/fd/${descriptor}`).startsWith(options.root);
        } catch {
          return false;
        }
      }).length,
    [Symbol.asyncDispose]: async () => {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await gone;
    },
  };
}

function answer<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    child.once("message", (message) => resolve(message as T));
    child.once("exit", (code) => reject(new Error(`the child server ended with ${code}`)));
  });
}

/** Sources and sinks, and what they have seen. */
class Endings {
  given = 0;
  cancelled = 0;
  taken = 0;
  broken = 0;

  readonly source: Handler = () => this.#stream(1_073_741_824, undefined);
  readonly fault: Handler = () => this.#stream(1_073_741_824, 1_048_576);

  readonly unread: Handler = (request) => {
    (request.content as PulledContent).read();
    return new Promise(() => undefined);
  };

  readonly sink: Handler = (request) =>
    new Promise((resolve) => {
      const content = request.content as PulledContent;
      let length = 0;
      const pull = (): void => {
        try {
          for (;;) {
            const piece = content.read();
            if (piece === "pending") {
              return;
            }
            if (piece === "end") {
              resolve(HttpResponse.text(200, String(length)));
              return;
            }
            length += piece.length;
            this.taken += piece.length;
          }
        } catch {
          this.broken += 1;
          resolve(HttpResponse.text(400, "broken"));
        }
      };
      content.onReadable = pull;
      pull();
    });

  #stream(length: Octets, breaksAt: Octets | undefined): HttpResponse {
    const piece = Buffer.alloc(65_536, "g");
    let sent = 0;
    const content: PulledContent = {
      type: "pulled",
      length: undefined,
      trailers: Fields.empty,
      onReadable: undefined,
      read: () => {
        if (breaksAt !== undefined && sent >= breaksAt) {
          throw new Error("the source broke off");
        }
        if (sent >= length) {
          return "end";
        }
        sent += piece.length;
        this.given += piece.length;
        return piece;
      },
      cancel: () => {
        this.cancelled += 1;
      },
    };
    return new HttpResponse({ status: 200, fields: Fields.empty, content });
  }
}

async function beChild({ root, proxies }: StreamChildOptions): Promise<void> {
  const endings = new Endings();
  const told: string[] = [];
  const tell = (message: string): void => void told.push(message.split("\n")[0] ?? "");
  const options = { reporter: { info: tell, warn: tell, error: tell } };
  const listen = { host: "127.0.0.1", port: 0 };
  const at = (prefix: string, more: Pick<RouteConfig, "filters"> = {}): RouteConfig[] =>
    (["source", "fault", "sink", "unread"] as const).map((name) => ({
      ...more,
      match: `/${prefix}/${name}`,
      handler: handle(endings[name]),
    }));
  const behind: Server = createServer({ listen, sites: [{ hosts: ["*"], routes: at("behind") }] }, options);
  await behind.listen();
  const place = `127.0.0.1:${behind.addresses[0]?.port}`;
  const forward = (prefix: string, upstream: string): RouteConfig => ({
    match: `/${prefix}/*`,
    handler: proxy({ upstreams: [upstream], stripPrefix: `/${prefix}`, base: "/behind" }),
  });
  const routes: Config["sites"][number]["routes"] = [
    ...at("handle"),
    ...at("fields", { filters: [fields({ set: { "x-added": "yes" } })] }),
    ...at("security", { filters: [security()] }),
    ...at("rewrite", { filters: [rewrite({ addPrefix: "/elsewhere" })] }),
    ...at("canonical", { filters: [canonical({ trailingSlash: "remove" })] }),
    ...at("early-hints", { filters: [earlyHints({ links: ["</style.css>; rel=preload; as=style"] })] }),
    ...at("push", { filters: [push({ paths: ["/small"] })] }),
    forward("proxy-http1", `http://${place}`),
    forward("proxy-http2", `h2c://${place}`),
    ...Object.entries(proxies ?? {}).map(([prefix, upstreams]) => ({
      match: `/${prefix}/*`,
      handler: proxy({ upstreams: [...upstreams], stripPrefix: `/${prefix}` }),
    })),
    { match: "/files/*", handler: files({ root, stripPrefix: "/files" }) },
    { match: "/respond", handler: respond({ body: "r".repeat(proxies === undefined ? 33_554_432 : 1) }) },
    { match: "/small", handler: respond("small") },
  ];
  const front = createServer({ listen, sites: [{ hosts: ["*"], routes }] }, options);
  await front.listen();
  process.on("message", () => {
    const { given, cancelled, taken, broken } = endings;
    const seen: StreamsSeen = { given, cancelled, taken, broken, connections: front.connections, told };
    process.send?.(seen);
  });
  process.send?.({ port: front.addresses[0]?.port });
}

if (process.send !== undefined && process.argv[1] === fileURLToPath(import.meta.url)) {
  await beChild(JSON.parse(process.argv[2] ?? "") as StreamChildOptions);
}
