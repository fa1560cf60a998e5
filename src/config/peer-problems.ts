/** What can be wrong with who is believed, and with the control socket. */
import { statSync } from "node:fs";
import { longestSocketPath } from "../transport/index.ts";
import { listenersOf } from "./normalize.ts";
import type { ConfigPath, Problem } from "./problems.ts";
import type { Config, Listener } from "./types.ts";

/** A header that nobody may send would never be read. */
export function proxyProtocolProblems(config: Config): Problem[] {
  const { listen, trustedProxies = [] } = config;
  return listenersOf(config, "/").flatMap((listener, index) =>
    listener.proxyProtocol
      ? untrusting(listener.type, trustedProxies, [...pathOf(listen, index), "proxyProtocol"])
      : [],
  );
}

/** @param place - What listens. */
export function untrusting(
  place: Listener["type"] | "udp",
  trusted: readonly string[],
  path: ConfigPath,
): Problem[] {
  if (place === "unix") {
    const message =
      'true: whoever opens the socket has to be trusted for its header: `trustedProxies` needs "unix"';
    return trusted.includes("unix") ? [] : [{ path, message }];
  }
  const message =
    'true: nobody is trusted to send a header: `trustedProxies` needs the proxy\'s address, such as ["10.0.0.2"], or "private"';
  return trusted.some((line) => line !== "unix") ? [] : [{ path, message }];
}

/** @param sockets - Absolute paths on which the server listens for something else, and where. */
export function controlProblems(
  control: string | false | undefined,
  sockets: readonly { readonly path: string; readonly at: ConfigPath }[],
): Problem[] {
  if (typeof control !== "string") {
    return [];
  }
  const length = Buffer.byteLength(control);
  if (length > longestSocketPath) {
    const message = `${control} has ${length} octets: a socket's path may have ${longestSocketPath}`;
    return [{ path: ["control"], message }];
  }
  if (statSync(control, { throwIfNoEntry: false })?.isDirectory() === true) {
    return [{ path: ["control"], message: `${control} is a directory: a path for a socket is needed` }];
  }
  const taken = sockets.find(({ path }) => path === control);
  return taken === undefined
    ? []
    : [{ path: ["control"], message: `${control} is taken by a listener`, other: { path: taken.at } }];
}

export function pathOf(listen: Config["listen"], index: number): ConfigPath {
  return Array.isArray(listen) ? ["listen", index] : ["listen"];
}
