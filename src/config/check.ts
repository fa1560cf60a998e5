/** Everything that can be wrong with a configuration, found without opening anything for good. */
import { accessSync, constants, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { longestSocketPath } from "../transport/index.ts";
import { problemsOf } from "./issues.ts";
import { descriptionProblems, type Kinds, worldProblems } from "./kinds.ts";
import { listenersOf, normalForm } from "./normalize.ts";
import { parameterProblems } from "./parameter-problems.ts";
import { controlProblems, pathOf, proxyProtocolProblems } from "./peer-problems.ts";
import type { ConfigPath, Problem } from "./problems.ts";
import { redirectLoops } from "./redirect-loops.ts";
import { routeProblems } from "./route-problems.ts";
import { configSchema } from "./schema.ts";
import { collide, socketsOf, streamPlaceProblems, streamShapeProblems } from "./streams-problems.ts";
import { tlsPlaceProblems, tlsShapeProblems } from "./tls-problems.ts";
import type { Config, RouteEntry, SiteConfig } from "./types.ts";

/**
 * What can be told from the configuration alone.
 *
 * @returns [] for a `Config` that can be used.
 */
export function shapeProblems(config: unknown, kinds: Kinds): Problem[] {
  const problems = [...problemsOf(configSchema, config, []), ...descriptions(config, kinds)];
  // What stands beside each other can be compared once each part is well-formed.
  return problems.length > 0 ? problems : relations(config as Config, kinds);
}

/**
 * What the configuration asks of the world: directories, files.
 *
 * @param config - One in which `shapeProblems` found nothing.
 */
export function placeProblems(config: Config, base: string, kinds: Kinds): Problem[] {
  const problems: Problem[] = [];
  for (const [s, site] of config.sites.entries()) {
    problems.push(...askedOf(site, ["sites", s], base, kinds));
  }
  problems.push(
    ...tlsPlaceProblems(config, base),
    ...streamPlaceProblems(config, base),
    ...socketProblems(config, base),
    ...controlProblems(
      typeof config.control === "string" ? resolve(base, config.control) : undefined,
      socketsOf(config, base),
    ),
    ...logProblems(config, base),
  );
  // Where redirects lead can be told once the files that name them can be read.
  return problems.length > 0 ? problems : redirectLoops(normalForm(config, base, kinds), kinds);
}

function askedOf(entry: SiteConfig | RouteEntry, at: ConfigPath, base: string, kinds: Kinds): Problem[] {
  const { filters = [], routes = [] } = entry;
  const handler = "handler" in entry ? entry.handler : undefined;
  return [
    ...filters.flatMap((filter, index) => worldProblems(kinds, filter, base, [...at, "filters", index])),
    ...(handler === undefined ? [] : worldProblems(kinds, handler, base, [...at, "handler"])),
    ...routes.flatMap((one, index) => askedOf(one, [...at, "routes", index], base, kinds)),
  ];
}

function descriptions(config: unknown, kinds: Kinds): Problem[] {
  const problems: Problem[] = [];
  // The schema complains of what is no list; here only what is one is looked into.
  for (const [s, site] of listAt(config, "sites").entries()) {
    problems.push(...filtersWithin(site, ["sites", s], kinds), ...entriesWithin(site, ["sites", s], kinds));
  }
  return problems;
}

/** What is wrong with the handlers and filters of the routes and groups that stand in `whole`. */
function entriesWithin(whole: unknown, at: ConfigPath, kinds: Kinds): Problem[] {
  return listAt(whole, "routes").flatMap((entry, index) => {
    if (typeof entry !== "object" || entry === null) {
      return [];
    }
    const here = [...at, "routes", index];
    const { handler, routes } = entry as { readonly handler?: unknown; readonly routes?: unknown };
    return [
      ...filtersWithin(entry, here, kinds),
      ...(routes === undefined ? descriptionProblems(kinds, "handler", handler, [...here, "handler"]) : []),
      ...entriesWithin(entry, here, kinds),
    ];
  });
}

function filtersWithin(whole: unknown, at: ConfigPath, kinds: Kinds): Problem[] {
  return listAt(whole, "filters").flatMap((filter, index) =>
    descriptionProblems(kinds, "filter", filter, [...at, "filters", index]),
  );
}

function listAt(value: unknown, name: string): readonly unknown[] {
  const list = (value as Record<string, unknown> | null | undefined)?.[name];
  return Array.isArray(list) ? list : [];
}

function relations(config: Config, kinds: Kinds): Problem[] {
  return [
    ...routeProblems(config.sites, kinds),
    ...parameterProblems(config.sites, kinds),
    ...listenProblems(config),
    ...proxyProtocolProblems(config),
    ...streamShapeProblems(config),
    ...tlsShapeProblems(config),
  ];
}

function listenProblems(config: Config): Problem[] {
  const listeners = listenersOf(config, "/");
  return listeners.flatMap((listener, index) => {
    const before = listeners.findIndex((other, i) => i < index && collide(other, listener));
    if (before < 0) {
      return [];
    }
    const where = listener.type === "tcp" ? `port ${listener.port}` : listener.path;
    return [{ path: ["listen", index], message: `${where} is taken by listen[${before}]` }];
  });
}

function socketProblems(config: Config, base: string): Problem[] {
  return listenersOf(config, base).flatMap((listener, index) => {
    const length = listener.type === "unix" ? Buffer.byteLength(listener.path) : 0;
    if (listener.type !== "unix" || length <= longestSocketPath) {
      return [];
    }
    const message = `${listener.path} has ${length} octets: a socket's path may have ${longestSocketPath}`;
    return [{ path: pathOf(config.listen, index), message }];
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
