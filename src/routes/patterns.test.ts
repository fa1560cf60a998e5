import { strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { hostFault, patternFault } from "./patterns.ts";

describe("what is wrong with a match", () => {
  // biome-ignore format: a table is read by columns
  const rows = [
    ["/",          undefined],
    ["/*",         undefined],
    ["/a/*",       undefined],
    ["/a/%C3%A9",  undefined],
    ["api/*",      'a path that starts with "/", such as "/api/*"'],
    ["*",          'a path that starts with "/", such as "/*"'],
    ["/a*",        'a "*" only as the whole last segment, such as "/api/*"'],
    ["/*/b",       'a "*" only as the whole last segment, such as "/api/*"'],
    ["/a?b",       "a path without query or fragment"],
    ["/é/*",       'a path as requests carry it, percent-encoded: "/%C3%A9/*"'],
    ["/a b",       'a path as requests carry it, percent-encoded: "/a%20b"'],
  ] as const;
  for (const [match, fault] of rows) {
    it(match, () => strictEqual(patternFault(match), fault));
  }
});

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
