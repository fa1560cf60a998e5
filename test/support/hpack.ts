/** What the tests of HPACK share: lines as plain pairs, blocks as hexadecimal text. */
import {
  BlockWriter,
  HpackDecoder,
  type HpackDecoderOptions,
  type HpackEncoder,
} from "../../src/protocol/hpack/index.ts";

export type Line = readonly [name: string, value: string];

/** A decoder that takes whatever a test means to send, unless told otherwise. */
export function decoder(options: Partial<HpackDecoderOptions> = {}): HpackDecoder {
  return new HpackDecoder({
    maxTableSize: 4_096,
    fieldSection: 1_000_000,
    fieldCount: 10_000,
    by: "client",
    ...options,
  });
}

/** Octets of hexadecimal text; blanks are for the reader. */
export function octetsOf(hex: string): Buffer {
  return Buffer.from(hex.replace(/\s/g, ""), "hex");
}

/** The lines of a block. It arrives with octets before and behind it, which are none of its own. */
export function decodeLines(on: HpackDecoder, block: Uint8Array): Line[] {
  const around = Buffer.concat([Buffer.from([0x82, 0xff]), block, Buffer.from([0x82])]);
  const { lines } = on.decode(around, 2, 2 + block.length);
  around.fill(0xaa);
  return lines.map(({ name, value }) => [name, value]);
}

/** The lines as one block. */
export function encodeLines(on: HpackEncoder, lines: readonly Line[]): Buffer {
  const out = new BlockWriter();
  on.begin(out);
  for (const [name, value] of lines) {
    on.field(out, name, value);
  }
  return out.copy();
}
