/** `sluice upstreams`: how a running server's upstreams are, and changing that by hand. */
import { setTimeout as after } from "node:timers/promises";
import { ConfigError } from "../config/index.ts";
import type { Millis } from "../message/index.ts";
import { coloursFor, createReporter, wantsColour } from "../observe/index.ts";
import type { UpstreamsFacts } from "../server/index.ts";
import type { MemberStatus } from "../upstream/index.ts";
import { exitCodes } from "./exit-codes.ts";
import type { Io } from "./io.ts";
import { type ChosenMember, chooseMembers } from "./member-choice.ts";
import { ControlError, findRunning, type RunningServer } from "./running.ts";
import type { ControlIntent, MemberIntent } from "./upstreams-commands.ts";
import { memberLine, upstreamsView } from "./upstreams-view.ts";
import { span } from "./words.ts";

/** Between two looks at a member that is waited for. */
const look: Millis = 200;

export function listUpstreams(
  { server, json }: Extract<ControlIntent, { readonly type: "upstreams" }>,
  io: Io,
): Promise<number> {
  return asking(io, async () => {
    const running = await findRunning(server, io);
    const facts = await upstreamsOf(running);
    const colours = coloursFor(wantsColour(io.stdout, io.env));
    io.stdout.write(json ? `${JSON.stringify(facts, null, 2)}\n` : upstreamsView(facts.groups, colours));
    return exitCodes.done;
  });
}

export function changeMember(intent: MemberIntent, io: Io): Promise<number> {
  return asking(io, async () => {
    const running = await findRunning(intent.server, io);
    const { groups } = await upstreamsOf(running);
    const chosen = chooseMembers(groups, intent.member, intent.group);
    if (typeof chosen === "string") {
      throw new ControlError(chosen);
    }
    for (const { group, id } of chosen) {
      const target = `/upstreams/${encodeURIComponent(group)}/${encodeURIComponent(id)}`;
      const member = await running.ask({ method: "POST", target, content: intent.order });
      io.stdout.write(`${memberLine(group, member as MemberStatus)}\n`);
    }
    return intent.wait ? untilIdle(running, chosen, intent.patience, io) : exitCodes.done;
  });
}

/** What cannot be done is one line and exit code 1. */
export async function asking(io: Io, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ControlError || error instanceof ConfigError)) {
      throw error;
    }
    createReporter(io.stderr, io.env).error(error.message);
    return exitCodes.failedStart;
  }
}

export async function upstreamsOf(running: RunningServer): Promise<UpstreamsFacts> {
  return (await running.ask({ method: "GET", target: "/upstreams" })) as UpstreamsFacts;
}

/** Waits until nothing is under way to any of them; one that is gone has nothing. */
async function untilIdle(
  running: RunningServer,
  chosen: readonly ChosenMember[],
  patience: Millis | undefined,
  io: Io,
): Promise<number> {
  const began = performance.now();
  for (;;) {
    const { groups } = await upstreamsOf(running);
    const active = chosen.reduce((sum, { group, id }) => {
      const members = groups.find(({ name }) => name === group)?.members;
      return sum + (members?.find((member) => member.id === id)?.active ?? 0);
    }, 0);
    const waited = performance.now() - began;
    if (active === 0) {
      io.stdout.write(`idle after ${span(waited)}: it may be stopped now\n`);
      return exitCodes.done;
    }
    if (patience !== undefined && waited >= patience) {
      throw new ControlError(`${active} still under way after ${span(patience)}`);
    }
    await after(Math.min(look, patience === undefined ? look : patience - waited));
  }
}
