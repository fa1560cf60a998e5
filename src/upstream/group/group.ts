/** The upstreams of one proxy: their pools, who of them is asked, and those who wait for a turn. */
import { type Member, makePolicy, RetryBudget, Roster } from "../../balance/index.ts";
import type { Clock, Millis } from "../../message/index.ts";
import type { Deadlines, Timed } from "../../transport/index.ts";
import type { Dispatch, Outbound, SendOptions } from "../contract.ts";
import { Prober } from "../probes/prober.ts";
import { GroupDispatch } from "./dispatch.ts";
import { Hedging } from "./hedging.ts";
import { Members } from "./members.ts";
import {
  type Held,
  HoldOpening,
  type Opened,
  type Opening,
  type OpeningOptions,
  type OpeningParts,
  StreamOpening,
} from "./opening.ts";
import type { GroupParts } from "./parts.ts";
import { type EntryPlaces, placesOf } from "./places.ts";
import { poolOptions, probePoolOptions } from "./pool-options.ts";
import type { Refusals, Sending, SendingRules } from "./sending.ts";
import type { GroupSettings } from "./settings.ts";
import type { Station } from "./station.ts";
import { type GroupStatus, memberStatus } from "./status.ts";
import { tlsMaker } from "./tls.ts";
import { WaitingLine } from "./waiting-line.ts";
import { changeWords, isBad, panicWords, refusalsFor } from "./words.ts";

/** The retries a small site may always make, each second. */
const leastRetries = 3;

export class UpstreamGroup implements Sending {
  readonly name: string;
  readonly settings: GroupSettings;
  readonly rules: SendingRules;
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly roster: Roster;
  readonly line: WaitingLine;
  readonly hedging: Hedging | undefined;
  readonly refusals: Refusals;
  readonly #parts: GroupParts;
  readonly #budget: RetryBudget;
  readonly #entries: readonly EntryPlaces[];
  readonly #members: Members;
  readonly #watched: Timed;
  readonly #probers = new Map<Station, Prober>();
  readonly #drained = new Map<Member, (() => void)[]>();
  readonly #closed: (group: UpstreamGroup) => void;
  #begun = false;
  #over = false;

