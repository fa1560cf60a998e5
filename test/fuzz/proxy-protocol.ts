/** Fuzz target: whatever a connection begins with, the reader of PROXY headers says one thing about it, however it arrives. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Endpoint } from "../../src/message/index.ts";
import {
  encodeProxyHeader,
  mostHeaderOctets,
  type ProxyReading,
  readProxyHeader,
} from "../../src/protocol/proxy-protocol/index.ts";
import { Random } from "../support/random.ts";
import type { FuzzTarget } from "./target.ts";

const ends: readonly (readonly [source: Endpoint | undefined, destination: Endpoint])[] = [
  [
    { address: "192.0.2.1", port: 56_324, family: "ipv4" },
    { address: "198.51.100.7", port: 443, family: "ipv4" },
  ],
  [
    { address: "2001:db8::1", port: 1, family: "ipv6" },
    { address: "2001:db8::2", port: 65_535, family: "ipv6" },
  ],
  [undefined, { address: "198.51.100.7", port: 443, family: "ipv4" }],
];

/** With further facts behind the addresses: NOOP, and a checksum that is wrong. */
const withFacts = "0d0a0d0a000d0a515549540a2111001ac0000201c6336407dc0401bb04000300000003000412345678";
const unixSockets = `0d0a0d0a000d0a515549540a213100d8${"2f72756e".padEnd(432, "0")}`;

const seeds: readonly string[] = [
  ...ends.flatMap(([source, destination]) =>
    ([1, 2] as const).map((version) =>
      Buffer.from(encodeProxyHeader(version, source, destination)).toString("latin1"),
    ),
  ),
  ...[withFacts, unixSockets].map((hex) => Buffer.from(hex, "hex").toString("latin1")),
];

export const proxyProtocolTargets: readonly FuzzTarget[] = [{ name: "proxy-protocol", seeds, examine }];

const mostDetail = 800;

function examine(input: string, seed: number): void {
  const random = new Random(seed);
  const bytes = Buffer.from(input, "latin1");
  const whole = readProxyHeader(bytes);
  if (whole.type === "incomplete") {
    ok(bytes.length < mostHeaderOctets, `${bytes.length} octets, and still no verdict`);
  }
  if (whole.type === "fault") {
    ok(whole.detail.length <= mostDetail && !/[\x00-\x1f\x7f-\x9f]/.test(whole.detail), whole.detail);
  }
  if (whole.type === "header") {
    ok(whole.octets <= bytes.length && whole.octets <= mostHeaderOctets);
    deepStrictEqual(
      readProxyHeader(bytes.subarray(0, whole.octets)),
      whole,
      "what follows made a difference",
    );
    checkReturn(whole);
  }
  for (let times = 0; times < 8; times += 1) {
    checkBeginning(bytes, random.below(bytes.length + 1), whole);
  }
}

/** Of a beginning nothing is said that the rest does not bear out. */
function checkBeginning(bytes: Buffer, length: number, whole: ProxyReading): void {
  const part = readProxyHeader(bytes.subarray(0, length));
  if (whole.type === "header") {
    strictEqual(part.type, length < whole.octets ? "incomplete" : "header", `${length} octets of a header`);
  } else if (part.type !== "incomplete") {
    strictEqual(part.type, whole.type, `${length} octets say something else than all of them`);
  }
}

/** What we write says the same in both versions. */
function checkReturn({ source, destination }: Extract<ProxyReading, { type: "header" }>): void {
  if (source === undefined || destination === undefined || source.family === "unix") {
    return;
  }
  for (const version of [1, 2] as const) {
    const again = readProxyHeader(encodeProxyHeader(version, source, destination));
    ok(again.type === "header", "our own header is none");
    deepStrictEqual([again.source, again.destination], [source, destination]);
  }
}
