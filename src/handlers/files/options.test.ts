import { deepStrictEqual, match, ok } from "node:assert/strict";
import { describe, it } from "node:test";
import { makeTree } from "../../../test/support/files.ts";
import { files, filesKind } from "./index.ts";
import { filesSchema, filesSettings } from "./options.ts";

describe("filesSchema", () => {
  const accepted: readonly object[] = [
    {},
    { stripPrefix: "/static/" },
    { index: ["index.html", "home.htm"], listing: true, cleanUrls: true, trailingSlash: "never" },
    { fallback: "index.html", errorPages: { 404: "errors/404.html" } },
    { cacheControl: "max-age=60" },
    { cacheControl: [{ match: "/a/", value: "no-store" }] },
    { dotFiles: "allow", symlinks: "follow", precompressed: [] },
    { languages: { available: ["en", "zh-Hans"], default: "en" } },
    { types: { ".foo": "text/x-foo" }, defaultType: "text/plain" },
    { memory: { file: "2MB", total: 100_000_000 }, recheck: "250ms", ranges: 0 },
  ];
  for (const options of accepted) {
    it(`accepts ${JSON.stringify(options)} and changes nothing`, () =>
      deepStrictEqual(filesSchema.parse({ root: "public", ...options }), { root: "public", ...options }));
  }

  const refused: readonly (readonly [object, RegExp])[] = [
    [{ root: "" }, />=1/],
    [{ rot: "x" }, /rot/],
    [{ stripPrefix: "static" }, /begins with/],
    [{ stripPrefix: "/a//b" }, /plain path/],
    [{ stripPrefix: "//evil.example" }, /plain path/],
    [{ index: ["a/b"] }, /without slashes/],
    [{ index: [".."] }, /file name/],
    [{ fallback: "/etc/passwd" }, /relative to root/],
    [{ fallback: "../x" }, /relative to root/],
    [{ errorPages: { 200: "x" } }, /a status that files\(\) answers/],
    [{ errorPages: { 401: "x" } }, /a status that files\(\) answers/],
    [{ errorPages: { 500: "x" } }, /a status that files\(\) answers/],
    [{ errorPages: { 404: "a/../../x" } }, /relative to root/],
    [{ cacheControl: "a\r\nb: c" }, /printable/],
    [{ cacheControl: [{ match: "*", value: "a\nb" }] }, /printable|nvalid/],
    [{ trailingSlash: "sometimes" }, /auto/],
    [{ precompressed: ["deflate"] }, /br/],
    [{ languages: { available: ["en"], default: "zh" } }, /one of those available/],
    [{ languages: { available: ["../en"], default: "../en" } }, /language tag/],
    [{ types: { foo: "nonsense" } }, /media type/],
    [{ types: { foo: "a/b\r\nx: y" } }, /printable/],
    [{ memory: { file: "2 megs" } }, /is no size/],
    [{ memory: { file: true } }, /not boolean/],
    [{ memory: { file: "2MB", total: "1MB" } }, /at least/],
    [{ memory: { file: "2GB", total: "4GB" } }, /1GB is the most/],
    [{ recheck: 1000 }, /is no duration|text such as/],
    [{ ranges: -1 }, />=0/],
  ];
  for (const [options, message] of refused) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      const result = filesSchema.safeParse({ root: "public", ...options });
      ok(!result.success);
      match(JSON.stringify(result.error.issues), message);
    });
  }
});

describe("filesSettings", () => {
  it("fills in the defaults", () =>
    deepStrictEqual(filesSettings({ root: "public" }), {
      root: "public",
      stripPrefix: "",
      index: ["index.html"],
      listing: false,
      cleanUrls: false,
      trailingSlash: "auto",
      fallback: undefined,
      errorPages: new Map(),
      cacheControl: [],
      dotFiles: "deny",
      symlinks: "inside",
      precompressed: ["br", "zstd", "gzip"],
      languages: undefined,
      types: new Map(),
      defaultType: "application/octet-stream",
      memoryFile: 1_000_000,
      memoryTotal: 64_000_000,
      recheck: 1_000,
      ranges: 16,
    }));
});

describe("files(): description and inspection", () => {
  it("a text is the root", () =>
    deepStrictEqual(files("public"), { role: "handler", kind: "files", options: { root: "public" } }));

  it("complains of what is missing on the disk", () => {
    const tree = makeTree({ "index.html": "x" });
    const inspect = (options: object) =>
      filesKind
        .inspect?.({ root: ".", ...options }, tree.path)
        .map(({ path, message }) => `${path.join(".")}: ${message.replace(tree.path, "…")}`);
    deepStrictEqual(inspect({ fallback: "index.html" }), []);
    deepStrictEqual(inspect({ root: "none" }), ["root: a directory is needed at …/none, there is nothing"]);
    deepStrictEqual(inspect({ root: "index.html" }), [
      "root: a directory is needed at …/index.html, there is a file",
    ]);
    deepStrictEqual(inspect({ fallback: "app.html", errorPages: { 404: "404.html" } }), [
      "errorPages.404: a file is needed at …/404.html, there is nothing",
      "fallback: a file is needed at …/app.html, there is nothing",
    ]);
    tree.remove();
  });
});
