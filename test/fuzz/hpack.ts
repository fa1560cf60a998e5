/** Fuzz target: the HPACK decoder must throw nothing but its own faults, hoard nothing, and mean the same each time. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { HttpError } from "../../src/message/index.ts";
import { BlockWriter, type HpackDecoder, HpackEncoder, hpackFaults } from "../../src/protocol/hpack/index.ts";
import { decoder } from "../support/hpack.ts";
import { Random } from "../support/random.ts";
import type { FuzzTarget } from "./target.ts";

const vectors = new URL("../vectors/hpack/nghttp2-change-table-size/", import.meta.url);

/** Blocks of recorded traffic that are short enough to be understood when one fails. */
function seedsOf(): string[] {
  const blocks = readdirSync(vectors).flatMap((file) => {
    const { cases } = JSON.parse(readFileSync(new URL(file, vectors), "utf8")) as {
      readonly cases: readonly { readonly wire: string }[];
    };
    return cases.map(({ wire }) => Buffer.from(wire, "hex").toString("latin1"));
  });
  return blocks.filter(({ length }) => length < 300).slice(0, 100);
}

export const hpackTargets: readonly FuzzTarget[] = [{ name: "hpack", seeds: seedsOf(), examine }];

/** Small, so that mutants reach every limit. */
const limits = { fieldSection: 600, fieldCount: 10 };

/** Begins a block and changes nothing while the table has its first size, but keeps the block from being remembered. */
const sameSize = Buffer.from("3fe11f", "hex");

interface Outcome {
  readonly lines: readonly (readonly [name: string, value: string])[];
  readonly size: number;
  readonly excess: string | undefined;
}

function examine(input: string, seed: number): void {
  const random = new Random(seed);
  const blocks = cutInBlocks(random, Buffer.from(input, "latin1"));
  const on = decoder(limits);
  const fresh = decoder(limits);
  let sized = false;
  for (const block of blocks) {
    // Three times, so that the last is answered from memory.
    for (let times = 0; times < 3; times += 1) {
      const outcome = decode(on, block);
      if (typeof outcome === "string") {
        return;
      }
      checkBounds(outcome);
      checkReturn(outcome);
      sized ||= ((block[0] ?? 0) & 0xe0) === 0x20;
      if (!sized) {
        deepStrictEqual(decode(fresh, Buffer.concat([sameSize, block])), outcome);
      }
    }
  }
}

/** What a block means, or the fault that ends the connection. */
function decode(on: HpackDecoder, block: Buffer): Outcome | string {
  const borrowed = Buffer.from(block);
  try {
    const { lines, size, excess } = on.decode(borrowed, 0, borrowed.length);
    borrowed.fill(0xaa);
    return { lines: lines.map(({ name, value }) => [name, value]), size, excess };
  } catch (error) {
    if (error instanceof HttpError) {
      const row = Object.entries(hpackFaults).find(([, fault]) => fault === error.fault);
      ok(row !== undefined, "a fault of another table");
      return row[0];
    }
    throw error;
  }
}

function checkBounds({ lines, size, excess }: Outcome): void {
  const kept = lines.reduce((sum, [name, value]) => sum + name.length + value.length + 32, 0);
  ok(kept <= limits.fieldSection && size <= limits.fieldSection * 2, `${size} octets, ${kept} of them kept`);
  ok(excess !== undefined || kept === size, "lines are missing");
}

/** Our own encoder says the same in its own way. */
function checkReturn({ lines }: Outcome): void {
  const out = new BlockWriter();
  const encoder = new HpackEncoder({ tableSize: 128 });
  const back = decoder();
  for (let times = 0; times < 2; times += 1) {
    out.clear();
    encoder.begin(out);
    for (const [name, value] of lines) {
      encoder.field(out, name, value);
    }
    const again = back.decode(out.bytes, 0, out.length);
    deepStrictEqual(
      again.lines.map(({ name, value }) => [name, value]),
      lines,
    );
    strictEqual(again.excess, undefined);
  }
}

function cutInBlocks(random: Random, octets: Buffer): Buffer[] {
  const cuts = Array.from({ length: random.below(4) }, () => random.below(octets.length + 1)).sort(
    (a, b) => a - b,
  );
  return [0, ...cuts].map((start, at) => octets.subarray(start, cuts[at] ?? octets.length));
}
