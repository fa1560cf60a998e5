import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { testExchange, testRuntime } from "../../../test/support/exchange.ts";
import { FakeUpstreams, refusedByAll } from "../../../test/support/fake-upstreams.ts";
import { chunkedContent, collect, HttpRequest, type HttpResponse, textContent } from "../../message/index.ts";
import type { Handler } from "../../pipeline/index.ts";
import { compileProxy } from "./compile.ts";
import type { MirrorOptions, ProxyOptions } from "./options.ts";

interface Mirrored {
  readonly main: FakeUpstreams;
  readonly copies: FakeUpstreams;
  readonly handler: Handler;
}

function mirrored(
  mirror: Partial<MirrorOptions> = {},
  options: Partial<ProxyOptions> = {},
  copies: FakeUpstreams = new FakeUpstreams(),
): Mirrored {
  // As an upstream does, it reads the content before it answers.
  const main = new FakeUpstreams(({ outbound: { content } }) => {
    while (content.type === "pulled" && content.read() !== "end");
    return {};
  });
  const all = { upstreams: "http://a", mirror: { upstreams: "http://copy", ...mirror }, ...options };
  const handler = compileProxy(all, testRuntime(), (one) =>
    one.upstreams === "http://copy" ? copies : main,
  );
  return { main, copies, handler };
}

const send = (handler: Handler, content: HttpRequest["content"]): HttpResponse | Promise<HttpResponse> =>
  handler(
    HttpRequest.make("/a?b", { method: "POST", content, fields: { expect: "100-continue" } }),
    testExchange(),
  );

describe("mirror", () => {
  // biome-ignore format: a table
  const rows: readonly (readonly [rule: string, content: () => HttpRequest["content"], mirror: Partial<MirrorOptions>, options: Partial<ProxyOptions>, copied: string | undefined])[] = [
    ["bytes", () => textContent("hello"), {}, {}, "hello"],
    ["content as it was read", () => chunkedContent([Buffer.from("hel"), Buffer.from("lo")]), {}, {}, "hello"],
    ["content that was kept", () => chunkedContent([Buffer.from("hello")]), {}, { buffer: true }, "hello"],
    ["as much as is allowed", () => chunkedContent([Buffer.from("hello")]), { content: 5 }, {}, "hello"],
    ["more is not copied", () => chunkedContent([Buffer.from("hello!")]), { content: 5 }, {}, undefined],
    ["more, announced, is not copied", () => textContent("hello!"), { content: 5 }, {}, undefined],
    ["none of them", () => textContent("hello"), { share: 0 }, {}, undefined],
  ];
  for (const [rule, content, mirror, options, copied] of rows) {
    it(rule, async () => {
      const { handler, main, copies } = mirrored(mirror, options);
      strictEqual((await send(handler, content())).status, 200);
      const { outbound } = copies.sent[0] ?? {};
      strictEqual(outbound && (await collect(outbound.content, 100)).toString(), copied);
      strictEqual(main.sent.length, 1);
      if (outbound !== undefined) {
        deepStrictEqual(
          [outbound.method, outbound.target, outbound.fields.has("expect")],
          ["POST", "/a?b", false],
        );
      }
    });
  }

  it("neither waits for an answer nor cares for it", async () => {
    const { handler } = mirrored({}, {}, new FakeUpstreams(() => undefined));
    strictEqual((await send(handler, textContent("x"))).status, 200);
    const failing = mirrored({}, {}, new FakeUpstreams(() => refusedByAll()));
    strictEqual((await send(failing.handler, textContent("x"))).status, 200);
  });
  it("has so many under way and no more, until they are answered", async () => {
    const { handler, copies } = mirrored({ most: 2 }, {}, new FakeUpstreams(() => undefined));
    for (let request = 0; request < 4; request += 1) {
      await send(handler, textContent("x"));
    }
    strictEqual(copies.sent.length, 2);
    const answer = chunkedContent([Buffer.from("thrown away")]);
    copies.sent[0]?.dispatch.settle({ content: answer });
    await new Promise((resolve) => setImmediate(resolve));
    strictEqual(answer.read(), "end");
    await send(handler, textContent("x"));
    deepStrictEqual(
      copies.sent.map(({ outbound }) => outbound.method),
      ["POST", "POST", "POST"],
    );
  });
});
