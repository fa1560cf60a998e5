/**
 * Redirect maps as CSV (RFC 4180): `from,to` or `from,to,status` on each line. Also understood: a line
 * that names the columns, lines that begin with "#", empty lines, and blanks around unquoted cells.
 */
import type { Place, RawEntry } from "./entry.ts";

interface Cell {
  readonly text: string;
  readonly place: Place;
}

export interface FileFault {
  readonly place: Place;
  readonly message: string;
}

export interface FileEntries {
  readonly entries: readonly RawEntry[];
  readonly faults: readonly FileFault[];
}

const columns = ["from", "to", "status"] as const;

export function readCsv(text: string): FileEntries {
  const { rows, faults } = readRows(text);
  const [head = []] = rows;
  const names = head.map((cell) => cell.text.toLowerCase());
  const hasHead = names.includes("from") && names.includes("to");
  const order = hasHead ? names : columns;
  const entries: RawEntry[] = [];
  for (const name of hasHead ? names : []) {
    if (!columns.some((column) => column === name)) {
      const place = head[names.indexOf(name)]?.place ?? start;
      faults.push({ place, message: `${JSON.stringify(name)}: needs one of from, to, status` });
    }
  }
  for (const row of hasHead ? rows.slice(1) : rows) {
    const [first] = row;
    const place = first?.place ?? start;
    if (row.length < 2 || row.length > order.length) {
      faults.push({ place, message: `${row.length} cells: needs ${order.join(",")}` });
    } else {
      entries.push(entryOf(row, order, place));
    }
  }
  return { entries, faults };
}

function entryOf(row: readonly Cell[], order: readonly string[], place: Place): RawEntry {
  const cell = (name: string): Cell | undefined => row[order.indexOf(name)];
  const status = cell("status")?.text ?? "";
  return {
    from: cell("from")?.text ?? "",
    to: cell("to")?.text,
    status: status === "" ? undefined : /^\d{3}$/.test(status) ? Number(status) : status,
    places: {
      from: cell("from")?.place ?? place,
      to: cell("to")?.place ?? place,
      status: cell("status")?.place ?? place,
    },
  };
}

const start: Place = { line: 1, column: 1 };

function readRows(text: string): { rows: Cell[][]; faults: FileFault[] } {
  const rows: Cell[][] = [];
  const faults: FileFault[] = [];
  let row: Cell[] = [];
  let line = 1;
  let lineStart = 0;
  let at = 0;
  while (at < text.length) {
    const rest = row.length === 0 ? /[ \t]*(?:#[^\n]*)?(?:\r?\n|$)/y : undefined;
    if (rest !== undefined) {
      rest.lastIndex = at;
      const [skipped = ""] = rest.exec(text) ?? [];
      if (skipped !== "") {
        at += skipped.length;
        line += 1;
        lineStart = at;
        continue;
      }
    }
    const cell = readCell(text, at);
    row.push({ text: cell.text, place: { line, column: cell.from - lineStart + 1 } });
    if (cell.fault !== undefined) {
      faults.push({ place: { line, column: cell.from - lineStart + 1 }, message: cell.fault });
    }
    for (let i = text.indexOf("\n", at); i >= 0 && i < cell.end; i = text.indexOf("\n", i + 1)) {
      line += 1;
      lineStart = i + 1;
    }
    at = cell.end;
    if (text[at] === ",") {
      at += 1;
      if (at < text.length && text[at] !== "\n" && text[at] !== "\r") {
        continue;
      }
      row.push({ text: "", place: { line, column: at - lineStart + 1 } });
    }
    rows.push(row);
    row = [];
    const [newline = ""] = /^\r?\n/.exec(text.slice(at, at + 2)) ?? [];
    at += newline.length;
    line += newline === "" ? 0 : 1;
    lineStart = newline === "" ? lineStart : at;
  }
  return { rows, faults };
}

interface ReadCell {
  readonly text: string;
  /** Where its text begins. */
  readonly from: number;
  /** At the comma or line break after it, or the end of the text. */
  readonly end: number;
  readonly fault?: string;
}

function readCell(text: string, at: number): ReadCell {
  const cell = /[ \t]*(?:"((?:[^"]|"")*)"([^,\r\n]*)|([^,\r\n]*))/y;
  cell.lastIndex = at;
  const [whole = "", quoted, behind = "", plain = ""] = cell.exec(text) ?? [];
  const from = at + whole.length - whole.trimStart().length;
  const end = at + whole.length;
  if (quoted !== undefined) {
    const value = quoted.replaceAll('""', '"');
    const fault = `${JSON.stringify(behind.trim())}: needs a comma or the end of the line after a quoted cell`;
    return behind.trim() === "" ? { text: value, from, end } : { text: value, from, end, fault };
  }
  if (plain.trimStart().startsWith('"')) {
    return { text: plain.trim(), from, end, fault: 'a quoted cell needs its closing "' };
  }
  return { text: plain.trim(), from, end };
}
