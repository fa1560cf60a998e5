/** `sluice proxy <from> <to…>`: the configuration that it stands for, served. */
import { type Config, checkConfig, type ListenConfig, parseListen } from "../config/index.ts";
import { proxy } from "../handlers/index.ts";
import { createReporter } from "../observe/index.ts";
import { exitCodes } from "./exit-codes.ts";
import type { Io } from "./io.ts";
import type { ProxyIntent } from "./proxy-command.ts";
import { serve } from "./serve.ts";

export async function serveProxy(intent: ProxyIntent, io: Io): Promise<number> {
  const config = proxyConfig(intent, io.stdout.isTTY === true);
  const problems = checkConfig(config, io.cwd);
  if (problems.length > 0) {
    const lines = problems.map(({ message }) => message).join("\n");
    createReporter(io.stderr, io.env).error(lines);
    return exitCodes.failedStart;
  }
  const { to, base = "", quiet } = intent;
  const forwarding = to.map((url) => `${url}${base}`);
  return serve(
    { configFor: () => config, base: io.cwd, ports: [0], what: forwarding, quiet, open: false },
    io,
  );
}

export function proxyConfig(intent: ProxyIntent, terminal: boolean): Config {
  const { to, base, balance, host, health, https } = intent;
  const log = intent.log ?? (terminal ? "dev" : "off");
  const handler = proxy({
    upstreams: to,
    ...(base === undefined ? {} : { base }),
    ...(balance === undefined ? {} : { balance }),
    ...(host === undefined ? {} : { host }),
    ...(health === undefined ? {} : { health: { path: health } }),
  });
  const tls = typeof https === "object" ? { tls: { certificates: https } } : {};
  return {
    listen: listenOf(intent),
    sites: [{ hosts: ["*"], ...tls, routes: [{ match: "/*", handler }] }],
    log: log === "off" ? false : log,
  };
}

function listenOf({ from, https }: ProxyIntent): ListenConfig {
  const place = parseListen(from);
  return https !== undefined && place !== undefined && "port" in place ? { ...place, tls: true } : from;
}
