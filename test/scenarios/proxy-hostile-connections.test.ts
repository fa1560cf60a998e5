/** Upstreams that refuse, hang, break off or lie about the length: what the client gets, and what becomes of the connections. */
import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { refusingPort } from "../support/hostile-upstream.ts";
import {
  asking,
  type HostileRow,
  ourAnswer,
  runHostileRow,
  serveProxy,
} from "../support/hostile-upstream-rows.ts";

const asked = [["GET / HTTP/1.1"]];
const refused = { after: "goes on", asked } as const;
const timely = { timeouts: { response: "300ms", progress: "300ms" } } as const;

/** No head came, or none that counts: the client is told so, and its connection goes on. */
const before: readonly HostileRow[] = [
  {
    rule: "accepts and resets at once",
    upstream: [(connection) => connection.reset()],
    client: ourAnswer("connection_terminated"),
    after: "goes on",
    asked: [[]],
    closed: ["open"],
  },
  {
    rule: "accepts and hangs",
    upstream: [() => undefined],
    options: timely,
    client: ourAnswer("http_response_timeout"),
    ...refused,
    closed: ["end"],
  },
  {
    rule: "hangs in the middle of the fields",
    upstream: [({ send }) => send("HTTP/1.1 200 OK\r\nContent-Le")],
    options: timely,
    client: ourAnswer("http_response_timeout"),
    ...refused,
    closed: ["end"],
  },
  {
    rule: "resets before the fields",
    upstream: [
      async ({ head, reset }) => {
        await head();
        reset();
      },
    ],
    client: ourAnswer("connection_terminated"),
    ...refused,
    closed: ["open"],
  },
  {
    rule: "ends before the fields",
    upstream: [
      async ({ head, end }) => {
        await head();
        end();
      },
    ],
    client: ourAnswer("connection_terminated"),
    ...refused,
    closed: ["end"],
  },
  {
    rule: "resets in the middle of the fields",
    upstream: [
      async ({ head, send, reset }) => {
        await head();
        send("HTTP/1.1 200 OK\r\nContent-Le");
        setTimeout(reset, 50);
      },
    ],
    client: ourAnswer("connection_terminated"),
    ...refused,
    closed: ["open"],
  },
  {
    rule: "ends in the middle of the fields",
    upstream: [
      async ({ head, end }) => {
        await head();
        end("HTTP/1.1 200 OK\r\nContent-Le");
      },
    ],
    client: ourAnswer("connection_terminated"),
    ...refused,
    closed: ["end"],
  },
];

const headOf10 = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n";
const chunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

/** A head came, and the content broke off: the client must see that it is not whole. */
const within: readonly HostileRow[] = [
  {
    rule: "ends short of the length it announced",
    upstream: [
      async ({ head, end }) => {
        await head();
        end(`${headOf10}12345`);
      },
    ],
    client: "HTTP/1.1 200 OK\r\nVia: 1.1 sluice\r\nContent-Length: 10\r\n\r\n12345",
    after: "end",
    asked,
    closed: ["end"],
  },
  {
    rule: "ends in the middle of chunked content",
    upstream: [
      async ({ head, end }) => {
        await head();
        end(`${chunkedHead}5\r\n12345\r\n`);
      },
    ],
    client: "HTTP/1.1 200 OK\r\nVia: 1.1 sluice\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n",
    after: "end",
    asked,
    closed: ["end"],
  },
  {
    rule: "resets in the middle of content that only its end would end",
    upstream: [
      async ({ head, send, reset }) => {
        await head();
        send("HTTP/1.0 200 OK\r\n\r\n12345");
        setTimeout(reset, 50);
      },
    ],
    client: "HTTP/1.1 200 OK\r\nVia: 1.0 sluice\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n",
    after: "end",
    asked,
    closed: ["open"],
  },
  {
    rule: "stalls in content",
    upstream: [
      async ({ head, send }) => {
        await head();
        send(`${headOf10}12345`);
      },
    ],
    options: timely,
    client: "HTTP/1.1 200 OK\r\nVia: 1.1 sluice\r\nContent-Length: 10\r\n\r\n12345",
    after: "end",
    asked,
    closed: ["end"],
  },
  {
    rule: "sends a chunk whose size is none",
    upstream: [
      async ({ head, send }) => {
        await head();
        send(`${chunkedHead}5\r\n12345\r\n`);
        setTimeout(send, 50, "xyz\r\n");
      },
    ],
    client: "HTTP/1.1 200 OK\r\nVia: 1.1 sluice\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n",
    after: "end",
    asked,
    closed: ["end"],
  },
];

/** The response is whole; what comes behind it belongs to nobody, and the connection is not used again. */
const behind: readonly HostileRow[] = [
  {
    rule: "sends more than the length it announced",
    upstream: [
      async ({ head, send }) => {
        await head();
        send(`${headOf10}1234567890HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil`);
      },
    ],
    client: "HTTP/1.1 200 OK\r\nVia: 1.1 sluice\r\nContent-Length: 10\r\n\r\n1234567890",
    after: "goes on",
    asked,
    closed: ["end"],
  },
  {
    rule: "sends content after a 304",
    upstream: [
      async ({ head, send }) => {
        await head();
        send('HTTP/1.1 304 Not Modified\r\nETag: "a"\r\nContent-Length: 4\r\n\r\nevil');
      },
    ],
    client: 'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\nVia: 1.1 sluice\r\n\r\n',
    after: "goes on",
    asked,
    closed: ["end"],
  },
  {
    rule: "sends content after a 204",
    upstream: [
      async ({ head, send }) => {
        await head();
        send("HTTP/1.1 204 No Content\r\n\r\nevil");
      },
    ],
    client: "HTTP/1.1 204 No Content\r\nVia: 1.1 sluice\r\n\r\n",
    after: "goes on",
    asked,
    closed: ["end"],
  },
  {
    rule: "sends content in answer to HEAD",
    asks: "HEAD /",
    upstream: [
      async ({ head, send }) => {
        await head();
        send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
      },
    ],
    client: "HTTP/1.1 200 OK\r\nVia: 1.1 sluice\r\nContent-Length: 4\r\n\r\n",
    after: "goes on",
    asked: [["HEAD / HTTP/1.1"]],
    closed: ["end"],
  },
];

describe("an upstream that refuses", () => {
  it("is a 502 that says so", async () => {
    const port = await refusingPort();
    await using running = await serveProxy({ upstreams: [`http://127.0.0.1:${port}`] });
    deepStrictEqual(await asking(running, {}), { client: ourAnswer("connection_refused"), after: "goes on" });
  });
});

for (const [title, rows] of [
  ["an upstream that never gives a whole head", before],
  ["an upstream whose content breaks off", within],
  ["an upstream that sends more than its response", behind],
] as const) {
  describe(title, () => {
    for (const row of rows) {
      it(row.rule, () => runHostileRow(row));
    }
  });
}
