import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { formatHttpDate } from "../fields/index.ts";
import { Fields } from "../message/index.ts";
import { evaluatePreconditions, rangeApplies, type Selected } from "./preconditions.ts";

const modified = Date.UTC(2026, 5, 15, 12, 0, 0);
const at = formatHttpDate(modified);
const before = formatHttpDate(modified - 1000);
const after = formatHttpDate(modified + 1000);

const page: Selected = { exists: true, etag: { weak: false, opaque: "a" }, lastModified: modified };
const weakPage: Selected = { ...page, etag: { weak: true, opaque: "a" } };
const bare: Selected = { exists: true };
const absent: Selected = { exists: false };

/** What the RFC's steps come to: a status, or "go". */
function outcome(
  method: string,
  lines: Readonly<Record<string, string>>,
  selected: Selected,
): 304 | 412 | "go" {
  const verdict = evaluatePreconditions({ method, fields: Fields.from(lines) }, selected);
  return verdict.proceed ? "go" : verdict.status;
}

describe("evaluatePreconditions: If-Match (RFC 9110 §13.1.1)", () => {
  const rows = [
    ["the tag", "PUT", '"a"', page, "go"],
    ["one of the tags", "PUT", '"x", "a"', page, "go"],
    ["another tag", "PUT", '"b"', page, 412],
    ["any, and there is one", "PUT", "*", page, "go"],
    ["any, and there is none", "PUT", "*", absent, 412],
    ["a tag where there is nothing", "PUT", '"a"', absent, 412],
    ["a weak tag never matches", "PUT", 'W/"a"', page, 412],
    ["nor does a weak representation", "PUT", '"a"', weakPage, 412],
    ["nor two weak ones", "PUT", 'W/"a"', weakPage, 412],
    ["a representation without a tag", "PUT", '"a"', bare, 412],
    ["any, of one without a tag", "PUT", "*", bare, "go"],
    ["GET too", "GET", '"b"', page, 412],
    ["an empty list matches nothing", "PUT", "", page, 412],
    ["nor does an unreadable one", "DELETE", "a", page, 412],
    ["no condition for OPTIONS (§13.2.1)", "OPTIONS", '"b"', page, "go"],
    ["nor CONNECT", "CONNECT", '"b"', page, "go"],
    ["nor TRACE", "TRACE", '"b"', page, "go"],
  ] as const;
  for (const [rule, method, value, selected, expected] of rows) {
    it(rule, () => strictEqual(outcome(method, { "if-match": value }, selected), expected));
  }
});

describe("evaluatePreconditions: If-Unmodified-Since (RFC 9110 §13.1.4)", () => {
  const rows = [
    ["not modified since", "PUT", at, page, "go"],
    ["modified before", "PUT", after, page, "go"],
    ["modified after", "PUT", before, page, 412],
    ["modified after, GET", "GET", before, page, 412],
    ["no date", "PUT", "yesterday", page, "go"],
    ["two dates", "PUT", `${before}, ${before}`, page, "go"],
    ["no modification date to compare", "PUT", before, bare, "go"],
    ["no representation", "PUT", before, absent, "go"],
    ["the asctime form", "PUT", "Mon Jun 15 11:59:59 2026", page, 412],
    ["the rfc850 form", "PUT", "Monday, 15-Jun-26 11:59:59 GMT", page, 412],
  ] as const;
  for (const [rule, method, value, selected, expected] of rows) {
    it(rule, () => strictEqual(outcome(method, { "if-unmodified-since": value }, selected), expected));
  }
});

describe("evaluatePreconditions: If-None-Match (RFC 9110 §13.1.2)", () => {
  const rows = [
    ["the tag, GET", "GET", '"a"', page, 304],
    ["the tag, HEAD", "HEAD", '"a"', page, 304],
    ["the tag, PUT", "PUT", '"a"', page, 412],
    ["the tag, POST", "POST", '"a"', page, 412],
    ["one of several", "GET", 'W/"x", "a", "y"', page, 304],
    ["another tag", "GET", '"b"', page, "go"],
    ["a weak tag matches weakly", "GET", 'W/"a"', page, 304],
    ["and a weak representation", "GET", '"a"', weakPage, 304],
    ["any, GET", "GET", "*", page, 304],
    ["any, PUT onto something", "PUT", "*", page, 412],
    ["any, PUT onto nothing", "PUT", "*", absent, "go"],
    ["any, GET of nothing", "GET", "*", absent, "go"],
    ["any, of one without a tag", "GET", "*", bare, 304],
    ["a tag, of one without", "GET", '"a"', bare, "go"],
    ["an empty list", "GET", "", page, "go"],
    ["unreadable, GET", "GET", "a", page, "go"],
    ["unreadable, PUT", "PUT", "a", page, 412],
    ["the tag, OPTIONS", "OPTIONS", '"a"', page, "go"],
    ["a tag with a comma within", "GET", '"a,b"', page, "go"],
  ] as const;
  for (const [rule, method, value, selected, expected] of rows) {
    it(rule, () => strictEqual(outcome(method, { "if-none-match": value }, selected), expected));
  }
});

