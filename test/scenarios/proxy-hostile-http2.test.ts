/** HTTP/2 upstreams that refuse, break off, go away or send what no server may. */
import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { type Http2Script, hostileHttp2Upstream } from "../support/hostile-http2-upstream.ts";
import { asking, ourAnswer, serveProxy } from "../support/hostile-upstream-rows.ts";
import { http2Client } from "../support/http2-client.ts";
import {
  type CodeName,
  data,
  endHeaders,
  endStream,
  goaway,
  headers,
  type Lines,
  rstStream,
} from "../support/http2-frames.ts";
import { brief } from "../support/responses.ts";
import { requestText } from "../support/running.ts";
import { eventually } from "../support/waiting.ts";

const whole = endStream | endHeaders;

/** Answers every request with the number of its stream. */
const answers: Http2Script = async ({ send, until }) => {
  for (let stream = 1; ; stream += 2) {
    await until(new RegExp(`^HEADERS ${stream} `));
    send(headers(stream, [[":status", "200"]], endHeaders), data(stream, `stream ${stream}`, endStream));
  }
};

function sends(...frames: readonly Uint8Array[]): Http2Script {
  return async ({ send, until }) => {
    await until(/^HEADERS 1 /);
    send(...frames);
  };
}

/** Status and lines of stream 1, which goes on. */
function head(...lines: Lines): Buffer {
  return headers(1, lines, endHeaders);
}

const resets: readonly (readonly [code: CodeName, type: string])[] = [
  ["INTERNAL_ERROR", "http_response_incomplete"],
  ["CANCEL", "http_response_incomplete"],
  ["NO_ERROR", "http_response_incomplete"],
];

describe("an HTTP/2 upstream that resets the stream before its response", () => {
  for (const [code, type] of resets) {
    it(`${code} is a 502, and the connection stays`, async () => {
      await using upstream = await hostileHttp2Upstream(async (connection) => {
        await connection.until(/^HEADERS 1 /);
        connection.send(rstStream(1, code));
        await connection.until(/^HEADERS 3 /);
        connection.send(headers(3, [[":status", "204"]], whole));
      });
      await using running = await serveProxy({ upstreams: [upstream.url] });
      deepStrictEqual(await asking(running, { asks: "GET /" }), {
        client: ourAnswer(type),
        after: "goes on",
      });
      strictEqual((await asking(running, {})).client.slice(0, 12), "HTTP/1.1 204");
      strictEqual(upstream.connections.length, 1);
    });
  }

  for (const method of ["GET", "POST"]) {
    it(`REFUSED_STREAM: ${method} is asked again`, async () => {
      await using upstream = await hostileHttp2Upstream(async (connection) => {
        await connection.until(/^HEADERS 1 /);
        connection.send(rstStream(1, "REFUSED_STREAM"));
        await connection.until(/^HEADERS 3 /);
        connection.send(headers(3, [[":status", "200"]], endHeaders), data(3, "again", endStream));
      });
      await using running = await serveProxy({ upstreams: [upstream.url] });
      const client = await running.client();
      client.send(requestText(`${method} /`));
      strictEqual(brief(await client.response(method)), "200 again");
      strictEqual(upstream.asked[0]?.length, 2);
    });
  }
});

describe("an HTTP/2 upstream that goes away", () => {
  for (const method of ["GET", "POST"]) {
    it(`${method} it did not process goes out again on a new connection`, async () => {
      await using upstream = await hostileHttp2Upstream(async ({ send, until, socket }) => {
        await until(/^HEADERS 1 /);
        send(goaway(0));
        socket.end();
      }, answers);
      await using running = await serveProxy({ upstreams: [upstream.url] });
      const client = await running.client();
      client.send(requestText(`${method} /`));
      strictEqual(brief(await client.response(method)), "200 stream 1");
      deepStrictEqual(
        upstream.asked.map(({ length }) => length),
        [1, 1],
      );
    });
  }

  it("finishes what it began, and gets nothing new", async () => {
    await using upstream = await hostileHttp2Upstream(async ({ send, until, socket }) => {
      await until(/^HEADERS 1 /);
      send(goaway(1), head([":status", "200"]), data(1, "begun "));
      await eventually(() => socket.listenerCount("go") > 0, "the test");
      send(data(1, "and done", endStream));
    }, answers);
    await using running = await serveProxy({ upstreams: [upstream.url] });
    const [first, second] = [await running.client(), await running.client()];
    first.send(requestText("GET /first"));
    await first.holds("begun ");
    second.send(requestText("GET /second"));
    strictEqual(brief(await second.response()), "200 stream 1");
    upstream.connections[0]?.socket.on("go", () => undefined);
    strictEqual(brief(await first.response()), "200 begun and done");
    deepStrictEqual(
      upstream.asked.map(({ length }) => length),
      [1, 1],
    );
    await upstream.connections[0]?.until(/^(END|GOAWAY)/);
  });

  it("cut in the middle of streams: those without a response get a 502, POST is not sent again", async () => {
    await using upstream = await hostileHttp2Upstream(async ({ until, socket }) => {
      await until(/^DATA 1 END/);
      socket.destroy();
    }, answers);
    await using running = await serveProxy({ upstreams: [upstream.url] });
    const { client } = await asking(running, {
      asks: "POST /",
      fields: { "Content-Length": 4 },
      content: "once",
    });
    strictEqual(client, ourAnswer("connection_terminated"));
    strictEqual(upstream.connections.length, 1);
  });
});

