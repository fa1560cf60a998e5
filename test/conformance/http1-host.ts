/** Host (RFC 9110 §7.2, RFC 9112 §3.2): exactly one, valid, in HTTP/1.1. */
import { get, lines, refused, type ServerRow, whole } from "../support/http1-cases.ts";

const host = "RFC 9112 §3.2";

/** A row in which Host is taken as it is. */
function taken(name: string, value: string, named: string, port?: number): ServerRow {
  return {
    name,
    source: "RFC 9110 §7.2",
    input: lines("GET / HTTP/1.1", `Host: ${value}`),
    expect: whole({ authority: value, host: named, port }),
  };
}

function invalid(name: string, value: string): ServerRow {
  return refused(name, host, lines("GET / HTTP/1.1", `Host: ${value}`));
}

export const hostRows: readonly ServerRow[] = [
  taken("a name", "www.example.org", "www.example.org"),
  taken("a name with a port", "www.example.org:8080", "www.example.org", 8080),
  taken("a name in capitals", "WWW.Example.ORG", "www.example.org"),
  taken("an empty port", "a:", "a"),
  taken("the highest port", "a:65535", "a", 65535),
  taken("a port with leading zeros", "a:0080", "a", 80),
  taken("an IPv4 address", "127.0.0.1:80", "127.0.0.1", 80),
  taken("an IPv6 literal", "[::1]", "::1"),
  taken("an IPv6 literal with a port", "[2001:DB8::1]:443", "2001:db8::1", 443),
  taken(
    "an IPv6 literal with an IPv4 tail, in the one spelling of addresses",
    "[::ffff:127.0.0.1]",
    "::ffff:7f00:1",
  ),
  taken("an underscore", "my_host", "my_host"),
  taken("a trailing dot", "a.example.", "a.example."),
  taken("a port after an empty host, which the grammar allows", ":80", "", 80),
  taken("a name in punycode", "xn--bcher-kva.example", "xn--bcher-kva.example"),
  {
    name: "an empty Host names no authority",
    source: "RFC 9112 §3.3",
    input: lines("GET / HTTP/1.1", "Host:"),
    expect: whole({ authority: "", host: "" }),
  },
  {
    name: "Host in any case, with white space around the value",
    source: "RFC 9112 §5.1",
    input: lines("GET / HTTP/1.1", "hOsT: \t a \t "),
    expect: whole(),
  },
  {
    name: "Host after other fields",
    source: host,
    input: lines("GET / HTTP/1.1", "X: y", "Host: a"),
    expect: whole({
      fields: [
        ["x", "y"],
        ["host", "a"],
      ],
    }),
  },
  {
    name: "HTTP/1.0 with Host",
    source: host,
    input: lines("GET / HTTP/1.0", "Host: a"),
    expect: whole({ version: "1.0" }),
    closes: true,
  },
  {
    name: "HTTP/1.0 without Host",
    source: host,
    input: lines("GET / HTTP/1.0"),
    expect: whole({ version: "1.0", authority: "", host: "", fields: [] }),
    closes: true,
  },
  refused("no Host in HTTP/1.1", host, lines("GET / HTTP/1.1")),
  refused("no Host but other fields", host, lines("GET / HTTP/1.1", "X-Host: a", "Hos: a", "Hostt: a")),
  refused("no Host in HTTP/1.2", host, lines("GET / HTTP/1.2")),
  refused("no Host for OPTIONS *", host, lines("OPTIONS * HTTP/1.1")),
  refused("no Host for CONNECT", host, lines("CONNECT b:443 HTTP/1.1")),
  refused("two Hosts that differ", host, get("Host: b")),
  refused("two equal Hosts", host, get("Host: a")),
  refused("two Hosts, the second empty", host, get("Host:")),
  refused("two Hosts in different case", host, get("HOST: a")),
  refused("two Hosts far apart", host, get("X: y", "Z: z", "Host: a")),
  refused("two Hosts in HTTP/1.0", host, lines("GET / HTTP/1.0", "Host: a", "Host: a")),
  refused("an invalid Host in HTTP/1.0", host, lines("GET / HTTP/1.0", "Host: a/b")),
  invalid("userinfo", "u@a"),
  invalid("user and password", "u:p@a"),
  invalid("letters for a port", "a:b"),
  invalid("a signed port", "a:-1"),
  invalid("a port out of range", "a:65536"),
  invalid("a port of many digits", "a:99999999999999999999"),
  invalid("a port in hexadecimal", "a:0x50"),
  invalid("two ports", "a:80:80"),
  invalid("a port with a path", "a:80/x"),
  invalid("a space", "a b"),
  invalid("a tab", "a\tb"),
  invalid("a list", "a, b"),
  invalid("a slash", "a/b"),
  invalid("a backslash", "a\\b"),
  invalid("a query", "a?b"),
  invalid("a fragment", "a#b"),
  invalid("a scheme", "http://a"),
  invalid("quotes", '"a"'),
  invalid("angle brackets", "<a>"),
  invalid("a caret", "a^b"),
  invalid("a broken percent-encoding", "a%zz"),
  invalid("a percent sign at the end", "a%4"),
  invalid("UTF-8", "b\xc3\xbccher"),
  invalid("0xFF", "\xff"),
  invalid("a bare IPv6 address", "::1"),
  invalid("an unclosed bracket", "[::1"),
  invalid("a bracket that was never opened", "::1]"),
  invalid("letters after the bracket", "[::1]x"),
  invalid("letters for an IPv6 literal", "[hello]"),
  invalid("an empty IPv6 literal", "[]"),
  invalid("an IPv6 literal of nine groups", "[1:2:3:4:5:6:7:8:9]"),
  invalid("an IPv6 literal with two gaps", "[1::2::3]"),
  invalid("an IPv6 literal with a zone", "[fe80::1%25eth0]"),
  invalid("brackets within brackets", "[[::1]]"),
];
