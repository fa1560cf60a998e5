/** What a server's core did while a load tool measured. */
import { coreBusyMicros, cpuMicros } from "./proc.ts";
import { serverCore } from "./processes.ts";

export class Meter {
  readonly #pid: number;
  #begun: Reading | undefined;
  #ended: Reading | undefined;

  /** @param pid - The server's first process. */
  constructor(pid: number) {
    this.#pid = pid;
  }

  start(): void {
    this.#begun = this.#read();
  }

  stop(): void {
    this.#ended = this.#read();
  }

  /** Microseconds of processor time that the server used; NaN before `stop`. */
  get used(): number {
    return this.#difference("server");
  }

  /** Share of the core that somebody else used, 0 to 1; NaN before `stop`. */
  get foreign(): number {
    return Math.max(0, (this.#difference("core") - this.used) / this.#difference("clock"));
  }

  #difference(what: keyof Reading): number {
    return (this.#ended?.[what] ?? Number.NaN) - (this.#begun?.[what] ?? Number.NaN);
  }

  #read(): Reading {
    return {
      server: cpuMicros(this.#pid),
      core: coreBusyMicros(serverCore),
      clock: performance.now() * 1000,
    };
  }
}

/** Microseconds. */
interface Reading {
  readonly server: number;
  readonly core: number;
  readonly clock: number;
}
