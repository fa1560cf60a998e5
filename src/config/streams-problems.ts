/** What can be wrong with `streams` beside the rest of the configuration, and with the files that they name. */
import { isIPv4 } from "node:net";
import { longestSocketPath } from "../transport/index.ts";
import { listenersOf } from "./normalize.ts";
import { pathOf, untrusting } from "./peer-problems.ts";
import type { ConfigPath, Problem } from "./problems.ts";
import { type StreamListener, standIn, streamListener, tlsOf } from "./streams.ts";
import { tlsPlaceProblems } from "./tls-problems.ts";
import type { Config, Listener } from "./types.ts";

/** Something that listens, and where it is written. */
interface Door {
  readonly listener: Listener | StreamListener;
  readonly at: ConfigPath;
}

/** What can be told from the configuration alone: places taken twice, headers that nobody may send. */
export function streamShapeProblems(config: Config): Problem[] {
  const doors = doorsOf(config, "/");
  return doors.slice(-streamsOf(config).length || doors.length).flatMap((door) => {
    const { listener, at } = door;
    const before = doors.slice(0, doors.indexOf(door)).find((other) => collide(other.listener, listener));
    const taken =
      before === undefined
        ? []
        : [{ path: at, message: `${placeWords(listener)} is taken`, other: { path: before.at } }];
    return listener.type !== "udp" && listener.proxyProtocol
      ? [...taken, ...untrusting(listener.type, config.trustedProxies ?? [], [...at, "proxyProtocol"])]
      : taken;
  });
}

/** What the world says: certificates, lengths of socket paths. */
export function streamPlaceProblems(config: Config, base: string): Problem[] {
  return streamsOf(config).flatMap((stream, index) => {
    const at = ["streams", index, "listen"];
    const secure = tlsOf(stream.listen);
    const listener = streamListener(stream.listen, config.tls, base);
    const length = listener.type === "unix" ? Buffer.byteLength(listener.path) : 0;
    return [
      ...(length <= longestSocketPath
        ? []
        : [
            {
              path: at,
              message: `${(listener as { path: string }).path} has ${length} octets: a socket's path may have ${longestSocketPath}`,
            },
          ]),
      ...(secure === undefined
        ? []
        : tlsPlaceProblems(standIn(secure, config.tls), base).map((problem) => ({
            ...problem,
            path: problem.path[0] === "sites" ? [...at, ...problem.path.slice(2)] : problem.path,
          }))),
    ];
  });
}

/** Absolute paths of Unix sockets that are listened on. */
export function socketsOf(
  config: Config,
  base: string,
): readonly { readonly path: string; readonly at: ConfigPath }[] {
  return doorsOf(config, base).flatMap(({ listener, at }) =>
    listener.type === "unix" ? [{ path: listener.path, at }] : [],
  );
}

function streamsOf({ streams = [] }: Config): NonNullable<Config["streams"]> {
  return streams;
}

/** Those for requests, then those of streams. */
function doorsOf(config: Config, base: string): Door[] {
  return [
    ...listenersOf(config, base).map((listener, index) => ({ listener, at: pathOf(config.listen, index) })),
    ...streamsOf(config).map(({ listen }, index) => ({
      listener: streamListener(listen, config.tls, base),
      at: ["streams", index, "listen"],
    })),
  ];
}

/** Whether two cannot both listen. */
export function collide(one: Door["listener"], other: Door["listener"]): boolean {
  if (one.type === "unix" || other.type === "unix") {
    return one.type === other.type && (one as { path: string }).path === (other as { path: string }).path;
  }
  if (one.type !== other.type || one.port !== other.port || one.port === 0) {
    return false;
  }
  return (
    one.host === other.host ||
    one.host === undefined ||
    other.host === undefined ||
    isAmongAll(one.host, other.host) ||
    isAmongAll(other.host, one.host)
  );
}

/** Every IPv4 address of the machine is among 0.0.0.0. */
function isAmongAll(all: string, host: string): boolean {
  return all === "0.0.0.0" && isIPv4(host);
}

function placeWords(listener: Door["listener"]): string {
  return listener.type === "unix" ? listener.path : `port ${listener.port}`;
}
