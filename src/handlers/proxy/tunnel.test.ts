import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { testExchange, testRuntime } from "../../../test/support/exchange.ts";
import { type FakeAnswer, FakeUpstreams } from "../../../test/support/fake-upstreams.ts";
import { answered } from "../../../test/support/files.ts";
import {
  chunkedContent,
  type FieldLine,
  HttpRequest,
  type HttpResponse,
  textContent,
} from "../../message/index.ts";
import { compileProxy } from "./compile.ts";
import type { ProxyOptions } from "./options.ts";
import { acceptOf, offeredUpgrade } from "./tunnel.ts";

const key = "dGhlIHNhbXBsZSBub25jZQ==";
const accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

function asked(
  fields: Readonly<Record<string, string>>,
  change: Parameters<HttpRequest["with"]>[0] = {},
): HttpRequest {
  return HttpRequest.make("/chat", { fields: { connection: "upgrade", ...fields } }).with(change);
}

interface Passed {
  readonly response: HttpResponse;
  readonly upstreams: FakeUpstreams;
}

async function pass(
  request: HttpRequest,
  answer: (key: string) => FakeAnswer,
  options: Partial<ProxyOptions> = {},
): Promise<Passed> {
  const upstreams = new FakeUpstreams(({ outbound }) =>
    answer(outbound.fields.get("sec-websocket-key") ?? ""),
  );
  const handler = compileProxy(
    { upstreams: "http://a", via: false, forwarded: false, ...options },
    testRuntime(),
    () => upstreams,
  );
  return { response: await handler(request, testExchange()), upstreams };
}

describe("acceptOf", () => it("answers the key of RFC 6455 §1.3", () => strictEqual(acceptOf(key), accept)));

describe("offeredUpgrade (RFC 9110 §7.8)", () => {
  const some = ["websocket", "x-rpc"];
  // biome-ignore format: a table
  const rows: readonly (readonly [rule: string, HttpRequest, offered: string | undefined])[] = [
    ["none asked for", asked({}), undefined],
    ["one that is allowed", asked({ upgrade: "websocket" }), "websocket"],
    ["in any case", asked({ upgrade: "WebSocket" }), "websocket"],
    ["the first allowed of several", asked({ upgrade: "h2c, x-rpc, websocket" }), "x-rpc"],
    ["none that is allowed", asked({ upgrade: "h2c" }), undefined],
    ["Connection must say so", asked({ connection: "close", upgrade: "websocket" }), undefined],
    ["beside what else it says", asked({ connection: "keep-alive, Upgrade", upgrade: "websocket" }), "websocket"],
    ["HTTP/1.0 cannot ask", asked({ upgrade: "websocket" }, { version: "1.0" }), undefined],
    ["nor can HTTP/2", asked({ upgrade: "websocket" }, { version: "2" }), undefined],
    ["nor who sends content", asked({ upgrade: "websocket" }, { content: textContent("x") }), undefined],
  ];
  for (const [rule, request, offered] of rows) {
    it(rule, () => strictEqual(offeredUpgrade(request, some), offered));
  }
});

describe("a WebSocket over HTTP/1.1", () => {
  const half = chunkedContent([]);
  const opened = (upgrade = "websocket"): FakeAnswer => ({
    status: 101,
    tunnel: true,
    content: half,
    fields: [
      ["connection", "Upgrade"],
      ["upgrade", upgrade],
      ["sec-websocket-accept", accept],
    ],
  });
  const request = asked({ upgrade: "websocket", "sec-websocket-key": key });

  it("is the client's own handshake", async () => {
    const { response, upstreams } = await pass(request, () => opened());
    deepStrictEqual(
      [response.status, response.tunnel, response.content, response.fields.toJSON()],
      [
        101,
        true,
        half,
        [
          ["upgrade", "websocket"],
          ["sec-websocket-accept", accept],
        ] satisfies FieldLine[],
      ],
    );
    const { upgrade, fields, method } = upstreams.sent[0]?.outbound ?? {};
    deepStrictEqual([method, upgrade, fields?.toJSON()], ["GET", "websocket", [["sec-websocket-key", key]]]);
  });
  it("may be refused by the application", async () =>
    strictEqual((await pass(request, () => ({ status: 403 }))).response.status, 403));
  it("is not offered where that is not wanted", async () => {
    const { upstreams } = await pass(request, () => ({}), { upgrade: false });
    strictEqual(upstreams.sent[0]?.outbound.upgrade, undefined);
  });
  for (const other of ["x-rpc", "websocket, x-rpc"]) {
    it(`a change to ${other} is none that was offered`, async () => {
      const answer = await answered((await pass(request, () => opened(other))).response);
      deepStrictEqual(
        [answer.status, answer.fields["proxy-status"]],
        [502, "sluice; error=http_upgrade_failed"],
      );
    });
  }
});

describe("a WebSocket over HTTP/2 (RFC 8441)", () => {
  const clientHalf = chunkedContent([Buffer.from("hello")]);
  const request = HttpRequest.make("/chat?a", {
    method: "CONNECT",
    connectProtocol: "websocket",
    version: "2",
    content: clientHalf,
    fields: { origin: "https://a.test", "sec-websocket-protocol": "chat" },
  });
  const opened = (answering: string): FakeAnswer => ({
    status: 101,
    tunnel: true,
    content: chunkedContent([]),
    fields: [
      ["upgrade", "websocket"],
      ["sec-websocket-accept", answering],
      ["sec-websocket-protocol", "chat"],
    ],
  });

  it("is a handshake of our own", async () => {
    const { response, upstreams } = await pass(request, (sent) => opened(acceptOf(sent)));
    deepStrictEqual(
      [response.status, response.tunnel, response.fields.toJSON()],
      [200, true, [["sec-websocket-protocol", "chat"]]],
    );
    const { outbound } = upstreams.sent[0] ?? {};
    deepStrictEqual(
      [
        outbound?.method,
        outbound?.target,
        outbound?.upgrade,
        outbound?.content.length,
        outbound?.fields.get("sec-websocket-version"),
      ],
      ["GET", "/chat?a", "websocket", 0, "13"],
    );
    match(outbound?.fields.get("sec-websocket-key") ?? "", /^[\w+/]{22}==$/);
    ok(outbound?.content.type === "pulled");
    deepStrictEqual(outbound.content.read(), Buffer.from("hello"));
  });
  it("has another key each time", async () => {
    const keys = await Promise.all(
      [1, 2].map(async () => {
        const { upstreams } = await pass(request, (sent) => opened(acceptOf(sent)));
        return upstreams.sent[0]?.outbound.fields.get("sec-websocket-key");
      }),
    );
    ok(keys[0] !== keys[1]);
  });
  it("may be refused by the application", async () =>
    strictEqual((await pass(request, () => ({ status: 403 }))).response.status, 403));

  // biome-ignore format: a table
  const broken: readonly (readonly [rule: string, answer: FakeAnswer])[] = [
    ["an answer to another key", opened(accept)],
    ["no answer to the key", { ...opened(accept), fields: [["upgrade", "websocket"]] }],
    ["another protocol", { ...opened(accept), fields: [["upgrade", "x-rpc"]] }],
    ["2xx, which would open a tunnel to nobody", { status: 200 }],
  ];
  for (const [rule, answer] of broken) {
    it(`${rule} is 502`, async () => {
      const got = await answered((await pass(request, () => answer)).response);
      deepStrictEqual([got.status, got.fields["proxy-status"]], [502, "sluice; error=http_upgrade_failed"]);
    });
  }
});
