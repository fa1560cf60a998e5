import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { someTls, testExchange, testRuntime } from "../../../test/support/exchange.ts";
import { FakeUpstreams, refusedByAll } from "../../../test/support/fake-upstreams.ts";
import { answered } from "../../../test/support/files.ts";
import { bytesContent, chunkedContent, type FieldLine, Fields, HttpRequest } from "../../message/index.ts";
import { compileProxy } from "./compile.ts";
import type { ProxyOptions } from "./options.ts";

const app = "http://app.test:3000";

interface Sending {
  readonly method: string;
  readonly authority: string | undefined;
  readonly target: string;
  readonly lines: readonly FieldLine[];
}

/** What reaches the upstream of a request. */
async function sentBy(
  options: Omit<ProxyOptions, "upstreams"> & Partial<ProxyOptions>,
  request: HttpRequest,
): Promise<Sending> {
  const upstreams = new FakeUpstreams();
  const handler = compileProxy({ upstreams: app, ...options }, testRuntime(), () => upstreams);
  await handler(request, testExchange());
  const { method, authority, target, fields } = upstreams.sent[0]?.outbound ?? { method: "nothing" };
  return { method, authority, target: target ?? "", lines: fields?.toJSON() ?? [] };
}

describe("what is sent on", () => {
  it("the request, with what is known of the client", async () =>
    deepStrictEqual(
      await sentBy(
        {},
        HttpRequest.make("/a?b", {
          authority: "www.test",
          fields: { accept: "*/*", host: "www.test", connection: "close" },
        }),
      ),
      {
        method: "GET",
        authority: "www.test",
        target: "/a?b",
        lines: [
          ["accept", "*/*"],
          ["via", "1.1 sluice"],
          ["forwarded", "for=127.0.0.1;host=www.test;proto=http"],
          ["x-forwarded-for", "127.0.0.1"],
          ["x-forwarded-proto", "http"],
          ["x-forwarded-host", "www.test"],
          ["x-forwarded-port", "80"],
          ["x-real-ip", "127.0.0.1"],
        ],
      },
    ));

  const quiet = { via: false, forwarded: false } as const;
  // biome-ignore format: a table
  const targets: readonly (readonly [options: Partial<ProxyOptions>, path: string, sent: string])[] = [
    [{}, "/a%2Fb%20c//d/?x=%zz&", "/a%2Fb%20c//d/?x=%zz&"],
    [{}, "/a?", "/a?"],
    [{ stripPrefix: "/api" }, "/api/x?y", "/x?y"],
    [{ stripPrefix: "/api/" }, "/api/x", "/x"],
    [{ stripPrefix: "/api" }, "/api", "/"],
    [{ stripPrefix: "/api" }, "/%61pi/x%2f", "/x%2f"],
    [{ stripPrefix: "/a%20b" }, "/%61%20b/x", "/x"],
    [{ stripPrefix: "/api" }, "/apix", "/apix"],
    [{ base: "/v2/" }, "/x", "/v2/x"],
    [{ stripPrefix: "/api", base: "/v2" }, "/api", "/v2"],
    [{ stripPrefix: "/api", base: "/v2" }, "/api/", "/v2/"],
    [{ query: { set: { key: "a b" }, remove: ["debug"] } }, "/x?debug=1&y=2", "/x?y=2&key=a%20b"],
    [{ query: { remove: ["debug"] } }, "/x?debug=1", "/x"],
  ];
  for (const [options, path, sent] of targets) {
    it(`${JSON.stringify(options)}: ${path} is ${sent}`, async () =>
      strictEqual((await sentBy({ ...quiet, ...options }, HttpRequest.make(path))).target, sent));
  }

  // biome-ignore format: a table
  const hosts: readonly (readonly [options: Partial<ProxyOptions>, asked: string, sent: string | undefined])[] = [
    [{}, "www.test", "www.test"],
    [{}, "", undefined],
    [{ host: "keep" }, "www.test:81", "www.test:81"],
    [{ host: "upstream" }, "www.test", undefined],
    [{ host: "api.test" }, "www.test", "api.test"],
    [{ upstreams: "https://app.test" }, "www.test", undefined],
    [{ upstreams: "https://app.test", host: "keep" }, "www.test", "www.test"],
    [{ upstreams: ["https://app.test", "http://b.test"] }, "www.test", "www.test"],
  ];
  for (const [options, asked, sent] of hosts) {
    it(`${JSON.stringify(options)}: Host ${asked} is ${sent}`, async () =>
      strictEqual((await sentBy(options, HttpRequest.make("/", { authority: asked }))).authority, sent));
  }

  it("an absolute target as path and query", async () => {
    const target = { form: "absolute", scheme: "http", authority: "a", path: "/x", query: "y" } as const;
    strictEqual(
      (await sentBy({}, HttpRequest.make("/").with({ target, rawTarget: "http://a/x?y" }))).target,
      "/x?y",
    );
  });
  it("fields that the operator sets and removes", async () => {
    const fields = { request: { set: { "X-A": "1" }, remove: ["Cookie"] } };
    const request = HttpRequest.make("/", { fields: { cookie: "a=b", "x-a": "0" } });
    deepStrictEqual((await sentBy({ ...quiet, fields }, request)).lines, [["x-a", "1"]]);
  });
  it("Max-Forwards less one", async () => {
    const request = HttpRequest.make("/", { method: "OPTIONS", fields: { "max-forwards": "3" } });
    deepStrictEqual((await sentBy(quiet, request)).lines, [["max-forwards", "2"]]);
  });
  it("Expect, where content is still to come (RFC 9110 §10.1.1)", async () => {
    const fields = { expect: "100-continue" };
    const options = { via: false, forwarded: false } as const;
    const post = HttpRequest.make("/", { method: "POST", fields });
    const toCome = post.with({ content: chunkedContent([Buffer.from("a")]) });
    deepStrictEqual((await sentBy(options, toCome)).lines, [["expect", "100-continue"]]);
    deepStrictEqual((await sentBy({ ...options, buffer: true }, toCome)).lines, []);
    deepStrictEqual((await sentBy(options, HttpRequest.make("/", { fields }))).lines, []);
  });
  it("the same object for the same fields of a connection, not for another's", async () => {
    const upstreams = new FakeUpstreams();
    const handler = compileProxy({ upstreams: app }, testRuntime(), () => upstreams);
    const request = HttpRequest.make("/", { fields: { accept: "*/*" } });
    const connection = {};
    for (const change of [{ connection }, { connection }, {}]) {
      await handler(request, testExchange(change));
    }
    await handler(request.with({ authority: "b.test" }), testExchange({ connection }));
    const [first, second, other, renamed] = upstreams.sent.map(({ outbound }) => outbound.fields);
    ok(first === second && first !== other && first !== renamed);
    strictEqual(renamed?.get("x-forwarded-host"), "b.test");
  });
  it("what a hash is taken of", async () => {
    const upstreams = new FakeUpstreams();
    const options = { upstreams: app, balance: { hash: { field: "X-User" } } } as const;
    const handler = compileProxy(options, testRuntime(), () => upstreams);
    await handler(HttpRequest.make("/", { fields: { "x-user": "ann" } }), testExchange());
    strictEqual(upstreams.sent[0]?.options.key, "ann");
  });
  it("that the client reads trailers", async () => {
    const upstreams = new FakeUpstreams();
    const handler = compileProxy({ upstreams: app }, testRuntime(), () => upstreams);
    await handler(HttpRequest.make("/", { fields: { te: "trailers" } }), testExchange());
    strictEqual(upstreams.sent[0]?.outbound.trailers, true);
  });
});

