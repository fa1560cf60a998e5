/** Debian's haproxy in front of something: connections passed on, with a PROXY header before them. */
import { freePort, type ServerKind, startUpstream, type UpstreamServer } from "./upstream-servers.ts";

/** One way in: where it leads, and what the `server` line says besides. */
export interface HaproxyFront {
  readonly to: number;
  /** Such as "send-proxy-v2". */
  readonly server: string;
}

export interface Haproxy<Name extends string> extends AsyncDisposable {
  /** Of 127.0.0.1, by the fronts' names. */
  readonly ports: Readonly<Record<Name, number>>;
  readonly server: UpstreamServer;
}

export async function startHaproxy<Name extends string>(
  fronts: Readonly<Record<Name, HaproxyFront>>,
): Promise<Haproxy<Name>> {
  const names = Object.keys(fronts) as Name[];
  const ports = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await freePort()] as const)),
  ) as Record<Name, number>;
  const kind: ServerKind = {
    program: "haproxy",
    files: ({ port }) => ({
      "haproxy.cfg": `global
  nbthread 1
defaults
  mode tcp
  timeout connect 5s
  timeout client 10s
  timeout server 10s
listen ready
  mode http
  bind 127.0.0.1:${port}
${names.map((name) => listenLines(name, ports[name], fronts[name])).join("")}`,
    }),
    args: ({ home }) => ["-db", "-f", `${home}/haproxy.cfg`],
  };
  const server = await startUpstream(kind);
  return { ports, server, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

function listenLines(name: string, port: number, { to, server }: HaproxyFront): string {
  return `listen ${name}
  bind 127.0.0.1:${port}
  server one 127.0.0.1:${to} ${server}
`;
}
