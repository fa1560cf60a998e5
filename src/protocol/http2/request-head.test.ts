import { deepStrictEqual, fail, match, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { Fields, HttpError, type RequestHead } from "../../message/index.ts";
import { type DecodedSection, HeaderField } from "../hpack/index.ts";
import { headFaults } from "./header-rules.ts";
import { readRequestHead, readTrailers } from "./request-head.ts";

type Line = readonly [name: string, value: string];

function section(lines: readonly Line[], excess?: string): DecodedSection {
  return {
    lines: lines.map(([name, value]) => new HeaderField(name, value)),
    size: 0,
    excess,
    meaning: undefined,
  };
}

const get: readonly Line[] = [
  [":method", "GET"],
  [":scheme", "https"],
  [":authority", "example.com"],
  [":path", "/"],
];

/** The pseudo fields of a GET with some of them changed; undefined leaves one out. */
function pseudo(change: Readonly<Record<string, string | undefined>>): Line[] {
  const lines = new Map<string, string | undefined>([...get, ...Object.entries(change)]);
  return [...lines].flatMap(([name, value]): Line[] => (value === undefined ? [] : [[name, value]]));
}

const plain: RequestHead = {
  method: "GET",
  target: { form: "origin", path: "/", query: undefined },
  rawTarget: "/",
  authority: "example.com",
  host: { host: "example.com", port: undefined },
  version: "2",
  fields: Fields.empty,
  contentLength: 0,
  expectsContinue: false,
};

function shown(head: RequestHead): unknown {
  return { ...head, fields: [...head.fields] };
}

describe("readRequestHead (RFC 9113 §8.3.1)", () => {
  const rows: readonly (readonly [
    rule: string,
    lines: readonly Line[],
    complete: boolean,
    head: Partial<RequestHead>,
  ])[] = [
    ["a plain GET", get, true, {}],
    ["pseudo fields in any order", get.toReversed(), true, {}],
    ["any method that is a token", pseudo({ ":method": "M-SEARCH" }), true, { method: "M-SEARCH" }],
    [
      "path and query",
      pseudo({ ":path": "/a%20b//c?d=e?f" }),
      true,
      { target: { form: "origin", path: "/a%20b//c", query: "d=e?f" }, rawTarget: "/a%20b//c?d=e?f" },
    ],
    [
      "what browsers leave unencoded",
      pseudo({ ":path": "/a|b^[c]" }),
      true,
      { target: { form: "origin", path: "/a|b^[c]", query: undefined }, rawTarget: "/a|b^[c]" },
    ],
    [
      "OPTIONS of the server as a whole",
      pseudo({ ":method": "OPTIONS", ":path": "*" }),
      true,
      { method: "OPTIONS", target: { form: "asterisk" }, rawTarget: "*" },
    ],
    ["an upper-case scheme", pseudo({ ":scheme": "HTTPS" }), true, {}],
    [
      "authority with a port",
      pseudo({ ":authority": "Example.com:8443" }),
      true,
      { authority: "Example.com:8443", host: { host: "example.com", port: 8443 } },
    ],
    [
      "Host where there is no :authority",
      [...pseudo({ ":authority": undefined }), ["host", "[::1]:80"]],
      true,
      { authority: "[::1]:80", host: { host: "::1", port: 80 }, fields: Fields.of(["host", "[::1]:80"]) },
    ],
    [
      "Host that says the same",
      [...get, ["host", "example.com"]],
      true,
      { fields: Fields.of(["host", "example.com"]) },
    ],
    [
      "Host that says the same in other words",
      [...get, ["host", "EXAMPLE.com:443"]],
      true,
      { fields: Fields.of(["host", "EXAMPLE.com:443"]) },
    ],
    [
      "crumbs of Cookie joined where the first stood (RFC 9113 §8.2.3)",
      [...get, ["cookie", "a=b"], ["x", "y"], ["cookie", "c=d"], ["cookie", "e=f"]],
      true,
      { fields: Fields.of(["cookie", "a=b; c=d; e=f"], ["x", "y"]) },
    ],
    ["TE: trailers", [...get, ["te", "Trailers"]], true, { fields: Fields.of(["te", "Trailers"]) }],
    [
      "a length of content that follows",
      [...get, ["content-length", "12"]],
      false,
      { contentLength: 12, fields: Fields.of(["content-length", "12"]) },
    ],
    ["content of unknown length", get, false, { contentLength: undefined }],
    [
      "a length of 0 and nothing following",
      [...get, ["content-length", "0"]],
      true,
      { fields: Fields.of(["content-length", "0"]) },
    ],
    [
      "Expect: 100-continue",
      [...get, ["expect", "100-Continue"]],
      false,
      { contentLength: undefined, expectsContinue: true, fields: Fields.of(["expect", "100-Continue"]) },
    ],
    [
      "Expect: 100-continue of nothing",
      [...get, ["expect", "100-continue"]],
      true,
      { fields: Fields.of(["expect", "100-continue"]) },
    ],
    [
      "a value of blanks inside and obs-text",
      [...get, ["x", "a \t b\u00ff"], ["y", ""]],
      true,
      { fields: Fields.of(["x", "a \t b\u00ff"], ["y", ""]) },
    ],
    [
      "CONNECT (RFC 9113 §8.5)",
      pseudo({ ":method": "CONNECT", ":scheme": undefined, ":path": undefined, ":authority": "a:443" }),
      false,
      {
        method: "CONNECT",
        target: { form: "authority", authority: "a:443" },
        rawTarget: "a:443",
        authority: "a:443",
        host: { host: "a", port: 443 },
        contentLength: undefined,
      },
    ],
    [
      "extended CONNECT (RFC 8441 §4)",
      pseudo({ ":method": "CONNECT", ":protocol": "websocket", ":path": "/chat" }),
      false,
      {
        method: "CONNECT",
        target: { form: "origin", path: "/chat", query: undefined },
        rawTarget: "/chat",
        contentLength: undefined,
        connectProtocol: "websocket",
      },
    ],
  ];

  for (const [rule, lines, complete, change] of rows) {
    it(rule, () => {
      const head = readRequestHead(section(lines), complete, true);
      deepStrictEqual(shown(head), shown({ ...plain, ...change }));
    });
  }

  it("answers the very same head for the very same section without content", () => {
    const repeated = section(get);
    strictEqual(readRequestHead(repeated, true, false), readRequestHead(repeated, true, false));
    notStrictEqual(readRequestHead(repeated, false, false), readRequestHead(repeated, false, false));
    strictEqual(readRequestHead(repeated, true, false).contentLength, 0);
  });
});

function faultOf(act: () => unknown): HttpError {
  try {
    act();
  } catch (error) {
    ok(error instanceof HttpError, String(error));
    return error;
  }
  return fail("no fault");
}

type Refusal = readonly [rule: string, lines: readonly Line[], fault: keyof typeof headFaults, says: RegExp];

const refusals: readonly Refusal[] = [
  ["no :method", pseudo({ ":method": undefined }), "badRequest", /no :method/],
  ["no :scheme", pseudo({ ":scheme": undefined }), "badRequest", /no :scheme/],
  ["no :path", pseudo({ ":path": undefined }), "badRequest", /no :path/],
  ["nothing at all", [], "badRequest", /no :method/],
  ["an empty :method", pseudo({ ":method": "" }), "badRequest", /no token/],
  ["a :method with a blank", pseudo({ ":method": "GET /" }), "badRequest", /no token/],
  [":scheme that is none", pseudo({ ":scheme": "ht tp" }), "badRequest", /no scheme/],
  ["an empty :scheme", pseudo({ ":scheme": "" }), "badRequest", /no scheme/],
  ["a scheme not served", pseudo({ ":scheme": "ftp" }), "misdirected", /"ftp", only http and https/],
  ["an empty :path", pseudo({ ":path": "" }), "badPath", /empty/],
  ["a :path without its slash", pseudo({ ":path": "a" }), "badPath", /does not begin with/],
  ["a :path with a scheme", pseudo({ ":path": "http://a/" }), "badPath", /does not begin with/],
  ["a :path with a blank", pseudo({ ":path": "/a b" }), "badPath", /octet 0x20/],
  ["a :path with a fragment", pseudo({ ":path": "/a#b" }), "badPath", /"#"/],
  ["a :path with obs-text", pseudo({ ":path": "/\u00e4" }), "badPath", /octet 0xe4/],
  ["a :path with a line end", pseudo({ ":path": "/a\r\nb: c" }), "badFieldValue", /control character/],
  ['":path *" with GET', pseudo({ ":path": "*" }), "badPath", /OPTIONS only/],
  [":authority with a user", pseudo({ ":authority": "u@example.com" }), "badAuthority", /no authority/],
  [":authority with a path", pseudo({ ":authority": "a/b" }), "badAuthority", /no authority/],
  [":authority with a port too large", pseudo({ ":authority": "a:65536" }), "badAuthority", /no authority/],
  ["an empty :authority", pseudo({ ":authority": "" }), "badAuthority", /no authority/],
  ["a port without a host", pseudo({ ":authority": ":80" }), "badAuthority", /no authority/],
  [
    "an empty Host alone",
    [...pseudo({ ":authority": undefined }), ["host", ""]],
    "badAuthority",
    /no authority/,
  ],
  ["neither :authority nor Host", pseudo({ ":authority": undefined }), "missingAuthority", /neither/],
  ["a Host that differs", [...get, ["host", "other.example"]], "authorityConflict", /differ/],
  ["a Host whose port differs", [...get, ["host", "example.com:80"]], "authorityConflict", /differ/],
  [
    "two Host lines",
    [...get, ["host", "example.com"], ["host", "example.com"]],
    "badAuthority",
    /two field lines/,
  ],
  [":method twice", [...get, [":method", "GET"]], "badPseudoField", /:method twice/],
  [":scheme twice", [...get, [":scheme", "https"]], "badPseudoField", /:scheme twice/],
  [":authority twice", [...get, [":authority", "example.com"]], "badPseudoField", /:authority twice/],
  [":path twice", [...get, [":path", "/"]], "badPseudoField", /:path twice/],
  ["a pseudo field behind others", [["x", "y"], ...get], "badPseudoField", /behind other fields/],
  ["a pseudo field behind a cookie", [["cookie", "y"], ...get], "badPseudoField", /behind other fields/],
  [":status in a request", [...get, [":status", "200"]], "badPseudoField", /:status in a request/],
  ["a pseudo field unknown", [...get, [":test", "a"]], "badPseudoField", /":test", a pseudo field unknown/],
  [":protocol without CONNECT", [...get, [":protocol", "websocket"]], "badPseudoField", /CONNECT only/],
  [
    ":protocol that is no token",
    pseudo({ ":method": "CONNECT", ":protocol": "web socket" }),
    "badConnect",
    /no token/,
  ],
  ["CONNECT with :scheme and :path", pseudo({ ":method": "CONNECT" }), "badConnect", /must not have/],
  [
    "CONNECT without a port",
    pseudo({ ":method": "CONNECT", ":scheme": undefined, ":path": undefined }),
    "badConnect",
    /wanted host:port/,
  ],
  [
    "CONNECT without :authority",
    [
      [":method", "CONNECT"],
      ["host", "a:1"],
    ],
    "badConnect",
    /wanted host:port/,
  ],
  [
    "extended CONNECT without :path",
    [
      [":method", "CONNECT"],
      [":protocol", "a"],
      [":scheme", "https"],
    ],
    "badRequest",
    /no :path/,
  ],
  ["a capital in a name", [...get, ["X-a", "b"]], "badFieldName", /"X-a", wanted a token in lower case/],
  ["an empty name", [...get, ["", "b"]], "badFieldName", /""/],
  ["a blank in a name", [...get, ["x a", "b"]], "badFieldName", /"x a"/],
  ["a colon in a name", [...get, ["x:a", "b"]], "badFieldName", /"x:a"/],
  ["obs-text in a name", [...get, ["x\u00e4", "b"]], "badFieldName", /wanted a token/],
  ["a blank before a value", [...get, ["x", " a"]], "badFieldValue", /blank at an end/],
  ["a tab after a value", [...get, ["x", "a\t"]], "badFieldValue", /blank at an end/],
  ["a value that is a blank", [...get, ["x", " "]], "badFieldValue", /blank at an end/],
  ["NUL in a value", [...get, ["x", "a\0b"]], "badFieldValue", /control character/],
  ["CR in a value", [...get, ["x", "a\rb"]], "badFieldValue", /control character/],
  ["LF in a value", [...get, ["x", "a\nb"]], "badFieldValue", /control character/],
  ["DEL in a value", [...get, ["x", "a\x7fb"]], "badFieldValue", /control character/],
  ["Connection", [...get, ["connection", "close"]], "connectionField", /connection/],
  ["Keep-Alive", [...get, ["keep-alive", "timeout=1"]], "connectionField", /keep-alive/],
  ["Proxy-Connection", [...get, ["proxy-connection", "close"]], "connectionField", /proxy-connection/],
  ["Transfer-Encoding", [...get, ["transfer-encoding", "chunked"]], "connectionField", /transfer-encoding/],
  ["Upgrade", [...get, ["upgrade", "h2c"]], "connectionField", /upgrade/],
  ["TE of more than trailers", [...get, ["te", "trailers, deflate"]], "connectionField", /only trailers/],
  ["a length that is no number", [...get, ["content-length", "+1"]], "badLength", /wanted one number/],
  ["an empty length", [...get, ["content-length", ""]], "badLength", /empty/],
  ["two lengths in a line", [...get, ["content-length", "1, 1"]], "badLength", /wanted one number/],
  ["two lengths", [...get, ["content-length", "1"], ["content-length", "1"]], "badLength", /two field lines/],
  ["a length and nothing following", [...get, ["content-length", "1"]], "badLength", /none follows/],
  [
    "a length beyond counting",
    [...get, ["content-length", "9007199254740993"]],
    "contentTooLarge",
    /counted/,
  ],
  ["an unknown expectation", [...get, ["expect", "200-ok"]], "expectationFailed", /only 100-continue/],
];

describe("malformed requests (RFC 9113 §8.1.1)", () => {
  for (const [rule, lines, fault, says] of refusals) {
    it(rule, () => {
      const error = faultOf(() => readRequestHead(section(lines), true, true));
      deepStrictEqual([error.fault, error.by], [headFaults[fault], "client"]);
      match(error.detail, says);
    });
  }

  it(":protocol that was not offered (RFC 8441 §3)", () => {
    const lines = pseudo({ ":method": "CONNECT", ":protocol": "websocket" });
    const error = faultOf(() => readRequestHead(section(lines), false, false));
    deepStrictEqual(error.fault, headFaults.badPseudoField);
  });

  it("a section beyond a limit, with the limit in its words", () => {
    const error = faultOf(() => readRequestHead(section(get, "9 field lines or more, limit 8"), true, true));
    deepStrictEqual(
      [error.fault, error.detail],
      [headFaults.fieldsTooLarge, "9 field lines or more, limit 8"],
    );
  });
});

describe("readTrailers (RFC 9113 §8.1)", () => {
  const rows: readonly Refusal[] = [
    [
      "a pseudo field",
      [
        ["x", "y"],
        [":path", "/"],
      ],
      "badTrailers",
      /:path among trailers/,
    ],
    ["an unknown pseudo field", [[":x", "y"]], "badPseudoField", /unknown/],
    ["a capital in a name", [["X", "y"]], "badFieldName", /lower case/],
    ["a field of the connection", [["connection", "close"]], "connectionField", /connection/],
  ];

  for (const [rule, lines, fault, says] of rows) {
    it(`refuses ${rule}`, () => {
      const error = faultOf(() => readTrailers(section(lines), "origin"));
      deepStrictEqual([error.fault, error.by], [headFaults[fault], "origin"]);
      match(error.detail, says);
    });
  }

  it("keeps order and duplicates, and leaves out what belongs before the content", () => {
    const lines: Line[] = [
      ["x", "1"],
      ["content-length", "5"],
      ["y", ""],
      ["x", "2"],
      ["cookie", "a=b"],
    ];
    deepStrictEqual(
      [...readTrailers(section(lines), "client")],
      [
        ["x", "1"],
        ["y", ""],
        ["x", "2"],
      ],
    );
  });
});
