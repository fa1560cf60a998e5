import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { join, sep } from "node:path";
import { describe, it } from "node:test";
import fc from "fast-check";
import { encodeSegment, type ResolveRules, resolvePath } from "./resolve.ts";

const rules: ResolveRules = { stripPrefix: "", dotFiles: "deny", windows: false };

describe("resolvePath: paths that name something", () => {
  const rows = [
    // path               relative        slash  canonical
    ["/", "", true, "/"],
    ["", "", true, "/"],
    ["/a", "a", false, "/a"],
    ["/a/", "a", true, "/a/"],
    ["/a/b.html", "a/b.html", false, "/a/b.html"],
    ["/%61", "a", false, "/a"],
    ["/a%20b", "a b", false, "/a%20b"],
    ["/a b", "a b", false, "/a%20b"],
    ["/%e4%b8%ad", "中", false, "/%E4%B8%AD"],
    ["/%EF%BB%BFa", "\ufeffa", false, "/%EF%BB%BFa"],
    ["/100%25", "100%", false, "/100%25"],
    ["/%2561", "%61", false, "/%2561"],
    ["/a%3Fb%23c", "a?b#c", false, "/a%3Fb%23c"],
    ["/a(1)'!@:+,;=$&", "a(1)'!@:+,;=$&", false, "/a(1)'!@:+,;=$&"],
    ["/%5B%5D%7C%22%3C", '[]|"<', false, "/%5B%5D%7C%22%3C"],
    ["/a.", "a.", false, "/a."],
    ["/a..b", "a..b", false, "/a..b"],
    ["/CON", "CON", false, "/CON"],
    ["/.well-known/acme-challenge/x", ".well-known/acme-challenge/x", false, "/.well-known/acme-challenge/x"],
  ] as const;

  for (const [path, relative, slash, canonical] of rows) {
    it(JSON.stringify(path), () =>
      deepStrictEqual(resolvePath(path, rules), { type: "path", relative, slash, canonical }),
    );
  }
});

describe("resolvePath: paths that are refused", () => {
  const rows = [
    // trap                         path                     status
    ["a dot segment", "/./a", 400],
    ["a double dot segment", "/../etc/passwd", 400],
    ["double dots inside", "/a/../b", 400],
    ["double dots at the end", "/a/..", 400],
    ["double dots encoded", "/%2e%2e/etc/passwd", 400],
    ["double dots half encoded", "/.%2E/etc/passwd", 400],
    ["double dots and an encoded slash", "/..%2fetc%2fpasswd", 404],
    ["double dots and a backslash", "/..\\etc", 404],
    ["double dots and an encoded backslash", "/..%5cetc", 404],
    ["NUL", "/%00", 400],
    ["NUL after a name", "/a.html%00.png", 400],
    ["a line feed", "/a%0ab", 400],
    ["DEL", "/a%7f", 400],
    ["an encoded slash", "/a%2fb", 404],
    ["an encoded slash, upper case", "/a%2Fb", 404],
    ["a backslash", "/a\\b", 404],
    ["an encoded backslash", "/a%5Cb", 404],
    ["a lone percent", "/a%", 400],
    ["a percent and one digit", "/a%4", 400],
    ["a percent and no hex", "/a%zz", 400],
    ["a stray continuation octet", "/%80", 400],
    ["a cut-off sequence", "/%e4%b8", 400],
    ["an overlong slash", "/..%c0%afetc", 400],
    ["an overlong dot", "/%c0%ae%c0%ae/etc", 400],
    ["an encoded surrogate", "/%ed%a0%80", 400],
    ["beyond Unicode", "/%f5%80%80%80", 400],
    ["raw octets beyond ASCII", "/\xe9", 400],
    ["an empty segment first", "//evil.example/..", 404],
    ["an empty segment first, alone", "//", 404],
    ["an empty segment within", "/a//b", 404],
    ["a dot file", "/.env", 404],
    ["a dot file below", "/a/.git/config", 404],
    ["a dot file, its dot encoded", "/%2eenv", 404],
    ["three dots", "/...", 404],
    ["a dot file below .well-known", "/.well-known/.secret", 404],
    [".well-known elsewhere", "/a/.well-known/x", 404],
    ["no slash in front", "a", 400],
    ["an asterisk", "*", 400],
  ] as const;

  for (const [trap, path, status] of rows) {
    it(`${trap}: ${JSON.stringify(path)} is ${status}`, () => {
      const resolved = resolvePath(path, rules);
      strictEqual(resolved.type === "refused" ? resolved.status : resolved.relative, status);
    });
  }

  it("dot files are let in when allowed, dot segments never", () => {
    const allowing = { ...rules, dotFiles: "allow" } as const;
    strictEqual(resolvePath("/.env", allowing).type, "path");
    strictEqual(resolvePath("/%2e%2e/x", allowing).type, "refused");
  });
});

