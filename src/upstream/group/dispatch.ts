/**
 * One request on its way to whichever member answers: attempts one after the other, or two at once where
 * hedging is on. It knows nothing of connections, and settles exactly once.
 */
import type { Ask, Member } from "../../balance/index.ts";
import {
  type Content,
  cancelContent,
  type Fields,
  HttpResponse,
  type Millis,
  MisuseError,
  type ResponseHead,
} from "../../message/index.ts";
import { isIdempotent } from "../../semantics/index.ts";
import type { Timed } from "../../transport/index.ts";
import { type Dispatch, type Outbound, type SendOptions, UpstreamError } from "../contract.ts";
import { faults } from "./faults.ts";
import type { Hedgeable } from "./hedging.ts";
import { type Again, againAfter, anew, costsWork, mayResend, whyNotAgain } from "./retry-rules.ts";
import type { Sending } from "./sending.ts";
import { TimedContent } from "./timed-content.ts";
import { otherIsBusy, Try, type TryOwner } from "./try.ts";
import type { Waiter } from "./waiting-line.ts";

const nobody: readonly Member[] = [];

/** The executor of a promise runs at once: what it is given is picked up here, without a closure for each. */
let resolving: (dispatch: Dispatch) => void;
let rejecting: (error: Error) => void;
function pickUp(resolve: (dispatch: Dispatch) => void, reject: (error: Error) => void): void {
  resolving = resolve;
  rejecting = reject;
}

function ignore(): void {}

export class GroupDispatch implements Dispatch, Ask, Waiter, Timed, TryOwner, Hedgeable {
  readonly answered: Promise<Dispatch>;
  readonly key: string | undefined;
  tried: readonly Member[] = nobody;
  attempts = 0;
  readonly outbound: Outbound;
  readonly options: SendOptions;
  /** Of `total`. */
  deadline: Millis | undefined = undefined;
  bucket = 0;
  readonly #sending: Sending;
  readonly #resolve: (dispatch: Dispatch) => void;
  readonly #reject: (error: Error) => void;
  /** Neither answered, nor failed, nor taken back. */
  #pending = true;
  #current: Try | undefined = undefined;
  #hedge: Try | undefined = undefined;
  #response: HttpResponse | undefined = undefined;
  #version: ResponseHead["version"] = "1.1";
  #timed: TimedContent | undefined = undefined;
  /** Whom the next attempt may ask. */
  #again: Again = "anyone";
  #consumed = false;
  #reasons: { readonly member: string; readonly detail: string }[] | undefined = undefined;
  /** What it fails with if there is no further attempt. */
  #last: UpstreamError | undefined = undefined;

  constructor(sending: Sending, outbound: Outbound, options: SendOptions) {
    this.#sending = sending;
    this.outbound = outbound;
    this.options = options;
    this.key = options.key;
    this.answered = new Promise(pickUp);
    this.#resolve = resolving;
    this.#reject = rejecting;
  }

  get pending(): boolean {
    return this.#pending;
  }

  /** Who failed is not asked once more. */
  get choosy(): boolean {
    return this.#last !== undefined && this.#again === "others";
  }

  get response(): HttpResponse {
    if (this.#response === undefined) {
      throw new MisuseError("the response was asked for before its head came");
    }
    return this.#response;
  }

  get member(): Member {
    if (this.#response === undefined || this.#current === undefined) {
      throw new MisuseError("the member was asked for before it answered");
    }
    return this.#current.station.member;
  }

  get version(): ResponseHead["version"] {
    return this.#version;
  }

  begin(now: Millis): void {
    const { rules, deadlines, line } = this.#sending;
    if (rules.total !== undefined) {
      this.deadline = now + rules.total;
      deadlines.watch(this);
    }
    if (line.holdsUp || !this.launch(now)) {
      this.#wait(now);
    }
  }

