/** HPACK (RFC 7541): field sections to field blocks and back, in step with the peer's table. */
export { BlockWriter } from "./block-writer.ts";
export { type DecodedSection, HpackDecoder, type HpackDecoderOptions } from "./decoder.ts";
export { HpackEncoder } from "./encoder.ts";
export { faults as hpackFaults } from "./faults.ts";
export { HeaderField } from "./header-field.ts";
export { staticIndex } from "./static-table.ts";
