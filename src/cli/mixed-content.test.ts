import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { inspectPage, inspectSheet } from "./mixed-content.ts";

const page = "https://example.com/a/";

describe("what a page fetches over http:// (W3C Mixed Content)", () => {
  // biome-ignore format: a table is read by columns
  const rows = [
    // rule                            HTML                                                       found
    ["a script",                       '<script src="http://e.org/x.js"></script>',               [["<script src>", "http://e.org/x.js"]]],
    ["an image, unquoted",             "<img src=http://e.org/i.png>",                            [["<img src>", "http://e.org/i.png"]]],
    ["each candidate of a srcset",     '<img srcset="http://e.org/1 1x, /2 2x, http://e.org/3">', [["<img srcset>", "http://e.org/1"], ["<img srcset>", "http://e.org/3"]]],
    ["a style sheet",                  '<link rel="stylesheet" href="http://e.org/a.css">',       [['<link rel="stylesheet">', "http://e.org/a.css"]]],
    ["no canonical link",              '<link rel="canonical" href="http://e.org/">',             []],
    ["no link to follow",              '<a href="http://e.org/">go</a>',                          []],
    ["a form's target",                '<form action="http://e.org/send"></form>',                [["<form action>", "http://e.org/send"]]],
    ["a poster",                       '<video poster="HTTP://E.org/p">',                         [["<video poster>", "http://e.org/p"]]],
    ["what a base makes insecure",     '<base href="http://e.org/b/"><img src="i.png">',          [["<img src>", "http://e.org/b/i.png"]]],
    ["not what takes the page's scheme", '<img src="//e.org/i.png">',                             []],
    ["a style attribute",              '<p style="background: url(http://e.org/b)">',             [["<p style>", "http://e.org/b"]]],
    ["a style element",                '<style>@import "http://e.org/c.css";</style>',            [["<style>", "http://e.org/c.css"]]],
    ["a style element's import by url()", "<style>@import url('http://e.org/c.css');</style>",    [["<style>", "http://e.org/c.css"]]],
    ["no namespace",                   '<style>@namespace svg url(http://www.w3.org/2000/svg);</style>', []],
    ["no comment in styles",           "<style>/* url(http://e.org/) */</style>",                 []],
    ["a button's own target",          '<button formaction="http://e.org/send">',                 [["<button formaction>", "http://e.org/send"]]],
    ["a preloaded image",              '<link rel=preload as=image imagesrcset="http://e.org/1 1x">', [["<link imagesrcset>", "http://e.org/1"]]],
    ["an image of an SVG",             '<svg><image href="http://e.org/i"/></svg>',               [["<image href>", "http://e.org/i"]]],
    ["not what a second base says",    '<base href="/b/"><base href="http://e.org/"><img src="i.png">', []],
    ["not what is only text",          "<p>src=\"http://e.org/\"</p>",                            []],
    ["not what is a comment",          '<!-- <img src="http://e.org/"> -->',                      []],
  ] as const;
  for (const [rule, html, found] of rows) {
    it(rule, async () => {
      const { insecure } = await inspectPage(html, page);
      deepStrictEqual(
        insecure.map(({ place, url }) => [place, url]),
        found,
      );
    });
  }

  it("says where, and where the page leads", async () => {
    const html = '<a href="/b#c">b</a>\n  <img src="http://e.org/i">\n<link rel=stylesheet href=s.css>';
    deepStrictEqual(
      { ...(await inspectPage(html, page)) },
      {
        insecure: [{ line: 2, column: 3, place: "<img src>", url: "http://e.org/i" }],
        links: ["https://example.com/b"],
        sheets: ["https://example.com/a/s.css"],
        upgraded: false,
      },
    );
  });

  it("says where in a style element", async () => {
    const { insecure } = await inspectPage(
      "<style>\na {}\n b { background: url(http://e.org/b) }</style>",
      page,
    );
    deepStrictEqual(insecure, [{ line: 3, column: 18, place: "<style>", url: "http://e.org/b" }]);
  });

  it("says whether the page has itself upgraded (CSP3 §3.3)", async () => {
    const policy =
      '<meta http-equiv="Content-Security-Policy" content="img-src *; Upgrade-Insecure-Requests">';
    const { upgraded } = await inspectPage(policy, page);
    deepStrictEqual(upgraded, true);
  });

  it("looks into style sheets", () => {
    deepStrictEqual(inspectSheet('a{}\nb { background: url("http://e.org/b.png") }', page), [
      { line: 2, column: 17, place: "url()", url: "http://e.org/b.png" },
    ]);
  });
});
