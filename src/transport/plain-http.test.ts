import { match } from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { it } from "node:test";
import { refusePlainHttp } from "./plain-http.ts";

it("waits no longer for a client that goes on sending", { timeout: 5_000 }, async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const server = createServer({ allowHalfOpen: true }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const client = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  client.on("error", () => undefined);
  const [accepted] = (await once(server, "connection")) as [Socket];
  accepted.on("error", () => undefined);
  refusePlainHttp(accepted, { address: "127.0.0.1", port, family: "ipv4" }, undefined);
  const [answer] = (await once(client, "data")) as [Buffer];
  match(answer.toString(), /^HTTP\/1\.1 400 /);
  t.mock.timers.tick(1_999);
  client.write("more");
  await once(accepted, "data");
  t.mock.timers.tick(1);
  await once(accepted, "close");
  client.destroy();
  server.close();
});
