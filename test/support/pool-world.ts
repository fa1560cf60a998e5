/** A pool whose upstream is played by the test, in memory and on a clock of its own. */
import {
  bytesContent,
  type Clock,
  type Content,
  type Endpoint,
  emptyContent,
  Fields as FieldList,
  type Fields,
  type Millis,
  type ResponseHead,
  type TlsFacts,
} from "../../src/message/index.ts";
import {
  type Channel,
  ConnectFailure,
  type ConnectOptions,
  Deadlines,
  memoryPair,
  type Receiver,
} from "../../src/transport/index.ts";
import type {
  Attempt,
  Carrier,
  ConnectionPool,
  Outbound,
  PoolOptions,
  PoolPlace,
  UpstreamError,
} from "../../src/upstream/index.ts";

const nowhere: Endpoint = { address: "memory", port: 0, family: "memory" };

/** Lets everything under way in memory arrive. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}

/** How one attempt goes, in words. */
export class Told implements Attempt {
  readonly outbound: Outbound;
  readonly options: Attempt["options"];
  carrier: Carrier | undefined = undefined;
  consumed = false;
  unwanted = false;
  /** "informed 103", "responded 200", "failed TYPE", "finished", "finished: WORDS", in order. */
  readonly log: string[] = [];
  head: ResponseHead | undefined;
  content: Content = emptyContent;
  error: UpstreamError | undefined;
  /** Called from within the event of that name. */
  readonly on: { responded?: () => void; failed?: () => void; finished?: () => void } = {};

  constructor(outbound: Partial<Outbound>) {
    this.outbound = {
      method: "GET",
      authority: "a.test",
      target: "/",
      fields: FieldList.empty,
      content: emptyContent,
      upgrade: undefined,
      trailers: false,
      ...outbound,
    };
    this.options = {
      key: undefined,
      pinned: undefined,
      client: nowhere,
      local: nowhere,
      informed: undefined,
    };
  }

  informed(status: number, fields: Fields): void {
    this.log.push([`informed ${status}`, ...[...fields].map((line) => line.join("="))].join(" "));
  }

  responded(head: ResponseHead, content: Content, tunnel: boolean): void {
    this.head = head;
    this.content = content;
    this.log.push(`responded ${head.status}${tunnel ? " tunnel" : ""}`);
    this.on.responded?.();
  }

  failed(error: UpstreamError): void {
    this.error = error;
    this.log.push(`failed ${error.type}`);
    this.on.failed?.();
  }

  finished(error: Error | undefined): void {
    this.log.push(error === undefined ? "finished" : `finished: ${error.message}`);
    this.on.finished?.();
  }

  cancel(): void {
    this.carrier?.cancel(this, new Error("nobody waits"));
  }

  /** What of the content can be read now, as latin1; then "|end", "|pending" or "|ERROR". */
  read(): string {
    const { content } = this;
    if (content.type !== "pulled") {
      return content.type === "empty" ? "|end" : `${Buffer.from(content.bytes).toString("latin1")}|end`;
    }
    let text = "";
    try {
      for (;;) {
        const piece = content.read();
        if (typeof piece === "string") {
          return `${text}|${piece}`;
        }
        text += Buffer.from(piece).toString("latin1");
      }
    } catch (error) {
      return `${text}|${(error as Error).message}`;
    }
  }
}

/** One connection that the pool asked for. */
export class PlayedConnection implements Receiver {
  readonly options: ConnectOptions;
  readonly #done: (result: Channel | ConnectFailure) => void;
  #channel: Channel | undefined;
  #heard = "";
  /** "opening", "cancelled", "open", "ended" by the pool, "closed". */
  state = "opening";

  constructor(options: ConnectOptions, done: (result: Channel | ConnectFailure) => void) {
    this.options = options;
    this.#done = done;
  }

  /** @param alpn - What the handshake said; undefined: in the clear. */
  open(alpn?: string): void {
    const [near, far] = memoryPair();
    this.#channel = far;
    this.state = "open";
    far.attach(this);
    this.#done(alpn === undefined ? near : secured(near, alpn));
  }

  refuse(): void {
    this.state = "closed";
    this.#done(new ConnectFailure("refused", "10.0.0.1:80: connection refused"));
  }