describe("what is not sent on", () => {
  // biome-ignore format: a table
  const rows: readonly (readonly [rule: string, HttpRequest, status: number, body: RegExp])[] = [
    ["CONNECT", HttpRequest.make("/", { method: "CONNECT" }), 501, /not offered/],
    ["extended CONNECT of what is not offered", HttpRequest.make("/", { method: "CONNECT", connectProtocol: "connect-udp", version: "2" }), 501, /protocol is not offered/],
    ["OPTIONS that ends here", HttpRequest.make("/", { method: "OPTIONS", fields: { "max-forwards": "0" } }), 204, /^$/],
    ["TRACE that ends here, less what is secret", HttpRequest.make("/a", { method: "TRACE", fields: { "max-forwards": "0", cookie: "a=b", "x-a": "1" } }), 200, /^TRACE \/a HTTP\/1.1\r\nmax-forwards: 0\r\nx-a: 1\r\n\r\n$/],
    ["a loop", HttpRequest.make("/", { fields: { via: Array.from({ length: 8 }, () => "1.1 sluice").join(", ") } }), 502, /again and again/],
  ];
  for (const [rule, request, status, body] of rows) {
    it(rule, async () => {
      const upstreams = new FakeUpstreams();
      const handler = compileProxy({ upstreams: app }, testRuntime(), () => upstreams);
      const answer = await answered(await handler(request, testExchange()));
      deepStrictEqual([answer.status, upstreams.sent.length], [status, 0]);
      match(answer.body, body);
    });
  }
});

