/** Time that stands still until it is moved, and pools that do what a test says: for groups of upstreams. */
import { DnsError, type Resolver } from "../../src/dns/index.ts";
import {
  type Clock,
  type Content,
  type Endpoint,
  emptyContent,
  type FieldLine,
  Fields,
  HttpError,
  type Millis,
} from "../../src/message/index.ts";
import { Deadlines } from "../../src/transport/index.ts";
import {
  type Attempt,
  type Carrier,
  type ConnectionPool,
  type GroupParts,
  type Outbound,
  type PoolOptions,
  type PoolPlace,
  type ProxyErrorType,
  type SendOptions,
  type Timers,
  UpstreamError,
} from "../../src/upstream/index.ts";

/** A clock, its timers and its deadlines, which pass only when told to. */
export class VirtualTime implements Clock, Timers {
  #now = 0;
  readonly deadlines: Deadlines = new Deadlines(this);
  readonly #timers = new Set<{ readonly due: Millis; readonly call: () => void }>();

  now(): Millis {
    return this.#now;
  }

  wall(): number {
    return 1_000_000 + this.#now;
  }

  after(wait: Millis, call: () => void): { cancel(): void } {
    const timer = { due: this.#now + wait, call };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  /** What is due happens in order; promises settle in between. */
  async pass(millis: Millis): Promise<void> {
    const end = this.#now + millis;
    for (;;) {
      await turn();
      const [next] = [...this.#timers].filter(({ due }) => due <= end).sort((a, b) => a.due - b.due);
      const tick = Math.floor(this.#now / 250) * 250 + 250;
      const at = Math.min(end, tick, next?.due ?? end);
      this.#now = Math.max(this.#now, at);
      if (next !== undefined && next.due <= this.#now) {
        this.#timers.delete(next);
        next.call();
      } else if (this.#now % 250 === 0) {
        this.deadlines.sweep();
      }
      await turn();
      if (this.#now >= end && ![...this.#timers].some(({ due }) => due <= end)) {
        return;
      }
    }
  }
}

/** Lets every promise settle that can. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** One attempt that a fake pool was given. */
export class Carried implements Carrier {
  readonly attempt: Attempt;
  cancelled: Error | undefined = undefined;
  readonly #pool: FakePool;

  constructor(attempt: Attempt, pool: FakePool) {
    this.attempt = attempt;
    this.#pool = pool;
    attempt.carrier = this;
  }

  cancel(_attempt: Attempt, reason: Error): void {
    this.cancelled = reason;
    this.#pool.active -= 1;
  }

  /** The response's head, and where it has no content, its end. */
  respond(status: number, content: Content = emptyContent, ...lines: readonly FieldLine[]): void {
    const fields = Fields.of(...lines);
    const head = { status, reason: "", version: "1.1", fields, contentLength: content.length } as const;
    this.attempt.responded(head, content, status === 101);
    if (content.type !== "pulled") {
      this.finish();
    }
  }

  finish(error?: Error): void {
    this.#pool.active -= 1;
    this.attempt.finished(error);
  }

  fail(type: ProxyErrorType, facts: { unsent?: boolean; reused?: boolean; unprocessed?: true } = {}): void {
    this.#pool.active -= 1;
    const fault = { status: 502, scope: "stream", source: "RFC 9110 §15.6.3" } as const;
    const { unsent = false, reused = false, unprocessed } = facts;
    const all = unprocessed === undefined ? fault : { ...fault, unprocessed };
    this.attempt.failed(new UpstreamError(all, type, { type, unsent, reused }));
  }
}

export class FakePool implements ConnectionPool {
  readonly place: PoolPlace;
  readonly options: PoolOptions;
  readonly carried: Carried[] = [];
  capacity: number;
  active = 0;
  idle = 0;
  closed = false;
  /** Done with each attempt at once, if there is something to be done. */
  script: ((carried: Carried) => void) | undefined = undefined;

  constructor(place: PoolPlace, options: PoolOptions) {
    this.place = place;
    this.options = options;
    this.capacity = options.connections;
  }

  get open(): number {
    return this.active;
  }

  /** The attempt given last. */
  get last(): Carried {
    const last = this.carried.at(-1);
    if (last === undefined) {
      throw new Error(`${this.place.id} was never asked`);
    }
    return last;
  }

  carry(attempt: Attempt): void {
    this.active += 1;
    const carried = new Carried(attempt, this);
    this.carried.push(carried);
    this.script?.(carried);
  }

  close(): void {
    this.closed = true;
  }
}

/** A resolver that knows what it is told. */
export class FakeResolver implements Resolver {
  readonly names: Map<string, readonly string[]> = new Map();
  readonly services: Map<string, readonly (readonly [host: string, port: number, priority?: number])[]> =
    new Map();
  /** Names asked for, in order. */
  readonly asked: string[] = [];
  ttl: Millis = 10_000;
  /** Of names that are not known. */
  failure: "not-found" | "timeout" = "not-found";
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async addresses(name: string): ReturnType<Resolver["addresses"]> {
    this.asked.push(name);
    const found = this.names.get(name);
    if (found === undefined) {
      throw new DnsError(this.failure, name, "there is no such name");
    }
    const addresses = found.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }) as const);
    return { addresses, expires: this.#clock.now() + this.ttl, stale: undefined };
  }

  async service(name: string): ReturnType<Resolver["service"]> {
    this.asked.push(name);
    const found = this.services.get(name);
    if (found === undefined) {
      throw new DnsError(this.failure, name, "the name has no such record");
    }
    const targets = found.map(([host, port, priority = 0]) => ({ host, port, priority, weight: 1 }));
    return { targets, expires: this.#clock.now() + this.ttl, stale: undefined };
  }

  known(): undefined {
    return undefined;
  }

  close(): void {}
}

export interface FakeHouse extends GroupParts {
  readonly time: VirtualTime;
  readonly resolver: FakeResolver;
  /** By member. */
  readonly pools: ReadonlyMap<string, FakePool>;
  readonly lines: string[];
  /** Those made for probes, one each. */
  readonly probes: FakePool[];
  pool(id: string): FakePool;
}

/** The parts of groups, nothing of which touches a network. */
export function fakeParts(): FakeHouse {
  const time = new VirtualTime();
  const pools = new Map<string, FakePool>();
  const probes: FakePool[] = [];
  const lines: string[] = [];
  const say = (message: string): void => void lines.push(message);
  return {
    time,
    clock: time,
    timers: time,
    deadlines: time.deadlines,
    reporter: { info: say, warn: say, error: say },
    resolver: new FakeResolver(time),
    random: () => 0.5,
    base: "/",
    connect: () => {
      throw new Error("nobody connects here");
    },
    createPool: (place, options) => {
      const pool = new FakePool(place, options);
      if (options.keepAlive === 0) {
        probes.push(pool);
      } else {
        pools.set(place.id, pool);
      }
      return pool;
    },
    pools,
    probes,
    lines,
    pool: (id) => {
      const pool = pools.get(id);
      if (pool === undefined) {
        throw new Error(`no pool for ${id}, only for ${[...pools.keys()].join(", ")}`);
      }
      return pool;
    },
  };
}

const someone: Endpoint = { address: "192.0.2.1", port: 50_000, family: "ipv4" };
const here: Endpoint = { address: "192.0.2.2", port: 80, family: "ipv4" };

export const sendOptions: SendOptions = {
  key: undefined,
  pinned: undefined,
  client: someone,
  local: here,
  informed: undefined,
};

export function outbound(method = "GET", change: Partial<Outbound> = {}): Outbound {
  return {
    method,
    authority: undefined,
    target: "/",
    fields: Fields.empty,
    content: emptyContent,
    upgrade: undefined,
    trailers: false,
    ...change,
  };
}

/** What came of a dispatch, as one value. */
export async function outcome(
  answered: Promise<{ response: { status: number }; member: { id: string } }>,
): Promise<string> {
  try {
    const { response, member } = await answered;
    return `${response.status} from ${member.id}`;
  } catch (error) {
    if (error instanceof UpstreamError) {
      return `${error.fault.status} ${error.type}: ${error.detail}`;
    }
    throw error instanceof HttpError ? new Error(error.detail) : error;
  }
}
