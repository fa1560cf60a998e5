import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { type FieldLine, Fields, type ProtocolVersion } from "../../message/index.ts";
import type { InboundHop } from "./client-fields.ts";
import {
  gatewayLines,
  isLooping,
  type RequestFieldRules,
  readsTrailers,
  requestFields,
} from "./request-fields.ts";

const client = { address: "192.0.2.7", port: 5, family: "ipv4" } as const;
const hop: InboundHop = { peer: client, client, trustsPeer: false, scheme: "http", authority: "a.test" };
const bare: RequestFieldRules = { via: undefined, forwarded: "none", remove: new Set(), set: [] };

function forwarded(
  lines: readonly FieldLine[],
  rules: Partial<RequestFieldRules> = {},
  version: ProtocolVersion = "1.1",
): readonly FieldLine[] {
  const fields = Fields.of(...lines);
  const all = { ...bare, ...rules };
  return requestFields(fields, version, gatewayLines(fields, version, hop, all), all).toJSON();
}

describe("requestFields (RFC 9110 §7.6.1)", () => {
  // biome-ignore format: a table
  const rows: readonly (readonly [rule: string, received: readonly FieldLine[], sent: readonly FieldLine[]])[] = [
    ["nothing", [], []],
    ["what is end to end stays, in order", [["accept", "*/*"], ["x-a", "1"], ["x-a", "2"]], [["accept", "*/*"], ["x-a", "1"], ["x-a", "2"]]],
    ["Host is told apart", [["host", "a.test"], ["accept", "*/*"]], [["accept", "*/*"]]],
    ["Connection", [["connection", "close"]], []],
    ["what Connection names", [["connection", "x-hop, X-Other"], ["x-hop", "1"], ["x-other", "2"], ["x-more", "3"]], [["x-more", "3"]]],
    ["what several Connection lines name", [["connection", "a"], ["connection", "b"], ["a", "1"], ["b", "1"], ["c", "1"]], [["c", "1"]]],
    ["a field named before it comes", [["a", "1"], ["connection", "a"]], []],
    ["all lines of a name", [["connection", "a"], ["a", "1"], ["a", "2"]], []],
    ["names in Connection that no line has", [["connection", "nobody"], ["a", "1"]], [["a", "1"]]],
    ["Connection that is no list", [["connection", '"a" b, ;'], ["a", "1"]], [["a", "1"]]],
    ["Connection may name what matters: it goes", [["connection", "cookie, authorization"], ["cookie", "a=b"], ["authorization", "Basic x"]], []],
    ["Keep-Alive, named or not", [["keep-alive", "timeout=5"]], []],
    ["Proxy-Connection", [["proxy-connection", "keep-alive"]], []],
    ["TE", [["te", "trailers, gzip;q=0.5"]], []],
    ["Transfer-Encoding", [["transfer-encoding", "chunked"]], []],
    ["Content-Length: the connection's own", [["content-length", "5"]], []],
    ["Upgrade", [["connection", "upgrade"], ["upgrade", "websocket"]], []],
    ["HTTP2-Settings (RFC 7540 §3.2.1)", [["connection", "upgrade, http2-settings"], ["upgrade", "h2c"], ["http2-settings", "AAMA"]], []],
    ["HTTP2-Settings that Connection does not name", [["http2-settings", "AAMA"]], []],
    ["Proxy-Authorization is for a proxy (§11.7.2)", [["proxy-authorization", "Basic x"], ["authorization", "Basic y"]], [["authorization", "Basic y"]]],
    ["Trailer stays: trailers are passed on", [["trailer", "x-sum"]], [["trailer", "x-sum"]]],
    ["Expect stays (§10.1.1)", [["expect", "100-continue"]], [["expect", "100-continue"]]],
    ["Via stays", [["via", "1.1 fred"]], [["via", "1.1 fred"]]],
    ["Sec-WebSocket-* is end to end", [["connection", "upgrade"], ["sec-websocket-key", "x"], ["sec-websocket-version", "13"]], [["sec-websocket-key", "x"], ["sec-websocket-version", "13"]]],
    ["conditions and ranges", [["if-none-match", '"a"'], ["range", "bytes=0-1"]], [["if-none-match", '"a"'], ["range", "bytes=0-1"]]],
    ["what tells of the client, from somebody untrusted", [["forwarded", "for=1.1.1.1"], ["x-forwarded-for", "1.1.1.1"], ["x-real-ip", "1.1.1.1"], ["x-forwarded-proto", "https"]], []],
    ["the whole family, as an application might read any", [["x-forwarded-prefix", "/admin"], ["x-forwarded-user", "root"], ["x-forwarded-ssl", "on"], ["x-forwarded-", "x"]], []],
    ["the family with underscores, which CGI takes for the same (RFC 3875 §4.1.18)", [["x_forwarded_for", "1.1.1.1"], ["x-forwarded_proto", "https"], ["x_real_ip", "1.1.1.1"], ["x_other", "1"]], [["x_other", "1"]]],
    ["framing with underscores", [["content_length", "5"], ["transfer_encoding", "chunked"], ["content_type", "a/b"]], [["content_type", "a/b"]]],
    ["Proxy, which CGI makes a program's proxy", [["proxy", "http://evil.test"], ["proxy-other", "1"]], [["proxy-other", "1"]]],
    ["names that only resemble", [["x-forward", "1"], ["x-real-ips", "1"], ["forwarded-for", "1"]], [["x-forward", "1"], ["x-real-ips", "1"], ["forwarded-for", "1"]]],
  ];
  for (const [rule, received, sent] of rows) {
    it(rule, () => deepStrictEqual(forwarded(received), sent));
  }

  it("Expect of HTTP/1.0 means nothing (RFC 9110 §10.1.1)", () =>
    deepStrictEqual(forwarded([["expect", "100-continue"]], {}, "1.0"), []));

  // biome-ignore format: a table
  const ruled: readonly (readonly [rule: string, Partial<RequestFieldRules>, received: readonly FieldLine[], sent: readonly FieldLine[]])[] = [
    ["Via is added behind those there", { via: "edge" }, [["via", "1.0 fred"], ["a", "1"]], [["via", "1.0 fred"], ["a", "1"], ["via", "1.1 edge"]]],
    ["Connection cannot take our Via away", { via: "edge" }, [["connection", "via"]], [["via", "1.1 edge"]]],
    ["what the operator removes", { remove: new Set(["cookie"]) }, [["cookie", "a=b"], ["a", "1"]], [["a", "1"]]],
    ["what the operator sets takes the place of all lines", { set: ["x-a", "new"] }, [["x-a", "1"], ["b", "2"], ["x-a", "3"]], [["b", "2"], ["x-a", "new"]]],
    ["what the operator sets, Connection cannot take away", { set: ["x-a", "new"] }, [["connection", "x-a"], ["x-a", "1"]], [["x-a", "new"]]],
    ["what is set counts more than what we write", { set: ["via", "mine", "x-forwarded-for", "hidden"], via: "edge", forwarded: "x-forwarded" }, [], [["x-forwarded-proto", "http"], ["x-forwarded-host", "a.test"], ["x-forwarded-port", "80"], ["x-real-ip", "192.0.2.7"], ["via", "mine"], ["x-forwarded-for", "hidden"]]],
    ["Connection cannot take away what tells of the client", { forwarded: "forwarded" }, [["connection", "forwarded, x-forwarded-for"]], [["forwarded", "for=192.0.2.7;host=a.test;proto=http"]]],
  ];
  for (const [rule, rules, received, sent] of ruled) {
    it(rule, () => deepStrictEqual(forwarded(received, rules), sent));
  }
});

