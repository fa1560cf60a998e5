/** The entries of a redirect map, from the configuration and from a file. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Complaint } from "../../pipeline/index.ts";
import type { RedirectStatus } from "../../semantics/index.ts";
import { type FileEntries, readCsv } from "./csv.ts";
import { checkedEntry, type Entry, entryFault } from "./entry.ts";
import { readJson } from "./json.ts";
import { loopsIn } from "./loops.ts";
import { keyOf, redirectTable } from "./table.ts";

export interface SourceOptions {
  readonly map?: Readonly<Record<string, RedirectTo>>;
  readonly file?: string;
}

export type RedirectTo = string | { readonly to: string; readonly status?: RedirectStatus };

export interface Sources {
  readonly entries: readonly Entry[];
  readonly complaints: readonly Complaint[];
}

/** Complaints shown of one file; the rest is counted. */
const most = 20;

/** @param base - Directory of the configuration. */
export function readSources({ map = {}, file }: SourceOptions, base: string): Sources {
  const inline = Object.entries(map).map(([from, value]) => entryOfMap(from, value));
  const taken = new Map<string, string>();
  const complaints: Complaint[] = [];
  for (const { from } of inline) {
    const before = taken.get(keyOf(from));
    if (before !== undefined) {
      complaints.push({ path: ["map", from], message: `is the same path as ${JSON.stringify(before)}` });
    }
    taken.set(keyOf(from), from);
  }
  const read = file === undefined ? { entries: [], complaints: [] } : readFile(file, base, taken);
  const entries = [...inline, ...read.entries];
  complaints.push(...read.complaints);
  // Loops are looked for once every entry is good.
  return { entries, complaints: complaints.length > 0 ? complaints : loopComplaints(entries, inline.length) };
}

function entryOfMap(from: string, value: RedirectTo): Entry {
  return typeof value === "string"
    ? { from, to: value, status: undefined }
    : { from, to: value.to, status: value.status };
}

function readFile(file: string, base: string, taken: Map<string, string>): Sources {
  let read: FileEntries;
  try {
    const text = readFileSync(resolve(base, file), "utf8").replace(/^\uFEFF/, "");
    read = file.toLowerCase().endsWith(".json") ? readJson(text) : readCsv(text);
  } catch (error) {
    return { entries: [], complaints: [{ path: ["file"], message: unreadable(file, error as Error) }] };
  }
  const entries: Entry[] = [];
  const faults = read.faults.map(({ place, message }) => ({ place, message }));
  for (const raw of read.entries) {
    const fault = entryFault(raw);
    const before = fault === undefined ? taken.get(keyOf(raw.from)) : undefined;
    if (fault !== undefined) {
      faults.push({ place: raw.places[fault.part], message: fault.message });
    } else if (before !== undefined) {
      faults.push({
        place: raw.places.from,
        message: `${JSON.stringify(raw.from)} is there already: ${before}`,
      });
    } else {
      taken.set(keyOf(raw.from), `line ${raw.places.from.line}`);
      entries.push(checkedEntry(raw));
    }
  }
  faults.sort((one, other) => one.place.line - other.place.line || one.place.column - other.place.column);
  const messages = faults.map(({ place, message }) => `${file}:${place.line}:${place.column}: ${message}`);
  const shown = messages.slice(0, most);
  if (messages.length > most) {
    shown.push(`${file}: ${messages.length - most} more of its lines are wrong`);
  }
  return { entries, complaints: shown.map((message) => ({ path: ["file"], message })) };
}

function unreadable(file: string, error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case "ENOENT":
      return `${JSON.stringify(file)} does not exist`;
    case "EISDIR":
      return `${JSON.stringify(file)} is a directory: a file is needed`;
    default:
      return `${JSON.stringify(file)} cannot be read: ${error.message}`;
  }
}

function loopComplaints(entries: readonly Entry[], inline: number): readonly Complaint[] {
  const own = new Set(entries.slice(0, inline).map(({ from }) => from));
  return loopsIn(redirectTable(entries, false, 308)).map(({ from, way }) => ({
    path: own.has(from) ? ["map", from] : ["file"],
    message: `${JSON.stringify(from)} leads in a circle: ${way.join(" to ")}`,
  }));
}
