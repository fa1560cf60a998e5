/** One TCP probe: connects, with the TLS handshake where there is one, says nothing and closes. */
import type { ProbeResult } from "../../balance/index.ts";
import { errorOf, type Millis } from "../../message/index.ts";
import { encodeProxyHeader } from "../../protocol/proxy-protocol/index.ts";
import { ConnectFailure, type Connecting } from "../../transport/index.ts";
import type { Connect, PoolPlace } from "../pool/index.ts";

export interface TcpProbeParts {
  readonly place: PoolPlace;
  readonly timeout: Millis;
  readonly proxyProtocol: 1 | 2 | undefined;
  readonly connect: Connect;
  readonly now: () => Millis;
}

export class TcpProbe {
  #connecting: Connecting | undefined = undefined;
  #over = false;

  /** @param done - Told once, unless the probe is cancelled before. */
  begin(parts: TcpProbeParts, done: (result: ProbeResult) => void): void {
    const { place, now } = parts;
    const began = now();
    const end = (result: ProbeResult): void => {
      if (!this.#over) {
        this.#over = true;
        done(result);
      }
    };
    const fail = (thrown: unknown): void => end({ passed: false, detail: errorOf(thrown).message });
    this.#where(place, fail, (to) => {
      if (this.#over) {
        return;
      }
      const first = headerFor(parts.proxyProtocol);
      this.#connecting = parts.connect(
        { to, timeout: parts.timeout, tls: place.tls([]), first },
        (result) => {
          if (result instanceof ConnectFailure) {
            fail(result);
            return;
          }
          result.attach(silent);
          result.destroy();
          end({ passed: true, took: now() - began });
        },
      );
    });
  }

  /** Gives up; nothing is told. */
  cancel(): void {
    this.#over = true;
    this.#connecting?.cancel();
  }

  #where(
    place: PoolPlace,
    fail: (thrown: unknown) => void,
    then: (to: Awaited<ReturnType<PoolPlace["where"]>>) => void,
  ): void {
    try {
      const to = place.where();
      if (to instanceof Promise) {
        to.then(then, fail);
      } else {
        then(to);
      }
    } catch (error) {
      fail(error);
    }
  }
}

/** Without one, an upstream that waits for it would count the connection as broken. */
function headerFor(version: 1 | 2 | undefined): Uint8Array | undefined {
  const nowhere = { address: "", port: 0, family: "memory" } as const;
  return version === undefined ? undefined : encodeProxyHeader(version, undefined, nowhere);
}

const silent = {
  receive: (): void => {},
  end: (): void => {},
  flushed: (): void => {},
  closed: (): void => {},
};
