/** A proxy without a PROXY header was told of as "the listener failed", which sends operators to the wrong place. */
import { deepStrictEqual } from "node:assert/strict";
import { connect } from "node:net";
import { it } from "node:test";
import { type Config, respond } from "../../src/index.ts";
import { run } from "../support/running.ts";
import { eventually } from "../support/waiting.ts";

const listen = { port: 0, host: "127.0.0.1", proxyProtocol: true } as const;
const because = 'the connection begins with "GET / HTTP/1", not with a PROXY header';

it("a connection without a PROXY header is told of as one that was closed", async () => {
  const sites = [{ hosts: ["*"], routes: [{ match: "/*", handler: respond("a") }] }];
  const configs: readonly Config[] = [
    { sites: [], streams: [{ listen, upstreams: "tcp://127.0.0.1:9" }] },
    { sites, listen },
  ];
  for (const config of configs) {
    await using running = await run({ trustedProxies: ["127.0.0.1"], ...config });
    const socket = connect(running.port, "127.0.0.1").on("error", () => undefined);
    socket.write("GET / HTTP/1.1\r\n\r\n");
    const line = await eventually(() => running.told[0], "words");
    const place = config.streams === undefined ? "" : `stream tcp://127.0.0.1:${running.port}: `;
    deepStrictEqual(line, `warn: ${place}a connection from 127.0.0.1 was closed: ${because}`);
    socket.destroy();
  }
});
