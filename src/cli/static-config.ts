/** The configuration that `sluice [dir]` stands for. */
import {
  type Config,
  defaultPort,
  type ListenConfig,
  parseListen,
  type SiteConfig,
} from "../config/index.ts";
import { fields } from "../filters/index.ts";
import { files } from "../handlers/index.ts";
import type { StaticIntent } from "./intent.ts";

/** @param port - Where to listen unless `--listen` says so. */
export function staticConfig(intent: StaticIntent, port: number, terminal: boolean): Config {
  const filters = intent.cors ? [fields({ set: { "access-control-allow-origin": "*" } })] : [];
  const log = intent.log ?? (terminal ? "dev" : "off");
  return {
    listen: listenOf(intent, port),
    sites: [
      { hosts: ["*"], ...tlsOf(intent), routes: [{ match: "/*", filters, handler: handlerOf(intent) }] },
    ],
    log: log === "off" ? false : log,
  };
}

/** The port asked for; the next ones too where it may move. */
export function portsToTry({ port = defaultPort, mayMove }: StaticIntent): readonly number[] {
  return mayMove ? Array.from({ length: 10 }, (_, i) => port + i) : [port];
}

function listenOf({ listen, host, https }: StaticIntent, port: number): readonly ListenConfig[] {
  if (listen.length > 0) {
    return https === undefined ? listen : listen.map(withTls);
  }
  const place = host === undefined ? { port } : { host, port };
  return [https === undefined ? place : { ...place, tls: true }];
}

/** With `--https` every port speaks TLS; Unix sockets stay in the clear. */
function withTls(line: string): ListenConfig {
  const place = parseListen(line);
  return place !== undefined && "port" in place ? { ...place, tls: true } : line;
}

function tlsOf({ https }: StaticIntent): Pick<SiteConfig, "tls"> {
  return https === undefined || https === "local" ? {} : { tls: { certificates: https } };
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
