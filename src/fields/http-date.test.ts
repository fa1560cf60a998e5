import { strictEqual, throws } from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { MisuseError } from "../message/index.ts";
import { formatHttpDate, parseHttpDate } from "./http-date.ts";

const example = Date.UTC(1994, 10, 6, 8, 49, 37);

describe("parseHttpDate (RFC 9110 §5.6.7)", () => {
  const rows = [
    ["IMF-fixdate", "Sun, 06 Nov 1994 08:49:37 GMT", example],
    ["rfc850-date", "Sunday, 06-Nov-94 08:49:37 GMT", example],
    ["asctime-date", "Sun Nov  6 08:49:37 1994", example],
    ["asctime, two digits of day", "Wed Nov 16 08:49:37 1994", Date.UTC(1994, 10, 16, 8, 49, 37)],
    ["the epoch", "Thu, 01 Jan 1970 00:00:00 GMT", 0],
    ["before the epoch", "Wed, 31 Dec 1969 23:59:59 GMT", -1000],
    ["the first writable year", "Sat, 01 Jan 0000 00:00:00 GMT", -62_167_219_200_000],
    ["the last writable second", "Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799_000],
    ["29 February", "Thu, 29 Feb 2024 12:00:00 GMT", Date.UTC(2024, 1, 29, 12)],
    ["29 February of 2000", "Tue, 29 Feb 2000 00:00:00 GMT", Date.UTC(2000, 1, 29)],
    ["a leap second is the second after it", "Sat, 31 Dec 2016 23:59:60 GMT", Date.UTC(2017, 0, 1)],
    ["a weekday that is not the date's", "Mon, 06 Nov 1994 08:49:37 GMT", example],

    ["29 February of no leap year", "Wed, 29 Feb 2023 12:00:00 GMT", undefined],
    ["29 February of 1900", "Thu, 29 Feb 1900 12:00:00 GMT", undefined],
    ["31 June", "Fri, 31 Jun 2024 12:00:00 GMT", undefined],
    ["day 0", "Sun, 00 Nov 1994 08:49:37 GMT", undefined],
    ["day 32", "Sun, 32 Jan 1994 08:49:37 GMT", undefined],
    ["hour 24", "Sun, 06 Nov 1994 24:00:00 GMT", undefined],
    ["minute 60", "Sun, 06 Nov 1994 08:60:37 GMT", undefined],
    ["second 60 at another minute", "Sun, 06 Nov 1994 08:49:60 GMT", undefined],
    ["second 61", "Sat, 31 Dec 2016 23:59:61 GMT", undefined],
    ["no weekday", "Sux, 06 Nov 1994 08:49:37 GMT", undefined],
    ["weekday in capitals", "SUN, 06 Nov 1994 08:49:37 GMT", undefined],
    ["month in lower case", "Sun, 06 nov 1994 08:49:37 GMT", undefined],
    ["no month", "Sun, 06 Foo 1994 08:49:37 GMT", undefined],
    ["another zone", "Sun, 06 Nov 1994 08:49:37 UTC", undefined],
    ["lower-case zone", "Sun, 06 Nov 1994 08:49:37 gmt", undefined],
    ["an offset", "Sun, 06 Nov 1994 08:49:37 +0000", undefined],
    ["no zone", "Sun, 06 Nov 1994 08:49:37", undefined],
    ["one digit of day", "Sun, 6 Nov 1994 08:49:37 GMT", undefined],
    ["a sign for a digit", "Sun, +6 Nov 1994 08:49:37 GMT", undefined],
    ["a space for a digit", "Sun,  6 Nov 1994 08:49:37 GMT", undefined],
    ["other digits", "Sun, \u0660\u0666 Nov 1994 08:49:37 GMT", undefined],
    ["letters whose low bits spell Sun", "\u0153un, 06 Nov 1994 08:49:37 GMT", undefined],
    ["trailing space", "Sun, 06 Nov 1994 08:49:37 GMT ", undefined],
    ["leading space", " Sun, 06 Nov 1994 08:49:37 GMT", undefined],
    ["semicolon lengths of old browsers", "Sun, 06 Nov 1994 08:49:37 GMT; length=5", undefined],
    ["a list of dates", "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT", undefined],
    ["dots for colons", "Sun, 06 Nov 1994 08.49.37 GMT", undefined],
    ["asctime with a zone", "Sun Nov  6 08:49:37 1994 GMT", undefined],
    ["asctime, zero for a space", "Sun Nov 06 08:49:37 1994", example],
    ["asctime, one space", "Sun Nov 6 08:49:37 1994", undefined],
    ["rfc850 with a short weekday", "Sun, 06-Nov-94 08:49:37 GMT", undefined],
    ["rfc850 with four digits of year", "Sunday, 06-Nov-1994 08:49:37 GMT", undefined],
    ["ISO 8601", "1994-11-06T08:49:37Z", undefined],
    ["a number", "0", undefined],
    ["an ETag", '"abc"', undefined],
    ["nothing", "", undefined],
  ] as const;
  for (const [rule, text, expected] of rows) {
    it(rule, () => strictEqual(parseHttpDate(text), expected));
  }

  const years = [
    // two digits  this year  means
    ["94", 1994, 1994],
    ["94", 2026, 1994],
    ["26", 2026, 2026],
    ["76", 2026, 2076],
    ["77", 2026, 1977],
    ["00", 1999, 2000],
    ["49", 1999, 2049],
    ["50", 1999, 1950],
    ["10", 2090, 2110],
    ["99", 2000, 1999],
  ] as const;
  for (const [two, nowYear, year] of years) {
    it(`rfc850 year ${two} in ${nowYear} is ${year}`, () => {
      strictEqual(
        parseHttpDate(`Sunday, 06-Nov-${two} 08:49:37 GMT`, nowYear),
        Date.UTC(year, 10, 6, 8, 49, 37),
      );
    });
  }

  it("never throws", () => {
    const broken = fc
      .tuple(fc.constantFrom(formatHttpDate(example), "Sun Nov  6 08:49:37 1994"), fc.nat(28), fc.string())
      .map(([text, at, patch]) => text.slice(0, at) + patch + text.slice(at + patch.length));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), broken), (text) => {
        const ms = parseHttpDate(text);
        return ms === undefined || Number.isInteger(ms);
      }),
    );
  });
});

describe("formatHttpDate (RFC 9110 §5.6.7)", () => {
  const rows = [
    ["the example", example, "Sun, 06 Nov 1994 08:49:37 GMT"],
    ["a fraction is cut off", example + 999, "Sun, 06 Nov 1994 08:49:37 GMT"],
    ["before the epoch it is cut off downwards", -1, "Wed, 31 Dec 1969 23:59:59 GMT"],
    ["too early", Number.NEGATIVE_INFINITY, "Sat, 01 Jan 0000 00:00:00 GMT"],
    ["too late", 1e18, "Fri, 31 Dec 9999 23:59:59 GMT"],
  ] as const;
  for (const [rule, ms, text] of rows) {
    it(rule, () => strictEqual(formatHttpDate(ms), text));
  }

  it("refuses NaN", () => throws(() => formatHttpDate(Number.NaN), MisuseError));

  it("says what the platform's calendar says, and is read back", () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_167_219_200, max: 253_402_300_799 }), (second) => {
        const text = formatHttpDate(second * 1000);
        strictEqual(text, new Date(second * 1000).toUTCString());
        strictEqual(parseHttpDate(text), second * 1000);
      }),
    );
  });
});