describe("evaluatePreconditions: If-Modified-Since (RFC 9110 §13.1.3)", () => {
  const rows = [
    ["not modified since", "GET", at, page, 304],
    ["HEAD", "HEAD", at, page, 304],
    ["modified before", "GET", after, page, 304],
    ["modified after", "GET", before, page, "go"],
    ["only GET and HEAD", "PUT", at, page, "go"],
    ["not POST", "POST", at, page, "go"],
    ["no date", "GET", "0", page, "go"],
    ["two dates", "GET", `${at}, ${at}`, page, "go"],
    ["a date with a length behind it", "GET", `${at}; length=5`, page, "go"],
    ["no modification date to compare", "GET", at, bare, "go"],
    ["no representation", "GET", at, absent, "go"],
  ] as const;
  for (const [rule, method, value, selected, expected] of rows) {
    it(rule, () => strictEqual(outcome(method, { "if-modified-since": value }, selected), expected));
  }
});

describe("evaluatePreconditions: the order (RFC 9110 §13.2.2)", () => {
  const rows = [
    ["no conditions", {}, "GET", "go"],
    [
      "If-Match true: If-Unmodified-Since is not asked",
      { "if-match": '"a"', "if-unmodified-since": before },
      "PUT",
      "go",
    ],
    ["If-Match false goes before If-None-Match", { "if-match": '"b"', "if-none-match": '"a"' }, "GET", 412],
    ["If-Match true: If-None-Match is asked", { "if-match": '"a"', "if-none-match": '"a"' }, "GET", 304],
    [
      "If-Unmodified-Since false goes first",
      { "if-unmodified-since": before, "if-none-match": '"a"' },
      "GET",
      412,
    ],
    [
      "If-Unmodified-Since true: on to If-Modified-Since",
      { "if-unmodified-since": at, "if-modified-since": at },
      "GET",
      304,
    ],
    [
      "If-None-Match true: If-Modified-Since is not asked",
      { "if-none-match": '"b"', "if-modified-since": at },
      "GET",
      "go",
    ],
    ["nor after an unreadable one", { "if-none-match": "b", "if-modified-since": at }, "GET", "go"],
    [
      "If-None-Match false, though modified",
      { "if-none-match": '"a"', "if-modified-since": before },
      "GET",
      304,
    ],
    ["If-Range is no precondition", { "if-range": '"b"', range: "bytes=0-1" }, "GET", "go"],
  ] as const;
  for (const [rule, lines, method, expected] of rows) {
    it(rule, () => strictEqual(outcome(method, lines, page), expected));
  }

  it("joins field lines before it reads them", () => {
    const fields = Fields.of(["if-none-match", '"x"'], ["if-none-match", '"a"']);
    deepStrictEqual(evaluatePreconditions({ method: "GET", fields }, page), {
      proceed: false,
      status: 304,
      because: "If-None-Match matches",
    });
  });

  it("never throws", () => {
    const value = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom('"a"', "*", at, before));
    const names = ["if-match", "if-none-match", "if-modified-since", "if-unmodified-since"];
    fc.assert(
      fc.property(
        fc.constantFrom("GET", "PUT"),
        fc.dictionary(fc.constantFrom(...names), value),
        (method, lines) => ["go", 304, 412].includes(outcome(method, lines, page)),
      ),
    );
  });
});

describe("rangeApplies (RFC 9110 §13.1.5)", () => {
  const later = modified + 1000;
  const rows = [
    ["no If-Range", undefined, page, later, true],
    ["the tag", '"a"', page, later, true],
    ["another tag", '"b"', page, later, false],
    ["a weak tag", 'W/"a"', page, later, false],
    ["a weak representation", '"a"', weakPage, later, false],
    ["a representation without a tag", '"a"', bare, later, false],
    ["the exact date", at, page, later, true],
    ["the exact date in asctime", "Mon Jun 15 12:00:00 2026", page, later, true],
    ["an earlier date", before, page, later, false],
    ["a later date is not exact", after, page, later, false],
    ["within the second the date is weak (§8.8.2.2)", at, page, modified + 999, false],
    ["no clock, no strong date", at, page, undefined, false],
    ["no modification date", at, bare, later, false],
    ["neither tag nor date", "a", page, later, false],
    ["any is not for If-Range", "*", page, later, false],
    ["a list is not", '"a", "b"', page, later, false],
    ["empty", "", page, later, false],
    ["nothing there", '"a"', { ...page, exists: false }, later, false],
  ] as const;
  for (const [rule, ifRange, selected, date, expected] of rows) {
    it(rule, () => strictEqual(rangeApplies(ifRange, selected, date), expected));
  }
});
