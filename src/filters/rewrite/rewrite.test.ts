import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { faultsOf, filterOf, testExchange } from "../../../test/support/exchange.ts";
import { HttpError, HttpRequest, HttpResponse } from "../../message/index.ts";
import { hasDotSegment, plainPath } from "../../routes/index.ts";
import { type RewriteOptions, rewrite } from "./index.ts";

/** What the handler within sees, after which nothing of its parts may contradict the rest. */
function seen(options: RewriteOptions, request: HttpRequest, parameters = {}): HttpRequest {
  let inner: HttpRequest | undefined;
  const handler = filterOf(rewrite(options))((given) => {
    inner = given;
    return HttpResponse.empty(204);
  });
  handler(request, testExchange({ parameters }));
  ok(inner !== undefined);
  const { path, query, target } = inner;
  if (target.form === "origin" || target.form === "absolute") {
    deepStrictEqual([target.path, target.query], [path, query]);
    ok(inner.rawTarget.endsWith(query === undefined ? path : `${path}?${query}`));
  }
  return inner;
}

describe("rewrite", () => {
  const strip = { stripPrefix: "/api" } as const;
  const rows: readonly (readonly [RewriteOptions, string, string])[] = [
    [strip, "/api/users?x", "/users?x"],
    [strip, "/api", "/"],
    [strip, "/api/", "/"],
    [strip, "/api?x", "/?x"],
    [strip, "/apis/users", "/apis/users"],
    [strip, "/v1/api/users", "/v1/api/users"],
    [strip, "/%61pi/%62%2f", "/%62%2f"],
    [strip, "/api%2fusers", "/api%2fusers"],
    [strip, "/API/users", "/API/users"],
    [strip, "/api//evil.test/x", "/evil.test/x"],
    [{ stripPrefix: "/a/b/" }, "/a/b/c", "/c"],
    [{ stripPrefix: "/caf%c3%a9" }, "/caf%C3%A9/x", "/x"],
    [{ addPrefix: "/v2" }, "/users?x", "/v2/users?x"],
    [{ addPrefix: "/v2/" }, "/", "/v2/"],
    [{ stripPrefix: "/api", addPrefix: "/v2" }, "/api/users", "/v2/users"],
    [{ regexp: [/^\/old\/(\d+)$/, "/new/$1"] }, "/old/7?x", "/new/7?x"],
    [{ regexp: ["^/(?<a>\\w+)/(?<b>\\w+)$", "/$<b>/$<a>"] }, "/x/y", "/y/x"],
    [{ regexp: [/^\/p\/(.+)$/, "/index.php?page=$1"] }, "/p/a%20b/c", "/index.php?page=a%20b/c"],
    [{ regexp: [/^\/p\/(.+)$/, "/index.php?page=$1"] }, "/p/a?b=c", "/index.php?page=a&b=c"],
    [{ regexp: [/x/g, "y"] }, "/xx/x", "/yy/y"],
    [{ regexp: [/x/g, "y"] }, "/a", "/a"],
    [
      {
        regexp: [
          [/^\/a$/, "/b"],
          [/^\/b$/, "/c"],
        ],
      },
      "/a",
      "/b",
    ],
    [
      {
        regexp: [
          [/^\/a$/, "/b"],
          [/^\/b$/, "/c"],
        ],
      },
      "/b",
      "/c",
    ],
    [{ regexp: [/^.*$/, "x y#z"] }, "/a", "/x%20y%23z"],
    [{ regexp: [/^\/p\/(\d+)$/, "/new/$1"] }, "/%70/%37", "/new/7"],
    [{ regexp: [/^\/api/, ""] }, "/api//evil.test", "/evil.test"],
    [{ path: "/index.html" }, "/a/b?x", "/index.html?x"],
    [{ path: "/u/{id}/{*}" }, "/a", "/u/7/x/y"],
    [{ path: "{path}.html" }, "/a?x", "/a.html?x"],
    [{ path: "/{*}" }, "/a", "/x/y"],
    [{ query: { set: { a: "1 & 2" } } }, "/p?b&a=x&c=d&a", "/p?b&c=d&a=1%20%26%202"],
    [{ query: { add: { a: "{id}", "b c": "{path}" } } }, "/p%20?a=x", "/p%20?a=x&a=7&b%20c=/p%2520"],
    [{ query: { remove: ["utm_source", "b c"] } }, "/p?utm_source=x&q=1&b+c=2&b%20c", "/p?q=1"],
    [{ query: { remove: ["q"] } }, "/p?q=1", "/p"],
    [{ query: { set: { q: "" } } }, "/p", "/p?q="],
    [{ query: { remove: ["q"] } }, "/p?%q=1&%", "/p?%q=1&%"],
    [
      { stripPrefix: "/api", regexp: [/^\/v1/, ""], addPrefix: "/in", query: { set: { k: "v" } } },
      "/api/v1/x",
      "/in/x?k=v",
    ],
  ];
  for (const [options, asked, wanted] of rows) {
    const shown = JSON.stringify(options, (_, value) => (value instanceof RegExp ? String(value) : value));
    it(`${shown}: ${asked} becomes ${wanted}`, () => {
      const parameters = { id: "7", "*": "x/y" };
      strictEqual(seen(options, HttpRequest.make(asked), parameters).rawTarget, wanted);
    });
  }

  it("keeps the form of the target, and everything else", () => {
    const target = {
      form: "absolute",
      scheme: "http",
      authority: "a.test",
      path: "/api/x",
      query: "q",
    } as const;
    const request = HttpRequest.make("/", { method: "POST" }).with({
      target,
      rawTarget: "http://a.test/api/x?q",
    });
    const { rawTarget, method, host } = seen(strip, request);
    deepStrictEqual([rawTarget, method, host], ["http://a.test/x?q", "POST", request.host]);
  });
  it("hands on the very request where nothing changes", () => {
    const request = HttpRequest.make("/other");
    strictEqual(seen(strip, request), request);
  });
  it("leaves targets without a path alone", () => {
    for (const target of [{ form: "asterisk" }, { form: "authority", authority: "a.test:1" }] as const) {
      const request = HttpRequest.make("*").with({ target });
      strictEqual(seen({ path: "/x" }, request), request);
    }
  });

  const climbing: readonly (readonly [RewriteOptions, string])[] = [
    [strip, "/api/../secret"],
    [strip, "/api/%2e%2e/secret"],
    [{ regexp: [/x/, ""] }, "/a/.x./secret"],
    [{ regexp: [/^\/(.*)\/(.*)$/, "/$2/$1"] }, "/secret/.."],
    [{ path: "/files/{*}" }, "/a"],
  ];
  for (const [options, asked] of climbing) {
    it(`is 400 to ${asked}`, () =>
      throws(
        () => seen(options, HttpRequest.make(asked), { "*": "../secret" }),
        (error) => error instanceof HttpError && error.fault.status === 400,
      ));
  }

  it("whatever comes, the path begins with one slash and climbs nowhere", () =>
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("/", ".", "%2e", "%2F", "a", "p", "i", "\\", "%", "?", " ") }),
        fc.constantFrom<RewriteOptions>(
          strip,
          { regexp: [/a/g, "."] },
          { regexp: [/^\/api/, ""] },
          { addPrefix: "/b" },
          { path: "/{*}" },
        ),
        (text, options) => {
          const request = HttpRequest.make(`/${text}`);
          try {
            const { path } = seen(options, request, { "*": text });
            ok(path === request.path || (/^\/(?!\/)/.test(path) && !hasDotSegment(plainPath(path))), path);
          } catch (error) {
            ok(error instanceof HttpError);
          }
        },
      ),
    ));

  const refused: readonly (readonly [object, RegExp])[] = [
    [{ stripPrefix: "api" }, /whole segments/],
    [{ stripPrefix: "/" }, /whole segments/],
    [{ stripPrefix: "/a//b" }, /whole segments/],
    [{ addPrefix: "/a?b" }, /whole segments/],
    [{ addPrefix: "/../a" }, /other than/],
    [{ addPrefix: "/%2e%2E" }, /other than/],
    [{ regexp: ["(", "x"] }, /regular expression: Invalid/],
    [{ regexp: [/a/y, "x"] }, /flag "y"/],
    [{ regexp: [/a/] }, /regexp/],
    [{ regexp: ["^/(a+)+$", "x"] }, /needs a\+ in place of \(a\+\)\+/],
    [{ regexp: [] }, /regexp/],
    [{ path: "index.php" }, /starts with/],
    [{ path: "/a?b" }, /a path alone/],
    [{ path: "{path}{query}" }, /a path alone/],
    [{ path: "/a/../b" }, /other than/],
    [{ path: "//evil.test" }, /needs the scheme|needs a path/],
    [{ path: "/a", stripPrefix: "/b" }, /replaces the whole path/],
    [{ query: { set: { a: "{b" } } }, /each "\{" closed/],
    [{ query: { set: { a: "{query}" } } }, /without \{query\}/],
    [{ query: { sets: {} } }, /sets/],
    [{ strip: "/a" }, /strip/],
  ];
  for (const [options, message] of refused) {
    it(`refuses ${JSON.stringify(options)}`, () =>
      match(faultsOf({ role: "filter", kind: "rewrite", options }).join("\n"), message));
  }
});
