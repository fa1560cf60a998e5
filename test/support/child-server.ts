/**
 * A server in a process of its own, so that its memory can be looked at from outside.
 * This file is both: what the child runs, and what a test starts it with.
 */
import { type ChildProcess, fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  createServer,
  Fields,
  files,
  HttpResponse,
  handle,
  type PulledContent,
  respond,
} from "../../src/index.ts";
import type { Octets } from "../../src/message/index.ts";
import { within } from "./waiting.ts";

/** What the child is told on its command line. */
export interface ChildOptions {
  readonly root: string;
  readonly reading: "borrowed" | "plain";
  /** PEM; with it the server speaks TLS. */
  readonly certificates?: { readonly cert: string; readonly key: string };
}

export interface ChildServer extends AsyncDisposable {
  readonly port: number;
  /** Resident memory now. */
  memory(): Octets;
  /** Asks the child what its handlers have seen so far. */
  seen(): Promise<Seen>;
}

export interface Seen {
  /** Octets that /gigabyte has given out. */
  readonly given: Octets;
  readonly connections: number;
  /** What the operator was told, the first line of each. */
  readonly told: readonly string[];
}

/**
 * Routes: `/gigabyte` (chunked content without end in sight), `/unread` (never reads, never answers),
 * `/small`, and below `/files/` the files of `root`.
 */
export async function startChildServer(options: ChildOptions): Promise<ChildServer> {
  const child = fork(fileURLToPath(import.meta.url), [JSON.stringify(options)], {
    execArgv: ["--import=tsx", "--max-semi-space-size=1"],
  });
  const port = await within(answer<{ port: number }>(child), "the child server to listen");
  return {
    ...port,
    memory: () => {
      const status = readFileSync(`/proc/${child.pid}/status`, "latin1");
      return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) * 1_024;
    },
    seen: () => {
      const answered = answer<Seen>(child);
      child.send("seen");
      return within(answered, "the child's answer");
    },
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

async function beChild({ root, reading, certificates }: ChildOptions): Promise<void> {
  let given = 0;
  const told: string[] = [];
  const tell = (message: string): void => void told.push(message.split("\n")[0] ?? "");
  const piece = Buffer.alloc(65_536, "g");
  const gigabyte = (): PulledContent => {
    let left = 1_073_741_824;
    return {
      type: "pulled",
      length: undefined,
      trailers: Fields.empty,
      onReadable: undefined,
      read: () => {
        if (left === 0) {
          return "end";
        }
        left -= piece.length;
        given += piece.length;
        return piece;
      },
      cancel: () => undefined,
    };
  };
  const routes = [
    { match: "/small", handler: respond("small") },
    {
      match: "/gigabyte",
      handler: handle(() => new HttpResponse({ status: 200, fields: Fields.empty, content: gigabyte() })),
    },
    {
      match: "/unread",
      handler: handle((request) => {
        (request.content as PulledContent).read();
        return new Promise(() => undefined);
      }),
    },
    { match: "/files/*", handler: files({ root, stripPrefix: "/files" }) },
  ];
  const secure = certificates === undefined ? {} : { tls: { certificates } };
  const listen = { host: "127.0.0.1", port: 0, tls: certificates !== undefined };
  const server = createServer(
    { listen, sites: [{ hosts: ["*"], routes }], ...secure },
    { reading, reporter: { info: tell, warn: tell, error: tell } },
  );
  await server.listen();
  process.on("message", () => {
    const seen: Seen = { given, connections: server.connections, told };
    process.send?.(seen);
  });
  process.send?.({ port: server.addresses[0]?.port });
}

if (process.send !== undefined && process.argv[1] === fileURLToPath(import.meta.url)) {
  await beChild(JSON.parse(process.argv[2] ?? "") as ChildOptions);
}