describe("resolvePath on Windows", () => {
  const names = [
    "con",
    "NUL.txt",
    "com1",
    "LPT9.log",
    "COM²",
    "a:b",
    "a.txt::$DATA",
    "C:",
    "a.",
    "a ",
    "PROGRA~1",
    "a*",
  ];
  for (const name of names) {
    it(`${name} is 404 there, a plain name elsewhere`, () => {
      const path = `/${encodeURIComponent(name)}`;
      strictEqual(resolvePath(path, { ...rules, windows: true }).type, "refused");
      strictEqual(resolvePath(path, rules).type, "path");
    });
  }

  for (const name of ["console", "com10", "nullable.js", "a~b", "aux-files"]) {
    it(`${name} is a plain name there too`, () =>
      strictEqual(resolvePath(`/${name}`, { ...rules, windows: true }).type, "path"));
  }
});

describe("resolvePath with a prefix to strip", () => {
  const rows = [
    ["/static/a.js", { type: "path", relative: "a.js", slash: false, canonical: "/static/a.js" }],
    ["/static/", { type: "path", relative: "", slash: true, canonical: "/static/" }],
    ["/static", { type: "path", relative: "", slash: false, canonical: "/static" }],
  ] as const;
  for (const [path, resolved] of rows) {
    it(path, () => deepStrictEqual(resolvePath(path, { ...rules, stripPrefix: "/static" }), resolved));
  }
  for (const path of ["/", "/statica", "/static/../a", "/static//a"]) {
    it(`${path} is refused`, () =>
      strictEqual(resolvePath(path, { ...rules, stripPrefix: "/static" }).type, "refused"));
  }
});

describe("resolvePath: properties", () => {
  const piece = fc.oneof(
    fc.constantFrom(
      "/",
      "..",
      ".",
      "%2e",
      "%2E",
      "%2f",
      "%5c",
      "\\",
      "%",
      "%00",
      "%c0%af",
      "a",
      ":",
      "//",
      "~",
      " ",
    ),
    fc.string({ maxLength: 4 }),
    fc.string({ unit: "grapheme", maxLength: 3 }).map((text) => encodeURIComponent(text)),
  );
  const path = fc.array(piece, { maxLength: 12 }).map((pieces) => `/${pieces.join("")}`);

  it("no path resolves outside the root, with any rules", () => {
    fc.assert(
      fc.property(path, fc.boolean(), fc.boolean(), (raw, allowDots, windows) => {
        const resolved = resolvePath(raw, {
          stripPrefix: "",
          dotFiles: allowDots ? "allow" : "deny",
          windows,
        });
        if (resolved.type === "path") {
          const full = join(`${sep}srv${sep}root`, resolved.relative);
          ok(full === `${sep}srv${sep}root` || full.startsWith(`${sep}srv${sep}root${sep}`), full);
          ok(!resolved.relative.includes("\0"));
          ok(!resolved.canonical.startsWith("//"));
          ok(/^[\x21-\x7e]+$/.test(resolved.canonical), resolved.canonical);
        }
      }),
      { numRuns: 3_000 },
    );
  });

  it("the canonical path resolves to itself", () => {
    fc.assert(
      fc.property(path, (raw) => {
        const resolved = resolvePath(raw, rules);
        if (resolved.type === "path") {
          deepStrictEqual(resolvePath(resolved.canonical, rules), resolved);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it("a name comes back from its segment", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (name) =>
        strictEqual(decodeURIComponent(encodeSegment(name)), name),
      ),
    );
  });
});
