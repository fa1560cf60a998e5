/** Reads Huffman-coded strings (RFC 7541 §5.2) four bits at a time: an automaton of 256 states. */
import { codeLengths, codes, EOS } from "./huffman-code.ts";

/** Flags of a step, beside the next state (bits 0–7) and the symbol (bits 8–15). */
const EMITS = 1 << 16;
const FAILS = 1 << 17;

/** For each state and nibble, what follows. A state is an inner node of the code's tree; 0 is its root. */
const steps = new Int32Array(256 * 16);
/** States in which a string may end: up to seven bits, all ones, of EOS. */
const mayEnd = new Uint8Array(256);

/** No string of these octets. */
export const NO_STRING = -1;

/**
 * Decodes `bytes` from `start` to before `end` into `out`, which has room for 8/5 of them.
 *
 * @returns The octets written; NO_STRING where EOS is coded, or the padding is longer than seven bits or not all ones.
 */
export function decodeHuffman(bytes: Uint8Array, start: number, end: number, out: Uint8Array): number {
  let state = 0;
  let length = 0;
  for (let at = start; at < end; at += 1) {
    const octet = bytes[at] as number;
    let step = steps[(state << 4) | (octet >> 4)] as number;
    if ((step & EMITS) !== 0) {
      out[length] = step >> 8;
      length += 1;
    }
    const second = steps[((step & 0xff) << 4) | (octet & 15)] as number;
    if ((second & EMITS) !== 0) {
      out[length] = second >> 8;
      length += 1;
    }
    step |= second;
    if ((step & FAILS) !== 0) {
      return NO_STRING;
    }
    state = second & 0xff;
  }
  return mayEnd[state] === 1 ? length : NO_STRING;
}

/** The code's tree: two children a node, an inner node's number or, below 0, a symbol's complement. */
function growTree(): Int32Array {
  const children = new Int32Array(256 * 2);
  let nodes = 1;
  for (let symbol = 0; symbol <= EOS; symbol += 1) {
    const code = codes[symbol] as number;
    let node = 0;
    for (let bit = (codeLengths[symbol] as number) - 1; bit > 0; bit -= 1) {
      const side = node * 2 + ((code >>> bit) & 1);
      if (children[side] === 0) {
        children[side] = nodes;
        nodes += 1;
      }
      node = children[side] as number;
    }
    children[node * 2 + (code & 1)] = ~symbol;
  }
  return children;
}

/** Where a nibble leads from a state. No code is shorter than five bits: a nibble ends one at most. */
function stepFrom(children: Int32Array, state: number, nibble: number): number {
  let node = state;
  let emitted = 0;
  for (let bit = 3; bit >= 0; bit -= 1) {
    const next = children[node * 2 + ((nibble >> bit) & 1)] as number;
    if (next === ~EOS) {
      return FAILS;
    }
    if (next < 0) {
      emitted = EMITS | (~next << 8);
    }
    node = Math.max(next, 0);
  }
  return emitted | node;
}

function fillTables(): void {
  const children = growTree();
  for (let at = 0; at < steps.length; at += 1) {
    steps[at] = stepFrom(children, at >> 4, at & 15);
  }
  let node = 0;
  for (let ones = 0; ones <= 7; ones += 1) {
    mayEnd[node] = 1;
    node = children[node * 2 + 1] as number;
  }
}

fillTables();
