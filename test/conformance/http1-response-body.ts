/** Responses as a client reads them: content and its end (RFC 9112 §6.3, §7, §8). */
import { type ClientRow, complete, content, fault, lines, response } from "../support/http1-cases.ts";

const framing = "RFC 9112 §6.3";
const chunk = "RFC 9112 §7.1";
const early = "RFC 9112 §8";

const sized = response({ contentLength: 5, fields: [["content-length", "5"]] });
const chunked = response({ fields: [["transfer-encoding", "chunked"]] });
const chunkedHead = lines("HTTP/1.1 200 OK", "Transfer-Encoding: chunked");

function bad(name: string, source: string, ...fields: readonly string[]): ClientRow {
  return {
    name,
    source,
    input: `${lines("HTTP/1.1 200 OK", ...fields)}0\r\n\r\n`,
    expect: [fault(502, source)],
  };
}

function badChunks(name: string, body: string, text: string, source: string = chunk): ClientRow {
  const middle = text === "" ? [] : [content(text)];
  return { name, source, input: chunkedHead + body, expect: [chunked, ...middle, fault(502, source)] };
}

/** A response that ends with its head, whatever length it announces. */
function headOnly(name: string, method: string, line: string, ...fields: readonly string[]): ClientRow {
  return {
    name,
    source: framing,
    methods: [method],
    input: lines(line, ...fields),
    expect: [
      response({
        status: Number(line.slice(9, 12)),
        reason: line.slice(13),
        contentLength: 0,
        fields: fields.map((field) => {
          const [name = "", value = ""] = field.split(": ");
          return [name.toLowerCase(), value] as const;
        }),
      }),
      complete(),
    ],
  };
}

