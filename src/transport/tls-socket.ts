/**
 * The server's end of a TLS connection as Node has it.
 *
 * Node puts a TLS socket over a TCP socket, and reads each arrival into memory of its own. Here one
 * socket stands straight on the accepted handle and reads into the buffer that all connections share.
 * Node offers that (`onread`) only to sockets that it connects itself, so the one method that asks for
 * the handle is answered otherwise. Where Node no longer asks like that, or "plain" reading is wanted,
 * the two sockets and 'data' events take over; both pass the same suite.
 */
import { Socket } from "node:net";
import { TLSSocket, type TLSSocketOptions } from "node:tls";
import { readBuffer, received } from "./read-buffer.ts";

/** What lies beneath a TLS socket, as far as we look at it. */
export interface TlsHandle {
  /** Encrypted octets that the handle beneath has not taken. */
  readonly writeQueueSize?: number;
  readonly _parent?: TcpHandle;
  /** Octets as if they had come from the network. */
  receive?(bytes: Uint8Array): void;
  verifyError?(): { readonly code?: string } | null | undefined;
  /** Told of a broken handshake before the socket is. */
  onerror?: unknown;
  /** Told of sessions that the server offers to take up again. */
  onnewsession?: unknown;
  enableSessionCallbacks?(): void;
  writeBuffer?: Send;
  shutdown?: Send;
}

type Send = (...given: readonly unknown[]) => number;

/** The handle of the TCP connection itself. */
interface TcpHandle {
  readonly writeQueueSize?: number;
  readonly writeBuffer?: Send;
  readonly shutdown?: Send;
  readStop?(): number;
  close(done?: () => void): void;
  reset?(done?: () => void): number;
}

/** Told what arrives. */
export interface TlsReader {
  deliver(bytes: Uint8Array): void;
}

/** Node's own, with what is private in it. */
export type ServerTlsSocket = TLSSocket & {
  readonly _handle: TlsHandle | null;
  _releaseControl?(): boolean;
  /** What a client asks for by SNI; Node's types lack it. */
  setServername(name: string): void;
};

type Handled = Socket & { _handle: object | null };

const wrapHandle: unknown = Reflect.get(TLSSocket.prototype, "_wrapHandle");

/** The handle that the socket being made shall stand on. */
let accepting: object | undefined;
/** Node asked for its handle in the way we know. */
let rebuildable: boolean = typeof wrapHandle === "function";

/** A socket that reads into the shared buffer. */
class AcceptedTlsSocket extends TLSSocket {
  reader: TlsReader | undefined;

  _wrapHandle(...[wrap, handle, ...rest]: readonly unknown[]): unknown {
    const mine = handle ?? accepting;
    accepting = undefined;
    return Reflect.apply(wrapHandle as () => unknown, this, [wrap, mine, ...rest]);
  }
}

/** As a method of the socket: Node calls it like that. */
function arrived(this: unknown, octets: number): boolean {
  (this as AcceptedTlsSocket).reader?.deliver(received(octets));
  return true;
}

/**
 * Makes an accepted socket one of TLS. Its handshake begins with `feedTls`.
 *
 * @param reading - "borrowed" moves the handle; "plain" puts one socket over the other.
 */
export function beginTls(
  accepted: Socket,
  reading: "borrowed" | "plain",
  options: TLSSocketOptions,
): ServerTlsSocket {
  const handle = (accepted as Handled)._handle;
  if (reading === "borrowed" && rebuildable && handle !== null && typeof handle === "object") {
    const socket = rebuilt(handle, options);
    if (socket !== undefined) {
      (accepted as Handled)._handle = null;
      disown(handle, accepted, socket);
      return socket;
    }
  }
  return new TLSSocket(accepted, options) as ServerTlsSocket;
}

/**
 * The same for a connection of which there is no socket yet. Its handshake begins by itself.
 *
 * @returns undefined where Node does not offer what that needs; the handle is as before then.
 */
export function tlsSocketOn(handle: object, options: TLSSocketOptions): ServerTlsSocket | undefined {
  return rebuildable ? rebuilt(handle, options) : undefined;
}

/**
 * Answers in the clear a client whose first octets are no TLS.
 *
 * @param answerTo - Told of the error that ends the handshake; what it answers is sent past the
 *   encryption, and then the connection closes. Where it answers undefined, Node goes on as ever.
 */
