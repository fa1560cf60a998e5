/** Upgrade and CONNECT: the connection becomes two independent streams of octets (RFC 9110 §7.8, §9.3.6). */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import {
  chunkedContent,
  emptyContent,
  Fields,
  type Handler,
  HttpResponse,
  type PulledContent,
} from "../../src/index.ts";
import { brief } from "../support/responses.ts";
import { requestText, serve } from "../support/running.ts";
import { eventually, gate } from "../support/waiting.ts";

const upgrade = { Connection: "Upgrade", Upgrade: "echo" };

/** Switches protocols and sends back whatever comes. */
const echo: Handler = (request) => {
  if (request.method === "CONNECT") {
    return new HttpResponse({ status: 200, fields: Fields.empty, content: request.content, tunnel: true });
  }
  if (request.fields.get("upgrade") !== "echo") {
    return HttpResponse.text(200, "no tunnel");
  }
  return new HttpResponse({
    status: 101,
    fields: Fields.of(["upgrade", "echo"]),
    content: request.content,
    tunnel: true,
  });
};

/** Outbound octets that the test gives out piece by piece. */
function outbound(): PulledContent & { give(text: string | "end"): void; readonly cancelled: boolean } {
  const pieces: string[] = [];
  let cancelled = false;
  const content = {
    type: "pulled" as const,
    length: undefined,
    trailers: Fields.empty,
    onReadable: undefined as (() => void) | undefined,
    get cancelled() {
      return cancelled;
    },
    read: () => {
      const piece = pieces.shift();
      return piece === undefined
        ? ("pending" as const)
        : piece === "end"
          ? ("end" as const)
          : Buffer.from(piece);
    },
    cancel: () => {
      cancelled = true;
    },
    give: (text: string) => {
      pieces.push(text);
      content.onReadable?.();
    },
  };
  return content;
}

