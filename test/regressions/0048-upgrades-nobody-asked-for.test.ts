/** A request with Upgrade that its Connection did not name was offered to the upstream, and its client got a tunnel. */
import { strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { proxy } from "../../src/index.ts";
import { hostileUpstream } from "../support/hostile-upstream.ts";
import { brief } from "../support/responses.ts";
import { requestText, serve } from "../support/running.ts";

describe("Upgrade that Connection does not name (RFC 9110 §7.8)", () => {
  const rows = [
    ["none", {}, "200 no upgrade"],
    ["another option", { Connection: "keep-alive" }, "200 no upgrade"],
    ["the option", { Connection: "Upgrade" }, "200 websocket"],
  ] as const;
  for (const [which, fields, wanted] of rows) {
    it(`${which}: ${wanted}`, async () => {
      await using upstream = await hostileUpstream(async ({ head, send }) => {
        const offered = /^upgrade: (.*)\r$/im.exec(await head())?.[1] ?? "no upgrade";
        send(`HTTP/1.1 200 OK\r\nContent-Length: ${offered.length}\r\n\r\n${offered}`);
      });
      await using running = await serve({ "/*": proxy(upstream.url) });
      const client = await running.client();
      client.send(requestText("GET /", { Upgrade: "websocket", ...fields }));
      strictEqual(brief(await client.response()), wanted);
    });
  }
});
