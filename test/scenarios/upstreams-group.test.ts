/** A group of upstreams in front of Node's own servers: what happens when they go, come back, fill up and move. */
import { deepStrictEqual, match, rejects, strictEqual } from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import { after, describe, it } from "node:test";
import { systemClock } from "../../src/transport/index.ts";
import type { UpstreamError, UpstreamGroup, UpstreamOptions } from "../../src/upstream/index.ts";
import { FakeResolver, outbound, sendOptions } from "../support/upstream-fakes.ts";
import { type Origin, origin, testHouse, textOf } from "../support/upstream-house.ts";
import { eventually, gate, within } from "../support/waiting.ts";

const resolver = new FakeResolver(systemClock);
const { house, lines } = testHouse(resolver);
const running: Origin[] = [];

async function serve(
  answer: string | ((request: IncomingMessage, response: ServerResponse) => void),
  port = 0,
  host = "127.0.0.1",
): Promise<Origin> {
  const one = await origin(
    typeof answer === "string" ? (_request, response) => response.end(answer) : answer,
    port,
    host,
  );
  running.push(one);
  return one;
}

function group(options: UpstreamOptions): UpstreamGroup {
  return house.group(options);
}

function get(of: UpstreamGroup, target = "/"): Promise<string> {
  return within(textOf(of.send(outbound("GET", { target }), sendOptions)), `an answer to ${target}`);
}

/** All are free again. */
function atRest(of: UpstreamGroup): Promise<boolean> {
  return eventually(() => of.status().members.every(({ active }) => active === 0), "every member to be free");
}

after(async () => {
  house.close();
  await Promise.all(running.map((one) => one.stop()));
});

describe("an upstream that is gone", () => {
  it("is passed over for another, for POST as well where nothing was sent", async () => {
    const [good, gone] = [await serve("good"), await serve("gone")];
    await gone.stop();
    const app = group({ upstreams: [gone.url, good.url], name: "gone" });
    strictEqual(await get(app), "200 good");
    strictEqual(await get(app), "200 good");
    const post = app.send(outbound("POST"), sendOptions);
    strictEqual(await within(textOf(post), "an answer to POST"), "200 good");
    await atRest(app);
  });

  it("is named with its failure when there is no other", async () => {
    const gone = await serve("gone");
    await gone.stop();
    const app = group({ upstreams: gone.url, name: "alone" });
    await rejects(within(app.send(outbound(), sendOptions).answered, "a failure"), (error: UpstreamError) => {
      strictEqual(error.type, "connection_refused");
      deepStrictEqual(
        error.reasons.map(({ member }) => member),
        [gone.url],
      );
      return true;
    });
  });

  it("loses no request when it closes pooled connections and comes back", async () => {
    let first = await serve("one");
    const app = group({ upstreams: first.url, name: "restarted" });
    strictEqual(await get(app), "200 one");
    await atRest(app);
    const { port } = first;
    await first.stop();
    first = await serve("two", port);
    strictEqual(await get(app), "200 two");
  });

  it("is asked once more where it closes a pooled connection just as the request arrives", async () => {
    let requests = 0;
    const app = group({
      upstreams: (
        await serve((request, response) => {
          requests += 1;
          // Of the second request nothing is answered: as if it had crossed the close.
          if (requests === 2) {
            request.socket.destroy();
          } else {
            response.end(`request ${requests}`);
          }
        })
      ).url,
      name: "crossing",
    });
    strictEqual(await get(app), "200 request 1");
    await atRest(app);
    strictEqual(await get(app), "200 request 3");
    requests = 1;
    await atRest(app);
    await rejects(
      within(app.send(outbound("POST"), sendOptions).answered, "a failure"),
      /POST is not sent again/,
    );
  });
});

