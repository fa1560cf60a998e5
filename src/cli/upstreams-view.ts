/** The upstreams of a running server as a table. */
import { type Colours, visible } from "../observe/index.ts";
import type { GroupStatus, MemberStatus } from "../upstream/index.ts";
import { grouped, quick, span } from "./words.ts";

/** Several lines for a terminal. */
export function upstreamsView(groups: readonly GroupStatus[], colours: Colours): string {
  if (groups.length === 0) {
    return "This server has no upstreams.\n";
  }
  // One set of widths, so that the columns of all groups stand below each other.
  const cells = groups.map(({ members }) => members.map(cellsOf));
  const widths = columns.map(({ name }, at) =>
    Math.max(name.length, ...cells.flat().map((row) => (row[at] as string).length)),
  );
  return groups.map((group, at) => groupView(group, cells[at] as string[][], widths, colours)).join("\n");
}

/** Whether a member takes a share of new requests. */
export function takesRequests({ state }: MemberStatus): boolean {
  return state === "up" || state === "warming" || state === "half-open";
}

/** "2 of 3 take requests". */
export function summary({ members, panics }: GroupStatus): string {
  const taking = members.filter(takesRequests).length;
  if (members.length === 0) {
    return "nobody takes requests";
  }
  if (panics) {
    // All are asked, so that it cannot be said who takes requests.
    return `${taking === 0 ? "none" : taking} of ${members.length} ${taking === 1 ? "is" : "are"} well`;
  }
  if (taking === members.length) {
    return members.length === 1 ? "takes requests" : `all ${members.length} take requests`;
  }
  return `${taking === 0 ? "none" : taking} of ${members.length} take${taking === 1 ? "s" : ""} requests`;
}

/** Green where all is well, red where nobody is left. */
export function summaryColour(group: GroupStatus, colours: Colours): (text: string) => string {
  const taking = group.members.filter(takesRequests).length;
  return taking === group.members.length && taking > 0
    ? colours.green
    : taking === 0
      ? colours.red
      : colours.yellow;
}

interface Column {
  readonly name: string;
  readonly right: boolean;
  text(member: MemberStatus): string;
}

const columns: readonly Column[] = [
  { name: "upstream", right: false, text: ({ id }) => visible(id) },
  { name: "state", right: false, text: ({ state }) => state },
  { name: "weight", right: true, text: ({ weight }) => String(Number(weight.toFixed(2))) },
  { name: "active", right: true, text: ({ active }) => grouped(active) },
  { name: "requests", right: true, text: ({ requests }) => grouped(requests) },
  { name: "failures", right: true, text: ({ failures }) => grouped(failures) },
  { name: "latency", right: true, text: ({ latency }) => (latency === undefined ? "-" : quick(latency)) },
];

function cellsOf(member: MemberStatus): string[] {
  return columns.map((column) => column.text(member));
}

function groupView(
  group: GroupStatus,
  cells: readonly (readonly string[])[],
  widths: readonly number[],
  colours: Colours,
): string {
  const paint = summaryColour(group, colours);
  const head = columns.map(({ name, right }, at) => pad(name, widths[at] as number, right)).join("  ");
  const waiting = group.waiting === 0 ? "" : `, ${colours.yellow(waitingWords(group.waiting))}`;
  const lines = [
    `${colours.bold(visible(group.name))}  ${paint(summary(group))}${waiting}`,
    ...(group.panics ? [`  ${colours.red("too few are well: all are asked, whatever their health")}`] : []),
    ...group.unresolved.map(({ name, detail }) => `  ${visible(name)}: ${colours.red(visible(detail))}`),
    `  ${colours.dim(head.trimEnd())}`,
    ...group.members.flatMap((member, at) => [
      row(member, cells[at] as readonly string[], widths, colours),
      ...notes(member, colours),
    ]),
  ];
  return `${lines.join("\n")}\n`;
}

function row(
  member: MemberStatus,
  cells: readonly string[],
  widths: readonly number[],
  colours: Colours,
): string {
  const padded = cells.map((text, at) => pad(text, widths[at] as number, (columns[at] as Column).right));
  const [id = "", state = "", ...numbers] = padded;
  const failed =
    member.failures > 0 ? numbers.map((text, at) => (at === 3 ? colours.yellow(text) : text)) : numbers;
  return `  ${[id, stateColour(member, colours)(state), ...failed].join("  ")}`.trimEnd();
}

/** Why it is in its state, and what went wrong last; nothing for a member that is well. */
function notes(member: MemberStatus, colours: Colours): string[] {
  const { state, reason, since, until, tier, lastFailure } = member;
  const notes: string[] = [];
  if (tier > 0) {
    notes.push(tier === 1 ? "backup" : `backup, tier ${tier}`);
  }
  if (state !== "up") {
    const times = [
      ...(since === undefined ? [] : [`for ${span(since)}`]),
      ...(until === undefined ? [] : [`${span(until)} to go`]),
    ];
    const time = times.length === 0 ? "" : ` (${times.join(", ")})`;
    notes.push(`${reason === "" ? state : visible(reason)}${time}`);
  }
  if (lastFailure !== undefined) {
    notes.push(`last failure ${span(lastFailure.ago)} ago: ${visible(lastFailure.detail)}`);
  }
  return notes.map((note) => `    ${colours.dim(note)}`);
}

function stateColour({ state }: MemberStatus, colours: Colours): (text: string) => string {
  switch (state) {
    case "up":
      return colours.green;
    case "warming":
    case "draining":
    case "half-open":
      return colours.yellow;
    default:
      return colours.red;
  }
}

function waitingWords(count: number): string {
  return `${grouped(count)} wait${count === 1 ? "s" : ""} for a turn`;
}

function pad(text: string, width: number, right: boolean): string {
  return right ? text.padStart(width) : text.padEnd(width);
}

/** One line of what a member is after it was changed. */
export function memberLine(group: string, member: MemberStatus): string {
  const active = `${member.active === 0 ? "nothing" : grouped(member.active)} under way`;
  const reason = member.reason === "" || member.state === "up" ? "" : ` (${visible(member.reason)})`;
  return `${visible(member.id)} of ${visible(group)}: ${member.state}${reason}, weight ${member.weight}, ${active}`;
}
