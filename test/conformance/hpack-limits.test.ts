/** Small blocks that mean large sections (RFC 9113 §10.5.1): bounded while they are decoded. */
import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import { describe, it } from "node:test";
import { hpackFaults } from "../../src/protocol/hpack/index.ts";
import { decodeLines, decoder, octetsOf } from "../support/hpack.ts";

/** Counts 34 octets (RFC 9113 §6.5.2), enters the table. */
const inserts = "40 01 61 01 62";

function section(options: Parameters<typeof decoder>[0], ...blocks: readonly string[]) {
  const on = decoder(options);
  const last = octetsOf(blocks.at(-1) ?? "");
  for (const block of blocks.slice(0, -1)) {
    decodeLines(on, octetsOf(block));
  }
  const { lines, size, excess } = on.decode(last, 0, last.length);
  return { lines: lines.length, size, excess };
}

describe("a section's limits", () => {
  const rows: readonly (readonly [
    rule: string,
    options: Parameters<typeof decoder>[0],
    block: string,
    lines: number,
    size: number,
    excess: RegExp | undefined,
  ])[] = [
    ["octets: just within", { fieldSection: 68 }, inserts.repeat(2), 2, 68, undefined],
    ["octets: one too many", { fieldSection: 67 }, inserts.repeat(2), 1, 68, /68 octets or more, limit 67/],
    [
      "octets: twice the limit",
      { fieldSection: 34 },
      inserts.repeat(2),
      1,
      68,
      /68 octets or more, limit 34/,
    ],
    ["lines: just within", { fieldCount: 2 }, inserts.repeat(2), 2, 68, undefined],
    ["lines: one too many", { fieldCount: 1 }, inserts.repeat(2), 1, 68, /2 field lines or more, limit 1/],
    ["lines: crumbs of Cookie count once", { fieldCount: 1 }, "0f11 01 62".repeat(3), 3, 117, undefined],
    [
      "the limit passed first is told",
      { fieldSection: 67, fieldCount: 1 },
      inserts.repeat(2),
      1,
      68,
      /field section/,
    ],
  ];

  for (const [rule, options, block, lines, size, excess] of rows) {
    it(rule, () => {
      const seen = section(options, block);
      deepStrictEqual([seen.lines, seen.size], [lines, size]);
      if (excess === undefined) {
        strictEqual(seen.excess, undefined);
      } else {
        match(seen.excess ?? "", excess);
      }
    });
  }

  it("passed twice over end the connection", () => {
    for (const options of [{ fieldSection: 33 }, { fieldCount: 1 }]) {
      throws(() => section(options, inserts.repeat(3)), { fault: hpackFaults.sectionTooLarge });
    }
  });

  it("leave the tables in step where they are passed", () => {
    const on = decoder({ fieldSection: 60 });
    ok(section({ fieldSection: 60 }, "40 01 61 01 62 40 01 61 01 63").excess !== undefined);
    decodeLines(on, octetsOf("40 01 61 01 62 40 01 61 01 63"));
    deepStrictEqual(decodeLines(on, octetsOf("be")), [["a", "c"]]);
    deepStrictEqual(decodeLines(on, octetsOf("bf")), [["a", "b"]]);
  });

  it("leave the table empty where a line beyond them does not fit it", () => {
    const on = decoder({ fieldSection: 60 });
    decodeLines(on, octetsOf(`3f0f ${inserts} 40 01 61 0e ${"62".repeat(14)}`));
    throws(() => decodeLines(on, octetsOf("be")), { fault: hpackFaults.badIndex });
  });

  it("are told of again when the same block comes again", () => {
    const on = decoder({ fieldCount: 1 });
    const block = octetsOf("82 84");
    for (let times = 0; times < 4; times += 1) {
      match(on.decode(block, 0, block.length).excess ?? "", /2 field lines or more/);
    }
  });
});

describe("compression bombs", () => {
  /** Counts 4,096 octets: the largest line that the table takes. */
  const large = `40 01 61 7f e01e ${"62".repeat(4_063)}`;

  it("by reference: a large line referred to ten thousand times", () => {
    const on = decoder({ fieldSection: 65_536 });
    const bomb = Buffer.alloc(10_000, 0xbe);
    decodeLines(on, octetsOf(large));
    const error = { fault: hpackFaults.sectionTooLarge, by: "client" };
    throws(() => on.decode(bomb, 0, bomb.length), error);
  });

  it("by Huffman coding: the shortest codes only", () => {
    const coded = Buffer.concat([octetsOf("00 01 61 ff 91 4d"), Buffer.alloc(10_000, 0x00)]);
    const { lines, size } = decoder().decode(coded, 0, coded.length);
    deepStrictEqual([lines[0]?.value.length, size], [16_000, 16_033]);
  });

  it("by many lines of nothing", () => {
    const on = decoder({ fieldSection: 65_536 });
    const bomb = Buffer.alloc(15_000, 0x00);
    throws(() => on.decode(bomb, 0, bomb.length), { fault: hpackFaults.sectionTooLarge });
  });
});
