/** Changes of the dynamic table's size (RFC 7541 §4.2, §4.3, §6.3), seen from both ends. */
import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { describe, it } from "node:test";
import { BlockWriter, HpackEncoder, hpackFaults } from "../../src/protocol/hpack/index.ts";
import { decodeLines, decoder, encodeLines, octetsOf } from "../support/hpack.ts";

const get = [":method", "GET"] as const;

describe("a decoder's limit (RFC 7541 §4.2)", () => {
  it("may be lowered: the peer's next block must begin with an update", () => {
    const on = decoder();
    on.resize(100);
    throws(() => decodeLines(on, octetsOf("82")), { fault: hpackFaults.tableSizeMissing });
  });

  it("holds for that update", () => {
    const on = decoder();
    on.resize(100);
    throws(() => decodeLines(on, octetsOf("3f46 82")), { fault: hpackFaults.badTableSize });
  });

  it("is kept by an update that is smaller still", () => {
    const on = decoder();
    on.resize(100);
    deepStrictEqual(decodeLines(on, octetsOf("3f00 82")), [get]);
    deepStrictEqual(decodeLines(on, octetsOf("82")), [get]);
  });

  it("may be raised: no update is due, and one up to it is right", () => {
    const on = decoder();
    on.resize(8_192);
    deepStrictEqual(decodeLines(on, octetsOf("82")), [get]);
    deepStrictEqual(decodeLines(on, octetsOf("3fe13f 82")), [get]);
    throws(() => decodeLines(on, octetsOf("3fe23f 82")), { fault: hpackFaults.badTableSize });
  });

  it("asks for an update even of a block that was remembered", () => {
    const on = decoder();
    for (let times = 0; times < 4; times += 1) {
      deepStrictEqual(decodeLines(on, octetsOf("82")), [get]);
    }
    on.resize(100);
    throws(() => decodeLines(on, octetsOf("82")), { fault: hpackFaults.tableSizeMissing });
  });
});

describe("eviction (RFC 7541 §4.3, §4.4)", () => {
  const evicted: readonly (readonly [rule: string, blocks: readonly string[], index: string])[] = [
    ["by a table of nothing", ["40 01 61 01 62", "20"], "be"],
    ["by a table of nothing that grows again", ["40 01 61 01 62", "20 3fe11f"], "be"],
    ["by one octet too few for one line", ["40 01 61 01 62", "3f02"], "be"],
    ["by a line larger than the table", ["3f0f 40 01 61 01 62", `40 01 61 0e ${"62".repeat(14)}`], "be"],
    ["of the oldest line by a new one", ["3f0f 40 01 61 01 62", "40 01 61 01 63"], "bf"],
  ];

  for (const [rule, blocks, index] of evicted) {
    it(rule, () => {
      const on = decoder();
      for (const block of blocks) {
        decodeLines(on, octetsOf(block));
      }
      throws(() => decodeLines(on, octetsOf(index)), { fault: hpackFaults.badIndex });
    });
  }

  it("spares a line that just fits", () => {
    const on = decoder();
    decodeLines(on, octetsOf("40 01 61 01 62"));
    deepStrictEqual(decodeLines(on, octetsOf("3f03 be")), [["a", "b"]]);
  });

  it("of the line whose name the new one takes", () => {
    const on = decoder();
    decodeLines(on, octetsOf("3f0f 40 01 61 01 62"));
    deepStrictEqual(decodeLines(on, octetsOf("7e 01 63")), [["a", "c"]]);
    deepStrictEqual(decodeLines(on, octetsOf("be")), [["a", "c"]]);
  });

  it("makes a remembered block mean something else", () => {
    const on = decoder();
    decodeLines(on, octetsOf("40 01 61 01 62"));
    for (let times = 0; times < 4; times += 1) {
      deepStrictEqual(decodeLines(on, octetsOf("be")), [["a", "b"]]);
    }
    decodeLines(on, octetsOf("40 01 61 01 63"));
    deepStrictEqual(decodeLines(on, octetsOf("be")), [["a", "c"]]);
  });
});

