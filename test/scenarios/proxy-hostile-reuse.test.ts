/** Connections kept for the next request: used again only where that is safe, and requests sent again only where that is. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { hostileUpstream, refusingPort, responseText, type Script } from "../support/hostile-upstream.ts";
import { ourAnswer, serveProxy } from "../support/hostile-upstream-rows.ts";
import { brief } from "../support/responses.ts";
import { requestText } from "../support/running.ts";
import { eventually } from "../support/waiting.ts";

const answers: Script = async ({ head, send }) => {
  for (;;) {
    const [line = ""] = (await head()).split("\r\n");
    send(responseText(line));
  }
};

/** Answers one request; the next that comes finds the connection closed by the time it is read. */
function answersOnce(how: "end" | "reset"): Script {
  return async ({ head, send, end, reset }) => {
    const [line = ""] = (await head()).split("\r\n");
    send(responseText(line));
    await head();
    if (how === "end") {
      end();
    } else {
      reset();
    }
  };
}

describe("an idle connection that is closed just as a request goes out", () => {
  for (const how of ["end", "reset"] as const) {
    it(`GET goes out again on a new one (${how})`, async () => {
      await using upstream = await hostileUpstream(answersOnce(how), answers);
      await using running = await serveProxy({ upstreams: [upstream.url] });
      const client = await running.client();
      client.send(requestText("GET /first"));
      const first = brief(await client.response());
      client.send(requestText("GET /second"));
      const second = brief(await client.response());
      deepStrictEqual(
        { first, second, asked: upstream.asked, faults: upstream.faults.length },
        {
          first: "200 GET /first HTTP/1.1",
          second: "200 GET /second HTTP/1.1",
          asked: [["GET /first HTTP/1.1", "GET /second HTTP/1.1"], ["GET /second HTTP/1.1"]],
          faults: 0,
        },
      );
    });

    it(`POST does not (${how})`, async () => {
      await using upstream = await hostileUpstream(answersOnce(how), answers);
      await using running = await serveProxy({ upstreams: [upstream.url] });
      const client = await running.client();
      client.send(requestText("GET /first"));
      await client.response();
      client.send(requestText("POST /second", { "Content-Length": 4 }, "once"));
      const answer = (
        await eventually(() => client.received.includes("\n\n") && client.received, "the answer")
      ).toString("latin1");
      deepStrictEqual(
        { answer: answer.replace(/^date: .*\r\n/im, ""), asked: upstream.asked },
        {
          answer: ourAnswer("connection_terminated"),
          asked: [["GET /first HTTP/1.1", "POST /second HTTP/1.1"]],
        },
      );
    });
  }
});

describe("a connection is not used again", () => {
  const rows: readonly (readonly [rule: string, octets: string])[] = [
    ["that the upstream says it closes", responseText("one", { Connection: "close" })],
    ["of HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\none"],
    ["on which more came than the response", `${responseText("one")}HTTP/1.1 200 OK\r\n\r\n`],
  ];
  for (const [rule, octets] of rows) {
    it(rule, async () => {
      const once: Script = async ({ head, send }) => {
        await head();
        send(octets);
      };
      await using upstream = await hostileUpstream(once, answers);
      await using running = await serveProxy({ upstreams: [upstream.url] });
      const client = await running.client();
      client.send(requestText("GET /first"));
      strictEqual(brief(await client.response()), "200 one");
      await eventually(() => upstream.closed[0] === "end", "the first to be closed");
      client.send(requestText("GET /second"));
      strictEqual(brief(await client.response()), "200 GET /second HTTP/1.1");
      deepStrictEqual(upstream.asked, [["GET /first HTTP/1.1"], ["GET /second HTTP/1.1"]]);
    });
  }

  it("on which something came while it was idle", async () => {
    const talks: Script = async ({ head, send, socket }) => {
      await head();
      send(responseText("one"));
      setTimeout(() => socket.write("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"), 30);
    };
    await using upstream = await hostileUpstream(talks, answers);
    await using running = await serveProxy({ upstreams: [upstream.url] });
    const client = await running.client();
    client.send(requestText("GET /first"));
    strictEqual(brief(await client.response()), "200 one");
    await eventually(() => upstream.closed[0] === "end", "the first to be closed");
    client.send(requestText("GET /second"));
    strictEqual(brief(await client.response()), "200 GET /second HTTP/1.1");
  });

  it("after its keep-alive time, told by the upstream, less a second", async () => {
    const brieflyKept: Script = async ({ head, send }) => {
      await head();
      send(responseText("one", { "Keep-Alive": "timeout=1" }));
    };
    await using upstream = await hostileUpstream(brieflyKept, answers);
    await using running = await serveProxy({ upstreams: [upstream.url] });
    const client = await running.client();
    client.send(requestText("GET /first"));
    strictEqual(brief(await client.response()), "200 one");
    await eventually(() => upstream.closed[0] === "end", "the first to be closed");
  });

  it("but otherwise by one request after another", async () => {
    await using upstream = await hostileUpstream(answers);
    await using running = await serveProxy({ upstreams: [upstream.url] });
    const client = await running.client();
    for (const path of ["/a", "/b", "/c"]) {
      client.send(requestText(`GET ${path}`));
      strictEqual(brief(await client.response()), `200 GET ${path} HTTP/1.1`);
    }
    deepStrictEqual(upstream.asked, [["GET /a HTTP/1.1", "GET /b HTTP/1.1", "GET /c HTTP/1.1"]]);
    deepStrictEqual(upstream.closed, ["open"]);
  });
});

describe("with a second upstream", () => {
  const dies: Script = async ({ head, reset }) => {
    await head();
    reset();
  };
  const post = requestText("POST /", { "Content-Length": 4 }, "once");
  const cases = [
    // what the first does                          request               answer                    asked of the first
    ["refuses: GET goes to the second", "refuses", requestText("GET /"), "200 GET / HTTP/1.1", 0],
    ["refuses: POST goes to the second, too", "refuses", post, "200 POST / HTTP/1.1", 0],
    ["resets: GET goes to the second", "resets", requestText("GET /"), "200 GET / HTTP/1.1", 1],
    ["resets: POST goes nowhere else", "resets", post, "502", 1],
  ] as const;
  for (const [rule, how, request, expected, asked] of cases) {
    it(rule, async () => {
      await using bad = await hostileUpstream(dies);
      await using good = await hostileUpstream(answers);
      const first = how === "refuses" ? `http://127.0.0.1:${await refusingPort()}` : bad.url;
      await using running = await serveProxy({ upstreams: [first, good.url] });
      const client = await running.client();
      client.send(request);
      const answer = brief(await client.response());
      deepStrictEqual(
        [answer.slice(0, expected.length), bad.asked.length, good.asked.length],
        [expected, asked, expected === "502" ? 0 : 1],
      );
    });
  }
});
