/** Known smuggling vectors (RFC 9112 §11.2): each hides a second request, none may get through. */
import {
  broken,
  complete,
  fault,
  get,
  lines,
  post,
  refused,
  request,
  type ServerRow,
  sizedRequest,
} from "../support/http1-cases.ts";

const hidden = lines("GET /admin HTTP/1.1", "Host: a");
const coding = "RFC 9112 §6.1";
const framing = "RFC 9112 §6.3";
const colon = "RFC 9112 §5.1";
const line = "RFC 9112 §2.2";
const chunk = "RFC 9112 §7.1";

/** A POST with these field lines, an empty chunked body and a hidden request. */
function smuggled(name: string, source: string, status: number, ...fields: readonly string[]): ServerRow {
  return refused(name, source, `${post(...fields)}0\r\n\r\n${hidden}`, status);
}

export const smugglingRows: readonly ServerRow[] = [
  smuggled("CL.TE", coding, 400, "Content-Length: 40", "Transfer-Encoding: chunked"),
  refused(
    "TE.CL",
    coding,
    `${post("Transfer-Encoding: chunked", "Content-Length: 4")}2a\r\n${hidden}\r\n0\r\n\r\n`,
  ),
  smuggled("CL.0 is no cover: equal lengths", framing, 400, "Content-Length: 0", "Content-Length: 0"),
  smuggled("CL.CL", framing, 400, "Content-Length: 5", "Content-length: 45"),
  smuggled("CL.CL in a list", framing, 400, "Content-Length: 5, 45"),
  smuggled("CL with a plus", framing, 400, "Content-Length: +5"),
  smuggled("CL with a space before the colon", colon, 400, "Content-Length : 5"),
  smuggled("TE.TE: a space before the colon", colon, 400, "Transfer-Encoding : chunked"),
  smuggled("TE.TE: a tab before the colon", colon, 400, "Transfer-Encoding\t: chunked"),
  smuggled("TE.TE: a leading space", "RFC 9112 §5.2", 400, " Transfer-Encoding: chunked"),
  smuggled("TE.TE: folded", "RFC 9112 §5.2", 400, "Transfer-Encoding: chunked", " foo"),
  smuggled("TE.TE: folded before its value", "RFC 9112 §5.2", 400, "Transfer-Encoding:", " chunked"),
  smuggled(
    "TE.TE: hidden in a fold of another",
    "RFC 9112 §5.2",
    400,
    "X: y",
    "\tTransfer-Encoding: chunked",
  ),
  smuggled("TE.TE: vertical tab", "RFC 9110 §5.5", 400, "Transfer-Encoding:\x0bchunked"),
  smuggled("TE.TE: form feed", "RFC 9110 §5.5", 400, "Transfer-Encoding: \x0cchunked"),
  smuggled("TE.TE: NUL", "RFC 9110 §5.5", 400, "Transfer-Encoding: chunked\0"),
  smuggled("TE.TE: bare CR before the value", line, 400, "Transfer-Encoding:\rchunked"),
  smuggled("TE.TE: bare CR in another field", line, 400, "X: y\rTransfer-Encoding: chunked"),
  smuggled("TE.TE: bare LF before the field", line, 400, "X: y\nTransfer-Encoding: chunked"),
  smuggled("TE.TE: quoted", framing, 400, 'Transfer-Encoding: "chunked"'),
  smuggled("TE.TE: a prefix", framing, 400, "Transfer-Encoding: xchunked"),
  smuggled(
    "TE.TE: two lines, cow last",
    framing,
    400,
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: cow",
  ),
  smuggled(
    "TE.TE: two lines, cow first",
    coding,
    501,
    "Transfer-Encoding: cow",
    "Transfer-Encoding: chunked",
  ),
  smuggled(
    "TE.TE: identity in between",
    coding,
    400,
    "Transfer-Encoding: chunked",
    "Transfer-encoding: identity, chunked",
  ),
  smuggled("TE.TE: a semicolon", chunk, 400, "Transfer-Encoding: chunked;"),
  smuggled("TE.TE: an NBSP in the name", "RFC 9110 §5.1", 400, "Transfer-Encoding\xa0: chunked"),
  smuggled("TE.TE: an NBSP before the value", framing, 400, "Transfer-Encoding: \xa0chunked"),
  smuggled("TE.TE: an NBSP after the value", framing, 400, "Transfer-Encoding: chunked\xa0"),
  smuggled("TE.TE: NEL after the value", framing, 400, "Transfer-Encoding: chunked\x85"),
  smuggled("TE.TE: a trailing dot", framing, 400, "Transfer-Encoding: chunked."),
  smuggled("TE.TE: DEL", "RFC 9110 §5.5", 400, "Transfer-Encoding: chunked\x7f"),
  smuggled("TE.TE: brackets", framing, 400, "Transfer-Encoding: [chunked]"),
  smuggled("TE.TE: Unicode long s for a letter", "RFC 9110 §5.1", 400, "Tran\xc5\xbffer-Encoding: chunked"),
  smuggled("TE.TE: Kelvin sign for k", framing, 400, "Transfer-Encoding: chun\xe2\x84\xaaed"),
  smuggled("a field name with a prefix NUL", "RFC 9110 §5.1", 400, "\0Transfer-Encoding: chunked"),
  refused("a request line without its CR", line, "GET / HTTP/1.1\nHost: a\r\n\r\n"),
  refused("two requests in a bare LF section", line, `GET / HTTP/1.1\r\nHost: a\r\nX: y\n\n${hidden}`),
  refused("CR CR LF between fields", line, get("Foo: bar\r\r\nX: y")),
  refused("a Host that carries a request", line, `GET / HTTP/1.1\r\nHost: a\rGET /admin HTTP/1.1\r\n\r\n`),
  refused(
    "HTTP/1.0 with chunked",
    coding,
    `${lines("POST / HTTP/1.0", "Transfer-Encoding: chunked")}0\r\n\r\n${hidden}`,
  ),
  refused(
    "a target with CR LF encoded as Latin-1",
    "RFC 9112 §3.2",
    lines("GET /\x8d\x8a HTTP/1.1", "Host: a"),
  ),
  {
    ...broken(
      "a size line ended by a bare LF in its extension (TERM.EXT)",
      "RFC 9112 §7.1.1",
      `2;\nxx\r\n45\r\n0\r\n\r\n${hidden}`,
    ),
  },
  broken(
    "a size line that another reads as ended (EXT.TERM)",
    "RFC 9112 §7.1.1",
    `2;a\rb\nxx\r\n0\r\n\r\n${hidden}`,
  ),
  broken(
    "two octets after the data that need not be CRLF (SPILL)",
    chunk,
    `5\r\nAAAAAXX0\r\n\r\n${hidden}`,
    "AAAAA",
  ),
  broken("one octet after the data (ONE.TWO)", chunk, `5\r\nAAAAA\n0\r\n\r\n${hidden}`, "AAAAA"),
  broken("a size in prefix notation reads as the last chunk", chunk, `0x2a\r\n${hidden}\r\n0\r\n\r\n`),
  broken(
    "a size that overflows 32 bits",
    "RFC 9110 §15.5.14",
    `100000002\r\nhi\r\n0\r\n\r\n${hidden}`,
    "",
    413,
  ),
  broken("a size that overflows 64 bits", chunk, `10000000000000002\r\nhi\r\n0\r\n\r\n${hidden}`),
  broken("a size with garbage after a semicolon", "RFC 9112 §7.1.1", `0;\x01\r\n\r\n${hidden}`),
  broken("a last chunk with a negative zero", chunk, `-0\r\n\r\n${hidden}`),
  broken("a last chunk with spaces", chunk, `0 \r\n\r\n${hidden}`),
  broken("the end of trailers by a bare LF", line, `0\r\nX: y\n\n${hidden}`),
  {
    name: "an underscore makes it another field, so the body is the next request",
    source: "RFC 9112 §3.1",
    input: `${post("Content_Length: 8")}\0${hidden}`,
    expect: [
      request({ method: "POST", more: [["content_length", "8"]] }),
      complete(),
      fault(400, "RFC 9112 §3.1"),
    ],
  },
  {
    name: "a bad length in the third request of a pipeline",
    source: colon,
    input: `${post("Content-Length: 0")}${post("Content-Length: 0")}${post("Content-Length : 0")}`,
    expect: [sizedRequest(0), complete(), sizedRequest(0), complete(), fault(400, colon)],
  },
];
