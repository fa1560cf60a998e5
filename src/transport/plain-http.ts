/** The answer to those who forgot the "s": plain HTTP on a port that speaks TLS. */
import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import { formatHost, parseHost } from "../fields/index.ts";
import type { Endpoint, Millis } from "../message/index.ts";

/** How long the client may take to read it. */
const patience: Millis = 2_000;

/**
 * Answers 400 (RFC 9110 §15.5.1) and closes.
 *
 * @param asked - The request's Host field, not checked yet.
 */
export function refusePlainHttp(socket: Socket, local: Endpoint, asked: string | undefined): void {
  // Not a timeout of the socket's own, which begins anew with all that still comes.
  const timer = setTimeout(() => socket.destroy(), patience).unref();
  socket.once("close", () => clearTimeout(timer));
  // What still comes is read: octets unread at the end would reset the connection, the answer with it.
  socket.resume();
  socket.end(plainHttpRefusal(local, asked));
}

/** @param asked - The request's Host field, not checked yet; undefined where nobody looked at it. */
export function plainHttpRefusal(local: Endpoint, asked: string | undefined): string {
  const { host } = parseHost(asked ?? "") ?? { host: "" };
  const url = `https://${formatHost({ host: host === "" ? local.address : host, port: local.port })}/`;
  const text = `This port speaks HTTPS, and the request came as plain HTTP. Ask ${url} instead.\n`;
  const head = [
    "HTTP/1.1 400 Bad Request",
    "Content-Type: text/plain; charset=utf-8",
    "X-Content-Type-Options: nosniff",
    `Content-Length: ${Buffer.byteLength(text)}`,
    "Connection: close",
  ];
  return `${head.join("\r\n")}\r\n\r\n${text}`;
}
