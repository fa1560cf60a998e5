/** Responses as a client reads them: status lines (RFC 9112 §4), fields, interim responses. */
import {
  type ClientRow,
  complete,
  content,
  fault,
  informational,
  lines,
  response,
} from "../support/http1-cases.ts";

const status = "RFC 9112 §4";
const version = "RFC 9112 §2.3";
const interim = "RFC 9110 §15.2";
const empty = "Content-Length: 0";

const emptyOk = response({ contentLength: 0, fields: [["content-length", "0"]] });

/** A row of a status line before "Content-Length: 0". */
function told(name: string, line: string, code: number, reason: string): ClientRow {
  return {
    name,
    source: status,
    input: lines(line, empty),
    expect: [
      response({ status: code, reason, contentLength: 0, fields: [["content-length", "0"]] }),
      complete(),
    ],
  };
}

/** A response refused before any of it is told. */
export function refusedResponse(name: string, source: string, input: string): ClientRow {
  return { name, source, input, expect: [fault(502, source)] };
}

function badLine(name: string, line: string, source: string = status): ClientRow {
  return refusedResponse(name, source, lines(line, empty));
}

function badField(name: string, source: string, ...fields: readonly string[]): ClientRow {
  return refusedResponse(name, source, lines("HTTP/1.1 200 OK", empty, ...fields));
}

export const statusLineRows: readonly ClientRow[] = [
  told("the plainest response", "HTTP/1.1 200 OK", 200, "OK"),
  told("no reason, but its space", "HTTP/1.1 200 ", 200, ""),
  told("a reason of several words", "HTTP/1.1 404 Not Found", 404, "Not Found"),
  told("a reason with a tab", "HTTP/1.1 200 a\tb", 200, "a\tb"),
  told("a reason with obs-text", "HTTP/1.1 200 \xc3\xa9\xff", 200, "\xc3\xa9\xff"),
  told("an unknown status", "HTTP/1.1 299 Odd", 299, "Odd"),
  told("the highest status of a class we know", "HTTP/1.1 599 X", 599, "X"),
  // RFC 9110 §15: a status out of range is treated as 5xx, not refused.
  told("a status beyond the classes", "HTTP/1.1 600 X", 600, "X"),
  told("the highest number", "HTTP/1.1 999 X", 999, "X"),
  // Servers leave the space out that must follow the status when there is no reason.
  told("neither reason nor space", "HTTP/1.1 200", 200, ""),
  told("a redirect", "HTTP/1.1 301 Moved Permanently", 301, "Moved Permanently"),
  {
    name: "HTTP/1.0",
    source: version,
    input: lines("HTTP/1.0 200 OK", empty),
    expect: [response({ version: "1.0", contentLength: 0, fields: [["content-length", "0"]] }), complete()],
    closes: true,
  },
  {
    name: "HTTP/1.2 reads as HTTP/1.1",
    source: "RFC 9110 §2.5",
    input: lines("HTTP/1.2 200 OK", empty),
    expect: [emptyOk, complete()],
  },
  badLine("HTTP/2.0", "HTTP/2.0 200 OK", version),
  badLine("HTTP/0.9", "HTTP/0.9 200 OK", version),
  badLine("http in lower case", "http/1.1 200 OK", version),
  badLine("a minor version of two digits", "HTTP/1.10 200 OK", version),
  badLine("ICY", "ICY 200 OK", version),
  badLine("a space before the version", " HTTP/1.1 200 OK", version),
  badLine("no version", "200 OK", version),
  badLine("a tab after the version", "HTTP/1.1\t200 OK"),
  badLine("two spaces after the version", "HTTP/1.1  200 OK"),
  badLine("a status of two digits", "HTTP/1.1 20 OK"),
  badLine("a status of four digits", "HTTP/1.1 2000 OK"),
  badLine("a status with a letter", "HTTP/1.1 2x0 OK"),
  badLine("a negative status", "HTTP/1.1 -20 OK"),
  badLine("status 000", "HTTP/1.1 000 OK"),
  badLine("status 099", "HTTP/1.1 099 OK"),
  badLine("no status", "HTTP/1.1"),
  badLine("a tab before the reason", "HTTP/1.1 200\tOK"),
  badLine("NUL in the reason", "HTTP/1.1 200 O\0K"),
  badLine("a control octet in the reason", "HTTP/1.1 200 O\x01K"),
  badLine("DEL in the reason", "HTTP/1.1 200 O\x7fK"),
  badLine("a bare CR in the reason", "HTTP/1.1 200 O\rK", "RFC 9112 §2.2"),
  refusedResponse("a bare LF after the status line", "RFC 9112 §2.2", `HTTP/1.1 200 OK\n${empty}\r\n\r\n`),
  refusedResponse("CR CR LF after the status line", "RFC 9112 §2.2", `HTTP/1.1 200 OK\r\r\n${empty}\r\n\r\n`),
  refusedResponse("an empty line before the response", status, `\r\n${lines("HTTP/1.1 200 OK", empty)}`),
  refusedResponse("HTML without a head", version, "<html><body>hello</body></html>\r\n"),
  refusedResponse("a request where a response belongs", version, lines("GET / HTTP/1.1", "Host: a")),
  { ...refusedResponse("the end before the response", "RFC 9112 §8", ""), end: true },
  { ...refusedResponse("the end within the status line", "RFC 9112 §8", "HTTP/1.1 200"), end: true },
  {
    ...refusedResponse("the end within the fields", "RFC 9112 §8", `HTTP/1.1 200 OK\r\n${empty}\r\n`),
    end: true,
  },
];

