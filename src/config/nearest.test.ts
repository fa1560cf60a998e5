import { strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { nearest } from "./nearest.ts";

describe("the nearest name", () => {
  const names = ["root", "index", "listing", "fallback", "http", "match", "keepAlive"];
  // biome-ignore format: a table is read by columns
  const rows = [
    ["rooot",     "root"],
    ["rot",       "root"],
    ["orot",      "root"],
    ["Listing",   "listing"],
    ["lisitng",   "listing"],
    ["fallbak",   "fallback"],
    ["keepalive", "keepAlive"],
    ["htpp",      "http"],
    ["colour",    undefined],
    ["",          undefined],
  ] as const;
  for (const [seen, meant] of rows) {
    it(`${JSON.stringify(seen)} → ${meant}`, () => strictEqual(nearest(seen, names), meant));
  }
});
