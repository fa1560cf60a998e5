import { strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { type Asked, authorityKey, BackMapping, type BackRules } from "./back-mapping.ts";

const asked: Asked = { scheme: "https", authority: "www.test", host: { host: "www.test", port: undefined } };
const authorities = new Set(["app.test:3000", "10.0.0.1:80", "[2001:db8::1]:80"]);
const moved: BackRules = { stripPrefix: "/shop", base: "/v2", authorities };
const stripped: BackRules = { stripPrefix: "/shop", base: "", authorities };
const based: BackRules = { stripPrefix: "", base: "/v2", authorities };
const same: BackRules = { stripPrefix: "", base: "", authorities };

describe("Location mapped back", () => {
  // biome-ignore format: a table
  const rows: readonly (readonly [rule: string, BackRules, text: string, mapped: string, asked?: Partial<Asked>])[] = [
    ["a path under the base", moved, "/v2/cart", "/shop/cart"],
    ["the base itself", moved, "/v2", "/shop"],
    ["with a slash", moved, "/v2/", "/shop/"],
    ["with a query", moved, "/v2?a=/v2", "/shop?a=/v2"],
    ["with a fragment", moved, "/v2#top", "/shop#top"],
    ["percent-encoding stays", moved, "/v2/%7Ea%2fb", "/shop/%7Ea%2fb"],
    ["a path outside the base", moved, "/login", "/login"],
    ["a path that only begins alike", moved, "/v20/x", "/v20/x"],
    ["relative to the request: right already", moved, "cart/2", "cart/2"],
    ["relative, climbing", moved, "../x", "../x"],
    ["a query alone", moved, "?page=2", "?page=2"],
    ["empty", moved, "", ""],
    ["the upstream's authority", moved, "http://app.test:3000/v2/x", "https://www.test/shop/x"],
    ["in any case", moved, "HTTP://APP.test:3000/v2/x", "https://www.test/shop/x"],
    ["without a path", same, "http://app.test:3000", "https://www.test/"],
    ["without a path, with a query", same, "http://app.test:3000?a", "https://www.test/?a"],
    ["its default port", same, "http://10.0.0.1/x", "https://www.test/x"],
    ["its default port, written", same, "http://10.0.0.1:80/x", "https://www.test/x"],
    ["IPv6", same, "http://[2001:DB8::1]/x", "https://www.test/x"],
    ["another port is another server", same, "http://10.0.0.1:8080/x", "http://10.0.0.1:8080/x"],
    ["the upstream outside the base: nobody gets there through us", moved, "http://app.test:3000/x", "http://app.test:3000/x"],
    ["without a scheme", moved, "//app.test:3000/v2/x", "//www.test/shop/x"],
    ["no host was asked for: a path will do", moved, "http://app.test:3000/v2/x", "/shop/x", { authority: "" }],
    ["the port asked for", same, "http://app.test:3000/x", "https://www.test:8443/x", { authority: "www.test:8443" }],
    ["the host asked for, which the application was told", moved, "https://www.test/v2/x", "https://www.test/shop/x"],
    ["the host asked for, with its port written", moved, "https://www.test:443/v2/x", "https://www.test:443/shop/x"],
    ["the host asked for, by the other scheme, is another server", moved, "http://www.test/v2/x", "http://www.test/v2/x"],
    ["others", moved, "https://elsewhere.test/v2/x", "https://elsewhere.test/v2/x"],
    ["other schemes", moved, "mailto:a@app.test", "mailto:a@app.test"],
    ["userinfo names another", moved, "http://app.test:3000@evil.test/v2", "http://app.test:3000@evil.test/v2"],
    ["no base: every path is the upstream's", stripped, "/login", "/shop/login"],
    ["no base: the root", stripped, "/", "/shop/"],
    ["no prefix", based, "/v2/x", "/x"],
    ["no prefix: the base itself", based, "/v2", "/"],
    ["no prefix: with a query", based, "/v2?a", "/?a"],
    ["no prefix: two slashes would name a host", based, "/v2//evil.test/x", "/evil.test/x"],
    ["nothing moves", same, "/v2//x", "/v2//x"],
  ];
  for (const [rule, rules, text, mapped, change = {}] of rows) {
    it(`${rule}: ${text}`, () =>
      strictEqual(new BackMapping(rules, { ...asked, ...change }).value("location", text), mapped));
  }
});

describe("Refresh mapped back", () => {
  const rows = [
    ["5", "5"],
    ["5; url=/v2/x", "5; url=/shop/x"],
    ["5;URL='/v2/x'", "5;URL='/shop/x'"],
    ['0, url="http://app.test:3000/v2/x" ', '0, url="https://www.test/shop/x" '],
    ["0; url='/v2/x", "0; url='/shop/x"],
    ["0; url=https://elsewhere.test/", "0; url=https://elsewhere.test/"],
    ["5 url=/v2/x", "5 url=/shop/x"],
    ["5 ; url = /v2/x", "5 ; url = /shop/x"],
    ["url=/v2/x", "url=/v2/x"],
    ["5url=/v2/x", "5url=/v2/x"],
  ] as const;
  for (const [text, mapped] of rows) {
    it(text, () => strictEqual(new BackMapping(moved, asked).value("refresh", text), mapped));
  }
});

it("a Refresh of blanks costs no more than its length", { timeout: 5_000 }, () => {
  for (const text of [
    `1${" ".repeat(200_000)}x`,
    `1;${" ".repeat(200_000)}x`,
    `1; url${" ".repeat(200_000)}x`,
  ]) {
    strictEqual(new BackMapping(moved, asked).value("refresh", text), text);
  }
});

describe("Set-Cookie mapped back (RFC 6265 §4.1.2)", () => {
  // biome-ignore format: a table
  const rows: readonly (readonly [rule: string, BackRules, line: string, mapped: string, asked?: Partial<Asked>])[] = [
    ["nothing to map", moved, "a=b; Secure; HttpOnly", "a=b; Secure; HttpOnly"],
    ["Path under the base", moved, "a=b; Path=/v2/x; Secure", "a=b; Path=/shop/x; Secure"],
    ["Path is the base", moved, "a=b; path=/v2", "a=b; path=/shop"],
    ["Path outside the base", moved, "a=b; Path=/", "a=b; Path=/"],
    ["no base: the root is the prefix, without a slash so that it matches itself", stripped, "a=b; Path=/", "a=b; Path=/shop"],
    ["no base: below", stripped, "a=b; Path=/x/", "a=b; Path=/shop/x/"],
    ["no prefix", based, "a=b; Path=/v2", "a=b; Path=/"],
    ["Path that is none", moved, "a=b; Path=v2", "a=b; Path=v2"],
    ["Path of __Host- must stay /", stripped, "__Host-a=b; Path=/; Secure", "__Host-a=b; Path=/; Secure"],
    ["Domain of the upstream", same, "a=b; Domain=app.test", "a=b; Domain=www.test"],
    ["with a dot in front, in any case", same, "a=b; domain=.APP.test; Secure", "a=b; domain=www.test; Secure"],
    ["Domain of others", same, "a=b; Domain=test", "a=b; Domain=test"],
    ["Domain asked for", same, "a=b; Domain=www.test", "a=b; Domain=www.test"],
    ["an address takes no Domain", same, "a=b; Domain=app.test", "a=b", { host: { host: "192.0.2.1", port: undefined } }],
    ["localhost takes no Domain", same, "a=b; Domain=app.test; Secure", "a=b; Secure", { host: { host: "localhost", port: 8080 } }],
    ["no host was asked for", same, "a=b; Domain=app.test", "a=b", { host: { host: "", port: undefined } }],
    ["both", moved, "a=b; Domain=app.test; Path=/v2/", "a=b; Domain=www.test; Path=/shop/"],
  ];
  for (const [rule, rules, line, mapped, change = {}] of rows) {
    it(`${rule}: ${line}`, () =>
      strictEqual(new BackMapping(rules, { ...asked, ...change }).value("set-cookie", line), mapped));
  }
});

describe("authorityKey", () => {
  const rows = [
    ["http", "A.test", "a.test:80"],
    ["https", "a.test", "a.test:443"],
    ["h2c", "a.test", "a.test:80"],
    ["http", "a.test:8080", "a.test:8080"],
    ["http", "[::1]", "[::1]:80"],
    ["http", "", undefined],
    ["http", "a b", undefined],
    ["http", ":80", undefined],
  ] as const;
  for (const [scheme, authority, key] of rows) {
    it(`${scheme}://${authority} is ${key}`, () => strictEqual(authorityKey(scheme, authority), key));
  }
});
