/** Blocks that no decoder may take (RFC 7541 §2.3.3, §4.2, §5, §6.3): each with the fault that names why. */
import { deepStrictEqual, fail, match, ok } from "node:assert/strict";
import { describe, it } from "node:test";
import { HttpError } from "../../src/message/index.ts";
import { HpackEncoder, hpackFaults } from "../../src/protocol/hpack/index.ts";
import { decodeLines, decoder, encodeLines, octetsOf } from "../support/hpack.ts";

type FaultName = keyof typeof hpackFaults;

function faultOf(act: () => unknown): HttpError {
  try {
    act();
  } catch (error) {
    ok(error instanceof HttpError, String(error));
    return error;
  }
  return fail("no fault");
}

const rows: readonly (readonly [rule: string, block: string, fault: FaultName, says: RegExp])[] = [
  ["index 0 names no line", "80", "badIndex", /index 0/],
  ["an index behind an empty dynamic table", "be", "badIndex", /index 62, the tables end at 61/],
  ["an index behind one line", "400161 0162 bf", "badIndex", /index 63, the tables end at 62/],
  ["a name index behind the tables, with indexing", "7e 0161", "badIndex", /index 62/],
  ["a name index behind the tables, without indexing", "0f2f 0161", "badIndex", /index 62/],
  ["a name index behind the tables, never indexed", "1f2f 0161", "badIndex", /index 62/],
  ["a large index", "ff80808001", "badIndex", /index 2097279/],
  ["an integer that ends in its prefix", "ff", "cutShort", /within an integer/],
  ["an integer that goes on at the end", "ff80", "cutShort", /within an integer/],
  ["an integer of six octets", "ff8080808001", "badInteger", /more than 5 octets/],
  ["an integer of zeros without end", "ff80808080808080808000", "badInteger", /more than 5 octets/],
  ["a length of six octets", "007fffffffff7f", "badInteger", /more than 5 octets/],
  ["no string where the name must stand", "40", "cutShort", /before a string/],
  ["no string where the value must stand", "4001 61", "cutShort", /before a string/],
  ["no string behind an indexed name", "41", "cutShort", /before a string/],
  ["a name longer than the block", "4005 6162", "cutShort", /string of 5 octets, 2 follow/],
  ["a value longer than the block", "4001 61 7f00", "cutShort", /string of 127 octets, 0 follow/],
  ["a length that goes on at the end", "007f80", "cutShort", /within an integer/],
  ["a Huffman-coded string of EOS alone", "0001 61 84ffffffff", "badHuffman", /EOS/],
  ["EOS within a Huffman-coded string", "0001 61 851fffffffff", "badHuffman", /EOS/],
  ["eight bits of padding", "0001 61 82f8ff", "badHuffman", /padding/],
  ["an octet of padding alone", "0001 61 81ff", "badHuffman", /padding/],
  ["padding of zeros", "0001 61 8118", "badHuffman", /padding/],
  ["padding with a zero in it", "0001 61 811e", "badHuffman", /padding/],
  ["a code that is cut short", "0001 61 82fffe", "badHuffman", /padding/],
  ["wrong padding in a name", "0081 18 0161", "badHuffman", /padding/],
  ["a table size update behind a line", "82 20", "tableSizeLate", /behind a field line/],
  ["a table size update at the end", "82 3fe11f", "tableSizeLate", /behind a field line/],
  ["a table of one octet too many", "3fe21f 82", "badTableSize", /4097 octets, limit 4096/],
  ["a second table size that is too large", "20 3fe21f", "badTableSize", /4097 octets, limit 4096/],
  ["a table size that goes on at the end", "3f", "cutShort", /within an integer/],
  ["a table size of six octets", "3fffffffff7f", "badInteger", /more than 5 octets/],
];

describe("malformed field blocks (RFC 7541)", () => {
  for (const [rule, block, fault, says] of rows) {
    it(rule, () => {
      const error = faultOf(() => decodeLines(decoder(), octetsOf(block)));
      deepStrictEqual(error.fault, hpackFaults[fault]);
      match(error.detail, says);
    });
  }

  it("say whose fault it is", () => {
    const error = faultOf(() => decodeLines(decoder({ by: "origin" }), octetsOf("80")));
    deepStrictEqual([error.by, error.fault.scope], ["origin", "connection"]);
  });
});

describe("what looks odd and is right", () => {
  const right: readonly (readonly [rule: string, block: string, lines: readonly (readonly string[])[]])[] = [
    ["an empty block", "", []],
    ["an empty name and value", "00 00 00", [["", ""]]],
    ["an empty Huffman-coded string", "00 01 61 80", [["a", ""]]],
    ["seven bits of padding", "00 01 61 84 18c631ff", [["a", "aaaaa"]]],
    ["a name of capitals and octets", "00 03 41ff00 01 80", [["A\u00ff\u0000", "\u0080"]]],
    ["table size updates before the first line", "20 3fe11f 82", [[":method", "GET"]]],
    ["table size updates alone", "20 20 20", []],
  ];

  for (const [rule, block, lines] of right) {
    it(rule, () => deepStrictEqual(decodeLines(decoder(), octetsOf(block)), lines));
  }

  it("an index written with zeros behind it", () => {
    const on = decoder();
    const inserted = Array.from({ length: 66 }, () => "40 01 61 01 62").join("");
    deepStrictEqual(decodeLines(on, octetsOf(`${inserted} ff 80 80 00`)).at(-1), ["a", "b"]);
  });
});

describe("blocks cut anywhere", () => {
  const block = encodeLines(new HpackEncoder({ tableSize: 4_096 }), [
    [":method", "GET"],
    [":path", "/a/long/path?with=query"],
    ["user-agent", "x".repeat(300)],
    ["x-\u00ff", "\u0000\u0001\u0080\u00ff".repeat(40)],
  ]);
  const whole = decodeLines(decoder(), block);

  for (let end = 0; end <= block.length; end += 1) {
    it(`after ${end} of ${block.length} octets: the lines before the cut, or a fault`, () => {
      try {
        const lines = decodeLines(decoder(), block.subarray(0, end));
        deepStrictEqual(lines, whole.slice(0, lines.length));
      } catch (error) {
        ok(error instanceof HttpError);
        deepStrictEqual(error.fault, hpackFaults.cutShort);
      }
    });
  }
});
