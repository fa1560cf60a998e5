import { strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { negotiateCoding, negotiateLanguage, negotiateMediaType } from "./negotiation.ts";

describe("negotiateCoding (RFC 9110 §12.5.3)", () => {
  const all = ["br", "zstd", "gzip"];
  const rows = [
    // rule                                Accept-Encoding                    available  coding
    ["absent", undefined, all, "identity"],
    ["empty", "", all, "identity"],
    ["a browser's: server order", "gzip, deflate, br, zstd", all, "br"],
    ["only what is available", "gzip, deflate, br, zstd", ["gzip"], "gzip"],
    ["nothing available", "gzip, br", [], "identity"],
    ["an unknown coding", "compress", all, "identity"],
    ["the higher weight wins", "br;q=0.5, gzip;q=0.8", all, "gzip"],
    ["ties go to the server", "gzip;q=0.5, br;q=0.5", all, "br"],
    ["q=0 excludes", "br;q=0, gzip", all, "gzip"],
    ["all excluded by name", "br;q=0, gzip;q=0", all, "identity"],
    ["any", "*", all, "br"],
    ["any but br", "br;q=0, *", all, "zstd"],
    ["any at a lower weight", "gzip, *;q=0.5", all, "gzip"],
    ["example of the RFC", "gzip;q=1.0, identity; q=0.5, *;q=0", all, "gzip"],
    ["the same without gzip to hand", "gzip;q=1.0, identity; q=0.5, *;q=0", ["br"], "identity"],
    ["identity weighed higher", "gzip;q=0.5, identity", all, "identity"],
    ["identity weighed the same", "gzip, identity", all, "gzip"],
    ["identity weighed by the asterisk", "gzip;q=0.1, *;q=0.5", ["gzip"], "identity"],
    ["any low weight beats unweighed identity", "gzip;q=0.001", all, "gzip"],
    ["identity excluded, a coding to hand", "identity;q=0, gzip", all, "gzip"],
    ["identity excluded, nothing to hand", "identity;q=0, gzip", [], undefined],
    ["only identity excluded", "identity;q=0", all, undefined],
    ["all excluded", "*;q=0", all, undefined],
    ["all but identity excluded", "identity, *;q=0", all, "identity"],
    ["all but gzip excluded, none to hand", "gzip, *;q=0", ["br"], undefined],
    ["the old name of gzip", "x-gzip", all, "gzip"],
    ["case folds", "GZIP", all, "gzip"],
    ["unreadable members are left out", "br;q=high, gzip", all, "gzip"],
    ["all unreadable", "br;q=high, ;;", all, "identity"],
    ["the first of duplicates counts", "gzip;q=0, gzip", ["gzip"], "identity"],
    ["part of a name is no match", "gzi, gzipp", all, "identity"],
  ] as const;
  for (const [rule, field, available, expected] of rows) {
    it(rule, () => strictEqual(negotiateCoding(field, available), expected));
  }
});

describe("negotiateLanguage (RFC 9110 §12.5.4, RFC 4647)", () => {
  const sites = ["en", "zh", "de"];
  const rows = [
    // rule                               Accept-Language           available         language
    ["absent", undefined, sites, "en"],
    ["empty", "", sites, "en"],
    ["the example: Danish, else British, else any English", "da, en-gb;q=0.8, en;q=0.7", ["de", "en"], "en"],
    ["the same with Danish", "da, en-gb;q=0.8, en;q=0.7", ["en", "da"], "da"],
    ["the tag", "zh", sites, "zh"],
    ["script and region are cut (lookup)", "zh-Hans-CN", sites, "zh"],
    ["region is cut", "en-GB", sites, "en"],
    ["a browser's", "de-CH,de;q=0.9,en;q=0.8", sites, "de"],
    ["weights outrank order", "zh;q=0.5, de;q=0.8", sites, "de"],
    ["ties go to the client", "de, zh", sites, "de"],
    ["a longer tag (filtering)", "zh", ["en", "zh-Hans", "zh-Hant"], "zh-Hans"],
    ["the tag itself before a longer one", "zh", ["zh-Hant", "zh"], "zh"],
    ["the longer before the cut", "zh-Hant", ["zh", "zh-Hant-TW"], "zh-Hant-TW"],
    ["cut to a tag, never to its siblings", "en-GB", ["de", "en-US"], "en"],
    ["a single letter goes with what follows it", "de-x-y", sites, "de"],
    ["part of a subtag is no match", "z, dee", sites, "en"],
    ["case folds, the spelling is the server's", "ZH-HANS", ["zh-Hans"], "zh-Hans"],
    ["unknown", "fr", sites, "en"],
    ["any", "*", sites, "en"],
    ["any after an unknown one", "fr, *;q=0.5", sites, "en"],
    ["any does not outrank a language that is met", "*, de;q=0.1", sites, "de"],
    ["any but the fallback", "en;q=0, *", sites, "zh"],
    ["any, the fallback not to hand", "*", ["zh", "de"], "zh"],
    ["excluded", "zh;q=0, de;q=0.1", sites, "de"],
    ["excluded with all longer ones", "zh;q=0, zh-Hant-TW;q=0.5, de;q=0.1", ["zh", "de", "zh-Hans"], "de"],
    ["less a closer range lets it in", "zh;q=0, zh-Hant", ["zh", "zh-Hant"], "zh-Hant"],
    ["excluding the closer leaves the wider", "zh, zh-Hant;q=0", ["zh-Hant", "zh"], "zh"],
    ["all excluded", "*;q=0", sites, "en"],
    ["nothing available", "de", [], "en"],
    ["unreadable", "de;q=x, ;;, zh", sites, "zh"],
  ] as const;
  for (const [rule, field, available, expected] of rows) {
    it(rule, () => strictEqual(negotiateLanguage(field, available, "en"), expected));
  }
});

describe("negotiateMediaType (RFC 9110 §12.5.1)", () => {
  const listing = ["text/html; charset=utf-8", "application/json"];
  const [html, json] = listing;
  const rows = [
    ["absent", undefined, html],
    ["empty", "", html],
    ["all unreadable", "html, ;q=1", html],
    ["curl's", "*/*", html],
    ["Chromium's", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", html],
    ["JSON only", "application/json", json],
    ["JSON rather", "application/json, text/html;q=0.9", json],
    ["JSON rather than anything", "application/json, */*;q=0.1", json],
    ["the more specific says the weight, not the higher", "text/html;q=0.1, */*", json],
    ["a type's range", "application/*", json],
    ["a tie goes to the server", "application/json, text/html", html],
    ["q=0 excludes", "text/html;q=0, */*", json],
    ["none acceptable", "image/png", undefined],
    ["none acceptable, said with q=0", "*/*;q=0", undefined],
    ["Java's default", "text/xml, *; q=.2, */*; q=.2", html],
    ["a parameter that fits", "text/html;charset=UTF-8, application/json;q=0.9", html],
    ["one that does not", "text/html;charset=koi8-r, application/json;q=0.9", json],
    ["types fold", "APPLICATION/JSON", json],
  ] as const;
  for (const [rule, field, expected] of rows) {
    it(rule, () => strictEqual(negotiateMediaType(field, listing), expected));
  }

  // The table of §12.5.1 by falling weight: each type must win over all that come after it.
  const field =
    "text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, text/plain;format=fixed;q=0.4, */*;q=0.5";
  const falling = [
    "text/plain;format=flowed", // 1
    "text/plain", // 0.7
    "image/jpeg", // 0.5
    "text/plain;format=fixed", // 0.4
    "text/html;level=3", // 0.3
  ];
  for (let n = 0; n < falling.length; n += 1) {
    it(`the RFC's weights: ${falling[n]} is number ${n + 1}`, () =>
      strictEqual(negotiateMediaType(field, falling.slice(n).reverse()), falling[n]));
  }

  it("passes over what is no media type", () =>
    strictEqual(negotiateMediaType("*/*", ["html", "a/b"]), "a/b"));
});

describe("all negotiations", () => {
  it("never throw, and answer what was available", () => {
    const hostile = fc.string({ unit: fc.constantFrom(...'abz-*/;q=01., "\\\u0000'.split("")) });
    fc.assert(
      fc.property(fc.oneof(hostile, fc.string({ unit: "binary" })), (field) => {
        const available = ["a", "b-z"];
        const types = ["a/b", "z/z;q=a"];
        return (
          ["a", "b-z", "identity", undefined].includes(negotiateCoding(field, available)) &&
          ["a", "b-z", "fallback"].includes(negotiateLanguage(field, available, "fallback")) &&
          ["a/b", "z/z;q=a", undefined].includes(negotiateMediaType(field, types))
        );
      }),
    );
  });
});
