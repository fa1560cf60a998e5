import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type FieldLine, Fields } from "./fields.ts";

/** The same lines over received text and as pairs. */
function bothWays(lines: readonly FieldLine[]): readonly [Fields, Fields] {
  let text = "GET / HTTP/1.1\r\n";
  const spans: number[] = [];
  for (const [name, value] of lines) {
    const start = text.length;
    text += `${name}: ${value}\r\n`;
    spans.push(start, start + name.length, start + name.length + 2, start + name.length + 2 + value.length);
  }
  return [Fields.over(text, spans), Fields.from(lines)];
}

const token = fc.stringMatching(/^[A-Za-z!#-]{1,40}$/);
const value = fc.stringMatching(/^[a-z0-9,"= ]{0,12}$/);
const linesOf = fc.array(fc.tuple(token, value), { maxLength: 12 });

describe("Fields (RFC 9110 §5)", () => {
  it("answers alike whether cut up or not, names without case", () => {
    fc.assert(
      fc.property(linesOf, token, (lines, other) => {
        for (const fields of bothWays(lines)) {
          for (const name of [...lines.map(([each]) => each), other].map((each) => each.toLowerCase())) {
            const values = lines.filter(([each]) => each.toLowerCase() === name).map(([, each]) => each);
            strictEqual(fields.get(name), values.length === 0 ? undefined : values.join(", "));
            strictEqual(fields.has(name), values.length > 0);
            deepStrictEqual(fields.all(name), values);
          }
          strictEqual(fields.size, lines.length);
          deepStrictEqual(
            fields.toJSON(),
            lines.map(([name, each]) => [name.toLowerCase(), each]),
          );
        }
      }),
    );
  });

  it("keeps the order and duplicates of what a change leaves alone", () => {
    const fields = Fields.of(["a", "1"], ["b", "2"], ["a", "3"], ["c", "4"]);
    deepStrictEqual(fields.with("b", "9").toJSON(), [
      ["a", "1"],
      ["a", "3"],
      ["c", "4"],
      ["b", "9"],
    ]);
    deepStrictEqual(fields.without("a").toJSON(), [
      ["b", "2"],
      ["c", "4"],
    ]);
    deepStrictEqual(fields.adding("a", "5").all("a"), ["1", "3", "5"]);
    strictEqual(fields.without("z"), fields);
    deepStrictEqual(fields.toJSON(), [
      ["a", "1"],
      ["b", "2"],
      ["a", "3"],
      ["c", "4"],
    ]);
  });

  it("a patch removes, sets, adds, and then says what is missing", () => {
    const patch = {
      remove: ["a"],
      set: [["b", "2"]],
      add: [["c", "3"]],
      missing: [
        ["a", "4"],
        ["b", "5"],
        ["c", "6"],
        ["d", "7"],
      ],
    } as const;
    const patched = Fields.of(["a", "1"], ["b", "1"], ["c", "1"], ["d", "1"]).patched(patch);
    deepStrictEqual(patched.toJSON(), [
      ["c", "1"],
      ["d", "1"],
      ["b", "2"],
      ["c", "3"],
      ["a", "4"],
    ]);
  });

  it("a patch that is applied again gives the same list again, and another patch its own", () => {
    const fields = Fields.of(["a", "1"]);
    const one = { remove: [], set: [["b", "2"]], add: [] } as const;
    const other = { remove: ["a"], set: [], add: [] } as const;
    const first = fields.patchedAgain(one);
    deepStrictEqual(
      [first.toJSON(), fields.patchedAgain(one) === first, fields.patchedAgain(other).toJSON()],
      [
        [
          ["a", "1"],
          ["b", "2"],
        ],
        true,
        [],
      ],
    );
  });
});
