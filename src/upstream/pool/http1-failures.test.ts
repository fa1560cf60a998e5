import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { PoolWorld, settled, type Told, text, type WorldOptions } from "../../../test/support/pool-world.ts";
import { FedContent, Fields } from "../../message/index.ts";
import { createPool } from "./index.ts";

const play = (options?: WorldOptions): PoolWorld => new PoolWorld(createPool, options);

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

function outcome(told: Told): unknown[] {
  const { error } = told;
  return error === undefined
    ? [...told.log]
    : [...told.log, error.fault.status, error.detail, error.unsent ? "unsent" : "sent", error.reused];
}

/** Content that a client sends while the test runs. */
function fed(length?: number): FedContent {
  return new FedContent(length, { begun() {}, consumed() {}, discarded() {}, threw() {} });
}

describe("what goes wrong over HTTP/1.1", () => {
  const early = "memory closed the connection before it answered";
  const rows: readonly (readonly [name: string, says: string, ends: boolean, expect: readonly unknown[]])[] =
    [
      ["no answer", "", true, ["failed connection_terminated", 502, early, "sent", false]],
      [
        "half a head",
        "HTTP/1.1 200 OK\r\nX",
        true,
        ["failed connection_terminated", 502, early, "sent", false],
      ],
      [
        "two lengths",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
        false,
        [
          "failed http_protocol_error",
          502,
          "memory sent a response that cannot be used: 2 Content-Length field lines, wanted one",
          "sent",
          false,
        ],
      ],
      [
        "length and chunked",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        false,
        [
          "failed http_protocol_error",
          502,
          "memory sent a response that cannot be used: both Transfer-Encoding and Content-Length",
          "sent",
          false,
        ],
      ],
      [
        "an unknown coding",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        false,
        [
          "failed http_response_transfer_coding",
          502,
          'memory sent a response that cannot be used: Transfer-Encoding "gzip, chunked", only chunked is known',
          "sent",
          false,
        ],
      ],
      [
        "a bare LF",
        "HTTP/1.1 200 OK\nX: y\n\n",
        false,
        [
          "failed http_protocol_error",
          502,
          "memory sent a response that cannot be used: a status line ends in LF without CR",
          "sent",
          false,
        ],
      ],
      [
        "no HTTP at all",
        "SSH-2.0-OpenSSH\r\n",
        false,
        [
          "failed http_protocol_error",
          502,
          'memory sent a response that cannot be used: "SSH-2.0-OpenSSH" is no HTTP/1 status line',
          "sent",
          false,
        ],
      ],
      [
        "fields without end",
        `HTTP/1.1 200 OK\r\n${"X: y\r\n".repeat(300)}`,
        false,
        [
          "failed http_response_header_section_size",
          502,
          "memory sent a response that cannot be used: more than 200 field lines",
          "sent",
          false,
        ],
      ],
      [
        "101 that nobody asked for",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n",
        false,
        [
          "failed http_protocol_error",
          502,
          "memory sent a response that cannot be used: 101 came for a request that offered no Upgrade",
          "sent",
          false,
        ],
      ],
      [
        "too short",
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
        true,
        [
          "responded 200",
          "finished: memory closed the connection after 5 of 9 octets of content (RFC 9110 §15.6.3)",
        ],
      ],
    ];
  for (const [name, says, ends, expect] of rows) {
    it(name, async () => {
      const world = play();
      const { told, connection } = await world.asked();
      connection.say(says);
      if (ends) {
        connection.finish();
      }
      await settled();
      deepStrictEqual(outcome(told), expect);
      deepStrictEqual(world.counts, [0, 0]);
    });
  }

  it("interim responses without end", async () => {
    const { told, connection } = await play().asked();
    connection.say("HTTP/1.1 102 Processing\r\n\r\n".repeat(40));
    await settled();
    deepStrictEqual(told.log.slice(32), ["failed http_protocol_error"]);
  });

  it("a response cut short is a fault, never an end", async () => {
    const { told, connection } = await play().asked();
    connection.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel");
    await settled();
    connection.finish();
    await settled();
    strictEqual(told.read(), "hel|memory closed the connection after 3 octets of content (RFC 9110 §15.6.3)");
  });

  it("octets after the response: it is delivered, and the connection closed", async () => {
    const world = play();
    const { told, connection } = await world.asked();
    connection.say(`${ok}HTTP/1.1 200 OK\r\n`);
    await settled();
    deepStrictEqual(
      [told.log, told.read(), ...world.counts],
      [["responded 200", "finished"], "ok|end", 0, 0],
    );
  });

  it("a reset is told apart from a close, and a connection used again from a new one", async () => {
    const world = play();
    const { connection } = await world.asked();
    connection.say(ok);
    await settled();
    const again = world.ask();
    connection.close("reset");
    await settled();
    deepStrictEqual(outcome(again), [
      "failed connection_terminated",
      502,
      "memory reset the connection before it answered",
      "sent",
      true,
    ]);
  });

  it("what was kept of the content is given up with the attempt; what was not is the caller's", async () => {
    const given: string[] = [];
    const content = (name: string): FedContent =>
      new FedContent(9, { begun() {}, consumed() {}, discarded: () => void given.push(name), threw() {} });
    for (const again of [undefined, () => content("again")]) {
      const { connection } = await play().asked({
        method: "POST",
        content: content(again === undefined ? "not kept" : "kept"),
        again,
      });
      connection.close("reset");
      await settled();
    }
    deepStrictEqual(given, ["kept"]);
  });

  it("a request that cannot be written costs no connection", async () => {
    const world = play();
    const { told } = await world.asked({ target: "/a b" });
    deepStrictEqual(
      [told.log, told.error?.unsent, ...world.counts],
      [["failed proxy_internal_error"], true, 1, 1],
    );
  });
});

