import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { type PlayedConnection, PoolWorld, settled, type Told } from "../../../test/support/pool-world.ts";
import { FedContent, Fields } from "../../message/index.ts";
import { createPool } from "./index.ts";

const switching = "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";

interface Tunnel {
  readonly world: PoolWorld;
  readonly told: Told;
  readonly connection: PlayedConnection;
  /** Our client's half, which its connection opens anew once 101 has gone out. */
  readonly client: FedContent;
}

async function asking(): Promise<Tunnel> {
  const world = new PoolWorld(createPool);
  const client = new FedContent(0, { begun() {}, consumed() {}, discarded() {}, threw() {} });
  client.end(Fields.empty);
  const { told, connection } = await world.asked({ upgrade: "websocket", content: client });
  return { world, told, connection, client };
}

async function opened(): Promise<Tunnel> {
  const tunnel = await asking();
  tunnel.connection.heard();
  tunnel.connection.say(`${switching}hello`);
  await settled();
  tunnel.client.reopen();
  return tunnel;
}

describe("tunnels (RFC 9110 §7.8)", () => {
  it("are asked for by Upgrade", async () => {
    const { connection } = await asking();
    strictEqual(
      connection.heard(),
      "GET / HTTP/1.1\r\nHost: a.test\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
    );
  });

  it("carry both ways from the first read on, what came with the head first", async () => {
    const { world, told, connection, client } = await opened();
    client.push(Buffer.from("early"));
    await settled();
    strictEqual(connection.heard(), "");
    strictEqual(told.read(), "hello|pending");
    await settled();
    strictEqual(connection.heard(), "early");
    client.push(Buffer.from("late"));
    connection.say("back");
    await settled();
    deepStrictEqual([connection.heard(), told.read()], ["late", "back|pending"]);
    deepStrictEqual([told.log, ...world.counts], [["responded 101 tunnel"], 1, 0]);
  });

  it("our half goes on when the upstream's has ended", async () => {
    const { world, told, connection, client } = await opened();
    told.read();
    connection.finish();
    await settled();
    strictEqual(told.read(), "|end");
    client.push(Buffer.from("more"));
    await settled();
    deepStrictEqual(
      [connection.heard(), connection.state, told.log],
      ["more", "open", ["responded 101 tunnel"]],
    );
    client.end(Fields.empty);
    await settled();
    deepStrictEqual(told.log, ["responded 101 tunnel", "finished"]);
    deepStrictEqual(world.counts, [0, 0]);
  });

  it("the upstream's half goes on when ours has ended", async () => {
    const { world, told, connection, client } = await opened();
    told.read();
    client.end(Fields.empty);
    await settled();
    strictEqual(connection.state, "ended");
    connection.say("more");
    await settled();
    strictEqual(told.read(), "more|pending");
    connection.finish();
    await settled();
    deepStrictEqual([told.read(), told.log.slice(1), ...world.counts], ["|end", ["finished"], 0, 0]);
  });

  it("break when the upstream resets", async () => {
    const { told, connection } = await opened();
    told.read();
    connection.close("reset");
    await settled();
    const words = "memory reset the tunnel (RFC 9110 §15.6.3)";
    deepStrictEqual([told.read(), told.log.slice(1)], [`|${words}`, [`finished: ${words}`]]);
  });

  it("break when our client does", async () => {
    const { world, told, connection, client } = await opened();
    told.read();
    client.fail(new Error("the client left"));
    await settled();
    deepStrictEqual([connection.state, told.log.length, ...world.counts], ["ended", 2, 0, 0]);
  });

  it("wait for nothing: neither side has to say anything", async () => {
    const { world, told } = await opened();
    told.read();
    await world.pass(120_000);
    deepStrictEqual([told.log, ...world.counts], [["responded 101 tunnel"], 1, 0]);
  });

  it("an ordinary answer leaves the connection to the next request", async () => {
    const { world, told, connection } = await asking();
    connection.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno");
    await settled();
    deepStrictEqual(
      [told.log, told.read(), ...world.counts],
      [["responded 200", "finished"], "no|end", 1, 1],
    );
  });
});
