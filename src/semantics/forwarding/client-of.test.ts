import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type FieldLine, Fields } from "../../message/index.ts";
import { type ClaimedClient, clientOf } from "./client-of.ts";

const trusts = (address: string): boolean => address.startsWith("10.") || address === "/run/front.sock";

describe("clientOf (RFC 7239 §5)", () => {
  const at = (address: string, scheme?: "http" | "https", host?: string): ClaimedClient => ({
    address,
    scheme,
    host,
  });
  // biome-ignore format: a table
  const rows: readonly (readonly [rule: string, peer: string, lines: readonly FieldLine[], client: ClaimedClient])[] = [
    ["an untrusted peer is the client, whatever it says", "6.6.6.6", [["x-forwarded-for", "1.1.1.1"], ["x-forwarded-proto", "https"], ["forwarded", "for=1.1.1.1"]], at("6.6.6.6")],
    ["a trusted one that says nothing", "10.0.0.1", [], at("10.0.0.1")],
    ["one node", "10.0.0.1", [["x-forwarded-for", "192.0.2.7"]], at("192.0.2.7")],
    ["what stands left of an untrusted node is its own word", "10.0.0.1", [["x-forwarded-for", "1.1.1.1, 192.0.2.7"]], at("192.0.2.7")],
    ["trusted ones are passed by", "10.0.0.1", [["x-forwarded-for", "1.1.1.1, 192.0.2.7, 10.0.0.3, 10.0.0.2"]], at("192.0.2.7")],
    ["all trusted: the outermost", "10.0.0.1", [["x-forwarded-for", "10.0.0.4, 10.0.0.3"]], at("10.0.0.4")],
    ["two lines are one list", "10.0.0.1", [["x-forwarded-for", "192.0.2.7"], ["x-forwarded-for", "10.0.0.3"]], at("192.0.2.7")],
    ["with ports", "10.0.0.1", [["x-forwarded-for", "192.0.2.7:1234, 10.0.0.3:80"]], at("192.0.2.7")],
    ["IPv6 in either way of writing", "10.0.0.1", [["x-forwarded-for", "[2001:DB8::0:7]:99"]], at("2001:db8::7")],
    ["IPv6, bare", "10.0.0.1", [["x-forwarded-for", "2001:db8::7"]], at("2001:db8::7")],
    ["IPv4 of a socket for both is IPv4", "10.0.0.1", [["x-forwarded-for", "192.0.2.7, ::ffff:10.0.0.3"]], at("192.0.2.7")],
    ["at what cannot be read, the one before it", "10.0.0.1", [["x-forwarded-for", "192.0.2.7, nonsense, 10.0.0.3"]], at("10.0.0.3")],
    ["nothing can be read", "10.0.0.1", [["x-forwarded-for", "nonsense"]], at("10.0.0.1")],
    ["an empty member is no address", "10.0.0.1", [["x-forwarded-for", "192.0.2.7, ,10.0.0.3"]], at("10.0.0.3")],
    ["an empty list", "10.0.0.1", [["x-forwarded-for", ""]], at("10.0.0.1")],
    ["unknown", "10.0.0.1", [["x-forwarded-for", "unknown, 10.0.0.3"]], at("10.0.0.3")],
    ["octal is no address", "10.0.0.1", [["x-forwarded-for", "010.0.0.9"]], at("10.0.0.1")],
    ["a Unix socket that is trusted", "/run/front.sock", [["x-forwarded-for", "192.0.2.7"]], at("192.0.2.7")],
    ["scheme and host", "10.0.0.1", [["x-forwarded-for", "192.0.2.7"], ["x-forwarded-proto", "HTTPS"], ["x-forwarded-host", "www.test:8443"]], at("192.0.2.7", "https", "www.test:8443")],
    ["a scheme for each node: the client's", "10.0.0.1", [["x-forwarded-for", "192.0.2.7, 10.0.0.3"], ["x-forwarded-proto", "https, http"]], at("192.0.2.7", "https")],
    ["a scheme for each node, some forged", "10.0.0.1", [["x-forwarded-for", "1.1.1.1, 192.0.2.7"], ["x-forwarded-proto", "https, http"]], at("192.0.2.7", "http")],
    ["more schemes than nodes: what the peer wrote", "10.0.0.1", [["x-forwarded-for", "192.0.2.7"], ["x-forwarded-proto", "https, http"]], at("192.0.2.7", "http")],
    ["wss is https", "10.0.0.1", [["x-forwarded-for", "192.0.2.7"], ["x-forwarded-proto", "wss"]], at("192.0.2.7", "https")],
    ["a scheme that is none", "10.0.0.1", [["x-forwarded-for", "192.0.2.7"], ["x-forwarded-proto", "javascript"]], at("192.0.2.7")],
    ["a host that is none", "10.0.0.1", [["x-forwarded-for", "192.0.2.7"], ["x-forwarded-host", "a b/c"]], at("192.0.2.7")],
    ["scheme without a list: the peer is the client", "10.0.0.1", [["x-forwarded-proto", "https"], ["x-forwarded-host", "www.test"]], at("10.0.0.1", "https", "www.test")],
    ["Forwarded", "10.0.0.1", [["forwarded", "for=192.0.2.7;proto=https;host=www.test"]], at("192.0.2.7", "https", "www.test")],
    ["Forwarded of several", "10.0.0.1", [["forwarded", 'for=1.1.1.1;proto=http, for="[2001:db8::7]:9";proto=https, for=10.0.0.3;proto=http']], at("2001:db8::7", "https")],
    ["Forwarded with an element that cannot be read", "10.0.0.1", [["forwarded", "for=192.0.2.7, for=a;for=b, for=10.0.0.3;proto=https"]], at("10.0.0.3", "https")],
    ["Forwarded that hides the client", "10.0.0.1", [["forwarded", "for=_hidden;proto=https"]], at("10.0.0.1", "https")],
    ["Forwarded without for", "10.0.0.1", [["forwarded", "proto=https;host=www.test"]], at("10.0.0.1", "https", "www.test")],
    ["an empty Forwarded", "10.0.0.1", [["forwarded", ""]], at("10.0.0.1")],
    ["where X-Forwarded-For is there, Forwarded counts for nothing: a client's forgery gets past proxies that know only the former", "10.0.0.1", [["x-forwarded-for", "192.0.2.7"], ["forwarded", "for=127.0.0.1;proto=https, for=10.0.0.3"]], at("192.0.2.7")],
    ["X-Real-IP is not asked", "10.0.0.1", [["x-real-ip", "1.1.1.1"]], at("10.0.0.1")],
  ];
  for (const [rule, peer, lines, client] of rows) {
    it(rule, () => deepStrictEqual(clientOf(Fields.of(...lines), peer, trusts), client));
  }

  it("looks at so many nodes and no more", () => {
    const list = Array.from({ length: 10_000 }, () => "10.0.0.3").join(",");
    let asked = 0;
    const counting = (): boolean => {
      asked += 1;
      return true;
    };
    strictEqual(clientOf(Fields.of(["x-forwarded-for", list]), "10.0.0.1", counting).address, "10.0.0.3");
    ok(asked <= 65, `asked ${asked} times`);
  });

  it("is never another than the peer, or what a trusted node wrote", () => {
    const node = fc.oneof(fc.constantFrom("10.0.0.2", "10.0.0.3", "nonsense"), fc.ipV4());
    fc.assert(
      fc.property(fc.array(node), fc.boolean(), (nodes, isCustom) => {
        const line: FieldLine = isCustom
          ? ["x-forwarded-for", nodes.join(", ")]
          : ["forwarded", nodes.map((one) => `for=${one}`).join(", ")];
        const { address } = clientOf(Fields.of(line), "10.0.0.1", trusts);
        const index = nodes.lastIndexOf(address);
        const behind = address === "10.0.0.1" && index < 0 ? [] : nodes.slice(index + 1);
        ok(behind.every(trusts));
      }),
    );
  });
});