describe("readsTrailers (RFC 9110 §10.1.4)", () => {
  const rows: readonly (readonly [string | undefined, boolean])[] = [
    [undefined, false],
    ["trailers", true],
    ["Trailers", true],
    ["gzip;q=0.5, trailers", true],
    ["gzip", false],
    ["", false],
  ];
  for (const [te, reads] of rows) {
    it(`TE: ${te}`, () =>
      strictEqual(readsTrailers(te === undefined ? Fields.empty : Fields.of(["te", te])), reads));
  }
});

describe("isLooping (RFC 9110 §7.6.3)", () => {
  const via = (times: number, name = "edge"): Fields =>
    Fields.of(...Array.from({ length: times }, (): FieldLine => ["via", `1.1 ${name}`]));
  const rows: readonly (readonly [
    rule: string,
    fields: Fields,
    name: string | undefined,
    looping: boolean,
  ])[] = [
    ["no Via", Fields.empty, "edge", false],
    ["a few in a row may share a name", via(7), "edge", false],
    ["eight do not", via(8), "edge", true],
    ["in any case", via(8, "EDGE"), "Edge", true],
    ["in one line", Fields.of(["via", Array.from({ length: 9 }, () => "1.1 edge").join(", ")]), "edge", true],
    ["others do not count", via(50, "fred"), "edge", false],
    ["without a name nothing is told", via(50), undefined, false],
  ];
  for (const [rule, fields, name, looping] of rows) {
    it(rule, () => strictEqual(isLooping(fields, name), looping));
  }
});
