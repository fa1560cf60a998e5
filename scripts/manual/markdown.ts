/** A page's Markdown as HTML: anchors as GitHub makes them, links between pages as the site has them. */
import { Marked, type Tokens } from "marked";
import { escapeHtml, highlight } from "./highlight.ts";
import { pathOf } from "./pages.ts";

export interface Heading {
  readonly depth: number;
  readonly id: string;
  readonly text: string;
}

export interface RenderedPage {
  readonly html: string;
  readonly headings: readonly Heading[];
}

/** @throws Error for a heading that repeats another: links to it would be ambiguous. */
export function renderMarkdown(markdown: string): RenderedPage {
  const headings: Heading[] = [];
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth }) {
        const html = this.parser.parseInline(tokens);
        const text = this.parser.parseInline(tokens, this.parser.textRenderer);
        const id = slug(plain(text));
        if (headings.some((other) => other.id === id)) {
          throw new Error(`two headings have the anchor #${id}`);
        }
        headings.push({ depth, id, text: html });
        return depth === 1
          ? `<h1 id="${id}">${html}</h1>\n`
          : `<h${depth} id="${id}">${html}<a class="anchor" href="#${id}" aria-label="Link to this section">#</a></h${depth}>\n`;
      },
      code: ({ text, lang }) => codeBlock(text, lang ?? ""),
      table(token: Tokens.Table) {
        const head = token.header.map(({ tokens }) => this.parser.parseInline(tokens));
        // On a narrow screen a row becomes a block, and each cell tells its column itself.
        const labels = token.header.map(({ tokens }) =>
          this.parser.parseInline(tokens, this.parser.textRenderer),
        );
        const cells = (row: Tokens.TableCell[]): string =>
          row
            .map(({ tokens }, at) => `<td data-label="${labels[at]}">${this.parser.parseInline(tokens)}</td>`)
            .join("");
        const rows = token.rows.map((row) => `<tr>${cells(row)}</tr>`).join("\n");
        return `<div class="table" tabindex="0"><table>\n<thead><tr>${head.map((cell) => `<th>${cell}</th>`).join("")}</tr></thead>\n<tbody>\n${rows}\n</tbody>\n</table></div>\n`;
      },
      link({ href, tokens }) {
        return `<a href="${escapeHtml(siteLink(href))}">${this.parser.parseInline(tokens)}</a>`;
      },
      image: ({ href, text }) =>
        `<span class="picture" tabindex="0"><img src="/${escapeHtml(href)}" alt="${escapeHtml(text)}"></span>`,
    },
  });
  return { html: marked.parse(markdown, { async: false }), headings };
}

/** The anchor of a heading: lower case, punctuation gone, blanks as hyphens. */
export function slug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

/** `files.md#ranges` as the site has it: `/files#ranges`. */
function siteLink(href: string): string {
  const [, name, anchor = ""] = /^([\w-]+)\.md(#.*)?$/.exec(href) ?? [];
  return name === undefined ? href : `${pathOf(name)}${anchor}`;
}

/** The info string is a language and, maybe, the name of the file that the code is. */
function codeBlock(text: string, info: string): string {
  const [language = "", ...words] = info.split(" ");
  const title = words.join(" ");
  const caption = title === "" ? "" : `<figcaption>${escapeHtml(title)}</figcaption>`;
  const mark = language === "" ? "" : ` class="language-${escapeHtml(language)}"`;
  return `<figure class="code">${caption}<pre tabindex="0"><code${mark}>${highlight(text, language)}\n</code></pre></figure>\n`;
}

/** Text whose entities marked wrote. */
function plain(html: string): string {
  return html
    .replace(/&(?:#39|quot|lt|gt);/g, "")
    .replaceAll("&amp;", "&")
    .replace(/<[^>]*>/g, "");
}
