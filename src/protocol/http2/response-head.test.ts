import { deepStrictEqual, fail, match, ok, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { HttpError, type Octets } from "../../message/index.ts";
import { type DecodedSection, HeaderField } from "../hpack/index.ts";
import { headFaults } from "./header-rules.ts";
import { readResponseHead } from "./response-head.ts";

type Line = readonly [name: string, value: string];

function section(lines: readonly Line[], excess?: string): DecodedSection {
  return {
    lines: lines.map(([name, value]) => new HeaderField(name, value)),
    size: 0,
    excess,
    meaning: undefined,
  };
}

function status(code: string, ...lines: readonly Line[]): Line[] {
  return [[":status", code], ...lines];
}

const five: Line = ["content-length", "5"];

describe("readResponseHead (RFC 9113 §8.3.2)", () => {
  it("answers status and fields", () => {
    const head = readResponseHead(section(status("200", ["a", "b"], ["a", "c"])), "GET", false);
    deepStrictEqual(
      { ...head, fields: [...head.fields] },
      {
        status: 200,
        reason: "",
        version: "2",
        fields: [
          ["a", "b"],
          ["a", "c"],
        ],
        contentLength: undefined,
      },
    );
  });

  const lengths: readonly (readonly [
    rule: string,
    method: string,
    lines: readonly Line[],
    complete: boolean,
    length: Octets | undefined,
  ])[] = [
    ["as announced", "GET", status("200", five), false, 5],
    ["unknown", "GET", status("200"), false, undefined],
    ["none after the stream's end", "GET", status("200"), true, 0],
    ["none, and said so", "GET", status("200", ["content-length", "0"]), true, 0],
    ["none to HEAD, whatever is announced", "HEAD", status("200", five), true, 0],
    ["none to HEAD where the stream's end comes later", "HEAD", status("200", five), false, 0],
    ["none with 304, whatever is announced", "GET", status("304", five), true, 0],
    ["none with 204", "GET", status("204"), true, 0],
    ["none with 103", "GET", status("103"), false, 0],
    ["none where a tunnel begins", "CONNECT", status("200"), false, 0],
    ["as announced where CONNECT is refused", "CONNECT", status("403", five), false, 5],
  ];

  for (const [rule, method, lines, complete, length] of lengths) {
    it(`length: ${rule}`, () => {
      strictEqual(readResponseHead(section(lines), method, complete).contentLength, length);
    });
  }

  const refusals: readonly (readonly [
    rule: string,
    lines: readonly Line[],
    fault: keyof typeof headFaults,
    says: RegExp,
  ])[] = [
    ["no :status", [["a", "b"]], "badStatus", /no :status/],
    ["101 (§8.6)", status("101"), "badStatus", /other than 101/],
    ["two digits", status("20"), "badStatus", /"20"/],
    ["four digits", status("2000"), "badStatus", /"2000"/],
    ["a zero in front", status("020"), "badStatus", /"020"/],
    ["words", status("200 OK"), "badStatus", /"200 OK"/],
    [":status twice", status("200", [":status", "200"]), "badPseudoField", /twice/],
    [
      ":status behind other fields",
      [
        ["a", "b"],
        [":status", "200"],
      ],
      "badPseudoField",
      /behind/,
    ],
    ["a request's pseudo field", status("200", [":path", "/"]), "badPseudoField", /:path in a response/],
    ["an unknown pseudo field", status("200", [":a", "b"]), "badPseudoField", /unknown/],
    ["a capital in a name", status("200", ["A", "b"]), "badFieldName", /lower case/],
    ["a field of the connection", status("200", ["connection", "close"]), "connectionField", /connection/],
    ["a line end in a value", status("200", ["a", "b\nc"]), "badFieldValue", /control/],
    ["two lengths", status("200", five, five), "badLength", /two field lines/],
    ["a length that is none", status("200", ["content-length", "5, 5"]), "badLength", /one number/],
    ["a length and the stream's end", status("200", five), "badLength", /none follows/],
  ];

  for (const [rule, lines, fault, says] of refusals) {
    it(`refuses ${rule}`, () => {
      const error = faultOf(() => readResponseHead(section(lines), "GET", true));
      deepStrictEqual([error.fault, error.by], [headFaults[fault], "origin"]);
      match(error.detail, says);
    });
  }

  it("refuses a section beyond a limit", () => {
    const error = faultOf(() => readResponseHead(section(status("200"), "too much"), "GET", true));
    deepStrictEqual([error.fault, error.detail], [headFaults.fieldsTooLarge, "too much"]);
  });
});

function faultOf(act: () => unknown): HttpError {
  try {
    act();
  } catch (error) {
    ok(error instanceof HttpError, String(error));
    return error;
  }
  return fail("no fault");
}
