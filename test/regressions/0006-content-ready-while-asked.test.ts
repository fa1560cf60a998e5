/** Content that calls itself ready while it says that it is not is asked again later: the others go on meanwhile. */
import { describe, it } from "node:test";
import { Fields, type Handler, HttpResponse, type PulledContent } from "../../src/index.ts";
import { endHeaders, endStream, getLines, headers, rstStream } from "../support/http2-frames.ts";
import { rawHttp2 } from "../support/raw-http2.ts";
import { serve } from "../support/running.ts";

/** Ready at once, again and again, and gives `pieces` after so many times. */
function restless(times: number): PulledContent {
  let asked = 0;
  const content: PulledContent = {
    type: "pulled",
    length: undefined,
    onReadable: undefined,
    trailers: Fields.empty,
    read: () => {
      asked += 1;
      if (asked === times) {
        return Buffer.from("at last");
      }
      if (asked > times) {
        return "end";
      }
      content.onReadable?.();
      return "pending";
    },
    cancel: () => undefined,
  };
  return content;
}

const get = (id: number, path: string): Buffer =>
  headers(id, [...getLines().filter(([name]) => name !== ":path"), [":path", path]], endStream | endHeaders);

describe("content that becomes ready while it is asked", { timeout: 20_000 }, () => {
  const respond = (content: PulledContent): HttpResponse =>
    new HttpResponse({ status: 200, fields: Fields.empty, content });
  const routes: Readonly<Record<string, Handler>> = {
    "/never": () => respond(restless(Number.POSITIVE_INFINITY)),
    "/soon": () => respond(restless(3)),
  };

  it("does not hold up other requests of its connection", async () => {
    await using running = await serve(routes);
    const client = await rawHttp2(running.port);
    client.send(get(1, "/never"), get(3, "/soon"));
    await client.until(/^DATA 3 END "at last"$|^DATA 3 END ""$/);
    client.send(rstStream(1));
    client.socket.destroy();
  });
});
