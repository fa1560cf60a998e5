import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { HttpRequest, type RequestInit } from "../message/index.ts";
import { expandTemplate, parseTemplate, templateFault } from "./target-template.ts";

type Parameters = Readonly<Record<string, string>>;

function expanded(
  template: string,
  target: string,
  parameters: Parameters = {},
  init: Partial<Omit<RequestInit, "target" | "rawTarget" | "fields">> = {},
): string | undefined {
  strictEqual(templateFault(template), undefined);
  return expandTemplate(parseTemplate(template), HttpRequest.make(target, init), parameters);
}

describe("expandTemplate", () => {
  const rows: readonly (readonly [template: string, target: string, Parameters, string])[] = [
    // template                            asked for       parameters              Location
    ["/new", "/old?a", {}, "/new"],
    ["https://example.com{path}{query}", "/a/b?c=d", {}, "https://example.com/a/b?c=d"],
    ["https://example.com{path}{query}", "/a", {}, "https://example.com/a"],
    ["https://example.com{path}{query}", "/a?", {}, "https://example.com/a?"],
    ["{path}", "/a?b", {}, "/a"],
    ["/v2{path}{query}", "/a?b", {}, "/v2/a?b"],
    ["/new/{*}", "/old/a/b", { "*": "a/b" }, "/new/a/b"],
    ["/new/{*}", "/old/", { "*": "" }, "/new/"],
    ["/u/{id}/{tab}", "/x", { id: "7" }, "/u/7/"],
    ["/u/{constructor}", "/x", {}, "/u/"],
    ["{scheme}://www.{host}{path}", "/a", {}, "http://www.localhost/a"],
    ["https://{host}:{port}/", "/a", {}, "https://localhost:80/"],
    ["/?host={host}&port={port}", "/a", {}, "/?host=localhost&port=80"],
    ["/x?a=b{query}", "/?c=d", {}, "/x?a=b&c=d"],
    ["/x?a=b{query}", "/?", {}, "/x?a=b"],
    ["/x?{query}", "/?c", {}, "/x?c"],
    ["/x?a&{query}", "/?c", {}, "/x?a&c"],
    ["/x{query}#top", "/?c", {}, "/x?c#top"],
    ["/login?next={path}", "/a%20b", {}, "/login?next=/a%2520b"],
    ["/s?q={q}", "/a", { q: "a%20b&c=d#e+f" }, "/s?q=a%20b%26c%3Dd%23e%2Bf"],
    ["/a#{id}", "/a", { id: "x y" }, "/a#x%20y"],
    // What would leave the host, were it let.
    ["{path}", "//evil.test/a", {}, "/evil.test/a"],
    ["{path}{query}", "///evil.test?a", {}, "/evil.test?a"],
    ["/{*}", "/x", { "*": "/evil.test" }, "/evil.test"],
    ["/{id}", "/x", { id: "//evil.test" }, "/evil.test"],
    ["{path}", "/\\evil.test", {}, "/%5Cevil.test"],
    ["/{*}", "/x", { "*": "\\evil.test" }, "/%5Cevil.test"],
    ["{path}", "/\t/evil.test", {}, "/%09/evil.test"],
    ["https://example.com{path}", "//evil.test", {}, "https://example.com//evil.test"],
    ["https://example.com{path}", "*", {}, "https://example.com/"],
    ["https://example.com{path}", "@evil.test", {}, "https://example.com/"],
    ["https://example.com/{*}", "/x", { "*": "a?b#c" }, "https://example.com/a%3Fb%23c"],
    ["/{*}", "/x", { "*": "a\r\nSet-Cookie: b" }, "/a%0D%0ASet-Cookie:%20b"],
    ["{path}", "/%0d%0a%", {}, "/%0d%0a%25"],
    ["{path}", "/\xfc", {}, "/%FC"],
    ["/{id}", "/", { id: "中" }, "/%E4%B8%AD"],
    ["{path}{query}", "/a?b#c\r\n\\ d", {}, "/a?b%23c%0D%0A%5C%20d"],
  ];
  for (const [template, target, parameters, location] of rows) {
    it(`${template} for ${JSON.stringify(target)} is ${location}`, () =>
      strictEqual(expanded(template, target, parameters), location));
  }

  it("an authority needs a host, which a request may lack", () => {
    const nowhere = { host: { host: "", port: undefined } };
    strictEqual(expanded("https://{host}{path}", "/evil.test", {}, nowhere), undefined);
    strictEqual(expanded("https://{host}:{port}/", "/evil.test", {}, nowhere), undefined);
    strictEqual(expanded("/a?{host}", "/", {}, nowhere), "/a?");
  });

  it("keeps the port and the brackets of an address", () => {
    const init = { host: { host: "::1", port: 8080 }, scheme: "https" } as const;
    strictEqual(expanded("{scheme}://{host}:{port}{path}", "/a", {}, init), "https://[::1]:8080/a");
    strictEqual(
      expanded("https://{host}:{port}{path}", "/a", {}, { scheme: "https" }),
      "https://localhost:443/a",
    );
  });

  const targets: readonly (readonly [template: string, origin: string])[] = [
    ["{path}{query}", "http://here.test"],
    ["/{*}{query}", "http://here.test"],
    ["/a/{id}?x={id}&y={path}{query}", "http://here.test"],
    ["/{id}{*}#{id}", "http://here.test"],
    ["https://example.com{path}{query}", "https://example.com"],
    ["https://example.com/{*}?{id}", "https://example.com"],
    ["https://example.com:8443/{id}", "https://example.com:8443"],
    ["https://{host}{path}{query}", "https://host.test"],
    ["{scheme}://{host}:{port}/{*}", "http://host.test"],
  ];
  const octets = fc.oneof(
    fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) }),
    fc.string({
      unit: fc.constantFrom("/", "\\", ".", "@", ":", "%", "2", "f", "\t", "\r", "\n", "?", "#", "e"),
    }),
    fc.constantFrom(
      "//evil.test",
      "/\\evil.test",
      "@evil.test/",
      ".evil.test",
      ":80@evil.test",
      "%2f%2fevil.test",
    ),
  );
  for (const [template, origin] of targets) {
    it(`whatever the request says, ${template} stays at ${origin}`, () => {
      fc.assert(
        fc.property(octets, octets, octets, (path, id, rest) => {
          const init = { host: { host: "host.test", port: undefined } };
          const location = expanded(template, path, { id, "*": rest }, init) ?? "";
          ok(/^[\x21-\x7e]+$/.test(location), location);
          strictEqual(new URL(location, "http://here.test/x/y").origin, origin);
          strictEqual(new URL(location, "http://here.test/x/y").username, "");
        }),
      );
    });
  }
});

