import { strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { formatProxyStatus, type ProxyStatus } from "./proxy-status.ts";

describe("formatProxyStatus (RFC 9209 §2)", () => {
  const rows: readonly (readonly [ProxyStatus, string])[] = [
    [{ by: "sluice" }, "sluice"],
    [{ by: "sluice", error: "connection_timeout" }, "sluice; error=connection_timeout"],
    [{ by: "sluice", nextHop: "backend.example.org:8001" }, "sluice; next-hop=backend.example.org:8001"],
    [{ by: "sluice", nextHop: "192.0.2.1" }, 'sluice; next-hop="192.0.2.1"'],
    [{ by: "sluice", nextProtocol: "http/1.1" }, "sluice; next-protocol=http/1.1"],
    [
      { by: "sluice", nextProtocol: "h2", receivedStatus: 421 },
      "sluice; next-protocol=h2; received-status=421",
    ],
    [{ by: "my edge" }, '"my edge"'],
    [{ by: "1st" }, '"1st"'],
    [{ by: "s", details: 'it said "no\\"\n' }, 's; details="it said \\"no\\\\\\""'],
    [{ by: "s", details: "bäd" }, 's; details="bd"'],
  ];
  for (const [status, text] of rows) {
    it(text, () => strictEqual(formatProxyStatus(status), text));
  }
});
