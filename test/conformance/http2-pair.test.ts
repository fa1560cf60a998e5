/** What must hold of our two HTTP/2 machines against each other, whatever is asked and in whatever order it passes. */
import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { PairExchange, SentContent } from "../support/http2-client-exchange.ts";
import { type PairOptions, runPair } from "../support/http2-client-pair.ts";

const length = fc.oneof(
  fc.constant(0),
  fc.nat({ max: 50 }),
  fc.nat({ max: 3_000 }),
  fc.nat({ max: 120_000 }),
);

const sent: fc.Arbitrary<SentContent> = fc
  .record({
    length,
    announced: fc.boolean(),
    piece: fc.oneof(fc.integer({ min: 1_000, max: 40_000 }), fc.integer({ min: 200, max: 1_000 })),
    trailers: fc.boolean(),
  })
  .map((content) => ({
    ...content,
    // A request that announces none ends with its head.
    trailers: content.trailers && !(content.announced && content.length === 0),
    breaksAt: undefined,
  }));

const breaking: fc.Arbitrary<SentContent> = fc
  .tuple(sent, fc.option(fc.nat({ max: 30_000 }), { nil: undefined, freq: 3 }))
  .map(([content, at]) => ({
    ...content,
    breaksAt: at === undefined ? undefined : Math.min(at, content.length),
  }));

function exchanges(content: fc.Arbitrary<SentContent>): fc.Arbitrary<PairExchange[]> {
  const exchange = fc.record({
    kind: fc.constantFrom("plain", "plain", "plain", "connect", "websocket"),
    request: content,
    response: content,
    priority: fc.constantFrom("", "u=0", "u=7, i", "i", "u=2", "u=", "u=2, i=?0, x=(1 2)"),
    answer: fc.constantFrom("at once", "when complete", "later"),
    reads: fc.constantFrom(true, true, true, false),
    atOnce: fc.boolean(),
    informs: fc.constantFrom(0, 0, 1, 3),
    reprioritizes: fc.boolean(),
  });
  return fc.array(exchange.map(sensible), { minLength: 1, maxLength: 12 });
}

/** A tunnel is answered before anything passes, and has neither trailers nor interim responses here. */
function sensible(exchange: PairExchange): PairExchange {
  if (exchange.kind === "plain") {
    return exchange;
  }
  const { request, response, answer } = exchange;
  return {
    ...exchange,
    request: { ...request, trailers: false },
    response: { ...response, trailers: false },
    answer: answer === "when complete" ? "later" : answer,
    reads: true,
  };
}

const seed = fc.nat({ max: 2 ** 31 });

/** Windows from tiny to larger than anything that is sent. */
const windows = fc.constantFrom(1, 5_000, 20_000, 65_535, 100_000, 1_000_000);

const clientLimits = fc.record({
  concurrentStreams: fc.constantFrom(1, 3, 256),
  streamWindow: windows,
  connectionWindow: fc.constantFrom(65_535, 100_000, 16_777_216),
  headerTable: fc.constantFrom(0, 100, 4_096, 65_536),
  unsentContent: fc.constantFrom(1, 1_000, 20_000, 65_536, 65_536),
});

const serverLimits = fc.record({
  concurrentStreams: fc.constantFrom(1, 5, 128),
  streamWindow: windows,
  connectionWindow: fc.constantFrom(65_535, 262_144),
  headerTable: fc.constantFrom(0, 100, 4_096, 65_536),
});

/** Octets that pass windows of one octet come in thousands of frames, which is no flood here. */
const patient = {
  windowUpdates: 1e9,
  pingFrames: 1e9,
  emptyFrames: 1e9,
  priorityFrames: 1e9,
  resets: 1e9,
  windowStall: 1e9,
  contentProgress: 1e9,
  responseHead: 1e9,
};

function small(exchange: PairExchange): PairExchange {
  const shorten = (content: SentContent): SentContent => {
    const length = Math.min(content.length, 1 + (content.length % 40));
    return { ...content, length };
  };
  return { ...exchange, request: shorten(exchange.request), response: shorten(exchange.response) };
}

/** With windows of one octet, what is sent is short. */
function runnable(options: PairOptions): PairOptions {
  const tiny = [options.clientLimits, options.serverLimits].some(
    (limits) => (limits?.streamWindow ?? 1e6) < 1_000,
  );
  const unsent = (options.clientLimits?.unsentContent ?? 1e6) < 1_000;
  return {
    ...options,
    exchanges: tiny || unsent ? options.exchanges.map(small) : options.exchanges,
    clientLimits: { ...options.clientLimits, ...patient },
    serverLimits: { ...options.serverLimits, ...patient },
  };
}

describe("HTTP/2 client and server, for any exchanges", () => {
  it("everything arrives whole", () => {
    fc.assert(
      fc.property(seed, exchanges(sent), clientLimits, serverLimits, (seed, all, client, server) => {
        const ends = runPair(runnable({ seed, exchanges: all, clientLimits: client, serverLimits: server }));
        deepStrictEqual(
          ends,
          all.map(() => "complete"),
        );
      }),
      { numRuns: 150 },
    );
  });

  it("what is broken off on either side is seen on the other, and harms nothing else", () => {
    fc.assert(
      fc.property(seed, exchanges(breaking), clientLimits, serverLimits, (seed, all, client, server) => {
        const eager = seed % 2 === 0;
        runPair(runnable({ seed, exchanges: all, clientLimits: client, serverLimits: server, eager }));
      }),
      { numRuns: 150 },
    );
  });

  it("a shutdown in the middle loses nothing: requests are answered, or said to be unprocessed", () => {
    const side = fc.constantFrom("client", "server");
    fc.assert(
      fc.property(
        seed,
        exchanges(sent),
        clientLimits,
        serverLimits,
        side,
        (seed, all, client, server, shutdown) => {
          runPair(runnable({ seed, exchanges: all, clientLimits: client, serverLimits: server, shutdown }));
        },
      ),
      { numRuns: 150 },
    );
  });
});
