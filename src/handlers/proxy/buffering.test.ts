import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { testExchange, testRuntime } from "../../../test/support/exchange.ts";
import { FakeUpstreams, refusedByAll } from "../../../test/support/fake-upstreams.ts";
import {
  chunkedContent,
  collect,
  FedContent,
  Fields,
  HttpError,
  HttpRequest,
  HttpResponse,
  type PulledContent,
} from "../../message/index.ts";
import { handle } from "../handle/index.ts";
import { Buffering } from "./buffering.ts";
import { compileProxy } from "./compile.ts";

const directory = mkdtempSync(join(tmpdir(), "sluice-"));
after(() => rmSync(directory, { recursive: true }));
const buffering = new Buffering({ memory: 10, disk: 90 }, directory);
const piece = (octets: number, letter = "x"): Buffer => Buffer.alloc(octets, letter);

const textOf = async (content: Parameters<typeof collect>[0]): Promise<string> =>
  (await collect(content, 1_000)).toString();

describe("Buffering", () => {
  const rows: readonly (readonly [rule: string, pieces: readonly Buffer[], type: string])[] = [
    ["nothing", [], "empty"],
    ["little stays in memory", [piece(5), piece(5, "y")], "bytes"],
    ["more goes to a file", [piece(5), piece(6, "y"), piece(30, "z")], "pulled"],
    ["as much as is allowed", [piece(100)], "pulled"],
  ];
  for (const [rule, pieces, type] of rows) {
    it(`${rule}, to be read again and again`, async () => {
      const kept = await buffering.keep(chunkedContent(pieces));
      const whole = Buffer.concat(pieces).toString();
      strictEqual(kept.content.type, type);
      deepStrictEqual(
        [
          await textOf(kept.content),
          await textOf(kept.again()),
          await textOf(kept.again()),
          kept.content.length,
        ],
        [whole, whole, whole, whole.length],
      );
      kept.release();
      deepStrictEqual(readdirSync(directory), []);
    });
  }

  const tooMuch: readonly (readonly [rule: string, PulledContent])[] = [
    ["more than is allowed", chunkedContent([piece(60), piece(41)])],
    ["more than is allowed, announced", chunkedContent([], { length: 101 })],
  ];
  for (const [rule, content] of tooMuch) {
    it(`${rule} is 413`, () =>
      rejects(buffering.keep(content), (error) => error instanceof HttpError && error.fault.status === 413));
  }
  it("without a disk only memory counts", () =>
    rejects(new Buffering({ memory: 10, disk: 0 }).keep(chunkedContent([piece(11)])), /413|10/));
  for (const octets of [3, 30]) {
    it(`keeps trailers, of ${octets} octets too`, async () => {
      const trailers = Fields.of(["x-sum", "1"]);
      const { content, release } = await buffering.keep(chunkedContent([piece(octets)], { trailers }));
      strictEqual(content.type === "pulled" && content.trailers, trailers);
      release();
    });
  }
  it("waits for what comes later", async () => {
    const source = { begun: () => {}, consumed: () => {}, discarded: () => {}, threw: () => {} };
    const fed = new FedContent(undefined, source);
    const keeping = buffering.keep(fed);
    for (const letter of ["a", "b", "c"]) {
      fed.push(piece(8, letter));
      await Promise.resolve();
    }
    fed.end(Fields.empty);
    const kept = await keeping;
    strictEqual(await textOf(kept.content), "aaaaaaaabbbbbbbbcccccccc");
    kept.release();
  });
  it("content that breaks off is none", async () => {
    const source = { begun: () => {}, consumed: () => {}, discarded: () => {}, threw: () => {} };
    const fed = new FedContent(undefined, source);
    const keeping = buffering.keep(fed);
    fed.push(piece(50));
    fed.fail(new Error("left"));
    await rejects(keeping, /left/);
  });
  it("is not read after its release", async () => {
    const kept = await buffering.keep(chunkedContent([piece(20)]));
    const late = kept.again();
    kept.release();
    throws(() => late.type === "pulled" && late.read(), /after its release/);
  });
});

describe("buffer: true", () => {
  it("sends whole content, which can be sent again", async () => {
    const upstreams = new FakeUpstreams();
    const handler = compileProxy({ upstreams: "http://a", buffer: true }, testRuntime(), () => upstreams);
    const content = chunkedContent([piece(3), piece(2, "y")]);
    await handler(HttpRequest.make("/", { method: "POST", content }), testExchange());
    const { outbound } = upstreams.sent[0] ?? {};
    deepStrictEqual(outbound?.content, { type: "bytes", bytes: Buffer.from("xxxyy"), length: 5 });
    strictEqual(outbound.again?.(), outbound.content);
  });
  it("keeps it for a fallback that answers with it", async () => {
    const handler = compileProxy(
      {
        upstreams: "http://a",
        buffer: { memory: 1 },
        fallback: handle(({ content }) => new HttpResponse({ status: 200, fields: Fields.empty, content })),
      },
      testRuntime(),
      () => new FakeUpstreams(() => refusedByAll()),
    );
    const request = HttpRequest.make("/", { method: "POST", content: chunkedContent([piece(5)]) });
    const response = await handler(request, testExchange());
    strictEqual(await textOf(response.content), "xxxxx");
  });
  it("costs a request without content nothing", async () => {
    const upstreams = new FakeUpstreams();
    const handler = compileProxy({ upstreams: "http://a", buffer: true }, testRuntime(), () => upstreams);
    await handler(HttpRequest.make("/"), testExchange());
    deepStrictEqual(upstreams.sent[0]?.outbound.again, undefined);
  });
});
