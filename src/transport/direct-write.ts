/**
 * Writing a block straight to a socket's handle.
 *
 * A write through the socket's stream costs a request object, a queue entry and a turn of the
 * next-tick queue even when the system takes everything at once, which for a short response it
 * nearly always does. Here the handle is asked directly, with one request object used again and
 * again until the system keeps one. `node:net` does not offer its request class; it is learnt from
 * the first write that a stream makes. Where anything is not as expected (another Node, another
 * kind of handle) the caller is sent back to the stream.
 */
import type { Socket } from "node:net";

interface WriteRequest {
  oncomplete: ((status: number) => void) | undefined;
  /** Keeps the octets alive while the system has not taken them. */
  held: Uint8Array | undefined;
  /** Below 0 where the system does not have it. */
  getAsyncId(): number;
}

export interface WritingHandle {
  writeBuffer(request: WriteRequest, bytes: Uint8Array): number;
  readonly writeQueueSize: number;
}

/** "unknown" until a stream has written; "none" where its writes go another way (Node 26 needs no request). */
let Request: (new () => WriteRequest) | "unknown" | "none" = "unknown";
let spare: WriteRequest | undefined;

/** Who writes. */
export interface Writer {
  /** The system has taken what it did not take at once; or, with a negative error number, never will. */
  wrote(status: number): void;
}

/** The socket's handle, when it can be written to directly; undefined: write through the stream. */
export function writingHandle(socket: Socket): WritingHandle | undefined {
  const { _handle: handle } = socket as Socket & { readonly _handle: Partial<WritingHandle> | null };
  if (typeof handle?.writeBuffer !== "function" || typeof handle.writeQueueSize !== "number") {
    return undefined;
  }
  if (Request === "unknown") {
    learn(handle as WritingHandle);
  }
  return typeof Request === "string" ? undefined : (handle as WritingHandle);
}

/**
 * @param handle - With nothing in its queue.
 * @param writer - Told once the rest has left, when not all could leave at once.
 * @returns Whether all has left; or a negative error number: nothing will.
 */
export function writeDirectly(handle: WritingHandle, bytes: Uint8Array, writer: Writer): boolean | number {
  spare ??= new (Request as new () => WriteRequest)();
  const failed = handle.writeBuffer(spare, bytes);
  if (failed !== 0) {
    return failed;
  }
  // The queue's length would not tell: libuv tries again before it queues, and where the peer has read in
  // between, all has left and the request is still to be completed. Using it again would end the process.
  if (spare.getAsyncId() < 0) {
    return true;
  }
  const kept = spare;
  spare = undefined;
  kept.held = bytes;
  kept.oncomplete = (status) => {
    kept.held = undefined;
    writer.wrote(status);
  };
  return false;
}

/** Looks at the request object that the stream makes for its next write. */
function learn(handle: WritingHandle): void {
  const { writeBuffer } = handle;
  handle.writeBuffer = (...given) => {
    Reflect.deleteProperty(handle, "writeBuffer");
    const made: unknown = (given[0] as WriteRequest | null)?.constructor;
    Request = typeof made === "function" ? (made as new () => WriteRequest) : "none";
    return writeBuffer.apply(handle, given);
  };
}
