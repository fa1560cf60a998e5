import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { type Endpoint, type FieldLine, Fields } from "../../message/index.ts";
import { addClientFields, type ForwardedFamily, type InboundHop } from "./client-fields.ts";

const v4 = (address: string): Endpoint => ({ address, port: 5, family: "ipv4" });
const peer = v4("10.0.0.2");
const unix: Endpoint = { address: "/run/front.sock", port: 0, family: "unix" };

function sent(
  lines: readonly FieldLine[],
  change: Partial<InboundHop>,
  family: ForwardedFamily = "both",
): Readonly<Record<string, string>> {
  const out: string[] = [];
  const hop = {
    peer,
    client: peer,
    trustsPeer: false,
    scheme: "http",
    authority: "a.test",
    ...change,
  } as const;
  addClientFields(out, Fields.of(...lines), hop, family);
  return Object.fromEntries(
    Array.from({ length: out.length / 2 }, (_, at) => [out[at * 2], out[at * 2 + 1]]),
  );
}

describe("from an untrusted peer everything is ours", () => {
  // biome-ignore format: a table
  const rows: readonly (readonly [rule: string, lines: readonly FieldLine[], hop: Partial<InboundHop>, family: ForwardedFamily, sent: Readonly<Record<string, string>>])[] = [
    ["both families", [], {}, "both", {
      forwarded: "for=10.0.0.2;host=a.test;proto=http", "x-forwarded-for": "10.0.0.2", "x-forwarded-proto": "http",
      "x-forwarded-host": "a.test", "x-forwarded-port": "80", "x-real-ip": "10.0.0.2" }],
    ["what it says counts for nothing", [["forwarded", "for=1.1.1.1"], ["x-forwarded-for", "1.1.1.1"], ["x-forwarded-proto", "https"], ["x-forwarded-host", "evil.test"]], {}, "x-forwarded", {
      "x-forwarded-for": "10.0.0.2", "x-forwarded-proto": "http", "x-forwarded-host": "a.test", "x-forwarded-port": "80", "x-real-ip": "10.0.0.2" }],
    ["Forwarded alone", [], { scheme: "https" }, "forwarded", { forwarded: "for=10.0.0.2;host=a.test;proto=https" }],
    ["none", [["x-forwarded-for", "1.1.1.1"]], {}, "none", {}],
    ["IPv6 in brackets and quotes, in Forwarded only", [], { peer: { address: "2001:db8::1", port: 1, family: "ipv6" }, client: { address: "2001:db8::1", port: 1, family: "ipv6" } }, "both", {
      forwarded: 'for="[2001:db8::1]";host=a.test;proto=http', "x-forwarded-for": "2001:db8::1", "x-forwarded-proto": "http",
      "x-forwarded-host": "a.test", "x-forwarded-port": "80", "x-real-ip": "2001:db8::1" }],
    ["IPv4 of a socket for both", [], { peer: { address: "::ffff:10.0.0.2", port: 1, family: "ipv6" }, client: { address: "::ffff:10.0.0.2", port: 1, family: "ipv6" } }, "x-forwarded", {
      "x-forwarded-for": "10.0.0.2", "x-forwarded-proto": "http", "x-forwarded-host": "a.test", "x-forwarded-port": "80", "x-real-ip": "10.0.0.2" }],
    ["the port asked for", [], { authority: "a.test:8443", scheme: "https" }, "both", {
      forwarded: 'for=10.0.0.2;host="a.test:8443";proto=https', "x-forwarded-for": "10.0.0.2", "x-forwarded-proto": "https",
      "x-forwarded-host": "a.test:8443", "x-forwarded-port": "8443", "x-real-ip": "10.0.0.2" }],
    ["no host was named", [], { authority: "", scheme: "https" }, "both", {
      forwarded: "for=10.0.0.2;proto=https", "x-forwarded-for": "10.0.0.2", "x-forwarded-proto": "https", "x-forwarded-port": "443", "x-real-ip": "10.0.0.2" }],
    ["a Unix socket has no address", [["x-forwarded-for", "1.1.1.1"]], { peer: unix, client: unix }, "both", {
      forwarded: "for=unknown;host=a.test;proto=http", "x-forwarded-proto": "http", "x-forwarded-host": "a.test", "x-forwarded-port": "80" }],
  ];
  for (const [rule, lines, hop, family, wanted] of rows) {
    it(rule, () => deepStrictEqual(sent(lines, hop, family), wanted));
  }
});

