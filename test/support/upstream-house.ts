/** Upstreams over real sockets, with names and a log of the test's own. */
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Resolver } from "../../src/dns/index.ts";
import { collect } from "../../src/message/index.ts";
import { Deadlines, systemClock } from "../../src/transport/index.ts";
import { createHouse, type Dispatch, type UpstreamHouse } from "../../src/upstream/index.ts";

export interface TestHouse {
  readonly house: UpstreamHouse;
  readonly lines: readonly string[];
}

/** @param resolver - For names; addresses need none. */
export function testHouse(resolver: Resolver): TestHouse {
  const lines: string[] = [];
  const say = (message: string): void => void lines.push(message);
  const house = createHouse({
    clock: systemClock,
    deadlines: new Deadlines(systemClock),
    reporter: { info: say, warn: say, error: say },
    resolver,
    base: "/",
  });
  return { house, lines };
}

/** One of Node's own servers on loopback. */
export interface Origin {
  readonly url: string;
  readonly port: number;
  readonly server: Server;
  /** Closes at once, open connections with it. */
  stop(): Promise<void>;
}

/** @param port - 0: any. @param host - An address of loopback. */
export async function origin(answer: RequestListener, port = 0, host = "127.0.0.1"): Promise<Origin> {
  const server = createServer(answer);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const at = (server.address() as AddressInfo).port;
  return {
    url: `http://${host}:${at}`,
    port: at,
    server,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Status and text of what answers, as one value. */
export async function textOf(dispatch: Dispatch): Promise<string> {
  const { response } = await dispatch.answered;
  return `${response.status} ${await collect(response.content, 1e6)}`;
}
