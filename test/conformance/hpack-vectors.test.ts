/** Published HPACK vectors: recorded traffic as nghttp2 encoded it, decoded, and through our own encoder and back. */
import { deepStrictEqual, ok } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { HpackEncoder } from "../../src/protocol/hpack/index.ts";
import { decodeLines, decoder, encodeLines, type Line, octetsOf } from "../support/hpack.ts";

interface Case {
  readonly wire: string;
  readonly headers: readonly Readonly<Record<string, string>>[];
  readonly header_table_size?: number;
}

const root = new URL("../vectors/hpack/", import.meta.url);

function stories(): [name: string, cases: readonly Case[]][] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => readdirSync(new URL(`${name}/`, root)).map((file) => `${name}/${file}`))
    .map((path) => {
      const { cases } = JSON.parse(readFileSync(new URL(path, root), "utf8")) as { cases: readonly Case[] };
      return [path, cases];
    });
}

function linesOf({ headers }: Case): Line[] {
  return headers.flatMap((line) => Object.entries(line));
}

const all = stories();

describe("HPACK vectors (RFC 7541)", () => {
  it("are there", () => ok(all.length > 10));

  for (const [name, cases] of all) {
    it(`${name} is decoded`, () => {
      const on = decoder();
      for (const each of cases) {
        if (each.header_table_size !== undefined) {
          on.resize(each.header_table_size);
        }
        deepStrictEqual(decodeLines(on, octetsOf(each.wire)), linesOf(each));
      }
    });

    for (const tableSize of [0, 256, 4_096]) {
      it(`${name} comes back from our encoder with a table of ${tableSize} octets`, () => {
        const on = decoder();
        const encoder = new HpackEncoder({ tableSize });
        for (const each of cases) {
          const lines = linesOf(each);
          deepStrictEqual(decodeLines(on, encodeLines(encoder, lines)), lines);
        }
      });
    }
  }
});
