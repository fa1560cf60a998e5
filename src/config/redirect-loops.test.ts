/** Configurations over the circles in which they would send a client. */
import { deepStrictEqual } from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { canonical, redirects, rewrite } from "../filters/index.ts";
import { type FilesOptions, files, handle, redirect, respond } from "../handlers/index.ts";
import { HttpResponse } from "../message/index.ts";
import type { Config, RouteEntry, SiteConfig } from "./index.ts";
import { checkConfig, formatProblem } from "./index.ts";

const ok = respond("ok");
const site = (host: string, ...routes: RouteEntry[]): SiteConfig => ({ hosts: [host], routes });
const to = (match: RouteEntry["match"], target: string): RouteEntry => ({
  match: match ?? "/*",
  handler: redirect(target),
});
const everything: RouteEntry = { match: "/*", handler: ok };

/** A plain listener and one with TLS. */
const both: Config["listen"] = [80, { port: 443, tls: true }];

describe("redirects that lead in a circle", () => {
  // biome-ignore format: a table is read by columns
  const rows: readonly (readonly [string, Config, readonly string[]])[] = [
    ["a redirect that ends", { sites: [site("a.test", to("/old", "/new"), everything)] }, []],
    ["to another server", { sites: [site("a.test", to("/*", "https://b.test{path}"))] }, []],
    ["to a port that nobody listens on", { sites: [site("a.test", to("/*", "http://a.test:81{path}"))] }, []],
    ["to itself", { sites: [site("a.test", to("/a", "/a"))] },
      ["sites[0].routes[0]: redirects in a circle: http://a.test/a to http://a.test/a"]],
    ["between two routes", { sites: [site("a.test", to("/a", "/b?x"), to("/b", "/a"))] },
      ["sites[0].routes[0]: redirects in a circle: http://a.test/a to http://a.test/b?x to http://a.test/a (sites[0].routes[1])"]],
    ["between two sites", { sites: [site("a.test", to("/*", "http://b.test{path}")), site("b.test", to("/*", "http://a.test{path}"))] },
      ["sites[0].routes[0]: redirects in a circle: http://a.test/ to http://b.test/ to http://a.test/ (sites[1].routes[0])"]],
    ["into a circle that begins later", { sites: [site("a.test", to("/a", "/b"), to("/b", "/c"), to("/c", "/b"))] },
      ["sites[0].routes[1]: redirects in a circle: http://a.test/b to http://a.test/c to http://a.test/b (sites[0].routes[2])"]],
    ["with parameters", { sites: [site("a.test", to("/:x/old/*", "/{x}/old/{*}"))] },
      ["sites[0].routes[0]: redirects in a circle: http://a.test/any/old/ to http://a.test/any/old/"]],
    ["on and on", { sites: [site("a.test", to("/a/*", "/a{path}"), everything)] },
      ["sites[0].routes[0]: redirects on and on, 20 times and more: http://a.test/a/ to http://a.test/a/a/ to http://a.test/a/a/a/ to http://a.test/a/a/a/a/ to …"]],
    ["http to https", { listen: both, sites: [{ ...site("a.test", everything), filters: [canonical({ scheme: "https" })] }] }, []],
    ["where no route answers, no filter does", { listen: both, sites: [{ ...site("a.test", to({ scheme: "https" }, "http://a.test{path}")), filters: [canonical({ scheme: "https" })] }] }, []],
    ["to https and back", { listen: both, sites: [site("a.test", to({ scheme: "http" }, "https://a.test{path}"), to({ scheme: "https" }, "http://a.test{path}"))] },
      ["sites[0].routes[0]: redirects in a circle: http://a.test/ to https://a.test/ to http://a.test/ (sites[0].routes[1])"]],
    ["to https, which nobody listens for here", { sites: [site("a.test", to("/*", "https://a.test{path}"))] }, []],
    ["to the other name and back", { sites: [{ ...site("www.a.test", everything), filters: [canonical({ host: "a.test" })] }, site("a.test", to("/*", "http://www.a.test{path}"))] },
      ["sites[0].routes[0]: redirects in a circle: http://www.a.test/ to http://a.test/ to http://www.a.test/ (sites[1].routes[0])"]],
    ["slashes added and removed", { sites: [site("a.test", { match: "/a/*", filters: [canonical({ trailingSlash: "remove" })], handler: ok }, { match: "/a", handler: redirect("/a/") })] },
      ["sites[0].routes[0]: redirects in a circle: http://a.test/a/ to http://a.test/a to http://a.test/a/ (sites[0].routes[1])"]],
    ["by a map and a route", { sites: [site("a.test", { match: "/old", filters: [redirects({ map: { "/old": "/new" } })], handler: ok }, to("/new", "/old"))] },
      ["sites[0].routes[0]: redirects in a circle: http://a.test/old to http://a.test/new to http://a.test/old (sites[0].routes[1])"]],
    ["by a map that names hosts", { sites: [{ ...site("a.test", everything), filters: [redirects({ map: { "/x": "http://a.test/y", "/y": "http://a.test/x" } })] }] },
      ["sites[0].routes[0]: redirects in a circle: http://a.test/x to http://a.test/y to http://a.test/x"]],
    ["by the maps of two sites", { sites: [{ ...site("a.test", everything), filters: [redirects({ map: { "/x/*": "http://b.test/*" } })] }, { ...site("b.test", everything), filters: [redirects({ map: { "/*": "http://a.test/x/*" } })] }] },
      ["sites[0].routes[0]: redirects in a circle: http://a.test/x/any to http://b.test/any to http://a.test/x/any (sites[1].routes[0])"]],
    ["what a rewrite hides is not followed", { sites: [site("a.test", { match: "/a", filters: [rewrite({ path: "/b" })], handler: redirect("{path}") })] }, []],
    ["with what the route asks for", { sites: [site("a.test", { match: { path: "/a", method: "POST", fields: { x: "1" }, query: { v: "2" }, cookies: { c: true }, client: "10.0.0.0/8" }, handler: redirect("{path}{query}") }, everything)] },
      ["sites[0].routes[0]: redirects in a circle: http://a.test/a?v=2 to http://a.test/a?v=2"]],
    ["what an expression asks for is not thought of", { sites: [site("a.test", to(/^\/a$/, "/a"))] }, []],
  ];
  for (const [rule, config, problems] of rows) {
    it(rule, () => deepStrictEqual(checkConfig(config, "/").map(formatProblem), problems));
  }

  describe("by slashes that files() adds or takes off", () => {
    const root = mkdtempSync(join(tmpdir(), "sluice-slashes-"));
    mkdirSync(join(root, "docs"));
    for (const name of ["index.html", "docs/index.html", "about.html"]) {
      writeFileSync(join(root, name), "");
    }
    after(() => rmSync(root, { recursive: true }));
    const circle = (one: string, other: string): readonly string[] => [
      `sites[0].routes[0]: redirects in a circle: http://a.test${one} to http://a.test${other} to http://a.test${one}`,
    ];
    const rows: readonly (readonly ["add" | "remove", Partial<FilesOptions>, readonly string[]])[] = [
      ["remove", {}, circle("/docs", "/docs/")],
      ["remove", { trailingSlash: "always" }, circle("/docs", "/docs/")],
      ["remove", { trailingSlash: "never" }, []],
      ["remove", { trailingSlash: "ignore" }, []],
      ["add", {}, []],
      ["add", { trailingSlash: "never" }, circle("/docs/", "/docs")],
      ["add", { cleanUrls: true }, circle("/about/", "/about")],
      ["add", { cleanUrls: true, trailingSlash: "always" }, []],
    ];
    for (const [trailingSlash, options, problems] of rows) {
      it(`${trailingSlash} and ${JSON.stringify(options)}`, () => {
        const filters = [canonical({ trailingSlash })];
        const routes = [{ match: "/*", handler: files({ root, ...options }) }];
        const config = { sites: [{ hosts: ["a.test"], filters, routes }] };
        deepStrictEqual(checkConfig(config, "/").map(formatProblem), problems);
      });
    }
  });

  it("a function's answers are not asked for", () => {
    const handler = handle(() => HttpResponse.empty(204));
    deepStrictEqual(checkConfig({ sites: [site("a.test", { match: "/*", handler })] }, "/"), []);
  });
});
