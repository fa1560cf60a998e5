/** Where an upstream refused before any content was read, the content was thrown away, and the next got none. */
import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { hostileUpstream, responseText } from "../support/hostile-upstream.ts";
import { serveProxy } from "../support/hostile-upstream-rows.ts";
import { brief } from "../support/responses.ts";
import { requestText } from "../support/running.ts";
import { eventually } from "../support/waiting.ts";

const busy = responseText("busy", {}, "503 Service Unavailable");

describe("a refusal before any content was read", () => {
  const rows = [
    ["of a request that waits for 100 (Continue)", { Expect: "100-continue" }],
    ["of a request whose content is late", {}],
  ] as const;
  for (const [rule, fields] of rows) {
    it(`leaves the content to the next upstream: ${rule}`, async () => {
      await using first = await hostileUpstream(async ({ head, send }) => {
        await head();
        send(busy);
      });
      await using second = await hostileUpstream(async ({ expect, head, send }) => {
        await head();
        send("HTTP/1.1 100 Continue\r\n\r\n");
        send(responseText(await expect("once")));
      });
      const upstreams = [first.url, { url: second.url, tier: 1 }];
      await using running = await serveProxy({ upstreams, retries: { statuses: [503] } });
      const client = await running.client();
      client.send(requestText("PUT /", { ...fields, "Content-Length": 4 }));
      await eventually(() => second.asked.length > 0 && second.asked, "the second upstream to be asked");
      client.send("once");
      const answers = [brief(await client.response())];
      if (answers[0]?.startsWith("100") === true) {
        answers.push(brief(await client.response()));
      }
      deepStrictEqual(
        [answers.at(-1), first.asked, second.asked],
        ["200 once", [["PUT / HTTP/1.1"]], [["PUT / HTTP/1.1"]]],
      );
    });
  }
});
