/** A client that sends exactly the octets it is told to, over a real socket. */
import { connect, type NetConnectOpts, type Socket } from "node:net";
import type { Millis } from "../../src/message/index.ts";
import { type ReadResponse, readResponse, readResponses } from "./responses.ts";
import { eventually, patience, within } from "./waiting.ts";

export interface RawClient {
  readonly socket: Socket;
  /** All that has come and was not yet taken by `response`. */
  readonly received: Buffer;
  send(octets: string | Uint8Array): void;
  /** Sends nothing more; reads on. */
  end(octets?: string | Uint8Array): void;
  /** Takes the next response off what has come; interim ones too. */
  response(method?: string, deadline?: Millis): Promise<ReadResponse>;
  /** Until the server has ended its side or reset the connection: all responses not yet taken. */
  rest(...methods: readonly string[]): Promise<ReadResponse[]>;
  /** Until so much has come. */
  holds(octets: number | string): Promise<void>;
  /** "end" for an orderly end, else the code of the error. */
  over(deadline?: Millis): Promise<string>;
  /**
   * Closes without a word; "reset" with an RST. The server must have read all before that:
   * libuv takes an RST right behind octets for an orderly end.
   */
  leave(how?: "reset"): void;
}

/** Connects to a port of 127.0.0.1, or to what `place` says. */
export async function rawClient(place: number | NetConnectOpts): Promise<RawClient> {
  const where = typeof place === "number" ? { port: place, host: "127.0.0.1" } : place;
  const socket = connect({ allowHalfOpen: true, ...where } as NetConnectOpts);
  await within(
    new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject)),
    "a connection",
  );
  const received = new Received();
  let over: string | undefined;
  socket.on("data", (bytes) => received.append(bytes));
  socket.on("end", () => (over ??= "end"));
  socket.on("error", (error: NodeJS.ErrnoException) => (over ??= error.code ?? error.message));
  const take = (method: string): ReadResponse | undefined => {
    const read = readResponse(received.view, method, over !== undefined);
    if (read !== undefined) {
      received.keepOnly(read.rest);
    }
    return read?.response;
  };
  const isOver: RawClient["over"] = (deadline = patience) =>
    eventually(() => over, "the connection's end", deadline);
  return {
    socket,
    get received() {
      return received.view;
    },
    send: (octets) => void socket.write(octets as Uint8Array),
    end: (octets) => void (octets === undefined ? socket.end() : socket.end(octets as Uint8Array)),
    response: (method = "GET", deadline = patience) =>
      eventually(
        () => {
          const response = take(method);
          if (response === undefined && over !== undefined) {
            throw new Error(
              `${over} instead of a response, after ${JSON.stringify(received.view.toString("latin1"))}`,
            );
          }
          return response;
        },
        "a response",
        deadline,
      ),
    rest: async (...methods) => {
      await isOver();
      return readResponses(received.view, methods);
    },
    holds: (wanted) =>
      eventually(
        () => (typeof wanted === "number" ? received.view.length >= wanted : received.view.includes(wanted)),
        typeof wanted === "number" ? `${wanted} octets` : JSON.stringify(wanted),
      ).then(() => undefined),
    over: isOver,
    leave: (how) => void (how === "reset" ? socket.resetAndDestroy() : socket.destroy()),
  };
}

/** Octets in the order they came, without copying all of them at each arrival. */
class Received {
  #store = Buffer.alloc(4_096);
  #length = 0;

  get view(): Buffer {
    return this.#store.subarray(0, this.#length);
  }

  append(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    if (length > this.#store.length) {
      const larger = Buffer.allocUnsafe(length * 2);
      larger.set(this.view);
      this.#store = larger;
    }
    this.#store.set(bytes, this.#length);
    this.#length = length;
  }

  /** What was seen before stays as it is. */
  keepOnly(rest: Uint8Array): void {
    this.#store = Buffer.from(rest);
    this.#length = rest.length;
  }
}
