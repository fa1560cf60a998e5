import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { handshakeObjections } from "./handshake-load.ts";

describe("handshakeObjections", () => {
  const good = {
    handshakes: 900,
    resumed: 0,
    failed: 0,
    fault: undefined,
    settled: ["TLSv1.3 TLS_AES_128_GCM_SHA256"],
    seconds: 2,
    latency: { p50: 8, p99: 20 },
  };
  const rows = [
    ["a clean round", false, {}, []],
    ["a clean round of resumed ones", true, { resumed: 900 }, []],
    ["none at all", false, { handshakes: 0 }, ["no handshake was finished"]],
    ["failed ones", false, { failed: 2, fault: "socket hang up" }, ["2 handshakes failed: socket hang up"]],
    ["full ones among the resumed", true, { resumed: 899 }, ["899 of 900 resumed a session, expected 900"]],
    ["resumed ones among the full", false, { resumed: 1 }, ["1 of 900 resumed a session, expected 0"]],
    [
      "an older TLS",
      false,
      { settled: ["TLSv1.3 TLS_AES_128_GCM_SHA256", "TLSv1.2 ECDHE-ECDSA-AES128-GCM-SHA256"] },
      ["TLSv1.2 ECDHE-ECDSA-AES128-GCM-SHA256, expected TLSv1.3"],
    ],
  ] as const;

  for (const [rule, resumed, change, expected] of rows) {
    it(rule, () => deepStrictEqual(handshakeObjections({ resumed }, { ...good, ...change }), expected));
  }
});
