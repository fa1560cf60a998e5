/** A client that ended its side in the middle of a handshake was kept until the deadline, and reported as too slow. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { it } from "node:test";
import { connect as connectTls } from "node:tls";
import { HttpResponse } from "../../src/index.ts";
import { serveSecure } from "../support/secure.ts";

/** The first flight of Node's own client. */
async function clientHello(): Promise<Buffer> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const client = connectTls({ host: "127.0.0.1", port, servername: "localhost" });
  client.on("error", () => undefined);
  const [socket] = (await once(server, "connection")) as [Socket];
  const [bytes] = (await once(socket, "data")) as [Buffer];
  socket.destroy();
  server.close();
  return bytes;
}

for (const reading of ["borrowed", "plain"] as const) {
  it(`is let go at once, without a word (${reading})`, { timeout: 5_000 }, async () => {
    await using server = await serveSecure({ "/": () => HttpResponse.text(200, "") }, { reading });
    const client = connect({ port: server.port, host: "127.0.0.1", allowHalfOpen: true });
    client.write(await clientHello());
    const [answer] = (await once(client, "data")) as [Buffer];
    strictEqual(answer[0], 22);
    client.end();
    await once(client.resume(), "close");
    deepStrictEqual(server.told, []);
  });
}
