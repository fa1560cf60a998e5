/** The same octets to Sluice and to `node:http` over real sockets: every difference is explained or fails. */
import { deepStrictEqual, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { chunkExtensionRows, chunkSizeRows, trailerRows } from "../conformance/http1-chunked.ts";
import { connectionRows } from "../conformance/http1-connection.ts";
import { fieldRows } from "../conformance/http1-fields.ts";
import { contentLengthRows, transferCodingRows } from "../conformance/http1-framing.ts";
import { hostRows } from "../conformance/http1-host.ts";
import { limitRows } from "../conformance/http1-limits.ts";
import { requestLineRows } from "../conformance/http1-request-line.ts";
import { smugglingRows } from "../conformance/http1-smuggling.ts";
import { targetRows } from "../conformance/http1-target.ts";
import { mutate } from "../fuzz/mutate.ts";
import { Random } from "../support/random.ts";
import { exchange, type Outcome } from "./exchange.ts";
import { type Permitted, permitted } from "./permitted.ts";
import { type Listening, startNode, startSluice } from "./servers.ts";

const rows = [
  requestLineRows,
  targetRows,
  hostRows,
  fieldRows,
  contentLengthRows,
  transferCodingRows,
  chunkSizeRows,
  chunkExtensionRows,
  trailerRows,
  limitRows,
  connectionRows,
  smugglingRows,
].flat();

/** Rows about limits of their own or about tunnels have no counterpart in a default server. */
const tables = rows.filter(({ limits, answer }) => limits === undefined && answer === undefined);

const corpus = JSON.parse(readFileSync(new URL("../fuzz/corpus/http1.json", import.meta.url), "utf8")) as {
  readonly requests: readonly string[];
};

/** Exchanges under way at a time. */
const together = 8;

describe("HTTP/1 as Sluice and node:http understand it", () => {
  let sluice: Listening;
  let node: Listening;

  before(async () => {
    sluice = await startSluice();
    node = await startNode();
  });
  after(async () => {
    await sluice.close();
    await node.close();
  });

  it("is the same for every row of the conformance tables, or explained", async () => {
    deepStrictEqual(await compare([...new Set(tables.map(({ input }) => input))]), []);
  });

  it("is the same for mutants of the corpus, or explained", async () => {
    const random = new Random(7);
    const mutants = Array.from({ length: 600 }, () =>
      mutate(random, random.pick(corpus.requests), corpus.requests),
    ).filter((input) => input !== "" && !/^(?:CONNECT |connection:[^\r\n]*upgrade)/im.test(input));
    deepStrictEqual(await compare(mutants), []);
  });

  function both(input: string): Promise<[Outcome, Outcome]> {
    return Promise.all([exchange(sluice.port, input), exchange(node.port, input)]);
  }

  /** What differs without an explanation. */
  async function compare(inputs: readonly string[]): Promise<object[]> {
    ok(inputs.length > 0);
    const unexplained: object[] = [];
    for (let at = 0; at < inputs.length; at += together) {
      const batch = inputs.slice(at, at + together);
      const outcomes = await Promise.all(batch.map((input) => both(input)));
      for (const [index, [ours, theirs]] of outcomes.entries()) {
        const input = batch[index] as string;
        if (!same(ours, theirs) && explanations(input, ours, theirs).length === 0) {
          unexplained.push({ input, ours, theirs });
        }
      }
    }
    return unexplained;
  }
});

function same(ours: Outcome, theirs: Outcome): boolean {
  return (
    isDeepStrictEqual(ours.seen, theirs.seen) &&
    (ours.refused === undefined) === (theirs.refused === undefined)
  );
}

/** The rows that permit this difference: none where the two understood one request differently. */
function explanations(input: string, ours: Outcome, theirs: Outcome): readonly Permitted[] {
  const common = Math.min(ours.seen.length, theirs.seen.length);
  if (same(ours, theirs) || !isDeepStrictEqual(ours.seen.slice(0, common), theirs.seen.slice(0, common))) {
    return [];
  }
  return permitted.filter(({ stricter, status, input: wanted }) => {
    const [strict, lenient] = stricter === "sluice" ? [ours, theirs] : [theirs, ours];
    const less = strict.seen.length < lenient.seen.length || lenient.refused === undefined;
    return (
      less &&
      strict.seen.length <= lenient.seen.length &&
      (status === undefined || ours.refused === status) &&
      (typeof wanted === "function" ? wanted(input, ours, theirs) : wanted.test(input))
    );
  });
}
