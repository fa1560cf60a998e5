/** Octets in memory: keeping them past the buffer they came in, and reading them as text. */
export { blockOctets, dropBlock, giveBlock, takeBlock } from "./block-pool.ts";
export { ByteStore } from "./byte-store.ts";
export { latin1 } from "./latin1.ts";
