/** Runs a server from its start to the signal that ends it. */
import { networkInterfaces } from "node:os";
import type { Config } from "../config/index.ts";
import { coloursFor, createReporter, wantsColour } from "../observe/index.ts";
import { banner, readyLines } from "./banner.ts";
import { exitCodes } from "./exit-codes.ts";
import { startFailure } from "./failures.ts";
import type { Io, Servable } from "./io.ts";

export interface Serving {
  /** The configuration for a port; those that name their ports themselves pay no heed to it. */
  readonly configFor: (port: number) => Config;
  readonly base: string;
  /** Ports to try in turn. */
  readonly ports: readonly number[];
  /** What is served, such as a directory or a config file; or where requests are forwarded to. */
  readonly what: string | readonly string[];
  readonly quiet: boolean;
  readonly open: boolean;
  /** Path of the control socket, unless the configuration says; undefined: none. */
  readonly control?: string | undefined;
}

/** @returns The exit code, once the server has stopped. */
export async function serve(serving: Serving, io: Io): Promise<number> {
  const reporter = createReporter(io.stderr, io.env);
  let server: Servable;
  try {
    server = await start(serving, io);
  } catch (error) {
    reporter.error(startFailure(error));
    return exitCodes.failedStart;
  }
  const stopped = untilStopped(server, io);
  announce(server, serving, io);
  return stopped;
}

/** Tries the ports in turn; only a taken one leads to the next. */
async function start({ configFor, base, ports, control }: Serving, io: Io): Promise<Servable> {
  const reporter = createReporter(io.stderr, io.env);
  for (const [index, port] of ports.entries()) {
    const server = io.createServer(configFor(port), {
      base,
      reporter,
      ...(control === undefined ? {} : { control }),
    });
    try {
      await server.listen();
      return server;
    } catch (error) {
      await server.close({ deadline: 0 });
      const next = ports[index + 1];
      if (next === undefined || (error as NodeJS.ErrnoException).code !== "EADDRINUSE") {
        throw error;
      }
      reporter.warn(`port ${port} is taken, trying ${next}`);
    }
  }
  throw new Error("no port to try");
}

function announce(server: Servable, { what, quiet, open }: Serving, io: Io): void {
  const { addresses } = server;
  const ready = { version: io.version, what, addresses, interfaces: networkInterfaces() };
  if (!quiet && io.stdout.isTTY === true) {
    io.stdout.write(banner(ready, coloursFor(wantsColour(io.stdout, io.env))));
  } else if (!quiet) {
    const reporter = createReporter(io.stderr, io.env);
    for (const line of readyLines(ready)) {
      reporter.info(line);
    }
  }
  const page = addresses.find(({ url }) => url.startsWith("http"));
  if (open && page !== undefined) {
    io.openBrowser(page.url);
  }
}

/** A reload on SIGHUP does not exist yet; ending cleanly is better than dying of it. */
const stopping = ["SIGINT", "SIGTERM", "SIGQUIT", "SIGHUP"] as const;

/**
 * The first SIGINT, SIGTERM, SIGQUIT or SIGHUP drains, a second one forces; SIGUSR1 opens the logs
 * anew (and no longer starts Node's inspector).
 */
function untilStopped(server: Servable, io: Io): Promise<number> {
  const reporter = createReporter(io.stderr, io.env);
  return new Promise((resolve) => {
    let stopped = false;
    const finish = (code: number): void => {
      for (const signal of stopping) {
        io.signals.off(signal, stop);
      }
      io.signals.off("SIGUSR1", reopen);
      resolve(code);
    };
    const stop = (): void => {
      if (stopped) {
        reporter.warn("forced to stop");
        finish(exitCodes.forced);
        return;
      }
      stopped = true;
      server.close().then(
        () => finish(exitCodes.done),
        (error: Error) => {
          reporter.error(`while stopping: ${error.message}`);
          finish(exitCodes.uncleanStop);
        },
      );
    };
    const reopen = (): void => server.reopenLogs();
    for (const signal of stopping) {
      io.signals.on(signal, stop);
    }
    io.signals.on("SIGUSR1", reopen);
  });
}
