/**
 * The connections to one member: attempts go out on an idle one, the one used last first, or on a new
 * one; over HTTP/2 they share it.
 */
import type { Clock, Millis } from "../../message/index.ts";
import { defaultHttp1ClientLimits, type Http1ClientLimits } from "../../protocol/http1/index.ts";
import { defaultHttp2ClientLimits, type Http2ClientLimits } from "../../protocol/http2/index.ts";
import { encodeProxyHeader } from "../../protocol/proxy-protocol/index.ts";
import { type Channel, connect, type Deadlines } from "../../transport/index.ts";
import type { Attempt, ConnectionPool } from "../contract.ts";
import { Connector, type ConnectorEvents } from "./connector.ts";
import { connectFailure, limitReached } from "./failures.ts";
import { Http1Connection } from "./http1-connection.ts";
import { Http2Connection } from "./http2-connection.ts";
import { KeepAlive } from "./keep-alive.ts";
import { Lane } from "./lane.ts";
import type { Connect, PoolOptions, PoolParts, PoolPlace } from "./options.ts";
import type { Http1Owner, Http2Owner } from "./owners.ts";

/** HTTP/2 connections without requests are kept so long where nobody says otherwise: servers tell when they leave. */
const http2IdleTime: Millis = 60_000;

/** The connections to one member, none of which is open yet. */
export function createPool(place: PoolPlace, options: PoolOptions, parts: PoolParts): ConnectionPool {
  return new Pool(place, options, parts);
}

class Pool implements ConnectionPool, ConnectorEvents, Http1Owner, Http2Owner {
  readonly authority: string;
  readonly scheme: string;
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly http1: Http1ClientLimits;
  readonly http2: Http2ClientLimits;
  readonly idleTime: Millis;
  readonly once: boolean;
  readonly #place: PoolPlace;
  readonly #options: PoolOptions;
  readonly #connect: Connect;
  readonly #keepAlive: KeepAlive;
  /** HTTP/1.1 connections; the one used last stands last. */
  readonly #idle: Http1Connection[] = [];
  readonly #shared: Http2Connection[] = [];
  /** Attempts that HTTP/1.1 must carry. */
  readonly #plain: Lane;
  /** Attempts that either version may carry. */
  readonly #any: Lane;
  /** Whether the upstream speaks HTTP/2; undefined: no handshake has told. */
  #multiplexes: boolean | undefined;
  #established = 0;
  #closed = false;

  constructor(place: PoolPlace, options: PoolOptions, parts: PoolParts) {
    const { keepAlive, limits, timeouts } = options;
    const waits = { responseHead: timeouts.response, contentProgress: timeouts.progress };
    this.authority = place.authority;
    this.scheme = place.secure ? "https" : "http";
    this.clock = parts.clock;
    this.deadlines = parts.deadlines;
    this.http1 = { ...defaultHttp1ClientLimits, ...limits?.http1, ...waits };
    this.http2 = { ...defaultHttp2ClientLimits, ...limits?.http2, ...waits };
    this.idleTime = keepAlive ?? http2IdleTime;
    this.once = options.proxyProtocol !== undefined;
    this.#place = place;
    this.#options = options;
    this.#connect = parts.connect ?? connect;
    this.#keepAlive = new KeepAlive(keepAlive);
    const late = (attempt: Attempt): void => attempt.failed(limitReached(place.id, options.connections));
    this.#plain = new Lane(timeouts.connect, late);
    this.#any = new Lane(timeouts.connect, late);
    this.#multiplexes = place.http2 === "alpn" ? undefined : place.http2 === "prior-knowledge";
  }

