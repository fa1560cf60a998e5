/** A room imports from floors below, sideways only as listed, and never from above. */
import { deepStrictEqual } from "node:assert/strict";
import { posix } from "node:path";
import { describe, it } from "node:test";
import { importsOf } from "./lexer.ts";
import { openToPorts, type Place, placeOf, protocolSideways, sideways } from "./rooms.ts";
import { type Breach, filesBelow, isTest, type SourceFile } from "./tree.ts";

/** Tests beside the code may build what they test out of higher rooms; the doors bind them all the same. */
function importBreaches(file: SourceFile): Breach[] {
  if (isTest(file.path) || !file.path.startsWith("src/")) {
    return [];
  }
  const from = placeOf(file.path);
  if (from === undefined) {
    return [{ path: file.path, why: "lies in no room of the plan" }];
  }
  return importsOf(file.text)
    .filter((name) => name.startsWith("."))
    .flatMap((name) => {
      const target = posix.join(posix.dirname(file.path), name);
      const to = placeOf(target);
      const why = to === undefined ? "that is in no room of the plan" : refusal(from, to);
      return why === undefined ? [] : [{ path: file.path, why: `imports ${target}: ${why}` }];
    });
}

function refusal(from: Place, to: Place): string | undefined {
  if (to.room === from.room) {
    const { inner } = from;
    const neighbour = inner !== undefined && to.inner !== undefined && inner !== to.inner;
    const listed = protocolSideways[inner ?? ""]?.includes(to.inner ?? "") === true;
    return from.room === "protocol" && neighbour && !listed
      ? `${from.room}/${inner} may not import its neighbour`
      : undefined;
  }
  if (to.floor > from.floor) {
    return `floor ${from.floor} may not import floor ${to.floor}`;
  }
  const open = to.room === openToPorts || sideways[from.room]?.includes(to.room) === true;
  return to.floor < from.floor || open ? undefined : `${from.room} may not import sideways from ${to.room}`;
}

describe("import law", () => {
  it("holds in the whole house", () => deepStrictEqual(filesBelow("src").flatMap(importBreaches), []));

  const rows: readonly (readonly [rule: string, path: string, imported: string, why: string | undefined])[] =
    [
      ["from a floor below", "src/server/a.ts", "../message/index.ts", undefined],
      ["from its own room", "src/fields/a.ts", "./b.ts", undefined],
      ["sideways as listed", "src/fields/a.ts", "../message/index.ts", undefined],
      ["observe, from every port", "src/transport/a.ts", "../observe/index.ts", undefined],
      ["a protocol as listed", "src/protocol/http2/a.ts", "../hpack/index.ts", undefined],
      ["a handler that builds on another", "src/handlers/files/a.ts", "../pages/index.ts", undefined],
      ["the room's own list", "src/handlers/index.ts", "./files/index.ts", undefined],
      ["the public face", "src/index.ts", "./config/index.ts", undefined],
      [
        "from above",
        "src/protocol/http1/a.ts",
        "../../transport/index.ts",
        "imports src/transport/index.ts: floor 2 may not import floor 3",
      ],
      [
        "sideways unlisted",
        "src/message/a.ts",
        "../fields/index.ts",
        "imports src/fields/index.ts: message may not import sideways from fields",
      ],
      [
        "another protocol",
        "src/protocol/http1/a.ts",
        "../http2/index.ts",
        "imports src/protocol/http2/index.ts: protocol/http1 may not import its neighbour",
      ],
      [
        "the public face from within",
        "src/cli/a.ts",
        "../index.ts",
        "imports src/index.ts: cli may not import sideways from index.ts",
      ],
      [
        "out of the house",
        "src/cli/a.ts",
        "../../test/a.ts",
        "imports test/a.ts: that is in no room of the plan",
      ],
    ];
  for (const [rule, path, imported, why] of rows) {
    for (const text of [`import { a } from "${imported}";`, `export type { A } from "${imported}";`]) {
      it(`${why === undefined ? "allows" : "refuses"} ${rule}: ${text}`, () => {
        deepStrictEqual(importBreaches({ path, text }), why === undefined ? [] : [{ path, why }]);
      });
    }
  }

  it("refuses a room that is not in the plan", () => {
    const path = "src/utils/a.ts";
    deepStrictEqual(importBreaches({ path, text: "" }), [{ path, why: "lies in no room of the plan" }]);
  });
});
