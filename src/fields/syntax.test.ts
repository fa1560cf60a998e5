import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { MisuseError } from "../message/index.ts";
import {
  formatParameters,
  isToken,
  listMembers,
  parseParameters,
  quoteString,
  readQuotedString,
  trimWhitespace,
} from "./syntax.ts";

const anyText = fc.string({ unit: "binary" });
/** What a field value can carry: HTAB, SP, VCHAR and obs-text. */
const fieldText = fc.string({
  unit: fc.constantFrom(..."\t !\"#$%&'(),/:;<=>?@[\\]{}azAZ09é\xff".split("")),
});
const token = fc.string({ unit: fc.constantFrom(..."!#$%&'*+-.^_`|~azAZ09".split("")), minLength: 1 });

describe("isToken (RFC 9110 §5.6.2)", () => {
  const rows = [
    ["letters, digits and all the marks", "!#$%&'*+-.^_`|~azAZ09", true],
    ["nothing", "", false],
    ["a space", "a b", false],
    ["delimiters", "a/b", false],
    ["a quoted string", '"a"', false],
    ["a control octet", "a\u0000", false],
    ["delete", "a\u007f", false],
    ["obs-text", "caf\u00e9", false],
    ["a letter whose low octet is one", "\u0141", false],
  ] as const;
  for (const [rule, text, expected] of rows) {
    it(rule, () => strictEqual(isToken(text), expected));
  }
});

describe("listMembers (RFC 9110 §5.6.1)", () => {
  const rows = [
    ["one", "foo", ["foo"]],
    ["two without whitespace", "foo,bar", ["foo", "bar"]],
    ["whitespace around commas", "foo ,\tbar ", ["foo", "bar"]],
    ["empty members are skipped", "foo , ,bar,charlie", ["foo", "bar", "charlie"]],
    ["an empty list", "", []],
    ["commas and spaces only", ", ,\t,", []],
    ["a comma in quotes does not separate", 'a="x,y", b', ['a="x,y"', "b"]],
    ["an escaped quote does not close", 'a="x\\",y",b', ['a="x\\",y"', "b"]],
    ["an open quote runs to the end", 'a,"b,c', ["a", '"b,c']],
    ["an escape at the end", '"\\', ['"\\']],
  ] as const;
  for (const [rule, text, members] of rows) {
    it(rule, () => deepStrictEqual(listMembers(text, 99), [...members]));
  }

  it("stops at its limit", () => deepStrictEqual(listMembers("a,b,c,d", 2), ["a", "b"]));

  it("gives back what was joined", () => {
    fc.assert(
      fc.property(fc.array(token), (tokens) => {
        deepStrictEqual(listMembers(tokens.join(" , "), tokens.length), tokens);
      }),
    );
  });
});

describe("readQuotedString, quoteString (RFC 9110 §5.6.4)", () => {
  const rows = [
    ["plain", '"abc"', { value: "abc", end: 5 }],
    ["empty", '""', { value: "", end: 2 }],
    ["escapes", '"a\\"b\\\\c\\d"', { value: 'a"b\\cd', end: 11 }],
    ["tab, space and obs-text", '"\t \u00ff"', { value: "\t \u00ff", end: 5 }],
    ["what follows is left", '"a";b', { value: "a", end: 3 }],
    ["never closed", '"abc', undefined],
    ["an escape at the end", '"abc\\', undefined],
    ["an escaped closing quote", '"abc\\"', undefined],
    ["a control octet", '"a\u0001"', undefined],
    ["an escaped control octet", '"a\\\r\n"', undefined],
    ["beyond latin1", '"\u2713"', undefined],
    ["no quote", "abc", undefined],
    ["nothing", "", undefined],
  ] as const;
  for (const [rule, text, expected] of rows) {
    it(rule, () => deepStrictEqual(readQuotedString(text, 0), expected));
  }

  it("refuses to quote what no field can carry", () => {
    for (const value of ["\r", "\n", "\u0000", "\u007f", "\u2713"]) {
      throws(() => quoteString(value), MisuseError);
    }
  });

  it("reads back what it quoted", () => {
    fc.assert(
      fc.property(fieldText, fieldText, (value, rest) => {
        const quoted = quoteString(value);
        deepStrictEqual(readQuotedString(quoted + rest, 0), { value, end: quoted.length });
      }),
    );
  });
});

describe("parseParameters (RFC 9110 §5.6.6)", () => {
  const rows = [
    ["none", "", []],
    [
      "whitespace around the semicolon",
      " ; a=b ;\tc=d ",
      [
        ["a", "b"],
        ["c", "d"],
      ],
    ],
    ["the name in lower case, the value as it is", ";Charset=UTF-8", [["charset", "UTF-8"]]],
    ["quoted, with all that needs quotes", ';a="x;y, \\"z\\""', [["a", 'x;y, "z"']]],
    ["an empty quoted value", ';a=""', [["a", ""]]],
    ["empty parameters are skipped", ";;a=b; ;", [["a", "b"]]],
    ["no value", ";a", undefined],
    ["an empty value", ";a=", undefined],
    ["no name", ";=b", undefined],
    ["whitespace around =", ";a = b", undefined],
    ["an open quote", ';a="b', undefined],
    ["text after a quoted value", ';a="b"c', undefined],
    ["no semicolon", "a=b", undefined],
  ] as const;
  for (const [rule, text, expected] of rows) {
    it(rule, () =>
      deepStrictEqual(
        parseParameters(text, 0),
        expected?.map((pair) => [...pair]),
      ),
    );
  }

  it("reads back what was formatted", () => {
    const name = token.map((text) => text.toLowerCase());
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fieldText)), (parameters) => {
        deepStrictEqual(parseParameters(formatParameters(parameters), 0), parameters);
      }),
    );
  });
});

describe("all scanners", () => {
  it("never throw, and never look for more than is there", () => {
    fc.assert(
      fc.property(anyText, fc.nat(40), (text, start) => {
        const quoted = readQuotedString(text, start);
        parseParameters(text, start);
        return (
          (quoted === undefined || quoted.end <= text.length) &&
          listMembers(text, 64).every((member) => member !== "" && member === trimWhitespace(member))
        );
      }),
    );
  });
});
