/** A method that begins like HTTP/2's preface was taken for it: any token may be a method (RFC 9110 §9.1). */
import { deepStrictEqual } from "node:assert/strict";
import { it } from "node:test";
import { HttpResponse, handle } from "../../src/index.ts";
import { serve } from "../support/running.ts";

for (const cut of [0, 1, 3, 5]) {
  it(`PRINT is a method of HTTP/1.1, ${cut === 0 ? "whole" : `cut after ${cut} octets`}`, async () => {
    await using running = await serve({
      "/*": handle(({ method, version }) => HttpResponse.text(200, `${method} ${version}`)),
    });
    const client = await running.client();
    const request = "PRINT / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n";
    if (cut > 0) {
      client.send(request.slice(0, cut));
      await new Promise((resolve) => setImmediate(resolve));
    }
    client.send(request.slice(cut));
    const [response] = await client.rest();
    client.end();
    deepStrictEqual([response?.status, response?.body.toString()], [200, "PRINT 1.1"]);
  });
}