describe("upstreams that are busy", () => {
  it("let requests wait, in order, and refuse those for whom there is no room", async () => {
    const held: ServerResponse[] = [];
    const slow = await serve((_request, response) => void held.push(response));
    const app = group({
      upstreams: slow.url,
      name: "busy",
      connections: { most: 1, queue: 1 },
    });
    const [first, second] = [get(app, "/1"), get(app, "/2")];
    const third = app.send(outbound(), sendOptions);
    await rejects(third.answered, (error: UpstreamError) => {
      strictEqual(`${error.fault.status} ${error.type}`, "503 connection_limit_reached");
      return true;
    });
    for (const answer of ["first", "second"]) {
      (await eventually(() => held.shift(), `the ${answer} request`)).end(answer);
    }
    deepStrictEqual([await first, await second], ["200 first", "200 second"]);
    await atRest(app);
  });
});

describe("replacing an upstream", () => {
  it("goes without a failed request: drain, wait, replace, restore", async () => {
    const waiting = gate<ServerResponse>();
    const old = await serve((_request, response) => waiting.open(response));
    const other = await serve("other");
    const app = group({ upstreams: [old.url, other.url], name: "replaced" });
    const slow = get(app);
    const response = await within(waiting.opened, "the request at the old one");
    app.drain(old.url);
    const drained = app.drained(old.url);
    deepStrictEqual([await get(app), await get(app)], ["200 other", "200 other"]);
    response.end("old");
    strictEqual(await slow, "200 old");
    await within(drained, "the old one to be free");
    await old.stop();
    const replaced = await serve("new", old.port);
    app.restore(replaced.url);
    deepStrictEqual(new Set([await get(app), await get(app)]), new Set(["200 new", "200 other"]));
  });
});

describe("a name that moves", () => {
  it("takes its requests along", async () => {
    const one = await serve("one", 0, "127.0.0.1");
    const two = await serve("two", one.port, "127.0.0.2");
    resolver.ttl = 1_000;
    resolver.names.set("moving", ["127.0.0.1"]);
    const app = group({ upstreams: [{ url: `http://moving:${one.port}`, each: true }], name: "moving" });
    strictEqual(await get(app), "200 one");
    resolver.names.set("moving", ["127.0.0.2"]);
    await eventually(() => app.ids.includes(two.url), "the second address");
    deepStrictEqual([app.ids, await get(app)], [[two.url], "200 two"]);
  });
});

describe("probes", () => {
  it("take an upstream out that is not well, and bring it back", async () => {
    let status = 200;
    const asked: (string | undefined)[] = [];
    const probed = await serve((request, response) => {
      asked.push(request.url);
      response.writeHead(status).end("fine");
    });
    const app = group({
      upstreams: probed.url,
      name: "probed",
      health: { path: "/healthz", interval: "100ms", fall: 2, rise: 1, body: "fine" },
    });
    app.begin();
    const state = (): string | undefined => app.status().members[0]?.state;
    await eventually(() => asked.length > 1, "probes");
    strictEqual(state(), "up");
    status = 500;
    await eventually(() => state() === "down", "the upstream to be down");
    await rejects(app.send(outbound(), sendOptions).answered, (error: UpstreamError) => {
      strictEqual(error.type, "destination_unavailable");
      match(error.reasons[0]?.detail ?? "", /status 500, wanted 200 to 399/);
      return true;
    });
    status = 200;
    await eventually(() => state() === "up", "the upstream to be up");
    strictEqual(await get(app), "200 fine");
    deepStrictEqual(new Set(asked.slice(0, -1)), new Set(["/healthz"]));
    match(lines.find((line) => line.includes("is down")) ?? "", /^upstream probed: \S+ is down: 2 probes/);
    app.close();
  });
});

describe("a connection for a stream", () => {
  it("goes to another member where the first refuses", async () => {
    const [good, gone] = [await serve("good"), await serve("gone")];
    await gone.stop();
    const app = group({ upstreams: [gone.url, good.url], name: "stream" });
    const { key, client, local } = sendOptions;
    const opened = await within(app.open({ key, client, local }).opened, "a connection");
    deepStrictEqual([opened.member.id, app.status().members.map(({ active }) => active)], [good.url, [0, 1]]);
    opened.channel.destroy();
    opened.finished();
    opened.finished();
    await atRest(app);
  });
});
