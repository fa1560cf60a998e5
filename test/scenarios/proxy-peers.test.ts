/** Debian's nginx and apache2 as upstreams: what they answer arrives as they said it, on connections that are kept. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { startApache } from "../support/apache.ts";
import { serveProxy } from "../support/hostile-upstream-rows.ts";
import { startNginx } from "../support/nginx.ts";
import type { ReadResponse } from "../support/responses.ts";
import { type Running, requestText } from "../support/running.ts";
import type { UpstreamServer } from "../support/upstream-servers.ts";

const large = Buffer.from(Array.from({ length: 3_000_000 }, (_, at) => (at * 7 + (at >> 8)) & 255));
const files = { "hello.txt": "hello from the upstream\n", "large.bin": large };

interface Peer {
  readonly name: string;
  readonly start: () => Promise<UpstreamServer>;
  readonly server: RegExp;
}

const peers: readonly Peer[] = [
  {
    name: "nginx",
    start: () =>
      startNginx({
        files,
        http: 'log_format lines "$connection $connection_requests $request";',
        server: `port_in_redirect off; access_log lines.log lines;
          location /old/ { return 301 /hello.txt; }`,
      }),
    server: /^nginx\//,
  },
  {
    name: "apache2",
    start: () => startApache({ files, server: "Redirect 301 /old/ /hello.txt\nServerTokens Full" }),
    server: /^Apache\//,
  },
];

for (const { name, start, server } of peers) {
  describe(`${name} as the upstream`, () => {
    let upstream: UpstreamServer;
    let running: Running;

    before(async () => {
      upstream = await start();
      running = await serveProxy({ upstreams: [upstream.url] });
    });
    after(async () => {
      await running[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    });

    async function ask(line: string, fields: Record<string, string> = {}): Promise<ReadResponse> {
      const client = await running.client();
      client.send(requestText(line, fields));
      return client.response(line.split(" ")[0]);
    }

    it("answers as if it were asked itself", async () => {
      const { status, body, fields } = await ask("GET /hello.txt");
      deepStrictEqual([status, body.toString()], [200, files["hello.txt"]]);
      match(fields.server ?? "", server);
      match(fields.etag ?? "", /^(W\/)?"/);
      deepStrictEqual(
        [fields.via, fields["content-length"], fields["transfer-encoding"], fields["keep-alive"]],
        ["1.1 sluice", "24", undefined, undefined],
      );
    });

    it("says 304, 206, 404, 301 and answers HEAD", async () => {
      const { fields } = await ask("GET /hello.txt");
      const again = await ask("GET /hello.txt", { "If-None-Match": fields.etag ?? "" });
      const part = await ask("GET /hello.txt", { Range: "bytes=6-9" });
      const head = await ask("HEAD /hello.txt");
      const missing = await ask("GET /missing");
      const moved = await ask("GET /old/");
      deepStrictEqual(
        [again.status, part.status, head.status, missing.status, moved.status],
        [304, 206, 200, 404, 301],
      );
      deepStrictEqual(
        [
          part.body.toString(),
          part.fields["content-range"],
          head.fields["content-length"],
          again.fields.etag,
        ],
        ["from", "bytes 6-9/24", "24", fields.etag],
      );
      match(moved.fields.location ?? "", /^(http:\/\/test)?\/hello\.txt$/);
    });

    it("sends three megabytes without a change", async () => {
      const { body } = await ask("GET /large.bin");
      strictEqual(hash(body), hash(large));
    });

    it("is asked on connections that are kept", async () => {
      const client = await running.client();
      for (let request = 0; request < 20; request += 1) {
        client.send(requestText("GET /hello.txt"));
        strictEqual((await client.response()).status, 200);
      }
      const lines = upstream.log("lines.log").trim().split("\n");
      const connections = new Set(lines.map((line) => line.split(" ")[0]));
      ok(connections.size <= 2, `${connections.size} connections`);
    });

    it("answers many at once", async () => {
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, at) => ask(at % 2 === 0 ? "GET /hello.txt" : "GET /large.bin")),
      );
      deepStrictEqual(
        answers.map(({ status, body }) => `${status} ${body.length}`),
        answers.map((_, at) => (at % 2 === 0 ? "200 24" : "200 3000000")),
      );
    });
  });
}

function hash(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
