import { deepStrictEqual, throws } from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type FileEntries, readCsv } from "./csv.ts";
import { readJson } from "./json.ts";

/** Each entry as one text: parts with the place they stand at, then the faults. */
function shown({ entries, faults }: FileEntries): readonly string[] {
  const at = ({ line, column }: { line: number; column: number }): string => `${line}:${column}`;
  return [
    ...entries.map(
      ({ from, to, status, places }) =>
        `${at(places.from)} ${from} ${at(places.to)} ${JSON.stringify(to)} ${at(places.status)} ${JSON.stringify(status)}`,
    ),
    ...faults.map(({ place, message }) => `${at(place)} ${message}`),
  ];
}

describe("redirect maps as CSV (RFC 4180)", () => {
  const rows: readonly (readonly [string, string, readonly string[]])[] = [
    ["nothing", "", []],
    ["a line", "/a,/b", ['1:1 /a 1:4 "/b" 1:1 undefined']],
    ["a status", "/a,/b,301\n", ['1:1 /a 1:4 "/b" 1:7 301']],
    ["an empty status is none", "/a,/b,\r\n", ['1:1 /a 1:4 "/b" 1:7 undefined']],
    ["a status that is no number", "/a,/b,x", ['1:1 /a 1:4 "/b" 1:7 "x"']],
    ["CRLF", "/a,/b\r\n/c,/d\r\n", ['1:1 /a 1:4 "/b" 1:1 undefined', '2:1 /c 2:4 "/d" 2:1 undefined']],
    ["comments and empty lines", "# x,y\n\n  # z\n/a,/b\n \t\n", ['4:1 /a 4:4 "/b" 4:1 undefined']],
    ["blanks", "  /a ,\t/b\t, 301 ", ['1:3 /a 1:8 "/b" 1:13 301']],
    ["a head line", "from,to\n/a,/b", ['2:1 /a 2:4 "/b" 2:1 undefined']],
    ["a head line in another order", "Status,To,From\n301,/b,/a", ['2:8 /a 2:5 "/b" 2:1 301']],
    [
      "an unknown column",
      "from,to,code\n/a,/b,301",
      ['2:1 /a 2:4 "/b" 2:1 undefined', '1:9 "code": needs one of from, to, status'],
    ],
    ["quotes", '"/a","/b?c=""d"",e","301"', ['1:1 /a 1:6 "/b?c=\\"d\\",e" 1:21 301']],
    [
      "quotes over two lines",
      '"/a\n",/b\n/c,/d',
      ['1:1 /a\n 2:3 "/b" 1:1 undefined', '3:1 /c 3:4 "/d" 3:1 undefined'],
    ],
    [
      "text after quotes",
      '"/a"b,/c',
      ['1:1 /a 1:7 "/c" 1:1 undefined', '1:1 "b": needs a comma or the end of the line after a quoted cell'],
    ],
    [
      "quotes that do not end",
      '/a,"/b\n/c,/d',
      [
        '1:1 /a 1:4 "\\"/b" 1:1 undefined',
        '2:1 /c 2:4 "/d" 2:1 undefined',
        '1:4 a quoted cell needs its closing "',
      ],
    ],
    ["too few cells", "/a\n", ["1:1 1 cells: needs from,to,status"]],
    ["too many cells", "/a,/b,301,x\n", ["1:1 4 cells: needs from,to,status"]],
  ];
  for (const [rule, text, wanted] of rows) {
    it(rule, () => deepStrictEqual(shown(readCsv(text)), wanted));
  }
});

describe("redirect maps as JSON", () => {
  const rows: readonly (readonly [string, string, readonly string[]])[] = [
    ["an object", '{ "/a": "/b" }', ['1:3 /a 1:9 "/b" 1:9 undefined']],
    ["an object of objects", '{\n  "/a": { "status": 301,\n "to": "/b" }\n}', ['2:3 /a 3:8 "/b" 2:21 301']],
    ["a list", '[{ "from": "/a", "to": "/b", "status": 302 }]', ['1:12 /a 1:24 "/b" 1:40 302']],
    ["escapes", '{ "\\u002fa": "/\\"\\\\" }', ['1:3 /a 1:14 "/\\"\\\\" 1:14 undefined']],
    [
      "a name twice",
      '{ "/a": "/b", "/a": "/c" }',
      ['1:3 /a 1:9 "/b" 1:9 undefined', '1:15 /a 1:21 "/c" 1:21 undefined'],
    ],
    [
      "no text",
      '{ "/a": 7, "/b": null }',
      ["1:3 /a 1:9 7 1:9 undefined", "1:12 /b 1:18 null 1:18 undefined"],
    ],
    ["nothing to go to", '{ "/a": {} }', ["1:3 /a 1:9 undefined 1:9 undefined"]],
    ["an unknown name", '[{ "from": "/a", "too": "/b" }]', ['1:18 "too": needs one of from, to, status']],
    [
      "an entry without from",
      '[\n{ "to": "/b" }, 7]',
      ['2:1 needs { "from": "/old", "to": "/new" }', '2:17 needs { "from": "/old", "to": "/new" }'],
    ],
    ["neither", "7", ['1:1 needs an object { "/old": "/new" } or a list']],
  ];
  for (const [rule, text, wanted] of rows) {
    it(rule, () => deepStrictEqual(shown(readJson(text)), wanted));
  }

  const broken: readonly (readonly [string, string])[] = [
    ["", "1:1"],
    ['{ "/a": "/b",\n  /c }', "2:3"],
    ['{ "/a": ', "1:9"],
    ['{ "/a" "/b" }', "1:8"],
    ['{ "/a": "/b" "/c": "/d" }', "1:14"],
    ['{ "/a": "/b" } x', "1:16"],
    ['{ "/a": "/b" } 7', "1:16"],
    ['{ "/a": "/b", }', "1:15"],
    ["{ 7: 8 }", "1:3"],
    ["[1,]", "1:4"],
    ["[,1]", "1:2"],
    ['{ "/a": "/b\n" }', "1:9"],
    ['{ "\\x": 1 }', "1:3"],
    ["[01]", "1:3"],
    ["{]", "1:2"],
  ];
  for (const [text, place] of broken) {
    it(`${JSON.stringify(text)} is none`, () => {
      throws(() => JSON.parse(text));
      deepStrictEqual(shown(readJson(text)), [`${place} this is no JSON`]);
    });
  }

  it("reads whatever JSON.stringify writes", () =>
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), (map) => {
        const { entries, faults } = readJson(JSON.stringify(map, undefined, 1));
        deepStrictEqual([entries.map(({ from, to }) => [from, to]), faults], [Object.entries(map), []]);
      }),
    ));
});
