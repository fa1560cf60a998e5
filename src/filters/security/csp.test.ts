import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { type CspDirectives, formatPolicy, parsePolicy, withDirectives, withNonce } from "./csp.ts";

describe("Content-Security-Policy (CSP Level 3 §2.2)", () => {
  const written: readonly (readonly [CspDirectives, string])[] = [
    [{}, ""],
    [{ "default-src": "self" }, "default-src 'self'"],
    [{ "default-src": ["self", "https://cdn.example"] }, "default-src 'self' https://cdn.example"],
    [{ "img-src": " self  data: " }, "img-src 'self' data:"],
    [{ "script-src": ["'self'", "UNSAFE-INLINE"] }, "script-src 'self' 'UNSAFE-INLINE'"],
    [
      { "script-src": ["sha256-abc=", "nonce-x", "strict-dynamic"] },
      "script-src 'sha256-abc=' 'nonce-x' 'strict-dynamic'",
    ],
    [{ "object-src": "none", "base-uri": false }, "object-src 'none'"],
    [{ "upgrade-insecure-requests": true, sandbox: true }, "upgrade-insecure-requests; sandbox"],
    [{ "upgrade-insecure-requests": false, sandbox: ["allow-scripts"] }, "sandbox allow-scripts"],
    [
      {
        "require-trusted-types-for": "script",
        "trusted-types": ["a", "allow-duplicates"],
        "report-uri": "/self",
      },
      "require-trusted-types-for 'script'; trusted-types a 'allow-duplicates'; report-uri /self",
    ],
  ];
  for (const [directives, wanted] of written) {
    it(`${JSON.stringify(directives)} is ${wanted}`, () =>
      strictEqual(formatPolicy(withDirectives(new Map(), directives)), wanted));
  }

  it("reads what is written as text; the first of a name counts", () => {
    const policy = parsePolicy(" default-src 'self' ;; IMG-SRC *; img-src 'none';");
    deepStrictEqual(
      [...policy],
      [
        ["default-src", ["'self'"]],
        ["img-src", ["*"]],
      ],
    );
  });
  it("directives laid over others keep their place", () =>
    strictEqual(
      formatPolicy(withDirectives(parsePolicy("a b; c d; e"), { "img-src": "self" })),
      "a b; c d; e; img-src 'self'",
    ));

  const nonced: readonly (readonly [policy: string, wanted: string])[] = [
    ["", "script-src 'nonce-N'"],
    ["script-src 'self'", "script-src 'self' 'nonce-N'"],
    ["script-src 'none'; style-src 'none'", "script-src 'nonce-N'; style-src 'nonce-N'"],
    ["default-src 'self'", "default-src 'self'; script-src 'self' 'nonce-N'; style-src 'self' 'nonce-N'"],
    [
      "default-src 'none'; img-src *",
      "default-src 'none'; img-src *; script-src 'nonce-N'; style-src 'nonce-N'",
    ],
    ["script-src-elem a.test", "script-src-elem a.test 'nonce-N'; script-src 'nonce-N'"],
  ];
  for (const [policy, wanted] of nonced) {
    it(`with a nonce, ${JSON.stringify(policy)} is ${JSON.stringify(wanted)}`, () =>
      strictEqual(formatPolicy(withNonce(parsePolicy(policy), "N")), wanted));
  }
});
