/** The pairs of docs/from-nginx.md that are about who answers, and what happens when nobody does. */
import type { ServerResponse } from "node:http";
import { type RawClient, rawClient } from "../support/raw-client.ts";
import { requestText } from "../support/running.ts";
import { eventually } from "../support/waiting.ts";
import { ask, type Plays, targets, told } from "./nginx-asking.ts";
import type { Front } from "./nginx-pairs.ts";

function counts(front: Front): Readonly<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const { port } of front.seen) {
    found[port] = (found[port] ?? 0) + 1;
  }
  return found;
}

const several: Plays = {
  app: {
    answer: (request, response, { port }) => {
      if (request.url === "/down" && port !== 3002) {
        request.socket.destroy();
      } else {
        response.end(`from ${port}\n`);
      }
    },
  },
  steps: [
    {
      what: "by weight, and the backup gets nothing",
      run: async (front) => {
        await targets(front, ...Array.from({ length: 12 }, (_, at) => `/${at}`));
        return counts(front);
      },
      both: { 3000: 9, 3001: 3 },
    },
    {
      what: "the backup when the others fail",
      run: async (front) => (await ask(front, "GET /down")).body.toString(),
      both: "from 3002\n",
    },
  ],
};

const held = new Map<number, ServerResponse>();

async function releaseHeld(front: Front, waiting: RawClient): Promise<void> {
  for (const response of held.values()) {
    response.end();
  }
  held.clear();
  await waiting.response();
  waiting.leave();
  front.seen.length = 0;
}

const asked: Plays = {
  app: {
    answer: (request, response, { port }) => {
      if (request.url === "/least/hold") {
        held.set(port, response);
      } else {
        response.end();
      }
    },
  },
  steps: [
    {
      what: "one address, one server",
      run: async (front) => {
        await targets(front, ...Array.from({ length: 6 }, (_, at) => `/by-address/${at}`));
        return Object.values(counts(front));
      },
      both: [6],
    },
    {
      what: "one path, one server; many paths, both",
      run: async (front) => {
        const paths = Array.from({ length: 30 }, (_, at) => `/by-path/${at}`);
        const lines = await targets(front, ...paths, ...paths);
        return [new Set(lines).size, Object.keys(counts(front))];
      },
      both: [30, ["3000", "3001"]],
    },
    {
      what: "not the busy one",
      run: async (front) => {
        const waiting = await rawClient(front.port);
        waiting.send(requestText("GET /least/hold"));
        await eventually(() => held.size === 1, "a server to be busy");
        const [busy] = held.keys();
        await targets(front, "/least/1", "/least/2", "/least/3");
        const others = front.seen.slice(1).filter(({ port }) => port !== busy).length;
        await releaseHeld(front, waiting);
        return others;
      },
      both: 3,
    },
  ],
};

const failing: Plays = {
  app: {
    answer: (request, response, { port }) => {
      response.writeHead(port === 3000 || request.method === "POST" ? 503 : 200).end(`from ${port}\n`);
    },
  },
  steps: [
    {
      what: "another is asked",
      run: async (front) => {
        const { status, body } = await ask(front, "GET /");
        return [status, body.toString(), counts(front)];
      },
      both: [200, "from 3001\n", { 3000: 1, 3001: 1 }],
    },
    {
      what: "not for a POST",
      run: async (front) => [(await ask(front, "POST /", {}, "pay")).status, front.seen.length],
      both: [503, 1],
    },
  ],
};

const timeouts: Plays = {
  app: {
    answer: (request, response) => {
      if (request.url === "/stalls") {
        response.write("half ");
      }
    },
  },
  steps: [
    {
      what: "no response",
      run: async (front) => (await ask(front, "GET /never")).status,
      both: 504,
    },
    {
      what: "half a response is never passed off as a whole one",
      run: async (front) => {
        const reader = await rawClient(front.port);
        reader.send(requestText("GET /stalls"));
        const [response] = await reader.rest("GET");
        return [response?.status, response?.whole];
      },
      both: [200, false],
    },
  ],
};

