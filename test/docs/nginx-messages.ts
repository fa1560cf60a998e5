/** The pairs of docs/from-nginx.md that are about what a request and a response look like on the other side. */
import type { ReadResponse } from "../support/responses.ts";
import { ask, type Plays, targets, tellingFields, told, whole } from "./nginx-asking.ts";

const usual: Plays = {
  app: {},
  steps: [
    {
      what: "the same request arrives",
      run: async (front) => {
        const fields = { Accept: "*/*", Cookie: "a=b; c=d", "X-Odd": "\u00f6 ,;" };
        const { status, body } = await ask(front, "POST /a%2Fb//c%7E?d=%20&d", fields, "octets");
        return [status, body.toString(), front.seen.map((seen) => whole(seen))];
      },
      both: [
        200,
        "from 3000\n",
        [
          {
            line: "POST /a%2Fb//c%7E?d=%20&d",
            fields: {
              host: "example.com",
              accept: "*/*",
              cookie: "a=b; c=d",
              "content-length": "6",
              "x-odd": "\u00c3\u00b6 ,;",
              "x-forwarded-for": "127.0.0.1",
              "x-forwarded-host": "example.com",
              "x-forwarded-port": "80",
              "x-forwarded-proto": "http",
              "x-real-ip": "127.0.0.1",
            },
            content: "octets",
          },
        ],
      ],
    },
    {
      what: "a path that leads upwards",
      run: async (front) => (await ask(front, "GET /a/../b")).status,
      differs: { nginx: 200, Sluice: 400 },
    },
    {
      what: "nobody makes up addresses",
      run: async (front) => {
        await ask(front, "GET /", { "X-Forwarded-For": "6.6.6.6", "X-Real-IP": "6.6.6.6" });
        return told(front.seen[0], "x-forwarded-for", "x-real-ip");
      },
      both: ["127.0.0.1", "127.0.0.1"],
    },
  ],
};

const bare: Plays = {
  app: {},
  steps: [
    {
      what: "the same request arrives",
      run: async (front) => {
        await ask(front, "GET /a?b", { Accept: "*/*" });
        const [seen] = front.seen;
        return [told(seen, ...tellingFields), seen?.fields.host === `127.0.0.1:${front.places.get(3000)}`];
      },
      both: [["-", "-", "-", "-", "-"], true],
    },
    {
      what: "what clients write of themselves",
      run: async (front) => {
        await ask(front, "GET /", { "X-Forwarded-For": "6.6.6.6" });
        return told(front.seen[0], "x-forwarded-for");
      },
      differs: { nginx: ["6.6.6.6"], Sluice: ["-"] },
    },
  ],
};

const slash: Plays = {
  app: {},
  steps: [
    {
      what: "paths",
      run: (front) => targets(front, "/api/", "/api/a/b?c=d", "/shop/x/", "/as-it-is/y", "/as-it-is/%7E"),
      both: ["3000 /", "3000 /a/b?c=d", "3001 /v2/x/", "3002 /as-it-is/y", "3002 /as-it-is/%7E"],
    },
    {
      what: "an encoded slash",
      run: (front) => targets(front, "/api/a%2Fb"),
      differs: { nginx: ["3000 /a/b"], Sluice: ["3000 /a%2Fb"] },
    },
    {
      what: "the prefix without its slash",
      run: async (front) => (await ask(front, "GET /api")).status,
      differs: { nginx: 301, Sluice: 404 },
    },
  ],
};

const set: Plays = {
  app: {
    answer: (_, response) => response.writeHead(200, { "X-Powered-By": "magic", "X-Own": "stays" }).end(),
  },
  steps: [
    {
      what: "fields of requests and responses",
      run: async (front) => {
        const { fields } = await ask(front, "GET /", { Authorization: "Basic x", "X-Tenant": "mine" });
        const answered = ["x-powered-by", "x-own", "x-frame-options"].map((name) => fields[name] ?? "-");
        return [told(front.seen[0], "host", "x-tenant", "authorization"), answered];
      },
      both: [
        ["api.internal", "shop", "-"],
        ["-", "stays", "DENY"],
      ],
    },
  ],
};

/** Where a browser goes by Location, less the port: nginx names the one that it listens on here. */
function goes({ fields }: ReadResponse): string {
  const { hostname, pathname, search } = new URL(fields.location ?? "", "http://example.com/app/login");
  return `${hostname}${pathname}${search}`;
}

const below: Plays = {
  app: {
    answer: (request, response) => {
      const location = request.url === "/absolute" ? `http://${request.headers.host}/home?x` : "/home";
      const cookie = request.url === "/root" ? "a=b; Path=/" : "a=b; Path=/deep; Domain=127.0.0.1; HttpOnly";
      response.writeHead(302, { Location: location, "Set-Cookie": cookie }).end();
    },
  },
  steps: [
    {
      what: "where a browser goes, and what it keeps",
      run: async (front) => {
        const answers = [await ask(front, "GET /app/absolute"), await ask(front, "GET /app/path")];
        return answers.map((answer) => [goes(answer), answer.fields["set-cookie"]]);
      },
      both: [
        ["example.com/app/home?x", "a=b; Path=/app/deep; Domain=example.com; HttpOnly"],
        ["example.com/app/home", "a=b; Path=/app/deep; Domain=example.com; HttpOnly"],
      ],
    },
    {
      what: "the path of all",
      run: async (front) => (await ask(front, "GET /app/root")).fields["set-cookie"],
      differs: { nginx: "a=b; Path=/app/", Sluice: "a=b; Path=/app" },
    },
  ],
};

const socket: Plays = {
  app: {},
  steps: [
    {
      what: "the same request arrives",
      run: async (front) => {
        const { body } = await ask(front, "GET /a?b", { Accept: "*/*" });
        return [body.toString(), front.seen.map((seen) => whole(seen, ...tellingFields))];
      },
      both: ["from 0\n", [{ line: "GET /a?b", fields: { host: "example.com", accept: "*/*" }, content: "" }]],
    },
  ],
};

const behind: Plays = {
  app: {},
  steps: [
    {
      what: "who the client is",
      run: async (front) => {
        await ask(front, "GET /", { "X-Forwarded-For": "6.6.6.6, 192.0.2.7, 127.0.0.9" });
        return told(front.seen[0], "x-real-ip");
      },
      both: ["192.0.2.7"],
    },
    {
      what: "whom the list names last",
      run: async (front) => {
        await ask(front, "GET /", { "X-Forwarded-For": "6.6.6.6, 192.0.2.7" });
        return told(front.seen[0], "x-forwarded-for");
      },
      differs: {
        nginx: ["6.6.6.6, 192.0.2.7, 192.0.2.7"],
        Sluice: ["6.6.6.6, 192.0.2.7, 127.0.0.1"],
      },
    },
  ],
};

/** By heading. */
export const messagePlays: ReadonlyMap<string, Plays> = new Map([
  ["The usual block", usual],
  ["Nothing but proxy_pass", bare],
  ["A slash at the end", slash],
  ["Fields set and removed", set],
  ["Cookies and redirects below a prefix", below],
  ["A Unix socket", socket],
  ["Behind another proxy", behind],
]);
