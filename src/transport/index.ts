/** Sockets and what looks like them: channels, listeners, deadlines, the clock. */
export type { Channel, Receiver } from "./channel.ts";
export { CurrentDate, systemClock } from "./clock.ts";
export { Deadlines, type Timed } from "./deadlines.ts";
export { longestSocketPath, type OpenListener, openListener } from "./listener.ts";
export { defaultHandshake, type TlsListening } from "./tls-listener.ts";
