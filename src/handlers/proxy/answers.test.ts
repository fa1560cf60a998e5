import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { testExchange, testRuntime } from "../../../test/support/exchange.ts";
import { type FakeAnswer, FakeUpstreams, refusedByAll } from "../../../test/support/fake-upstreams.ts";
import { answered } from "../../../test/support/files.ts";
import {
  chunkedContent,
  type FieldLine,
  HttpRequest,
  HttpResponse,
  textContent,
} from "../../message/index.ts";
import type { Exchange } from "../../pipeline/index.ts";
import type { UpstreamError } from "../../upstream/index.ts";
import { handle } from "../handle/index.ts";
import { respond } from "../respond/index.ts";
import { compileProxy } from "./compile.ts";
import type { ProxyOptions } from "./options.ts";

const app = "http://app.test";

function ask(
  answer: FakeAnswer | UpstreamError,
  options: Partial<ProxyOptions> = {},
  request: HttpRequest = HttpRequest.make("/a", { authority: "www.test" }),
  exchange: Partial<Exchange> = {},
): HttpResponse | Promise<HttpResponse> {
  const upstreams = new FakeUpstreams(() => answer);
  const handler = compileProxy({ upstreams: app, via: false, ...options }, testRuntime(), () => upstreams);
  return handler(request, testExchange(exchange));
}

const linesOf = async (...asked: Parameters<typeof ask>): Promise<readonly FieldLine[]> =>
  (await ask(...asked)).fields.toJSON();

describe("a response", () => {
  it("keeps its own fields", async () =>
    deepStrictEqual(
      await linesOf({
        fields: [
          ["server", "app"],
          ["connection", "x"],
          ["x", "1"],
        ],
      }),
      [["server", "app"]],
    ));
  it("is mapped back", async () =>
    deepStrictEqual(
      await linesOf(
        { status: 302, fields: [["location", "http://app.test/v2/x"]] },
        { base: "/v2", stripPrefix: "/api" },
      ),
      [["location", "http://www.test/api/x"]],
    ));
  it("is not, where that is not wanted", async () =>
    deepStrictEqual(
      await linesOf({ status: 302, fields: [["location", "http://app.test/x"]] }, { mapBack: false }),
      [["location", "http://app.test/x"]],
    ));
  it("loses what the operator removes", async () =>
    deepStrictEqual(
      await linesOf({ fields: [["server", "app"]] }, { fields: { response: { remove: ["Server"] } } }),
      [],
    ));
  it("tells a trusted proxy in front not to buffer", async () =>
    deepStrictEqual(
      await Promise.all(
        [false, true].map((trustsPeer) =>
          linesOf({ fields: [["x-accel-buffering", "no"]] }, {}, undefined, { trustsPeer }),
        ),
      ),
      [[], [["x-accel-buffering", "no"]]],
    ));
  it("offers to change protocols to a client that could", async () =>
    deepStrictEqual(
      await Promise.all(
        (["1.1", "2"] as const).map((version) =>
          linesOf(
            { status: 426, fields: [["upgrade", "websocket"]] },
            {},
            HttpRequest.make("/", { version }),
          ),
        ),
      ),
      [[["upgrade", "websocket"]], []],
    ));

  // biome-ignore format: a table
  const always: readonly (readonly [answer: FakeAnswer, options: Partial<ProxyOptions>, status: string])[] = [
    [{}, {}, "sluice; next-protocol=http/1.1; received-status=200"],
    [{ version: "2", status: 404 }, { via: "edge", name: "app" }, "edge; next-hop=app; next-protocol=h2; received-status=404"],
  ];
  for (const [answer, options, status] of always) {
    it(`says: ${status}`, async () =>
      strictEqual(
        (await ask(answer, { proxyStatus: "always", ...options })).fields.get("proxy-status"),
        status,
      ));
  }
});

