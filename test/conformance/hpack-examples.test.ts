/** The examples of RFC 7541 Appendix C, octet by octet. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { BlockWriter } from "../../src/protocol/hpack/index.ts";
import { decodeLines, decoder, type Line, octetsOf } from "../support/hpack.ts";

describe("integers (RFC 7541 §C.1)", () => {
  const rows = [
    // example                     mask  value  octets
    ["C.1.1: 10 on 5 bits", 0x1f, 10, "0a"],
    ["C.1.2: 1337 on 5 bits", 0x1f, 1_337, "1f9a0a"],
    ["C.1.3: 42 on 8 bits", 0xff, 42, "2a"],
    ["the largest within a prefix", 0x1f, 30, "1e"],
    ["the smallest beyond it", 0x1f, 31, "1f00"],
    ["two octets, all bits set", 0x1f, 158, "1f7f"],
    ["one more", 0x1f, 159, "1f8001"],
  ] as const;

  for (const [example, mask, value, octets] of rows) {
    it(example, () => {
      const out = new BlockWriter();
      out.integer(0, mask, value);
      strictEqual(out.copy().toString("hex"), octets);
    });
  }
});

describe("single lines (RFC 7541 §C.2)", () => {
  const rows: readonly (readonly [example: string, block: string, line: Line])[] = [
    [
      "C.2.1: with indexing",
      "400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572",
      ["custom-key", "custom-header"],
    ],
    ["C.2.2: without indexing", "040c 2f73 616d 706c 652f 7061 7468", [":path", "/sample/path"]],
    ["C.2.3: never indexed", "1008 7061 7373 776f 7264 0673 6563 7265 74", ["password", "secret"]],
    ["C.2.4: indexed", "82", [":method", "GET"]],
  ];

  for (const [example, block, line] of rows) {
    it(example, () => deepStrictEqual(decodeLines(decoder(), octetsOf(block)), [line]));
  }
});

const requests: readonly (readonly Line[])[] = [
  [
    [":method", "GET"],
    [":scheme", "http"],
    [":path", "/"],
    [":authority", "www.example.com"],
  ],
  [
    [":method", "GET"],
    [":scheme", "http"],
    [":path", "/"],
    [":authority", "www.example.com"],
    ["cache-control", "no-cache"],
  ],
  [
    [":method", "GET"],
    [":scheme", "https"],
    [":path", "/index.html"],
    [":authority", "www.example.com"],
    ["custom-key", "custom-value"],
  ],
];

const responses: readonly (readonly Line[])[] = [
  [
    [":status", "302"],
    ["cache-control", "private"],
    ["date", "Mon, 21 Oct 2013 20:13:21 GMT"],
    ["location", "https://www.example.com"],
  ],
  [
    [":status", "307"],
    ["cache-control", "private"],
    ["date", "Mon, 21 Oct 2013 20:13:21 GMT"],
    ["location", "https://www.example.com"],
  ],
  [
    [":status", "200"],
    ["cache-control", "private"],
    ["date", "Mon, 21 Oct 2013 20:13:22 GMT"],
    ["location", "https://www.example.com"],
    ["content-encoding", "gzip"],
    ["set-cookie", "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1"],
  ],
];

/** Three blocks of one connection each, and the table's size where the RFC sets it to 256. */
const connections: readonly (readonly [string, number, readonly string[], readonly (readonly Line[])[]])[] = [
  [
    "C.3: requests without Huffman coding",
    4_096,
    [
      "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
      "8286 84be 5808 6e6f 2d63 6163 6865",
      "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65",
    ],
    requests,
  ],
  [
    "C.4: requests with Huffman coding",
    4_096,
    [
      "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff",
      "8286 84be 5886 a8eb 1064 9cbf",
      "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf",
    ],
    requests,
  ],
  [
    "C.5: responses without Huffman coding, lines evicted",
    256,
    [
      `4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133
       2032 303a 3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70
       6c65 2e63 6f6d`,
      "4803 3330 37c1 c0bf",
      `88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d
       54c0 5a04 677a 6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049
       5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e
       3d31`,
    ],
    responses,
  ],
  [
    "C.6: responses with Huffman coding, lines evicted",
    256,
    [
      `4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6
       2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3`,
      "4883 640e ffc1 c0bf",
      `88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab
       77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f
       9587 3160 65c0 03ed 4ee5 b106 3d50 07`,
    ],
    responses,
  ],
];

describe("connections (RFC 7541 §C.3 to §C.6)", () => {
  for (const [example, maxTableSize, blocks, sections] of connections) {
    it(example, () => {
      const on = decoder({ maxTableSize });
      deepStrictEqual(
        blocks.map((block) => decodeLines(on, octetsOf(block))),
        sections,
      );
    });
  }
});
