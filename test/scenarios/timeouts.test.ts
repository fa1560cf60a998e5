/** Each timeout by its name, over real sockets; configured short, so that nobody waits. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { collect, Fields, type Handler, HttpResponse, type PulledContent, respond } from "../../src/index.ts";
import { brief } from "../support/responses.ts";
import { requestText, serve } from "../support/running.ts";
import { eventually } from "../support/waiting.ts";

/** Content without end. */
function endless(): PulledContent {
  const piece = Buffer.alloc(65_536);
  return {
    type: "pulled",
    length: undefined,
    trailers: Fields.empty,
    onReadable: undefined,
    read: () => piece,
    cancel: () => undefined,
  };
}

const upload: Handler = async (request) =>
  HttpResponse.text(200, `${(await collect(request.content, 1e6)).length}`);

describe("timeouts", () => {
  it("firstByte: a silent client is closed without a word", async () => {
    await using running = await serve({ "/*": respond("hi") }, { timeouts: { firstByte: "30ms" } });
    const client = await running.client();
    deepStrictEqual([await client.rest(), await client.over()], [[], "end"]);
  });

  it("fieldSection: a half request is answered 408", async () => {
    await using running = await serve({ "/*": respond("hi") }, { timeouts: { fieldSection: "30ms" } });
    const client = await running.client();
    client.send("GET / HTTP/1.1\r\nHost: a\r\n");
    const [response, ...more] = await client.rest();
    deepStrictEqual([response?.status, response?.fields.connection, more], [408, "close", []]);
  });

  it("fieldSection: sending a little now and then buys no time", async () => {
    await using running = await serve(
      { "/*": respond("hi") },
      { timeouts: { fieldSection: "100ms", linger: "20ms" } },
    );
    const client = await running.client();
    client.send("GET / HTTP/1.1\r\nHost: a\r\n");
    const drip = setInterval(() => client.send("X: y\r\n"), 10);
    const [response] = await client.rest().finally(() => clearInterval(drip));
    strictEqual(response?.status, 408);
  });

  it("fieldSection: counts anew for a second request", async () => {
    await using running = await serve({ "/*": respond("hi") }, { timeouts: { fieldSection: "30ms" } });
    const client = await running.client();
    client.send(`${requestText("GET /")}GET / HTT`);
    deepStrictEqual(
      (await client.rest()).map(({ status }) => status),
      [200, 408],
    );
  });

  it("contentProgress: content that stops coming is answered 408, and its reader told", async () => {
    const faults: string[] = [];
    await using running = await serve(
      {
        "/*": async (request) => {
          try {
            return await upload(request, undefined as never);
          } catch (error) {
            faults.push((error as Error).name);
            throw error;
          }
        },
      },
      { timeouts: { contentProgress: "30ms" } },
    );
    const client = await running.client();
    client.send(requestText("POST /", { "Content-Length": 10 }, "1234"));
    const [response, ...more] = await client.rest();
    deepStrictEqual(
      [response?.status, response?.fields.connection, more, faults],
      [408, "close", [], ["HttpError"]],
    );
  });

  it("contentProgress: content that comes slowly but comes is waited for", async () => {
    await using running = await serve({ "/*": upload }, { timeouts: { contentProgress: "400ms" } });
    const client = await running.client();
    client.send(requestText("POST /", { "Content-Length": 100 }));
    let sent = 0;
    const drip = setInterval(() => {
      client.send("x");
      sent += 1;
      if (sent === 100) {
        clearInterval(drip);
      }
    }, 10);
    deepStrictEqual(brief(await client.response()), "200 100");
  });

  it("contentProgress: does not run while the handler is what stops content", async () => {
    let content: PulledContent | undefined;
    let answer: (response: HttpResponse) => void = () => undefined;
    await using running = await serve(
      {
        "/slow": (request) => {
          content = request.content as PulledContent;
          content.read();
          return new Promise((resolve) => {
            answer = resolve;
          });
        },
        "/*": respond("next"),
      },
      { timeouts: { contentProgress: "20ms" } },
    );
    const client = await running.client();
    client.send(requestText("POST /slow", { "Content-Length": 1_000_000 }));
    client.send(Buffer.alloc(1_000_000));
    const end = performance.now() + 600;
    await eventually(() => performance.now() > end, "more than one look at the deadlines");
    strictEqual(client.received.length, 0);
    const got = (await Promise.race([collect(content as PulledContent, 2e6), client.over()])) as
      | Buffer
      | string;
    ok(typeof got !== "string", `the connection was closed: ${got}`);
    answer(HttpResponse.text(200, `${got.length}`));
    ok(brief(await client.response()).startsWith("200 "));
  });

  it("keepAlive: an idle connection is closed without a word", async () => {
    await using running = await serve({ "/*": respond("hi") }, { timeouts: { keepAlive: "30ms" } });
    const client = await running.client();
    client.send(requestText("GET /"));
    deepStrictEqual(brief(await client.response()), "200 hi");
    deepStrictEqual([await client.rest(), await client.over()], [[], "end"]);
  });

  it("keepAlive: does not run while a handler thinks", async () => {
    await using running = await serve(
      {
        "/*": () =>
          new Promise((resolve) => setTimeout(() => resolve(HttpResponse.text(200, "thought")), 600)),
      },
      { timeouts: { keepAlive: "20ms", fieldSection: "20ms", firstByte: "20ms", contentProgress: "20ms" } },
    );
    const client = await running.client();
    client.send(requestText("GET /"));
    deepStrictEqual(brief(await client.response()), "200 thought");
  });

  it("writeStall: a client that takes nothing is reset, and the exchange given up", async () => {
    let aborted = false;
    let cancelled = false;
    await using running = await serve(
      {
        "/*": (_request, exchange) => {
          exchange.signal.addEventListener("abort", () => {
            aborted = true;
          });
          const content = endless();
          content.cancel = () => {
            cancelled = true;
          };
          return new HttpResponse({ status: 200, fields: Fields.empty, content });
        },
      },
      { timeouts: { writeStall: "30ms" } },
    );
    const client = await running.client();
    client.socket.pause();
    client.send(requestText("GET /"));
    await eventually(() => running.server.connections === 1, "the connection");
    await eventually(() => running.server.connections === 0, "the server to give up");
    deepStrictEqual({ aborted, cancelled }, { aborted: true, cancelled: true });
  });

  it("writeStall: a client that takes a little now and then is not cut", async () => {
    await using running = await serve(
      { "/*": () => new HttpResponse({ status: 200, fields: Fields.empty, content: endless() }) },
      { timeouts: { writeStall: "500ms" } },
    );
    const client = await running.client();
    client.socket.pause();
    client.send(requestText("GET /"));
    await eventually(() => running.server.connections === 1, "the connection");
    const end = performance.now() + 2_000;
    let taken = 0;
    await eventually(() => {
      taken += (client.socket.read(1_048_576) as Buffer | null)?.length ?? 0;
      return performance.now() > end;
    }, "two seconds of sips");
    deepStrictEqual([running.server.connections, taken > 0], [1, true]);
  });

  it("linger: a client that never ends is left after a while", async () => {
    await using running = await serve({ "/*": respond("bye") }, { timeouts: { linger: "30ms" } });
    const client = await running.client();
    client.send(requestText("GET /", { Connection: "close" }));
    await client.over();
    await eventually(() => running.server.connections === 0, "the server to let go");
  });
});
