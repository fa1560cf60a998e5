import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type Priority, parsePriority } from "../../fields/index.ts";
import { Schedule, type Scheduled } from "./schedule.ts";

class Stream implements Scheduled<Stream> {
  readonly id: number;
  priority: Priority;
  scheduled = false;
  ahead: Stream | undefined;
  behind: Stream | undefined;
  /** Frames left; it leaves the schedule with the last. */
  left: number;

  constructor(id: number, priority: string, left: number) {
    this.id = id;
    this.priority = parsePriority(priority);
    this.left = left;
  }
}

/** The ids in the order of their frames until nobody has any left. */
function order(streams: readonly Stream[]): number[] {
  const schedule = new Schedule<Stream>();
  for (const stream of streams) {
    schedule.add(stream);
  }
  const ids: number[] = [];
  for (let stream = schedule.next(); stream !== undefined; stream = schedule.next()) {
    ids.push(stream.id);
    stream.left -= 1;
    if (stream.left === 0) {
      schedule.remove(stream);
    }
  }
  strictEqual(schedule.isEmpty, true);
  return ids;
}

describe("Schedule (RFC 9218 §10)", () => {
  // [id, priority, frames]
  const rows = [
    [
      "equals that are not incremental: one after another",
      [
        [1, "", 2],
        [3, "", 2],
      ],
      [1, 1, 3, 3],
    ],
    [
      "by id, in whatever order they came",
      [
        [5, "", 1],
        [1, "", 1],
        [7, "", 1],
        [3, "", 1],
      ],
      [1, 3, 5, 7],
    ],
    [
      "the urgent first",
      [
        [1, "u=7", 1],
        [3, "", 1],
        [5, "u=0", 2],
      ],
      [5, 5, 3, 1],
    ],
    [
      "incremental ones take turns",
      [
        [1, "i", 2],
        [3, "i", 3],
        [5, "i", 1],
      ],
      [1, 3, 5, 1, 3, 3],
    ],
    [
      "the two kinds alternate",
      [
        [1, "", 2],
        [3, "i", 2],
        [5, "i", 1],
        [7, "", 1],
      ],
      [1, 3, 1, 5, 7, 3],
    ],
    [
      "urgency before kind",
      [
        [1, "u=5", 1],
        [3, "u=4, i", 2],
        [5, "u=4, i", 1],
      ],
      [3, 5, 3, 1],
    ],
    [
      "alone among less urgent ones",
      [
        [1, "u=1, i", 2],
        [3, "u=2", 1],
      ],
      [1, 1, 3],
    ],
    ["nobody", [], []],
  ] as const;
  for (const [rule, streams, expected] of rows) {
    it(rule, () => {
      deepStrictEqual(order(streams.map(([id, priority, left]) => new Stream(id, priority, left))), expected);
    });
  }

  it("a more urgent stream that comes later goes before the rest of another", () => {
    const schedule = new Schedule<Stream>();
    schedule.add(new Stream(1, "u=3", 9));
    strictEqual(schedule.next()?.id, 1);
    const urgent = new Stream(3, "u=0", 9);
    schedule.add(urgent);
    strictEqual(schedule.next()?.id, 3);
    schedule.remove(urgent);
    strictEqual(schedule.next()?.id, 1);
  });

  it("a stream that waited and comes back keeps its place among those that are not incremental", () => {
    const schedule = new Schedule<Stream>();
    const [first, second, third] = [new Stream(1, "", 9), new Stream(3, "", 9), new Stream(5, "", 9)];
    for (const stream of [first, second, third]) {
      schedule.add(stream);
    }
    schedule.remove(second);
    schedule.remove(first);
    strictEqual(schedule.next(), third);
    schedule.add(second);
    strictEqual(schedule.next(), second);
    schedule.add(first);
    strictEqual(schedule.next(), first);
  });

  it("a new priority moves it, waiting or not (RFC 9218 §6)", () => {
    const schedule = new Schedule<Stream>();
    const [first, second] = [new Stream(1, "", 9), new Stream(3, "", 9)];
    schedule.add(first);
    schedule.prioritize(second, parsePriority("u=0"));
    schedule.add(second);
    strictEqual(schedule.next(), second);
    schedule.prioritize(second, parsePriority("u=7, i"));
    strictEqual(schedule.next(), first);
    schedule.prioritize(first, parsePriority("u=7"));
    deepStrictEqual([schedule.next()?.id, schedule.next()?.id, schedule.next()?.id], [1, 3, 1]);
  });

  it("adding twice and removing twice is harmless", () => {
    const schedule = new Schedule<Stream>();
    const stream = new Stream(1, "i", 9);
    schedule.add(stream);
    schedule.add(stream);
    deepStrictEqual([schedule.next(), schedule.next()], [stream, stream]);
    schedule.remove(stream);
    schedule.remove(stream);
    strictEqual(schedule.next(), undefined);
    strictEqual(schedule.isEmpty, true);
  });
});

const urgency = fc.integer({ min: 0, max: 7 });
const step = fc.tuple(
  fc.constantFrom("add", "remove", "prioritize", "next"),
  fc.nat({ max: 9 }),
  urgency,
  fc.boolean(),
);

/** A list that is sorted for each question, and turns that are counted: what `Schedule` must agree with. */
class Model {
  readonly waiting = new Set<Stream>();
  /** When each incremental stream last came or sent. */
  readonly #turns = new Map<Stream, number>();
  readonly #incrementalNext: boolean[] = [];
  #clock = 0;

  add(stream: Stream): void {
    if (!this.waiting.has(stream)) {
      this.waiting.add(stream);
      this.#tick(stream);
    }
  }

  next(): Stream | undefined {
    const all = [...this.waiting];
    const most = Math.min(...all.map(({ priority }) => priority.urgency));
    const level = all.filter(({ priority }) => priority.urgency === most);
    const whole = level.filter(({ priority }) => !priority.incremental).sort((a, b) => a.id - b.id)[0];
    const incremental = level
      .filter(({ priority }) => priority.incremental)
      .sort((a, b) => (this.#turns.get(a) ?? 0) - (this.#turns.get(b) ?? 0))[0];
    const chosen = (this.#incrementalNext[most] ? incremental : whole) ?? incremental ?? whole;
    if (chosen !== undefined) {
      this.#incrementalNext[most] = chosen === whole;
      this.#tick(chosen);
    }
    return chosen;
  }

  #tick(stream: Stream): void {
    this.#clock += 1;
    this.#turns.set(stream, this.#clock);
  }
}

describe("Schedule, for any sequence", () => {
  it("agrees with a list that is sorted each time", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const schedule = new Schedule<Stream>();
        const model = new Model();
        const streams = Array.from({ length: 10 }, (_, index) => new Stream(2 * index + 1, "", 1));
        for (const [act, index, urgent, incremental] of steps) {
          const stream = streams[index] as Stream;
          if (act === "add") {
            schedule.add(stream);
            model.add(stream);
          } else if (act === "remove") {
            schedule.remove(stream);
            model.waiting.delete(stream);
          } else if (act === "prioritize") {
            const changes = stream.priority.urgency !== urgent || stream.priority.incremental !== incremental;
            schedule.prioritize(stream, { urgency: urgent, incremental });
            if (changes && model.waiting.delete(stream)) {
              model.add(stream);
            }
          } else {
            strictEqual(schedule.next()?.id, model.next()?.id);
          }
          strictEqual(schedule.isEmpty, model.waiting.size === 0);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