const pages: Plays = {
  app: {
    answer: (request, response) => {
      if (request.url === "/gone") {
        request.socket.destroy();
      } else {
        response.writeHead(Number(request.url?.slice(1))).end("the application's own\n");
      }
    },
  },
  steps: [
    {
      what: "statuses and pages",
      run: async (front) => {
        const answers: string[] = [];
        for (const path of ["/200", "/404", "/403", "/500", "/503", "/gone"]) {
          const { status, body } = await ask(front, `GET ${path}`);
          answers.push(`${path} ${status} ${body}`.trimEnd());
        }
        return answers;
      },
      both: [
        "/200 200 the application's own",
        "/404 404 not here",
        "/403 403 the application's own",
        "/500 500 not now",
        "/503 503 not now",
        "/gone 502 not now",
      ],
    },
  ],
};

const vault: Plays = {
  app: {
    answer: (_, response) =>
      response
        .writeHead(200, {
          "X-Accel-Redirect": "/protected/report.pdf",
          "Content-Type": "application/pdf",
          "Set-Cookie": "seen=1",
        })
        .end("never seen"),
  },
  steps: [
    {
      what: "the file, whole and in part",
      run: async (front) => {
        const answers = [await ask(front, "GET /report"), await ask(front, "GET /r", { Range: "bytes=2-7" })];
        return answers.map(({ status, fields, body }) => [
          status,
          body.toString(),
          ...["content-type", "content-range", "set-cookie", "x-accel-redirect"].map((name) => fields[name]),
        ]);
      },
      both: [
        [200, "a report of ten and more octets\n", "application/pdf", undefined, "seen=1", undefined],
        [206, "report", "application/pdf", "bytes 2-7/32", "seen=1", undefined],
      ],
    },
  ],
};

/** Whether the server sees the request before its content has come. */
async function seesEarly(front: Front, path: string): Promise<boolean> {
  const sender = await rawClient(front.port);
  sender.send(requestText(`POST ${path}`, { "Transfer-Encoding": "chunked" }, "3\r\nabc\r\n"));
  const isSeen = (): boolean => front.seen.some(({ method }) => method === "POST");
  // Whatever goes on at once has gone on by then.
  for (let at = 0; at < 5 && !isSeen(); at += 1) {
    await ask(front, "GET /meanwhile");
  }
  const early = isSeen();
  sender.send("2\r\nde\r\n0\r\n\r\n");
  await sender.response("POST");
  sender.leave();
  return early;
}

const large: Plays = {
  app: {},
  steps: [
    {
      what: "streamed where nginx is told not to buffer",
      run: async (front) => {
        const early = await seesEarly(front, "/stream");
        const seen = front.seen.find(({ method }) => method === "POST");
        return [early, seen?.content, ...told(seen, "content-length", "transfer-encoding")];
      },
      both: [true, "abcde", "-", "chunked"],
    },
    {
      what: "read to the end where it buffers",
      run: async (front) => {
        const early = await seesEarly(front, "/slow-app/");
        const seen = front.seen.find(({ method }) => method === "POST");
        return [early, seen?.content, ...told(seen, "content-length", "transfer-encoding")];
      },
      both: [false, "abcde", "5", "-"],
    },
    {
      what: "too large",
      run: async (front) => {
        const { status } = await ask(front, "POST /", { "Content-Length": "1048577" });
        return [status, front.seen.length];
      },
      both: [413, 0],
    },
  ],
};

const copies: Plays = {
  app: {},
  steps: [
    {
      what: "both servers see it, the client one of them",
      run: async (front) => {
        const { body } = await ask(front, "POST /order?x=1", {}, "one anvil");
        const copied = (): boolean =>
          front.seen.length === 2 && front.seen.every(({ content }) => content === "one anvil");
        await eventually(copied, "the copy");
        const lines = front.seen.map(({ port, method, target }) => `${port} ${method} ${target}`);
        return [body.toString(), lines.sort()];
      },
      both: ["from 3000\n", ["3000 POST /order?x=1", "3001 POST /order?x=1"]],
    },
  ],
};

/** By heading. */
export const upstreamPlays: ReadonlyMap<string, Plays> = new Map([
  ["Several servers", several],
  ["Who is asked", asked],
  ["When one fails", failing],
  ["Timeouts", timeouts],
  ["Error pages", pages],
  ["Files that the application names", vault],
  ["Large requests", large],
  ["Copies of requests", copies],
]);
