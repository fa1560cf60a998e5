/**
 * The public face of Sluice.
 *
 * ```ts
 * import { createServer, files } from "sluice";
 *
 * await using server = createServer({ listen: 8080, sites: [{ hosts: ["*"], routes: [
 *   { match: "/*", handler: files({ root: "public" }) },
 * ] }] });
 * await server.listen();
 * ```
 */
export { type Config, ConfigError, type ConfigInput, defineConfig } from "./config/index.ts";
export { type FieldsOptions, fields } from "./filters/index.ts";
export {
  type CacheRule,
  type FilesOptions,
  files,
  handle,
  type LanguagesOptions,
  type MemoryOptions,
  type PrecompressedCoding,
  type RespondOptions,
  respond,
} from "./handlers/index.ts";
export {
  bytesContent,
  type Content,
  chunkedContent,
  collect,
  emptyContent,
  type FieldLine,
  Fields,
  HttpError,
  HttpRequest,
  HttpResponse,
  type PulledContent,
  textContent,
} from "./message/index.ts";
export type { Endpoint, Exchange, Filter, Handler } from "./pipeline/index.ts";
export { createServer, type Server, type ServerAddress, type ServerOptions } from "./server/index.ts";
