/** Links between the Markdown files: their targets and anchors are there. */
import { deepStrictEqual } from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, it } from "node:test";
import { renderMarkdown } from "../../scripts/manual/markdown.ts";
import { manualPages } from "../../scripts/manual/pages.ts";
import { root, sources, textOf } from "./pages.ts";

const sourcesToo = [...sources, "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "bench/README.md"];

function linksOf(path: string): readonly string[] {
  const prose = textOf(path)
    .replace(/^```[\s\S]*?^```$/gm, "")
    .replace(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, href = ""]) => href);
}

/** Why a link leads nowhere; undefined for a good one. */
function fault(path: string, href: string): string | undefined {
  if (/^https?:/.test(href)) {
    return undefined;
  }
  const [file = "", anchor] = href.split("#");
  const target = file === "" ? path : normalize(join(dirname(path), file));
  if (!existsSync(join(root, target))) {
    return `${path}: ${href} is not there`;
  }
  const anchors = target.endsWith(".md") ? renderMarkdown(textOf(target)).headings.map(({ id }) => id) : [];
  return anchor === undefined || anchors.includes(anchor) ? undefined : `${path}: ${href} has no such anchor`;
}

describe("links in the Markdown files", () => {
  for (const path of sourcesToo.filter((one) => existsSync(join(root, one)))) {
    it(path, () => {
      deepStrictEqual(
        linksOf(path)
          .map((href) => fault(path, href))
          .filter((one) => one !== undefined),
        [],
      );
    });
  }

  it("every page has its place in the navigation", () => {
    const files = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md"));
    deepStrictEqual(files.sort(), manualPages.map(({ name }) => `${name}.md`).sort());
  });

  it("a page of the manual links to no file outside it, which the site would not have", () => {
    const outside = sources
      .filter((path) => path !== "README.md")
      .flatMap((path) => linksOf(path).filter((href) => !/^(?:https?:|#|[\w-]+\.md|images\/)/.test(href)));
    deepStrictEqual(outside, []);
  });
});
