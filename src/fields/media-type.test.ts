import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { MisuseError } from "../message/index.ts";
import { formatMediaType, parseMediaType } from "./media-type.ts";

const html = { type: "text", subtype: "html" };

describe("parseMediaType (RFC 9110 §8.3.1)", () => {
  const rows = [
    ["bare", "text/html", { ...html, parameters: [] }],
    ["with charset", "text/html;charset=utf-8", { ...html, parameters: [["charset", "utf-8"]] }],
    ["value case stays", "Text/HTML;Charset=UTF-8", { ...html, parameters: [["charset", "UTF-8"]] }],
    ["quoted value", 'Text/HTML;Charset="utf-8"', { ...html, parameters: [["charset", "utf-8"]] }],
    ["spaces", " text/html; charset=utf-8 ", { ...html, parameters: [["charset", "utf-8"]] }],
    [
      "multipart with a boundary that needs quotes",
      'multipart/form-data; boundary="a b;c"',
      { type: "multipart", subtype: "form-data", parameters: [["boundary", "a b;c"]] },
    ],
    [
      "a suffix",
      "application/problem+json",
      { type: "application", subtype: "problem+json", parameters: [] },
    ],
    ["an empty parameter", "text/html;", { ...html, parameters: [] }],
    ["a media range", "*/*", { type: "*", subtype: "*", parameters: [] }],
    ["nothing", "", undefined],
    ["no slash", "text", undefined],
    ["no subtype", "text/", undefined],
    ["no type", "/html", undefined],
    ["two slashes", "text/html/x", undefined],
    ["space within", "text /html", undefined],
    ["two types", "text/html, text/plain", undefined],
    ["parameter without value", "text/html;charset", undefined],
    ["space around =", "text/html; charset = utf-8", undefined],
    ["open quote", 'text/html; charset="utf-8', undefined],
    ["control octets", "text/html\r\nx: y", undefined],
  ] as const;
  for (const [rule, text, expected] of rows) {
    it(rule, () => deepStrictEqual(parseMediaType(text), expected));
  }

  it("never throws", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void parseMediaType(text)));
  });
});

describe("formatMediaType (RFC 9110 §8.3.1)", () => {
  it("quotes what is no token", () => {
    const media = {
      ...html,
      parameters: [
        ["a", "b"],
        ["c", "d e"],
        ["f", '"'],
        ["g", ""],
      ],
    } as const;
    strictEqual(formatMediaType(media), 'text/html;a=b;c="d e";f="\\"";g=""');
  });

  it("refuses what cannot be written", () => {
    throws(() => formatMediaType({ type: "text html", subtype: "x", parameters: [] }), MisuseError);
    throws(() => formatMediaType({ ...html, parameters: [["a b", "c"]] }), MisuseError);
    throws(() => formatMediaType({ ...html, parameters: [["a", "b\r\nc"]] }), MisuseError);
  });

  it("is the inverse of parsing", () => {
    const name = fc.string({ unit: fc.constantFrom(..."!#$%&'*+-.^_`|~az09".split("")), minLength: 1 });
    const value = fc.string({ unit: fc.constantFrom(...'\t !"\\;,=azAZ\u00ff'.split("")) });
    const media = fc.record({ type: name, subtype: name, parameters: fc.array(fc.tuple(name, value)) });
    fc.assert(
      fc.property(media, (m) => deepStrictEqual({ ...m }, { ...parseMediaType(formatMediaType(m)) })),
    );
  });
});
