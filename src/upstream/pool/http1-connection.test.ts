import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { PoolWorld, settled, type Told, text, type WorldOptions } from "../../../test/support/pool-world.ts";
import { chunkedContent, FedContent, Fields } from "../../message/index.ts";
import { createPool } from "./index.ts";

const play = (options?: WorldOptions): PoolWorld => new PoolWorld(createPool, options);

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const post = { method: "POST", content: text("abc") };

/** Content that a client sends while the test runs. */
function fed(length?: number): FedContent {
  return new FedContent(length, { begun() {}, consumed() {}, discarded() {}, threw() {} });
}

describe("a request over HTTP/1.1", () => {
  it("goes out whole, with the authority first, and is answered", async () => {
    const world = play();
    const { told, connection } = await world.asked({ fields: Fields.of(["accept", "*/*"]) });
    strictEqual(connection.heard(), "GET / HTTP/1.1\r\nHost: a.test\r\nAccept: */*\r\n\r\n");
    connection.say(ok);
    await settled();
    deepStrictEqual(told.log, ["responded 200", "finished"]);
    strictEqual(told.content.type, "bytes");
    strictEqual(told.read(), "ok|end");
    deepStrictEqual(world.counts, [1, 1]);
  });

  it("names the member where it leaves the authority open", async () => {
    const { connection } = await play().asked({ authority: undefined });
    strictEqual(connection.heard(), "GET / HTTP/1.1\r\nHost: member.test\r\n\r\n");
  });

  it("uses the connection again, the one used last first", async () => {
    const world = play();
    const first = await world.asked();
    const second = await world.asked();
    for (const { connection } of [first, second]) {
      connection.say(ok);
      await settled();
    }
    const third = world.ask();
    await settled();
    strictEqual(second.connection.heard().length > 40, true);
    second.connection.say(ok);
    await settled();
    deepStrictEqual(third.log, ["responded 200", "finished"]);
    deepStrictEqual(world.counts, [2, 2]);
  });

  it("opens no more connections than allowed; who waits is next", async () => {
    const world = play({ connections: 1 });
    const { connection } = await world.asked();
    const second = world.ask();
    deepStrictEqual([world.connections.length, ...world.counts], [1, 1, 0]);
    connection.say(ok);
    await settled();
    connection.say(ok);
    await settled();
    deepStrictEqual(second.log, ["responded 200", "finished"]);
  });

  it("may make the next request from within `finished`, on the same connection", async () => {
    const world = play();
    const { told, connection } = await world.asked();
    let next: Told | undefined;
    told.on.finished = () => {
      next = world.ask();
    };
    connection.say(ok);
    await settled();
    connection.say(ok);
    await settled();
    deepStrictEqual([next?.log, world.connections.length], [["responded 200", "finished"], 1]);
  });

  const framings = [
    ["bytes", text("abc"), "Content-Length: 3\r\n\r\nabc"],
    [
      "pulled, of known length",
      chunkedContent([Buffer.from("ab"), Buffer.from("c")], { length: 3 }),
      "Content-Length: 3\r\n\r\nabc",
    ],
    [
      "pulled",
      chunkedContent([Buffer.from("ab"), Buffer.from("c")]),
      "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
    ],
    [
      "with trailers",
      chunkedContent([Buffer.from("a")], { trailers: Fields.of(["x", "y"]) }),
      "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: y\r\n\r\n",
    ],
  ] as const;
  for (const [name, content, sent] of framings) {
    it(`content: ${name}`, async () => {
      const { connection } = await play().asked({ method: "POST", content });
      strictEqual(connection.heard(), `POST / HTTP/1.1\r\nHost: a.test\r\n${sent}`);
    });
  }
});

