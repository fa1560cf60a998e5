/** `sluice check`: says what is wrong with a config file, or that nothing is. */
import {
  ConfigError,
  checkConfig,
  formatProblem,
  type LoadedConfig,
  loadConfig,
  normalize,
} from "../config/index.ts";
import { checkSite } from "./check-site.ts";
import { exitCodes } from "./exit-codes.ts";
import type { Io } from "./io.ts";

/** @param site - Whether to ask the site's own pages for mixed content, too. */
export async function check(file: string | undefined, site: boolean, io: Io): Promise<number> {
  try {
    const loaded = await loadChecked(file, "check", io);
    io.stdout.write(`${summary(loaded)}\n`);
    return site ? await reportSite(loaded, io) : exitCodes.done;
  } catch (error) {
    if (!(error instanceof ConfigError)) {
      throw error;
    }
    io.stdout.write(`${error.problems.map(formatProblem).join("\n")}\n`);
    return exitCodes.failedStart;
  }
}

async function reportSite(loaded: LoadedConfig, io: Io): Promise<number> {
  const { lines, pages, insecure } = await checkSite(loaded, io);
  if (pages === 0) {
    io.stdout.write([...lines, "no page or style sheet was found to look at", ""].join("\n"));
    return exitCodes.done;
  }
  const fetches = insecure === 0 ? "nothing over http:// that would be blocked" : `${insecure} over http://`;
  io.stdout.write([...lines, `${counted(pages, "page")} and style sheets: ${fetches}`, ""].join("\n"));
  return insecure === 0 ? exitCodes.done : exitCodes.failedStart;
}

/** @throws ConfigError - Whatever keeps the configuration from being served, each with its line. */
export async function loadChecked(
  file: string | undefined,
  command: "run" | "check",
  { cwd, env, face }: Io,
): Promise<LoadedConfig> {
  const loaded = await loadConfig({ file, cwd, command, env, face });
  const problems = checkConfig(loaded.config, loaded.base);
  if (problems.length > 0) {
    throw new ConfigError(loaded.locate(problems));
  }
  return loaded;
}

function summary({ config, base, name }: LoadedConfig): string {
  const { sites, listeners } = normalize(config, base);
  const routes = sites.reduce((sum, site) => sum + site.routes.length, 0);
  const where = listeners.map((one) => {
    if (one.type === "unix") {
      return `unix:${one.path}`;
    }
    return one.host === undefined ? `port ${one.port}` : `${one.host} port ${one.port}`;
  });
  return `${name} is fine: ${counted(sites.length, "site")}, ${counted(routes, "route")}, ${where.join(", ")}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