it("a status that no client knows is the upstream's fault (RFC 9110 §15)", async () => {
  const content = chunkedContent([Buffer.from("x")]);
  const answer = await answered(await ask({ status: 600, content }));
  deepStrictEqual(
    [answer.status, answer.fields["proxy-status"], content.read()],
    [502, "sluice; error=http_protocol_error", "end"],
  );
});

describe("where nobody answered", () => {
  it("says why, and names nobody", async () => {
    const answer = await answered(await ask(refusedByAll()));
    deepStrictEqual(
      [answer.status, answer.fields["proxy-status"], answer.body],
      [
        502,
        "sluice; error=connection_refused",
        "502 Bad Gateway\n\nThe server behind this one refused the connection.\n",
      ],
    );
  });
  it("tells the log who and why", async () => {
    const causes: string[] = [];
    await ask(refusedByAll(), {}, undefined, { failedBy: (cause) => void causes.push(cause) });
    deepStrictEqual(causes, ["10.0.0.1:80 refused the connection (http://a: refused)"]);
  });

  // biome-ignore format: a table
  const rows: readonly (readonly [error: UpstreamError, options: Partial<ProxyOptions>, status: number, fields: Readonly<Record<string, string | undefined>>])[] = [
    [refusedByAll({ status: 503, type: "destination_unavailable", retryAfter: 2_001 }), {}, 503, { "retry-after": "3", "proxy-status": "sluice; error=destination_unavailable" }],
    [refusedByAll({ status: 503, type: "connection_limit_reached", retryAfter: 0 }), {}, 503, { "retry-after": "1" }],
    [refusedByAll({ status: 503, type: "destination_unavailable" }), {}, 503, { "retry-after": undefined }],
    [refusedByAll({ status: 504, type: "http_response_timeout", retryAfter: 5_000 }), {}, 504, { "retry-after": undefined, "proxy-status": "sluice; error=http_response_timeout" }],
    [refusedByAll(), { proxyStatus: false }, 502, { "proxy-status": undefined }],
    [refusedByAll(), { via: "edge" }, 502, { "proxy-status": "edge; error=connection_refused" }],
  ];
  for (const [error, options, status, wanted] of rows) {
    it(`${error.type}, ${JSON.stringify(options)}: ${status}`, async () => {
      const { fields, ...answer } = await ask(error, options);
      deepStrictEqual(
        [answer.status, Object.fromEntries(Object.keys(wanted).map((name) => [name, fields.get(name)]))],
        [status, wanted],
      );
    });
  }

  it("a mistake of our own is thrown on", async () => {
    const upstreams = new FakeUpstreams(() => undefined);
    const handler = compileProxy({ upstreams: app }, testRuntime(), () => ({
      ids: [],
      send: (outbound, options) => {
        const dispatch = upstreams.send(outbound, options);
        return {
          ...dispatch,
          response: HttpResponse.empty(200),
          answered: Promise.reject(new Error("a bug")),
          cancel: () => {},
        };
      },
    }));
    await rejects(async () => handler(HttpRequest.make("/"), testExchange()), /a bug/);
  });
});

describe("fallback", () => {
  const fallback = handle((request) =>
    HttpResponse.text(200, `${request.method} ${request.path} ${request.content.type}`),
  );
  const post = (content: HttpRequest["content"]): HttpRequest =>
    HttpRequest.make("/a", { method: "POST", content });
  // biome-ignore format: a table
  const rows: readonly (readonly [rule: string, error: UpstreamError, request: HttpRequest, status: number, body: RegExp])[] = [
    ["answers", refusedByAll(), HttpRequest.make("/a"), 200, /^GET \/a empty$/],
    ["has the content where nothing of it was sent", refusedByAll(), post(chunkedContent([Buffer.from("x")])), 200, /^POST \/a pulled$/],
    ["has content that is bytes in any case", refusedByAll({ unsent: false }), post(textContent("x")), 200, /^POST \/a bytes$/],
    ["does not answer where the content is gone", refusedByAll({ unsent: false }), post(chunkedContent([Buffer.from("x")])), 502, /refused/],
    ["does not answer a client that left", refusedByAll({ by: "client" }), HttpRequest.make("/a"), 502, /refused/],
  ];
  for (const [rule, error, request, status, body] of rows) {
    it(rule, async () => {
      const answer = await answered(await ask(error, { fallback }, request));
      strictEqual(answer.status, status);
      match(answer.body, body);
    });
  }
  it("does not answer for an upstream that did", async () =>
    strictEqual((await ask({ status: 500 }, { fallback })).status, 500));
});

