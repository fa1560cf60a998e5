/** docs/reverse-proxy.md and docs/trusted-proxies.md: their tables say what the code does. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { createServer as createHttpServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { createServer, type Handler, HttpResponse, handle, proxy } from "../../src/index.ts";
import { blocksOf, tableBelow, textOf } from "./pages.ts";

const page = "docs/reverse-proxy.md";
const code = (cell = ""): string => cell.replace(/^`|`$/g, "");

/** Options of an interface in a source file, each with what its comment calls the default. */
function declared(source: string, name: string): ReadonlyMap<string, string | undefined> {
  const body =
    new RegExp(`export interface ${name}[^{]*\\{\\n([\\s\\S]*?)\\n\\}`).exec(textOf(source))?.[1] ?? "";
  const options = [...body.matchAll(/(?:^ {2}\/\*\*([\s\S]*?)\*\/\n)? {2}readonly (\w+)\??:/gm)];
  return new Map(
    options.map(([, comment = "", option = ""]) => [
      option,
      /Default:?\s+("[^"]*"|`[^`]*`|\d[\d.]*)/.exec(comment)?.[1]?.replace(/^`|`$|\.$/g, ""),
    ]),
  );
}

const own = "src/handlers/proxy/options.ts";
const ofUpstreams = "src/upstream/group/options.ts";

describe("options in docs/reverse-proxy.md", () => {
  // biome-ignore format: a table is read by columns
  const rows = [
    // heading                below                       file and interface
    ["Options",               "",                         [[own, "ProxyOptions"], [ofUpstreams, "UpstreamOptions"]]],
    ["Other answers",         "",                         [[own, "InterceptRule"]]],
    ["Requests kept first",   "",                         [[own, "BufferOptions"]]],
    ["Copies of requests",    "",                         [[own, "MirrorOptions"]]],
    ["Timeouts",              "",                         [[ofUpstreams, "TimeoutOptions"]]],
    ["Connections",           "",                         [[ofUpstreams, "ConnectionOptions"]]],
    ["Upstreams with TLS",    "",                         [[ofUpstreams, "UpstreamTlsOptions"]]],
  ] as const;
  for (const [heading, , places] of rows) {
    const written = tableBelow(page, heading).map(([name, value]) => [code(name), code(value)] as const);
    const found = places.flatMap(([file, name]) => [...declared(file, name)]);

    it(`${heading}: every option, and no other`, () =>
      deepStrictEqual(
        written.map(([name]) => name),
        found.map(([name]) => name),
      ));

    it(`${heading}: the defaults that the code names`, () => {
      const defaults = new Map(found.filter(([, value]) => value !== undefined));
      deepStrictEqual(
        written.filter(([name]) => defaults.has(name)),
        written.filter(([name]) => defaults.has(name)).map(([name]) => [name, defaults.get(name)]),
      );
    });
  }
});

describe("docs/limits.md", () => {
  it("says the same of proxies", () => {
    const places = {
      timeouts: declared(ofUpstreams, "TimeoutOptions"),
      connections: declared(ofUpstreams, "ConnectionOptions"),
      retries: declared(ofUpstreams, "RetryOptions"),
      buffer: declared(own, "BufferOptions"),
      mirror: declared(own, "MirrorOptions"),
    };
    const rows = tableBelow("docs/limits.md", "Of proxies").map(([name, value = ""]) => [
      code(name),
      value.replace(" ", ""),
    ]);
    deepStrictEqual(
      rows,
      rows.map(([name = ""]) => {
        const [place = "", option = ""] = name.split(".");
        return [name, places[place as keyof typeof places].get(option)?.replace(/"/g, "")];
      }),
    );
  });
});

/** An application whose answer each test chooses, and what it saw last. */
const app = {
  answer: (response: ServerResponse): unknown => response.end(),
  target: "",
  fields: {} as IncomingHttpHeaders,
};
const upstream = createHttpServer((request, response) => {
  app.target = request.url ?? "";
  app.fields = request.headers;
  app.answer(response);
});
let url = "";

before(async () => {
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
});
after(() => {
  upstream.closeAllConnections();
  upstream.close();
});

type Options = Omit<Parameters<typeof proxy>[0] & object, "upstreams">;

async function asked(options: Options, request: Request | string): Promise<Response> {
  const handler = proxy({ upstreams: url, ...options });
  const server = createServer({ sites: [{ hosts: ["*"], routes: [{ match: "/*", handler }] }] });
  try {
    return await server.fetch(request);
  } finally {
    await server.close({ deadline: 0 });
  }
}

describe("paths in docs/reverse-proxy.md", () => {
  for (const cells of tableBelow(page, "Paths")) {
    const [options = "", request = "", target = ""] = cells.map(code);
    it(`${options} for ${request}`, async () => {
      // The cell is an expression, as one writes it in a configuration.
      await asked(new Function(`return (${options});`)() as Options, request);
      strictEqual(app.target, target);
    });
  }
});

describe("references in docs/reverse-proxy.md", () => {
  for (const cells of tableBelow(page, "What the client sees")) {
    const [sent = "", seen = ""] = cells.map(code);
    it(sent, async () => {
      const [name = "", value = ""] = sent.split(/: (.*)/);
      app.answer = (response) => {
        response.setHeader(name, value.replace("http://127.0.0.1:3000", url)).end();
      };
      const { headers } = await asked({ stripPrefix: "/app" }, "https://example.com/app/");
      strictEqual(`${name}: ${headers.get(name)}`, seen);
    });
  }
});

const trusting = "docs/trusted-proxies.md";

/** `Name: value` pairs, in code, behind commas. */
function linesIn(cell: string): [string, string][] {
  return [...cell.matchAll(/`([\w-]+): ([^`]*)`/g)].map(([, name = "", value = ""]) => [name, value]);
}

describe("docs/trusted-proxies.md", () => {
  const trustedProxies = ["10.0.0.0/8"];
  const tell: Handler = (request, { client }) =>
    HttpResponse.text(200, `${client.address} ${request.scheme}`);
  const handler = handle(tell);
  const server = createServer({
    trustedProxies,
    sites: [{ hosts: ["*"], routes: [{ match: "/*", handler }] }],
  });

  for (const [peer = "", says = "", client, scheme] of tableBelow(trusting, "Who the client is")) {
    it(`${peer}: ${says}`, async () => {
      const request = new Request("http://example.com/", { headers: linesIn(says) });
      const response = await server.fetch(request, undefined, { client: peer });
      strictEqual(await response.text(), `${client} ${scheme}`);
    });
  }

  const shown = blocksOf(trusting).filter(({ language }) => language === "text");
  const rows = [
    ["a client's own request", "https://example.com/", "192.0.2.7", {}],
    [
      "a request of a trusted proxy",
      "http://example.com/",
      "10.0.0.2",
      { "X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https" },
    ],
  ] as const;
  for (const [at, [what, target, client, headers]] of rows.entries()) {
    it(`what upstreams are told of ${what}`, async () => {
      app.answer = (response) => response.end();
      const routes = [{ match: "/*", handler: proxy(url) }];
      const forwarding = createServer({ trustedProxies, sites: [{ hosts: ["*"], routes }] });
      await forwarding.fetch(new Request(target, { headers: { ...headers } }), undefined, { client });
      await forwarding.close({ deadline: 0 });
      const lines = (shown[at]?.code ?? "").trimEnd().split("\n");
      deepStrictEqual(
        lines,
        lines
          .map((line) => line.split(":")[0] ?? "")
          .map((name) => `${name}: ${app.fields[name.toLowerCase()]}`),
      );
    });
  }
});
