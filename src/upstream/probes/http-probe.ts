/** One HTTP probe: a request of our own over a connection of its own, and what its response must look like. */
import type { ProbeResult } from "../../balance/index.ts";
import {
  type Content,
  cancelContent,
  type Endpoint,
  emptyContent,
  errorOf,
  Fields,
  type Millis,
  type ResponseHead,
} from "../../message/index.ts";
import type { Attempt, Carrier, ConnectionPool, Outbound, SendOptions, UpstreamError } from "../contract.ts";
import type { ProbeSettings } from "./settings.ts";
import { holdsStatus, shownRanges } from "./status-ranges.ts";

/** How far into the content the text is looked for. */
const mostContent = 65_536;

/** No client stands behind a probe: a PROXY protocol header says so. */
const nobody: Endpoint = { address: "", port: 0, family: "memory" };
const options: SendOptions = {
  key: undefined,
  pinned: undefined,
  client: nobody,
  local: nobody,
  informed: undefined,
};

/** What a probe asks for. */
export function probeRequest({ method, host, path }: ProbeSettings): Outbound {
  return {
    method,
    authority: host,
    target: path,
    fields: Fields.of(["user-agent", "sluice-probe"]),
    content: emptyContent,
    upgrade: undefined,
    trailers: false,
  };
}

export class HttpProbe implements Attempt {
  readonly outbound: Outbound;
  readonly options: SendOptions = options;
  carrier: Carrier | undefined = undefined;
  consumed = false;
  unwanted = false;
  readonly #settings: ProbeSettings;
  readonly #now: () => Millis;
  readonly #began: Millis;
  readonly #done: (result: ProbeResult) => void;
  #content: Content = emptyContent;
  #pool: ConnectionPool | undefined = undefined;
  #over = false;

  /** @param done - Told once, unless the probe is cancelled before. */
  constructor(
    outbound: Outbound,
    settings: ProbeSettings,
    now: () => Millis,
    done: (result: ProbeResult) => void,
  ) {
    this.outbound = outbound;
    this.#settings = settings;
    this.#now = now;
    this.#began = now();
    this.#done = done;
  }

  /** @param pool - For this probe alone: it is closed. */
  begin(pool: ConnectionPool): void {
    this.#pool = pool;
    pool.carry(this);
    if (this.#over) {
      pool.close();
    }
  }

  /** Gives up; nothing is told. */
  cancel(reason: Error): void {
    if (!this.#over) {
      this.#over = true;
      if (this.#content === emptyContent) {
        this.carrier?.cancel(this, reason);
      } else {
        cancelContent(this.#content, reason);
      }
      this.#pool?.close();
    }
  }

  informed(): void {
    // Interim responses say nothing about health.
  }

  responded(head: ResponseHead, content: Content): void {
    this.#content = content;
    const { status, fields, body } = this.#settings;
    if (!holdsStatus(status, head.status)) {
      this.#fail(`status ${head.status}, wanted ${shownRanges(status)}`);
      return;
    }
    for (const [name, wanted] of fields) {
      const seen = head.fields.get(name);
      if (seen !== wanted) {
        const what = seen === undefined ? `no field ${name}` : `field ${name} is ${JSON.stringify(seen)}`;
        this.#fail(`${what}, wanted ${JSON.stringify(wanted)}`);
        return;
      }
    }
    if (body === undefined) {
      this.#pass();
    } else {
      this.#search(content, Buffer.from(body));
    }
  }

  failed(error: UpstreamError): void {
    this.#end({ passed: false, detail: error.detail });
  }

  finished(): void {
    // Whatever follows the verdict is nobody's concern.
  }

  #search(content: Content, wanted: Buffer): void {
    if (content.type !== "pulled") {
      const bytes = content.type === "bytes" ? content.bytes.subarray(0, mostContent) : Buffer.alloc(0);
      this.#found(Buffer.from(bytes).includes(wanted));
      return;
    }
    let seen = Buffer.alloc(0);
    const pull = (): void => {
      try {
        while (!this.#over) {
          const got = content.read();
          if (got === "pending") {
            return;
          }
          if (got !== "end") {
            seen = Buffer.concat([seen, got], Math.min(mostContent, seen.length + got.length));
          }
          if (seen.includes(wanted)) {
            this.#found(true);
          } else if (got === "end" || seen.length === mostContent) {
            this.#found(false);
          }
        }
      } catch (error) {
        this.#fail(`its content broke off: ${errorOf(error).message}`);
      }
    };
    content.onReadable = pull;
    pull();
  }

  #found(found: boolean): void {
    if (found) {
      this.#pass();
    } else {
      this.#fail(`${JSON.stringify(this.#settings.body)} does not stand within its first 64 KiB of content`);
    }
  }

  #pass(): void {
    this.#end({ passed: true, took: this.#now() - this.#began });
  }

  #fail(detail: string): void {
    this.#end({ passed: false, detail });
  }

  #end(result: ProbeResult): void {
    if (!this.#over) {
      this.#over = true;
      cancelContent(this.#content, new Error("the probe has seen enough"));
      this.#pool?.close();
      this.#done(result);
    }
  }
}
