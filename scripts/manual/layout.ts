/** The frame around each page: header, navigation, contents of the page, and what comes before and after. */
import { escapeHtml } from "./highlight.ts";
import type { Heading, RenderedPage } from "./markdown.ts";
import { type ManualPage, manual, manualPages, pathOf } from "./pages.ts";

export interface Frame {
  readonly version: string;
  /** Path of the stylesheet, hash included. */
  readonly stylesheet: string;
}

export function pageHtml(page: ManualPage, { html, headings }: RenderedPage, frame: Frame): string {
  const title = page.name === "index" ? "Sluice: a web server in TypeScript" : `${page.title} · Sluice`;
  const main = `<main id="content">
<article>
${page.name === "index" ? html.replace("<h1", '<img class="mark" src="/images/logo.svg" alt="" width="72" height="72">\n<h1') : html}
</article>
${page.name === "index" ? cards() : ""}${neighbours(page)}
</main>`;
  const attributes = { title, about: page.about, bodyClass: page.name === "index" ? "home" : "page" };
  return frameHtml(
    attributes,
    frame,
    `<nav class="sidebar" aria-label="Manual">${navigation(page.name)}</nav>
${main}
${contents(headings)}`,
  );
}

/** The page for what is not there. */
export function notFoundHtml(frame: Frame): string {
  const attributes = { title: "Not found · Sluice", about: "There is no such page.", bodyClass: "lost" };
  return frameHtml(
    attributes,
    frame,
    `<main id="content">
<p class="status">404</p>
<h1>The gate is closed here</h1>
<p>There is no such page. It may have moved, or the address may have lost a letter.</p>
<p><a class="button" href="/">To the manual</a></p>
<p class="note">This page is <code>404.html</code>, chosen by <code>errorPages</code> in the site's configuration. Its status is 404 all the same.</p>
</main>`,
  );
}

interface Attributes {
  readonly title: string;
  readonly about: string;
  readonly bodyClass: string;
}

function frameHtml({ title, about, bodyClass }: Attributes, frame: Frame, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="${escapeHtml(about)}">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<link rel="stylesheet" href="${frame.stylesheet}">
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
</head>
<body class="${bodyClass}">
<a class="skip" href="#content">Skip to the text</a>
<header class="top">
<a class="brand" href="/"><img src="/images/logo.svg" alt="" width="28" height="28"><span>Sluice</span></a>
<span class="version">${escapeHtml(frame.version)}</span>
<details class="menu"><summary>Menu</summary><nav aria-label="Manual, small screens">${navigation("")}</nav></details>
</header>
<div class="columns">
${body}
</div>
<footer class="bottom">
<p>Sluice ${escapeHtml(frame.version)}, MIT licence. These pages are <code>docs/*.md</code>, served by Sluice itself.</p>
<p><a href="/downloads/">Downloads</a> · <a href="/healthz">/healthz</a></p>
</footer>
</body>
</html>
`;
}

function navigation(current: string): string {
  return manual
    .map(({ title, pages }) => {
      const items = pages.map(({ name, title: label }) => {
        const mark = name === current ? ' aria-current="page"' : "";
        return `<li><a href="${pathOf(name)}"${mark}>${escapeHtml(label)}</a></li>`;
      });
      return `<h2>${escapeHtml(title)}</h2>\n<ul>\n${items.join("\n")}\n</ul>`;
    })
    .join("\n");
}

function contents(headings: readonly Heading[]): string {
  const listed = headings.filter(({ depth }) => depth === 2);
  if (listed.length < 2) {
    return "";
  }
  const items = listed.map(({ id, text }) => `<li><a href="#${id}">${text}</a></li>`);
  return `<nav class="contents" aria-label="On this page">\n<h2>On this page</h2>\n<ul>\n${items.join("\n")}\n</ul>\n</nav>`;
}

function cards(): string {
  const items = manualPages
    .filter(({ name }) => name !== "index")
    .map(
      ({ name, title, about }) =>
        `<li><a href="${pathOf(name)}"><strong>${escapeHtml(title)}</strong><span>${escapeHtml(about)}</span></a></li>`,
    );
  return `<ul class="cards">\n${items.join("\n")}\n</ul>\n`;
}

function neighbours({ name }: ManualPage): string {
  const at = manualPages.findIndex((page) => page.name === name);
  const link = (page: ManualPage | undefined, rel: "prev" | "next", label: string): string =>
    page === undefined
      ? "<span></span>"
      : `<a rel="${rel}" href="${pathOf(page.name)}"><small>${label}</small>${escapeHtml(page.title)}</a>`;
  return `<nav class="neighbours" aria-label="Neighbouring pages">
${link(manualPages[at - 1], "prev", "Before")}
${link(manualPages[at + 1], "next", "Next")}
</nav>`;
}
