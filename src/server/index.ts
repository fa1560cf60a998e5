/** The running server. */
export {
  createServer,
  type Server,
  type ServerAddress,
  type ServerOptions,
} from "./server.ts";
