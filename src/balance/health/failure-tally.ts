/** Whether one member's requests fail too often: in a row, or by their share within a window. */
import type { Millis } from "../../message/index.ts";
import { OutcomeWindow } from "./outcome-window.ts";
import type { FailureRules } from "./rules.ts";
import { counted, durationWords } from "./words.ts";

export class FailureTally {
  readonly #rules: FailureRules;
  readonly #window: OutcomeWindow | undefined;
  #inARow = 0;
  #status = 0;
  #detail: string | undefined;

  constructor(rules: FailureRules) {
    this.#rules = rules;
    this.#window = rules.rate === undefined ? undefined : new OutcomeWindow(rules.window);
  }

  succeeded(now: Millis): void {
    this.#inARow = 0;
    this.#window?.add(false, now);
  }

  /** @param detail - What went wrong; undefined: the status says it. */
  failed(status: number, detail: string | undefined, now: Millis): void {
    this.#inARow += 1;
    this.#status = status;
    this.#detail = detail;
    this.#window?.add(true, now);
  }

  /** Worth asking after a failure: only failures make it true. */
  isTooMuch(now: Millis): boolean {
    return this.#tooManyInARow || this.#tooGreatRate(now);
  }

  /** Such as "5 failures in a row, last: connection refused by 10.0.0.1:3000". */
  words(now: Millis): string {
    const last = this.#detail ?? `status ${this.#status}`;
    const what = this.#tooManyInARow
      ? `${counted(this.#inARow, "failure")} in a row`
      : `${this.#window?.failed(now)} of ${this.#window?.total(now)} requests failed within ${durationWords(this.#rules.window)}`;
    return `${what}, last: ${last}`;
  }

  clear(): void {
    this.#inARow = 0;
    this.#window?.clear();
  }

  get #tooManyInARow(): boolean {
    const { failures } = this.#rules;
    return failures !== undefined && this.#inARow >= failures;
  }

  #tooGreatRate(now: Millis): boolean {
    const { rate, rateOf } = this.#rules;
    if (rate === undefined || this.#window === undefined) {
      return false;
    }
    const total = this.#window.total(now);
    const failed = this.#window.failed(now);
    return failed > 0 && total >= rateOf && failed >= rate * total;
  }
}
