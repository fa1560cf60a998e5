/** What groups tell the operator and the client, in words. */
import type { Member, PanicChange, Refusal, StateChange } from "../../balance/index.ts";
import type { Millis } from "../../message/index.ts";
import { UpstreamError } from "../contract.ts";
import { faults } from "./faults.ts";
import type { Refusals } from "./sending.ts";

const states: Readonly<Record<StateChange["to"], string>> = {
  up: "is up",
  warming: "is up and warms up",
  draining: "is draining",
  down: "is down",
  ejected: "is left out",
  open: "gets no requests: its circuit breaker is open",
  "half-open": "gets trial requests",
};

/** One line for the log, such as "upstream app: http://10.0.0.1:3000 is down: 3 probes failed, last: …". */
export function changeWords(group: string, member: Member, { to, reason }: StateChange): string {
  return `upstream ${group}: ${member.id} ${states[to]}${reason === "" ? "" : `: ${reason}`}`;
}

/** Changes for the worse, which the log shows as warnings. */
export function isBad({ to }: StateChange): boolean {
  return to === "down" || to === "ejected" || to === "open";
}

export function panicWords(group: string, { on, reason }: PanicChange): string {
  return `upstream ${group}: health is ${on ? "ignored" : "heeded again"}: ${reason}`;
}

/** "250 ms", "10 s". */
export function shownTime(time: Millis): string {
  return time < 1_000 ? `${Math.round(time)} ms` : `${Math.round(time / 100) / 10} s`;
}

export interface RefusalFacts {
  readonly name: string;
  /** Most who may wait. */
  readonly queue: number;
  readonly total: Millis | undefined;
  /** Why each upstream takes no requests now. */
  refusal(): Refusal;
}

export function refusalsFor(facts: RefusalFacts): Refusals {
  const { name, queue, total } = facts;
  const busy = (detail: string): UpstreamError => {
    const { reasons } = facts.refusal();
    return new UpstreamError(faults.unavailable, detail, {
      type: "connection_limit_reached",
      unsent: true,
      reasons,
      retryAfter: 1_000,
      by: "sluice",
    });
  };
  return {
    nobodyLeft() {
      const { reasons, retryAfter } = facts.refusal();
      return new UpstreamError(faults.unavailable, `no upstream of ${name} takes requests`, {
        type: "destination_unavailable",
        unsent: true,
        reasons,
        retryAfter,
        by: "sluice",
      });
    },
    lineFull: () =>
      busy(
        queue === 0
          ? `every upstream of ${name} is busy`
          : `every upstream of ${name} is busy, and ${queue} requests wait already`,
      ),
    waitedTooLong: (waited) => busy(`every upstream of ${name} was busy for ${shownTime(waited)}`),
    tookTooLong: () =>
      new UpstreamError(faults.tooSlow, `not through within ${shownTime(total ?? 0)} in all`, {
        type: "http_response_timeout",
        unsent: false,
      }),
    answered: (status) =>
      new UpstreamError(faults.badAnswer, `status ${status}`, {
        type: "proxy_internal_response",
        unsent: false,
      }),
  };
}
