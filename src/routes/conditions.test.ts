import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { type Endpoint, Fields, HttpRequest } from "../message/index.ts";
import type { MatchConditions } from "./match.ts";
import { compileSites } from "./table.ts";

const client: Endpoint = { address: "10.1.2.3", port: 4711, family: "ipv4" };

interface Asked extends Partial<Pick<HttpRequest, "method" | "scheme" | "version">> {
  readonly to?: string;
  readonly host?: string;
  readonly fields?: Fields | Record<string, string>;
}

/** Each request as the index of its row; those that fit the conditions. */
function fitting(match: MatchConditions, requests: readonly Asked[]): number[] {
  const table = compileSites([{ hosts: ["*"], routes: [{ conditions: [match], value: "" }] }]);
  return requests.flatMap(({ to = "/", host = "a.test", ...init }, index) => {
    const request = HttpRequest.make(to, { authority: host, ...init });
    return typeof table.find(request, client) === "string" ? [] : [index];
  });
}

const cookies = (...lines: string[]): Asked => ({
  fields: Fields.from(lines.map((line): [string, string] => ["cookie", line])),
});

describe("conditions of a match", () => {
  // biome-ignore format: a table is read by columns
  const rows: readonly (readonly [string, MatchConditions, readonly Asked[], readonly number[]])[] = [
    ["GET means HEAD", { method: "GET" }, [{}, { method: "HEAD" }, { method: "POST" }, { method: "get" }], [0, 1]],
    ["HEAD does not mean GET", { method: ["HEAD", "PUT"] }, [{}, { method: "HEAD" }, { method: "PUT" }], [1, 2]],
    ["scheme", { scheme: "https" }, [{}, { scheme: "https" }], [1]],
    ["protocol", { protocol: ["1.0", "2"] }, [{}, { version: "1.0" }, { version: "2" }], [1, 2]],
    ["host", { host: ["A.test", "*.b.test"] }, [{}, { host: "a.test." }, { host: "x.b.test" }, { host: "b.test" }], [0, 1, 2]],
    ["client", { client: ["192.168.0.0/16", "10.0.0.0/8"] }, [{}], [0]],
    ["another client", { client: "10.0.0.1" }, [{}], []],
    ["all must hold", { method: "POST", scheme: "https" }, [{ method: "POST" }, { method: "POST", scheme: "https" }], [1]],
    ["not", { not: { method: "GET", host: "a.test" } }, [{}, { method: "HEAD" }, { method: "POST" }, { host: "b.test" }], [2, 3]],
    ["none of several", { not: [{ method: "GET" }, { path: "/a/*" }] }, [{}, { method: "POST" }, { method: "POST", to: "/%61/" }], [1]],

    ["a field by its whole value", { fields: { "X-Api": "1" } }, [{ fields: { "x-api": "1" } }, { fields: { "x-api": "1, 2" } }, {}], [0]],
    ["a field of several lines", { fields: { x: "1, 2" } }, [{ fields: Fields.of(["x", "1"], ["x", "2"]) }], [0]],
    ["a field by expression", { fields: { accept: /\bjson\b/g } }, [{ fields: { accept: "a/json" } }, { fields: { accept: "a/json" } }, {}], [0, 1]],
    ["a field present", { fields: { x: true } }, [{ fields: { x: "" } }, {}], [0]],
    ["a field absent", { fields: { x: false } }, [{ fields: { x: "" } }, {}], [1]],
    ["absent or of a value", { fields: { x: [false, "1"] } }, [{ fields: { x: "" } }, {}, { fields: { x: "1" } }], [1, 2]],
    ["every name", { fields: { x: true, y: true } }, [{ fields: { x: "" } }, { fields: { x: "", y: "" } }], [1]],

    ["query decoded", { query: { "a b": "ü +" } }, [{ to: "/?a+b=%C3%BC+%2B" }, { to: "/?a%20b=%c3%bc%20%2b" }, { to: "/" }], [0, 1]],
    ["any value of a name", { query: { v: "2" } }, [{ to: "/?v=1&v=2" }, { to: "/?v=1" }, { to: "/?w=2" }], [0]],
    ["a name without value", { query: { v: "" } }, [{ to: "/?v" }, { to: "/?v=" }, { to: "/?" }], [0, 1]],
    ["query present", { query: { v: true } }, [{ to: "/?v" }, { to: "/?V" }, { to: "/" }], [0]],
    ["query absent", { query: { v: false } }, [{ to: "/?v" }, { to: "/?V" }, { to: "/" }], [1, 2]],
    ["query by expression", { query: { v: [/^\d+$/] } }, [{ to: "/?v=12" }, { to: "/?v=1x" }], [0]],

    ["a cookie", { cookies: { sid: "x=y" } }, [cookies("a=b; sid=x=y"), cookies("sid=x"), cookies("xsid=x=y"), {}], [0]],
    ["a cookie in a line of its own", { cookies: { b: "2" } }, [cookies("a=1", "b=2"), cookies("a=1;b=2"), cookies("B=2")], [0, 1]],
    ["a cookie present", { cookies: { beta: true } }, [cookies("beta="), cookies("beta"), {}], [0]],
    ["a cookie absent", { cookies: { beta: false } }, [cookies("beta="), cookies("a=beta"), {}], [1, 2]],
  ];
  for (const [rule, match, requests, expected] of rows) {
    it(rule, () => deepStrictEqual(fitting(match, requests), expected));
  }

  it("a client without address is in no network", () => {
    const table = compileSites([
      {
        hosts: ["*"],
        routes: [
          { conditions: [{ client: "::/0" }], value: "" },
          { conditions: [{ not: { client: "::/0" } }], value: "" },
        ],
      },
    ]);
    const found = table.find(HttpRequest.make("/"), { address: "/run/a.sock", port: 0, family: "unix" });
    deepStrictEqual(typeof found === "string" ? found : found.route, 1);
  });
});
