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
  /** Whether its own Content-Security-Policy has browsers fetch over https what it names over http. */
  readonly upgraded: boolean;
}

/** Attributes whose URL is fetched with the page (HTML §4), by element. */
const fetched: Readonly<Record<string, readonly string[]>> = {
  audio: ["src"],
  body: ["background"],
  button: ["formaction"],
  embed: ["src"],
  form: ["action"],
  frame: ["src"],
  iframe: ["src"],
  // SVG within HTML
  image: ["href", "xlink:href"],
  img: ["src"],
  input: ["src", "formaction"],
  object: ["data"],
  script: ["src"],
  source: ["src"],
  track: ["src"],
  use: ["href", "xlink:href"],
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
  const lines = new Lines(css);
  return insecureInCss(css, address).map(({ at, url }) => ({ ...lines.position(at), place: "url()", url }));
}

class Page implements PageFindings {
  readonly insecure: Insecure[] = [];
  readonly links: string[] = [];
  readonly sheets: string[] = [];
  upgraded = false;
  readonly #lines: Lines;
  #base: string;
  /** The first base counts (HTML §4.2.3). */
  #hasBase = false;
  #inStyle = false;

  constructor(html: string, address: string) {
    this.#lines = new Lines(html);
    this.#base = address;
  }

  open(name: string, attributes: Readonly<Record<string, string>>, at: number): void {
    this.#inStyle = name === "style";
    const { href, rel = "", srcset, imagesrcset, style, content = "" } = attributes;
    if (name === "base" && href !== undefined && !this.#hasBase) {
      this.#hasBase = true;
      this.#base = absolute(href, this.#base)?.href ?? this.#base;
    }
    if (name === "meta" && attributes["http-equiv"]?.toLowerCase() === "content-security-policy") {
      this.upgraded ||= upgrades(content);
    }
    for (const attribute of fetched[name] ?? []) {
      this.#look(attributes[attribute], `<${name} ${attribute}>`, at);
    }
    this.#candidates(srcset, `<${name} srcset>`, at);
    if (name === "link" && fetchedRel.test(rel)) {
      this.#look(href, `<link rel="${rel}">`, at);
      this.#candidates(imagesrcset, "<link imagesrcset>", at);
      if (/(?:^|\s)stylesheet(?:\s|$)/i.test(rel)) {
        this.#note(this.sheets, href);
      }
    }
    if (name === "a" || name === "area") {
      this.#note(this.links, href);
    }
    if (style !== undefined) {
      this.#css(style, `<${name} style>`, () => at);
    }
  }

  text(text: string, at: number): void {
    if (this.#inStyle) {
      this.#css(text, "<style>", (offset) => at + offset);
    }
  }

  close(): void {
    this.#inStyle = false;
  }

  #css(css: string, place: string, placeOf: (offset: number) => number): void {
    for (const { at, url } of insecureInCss(css, this.#base)) {
      this.insecure.push({ ...this.#lines.position(placeOf(at)), place, url });
    }
  }

  #candidates(list: string | undefined, place: string, at: number): void {
    for (const candidate of list?.split(",") ?? []) {
      this.#look(candidate.trim().split(/\s+/, 1)[0], place, at);
    }
  }

  #look(value: string | undefined, place: string, at: number): void {
    const url = value === undefined || value === "" ? undefined : absolute(value, this.#base);
    if (url?.protocol === "http:") {
      this.insecure.push({ ...this.#lines.position(at), place, url: url.href });
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

/** Comments and namespaces are passed over: what they name is not fetched (CSS Namespaces §3). */
const cssUrl =
  /\/\*[\s\S]*?(?:\*\/|$)|@namespace\b[^;]*|(?:\burl\(\s*|@import\s+)(?:"([^"]*)"|'([^']*)')|\burl\(\s*([^"')\s]+)/gi;

function insecureInCss(css: string, base: string): { readonly at: number; readonly url: string }[] {
  return [...css.matchAll(cssUrl)].flatMap((match) => {
    const written = match[1] ?? match[2] ?? match[3];
    const url = written === undefined ? undefined : absolute(written, base);
    return url?.protocol === "http:" ? [{ at: match.index, url: url.href }] : [];
  });
}

/** Whether a Content-Security-Policy has what is named over http fetched over https. */
export function upgrades(policy: string): boolean {
  return /(?:^|[;,])\s*upgrade-insecure-requests\s*(?:[;,]|$)/i.test(policy);
}

function absolute(value: string, base: string): URL | undefined {
  return URL.canParse(value, base) ? new URL(value, base) : undefined;
}

/** Lines of a text; places are asked for in order, so that each line is counted once. */
class Lines {
  readonly #text: string;
  #line = 1;
  #start = 0;

  constructor(text: string) {
    this.#text = text;
  }

  position(at: number): { readonly line: number; readonly column: number } {
    if (at < this.#start) {
      this.#line = 1;
      this.#start = 0;
    }
    for (let end = this.#text.indexOf("\n", this.#start); end >= 0 && end < at; ) {
      this.#line += 1;
      this.#start = end + 1;
      end = this.#text.indexOf("\n", this.#start);
    }
    return { line: this.#line, column: at - this.#start + 1 };
  }
}
