/** The manual as `npm start` serves it: rendered, and asked through the example configuration without a socket. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { copyFileSync, mkdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, describe, it } from "node:test";
import { buildSite } from "../../scripts/manual/build.ts";
import { manualPages, pathOf } from "../../scripts/manual/pages.ts";
import { writeSite } from "../../scripts/manual/write.ts";
import { checkConfig, loadConfig } from "../../src/config/index.ts";
import * as face from "../../src/index.ts";
import { root } from "./pages.ts";
import { openWorkspace } from "./workspace.ts";

const workspace = openWorkspace();
after(() => workspace[Symbol.dispose]());

/** The example and the site stand to each other as they do in the repository. */
const example = join(workspace.directory, "examples", "manual", "sluice.config.ts");
const place = join(workspace.directory, ".site");
mkdirSync(dirname(example), { recursive: true });
copyFileSync(join(root, "examples", "manual", "sluice.config.ts"), example);
const site = buildSite();
writeSite(site, place);
const { config, base } = await loadConfig({
  file: example,
  cwd: workspace.directory,
  command: "run",
  env: { PORT: "0" },
  face,
});
const server = face.createServer(config, { base });

async function textAt(path: string): Promise<string> {
  const response = await server.fetch(path);
  strictEqual(response.status, 200, path);
  return response.text();
}

const pages = await Promise.all(
  manualPages.map(async ({ name }) => ({ path: pathOf(name), html: await textAt(pathOf(name)) })),
);
pages.push({ path: "/404", html: await (await server.fetch("/no-such-page")).text() });
const references = pages.flatMap(({ path, html }) =>
  [...html.matchAll(/\s(?:href|src)="([^"]+)"/g)].map(([, to = ""]) => ({ from: path, to })),
);
const inside = [...new Set(references.map(({ to }) => to).filter((to) => to.startsWith("/")))];

describe("the site of the manual", () => {
  it("has a configuration that checks", () => deepStrictEqual(checkConfig(config, base), []));

  it("links to itself in paths from the root or within the page", () => {
    const odd = references.filter(({ to }) => !/^(?:\/|#|https:\/\/)/.test(to));
    deepStrictEqual(odd, []);
  });

  for (const path of inside) {
    it(`answers ${path}`, async () => {
      strictEqual((await server.fetch(path.replace(/#.*/, ""))).status, 200);
    });
  }

  it("has every anchor it links to", () => {
    const missing = references.filter(({ from, to }) => {
      const [path = "", anchor] = to.split("#");
      const page = pages.find((one) => one.path === (path === "" ? from : path));
      return anchor !== undefined && page?.html.includes(` id="${anchor}"`) !== true;
    });
    deepStrictEqual(missing, []);
  });

  it("runs no script and no style of its own", () => {
    for (const { path, html } of pages) {
      ok(!/<script|<style|\sstyle=|\son\w+=|javascript:/.test(html), path);
    }
  });

  it("names each page in one title and one first heading", () => {
    for (const { path, html } of pages) {
      deepStrictEqual([html.split("<title>").length, html.split("<h1").length], [2, 2], path);
    }
  });
});

describe("what npm start shows", () => {
  const stylesheet = inside.find((path) => path.endsWith(".css")) ?? "";
  const rows = [
    // what, path, fields of the request, status, field of the response, its value
    [
      "a hashed asset is immutable",
      stylesheet,
      {},
      200,
      "cache-control",
      "public, max-age=31536000, immutable",
    ],
    ["a page is revalidated", "/files", {}, 200, "cache-control", "no-cache"],
    [
      "brotli where it is accepted",
      "/files",
      { "accept-encoding": "br, gzip" },
      200,
      "content-encoding",
      "br",
    ],
    ["gzip where brotli is not", stylesheet, { "accept-encoding": "gzip" }, 200, "content-encoding", "gzip"],
    ["clean URLs", "/files.html", {}, 301, "location", "/files"],
    ["the page for what is not there", "/no-such-page", {}, 404, "content-type", "text/html; charset=utf-8"],
    ["security fields", "/", {}, 200, "referrer-policy", "no-referrer"],
    [
      "a range",
      "/downloads/sample-32mb.bin",
      { range: "bytes=0-99" },
      206,
      "content-range",
      "bytes 0-99/32000000",
    ],
    [
      "a listing",
      "/downloads/",
      { accept: "application/json" },
      200,
      "content-type",
      "application/json; charset=utf-8",
    ],
    ["a fixed answer", "/healthz", {}, 200, "cache-control", "no-store"],
    ["an icon", "/favicon.svg", {}, 200, "content-type", "image/svg+xml; charset=utf-8"],
  ] as const;

  for (const [what, path, headers, status, name, value] of rows) {
    it(what, async () => {
      const response = await server.fetch(path, { headers });
      deepStrictEqual([response.status, response.headers.get(name)], [status, value]);
      await response.body?.cancel();
    });
  }

  it("the sums of the downloads are right", async () => {
    match(await textAt("/downloads/SHA256SUMS.txt"), /^(?:[0-9a-f]{64} {2}[\w.-]+\n){2}$/);
  });
});

describe("writing the site", () => {
  it("leaves alone what is right, and takes away what is no part of it", () => {
    const page = join(place, "index.html");
    const before = statSync(page, { bigint: true }).mtimeNs;
    workspace.write(".site/stale.html", "stale");
    writeSite(site, place);
    strictEqual(statSync(page, { bigint: true }).mtimeNs, before);
    strictEqual(statSync(join(place, "stale.html"), { throwIfNoEntry: false }), undefined);
  });

  it("gives the same octets for the same sources", () => {
    const again = buildSite();
    deepStrictEqual([...again.keys()], [...site.keys()]);
    for (const [path, content] of again) {
      ok(content.equals(site.get(path) as Buffer), path);
    }
  });
});
