/** A server running for one test, on a port the system chose. */
import { type Config, createServer, type Handler, handle, type Server } from "../../src/index.ts";
import { type RawClient, rawClient } from "./raw-client.ts";

type RouteConfig = Extract<Config["sites"][number]["routes"][number], { readonly routes?: never }>;
export type HandlerLike = Handler | RouteConfig["handler"];

export interface RunningOptions extends Omit<Partial<Config>, "sites"> {
  readonly reading?: "borrowed" | "plain" | undefined;
  readonly base?: string | undefined;
}

export interface Running extends AsyncDisposable {
  readonly server: Server;
  readonly port: number;
  /** `http://127.0.0.1:port`, without a slash at its end. */
  readonly url: string;
  /** What the operator was told, each line with its kind in front. */
  readonly told: readonly string[];
  client(): Promise<RawClient>;
}

/**
 * Serves `routes` (pattern to handler) on loopback. What is still open when the test
 * ends is cut at once.
 */
export async function serve(
  routes: Readonly<Record<string, HandlerLike>>,
  { reading = "borrowed", base, ...config }: RunningOptions = {},
): Promise<Running> {
  const sites = [{ hosts: ["*"], routes: routesOf(routes) }];
  return run({ listen: { host: "127.0.0.1", port: 0 }, sites, ...config }, { reading, base });
}

/** Patterns to handlers, as a site's routes. */
export function routesOf(routes: Readonly<Record<string, HandlerLike>>): RouteConfig[] {
  return Object.entries(routes).map(([match, handler]) => ({
    match,
    handler: typeof handler === "function" ? handle(handler) : handler,
  }));
}

/** Serves a whole configuration, which listens on 127.0.0.1. */
export async function run(
  config: Config,
  { reading = "borrowed", base }: Pick<RunningOptions, "reading" | "base"> = {},
): Promise<Running> {
  const told: string[] = [];
  const tell = (kind: string) => (message: string) => void told.push(`${kind}: ${message.split("\n")[0]}`);
  const server = createServer(config, {
    reading,
    reporter: { info: tell("info"), warn: tell("warn"), error: tell("error") },
    ...(base === undefined ? {} : { base }),
  });
  await server.listen();
  const port = server.addresses[0]?.port ?? 0;
  const clients: RawClient[] = [];
  return {
    server,
    port,
    url: `http://127.0.0.1:${port}`,
    told,
    client: async () => {
      const client = await rawClient(port);
      clients.push(client);
      return client;
    },
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) {
        client.leave();
      }
      await server.close({ deadline: 0 });
    },
  };
}

/** One request line and Host, with further field lines. */
export function requestText(
  line: string,
  fields: Readonly<Record<string, string | number>> = {},
  body = "",
): string {
  const lines = Object.entries({ Host: "test", ...fields }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${line} HTTP/1.1\r\n${lines.join("")}\r\n${body}`;
}
