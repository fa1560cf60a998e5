import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { type Endpoint, HttpRequest } from "../message/index.ts";
import { trustedPeers } from "../routes/index.ts";
import { Beliefs } from "./believed.ts";

const peer: Endpoint = { address: "10.0.0.1", port: 4000, family: "ipv4" };

describe("Beliefs", () => {
  const rows: readonly (readonly [string, Readonly<Record<string, string>>, Endpoint, "http" | "https"])[] = [
    ["who says nothing is the client", {}, peer, "http"],
    [
      "the nearest that is not trusted is the client",
      { "x-forwarded-for": "1.2.3.4, 203.0.113.9, 10.0.0.7", "x-forwarded-proto": "https" },
      { address: "203.0.113.9", port: 0, family: "ipv4" },
      "https",
    ],
    [
      "an IPv6 client by Forwarded",
      { forwarded: 'for="[2001:db8::1]";proto=https' },
      { address: "2001:db8::1", port: 0, family: "ipv6" },
      "https",
    ],
  ];
  for (const [rule, fields, client, scheme] of rows) {
    it(rule, () => {
      const beliefs = new Beliefs(trustedPeers(["10.0.0.0/8"]));
      const believed = beliefs.clientOf(HttpRequest.make("/", { fields }), peer);
      deepStrictEqual(
        [beliefs.trusts(peer), believed.client, believed.request.scheme],
        [true, client, scheme],
      );
    });
  }

  it("believes nobody unless told", () => {
    const beliefs = new Beliefs(trustedPeers([]));
    deepStrictEqual(
      [peer, { address: "127.0.0.1", port: 1, family: "ipv4" } as const].map((each) => beliefs.trusts(each)),
      [false, false],
    );
  });
});
