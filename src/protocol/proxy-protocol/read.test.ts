import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import type { Endpoint } from "../../message/index.ts";
import { crc32c } from "./crc32c.ts";
import { encodeProxyHeader, mostHeaderOctets, type ProxyReading, readProxyHeader } from "./index.ts";

const signature = "0d0a0d0a000d0a515549540a";
const client: Endpoint = { address: "192.0.2.1", port: 56324, family: "ipv4" };
const here: Endpoint = { address: "198.51.100.7", port: 443, family: "ipv4" };
const client6: Endpoint = { address: "2001:db8::1", port: 56324, family: "ipv6" };
const here6: Endpoint = { address: "2001:db8::2", port: 443, family: "ipv6" };

/** What is read from all of it, after every shorter beginning was found incomplete, and with more behind it. */
function readEachWay(whole: Uint8Array): ProxyReading {
  for (let length = 0; length < whole.length; length += 1) {
    deepStrictEqual(readProxyHeader(whole.subarray(0, length)), { type: "incomplete" }, `${length} octets`);
  }
  const reading = readProxyHeader(whole);
  deepStrictEqual(readProxyHeader(Buffer.concat([whole, Buffer.from("GET / HTTP/1.1\r\n\r\n")])), reading);
  return reading;
}

const v2 = (hex: string): Buffer => Buffer.from(signature + hex.replaceAll(" ", ""), "hex");

describe("readProxyHeader (PROXY protocol §2)", () => {
  const unixAddress = (path: string): string => Buffer.from(path).toString("hex").padEnd(216, "0");
  const rows: readonly (readonly [rule: string, bytes: Buffer, source?: Endpoint, destination?: Endpoint])[] =
    [
      ["TCP4", Buffer.from("PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n"), client, here],
      ["TCP6", Buffer.from("PROXY TCP6 2001:db8::1 2001:db8::2 56324 443\r\n"), client6, here6],
      [
        "TCP6 with mapped addresses means IPv4",
        Buffer.from("PROXY TCP6 ::ffff:192.0.2.1 ::ffff:198.51.100.7 56324 443\r\n"),
        client,
        here,
      ],
      [
        "the longest line",
        Buffer.from(
          "PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe 65535 65535\r\n",
        ),
        { address: "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", port: 65_535, family: "ipv6" },
        { address: "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe", port: 65_535, family: "ipv6" },
      ],
      ["UNKNOWN", Buffer.from("PROXY UNKNOWN\r\n")],
      ["UNKNOWN, with whatever follows", Buffer.from("PROXY UNKNOWN ffff:: whatever 1\r\n")],
      ["version 2 over IPv4", v2("21 11 000c c0000201 c6336407 dc04 01bb"), client, here],
      [
        "version 2 over IPv6",
        v2("21 21 0024 20010db8000000000000000000000001 20010db8000000000000000000000002 dc04 01bb"),
        client6,
        here6,
      ],
      [
        "version 2 over a Unix socket",
        v2(`21 31 00d8 ${unixAddress("/run/a")} ${unixAddress("/run/b")}`),
        { address: "/run/a", port: 0, family: "unix" },
        { address: "/run/b", port: 0, family: "unix" },
      ],
      [
        "version 2, further facts are skipped",
        v2("21 11 0012 c0000201 c6336407 dc04 01bb 04 0003 000000"),
        client,
        here,
      ],
      ["LOCAL", v2("20 00 0000")],
      ["LOCAL, whatever the rest says", v2("20 ff 0003 ffffff")],
      ["PROXY of an unspecified family", v2("21 00 0000")],
      ["datagrams' addresses are not told", v2("21 12 000c c0000201 c6336407 dc04 01bb")],
    ];
  for (const [rule, bytes, source, destination] of rows) {
    it(rule, () =>
      deepStrictEqual(readEachWay(bytes), {
        type: "header",
        version: bytes[0] === 0x0d ? 2 : 1,
        source,
        destination,
        octets: bytes.length,
      }),
    );
  }

  const line = (text: string): string =>
    `the PROXY line ${JSON.stringify(text)} has no two addresses of ${text.split(" ")[1]} and ports from 0 to 65535`;
  const faults: readonly (readonly [rule: string, bytes: Buffer, detail: string])[] = [
    [
      "no header",
      Buffer.from("GET / HTTP/1.1\r\n"),
      'the connection begins with "GET / HTTP/1", not with a PROXY header',
    ],
    [
      "no header, by the first octet",
      Buffer.from("x"),
      'the connection begins with "x", not with a PROXY header',
    ],
    [
      "TLS",
      Buffer.from("160301", "hex"),
      "the connection begins with a TLS handshake, not with a PROXY header",
    ],
    [
      "lower case",
      Buffer.from("proxy TCP4"),
      'the connection begins with "proxy TCP4", not with a PROXY header',
    ],
    [
      "a line feed alone",
      Buffer.from("PROXY UNKNOWN\n"),
      "the PROXY line ends in a line feed alone, not in CRLF",
    ],
    [
      "a line without an end",
      Buffer.from(`PROXY UNKNOWN ${"a".repeat(200)}`),
      "the PROXY line does not end within 107 octets",
    ],
    [
      "an address of the other family",
      Buffer.from("PROXY TCP4 ::1 ::1 1 2\r\n"),
      line("PROXY TCP4 ::1 ::1 1 2"),
    ],
    [
      "an IPv4 address with leading zeroes",
      Buffer.from("PROXY TCP4 10.0.0.01 10.0.0.1 1 2\r\n"),
      line("PROXY TCP4 10.0.0.01 10.0.0.1 1 2"),
    ],
    ["a zone", Buffer.from("PROXY TCP6 fe80::1%a ::1 1 2\r\n"), line("PROXY TCP6 fe80::1%a ::1 1 2")],
    [
      "a port with leading zeroes",
      Buffer.from("PROXY TCP4 10.0.0.1 10.0.0.1 01 2\r\n"),
      line("PROXY TCP4 10.0.0.1 10.0.0.1 01 2"),
    ],
    [
      "a port that is none",
      Buffer.from("PROXY TCP4 10.0.0.1 10.0.0.1 1 65536\r\n"),
      line("PROXY TCP4 10.0.0.1 10.0.0.1 1 65536"),
    ],
    [
      "two spaces",
      Buffer.from("PROXY TCP4  10.0.0.1 10.0.0.1 1\r\n"),
      line("PROXY TCP4  10.0.0.1 10.0.0.1 1"),
    ],
    ["too few parts", Buffer.from("PROXY TCP4 10.0.0.1\r\n"), line("PROXY TCP4 10.0.0.1")],
    [
      "too many parts",
      Buffer.from("PROXY TCP4 10.0.0.1 10.0.0.1 1 2 3\r\n"),
      'the PROXY line "PROXY TCP4 10.0.0.1 10.0.0.1 1 2 3" is none: TCP4, TCP6 or UNKNOWN, two addresses, two ports',
    ],
    ["another version", v2("31"), "the PROXY header is of version 3, not 1 or 2"],
    ["another command", v2("22"), "the PROXY header has command 2, neither LOCAL (0) nor PROXY (1)"],
    ["another family", v2("21 41"), "the PROXY header is of an unknown family or transport (0x41)"],
    ["another transport", v2("21 13"), "the PROXY header is of an unknown family or transport (0x13)"],
    ["too long", v2("21 11 ffff"), `the PROXY header has 65551 octets, ${mostHeaderOctets} are allowed`],
    [
      "no room for its addresses",
      v2("21 11 0000"),
      "the PROXY header has 16 octets, its addresses alone need 28",
    ],
    [
      "a fact that does not fit",
      v2("21 11 0010 c0000201 c6336407 dc04 01bb 04 0009 00"),
      "a fact in the PROXY header is longer than the header",
    ],
    [
      "a wrong checksum",
      v2("21 11 0013 c0000201 c6336407 dc04 01bb 03 0004 00000000"),
      "the PROXY header's checksum is wrong",
    ],
    [
      "a checksum of another length",
      v2("21 11 0011 c0000201 c6336407 dc04 01bb 03 0002 0000"),
      "the PROXY header's checksum has 2 octets, not 4",
    ],
  ];
  for (const [rule, bytes, detail] of faults) {
    it(`refuses ${rule}`, () => deepStrictEqual(readProxyHeader(bytes), { type: "fault", detail }));
  }

  it("accepts a right checksum", () => {
    const header = v2("21 11 0013 c0000201 c6336407 dc04 01bb 03 0004 00000000");
    header.writeUInt32BE(crc32c(header), header.length - 4);
    const octets = header.length;
    deepStrictEqual(readEachWay(header), {
      type: "header",
      version: 2,
      source: client,
      destination: here,
      octets,
    });
  });
});

