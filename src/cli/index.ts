/** The command line. */
import { resolve } from "node:path";
import { ConfigError, checkConfig } from "../config/index.ts";
import { createReporter } from "../observe/index.ts";
import { controlPlaces, controlWorld } from "../server/index.ts";
import { issueCertificate, showAuthority } from "./certificate-issue.ts";
import { showCertificates } from "./certificate-show.ts";
import { check, loadChecked } from "./check.ts";
import { exitCodes } from "./exit-codes.ts";
import { directoryFault } from "./failures.ts";
import type { StaticIntent } from "./intent.ts";
import type { Io } from "./io.ts";
import { parse } from "./parse.ts";
import { serveProxy } from "./proxy.ts";
import { serve } from "./serve.ts";
import { portsToTry, staticConfig } from "./static-config.ts";
import { showStatus } from "./status.ts";
import { changeTrust } from "./trust.ts";
import { changeMember, listUpstreams } from "./upstreams.ts";

export type { Io } from "./io.ts";

/**
 * Does what the arguments ask for.
 *
 * @param args - Without program and script.
 * @returns The exit code (see exit-codes.ts), once all is done; a server runs until a signal ends it.
 */
export async function main(args: readonly string[], io: Io): Promise<number> {
  const terminal = io.stdout.isTTY === true;
  const intent = parse(args, { version: io.version, env: io.env, terminal });
  switch (intent.type) {
    case "print":
      io.stdout.write(intent.text);
      return exitCodes.done;
    case "refuse":
      createReporter(io.stderr, io.env).error(intent.message);
      return exitCodes.failedStart;
    case "check":
      return check(intent.file, intent.site, io);
    case "run":
      return run(intent.file, io);
    case "trust":
    case "untrust":
      return changeTrust(intent.type, io);
    case "cert show":
      return showCertificates(intent, io);
    case "cert issue":
      return issueCertificate(intent, io);
    case "cert ca":
      return showAuthority(intent.pem, io);
    case "status":
      return showStatus(intent, io);
    case "upstreams":
      return listUpstreams(intent, io);
    case "member":
      return changeMember(intent, io);
    case "proxy":
      return serveProxy(intent, io);
    case "static":
      return serveDirectory(intent, io);
  }
}

async function run(file: string | undefined, io: Io): Promise<number> {
  try {
    const { config, base, name, file: path } = await loadChecked(file, "run", io);
    const [control] = controlPlaces(path, controlWorld(io.env));
    const log = config.log ?? (io.stdout.isTTY === true ? "dev" : false);
    const configFor = (): typeof config => ({ ...config, log });
    return await serve({ configFor, base, ports: [0], what: name, quiet: false, open: false, control }, io);
  } catch (error) {
    if (!(error instanceof ConfigError)) {
      throw error;
    }
    createReporter(io.stderr, io.env).error(error.message);
    return exitCodes.failedStart;
  }
}

async function serveDirectory(intent: StaticIntent, io: Io): Promise<number> {
  const terminal = io.stdout.isTTY === true;
  const configFor = (port: number): ReturnType<typeof staticConfig> => staticConfig(intent, port, terminal);
  const ports = portsToTry(intent);
  const fault =
    directoryFault(intent.directory, io.cwd) ??
    checkConfig(configFor(ports[0] as number), io.cwd)
      .map(({ message }) => message)
      .join("\n");
  if (fault !== "") {
    createReporter(io.stderr, io.env).error(fault);
    return exitCodes.failedStart;
  }
  const what = resolve(io.cwd, intent.directory);
  return serve({ configFor, base: io.cwd, ports, what, quiet: intent.quiet, open: intent.open }, io);
}
