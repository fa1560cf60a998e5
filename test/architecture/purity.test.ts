/** Floors 1 and 2 decide and never do: no socket, file, clock, timer, entropy or process. */
import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { importsOf, lex } from "./lexer.ts";
import { placeOf } from "./rooms.ts";
import { type Breach, filesBelow, isTest, lineAt, type SourceFile } from "./tree.ts";

/** Modules without effects; a package is added here once it was read for them. */
const pureModules = new Set([
  ...["node:buffer", "node:crypto", "node:string_decoder", "node:zlib"],
  ...["ipaddr.js", "mrmime"],
]);

/** A name used by itself, not as somebody's property. */
const free = (name: string): RegExp => new RegExp(String.raw`(?<![.\w$#])${name}`, "g");

const effects: readonly (readonly [what: string, pattern: RegExp])[] = [
  ["the clock", /\bDate\s*\.\s*now\b/g],
  ["the clock", /\bnew\s+Date\b(?!\s*\(\s*[^)\s])/g],
  ["the clock", free(String.raw`(?<!new\s+)Date\s*\(`)],
  ["the clock", free(String.raw`(?:performance|Temporal)\s*\.`)],
  ["timers", free(String.raw`(?:set(?:Timeout|Interval|Immediate)|queueMicrotask)\b`)],
  ["timers", /\bAbortSignal\s*\.\s*timeout\b/g],
  ["entropy", /\bMath\s*\.\s*random\b/g],
  [
    "entropy",
    /\b(?:random(?:Bytes|UUID|Int|Fill|FillSync)|getRandomValues|generateKey(?:Pair)?(?:Sync)?)\b/g,
  ],
  ["the process", free(String.raw`process\s*(?:\.|\?\.|\[)`)],
  ["the network", free(String.raw`(?:fetch|WebSocket|EventSource)\s*\(`)],
  ["the terminal", free(String.raw`console\s*\.`)],
  ["everything", free(String.raw`(?:globalThis|eval)\b`)],
];

function purityBreaches(file: SourceFile): Breach[] {
  const place = placeOf(file.path);
  if (place === undefined || place.floor > 2 || isTest(file.path)) {
    return [];
  }
  const { path, text } = file;
  const { code } = lex(text);
  const modules = importsOf(text)
    .filter((name) => !name.startsWith(".") && !pureModules.has(name))
    .map((name) => ({ path, why: `imports ${name}` }));
  const uses = effects.flatMap(([what, pattern]) =>
    [...code.matchAll(pattern)].map(({ index }) => ({
      path,
      line: lineAt(code, index),
      why: `touches ${what}`,
    })),
  );
  return [...modules, ...uses];
}

describe("purity of floors 1 and 2", () => {
  it("holds", () => deepStrictEqual(filesBelow("src").flatMap(purityBreaches), []));

  const path = "src/semantics/a.ts";
  const refused: readonly (readonly [text: string, why: string])[] = [
    ['import { connect } from "node:net";', "imports node:net"],
    ['import type { Stats } from "node:fs";', "imports node:fs"],
    ['import a from "left-pad";', "imports left-pad"],
    ["const a = Date.now();", "touches the clock"],
    ["const a = new Date();", "touches the clock"],
    ["const a = new Date;", "touches the clock"],
    ["const a = Date();", "touches the clock"],
    ["const a = performance.now();", "touches the clock"],
    ["setTimeout(f, 1);", "touches timers"],
    ["const a = setInterval;", "touches timers"],
    ["setImmediate(f);", "touches timers"],
    ["queueMicrotask(f);", "touches timers"],
    ["const a = AbortSignal.timeout(1);", "touches timers"],
    ["const a = Math.random();", "touches entropy"],
    ["const a = randomBytes(8);", "touches entropy"],
    ["const a = crypto.randomUUID();", "touches entropy"],
    ["const a = process.env.A;", "touches the process"],
    ['const a = process["env"];', "touches the process"],
    ["await fetch(a);", "touches the network"],
    ["console.log(a);", "touches the terminal"],
    ["const a = globalThis;", "touches everything"],
  ];
  for (const [text, why] of refused) {
    it(`refuses ${text}`, () => {
      const line = why.startsWith("imports") ? {} : { line: 2 };
      deepStrictEqual(purityBreaches({ path, text: `\n${text}\n` }), [{ path, ...line, why }]);
    });
  }

  const allowed = [
    'import { createHash } from "node:crypto";',
    "const a = new Date(seconds * 1000);",
    "const a = Date.UTC(2020, 1, 1);",
    "const a = queue.process(b);",
    "const a = cache.fetch(b);",
    "/** Calls Date.now() never. */",
    'const a = "Math.random()";',
  ];
  for (const text of allowed) {
    it(`allows ${text}`, () => deepStrictEqual(purityBreaches({ path, text }), []));
  }

  it("lets ports and tests be", () => {
    for (const other of ["src/transport/a.ts", "src/semantics/a.test.ts"]) {
      deepStrictEqual(purityBreaches({ path: other, text: "Date.now();" }), []);
    }
  });
});
