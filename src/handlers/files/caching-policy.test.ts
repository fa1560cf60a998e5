import { strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { cachingPolicy, isHashedName } from "./caching-policy.ts";

describe("isHashedName", () => {
  const rows = [
    // name                           hashed
    ["app.3f9a1c2e.js", true],
    ["assets/app.3f9a1c2e.min.css", true],
    ["app-3f9a1c2e4b5d6f70.js", true],
    ["index-BX3k9_aZ.js", true],
    ["index-D4-kQ2xW.css", true],
    ["chunk-5KRTM2RU.js", true],
    ["main.0a1b2c3d4e5f60718293a4b5c6d7e8f901234567.js.map", true],
    ["app.js", false],
    ["jquery-3.7.1.min.js", false],
    ["report-20240131.pdf", false],
    ["report-2024-01-31.pdf", false],
    ["photo-12345678.jpg", false],
    ["component-MyWidget.js", false],
    ["app-version1.js", false],
    ["app-Release2.js", false],
    ["deadbeef.js", false],
    ["a-facadefe.js", false],
    ["3f9a1c2e", false],
    ["app.3f9a1c2e", false],
    ["3f9a1c2e/index.html", false],
  ] as const;
  for (const [name, hashed] of rows) {
    it(`${name}: ${hashed}`, () => strictEqual(isHashedName(name), hashed));
  }
});

describe("cachingPolicy", () => {
  const forever = "public, max-age=31536000, immutable";
  const rules = [
    { match: "/assets/", value: "assets" },
    { match: "*.html", value: "pages" },
    { match: "/img/*.png", value: "images" },
    { match: "/deep/**/x.js", value: "deep" },
    { match: "/any/**", value: "any" },
    { match: "a+b.txt", value: "plain characters" },
  ];
  const rows = [
    // option   path                    value
    [[], "app.3f9a1c2e.js", forever],
    [[], "app.js", "no-cache"],
    ["max-age=60", "app.3f9a1c2e.js", "max-age=60"],
    [rules, "assets/app.js", "assets"],
    [rules, "other/assets/app.js", "no-cache"],
    [rules, "index.html", "pages"],
    [rules, "a/b/index.html", "pages"],
    [rules, "assets/index.html", "assets"],
    [rules, "img/a.png", "images"],
    [rules, "img/sub/a.png", "no-cache"],
    [rules, "deep/x.js", "deep"],
    [rules, "deep/a/b/x.js", "deep"],
    [rules, "any/a/b", "any"],
    [rules, "a+b.txt", "plain characters"],
    [rules, "aab.txt", "no-cache"],
    [rules, "app.3f9a1c2e.js", forever],
  ] as const;
  for (const [option, path, value] of rows) {
    it(`${path} with ${typeof option === "string" ? option : `${option.length} rules`}: ${value}`, () =>
      strictEqual(cachingPolicy(option)(path), value));
  }
});
