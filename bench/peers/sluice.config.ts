/**
 * Sluice as the bench runs it: shipped defaults, one directory or one upstream.
 *
 * Environment: PORT, BENCH_ROOT, BENCH_UPSTREAM (a port to forward to, in place of the files), BENCH_LOG (a file: JSON log there, added fields and 99 more routes),
 * for TLS BENCH_CERT and BENCH_KEY (PEM files).
 */
import { type Config, defineConfig, fields, files, proxy } from "sluice";
import { addedFields, otherPrefixes } from "../variant.ts";

const { BENCH_LOG: log, BENCH_CERT: cert, BENCH_KEY: key, BENCH_UPSTREAM: upstream } = process.env;
const handler =
  upstream === undefined
    ? files({ root: process.env.BENCH_ROOT ?? "." })
    : proxy(`http://127.0.0.1:${upstream}`);

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
