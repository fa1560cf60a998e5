import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { type ForwardedElement, formatForwarded, formatNode, parseForwarded } from "./forwarded.ts";

const none: ForwardedElement = { for: undefined, by: undefined, host: undefined, proto: undefined };

describe("parseForwarded (RFC 7239 §4)", () => {
  const rows: readonly (readonly [
    rule: string,
    text: string,
    elements: readonly (Partial<ForwardedElement> | undefined)[],
  ])[] = [
    ["none", "", []],
    ["one", "for=192.0.2.43", [{ for: "192.0.2.43" }]],
    ["names in any case", "For=192.0.2.43;PROTO=HTTP", [{ for: "192.0.2.43", proto: "http" }]],
    ["quoted", 'for="[2001:db8:cafe::17]:4711"', [{ for: "[2001:db8:cafe::17]:4711" }]],
    ["all", "for=a;by=b;host=c;proto=d", [{ for: "a", by: "b", host: "c", proto: "d" }]],
    ["several", "for=a, for=b", [{ for: "a" }, { for: "b" }]],
    ["blanks", 'for=a ; host="b:1" , for=c', [{ for: "a", host: "b:1" }, { for: "c" }]],
    ["others are left out", "for=a;secret=b", [{ for: "a" }]],
    ["empty pairs", ";for=a;;", [{ for: "a" }]],
    ["a comma within quotes", 'host="a,b", for=c', [{ host: "a,b" }, { for: "c" }]],
    ["twice the same", "for=a;for=b, for=c", [undefined, { for: "c" }]],
    ["no pair", "for, for=b", [undefined, { for: "b" }]],
    ["a bare IPv6 is no token", "for=2001:db8::1", [undefined]],
    ["an unclosed quote", 'for="a', [undefined]],
    ["without a value", "for=", [undefined]],
  ];
  for (const [rule, text, elements] of rows) {
    it(`${rule}: ${text}`, () =>
      deepStrictEqual(
        parseForwarded(text),
        elements.map((element) => (element === undefined ? undefined : { ...none, ...element })),
      ));
  }
});

describe("formatForwarded", () => {
  const rows: readonly (readonly [Partial<ForwardedElement>, string])[] = [
    [{}, ""],
    [{ for: "192.0.2.1", host: "a.test", proto: "https" }, "for=192.0.2.1;host=a.test;proto=https"],
    [{ for: "[2001:db8::1]", host: "a.test:8080" }, 'for="[2001:db8::1]";host="a.test:8080"'],
    [{ proto: "http", by: "_x" }, "by=_x;proto=http"],
  ];
  for (const [element, text] of rows) {
    it(text, () => strictEqual(formatForwarded(element), text));
  }
});

describe("formatNode (RFC 7239 §6)", () => {
  const rows = [
    ["192.0.2.1", "192.0.2.1"],
    ["2001:DB8:0::1", "[2001:db8::1]"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["fe80::1%eth0", "[fe80::1]"],
    ["/run/app.sock", "unknown"],
    ["memory", "unknown"],
    ["", "unknown"],
  ] as const;
  for (const [address, node] of rows) {
    it(`${address} is ${node}`, () => strictEqual(formatNode(address), node));
  }
});
