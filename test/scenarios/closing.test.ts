/** How connections end: half-close, lingering close, early answers, responses that break off (RFC 9112 §8, §9.6). */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import {
  chunkedContent,
  Fields,
  HttpResponse,
  type PulledContent,
  respond,
  textContent,
} from "../../src/index.ts";
import { runProgram } from "../support/programs.ts";
import { brief } from "../support/responses.ts";
import { requestText, serve } from "../support/running.ts";
import { eventually, gate } from "../support/waiting.ts";

for (const reading of ["borrowed", "plain"] as const) {
  describe(`closing, ${reading} reading`, () => {
    it("answers a client that has ended its side", async () => {
      const seen = gate();
      const go = gate();
      await using running = await serve(
        {
          "/*": async () => {
            seen.open();
            await go.opened;
            return HttpResponse.text(200, "late");
          },
        },
        { reading },
      );
      const client = await running.client();
      client.end(requestText("GET /"));
      await seen.opened;
      go.open();
      deepStrictEqual((await client.rest()).map(brief), ["200 late"]);
      strictEqual(await client.over(), "end");
      await eventually(() => running.server.connections === 0, "the connection to be gone");
    });

    it("gives the answer, not a reset, to a client that goes on sending", async () => {
      await using running = await serve({ "/*": respond({ status: 403, body: "no" }) }, { reading });
      const client = await running.client();
      const length = 32 * 1_048_576;
      client.send(requestText("POST /", { "Content-Length": length }));
      const piece = Buffer.alloc(1_048_576);
      for (let sent = 0; sent < length; sent += piece.length) {
        client.send(piece);
      }
      client.end();
      const responses = await client.rest();
      deepStrictEqual(
        responses.map((response) => [brief(response), response.fields.connection]),
        [["403 no", "close"]],
      );
      strictEqual(await client.over(), "end");
      await eventually(() => client.socket.writableFinished, "everything to be taken");
    });

    it("stops waiting for a client that never ends its side", async () => {
      await using running = await serve({ "/*": respond("bye") }, { reading, timeouts: { linger: "20ms" } });
      const client = await running.client();
      client.send(requestText("GET /", { Connection: "close" }));
      deepStrictEqual((await client.rest()).map(brief), ["200 bye"]);
      await eventually(() => running.server.connections === 0, "the connection to be gone");
    });

    it("drains a little after an early answer, and goes on", async () => {
      await using running = await serve({ "/*": respond("early") }, { reading });
      const client = await running.client();
      client.send(requestText("POST /", { "Content-Length": 200_000 }));
      const first = await client.response();
      client.send(Buffer.alloc(200_000, "x"));
      client.end(requestText("GET /"));
      deepStrictEqual([brief(first), first.fields.connection], ["200 early", undefined]);
      deepStrictEqual((await client.rest()).map(brief), ["200 early"]);
    });

    it("closes after an early answer when too much is to come", async () => {
      await using running = await serve(
        { "/*": respond("early") },
        { reading, limits: { drainedContent: "10KB" } },
      );
      const announced = await running.client();
      announced.send(requestText("POST /", { "Content-Length": 20_000 }, "some"));
      const [one] = await announced.rest();
      deepStrictEqual([one && brief(one), one?.fields.connection], ["200 early", "close"]);
      const chunked = await running.client();
      chunked.send(requestText("POST /", { "Transfer-Encoding": "chunked" }));
      const two = await chunked.response();
      chunked.send(`4e20\r\n${"x".repeat(20_000)}`);
      deepStrictEqual([brief(two), await chunked.rest()], ["200 early", []]);
      strictEqual(await chunked.over(), "end");
    });

    const failing = (
      pieces: readonly string[],
      length: number | undefined,
      how: "end" | "throw",
    ): PulledContent => {
      const content = chunkedContent(
        pieces.map((piece) => Buffer.from(piece)),
        length === undefined ? {} : { length },
      );
      const read = content.read.bind(content);
      content.read = () => {
        const got = read();
        if (got === "end" && how === "throw") {
          throw new Error("the source failed");
        }
        return got;
      };
      return content;
    };
    const request11 = requestText("GET /");
    const request10 = "GET / HTTP/1.0\r\n\r\n";
    // biome-ignore format: a table
    const cuts = [
      // rule                                        request    announced  how      what came
      ["Content-Length, content ends early",         request11, 10,        "end",   "200 once (cut)"],
      ["Content-Length, content fails",              request11, 10,        "throw", "200 once (cut)"],
      ["Content-Length, content is too long",        request11, 2,         "end",   "200  (cut)"],
      ["Content-Length over HTTP/1.0, ends early",   request10, 10,        "end",   "200 once (cut)"],
      ["chunked, content fails",                     request11, undefined, "throw", "200 once (cut)"],
    ] as const;
    for (const [rule, request, announced, how, came] of cuts) {
      it(`does not let a broken response look whole: ${rule}`, async () => {
        await using running = await serve(
          {
            "/*": () =>
              new HttpResponse({
                status: 200,
                fields: Fields.empty,
                content: failing(["once"], announced, how),
              }),
          },
          { reading },
        );
        const client = await running.client();
        client.send(request + request);
        deepStrictEqual((await client.rest()).map(brief), [came]);
        strictEqual(running.told.length, 1, running.told.join("\n"));
      });
    }

    it("resets where only the connection's end would mark the content's end", async () => {
      await using running = await serve(
        {
          "/*": () =>
            new HttpResponse({
              status: 200,
              fields: Fields.empty,
              content: failing(["once"], undefined, "throw"),
            }),
        },
        { reading },
      );
      const { code, stdout, stderr } = await runProgram("curl", ["-sS", "--http1.0", running.url]);
      deepStrictEqual(
        [code, stdout.toString(), stderr],
        [56, "once", "curl: (56) Recv failure: Connection reset by peer\n"],
      );
    });

    it("cuts a response that breaks off after a pause", async () => {
      const content = failing(["first"], 1_000, "throw");
      const read = content.read.bind(content);
      let paused = false;
      content.read = () => {
        const got = paused ? read() : "pending";
        paused = true;
        return got;
      };
      await using running = await serve(
        { "/*": () => new HttpResponse({ status: 200, fields: Fields.empty, content }) },
        { reading },
      );
      const client = await running.client();
      client.send(requestText("GET /"));
      await client.holds("\r\n\r\n");
      content.onReadable?.();
      deepStrictEqual((await client.rest()).map(brief), ["200 first (cut)"]);
    });

    it("sends back content as it comes, even by way of a wrapper that reads it later", async () => {
      await using running = await serve(
        {
          "/*": ({ content }) => {
            const inner = content as PulledContent;
            const outer: PulledContent = {
              type: "pulled",
              length: inner.length,
              trailers: Fields.empty,
              onReadable: undefined,
              read: () => {
                inner.onReadable = () => outer.onReadable?.();
                return inner.read();
              },
              cancel: (reason) => inner.cancel(reason),
            };
            return new HttpResponse({ status: 200, fields: Fields.empty, content: outer });
          },
        },
        { reading },
      );
      const client = await running.client();
      client.send(requestText("POST /", { "Content-Length": 6 }, "abc"));
      await client.holds("\r\n\r\n");
      client.send("def");
      deepStrictEqual(brief(await client.response()), "200 abcdef");
    });

    it("answers 500 when a handler throws, and goes on", async () => {
      await using running = await serve(
        {
          "/sync": () => {
            throw new Error("broken");
          },
          "/async": () => Promise.reject(new Error("broken later")),
          "/*": respond("fine"),
        },
        { reading },
      );
      const client = await running.client();
      const asked: (readonly [number, string | undefined])[] = [];
      for (const path of ["/sync", "/async", "/"]) {
        client.send(requestText(`GET ${path}`));
        const { status, fields } = await client.response();
        asked.push([status, fields.connection]);
      }
      deepStrictEqual(asked, [
        [500, undefined],
        [500, undefined],
        [200, undefined],
      ]);
      deepStrictEqual(running.told, [
        "error: GET /sync: the handler failed: Error: broken",
        "error: GET /async: the handler failed: Error: broken later",
      ]);
    });

    it("sends nothing that a handler put into a field by force", async () => {
      await using running = await serve(
        {
          "/*": () =>
            new HttpResponse({
              status: 200,
              fields: Fields.of(["x", "a\r\nSet-Cookie: b"]),
              content: textContent(""),
            }),
        },
        { reading },
      );
      const client = await running.client();
      client.send(requestText("GET /"));
      const { status, fields } = await client.response();
      deepStrictEqual([status, fields["set-cookie"]], [500, undefined]);
    });
  });
}
