/** Sluice's own column of the comparison in the manual: every answer is the right one. */
import { strictEqual } from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { asker, makeSite, rows } from "../../scripts/comparison/rows.ts";
import { type Started, startSluice } from "../../scripts/comparison/servers.ts";

describe("comparison: Sluice's column", () => {
  const site = makeSite();
  let plain: Started;
  let singlePage: Started;

  before(async () => {
    plain = await startSluice(site.path, false);
    singlePage = await startSluice(site.path, true);
  });
  after(async () => {
    await plain.stop();
    await singlePage.stop();
    site.remove();
  });

  for (const row of rows) {
    it(`${row.question}: ${row.right}`, async () => {
      strictEqual(await row.probe(asker((row.singlePage === true ? singlePage : plain).port)), row.right);
    });
  }
});
