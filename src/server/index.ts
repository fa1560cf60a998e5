/** The running server. */
export { askControl, type ControlAnswer, type ControlQuestion } from "./control/client.ts";
export type {
  RefusalFacts,
  StatusFacts,
  StreamFacts,
  UpstreamsFacts,
} from "./control/facts.ts";
export { controlPlaces, controlWorld } from "./control/place.ts";
export type { FetchFacts } from "./fetch.ts";
export {
  createServer,
  type Server,
  type ServerAddress,
  type ServerOptions,
} from "./server.ts";
