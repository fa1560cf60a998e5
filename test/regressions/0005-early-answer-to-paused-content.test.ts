/** An answer that leaves content unread which had filled its window: the rest is thrown away, and reading goes on (RFC 9112 §9.3). */
import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { HttpResponse } from "../../src/index.ts";
import { defaultHttp1Limits } from "../../src/protocol/http1/index.ts";
import { brief } from "../support/responses.ts";
import { requestText, serve } from "../support/running.ts";
import { gate, settled } from "../support/waiting.ts";

describe("an early answer to paused content", () => {
  for (const reading of ["borrowed", "plain"] as const) {
    it(`goes on with the next request, ${reading} reading`, async () => {
      const go = gate();
      const answer = () => go.opened.then(() => HttpResponse.text(401, "no"));
      await using running = await serve({ "/*": answer }, { reading });
      const client = await running.client();
      const body = "x".repeat(defaultHttp1Limits.unreadContent * 3);
      client.end(requestText("POST /", { "Content-Length": body.length }, body) + requestText("GET /"));
      await settled(() => running.server.connections, "the request to be taken");
      go.open();
      deepStrictEqual((await client.rest()).map(brief), ["401 no", "401 no"]);
    });
  }
});
