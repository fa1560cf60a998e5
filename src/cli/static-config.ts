/** The configuration that `sluice [dir]` stands for. */
import { type Config, defaultPort, type ListenConfig } from "../config/index.ts";
import { fields } from "../filters/index.ts";
import { files } from "../handlers/index.ts";
import type { StaticIntent } from "./intent.ts";

/** @param port - Where to listen unless `--listen` says so. */
export function staticConfig(intent: StaticIntent, port: number, terminal: boolean): Config {
  const filters = intent.cors ? [fields({ set: { "access-control-allow-origin": "*" } })] : [];
  const log = intent.log ?? (terminal ? "dev" : "off");
  return {
    listen: listenOf(intent, port),
    sites: [{ hosts: ["*"], routes: [{ match: "/*", filters, handler: handlerOf(intent) }] }],
    log: log === "off" ? false : log,
  };
}

/** The port asked for; the next ones too where it may move. */
export function portsToTry({ port = defaultPort, mayMove }: StaticIntent): readonly number[] {
  return mayMove ? Array.from({ length: 10 }, (_, i) => port + i) : [port];
}

function listenOf({ listen, host }: StaticIntent, port: number): readonly ListenConfig[] {
  return listen.length > 0 ? listen : [host === undefined ? { port } : { host, port }];
}

function handlerOf(intent: StaticIntent): ReturnType<typeof files> {
  return files({
    root: intent.directory,
    listing: intent.listing,
    cleanUrls: intent.cleanUrls,
    symlinks: intent.followSymlinks ? "follow" : "inside",
    ...(intent.single ? { fallback: "index.html" } : {}),
    ...(intent.precompressed ? {} : { precompressed: [] }),
    ...(intent.cache === undefined ? {} : { cacheControl: cacheControl(intent.cache) }),
  });
}

/** RFC 9111 §5.2.2. */
function cacheControl(seconds: number): string {
  if (seconds < 0) {
    return "no-store";
  }
  return seconds === 0 ? "no-cache" : `public, max-age=${seconds}`;
}
