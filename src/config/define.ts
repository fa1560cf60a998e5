/** Gives a config file its types; changes nothing. */
import type { Config, ConfigInput } from "./types.ts";

/**
 * `export default defineConfig({ sites: […] })`, or with a function that may be
 * asynchronous: `defineConfig(({ command, env }) => ({ sites: […] }))`.
 */
export function defineConfig(config: Config): Config;
export function defineConfig(config: ConfigInput): ConfigInput;
export function defineConfig(config: ConfigInput): ConfigInput {
  return config;
}
