import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { parseAccept, parseWeightedList } from "./accept.ts";

describe("parseWeightedList (RFC 9110 §12.4.2, §12.5.2 to §12.5.4)", () => {
  const rows: readonly (readonly [string, string, Readonly<Record<string, number>>])[] = [
    ["§12.5.3, first example", "compress, gzip", { compress: 1000, gzip: 1000 }],
    ["§12.5.3, empty", "", {}],
    ["§12.5.3, any", "*", { "*": 1000 }],
    ["§12.5.3, weights", "compress;q=0.5, gzip;q=1.0", { compress: 500, gzip: 1000 }],
    ["§12.5.3, all", "gzip;q=1.0, identity; q=0.5, *;q=0", { gzip: 1000, identity: 500, "*": 0 }],
    ["§12.5.2", "iso-8859-5, unicode-1-1;q=0.8", { "iso-8859-5": 1000, "unicode-1-1": 800 }],
    ["§12.5.4", "da, en-gb;q=0.8, en;q=0.7", { da: 1000, "en-gb": 800, en: 700 }],
    ["a browser's", "gzip, deflate, br, zstd", { gzip: 1000, deflate: 1000, br: 1000, zstd: 1000 }],
    ["case folds, of q too", "GZip;Q=0.2", { gzip: 200 }],
    ["whitespace around the semicolon", "br \t; \tq=0.25 ,gzip", { br: 250, gzip: 1000 }],
    ["three digits", "a;q=0.001, b;q=0.999, c;q=1.000", { a: 1, b: 999, c: 1000 }],
    ["a point without digits", "a;q=0., b;q=1.", { a: 0, b: 1000 }],
    ["more digits are cut off", "a;q=0.33349, b;q=0.0009", { a: 333, b: 0 }],
    ["a missing zero", "a;q=.2", { a: 200 }],
    ["more than one is unreadable", "a;q=1.001, b;q=2, c;q=10, d", { d: 1000 }],
    ["not a number", "a;q=x, b;q=, c;q=-0.1, d;q=0.5x, e;q=1e0, f;q=., g", { g: 1000 }],
    ["another parameter", "a;level=1, b;q=1;x=y, c", { c: 1000 }],
    ["a quoted weight", 'a;q="0.5", b', { b: 1000 }],
    ["two semicolons", "a;;q=1, b", { b: 1000 }],
    ["space around =", "a;q =1, b;q= 1, c", { c: 1000 }],
    ["no token", 'a b, "c", /, ;q=1, d', { d: 1000 }],
    ["empty members", ",,a,,", { a: 1000 }],
  ];
  for (const [rule, text, expected] of rows) {
    const list = Object.entries(expected).map(([value, q]) => ({ value, q }));
    it(rule, () => deepStrictEqual(parseWeightedList(text), list));
  }

  it("keeps duplicates in order", () => {
    deepStrictEqual(parseWeightedList("a;q=0, a"), [
      { value: "a", q: 0 },
      { value: "a", q: 1000 },
    ]);
  });

  it("reads 64 members", () => {
    const members = Array.from({ length: 65 }, (_, n) => `c${n}`);
    deepStrictEqual(
      parseWeightedList(members.join(",")).map(({ value }) => value),
      members.slice(0, 64),
    );
  });

  it("never throws; weights are whole thousandths", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab*;q=01.5, "\\/\u0000\u00ff'.split("")) }), (text) =>
        [...parseWeightedList(text), ...parseAccept(text)].every(
          ({ q }) => Number.isInteger(q) && q >= 0 && q <= 1000,
        ),
      ),
    );
  });
});

describe("parseAccept (RFC 9110 §12.5.1)", () => {
  const any = { type: "*", subtype: "*", parameters: [] };
  const plain = { type: "text", subtype: "plain", parameters: [] };
  const rows = [
    [
      "first example",
      "audio/*; q=0.2, audio/basic",
      [
        { type: "audio", subtype: "*", parameters: [], q: 200 },
        { type: "audio", subtype: "basic", parameters: [], q: 1000 },
      ],
    ],
    [
      "second example",
      "text/plain; q=0.5, text/html,\t  text/x-dvi; q=0.8, text/x-c",
      [
        { ...plain, q: 500 },
        { type: "text", subtype: "html", parameters: [], q: 1000 },
        { type: "text", subtype: "x-dvi", parameters: [], q: 800 },
        { type: "text", subtype: "x-c", parameters: [], q: 1000 },
      ],
    ],
    [
      "third example",
      "text/*, text/plain, text/plain;format=flowed, */*",
      [
        { type: "text", subtype: "*", parameters: [], q: 1000 },
        { ...plain, q: 1000 },
        { ...plain, parameters: [["format", "flowed"]], q: 1000 },
        { ...any, q: 1000 },
      ],
    ],
    [
      "q wherever it stands",
      "text/plain;q=0.5;format=flowed",
      [{ ...plain, parameters: [["format", "flowed"]], q: 500 }],
    ],
    ["a quoted comma", 'text/plain;a="b,c"', [{ ...plain, parameters: [["a", "b,c"]], q: 1000 }]],
    [
      "Java's URLConnection",
      "*; q=.2, */*; q=.2",
      [
        { ...any, q: 200 },
        { ...any, q: 200 },
      ],
    ],
    ["any type of one subtype is unreadable", "*/html, text/plain", [{ ...plain, q: 1000 }]],
    ["a bad weight leaves the member out", "text/html;q=2, text/plain", [{ ...plain, q: 1000 }]],
    ["no media range", "text, /, html/, *x, text/plain", [{ ...plain, q: 1000 }]],
    ["empty", "", []],
  ] as const;
  for (const [rule, text, expected] of rows) {
    it(rule, () => deepStrictEqual(JSON.stringify(parseAccept(text)), JSON.stringify(expected)));
  }
});
