/**
 * Sluice as the bench runs it: shipped defaults, one directory.
 *
 * Environment: PORT, BENCH_ROOT, BENCH_LOG (a file: JSON log there, added fields and 99 more routes),
 * for TLS BENCH_CERT and BENCH_KEY (PEM files).
 */
import { type Config, defineConfig, fields, files } from "sluice";
import { addedFields, otherPrefixes } from "../variant.ts";

const { BENCH_LOG: log, BENCH_CERT: cert, BENCH_KEY: key } = process.env;
const handler = files({ root: process.env.BENCH_ROOT ?? "." });

const secure = cert !== undefined && key !== undefined ? { tls: { certificates: { cert, key } } } : undefined;
const listen = [{ host: "127.0.0.1", port: Number(process.env.PORT), tls: secure !== undefined }];

const plain: Config = { ...secure, listen, sites: [{ hosts: ["*"], routes: [{ match: "/*", handler }] }] };

const filters = [fields({ set: addedFields })];
const routes = [...otherPrefixes, "/"].map((prefix) => ({ match: `${prefix}*`, filters, handler }));
const logged: Config = {
  ...secure,
  listen,
  log: { format: "json", file: log ?? "" },
  sites: [{ hosts: ["*"], routes }],
};

const config: Config = defineConfig(log === undefined ? plain : logged);
export default config;
