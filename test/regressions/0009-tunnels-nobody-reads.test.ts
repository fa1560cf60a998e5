/** A tunnel of HTTP/2 whose two halves we are through with is over, though the client stays. */
import { describe, it } from "node:test";
import { chunkedContent, Fields, type Handler, HttpResponse } from "../../src/index.ts";
import { endHeaders, headers } from "../support/http2-frames.ts";
import { rawHttp2 } from "../support/raw-http2.ts";
import { serve } from "../support/running.ts";

const tunnel = (): HttpResponse =>
  new HttpResponse({
    status: 200,
    fields: Fields.empty,
    content: chunkedContent([Buffer.from("bye")]),
    tunnel: true,
  });
const connect = headers(
  1,
  [
    [":method", "CONNECT"],
    [":protocol", "echo"],
    [":scheme", "http"],
    [":authority", "a"],
    [":path", "/"],
  ],
  endHeaders,
);

describe("a tunnel that nobody reads", { timeout: 20_000 }, () => {
  const rows: readonly (readonly [when: string, handler: Handler])[] = [
    [
      "from its beginning",
      ({ content }) => {
        if (content.type === "pulled") {
          content.cancel(new Error("unwanted"));
        }
        return tunnel();
      },
    ],
    [
      "after its outbound half ended",
      ({ content }) => {
        setTimeout(() => content.type === "pulled" && content.cancel(new Error("unwanted")), 50);
        return tunnel();
      },
    ],
  ];
  for (const [when, handler] of rows) {
    it(when, async () => {
      await using running = await serve({ "/*": handler });
      const client = await rawHttp2(running.port);
      client.send(connect);
      await client.until(/^DATA 1 END/);
      await client.until(/^RST_STREAM 1 NO_ERROR$/);
      client.socket.destroy();
    });
  }
});
