import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { rewrite } from "../filters/index.ts";
import { redirect, respond, split } from "../handlers/index.ts";
import type { Match } from "../routes/index.ts";
import { checkConfig, formatProblem, type RouteEntry } from "./index.ts";

const ok = respond("ok");
const to = (match: Match, target: string): RouteEntry => ({ match, handler: redirect(target) });

describe("parameters that no match captures", () => {
  // biome-ignore format: a table is read by columns
  const rows: readonly (readonly [string, RouteEntry, readonly string[]])[] = [
    ["a segment",                  to("/u/:id", "/v/{id}"), []],
    ["a trailing star",            to("/u/*", "/v/{*}"), []],
    ["a named group",              to(/^\/u\/(?<id>\d+)$/, "/v/{id}"), []],
    ["one of several paths",       to({ path: ["/u/:id", "/u"] }, "/v/{id}"), []],
    ["of a group around it",       { match: "/:lang/*", routes: [to({ method: "GET" }, "https://b.test/{lang}/{*}")] }, []],
    ["of a route within",          { filters: [rewrite({ query: { set: { id: "{id}" } } })], routes: [{ match: "/u/:id", handler: ok }] }, []],
    ["a name of every request",    to("/u", "https://{host}:{port}{path}{query}"), []],
    ["a slip",                     to("/u/:user", "/v/{usr}"), ['sites[0].routes[0].handler.target: {usr}: the match has no ":usr", did you mean "user"?']],
    ["a slip in a request's name", to("/u", "/v{pth}"), ['sites[0].routes[0].handler.target: {pth}: the match has no ":pth", did you mean "path"?']],
    ["another name",               to("/u/:id", "/v/{colour}"), ['sites[0].routes[0].handler.target: {colour}: the match has no ":colour"; there are scheme, host, port, path, query, id']],
    ["no star",                    to("/u", "/v/{*}"), ['sites[0].routes[0].handler.target: {*}: needs a match that ends in "/*"']],
    ["in a filter",                { match: "/u", filters: [rewrite({ path: "/{id}" })], handler: ok }, ['sites[0].routes[0].filters[0].path: {id}: the match has no ":id"; there are scheme, host, port, path, query']],
    ["in a choice",                { match: "/u", handler: split({ choices: [{ weight: 1, handler: redirect("/{*}") }] }) }, ['sites[0].routes[0].handler.choices[0].handler.target: {*}: needs a match that ends in "/*"']],
  ];
  for (const [rule, route, problems] of rows) {
    it(rule, () =>
      deepStrictEqual(
        checkConfig({ sites: [{ hosts: ["a.test"], routes: [route] }] }, "/").map(formatProblem),
        problems,
      ),
    );
  }
});
