/** Asks a running server on its control socket. */
import { Buffer } from "node:buffer";
import { connect } from "node:net";
import {
  type ClientSink,
  Fields,
  type HttpError,
  type Millis,
  type Octets,
  type ResponseHead,
  type StreamId,
} from "../../message/index.ts";
import { defaultHttp1ClientLimits, Http1Client } from "../../protocol/http1/index.ts";
import { systemClock } from "../../transport/index.ts";

export interface ControlQuestion {
  readonly method: "GET" | "POST";
  /** Such as "/status". */
  readonly target: string;
  /** Goes out as JSON. */
  readonly content?: unknown;
  /** How long the answer may take; 10 seconds unless told. */
  readonly patience?: Millis;
}

export interface ControlAnswer {
  readonly status: number;
  /** What its JSON says. */
  readonly value: unknown;
}

const patience: Millis = 10_000;

/** Of an answer; ten thousand upstreams take half of it. */
const mostContent: Octets = 16_777_216;

/**
 * @param path - Of the socket.
 * @throws Error with a `code`: ENOENT, ECONNREFUSED (nobody listens), EACCES (another user's); or one that
 *   says in words that what answers there is no Sluice, or answers nothing.
 */
export function askControl(path: string, question: ControlQuestion): Promise<ControlAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const wait = question.patience ?? patience;
    const timer = setTimeout(() => over(new Error(`${path}: no answer within ${wait / 1_000} s`)), wait);
    const over = (outcome: Error | ControlAnswer): void => {
      clearTimeout(timer);
      socket.destroy();
      if (outcome instanceof Error) {
        reject(outcome);
      } else {
        resolve(outcome);
      }
    };
    const exchange = new Exchange(over, (error) =>
      over(new Error(`${path}: no Sluice answers there: ${error.message}`)),
    );
    socket.on("error", over);
    socket.on("data", (bytes) => exchange.machine.receive(bytes, systemClock.now()));
    socket.on("end", () => exchange.machine.end(systemClock.now()));
    for (const bytes of exchange.ask(question)) {
      socket.write(bytes);
    }
  });
}

class Exchange implements ClientSink {
  readonly machine: Http1Client = new Http1Client(
    this,
    { limits: defaultHttp1ClientLimits },
    systemClock.now(),
  );
  readonly #done: (answer: ControlAnswer) => void;
  readonly #failed: (error: Error) => void;
  readonly #content: Buffer[] = [];
  #octets: Octets = 0;
  #status = 0;

  constructor(done: (answer: ControlAnswer) => void, failed: (error: Error) => void) {
    this.#done = done;
    this.#failed = failed;
  }

  ask({ method, target, content }: ControlQuestion): readonly Uint8Array[] {
    const body = content === undefined ? undefined : Buffer.from(JSON.stringify(content));
    const fields = body === undefined ? Fields.empty : Fields.of(["content-type", "application/json"]);
    const now = systemClock.now();
    const stream = this.machine.request(
      { method, target, host: "sluice", fields, contentLength: body?.length ?? 0, close: true },
      now,
    );
    if (body !== undefined) {
      this.machine.content(stream, body);
      this.machine.complete(stream, Fields.empty, now);
    }
    return this.machine.drain();
  }

  informational(): void {}

  response(_stream: StreamId, head: ResponseHead): void {
    this.#status = head.status;
  }

  content(stream: StreamId, bytes: Uint8Array): void {
    this.#octets += bytes.length;
    if (this.#octets > mostContent) {
      this.#failed(new Error(`its answer has more than ${mostContent} octets`));
      return;
    }
    this.#content.push(Buffer.from(bytes));
    this.machine.consumed(stream, bytes.length, systemClock.now());
  }

  complete(): void {
    try {
      const value: unknown = JSON.parse(Buffer.concat(this.#content).toString("utf8"));
      this.#done({ status: this.#status, value });
    } catch {
      this.#failed(new Error(`status ${this.#status}, and no JSON`));
    }
  }

  writable(): void {}

  fault(_stream: StreamId | undefined, error: HttpError): void {
    this.#failed(error);
  }
}
