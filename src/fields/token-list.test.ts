import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { isToken } from "./syntax.ts";
import { parseTokenList } from "./token-list.ts";

describe("parseTokenList (RFC 9110 §5.6.1)", () => {
  const rows = [
    ["Connection, one option", "close", ["close"]],
    ["case folds", "Keep-Alive, Upgrade", ["keep-alive", "upgrade"]],
    ["one option in capitals", "CLOSE", ["close"]],
    ["Vary", "accept-encoding, accept-language", ["accept-encoding", "accept-language"]],
    ["Vary: any", "*", ["*"]],
    ["empty members", ",close,, ,te,", ["close", "te"]],
    ["nothing", "", []],
    ["whitespace only", " \t", []],
    ["duplicates stay", "a, a", ["a", "a"]],
    [
      "Upgrade with versions (§7.8)",
      "HTTP/2.0, SHTTP/1.3, IRC/6.9, RTA/x11",
      ["http/2.0", "shttp/1.3", "irc/6.9", "rta/x11"],
    ],
    ["Upgrade without", "websocket", ["websocket"]],
    ["TE: weighted members are left out", "deflate;q=0.5, trailers", ["trailers"]],
    ["no token", "a b, c", ["c"]],
    ["half a version", "http/, /2, a/b/c, d", ["d"]],
    ["quotes hide a comma", '"close, x", te', ["te"]],
    ["control octets", "a\u0000, b", ["b"]],
    ["bare CR LF", "a\r\n, b", ["b"]],
  ] as const;
  for (const [rule, text, expected] of rows) {
    it(rule, () => deepStrictEqual(parseTokenList(text), [...expected]));
  }

  it("never throws; answers lower-case tokens", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) =>
        parseTokenList(text).every(
          (member) => member.split("/").every(isToken) && member === member.toLowerCase(),
        ),
      ),
    );
  });
});
