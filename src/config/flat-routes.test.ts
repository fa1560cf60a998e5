import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { z } from "zod";
import type { FilterDescription, HandlerDescription } from "../pipeline/index.ts";
import { flatRoutes, joinFilters } from "./flat-routes.ts";
import type { Kinds } from "./kinds.ts";

const kinds: Kinds = {
  handlers: [],
  filters: [
    { kind: "set", schema: z.unknown(), merge: (outer: object, inner: object) => ({ ...outer, ...inner }) },
    { kind: "wrap", schema: z.unknown() },
  ],
};

const set = (options: object): FilterDescription => ({ role: "filter", kind: "set", options });
const wrap = (options: object): FilterDescription => ({ role: "filter", kind: "wrap", options });
const handler = (name: string): HandlerDescription => ({ role: "handler", kind: name, options: {} });

describe("routes of nested groups", () => {
  it("stand in order, with the conditions of their groups and the filters of site and groups", () => {
    const site = {
      hosts: ["*"],
      filters: [set({ a: 1 })],
      routes: [
        { match: "/first", handler: handler("first") },
        {
          match: "/admin/*",
          filters: [wrap({ b: 1 })],
          routes: [
            { match: { method: "POST" }, filters: [set({ a: 2 })], handler: handler("second") },
            {
              filters: [wrap({ c: 1 })],
              routes: [{ match: ["/admin/x", /y/], handler: handler("third") }],
            },
          ],
        },
        { match: "/*", handler: handler("last") },
      ],
    };
    const top = ["sites", 3, "routes"];
    const group = [...top, 1];
    const admin = { match: "/admin/*", at: [...group, "match"] };
    deepStrictEqual(flatRoutes(site, ["sites", 3], kinds), [
      {
        at: [...top, 0],
        conditions: [{ match: "/first", at: [...top, 0, "match"] }],
        filters: [set({ a: 1 })],
        handler: handler("first"),
      },
      {
        at: [...group, "routes", 0],
        conditions: [admin, { match: { method: "POST" }, at: [...group, "routes", 0, "match"] }],
        filters: [set({ a: 2 }), wrap({ b: 1 })],
        handler: handler("second"),
      },
      {
        at: [...group, "routes", 1, "routes", 0],
        conditions: [admin, { match: ["/admin/x", /y/], at: [...group, "routes", 1, "routes", 0, "match"] }],
        filters: [set({ a: 1 }), wrap({ b: 1 }), wrap({ c: 1 })],
        handler: handler("third"),
      },
      {
        at: [...top, 2],
        conditions: [{ match: "/*", at: [...top, 2, "match"] }],
        filters: [set({ a: 1 })],
        handler: handler("last"),
      },
    ]);
  });
});

describe("filters of a group and of what stands within", () => {
  // biome-ignore format: a table is read by columns
  const rows: readonly (readonly [string, FilterDescription[], FilterDescription[], FilterDescription[]])[] = [
    ["one of a kind",                    [set({ a: 1 })],                   [],                               [set({ a: 1 })]],
    ["two of a kind become one",         [set({ a: 1, b: 1 })],             [set({ a: 2, c: 2 })],            [set({ a: 2, b: 1, c: 2 })]],
    ["at the outer one's place",         [set({ a: 1 }), wrap({})],         [wrap({ d: 1 }), set({ b: 2 })],  [set({ a: 1, b: 2 }), wrap({}), wrap({ d: 1 })]],
    ["a kind that cannot merge",         [wrap({ a: 1 })],                  [wrap({ a: 2 })],                 [wrap({ a: 1 }), wrap({ a: 2 })]],
    ["within one list nothing merges",   [set({ a: 1 }), set({ b: 1 })],    [],                               [set({ a: 1 }), set({ b: 1 })]],
    ["the inner list's first wins",      [set({ a: 1 })],                   [set({ a: 2 }), set({ a: 3 })],   [set({ a: 2 })]],
    ["the inner wins over all outer",    [set({ a: 1 }), set({ a: 2 })],    [set({ a: 3 })],                  [set({ a: 3 }), set({ a: 2 })]],
  ];
  for (const [rule, outer, inner, joined] of rows) {
    it(rule, () => deepStrictEqual(joinFilters(outer, inner, kinds), joined));
  }
});
