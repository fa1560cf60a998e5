import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { alternativeNames, covers } from "./names.ts";

describe("which hosts a certificate vouches for (RFC 9525 §6.3)", () => {
  // biome-ignore format: a table is read by columns
  const rows = [
    // names                            host               covered
    [["a.test"],                        "a.test",          true],
    [["a.test"],                        "b.a.test",        false],
    [["*.a.test"],                      "b.a.test",        true],
    [["*.a.test"],                      "a.test",          false],
    [["*.a.test"],                      "c.b.a.test",      false],
    [["*.a.test"],                      ".a.test",         false],
    [["*"],                             "localhost",       false],
    [["*.0.0.1"],                       "127.0.0.1",       false],
    [["127.0.0.1", "::1"],              "127.0.0.1",       true],
    [["127.0.0.1", "::1"],              "0:0:0:0:0:0:0:1", true],
    [["a.test"],                        "a.test.",         true],
    [[],                                "a.test",          false],
  ] as const;
  for (const [names, host, covered] of rows) {
    it(`${names.join(", ") || "nothing"}: ${host}`, () => strictEqual(covers(names, host), covered));
  }
});

describe("a subjectAltName as OpenSSL prints it", () => {
  // biome-ignore format: a table is read by columns
  const rows = [
    [undefined,                                   []],
    ["DNS:a.test, IP Address:127.0.0.1",          [{ type: "DNS", value: "a.test" }, { type: "IP Address", value: "127.0.0.1" }]],
    ["IP Address:0:0:0:0:0:0:0:1, DNS:b.test",    [{ type: "IP Address", value: "0:0:0:0:0:0:0:1" }, { type: "DNS", value: "b.test" }]],
    ['DNS:"evil.test, DNS:good.test", DNS:c.test', [{ type: "DNS", value: "evil.test, DNS:good.test" }, { type: "DNS", value: "c.test" }]],
    ['DNS:"\\u001b[2Ja.test"',                     [{ type: "DNS", value: "\\1B[2Ja.test" }]],
    ["email:ann@a.test, URI:https://a.test/",     [{ type: "email", value: "ann@a.test" }, { type: "URI", value: "https://a.test/" }]],
  ] as const;
  for (const [text, names] of rows) {
    it(String(text), () => deepStrictEqual(alternativeNames(text), names));
  }
});