const malformed: readonly (readonly [rule: string, frames: readonly Uint8Array[], type: string])[] = [
  ["no status", [head(["a", "b"])], "http_protocol_error"],
  ["a status that is none", [head([":status", "20"])], "http_protocol_error"],
  ["two statuses", [head([":status", "200"], [":status", "204"])], "http_protocol_error"],
  ["content before its head", [data(1, "early")], "http_protocol_error"],
  ["a field of one connection", [head([":status", "200"], ["connection", "close"])], "http_protocol_error"],
  ["a name in capitals", [head([":status", "200"], ["Upper", "x"])], "http_protocol_error"],
  ["a line break in a value", [head([":status", "200"], ["a", "b\r\nc: d"])], "http_protocol_error"],
  [
    "two lengths",
    [head([":status", "200"], ["content-length", "4"], ["content-length", "5"])],
    "http_protocol_error",
  ],
  ["a status that HTTP/2 does not know", [head([":status", "101"])], "http_protocol_error"],
  [
    "less than it announced",
    [
      headers(
        1,
        [
          [":status", "200"],
          ["content-length", "4"],
        ],
        whole,
      ),
    ],
    "http_protocol_error",
  ],
];

describe("an HTTP/2 upstream whose response is malformed (RFC 9113 §8.1.1)", () => {
  for (const [rule, frames, type] of malformed) {
    it(`${rule}: a 502, and the stream is reset`, async () => {
      await using upstream = await hostileHttp2Upstream(sends(...frames));
      await using running = await serveProxy({ upstreams: [upstream.url] });
      deepStrictEqual(await asking(running, {}), { client: ourAnswer(type), after: "goes on" });
      await upstream.connections[0]?.until(/^(RST_STREAM 1 PROTOCOL_ERROR|GOAWAY \d+ PROTOCOL_ERROR)$/);
      strictEqual(upstream.connections.length, 1);
    });
  }
});

describe("an HTTP/2 upstream that hangs", () => {
  it("before it speaks: given up in time", async () => {
    await using upstream = await hostileHttp2Upstream(() => undefined);
    await using running = await serveProxy({ upstreams: [upstream.url], timeouts: { response: "300ms" } });
    const { client } = await asking(running, {});
    strictEqual(client, ourAnswer("http_response_timeout"));
    await upstream.connections[0]?.until(/^RST_STREAM 1 CANCEL$/);
  });

  it("in content: the client sees that it is not whole", async () => {
    await using upstream = await hostileHttp2Upstream(sends(head([":status", "200"]), data(1, "begin")));
    await using running = await serveProxy({ upstreams: [upstream.url], timeouts: { progress: "300ms" } });
    const seen = await asking(running, {});
    deepStrictEqual(seen, {
      client: "HTTP/1.1 200 OK\r\nVia: 2.0 sluice\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nbegin\r\n",
      after: "end",
    });
    await upstream.connections[0]?.until(/^RST_STREAM 1 CANCEL$/);
  });
});

/** The second part comes once the first has gone through. */
function sendsInTwo(first: readonly Uint8Array[], second: Uint8Array): Http2Script {
  return async ({ send, until }) => {
    await until(/^HEADERS 1 /);
    send(...first);
    setTimeout(send, 50, second);
  };
}

describe("content that breaks off behind an HTTP/2 client", () => {
  const ninety = [head([":status", "200"], ["content-length", "90"]), data(1, "begin")];
  const rows: readonly (readonly [rule: string, second: Uint8Array])[] = [
    ["by a reset", rstStream(1, "INTERNAL_ERROR")],
    ["short of its length", data(1, "end", endStream)],
    ["beyond its length", data(1, "x".repeat(86), endStream)],
  ];
  for (const [rule, second] of rows) {
    it(`${rule}: the stream is reset`, async () => {
      await using upstream = await hostileHttp2Upstream(sendsInTwo(ninety, second));
      await using running = await serveProxy({ upstreams: [upstream.url] });
      await using client = await http2Client(running.url);
      await rejects(client.ask({ ":path": "/" }), /NGHTTP2_INTERNAL_ERROR/);
      strictEqual(upstream.connections.length, 1);
    });
  }
});