describe("intercept", () => {
  const page = handle((request) =>
    HttpResponse.text(200, `${request.method} ${request.path} ${[...request.fields].map(([name]) => name)}`),
  );
  const request = HttpRequest.make("/a?b", {
    method: "POST",
    fields: { range: "bytes=0-1", "if-none-match": "*", accept: "*/*" },
  });
  // biome-ignore format: a table
  const rows: readonly (readonly [rule: string, answer: FakeAnswer | UpstreamError, options: Partial<ProxyOptions>, status: number, body: string, fields?: Readonly<Record<string, string>>])[] = [
    ["takes the place of an answer, which keeps its status", { status: 500 }, { intercept: [{ status: "5xx", handler: page }] }, 500, "GET /a accept", { "proxy-status": "sluice; received-status=500" }],
    ["asks for its own path", { status: 404 }, { intercept: [{ status: [404, 410], handler: page, path: "/errors/{status}.html" }] }, 404, "GET /errors/404.html accept"],
    ["answers with its own status where that is wanted", { status: 404 }, { intercept: [{ status: 404, handler: page, answer: "handler" }] }, 200, "GET /a accept"],
    ["the first rule that matches", { status: 503 }, { intercept: [{ status: "4xx", handler: respond("no") }, { status: 503, handler: respond("first") }, { status: "5xx", handler: respond("second") }] }, 503, "first"],
    ["others pass", { status: 403, content: textContent("its own") }, { intercept: [{ status: 404, handler: page }] }, 403, "its own"],
    ["what the status needs stays the upstream's", { status: 401, fields: [["www-authenticate", "Basic"], ["x-a", "1"]] }, { intercept: [{ status: 401, handler: respond("log in") }] }, 401, "log in", { "www-authenticate": "Basic" }],
    ["also for our own", refusedByAll({ status: 503, retryAfter: 9_000 }), { intercept: [{ status: "5xx", handler: respond("sorry") }] }, 503, "sorry", { "retry-after": "9", "proxy-status": "sluice; error=connection_refused" }],
    ["where its handler has none either, the answer stays", { status: 500, content: textContent("its own") }, { intercept: [{ status: 500, handler: respond({ status: 404, body: "no page" }) }] }, 500, "its own"],
    ["and so do our own", refusedByAll(), { intercept: [{ status: 502, handler: respond({ status: 404, body: "no page" }) }] }, 502, "502 Bad Gateway\n\nThe server behind this one refused the connection.\n"],
  ];
  for (const [rule, answer, options, status, body, fields = {}] of rows) {
    it(rule, async () => {
      const got = await answered(await ask(answer, options, request));
      deepStrictEqual([got.status, got.body], [status, body]);
      for (const [name, value] of Object.entries(fields)) {
        strictEqual(got.fields[name], value);
      }
    });
  }
  it("gives up the content where its handler fails: nobody would read it", async () => {
    const content = chunkedContent([Buffer.from("x")]);
    const broken = handle(() => {
      throw new Error("no page");
    });
    await rejects(
      async () => ask({ status: 500, content }, { intercept: [{ status: 500, handler: broken }] }),
      /no page/,
    );
    strictEqual(content.read(), "end");
  });
  it("gives up the content it takes the place of", async () => {
    const content = chunkedContent([Buffer.from("x")]);
    await ask({ status: 500, content }, { intercept: [{ status: 500, handler: page }] });
    strictEqual(content.read(), "end");
  });
});