  cancel(reason: Error): void {
    if (this.#response !== undefined) {
      cancelContent(this.#response.content, reason);
    } else if (this.#pending) {
      this.#end(
        reason instanceof UpstreamError
          ? reason
          : new UpstreamError(faults.cancelled, reason.message, {
              type: "connection_terminated",
              unsent: this.attempts === 0,
              reasons: this.#reasons ?? [],
              by: "client",
            }),
        reason,
      );
    }
  }

  // ---- From the line, the clock and hedging

  launch(now: Millis): boolean {
    const { roster, line, hedging } = this.#sending;
    const member = roster.pick(this, this.attempts === 0 ? this.options.pinned : undefined, now);
    if (member === undefined) {
      return false;
    }
    if (this.choosy && this.tried.includes(member)) {
      if (otherIsBusy(roster, this.tried, now)) {
        return false;
      }
      this.#end(this.#last as UpstreamError);
      return true;
    }
    line.leave(this);
    this.#current = this.#attempt(member, now);
    this.#current.station.pool.carry(this.#current);
    if (hedging !== undefined && this.#pending && this.attempts === 1 && this.#mayHedge()) {
      hedging.watch(this, now);
    }
    return true;
  }

  late(waited: Millis): void {
    this.#end(this.#last ?? this.#sending.refusals.waitedTooLong(waited));
  }

  refuse(): void {
    this.#end(this.#last ?? this.#sending.refusals.nobodyLeft());
  }

  expire(): void {
    this.deadline = undefined;
    const error = this.#sending.refusals.tookTooLong();
    if (this.#pending) {
      this.#end(error);
    } else {
      this.#timed?.fail(error);
    }
  }

  hedge(now: Millis): boolean {
    const current = this.#current;
    if (!this.#pending || current === undefined || this.#hedge !== undefined) {
      return false;
    }
    this.#hasTried(current.station.member);
    const member = this.#sending.roster.pick(this, undefined, now);
    if (member === undefined || this.tried.includes(member)) {
      return false;
    }
    this.#hedge = this.#attempt(member, now);
    this.#hedge.station.pool.carry(this.#hedge);
    return true;
  }

  // ---- From its attempts

  informed(from: Try, status: number, fields: Fields): void {
    // Of two, it is not known yet whose word counts.
    if (from === this.#current && this.#hedge === undefined) {
      this.options.informed?.(status, fields);
    }
  }

