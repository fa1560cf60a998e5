import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { type FieldLine, Fields } from "../../message/index.ts";
import { type ResponsePassage, responseFields } from "./response-fields.ts";

const plain: ResponsePassage = { version: "1.1", keepsUpgrade: false, keepsBuffering: false };
const none = new Set<string>();
const back = { stripPrefix: "/api", base: "", authorities: new Set(["app.test:80"]) };
const asked = {
  scheme: "https",
  authority: "www.test",
  host: { host: "www.test", port: undefined },
} as const;

describe("responseFields (RFC 9110 §7.6.1)", () => {
  // biome-ignore format: a table
  const rows: readonly (readonly [rule: string, received: readonly FieldLine[], sent: readonly FieldLine[], (Partial<ResponsePassage> & { readonly maps?: true })?])[] = [
    ["nothing", [], []],
    ["what is end to end stays, in order", [["server", "app"], ["set-cookie", "a=1"], ["set-cookie", "b=2"], ["date", "then"]], [["server", "app"], ["set-cookie", "a=1"], ["set-cookie", "b=2"], ["date", "then"]]],
    ["Connection and Keep-Alive", [["connection", "keep-alive"], ["keep-alive", "timeout=5"]], []],
    ["Connection: close", [["connection", "close"], ["a", "1"]], [["a", "1"]]],
    ["what Connection names", [["connection", "close, x-hop"], ["x-hop", "1"], ["x-a", "2"]], [["x-a", "2"]]],
    ["Proxy-Connection, TE, Transfer-Encoding", [["proxy-connection", "x"], ["te", "x"], ["transfer-encoding", "chunked"]], []],
    ["Content-Length: follows from the content", [["content-length", "5"]], []],
    ["Content-Type and others of these lengths", [["content-type", "a/b"], ["x-keep-alv", "1"], ["date-time-xyz-", "1"], ["ab", "1"]], [["content-type", "a/b"], ["x-keep-alv", "1"], ["date-time-xyz-", "1"], ["ab", "1"]]],
    ["Upgrade", [["upgrade", "h2c"]], []],
    ["Upgrade where a protocol is changed, though Connection names it", [["connection", "Upgrade, x-hop"], ["upgrade", "websocket"], ["x-hop", "1"]], [["upgrade", "websocket"]], { keepsUpgrade: true }],
    ["Proxy-Authenticate is between the upstream and us (§11.7.1)", [["proxy-authenticate", "Basic"], ["proxy-authentication-info", "x"], ["www-authenticate", "Basic"]], [["www-authenticate", "Basic"]]],
    ["Trailer stays", [["trailer", "x-sum"]], [["trailer", "x-sum"]]],
    ["Proxy-Status stays", [["proxy-status", "other; error=dns_error"]], [["proxy-status", "other; error=dns_error"]]],
    ["X-Accel-Buffering asks us", [["x-accel-buffering", "no"]], []],
    ["X-Accel-Buffering asks a proxy before us too", [["x-accel-buffering", "no"]], [["x-accel-buffering", "no"]], { keepsBuffering: true }],
    ["references are mapped back", [["location", "http://app.test/x"], ["content-location", "/y"], ["refresh", "0; url=/z"], ["set-cookie", "a=b; Path=/"]],
      [["location", "https://www.test/api/x"], ["content-location", "/api/y"], ["refresh", "0; url=/api/z"], ["set-cookie", "a=b; Path=/api"]], { maps: true }],
    ["nothing else is", [["link", "</x>; rel=preload"], ["x-location", "/x"]], [["link", "</x>; rel=preload"], ["x-location", "/x"]], { maps: true }],
  ];
  for (const [rule, received, sent, { maps, ...passage } = {}] of rows) {
    const rules = { via: undefined, remove: none, back: maps ? back : undefined };
    it(rule, () =>
      deepStrictEqual(
        responseFields(Fields.of(...received), { ...plain, ...passage }, rules, asked).toJSON(),
        sent,
      ),
    );
  }
  it("Via says in which version the response came", () =>
    deepStrictEqual(
      responseFields(
        Fields.of(["via", "1.0 fred"]),
        { ...plain, version: "2" },
        { via: "edge", remove: none, back },
        undefined,
      ).toJSON(),
      [
        ["via", "1.0 fred"],
        ["via", "2.0 edge"],
      ],
    ));
  it("what the operator removes", () =>
    deepStrictEqual(
      responseFields(
        Fields.of(["server", "app"], ["x-powered-by", "y"], ["a", "1"]),
        plain,
        {
          via: undefined,
          remove: new Set(["server", "x-powered-by"]),
          back: undefined,
        },
        asked,
      ).toJSON(),
      [["a", "1"]],
    ));
});