  /** What came since the last call, as latin1. */
  heard(): string {
    const heard = this.#heard;
    this.#heard = "";
    return heard;
  }

  say(text: string): void {
    this.#channel?.write([Buffer.from(text, "latin1")]);
  }

  /** Reads no more. */
  stall(): void {
    this.#channel?.pause();
  }

  /** Ends its side. */
  finish(): void {
    this.#channel?.end();
  }

  close(how?: "reset"): void {
    this.#channel?.destroy(how);
  }

  receive(bytes: Uint8Array): void {
    this.#heard += Buffer.from(bytes).toString("latin1");
  }

  flushed(): void {}

  end(): void {
    this.state = "ended";
  }

  closed(): void {
    this.state = "closed";
  }
}

type Connecting = (
  options: ConnectOptions,
  done: (result: Channel | ConnectFailure) => void,
) => { cancel(): void };

/** How `createPool` looks; given to it, so that a pool's tests load no more than they test. */
export type Create = (
  place: PoolPlace,
  options: PoolOptions,
  parts: { readonly clock: Clock; readonly deadlines: Deadlines; readonly connect: Connecting },
) => ConnectionPool;

export interface WorldOptions extends Partial<Omit<PoolOptions, "timeouts">> {
  readonly http2?: PoolPlace["http2"];
  readonly where?: PoolPlace["where"];
}

export class PoolWorld {
  now: Millis = 10_000;
  readonly clock: Clock = { now: () => this.now, wall: () => 0 };
  readonly deadlines: Deadlines = new Deadlines(this.clock);
  readonly connections: PlayedConnection[] = [];
  readonly pool: ConnectionPool;

  /** Timeouts are 1 s to connect, 10 s for a head, 5 s for progress. */
  constructor(create: Create, options: WorldOptions = {}) {
    const { http2 = "never", where = () => ({ type: "unix", path: "/memory" }), ...rest } = options;
    this.pool = create(
      { id: "m", authority: "member.test", secure: false, http2, where, tls: () => undefined },
      {
        connections: 10,
        idle: 10,
        keepAlive: undefined,
        proxyProtocol: undefined,
        timeouts: { connect: 1_000, response: 10_000, progress: 5_000 },
        ...rest,
      },
      {
        clock: this.clock,
        deadlines: this.deadlines,
        connect: (connecting, done) => {
          const connection = new PlayedConnection(connecting, done);
          this.connections.push(connection);
          return {
            cancel: () => {
              connection.state = "cancelled";
            },
          };
        },
      },
    );
  }

  ask(outbound: Partial<Outbound> = {}): Told {
    const told = new Told(outbound);
    this.pool.carry(told);
    return told;
  }

  /** An attempt and the new connection that its request went out on. */
  async asked(outbound: Partial<Outbound> = {}): Promise<{ told: Told; connection: PlayedConnection }> {
    const told = this.ask(outbound);
    const connection = this.last;
    connection.open();
    await settled();
    return { told, connection };
  }

  get last(): PlayedConnection {
    return this.connections.at(-1) as PlayedConnection;
  }

  /** Lets time pass, and everything due happen. */
  async pass(millis: Millis): Promise<void> {
    const end = this.now + millis;
    while (this.now < end) {
      this.now = Math.min(end, this.now + 250);
      this.deadlines.sweep();
      await settled();
    }
  }

  /** Open and idle connections, as the pool counts them. */
  get counts(): readonly [open: number, idle: number] {
    return [this.pool.open, this.pool.idle];
  }
}

export function text(content: string): Content {
  return bytesContent(Buffer.from(content, "latin1"));
}

/** The channel as one whose handshake agreed on a protocol. */
function secured(channel: Channel, alpn: string): Channel {
  const tls: TlsFacts = {
    version: "TLSv1.3",
    cipher: "TLS_AES_128_GCM_SHA256",
    serverName: undefined,
    alpn,
    resumed: false,
    clientCertificate: undefined,
  };
  return {
    remote: channel.remote,
    local: channel.local,
    tls,
    attach: (receiver) => channel.attach(receiver),
    write: (chunks) => channel.write(chunks),
    get waiting() {
      return channel.waiting;
    },
    pause: () => channel.pause(),
    resume: () => channel.resume(),
    end: () => channel.end(),
    destroy: (how) => channel.destroy(how),
  };
}
