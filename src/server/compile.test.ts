import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { canonical, fields } from "../filters/index.ts";
import { handle, respond } from "../handlers/index.ts";
import { emptyContent, Fields, HttpError, HttpResponse } from "../message/index.ts";
import { createServer } from "./index.ts";

const refused = { status: 403, scope: "message", source: "RFC 9110 §15.5.4" } as const;
const lines: string[] = [];
const reporter = {
  info() {},
  warn() {},
  error: (message: string) => lines.push(message.split("\n", 1)[0] ?? ""),
};

const server = createServer(
  {
    sites: [
      {
        hosts: ["a.test"],
        filters: [fields({ set: { "x-site": "1" } })],
        routes: [
          { match: "/ok", handler: respond("ok") },
          {
            routes: [
              {
                match: "/throws",
                handler: handle(() => {
                  throw new Error("no");
                }),
              },
              { match: "/rejects", handler: handle(() => Promise.reject(new Error("later"))) },
              {
                match: "/refuses",
                handler: handle(() => {
                  throw new HttpError(refused, "client", "not you");
                }),
              },
            ],
          },
        ],
      },
      { hosts: ["b.test"], routes: [{ match: "/ok", handler: respond("ok") }] },
    ],
  },
  { reporter },
);

describe("every answer of a site passes the site's filters", () => {
  const rows = [
    ["what its handler answers", "http://a.test/ok", 200, "1"],
    ["the page in place of a handler that throws", "http://a.test/throws", 500, "1"],
    ["the page in place of a handler that rejects", "http://a.test/rejects", 500, "1"],
    ["what a thrown HttpError says", "http://a.test/refuses", 403, "1"],
    ["the page where no route matches", "http://a.test/nothing", 404, "1"],
    ["but not another site's", "http://b.test/nothing", 404, null],
  ] as const;
  for (const [rule, url, status, field] of rows) {
    it(rule, async () => {
      const response = await server.fetch(url);
      deepStrictEqual([response.status, response.headers.get("x-site")], [status, field]);
    });
  }

  it("and what failed is told to the operator", () => {
    deepStrictEqual(lines, [
      "GET /throws: the handler failed: Error: no",
      "GET /rejects: the handler failed: Error: later",
    ]);
  });
});

describe("server.fetch pretends a connection", () => {
  const seen = createServer({
    sites: [
      {
        hosts: ["*"],
        routes: [
          {
            match: "/*",
            handler: handle(({ scheme, version }, { client, tls }) =>
              HttpResponse.text(
                200,
                JSON.stringify([scheme, version, client.address, tls?.version, tls?.alpn]),
              ),
            ),
          },
        ],
      },
    ],
  });
  const rows = [
    ["http://a.test/", {}, ["http", "1.1", "127.0.0.1", null, null]],
    ["https://a.test/", {}, ["https", "1.1", "127.0.0.1", "TLSv1.3", "http/1.1"]],
    ["https://a.test/", { protocol: "2", client: "::2" }, ["https", "2", "::2", "TLSv1.3", "h2"]],
    [
      "https://a.test/",
      { tls: { version: "TLSv1.2" } },
      ["https", "1.1", "127.0.0.1", "TLSv1.2", "http/1.1"],
    ],
  ] as const;
  for (const [url, facts, expected] of rows) {
    it(`${url} ${JSON.stringify(facts)}`, async () => {
      deepStrictEqual(await (await seen.fetch(url, {}, facts)).json(), expected);
    });
  }
});

describe("server.fetch", () => {
  const server = createServer({
    sites: [
      {
        hosts: ["a.test"],
        routes: [
          {
            match: "/host",
            handler: handle(({ fields }) => HttpResponse.text(200, `${fields.all("host")}`)),
          },
          {
            match: "/tunnel",
            handler: handle(
              () =>
                new HttpResponse({ status: 101, fields: Fields.empty, content: emptyContent, tunnel: true }),
            ),
          },
        ],
      },
    ],
  });

  it("takes the host from the address", async () => {
    const response = await server.fetch("http://a.test/host", { headers: { host: "b.test" } });
    strictEqual(await response.text(), "a.test");
  });
  it("rejects where the answer is a tunnel, which no Response can be", () =>
    rejects(server.fetch("http://a.test/tunnel"), /^TypeError: the answer is a tunnel/));
});

it("a site's filter is made once, however many routes it is around", () => {
  const warnings: string[] = [];
  const filters = [canonical({ scheme: "https" })];
  const routes = ["/a", "/b", "/c"].map((match) => ({ match, handler: respond("ok") }));
  createServer(
    { sites: [{ hosts: ["a.test"], filters, routes }] },
    { reporter: { ...reporter, warn: (message: string) => warnings.push(message) } },
  );
  deepStrictEqual(warnings, [
    "canonical() sends to https, but nothing here listens with TLS: it sends to port 443",
  ]);
});