export const responseFieldRows: readonly ClientRow[] = [
  {
    name: "fields in order, repeated ones apart",
    source: "RFC 9110 §5.3",
    input: lines("HTTP/1.1 200 OK", "Set-Cookie: a=b", "X:", empty, "SET-COOKIE:  c=d \t"),
    expect: [
      response({
        contentLength: 0,
        fields: [
          ["set-cookie", "a=b"],
          ["x", ""],
          ["content-length", "0"],
          ["set-cookie", "c=d"],
        ],
      }),
      complete(),
    ],
  },
  badField("obs-fold", "RFC 9112 §5.2", "X: a", " b"),
  badField("a space before the colon", "RFC 9112 §5.1", "X : y"),
  badField("an empty name", "RFC 9110 §5.1", ": y"),
  badField("no colon", "RFC 9112 §5", "hello"),
  badField("NUL in a value", "RFC 9110 §5.5", "X: \0"),
  badField("a bare CR in a value", "RFC 9112 §2.2", "X: a\rb"),
  badField("a bare LF in a value", "RFC 9112 §2.2", "X: a\nb"),
  badField("a control octet in a value", "RFC 9110 §5.5", "X: a\x02b"),
  refusedResponse(
    "white space before the first field",
    "RFC 9112 §2.2",
    `HTTP/1.1 200 OK\r\n ${empty}\r\n\r\n`,
  ),
  {
    ...badField("a field line over the limit", "RFC 6585 §5", `X: ${"y".repeat(200)}`),
    limits: { fieldLine: 64 },
  },
  { ...badField("a section over the limit", "RFC 6585 §5", "X: y", "Z: z"), limits: { fieldSection: 24 } },
  { ...badField("too many fields", "RFC 6585 §5", "X: y", "Z: z"), limits: { fieldCount: 2 } },
  {
    ...refusedResponse("a status line over the limit", status, `HTTP/1.1 200 ${"x".repeat(200)}`),
    limits: { statusLine: 64 },
  },
];

export const interimRows: readonly ClientRow[] = [
  {
    name: "100, then the final response",
    source: interim,
    input: lines("HTTP/1.1 100 Continue") + lines("HTTP/1.1 200 OK", empty),
    expect: [informational(100, "Continue"), emptyOk, complete()],
  },
  {
    name: "103 with fields, twice",
    source: "RFC 8297 §2",
    input:
      lines("HTTP/1.1 103 Early Hints", "Link: </a>") +
      lines("HTTP/1.1 103 Early Hints", "Link: </b>") +
      lines("HTTP/1.1 200 OK", empty),
    expect: [
      informational(103, "Early Hints", [["link", "</a>"]]),
      informational(103, "Early Hints", [["link", "</b>"]]),
      emptyOk,
      complete(),
    ],
  },
  {
    name: "an unknown 1xx",
    source: interim,
    input: lines("HTTP/1.1 199 Odd") + lines("HTTP/1.1 200 OK", empty),
    expect: [informational(199, "Odd"), emptyOk, complete()],
  },
  {
    name: "1xx has no content, whatever Content-Length says",
    source: "RFC 9112 §6.3",
    input: lines("HTTP/1.1 103 Early Hints", "Content-Length: 5") + lines("HTTP/1.1 200 OK", empty),
    expect: [informational(103, "Early Hints", [["content-length", "5"]]), emptyOk, complete()],
  },
  {
    name: "the end after 100",
    source: "RFC 9112 §8",
    input: lines("HTTP/1.1 100 Continue"),
    expect: [informational(100, "Continue"), fault(502, "RFC 9112 §8")],
    end: true,
  },
  {
    name: "101 opens a tunnel",
    source: "RFC 9110 §7.8",
    input: `${lines("HTTP/1.1 101 Switching Protocols", "Connection: Upgrade", "Upgrade: x")}\0raw`,
    expect: [
      response({
        status: 101,
        reason: "Switching Protocols",
        contentLength: 0,
        fields: [
          ["connection", "Upgrade"],
          ["upgrade", "x"],
        ],
      }),
      content("\0raw"),
      complete(),
    ],
    methods: ["GET upgrade"],
    end: true,
    opens: true,
  },
  {
    name: "interim responses without end",
    source: interim,
    input: lines("HTTP/1.1 100 Continue").repeat(4),
    expect: [
      informational(100, "Continue"),
      informational(100, "Continue"),
      informational(100, "Continue"),
      fault(502, interim),
    ],
    limits: { interimResponses: 3 },
  },
  {
    ...refusedResponse(
      "101 to CONNECT",
      "RFC 9110 §7.8",
      lines("HTTP/1.1 101 Switching Protocols", "Connection: Upgrade", "Upgrade: x"),
    ),
    methods: ["CONNECT"],
  },
  refusedResponse(
    "101 that nobody asked for",
    "RFC 9110 §7.8",
    lines("HTTP/1.1 101 Switching Protocols", "Upgrade: x"),
  ),
];
