/**
 * Mixed content: what a page or a style sheet fetches over http:// although it came over https.
 *
 * Browsers block it, or fetch images and media over https instead and fail where that does not work
 * (W3C Mixed Content). The HTML parser is loaded on first need: only `sluice check --site` wants it.
 */
import type { Parser } from "htmlparser2";

export interface Insecure {
  /** Counted from 1. */
  readonly line: number;
  readonly column: number;
  /** Where it stands, such as `<img src>` or `url()`. */
  readonly place: string;
  /** As a browser would ask for it. */
  readonly url: string;
}

export interface PageFindings {
  readonly insecure: readonly Insecure[];
  /** Where links of the page lead, as absolute URLs without fragment. */
  readonly links: readonly string[];
  /** Style sheets it loads, likewise. */
  readonly sheets: readonly string[];
}

/** Attributes whose URL is fetched with the page (HTML §4), by element. */
const fetched: Readonly<Record<string, readonly string[]>> = {
  audio: ["src"],
  embed: ["src"],
  form: ["action"],
  frame: ["src"],
  iframe: ["src"],
  img: ["src"],
  input: ["src"],
  object: ["data"],
  script: ["src"],
  source: ["src"],
  track: ["src"],
  video: ["src", "poster"],
};

/** `rel` values of a link that is fetched and not merely followed. */
const fetchedRel =
  /(?:^|\s)(?:stylesheet|icon|apple-touch-icon|manifest|preload|modulepreload|prefetch|mask-icon)(?:\s|$)/i;

/**
 * What an HTML page fetches, and where it links to.
 *
 * @param address - The page's own URL.
 */
export async function inspectPage(html: string, address: string): Promise<PageFindings> {
  const { Parser } = await import("htmlparser2");
  const page = new Page(html, address);
  const parser: Parser = new Parser({
    onopentag: (name, attributes) => page.open(name, attributes, parser.startIndex),
    ontext: (text) => page.text(text, parser.startIndex),
    onclosetag: () => page.close(),
  });
  parser.end(html);
  return page;
}

/** What a style sheet fetches over http://. */
export function inspectSheet(css: string, address: string): Insecure[] {
  return insecureInCss(css, address).map(({ at, url }) => ({ ...positionIn(css, at), place: "url()", url }));
}

class Page implements PageFindings {
  readonly insecure: Insecure[] = [];
  readonly links: string[] = [];
  readonly sheets: string[] = [];
  readonly #html: string;
  #base: string;
  #inStyle = false;

  constructor(html: string, address: string) {
    this.#html = html;
    this.#base = address;
  }

  open(name: string, attributes: Readonly<Record<string, string>>, at: number): void {
    this.#inStyle = name === "style";
    const { href, rel = "", srcset, style } = attributes;
    if (name === "base" && href !== undefined) {
      this.#base = absolute(href, this.#base)?.href ?? this.#base;
    }
    for (const attribute of fetched[name] ?? []) {
      this.#look(attributes[attribute], `<${name} ${attribute}>`, at);
    }
    for (const candidate of srcset?.split(",") ?? []) {
      this.#look(candidate.trim().split(/\s+/, 1)[0], `<${name} srcset>`, at);
    }
    if (name === "link" && fetchedRel.test(rel)) {
      this.#look(href, `<link rel="${rel}">`, at);
      if (/(?:^|\s)stylesheet(?:\s|$)/i.test(rel)) {
        this.#note(this.sheets, href);
      }
    }
    if (name === "a" || name === "area") {
      this.#note(this.links, href);
    }
    if (style !== undefined) {
      this.#css(style, `<${name} style>`, at);
    }
  }

  text(text: string, at: number): void {
    if (this.#inStyle) {
      this.#css(text, "<style>", at);
    }
  }

  close(): void {
    this.#inStyle = false;
  }

  #css(css: string, place: string, at: number): void {
    for (const { url } of insecureInCss(css, this.#base)) {
      this.insecure.push({ ...positionIn(this.#html, at), place, url });
    }
  }

  #look(value: string | undefined, place: string, at: number): void {
    const url = value === undefined || value === "" ? undefined : absolute(value, this.#base);
    if (url?.protocol === "http:") {
      this.insecure.push({ ...positionIn(this.#html, at), place, url: url.href });
    }
  }

  #note(list: string[], href: string | undefined): void {
    const url = href === undefined ? undefined : absolute(href, this.#base);
    if (url?.protocol === "https:") {
      url.hash = "";
      list.push(url.href);
    }
  }
}

function insecureInCss(css: string, base: string): { readonly at: number; readonly url: string }[] {
  const places = css.matchAll(/(?:url\(\s*|@import\s+)["']?([^"')\s;]+)/gi);
  return [...places].flatMap((match) => {
    const url = absolute(match[1] ?? "", base);
    return url?.protocol === "http:" ? [{ at: match.index, url: url.href }] : [];
  });
}

function absolute(value: string, base: string): URL | undefined {
  return URL.canParse(value, base) ? new URL(value, base) : undefined;
}

function positionIn(text: string, at: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, at);
  return { line: before.split("\n").length, column: at - before.lastIndexOf("\n") };
}
