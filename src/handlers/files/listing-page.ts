/** A directory as a page and as JSON. Pure. */
import type { Octets } from "../../message/index.ts";
import { escapeHtml, htmlPage } from "../pages/index.ts";
import { encodeSegment } from "./resolve.ts";

export interface ListedDirectory {
  /** Canonical path, with its slash at the end. */
  readonly path: string;
  readonly stripPrefix: string;
  readonly entries: readonly ListedEntry[];
  /** Whether there are more entries than were read. */
  readonly truncated: boolean;
}

export interface ListedEntry {
  readonly name: string;
  readonly type: "file" | "directory";
  readonly size: Octets | undefined;
  /** Milliseconds since the epoch. */
  readonly modified: number | undefined;
}

export interface Sort {
  readonly by: "name" | "size" | "time";
  readonly order: "asc" | "desc";
}

const columns = [
  ["name", "Name"],
  ["size", "Size"],
  ["time", "Modified"],
] as const;

const names: Intl.Collator = new Intl.Collator("en", { numeric: true });

/** From `?sort=size&order=desc`; by name, ascending, where it says nothing we know. */
export function sortOf(query: string | undefined): Sort {
  const parameters = new URLSearchParams(query ?? "");
  const by = parameters.get("sort");
  return {
    by: by === "size" || by === "time" ? by : "name",
    order: parameters.get("order") === "desc" ? "desc" : "asc",
  };
}

/**
 * ```json
 * { "path": "/a/", "truncated": false,
 *   "entries": [{ "name": "b.txt", "type": "file", "size": 12, "modified": "2026-01-01T00:00:00.000Z" }] }
 * ```
 */
export function listingJson(directory: ListedDirectory, sort: Sort): string {
  const entries = sorted(directory.entries, sort).map(({ name, type, size, modified }) => ({
    name,
    type,
    ...(size === undefined ? {} : { size }),
    ...(modified === undefined ? {} : { modified: dateOf(modified).toISOString() }),
  }));
  return `${JSON.stringify({ path: directory.path, truncated: directory.truncated, entries }, undefined, 2)}\n`;
}

export function listingHtml(directory: ListedDirectory, sort: Sort): string {
  const { path, stripPrefix, entries, truncated } = directory;
  const isRoot = path === `${stripPrefix}/`;
  const rows = sorted(entries, sort).map((entry) => entryRow(path, entry));
  // Not "../": the page may have been asked for without its slash.
  const parent = escapeHtml(path.slice(0, path.lastIndexOf("/", path.length - 2) + 1));
  const up = isRoot
    ? ""
    : `<tr><td class="name"><a href="${parent}">${folderIcon}..</a></td><td class="size"></td><td class="time"></td></tr>\n`;
  const files = entries.filter(({ type }) => type === "file").length;
  const count = `${plural(entries.length - files, "directory", "directories")}, ${plural(files, "file", "files")}`;
  const cut = truncated ? `; only the first ${entries.length} entries are shown` : "";
  const heads = columns.map(([by, label]) => columnHead(by, label, sort)).join("");
  const body = `<h1>${breadcrumbs(path, stripPrefix)}</h1>
<table>
<thead><tr>${heads}</tr></thead>
<tbody>
${up}${rows.join("\n")}
</tbody>
</table>
<footer>${count}${cut}</footer>`;
  return htmlPage(`Index of ${decodeURIComponent(path)}`, body);
}

/** Directories first, and equals by name. */
function sorted(entries: readonly ListedEntry[], { by, order }: Sort): readonly ListedEntry[] {
  const sign = order === "desc" ? -1 : 1;
  return [...entries].sort((a, b) => {
    if (a.type !== b.type) {
      return a.type === "directory" ? -1 : 1;
    }
    const difference =
      by === "size"
        ? (a.size ?? 0) - (b.size ?? 0)
        : by === "time"
          ? (a.modified ?? 0) - (b.modified ?? 0)
          : names.compare(a.name, b.name);
    return sign * difference || names.compare(a.name, b.name);
  });
}

/** A link that sorts by this column, or the other way round where it is sorted already. */
function columnHead(by: Sort["by"], label: string, sort: Sort): string {
  const isCurrent = by === sort.by;
  const order = isCurrent && sort.order === "asc" ? "desc" : "asc";
  const mark = isCurrent ? (sort.order === "asc" ? " ↑" : " ↓") : "";
  const state = isCurrent ? ` aria-sort="${sort.order === "asc" ? "ascending" : "descending"}"` : "";
  return `<th class="${by}" scope="col"${state}><a href="?sort=${by}&amp;order=${order}">${label}${mark}</a></th>`;
}

function entryRow(path: string, { name, type, size, modified }: ListedEntry): string {
  const slash = type === "directory" ? "/" : "";
  const href = escapeHtml(`${path}${encodeSegment(name)}${slash}`);
  const icon = type === "directory" ? folderIcon : fileIcon;
  const time = modified === undefined ? "" : timeCell(modified);
  const exact = size === undefined ? "" : ` title="${size} octets"`;
  return `<tr><td class="name"><a href="${href}">${icon}${escapeHtml(name)}${slash}</a></td><td class="size"${exact}>${size === undefined ? "" : readableSize(size)}</td><td class="time">${time}</td></tr>`;
}

function timeCell(modified: number): string {
  const iso = dateOf(modified).toISOString();
  return `<time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 16)}</time>`;
}

/** A file's time may lie beyond what a Date can hold; the nearest then. */
function dateOf(modified: number): Date {
  return new Date(Math.max(-8.64e15, Math.min(modified, 8.64e15)));
}

/** Every directory from the root of the listing down, as a link. */
function breadcrumbs(path: string, stripPrefix: string): string {
  const root = `${stripPrefix}/`;
  const segments = path.slice(root.length).split("/").slice(0, -1);
  const links = segments.map((segment, index) => {
    const href = `${root}${segments.slice(0, index + 1).join("/")}/`;
    return `<a href="${escapeHtml(href)}">${escapeHtml(decodeURIComponent(segment))}</a>`;
  });
  return [`<a href="${escapeHtml(root)}">${escapeHtml(root)}</a>`, ...links].join(
    '<span class="rule">›</span>',
  );
}

/** At most three digits and a unit: 12 B, 3.4 KB, 120 MB. */
export function readableSize(size: Octets): string {
  let value = size;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && value < 99.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

const units = ["B", "KB", "MB", "GB", "TB", "PB"] as const;

function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

const folderIcon =
  '<svg viewBox="0 0 20 20" aria-hidden="true"><path d="M2 5.5a1 1 0 0 1 1-1h4.6l2 2H17a1 1 0 0 1 1 1V15a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1z"/></svg>';
const fileIcon =
  '<svg viewBox="0 0 20 20" aria-hidden="true"><path d="M5 2.5h6.5L15.5 6.5V17a.5.5 0 0 1-.5.5H5a.5.5 0 0 1-.5-.5V3a.5.5 0 0 1 .5-.5zM11.5 2.5v4h4"/></svg>';
