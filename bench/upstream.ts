/** The origin server behind the proxies: one for all peers of a scenario, on the core of the load. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nginxConfig } from "./peers/nginx.ts";
import { currentUser } from "./peers.ts";
import { freePort, listening, loadCore, startPinned, stop } from "./processes.ts";
import type { Scenario } from "./scenarios.ts";
import type { Workshop } from "./server.ts";

export interface Upstream {
  readonly port: number;
  stop(): Promise<void>;
}

/** nginx with the files, or for tunnels the program that echoes; undefined where the peers have the files themselves. */
export async function startUpstream(scenario: Scenario, workshop: Workshop): Promise<Upstream | undefined> {
  if (scenario.work === "files") {
    return undefined;
  }
  const port = await freePort();
  const home = join(workshop.scratch, `${scenario.name}-upstream`);
  mkdirSync(home);
  const output = join(home, "output");
  const command = scenario.kind === "tunnel" ? echo(workshop) : origin(scenario, workshop, home, port);
  const child = startPinned(loadCore, command, { PORT: String(port) }, output);
  try {
    await listening(child, port, output);
  } catch (fault) {
    await stop(child, "SIGKILL");
    throw fault;
  }
  return { port, stop: () => stop(child, "SIGTERM") };
}

function echo({ programs }: Workshop): readonly string[] {
  return [process.execPath, join(programs, "peers/echo.js")];
}

function origin(scenario: Scenario, workshop: Workshop, home: string, port: number): readonly string[] {
  const config = join(home, "nginx.conf");
  writeFileSync(
    config,
    nginxConfig({
      ...workshop,
      home,
      port,
      upstream: undefined,
      over: "http",
      variant: "plain",
      log: "",
      answer: "",
      closes: false,
      tunnels: false,
      // Of every peer, used or kept.
      connections: scenario.connections * 10,
      user: currentUser(),
    }),
  );
  return ["nginx", "-p", home, "-e", "error.log", "-c", config];
}
