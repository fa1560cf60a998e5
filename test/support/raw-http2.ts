/** A client of HTTP/2 in the clear that sends what it is told, and shows each frame that comes as one line of text. */
import { connect, type Socket } from "node:net";
import { FrameTexts, preface, settings, settingsAck } from "./http2-frames.ts";
import { eventually } from "./waiting.ts";

export interface RawHttp2 {
  readonly socket: Socket;
  /** Frames so far; "END" where the server ended the connection. */
  readonly seen: readonly string[];
  send(...parts: readonly Uint8Array[]): void;
  /** Waits for a frame whose line `wanted` matches. @returns All lines so far. */
  until(wanted: RegExp, patience?: number): Promise<readonly string[]>;
}

/** @param greet - Whether the preface and empty SETTINGS are sent, and the server's acknowledged. */
export async function rawHttp2(port: number, greet = true): Promise<RawHttp2> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
  await new Promise((resolve) => socket.once("connect", resolve));
  const texts = new FrameTexts();
  const seen: string[] = [];
  socket.on("data", (bytes) => seen.push(...texts.read(bytes)));
  socket.on("end", () => seen.push("END"));
  socket.on("error", () => seen.push("END"));
  const client: RawHttp2 = {
    socket,
    seen,
    send: (...parts) => void socket.write(Buffer.concat(parts)),
    until: async (wanted, patience = 2_000) => {
      await eventually(
        () => seen.some((line) => wanted.test(line)),
        `${wanted} among ${seen.join(" | ")}`,
        patience,
      );
      return seen;
    },
  };
  if (greet) {
    client.send(preface, settings(), settingsAck);
    await client.until(/^SETTINGS ACK$/);
  }
  return client;
}
