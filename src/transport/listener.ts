/** Listening sockets: TCP and Unix, with TLS or without. */
import { chmodSync, lstatSync, unlinkSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { isMainThread } from "node:worker_threads";
import type { Endpoint } from "../message/index.ts";
import type { Channel } from "./channel.ts";
import { takeHandles } from "./handles.ts";
import { ProxyEntrance, type ProxyListening } from "./proxy-entrance.ts";
import { handleChannel, socketChannel } from "./socket-channel.ts";
import { TlsEntrance, type TlsListening } from "./tls-listener.ts";

export type ListenPlace =
  /** `host` undefined: every interface, IPv6 and IPv4 alike where the system can. */
  | { readonly type: "tcp"; readonly host: string | undefined; readonly port: number }
  | { readonly type: "unix"; readonly path: string; readonly mode: number | undefined };

/** Octets of a Unix socket's path, its closing NUL apart; a Windows pipe has no such limit. */
export const longestSocketPath: number =
  process.platform === "win32" ? Number.POSITIVE_INFINITY : process.platform === "linux" ? 107 : 103;

export interface ListenerOptions {
  /** How sockets are read; "borrowed" unless a test wants the fallback. */
  readonly reading?: "borrowed" | "plain";
  /** With it, `accept` is given each connection after its handshake. */
  readonly tls?: TlsListening | undefined;
  /** With it, each connection begins with a PROXY header, which tells `remote` and `local`; before TLS. */
  readonly proxyProtocol?: ProxyListening | undefined;
  /** Connections the system may hold before we accept them. */
  readonly backlog?: number;
  /** Told of errors after listening began (such as too many open files); listening goes on. */
  readonly onError: (error: Error) => void;
}

export interface OpenListener {
  /** Where it listens, with the port the system chose. */
  readonly local: Endpoint;
  /** Stops accepting; open connections live on. */
  close(): Promise<void>;
}

/**
 * Binds and accepts: each connection is given to `accept` as a channel nobody reads yet.
 *
 * @throws Error with a `code` (EADDRINUSE, EACCES, EADDRNOTAVAIL …) when the place cannot be had.
 */
export async function openListener(
  place: ListenPlace,
  accept: (channel: Channel) => void,
  options: ListenerOptions,
): Promise<OpenListener> {
  if (place.type === "unix") {
    if (Buffer.byteLength(place.path) > longestSocketPath) {
      // The system would cut it off without a word and listen somewhere else.
      const message = `${place.path}: a socket's path may have ${longestSocketPath} octets`;
      throw Object.assign(new Error(message), { code: "ENAMETOOLONG" });
    }
    await clearStaleSocket(place.path);
  }
  let local: Endpoint | undefined;
  const { reading = "borrowed" } = options;
  const door = doorOf(options, reading, accept);
  const server = createServer(
    { pauseOnConnect: true, allowHalfOpen: true, noDelay: true },
    (socket: Socket) => door.enter(socket, local as Endpoint),
  );
  await bind(server, place, options.backlog ?? 4_096);
  if (reading === "borrowed") {
    takeHandles(server, (handle) => door.enterHandle(handle, local as Endpoint));
  }
  server.on("error", options.onError);
  if (place.type === "unix" && place.mode !== undefined) {
    chmodSync(place.path, place.mode);
  }
  local = placeOf(server, place);
  return {
    local,
    close: () => {
      door.close();
      return closeServer(server);
    },
  };
}

/** What an accepted connection goes through before it is a channel. */
interface Door {
  enter(accepted: Socket, listener: Endpoint): void;
  enterHandle(handle: object, listener: Endpoint): void;
  close(): void;
}

function doorOf(
  { tls, proxyProtocol, onError }: ListenerOptions,
  reading: "borrowed" | "plain",
  accept: (channel: Channel) => void,
): Door {
  const entrance = tls === undefined ? undefined : new TlsEntrance(tls, reading, accept);
  if (proxyProtocol !== undefined) {
    return new ProxyEntrance({ ...proxyProtocol, reading, onError, tls: entrance, accept });
  }
  return (
    entrance ?? {
      enter: (socket, listener) => accept(socketChannel(socket, reading, listener)),
      enterHandle: (handle, listener) => accept(handleChannel(handle, listener)),
      close: () => undefined,
    }
  );
}

async function bind(server: Server, place: ListenPlace, backlog: number): Promise<void> {
  if (place.type === "unix") {
    return masked(place.mode, () => listening(server, { path: place.path, backlog }));
  }
  const { host, port } = place;
  if (host !== undefined) {
    return listening(server, { host, port, backlog });
  }
  try {
    await listening(server, { host: "::", port, backlog });
  } catch (error) {
    // No IPv6 on this machine: every IPv4 interface then.
    if (!["EAFNOSUPPORT", "EADDRNOTAVAIL", "EINVAL"].includes((error as NodeJS.ErrnoException).code ?? "")) {
      throw error;
    }
    await listening(server, { host: "0.0.0.0", port, backlog });
  }
}

/** What `make` creates has no more than these permission bits from its first moment on. */
function masked<T>(mode: number | undefined, make: () => T): T {
  // The mask is the whole process's: other threads may not change it.
  if (mode === undefined || !isMainThread) {
    return make();
  }
  const mask = process.umask(0o777 & ~mode);
  try {
    return make();
  } finally {
    process.umask(mask);
  }
}

function listening(server: Server, options: object): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(options, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** Stops listening at once; the server's own count of connections is wrong, so its callback is not waited for. */
function closeServer(server: Server): Promise<void> {
  server.close();
  return Promise.resolve();
}

function placeOf(server: Server, place: ListenPlace): Endpoint {
  const address = server.address();
  if (place.type === "unix" || address === null || typeof address === "string") {
    return { address: place.type === "unix" ? place.path : "", port: 0, family: "unix" };
  }
  return {
    address: address.address,
    port: address.port,
    family: address.family === "IPv6" ? "ipv6" : "ipv4",
  };
}

/** A socket file that nobody listens on is left over from a process that died. */
async function clearStaleSocket(path: string): Promise<void> {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat?.isSocket() && !(await answers(path))) {
    unlinkSync(path);
  }
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