describe("sticky", () => {
  const secret = "a secret of some length";
  const cookieOf = async (
    options: ProxyOptions["sticky"],
    request: HttpRequest,
    id = "http://b",
  ): Promise<string | undefined> => {
    const upstreams = new FakeUpstreams(() => ({ id }), ["http://a", "http://b"]);
    const handler = compileProxy(
      { upstreams: app, ...(options !== undefined && { sticky: options }) },
      testRuntime(),
      () => upstreams,
    );
    return (await handler(request, testExchange())).fields.get("set-cookie");
  };
  const seal = async (): Promise<string> =>
    /=([\w-]{22});/.exec((await cookieOf({ secret }, HttpRequest.make("/"))) ?? "")?.[1] ?? "";

  it("names who answered by a seal, for this client alone", async () =>
    match(
      (await cookieOf({ secret }, HttpRequest.make("/"))) ?? "",
      /^sluice_upstream=[\w-]{22}; Path=\/; HttpOnly; SameSite=Lax$/,
    ));
  it("says of the cookie what it is told", async () =>
    match(
      (await cookieOf(
        { secret, cookie: "at", maxAge: "1h", sameSite: "strict" },
        HttpRequest.make("/", { scheme: "https" }),
      )) ?? "",
      /^at=[\w-]{22}; Path=\/; Max-Age=3600; HttpOnly; SameSite=Strict; Secure$/,
    ));
  it("SameSite=None needs Secure", async () =>
    match(
      (await cookieOf({ secret, sameSite: "none" }, HttpRequest.make("/"))) ?? "",
      /SameSite=None; Secure$/,
    ));
  it("says nothing again to who has it", async () =>
    strictEqual(
      await cookieOf(
        { secret },
        HttpRequest.make("/", { fields: { cookie: `sluice_upstream=${await seal()}` } }),
      ),
      undefined,
    ));
  it("says who answered instead", async () =>
    ok(
      await cookieOf(
        { secret },
        HttpRequest.make("/", { fields: { cookie: `sluice_upstream=${await seal()}` } }),
        "http://a",
      ),
    ));
  it("asks for who is named", async () => {
    const upstreams = new FakeUpstreams(undefined, ["http://a", "http://b"]);
    const handler = compileProxy({ upstreams: app, sticky: { secret } }, testRuntime(), () => upstreams);
    for (const value of [await seal(), "forged", ""]) {
      await handler(
        HttpRequest.make("/", { fields: { cookie: `sluice_upstream=${value}` } }),
        testExchange(),
      );
    }
    deepStrictEqual(
      upstreams.sent.map(({ options }) => options.pinned),
      ["http://b", undefined, undefined],
    );
  });
  it("seals anew what an old secret sealed", async () => {
    const old = HttpRequest.make("/", { fields: { cookie: `sluice_upstream=${await seal()}` } });
    const next = "another secret of some length";
    match((await cookieOf({ secret: [next, secret] }, old)) ?? "", /^sluice_upstream=/);
    strictEqual(await cookieOf({ secret: [secret, next] }, old), undefined);
  });
  it("knows who joined since, by a cookie that another process made", async () => {
    const ids = ["http://a"];
    const upstreams = new FakeUpstreams(undefined, ids);
    const handler = compileProxy({ upstreams: app, sticky: { secret } }, testRuntime(), () => upstreams);
    ids.push("http://b");
    const cookie = `sluice_upstream=${await seal()}`;
    await handler(HttpRequest.make("/", { fields: { cookie } }), testExchange());
    strictEqual(upstreams.sent[0]?.options.pinned, "http://b");
  });
  it("makes a secret where none is told, and keeps it over a reload", async () => {
    const runtime = testRuntime();
    const upstreams = new FakeUpstreams();
    const [first, second] = await Promise.all(
      [1, 2].map(async () =>
        (
          await compileProxy(
            { upstreams: app, sticky: true },
            runtime,
            () => upstreams,
          )(HttpRequest.make("/"), testExchange())
        ).fields.get("set-cookie"),
      ),
    );
    ok(first !== undefined && first === second);
  });
});
