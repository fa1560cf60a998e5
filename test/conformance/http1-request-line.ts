/** Request lines (RFC 9112 §3): method, version, spacing, what comes before the line. */
import { get, lines, refused, request, type ServerRow, whole } from "../support/http1-cases.ts";

const line = "RFC 9112 §3";
const version = "RFC 9112 §2.3";
const unsupported = "RFC 9110 §15.6.6";
const parsing = "RFC 9112 §2.2";

/** A request line with a good Host after it. */
function start(requestLine: string): string {
  return lines(requestLine, "Host: a");
}

const everyTokenCharacter = "!#$%&'*+-.^_`|~09azAZ";

export const requestLineRows: readonly ServerRow[] = [
  { name: "the plainest request", source: line, input: get(), expect: whole() },
  {
    name: "a method of every character a token may have",
    source: "RFC 9110 §5.6.2",
    input: start(`${everyTokenCharacter} / HTTP/1.1`),
    expect: whole({ method: everyTokenCharacter }),
  },
  {
    name: "a method with a hyphen",
    source: "RFC 9112 §3.1",
    input: start("M-SEARCH / HTTP/1.1"),
    expect: whole({ method: "M-SEARCH" }),
  },
  {
    name: "a method of one letter",
    source: "RFC 9112 §3.1",
    input: start("x / HTTP/1.1"),
    expect: whole({ method: "x" }),
  },
  {
    name: "get is not GET: methods are case-sensitive",
    source: "RFC 9112 §3.1",
    input: start("get / HTTP/1.1"),
    expect: whole({ method: "get" }),
  },
  {
    name: "QUERY",
    source: "RFC 9112 §3.1",
    input: start("QUERY /q HTTP/1.1"),
    expect: whole({ method: "QUERY", target: "/q" }),
  },
  refused("a method with a slash", "RFC 9112 §3.1", start("GE/T / HTTP/1.1")),
  refused("a method with a colon", "RFC 9112 §3.1", start("GET: / HTTP/1.1")),
  refused("a method in quotes", "RFC 9112 §3.1", start('"GET" / HTTP/1.1')),
  refused("a method with NUL", "RFC 9112 §3.1", start("GE\0T / HTTP/1.1")),
  refused("a method with DEL", "RFC 9112 §3.1", start("GE\x7fT / HTTP/1.1")),
  refused("a method with obs-text", "RFC 9112 §3.1", start("G\xc9T / HTTP/1.1")),
  refused("no method", "RFC 9112 §3.1", start(" / HTTP/1.1")),
  refused("two leading spaces", "RFC 9112 §3.1", start("  GET / HTTP/1.1")),
  refused("a byte order mark before the method", "RFC 9112 §3.1", start("\xef\xbb\xbfGET / HTTP/1.1")),
  refused("a response where a request belongs", "RFC 9112 §3.1", lines("HTTP/1.1 200 OK", "Host: a")),

  refused("two spaces after the method", line, start("GET  / HTTP/1.1")),
  refused("two spaces before the version", line, start("GET /  HTTP/1.1")),
  refused("a tab after the method", line, start("GET\t/ HTTP/1.1")),
  refused("a tab before the version", line, start("GET /\tHTTP/1.1")),
  refused("a vertical tab as separator", line, start("GET\x0b/\x0bHTTP/1.1")),
  refused("a space after the version", line, start("GET / HTTP/1.1 ")),
  refused("a tab after the version", line, start("GET / HTTP/1.1\t")),
  refused("a space in the target", line, start("GET /a b HTTP/1.1")),
  refused("a fourth word", line, start("GET / HTTP/1.1 x")),
  refused("a method alone", line, start("GET")),
  refused("a method and a space", line, start("GET ")),
  refused("an empty target", line, start("GET  HTTP/1.1")),

  { ...refused("an HTTP/0.9 request", "RFC 9112 §C.1", "GET /\r\n"), says: /HTTP\/0\.9/ },
  { ...refused("an HTTP/0.9 request for a path", "RFC 9112 §C.1", "GET /x?y\r\n"), says: /HTTP\/0\.9/ },
  refused("HTTP/0.9 by name", unsupported, start("GET / HTTP/0.9"), 505),
  refused("HTTP/0.0", unsupported, start("GET / HTTP/0.0"), 505),
  refused("HTTP/2.0", unsupported, start("GET / HTTP/2.0"), 505),
  refused("HTTP/2.1", unsupported, start("GET / HTTP/2.1"), 505),
  refused("HTTP/3.0", unsupported, start("GET / HTTP/3.0"), 505),
  refused("HTTP/9.9", unsupported, start("GET / HTTP/9.9"), 505),
  refused("the HTTP/2 preface", unsupported, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
  {
    name: "HTTP/1.2 is answered as HTTP/1.1",
    source: "RFC 9110 §2.5",
    input: start("GET / HTTP/1.2"),
    expect: whole(),
  },
  {
    name: "HTTP/1.9 is answered as HTTP/1.1",
    source: "RFC 9110 §2.5",
    input: start("GET / HTTP/1.9"),
    expect: whole(),
  },
  {
    name: "HTTP/1.0 closes by default",
    source: "RFC 9112 §9.3",
    input: start("GET / HTTP/1.0"),
    expect: whole({ version: "1.0" }),
    closes: true,
  },
  refused("http in lower case", version, start("GET / http/1.1")),
  refused("Http in mixed case", version, start("GET / Http/1.1")),
  refused("HTTPS/1.1", version, start("GET / HTTPS/1.1")),
  refused("no slash in the version", version, start("GET / HTTP1.1")),
  refused("a minor version of two digits", version, start("GET / HTTP/1.10")),
  refused("a major version of two digits", version, start("GET / HTTP/11.1")),
  refused("a leading zero in the major version", version, start("GET / HTTP/01.1")),
  refused("no minor version", version, start("GET / HTTP/1.")),
  refused("only a major version", version, start("GET / HTTP/1")),
  refused("no major version", version, start("GET / HTTP/.1")),
  refused("letters for a version", version, start("GET / HTTP/a.b")),
  refused("a comma in the version", version, start("GET / HTTP/1,1")),
  refused("a signed version", version, start("GET / HTTP/+1.1")),
  refused("a version with NUL", version, start("GET / HTTP/1.\x00")),
  refused("another protocol", version, start("GET / ICAP/1.0")),
  refused("a version with digits beyond ASCII", version, start("GET / HTTP/1.\xb9")),

  { name: "one empty line before the request", source: parsing, input: `\r\n${get()}`, expect: whole() },
  {
    name: "one empty line between requests",
    source: parsing,
    input: `${get()}\r\n${get()}`,
    expect: [...whole(), ...whole()],
  },
  { name: "one empty line, then the end", source: parsing, input: "\r\n", expect: [], end: true },
  {
    name: "an empty line after the last request, then the end",
    source: parsing,
    input: `${get()}\r\n`,
    expect: whole(),
    end: true,
  },
  refused("two empty lines before the request", parsing, `\r\n\r\n${get()}`),
  {
    name: "two empty lines between requests",
    source: parsing,
    input: `${get()}\r\n\r\n${get()}`,
    expect: [...whole(), ...refused("", parsing, "").expect],
  },
  refused("a bare LF before the request", parsing, `\n${get()}`),
  refused("a bare CR before the request", parsing, `\r${get()}`),
  refused("a space and an empty line before the request", "RFC 9112 §3.1", ` \r\n${get()}`),
  refused("a bare LF after the request line", parsing, "GET / HTTP/1.1\nHost: a\r\n\r\n"),
  refused("a bare CR after the request line", parsing, "GET / HTTP/1.1\rHost: a\r\n\r\n"),
  refused("CR CR LF after the request line", parsing, "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n"),
  refused("a bare CR in the target", "RFC 9112 §3.2", "GET /a\rb HTTP/1.1\r\nHost: a\r\n\r\n"),
  refused("a bare CR in the method", "RFC 9112 §3.1", "GE\rT / HTTP/1.1\r\nHost: a\r\n\r\n"),
  refused("LF only, all through", parsing, "GET / HTTP/1.1\nHost: a\n\n"),

  {
    ...refused("a TLS ClientHello on a plain port", line, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
    says: /TLS/,
  },
  {
    ...refused("an SSL 2 style ClientHello", line, "\x80\x2e\x01\x03\x01\x00\x15\x00\x00\x00\x10"),
  },
  refused("a SOCKS greeting", "RFC 9112 §3.1", "\x05\x01\x00"),
  refused("an SSH banner", line, "SSH-2.0-OpenSSH_9.6\r\n"),

  { name: "nothing at all", source: "RFC 9112 §8", input: "", expect: [], end: true },
  {
    ...refused("the end within the method", "RFC 9112 §8", "GE"),
    end: true,
  },
  { ...refused("the end within the target", "RFC 9112 §8", "GET /abc"), end: true },
  { ...refused("the end between CR and LF", "RFC 9112 §8", "GET / HTTP/1.1\r"), end: true },
  { ...refused("the end after the request line", "RFC 9112 §8", "GET / HTTP/1.1\r\n"), end: true },
  {
    ...refused("the end within the field section", "RFC 9112 §8", "GET / HTTP/1.1\r\nHost: a\r\n"),
    end: true,
  },
  {
    name: "the end within the second request",
    source: "RFC 9112 §8",
    input: `${get()}GET /`,
    expect: [request(), { type: "complete", trailers: [] }, ...refused("", "RFC 9112 §8", "").expect],
    end: true,
  },
];
