/** Writes the primitive types of field blocks (RFC 7541 §5) into one buffer that is used over and over. */
import { Buffer } from "node:buffer";
import { MisuseError, type Octets } from "../../message/index.ts";
import { codeLengths, codes } from "./huffman-code.ts";

const smallest: Octets = 1_024;

export class BlockWriter {
  /** What was written stands before `length`; good until the next `clear`, and moved when more is written. */
  bytes: Buffer = Buffer.allocUnsafeSlow(smallest);
  length: Octets = 0;

  clear(): void {
    this.length = 0;
  }

  /** What was written, as octets of their own. */
  copy(): Buffer {
    return Buffer.from(this.bytes.subarray(0, this.length));
  }

  /** Makes room for `octets` more. */
  reserve(octets: Octets): void {
    if (this.length + octets > this.bytes.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.length + octets));
      grown.set(this.bytes.subarray(0, this.length));
      this.bytes = grown;
    }
  }

  /**
   * An integer whose prefix has the bits of `mask` beside those of `pattern` (RFC 7541 §5.1).
   *
   * @param mask - 2^N - 1 for a prefix of N bits.
   */
  integer(pattern: number, mask: number, value: number): void {
    this.reserve(8);
    if (value < mask) {
      this.bytes[this.length] = pattern | value;
      this.length += 1;
      return;
    }
    this.bytes[this.length] = pattern | mask;
    this.length += 1;
    let rest = value - mask;
    while (rest >= 0x80) {
      this.bytes[this.length] = (rest % 0x80) | 0x80;
      this.length += 1;
      rest = Math.floor(rest / 0x80);
    }
    this.bytes[this.length] = rest;
    this.length += 1;
  }

  /**
   * A string literal (RFC 7541 §5.2), Huffman-coded where that is shorter.
   *
   * @throws MisuseError for a character that is no octet.
   */
  string(text: string): void {
    const coded = codedLength(text);
    if (coded >= text.length) {
      this.plain(text);
      return;
    }
    this.integer(0x80, 0x7f, coded);
    this.reserve(coded);
    this.length = encodeHuffman(this.bytes, this.length, text);
  }

  /** A string literal as its octets are. */
  plain(text: string): void {
    this.integer(0, 0x7f, text.length);
    this.reserve(text.length);
    for (let i = 0; i < text.length; i += 1) {
      this.bytes[this.length + i] = text.charCodeAt(i);
    }
    this.length += text.length;
  }
}

/** Writes the codes of `text` at `start` of `bytes`, padded with ones; answers where they end. */
function encodeHuffman(bytes: Uint8Array, start: number, text: string): number {
  let at = start;
  /** Bits not yet written, at most seven between symbols. */
  let bits = 0;
  let count = 0;
  for (let i = 0; i < text.length; i += 1) {
    const symbol = text.charCodeAt(i);
    const code = codes[symbol] as number;
    let length = codeLengths[symbol] as number;
    if (length > 16) {
      // In two parts, so that the bits held never pass 31.
      length -= 16;
      bits = (bits << length) | (code >>> 16);
      count += length;
      while (count >= 8) {
        count -= 8;
        bytes[at] = bits >>> count;
        at += 1;
      }
      bits = ((bits & ((1 << count) - 1)) << 16) | (code & 0xffff);
      count += 16;
    } else {
      bits = (bits << length) | code;
      count += length;
    }
    while (count >= 8) {
      count -= 8;
      bytes[at] = bits >>> count;
      at += 1;
    }
    bits &= (1 << count) - 1;
  }
  if (count > 0) {
    bytes[at] = (bits << (8 - count)) | (0xff >> count);
    at += 1;
  }
  return at;
}

/** Octets that `text` takes Huffman-coded. */
function codedLength(text: string): Octets {
  let bits = 0;
  let all = 0;
  for (let i = 0; i < text.length; i += 1) {
    const symbol = text.charCodeAt(i);
    all |= symbol;
    bits += codeLengths[symbol & 0xff] as number;
  }
  if (all > 0xff) {
    throw new MisuseError("a field holds a character that is no octet");
  }
  return (bits + 7) >> 3;
}
