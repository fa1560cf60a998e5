/** An HTTP/2 upstream in the clear that sends exactly the frames that a script says, and shows each frame that it gets as one line. */
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { FrameTexts, preface, settings, settingsAck } from "./http2-frames.ts";
import { eventually } from "./waiting.ts";

export interface HostileHttp2Connection {
  readonly socket: Socket;
  /** Frames so far; "END" or "RESET" where the other end closed. */
  readonly seen: readonly string[];
  send(...parts: readonly Uint8Array[]): void;
  /** Waits for a frame whose line matches. */
  until(wanted: RegExp): Promise<void>;
}

export type Http2Script = (connection: HostileHttp2Connection) => Promise<void> | void;

export interface HostileHttp2Upstream extends AsyncDisposable {
  /** `h2c://127.0.0.1:port` */
  readonly url: string;
  readonly connections: readonly HostileHttp2Connection[];
  /** The lines of HEADERS that came on each connection, each as method and path. */
  readonly asked: readonly (readonly string[])[];
}

/**
 * Greets each connection with SETTINGS and acknowledges the client's before its script begins.
 *
 * @param scripts - The first connection follows the first, and so on; all further ones the last.
 */
export async function hostileHttp2Upstream(
  ...scripts: readonly Http2Script[]
): Promise<HostileHttp2Upstream> {
  const connections: HostileHttp2Connection[] = [];
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const connection = connectionOf(socket);
    const script = scripts[connections.length] ?? scripts.at(-1);
    connections.push(connection);
    const begin = async (): Promise<void> => {
      connection.send(settings());
      await connection.until(/^SETTINGS(?! ACK)/);
      connection.send(settingsAck);
      await script?.(connection);
    };
    begin().catch(() => socket.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    url: `h2c://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
    connections,
    get asked() {
      return connections.map(({ seen }) => seen.filter((line) => line.startsWith("HEADERS")));
    },
    [Symbol.asyncDispose]: async () => {
      for (const { socket } of connections) {
        socket.destroy();
      }
      server.close();
      await once(server, "close");
    },
  };
}

function connectionOf(socket: Socket): HostileHttp2Connection {
  const texts = new FrameTexts();
  const seen: string[] = [];
  let greeting = Buffer.alloc(0);
  socket.on("data", (bytes: Buffer) => {
    if (greeting.length >= preface.length) {
      seen.push(...texts.read(bytes));
      return;
    }
    greeting = Buffer.concat([greeting, bytes]);
    if (greeting.length >= preface.length) {
      seen.push(...texts.read(greeting.subarray(preface.length)));
    }
  });
  socket.on("end", () => seen.push("END"));
  socket.on("error", () => seen.push("RESET"));
  return {
    socket,
    seen,
    send: (...parts) => void socket.write(Buffer.concat(parts)),
    until: async (wanted) => {
      await eventually(
        () => seen.some((line) => wanted.test(line)) || socket.destroyed,
        `${wanted} among ${seen.join(" | ")}`,
      );
      if (!seen.some((line) => wanted.test(line))) {
        throw new Error(`closed where ${wanted} was expected`);
      }
    },
  };
}
