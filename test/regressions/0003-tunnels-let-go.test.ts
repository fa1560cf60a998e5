/** A tunnel begins behind its whole request and ends with its last owner (RFC 9110 §7.8, §9.3.6). */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { type Content, chunkedContent, Fields, type Handler, HttpResponse } from "../../src/index.ts";
import { brief } from "../support/responses.ts";
import { requestText, serve } from "../support/running.ts";
import { eventually, gate, settled } from "../support/waiting.ts";

const upgrade = { Connection: "Upgrade", Upgrade: "echo" };

const tunnel = (content: Content, status = 101): HttpResponse =>
  new HttpResponse({ status, fields: Fields.of(["upgrade", "echo"]), content, tunnel: true });

const bye = (): Content => chunkedContent([Buffer.from("bye")]);

describe("tunnels let go", () => {
  const refused: readonly (readonly [string, Handler, string])[] = [
    [
      "before the request's content is whole",
      ({ content }) => tunnel(content),
      requestText("POST /", { ...upgrade, "Content-Length": 5 }, "ab"),
    ],
    ["by another status than 101", ({ content }) => tunnel(content, 200), requestText("GET /", upgrade)],
  ];
  for (const [rule, handler, request] of refused) {
    it(`none is opened ${rule}`, async () => {
      await using running = await serve({ "/*": handler });
      const client = await running.client();
      client.send(request);
      strictEqual((await client.response()).status, 500);
    });
  }

  const letting: readonly (readonly [string, Handler])[] = [
    [
      "before it is one",
      ({ content }) => {
        if (content.type === "pulled") {
          content.cancel(new Error("unwanted"));
        }
        return tunnel(bye());
      },
    ],
    [
      "after its outbound half ended",
      ({ content }) => {
        setImmediate(() => content.type === "pulled" && content.cancel(new Error("unwanted")));
        return tunnel(bye());
      },
    ],
  ];
  for (const [when, handler] of letting) {
    it(`a client that stays does not hold one whose inbound half was cancelled ${when}`, async () => {
      await using running = await serve({ "/*": handler }, { timeouts: { linger: "100ms" } });
      const client = await running.client();
      client.send(requestText("GET /", upgrade));
      await client.holds("bye");
      await eventually(() => running.server.connections === 0, "the connection to be gone");
    });
  }

  it("pauses a client whose octets nobody reads, after our half has ended too", async () => {
    await using running = await serve({ "/*": () => tunnel(bye()) });
    const client = await running.client();
    client.send(requestText("GET /", upgrade));
    await client.holds("bye");
    client.send(Buffer.alloc(64 * 1_048_576));
    const left = await settled(() => client.socket.writableLength, "the client to be stopped");
    strictEqual(left > 32 * 1_048_576, true, `${left} octets of 64 MB are left`);
  });

  it("tells of the client's end that came before the tunnel's turn", async () => {
    const slow = gate<HttpResponse>();
    const asked = gate();
    const echo: Handler = ({ content }) => {
      asked.open();
      return tunnel(content);
    };
    await using running = await serve({ "/slow": () => slow.opened, "/*": echo });
    const client = await running.client();
    client.end(`${requestText("GET /slow") + requestText("GET /", upgrade)}echoed`);
    await asked.opened;
    slow.open(HttpResponse.text(200, "slow"));
    strictEqual(brief(await client.response()), "200 slow");
    strictEqual((await client.response()).status, 101);
    strictEqual(await client.over(), "end");
    deepStrictEqual(client.received.toString(), "echoed");
  });
});
