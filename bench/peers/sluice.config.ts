/**
 * Sluice as the bench runs it: shipped defaults, one directory.
 *
 * Environment: PORT, BENCH_ROOT, BENCH_LOG (a file: JSON log there, added fields and 99 more routes).
 */
import { type Config, defineConfig, fields, files } from "sluice";
import { addedFields, otherPrefixes } from "../variant.ts";

const handler = files({ root: process.env.BENCH_ROOT ?? "." });
const listen = [{ host: "127.0.0.1", port: Number(process.env.PORT) }];
const log = process.env.BENCH_LOG;

const plain: Config = { listen, sites: [{ hosts: ["*"], routes: [{ match: "/*", handler }] }] };

const filters = [fields({ set: addedFields })];
const routes = [...otherPrefixes, "/"].map((prefix) => ({ match: `${prefix}*`, filters, handler }));
const logged: Config = {
  listen,
  log: { format: "json", file: log ?? "" },
  sites: [{ hosts: ["*"], routes }],
};

const config: Config = defineConfig(log === undefined ? plain : logged);
export default config;
