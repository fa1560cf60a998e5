/** The pairs of docs/from-nginx.md, each as it is run: nginx with the one side, Sluice with the other. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { loadConfig } from "../../src/config/index.ts";
import * as face from "../../src/index.ts";
import { startNginx } from "../support/nginx.ts";
import { freePort } from "../support/upstream-servers.ts";
import { moduleOf } from "./fragments.ts";
import { blocksOf, type CodeBlock, textOf } from "./pages.ts";

const page = "docs/from-nginx.md";

export interface Pair {
  readonly heading: string;
  readonly nginx: CodeBlock;
  readonly ours: CodeBlock;
}

/** Every nginx block with the block of ours that follows it. */
export function pairs(): readonly Pair[] {
  const lines = textOf(page).split("\n");
  const blocks = blocksOf(page);
  return blocks.flatMap((nginx, at) => {
    const ours = blocks[at + 1];
    if (nginx.language !== "nginx" || ours === undefined) {
      return [];
    }
    const before = lines.slice(0, Number(nginx.at.split(":")[1]));
    const heading = before.findLast((line) => line.startsWith("## "))?.slice(3) ?? "";
    return [{ heading, nginx, ours }];
  });
}

/** What a server behind saw of a request. */
export interface Seen {
  /** The place's number in the page. */
  readonly port: number;
  readonly method: string;
  readonly target: string;
  readonly fields: Readonly<Record<string, string>>;
  content: string;
}

/** The servers behind, which both fronts share. */
export interface App {
  /** Answers one request; content comes whole. */
  answer?(request: IncomingMessage, response: ServerResponse, seen: Seen): void;
  /** Told of the head, before content has come. */
  head?(seen: Seen): void;
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Where others than HTTP servers stand, such as gRPC's: the port's number in the page to the real one. */
  readonly ports?: Readonly<Record<string, number>>;
}

export interface Front {
  readonly name: "nginx" | "Sluice";
  readonly port: number;
  /** Of the servers behind, by the number in the page. */
  readonly places: ReadonlyMap<number, number>;
  readonly seen: Seen[];
}

export interface Fronts extends AsyncDisposable {
  readonly nginx: Front;
  readonly sluice: Front;
}

const files = {
  "../pages/404.html": "not here\n",
  "../pages/50x.html": "not now\n",
  "../vault/protected/report.pdf": "a report of ten and more octets\n",
};

type Closers = (() => unknown)[];

/** Starts both, and what the pair names behind them. */
export async function startPair({ nginx, ours }: Pair, app: App): Promise<Fronts> {
  const closers: Closers = [];
  const seen: Seen[] = [];
  const places = new Map<number, number>();
  for (const port of new Set(portsIn(nginx))) {
    places.set(port, app.ports?.[port] ?? (await startApp(closers, app, seen, port)));
  }
  const socket = join(tmpdir(), `sluice-pair-${randomBytes(6).toString("hex")}.sock`);
  if (nginx.code.includes(writtenSocket)) {
    await startApp(closers, app, seen, socket);
  }
  const own = await freePort();
  const placed = (text: string): string =>
    text
      .replace(/127\.0\.0\.1:(\d+)/g, (_, port) => `127.0.0.1:${places.get(Number(port))}`)
      .replaceAll(writtenSocket, socket)
      .replace("listen 8080", `listen 127.0.0.1:${own}`);
  const theirs = await startNginx({ files, ...nginxParts(placed(nginx.code)) });
  closers.push(() => theirs[Symbol.asyncDispose]());
  const port = await startSluice(closers, placed(moduleOf(ours)), theirs.home);
  const front = { places, seen };
  return {
    nginx: { name: "nginx", port: nginx.code.includes("listen 8080") ? own : theirs.port, ...front },
    sluice: { name: "Sluice", port, ...front },
    [Symbol.asyncDispose]: async () => {
      for (const close of closers.reverse()) {
        await close();
      }
    },
  };
}

/** Our side of a stream, on a port of its own. @param places - Real ports by those of the page. */
export async function oursAlone(
  { ours }: Pair,
  places: ReadonlyMap<number, number>,
): Promise<AsyncDisposable & { readonly port: number }> {
  const home = mkdtempSync(join(tmpdir(), "sluice-pair-"));
  const port = await freePort();
  const module = moduleOf(ours)
    .replace(/127\.0\.0\.1:(\d+)/g, (_, written) => `127.0.0.1:${places.get(Number(written))}`)
    .replace("listen: 5432", `listen: "127.0.0.1:${port}"`);
  const closers: Closers = [() => rmSync(home, { recursive: true, force: true })];
  await startSluice(closers, module, home);
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      for (const close of closers.reverse()) {
        await close();
      }
    },
  };
}

const writtenSocket = "/run/app.sock";

/** Ports of this machine that the page names. */
function portsIn({ code }: CodeBlock): readonly number[] {
  return [...code.matchAll(/127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port));
}

/** What stands in `http`, and what in `server`. */
function nginxParts(text: string): { readonly http: string; readonly server: string } {
  const outer: string[] = [];
  const inner: string[] = [];
  for (const block of text.split(/\n(?=[^\s}])/)) {
    (/^(?:upstream|map|server) /.test(block) ? outer : inner).push(block);
  }
  return { http: outer.join("\n"), server: inner.join("\n") };
}

/** @param where - The port's number in the page, or a socket's path. @returns The real port. */
async function startApp(closers: Closers, app: App, seen: Seen[], where: number | string): Promise<number> {
  const port = typeof where === "number" ? where : 0;
  const server = createServer((request, response) => {
    const one = record(request, port);
    seen.push(one);
    app.head?.(one);
    request.setEncoding("latin1");
    request.on("data", (text: string) => {
      one.content += text;
    });
    request.on("end", () => {
      if (app.answer === undefined) {
        response.end(`from ${port}\n`);
      } else {
        app.answer(request, response, one);
      }
    });
  });
  server.on("upgrade", (request, socket, head) => {
    seen.push(record(request, port));
    app.upgrade?.(request, socket, head);
  });
  await new Promise<void>((resolve) =>
    typeof where === "string" ? server.listen(where, resolve) : server.listen(0, "127.0.0.1", resolve),
  );
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

function record({ method = "", url = "", headers }: IncomingMessage, port: number): Seen {
  const fields = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  return { port, method, target: url, fields: Object.fromEntries(fields), content: "" };
}

async function startSluice(closers: Closers, module: string, base: string): Promise<number> {
  const file = join(base, "sluice.config.ts");
  writeFileSync(file, module);
  const { config } = await loadConfig({ file, cwd: base, command: "run", env: {}, face });
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const listen = config.sites.length === 0 ? {} : { listen: "127.0.0.1:0" };
  const server = face.createServer({ ...config, ...listen }, { base, reporter: silent });
  await server.listen();
  closers.push(() => server.close({ deadline: 0 }));
  return server.addresses[0]?.port ?? 0;
}