describe("what a trusted peer says is extended", () => {
  const trusted = { trustsPeer: true, client: v4("192.0.2.7") };
  // biome-ignore format: a table
  const rows: readonly (readonly [rule: string, lines: readonly FieldLine[], hop: Partial<InboundHop>, sent: Readonly<Record<string, string>>])[] = [
    ["nothing said", [], { ...trusted, client: peer }, {
      forwarded: "for=10.0.0.2;host=a.test;proto=http", "x-forwarded-for": "10.0.0.2", "x-forwarded-proto": "http",
      "x-forwarded-host": "a.test", "x-forwarded-port": "80", "x-real-ip": "10.0.0.2" }],
    ["X-Forwarded-For: Forwarded is made of it", [["x-forwarded-for", "192.0.2.7"], ["x-forwarded-proto", "https"], ["x-forwarded-host", "www.test"]], trusted, {
      forwarded: "for=192.0.2.7;host=www.test;proto=https, for=10.0.0.2;host=a.test;proto=http",
      "x-forwarded-for": "192.0.2.7, 10.0.0.2", "x-forwarded-proto": "https", "x-forwarded-host": "www.test", "x-forwarded-port": "443", "x-real-ip": "192.0.2.7" }],
    ["several nodes, in two lines", [["x-forwarded-for", "192.0.2.7"], ["x-forwarded-for", "2001:db8::5"]], trusted, {
      forwarded: 'for=192.0.2.7;proto=http, for="[2001:db8::5]", for=10.0.0.2;host=a.test;proto=http',
      "x-forwarded-for": "192.0.2.7, 2001:db8::5, 10.0.0.2", "x-forwarded-proto": "http", "x-forwarded-host": "a.test", "x-forwarded-port": "80", "x-real-ip": "192.0.2.7" }],
    ["a port that is said stays", [["x-forwarded-for", "192.0.2.7"], ["x-forwarded-port", "8443"]], trusted, {
      forwarded: "for=192.0.2.7;proto=http, for=10.0.0.2;host=a.test;proto=http",
      "x-forwarded-for": "192.0.2.7, 10.0.0.2", "x-forwarded-proto": "http", "x-forwarded-host": "a.test", "x-forwarded-port": "8443", "x-real-ip": "192.0.2.7" }],
    ["Forwarded: X-Forwarded-* is made of it", [["forwarded", "for=192.0.2.7;host=www.test;proto=https"]], trusted, {
      forwarded: "for=192.0.2.7;host=www.test;proto=https, for=10.0.0.2;host=a.test;proto=http",
      "x-forwarded-for": "192.0.2.7, 10.0.0.2", "x-forwarded-proto": "https", "x-forwarded-host": "www.test", "x-forwarded-port": "443", "x-real-ip": "192.0.2.7" }],
    ["Forwarded of several: the client's own element tells scheme and host", [["forwarded", "for=6.6.6.6;proto=ftp;host=evil.test, for=192.0.2.7;host=www.test;proto=https, for=10.0.0.1;proto=http"]], trusted, {
      forwarded: "for=6.6.6.6;proto=ftp;host=evil.test, for=192.0.2.7;host=www.test;proto=https, for=10.0.0.1;proto=http, for=10.0.0.2;host=a.test;proto=http",
      "x-forwarded-for": "6.6.6.6, 192.0.2.7, 10.0.0.1, 10.0.0.2", "x-forwarded-proto": "https", "x-forwarded-host": "www.test", "x-forwarded-port": "443", "x-real-ip": "192.0.2.7" }],
    ["both, and they agree: both grow", [["x-forwarded-for", "192.0.2.7"], ["forwarded", "for=192.0.2.7;by=_edge;proto=https"]], trusted, {
      forwarded: "for=192.0.2.7;by=_edge;proto=https, for=10.0.0.2;host=a.test;proto=http",
      "x-forwarded-for": "192.0.2.7, 10.0.0.2", "x-forwarded-proto": "https", "x-forwarded-host": "a.test", "x-forwarded-port": "443", "x-real-ip": "192.0.2.7" }],
    ["both, and Forwarded is the client's own forgery: it goes", [["x-forwarded-for", "192.0.2.7"], ["x-forwarded-proto", "https"], ["forwarded", "for=127.0.0.1;host=evil.test"]], trusted, {
      forwarded: "for=192.0.2.7;proto=https, for=10.0.0.2;host=a.test;proto=http",
      "x-forwarded-for": "192.0.2.7, 10.0.0.2", "x-forwarded-proto": "https", "x-forwarded-host": "a.test", "x-forwarded-port": "443", "x-real-ip": "192.0.2.7" }],
    ["Forwarded that cannot be read", [["forwarded", "for=192.0.2.7;for=6.6.6.6"]], { ...trusted, client: peer }, {
      forwarded: "for=unknown;proto=http, for=10.0.0.2;host=a.test;proto=http",
      "x-forwarded-for": "unknown, 10.0.0.2", "x-forwarded-proto": "http", "x-forwarded-host": "a.test", "x-forwarded-port": "80", "x-real-ip": "10.0.0.2" }],
    ["the peer came by another scheme than its client", [["x-forwarded-for", "192.0.2.7"], ["x-forwarded-proto", "https"]], { ...trusted, scheme: "https", peerScheme: "http" }, {
      forwarded: "for=192.0.2.7;proto=https, for=10.0.0.2;host=a.test;proto=http",
      "x-forwarded-for": "192.0.2.7, 10.0.0.2", "x-forwarded-proto": "https", "x-forwarded-host": "a.test", "x-forwarded-port": "443", "x-real-ip": "192.0.2.7" }],
    ["an empty list says nothing", [["x-forwarded-for", ""]], { ...trusted, client: peer }, {
      forwarded: "for=10.0.0.2;host=a.test;proto=http", "x-forwarded-for": "10.0.0.2", "x-forwarded-proto": "http",
      "x-forwarded-host": "a.test", "x-forwarded-port": "80", "x-real-ip": "10.0.0.2" }],
    ["of very many nodes, Forwarded names the nearest 64", [["x-forwarded-for", "6.6.6.6, ".repeat(5_000) + "192.0.2.7"]], trusted, {
      forwarded: `${"for=6.6.6.6, ".repeat(63).replace("6.6.6.6", "6.6.6.6;proto=http")}for=192.0.2.7, for=10.0.0.2;host=a.test;proto=http`,
      "x-forwarded-for": `${"6.6.6.6, ".repeat(5_000)}192.0.2.7, 10.0.0.2`, "x-forwarded-proto": "http",
      "x-forwarded-host": "a.test", "x-forwarded-port": "80", "x-real-ip": "192.0.2.7" }],
    ["X-Real-IP is not believed: it tells no chain", [["x-real-ip", "6.6.6.6"]], { ...trusted, client: peer }, {
      forwarded: "for=10.0.0.2;host=a.test;proto=http", "x-forwarded-for": "10.0.0.2", "x-forwarded-proto": "http",
      "x-forwarded-host": "a.test", "x-forwarded-port": "80", "x-real-ip": "10.0.0.2" }],
    ["further ones of the family are passed on", [["x-forwarded-prefix", "/shop"], ["x-forwarded-ssl", "on"]], { ...trusted, client: peer }, {
      forwarded: "for=10.0.0.2;host=a.test;proto=http", "x-forwarded-for": "10.0.0.2", "x-forwarded-proto": "http",
      "x-forwarded-host": "a.test", "x-forwarded-port": "80", "x-real-ip": "10.0.0.2", "x-forwarded-prefix": "/shop", "x-forwarded-ssl": "on" }],
    ["a trusted Unix socket adds no address", [["x-forwarded-for", "192.0.2.7"]], { ...trusted, peer: unix }, {
      forwarded: "for=192.0.2.7;proto=http, for=unknown;host=a.test;proto=http",
      "x-forwarded-for": "192.0.2.7", "x-forwarded-proto": "http", "x-forwarded-host": "a.test", "x-forwarded-port": "80", "x-real-ip": "192.0.2.7" }],
  ];
  for (const [rule, lines, hop, wanted] of rows) {
    it(rule, () => deepStrictEqual(sent(lines, hop), wanted));
  }
  it("with none of our own it goes on as it is", () =>
    deepStrictEqual(
      sent(
        [
          ["x-forwarded-for", "192.0.2.7"],
          ["forwarded", "for=a"],
          ["x-real-ip", "b"],
        ],
        trusted,
        "none",
      ),
      {
        "x-forwarded-for": "192.0.2.7",
        forwarded: "for=a",
        "x-real-ip": "b",
      },
    ));
});
