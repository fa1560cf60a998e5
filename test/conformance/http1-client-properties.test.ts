/** What must hold of the HTTP/1 client machine for any input an origin server may send. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { contentText } from "../support/http1-arbitrary.ts";
import { cutAt } from "../support/http1-arrivals.ts";
import { driveClient } from "../support/http1-drive-client.ts";

const limits = { content: 1_000, statusLine: 200, fieldLine: 200, fieldSection: 600, interimResponses: 3 };
const places = fc.array(fc.nat({ max: 100_000 }), { maxLength: 12 });
const methods = fc.constantFrom(["GET"], ["HEAD"], ["GET", "GET"], ["CONNECT"], ["GET upgrade"], []);

/** Fragments of responses and noise. */
const nearResponse = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.0 200 \r\n",
        "HTTP/1.1 204 \r\n",
      ),
      fc.constantFrom(
        "HTTP/1.1 101 X\r\n\r\n",
        "Content-Length: 5\r\n",
        "Content-Length: 0\r\n\r\n",
        "\r\n",
        "\r",
        "\n",
      ),
      fc.constantFrom(
        "Transfer-Encoding: chunked\r\n\r\n",
        "5\r\nhello\r\n",
        "0\r\n\r\n",
        "0\r\nX: y\r\n\r\n",
        "Connection: close\r\n",
      ),
      fc.constantFrom(" ", "\t", ":", "HTTP/", "X: y\r\n", " fold\r\n", "5;a=b\r\n"),
      contentText,
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(""));

describe("HTTP/1 client, for any input", () => {
  it("any octets mean the same however they are cut", () => {
    fc.assert(
      fc.property(nearResponse, methods, places, fc.boolean(), (input, owed, at, end) => {
        const whole = driveClient(owed, [input], end, { limits });
        const cut = driveClient(owed, cutAt(input, at), end, { limits });
        deepStrictEqual(cut.events, whole.events);
        strictEqual(cut.over, whole.over);
      }),
      { numRuns: 3_000 },
    );
  });

  it("any octets and then a long run of one lead to an end, not to a growing buffer", () => {
    const filler = fc.constantFrom("a", " ", "0", "\r\n", ":", "x: y\r\n", ";", "HTTP/1.1 100 X\r\n\r\n");
    const framed = fc.constantFrom(["GET"], ["HEAD"], ["GET", "GET"], []);
    fc.assert(
      fc.property(nearResponse, framed, filler, (input, owed, unit) => {
        const run = driveClient(owed, [input, ...Array.from({ length: 40 }, () => unit.repeat(100))], false, {
          limits,
        });
        ok(run.over, `not over after ${run.events.length} events`);
      }),
      { numRuns: 1_000 },
    );
  });
});
