/** Request targets: four forms, which method may use which, and what they may contain. */
import { lines, refused, type ServerRow, whole } from "../support/http1-cases.ts";

const target = "RFC 9112 §3.2";
const origin = "RFC 9112 §3.2.1";
const absolute = "RFC 9112 §3.2.2";
const authority = "RFC 9112 §3.2.3";
const asterisk = "RFC 9112 §3.2.4";
const connect = "RFC 9110 §9.3.6";
const userinfo = "RFC 9110 §4.2.4";

function start(requestLine: string, host = "a"): string {
  return lines(`${requestLine} HTTP/1.1`, `Host: ${host}`);
}

/** A row of a GET whose origin-form target passes as it is. */
function passes(name: string, raw: string): ServerRow {
  return { name, source: origin, input: start(`GET ${raw}`), expect: whole({ target: raw }) };
}

/** A row of a GET in absolute-form, which outranks Host "a". */
function absoluteForm(
  name: string,
  raw: string,
  named: string,
  host: string,
  port?: number,
  method = "GET",
): ServerRow {
  return {
    name,
    source: absolute,
    input: start(`${method} ${raw}`),
    expect: whole({
      method,
      target: raw,
      form: "absolute",
      authority: named,
      host,
      port,
      fields: [["host", "a"]],
    }),
  };
}

