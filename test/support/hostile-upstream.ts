/** An upstream that does exactly what a script says, octet by octet, and remembers exactly what it was sent. */
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { eventually, within } from "./waiting.ts";

/** One connection as its script has it in hand. */
export interface HostileConnection {
  readonly socket: Socket;
  /** All that came so far, in latin1. */
  readonly received: string;
  /** How the other end closed: "open" as long as it has not; "end" for an orderly end, else the error's code. */
  readonly over: string;
  /** Waits until what came and was not taken yet contains `text`, takes it and all before it. */
  expect(text: string): Promise<string>;
  /** Takes the next request's head. */
  head(): Promise<string>;
  send(octets: string | Uint8Array): void;
  /** Sends nothing more; reads on. */
  end(octets?: string | Uint8Array): void;
  /** Closes with an RST. */
  reset(): void;
  /** Reads nothing more: the system's buffers fill up. */
  stall(): void;
  /** Until the other end has closed, whichever way. */
  closed(): Promise<string>;
}

/** What one connection does; when it is through, the connection stays as it is. */
export type Script = (connection: HostileConnection) => Promise<void> | void;

export interface HostileUpstream extends AsyncDisposable {
  readonly port: number;
  /** `http://127.0.0.1:port`, without a slash at its end. */
  readonly url: string;
  /** In the order in which they came. */
  readonly connections: readonly HostileConnection[];
  /** The request lines that came on each connection. */
  readonly asked: readonly (readonly string[])[];
  /** How each connection was closed by the other end. */
  readonly closed: readonly string[];
  /** What went wrong in scripts, such as octets that never came. */
  readonly faults: readonly string[];
}

/** @param scripts - The first connection follows the first, and so on; all further ones the last. */
export async function hostileUpstream(...scripts: readonly Script[]): Promise<HostileUpstream> {
  const connections: HostileConnection[] = [];
  const faults: string[] = [];
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const connection = connectionOf(socket);
    const script = scripts[connections.length] ?? scripts.at(-1);
    connections.push(connection);
    // A script of a connection that the other end has left is cut off with it.
    Promise.resolve(script?.(connection)).catch((error: Error) => faults.push(error.message));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    connections,
    get asked() {
      return connections.map(({ received }) => received.match(/^[A-Z]+ \S+ HTTP\/1\.1(?=\r$)/gm) ?? []);
    },
    get closed() {
      return connections.map(({ over }) => over);
    },
    faults,
    [Symbol.asyncDispose]: async () => {
      for (const { socket } of connections) {
        socket.destroy();
      }
      server.close();
      await once(server, "close");
    },
  };
}

/** A port of 127.0.0.1 that refuses connections: the system gave it out, and nobody listens any more. */
export async function refusingPort(): Promise<number> {
  const upstream = await hostileUpstream();
  const { port } = upstream;
  await upstream[Symbol.asyncDispose]();
  return port;
}

function connectionOf(socket: Socket): HostileConnection {
  let received = "";
  let taken = 0;
  let over = "open";
  socket.on("data", (bytes) => {
    received += bytes.toString("latin1");
  });
  socket.on("end", () => {
    over = over === "open" ? "end" : over;
  });
  socket.on("error", (error: NodeJS.ErrnoException) => {
    over = error.code ?? error.message;
  });
  const expect: HostileConnection["expect"] = (text) =>
    eventually(() => {
      const at = received.indexOf(text, taken);
      if (at < 0 && (over !== "open" || socket.destroyed)) {
        throw new Error(`${over} where ${JSON.stringify(text)} was expected`);
      }
      const from = taken;
      taken = at < 0 ? taken : at + text.length;
      return at < 0 ? undefined : { seen: received.slice(from, taken) };
    }, JSON.stringify(text)).then(({ seen }) => seen);
  return {
    socket,
    get received() {
      return received;
    },
    get over() {
      return over;
    },
    expect,
    head: () => expect("\r\n\r\n"),
    send: (octets) => void socket.write(octets as Uint8Array),
    end: (octets) => void (octets === undefined ? socket.end() : socket.end(octets as Uint8Array)),
    reset: () => void socket.resetAndDestroy(),
    stall: () => void socket.pause(),
    closed: () => eventually(() => over !== "open" && over, "the other end to close"),
  };
}

/** Answers each request with the same octets, on every connection, for as long as it stays. */
export function answering(octets: string): Script {
  return async (connection) => {
    for (;;) {
      const next = await Promise.race([connection.head().catch(() => undefined), leaving(connection)]);
      if (next === undefined) {
        return;
      }
      connection.send(octets);
    }
  };
}

/** A response as its octets, with Content-Length. */
export function responseText(
  content: string,
  fields: Readonly<Record<string, string>> = {},
  status = "200 OK",
): string {
  const lines = Object.entries({ ...fields, "Content-Length": content.length }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return `HTTP/1.1 ${status}\r\n${lines.join("")}\r\n${content}`;
}

function leaving({ socket }: HostileConnection): Promise<undefined> {
  return within(
    new Promise((resolve) => socket.once("close", () => resolve(undefined))),
    "a connection to close",
    60_000,
  );
}
