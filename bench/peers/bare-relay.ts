/**
 * The least a `node:net` program can do between two sockets: what comes on one is written to the other, unread.
 * Each read lands in a buffer of its connection and is written straight to the handle of the other; where the
 * system does not take all of it at once, reading stops until it has. It is no proxy (it needs a connection to
 * the upstream for each client's) but it shows what the platform allows.
 *
 * Environment: PORT, BENCH_UPSTREAM (the port it forwards to).
 */
import { connect, createServer, type OnReadOpts, Socket } from "node:net";

/** What `node:net` keeps beneath a socket, and does not document. */
interface Handle {
  writeBuffer(request: WriteRequest, bytes: Uint8Array): number;
}

interface WriteRequest {
  oncomplete: ((status: number) => void) | undefined;
  /** Below 0 where the system does not have it. */
  getAsyncId(): number;
}

type HandledSocket = Socket & { _handle: Handle | null };

const upstream = Number(process.env.BENCH_UPSTREAM);
let Request: (new () => WriteRequest) | undefined;
let spare: WriteRequest | undefined;

/** @returns Whether all has left; otherwise `from` stands still until it has. */
function pass(bytes: Uint8Array, from: Socket, to: HandledSocket): boolean {
  const handle = to._handle;
  if (handle === null) {
    return false;
  }
  if (Request === undefined) {
    learn(handle);
    return to.write(Uint8Array.from(bytes));
  }
  spare ??= new Request();
  if (handle.writeBuffer(spare, bytes) !== 0) {
    to.destroy();
    return false;
  }
  if (spare.getAsyncId() < 0) {
    return true;
  }
  spare.oncomplete = () => void from.resume();
  spare = undefined;
  return false;
}

/** Looks at the request object that the stream makes for its next write. */
function learn(handle: Handle): void {
  const { writeBuffer } = handle;
  handle.writeBuffer = (request, bytes) => {
    Reflect.deleteProperty(handle, "writeBuffer");
    Request = request.constructor as new () => WriteRequest;
    return writeBuffer.call(handle, request, bytes);
  };
}

/** Reads into a buffer of its own, and passes on what came. */
function reading(from: () => Socket, to: () => Socket): OnReadOpts {
  const buffer = Buffer.allocUnsafeSlow(65_536);
  return {
    buffer,
    callback: (octets) => pass(buffer.subarray(0, octets), from(), to() as HandledSocket),
  };
}

/** A socket that the server made cannot read into a buffer of ours: it gives up its handle to one that can. */
function rebuilt(accepted: HandledSocket, onread: OnReadOpts): Socket {
  const handle = accepted._handle;
  accepted._handle = null;
  const options = { handle, onread, manualStart: true };
  return new Socket(options as ConstructorParameters<typeof Socket>[0]);
}

function relay(accepted: Socket): void {
  const onread = reading(
    () => inbound,
    () => outbound,
  );
  const inbound = rebuilt(accepted as HandledSocket, onread);
  const outbound: Socket = connect({
    port: upstream,
    host: "127.0.0.1",
    noDelay: true,
    onread: reading(
      () => outbound,
      () => inbound,
    ),
  });
  outbound.on("connect", () => inbound.resume());
  inbound.on("close", () => outbound.destroy()).on("error", () => inbound.destroy());
  outbound.on("close", () => inbound.destroy()).on("error", () => outbound.destroy());
}

const server = createServer({ noDelay: true, pauseOnConnect: true }, relay);
server.listen({ port: Number(process.env.PORT), host: "127.0.0.1", backlog: 4096 });
process.on("SIGTERM", () => process.exit(0));
