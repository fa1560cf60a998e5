/** What a group answers by itself, whatever its upstreams do. */
import type { FaultTable } from "../../message/index.ts";

export const faults: FaultTable<"unavailable" | "badAnswer" | "tooSlow" | "cancelled"> = {
  unavailable: { status: 503, scope: "message", source: "RFC 9110 §15.6.4" },
  badAnswer: { status: 502, scope: "message", source: "RFC 9110 §15.6.3" },
  tooSlow: { status: 504, scope: "message", source: "RFC 9110 §15.6.5" },
  cancelled: { status: 500, scope: "stream", source: "RFC 9110 §7.6" },
};
