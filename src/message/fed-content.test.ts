/** Content that comes in tiny pieces and is not read takes about the memory of its octets. */
import { deepStrictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import { FedContent } from "./fed-content.ts";
import { Fields } from "./fields.ts";

/** Feeds pieces of these lengths, reads all, and answers the pieces read. */
function read(lengths: readonly number[]): Buffer[] {
  const content = new FedContent(undefined, {
    begun: () => {},
    consumed: () => {},
    discarded: () => {},
    threw: () => {},
  });
  let octet = 0;
  for (const length of lengths) {
    const piece = Buffer.from(Array.from({ length }, () => octet++ & 0xff));
    content.push(piece);
    piece.fill(0);
  }
  content.end(Fields.empty);
  const pieces: Buffer[] = [];
  for (let piece = content.read(); piece instanceof Buffer; piece = content.read()) {
    pieces.push(Buffer.from(piece));
  }
  return pieces;
}

const times = (count: number, length: number): number[] => Array.from({ length: count }, () => length);

describe("content in tiny pieces", () => {
  const rows: readonly (readonly [name: string, pushed: readonly number[], read: readonly number[]])[] = [
    ["octets are gathered", times(10_000, 1), [1, 4_096, 4_096, 1_807]],
    ["large pieces stay as they are", times(3, 16_384), [16_384, 16_384, 16_384]],
    ["a large one among small ones", [1, 1, 1, 5_000, 1, 1], [1, 2, 5_000, 2]],
    ["what does not fit begins anew", times(5, 1_000), [1_000, 4_000]],
    ["what does not fit begins anew, twice", times(7, 1_000), [1_000, 4_000, 2_000]],
  ];
  for (const [name, pushed, expected] of rows) {
    it(name, () => {
      const pieces = read(pushed);
      deepStrictEqual(
        pieces.map(({ length }) => length),
        expected,
      );
      const whole = Buffer.concat(pieces);
      deepStrictEqual(whole, Buffer.from(whole.map((_, i) => i & 0xff)));
    });
  }
});
