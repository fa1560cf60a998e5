/** Who the members of a group are now: one station each, kept while its place stays. */
import type { Member, Refusal, Roster } from "../../balance/index.ts";
import { type Clock, type Millis, MisuseError } from "../../message/index.ts";
import type { ConnectionPool } from "../contract.ts";
import type { EntryPlaces, MemberPlace } from "./places.ts";
import { Station } from "./station.ts";

export interface MembersParts {
  readonly clock: Clock;
  readonly roster: Roster;
  createPool(place: MemberPlace): ConnectionPool;
  /** A member is there that was not before, or is no more. */
  came(station: Station): void;
  went(station: Station): void;
  /** Something that the operator should know of names: they bring members, lose them, or stand for none. */
  said(words: string, bad: boolean): void;
}

export class Members {
  readonly #parts: MembersParts;
  readonly #entries: readonly EntryPlaces[];
  #stations: ReadonlyMap<string, Station> = new Map();
  /** Why names stand for nobody, as was said last. */
  readonly #failures = new Map<string, string>();
  /** Stations of members that are gone and have requests under way. */
  readonly #leaving = new WeakMap<Member, Station>();

  constructor(entries: readonly EntryPlaces[], parts: MembersParts) {
    this.#entries = entries;
    this.#parts = parts;
  }

  get stations(): Iterable<Station> {
    return this.#stations.values();
  }

  get ids(): readonly string[] {
    return [...this.#stations.keys()];
  }

  /** Some name that stands for several members is not resolved yet: requests may wait for it. */
  get awaited(): boolean {
    return this.#entries.some((entry) => entry.awaited);
  }

  of(member: Member): Station {
    const station = this.#stations.get(member.id) ?? this.#leaving.get(member);
    if (station === undefined) {
      throw new MisuseError(`${member.id} is no member of the group`);
    }
    return station;
  }

  begin(): void {
    for (const entry of this.#entries) {
      entry.begin();
    }
  }

  /** Brings members, and what is known of their names, to what the entries say now. */
  refresh(): void {
    const { roster, clock } = this.#parts;
    const now = clock.now();
    const places = new Map<string, MemberPlace>();
    for (const place of this.#entries.flatMap((entry) => entry.places)) {
      if (!places.has(place.id)) {
        places.set(place.id, place);
      }
    }
    const before = this.#stations;
    const pools = new Map<string, ConnectionPool>();
    const specs = [...places.values()].map((place) => {
      const pool = before.get(place.id)?.pool ?? this.#parts.createPool(place);
      pools.set(place.id, pool);
      return { id: place.id, weight: place.weight, tier: place.tier, capacity: Math.max(1, pool.capacity) };
    });
    roster.replace(specs, now);
    this.#stations = new Map(
      roster.members.map((member) => [member.id, this.#station(member, places, pools, now)]),
    );
    for (const [id, { unresolved }] of places) {
      roster.unresolved(id, unresolved, now);
    }
    this.#tell(before);
    this.#tellFailures();
  }

  /** What an upstream takes at once may change: HTTP/2 says so after the first connection. */
  measure(station: Station): void {
    if (station.capacity !== station.pool.capacity) {
      station.capacity = station.pool.capacity;
      this.refresh();
    }
  }

  /** Why nobody takes requests: members, and names that stand for none. */
  refusal(): Refusal {
    const { reasons, retryAfter } = this.#parts.roster.refusal(this.#parts.clock.now());
    const unresolved = this.#entries.flatMap(({ id, failure }) =>
      failure === undefined ? [] : [{ member: id, detail: failure }],
    );
    return { reasons: [...reasons, ...unresolved], retryAfter };
  }

  close(): void {
    for (const entry of this.#entries) {
      entry.close();
    }
    for (const station of this.#stations.values()) {
      this.#parts.went(station);
      station.pool.close();
    }
  }

  #station(
    member: Member,
    places: ReadonlyMap<string, MemberPlace>,
    pools: ReadonlyMap<string, ConnectionPool>,
    now: Millis,
  ): Station {
    const known = this.#stations.get(member.id);
    const place = places.get(member.id);
    const pool = pools.get(member.id);
    if (known !== undefined && known.member === member) {
      return known;
    }
    if (place === undefined || pool === undefined) {
      throw new MisuseError(`${member.id} has no place`);
    }
    return new Station(place, member, pool, now);
  }

  #tell(before: ReadonlyMap<string, Station>): void {
    for (const [id, station] of before) {
      if (this.#stations.get(id) !== station) {
        this.#leaving.set(station.member, station);
        this.#parts.went(station);
        this.#parts.said(`${id} is gone: its name does not stand for it any more`, false);
        station.pool.close();
      }
    }
    for (const [id, station] of this.#stations) {
      if (before.get(id) !== station) {
        this.#parts.came(station);
        if (before.size > 0) {
          this.#parts.said(`${id} is new: its name stands for it now`, false);
        }
      }
    }
  }

  #tellFailures(): void {
    for (const { id, failure } of this.#entries) {
      if (failure === this.#failures.get(id)) {
        continue;
      }
      if (failure === undefined) {
        this.#failures.delete(id);
        this.#parts.said(`${id} resolves again`, false);
      } else {
        this.#failures.set(id, failure);
        this.#parts.said(`${id} stands for nobody: ${failure}`, true);
      }
    }
  }
}
