import { strictEqual } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { keptResults, pages, place, published } from "./publish.ts";

describe("published results", () => {
  for (const [path, chart] of pages) {
    it(`${path} shows the results that are kept`, () => {
      const page = readFileSync(place(path), "utf8");
      strictEqual(page, published(page, keptResults(), chart));
    });
  }
});
