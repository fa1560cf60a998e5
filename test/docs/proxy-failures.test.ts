/** What docs/reverse-proxy.md says when no answer comes, row by row. */
import { deepStrictEqual } from "node:assert/strict";
import { connect, createServer as createNetServer, type Server, type Socket } from "node:net";
import { after, before, describe, it } from "node:test";
import { createServer as createTlsServer } from "node:tls";
import { proxy } from "../../src/index.ts";
import { makeCertificate } from "../support/certificates.ts";
import { type Running, serve } from "../support/running.ts";
import { freePort } from "../support/upstream-servers.ts";
import { eventually } from "../support/waiting.ts";
import { tableBelow } from "./pages.ts";

type Options = Exclude<Parameters<typeof proxy>[0], string | readonly string[]>;

/** What a connection to the upstream meets. */
type Upstream = (socket: Socket) => void;

/** Connections on which nobody answers. */
let held = 0;
const silent: Upstream = () => {
  held += 1;
};
const leaves: Upstream = (socket) => socket.once("data", () => socket.destroy());
const ambiguous: Upstream = (socket) =>
  socket.once("data", () =>
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
  );

describe("failures in docs/reverse-proxy.md", () => {
  const closers: (() => unknown)[] = [];
  const ports = { silent: 0, leaves: 0, ambiguous: 0, tls: 0, nobody: 0 };

  async function listening(server: Server): Promise<number> {
    const sockets = new Set<Socket>();
    server.on("connection", (socket: Socket) => sockets.add(socket.on("error", () => undefined)));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closers.push(() => {
      for (const socket of sockets) {
        socket.destroy();
      }
      server.close();
    });
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  before(async () => {
    ports.silent = await listening(createNetServer(silent));
    ports.leaves = await listening(createNetServer(leaves));
    ports.ambiguous = await listening(createNetServer(ambiguous));
    ports.tls = await listening(createTlsServer(await makeCertificate({ names: ["app.test"] })));
    ports.nobody = await freePort();
  });
  after(() => {
    for (const close of closers) {
      close();
    }
  });

  /** In the order of the table. */
  const samples: readonly (() => Options)[] = [
    () => ({ upstreams: `http://127.0.0.1:${ports.nobody}` }),
    () => ({ upstreams: `https://127.0.0.1:${ports.silent}`, timeouts: { connect: "200ms" } }),
    () => ({ upstreams: `http://127.0.0.1:${ports.silent}`, timeouts: { response: "200ms" } }),
    () => ({ upstreams: `http://127.0.0.1:${ports.leaves}` }),
    () => ({ upstreams: `http://127.0.0.1:${ports.ambiguous}` }),
    () => ({ upstreams: "http://nobody.invalid:3000" }),
    () => ({ upstreams: `https://127.0.0.1:${ports.tls}` }),
    () => ({
      upstreams: `http://127.0.0.1:${ports.nobody}`,
      health: { tcp: true, interval: "100ms", timeout: "100ms", fall: 1 },
    }),
    () => ({
      upstreams: `http://127.0.0.1:${ports.silent}`,
      connections: { most: 1 },
      timeouts: { queue: "200ms" },
    }),
  ];
  const rows = tableBelow("docs/reverse-proxy.md", "When no answer comes");
  it("has a sample for every row", () => deepStrictEqual(samples.length, rows.length));

  for (const [at, [what = "", status = "", proxyStatus = ""]] of rows.entries()) {
    it(what, async () => {
      const wanted = `${status} \`${proxyStatus.replaceAll("`", "")}\``;
      await using running = await serve({ "/*": proxy(samples[at]?.() ?? "") });
      const busy = what.includes("busy") ? await holding(running) : undefined;
      // Probes need a moment to find out; all else is so at once.
      const seen = await eventually(async () => {
        const { status: code, headers } = await fetch(running.url);
        const answer = `${code} \`${headers.get("proxy-status")}\``;
        return !what.includes("down") || answer === wanted ? answer : undefined;
      }, wanted);
      busy?.destroy();
      deepStrictEqual(seen, wanted);
    });
  }

  /** Takes the one connection there may be. */
  async function holding({ port }: Running): Promise<Socket> {
    const before = held;
    const socket = connect(port, "127.0.0.1").on("error", () => undefined);
    socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await eventually(() => held > before, "the upstream to be busy");
    return socket;
  }
});
