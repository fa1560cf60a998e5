import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { describe, it } from "node:test";
import { MisuseError } from "../message/index.ts";
import { layoutByteRanges } from "./multipart-ranges.ts";

const representation = Buffer.from("0123456789abcdefghij");
const plan = {
  ranges: [
    { start: 0, end: 2 },
    { start: 18, end: 20 },
  ],
  length: representation.length,
  contentType: "text/plain; charset=utf-8",
  boundary: "THIS_STRING_SEPARATES",
};

function assemble(
  given: typeof plan | (Omit<typeof plan, "contentType"> & { contentType: undefined }),
): string {
  const { parts, tail } = layoutByteRanges(given);
  const pieces = parts.flatMap(({ head, start, end }) => [head, representation.subarray(start, end)]);
  return Buffer.concat([...pieces, tail]).toString("latin1");
}

describe("layoutByteRanges (RFC 9110 §14.6)", () => {
  it("lays parts out as the RFC shows", () => {
    strictEqual(
      assemble(plan),
      [
        "--THIS_STRING_SEPARATES",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Range: bytes 0-1/20",
        "",
        "01",
        "--THIS_STRING_SEPARATES",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Range: bytes 18-19/20",
        "",
        "ij",
        "--THIS_STRING_SEPARATES--",
        "",
      ].join("\r\n"),
    );
  });

  it("announces the length it has, and its type", () => {
    const { length, contentType, parts } = layoutByteRanges(plan);
    deepStrictEqual(
      { length, contentType, spans: parts.map(({ start, end }) => ({ start, end })) },
      {
        length: assemble(plan).length,
        contentType: "multipart/byteranges; boundary=THIS_STRING_SEPARATES",
        spans: plan.ranges,
      },
    );
  });

  it("leaves out the type of what has none", () => {
    strictEqual(
      assemble({ ...plan, ranges: plan.ranges.slice(0, 1), contentType: undefined }),
      "--THIS_STRING_SEPARATES\r\nContent-Range: bytes 0-1/20\r\n\r\n01\r\n--THIS_STRING_SEPARATES--\r\n",
    );
  });

  const refused = [
    ["an empty boundary", { boundary: "" }],
    ["a long one", { boundary: "x".repeat(71) }],
    ["one with a space", { boundary: "a b" }],
    ["one with a line break", { boundary: "a\r\nb" }],
    ["one ending in a line break", { boundary: "a\n" }],
    ["a content type with a line break", { contentType: "text/plain\r\nx: y" }],
    ["a content type beyond latin1", { contentType: "text/\u2713" }],
  ] as const;
  for (const [rule, change] of refused) {
    it(`refuses ${rule}`, () => throws(() => layoutByteRanges({ ...plan, ...change }), MisuseError));
  }
});
