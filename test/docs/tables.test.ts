/** The tables of what is refused and redirected, row by row, over a real socket. */
import { deepStrictEqual } from "node:assert/strict";
import { connect } from "node:net";
import { after, describe, it } from "node:test";
import { collect, createServer, files, type HttpRequest, HttpResponse, handle } from "../../src/index.ts";
import { within } from "../support/waiting.ts";
import { tableBelow } from "./pages.ts";
import { openWorkspace, type Workspace } from "./workspace.ts";

const workspace = openWorkspace();
after(() => workspace[Symbol.dispose]());
furnishTree(workspace);

function furnishTree({ write }: Workspace): void {
  write("tree/docs/index.html", "<h1>Docs</h1>");
  write("tree/about.html", "<h1>About</h1>");
  write("tree/.secret", "secret");
}

const server = createServer(
  {
    listen: "127.0.0.1:0",
    limits: { content: 100 },
    sites: [
      {
        hosts: ["*"],
        routes: [
          { match: "/sink", handler: handle(sink) },
          { match: "/*", handler: files("tree") },
        ],
      },
    ],
  },
  { base: workspace.directory },
);
await server.listen();
after(() => server.close({ deadline: 0 }));

/** Reads what it is sent: a fault in content shows only to those who have not answered yet. */
async function sink({ content }: HttpRequest): Promise<HttpResponse> {
  await collect(content, 1_000);
  return HttpResponse.empty(204);
}

/** The status that answers these octets, after which we send no more. */
async function statusOf(octets: string): Promise<number> {
  const socket = connect(server.addresses[0]?.port ?? 0, "127.0.0.1");
  let answer = "";
  const ended = new Promise<void>((resolve) => {
    socket.setEncoding("latin1").on("data", (text: string) => {
      answer += text;
    });
    socket.once("close", () => resolve());
  });
  socket.end(octets, "latin1");
  await within(ended, "the answer");
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1]);
}

const get = (fields: string): string => `GET / HTTP/1.1\r\nHost: a\r\n${fields}\r\n`;
const post = (fields: string, content = ""): string =>
  `POST /sink HTTP/1.1\r\nHost: a\r\n${fields}\r\n${content}`;
const chunks = (content: string): string => post("Transfer-Encoding: chunked\r\n", content);

describe("what docs/http1.md says is refused", () => {
  // One or more samples a row, in the order of the table.
  const samples: readonly (readonly string[])[] = [
    [
      "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
      "G(T / HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET / HTTP/1.1 x\r\nHost: a\r\n\r\n",
    ],
    ["GET /\r\n\r\n"],
    ["GET / HTTP/2.0\r\nHost: a\r\n\r\n"],
    [`GET /${"a".repeat(9_000)} HTTP/1.1\r\nHost: a\r\n\r\n`],
    [`${"A".repeat(9_000)} / HTTP/1.1\r\nHost: a\r\n\r\n`],
    [
      "GET a HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET * HTTP/1.1\r\nHost: a\r\n\r\n",
      "CONNECT /a HTTP/1.1\r\nHost: a\r\n\r\n",
    ],
    ["GET / HTTP/1.1\r\n\r\n", get("Host: b\r\n"), "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"],
    ["GET / HTTP/1.1\nHost: a\n\n", get("X: a\rb\r\n"), get("X: a\n")],
    [get("X : a\r\n"), "GET / HTTP/1.1\r\n Host: a\r\n\r\n"],
    [get("X: a\r\n b\r\n")],
    [get("X: a\0b\r\n"), get("X\x01: a\r\n"), get("X: \x7f\r\n")],
    [get("X: a\r\n".repeat(120)), get(`X: ${"a".repeat(17_000)}\r\n`)],
    [
      post("Content-Length: 1\r\nContent-Length: 1\r\n", "a"),
      post("Content-Length: 1, 1\r\n", "a"),
      post("Content-Length: +1\r\n", "a"),
      post("Content-Length: one\r\n"),
    ],
    [post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")],
    ["POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
    [
      post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"),
      post("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n"),
      post("Transfer-Encoding: chunked;a=b\r\n", "0\r\n\r\n"),
    ],
    [post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n")],
    [chunks("x\r\n"), chunks(`${"f".repeat(17)}\r\n`)],
    [chunks(`1;${"a".repeat(300)}\r\na\r\n0\r\n\r\n`), chunks("1;=\r\na\r\n0\r\n\r\n")],
    ["POST / HTTP/1.0\r\nHost: a\r\n\r\n"],
    [post("Content-Length: 101\r\n"), chunks("ff\r\n")],
    [get("Expect: a-miracle\r\n")],
    ["GET / HTTP/1.1\r\nHo", post("Content-Length: 5\r\n", "a")],
  ];
  const rows = tableBelow("docs/http1.md", "What it refuses");
  it("has samples for every row", () => deepStrictEqual(samples.length, rows.length));

  for (const [at, [what = "", status]] of rows.entries()) {
    it(what, async () => {
      const some = samples[at] ?? [];
      deepStrictEqual(
        await Promise.all(some.map(statusOf)),
        some.map(() => Number(status)),
      );
    });
  }
});

describe("what docs/files.md says of odd paths", () => {
  const samples: readonly (readonly string[])[] = [
    ["/%00", "/a%0Ab", "/%7f"],
    ["/../etc/passwd", "/docs/..", "/%2e%2e/a", "/./docs"],
    ["/%", "/%zz", "/%ff", "/%c0%af"],
    ["/docs%2findex.html", "/docs%5cindex.html", "/docs\\index.html"],
    ["//docs/", "/docs//index.html"],
    ["/.secret", "/docs/.git/config"],
  ];
  const rows = tableBelow("docs/files.md", "Odd paths").filter(
    ([what = ""]) => !what.startsWith("on Windows"),
  );
  it("has samples for every row", () => deepStrictEqual(samples.length, rows.length));

  for (const [at, [what = "", status]] of rows.entries()) {
    it(what, async () => {
      const some = samples[at] ?? [];
      deepStrictEqual(
        await Promise.all(some.map((path) => statusOf(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`))),
        some.map(() => Number(status)),
      );
    });
  }
});

describe("what docs/files.md says of slashes", () => {
  const paths = ["/docs", "/docs/", "/about", "/about/"];
  for (const [name = "", ...cells] of tableBelow("docs/files.md", "Clean URLs and slashes")) {
    const trailingSlash = name.replace(/[`"]/g, "") as "auto" | "always" | "never" | "ignore";
    it(trailingSlash, async () => {
      const handler = files({ root: "tree", cleanUrls: true, trailingSlash });
      const site = createServer(
        { sites: [{ hosts: ["*"], routes: [{ match: "/*", handler }] }] },
        { base: workspace.directory },
      );
      const answers = paths.map(async (path) => {
        const { status, headers } = await site.fetch(path);
        return status === 200 ? "answers" : `to \`${headers.get("location")}\``;
      });
      deepStrictEqual(await Promise.all(answers), cells);
    });
  }
});
