import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { collect } from "../../message/index.ts";
import { errorPage, prefersHtml } from "./error-page.ts";

async function textOf(...of: Parameters<typeof errorPage>): Promise<string> {
  return (await collect(errorPage(...of).content, 100_000)).toString("utf8");
}

describe("errorPage", () => {
  it("is plain text without Accept", async () => {
    const response = errorPage(405, "Read only.", undefined, [["allow", "GET"]]);
    deepStrictEqual(response.fields.toJSON(), [
      ["content-type", "text/plain; charset=utf-8"],
      ["cache-control", "no-cache"],
      ["vary", "Accept"],
      ["x-content-type-options", "nosniff"],
      ["allow", "GET"],
    ]);
    strictEqual(await textOf(405, "Read only."), "405 Method Not Allowed\n\nRead only.\n");
  });

  it("escapes the cause in HTML", async () => {
    const html = await textOf(400, "<script>alert('\"&')</script>", "text/html");
    ok(!html.includes("<script>"));
    match(html, /&#60;script&#62;alert\(&#39;&#34;&#38;&#39;\)/);
  });

  it("its policy names its own style by hash", async () => {
    const [, style = ""] = /<style>([\s\S]*)<\/style>/.exec(await textOf(404, "x", "text/html")) ?? [];
    const hash = createHash("sha256").update(style).digest("base64");
    match(
      errorPage(404, "x", "text/html").fields.get("content-security-policy") ?? "",
      new RegExp(`'sha256-${hash.replace(/[+/]/g, "\\$&")}'`),
    );
  });

  const rows = [
    // Accept                                         HTML
    [undefined, false],
    ["*/*", false],
    ["text/html", true],
    ["text/html,application/xhtml+xml,*/*;q=0.8", true],
    ["application/json", false],
    ["text/*", false],
    ["text/html;q=0.5, text/plain", false],
  ] as const;
  for (const [accept, html] of rows) {
    it(`${accept}: ${html ? "HTML" : "plain text"}`, () => strictEqual(prefersHtml(accept), html));
  }
});