export function answerInClear(socket: ServerTlsSocket, answerTo: (error: Error) => string | undefined): void {
  const handle = socket._handle;
  const parent = handle?._parent;
  const { onerror } = handle ?? {};
  if (typeof onerror !== "function" || !parent?.writeBuffer || !parent.shutdown || handle === null) {
    return;
  }
  let answered = false;
  handle.onerror = function (this: unknown, error: Error): void {
    const answer = answered ? undefined : answerTo(error);
    if (answer !== undefined) {
      answered = true;
      handle.writeBuffer = (...given) => parent.writeBuffer?.(...given) ?? 0;
      handle.shutdown = (...given) => parent.shutdown?.(...given) ?? 0;
      parent.readStop?.();
      socket.once("finish", () => socket.destroy());
      socket.end(Buffer.from(answer, "latin1"));
    } else if (!answered) {
      Reflect.apply(onerror, this, [error]);
    }
  };
}

/** Gives a new socket what was read before it was there; `seen` is borrowed. */
export function feedTls(socket: ServerTlsSocket, seen: Uint8Array): void {
  if (socket instanceof AcceptedTlsSocket) {
    (socket as ServerTlsSocket)._handle?.receive?.(seen);
  } else {
    // Node takes what the socket beneath holds, before it reads on.
    (Reflect.get(socket, "_parent") as Socket).unshift(Uint8Array.from(seen));
  }
}

function rebuilt(handle: object, options: TLSSocketOptions): ServerTlsSocket | undefined {
  accepting = handle;
  const given = { ...options, allowHalfOpen: true, onread: { buffer: readBuffer, callback: arrived } };
  // Without a socket Node makes a handle, for which it asks `_wrapHandle`; its types want a socket.
  const socket: AcceptedTlsSocket = Reflect.construct(AcceptedTlsSocket, [undefined, given]);
  if (
    accepting !== undefined ||
    typeof (socket as TLSSocket as ServerTlsSocket)._handle?.receive !== "function"
  ) {
    accepting = undefined;
    rebuildable = false;
    socket.destroy();
    return undefined;
  }
  // It takes itself for a client's socket that is being connected.
  Reflect.set(socket, "connecting", false);
  return socket as TLSSocket as ServerTlsSocket;
}

/** Under which symbol a handle keeps its socket. */
let ownerKey: symbol | undefined;

/** The handle keeps the accepted socket, of which nothing is needed any more, in memory. */
function disown(handle: object, accepted: Socket, socket: TLSSocket): void {
  ownerKey ??= Object.getOwnPropertySymbols(handle).find((key) => Reflect.get(handle, key) === accepted);
  if (ownerKey !== undefined && Reflect.get(handle, ownerKey) === accepted) {
    Reflect.set(handle, ownerKey, socket);
  }
}

/** Names who is told what arrives; reading goes on by `resume`. */
export function readTls(socket: ServerTlsSocket, reader: TlsReader): void {
  if (socket instanceof AcceptedTlsSocket) {
    socket.reader = reader;
  } else {
    socket.on("data", (bytes: Buffer) => reader.deliver(bytes));
  }
}

/** Octets that the connection has not taken from us; undefined where that cannot be told. */
export function unsentBeneath(socket: ServerTlsSocket): number | undefined {
  return socket._handle?._parent?.writeQueueSize;
}

/** Cuts a connection so that the peer sees an error. */
export function resetTls(socket: ServerTlsSocket): void {
  const parent = socket._handle?._parent;
  const below: unknown = Reflect.get(socket, "_parent");
  if (below instanceof Socket) {
    below.resetAndDestroy();
  } else if (typeof parent?.reset === "function") {
    const { close } = parent;
    parent.close = (done) => {
      if (parent.reset?.(done) !== 0) {
        close.call(parent, done);
      }
    };
  }
  socket.destroy();
}

/** @returns Why the peer's certificate is not good; undefined where it is, or where there is none. */
export function verifyFault(socket: ServerTlsSocket): string | undefined {
  const handle = socket._handle;
  if (typeof handle?.verifyError !== "function") {
    return "UNVERIFIABLE";
  }
  const error = handle.verifyError();
  return error === null || error === undefined ? undefined : (error.code ?? "UNVERIFIED");
}
