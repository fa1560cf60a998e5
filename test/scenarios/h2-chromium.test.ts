/** Chromium over TLS and HTTP/2: a page with many parts on one connection, early hints, a file sent to the server. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type Browser, chromium, type Page } from "playwright-core";
import { collect, earlyHints, files, HttpResponse, handle } from "../../src/index.ts";
import { makeTree, type Tree } from "../support/files.ts";
import { programPath } from "../support/programs.ts";
import { type SecureRunning, serveSecure } from "../support/secure.ts";

const parts = Array.from({ length: 30 }, (_, at) => `/part-${at}.js`);
const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Parts</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/app.css"></head><body><h1>Parts</h1>
${parts.map((path) => `<script src="${path}"></script>`).join("\n")}</body></html>`;

describe("Chromium, HTTP/2", { timeout: 120_000 }, () => {
  let site: Tree;
  let running: SecureRunning;
  let browser: Browser;
  /** Connections that requests came on. */
  const connections = new Set<object>();

  before(async () => {
    const scripts = parts.map((path) => [path.slice(1), "globalThis.loaded = (globalThis.loaded ?? 0) + 1;"]);
    site = makeTree({
      "index.html": page,
      "slow.html": "<link rel=icon href='data:,'><link rel=stylesheet href=/hinted.css>",
      "app.css": "h1 { color: rgb(1, 2, 3) }",
      "hinted.css": "body { margin: 0 }",
      ...Object.fromEntries(scripts),
    });
    const everything = files({ root: site.path });
    running = await serveSecure([
      {
        match: "/slow.html",
        filters: [earlyHints({ links: ["</hinted.css>; rel=preload; as=style"] })],
        handler: everything,
      },
      {
        match: "/upload",
        handler: handle(async (request, exchange) => {
          connections.add(exchange.connection);
          const content = await collect(request.content, 10_000_000);
          return HttpResponse.text(200, `${exchange.protocol} ${content.length}`);
        }),
      },
      { match: "/*", handler: everything },
    ]);
    browser = await chromium.launch({
      executablePath: programPath("chromium"),
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
      ],
    });
  });
  after(async () => {
    await browser?.close();
    await running[Symbol.asyncDispose]();
    site.remove();
  });

  /** A fresh page that notes what its console complains of. The authority is the test's own. */
  async function open(): Promise<{ tab: Page; complaints: string[] }> {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const tab = await context.newPage();
    const complaints: string[] = [];
    tab.on("console", (message) => complaints.push(message.text()));
    tab.on("pageerror", (error) => complaints.push(error.message));
    tab.on("requestfailed", (request) => complaints.push(`${request.url()} ${request.failure()?.errorText}`));
    return { tab, complaints };
  }

  it("gets a page and all its parts over h2, on one connection", async () => {
    const { tab, complaints } = await open();
    const session = await tab.context().newCDPSession(tab);
    await session.send("Network.enable");
    const used = new Set<number>();
    session.on("Network.responseReceived", ({ response }) => used.add(response.connectionId));
    await tab.goto(`${running.url}/`, { waitUntil: "networkidle" });
    const protocols = (await tab.evaluate(
      `performance.getEntriesByType("navigation").concat(performance.getEntriesByType("resource"))
        .filter(({ name }) => name.startsWith("https:")).map(({ nextHopProtocol }) => nextHopProtocol)`,
    )) as string[];
    deepStrictEqual(
      {
        loaded: await tab.evaluate("globalThis.loaded"),
        colour: await tab.evaluate("getComputedStyle(document.querySelector('h1')).color"),
        protocols: [...new Set(protocols)],
        count: protocols.length,
        connections: used.size,
        complaints,
      },
      { loaded: 30, colour: "rgb(1, 2, 3)", protocols: ["h2"], count: 32, connections: 1, complaints: [] },
    );
    await tab.context().close();
  });

  it("takes the early hints of a page", async () => {
    const { tab, complaints } = await open();
    const session = await tab.context().newCDPSession(tab);
    await session.send("Network.enable");
    const hints: unknown[] = [];
    session.on("Network.responseReceivedEarlyHints", ({ headers }) => hints.push(headers.link));
    await tab.goto(`${running.url}/slow.html`, { waitUntil: "networkidle" });
    deepStrictEqual(
      { hints, complaints },
      { hints: ["</hinted.css>; rel=preload; as=style"], complaints: [] },
    );
    await tab.context().close();
  });

  it("sends content, several at once", async () => {
    const { tab, complaints } = await open();
    await tab.goto(`${running.url}/`, { waitUntil: "networkidle" });
    const answers = await tab.evaluate(
      `Promise.all(Array.from({ length: 5 }, async (_, at) =>
        (await fetch("/upload", { method: "POST", body: new Uint8Array(1000000 + at) })).text()))`,
    );
    deepStrictEqual(
      { answers, complaints },
      { answers: Array.from({ length: 5 }, (_, at) => `2 ${1_000_000 + at}`), complaints: [] },
    );
    strictEqual(connections.size, 1);
    await tab.context().close();
  });

  it("leaves in the middle of everything, and the server goes on", async () => {
    for (let turn = 0; turn < 3; turn += 1) {
      const { tab } = await open();
      await tab.goto(`${running.url}/`, { waitUntil: "commit" });
      await tab.context().close();
    }
    const { tab } = await open();
    const response = await tab.goto(`${running.url}/app.css`);
    strictEqual(response?.status(), 200);
    ok(!running.told.some((line) => line.startsWith("error")), running.told.join("\n"));
    await tab.context().close();
  });
});
