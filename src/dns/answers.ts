/** Answers kept until they expire; many who ask for one name at a time share one question. */
import type { Clock, Millis } from "../message/index.ts";
import { DnsError, dnsErrorOf } from "./error.ts";

/** What a question found, and how long it holds. */
export interface Found<Value> {
  readonly value: Value;
  readonly lasts: Millis;
}

export interface Answer<Value> {
  readonly value: Value;
  /** On the clock's scale. */
  readonly expires: Millis;
  /** Why it could not be asked for anew, where this is an answer that has expired. */
  readonly stale: DnsError | undefined;
}

/**
 * Asks.
 *
 * @param improve - May be called later, when more was found.
 */
export type Ask<Value> = (name: string, improve: (found: Found<Value>) => void) => Promise<Found<Value>>;

interface Entry<Value> {
  /** The last good one. */
  found: { readonly value: Value; readonly until: Millis } | undefined;
  error: DnsError | undefined;
  /** Until when the answer, or the error, is given without asking again. */
  until: Millis;
  asking: Promise<Answer<Value>> | undefined;
}

/** The shortest time an answer is kept, whatever its TTL says. */
const shortest: Millis = 1_000;
/** How long an error is kept: whether a name exists changes less often than whether a server can be reached. */
const keptErrors: Readonly<Record<DnsError["kind"], Millis>> = {
  "not-found": 5_000,
  timeout: 1_000,
  failed: 1_000,
};
/** How long a stale answer is given before the next question. */
const staleRest: Millis = 5_000;
/** Who has a stale answer does not wait longer for a fresh one (RFC 8767 §5). */
const stalePatience: Millis = 1_800;

const mostNames = 1_000;

export class Answers<Value> {
  readonly #entries = new Map<string, Entry<Value>>();
  readonly #clock: Clock;
  readonly #staleFor: Millis;
  readonly #ask: Ask<Value>;

  constructor(clock: Clock, staleFor: Millis, ask: Ask<Value>) {
    this.#clock = clock;
    this.#staleFor = staleFor;
    this.#ask = ask;
  }

  /** What is known without asking. */
  known(name: string): Answer<Value> | undefined {
    const entry = this.#entries.get(name);
    return entry?.found !== undefined && this.#clock.now() < entry.until
      ? answerOf(entry, entry.found)
      : undefined;
  }

  /** @throws DnsError */
  get(name: string): Promise<Answer<Value>> {
    const entry = this.#entryOf(name);
    if (this.#clock.now() < entry.until) {
      if (entry.found !== undefined) {
        return Promise.resolve(answerOf(entry, entry.found));
      }
      if (entry.error !== undefined) {
        return Promise.reject(entry.error);
      }
    }
    entry.asking ??= this.#question(name, entry);
    const { found, asking } = entry;
    return found !== undefined && this.#mayStillServe(found) ? this.#orStale(name, entry, asking) : asking;
  }

  /** The answer, or the stale one where that takes long. */
  async #orStale(name: string, entry: Entry<Value>, asking: Promise<Answer<Value>>): Promise<Answer<Value>> {
    let timer: NodeJS.Timeout | undefined;
    const impatient = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, stalePatience, undefined).unref();
    });
    const answer = await Promise.race([asking, impatient]).finally(() => clearTimeout(timer));
    if (answer !== undefined || entry.found === undefined) {
      return answer ?? asking;
    }
    entry.error = new DnsError("timeout", name, "no DNS server has answered yet");
    entry.until = this.#clock.now() + shortest;
    return answerOf(entry, entry.found);
  }

  #entryOf(name: string): Entry<Value> {
    let entry = this.#entries.get(name);
    if (entry === undefined) {
      const [oldest] = this.#entries.keys();
      if (this.#entries.size >= mostNames && oldest !== undefined) {
        this.#entries.delete(oldest);
      }
      entry = { found: undefined, error: undefined, until: 0, asking: undefined };
      this.#entries.set(name, entry);
    }
    return entry;
  }

  async #question(name: string, entry: Entry<Value>): Promise<Answer<Value>> {
    try {
      return this.#keep(entry, await this.#ask(name, (found) => this.#keep(entry, found)));
    } catch (thrown) {
      const error = thrown instanceof DnsError ? thrown : dnsErrorOf(name, thrown);
      entry.error = error;
      const now = this.#clock.now();
      const { found } = entry;
      // That there is no such name is an answer too, and no reason to keep the old one (RFC 8767 §4).
      if (error.kind !== "not-found" && found !== undefined && this.#mayStillServe(found)) {
        entry.until = now + staleRest;
        return answerOf(entry, found);
      }
      entry.found = undefined;
      entry.until = now + keptErrors[error.kind];
      throw error;
    } finally {
      entry.asking = undefined;
    }
  }

  #keep(entry: Entry<Value>, { value, lasts }: Found<Value>): Answer<Value> {
    const until = this.#clock.now() + Math.max(lasts, shortest);
    const found = { value, until };
    entry.found = found;
    entry.error = undefined;
    entry.until = until;
    return answerOf(entry, found);
  }

  #mayStillServe({ until }: { readonly until: Millis }): boolean {
    return this.#clock.now() < until + this.#staleFor;
  }
}

function answerOf<Value>(entry: Entry<Value>, { value }: { readonly value: Value }): Answer<Value> {
  return { value, expires: entry.until, stale: entry.error };
}