describe("a response over HTTP/1.1", () => {
  it("streams what does not come with its head, and its trailers", async () => {
    const { told, connection } = await play().asked();
    connection.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n");
    await settled();
    strictEqual(told.read(), "ab|pending");
    connection.say("1\r\nc\r\n0\r\nX: y\r\n\r\n");
    await settled();
    strictEqual(told.read(), "c|end");
    deepStrictEqual(told.content.type === "pulled" && [...told.content.trailers], [["x", "y"]]);
    deepStrictEqual(told.log, ["responded 200", "finished"]);
  });

  it("of HEAD only announces", async () => {
    const { told, connection } = await play().asked({ method: "HEAD" });
    connection.say("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
    await settled();
    deepStrictEqual([told.content.type, told.content.length, told.read()], ["pulled", 9, "|end"]);
    deepStrictEqual(told.log, ["responded 200", "finished"]);
  });

  for (const line of ["204 No Content", "304 Not Modified"]) {
    it(`${line.slice(0, 3)} has none, whatever it announces`, async () => {
      const world = play();
      const { told, connection } = await world.asked();
      connection.say(`HTTP/1.1 ${line}\r\nContent-Length: 9\r\n\r\n`);
      await settled();
      deepStrictEqual(
        [told.content.type, ...told.log, ...world.counts],
        ["empty", `responded ${line.slice(0, 3)}`, "finished", 1, 1],
      );
    });
  }

  it("interim responses are told", async () => {
    const { told, connection } = await play().asked();
    connection.say(`HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n${ok}`);
    await settled();
    deepStrictEqual(told.log, ["informed 103 link=<a>", "responded 200", "finished"]);
  });

  it("that closes ends the connection", async () => {
    const world = play();
    const { told, connection } = await world.asked();
    connection.say("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
    await settled();
    deepStrictEqual(
      [told.log, connection.state, ...world.counts],
      [["responded 200", "finished"], "ended", 0, 0],
    );
  });

  it("until the connection closes is whole then", async () => {
    const world = play();
    const { told, connection } = await world.asked();
    connection.say("HTTP/1.1 200 OK\r\n\r\nall");
    connection.finish();
    await settled();
    deepStrictEqual(
      [told.read(), told.log, ...world.counts],
      ["all|end", ["responded 200", "finished"], 0, 0],
    );
  });

  it("is read no faster than its reader goes", async () => {
    const { told, connection } = await play().asked();
    connection.say("HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n");
    for (let i = 0; i < 100; i += 1) {
      connection.say("x".repeat(10_000));
    }
    await settled();
    const read = told.read().length;
    strictEqual(read > 65_536 && read < 150_000, true, `${read} octets were taken of 1000000`);
  });

  it("that nobody wants any more cuts the connection", async () => {
    const world = play();
    const { told, connection } = await world.asked();
    connection.say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nx");
    await settled();
    if (told.content.type === "pulled") {
      told.content.cancel(new Error("the client left"));
    }
    await settled();
    deepStrictEqual(
      [told.log, connection.state, ...world.counts],
      [["responded 200", "finished"], "ended", 0, 0],
    );
  });
});

describe("an idle connection", () => {
  async function idle(says = ok): Promise<PoolWorld> {
    const world = play();
    const { connection } = await world.asked();
    connection.say(says);
    await settled();
    return world;
  }

  it("is closed after 4 s", async () => {
    const world = await idle();
    await world.pass(3_750);
    deepStrictEqual(world.counts, [1, 1]);
    await world.pass(500);
    deepStrictEqual([...world.counts, world.last.state], [0, 0, "ended"]);
  });

  it("is kept as long as its upstream says, less a second", async () => {
    const world = await idle("HTTP/1.1 200 OK\r\nKeep-Alive: timeout=20\r\nContent-Length: 0\r\n\r\n");
    await world.pass(18_750);
    deepStrictEqual(world.counts, [1, 1]);
    await world.pass(500);
    deepStrictEqual(world.counts, [0, 0]);
  });

  it("is gone when the upstream closes it, and the next is kept shorter", async () => {
    const world = await idle();
    await world.pass(2_000);
    world.last.finish();
    await settled();
    deepStrictEqual(world.counts, [0, 0]);
    const { connection } = await world.asked();
    connection.say(ok);
    await settled();
    await world.pass(1_500);
    deepStrictEqual(world.counts, [0, 0]);
  });

  it("is closed when something comes that nobody asked for", async () => {
    const world = await idle();
    world.last.say("HTTP/1.1 408 Request Timeout\r\n\r\n");
    await settled();
    deepStrictEqual(world.counts, [0, 0]);
  });

  it("is closed at once when there are enough", async () => {
    const world = play({ idle: 1 });
    const first = await world.asked();
    const second = await world.asked();
    first.connection.say(ok);
    second.connection.say(ok);
    await settled();
    deepStrictEqual(world.counts, [1, 1]);
  });

  it("is closed with the pool", async () => {
    const world = await idle();
    world.pool.close();
    deepStrictEqual(world.counts, [0, 0]);
  });
});

describe("answers that come before the request was read", () => {
  it("413: sending stops, the response is delivered, the connection closed (RFC 9112 §9.5)", async () => {
    const world = play();
    let discarded = false;
    const content = new FedContent(100, {
      begun() {},
      consumed() {},
      discarded() {
        discarded = true;
      },
      threw() {},
    });
    content.push(Buffer.from("abc"));
    const { told, connection } = await world.asked({ method: "POST", content });
    connection.say("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nno!");
    await settled();
    deepStrictEqual(
      [told.log, told.read(), discarded, ...world.counts],
      [["responded 413", "finished"], "no!|end", true, 0, 0],
    );
  });

  it("200 whose content follows the request's: both go on", async () => {
    const world = play();
    const content = fed();
    const { told, connection } = await world.asked({ method: "POST", content });
    connection.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    await settled();
    connection.heard();
    content.push(Buffer.from("ping"));
    strictEqual(told.read(), "|pending");
    await settled();
    strictEqual(connection.heard(), "4\r\nping\r\n");
    content.end(Fields.empty);
    connection.say("0\r\n\r\n");
    await settled();
    deepStrictEqual([told.log, ...world.counts], [["responded 200", "finished"], 1, 1]);
  });

  it("a client that leaves midway takes the connection with it, and the upstream is not blamed", async () => {
    const world = play();
    const content = fed(10);
    const { told } = await world.asked({ method: "POST", content });
    content.push(Buffer.from("abc"));
    content.fail(new Error("the client left"));
    await settled();
    deepStrictEqual(
      [told.log, told.error?.by, told.consumed, ...world.counts],
      [["failed connection_terminated"], "client", true, 0, 0],
    );
  });
});

describe("Expect: 100-continue (RFC 9110 §10.1.1)", () => {
  const fields = Fields.of(["expect", "100-continue"]);
  const head = "POST / HTTP/1.1\r\nHost: a.test\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n";

  async function expecting(): Promise<{
    world: PoolWorld;
    told: Told;
    heard: () => string;
    say: (text: string) => void;
  }> {
    const world = play();
    const content = chunkedContent([Buffer.from("abc")], { length: 3 });
    const { told, connection } = await world.asked({ method: "POST", content, fields });
    strictEqual(connection.heard(), head);
    return { world, told, heard: () => connection.heard(), say: (words) => connection.say(words) };
  }

  it("content follows 100", async () => {
    const { told, heard, say } = await expecting();
    say("HTTP/1.1 100 Continue\r\n\r\n");
    await settled();
    deepStrictEqual([heard(), told.log, told.consumed], ["abc", ["informed 100"], true]);
  });

  it("content follows after a second without", async () => {
    const { world, heard } = await expecting();
    await world.pass(1_250);
    strictEqual(heard(), "abc");
  });

  it("no content follows a final answer, and the connection is closed", async () => {
    const { world, told, heard, say } = await expecting();
    say("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
    await settled();
    deepStrictEqual(
      [heard(), told.log, told.consumed, ...world.counts],
      ["", ["responded 403", "finished"], false, 0, 0],
    );
  });
});

describe("taking an attempt back", () => {
  it("while it waits: the connection is kept for the next", async () => {
    const world = play();
    const told = world.ask();
    told.cancel();
    world.last.open();
    await settled();
    deepStrictEqual([told.log, world.last.heard(), ...world.counts], [[], "", 1, 1]);
  });

  it("before its response: the connection is cut", async () => {
    const world = play();
    const { told, connection } = await world.asked(post);
    told.cancel();
    await settled();
    deepStrictEqual([told.log, connection.state, ...world.counts], [[], "ended", 0, 0]);
  });

  it("after its response's head: its content is cancelled", async () => {
    const world = play();
    const { told, connection } = await world.asked();
    connection.say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nx");
    await settled();
    told.cancel();
    await settled();
    deepStrictEqual(
      [told.log, connection.state, ...world.counts],
      [["responded 200", "finished"], "ended", 0, 0],
    );
  });

  it("after all of it: nothing happens", async () => {
    const world = play();
    const { told, connection } = await world.asked();
    connection.say(ok);
    await settled();
    told.cancel();
    deepStrictEqual([told.log, ...world.counts], [["responded 200", "finished"], 1, 1]);
  });
});
