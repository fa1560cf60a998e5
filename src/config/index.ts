/** The configuration: its types, loading, checking, and the form the server reads. */
import { filterKinds } from "../filters/index.ts";
import { handlerKinds } from "../handlers/index.ts";
import { placeProblems, shapeProblems } from "./check.ts";
import type { Kinds } from "./kinds.ts";
import { normalForm } from "./normalize.ts";
import { ConfigError, type Problem } from "./problems.ts";
import type { Config, NormalConfig } from "./types.ts";

export { defineConfig } from "./define.ts";
export { everywhere, listenForms, parseListen } from "./listen.ts";
export { configFileNames, findConfig, type LoadedConfig, loadConfig } from "./load.ts";
export { didYouMean } from "./nearest.ts";
export { defaultPort } from "./normalize.ts";
export { ConfigError, formatProblem, type Problem } from "./problems.ts";
export type {
  NormalStream,
  StreamConfig,
  StreamHealth,
  StreamListenConfig,
  StreamTimeouts,
} from "./streams.ts";
export type {
  CertificateConfig,
  ClientsConfig,
  SiteTlsConfig,
  TicketsConfig,
  TlsConfig,
} from "./tls.ts";
export type * from "./types.ts";

const kinds: Kinds = { handlers: handlerKinds, filters: filterKinds };

/**
 * The form the server reads.
 *
 * @param base - Absolute directory against which relative paths are resolved.
 * @throws ConfigError - The configuration contradicts its schema or itself. Whether the
 *   directories it names exist is not asked here: see `checkConfig`.
 */
export function normalize(config: Config, base: string): NormalConfig {
  const problems = shapeProblems(config, kinds);
  if (problems.length > 0) {
    throw new ConfigError(problems);
  }
  return normalForm(config, base, kinds);
}

/**
 * All that is wrong with a configuration, its directories and files included; opens nothing for good.
 *
 * @returns [] for one that can be served.
 */
export function checkConfig(config: Config, base: string): Problem[] {
  const problems = shapeProblems(config, kinds);
  return problems.length > 0 ? problems : placeProblems(config, base, kinds);
}