describe("crc32c (RFC 9260, appendix A; RFC 3720 §B.4)", () => {
  it("of 32 zeroes", () => strictEqual(crc32c(new Uint8Array(32)), 0x8a9136aa));
  it("of 123456789", () => strictEqual(crc32c(Buffer.from("123456789")), 0xe3069283));
});

describe("encodeProxyHeader (PROXY protocol §2)", () => {
  const mapped: Endpoint = { address: "::ffff:192.0.2.1", port: 1, family: "ipv6" };
  const unix: Endpoint = { address: "/run/a", port: 0, family: "unix" };
  const rows: readonly (readonly [
    rule: string,
    source: Endpoint | undefined,
    destination: Endpoint,
    line: string,
    hex: string,
  ])[] = [
    [
      "IPv4",
      client,
      here,
      "PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n",
      "2111000cc0000201c6336407dc0401bb",
    ],
    [
      "IPv6",
      client6,
      here6,
      "PROXY TCP6 2001:db8::1 2001:db8::2 56324 443\r\n",
      "2121002420010db800000000000000000000000120010db8000000000000000000000002dc0401bb",
    ],
    [
      "a mapped address is IPv4",
      mapped,
      here,
      "PROXY TCP4 192.0.2.1 198.51.100.7 1 443\r\n",
      "2111000cc0000201c6336407000101bb",
    ],
    [
      "of two families, the IPv4 one is mapped",
      client,
      here6,
      "PROXY TCP6 ::ffff:c000:201 2001:db8::2 56324 443\r\n",
      "2121002400000000000000000000ffffc000020120010db8000000000000000000000002dc0401bb",
    ],
    ["a connection of our own", undefined, here, "PROXY UNKNOWN\r\n", "20000000"],
    ["a client at a Unix socket", unix, unix, "PROXY UNKNOWN\r\n", "21000000"],
  ];
  for (const [rule, source, destination, text, hex] of rows) {
    it(rule, () => {
      const encoded = [1, 2].map((version) => encodeProxyHeader(version === 1 ? 1 : 2, source, destination));
      deepStrictEqual(
        [Buffer.from(encoded[0] ?? []).toString(), Buffer.from(encoded[1] ?? []).toString("hex")],
        [text, signature + hex],
      );
    });
  }
});
