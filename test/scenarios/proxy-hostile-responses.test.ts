/** Upstreams whose responses are malformed, or would mean one thing here and another there: none of them gets through. */
import { describe, it } from "node:test";
import type { Script } from "../support/hostile-upstream.ts";
import { type HostileRow, ourAnswer, runHostileRow } from "../support/hostile-upstream-rows.ts";

const ok = "HTTP/1.1 200 OK\r\n";

/** [what is wrong, what the upstream sends, the error's type]. */
const refused: readonly (readonly [rule: string, octets: string, type: string])[] = [
  // Where a response ends (RFC 9112 §6.3)
  ["two lengths", `${ok}Content-Length: 4\r\nContent-Length: 5\r\n\r\n12345`, "http_protocol_error"],
  ["two lengths in one line", `${ok}Content-Length: 4, 5\r\n\r\n12345`, "http_protocol_error"],
  [
    "a length and a transfer coding",
    `${ok}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    "http_protocol_error",
  ],
  [
    "a transfer coding and a length",
    `${ok}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n`,
    "http_protocol_error",
  ],
  ["a length below zero", `${ok}Content-Length: -1\r\n\r\n`, "http_protocol_error"],
  ["a length with a sign", `${ok}Content-Length: +4\r\n\r\n1234`, "http_protocol_error"],
  ["a length that is no number", `${ok}Content-Length: 0x4\r\n\r\n1234`, "http_protocol_error"],
  [
    "a length beyond all numbers",
    `${ok}Content-Length: 99999999999999999999\r\n\r\n`,
    "http_response_body_size",
  ],
  ["a coding nobody knows", `${ok}Transfer-Encoding: zip\r\n\r\n`, "http_protocol_error"],
  ["chunked twice", `${ok}Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n`, "http_protocol_error"],
  [
    "a coding in HTTP/1.0",
    "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "http_response_transfer_coding",
  ],
  [
    "a chunk whose size is none",
    `${ok}Transfer-Encoding: chunked\r\n\r\n5\r\n12345\r\nxyz\r\n`,
    "http_response_transfer_coding",
  ],
  // Lines (RFC 9112 §2.2, §5)
  ["lines that end in LF alone", "HTTP/1.1 200 OK\nContent-Length: 4\n\n1234", "http_protocol_error"],
  ["one line that ends in LF alone", `${ok}A: 1\nContent-Length: 4\r\n\r\n1234`, "http_protocol_error"],
  ["a CR within a value", `${ok}A: 1\rContent-Length: 4\r\n\r\n`, "http_protocol_error"],
  ["a NUL within a value", `${ok}A: 1\0\r\nContent-Length: 0\r\n\r\n`, "http_protocol_error"],
  ["a folded line", `${ok}A: 1\r\n Content-Length: 4\r\nContent-Length: 0\r\n\r\n`, "http_protocol_error"],
  ["a line without a colon", `${ok}A\r\nContent-Length: 0\r\n\r\n`, "http_protocol_error"],
  ["a name with a blank", `${ok}Content-Length : 4\r\nContent-Length: 0\r\n\r\n`, "http_protocol_error"],
  ["a line without a name", `${ok}: 1\r\nContent-Length: 0\r\n\r\n`, "http_protocol_error"],
  // The status line (RFC 9112 §4)
  ["no status", "HTTP/1.1 OK\r\nContent-Length: 0\r\n\r\n", "http_protocol_error"],
  ["a status of four digits", "HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n", "http_protocol_error"],
  ["a status below 100", "HTTP/1.1 099 OK\r\nContent-Length: 0\r\n\r\n", "http_protocol_error"],
  ["another protocol", "SSH-2.0-OpenSSH_9.2\r\n\r\n", "http_protocol_error"],
  ["HTTP/2 where nobody spoke it", "\0\0\0\x04\0\0\0\0\0\r\n\r\n", "http_protocol_error"],
  ["a version to come", "HTTP/3.0 200 OK\r\nContent-Length: 0\r\n\r\n", "http_protocol_error"],
  [
    "a tunnel nobody asked for",
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
    "http_protocol_error",
  ],
];

function sends(octets: string): Script {
  return async ({ head, send }) => {
    await head();
    send(octets);
  };
}

/** Sends the same again and again, as long as anybody reads it; a moment after what is first. */
function sendsOn(first: string, more: string): Script {
  return async ({ head, socket }) => {
    await head();
    socket.write(first, "latin1");
    const piece = more.repeat(Math.ceil(16_384 / more.length));
    const write = (): void => {
      while (!socket.destroyed && socket.write(piece, "latin1")) {
        // Until the system takes no more.
      }
    };
    socket.on("drain", write);
    setTimeout(write, 50);
  };
}

describe("a response that is refused", () => {
  for (const [rule, octets, type] of refused) {
    it(rule, () =>
      runHostileRow({
        rule,
        upstream: [sends(octets)],
        client: ourAnswer(type),
        after: "goes on",
        asked: [["GET / HTTP/1.1"]],
        closed: ["end"],
      }),
    );
  }
});

const endless: readonly (readonly [rule: string, script: Script, type: string])[] = [
  ["fields", sendsOn(ok, "a: b\r\n"), "http_response_header_section_size"],
  ["one field", sendsOn(`${ok}a: `, "b"), "http_response_header_section_size"],
  ["a status line", sendsOn("HTTP/1.1 200 ", "o"), "http_protocol_error"],
  ["interim responses", sendsOn("", "HTTP/1.1 100 Continue\r\n\r\n"), "http_protocol_error"],
];

describe("a response without end", () => {
  for (const [rule, script, type] of endless) {
    it(rule, () =>
      runHostileRow({
        rule,
        upstream: [script],
        client: ourAnswer(type),
        after: "goes on",
        asked: [["GET / HTTP/1.1"]],
        closed: ["ECONNRESET"],
      }),
    );
  }

  const within: readonly HostileRow[] = [
    {
      rule: "chunk extensions",
      upstream: [sendsOn(`${ok}Transfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n5;`, "x")],
      client: `${ok}Via: 1.1 sluice\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n`,
      after: "end",
      asked: [["GET / HTTP/1.1"]],
      closed: ["ECONNRESET"],
    },
    {
      rule: "trailers",
      upstream: [sendsOn(`${ok}Transfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n0\r\n`, "a: b\r\n")],
      client: `${ok}Via: 1.1 sluice\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n`,
      after: "end",
      asked: [["GET / HTTP/1.1"]],
      closed: ["ECONNRESET"],
    },
  ];
  for (const row of within) {
    it(row.rule, () => runHostileRow(row));
  }
});
