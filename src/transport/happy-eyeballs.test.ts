import { deepStrictEqual } from "node:assert/strict";
import { describe, it, mock } from "node:test";
import { type Address, type AttemptTold, interleaved, Race } from "./happy-eyeballs.ts";

const v4 = (last: number): Address => ({ address: `192.0.2.${last}`, family: 4 });
const v6 = (last: number): Address => ({ address: `2001:db8::${last}`, family: 6 });

describe("interleaved (RFC 8305 §4)", () => {
  const rows: readonly (readonly [rule: string, given: readonly Address[], order: readonly Address[]])[] = [
    ["nothing", [], []],
    ["one family", [v4(1), v4(2)], [v4(1), v4(2)]],
    ["families take turns", [v6(1), v6(2), v4(1), v4(2)], [v6(1), v4(1), v6(2), v4(2)]],
    ["the first stays the first", [v4(1), v6(1), v6(2)], [v4(1), v6(1), v6(2)]],
    ["the longer one ends the row", [v6(1), v4(1), v4(2), v4(3)], [v6(1), v4(1), v4(2), v4(3)]],
  ];
  for (const [rule, given, order] of rows) {
    it(rule, () => deepStrictEqual(interleaved(given), order));
  }
});

/** A race whose attempts do what the test says, on timers of its own. */
function race(addresses: readonly Address[]) {
  const said: string[] = [];
  const attempts = new Map<string, AttemptTold<string>>();
  const run = new Race<string>(
    addresses,
    ({ address }, told) => {
      said.push(`try ${address}`);
      attempts.set(address, told);
      return { cancel: () => said.push(`cancel ${address}`) };
    },
    (what, { address }) => said.push(`${what} ${address}`),
    (errors) =>
      said.push(
        `lost: ${errors.map(({ address, error }) => `${address.address} ${error.message}`).join(", ")}`,
      ),
  );
  const at = (address: Address): AttemptTold<string> => attempts.get(address.address) ?? fail();
  return { run, said, at };
}

function fail(): never {
  throw new Error("it is not tried");
}

describe("Race (RFC 8305 §5)", () => {
  const each = (rule: string, body: () => void): void => {
    it(rule, () => {
      mock.timers.enable({ apis: ["setTimeout"] });
      try {
        body();
      } finally {
        mock.timers.reset();
      }
    });
  };

  each("tries the next after 250 ms, and cancels who loses", () => {
    const { said, at } = race([v6(1), v4(1), v6(2), v4(2)]);
    mock.timers.tick(249);
    deepStrictEqual(said, ["try 2001:db8::1"]);
    mock.timers.tick(1);
    mock.timers.tick(250);
    at(v4(1)).won("won");
    mock.timers.tick(1_000);
    deepStrictEqual(said, [
      "try 2001:db8::1",
      "try 192.0.2.1",
      "try 2001:db8::2",
      "cancel 2001:db8::1",
      "cancel 2001:db8::2",
      "won 192.0.2.1",
    ]);
  });

  each("tries the next at once when one fails, and waits 250 ms from then", () => {
    const { said, at } = race([v6(1), v4(1), v6(2)]);
    mock.timers.tick(200);
    at(v6(1)).failed(new Error("refused"));
    mock.timers.tick(249);
    deepStrictEqual(said, ["try 2001:db8::1", "try 192.0.2.1"]);
    mock.timers.tick(1);
    deepStrictEqual(said.slice(2), ["try 2001:db8::2"]);
  });

  each("is lost at once when all have failed", () => {
    const { said, at } = race([v6(1), v4(1)]);
    at(v6(1)).failed(new Error("refused"));
    at(v4(1)).failed(new Error("unreachable"));
    mock.timers.tick(1_000);
    deepStrictEqual(said, [
      "try 2001:db8::1",
      "try 192.0.2.1",
      "lost: 2001:db8::1 refused, 192.0.2.1 unreachable",
    ]);
  });

  each("is not lost while one still tries", () => {
    const { said, at } = race([v6(1), v4(1)]);
    mock.timers.tick(250);
    at(v4(1)).failed(new Error("refused"));
    at(v6(1)).won("won");
    deepStrictEqual(said, ["try 2001:db8::1", "try 192.0.2.1", "won 2001:db8::1"]);
  });

  each("is cancelled: nothing is told any more", () => {
    const { run, said, at } = race([v6(1), v4(1)]);
    run.cancel();
    mock.timers.tick(1_000);
    at(v6(1)).failed(new Error("refused"));
    deepStrictEqual(said, ["try 2001:db8::1", "cancel 2001:db8::1"]);
  });
});
