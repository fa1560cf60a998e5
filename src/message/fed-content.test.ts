/** Content that comes in tiny pieces and is not read takes about the memory of its octets. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
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

describe("what a reader was given", () => {
  const quiet = { begun: () => {}, consumed: () => {}, discarded: () => {}, threw: () => {} };
  const piece = (octet: number, length = 40_000): Buffer => Buffer.alloc(length, octet);

  /** Whether all octets are `octet`. */
  function is(octet: number, got: Uint8Array | string): boolean {
    return typeof got !== "string" && got.every((each) => each === octet);
  }

  it("stays as it is until the next read, whatever comes meanwhile", () => {
    const content = new FedContent(undefined, quiet);
    for (let octet = 0; octet < 8; octet += 1) {
      content.push(piece(octet));
    }
    const other = new FedContent(undefined, quiet);
    for (let octet = 0; octet < 8; octet += 1) {
      const got = content.read();
      other.push(piece(100 + octet));
      strictEqual(is(octet, got), true);
    }
    for (let octet = 0; octet < 8; octet += 1) {
      const got = other.read();
      content.push(piece(octet, 5_000));
      strictEqual(is(100 + octet, got), true);
    }
  });

  it("is not used again after a cancel", () => {
    const content = new FedContent(undefined, quiet);
    content.push(piece(1));
    const got = content.read();
    content.cancel(new Error("enough"));
    const next = new FedContent(undefined, quiet);
    next.push(piece(2));
    strictEqual(is(1, got), true);
  });

  it("allocates nothing while it is read as it comes", () => {
    const content = new FedContent(undefined, quiet);
    const blocks = new Set<ArrayBufferLike>();
    for (let i = 0; i < 100; i += 1) {
      content.push(piece(i, 65_536));
      blocks.add((content.read() as Uint8Array).buffer);
      content.read();
    }
    deepStrictEqual(blocks.size, 1);
  });

  it("of a whole message, what is cancelled unread is consumed", () => {
    let consumed = 0;
    const content = new FedContent(undefined, {
      ...quiet,
      consumed: (octets) => {
        consumed += octets;
      },
    });
    content.push(piece(1));
    content.push(piece(2, 10));
    content.end(Fields.empty);
    content.cancel(new Error("enough"));
    strictEqual(consumed, 40_010);
  });
});

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