  get capacity(): number {
    const { connections } = this.#options;
    if (this.#multiplexes !== true || this.once) {
      return connections;
    }
    let room = (connections - this.#shared.length) * this.http2.concurrentStreams;
    for (const connection of this.#shared) {
      room += connection.carrying + connection.mayCarry;
    }
    return Math.max(connections, room);
  }

  get idle(): number {
    let idle = this.#idle.length;
    for (const { carrying } of this.#shared) {
      idle += carrying === 0 ? 1 : 0;
    }
    return idle;
  }

  get open(): number {
    return this.#established + this.#connecting;
  }

  carry(attempt: Attempt): void {
    const plain = this.#place.http2 === "never" || attempt.outbound.upgrade !== undefined;
    const lane = plain ? this.#plain : this.#any;
    if (lane.waiting === 0 && this.#carryNow(attempt, plain)) {
      return;
    }
    lane.add(attempt, this.clock.now());
    this.#provide();
  }

  close(): void {
    this.#closed = true;
    for (const connection of this.#idle.splice(0)) {
      connection.close();
    }
    for (const connection of [...this.#shared]) {
      connection.shutdown();
    }
  }

  // ---- From connections being opened

  opened(connector: Connector, channel: Channel): void {
    this.#laneOf(connector).connecting.delete(connector);
    this.#established += 1;
    const { attempt, speaks } = connector;
    const http2 = speaks === "any" && (this.#place.http2 === "prior-knowledge" || channel.tls?.alpn === "h2");
    if (speaks === "any") {
      this.#multiplexes = http2;
    }
    if (!http2) {
      new Http1Connection(channel, this).begin(attempt);
    } else {
      const connection = new Http2Connection(channel, this);
      this.#shared.push(connection);
      if (attempt !== undefined) {
        connection.carry(attempt, this.clock.now());
      }
      this.roomier(connection);
    }
    this.#provide();
  }

  failed(connector: Connector, thrown: unknown): void {
    const lane = this.#laneOf(connector);
    lane.connecting.delete(connector);
    const error = connectFailure(thrown);
    if (connector.attempt !== undefined) {
      connector.attempt.failed(error);
    } else if (lane === this.#any && this.#multiplexes !== false) {
      // All of them waited for this one.
      for (const attempt of lane.takeAll()) {
        attempt.failed(error);
      }
    } else {
      lane.take()?.failed(error);
    }
    this.#provide();
  }

  unwanted(connector: Connector): void {
    this.#laneOf(connector).connecting.delete(connector);
    this.#provide();
  }

  // ---- From HTTP/1.1 connections

  released(connection: Http1Connection, hint: Millis | undefined, now: Millis): Millis | undefined {
    const next =
      this.#plain.take() ?? (this.#place.http2 === "prior-knowledge" ? undefined : this.#any.take());
    if (next !== undefined) {
      connection.carry(next, now);
      return undefined;
    }
    const time = this.#closed ? 0 : this.#keepAlive.time(hint, now);
    if (time === 0 || this.#idle.length >= this.#options.idle) {
      connection.close();
      return undefined;
    }
    this.#idle.push(connection);
    return now + time;
  }

  closedIdle(idle: Millis, now: Millis): void {
    this.#keepAlive.closedEarly(idle, now);
  }

  // ---- From HTTP/2 connections

  roomier(connection: Http2Connection): void {
    while (this.#any.waiting > 0 && connection.mayCarry > 0) {
      connection.carry(this.#any.take() as Attempt, this.clock.now());
    }
    if (this.#closed && connection.carrying === 0) {
      connection.shutdown();
    }
  }

  // ---- From both

  lost(connection: Http1Connection | Http2Connection): void {
    this.#established -= 1;
    if (connection instanceof Http2Connection) {
      remove(this.#shared, connection);
    } else {
      remove(this.#idle, connection);
    }
    this.#provide();
  }

  // ---- Within

  get #connecting(): number {
    return this.#plain.connecting.size + this.#any.connecting.size;
  }

  #laneOf({ speaks }: Connector): Lane {
    return speaks === "any" ? this.#any : this.#plain;
  }

  #carryNow(attempt: Attempt, plain: boolean): boolean {
    if (!plain) {
      for (const connection of this.#shared) {
        if (connection.mayCarry > 0) {
          connection.carry(attempt, this.clock.now());
          return true;
        }
      }
    }
    const idle = plain || this.#place.http2 !== "prior-knowledge" ? this.#idle.pop() : undefined;
    idle?.carry(attempt, this.clock.now());
    return idle !== undefined;
  }

  /** Opens connections for those who wait, as far as there may be more. */
  #provide(): void {
    this.#open(this.#plain, this.#plain.waiting);
    // Of a connection that many share, one is opened at a time; so it is while nobody knows.
    const alone = this.#multiplexes !== false && !this.once;
    this.#open(this.#any, alone ? Math.min(1, this.#any.waiting) : this.#any.waiting);
    this.deadlines.watch(this.#plain);
    this.deadlines.watch(this.#any);
  }

  /** Tunnels may last for days: they leave room for the one connection that all other requests share. */
  #most(lane: Lane): number {
    const { connections } = this.#options;
    const mayShare = this.#place.http2 !== "never" && this.#multiplexes !== false && !this.once;
    return lane === this.#plain && mayShare && this.#shared.length === 0
      ? Math.max(1, connections - 1)
      : connections;
  }

  #open(lane: Lane, wanted: number): void {
    const { proxyProtocol, timeouts } = this.#options;
    const speaks = lane === this.#any ? "any" : "http1";
    let missing = this.once ? wanted : wanted - lane.connecting.size;
    for (; missing > 0 && this.open < this.#most(lane); missing -= 1) {
      const attempt = proxyProtocol === undefined ? undefined : lane.take();
      const connector = new Connector(speaks, attempt, this);
      lane.connecting.add(connector);
      connector.begin(this.#place, this.#connect, {
        timeout: timeouts.connect,
        tls: this.#place.tls(speaks === "any" ? ["h2", "http/1.1"] : ["http/1.1"]),
        first:
          proxyProtocol === undefined || attempt === undefined
            ? undefined
            : encodeProxyHeader(proxyProtocol, attempt.options.client, attempt.options.local),
      });
    }
  }
}

function remove<T>(list: T[], item: T): void {
  const at = list.lastIndexOf(item);
  if (at >= 0) {
    list.splice(at, 1);
  }
}
