/** Clients of HTTP/2 and TLS that are slow, or stop in the middle: each is waited for as long as a limit says. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { bytesContent, Fields, HttpResponse, respond } from "../../src/index.ts";
import { http2Client } from "../support/http2-client.ts";
import {
  frame,
  framesOf,
  frameTypes,
  goaways,
  preface,
  request,
  settings,
  windowUpdate,
} from "../support/http2-octets.ts";
import type { RawClient } from "../support/raw-client.ts";
import { serve } from "../support/running.ts";
import { serveSecure } from "../support/secure.ts";
import { eventually, within } from "../support/waiting.ts";

const large = (): HttpResponse =>
  new HttpResponse({
    status: 200,
    fields: Fields.empty,
    content: bytesContent(Buffer.alloc(200_000, "l")),
  });
const acknowledgement = frame("settings", 1, 0);
const initialWindowSize = 4;

/** Octets of content that have come so far. */
function contentOf({ received }: RawClient): number {
  return framesOf(received)
    .filter(({ type }) => type === frameTypes.data)
    .reduce((sum, { content }) => sum + content.length, 0);
}

describe("slow clients over HTTP/2", () => {
  it("a reader that opens its window a little at a time gets everything, others do not wait for it", async () => {
    const running = await serveSecure({ "/large": large, "/*": respond("small") });
    const clear = await serve({ "/large": large });
    const slow = await clear.client();
    slow.send(Buffer.concat([preface, settings({ [initialWindowSize]: 1_024 }), acknowledgement]));
    slow.send(request(1, "/large"));
    await using quick = await http2Client(running.url, { ca: running.ca });
    for (let taken = 1_024; taken < 200_000; taken += 4_096) {
      await eventually(() => contentOf(slow) >= Math.min(taken, 200_000), `${taken} octets`);
      slow.send(Buffer.concat([windowUpdate(1, 4_096), windowUpdate(0, 4_096)]));
      if (taken % 8 === 0) {
        strictEqual((await quick.ask({ ":path": "/" })).body.toString(), "small");
      }
    }
    await eventually(() => contentOf(slow) === 200_000, "the rest");
    await clear[Symbol.asyncDispose]();
    await running[Symbol.asyncDispose]();
  });

  it("small files overtake a large one that the same client reads slowly", async () => {
    await using running = await serveSecure({ "/large": large, "/*": respond("small") });
    await using client = await http2Client(running.url, { ca: running.ca });
    const stream = client.open({ ":path": "/large" });
    stream.pause();
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.ask({ ":path": "/" })));
    deepStrictEqual([...new Set(answers.map(({ status }) => status))], [200]);
    let rest = 0;
    stream.on("data", (chunk: Buffer) => {
      rest += chunk.length;
    });
    stream.resume();
    await eventually(() => rest === 200_000, "the large one");
  });

  const stops = [
    ["a window that stays closed", { windowStall: "100ms" }, [request(1, "/large")], "windowStall", 0xb],
    [
      "a field block that never ends",
      { fieldSection: "100ms" },
      [frame("headers", 0x1, 1, Buffer.from([0x82]))],
      "fieldSectionTime",
      0xb,
    ],
    ["SETTINGS that are never acknowledged", { settings: "100ms" }, [], undefined, 0x4],
  ] as const;
  for (const [rule, timeouts, sent, limit, code] of stops) {
    it(`${rule}: GOAWAY, one line says why`, async () => {
      await using running = await serve({ "/large": large }, { timeouts });
      const client = await running.client();
      const first = [preface, settings({ [initialWindowSize]: 0 })];
      client.send(
        Buffer.concat([...first, ...(rule.startsWith("SETTINGS") ? [] : [acknowledgement]), ...sent]),
      );
      await client.over();
      const [last] = goaways(framesOf(client.received)).slice(-1);
      strictEqual(last?.code, code, last?.detail);
      match(last?.detail ?? "", new RegExp(limit ?? "SETTINGS"));
      strictEqual(running.told.length, 1, running.told.join("\n"));
      match(running.told[0] ?? "", /^warn: HTTP\/2 connection of 127\.0\.0\.1: /);
      client.end();
    });
  }

  it("a preface that never ends closes the connection without a word to the operator", async () => {
    await using running = await serve({ "/*": respond("hi") }, { timeouts: { firstByte: "100ms" } });
    const client = await running.client();
    client.send(preface.subarray(0, 20));
    await client.over();
    client.end();
    await eventually(() => running.server.connections === 0, "the connection to be gone");
  });

  it("an idle connection is told GOAWAY with NO_ERROR after its time", async () => {
    await using running = await serve({ "/*": respond("hi") }, { timeouts: { keepAlive: "100ms" } });
    const client = await running.client();
    client.send(Buffer.concat([preface, settings(), acknowledgement, request(1, "/")]));
    await eventually(() => goaways(framesOf(client.received)).length > 0, "GOAWAY");
    deepStrictEqual([...new Set(goaways(framesOf(client.received)).map(({ code }) => code))], [0]);
    deepStrictEqual(running.told, []);
    await client.over();
    client.end();
  });

  it("octet by octet, a request is answered all the same", async () => {
    await using running = await serve({ "/*": respond("hi") });
    const client = await running.client();
    client.socket.setNoDelay(true);
    for (const octet of Buffer.concat([preface, settings(), acknowledgement, request(1, "/")])) {
      client.send(Buffer.from([octet]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await eventually(() => contentOf(client) === 2, "the answer");
    client.leave();
  });
});

describe("slow clients over TLS", () => {
  it("a handshake that never ends is ended, with a line; other handshakes go on", async () => {
    await using running = await serveSecure({ "/*": respond("hi") }, { tls: { handshake: "200ms" } });
    const silent = await running.client();
    const halting = await running.client();
    // The head of a ClientHello record, and no more.
    halting.send(Buffer.from("16030102000100", "hex"));
    await using client = await http2Client(running.url, { ca: running.ca });
    strictEqual((await client.ask({ ":path": "/" })).body.toString(), "hi");
    await within(Promise.all([silent.over(), halting.over()]), "both to be ended");
    await eventually(() => running.told.length >= 1, "a line");
    ok(
      running.told.every((line) => line.startsWith("warn: TLS handshake with 127.0.0.1")),
      running.told.join("\n"),
    );
    silent.leave();
    halting.leave();
  });
});
