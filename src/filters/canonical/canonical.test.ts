import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { faultsOf, filterOf, testExchange, testRuntime } from "../../../test/support/exchange.ts";
import { parseHost } from "../../fields/index.ts";
import { HttpError, HttpRequest, HttpResponse } from "../../message/index.ts";
import { type CanonicalOptions, canonical, canonicalKind } from "./index.ts";

const passed = HttpResponse.empty(204);

/** A request for a URI as clients write it; the path as it is, also an odd one. */
function requestFor(uri: string): HttpRequest {
  const [, scheme = "", authority = "", path = ""] = /^(https?):\/\/([^/]*)(.*)$/s.exec(uri) ?? [];
  return HttpRequest.make(path, {
    scheme: scheme === "https" ? "https" : "http",
    authority,
    host: parseHost(authority) ?? { host: "", port: undefined },
  });
}

function ask(
  options: CanonicalOptions,
  request: HttpRequest,
  httpsPort: number | undefined = 443,
): HttpResponse {
  const handler = filterOf(canonical(options), testRuntime({ httpsPort }))(() => passed);
  const response = handler(request, testExchange());
  ok(!(response instanceof Promise));
  return response;
}

describe("canonical", () => {
  const https = { scheme: "https" } as const;
  const host = { host: "example.com" } as const;
  const both = { ...https, ...host } as const;
  const rows: readonly (readonly [CanonicalOptions, string, string | undefined])[] = [
    // options                asked for                         Location; undefined: passed on
    [https, "http://example.com/a?b", "https://example.com/a?b"],
    [https, "http://example.com:8080/a", "https://example.com/a"],
    [https, "http://[::1]:8080/", "https://[::1]/"],
    [https, "https://example.com/a", undefined],
    [https, "https://example.com:8443/a", undefined],
    [https, "http://example.com/.well-known/acme-challenge/token", undefined],
    [
      https,
      "http://example.com/.well-known/acme-challenge",
      "https://example.com/.well-known/acme-challenge",
    ],
    [https, "http://example.com/.well-known/security.txt", "https://example.com/.well-known/security.txt"],
    [host, "http://www.example.com/a", "http://example.com/a"],
    [host, "http://www.example.com:8080/a", "http://example.com:8080/a"],
    [host, "https://www.example.com:8443/a?", "https://example.com:8443/a?"],
    [host, "http://EXAMPLE.com./a", undefined],
    [host, "http:///a", "http://example.com/a"],
    [both, "http://www.example.com/", "https://example.com/"],
    [both, "https://www.example.com/", "https://example.com/"],
    [both, "https://example.com/", undefined],
    [{ port: 8443 }, "https://example.com/a", "https://example.com:8443/a"],
    [{ port: 443 }, "https://example.com/a", undefined],
    [{ port: 443 }, "https://example.com:8443/a", "https://example.com/a"],
    [{ ...https, port: 9443 }, "http://example.com/a", "https://example.com:9443/a"],
    [{ trailingSlash: "add" }, "http://a.test/b?c", "http://a.test/b/?c"],
    [{ trailingSlash: "add" }, "http://a.test/b/", undefined],
    [{ trailingSlash: "add" }, "http://a.test/b/c.html", undefined],
    [{ trailingSlash: "add" }, "http://a.test/b.d/c", "http://a.test/b.d/c/"],
    [{ trailingSlash: "remove" }, "http://a.test/b/", "http://a.test/b"],
    [{ trailingSlash: "remove" }, "http://a.test/b///?c", "http://a.test/b?c"],
    [{ trailingSlash: "remove" }, "http://a.test/", undefined],
    [{ trailingSlash: "remove" }, "http://a.test///", "http://a.test/"],
    [{ ...both, trailingSlash: "remove" }, "http://www.example.com/a/?b", "https://example.com/a?b"],
    // What would leave the host, were it let.
    [https, "http://example.com//evil.test", "https://example.com//evil.test"],
    [{ trailingSlash: "remove" }, "http://a.test//evil.test/", "http://a.test//evil.test"],
    [https, "http://example.com/\\evil.test\r\nA: b", "https://example.com/%5Cevil.test%0D%0AA:%20b"],
    [https, "http://example.com/?a\r\n#", "https://example.com/?a%0D%0A%23"],
  ];
  for (const [options, uri, location] of rows) {
    it(`${JSON.stringify(options)}: ${JSON.stringify(uri)} ${location === undefined ? "is right" : `goes to ${location}`}`, () => {
      const response = ask(options, requestFor(uri));
      strictEqual(response === passed ? undefined : response.fields.get("location"), location);
      if (location !== undefined) {
        // In one step: what it leads to is right.
        strictEqual(ask(options, requestFor(location)), passed);
      }
    });
  }

  it("sends to the port that listens with TLS", () => {
    const response = ask(https, requestFor("http://example.com:8080/a"), 8443);
    strictEqual(response.fields.get("location"), "https://example.com:8443/a");
  });
  it("warns where nothing listens with TLS", () => {
    const runtime = testRuntime({ httpsPort: undefined });
    filterOf(canonical(https), runtime);
    filterOf(canonical(host), runtime);
    filterOf(canonical({ ...https, port: 443 }), runtime);
    strictEqual(runtime.warnings.length, 1);
  });
  it("keeps the method unless told otherwise", () => {
    const request = requestFor("http://example.com/").with({ method: "POST" });
    deepStrictEqual([ask(https, request).status, ask({ ...https, status: 302 }, request).status], [308, 302]);
  });
  it("passes on what has no path", () => {
    strictEqual(ask(https, HttpRequest.make("*", { method: "OPTIONS" })), passed);
    const target = { form: "authority", authority: "a.test:1" } as const;
    strictEqual(ask(https, HttpRequest.make("/").with({ method: "CONNECT", target })), passed);
  });
  it("is 400 to a request without the host it needs", () =>
    throws(
      () => ask(https, requestFor("http:////evil.test")),
      (error) => error instanceof HttpError && error.fault.status === 400,
    ));
  it("never leaves the host, and needs one step", () =>
    fc.assert(
      fc.property(
        fc.string({ unit: "binary-ascii" }),
        fc.constantFrom("add", "remove"),
        (path, trailingSlash) => {
          const options = { ...both, trailingSlash } as const;
          const location = ask(options, requestFor(`http://a.test/${path}`)).fields.get("location");
          if (location !== undefined) {
            strictEqual(new URL(location).origin, "https://example.com");
            strictEqual(ask(options, requestFor(location)), passed);
          }
        },
      ),
    ));
  it("the inner one's words count where two meet", () =>
    deepStrictEqual(canonicalKind.merge?.(both, { host: "other.test", status: 302 }), {
      scheme: "https",
      host: "other.test",
      status: 302,
    }));
  it("destination says where a request would go", () => {
    const lead = canonicalKind.destination?.(https, "/");
    deepStrictEqual(
      ["http://a.test/b", "https://a.test/b", "http:///b"].map((uri) => lead?.(requestFor(uri))),
      ["https://a.test/b", undefined, undefined],
    );
  });

  const refused: readonly (readonly [object, RegExp])[] = [
    [{}, /one or more of/],
    [{ status: 308 }, /one or more of/],
    [{ scheme: "http" }, /scheme/],
    [{ host: "https://a.test" }, /host: needs a host alone/],
    [{ host: "a.test:80" }, /without its port/],
    [{ host: "*.a.test" }, /one host/],
    [{ host: "*" }, /one host/],
    [{ port: 0 }, /port/],
    [{ trailingSlash: "always" }, /trailingSlash/],
    [{ scheme: "https", status: 303 }, /status/],
  ];
  for (const [options, message] of refused) {
    it(`refuses ${JSON.stringify(options)}`, () =>
      match(faultsOf({ role: "filter", kind: "canonical", options }).join("\n"), message));
  }
});
