import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { tunnelObjections } from "./tunnel-load.ts";

describe("tunnelObjections", () => {
  const scenario = { connections: 16, message: 4096 };
  const good = {
    octets: 1e6,
    tunnels: 16,
    failed: 0,
    fault: undefined,
    seconds: 1,
    latency: { p50: 1, p99: 2 },
  };
  const rows = [
    ["has none where all echoed", good, []],
    [
      "minds tunnels that failed",
      { ...good, tunnels: 15, failed: 1, fault: "no tunnel: HTTP/1.1 400 Bad Request" },
      ["1 tunnels failed: no tunnel: HTTP/1.1 400 Bad Request", "15 tunnels were open, expected 16"],
    ],
    ["minds an echo that never came", { ...good, octets: 9 }, ["9 octets came back"]],
  ] as const;

  for (const [rule, report, expected] of rows) {
    it(rule, () => deepStrictEqual(tunnelObjections(scenario, report), [...expected]));
  }
});
