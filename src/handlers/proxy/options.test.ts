import { deepStrictEqual, match } from "node:assert/strict";
import { after, describe, it } from "node:test";
import { faultsOf } from "../../../test/support/exchange.ts";
import { makeTree } from "../../../test/support/files.ts";
import { respond } from "../respond/index.ts";
import { type ProxyOptions, proxy, proxyKind } from "./index.ts";
import { upstreamPart } from "./schema.ts";

const upstreams = "http://a.test";

describe("proxy", () => {
  it("takes an upstream, several, or every option", () =>
    deepStrictEqual(
      [proxy(upstreams), proxy([upstreams, "https://b.test"]), proxy({ upstreams, via: false })].map(
        ({ options }) => options,
      ),
      [{ upstreams }, { upstreams: [upstreams, "https://b.test"] }, { upstreams, via: false }],
    ));
  it("every option at once", () =>
    deepStrictEqual(
      faultsOf(
        proxy({
          upstreams: [{ url: upstreams, weight: 2 }],
          name: "app",
          balance: "least-requests",
          host: "[::1]:8080",
          stripPrefix: "/api",
          base: "/v2/",
          query: { set: { a: "b c" }, remove: ["d"] },
          mapBack: true,
          fields: { request: { set: { "X-A": "1" }, remove: ["Cookie"] }, response: { remove: ["Server"] } },
          forwarded: "both",
          via: "edge-1",
          upgrade: ["websocket", "x-rpc"],
          sticky: { cookie: "at", secret: ["0123456789abcdef"], maxAge: "1h", sameSite: "none" },
          buffer: { memory: "1MB", disk: 0 },
          mirror: { upstreams: "http://copy.test", share: 0.1, content: "1KB", most: 5 },
          intercept: [
            { status: [404, "5xx"], handler: respond("x"), path: "/{status}.html", answer: "handler" },
          ],
          fallback: respond("x"),
          accel: { root: "files" },
          proxyStatus: "always",
        }),
      ),
      [],
    ));

  // biome-ignore format: a table
  const refused: readonly (readonly [options: unknown, message: RegExp])[] = [
    [{}, /upstreams/],
    [{ upstreams: "ftp://a" }, /upstreams/],
    [{ upstreams, stripprefix: "/a" }, /stripprefix/],
    [{ upstreams, host: "http://a" }, /host: needs "keep"/],
    [{ upstreams, host: "a/b" }, /host/],
    [3000, /needs an upstream such as "http:\/\/localhost:3000", a list of them or an object$/],
    [{ upstreams: "http://a", tls: { verify: false } }, /tls: no upstream has TLS: /],
    [{ upstreams, host: "a:99999" }, /host: needs a port of 65535 or less/],
    [{ upstreams, stripPrefix: "api" }, /stripPrefix: needs whole segments/],
    [{ upstreams, stripPrefix: "/" }, /stripPrefix/],
    [{ upstreams, base: "/a/../b" }, /base: needs segments other/],
    [{ upstreams, base: "/a/%2E%2e" }, /base/],
    [{ upstreams, base: "/a?b" }, /base/],
    [{ upstreams, base: "/a//b" }, /base/],
    [{ upstreams, query: { set: { "": "x" } } }, /query/],
    [{ upstreams, fields: { request: { set: { Host: "x" } } } }, /fields\.request\.set\.Host/],
    [{ upstreams, fields: { request: { set: { "Content-Length": "1" } } } }, /fields\.request\.set\.Content-Length/],
    [{ upstreams, fields: { request: { set: { a: "b\r\nc: d" } } } }, /field value/],
    [{ upstreams, fields: { response: { remove: ["a b"] } } }, /field name/],
    [{ upstreams, forwarded: true }, /forwarded/],
    [{ upstreams, via: "a b" }, /via: needs a token/],
    [{ upstreams, upgrade: ["h2c"] }, /upgrade\.0: h2c would go past/],
    [{ upstreams, upgrade: true }, /upgrade/],
    [{ upstreams, sticky: { secret: "short" } }, /16 characters/],
    [{ upstreams, sticky: { secret: [] } }, /secret/],
    [{ upstreams, sticky: { maxAge: "1" } }, /maxAge/],
    [{ upstreams, sticky: { cookie: "a;b" } }, /cookie/],
    [{ upstreams, buffer: { memory: "1 MB" } }, /buffer/],
    [{ upstreams, mirror: {} }, /mirror\.upstreams/],
    [{ upstreams, mirror: { upstreams, share: 2 } }, /mirror\.share/],
    [{ upstreams, intercept: [{ status: 101, handler: 1 }] }, /intercept/],
    [{ upstreams, intercept: [{ status: [], handler: 1 }] }, /intercept/],
    [{ upstreams, intercept: [{ status: 404, handler: 1, path: "x" }] }, /intercept\.0\.path/],
    [{ upstreams, accel: { root: "" } }, /accel: needs/],
    [{ upstreams, accel: "files" }, /accel: needs/],
    [{ upstreams, proxyStatus: true }, /proxyStatus/],
  ];
  for (const [options, message] of refused) {
    it(`refuses ${JSON.stringify(options)}`, () =>
      match(faultsOf({ role: "handler", kind: "proxy", options }).join("\n"), message));
  }

  it("names what stands within it", () => {
    const page = respond("x");
    deepStrictEqual(
      proxyKind.children?.({ intercept: [{ handler: page }, null], fallback: page, accel: page }),
      [
        { path: ["intercept", 0, "handler"], role: "handler", value: page },
        { path: ["intercept", 1, "handler"], role: "handler", value: undefined },
        { path: ["fallback"], role: "handler", value: page },
        { path: ["accel"], role: "handler", value: page },
      ],
    );
    deepStrictEqual(
      [undefined, null, 7, {}, { intercept: 7, accel: { root: "x" } }].map((value) =>
        proxyKind.children?.(value),
      ),
      [[], [], [], [], []],
    );
  });
  it("its upstreams are those of any proxy that says the same of them", () =>
    deepStrictEqual(upstreamPart({ ...proxy({ upstreams, via: "a", base: "/x", http2: false }).options }), {
      upstreams,
      http2: false,
    }));
});

describe("inspect", () => {
  const tree = makeTree({ "ca.pem": "x" });
  after(() => tree.remove());
  const inline = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
  // biome-ignore format: a table
  const rows: readonly (readonly [options: Partial<ProxyOptions>, paths: readonly string[]])[] = [
    [{}, []],
    [{ accel: { root: "." }, tls: { ca: "ca.pem" } }, []],
    [{ accel: respond("x") }, []],
    [{ accel: { root: "none" } }, ["accel.root"]],
    [{ accel: { root: "ca.pem" } }, ["accel.root"]],
    [{ tls: { ca: "none.pem", cert: "none.crt", key: "none.key" } }, ["tls.ca", "tls.cert", "tls.key"]],
    [{ tls: { ca: [inline, "ca.pem", "none.pem"] } }, ["tls.ca.2"]],
    [{ mirror: { upstreams, tls: { ca: "none.pem" } } }, ["mirror.tls.ca"]],
  ];
  for (const [options, paths] of rows) {
    it(`${JSON.stringify(options)}: ${paths}`, () =>
      deepStrictEqual(
        proxyKind.inspect?.({ upstreams, ...options }, tree.path).map(({ path }) => path.join(".")),
        paths,
      ));
  }
});
