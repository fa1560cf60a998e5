/**
 * The access log: facts in, lines out, without waiting and without ever stopping the server.
 *
 * Lines are gathered and written in batches. A destination that fails (disk full,
 * reader gone) costs one warning; lines it cannot take are dropped and counted.
 */
import { openSync } from "node:fs";
import sonic, { type SonicBoom } from "sonic-boom";
import { wantsColour } from "./colour.ts";
import type { AccessFacts, AccessLogFormat } from "./facts.ts";
import { accessFormatter } from "./formats.ts";
import { createReporter, type Reporter } from "./reporter.ts";

export interface AccessLogOptions {
  readonly format: AccessLogFormat;
  /** "stdout", "stderr" or the path of a file, which is appended to. */
  readonly file: string;
  /** Told once when the destination fails, and once when it takes lines again. */
  readonly reporter?: Reporter;
}

export interface AccessLog {
  /** `facts` are read before this returns: the caller may use the object again. */
  log(facts: AccessFacts): void;
  /** Opens the file anew, after something moved it away. Standard streams stay. */
  reopen(): void;
  /** Writes what is left; waits 2 s at most. */
  close(): Promise<void>;
  /** Lines dropped because the destination did not take them. */
  readonly dropped: number;
}

/** Characters gathered before a write: one goes through the thread pool, which costs as much as many lines. */
const batchLength = 65_536;
/** Longest a line waits for others. */
const flushEvery = 500;
/** Octets kept for a destination that stalls; more is dropped. */
const mostWaiting = 4 * 1024 * 1024;
const closeWithin = 2_000;

/** @throws Error (ENOENT, EACCES …) when the file cannot be opened for appending. */
export function createAccessLog(options: AccessLogOptions): AccessLog {
  return new BatchedLog(options);
}

class BatchedLog implements AccessLog {
  readonly #format: (facts: AccessFacts) => string;
  readonly #file: string;
  readonly #reporter: Reporter;
  readonly #timer: NodeJS.Timeout;
  /** Someone watches: lines are written as they come. */
  readonly #live: boolean;
  #out: SonicBoom;
  /** Files that were reopened and take their last lines. */
  #ending: Promise<unknown> = Promise.resolve();
  #text = "";
  #lines = 0;
  #dropped = 0;
  #failing = false;
  #gone = false;
  #flushSoon = false;

  constructor({ format, file, reporter }: AccessLogOptions) {
    const stream = standardStream(file);
    this.#live = format === "dev" || stream?.isTTY === true;
    this.#format = accessFormatter(format, stream !== undefined && wantsColour(stream, process.env));
    this.#file = file;
    this.#reporter = reporter ?? createReporter();
    this.#out = this.#writeTo(stream?.fd ?? openLog(file));
    this.#timer = setInterval(() => this.#flush(), flushEvery);
    this.#timer.unref();
  }

  get dropped(): number {
    return this.#dropped;
  }

  log(facts: AccessFacts): void {
    this.#text += `${this.#format(facts)}\n`;
    this.#lines += 1;
    if (this.#text.length >= batchLength) {
      this.#flush();
    } else if (this.#live && !this.#flushSoon) {
      this.#flushSoon = true;
      setImmediate(() => this.#flush());
    }
  }

  reopen(): void {
    this.#flush();
    if (standardStream(this.#file) !== undefined || this.#gone) {
      return;
    }
    try {
      const descriptor = openLog(this.#file);
      this.#ending = Promise.all([this.#ending, ended(this.#out)]);
      this.#out = this.#writeTo(descriptor);
    } catch (error) {
      this.#reporter.warn(
        `access log ${this.#file}: ${(error as Error).message}; the file open so far stays`,
      );
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#flush();
    if (!this.#gone) {
      this.#gone = true;
      this.#ending = Promise.all([this.#ending, ended(this.#out)]);
    }
    await this.#ending;
  }

  #writeTo(descriptor: number): SonicBoom {
    const out = new sonic.SonicBoom({ fd: descriptor, contentMode: "buffer", maxLength: mostWaiting });
    out.on("error", (error: NodeJS.ErrnoException) => this.#failed(error));
    out.on("drop", () => this.#drop());
    out.on("write", () => this.#worked());
    return out;
  }

  #flush(): void {
    this.#flushSoon = false;
    if (this.#lines === 0) {
      return;
    }
    if (this.#gone) {
      this.#drop();
    } else {
      // Formatters write ASCII only, so latin1 is exact and the cheapest.
      this.#out.write(Buffer.from(this.#text, "latin1") as unknown as string);
    }
    this.#text = "";
    this.#lines = 0;
  }

  /** The batch at hand was refused. */
  #drop(): void {
    this.#dropped += this.#lines;
  }

  #failed(error: NodeJS.ErrnoException): void {
    if (error.code === "EPIPE" || error.code === "EBADF") {
      this.#gone = true;
    }
    if (!this.#failing) {
      this.#failing = true;
      this.#reporter.warn(`access log ${this.#file}: ${error.message}; lines are dropped while this lasts`);
    }
  }

  #worked(): void {
    if (this.#failing) {
      this.#failing = false;
      this.#reporter.warn(`access log ${this.#file}: written again, ${this.#dropped} lines were dropped`);
    }
  }
}

function standardStream(file: string): (NodeJS.WriteStream & { readonly fd: 1 | 2 }) | undefined {
  return file === "stdout" ? process.stdout : file === "stderr" ? process.stderr : undefined;
}

function openLog(file: string): number {
  return openSync(file, "a", 0o640);
}

/** Lets the stream write its last lines; one that cannot is left after a while. */
function ended(out: SonicBoom): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      out.destroy();
      resolve();
    }, closeWithin);
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    out.once("close", done);
    out.once("error", () => {
      out.destroy();
      done();
    });
    out.end();
  });
}
