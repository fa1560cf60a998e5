/** Probes one member again and again, never twice at once, and says what it found each time. */
import type { ProbeResult, Random } from "../../balance/index.ts";
import type { Clock } from "../../message/index.ts";
import type { ConnectionPool } from "../contract.ts";
import type { Timer, Timers } from "../group/parts.ts";
import type { Connect, PoolPlace } from "../pool/index.ts";
import { HttpProbe, probeRequest } from "./http-probe.ts";
import type { ProbeSettings } from "./settings.ts";
import { TcpProbe } from "./tcp-probe.ts";

export interface ProberParts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly connect: Connect;
  readonly place: PoolPlace;
  readonly proxyProtocol: 1 | 2 | undefined;
  /** For one probe alone, which is to see whether a new connection is taken. */
  makePool(): ConnectionPool;
  told(result: ProbeResult): void;
}

interface Probe {
  cancel(reason: Error): void;
}

export class Prober {
  readonly #settings: ProbeSettings;
  readonly #parts: ProberParts;
  #probe: Probe | undefined = undefined;
  /** Of the next probe, or of the deadline of this one. */
  #timer: Timer | undefined = undefined;
  #closed = false;

  constructor(settings: ProbeSettings, parts: ProberParts) {
    this.#settings = settings;
    this.#parts = parts;
  }

  /** The first probe goes out at once. */
  begin(): void {
    if (this.#probe === undefined && this.#timer === undefined && !this.#closed) {
      this.#ask();
    }
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#probe?.cancel(new Error("the upstream is not probed any more"));
    this.#probe = undefined;
  }

  #ask(): void {
    const { timeout } = this.#settings;
    const { timers } = this.#parts;
    this.#timer = timers.after(timeout, () => {
      const detail = `no answer within ${timeout / 1_000} s`;
      this.#probe?.cancel(new Error(detail));
      this.#heard({ passed: false, detail });
    });
    // It may be over before its beginning returns.
    let over = false;
    const heard = (result: ProbeResult): void => {
      over = true;
      this.#heard(result);
    };
    const probe = this.#settings.tcp ? this.#tcp(heard) : this.#http(heard);
    this.#probe = over ? undefined : probe;
  }

  #http(heard: (result: ProbeResult) => void): Probe {
    const { clock } = this.#parts;
    const request = probeRequest(this.#settings);
    const probe = new HttpProbe(request, this.#settings, () => clock.now(), heard);
    probe.begin(this.#parts.makePool());
    return probe;
  }

  #tcp(heard: (result: ProbeResult) => void): Probe {
    const { clock, place, connect, proxyProtocol } = this.#parts;
    const probe = new TcpProbe();
    const { timeout } = this.#settings;
    probe.begin({ place, timeout, proxyProtocol, connect, now: () => clock.now() }, heard);
    return probe;
  }

  #heard(result: ProbeResult): void {
    if (!this.#closed) {
      this.#probe = undefined;
      this.#timer?.cancel();
      const { interval, jitter } = this.#settings;
      const wait = interval * (1 + jitter * (2 * this.#parts.random() - 1));
      this.#timer = this.#parts.timers.after(wait, () => this.#ask());
      this.#parts.told(result);
    }
  }
}