for (const reading of ["borrowed", "plain"] as const) {
  describe(`tunnels, ${reading} reading`, () => {
    it("101 echoes what comes after it, and what came with the request", async () => {
      await using running = await serve({ "/*": echo }, { reading });
      const client = await running.client();
      client.send(`${requestText("GET /", upgrade)}early `);
      const response = await client.response();
      deepStrictEqual([response.status, response.fields], [101, { upgrade: "echo", connection: "upgrade" }]);
      client.send("and ");
      await client.holds("and ");
      client.end("late");
      strictEqual(await client.over(), "end");
      strictEqual(client.received.toString(), "early and late");
      await eventually(() => running.server.connections === 0, "the connection to be gone");
    });

    it("CONNECT echoes", async () => {
      await using running = await serve({ "/*": echo }, { reading });
      const client = await running.client();
      client.send("CONNECT origin.test:443 HTTP/1.1\r\nHost: origin.test:443\r\n\r\n");
      await client.holds("\r\n\r\n");
      const [head = ""] = client.received.toString().split("\r\n\r\n");
      deepStrictEqual(
        head.split("\r\n").filter((line) => !line.startsWith("Date:")),
        ["HTTP/1.1 200 OK"],
      );
      client.end("through the tunnel");
      strictEqual(await client.over(), "end");
      strictEqual(client.received.toString().slice(head.length + 4), "through the tunnel");
    });

    it("carries much in both directions, octet for octet", async () => {
      await using running = await serve({ "/*": echo }, { reading });
      const client = await running.client();
      client.send(requestText("GET /", upgrade));
      await client.response();
      const bytes = Buffer.alloc(20_000_000);
      for (let at = 0; at < bytes.length; at += 4) {
        bytes.writeUInt32LE(at ^ 0x5bd1e995, at);
      }
      client.end(bytes);
      strictEqual(await client.over(), "end");
      strictEqual(client.received.equals(bytes), true);
    });

    it("the client's end closes only its half", async () => {
      const out = outbound();
      const ended = gate();
      await using running = await serve(
        {
          "/*": (request) => {
            const inbound = request.content as PulledContent;
            const look = (): void => {
              for (let got = inbound.read(); got !== "pending"; got = inbound.read()) {
                if (got === "end") {
                  ended.open();
                  return;
                }
              }
            };
            inbound.onReadable = look;
            setImmediate(look);
            return new HttpResponse({
              status: 101,
              fields: Fields.of(["upgrade", "x"]),
              content: out,
              tunnel: true,
            });
          },
        },
        { reading },
      );
      const client = await running.client();
      client.send(requestText("GET /", upgrade));
      await client.response();
      client.end("last words");
      await ended.opened;
      out.give("still ");
      await client.holds("still ");
      out.give("here");
      out.give("end");
      strictEqual(await client.over(), "end");
      strictEqual(client.received.toString(), "still here");
      await eventually(() => running.server.connections === 0, "the connection to be gone");
    });

    it("the handler's end closes only its half", async () => {
      const heard: string[] = [];
      const ended = gate();
      await using running = await serve(
        {
          "/*": (request) => {
            const inbound = request.content as PulledContent;
            const look = (): void => {
              for (let got = inbound.read(); got !== "pending"; got = inbound.read()) {
                if (got === "end") {
                  ended.open();
                  return;
                }
                heard.push(Buffer.from(got).toString());
              }
            };
            inbound.onReadable = look;
            setImmediate(look);
            return new HttpResponse({
              status: 101,
              fields: Fields.of(["upgrade", "x"]),
              content: chunkedContent([Buffer.from("that is all")]),
              tunnel: true,
            });
          },
        },
        { reading },
      );
      const client = await running.client();
      client.send(requestText("GET /", upgrade));
      await client.response();
      strictEqual(await client.over(), "end");
      strictEqual(client.received.toString(), "that is all");
      client.send("one ");
      await eventually(() => heard.join("") === "one ", "the first words");
      client.end("two");
      await ended.opened;
      strictEqual(heard.join(""), "one two");
      await eventually(() => running.server.connections === 0, "the connection to be gone");
    });

    it("a client that is reset cancels the outbound half and breaks the inbound one", async () => {
      const out = outbound();
      let aborted = false;
      await using running = await serve(
        {
          "/*": (_request, { signal }) => {
            signal.addEventListener("abort", () => {
              aborted = true;
            });
            return new HttpResponse({
              status: 101,
              fields: Fields.of(["upgrade", "x"]),
              content: out,
              tunnel: true,
            });
          },
        },
        { reading },
      );
      const client = await running.client();
      client.send(requestText("GET /", upgrade));
      await client.response();
      client.leave("reset");
      await eventually(() => running.server.connections === 0, "the connection to be gone");
      deepStrictEqual({ cancelled: out.cancelled, aborted }, { cancelled: true, aborted: true });
    });

    it("an Upgrade that is not taken up is an ordinary request", async () => {
      await using running = await serve({ "/*": echo }, { reading });
      const client = await running.client();
      client.send(requestText("GET /", { Connection: "Upgrade", Upgrade: "other" }) + requestText("GET /"));
      deepStrictEqual(
        [brief(await client.response()), brief(await client.response())],
        ["200 no tunnel", "200 no tunnel"],
      );
    });

    it("a tunnel without an outbound half ends it at once and hears on", async () => {
      const heard = gate<string>();
      await using running = await serve(
        {
          "/*": (request) => {
            const inbound = request.content as PulledContent;
            inbound.onReadable = () => {
              const got = inbound.read();
              heard.open(typeof got === "string" ? got : Buffer.from(got).toString());
            };
            setImmediate(() => inbound.read());
            return new HttpResponse({
              status: 101,
              fields: Fields.of(["upgrade", "x"]),
              content: emptyContent,
              tunnel: true,
            });
          },
        },
        { reading },
      );
      const client = await running.client();
      client.send(requestText("GET /", upgrade));
      strictEqual((await client.response()).status, 101);
      strictEqual(await client.over(), "end");
      client.end("heard");
      strictEqual(await heard.opened, "heard");
    });
  });
}
