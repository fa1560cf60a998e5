/** Everything that can be wrong with a configuration, found without opening anything for good. */
import { accessSync, constants, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { canonicalHost, duplicateHosts, unreachableRoutes } from "../routes/index.ts";
import { longestSocketPath } from "../transport/index.ts";
import { problemsOf } from "./issues.ts";
import { descriptionProblems, type Kinds, worldProblems } from "./kinds.ts";
import { listenersOf } from "./normalize.ts";
import type { Problem } from "./problems.ts";
import { configSchema } from "./schema.ts";
import type { Config, Listener, SiteConfig } from "./types.ts";

/**
 * What can be told from the configuration alone.
 *
 * @returns [] for a `Config` that can be used.
 */
export function shapeProblems(config: unknown, kinds: Kinds): Problem[] {
  const problems = [...problemsOf(configSchema, config, []), ...descriptions(config, kinds)];
  // What stands beside each other can be compared once each part is well-formed.
  return problems.length > 0 ? problems : relations(config as Config);
}

/**
 * What the configuration asks of the world: directories, files.
 *
 * @param config - One in which `shapeProblems` found nothing.
 */
export function placeProblems(config: Config, base: string, kinds: Kinds): Problem[] {
  const problems: Problem[] = [];
  for (const [s, site] of config.sites.entries()) {
    for (const [r, route] of site.routes.entries()) {
      const at = ["sites", s, "routes", r] as const;
      for (const [f, filter] of (route.filters ?? []).entries()) {
        problems.push(...worldProblems(kinds, filter, base, [...at, "filters", f]));
      }
      problems.push(...worldProblems(kinds, route.handler, base, [...at, "handler"]));
    }
  }
  return [...problems, ...socketProblems(config, base), ...logProblems(config, base)];
}

function descriptions(config: unknown, kinds: Kinds): Problem[] {
  const problems: Problem[] = [];
  // The schema complains of what is no list; here only what is one is looked into.
  for (const [s, site] of listAt(config, "sites").entries()) {
    for (const [r, route] of listAt(site, "routes").entries()) {
      if (typeof route !== "object" || route === null) {
        continue;
      }
      const at = ["sites", s, "routes", r] as const;
      for (const [f, filter] of listAt(route, "filters").entries()) {
        problems.push(...descriptionProblems(kinds, "filter", filter, [...at, "filters", f]));
      }
      const { handler } = route as { handler?: unknown };
      problems.push(...descriptionProblems(kinds, "handler", handler, [...at, "handler"]));
    }
  }
  return problems;
}

function listAt(value: unknown, name: string): readonly unknown[] {
  const list = (value as Record<string, unknown> | null | undefined)?.[name];
  return Array.isArray(list) ? list : [];
}

function relations(config: Config): Problem[] {
  const { sites } = config;
  return [
    ...unreachableRoutes(sites).map(({ site, route, by, because }) => {
      const earlier = sites[site]?.routes[by]?.match;
      const why =
        because === "duplicate" ? "has the same match" : `${JSON.stringify(earlier)} matches all of it`;
      return {
        path: ["sites", site, "routes", route, "match"],
        message: `can never answer: routes[${by}], written before it, ${why}`,
      };
    }),
    ...duplicateHosts(sites).map(({ site, index, host, first }) => ({
      path: ["sites", site, "hosts", index],
      message: `${JSON.stringify(host)} is claimed twice: ${firstClaim(sites, first, host)} has it`,
    })),
    ...listenProblems(config),
  ];
}

function firstClaim(sites: readonly SiteConfig[], site: number, host: string): string {
  const index = sites[site]?.hosts.findIndex((one) => canonicalHost(one) === canonicalHost(host));
  return `sites[${site}].hosts[${index}]`;
}

function listenProblems({ listen }: Config): Problem[] {
  const listeners = listenersOf(listen, "/");
  return listeners.flatMap((listener, index) => {
    const before = listeners.findIndex((other, i) => i < index && collide(other, listener));
    if (before < 0) {
      return [];
    }
    const where = listener.type === "tcp" ? `port ${listener.port}` : listener.path;
    return [{ path: ["listen", index], message: `${where} is taken by listen[${before}]` }];
  });
}

function collide(one: Listener, other: Listener): boolean {
  if (one.type === "unix" || other.type === "unix") {
    return one.type === other.type && (one as { path: string }).path === (other as { path: string }).path;
  }
  if (one.port !== other.port || one.port === 0) {
    return false;
  }
  return one.host === other.host || one.host === undefined || other.host === undefined;
}

function socketProblems({ listen }: Config, base: string): Problem[] {
  return listenersOf(listen, base).flatMap((listener, index) => {
    const length = listener.type === "unix" ? Buffer.byteLength(listener.path) : 0;
    if (listener.type !== "unix" || length <= longestSocketPath) {
      return [];
    }
    const message = `${listener.path} has ${length} octets: a socket's path may have ${longestSocketPath}`;
    return [{ path: Array.isArray(listen) ? ["listen", index] : ["listen"], message }];
  });
}

function logProblems({ log }: Config, base: string): Problem[] {
  const file = typeof log === "object" ? log.file : undefined;
  if (file === undefined || file === "stdout" || file === "stderr") {
    return [];
  }
  const path = resolve(base, file);
  const directory = dirname(path);
  try {
    if (!statSync(directory).isDirectory()) {
      return [{ path: ["log", "file"], message: `${JSON.stringify(file)}: ${directory} is no directory` }];
    }
    accessSync(directory, constants.X_OK);
    const isDirectory = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
    return isDirectory
      ? [{ path: ["log", "file"], message: `${JSON.stringify(file)} is a directory: a file is needed` }]
      : [];
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === "ENOENT" ? "does not exist" : "cannot be entered";
    return [{ path: ["log", "file"], message: `${JSON.stringify(file)}: directory ${directory} ${why}` }];
  }
}
