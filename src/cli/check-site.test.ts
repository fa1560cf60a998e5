import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import type { Config } from "../config/index.ts";
import { type CrawlLimits, checkSite, type SiteReport } from "./check-site.ts";

type Answers = (url: string) => Response | Promise<Response>;

/** A configuration of these hosts whose server answers by `answers`; and what was asked of it. */
async function crawled(
  hosts: readonly string[],
  answers: Answers,
  limits: Partial<CrawlLimits> = {},
): Promise<SiteReport & { readonly asked: readonly string[] }> {
  const asked: string[] = [];
  const config: Config = { sites: [{ hosts, routes: [] }] };
  const createServer = () => ({
    listen: async () => {},
    close: async () => {},
    reopenLogs: () => {},
    addresses: [],
    fetch: async (url: string) => {
      asked.push(url);
      return answers(url);
    },
  });
  return { ...(await checkSite({ config, base: "/" }, { createServer }, limits)), asked };
}

const html = (text: string, fields: Readonly<Record<string, string>> = {}): Response =>
  new Response(text, { headers: { "content-type": "text/html", ...fields } });

describe("sluice check --site", () => {
  const hosts: readonly (readonly [string, readonly string[]])[] = [
    ["Example.COM", ["https://example.com/"]],
    ["example.com.", ["https://example.com/"]],
    ["*", ["https://localhost/"]],
    ["*.example.com", []],
    ["[::1]", ["https://[::1]/"]],
    ["0:0:0:0:0:0:0:1", ["https://[::1]/"]],
    ["example.123", []],
  ];
  for (const [host, asked] of hosts) {
    it(`asks ${host} for its first page`, async () =>
      deepStrictEqual((await crawled([host], () => html(""))).asked, asked));
  }

  it("follows links, style sheets and redirects, each once and on its own hosts only", async () => {
    const pages: Readonly<Record<string, () => Response>> = {
      "/": () =>
        html(
          '<link rel=stylesheet href=/a.css><a href="/b#x">b</a><a href="/b">b</a><a href="https://e.test/">',
        ),
      "/a.css": () =>
        new Response("a { src: url(http://e.test/f) }", { headers: { "content-type": "text/css" } }),
      "/b": () => new Response(null, { status: 302, headers: { location: "/c" } }),
      "/c": () =>
        html("<img src=http://e.test/i>", { "content-security-policy": "upgrade-insecure-requests" }),
    };
    deepStrictEqual(await crawled(["a.test"], (url) => pages[new URL(url).pathname]?.() ?? html("")), {
      asked: ["https://a.test/", "https://a.test/a.css", "https://a.test/b", "https://a.test/c"],
      lines: [
        "https://a.test/a.css:1:10: url() fetches http://e.test/f",
        "https://a.test/c:1:1: <img src> fetches http://e.test/i (its Content-Security-Policy has it fetched over https instead)",
      ],
      pages: 3,
      insecure: 1,
    });
  });

  it("ends where redirects do not", async () => {
    let count = 0;
    const answer = (): Response => {
      count += 1;
      return new Response(null, { status: 302, headers: { location: `/${count}` } });
    };
    const { asked, lines } = await crawled(["a.test"], answer, { requests: 5 });
    deepStrictEqual([asked.length, lines], [5, ["only the first 5 addresses were asked for"]]);
  });

  it("ends where a page does not", async () => {
    const octets = new TextEncoder().encode("<img src=http://e.test/i>");
    let cancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(octets),
      cancel: () => {
        cancelled = true;
      },
    });
    const page = (): Response => new Response(endless, { headers: { "content-type": "text/html" } });
    const { insecure } = await crawled(["a.test"], page, { octets: octets.length * 3 });
    deepStrictEqual([insecure, cancelled], [3, true]);
  });

  it("passes over what never answers and what fails", async () => {
    const answers: Answers = (url) =>
      url === "https://a.test/" ? new Promise(() => {}) : Promise.reject(new Error("out of order"));
    const { lines, pages } = await crawled(["a.test", "b.test"], answers, { wait: 1 });
    deepStrictEqual(
      [lines, pages],
      [
        ["https://a.test/: no whole answer within 0.001 s", "https://b.test/: no whole answer: out of order"],
        0,
      ],
    );
  });

  it("shows some of very many findings", async () => {
    const page = (): Response => html("<img src=http://e.test/i>\n".repeat(5));
    const { lines, insecure } = await crawled(["a.test"], page, { lines: 1 });
    deepStrictEqual(
      [lines, insecure],
      [["https://a.test/:1:1: <img src> fetches http://e.test/i", "4 more are not shown"], 5],
    );
  });
});
