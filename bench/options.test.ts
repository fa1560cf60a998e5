import { deepStrictEqual, throws } from "node:assert/strict";
import { describe, it } from "node:test";
import { readOptions } from "./options.ts";

function picked(args: readonly string[]): unknown {
  const { scenarios, peers, effort, full } = readOptions(args, "2026-01-02");
  return {
    scenarios: scenarios.length,
    peers: peers.map(({ name }) => name).join(" "),
    rounds: effort.rounds,
    seconds: effort.seconds,
    full,
  };
}

describe("readOptions", () => {
  const everyone = "nginx h2o haproxy node bare sluice";
  const rows = [
    ["", { scenarios: 25, peers: everyone, rounds: 5, seconds: 3, full: true }],
    [
      "--quick",
      { scenarios: 10, peers: "nginx h2o haproxy node sluice", rounds: 2, seconds: 1, full: false },
    ],
    ["--only h2", { scenarios: 4, peers: everyone, rounds: 5, seconds: 3, full: false }],
    ["--only proxy", { scenarios: 6, peers: everyone, rounds: 5, seconds: 3, full: false }],
    ["--only https,304", { scenarios: 5, peers: everyone, rounds: 5, seconds: 3, full: false }],
    ["--only 64k,304", { scenarios: 2, peers: everyone, rounds: 5, seconds: 3, full: false }],
    [
      "--peers bare,h2o --rounds 7 --seconds 4",
      { scenarios: 25, peers: "h2o bare", rounds: 7, seconds: 4, full: false },
    ],
    ["--quick --peers bare --only 404", { scenarios: 1, peers: "bare", rounds: 2, seconds: 1, full: false }],
  ] as const;

  for (const [line, expected] of rows) {
    it(line === "" ? "no options" : line, () =>
      deepStrictEqual(picked(line.split(" ").filter((word) => word !== "")), expected),
    );
  }

  const refused = [
    ["--peers apache", /^--peers apache: not one of nginx, h2o, haproxy, node, bare, sluice$/],
    ["--only 1kb", /^--only 1kb: not one of 1k, /],
    ["--rounds 0", /^--rounds 0: not a whole number from 1 to 1000$/],
    ["--seconds 1.5", /^--seconds 1.5: not a whole number from 1 to 1000$/],
    ["--fast", /Unknown option '--fast'/],
  ] as const;

  for (const [line, message] of refused) {
    it(`refuses ${line}`, () => throws(() => readOptions(line.split(" "), "2026-01-02"), { message }));
  }
});
