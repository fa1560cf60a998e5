import { strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { nodeAddress, plainIp } from "./ip-address.ts";

describe("plainIp", () => {
  const rows = [
    ["192.0.2.1", "192.0.2.1"],
    ["192.0.2", undefined],
    ["192.0.2.256", undefined],
    ["192.0.2.01", undefined],
    ["0x7f.0.0.1", undefined],
    ["2130706433", undefined],
    ["2001:0DB8::0001", "2001:db8::1"],
    ["::1", "::1"],
    ["::FFFF:10.0.0.1", "10.0.0.1"],
    ["::ffff:a00:1", "10.0.0.1"],
    ["fe80::1%lo", "fe80::1"],
    ["1::2::3", undefined],
    ["", undefined],
    [" 192.0.2.1", undefined],
    ["a.test", undefined],
  ] as const;
  for (const [text, address] of rows) {
    it(`${JSON.stringify(text)} is ${address}`, () => strictEqual(plainIp(text), address));
  }
});

describe("nodeAddress (RFC 7239 §6)", () => {
  const rows = [
    ["192.0.2.1", "192.0.2.1"],
    ["192.0.2.1:47011", "192.0.2.1"],
    ["192.0.2.1:_port", "192.0.2.1"],
    ["192.0.2.1:", undefined],
    ["192.0.2.1:http", undefined],
    ["2001:db8::1", "2001:db8::1"],
    ["[2001:db8::1]", "2001:db8::1"],
    ["[2001:db8::1]:443", "2001:db8::1"],
    ["[2001:db8::1]x", undefined],
    ["[2001:db8::1", undefined],
    ["[192.0.2.1]", undefined],
    ["[]", undefined],
    ["unknown", undefined],
    ["_hidden", undefined],
    ["_hidden:_port", undefined],
    ['"192.0.2.1"', undefined],
    ["192.0.2.1, 192.0.2.2", undefined],
    ["", undefined],
  ] as const;
  for (const [text, address] of rows) {
    it(`${JSON.stringify(text)} is of ${address}`, () => strictEqual(nodeAddress(text), address));
  }
  it("answers what it would answer for its answer", () =>
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string()), (text) => {
        const address = nodeAddress(text);
        strictEqual(nodeAddress(address ?? ""), address);
      }),
    ));
});
