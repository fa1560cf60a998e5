/** Requests (RFC 9113 §8): heads, content, trailers, tunnels; malformed ones cost their stream and no more. */
import type { Buffer } from "node:buffer";
import { answered, type Http2Row, malformed, resetOf, told } from "../support/http2-cases.ts";
import {
  data,
  endHeaders,
  endStream,
  get,
  getLines,
  headers,
  type Lines,
  post,
  postLines,
} from "../support/http2-frames.ts";

const trailers = (stream: number, lines: Lines = [["x", "y"]], flags = endStream | endHeaders): Buffer =>
  headers(stream, lines, flags);

/** A GET whose lines are those of a good one, one of them changed or left out. */
function changed(name: string, section: `RFC ${number} §${string}`, lines: Lines): Http2Row {
  return malformed(name, section, [headers(1, lines)]);
}

const without = (name: string): Lines => getLines().filter(([each]) => each !== name);

const headRows: readonly Http2Row[] = [
  { name: "GET", source: "RFC 9113 §8.3.1", input: [get(1)], events: told(1), frames: [answered(1)] },
  {
    name: "HEAD and OPTIONS *",
    source: "RFC 9113 §8.3.1",
    input: [
      headers(1, [
        [":method", "HEAD"],
        [":scheme", "https"],
        [":authority", "a"],
        [":path", "/"],
      ]),
      headers(3, [
        [":method", "OPTIONS"],
        [":scheme", "https"],
        [":authority", "a"],
        [":path", "*"],
      ]),
    ],
    events: ["request 1 HEAD / a length=0", "complete 1", "request 3 OPTIONS * a length=0", "complete 3"],
    frames: [answered(1), answered(3)],
  },
  {
    name: "Cookie in crumbs",
    source: "RFC 9113 §8.2.3",
    input: [get(1, ["cookie", "a=1"], ["x", "y"], ["cookie", "b=2"])],
    events: told(1, " cookie=a=1; b=2 x=y"),
    frames: [answered(1)],
  },
  changed("a name in capitals", "RFC 9113 §8.2.1", getLines(["X-A", "1"])),
  changed("a name with a space", "RFC 9113 §8.2.1", getLines(["x a", "1"])),
  changed("a value with a line end", "RFC 9113 §8.2.1", getLines(["x", "1\n2"])),
  changed("a value with NUL", "RFC 9113 §8.2.1", getLines(["x", "\0"])),
  changed("a value that begins with a space", "RFC 9113 §8.2.1", getLines(["x", " 1"])),
  changed("an unknown pseudo field", "RFC 9113 §8.3", getLines([":test", "ok"]).toReversed()),
  changed("a pseudo field of responses", "RFC 9113 §8.3", [[":status", "200"], ...getLines()]),
  changed("a pseudo field behind another field", "RFC 9113 §8.3", [
    ...without(":path"),
    ["x", "y"],
    [":path", "/"],
  ]),
  changed("Connection", "RFC 9113 §8.2.2", getLines(["connection", "close"])),
  changed("Transfer-Encoding", "RFC 9113 §8.2.2", getLines(["transfer-encoding", "chunked"])),
  changed("TE other than trailers", "RFC 9113 §8.2.2", getLines(["te", "gzip"])),
  {
    name: "TE: trailers",
    source: "RFC 9113 §8.2.2",
    input: [get(1, ["te", "trailers"])],
    events: told(1, " te=trailers"),
    frames: [answered(1)],
  },
  changed("an empty :path", "RFC 9113 §8.3.1", [...without(":path"), [":path", ""]]),
  changed("no :method", "RFC 9113 §8.3.1", without(":method")),
  changed("no :scheme", "RFC 9113 §8.3.1", without(":scheme")),
  changed("no :path", "RFC 9113 §8.3.1", without(":path")),
  changed("two :method", "RFC 9113 §8.3", [[":method", "GET"], ...getLines()]),
  changed("two :scheme", "RFC 9113 §8.3", [[":scheme", "http"], ...getLines()]),
  changed("two :path", "RFC 9113 §8.3", [[":path", "/"], ...getLines()]),
  {
    name: "a malformed request between two good ones",
    source: "RFC 9113 §8.1.1",
    input: [get(1), headers(3, getLines(["X", "1"])), get(5)],
    events: [...told(1), "fault 3 PROTOCOL_ERROR RFC 9113 §8.2.1", ...told(5)],
    frames: [answered(1), resetOf(3, "PROTOCOL_ERROR"), answered(5)],
  },
  {
    name: "the content of a malformed request",
    source: "RFC 9113 §5.1",
    input: [headers(1, postLines(["X", "1"]), endHeaders), data(1, "hi"), trailers(1), get(3)],
    events: ["fault 1 PROTOCOL_ERROR RFC 9113 §8.2.1", ...told(3)],
    frames: [resetOf(1, "PROTOCOL_ERROR"), answered(3)],
  },
];

