/**
 * The circle of consistent hashing (Karger et al., 1997): every member owns points on it, as many as its
 * share says, and a key belongs to the owner of the first point at or after its own.
 *
 * Why a ring: what a member leaves is all that moves when it goes, and what a new one takes is all that
 * moves when it comes (Maglev's table moves a little of everybody's), looking up does not depend on how
 * many members there are (rendezvous looks at each), and walking on gives every key its own order of
 * second choices, which bounded loads and retries need.
 */
import { hashText, mix } from "./hash.ts";

export interface Owner {
  readonly id: string;
  readonly share: number;
}

/** Points of a member with share 1: what members own then differs by about 1/√256, 6 % of the mean. */
const pointsPerShare = 256;

/** Most points altogether, give or take rounding; with more shares than 2,048, each gets fewer. */
const mostPoints = 1 << 19;

/** To sort points, their place (32 bits) times this, plus their owner's number, are put into one double. */
const numberRoom = 2 ** 21;

/** About so many points are looked at to find one. */
const pointsPerStretch = 4;

/** Points in the order of their places on the circle, 0 to 2³² − 1. */
interface Points {
  readonly places: Uint32Array;
  /** Whose each is. */
  readonly numbers: Int32Array;
}

const noPoints: Points = { places: new Uint32Array(0), numbers: new Int32Array(0) };

export class Ring {
  #points: Points = noPoints;
  /** For each of equal stretches of the circle, the first point that is not before it. */
  #stretches: Int32Array = new Int32Array(2);
  /** A place's upper bits that tell its stretch remain after shifting by this. */
  #shift = 31;
  /** By number; undefined where a number is free. */
  readonly #owners: (Owner | undefined)[] = [];
  readonly #numbers = new Map<string, number>();
  /** Points of each number. */
  readonly #counts: number[] = [];

  get size(): number {
    return this.#points.places.length;
  }

  /** Only points of those who came, went or changed their share are touched. */
  assign(owners: readonly Owner[]): void {
    let total = 0;
    for (const { share } of owners) {
      total += share;
    }
    let scale = 1;
    while ((total * pointsPerShare) / scale > mostPoints) {
      scale *= 2;
    }
    const gone = this.#dropAllBut(owners);
    const added: number[] = [];
    for (const owner of owners) {
      const number = this.#enter(owner);
      const count = Math.max(1, Math.round((owner.share * pointsPerShare) / scale));
      const before = this.#counts[number] as number;
      if (count !== before) {
        gone.add(number);
        this.#counts[number] = count;
        addPoints(added, number, owner.id, count);
      }
    }
    if (gone.size > 0) {
      this.#points = merged(
        this.#points,
        Uint8Array.from(this.#owners, (_, number) => (gone.has(number) ? 1 : 0)),
        sorted(added),
      );
      this.#index();
    }
  }

  /** Where on the circle a key's first choice is: to be read by `owner`. */
  find(key: string): number {
    const place = hashText(key);
    const { places } = this.#points;
    let at = this.#stretches[place >>> this.#shift] as number;
    while (at < places.length && (places[at] as number) < place) {
      at += 1;
    }
    return at === places.length ? 0 : at;
  }

  /** The point after this one, all the way round. */
  after(at: number): number {
    return at + 1 === this.size ? 0 : at + 1;
  }

  /** The number (see `numberOf`) of who owns a point. */
  owner(at: number): number {
    return this.#points.numbers[at] as number;
  }

  /** The number that points know an owner by while it takes part; -1 for others. */
  numberOf(id: string): number {
    return this.#numbers.get(id) ?? -1;
  }

  #dropAllBut(owners: readonly Owner[]): Set<number> {
    const staying = new Set(owners.map(({ id }) => id));
    const gone = new Set<number>();
    for (const [id, number] of this.#numbers) {
      if (!staying.has(id)) {
        gone.add(number);
        this.#numbers.delete(id);
        this.#owners[number] = undefined;
        this.#counts[number] = 0;
      }
    }
    return gone;
  }

  #enter(owner: Owner): number {
    const known = this.#numbers.get(owner.id);
    const number = known ?? freeIn(this.#owners);
    this.#owners[number] = owner;
    if (known === undefined) {
      this.#numbers.set(owner.id, number);
      this.#counts[number] = 0;
    }
    return number;
  }

  #index(): void {
    const { places } = this.#points;
    const bits = Math.max(1, Math.ceil(Math.log2((places.length + 1) / pointsPerStretch)));
    const stretches = new Int32Array(2 ** bits);
    const length = 2 ** (32 - bits);
    let at = 0;
    for (let stretch = 0; stretch < stretches.length; stretch += 1) {
      while (at < places.length && (places[at] as number) < stretch * length) {
        at += 1;
      }
      stretches[stretch] = at;
    }
    this.#shift = 32 - bits;
    this.#stretches = stretches;
  }
}

function freeIn(owners: readonly (Owner | undefined)[]): number {
  const free = owners.indexOf(undefined);
  return free < 0 ? owners.length : free;
}

/** A larger count has all points of a smaller one: a member that warms up only takes, and takes little by little. */
function addPoints(into: number[], number: number, id: string, count: number): void {
  const first = hashText(id);
  const second = hashText(`${id}#`);
  for (let i = 0; i < count; i += 1) {
    into.push(mix(first ^ mix(second + Math.imul(i, 0x9e3779b1))) * numberRoom + number);
  }
}

function sorted(packed: readonly number[]): Points {
  const inOrder = Float64Array.from(packed).sort();
  const points = { places: new Uint32Array(inOrder.length), numbers: new Int32Array(inOrder.length) };
  for (let i = 0; i < inOrder.length; i += 1) {
    const point = inOrder[i] as number;
    const place = Math.floor(point / numberRoom);
    points.places[i] = place;
    points.numbers[i] = point - place * numberRoom;
  }
  return points;
}

/** `points` without those of numbers that have a 1 in `gone`, with `added`. */
function merged(points: Points, gone: Uint8Array, added: Points): Points {
  const { places, numbers } = points;
  const most = places.length + added.places.length;
  const all = { places: new Uint32Array(most), numbers: new Int32Array(most) };
  let size = 0;
  let fresh = 0;
  for (let old = 0; old <= places.length; old += 1) {
    const number = old < places.length ? (numbers[old] as number) : -1;
    if (number >= 0 && gone[number] === 1) {
      continue;
    }
    const place = number < 0 ? 2 ** 32 : (places[old] as number);
    for (; fresh < added.places.length && (added.places[fresh] as number) < place; fresh += 1) {
      all.places[size] = added.places[fresh] as number;
      all.numbers[size] = added.numbers[fresh] as number;
      size += 1;
    }
    if (number >= 0) {
      all.places[size] = place;
      all.numbers[size] = number;
      size += 1;
    }
  }
  return { places: all.places.slice(0, size), numbers: all.numbers.slice(0, size) };
}
