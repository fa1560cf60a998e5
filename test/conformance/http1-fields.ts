/** Field sections (RFC 9112 §5, RFC 9110 §5): what a field line may be, and what ends it. */
import {
  complete,
  fault,
  get,
  lines,
  refused,
  request,
  type ServerRow,
  whole,
} from "../support/http1-cases.ts";

const syntax = "RFC 9112 §5";
const parsing = "RFC 9112 §5.1";
const folding = "RFC 9112 §5.2";
const name = "RFC 9110 §5.1";
const value = "RFC 9110 §5.5";
const line = "RFC 9112 §2.2";

/** A row in which one more field line comes through as `field`. */
function through(title: string, source: string, raw: string, field: readonly [string, string]): ServerRow {
  return { name: title, source, input: get(raw), expect: whole({ more: [field] }) };
}

/** Every octet that obs-text allows. */
const obsText = Array.from({ length: 128 }, (_, i) => String.fromCharCode(128 + i)).join("");
const visible = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)).join("");

export const fieldRows: readonly ServerRow[] = [
  through("a name in capitals is told in lower case", name, "X-FOO: Bar", ["x-foo", "Bar"]),
  through("a name of every token character", name, "!#$%&'*+-.^_`|~09azAZ: y", [
    "!#$%&'*+-.^_`|~09azaz",
    "y",
  ]),
  through("no white space after the colon", parsing, "X:y", ["x", "y"]),
  through("white space around the value", parsing, "X: \t y \t ", ["x", "y"]),
  through("white space within the value is kept", parsing, "X: a \t b", ["x", "a \t b"]),
  through("an empty value", value, "X:", ["x", ""]),
  through("a value of white space only", value, "X: \t \t", ["x", ""]),
  through("colons in the value", parsing, "X: a:b: c", ["x", "a:b: c"]),
  through("a value that begins with a colon", parsing, "X:: y", ["x", ": y"]),
  through("every visible character", value, `X: ${visible}`, ["x", visible]),
  through("obs-text, every octet from 0x80", value, `X: ${obsText}`, ["x", obsText]),
  through("UTF-8 comes through as its octets", value, "X: \xc3\xa9\xe2\x82\xac", [
    "x",
    "\xc3\xa9\xe2\x82\xac",
  ]),
  through("NBSP at the ends is not white space", value, "X: \xa0y\xa0", ["x", "\xa0y\xa0"]),
  through("NEL and 0x8A are no line ends", value, "X: a\x85b\x8ac\x8dd", ["x", "a\x85b\x8ac\x8dd"]),
  through("a name of one character", name, "_: y", ["_", "y"]),
  through("a name that objects inherit", name, "__proto__: y", ["__proto__", "y"]),
  through("constructor as a name", name, "Constructor: y", ["constructor", "y"]),
  {
    name: "repeated fields stay apart and in order",
    source: "RFC 9110 §5.3",
    input: get("X: 1", "Y: 2", "x: 3", "X:"),
    expect: whole({
      more: [
        ["x", "1"],
        ["y", "2"],
        ["x", "3"],
        ["x", ""],
      ],
    }),
  },

  refused("a space before the colon", parsing, get("X : y")),
  refused("a tab before the colon", parsing, get("X\t: y")),
  refused("a space before the colon of Host", parsing, lines("GET / HTTP/1.1", "Host : a")),
  refused("a name with a space", parsing, get("X Y: z")),
  refused("a name with NBSP", name, get("X\xa0: y")),
  refused("an empty name", name, get(": y")),
  refused("a line without a colon", syntax, get("hello")),
  refused("a name with a slash", name, get("X/Y: z")),
  refused("a name with parentheses", name, get("X(Y): z")),
  refused("a name with a comma", name, get("X,Y: z")),
  refused("a name with quotes", name, get('"X": y')),
  refused("a name with an at sign", name, get("X@Y: z")),
  refused("a name with brackets", name, get("X[0]: z")),
  refused("a name with braces", name, get("X{Y}: z")),
  refused("a name with a semicolon", name, get("X;Y: z")),
  refused("a name with NUL", name, get("X\0: y")),
  refused("a name with a control octet", name, get("X\x01: y")),
  refused("a name with DEL", name, get("X\x7f: y")),
  refused("a name with obs-text", name, get("X\xe9: y")),
  refused("a name with a vertical tab", name, get("\x0bX: y")),
  refused("a name with a bare CR", line, get("X\rY: z")),

  refused("NUL in a value", value, get("X: a\0b")),
  refused("NUL at a value's end", value, get("X: a\0")),
  refused("0x01 in a value", value, get("X: a\x01b")),
  refused("backspace in a value", value, get("X: a\x08b")),
  refused("a vertical tab in a value", value, get("X: a\x0bb")),
  refused("a form feed before a value", value, get("X:\x0cy")),
  refused("escape in a value", value, get("X: \x1b[31m")),
  refused("0x1F in a value", value, get("X: \x1f")),
  refused("DEL in a value", value, get("X: a\x7fb")),
  refused("a bare CR in a value", line, get("X: a\rb")),
  refused("a bare CR before a value", line, get("X:\ry")),
  refused("CR CR LF after a value", line, get("Foo: bar\r\r\nX: y")),
  refused("a bare CR that hides a field", line, get("X: y\rContent-Length: 5")),
  refused("a bare LF after a value", line, get("X: y\nZ: z")),
  refused("a bare LF that hides a field", line, "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n"),
  refused("a bare LF for the empty line", line, "GET / HTTP/1.1\r\nHost: a\r\n\n"),
  refused("a bare CR for the empty line", line, "GET / HTTP/1.1\r\nHost: a\r\n\rGET / HTTP/1.1\r\n\r\n"),
  refused("CR CR LF for the empty line", line, "GET / HTTP/1.1\r\nHost: a\r\n\r\r\n"),
  refused("LF LF for the end of the section", line, "GET / HTTP/1.1\r\nHost: a\n\n"),

  refused("obs-fold with a space", folding, get("X: a", " b")),
  refused("obs-fold with a tab", folding, get("X: a", "\tb")),
  refused("obs-fold in the value of Host", folding, lines("GET / HTTP/1.1", "Host: a", " b")),
  refused("obs-fold that holds a field", folding, get("X: a", " Y: b")),
  refused("obs-fold of white space only", folding, get("X: a", " ")),
  refused("obs-fold after an empty value", folding, get("X:", " a")),
  refused("a space before the first field", line, "GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
  refused("a tab before the first field", line, "GET / HTTP/1.1\r\n\tHost: a\r\n\r\n"),
  refused("white space alone before the first field", line, "GET / HTTP/1.1\r\n \r\nHost: a\r\n\r\n"),
  refused("a lone space at the end of the section", folding, "GET / HTTP/1.1\r\nHost: a\r\n \r\n\r\n"),
  {
    name: "a bad second request leaves the first intact",
    source: parsing,
    input: get() + get("X : y"),
    expect: [request(), complete(), fault(400, parsing)],
  },
];
