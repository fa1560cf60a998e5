/** The renderer of the manual: anchors, links, tables and code. */
import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { describe, it } from "node:test";
import { highlight } from "../../scripts/manual/highlight.ts";
import { renderMarkdown, slug } from "../../scripts/manual/markdown.ts";

describe("anchors", () => {
  const rows = [
    ["Clean URLs and slashes", "clean-urls-and-slashes"],
    ["What it does, and why", "what-it-does-and-why"],
    ["Options of sluice [dir]", "options-of-sluice-dir"],
    ["HTTP/1.1", "http11"],
  ] as const;
  for (const [text, anchor] of rows) {
    it(text, () => strictEqual(slug(text), anchor));
  }

  it("are told of, and refused when they repeat", () => {
    deepStrictEqual(renderMarkdown("# A\n\n## `b` & c\n").headings, [
      { depth: 1, id: "a", text: "A" },
      { depth: 2, id: "b--c", text: "<code>b</code> &amp; c" },
    ]);
    throws(() => renderMarkdown("## A\n\n## A\n"), /two headings have the anchor #a/);
  });
});

describe("links", () => {
  const rows = [
    ["[a](files.md)", '<p><a href="/files">a</a></p>\n'],
    ["[a](files.md#ranges)", '<p><a href="/files#ranges">a</a></p>\n'],
    ["[a](index.md)", '<p><a href="/">a</a></p>\n'],
    ["[a](#here)", '<p><a href="#here">a</a></p>\n'],
    ["[a](https://example.com/a.md)", '<p><a href="https://example.com/a.md">a</a></p>\n'],
  ] as const;
  for (const [markdown, html] of rows) {
    it(markdown, () => strictEqual(renderMarkdown(markdown).html, html));
  }
});

describe("highlighting", () => {
  const rows = [
    ["ts", "const a = 1;", '<span class="k">const</span> a = <span class="n">1</span>;'],
    ["js", "const a = 1;", '<span class="k">const</span> a = <span class="n">1</span>;'],
    ["ts", "// <b>", '<span class="c">// &#60;b&#62;</span>'],
    ["ts", "{ type: f(x) }", '{ <span class="p">type</span>: <span class="f">f</span>(x) }'],
    ["json", '{"a":"b"}', '{<span class="p">&#34;a&#34;</span>:<span class="s">&#34;b&#34;</span>}'],
    ["sh", "curl -i /", '<span class="k">curl</span> <span class="p">-i</span> /'],
    ["http", "HTTP/1.1 200 OK\nA: b", '<span class="k">HTTP/1.1 200 OK</span>\n<span class="p">A</span>: b'],
    ["text", "<&>", "&#60;&#38;&#62;"],
  ] as const;
  for (const [language, code, html] of rows) {
    it(`${language}: ${code.split("\n")[0]}`, () => strictEqual(highlight(code, language), html));
  }
});