const posted = (length: number | "?", more = ""): string => `request 1 POST / a length=${length}${more}`;

/** A POST that announces `length` octets and is broken by what follows. */
function wrongLength(
  name: string,
  length: number,
  sent: readonly Buffer[],
  told: readonly string[] = [],
): Http2Row {
  return {
    name,
    source: "RFC 9113 §8.1.1",
    input: [post(1, ["content-length", String(length)]), ...sent, get(3)],
    events: [
      posted(length, ` content-length=${length}`),
      ...told,
      "cancelled 1 PROTOCOL_ERROR RFC 9113 §8.1.1",
      "request 3 GET / a length=0",
      "complete 3",
    ],
    frames: [resetOf(1, "PROTOCOL_ERROR"), answered(3)],
  };
}

const contentRows: readonly Http2Row[] = [
  {
    name: "content of known length",
    source: "RFC 9113 §8.1.1",
    input: [post(1, ["content-length", "5"]), data(1, "hel"), data(1, ""), data(1, "lo", endStream)],
    events: [posted(5, " content-length=5"), "content 1 hello", "complete 1"],
    frames: [answered(1)],
  },
  {
    name: "content of unknown length, ended by an empty frame",
    source: "RFC 9113 §6.1",
    input: [post(1), data(1, "hel"), data(1, "lo"), data(1, "", endStream)],
    events: [posted("?"), "content 1 hello", "complete 1"],
    frames: [answered(1)],
  },
  {
    name: "announced content of no octets",
    source: "RFC 9113 §8.1.1",
    input: [post(1, ["content-length", "0"]), data(1, "", endStream)],
    events: [posted(0, " content-length=0"), "complete 1"],
    frames: [answered(1)],
  },
  wrongLength("less content than announced", 3, [data(1, "hi", endStream)], ["content 1 hi"]),
  wrongLength("more content than announced", 1, [data(1, "hi", endStream)], []),
  wrongLength("no content where some was announced", 1, [data(1, "", endStream)]),
  wrongLength("less content than announced, and trailers", 3, [data(1, "hi"), trailers(1)], ["content 1 hi"]),
  malformed("content announced by a head that ends the stream", "RFC 9113 §8.1.1", [
    get(1, ["content-length", "1"]),
  ]),
  {
    name: "trailers",
    source: "RFC 9113 §8.1",
    input: [
      post(1),
      data(1, "hi"),
      trailers(1, [
        ["x", "y"],
        ["z", ""],
      ]),
    ],
    events: [posted("?"), "content 1 hi", "complete 1 x=y z="],
    frames: [answered(1)],
  },
  {
    name: "trailers without content",
    source: "RFC 9113 §8.1",
    input: [post(1), trailers(1)],
    events: [posted("?"), "complete 1 x=y"],
    frames: [answered(1)],
  },
  ...(
    [
      ["trailers that do not end the stream", trailers(1, [["x", "y"]], endHeaders), "8.1"],
      ["a pseudo field among trailers", trailers(1, [[":method", "GET"]]), "8.1"],
      ["a name in capitals among trailers", trailers(1, [["X", "y"]]), "8.2.1"],
    ] as const
  ).map(
    ([name, input, section]): Http2Row => ({
      name,
      source: `RFC 9113 §${section}`,
      input: [post(1), input, get(3)],
      events: [posted("?"), `cancelled 1 PROTOCOL_ERROR RFC 9113 §${section}`, ...told(3)],
      frames: [resetOf(1, "PROTOCOL_ERROR"), answered(3)],
    }),
  ),
  {
    name: "content at the limit",
    source: "RFC 9110 §15.5.14",
    input: [post(1), data(1, "hello", endStream)],
    limits: { content: 5 },
    events: [posted("?"), "content 1 hello", "complete 1"],
    frames: [answered(1)],
  },
  {
    name: "announced content beyond the limit",
    source: "RFC 9110 §15.5.14",
    input: [post(1, ["content-length", "6"]), data(1, "hello!", endStream), get(3)],
    limits: { content: 5 },
    events: ["fault 1 413", ...told(3)],
    frames: [answered(1, 413).replace(" date", " content-length=0 date"), answered(3)],
  },
  {
    name: "more streams than may be open",
    source: "RFC 9113 §5.1.2",
    input: [post(1), post(3), post(5), data(5, "hi"), data(1, "", endStream)],
    answering: "never",
    limits: { concurrentStreams: 2 },
    events: [
      posted("?"),
      "request 3 POST / a length=?",
      "fault 5 REFUSED_STREAM RFC 9113 §5.1.2",
      "complete 1",
    ],
    frames: [resetOf(5, "REFUSED_STREAM")],
  },
  {
    name: "content that nobody waits for",
    source: "RFC 9113 §8.1",
    input: [post(1), data(1, "hi"), data(1, "", endStream), get(3)],
    answering: "head",
    events: [posted("?"), "request 3 GET / a length=0"],
    frames: [answered(1), answered(3)],
  },
  {
    name: "more content announced than is worth waiting for",
    source: "RFC 9113 §8.1",
    input: [post(1, ["content-length", "65537"]), data(1, "hi"), get(3)],
    answering: "head",
    events: [`${posted(65_537)} content-length=65537`, "request 3 GET / a length=0"],
    frames: [answered(1), resetOf(1, "NO_ERROR"), answered(3)],
  },
  {
    name: "more content than is worth waiting for",
    source: "RFC 9113 §8.1",
    input: [post(1), ...Array.from({ length: 5 }, () => data(1, "x".repeat(16_000))), get(3)],
    answering: "head",
    events: [posted("?"), "request 3 GET / a length=0"],
    frames: [answered(1), resetOf(1, "NO_ERROR"), answered(3)],
  },
  ...(
    [
      ["content that nobody waits for, longer than announced", 1, data(1, "hi", endStream)],
      ["content that nobody waits for, shorter than announced", 3, data(1, "hi", endStream)],
    ] as const
  ).map(
    ([name, length, input]): Http2Row => ({
      name,
      source: "RFC 9113 §8.1.1",
      input: [post(1, ["content-length", String(length)]), input],
      answering: "head",
      events: [`${posted(length)} content-length=${length}`, "cancelled 1 PROTOCOL_ERROR RFC 9113 §8.1.1"],
      frames: [answered(1), resetOf(1, "PROTOCOL_ERROR")],
    }),
  ),
  {
    name: "content that is read behind the answer",
    source: "RFC 9113 §8.1",
    input: [post(1), data(1, "hi"), data(1, "", endStream), get(3)],
    answering: "head and read",
    events: [posted("?"), "content 1 hi", "complete 1", "request 3 GET / a length=0"],
    frames: [answered(1), answered(3)],
  },
];

