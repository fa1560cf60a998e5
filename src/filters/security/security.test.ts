import { deepStrictEqual, match, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { faultsOf, filterOf, someTls, testExchange } from "../../../test/support/exchange.ts";
import { Fields, HttpRequest, HttpResponse, textContent } from "../../message/index.ts";
import { type SecurityOptions, security, securityKind } from "./index.ts";

const plain = HttpResponse.lasting({ status: 200, fields: Fields.empty, content: textContent("x") });

interface Situation {
  readonly host?: string;
  readonly tls?: boolean;
  readonly said?: HttpResponse;
}

function fieldsFor(
  options: SecurityOptions,
  { host = "example.com", tls = true, said = plain }: Situation = {},
): Record<string, string> {
  const request = HttpRequest.make("/", { host: { host, port: undefined } });
  const response = filterOf(security(options))(() => said)(
    request,
    testExchange({ tls: tls ? someTls : undefined }),
  );
  ok(!(response instanceof Promise));
  return Object.fromEntries(response.fields);
}

const relaxed = {
  "strict-transport-security": "max-age=31536000",
  "x-content-type-options": "nosniff",
  "x-frame-options": "SAMEORIGIN",
  "referrer-policy": "strict-origin-when-cross-origin",
};
const { "strict-transport-security": _pinned, ...unpinned } = relaxed;
const off = { hsts: false, nosniff: false, frame: false, referrer: false } as const;

describe("security", () => {
  const rows: readonly (readonly [string, SecurityOptions, Situation, object])[] = [
    ["relaxed unless told", {}, {}, relaxed],
    ["pins nothing in the clear", {}, { tls: false }, unpinned],
    ["pins no host of one's own machine", {}, { host: "localhost" }, unpinned],
    ["pins no name below localhost", {}, { host: "app.localhost" }, unpinned],
    ["whatever dot is behind it", {}, { host: "localhost." }, unpinned],
    ["pins no IPv4 address", {}, { host: "192.0.2.1" }, unpinned],
    ["pins no IPv6 address", {}, { host: "::1" }, unpinned],
    [
      "strict",
      { preset: "strict" },
      {},
      {
        "strict-transport-security": "max-age=63072000; includeSubDomains",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-embedder-policy": "require-corp",
        "cross-origin-resource-policy": "same-origin",
        "content-security-policy":
          "default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; object-src 'none'; upgrade-insecure-requests",
      },
    ],
    ["every part can be off", off, {}, {}],
    [
      "HSTS in full",
      { ...off, hsts: { maxAge: "730d", includeSubDomains: true, preload: true } },
      {},
      { "strict-transport-security": "max-age=63072000; includeSubDomains; preload" },
    ],
    ["HSTS taken back", { ...off, hsts: { maxAge: "0s" } }, {}, { "strict-transport-security": "max-age=0" }],
    [
      "directives are laid over the preset's",
      {
        ...off,
        preset: "strict",
        permissions: false,
        coop: false,
        coep: false,
        corp: false,
        csp: { "img-src": ["self", "data:"], "object-src": false, "upgrade-insecure-requests": false },
      },
      {},
      {
        "content-security-policy":
          "default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; img-src 'self' data:",
      },
    ],
    [
      "a policy as text is the whole policy",
      {
        ...off,
        preset: "strict",
        permissions: false,
        coop: false,
        coep: false,
        corp: false,
        csp: "default-src 'none'; upgrade-insecure-requests",
      },
      {},
      { "content-security-policy": "default-src 'none'; upgrade-insecure-requests" },
    ],
    [
      "nothing is upgraded in the clear",
      { ...off, csp: "default-src *; upgrade-insecure-requests" },
      { tls: false },
      { "content-security-policy": "default-src *" },
    ],
    [
      "a policy of nothing is none",
      { ...off, csp: { "upgrade-insecure-requests": true } },
      { tls: false },
      {},
    ],
    [
      "upgrades on one's own machine",
      { ...off, csp: { "upgrade-insecure-requests": true } },
      { host: "localhost" },
      { "content-security-policy": "upgrade-insecure-requests" },
    ],
    [
      "a policy that only reports",
      { ...off, cspReportOnly: { "script-src": "self", "report-to": "csp" } },
      {},
      { "content-security-policy-report-only": "script-src 'self'; report-to csp" },
    ],
    [
      "permissions",
      { ...off, permissions: { camera: [], geolocation: ["self", "https://maps.example"], fullscreen: "*" } },
      {},
      { "permissions-policy": 'camera=(), geolocation=(self "https://maps.example"), fullscreen=*' },
    ],
    ["permissions as text", { ...off, permissions: "usb=()" }, {}, { "permissions-policy": "usb=()" }],
    [
      "what the handler says stays",
      { preset: "strict", permissions: false, coop: false, coep: false, corp: "same-site" },
      {
        said: HttpResponse.text(
          200,
          "x",
          Fields.of(["x-frame-options", "ALLOW"], ["content-security-policy", "own"]),
        ),
      },
      {
        "x-frame-options": "ALLOW",
        "content-security-policy": "own",
        "content-type": "text/plain; charset=utf-8",
        "strict-transport-security": "max-age=63072000; includeSubDomains",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-resource-policy": "same-site",
      },
    ],
  ];
  for (const [rule, options, situation, wanted] of rows) {
    it(rule, () => deepStrictEqual(fieldsFor(options, situation), wanted));
  }

  it("a lasting response stays lasting", () => {
    const handler = filterOf(security({ preset: "strict" }))(() => plain);
    const ask = (): unknown => handler(HttpRequest.make("/"), testExchange({ tls: someTls }));
    const first = ask();
    ok(first instanceof HttpResponse && first.kept !== undefined);
    strictEqual(ask(), first);
    notStrictEqual(handler(HttpRequest.make("/"), testExchange()), first);
  });
  it("without options is a description", () =>
    deepStrictEqual(security(), { role: "filter", kind: "security", options: {} }));

  const merges: readonly (readonly [SecurityOptions, SecurityOptions, SecurityOptions])[] = [
    [{ preset: "strict" }, { frame: false }, { preset: "strict", frame: false }],
    [
      { csp: { "img-src": "self" } },
      { csp: { "font-src": "self" } },
      { csp: { "img-src": "self", "font-src": "self" } },
    ],
    [{ csp: { "img-src": "self" } }, { csp: { "img-src": false } }, { csp: { "img-src": false } }],
    [{ csp: "img-src 'self'" }, { csp: { "font-src": "none" } }, { csp: "img-src 'self'; font-src 'none'" }],
    [{ csp: { "img-src": "self" } }, { csp: "default-src *" }, { csp: "default-src *" }],
    [{ csp: "default-src *" }, { csp: false }, { csp: false }],
    [{ csp: false }, { nonce: true }, { csp: false, nonce: true }],
    [{ hsts: { preload: true } }, { hsts: { maxAge: "800d" } }, { hsts: { preload: true, maxAge: "800d" } }],
    [
      { permissions: { usb: [] } },
      { permissions: { camera: "*" } },
      { permissions: { usb: [], camera: "*" } },
    ],
  ];
  for (const [outer, inner, wanted] of merges) {
    it(`${JSON.stringify(outer)} around ${JSON.stringify(inner)}`, () =>
      deepStrictEqual(securityKind.merge?.(outer, inner), wanted));
  }

  const refused: readonly (readonly [object, RegExp])[] = [
    [{ preset: "paranoid" }, /preset/],
    [{ hsts: { preload: true } }, /hsts\.preload: needs includeSubDomains/],
    [{ hsts: { preload: true, includeSubDomains: true, maxAge: "364d" } }, /hsts\.preload: needs a maxAge/],
    [{ hsts: { maxAge: "1y" } }, /hsts\.maxAge: "1y" is no duration/],
    [{ hsts: true }, /hsts/],
    [{ csp: "default-src 'self'\r\nx: y" }, /csp/],
    [{ csp: "default-src a, b" }, /csp/],
    [{ csp: "defalt-src 'self'" }, /csp/],
    [{ csp: { "defalt-src": "self" } }, /csp/],
    [{ csp: { "img-src": "a; b" } }, /csp/],
    [{ csp: { "img-src": ["a b"] } }, /csp/],
    [{ csp: { "img-src": ["none", "self"] } }, /csp/],
    [{ csp: { "img-src": [] } }, /csp/],
    [{ nonce: { placeholder: "x" } }, /nonce/],
    [{ nonce: { placeholder: '"><script>' } }, /nonce/],
    [{ frame: "allow" }, /frame/],
    [{ referrer: "none" }, /referrer/],
    [{ permissions: { Camera: [] } }, /permissions/],
    [{ permissions: { camera: ["maps.example"] } }, /permissions/],
    [{ permissions: "usb=()\n" }, /permissions/],
    [{ coop: true }, /coop/],
    [{ corp: "none" }, /corp/],
    [{ xss: true }, /xss/],
  ];
  for (const [options, message] of refused) {
    it(`refuses ${JSON.stringify(options)}`, () =>
      match(faultsOf({ role: "filter", kind: "security", options }).join("\n"), message));
  }
});
