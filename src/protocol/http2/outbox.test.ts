import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import { Outbox } from "./outbox.ts";

function write(out: Outbox, letter: string, octets: number): void {
  out.reserve(octets);
  out.block.fill(letter, out.at, out.at + octets);
  out.at += octets;
}

const shown = (chunks: readonly Uint8Array[]): string[] =>
  chunks.map((chunk) => `${chunk.length} ${String.fromCharCode(chunk[0] as number)}`);

describe("what is owed", () => {
  it("is one piece while it fits a block", () => {
    const out = new Outbox();
    write(out, "a", 10);
    write(out, "b", 20);
    strictEqual(out.octets, 30);
    deepStrictEqual(Buffer.concat(out.drain()).toString(), "a".repeat(10) + "b".repeat(20));
    strictEqual(out.octets, 0);
    deepStrictEqual(out.drain(), []);
  });

  it("goes on in the next block, and in one of its own where it is too large", () => {
    const out = new Outbox();
    write(out, "a", 60_000);
    write(out, "b", 10_000);
    write(out, "c", 100_000);
    write(out, "d", 1);
    strictEqual(out.octets, 170_001);
    deepStrictEqual(shown(out.drain()), ["60000 a", "10000 b", "100000 c", "1 d"]);
  });

  it("keeps what was given until the next call", () => {
    const out = new Outbox();
    write(out, "a", 10);
    const [first] = out.drain();
    write(out, "b", 10);
    strictEqual(Buffer.from(first as Uint8Array).toString(), "a".repeat(10));
    const [second] = out.drain();
    strictEqual(Buffer.from(second as Uint8Array).toString(), "b".repeat(10));
  });

  it("holds no block while nothing is owed", () => {
    const out = new Outbox();
    write(out, "a", 10);
    out.drain();
    out.drain();
    strictEqual(out.block.length, 0);
  });
});
