import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { canonicalHost, hostCovers, hostFault, hostMatches } from "./hosts.ts";

describe("what is wrong with a host", () => {
  const name = 'a host name such as "example.com", "*.example.com" or "*"';
  // biome-ignore format: a table is read by columns
  const rows = [
    ["*",                    undefined],
    ["localhost",            undefined],
    ["Example.com.",         undefined],
    ["*.example.com",        undefined],
    ["127.0.0.1",            undefined],
    ["::1",                  undefined],
    ["[::1]",                undefined],
    ["http://example.com",   "a host alone, without scheme or path"],
    ["example.com/x",        "a host alone, without scheme or path"],
    ["example.com:80",       'a host without its port, such as "example.com"; ports belong to `listen`'],
    ["[::1]:80",             'a host without its port, such as "[::1]"; ports belong to `listen`'],
    ["a.*.com",              'a "*" only as the whole host or as the first label, such as "*.example.com"'],
    ["*.::1",                "an address without a wildcard"],
    ["[::1",                 'an IPv6 address such as "2001:db8::1"'],
    ["1:2:3",                'an IPv6 address such as "2001:db8::1"'],
    ["",                     name],
    ["-a.com",               name],
    ["a..com",               name],
    ["bücher.example",       `${name}, here "xn--bcher-kva.example"`],
    ["*.bücher.example",     `${name}, here "*.xn--bcher-kva.example"`],
  ] as const;
  for (const [host, fault] of rows) {
    it(host === "" ? "(empty)" : host, () => strictEqual(hostFault(host), fault));
  }
});

describe("the one spelling of a host", () => {
  const rows = [
    ["Example.COM.", "example.com"],
    ["[2001:DB8::1]", "2001:db8::1"],
    ["0:0:0:0:0:0:0:1", "::1"],
    ["*.A.test", "*.a.test"],
  ] as const;
  for (const [host, wanted] of rows) {
    it(host, () => strictEqual(canonicalHost(host), wanted));
  }
});

describe("hosts that a pattern means", () => {
  // biome-ignore format: a table is read by columns
  const rows = [
    // pattern           host                 matches  covers
    ["example.com",      "example.com",       true,    true],
    ["example.com",      "example.com.",      true,    false],
    ["example.com",      "www.example.com",   false,   false],
    ["*.example.com",    "www.example.com",   true,    true],
    ["*.example.com",    "a.b.example.com",   true,    true],
    ["*.example.com",    "example.com",       false,   false],
    ["*.example.com",    "badexample.com",    false,   false],
    ["*",                "example.com",       true,    true],
    ["*",                "",                  true,    true],
  ] as const;
  for (const [pattern, host, matches, covers] of rows) {
    it(`${pattern} and "${host}"`, () =>
      deepStrictEqual([hostMatches(pattern, host), hostCovers(pattern, host)], [matches, covers]));
  }
  it("a wildcard covers a longer one", () => strictEqual(hostCovers("*.a.test", "*.b.a.test"), true));
  it("a wildcard is not covered by a longer one", () =>
    strictEqual(hostCovers("*.b.a.test", "*.a.test"), false));
  it("everything is covered by * only", () => strictEqual(hostCovers("*.a.test", "*"), false));
});
