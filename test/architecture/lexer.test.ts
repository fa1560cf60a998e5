import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { importsOf, lex } from "./lexer.ts";

describe("lex", () => {
  const rows: readonly (readonly [rule: string, source: string, code: string])[] = [
    ["a line comment", "a; // Date.now()\nb;", "a; \nb;"],
    ["a comment of lines", "a /* x\ny */ b", "a \n b"],
    ["a string with a comment's opening", 'f("// no");', 'f(" ");'],
    ["an escaped quote", String.raw`f("a\"b");`, 'f(" ");'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a sample of source
    ["a template with code inside", "`a ${f(`b ${c}`)} d`;", "` ${f(` ${c}`)} `;"],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a sample of source
    ["braces within a template's code", "`${{ a: 1 }}x` + y", "`${{ a: 1 }} ` + y"],
    ["a pattern with quotes and slashes", String.raw`x = /["'\/]/.test(y);`, "x = / /.test(y);"],
    ["a division is no pattern", "a / b / c", "a / b / c"],
    ["a pattern after return", 'return /"/.test(a) ? "b" : c', 'return / /.test(a) ? " " : c'],
  ];
  for (const [rule, source, code] of rows) {
    it(rule, () => strictEqual(lex(source).code.replace(/ +/g, " "), code));
  }
});

describe("importsOf", () => {
  const rows: readonly (readonly [rule: string, source: string, modules: readonly string[]])[] = [
    ["names", 'import { a, b as c } from "./a.ts";', ["./a.ts"]],
    ["types", 'import type { A } from "./a.ts";\nexport type { B } from "./b.ts";', ["./a.ts", "./b.ts"]],
    ["everything", 'import * as a from "./a.ts";\nexport * from "./b.ts";', ["./a.ts", "./b.ts"]],
    ["a default and names, over lines", 'import a, {\n  b,\n} from "./a.ts";', ["./a.ts"]],
    ["for its effect", 'import "./a.ts";', ["./a.ts"]],
    ["as a call", 'const a = await import("./a.ts");', ["./a.ts"]],
    ["as a type", 'let a: import("./a.ts").A;', ["./a.ts"]],
    ["required", 'const a = require("./a.ts");', ["./a.ts"]],
    ["an export without a source", 'export const a = 1;\nimport { b } from "./b.ts";', ["./b.ts"]],
    ["not in a comment", '// import "./a.ts";\n/** import("./b.ts") */', []],
    ["not in a string", "const a = 'import \"./a.ts\"';", []],
  ];
  for (const [rule, source, modules] of rows) {
    it(rule, () => deepStrictEqual(importsOf(source), modules));
  }
});
