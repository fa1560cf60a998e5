import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import type { Endpoint } from "../message/index.ts";
import { trustedPeers, trustFault, trusts } from "./trusted-peers.ts";

function peer(address: string): Endpoint {
  if (address.startsWith("/")) {
    return { address, port: 0, family: "unix" };
  }
  const family = address === "memory" ? "memory" : address.includes(":") ? "ipv6" : "ipv4";
  return { address, port: 0, family };
}

describe("trusted peers", () => {
  // biome-ignore format: a table is read by columns
  const rows = [
    // trustedProxies                 trusted                                             not trusted
    [[],                              [],                                                 ["127.0.0.1", "::1", "/run/a.sock", "memory"]],
    [["10.0.0.0/8", "192.0.2.7"],     ["10.1.2.3", "192.0.2.7", "::ffff:10.1.2.3"],       ["192.0.2.8", "11.0.0.1", "/10.0.0.1"]],
    [["2001:db8::/32"],               ["2001:db8::1", "2001:db8::1%eth0"],                ["2001:db9::1", "32.1.13.184"]],
    [["unix"],                        ["/run/a.sock"],                                    ["127.0.0.1", "memory"]],
    [["private"],                     ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "127.0.0.1", "169.254.1.1", "::1", "fd00::1", "fe80::1%eth0"],
                                      ["172.32.0.1", "172.15.255.255", "100.64.0.1", "192.0.2.1", "2001:db8::1", "/run/a.sock", "memory"]],
    [["private", "unix", "192.0.2.1"], ["10.0.0.1", "/run/a.sock", "192.0.2.1"],          ["192.0.2.2"]],
  ] as const;
  for (const [lines, trusted, not] of rows) {
    it(lines.length === 0 ? "nobody" : lines.join(", "), () => {
      const peers = trustedPeers(lines);
      deepStrictEqual(
        [...trusted, ...not].filter((address) => trusts(peers, peer(address))),
        trusted,
      );
    });
  }
});

describe("what is wrong with an entry of trustedProxies", () => {
  const form =
    'an address or network such as "127.0.0.1", "10.0.0.0/8" or "2001:db8::/32", "private" or "unix"';
  // biome-ignore format: a table is read by columns
  const rows = [
    ["private",         undefined],
    ["unix",            undefined],
    ["10.0.0.0/8",      undefined],
    ["::1",             undefined],
    ["proxy.test",      form],
    ["10.0.0.0/40",     form],
    ["Private",         form],
    ["10.0.0.1/8",      'a network without bits beyond its length: "10.0.0.0/8"'],
  ] as const;
  for (const [text, fault] of rows) {
    it(text, () => strictEqual(trustFault(text), fault));
  }
});
