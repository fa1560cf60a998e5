import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { MisuseError } from "../message/index.ts";
import { formatEntityTag, parseEntityTag, parseEntityTags, strongMatch, weakMatch } from "./entity-tag.ts";

const strong = (opaque: string) => ({ weak: false, opaque });
const weak = (opaque: string) => ({ weak: true, opaque });

describe("parseEntityTag (RFC 9110 §8.8.3)", () => {
  const rows = [
    ["strong", '"xyzzy"', strong("xyzzy")],
    ["weak", 'W/"xyzzy"', weak("xyzzy")],
    ["empty", '""', strong("")],
    ["weak and empty", 'W/""', weak("")],
    ["a comma", '"a,b"', strong("a,b")],
    ["a backslash escapes nothing", '"a\\"', strong("a\\")],
    ["obs-text", '"\u00e9\u00ff"', strong("\u00e9\u00ff")],
    ["whitespace around", ' \t"a" ', strong("a")],
    ["starting with W/", '"W/"', strong("W/")],
    ["a space within", '"a b"', undefined],
    ["lower-case w", 'w/"a"', undefined],
    ["a space after W/", 'W/ "a"', undefined],
    ["no quotes", "xyzzy", undefined],
    ["one quote", '"', undefined],
    ["never closed", '"a', undefined],
    ["text after it", '"a"b', undefined],
    ["two tags", '"a", "b"', undefined],
    ["any", "*", undefined],
    ["nothing", "", undefined],
    ["delete", '"\u007f"', undefined],
    ["a control octet", '"a\u0000"', undefined],
    ["beyond latin1", '"\u2713"', undefined],
  ] as const;
  for (const [rule, text, expected] of rows) {
    it(rule, () => deepStrictEqual(parseEntityTag(text), expected));
  }
});

describe("parseEntityTags (RFC 9110 §13.1.1, §13.1.2)", () => {
  const rows = [
    ["one", '"xyzzy"', [strong("xyzzy")]],
    ["one, weak", 'W/"xyzzy"', [weak("xyzzy")]],
    [
      "several",
      '"xyzzy", "r2d2xxxx", "c3piozzzz"',
      [strong("xyzzy"), strong("r2d2xxxx"), strong("c3piozzzz")],
    ],
    [
      "several, weak",
      'W/"xyzzy", W/"r2d2xxxx", W/"c3piozzzz"',
      [weak("xyzzy"), weak("r2d2xxxx"), weak("c3piozzzz")],
    ],
    ["any", "*", "*"],
    ["any with whitespace", " * ", "*"],
    ["commas within", '"a,b" ,"c,"', [strong("a,b"), strong("c,")]],
    ["without whitespace", '"a",W/"b"', [strong("a"), weak("b")]],
    ["empty members", ', ,"a",\t,"b",', [strong("a"), strong("b")]],
    ["an empty list", "", []],
    ["commas only", " , ,", []],
    ["any among tags", '"a", *', undefined],
    ["any first", '*, "a"', undefined],
    ["any twice", "*, *", undefined],
    ["no comma between", '"a" "b"', undefined],
    ["nothing between", '"a""b"', undefined],
    ["one without quotes", '"a", b', undefined],
    ["the last never closed", '"a", "b', undefined],
    ["a date", "Sat, 29 Oct 1994 19:43:31 GMT", undefined],
  ] as const;
  for (const [rule, text, expected] of rows) {
    it(rule, () => deepStrictEqual(parseEntityTags(text), expected));
  }

  it("never throws, and takes one tag as parseEntityTag does", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'W/"ab,* \u0000\u00ff\u2713'.split("")) }), (text) => {
        const tag = parseEntityTag(text);
        const tags = parseEntityTags(text);
        if (tag !== undefined) {
          deepStrictEqual(tags, [tag]);
        }
      }),
    );
  });
});

describe("formatEntityTag", () => {
  it("is the inverse of parsing, alone and in lists", () => {
    const opaque = fc.string({ unit: fc.constantFrom(..."!#,\\/W*az09~\u0080\u00ff".split("")) });
    const tag = fc.record({ weak: fc.boolean(), opaque }, { noNullPrototype: true });
    fc.assert(
      fc.property(fc.array(tag, { minLength: 1 }), (tags) => {
        deepStrictEqual(parseEntityTag(formatEntityTag(tags[0] ?? strong("?"))), tags[0]);
        deepStrictEqual(parseEntityTags(tags.map(formatEntityTag).join(", ")), tags);
      }),
    );
  });

  it("refuses what no tag can carry", () => {
    for (const opaque of ['"', " ", "\r\n", "\u007f", "\u2713"]) {
      throws(() => formatEntityTag(strong(opaque)), MisuseError);
    }
  });
});

describe("strongMatch, weakMatch (RFC 9110 §8.8.3.2)", () => {
  const rows = [
    // the table of §8.8.3.2                 strong  weak
    [weak("1"), weak("1"), false, true],
    [weak("1"), weak("2"), false, false],
    [weak("1"), strong("1"), false, true],
    [strong("1"), strong("1"), true, true],
  ] as const;
  for (const [a, b, strongly, weakly] of rows) {
    it(`${formatEntityTag(a)} and ${formatEntityTag(b)}`, () => {
      strictEqual(strongMatch(a, b), strongly);
      strictEqual(strongMatch(b, a), strongly);
      strictEqual(weakMatch(a, b), weakly);
    });
  }
});