export const targetRows: readonly ServerRow[] = [
  passes("a path", "/pub/WWW/TheProject.html"),
  passes("a query", "/where?q=now"),
  passes("an empty query", "/where?"),
  passes("a query with question marks", "/a?b?c"),
  passes("a path that begins with two slashes", "//a/b"),
  passes("dot segments are left to whoever resolves them", "/a/../b/./c"),
  passes("percent-encoding is left as received", "/%41%2f%00%ff"),
  passes("sub-delimiters", "/!$&'()*+,;=:@-._~"),
  passes("a URI within the query", "/?u=http://b/c"),
  passes("a colon in the first segment", "/a:b"),
  passes("an absolute URI as a path", "/http://b/"),
  passes("an asterisk as a path", "/*"),

  absoluteForm("absolute-form outranks Host", "http://b/x?y", "b", "b"),
  absoluteForm("absolute-form with a port", "http://b:8080/x", "b:8080", "b", 8080),
  absoluteForm("absolute-form without a path", "http://b", "b", "b"),
  absoluteForm("absolute-form without a path but a query", "http://b?q", "b", "b"),
  absoluteForm("absolute-form with https", "https://b/", "b", "b"),
  absoluteForm("absolute-form with its scheme in capitals", "HTTP://b/", "b", "b"),
  absoluteForm("absolute-form with a host in capitals", "http://WWW.B/", "WWW.B", "www.b"),
  absoluteForm("absolute-form with an IPv6 literal", "http://[::1]:81/x", "[::1]:81", "::1", 81),
  absoluteForm("absolute-form with an empty port", "http://b:/x", "b:", "b"),
  absoluteForm("absolute-form with an at sign in its path", "http://b/@c", "b", "b"),
  absoluteForm("OPTIONS in absolute-form", "http://b:8001", "b:8001", "b", 8001, "OPTIONS"),
  refused("absolute-form without Host in HTTP/1.1", target, lines("GET http://b/ HTTP/1.1")),
  refused("absolute-form with two Hosts", target, lines("GET http://b/ HTTP/1.1", "Host: b", "Host: b")),
  refused("absolute-form with an invalid Host", target, lines("GET http://b/ HTTP/1.1", "Host: b b")),
  {
    name: "absolute-form without Host in HTTP/1.0",
    source: absolute,
    input: lines("GET http://b/x HTTP/1.0"),
    expect: whole({ target: "http://b/x", form: "absolute", authority: "b", version: "1.0", fields: [] }),
    closes: true,
  },
  refused("absolute-form with userinfo", userinfo, start("GET http://u@b/")),
  refused("absolute-form with user and password", userinfo, start("GET http://u:p@b/")),
  refused("absolute-form with an empty host", "RFC 9110 §4.2.1", start("GET http:///x")),
  refused("absolute-form with only a port", "RFC 9110 §4.2.1", start("GET http://:80/x")),
  refused("absolute-form with a port out of range", absolute, start("GET http://b:65536/")),
  refused("absolute-form with letters for a port", absolute, start("GET http://b:x/")),
  refused("absolute-form with an unclosed bracket", absolute, start("GET http://[::1/")),
  refused("absolute-form with a fragment", target, start("GET http://b/#f")),
  refused("absolute-form with a space in the host", "RFC 9112 §3", start("GET http://b c/")),
  refused("absolute-form with a backslash in the host", absolute, start("GET http://b\\c/")),
  refused("absolute-form of a scheme that is not served here", "RFC 9110 §7.4", start("GET ftp://b/")),
  refused("absolute-form with one slash", target, start("GET http:/b/")),
  refused("absolute-form with no slash", target, start("GET http:b")),

  {
    name: "CONNECT with host and port",
    source: authority,
    input: start("CONNECT b:443", "b:443"),
    expect: whole({
      method: "CONNECT",
      target: "b:443",
      form: "authority",
      authority: "b:443",
      host: "b",
      port: 443,
    }),
    // A refused CONNECT ends the connection.
    closes: true,
  },
  {
    name: "CONNECT with an IPv6 literal",
    source: authority,
    input: start("CONNECT [2001:db8::1]:443", "[2001:db8::1]:443"),
    expect: whole({
      method: "CONNECT",
      target: "[2001:db8::1]:443",
      form: "authority",
      authority: "[2001:db8::1]:443",
      host: "2001:db8::1",
      port: 443,
    }),
    closes: true,
  },
  {
    name: "CONNECT names its authority itself, whatever Host says",
    source: "RFC 9112 §3.3",
    input: start("CONNECT b:443", "c"),
    expect: whole({
      method: "CONNECT",
      target: "b:443",
      form: "authority",
      authority: "b:443",
      host: "b",
      port: 443,
      fields: [["host", "c"]],
    }),
    closes: true,
  },
  refused("CONNECT without a port", connect, start("CONNECT b")),
  refused("CONNECT with an empty port", connect, start("CONNECT b:")),
  refused("CONNECT with letters for a port", connect, start("CONNECT b:https")),
  refused("CONNECT with a port out of range", connect, start("CONNECT b:70000")),
  refused("CONNECT with no host", connect, start("CONNECT :443")),
  refused("CONNECT with userinfo", authority, start("CONNECT u@b:443")),
  refused("CONNECT with a path", authority, start("CONNECT b:443/x")),
  refused("CONNECT in origin-form", authority, start("CONNECT /")),
  refused("CONNECT in absolute-form", authority, start("CONNECT http://b:443/")),
  refused("CONNECT in asterisk-form", authority, start("CONNECT *")),
  refused("CONNECT with a bare IPv6 address", authority, start("CONNECT ::1:443")),
  refused("authority-form for GET", authority, start("GET b:443")),
  refused("authority-form for OPTIONS", authority, start("OPTIONS b:443")),
  refused("authority-form for connect in lower case", authority, start("connect b:443")),

  {
    name: "OPTIONS for the server as a whole",
    source: asterisk,
    input: start("OPTIONS *"),
    expect: whole({ method: "OPTIONS", target: "*", form: "asterisk" }),
  },
  {
    name: "OPTIONS for one resource",
    source: origin,
    input: start("OPTIONS /x"),
    expect: whole({ method: "OPTIONS", target: "/x" }),
  },
  refused("asterisk-form for GET", asterisk, start("GET *")),
  refused("asterisk-form for options in lower case", asterisk, start("options *")),
  refused("an asterisk with more after it", target, start("OPTIONS *x")),
  refused("an asterisk with a query", target, start("OPTIONS *?x")),

  refused("a target without a slash", target, start("GET index.html")),
  refused("a target that is only a query", target, start("GET ?q")),
  refused("a target that begins with a backslash", target, start("GET \\a")),
  refused("a fragment in origin-form", target, start("GET /a#b")),
  refused("an empty fragment", target, start("GET /#")),
  refused("a tab in the target", target, start("GET /a\tb")),
  refused("NUL in the target", target, start("GET /a\0b")),
  refused("a control octet in the target", target, start("GET /a\x01b")),
  refused("escape in the target", target, start("GET /a\x1bb")),
  refused("DEL in the target", target, start("GET /a\x7fb")),
  refused("UTF-8 in the target", target, start("GET /\xc3\xa9")),
  refused("0x80 in the target", target, start("GET /\x80")),
  refused("0xFF in the target", target, start("GET /\xff")),
  refused("UTF-8 in the query", target, start("GET /?q=\xc3\xa9")),
  refused("NUL in the query", target, start("GET /?a\0b")),
];
