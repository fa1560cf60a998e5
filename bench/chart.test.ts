import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { drawChart } from "./chart.ts";
import { results } from "./example-results.ts";

/** The texts of the drawing in the order they are drawn. */
function textsOf(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>(.*?)<\/text>/g)].map(([, text = ""]) =>
    text.replace(/<[^>]*>/g, " · "),
  );
}

describe("drawChart", () => {
  const svg = drawChart(results);

  it("names what is drawn, then each scenario with its valid rows, Sluice first", () => {
    deepStrictEqual(textsOf(svg), [
      "Requests per second of server CPU · each scenario on its own scale · ",
      "Sluice 0.1.0, nginx 1.22.1, h2o 2.2.5, Node 20.19.0; Example &lt;1 GHz&gt;, one core each for server and load; 2026-01-02",
      "1 KB &amp; more",
      "Sluice",
      "125,000 · 1.56 × nginx · ",
      "nginx",
      "80,000",
      "h2o",
      "106,667 · 1.33 × nginx · ",
      "10,000 idle connections · memory of each, less is better · ",
      "Sluice",
      "3.1 KB",
    ]);
  });

  it("makes the best bar of a scenario full length and the others in proportion", () => {
    const widths = [...svg.matchAll(/<rect class="bar[^"]*"[^>]*width="(\d+)"/g)].map(([, width]) =>
      Number(width),
    );
    deepStrictEqual(widths, [185, 118, 158, 185]);
  });

  it("is well-formed: every element is closed and no value is missing", () => {
    const opened = [...svg.matchAll(/<([a-z]+)(?:\s[^>]*?)?(\/?)>/g)].filter(([, , closed]) => closed === "");
    strictEqual(opened.length, [...svg.matchAll(/<\/[a-z]+>/g)].length);
    ok(!/NaN|undefined/.test(svg));
  });

  it("gives the same octets for the same results", () => strictEqual(drawChart(results), svg));

  it("draws nothing but its title without results", () => {
    strictEqual(textsOf(drawChart({ ...results, scenarios: [] })).length, 2);
  });
});
