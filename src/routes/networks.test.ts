import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { addressBits, networkCovers, networkFault, networkHas, parseNetwork } from "./networks.ts";

describe("addresses within a network (RFC 4632, RFC 4291)", () => {
  // biome-ignore format: a table is read by columns
  const rows = [
    // network             within                                                      without
    ["127.0.0.1",          ["127.0.0.1", "::ffff:127.0.0.1"],                          ["127.0.0.2", "::1", "/run/a.sock", ""]],
    ["10.0.0.0/8",         ["10.0.0.0", "10.255.255.255", "::ffff:a01:203"],           ["11.0.0.0", "::a00:1"]],
    ["192.168.16.0/20",    ["192.168.16.1", "192.168.31.255"],                         ["192.168.32.0", "192.168.15.255"]],
    ["0.0.0.0/0",          ["0.0.0.0", "255.255.255.255"],                             ["::1"]],
    ["::/0",               ["::1", "1.2.3.4", "fe80::1%eth0"],                         ["memory"]],
    ["2001:db8::/33",      ["2001:db8:0:1::", "2001:db8:7fff::"],                      ["2001:db8:8000::", "2001:db9::"]],
    ["::ffff:10.0.0.0/104", ["10.1.2.3"],                                              ["11.1.2.3"]],
  ] as const;
  for (const [network, within, without] of rows) {
    it(network, () => {
      const parsed = parseNetwork(network);
      const has = (address: string): boolean => {
        const bits = addressBits(address);
        return bits !== undefined && networkHas(parsed, bits);
      };
      deepStrictEqual([...within, ...without].filter(has), within);
    });
  }

  it("a network covers a longer one within", () => {
    const covers = (outer: string, inner: string): boolean =>
      networkCovers(parseNetwork(outer), parseNetwork(inner));
    deepStrictEqual(
      [
        covers("10.0.0.0/8", "10.1.0.0/16"),
        covers("10.1.0.0/16", "10.0.0.0/8"),
        covers("::/0", "10.0.0.0/8"),
      ],
      [true, false, true],
    );
  });
});

describe("what is wrong with a network", () => {
  const form = 'an address or network such as "127.0.0.1", "10.0.0.0/8" or "2001:db8::/32"';
  // biome-ignore format: a table is read by columns
  const rows = [
    ["10.0.0.0/8",     undefined],
    ["::1",            undefined],
    ["10.0.0.0/33",    form],
    ["::/129",         form],
    ["10.0.0.0/",      form],
    ["10.0.0",         form],
    ["localhost",      form],
    ["[::1]",          form],
    ["10.1.2.3/8",     'a network without bits beyond its length: "10.0.0.0/8"'],
    ["2001:db8::1/32", 'a network without bits beyond its length: "2001:db8::/32"'],
  ] as const;
  for (const [text, fault] of rows) {
    it(text, () => strictEqual(networkFault(text), fault));
  }
});
