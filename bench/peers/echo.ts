/**
 * The origin server of the tunnels: takes up every Upgrade to WebSocket (RFC 6455 §4.2.2) and sends back
 * whatever comes then, unread.
 *
 * Environment: PORT.
 */
import { createHash } from "node:crypto";
import { createServer, type Socket } from "node:net";

const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

function serve(socket: Socket): void {
  let head = "";
  const takeUp = (bytes: Buffer): void => {
    head += bytes.toString("latin1");
    if (!head.includes("\r\n\r\n")) {
      return;
    }
    const key = /^sec-websocket-key: *(\S+)/im.exec(head)?.[1] ?? "";
    const accept = createHash("sha1").update(`${key}${guid}`).digest("base64");
    socket.off("data", takeUp);
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    socket.pipe(socket);
  };
  socket.on("data", takeUp);
  socket.on("error", () => socket.destroy());
}

const server = createServer({ noDelay: true }, serve);
server.listen({ port: Number(process.env.PORT), host: "127.0.0.1" });
process.on("SIGTERM", () => process.exit(0));