describe("an encoder's table size updates (RFC 7541 §4.2)", () => {
  const rows: readonly (readonly [
    rule: string,
    tableSize: number,
    changes: readonly number[],
    block: string,
  ])[] = [
    ["nothing changes", 4_096, [], "82"],
    ["a smaller table of our own", 256, [], "3fe101 82"],
    ["no table of our own", 0, [], "82"],
    ["the peer allows more than we use", 4_096, [65_536], "82"],
    ["the peer allows more, and we use it", 8_192, [8_192], "3fe13f 82"],
    ["the peer allows less", 4_096, [100], "3f45 82"],
    ["the peer allows nothing", 4_096, [0], "20 82"],
    ["the peer allows less than before, and we use none", 0, [100], "20 82"],
    ["less, then as before: both are told", 4_096, [100, 4_096], "3f45 3fe11f 82"],
    ["several changes: the least and the last are told", 4_096, [200, 100, 300, 150], "3f45 3f77 82"],
    ["less and less: once is enough", 4_096, [300, 200, 100], "3f45 82"],
  ];

  for (const [rule, tableSize, changes, block] of rows) {
    it(rule, () => {
      const encoder = new HpackEncoder({ tableSize });
      for (const change of changes) {
        encoder.resize(change);
      }
      const owed = !block.startsWith("82");
      strictEqual(encoder.owesUpdate, owed);
      deepStrictEqual(encodeLines(encoder, [get]), octetsOf(block));
      strictEqual(encoder.owesUpdate, false);
      deepStrictEqual(encodeLines(encoder, [get]), octetsOf("82"));
    });
  }

  it("let go of lines, so that none is referred to behind them", () => {
    const encoder = new HpackEncoder({ tableSize: 4_096 });
    const on = decoder();
    const lines = [["x-a", "1"], get] as const;
    decodeLines(on, encodeLines(encoder, lines));
    strictEqual(encodeLines(encoder, lines).length, 2);
    encoder.resize(0);
    encoder.resize(4_096);
    deepStrictEqual(decodeLines(on, encodeLines(encoder, lines)), lines);
    strictEqual(encodeLines(encoder, lines).length, 2);
  });
});

describe("what an encoder puts into the table (RFC 7541 §7.1)", () => {
  const rows: readonly (readonly [
    rule: string,
    name: string,
    value: string,
    pattern: number,
    mask: number,
  ])[] = [
    ["a line that may come again", "x-a", "b", 0x40, 0xc0],
    ["a known name that may come again", "user-agent", "b", 0x40, 0xc0],
    ["not a path", ":path", "/a", 0x00, 0xf0],
    ["not a length", "content-length", "7", 0x00, 0xf0],
    ["not a line that would fill half the table", "x-a", "b".repeat(2_100), 0x00, 0xf0],
    ["never credentials", "authorization", "Basic YTpi", 0x10, 0xf0],
    ["never a proxy's credentials", "proxy-authorization", "Basic YTpi", 0x10, 0xf0],
    ["never a cookie", "cookie", "a=b", 0x10, 0xf0],
    ["never a cookie that is set", "set-cookie", "a=b", 0x10, 0xf0],
  ];

  for (const [rule, name, value, pattern, mask] of rows) {
    it(rule, () => {
      const encoder = new HpackEncoder({ tableSize: 4_096 });
      const first = encodeLines(encoder, [[name, value]]);
      strictEqual((first[0] as number) & mask, pattern);
      const again = encodeLines(encoder, [[name, value]]);
      deepStrictEqual(again, pattern === 0x40 ? octetsOf("be") : first);
    });
  }

  it("no line at all without a table", () => {
    const encoder = new HpackEncoder({ tableSize: 0 });
    const out = new BlockWriter();
    encoder.field(out, "x-a", "b");
    strictEqual(out.bytes[0], 0x00);
  });
});
