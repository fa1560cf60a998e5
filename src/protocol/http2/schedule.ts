/**
 * Which stream sends the next frame of content (RFC 9218 §10).
 *
 * The more urgent streams go first. Among equally urgent ones, those that are of no use
 * until whole leave one after another in the order they were asked for, and incremental
 * ones take turns by the frame; the two kinds alternate, so that neither starves the other.
 *
 * Streams are linked to each other, so that nothing is allocated for a frame or a stream.
 */
import type { Priority } from "../../fields/index.ts";
import type { StreamId } from "../../message/index.ts";

/** What a stream keeps for the schedule; `S` is the stream's own type. */
export interface Scheduled<S> {
  readonly id: StreamId;
  /** Set before it is added; changed through `prioritize` alone from then on. */
  priority: Priority;
  /** The schedule's: whether it is in it. */
  scheduled: boolean;
  /** The schedule's links within a lane. */
  ahead: S | undefined;
  behind: S | undefined;
}

interface Lane<S> {
  first: S | undefined;
  last: S | undefined;
}

/** The streams of one urgency. */
interface Level<S> {
  readonly whole: Lane<S>;
  readonly incremental: Lane<S>;
  /** Where both kinds wait: the incremental ones are next. */
  incrementalNext: boolean;
}

const urgencies = 8;

/** Holds the streams that could send content now. */
export class Schedule<S extends Scheduled<S>> {
  readonly #levels: readonly Level<S>[] = Array.from({ length: urgencies }, () => ({
    whole: { first: undefined, last: undefined },
    incremental: { first: undefined, last: undefined },
    incrementalNext: false,
  }));
  /** Bit `7 - u` is set while a stream of urgency `u` waits: the highest bit is the most urgent. */
  #waiting = 0;

  get isEmpty(): boolean {
    return this.#waiting === 0;
  }

  /** The stream has something to send and a window to send it in. Harmless where it is in already. */
  add(stream: S): void {
    if (stream.scheduled) {
      return;
    }
    const { urgency, incremental } = stream.priority;
    const level = this.#levels[urgency] as Level<S>;
    if (incremental) {
      append(level.incremental, stream);
    } else {
      insertInOrder(level.whole, stream);
    }
    stream.scheduled = true;
    this.#waiting |= 1 << (urgencies - 1 - urgency);
  }

  /** The stream waits for content or a window, or is gone. Harmless where it is not in. */
  remove(stream: S): void {
    if (!stream.scheduled) {
      return;
    }
    const { urgency, incremental } = stream.priority;
    const level = this.#levels[urgency] as Level<S>;
    unlink(incremental ? level.incremental : level.whole, stream);
    stream.scheduled = false;
    if (level.whole.first === undefined && level.incremental.first === undefined) {
      this.#waiting &= ~(1 << (urgencies - 1 - urgency));
    }
  }

  /** Gives the stream another priority, whether it is in or not. */
  prioritize(stream: S, priority: Priority): void {
    if (!stream.scheduled) {
      stream.priority = priority;
      return;
    }
    if (
      stream.priority.urgency === priority.urgency &&
      stream.priority.incremental === priority.incremental
    ) {
      return;
    }
    this.remove(stream);
    stream.priority = priority;
    this.add(stream);
  }

  /**
   * The stream that sends one frame now; it stays in. Asking uses up its turn: ask once a frame.
   *
   * @returns undefined when none waits.
   */
  next(): S | undefined {
    if (this.#waiting === 0) {
      return undefined;
    }
    // Bits 0 to 7 are numbers below 256, which have 24 leading zeros or more.
    const level = this.#levels[Math.clz32(this.#waiting) - 24] as Level<S>;
    const { whole, incremental } = level;
    if (incremental.first === undefined || (whole.first !== undefined && !level.incrementalNext)) {
      level.incrementalNext = true;
      return whole.first;
    }
    level.incrementalNext = false;
    const stream = incremental.first;
    if (stream !== incremental.last) {
      unlink(incremental, stream);
      append(incremental, stream);
    }
    return stream;
  }
}

function append<S extends Scheduled<S>>(lane: Lane<S>, stream: S): void {
  link(lane, lane.last, stream, undefined);
}

/** By id: the order in which the requests were made. A stream mostly belongs at one of the ends. */
function insertInOrder<S extends Scheduled<S>>(lane: Lane<S>, stream: S): void {
  const { first } = lane;
  if (first !== undefined && stream.id < first.id) {
    link(lane, undefined, stream, first);
    return;
  }
  let ahead = lane.last;
  let behind: S | undefined;
  while (ahead !== undefined && ahead.id > stream.id) {
    behind = ahead;
    ahead = ahead.ahead;
  }
  link(lane, ahead, stream, behind);
}

function link<S extends Scheduled<S>>(
  lane: Lane<S>,
  ahead: S | undefined,
  stream: S,
  behind: S | undefined,
): void {
  stream.ahead = ahead;
  stream.behind = behind;
  if (ahead === undefined) {
    lane.first = stream;
  } else {
    ahead.behind = stream;
  }
  if (behind === undefined) {
    lane.last = stream;
  } else {
    behind.ahead = stream;
  }
}

function unlink<S extends Scheduled<S>>(lane: Lane<S>, stream: S): void {
  const { ahead, behind } = stream;
  if (ahead === undefined) {
    lane.first = behind;
  } else {
    ahead.behind = behind;
  }
  if (behind === undefined) {
    lane.last = ahead;
  } else {
    behind.ahead = ahead;
  }
  stream.ahead = undefined;
  stream.behind = undefined;
}
