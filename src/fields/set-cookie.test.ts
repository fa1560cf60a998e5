import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { changeAttributes, cookieNameOf } from "./set-cookie.ts";

describe("changeAttributes (RFC 6265 §4.1, §5.2)", () => {
  const rows: readonly (readonly [rule: string, line: string, seen: readonly string[], changed: string])[] = [
    ["no attributes", "a=b", [], "a=b"],
    ["one changes", "a=b; Path=/x", ["path=/x"], "a=b; Path=/new"],
    ["others stay", "a=b;Path=/x;HttpOnly", ["path=/x", "httponly="], "a=b; Path=/new;HttpOnly"],
    ["blanks around", "a=b ;  PATH = /x ; Secure", ["path=/x", "secure="], "a=b ; PATH=/new; Secure"],
    ["one goes", "a=b; Domain=x; Secure", ["domain=x", "secure="], "a=b; Secure"],
    ["a value may have =", "a=b=c; Path=/x=y", ["path=/x=y"], "a=b=c; Path=/new"],
    ["quotes mean nothing", 'a="b; Path=/x"', ['path=/x"'], 'a="b; Path=/new'],
    ["twice", "a=b; Path=/x; Path=/y", ["path=/x", "path=/y"], "a=b; Path=/new; Path=/new"],
    ["a name in a value is none", "path=/x", [], "path=/x"],
    ["empty", "", [], ""],
    ["only semicolons", ";;", ["=", "="], ";;"],
  ];
  for (const [rule, line, seen, changed] of rows) {
    it(`${rule}: ${line}`, () => {
      const asked: string[] = [];
      const result = changeAttributes(line, (name, value) => {
        asked.push(`${name}=${value}`);
        return name === "path" ? "/new" : name === "domain" ? undefined : value;
      });
      deepStrictEqual([result, asked], [changed, seen]);
    });
  }
});

describe("cookieNameOf", () => {
  const rows = [
    ["a=b; c=d", "a"],
    [" __Host-x = 1", "__Host-x"],
    ["a; b=c", ""],
    ["=b", ""],
    ["", ""],
  ] as const;
  for (const [line, name] of rows) {
    it(`${line}: ${name}`, () => strictEqual(cookieNameOf(line), name));
  }
});
