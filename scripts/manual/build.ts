/** The manual as a site: every file of it, made in memory from `docs/`. The same input gives the same octets. */
import { createCipheriv, createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { root } from "../command.ts";
import { type Frame, notFoundHtml, pageHtml } from "./layout.ts";
import { renderMarkdown } from "./markdown.ts";
import { manualPages } from "./pages.ts";

/** From path within the site to content, an original always before its compressed siblings. */
export type Site = ReadonlyMap<string, Buffer>;

const assets = join(root, "scripts", "manual", "assets");
const docs = join(root, "docs");
/** Octets of the download that ranges are tried on. */
const sampleLength = 32_000_000;
/** Below this, compressing saves no packet. */
const worthCompressing = 512;

export function buildSite(): Site {
  const originals = new Map<string, Buffer>();
  const style = readFileSync(join(assets, "style.css"));
  const stylesheet = `assets/style.${sha256(style).slice(0, 16)}.css`;
  originals.set(stylesheet, style);
  const frame: Frame = { version: packageVersion(), stylesheet: `/${stylesheet}` };
  for (const page of manualPages) {
    const rendered = renderMarkdown(readFileSync(join(docs, `${page.name}.md`), "utf8"));
    originals.set(`${page.name}.html`, Buffer.from(pageHtml(page, rendered, frame)));
  }
  originals.set("404.html", Buffer.from(notFoundHtml(frame)));
  originals.set("favicon.svg", readFileSync(join(docs, "images", "logo.svg")));
  originals.set("robots.txt", Buffer.from("User-agent: *\nAllow: /\n"));
  for (const name of readdirSync(join(docs, "images")).sort()) {
    originals.set(`images/${name}`, readFileSync(join(docs, "images", name)));
  }
  for (const [name, content] of downloads()) {
    originals.set(`downloads/${name}`, content);
  }
  return new Map([...originals].flatMap(([path, content]) => withSiblings(path, content)));
}

export function packageVersion(): string {
  return (JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string }).version;
}

function downloads(): readonly (readonly [string, Buffer])[] {
  const texts = manualPages.map(({ name }) => readFileSync(join(docs, `${name}.md`), "utf8").trim());
  const files = [
    ["sluice-manual.md", Buffer.from(`${texts.join("\n\n---\n\n")}\n`)],
    ["sample-32mb.bin", sample(sampleLength)],
  ] as const;
  const sums = files.map(([name, content]) => `${sha256(content)}  ${name}\n`).join("");
  return [...files, ["SHA256SUMS.txt", Buffer.from(sums)]];
}

/** Octets that look random and are always the same: the key stream of a key of zeros. */
function sample(length: number): Buffer {
  const zeros = Buffer.alloc(16);
  return createCipheriv("aes-128-ctr", zeros, zeros).update(Buffer.alloc(length));
}

function withSiblings(path: string, content: Buffer): readonly (readonly [string, Buffer])[] {
  if (!/\.(?:html|css|svg|md|txt)$/.test(path) || content.length < worthCompressing) {
    return [[path, content]];
  }
  const params = { [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
  return [
    [path, content],
    [`${path}.br`, brotliCompressSync(content, { params })],
    [`${path}.gz`, gzipSync(content, { level: 9 })],
  ];
}

function sha256(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