describe("a client that leaves", () => {
  it("takes its request back", async () => {
    const upstreams = new FakeUpstreams(() => undefined);
    const handler = compileProxy({ upstreams: app }, testRuntime(), () => upstreams);
    const tied: { cancel(reason: Error): void }[] = [];
    const answer = handler(HttpRequest.make("/"), testExchange({ tie: (work) => void tied.push(work) }));
    const reason = new Error("left");
    tied[0]?.cancel(reason);
    const [sent] = upstreams.sent;
    strictEqual(sent?.dispatch.cancelled, reason);
    sent.dispatch.settle(refusedByAll({ by: "client" }));
    strictEqual((await answer).status, 502);
  });
});

describe("interim responses (RFC 9110 §15.2)", () => {
  it("pass through as they come, but for 100, and not to HTTP/1.0", async () => {
    const upstreams = new FakeUpstreams(({ options }) => {
      options.informed?.(100, Fields.empty);
      options.informed?.(103, Fields.of(["link", "</a.css>; rel=preload"], ["connection", "x"], ["x", "1"]));
      options.informed?.(102, Fields.empty);
      return {};
    });
    const handler = compileProxy({ upstreams: app, via: false }, testRuntime(), () => upstreams);
    const exchange = testExchange();
    await handler(HttpRequest.make("/"), exchange);
    deepStrictEqual(exchange.informed, [[103, ["link", "</a.css>; rel=preload"]], [102]]);
    const old = testExchange();
    await handler(HttpRequest.make("/", { version: "1.0" }), old);
    deepStrictEqual(old.informed, []);
  });
});

describe("content", () => {
  it("goes on as it is", async () => {
    const upstreams = new FakeUpstreams();
    const handler = compileProxy({ upstreams: app }, testRuntime(), () => upstreams);
    const content = chunkedContent([Buffer.from("abc")]);
    await handler(HttpRequest.make("/", { method: "POST", content }), testExchange());
    deepStrictEqual(
      [upstreams.sent[0]?.outbound.content, upstreams.sent[0]?.outbound.again],
      [content, undefined],
    );
  });
  it("comes back as it is, with its trailers to come", async () => {
    const content = bytesContent(Buffer.from("abc"));
    const upstreams = new FakeUpstreams(() => ({ status: 203, content }));
    const handler = compileProxy({ upstreams: app }, testRuntime(), () => upstreams);
    const response = await handler(HttpRequest.make("/"), testExchange({ tls: someTls }));
    deepStrictEqual(
      [response.status, response.content, response.fields.toJSON()],
      [203, content, [["via", "1.1 sluice"]]],
    );
  });
});
