/** Upstreams that are killed, restarted and replaced one after another while requests keep coming: none is lost. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { after, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { systemClock } from "../../src/transport/index.ts";
import type { UpstreamGroup } from "../../src/upstream/index.ts";
import { FakeResolver, outbound, sendOptions } from "../support/upstream-fakes.ts";
import { type Origin, origin, testHouse, textOf } from "../support/upstream-house.ts";
import { within } from "../support/waiting.ts";

const { house } = testHouse(new FakeResolver(systemClock));
const origins = await Promise.all([1, 2, 3].map(() => start()));

function start(port = 0): Promise<Origin> {
  return origin((_request, response) => void answerSoon(response), port);
}

/** Some requests are under way at any time, so that a kill meets them. */
async function answerSoon(response: ServerResponse): Promise<void> {
  await pause(2);
  response.end("ok");
}

after(async () => {
  house.close();
  await Promise.all(origins.map((one) => one.stop()));
});

/** Sends requests, 16 at once, until `work` is done; counts what came of them. */
async function meanwhile(group: UpstreamGroup, work: () => Promise<void>): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  let going = true;
  const client = async (): Promise<void> => {
    while (going) {
      const text = await textOf(group.send(outbound(), sendOptions)).catch(
        (error: Error) => `failed: ${error.message}`,
      );
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
  };
  const clients = Array.from({ length: 16 }, client);
  await work();
  going = false;
  await within(Promise.all(clients), "the last answers");
  return counts;
}

describe("while requests keep coming", () => {
  it("upstreams are killed and restarted, and no idempotent request is lost", async () => {
    const group = house.group({ upstreams: origins.map(({ url }) => url), name: "killed" });
    const counts = await meanwhile(group, async () => {
      for (let round = 0; round < 2; round += 1) {
        for (const [at, { port }] of origins.entries()) {
          await pause(100);
          await origins[at]?.stop();
          await pause(100);
          origins[at] = await start(port);
        }
      }
    });
    deepStrictEqual([...counts.keys()], ["200 ok"]);
    strictEqual((counts.get("200 ok") ?? 0) > 100, true);
    strictEqual(
      group.status().members.reduce((sum, { retries }) => sum + retries, 0) > 0,
      true,
      "something was killed that was in use",
    );
    group.close();
  });

  it("upstreams are drained and replaced, and nothing even needs a retry", async () => {
    const group = house.group({ upstreams: origins.map(({ url }) => url), name: "replaced" });
    const counts = await meanwhile(group, async () => {
      for (const [at, { port, url }] of origins.entries()) {
        await pause(50);
        group.drain(url);
        await within(group.drained(url), "the upstream to be free");
        await origins[at]?.stop();
        origins[at] = await start(port);
        group.restore(url);
      }
    });
    deepStrictEqual([...counts.keys()], ["200 ok"]);
    const after = group.status().members.map(({ failures, active }) => [failures, active]);
    deepStrictEqual(after, [
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
    group.close();
  });
});