describe("how long an upstream is waited for over HTTP/1.1", () => {
  it("for the response's head, from the request's last octet on", async () => {
    const world = play();
    const content = fed();
    const { told } = await world.asked({ method: "POST", content });
    await world.pass(60_000);
    deepStrictEqual(told.log, []);
    content.end(Fields.empty);
    await world.pass(9_750);
    deepStrictEqual(told.log, []);
    await world.pass(750);
    deepStrictEqual(outcome(told), [
      "failed http_response_timeout",
      504,
      "memory did not answer within 10 s",
      "sent",
      false,
    ]);
    deepStrictEqual(world.counts, [0, 0]);
  });

  it("anew after an interim response", async () => {
    const world = play();
    const { told, connection } = await world.asked();
    await world.pass(9_000);
    connection.say("HTTP/1.1 102 Processing\r\n\r\n");
    await world.pass(9_000);
    deepStrictEqual(told.log, ["informed 102"]);
    await world.pass(2_000);
    deepStrictEqual(told.log, ["informed 102", "failed http_response_timeout"]);
  });

  it("for the response's content to go on, but not while its reader stalls", async () => {
    const world = play();
    const { told, connection } = await world.asked();
    connection.say(`HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n${"x".repeat(100_000)}`);
    await world.pass(60_000);
    deepStrictEqual(told.log, ["responded 200"]);
    told.read();
    await world.pass(6_000);
    deepStrictEqual(told.log, [
      "responded 200",
      "finished: memory sent nothing for 5 s in the middle of its response (RFC 9110 §15.6.5)",
    ]);
  });

  it("for an upstream that does not read the request", async () => {
    const world = play();
    const told = world.ask({ method: "POST", content: text("x".repeat(1_000_000)) });
    world.last.open();
    world.last.stall();
    await world.pass(6_000);
    deepStrictEqual(outcome(told), [
      "failed connection_write_timeout",
      504,
      "memory took nothing of the request for 5 s",
      "sent",
      false,
    ]);
  });
});
