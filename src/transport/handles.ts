/** What lies beneath `node:net`: handles of connections, and sockets made on them that read into the shared buffer. */
import { type Server, Socket } from "node:net";
import { readBuffer, received } from "./read-buffer.ts";

interface Handle {
  setNoDelay?(on: boolean): unknown;
}

interface ListeningHandle {
  onconnection?: (status: number, handle: Handle | undefined) => void;
}

/**
 * A socket that reads into the buffer of all connections. It reads nothing before `resume`.
 *
 * @param handle - Of a connection, from now on the socket's; undefined: the socket will open one.
 * @param arrived - Given borrowed octets.
 */
export function borrowingSocket(handle: object | undefined, arrived: (bytes: Uint8Array) => void): Socket {
  const onread = {
    buffer: readBuffer,
    callback: (octets: number): boolean => {
      arrived(received(octets));
      return true;
    },
  };
  const options = { handle, allowHalfOpen: true, manualStart: true, onread };
  return new Socket(options as ConstructorParameters<typeof Socket>[0]);
}

/**
 * Takes connections from a listening server before it makes sockets of them, which would be thrown
 * away at once. Where Node does not hand them over like that, its 'connection' event goes on.
 */
export function takeHandles(server: Server, take: (handle: object) => void): void {
  const { _handle: listening } = server as Server & { readonly _handle?: ListeningHandle | null };
  const ordinary = listening?.onconnection;
  if (listening === null || listening === undefined || typeof ordinary !== "function") {
    return;
  }
  listening.onconnection = function (this: unknown, status, handle): void {
    if (status !== 0 || typeof handle !== "object" || handle === null) {
      Reflect.apply(ordinary, this, [status, handle]);
      return;
    }
    handle.setNoDelay?.(true);
    take(handle);
  };
}
