/** The running server. */
export type { FetchFacts } from "./fetch.ts";
export {
  createServer,
  type Server,
  type ServerAddress,
  type ServerOptions,
} from "./server.ts";
