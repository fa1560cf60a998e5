/** Octets in memory: keeping them past the buffer they came in. */
export { ByteStore } from "./byte-store.ts";
