/** Sockets and what looks like them: channels, listeners, deadlines, the clock. */
export type { Channel, Receiver } from "./channel.ts";
export { CurrentDate, systemClock } from "./clock.ts";
export { type Connecting, type ConnectOptions, type ConnectPlace, connect } from "./connect.ts";
export { ConnectFailure, type ConnectFailureKind } from "./connect-failure.ts";
export { Deadlines, type Timed } from "./deadlines.ts";
export { longestSocketPath, type OpenListener, openListener } from "./listener.ts";
export { memoryPair } from "./memory-pair.ts";
export type { ProxyListening } from "./proxy-entrance.ts";
export { defaultHandshake, type TlsListening } from "./tls-listener.ts";
export { settleLater } from "./turns.ts";
