import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { formatHost, parseHost } from "./host.ts";

describe("parseHost (RFC 9110 §7.2, RFC 3986 §3.2.2)", () => {
  const rows = [
    // rule                                     text                     host              port
    ["a name", "example.com", "example.com", undefined],
    ["letters fold to lower case", "EXAMPLE.Com:80", "example.com", 80],
    ["a port", "example.com:8080", "example.com", 8080],
    ["an empty port is none", "example.com:", "example.com", undefined],
    ["an IPv4 address", "127.0.0.1:1", "127.0.0.1", 1],
    ["an IPv6 address", "[::1]", "::1", undefined],
    ["an IPv6 address at length", "[0:0:0:0:0:0:0:1]", "::1", undefined],
    ["an IPv6 address with IPv4", "[::FFFF:1.2.3.4]", "::ffff:102:304", undefined],
    ["an IPv6 address and port", "[2001:DB8::1]:443", "2001:db8::1", 443],
    ["no host at all", "", "", undefined],
    ["percent-encoding", "a%20b", "a%20b", undefined],
    ["underscores and sub-delims", "a_b!$&'()*+,;=", "a_b!$&'()*+,;=", undefined],
  ] as const;
  for (const [rule, text, host, port] of rows) {
    it(rule, () => deepStrictEqual(parseHost(text), { host, port }));
  }

  const refused = [
    "user@example.com",
    "a b",
    "a/b",
    "a?b",
    "a#b",
    "a\\b",
    "a:b",
    "a:1:2",
    "a:65536",
    "a:-1",
    "a:+1",
    "a: 1",
    "[::1",
    "::1",
    "[::1]x",
    "[::1]:x",
    "[fe80::1%25eth0]",
    "[1.2.3.4]",
    "[]",
    "a%2",
    "a%zz",
    "\u00e9",
    "a\u0000",
    "<a>",
    "a,b ",
  ];
  for (const text of refused) {
    it(`refuses ${JSON.stringify(text)}`, () => strictEqual(parseHost(text), undefined));
  }

  it("formats what it parsed", () => {
    for (const text of ["a", "a:1", "[::1]:2", "[::1]"]) {
      strictEqual(formatHost(parseHost(text) ?? { host: "?", port: 0 }), text);
    }
  });
});