  responded(from: Try, head: ResponseHead, content: Content, tunnel: boolean): void {
    if (
      !tunnel &&
      this.#sending.rules.retryStatuses.has(head.status) &&
      this.#asksAnother(from, head.status, content)
    ) {
      return;
    }
    this.#pending = false;
    const other = from === this.#hedge ? this.#current : this.#hedge;
    this.#current = from;
    this.#hedge = undefined;
    other?.abandon(new Error("another upstream answered first"));
    if (from.unwanted) {
      cancelContent(from.outbound.content, new Error("the upstream answered without reading the request"));
    }
    this.#version = head.version;
    this.#response = new HttpResponse({
      status: head.status,
      fields: head.fields,
      content: this.#timely(content, tunnel),
      tunnel,
    });
    this.#resolve(this);
  }

  failed(from: Try, error: UpstreamError): void {
    this.#note(from, error.detail);
    const failed = { error, consumed: from.consumed };
    const now = this.#sending.clock.now();
    this.#again = againAfter(this.outbound, failed);
    const allowed =
      this.#again !== "nobody" &&
      this.attempts <= this.#sending.rules.retries &&
      (!costsWork(failed) || this.#sending.mayRetry(now));
    this.#last = this.#summed(error, allowed ? "" : whyNotAgain(this.outbound, failed));
    if (this.#leaves(from)) {
      // The other attempt goes on.
    } else if (!allowed) {
      this.#end(this.#last);
    } else if (!this.launch(now)) {
      this.#wait(now);
    }
  }

  finished(from: Try): void {
    if (from === this.#current && this.#response !== undefined) {
      this.#forgetDeadline();
    }
  }

  // ---- Attempts

  #attempt(member: Member, now: Millis): Try {
    const station = this.#sending.stationOf(member);
    this.#sending.roster.started(member, now);
    this.attempts += 1;
    station.requests += 1;
    if (this.attempts > 1) {
      station.retries += 1;
    }
    return new Try(this, station, this.#sending, this.#consumed ? anew(this.outbound) : this.outbound, now);
  }

  /** Instead of a response that counts as a failure: another member is asked, where there is one. */
  #asksAnother(from: Try, status: number, content: Content): boolean {
    const { roster, rules, clock, refusals } = this.#sending;
    const running = this.#hedge !== undefined;
    const mayAgain = isIdempotent(this.outbound.method) && mayResend(this.outbound, from.consumed);
    if (!running && (!mayAgain || this.attempts > rules.retries)) {
      return false;
    }
    const now = clock.now();
    this.#hasTried(from.station.member);
    const member = running ? undefined : roster.pick(this, undefined, now);
    if (!running && (member === undefined || this.tried.includes(member) || !this.#sending.mayRetry(now))) {
      return false;
    }
    this.#note(from, `status ${status}`);
    this.#last = this.#summed(refusals.answered(status), "");
    this.#leaves(from);
    // The next is entered first: what is given up may make room for somebody else at once.
    const next = member === undefined ? undefined : this.#attempt(member, now);
    cancelContent(content, new Error(`status ${status}: another upstream is asked`));
    if (next !== undefined) {
      this.#current = next;
      next.station.pool.carry(next);
    }
    return true;
  }

  #mayHedge(): boolean {
    const { method, content, upgrade } = this.outbound;
    return content.type === "empty" && upgrade === undefined && isIdempotent(method);
  }

  /** An attempt is over without a response that counts. @returns Whether another one is under way. */
  #leaves(from: Try): boolean {
    if (from === this.#current) {
      this.#current = this.#hedge;
    }
    this.#hedge = undefined;
    return this.#current !== undefined && this.#current !== from;
  }

  #hasTried(member: Member): void {
    if (!this.tried.includes(member)) {
      this.tried = [...this.tried, member];
    }
  }

  #note(from: Try, detail: string): void {
    const { member } = from.station;
    this.#hasTried(member);
    this.#consumed ||= from.consumed;
    this.#reasons ??= [];
    this.#reasons.push({ member: member.id, detail });
  }

  // ---- Ends

  #wait(now: Millis): void {
    const { line, mayWait, refusals } = this.#sending;
    if (!this.#pending) {
      return;
    }
    if (!mayWait) {
      this.#end(this.#last ?? refusals.nobodyLeft());
    } else if (!line.join(this, now)) {
      this.#end(this.#last ?? refusals.lineFull());
    }
  }

  #summed(error: UpstreamError, more: string): UpstreamError {
    return new UpstreamError(error.fault, `${error.detail}${more}`, {
      type: error.type,
      unsent: error.unsent,
      reasons: this.#reasons ?? [],
      retryAfter: error.retryAfter,
      by: error.by,
    });
  }

  /** @param why - What its attempts are told. */
  #end(error: UpstreamError, why: Error = error): void {
    if (this.#pending) {
      this.#pending = false;
      this.#sending.line.leave(this);
      this.#current?.abandon(why);
      this.#hedge?.abandon(why);
      this.#forgetDeadline();
      // Whoever took it back may have stopped waiting for it.
      this.answered.catch(ignore);
      this.#reject(error);
    }
  }

  #timely(content: Content, tunnel: boolean): Content {
    if (this.deadline === undefined || content.type !== "pulled" || tunnel) {
      this.#forgetDeadline();
      return content;
    }
    this.#timed = new TimedContent(content);
    return this.#timed;
  }

  #forgetDeadline(): void {
    if (this.deadline !== undefined) {
      this.deadline = undefined;
      this.#sending.deadlines.forget(this);
    }
  }
}