const connect: Lines = [
  [":method", "CONNECT"],
  [":authority", "b:443"],
];

const tunnelRows: readonly Http2Row[] = [
  {
    name: "CONNECT",
    source: "RFC 9113 §8.5",
    input: [headers(1, connect, endHeaders), data(1, "hi"), data(1, "ho", endStream)],
    answering: "never",
    events: ["request 1 CONNECT b:443 b:443 length=?", "content 1 hiho", "complete 1"],
  },
  {
    name: "HEADERS in a tunnel",
    source: "RFC 9113 §8.5",
    input: [headers(1, connect, endHeaders), data(1, "hi"), trailers(1)],
    answering: "never",
    events: [
      "request 1 CONNECT b:443 b:443 length=?",
      "content 1 hi",
      "cancelled 1 PROTOCOL_ERROR RFC 9113 §8.5",
    ],
    frames: [resetOf(1, "PROTOCOL_ERROR")],
  },
  malformed("CONNECT with :path", "RFC 9113 §8.5", [headers(1, [...connect, [":path", "/"]], endHeaders)]),
  {
    name: "extended CONNECT",
    source: "RFC 8441 §4",
    input: [
      headers(
        1,
        [
          [":method", "CONNECT"],
          [":protocol", "websocket"],
          [":scheme", "https"],
          [":path", "/chat"],
          [":authority", "a"],
          ["sec-websocket-version", "13"],
        ],
        endHeaders,
      ),
      data(1, "frame"),
    ],
    answering: "never",
    events: [
      "request 1 CONNECT /chat a length=? protocol=websocket sec-websocket-version=13",
      "content 1 frame",
    ],
  },
];

export const messageRows: Readonly<Record<string, readonly Http2Row[]>> = {
  "heads of requests": headRows,
  "content of requests": contentRows,
  tunnels: tunnelRows,
};
