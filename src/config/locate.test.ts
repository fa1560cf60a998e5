import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { locator, positionOf } from "./locate.ts";
import type { ConfigPath } from "./problems.ts";

const options = ["sites", 0, "routes", 1, "handler", "options"];

/** In each source `«` stands before the token that should be found. */
const rows: readonly (readonly [rule: string, path: ConfigPath, source: string])[] = [
  ["an object", ["limits", "content"], "export default { log: false, limits: { «content: 1 } };"],
  [
    "through defineConfig and a call",
    [...options, "root"],
    `import { files } from "sluice"; // { not: "this" }
     export default defineConfig({
       sites: [{ hosts: ["{"], routes: [
         { match: "/a/*", handler: files({ root: "a" }) },
         { match: "/*", handler: files({ /* } */ index: ["x"], «root: 42 }) },
       ] }],
     });`,
  ],
  [
    "a call whose options come second",
    [...options, "fields"],
    `export default { sites: [{ routes: [1, { handler: respond(200, { «fields: {} }) }] }] }`,
  ],
  [
    "options without a name of their own answer with their handler",
    [...options, "status"],
    `export default { sites: [{ routes: [1, { «handler: respond(99) }] }] }`,
  ],
  [
    "a description written out",
    [...options, "root"],
    `{"sites": [{"routes": [{}, {"handler": {"role": "handler", "kind": "files", "options": {«"root": 1}}}]}]}`,
  ],
  ["an element", ["sites", 0, "hosts", 1], `export default { sites: [{ hosts: ["a", «"b:80"] }] }`],
  [
    "a constant",
    ["sites", 0, "hosts"],
    `const site: Site = { «hosts: [] }; export default { sites: [site] }`,
  ],
  [
    "an exported constant",
    ["limits"],
    `const config = { «limits: 1 } satisfies Config; export default config;`,
  ],
  ["a shorthand name", ["limits", "content"], `const limits = { «content: 1 }; export default { limits };`],
  ["an arrow function", ["limits"], `export default defineConfig(({ env }) => ({ a: env.X, «limits: 1 }));`],
  [
    "a function with a body",
    ["limits"],
    `export default defineConfig(async (context) => { const a = { limits: 0 }; return { «limits: 1 }; });`,
  ],
  ["a declared function", ["limits"], `export default async function config() { return { «limits: 1 }; }`],
  ["past regular expressions", ["limits"], `export default { a: /[/"'{]\\/{/g, b: 4 / 2, «limits: 1 };`],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
  ["past templates", ["limits"], "export default { a: `x${{ b: `}` }.b}{`, «limits: 1 };"],
  ["past a method", ["limits"], `export default { a() { return { limits: 0 }; }, «limits: 1 };`],
  ["CommonJS", ["limits"], `module.exports = { «limits: 1 };`],
  [
    "what is missing is sought in its parent",
    ["sites", 0, "routes"],
    `export default { sites: [«{ hosts: [] }] }`,
  ],
  ["a spread hides what comes after", ["sites", 1], `export default { «sites: [...more, {}] }`],
  ["what an expression computes", ["limits", "content"], `export default { «limits: x.y.z }`],
  ["the whole", [], `export default «{ a: 1 }`],
  ["constants in a circle", ["a", "b"], `const a = b, b = a; export default { «a }`],
];

describe("locating a path of the configuration in its file", () => {
  for (const [rule, path, marked] of rows) {
    it(rule, () => {
      const at = marked.indexOf("«");
      const source = marked.replace("«", "");
      deepStrictEqual(locator(source)(path), positionOf(source, at));
    });
  }

  it("counts lines and columns from 1", () => {
    deepStrictEqual(locator("export default {\n  a: 1,\r\n  b: 2 }")(["b"]), { line: 3, column: 3 });
  });

  it("says nothing where nothing is exported", () => strictEqual(locator("const a = 1;")(["a"]), undefined));

  it("ends on any text", () => {
    const parts = [
      "{",
      "}",
      "[",
      "]",
      "(",
      ")",
      "a",
      ":",
      ",",
      '"',
      "`",
      "${",
      "/",
      "*",
      "=>",
      "export default ",
      "\n",
      "const a=",
      "\\",
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...parts)), (text) => {
        locator(`export default ${text.join("")}`)(["a", 0, "options", "a"]);
      }),
    );
  });
});