export const responseBodyRows: readonly ClientRow[] = [
  {
    name: "Content-Length",
    source: framing,
    input: `${lines("HTTP/1.1 200 OK", "Content-Length: 5")}hello`,
    expect: [sized, content("hello"), complete()],
  },
  {
    name: "content that looks like a response",
    source: framing,
    input: `${lines("HTTP/1.1 200 OK", "Content-Length: 19")}HTTP/1.1 200 OK\r\n\r\n`,
    expect: [
      response({ contentLength: 19, fields: [["content-length", "19"]] }),
      content("HTTP/1.1 200 OK\r\n\r\n"),
      complete(),
    ],
  },
  {
    name: "chunked with an extension and trailers",
    source: "RFC 9112 §7.1.2",
    input: `${chunkedHead}5;a=b\r\nhello\r\n0\r\nX: y\r\nContent-Length: 3\r\n\r\n`,
    expect: [chunked, content("hello"), complete(["x", "y"])],
  },
  {
    name: "until the connection closes",
    source: framing,
    input: `${lines("HTTP/1.1 200 OK", "X: y")}hello`,
    expect: [response({ fields: [["x", "y"]] }), content("hello"), complete()],
    end: true,
  },
  {
    name: "until the connection closes, with nothing in it",
    source: framing,
    input: lines("HTTP/1.0 200 OK"),
    expect: [response({ version: "1.0" }), complete()],
    end: true,
  },
  headOnly("HEAD with a length", "HEAD", "HTTP/1.1 200 OK", "Content-Length: 5"),
  headOnly("HEAD with chunked", "HEAD", "HTTP/1.1 200 OK", "Transfer-Encoding: chunked"),
  headOnly("HEAD with neither", "HEAD", "HTTP/1.1 200 OK", "X: y"),
  headOnly("HEAD that failed", "HEAD", "HTTP/1.1 404 Not Found", "Content-Length: 5"),
  headOnly("204", "GET", "HTTP/1.1 204 No Content", "X: y"),
  headOnly("204 with a length", "GET", "HTTP/1.1 204 No Content", "Content-Length: 5"),
  headOnly("304 with a length", "GET", "HTTP/1.1 304 Not Modified", "Content-Length: 5"),
  headOnly("304 with chunked", "GET", "HTTP/1.1 304 Not Modified", "Transfer-Encoding: chunked"),
  headOnly("205 with length 0", "POST", "HTTP/1.1 205 Reset Content", "Content-Length: 0"),
  {
    name: "CONNECT opens a tunnel, whatever length is announced",
    source: framing,
    methods: ["CONNECT"],
    input: `${lines("HTTP/1.1 200 OK", "Content-Length: 5")}\x16\x03\x01 raw`,
    expect: [
      response({ contentLength: 0, fields: [["content-length", "5"]] }),
      content("\x16\x03\x01 raw"),
      complete(),
    ],
    end: true,
    opens: true,
  },
  {
    name: "CONNECT opens a tunnel: framing fields that contradict each other are ignored too",
    source: framing,
    methods: ["CONNECT"],
    input: `${lines("HTTP/1.1 200 OK", "Content-Length: x", "Transfer-Encoding: foo")}raw`,
    expect: [
      response({
        contentLength: 0,
        fields: [
          ["content-length", "x"],
          ["transfer-encoding", "foo"],
        ],
      }),
      content("raw"),
      complete(),
    ],
    end: true,
    opens: true,
  },
  {
    name: "a tunnel leaves the requests behind it unanswered",
    source: "RFC 9112 §9.3.2",
    methods: ["GET upgrade", "GET"],
    input: `${lines("HTTP/1.1 101 Switching Protocols", "Connection: Upgrade", "Upgrade: x")}`,
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
      fault(502, early),
      complete(),
    ],
    end: true,
    opens: true,
  },
  {
    name: "a close leaves the requests behind it unanswered",
    source: "RFC 9112 §9.3.1",
    methods: ["GET", "GET", "GET"],
    input: lines("HTTP/1.1 200 OK", "Content-Length: 0", "Connection: close"),
    expect: [
      response({
        contentLength: 0,
        fields: [
          ["content-length", "0"],
          ["connection", "close"],
        ],
      }),
      complete(),
      fault(502, early),
      fault(502, early),
    ],
    closes: true,
  },
  {
    name: "CONNECT refused has content",
    source: framing,
    methods: ["CONNECT"],
    input: `${lines("HTTP/1.1 403 Forbidden", "Content-Length: 5")}hello`,
    expect: [
      response({ status: 403, reason: "Forbidden", contentLength: 5, fields: [["content-length", "5"]] }),
      content("hello"),
      complete(),
    ],
  },
  {
    name: "two pipelined responses",
    source: "RFC 9112 §9.3.2",
    methods: ["GET", "GET"],
    input: `${lines("HTTP/1.1 200 OK", "Content-Length: 5")}hello${chunkedHead}0\r\n\r\n`,
    expect: [sized, content("hello"), complete(), chunked, complete()],
  },
  {
    name: "HEAD, then GET: each has its own framing",
    source: "RFC 9112 §9.2",
    methods: ["HEAD", "GET"],
    input: `${lines("HTTP/1.1 200 OK", "Content-Length: 5")}${lines("HTTP/1.1 200 OK", "Content-Length: 5")}hello`,
    expect: [{ ...sized, contentLength: 0 }, complete(), sized, content("hello"), complete()],
  },
  {
    name: "octets after the last response",
    source: framing,
    input: `${lines("HTTP/1.1 200 OK", "Content-Length: 5")}hello, world`,
    expect: [sized, content("hello"), complete(), fault(502, framing)],
  },
  {
    name: "a response that ends the connection, and octets after it",
    source: "RFC 9112 §9.6",
    input: `${lines("HTTP/1.1 200 OK", "Content-Length: 5", "Connection: close")}hello`,
    expect: [
      response({
        contentLength: 5,
        fields: [
          ["content-length", "5"],
          ["connection", "close"],
        ],
      }),
      content("hello"),
      complete(),
    ],
    closes: true,
  },
  {
    name: "the end after a whole response",
    source: "RFC 9112 §9.3",
    input: `${lines("HTTP/1.1 200 OK", "Content-Length: 5")}hello`,
    expect: [sized, content("hello"), complete()],
    end: true,
  },
  {
    name: "the end within the content",
    source: early,
    input: `${lines("HTTP/1.1 200 OK", "Content-Length: 5")}hel`,
    expect: [sized, content("hel"), fault(502, early)],
    end: true,
  },
  {
    name: "the end within a chunk",
    source: early,
    input: `${chunkedHead}5\r\nhel`,
    expect: [chunked, content("hel"), fault(502, early)],
    end: true,
  },
  {
    name: "the end before the last chunk",
    source: early,
    input: `${chunkedHead}5\r\nhello\r\n`,
    expect: [chunked, content("hello"), fault(502, early)],
    end: true,
  },
  {
    name: "the end within the trailers",
    source: early,
    input: `${chunkedHead}0\r\nX: y\r\n`,
    expect: [chunked, fault(502, early)],
    end: true,
  },
  bad("Transfer-Encoding with Content-Length", framing, "Transfer-Encoding: chunked", "Content-Length: 5"),
  bad("Content-Length with Transfer-Encoding", framing, "Content-Length: 5", "Transfer-Encoding: chunked"),
  bad("two lengths that differ", framing, "Content-Length: 5", "Content-Length: 6"),
  bad("two equal lengths", framing, "Content-Length: 5", "Content-Length: 5"),
  bad("a list of lengths", framing, "Content-Length: 5, 5"),
  bad("an empty length", framing, "Content-Length:"),
  bad("a negative length", framing, "Content-Length: -1"),
  bad("a signed length", framing, "Content-Length: +5"),
  bad("a length in hexadecimal", framing, "Content-Length: 0x5"),
  bad("chunked, then gzip", framing, "Transfer-Encoding: chunked, gzip"),
  bad("gzip, then chunked", "RFC 9112 §6.1", "Transfer-Encoding: gzip, chunked"),
  bad("chunked twice", "RFC 9112 §6.1", "Transfer-Encoding: chunked, chunked"),
  bad("chunked in quotes", framing, 'Transfer-Encoding: "chunked"'),
  {
    name: "chunked in HTTP/1.0",
    source: "RFC 9112 §6.1",
    input: `${lines("HTTP/1.0 200 OK", "Transfer-Encoding: chunked")}0\r\n\r\n`,
    expect: [fault(502, "RFC 9112 §6.1")],
  },
  badChunks("a size that is no hexadecimal", "x\r\n", ""),
  badChunks("an empty size", "\r\n", ""),
  badChunks("a bare LF after the size", "5\nhello\r\n", ""),
  badChunks("a space after the size", "5 \r\nhello\r\n", ""),
  badChunks("no CRLF after the data", "5\r\nhello!\r\n", "hello"),
  badChunks("a bare LF after the data", "5\r\nhello\n0\r\n\r\n", "hello"),
  badChunks("a size of forty digits", `${"f".repeat(40)}\r\n`, ""),
  badChunks("a bare LF in an extension", "5;a\nb\r\nhello\r\n", "", "RFC 9112 §7.1.1"),
  badChunks("an extension over the limit", `5;${"a".repeat(300)}\r\n`, "", "RFC 9112 §7.1.1"),
  badChunks("obs-fold in trailers", "0\r\nX: a\r\n b\r\n\r\n", "", "RFC 9112 §5.2"),
  badChunks("a bare LF that ends the trailers", "0\r\nX: y\r\n\n", "", "RFC 9112 §2.2"),
  badChunks("trailers without an end", `0\r\n${"X: y\r\n".repeat(2000)}`, "", "RFC 6585 §5"),
];
