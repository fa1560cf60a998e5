/** `sluice status`: what a running server says of itself. */
import { type Colours, coloursFor, visible, wantsColour } from "../observe/index.ts";
import type { StatusFacts, StreamFacts } from "../server/index.ts";
import type { GroupStatus } from "../upstream/index.ts";
import { exitCodes } from "./exit-codes.ts";
import type { Io } from "./io.ts";
import { findRunning } from "./running.ts";
import { asking, upstreamsOf } from "./upstreams.ts";
import type { ControlIntent } from "./upstreams-commands.ts";
import { summary, summaryColour } from "./upstreams-view.ts";
import { grouped, size, span } from "./words.ts";

export function showStatus(
  { server, json }: Extract<ControlIntent, { readonly type: "status" }>,
  io: Io,
): Promise<number> {
  return asking(io, async () => {
    const running = await findRunning(server, io);
    const status = (await running.ask({ method: "GET", target: "/status" })) as StatusFacts;
    if (json) {
      io.stdout.write(`${JSON.stringify(status, null, 2)}\n`);
      return exitCodes.done;
    }
    const { groups } = await upstreamsOf(running);
    const colours = coloursFor(wantsColour(io.stdout, io.env));
    io.stdout.write(statusView(status, groups, Date.now(), colours));
    return exitCodes.done;
  });
}

/**
 * Several lines for a terminal.
 *
 * @param now - Milliseconds since the epoch.
 */
export function statusView(
  status: StatusFacts,
  groups: readonly GroupStatus[],
  now: number,
  colours: Colours,
): string {
  const { version, pid, since, state, listeners, streams, connections, sites, memory } = status;
  const stopping =
    state === "draining" ? `  ${colours.yellow("stopping: it finishes what is under way")}` : "";
  const rows: (readonly [string, string])[] = [
    ["Process", `${pid}, for ${span(now - since)}, ${size(memory)}${stopping}`],
    ...named(
      "Listening",
      listeners.map(({ url }) => colours.cyan(url)),
    ),
    ["Sites", grouped(sites)],
    ["Connections", grouped(connections)],
    ...named(
      "Streams",
      streams.map((stream) => streamLine(stream, colours)),
    ),
    ...named(
      "Upstreams",
      groups.map((group) => `${visible(group.name)}: ${summaryColour(group, colours)(summary(group))}`),
    ),
  ];
  const lines = rows.map(([name, value]) => `  ${colours.dim(name.padEnd(11))} ${value}`);
  return `\n  ${colours.bold("Sluice")} ${version}\n\n${lines.join("\n")}\n\n`;
}

function named(name: string, values: readonly string[]): (readonly [string, string])[] {
  return values.map((value, at) => [at === 0 ? name : "", value]);
}

function streamLine({ url, group, active, total }: StreamFacts, colours: Colours): string {
  return `${colours.cyan(url)} to ${visible(group)}: ${grouped(active)} open, ${grouped(total)} so far`;
}
