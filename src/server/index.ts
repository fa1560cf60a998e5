/** The running server. */
export {
  createServer,
  createServerOf,
  type Server,
  type ServerAddress,
  type ServerOptions,
} from "./server.ts";
