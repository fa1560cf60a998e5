/** What probes say of one member: rise and fall. */
import type { ProbeResult } from "../contract.ts";
import type { ProbeRules } from "./rules.ts";
import { counted } from "./words.ts";

/**
 * A member that nobody has probed yet takes requests. Otherwise each start and each reload would refuse
 * everybody until the first probes are back, and those who are not there are found by the first request.
 */
export class Verdict {
  readonly #rules: ProbeRules | undefined;
  /** A probe found it well, at some time. */
  #proven = false;
  /** Probes in a row that speak against the verdict. */
  #against = 0;
  down = false;
  /** Why the verdict is what it is; empty before there is one. */
  reason = "";

  constructor(rules: ProbeRules | undefined) {
    this.#rules = rules;
  }

  /** @returns Whether the verdict is another one now. */
  probed(result: ProbeResult): boolean {
    if (result.passed !== this.down) {
      this.#against = 0;
      this.#proven ||= result.passed;
      return false;
    }
    this.#against += 1;
    const needed = this.#needed(result.passed);
    if (this.#against < needed) {
      return false;
    }
    this.down = !result.passed;
    this.reason = this.#words(result);
    this.#against = 0;
    this.#proven ||= result.passed;
    return true;
  }

  /** Probes that must pass in a row until a member that is down is back. */
  get missing(): number {
    return this.#needed(true) - this.#against;
  }

  /** Somebody says that it is well; the next probes may disagree. */
  clear(): void {
    this.down = false;
    this.#against = 0;
    this.#proven = true;
  }

  #needed(passed: boolean): number {
    if (!this.#proven || this.#rules === undefined) {
      return 1;
    }
    return passed ? this.#rules.rise : this.#rules.fall;
  }

  #words(result: ProbeResult): string {
    const count = this.#against;
    if (result.passed) {
      return count === 1 ? "a probe passed" : `${counted(count, "probe")} passed in a row`;
    }
    return count === 1
      ? `a probe failed: ${result.detail}`
      : `${counted(count, "probe")} failed in a row, last: ${result.detail}`;
  }
}
