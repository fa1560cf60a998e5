/** Encoder and decoder against each other: whatever is sent arrives, whatever the tables' sizes. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { BlockWriter, HpackEncoder } from "../../src/protocol/hpack/index.ts";
import { decodeLines, decoder, encodeLines, type Line } from "../support/hpack.ts";

/** Few names and values, so that lines repeat; and any octets at all. */
const octetString = fc.uint8Array({ maxLength: 40 }).map((octets) => Buffer.from(octets).toString("latin1"));
const name = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(":path", ":status", "x-a", "x-b", "cookie", "authorization", "etag"),
  },
  { weight: 1, arbitrary: octetString },
);
const value = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom("", "200", "/", "a", "b", "c", "x".repeat(30), "long ".repeat(60)),
  },
  { weight: 1, arbitrary: octetString },
);
const section: fc.Arbitrary<Line[]> = fc.array(fc.tuple(name, value), { maxLength: 12 });
const tableSize = fc.oneof(fc.constantFrom(0, 32, 64, 100, 4_096, 16_384), fc.nat(300));

describe("encoder and decoder", () => {
  it("agree on every section, whatever the table's size and its changes", () => {
    const step = fc.record({ section, limit: fc.option(tableSize), again: fc.boolean() });
    fc.assert(
      fc.property(tableSize, fc.array(step, { maxLength: 12 }), (own, steps) => {
        const encoder = new HpackEncoder({ tableSize: own });
        const on = decoder();
        for (const { section, limit, again } of steps) {
          if (limit !== null) {
            on.resize(limit);
            encoder.resize(limit);
          }
          for (let times = again ? 3 : 1; times > 0; times -= 1) {
            deepStrictEqual(decodeLines(on, encodeLines(encoder, section)), section);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it("agree on every string, Huffman-coded or not", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
        const text = Buffer.from(octets).toString("latin1");
        const out = new BlockWriter();
        for (const write of [() => out.string(text), () => out.plain(text)]) {
          out.clear();
          out.integer(0x00, 0x0f, 4);
          write();
          deepStrictEqual(decodeLines(decoder(), out.copy()), [[":path", text]]);
        }
      }),
    );
  });

  it("agree on each octet alone and after each other", () => {
    const all = Array.from({ length: 256 }, (_, octet) => String.fromCharCode(octet));
    const texts = [...all, all.join(""), all.toReversed().join(""), ...all.map((octet) => octet.repeat(9))];
    const out = new BlockWriter();
    for (const text of texts) {
      out.clear();
      out.integer(0x00, 0x0f, 4);
      out.string(text);
      deepStrictEqual(decodeLines(decoder(), out.copy()), [[":path", text]]);
    }
  });

  it("agree on every integer", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 28 - 1 }), (size) => {
        const on = decoder({ maxTableSize: 2 ** 28 });
        const out = new BlockWriter();
        out.integer(0x20, 0x1f, size);
        out.integer(0x20, 0x1f, 0);
        deepStrictEqual(decodeLines(on, out.copy()), []);
      }),
    );
  });
});

describe("a block that repeats", () => {
  it("is answered with the very same section from the third time on", () => {
    fc.assert(
      fc.property(section, (lines) => {
        const on = decoder();
        const encoder = new HpackEncoder({ tableSize: 0 });
        const block = encodeLines(encoder, lines);
        const first = on.decode(block, 0, block.length);
        const second = on.decode(block, 0, block.length);
        const third = on.decode(block, 0, block.length);
        deepStrictEqual(second, first);
        strictEqual(third === second, block.length <= 256 && second.size <= 2_048);
      }),
    );
  });
});
