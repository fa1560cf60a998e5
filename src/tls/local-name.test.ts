import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { certificateName, isLocalName } from "./local-name.ts";

describe("isLocalName", () => {
  // biome-ignore format: a table is read by columns
  const rows = [
    ["localhost",             true,  "RFC 6761 §6.3"],
    ["LocalHost.",            true,  "in capitals, with its final dot"],
    ["app.localhost",         true,  "RFC 6761 §6.3"],
    ["*.app.localhost",       true,  "a wildcard of one"],
    ["shop.test",             true,  "RFC 6761 §6.2"],
    ["printer.local",         true,  "RFC 6762 §3"],
    ["db.corp.internal",      true,  "reserved for private use"],
    ["nas.home.arpa",         true,  "RFC 8375"],
    ["devbox",                true,  "one label"],
    ["127.0.0.1",             true,  "loopback"],
    ["127.9.9.9",             true,  "loopback, all of it"],
    ["[::1]",                 true,  "loopback in brackets"],
    ["10.1.2.3",              true,  "RFC 1918"],
    ["172.31.0.1",            true,  "RFC 1918"],
    ["192.168.178.20",        true,  "RFC 1918"],
    ["169.254.1.1",           true,  "RFC 3927"],
    ["100.64.0.1",            true,  "RFC 6598"],
    ["fd12::1",               true,  "RFC 4193"],
    ["fe80::1%eth0",          true,  "RFC 4291 §2.5.6, with a zone"],
    ["::ffff:192.168.1.1",    true,  "IPv4 in IPv6"],
    ["example.com",           false, "anybody's"],
    ["localhost.example.com", false, "only begins so"],
    ["mylocalhost.com",       false, "only contains it"],
    ["arpa.home.example",     false, "another zone"],
    ["172.32.0.1",            false, "just outside RFC 1918"],
    ["8.8.8.8",               false, "public"],
    ["2001:4860:4860::8888",  false, "public"],
    ["0.0.0.0",               false, "no address of a host"],
    ["::",                    false, "no address of a host"],
    ["*",                     false, "every host"],
    ["",                      false, "no host"],
    ["localhost:8443",        false, "with a port"],
    ["a b",                   false, "no name"],
    ["-a.test",               false, "no name"],
    ["1.2.3",                 false, "part of an address"],
  ] as const;
  for (const [host, local, why] of rows) {
    it(`${JSON.stringify(host)}: ${local} (${why})`, () => strictEqual(isLocalName(host), local));
  }
});

describe("certificateName (RFC 5280 §4.2.1.6)", () => {
  // biome-ignore format: a table is read by columns
  const rows = [
    ["Example.COM.",        { type: "dns", value: "example.com" }],
    ["*.Example.com",       { type: "dns", value: "*.example.com" }],
    ["bücher.test",         { type: "dns", value: "xn--bcher-kva.test" }],
    ["_service.test",       { type: "dns", value: "_service.test" }],
    ["[2001:DB8:0:0::1]",   { type: "ip", value: "2001:db8::1" }],
    ["::ffff:10.0.0.1",     { type: "ip", value: "10.0.0.1" }],
    ["a.*.test",            undefined],
    ["*",                   undefined],
    ["a..b",                undefined],
    ["a/b",                 undefined],
    [`${"a".repeat(64)}.test`, undefined],
    [`${"a.".repeat(126)}ab`, undefined],
    [`${"a.".repeat(126)}a`, { type: "dns", value: `${"a.".repeat(126)}a` }],
  ] as const;
  for (const [host, name] of rows) {
    it(host.slice(0, 40), () => deepStrictEqual(certificateName(host), name));
  }
});
