/** Mutations that know the grammar of HTTP/1: most of what they make is nearly right. */
import type { Random } from "../support/random.ts";

/** What smuggling is made of: separators, framing fields, odd octets, sizes at the edges. */
const fragments: readonly string[] = [
  "\r\n",
  "\n",
  "\r",
  "\r\n\r\n",
  "\r\r\n",
  "\n\n",
  " ",
  "\t",
  "\x0b",
  "\0",
  "\x7f",
  "\x80",
  "\xa0",
  "\xff",
  ":",
  ": ",
  " :",
  ",",
  ";",
  '"',
  "\\",
  "=",
  "0\r\n\r\n",
  "0",
  "00",
  "5",
  "a",
  "F",
  "ffffffff",
  "10000000000000000",
  "0x5",
  "+5",
  "-1",
  "9007199254740993",
  "chunked",
  "CHUNKED",
  "identity",
  "gzip",
  "close",
  "keep-alive",
  "upgrade",
  "100-continue",
  "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
  "HTTP/1.0",
  "HTTP/1.1",
  "HTTP/2.0",
  "HTTP/1.1 200 OK\r\n",
  "HTTP/1.1 100 Continue\r\n\r\n",
  "Host: a\r\n",
  "Content-Length: 5\r\n",
  "Content-Length: 0\r\n",
  "Transfer-Encoding: chunked\r\n",
  "Transfer-Encoding : chunked\r\n",
  "Connection: close\r\n",
  "Connection: keep-alive\r\n",
  "Connection: upgrade\r\nUpgrade: x\r\n",
  "Expect: 100-continue\r\n",
  " folded\r\n",
  "X: y\r\n",
  "CONNECT a:1",
  "OPTIONS *",
  "http://a/",
];

const longest = 4_096;

/** `input` after one to four mutations, drawing on `others` for splices. */
export function mutate(random: Random, input: string, others: readonly string[]): string {
  let text = input;
  for (let times = 1 + random.below(4); times > 0; times -= 1) {
    text = mutations[random.below(mutations.length)]?.(random, text, others) ?? text;
  }
  return text.slice(0, longest);
}

type Mutation = (random: Random, text: string, others: readonly string[]) => string;

const mutations: readonly Mutation[] = [
  insertFragment,
  insertFragment,
  replaceOctet,
  flipBit,
  removeSpan,
  repeatSpan,
  moveSpan,
  splice,
  append,
  swapLines,
  repeatLine,
  changeNumber,
  changeCase,
];

function insertFragment(random: Random, text: string): string {
  const at = place(random, text);
  return text.slice(0, at) + random.pick(fragments) + text.slice(at);
}

function replaceOctet(random: Random, text: string): string {
  const at = random.below(text.length);
  return text.slice(0, at) + String.fromCharCode(random.below(256)) + text.slice(at + 1);
}

function flipBit(random: Random, text: string): string {
  if (text === "") {
    return text;
  }
  const at = random.below(text.length);
  const octet = text.charCodeAt(at) ^ (1 << random.below(8));
  return text.slice(0, at) + String.fromCharCode(octet) + text.slice(at + 1);
}

function removeSpan(random: Random, text: string): string {
  const at = place(random, text);
  return text.slice(0, at) + text.slice(at + 1 + random.below(random.once(4) ? 40 : 3));
}

function repeatSpan(random: Random, text: string): string {
  const at = place(random, text);
  const end = at + 1 + random.below(30);
  const times = random.once(8) ? 1 + random.below(60) : 1;
  return text.slice(0, end) + text.slice(at, end).repeat(times) + text.slice(end);
}

function moveSpan(random: Random, text: string): string {
  const at = place(random, text);
  const end = at + 1 + random.below(30);
  const rest = text.slice(0, at) + text.slice(end);
  const to = place(random, rest);
  return rest.slice(0, to) + text.slice(at, end) + rest.slice(to);
}

function splice(random: Random, text: string, others: readonly string[]): string {
  const other = random.pick(others);
  return text.slice(0, place(random, text)) + other.slice(place(random, other));
}

function append(random: Random, text: string, others: readonly string[]): string {
  return text + random.pick(others);
}

function swapLines(random: Random, text: string): string {
  const lines = text.split("\r\n");
  const one = random.below(lines.length);
  const two = random.below(lines.length);
  const kept = lines[one] as string;
  lines[one] = lines[two] as string;
  lines[two] = kept;
  return lines.join("\r\n");
}

function repeatLine(random: Random, text: string): string {
  const lines = text.split("\r\n");
  const at = random.below(lines.length);
  lines.splice(at, 0, lines[at] as string);
  return lines.join("\r\n");
}

function changeNumber(random: Random, text: string): string {
  const numbers = [...text.matchAll(/[0-9a-fA-F]+/g)];
  if (numbers.length === 0) {
    return text;
  }
  const { index, 0: written } = random.pick(numbers);
  const value = random.once(2)
    ? String(Number.parseInt(written, 16) + random.below(5) - 2)
    : random.pick(fragments);
  return text.slice(0, index) + value + text.slice(index + written.length);
}

function changeCase(random: Random, text: string): string {
  const at = place(random, text);
  const end = at + 1 + random.below(20);
  const span = text.slice(at, end);
  return (
    text.slice(0, at) +
    (random.once(2) ? span.toUpperCase() : span.toLowerCase()).slice(0, span.length) +
    text.slice(end)
  );
}

/** Somewhere in `text`, more often at a line's edge or a colon, where meaning changes. */
function place(random: Random, text: string): number {
  if (random.once(2)) {
    const edges = [...text.matchAll(/\r\n|[:;, ]/g)];
    if (edges.length > 0) {
      const { index, 0: edge } = random.pick(edges);
      return index + random.below(edge.length + 1);
    }
  }
  return random.below(text.length + 1);
}
