/** Each room, each protocol, each filter and each handler has one door: its `index.ts`. */
import { deepStrictEqual } from "node:assert/strict";
import { posix } from "node:path";
import { describe, it } from "node:test";
import { importsOf } from "./lexer.ts";
import { placeOf } from "./rooms.ts";
import { type Breach, filesBelow, type SourceFile } from "./tree.ts";

function doorBreaches(file: SourceFile): Breach[] {
  const from = placeOf(file.path);
  return importsOf(file.text)
    .filter((name) => name.startsWith("."))
    .flatMap((name) => {
      const target = posix.join(posix.dirname(file.path), name);
      const to = placeOf(target);
      const atHome =
        to !== undefined && from?.room === to.room && (to.inner === undefined || from.inner === to.inner);
      return to === undefined || to.door || atHome
        ? []
        : [{ path: file.path, why: `imports ${target} past its door` }];
    });
}

describe("one door per room", () => {
  const places = ["src", "test", "bench", "scripts", "examples"];
  const files = filesBelow().filter(
    ({ path }) => path.endsWith(".ts") && places.some((place) => path.startsWith(`${place}/`)),
  );
  it("holds in the whole house, its tests and its tools", () =>
    deepStrictEqual(files.flatMap(doorBreaches), []));

  const rows: readonly (readonly [rule: string, path: string, imported: string, allowed: boolean])[] = [
    ["a room's door", "src/server/a.ts", "../message/index.ts", true],
    ["a protocol's door", "src/server/a.ts", "../protocol/http1/index.ts", true],
    ["the inside of its own room", "src/message/a.test.ts", "./b.ts", true],
    ["the inside of its own protocol", "src/protocol/http1/a.ts", "./deep/b.ts", true],
    ["what a handler shares with its room", "src/handlers/files/a.ts", "../kinds.ts", true],
    ["the public face", "examples/a.ts", "../src/index.ts", true],
    ["the inside of another room", "src/server/a.ts", "../message/b.ts", false],
    ["the inside of a protocol, from its room", "src/protocol/index.ts", "./http1/b.ts", false],
    ["the inside of another protocol", "src/protocol/http2/a.ts", "../hpack/b.ts", false],
    ["the inside of a handler", "src/handlers/index.ts", "./files/b.ts", false],
    ["the inside of a room, from a scenario", "test/scenarios/a.test.ts", "../../src/server/b.ts", false],
  ];
  for (const [rule, path, imported, allowed] of rows) {
    it(`${allowed ? "allows" : "refuses"} ${rule}`, () => {
      const target = posix.join(posix.dirname(path), imported);
      deepStrictEqual(
        doorBreaches({ path, text: `export * from "${imported}";` }),
        allowed ? [] : [{ path, why: `imports ${target} past its door` }],
      );
    });
  }
});
