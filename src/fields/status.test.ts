import { strictEqual } from "node:assert/strict";
import { STATUS_CODES } from "node:http";
import { describe, it } from "node:test";
import { isContentForbidden, reasonPhrase } from "./status.ts";

/** Where the platform's table departs from the registry as RFC 9110 §15 left it. */
const departures: Readonly<Record<string, string>> = {
  104: "",
  413: "Content Too Large",
  418: "",
  422: "Unprocessable Content",
  509: "",
};

describe("reasonPhrase (RFC 9110 §15, §16.2.1)", () => {
  it("says what the registry says, and nothing for other codes", () => {
    for (let status = 100; status < 600; status += 1) {
      strictEqual(reasonPhrase(status), departures[status] ?? STATUS_CODES[status] ?? "", String(status));
    }
  });

  it("knows none for what is no status", () => {
    for (const status of [0, 99, 600, 999, -1, Number.NaN, 200.5]) {
      strictEqual(reasonPhrase(status), "");
    }
  });
});

describe("isContentForbidden (RFC 9110 §6.4.1)", () => {
  const rows = [
    [100, true],
    [101, true],
    [199, true],
    [200, false],
    [204, true],
    [205, false],
    [206, false],
    [304, true],
    [404, false],
  ] as const;
  for (const [status, expected] of rows) {
    it(String(status), () => strictEqual(isContentForbidden(status), expected));
  }
});