describe("parseTemplate", () => {
  it("tells what a template depends on", () => {
    const { constant, parameters, isPath } = parseTemplate("/{id}/{*}{query}/{id}");
    deepStrictEqual([constant, parameters, isPath], [undefined, ["id", "*"], true]);
    strictEqual(parseTemplate("https://example.com/a?b#c").constant, "https://example.com/a?b#c");
    strictEqual(parseTemplate("HTTPS://example.com/").isPath, false);
  });
});

describe("templateFault", () => {
  const rows: readonly (readonly [template: string, RegExp])[] = [
    ["", /^a path such as/],
    ["new", /^a path such as/],
    ["?a", /^a path such as/],
    ["{query}", /^a path such as/],
    ["{*}", /^a path such as/],
    ["javascript:alert(1)", /^a path such as/],
    ["ftp://example.com/", /^a path such as/],
    ["//example.com/", /"https:\/\/example\.com\/"/],
    ["/{path", /each "\{" closed/],
    ["/path}", /each "\{" closed/],
    ["/{{path}}", /each "\{" closed/],
    ["/{}", /a name in "\{\}"/],
    ["/{a-b}", /a name in/],
    ["/a b", /percent-encoded: "\/a%20b"/],
    ["/ü", /percent-encoded: "\/%C3%BC"/],
    ["/%zz", /percent-encoded/],
    ["/a\r\nb", /URI characters/],
    ["/a\\b", /URI characters/],
    ["https://", /a host after/],
    ["https:///a", /a host after/],
    ["https://a@b/", /a host after/],
    ["https://a b/", /URI characters/],
    ["https://{host}{port}/", /":" before \{port\}/],
    ["https://{*}", /^a fixed host: \{\*\}/],
    ["https://{id}.example.com/", /^a fixed host: \{id\}/],
    ["https://example.com{*}", /^a fixed host: \{\*\}/],
    ["https://example.com{id}/", /^a fixed host/],
    ["/a{query}&b", /nothing after \{query\}/],
    ["/a{query}{path}", /nothing after \{query\}/],
    ["/{scheme}", /only at the front/],
  ];
  for (const [template, wanted] of rows) {
    it(JSON.stringify(template), () =>
      ok(wanted.test(templateFault(template) ?? ""), templateFault(template)),
    );
  }
});
