/** Chromium against a running server: a page with its parts, reloads, a directory listing. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { deflateSync } from "node:zlib";
import { type Browser, chromium, type Page } from "playwright-core";
import { files } from "../../src/index.ts";
import { makeTree, type Tree } from "../support/files.ts";
import { programPath } from "../support/programs.ts";
import { type Running, serve } from "../support/running.ts";

/** What the tests need of a page's world. */
declare const document: {
  querySelector(selector: string): { naturalWidth: number } | null;
  querySelectorAll(selector: string): Iterable<{ textContent: string | null }>;
};

const page = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Grüße</title>
<link rel="stylesheet" href="/style.css"><link rel="icon" href="/favicon.ico"></head>
<body><h1>Hello</h1><img src="/images/dot.png" alt="a dot"><script type="module" src="/app.3f2a9c1d.js"></script></body></html>`;

describe("Chromium", { timeout: 120_000 }, () => {
  let site: Tree;
  let running: Running;
  let browser: Browser;

  before(async () => {
    site = makeTree({
      "index.html": page,
      "style.css": "h1 { color: rgb(1, 2, 3) }",
      "favicon.ico": png(),
      "images/dot.png": png(),
      "app.3f2a9c1d.js": "document.querySelector('h1').textContent = 'Scripted';",
      "list/b.txt": "22",
      "list/a.txt": "4444",
      "list/c.txt": "1",
      "list/sub/x.txt": "",
    });
    running = await serve({ "/*": files({ root: site.path, listing: true }) });
    browser = await chromium.launch({
      executablePath: programPath("chromium"),
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    });
  });
  after(async () => {
    await browser?.close();
    await running[Symbol.asyncDispose]();
    site.remove();
  });

  /** A fresh page that notes every response and everything its console complains of. */
  async function open(): Promise<{ page: Page; seen: string[]; complaints: string[] }> {
    const context = await browser.newContext();
    const tab = await context.newPage();
    const seen: string[] = [];
    const complaints: string[] = [];
    tab.on("response", (response) => seen.push(`${response.status()} ${new URL(response.url()).pathname}`));
    tab.on("console", (message) => complaints.push(message.text()));
    tab.on("pageerror", (error) => complaints.push(error.message));
    tab.on("requestfailed", (request) => complaints.push(`${request.url()} ${request.failure()?.errorText}`));
    return { page: tab, seen, complaints };
  }

  it("shows a page with stylesheet, image, script and icon", async () => {
    const { page: tab, seen, complaints } = await open();
    await tab.goto(`${running.url}/`, { waitUntil: "networkidle" });
    deepStrictEqual(
      {
        title: await tab.title(),
        heading: await tab.textContent("h1"),
        colour: await tab.evaluate("getComputedStyle(document.querySelector('h1')).color"),
        image: await tab.evaluate(() => document.querySelector("img")?.naturalWidth),
        complaints,
      },
      { title: "Grüße", heading: "Scripted", colour: "rgb(1, 2, 3)", image: 1, complaints: [] },
    );
    deepStrictEqual(seen.filter((line) => !line.endsWith("favicon.ico")).sort(), [
      "200 /",
      "200 /app.3f2a9c1d.js",
      "200 /images/dot.png",
      "200 /style.css",
    ]);
    await tab.context().close();
  });

  it("revalidates on reload: 304 for the page, and the hashed script from its cache", async () => {
    const { page: tab, complaints } = await open();
    const wire: string[] = [];
    const session = await tab.context().newCDPSession(tab);
    await session.send("Network.enable");
    session.on("Network.responseReceivedExtraInfo", ({ statusCode, headersText }) => {
      wire.push(`${statusCode} ${/^content-type: (.*)$/im.exec(headersText ?? "")?.[1]?.trim() ?? ""}`);
    });
    await tab.goto(`${running.url}/`, { waitUntil: "networkidle" });
    wire.length = 0;
    await tab.reload({ waitUntil: "networkidle" });
    deepStrictEqual(
      {
        heading: await tab.textContent("h1"),
        statuses: [...new Set(wire.map((line) => line.slice(0, 3)))],
        complaints,
      },
      { heading: "Scripted", statuses: ["304"], complaints: [] },
    );
    await tab.context().close();
  });

  it("sorts a listing by clicking its heads", async () => {
    const { page: tab, complaints } = await open();
    const names = () =>
      tab.evaluate(() =>
        Array.from(document.querySelectorAll("tbody td.name"), (cell) => cell.textContent ?? "").filter(
          (name) => name !== "..",
        ),
      );
    await tab.goto(`${running.url}/list/`, { waitUntil: "networkidle" });
    const orders = [await names()];
    for (const head of ["Size", "Size", "Name", "Name"]) {
      await tab.click(`th a:has-text("${head}")`);
      await tab.waitForLoadState("networkidle");
      orders.push(await names());
    }
    deepStrictEqual(orders, [
      ["sub/", "a.txt", "b.txt", "c.txt"],
      ["sub/", "c.txt", "b.txt", "a.txt"],
      ["sub/", "a.txt", "b.txt", "c.txt"],
      ["sub/", "a.txt", "b.txt", "c.txt"],
      ["sub/", "c.txt", "b.txt", "a.txt"],
    ]);
    deepStrictEqual(complaints, []);
    await tab.click('a:has-text("a.txt")');
    strictEqual(await tab.textContent("body"), "4444");
    await tab.context().close();
  });

  it("walks a listing into a directory and back", async () => {
    const { page: tab } = await open();
    await tab.goto(`${running.url}/list/`);
    await tab.click('a:has-text("sub/")');
    await tab.waitForURL("**/list/sub/");
    await tab.click('td.name a:has-text("..")');
    await tab.waitForURL("**/list/");
    strictEqual(new URL(tab.url()).pathname, "/list/");
    await tab.context().close();
  });
});

/** A PNG of one opaque pixel (RFC 2083). */
function png(): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc(body));
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0]);
  const pixel = deflateSync(Buffer.from([0, 10, 20, 30]));
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    chunk("IHDR", head),
    chunk("IDAT", pixel),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function crc(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const octet of bytes) {
    sum ^= octet;
    for (let bit = 0; bit < 8; bit += 1) {
      sum = (sum & 1) === 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
    }
  }
  return (sum ^ 0xffffffff) >>> 0;
}
