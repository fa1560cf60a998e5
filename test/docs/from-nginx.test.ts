/** docs/from-nginx.md: nginx with its side of each pair, Sluice with ours, and both do the same. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Server } from "node:net";
import { after, before, describe, it } from "node:test";
import { within } from "../support/waiting.ts";
import type { Play, Plays } from "./nginx-asking.ts";
import { messagePlays } from "./nginx-messages.ts";
import { type Front, oursAlone, pairs, startPair } from "./nginx-pairs.ts";
import { events, grpcPlays, sockets } from "./nginx-streams.ts";
import { upstreamPlays } from "./nginx-upstreams.ts";

const all = pairs();
const grpc = await grpcPlays();
after(() => grpc[Symbol.asyncDispose]());
const plays: ReadonlyMap<string, Plays> = new Map([
  ...messagePlays,
  ...upstreamPlays,
  ["WebSocket", sockets],
  ["Events as they come", events],
  ["gRPC", grpc],
]);

/** Both do the same; where they differ on purpose, each does what the page says. */
async function compare(play: Play, nginx: Front, sluice: Front): Promise<void> {
  const run = async (front: Front): Promise<unknown> => {
    front.seen.length = 0;
    return play.run(front);
  };
  const { differs = { nginx: play.both, Sluice: play.both } } = play;
  deepStrictEqual({ nginx: await run(nginx), Sluice: await run(sluice) }, differs);
}

describe("docs/from-nginx.md", () => {
  it("each pair is run, but the one that needs another package of nginx's", () =>
    deepStrictEqual(
      all
        .filter(({ nginx }) => nginx.title !== "stream")
        .map(({ heading }) => heading)
        .sort(),
      [...plays.keys()].sort(),
    ));

  for (const pair of all.filter(({ heading }) => plays.has(heading))) {
    const { app, steps } = plays.get(pair.heading) as Plays;
    it(pair.heading, async (t) => {
      await using fronts = await startPair(pair, app);
      for (const play of steps) {
        await t.test(play.what, () => compare(play, fronts.nginx, fronts.sluice));
      }
    });
  }
});

describe("the stream in docs/from-nginx.md", () => {
  let upstream: Server;
  before(async () => {
    upstream = createServer((socket) => void socket.on("error", () => undefined).pipe(socket));
    upstream.listen(0, "127.0.0.1");
    await once(upstream, "listening");
  });
  after(() => upstream.close());

  it("passes octets on, and asks the backup where nobody else is", async () => {
    const pair = all.find(({ nginx }) => nginx.title === "stream");
    const address = upstream.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    if (pair === undefined) {
      throw new Error("the page has no stream");
    }
    // Nobody listens on the first upstream: port 1 is no application's.
    await using ours = await oursAlone(
      pair,
      new Map([
        [3000, 1],
        [3001, port],
      ]),
    );
    const socket = connect(ours.port, "127.0.0.1").setEncoding("utf8");
    socket.end("as it comes");
    const [text] = await within(once(socket, "data"), "the echo");
    strictEqual(text, "as it comes");
    socket.destroy();
  });
});
