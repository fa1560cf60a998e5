/** Answers that come before their request is whole, and what arrives afterwards. */
import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import { describe, it } from "node:test";
import {
  chunkedContent,
  Fields,
  HttpResponse,
  MisuseError,
  type RequestHead,
} from "../../src/message/index.ts";
import { chunkedRequest, complete, content, get, lines, post, request } from "../support/http1-cases.ts";
import { type Answering, driveServer, ServerDrive } from "../support/http1-drive.ts";

const chunkedGet = lines("GET / HTTP/1.1", "Host: a", "Transfer-Encoding: chunked");
const chunkedGetEvent = request({ contentLength: undefined, more: [["transfer-encoding", "chunked"]] });

/** Requests with content are answered at their head, others after `receive`: answers overtake. */
function contentEarly(head: RequestHead): Answering {
  return head.contentLength === 0 ? "later" : "early";
}

describe("HTTP/1 server, answers before the request is whole", () => {
  it("content that breaks after its answer, which waits for its turn, is no event (RFC 9112 §9.3.2)", () => {
    const run = driveServer([`${get()}${chunkedGet}5\r\nhello\r\nZZZ\r\n`], false, {
      answering: contentEarly,
    });
    deepStrictEqual(run.events, [request(), complete(), chunkedGetEvent]);
    strictEqual(run.output.match(/^HTTP\/1\.1 204 /gm)?.length, 2);
    strictEqual(run.fate, "end");
  });

  it("content left unread is thrown away, and the next request is served (RFC 9112 §9.3)", () => {
    const run = driveServer([`${chunkedGet}5\r\nhello\r\n0\r\n\r\n${get()}`], false, { answering: "early" });
    deepStrictEqual(run.events, [chunkedGetEvent, request(), complete()]);
    strictEqual(run.fate, "open");
  });

  it("more unread content than is drained ends the connection (RFC 9112 §9.6)", () => {
    const limits = { drainedContent: 10 };
    const input = `${post("Content-Length: 11")}hello world${get()}`;
    const run = driveServer([input], false, { answering: "early", limits });
    strictEqual(run.events.length, 1);
    match(run.output, /^Connection: close\r$/m);
    strictEqual(run.fate, "end");
  });

  it("the same where no length was announced: seen as the octets come", () => {
    const limits = { drainedContent: 10 };
    for (const arrivals of [
      [`${chunkedGet}b\r\nhello world`],
      [`${chunkedGet}b\r\n`, "hello", " world", "more"],
    ]) {
      const run = driveServer(arrivals, false, { answering: "early", limits });
      deepStrictEqual(run.events, [chunkedGetEvent]);
      strictEqual(run.fate, "end");
    }
  });

  it("a request that waited is told complete once, although its content is there already", () => {
    const body = "5\r\nhello\r\n0\r\n\r\n";
    const input = `${get()}${post("Transfer-Encoding: chunked")}${body}`;
    for (const answering of ["at once", "later"] as const) {
      const run = driveServer([input], false, { answering });
      deepStrictEqual(run.events, [request(), complete(), chunkedRequest(), content("hello"), complete()]);
    }
  });

  it("a tunnel for a request that asked for none is our own misuse (RFC 9110 §7.8)", () => {
    const tunnel = new HttpResponse({
      status: 101,
      fields: Fields.empty,
      content: chunkedContent([]),
      tunnel: true,
    });
    const drive = new ServerDrive({ respond: () => tunnel });
    throws(() => drive.receive(get("Upgrade: x")), MisuseError);
  });

  it("a large head in single octets costs no more than a little for each", () => {
    const head = lines(
      "GET / HTTP/1.1",
      "Host: a",
      ...Array.from({ length: 4 }, () => `X: ${"y".repeat(15_000)}`),
    );
    const started = performance.now();
    const run = driveServer(head, false);
    const milliseconds = performance.now() - started;
    strictEqual(run.events.length, 2);
    // Reading it anew for each octet took more than ten seconds; a fifth of one is usual.
    ok(milliseconds < 4_000, `${Math.round(milliseconds)} ms`);
  });
});
