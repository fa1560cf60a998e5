/** Laws about the text of the project: no giant file, nothing unfinished, no trace of who made it where. */
import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { type Breach, filesBelow, isTest, lineAt, type SourceFile } from "./tree.ts";

const longest = 400;

function lengthBreaches({ path, text }: SourceFile): Breach[] {
  const lines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
  const governed = path.startsWith("src/") && !isTest(path);
  return governed && lines > longest ? [{ path, why: `has ${lines} lines, ${longest} are allowed` }] : [];
}

/** What a compiler left beside its source would be loaded in its place, or linted, or packed. */
function leftoverBreaches(files: readonly SourceFile[]): Breach[] {
  const sources = new Set(files.map(({ path }) => path).filter((path) => path.endsWith(".ts")));
  return files
    .filter(({ path }) => /\.(?:js|d\.ts)$/.test(path) && sources.has(path.replace(/\.(?:js|d\.ts)$/, ".ts")))
    .map(({ path }) => ({ path, why: "was made from the source beside it" }));
}

/** Joined here, so that this file does not break its own laws. */
const word = (...parts: readonly string[]): string => parts.join("");
const unfinished = new RegExp(
  `\\b(?:${[word("TO", "DO"), word("FIX", "ME"), word("X", "XX"), word("HA", "CK")].join("|")})\\b`,
  "g",
);

/** Package registries, and directories of the machine a file was written on. */
const traces = new RegExp(
  [
    word("\\bregistry", "\\.[a-z0-9-]+\\.[a-z]{2,}"),
    word("\\bnpm", "js\\.(?:com|org)\\b"),
    word("\\byarn", "pkg\\.com\\b"),
    word("\\bunp", "kg\\.com\\b"),
    word("\\b(?:deb|ftp|security)\\.deb", "ian\\.org\\b"),
    word("(?<![\\w.$}-])/wo", "rk/"),
    word("/tmp/bash", "_jobs"),
    word("(?<![\\w.$}-])/ro", "ot/"),
  ].join("|"),
  "g",
);

function wordBreaches(pattern: RegExp, { path, text }: SourceFile): Breach[] {
  return [...text.matchAll(pattern)].map(({ 0: found, index }) => ({
    path,
    line: lineAt(text, index),
    why: `says ${found}`,
  }));
}

/** `npm ci` refuses a lock that leaves out optional packages, such as binaries for other platforms. */
function lockBreaches({ path, text }: SourceFile): Breach[] {
  const { packages } = JSON.parse(text) as { packages: Record<string, LockEntry> };
  return Object.entries(packages).flatMap(([parent, entry]) => [
    ...(entry.resolved === undefined ? [] : [{ path, why: `${parent} has a resolved address` }]),
    ...Object.keys(entry.optionalDependencies ?? {})
      .filter(
        (name) => !(`node_modules/${name}` in packages) && !(`${parent}/node_modules/${name}` in packages),
      )
      .map((name) => ({ path, why: `${name} is missing: npm run lock:complete` })),
  ]);
}

interface LockEntry {
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

describe("file length", () => {
  it("holds", () => deepStrictEqual(filesBelow("src").flatMap(lengthBreaches), []));
  it("refuses one line too many", () => {
    const path = "src/server/a.ts";
    deepStrictEqual(lengthBreaches({ path, text: "a;\n".repeat(longest) }), []);
    deepStrictEqual(lengthBreaches({ path, text: "a;\n".repeat(longest + 1) }), [
      { path, why: `has ${longest + 1} lines, ${longest} are allowed` },
    ]);
  });
});

describe("no compiled file beside its source", () => {
  it("holds", () => deepStrictEqual(leftoverBreaches(filesBelow()), []));
  it("refuses what tsc left behind", () => {
    const files = ["src/a.ts", "src/a.js", "src/a.d.ts", "docs/b.js"].map((path) => ({ path, text: "" }));
    deepStrictEqual(
      leftoverBreaches(files).map(({ path }) => path),
      ["src/a.js", "src/a.d.ts"],
    );
  });
});

describe("nothing unfinished", () => {
  it("holds", () => {
    const files = ["src", "test", "bench", "docs", "scripts", "examples"].flatMap(below);
    deepStrictEqual(
      files.flatMap((file) => wordBreaches(unfinished, file)),
      [],
    );
  });
  it("refuses a note to come back later", () => {
    const note = word("TO", "DO");
    deepStrictEqual(wordBreaches(unfinished, { path: "a.ts", text: `a;\n// ${note}: b\n` }), [
      { path: "a.ts", line: 2, why: `says ${note}` },
    ]);
  });
});

describe("no trace of machine or registry", () => {
  it("holds in the whole tree", () => {
    deepStrictEqual(
      filesBelow().flatMap((file) => wordBreaches(traces, file)),
      [],
    );
  });
  const rows = [
    ["a registry's host", word("https://registry", ".npm", "js.org/a"), word("registry", ".npm", "js.org")],
    ["a package mirror", word("see deb", ".deb", "ian.org"), word("deb", ".deb", "ian.org")],
    ["a machine's directory", word('"/wo', 'rk/main"'), word("/wo", "rk/")],
  ] as const;
  for (const [rule, text, found] of rows) {
    it(`refuses ${rule}`, () => {
      deepStrictEqual(wordBreaches(traces, { path: "a.md", text }), [
        { path: "a.md", line: 1, why: `says ${found}` },
      ]);
    });
  }
});

describe("lock file", () => {
  const path = "package-lock.json";
  it("is complete and names no host", () => {
    deepStrictEqual(
      filesBelow()
        .filter((file) => file.path === path)
        .flatMap(lockBreaches),
      [],
    );
  });
  it("refuses an address and a gap", () => {
    const packages = { "node_modules/a": { resolved: "https://a.test/a", optionalDependencies: { b: "1" } } };
    deepStrictEqual(lockBreaches({ path, text: JSON.stringify({ packages }) }), [
      { path, why: "node_modules/a has a resolved address" },
      { path, why: "b is missing: npm run lock:complete" },
    ]);
  });
});

function below(place: string): SourceFile[] {
  return filesBelow().filter((file) => file.path.startsWith(`${place}/`));
}