  /** @param closed - Told once it is closed. @throws ClientTlsError - A certificate or key cannot be used. */
  constructor(settings: GroupSettings, parts: GroupParts, closed: (group: UpstreamGroup) => void = () => {}) {
    const { name, retries, timeouts, connections, hedge } = settings;
    const { clock, deadlines, timers } = parts;
    this.name = name;
    this.settings = settings;
    this.clock = clock;
    this.deadlines = deadlines;
    this.rules = { retries: retries.attempts, retryStatuses: retries.statuses, total: timeouts.total };
    this.#parts = parts;
    this.#closed = closed;
    this.#budget = new RetryBudget({ share: retries.budget, minimum: leastRetries });
    this.line = new WaitingLine(connections.queue, timeouts.queue, deadlines);
    this.hedging = hedge === undefined ? undefined : new Hedging(hedge, clock, timers);
    this.roster = this.#makeRoster();
    const { roster } = this;
    this.#watched = {
      bucket: 0,
      get deadline() {
        return roster.deadline;
      },
      expire: (now) => {
        roster.expire(now);
        this.moved();
      },
    };
    const tls = tlsMaker(settings.tls, parts.base);
    const { http2 } = settings;
    const changed = (): void => this.#refresh();
    this.#entries = settings.entries.map((entry) =>
      placesOf(entry, { clock, timers, resolver: parts.resolver, tls, http2, changed }),
    );
    this.#members = new Members(this.#entries, {
      clock,
      roster,
      createPool: (place) => parts.createPool(place, poolOptions(settings, place.connections)),
      came: (station) => this.#came(station),
      went: (station) => this.#went(station),
      said: (words, bad) => {
        const line = `upstream ${name}: ${words}`;
        bad ? parts.reporter.warn(line) : parts.reporter.info(line);
      },
    });
    this.refusals = refusalsFor({
      name,
      queue: connections.queue,
      total: timeouts.total,
      refusal: () => this.#members.refusal(),
    });
    this.#members.refresh();
  }

  /** Ids of the members there are now, in the order configured. */
  get ids(): readonly string[] {
    return this.#members.ids;
  }

  /** Begins to resolve names and to probe: when the server listens, and with the first request at the latest. */
  begin(): void {
    if (!this.#begun && !this.#over) {
      this.#begun = true;
      this.#members.begin();
      for (const prober of this.#probers.values()) {
        prober.begin();
      }
    }
  }

  send(outbound: Outbound, options: SendOptions): Dispatch {
    this.begin();
    const now = this.clock.now();
    this.#budget.asked(now);
    const dispatch = new GroupDispatch(this, outbound, options);
    dispatch.begin(now);
    return dispatch;
  }

  /** A connection of its own to some member, for a stream proxy. */
  open(options: OpeningOptions): Opening<Opened> {
    return this.#ask(new StreamOpening(options, this.#openingParts()));
  }

  /** Some member for a stream without a connection, such as one of datagrams. */
  hold(options: Pick<OpeningOptions, "key">): Opening<Held> {
    return this.#ask(new HoldOpening(options.key, this.#openingParts()));
  }

  // ---- By hand

  /** @throws RangeError - No such member or weight, here and below. */
  weigh(id: string, weight: number): void {
    this.roster.weigh(id, weight, this.clock.now());
    this.#handled();
  }

  drain(id: string): void {
    this.roster.drain(id, this.clock.now());
    this.#handled();
  }

  /** @param time - undefined: until it is restored. */
  eject(id: string, time: Millis | undefined): void {
    this.roster.eject(id, time, this.clock.now());
    this.#handled();
  }

  restore(id: string): void {
    this.roster.restore(id, this.clock.now());
    this.#handled();
  }

  /** Settles once no request to the member is under way; see `drain`. @throws RangeError (rejects) - No such member. */
  drained(id: string): Promise<void> {
    const station = [...this.#members.stations].find(({ member }) => member.id === id);
    if (station === undefined) {
      return Promise.reject(
        new RangeError(`no member ${JSON.stringify(id)}; there are ${this.ids.join(", ")}`),
      );
    }
    const { member } = station;
    if (member.active === 0) {
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const waiting = this.#drained.get(member);
      if (waiting === undefined) {
        this.#drained.set(member, [resolve]);
      } else {
        waiting.push(resolve);
      }
    });
  }

  status(): GroupStatus {
    return {
      name: this.name,
      waiting: this.line.length,
      panics: this.roster.panics,
      members: [...this.#members.stations].map((station) => memberStatus(station, this.roster, this.clock)),
      unresolved: this.#entries.flatMap(({ id, failure }) =>
        failure === undefined ? [] : [{ name: id, detail: failure }],
      ),
    };
  }

  /** Idle connections close now, others when they are through; who waits in line is refused. */
  close(): void {
    if (!this.#over) {
      this.#over = true;
      this.#members.close();
      this.hedging?.close();
      this.deadlines.forget(this.#watched);
      this.line.dissolve();
      this.deadlines.forget(this.line);
      this.#closed(this);
    }
  }

  // ---- For dispatches

  stationOf(member: Member): Station {
    return this.#members.of(member);
  }

  get mayWait(): boolean {
    return !this.#over && (this.roster.takesRequests || this.#members.awaited);
  }

  mayRetry(now: Millis): boolean {
    return this.#budget.allows(now);
  }

  answered(station: Station, status: number, began: Millis): void {
    const now = this.clock.now();
    if (this.settings.health.failureStatuses.has(status)) {
      station.fails(`status ${status}`, now);
    }
    this.roster.observed(station.member, "answered", status, now - began, undefined, now);
  }

  failed(station: Station, ending: "failed" | "abandoned", began: Millis, detail: string): void {
    const now = this.clock.now();
    if (ending === "failed") {
      station.fails(detail, now);
    }
    this.roster.ended(station.member, ending, 0, now - began, detail, now);
  }

  finished(station: Station, error: Error | undefined, began: Millis): void {
    this.roster.released(station.member);
    if (error !== undefined) {
      const now = this.clock.now();
      station.fails(error.message, now);
      this.roster.observed(station.member, "failed", 0, now - began, error.message, now);
    }
    this.#members.measure(station);
  }

  moved(): void {
    if (this.line.length > 0) {
      this.line.move(this.clock.now(), this.mayWait);
    }
    if (this.#drained.size > 0) {
      this.#tellDrained();
    }
  }

  // ---- Helpers

  #ask<T extends Opening<Held> & { begin(now: Millis): void }>(opening: T): T {
    this.begin();
    const now = this.clock.now();
    this.#budget.asked(now);
    opening.begin(now);
    return opening;
  }

  #openingParts(): OpeningParts {
    const { proxyProtocol, timeouts } = this.settings;
    return { sending: this, connect: this.#parts.connect, timeout: timeouts.connect, proxyProtocol };
  }

  #makeRoster(): Roster {
    const { settings, name } = this;
    const { reporter, deadlines, random } = this.#parts;
    return new Roster(
      {
        policy: makePolicy(settings.balance, random),
        health: settings.health,
        slowStart: settings.slowStart,
        panic: settings.panic,
      },
      {
        changed: (member, change) => {
          const words = changeWords(name, member, change);
          isBad(change) ? reporter.warn(words) : reporter.info(words);
          deadlines.watch(this.#watched);
        },
        panicked: (change) => {
          const words = panicWords(name, change);
          change.on ? reporter.warn(words) : reporter.info(words);
        },
      },
    );
  }

  #refresh(): void {
    if (!this.#over) {
      this.#members.refresh();
      this.#handled();
    }
  }

  /** The roster was changed from outside: what ends by itself may end sooner, and those in line may go on. */
  #handled(): void {
    this.deadlines.watch(this.#watched);
    this.moved();
  }

  #came(station: Station): void {
    const { settings } = this;
    const { probes, proxyProtocol } = settings;
    if (probes === undefined) {
      return;
    }
    const { clock, timers, random, connect, createPool } = this.#parts;
    const { place } = station;
    const prober = new Prober(probes, {
      clock,
      timers,
      random,
      connect,
      place,
      proxyProtocol,
      makePool: () => createPool(place, probePoolOptions(probes, proxyProtocol)),
      told: (result) => {
        this.roster.probed(station.member, result, clock.now());
        this.moved();
      },
    });
    this.#probers.set(station, prober);
    if (this.#begun) {
      prober.begin();
    }
  }

  #went(station: Station): void {
    this.#probers.get(station)?.close();
    this.#probers.delete(station);
  }

  #tellDrained(): void {
    for (const [member, waiting] of this.#drained) {
      if (member.active === 0) {
        this.#drained.delete(member);
        for (const resolve of waiting) {
          resolve();
        }
      }
    }
  }
}
