/**
 * Which addresses a host has: literals, localhost, /etc/hosts, DNS, and what the system's own resolver knows besides.
 *
 * DNS comes before the system's resolver because that tells no TTL, and holds one of few threads while it waits.
 */
import { Resolver as Client } from "node:dns/promises";
import { isIP } from "node:net";
import type { Clock, Millis } from "../message/index.ts";
import { type Answer, Answers, type Found } from "./answers.ts";
import { DnsError, dnsErrorOf } from "./error.ts";
import { HostsFile, hostsInterval } from "./hosts-file.ts";
import { addressesBySystem, firstFamily } from "./system.ts";

export interface ResolvedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

export interface Resolved {
  /** At least one, in the order in which they should be tried. */
  readonly addresses: readonly ResolvedAddress[];
  /** When to ask again, on the clock's scale; infinite for an address. */
  readonly expires: Millis;
  /** Why these could not be asked for anew: they have expired, but nothing better is known. */
  readonly stale: DnsError | undefined;
}

/** A line of an SRV answer (RFC 2782). */
export interface ServiceTarget {
  readonly host: string;
  readonly port: number;
  /** The lowest first. */
  readonly priority: number;
  readonly weight: number;
}

export interface Service {
  readonly targets: readonly ServiceTarget[];
  readonly expires: Millis;
  readonly stale: DnsError | undefined;
}

export interface Resolver {
  /**
   * @param name - A host name, or an address.
   * @throws DnsError
   */
  addresses(name: string): Promise<Resolved>;
  /** The same where no question is needed. */
  known(name: string): Resolved | undefined;
  /**
   * @param name - With service and protocol, such as "_http._tcp.app.internal".
   * @throws DnsError
   */
  service(name: string): Promise<Service>;
  /** Questions under way fail. */
  close(): void;
}

export interface ResolverOptions {
  readonly clock: Clock;
  /** Addresses of DNS servers, with a port where it is not 53; unless told, the system's. */
  readonly servers?: readonly string[];
  /** For one question to one server; 2 s unless told. */
  readonly timeout?: Millis;
  /** How often each server is asked; 2 unless told. */
  readonly tries?: number;
  /** How long an answer that expired may serve while no server answers; 5 minutes unless told. */
  readonly staleFor?: Millis;
  /** Node tells no TTL of SRV answers: they are asked for again after this; 30 s unless told. */
  readonly srvInterval?: Millis;
  readonly hostsFile?: string;
  /** The system's resolver (search domains, multicast DNS); a test has its own. @throws Error with a `code`. */
  readonly bySystem?: (name: string) => Promise<readonly ResolvedAddress[]>;
}

/** The system's resolver tells no TTL either. */
const systemInterval: Millis = 30_000;

/** How long the addresses of one family wait for those of the other (RFC 8305 §3). */
const resolutionDelay: Millis = 50;

const loopback: readonly ResolvedAddress[] = [
  { address: "127.0.0.1", family: 4 },
  { address: "::1", family: 6 },
];

/** With a loopback address of the family that is missing, last. */
function withLoopback(listed: readonly ResolvedAddress[]): readonly ResolvedAddress[] {
  return [...listed, ...loopback.filter(({ family }) => !listed.some((one) => one.family === family))];
}

export function createResolver(options: ResolverOptions): Resolver {
  return new SystemResolver(options);
}

class SystemResolver implements Resolver {
  readonly #options: ResolverOptions;
  readonly #hosts: HostsFile;
  readonly #addresses: Answers<readonly ResolvedAddress[]>;
  readonly #services: Answers<readonly ServiceTarget[]>;
  #client: Client;

  constructor(options: ResolverOptions) {
    const { clock, staleFor = 300_000, hostsFile = "/etc/hosts", srvInterval = 30_000 } = options;
    this.#options = options;
    this.#hosts = new HostsFile(hostsFile, clock);
    this.#client = this.#makeClient();
    this.#addresses = new Answers(clock, staleFor, (name, improve) => this.#ask(name, improve));
    this.#services = new Answers(clock, staleFor, async (name) => ({
      value: await this.#askService(name),
      lasts: srvInterval,
    }));
  }

  async addresses(name: string): Promise<Resolved> {
    const key = keyOf(name);
    return this.#local(key) ?? resolvedOf(await this.#addresses.get(key));
  }

  known(name: string): Resolved | undefined {
    const key = keyOf(name);
    const local = this.#local(key);
    if (local !== undefined) {
      return local;
    }
    const answer = this.#addresses.known(key);
    return answer === undefined ? undefined : resolvedOf(answer);
  }

  async service(name: string): Promise<Service> {
    const { value, expires, stale } = await this.#services.get(keyOf(name));
    return { targets: value, expires, stale };
  }

  close(): void {
    this.#client.cancel();
  }

  /** What needs no question. */
  #local(name: string): Resolved | undefined {
    const family = isIP(name);
    if (family === 4 || family === 6) {
      return { addresses: [{ address: name, family }], expires: Number.POSITIVE_INFINITY, stale: undefined };
    }
    const local = name === "localhost" || name.endsWith(".localhost");
    const listed = this.#hosts.addresses(name);
    if (listed !== undefined) {
      // Many a hosts file has localhost for IPv4 alone, and many a server listens on ::1 alone.
      const addresses = local ? withLoopback(listed) : listed;
      return { addresses, expires: this.#options.clock.now() + hostsInterval, stale: undefined };
    }
    // RFC 6761 §6.3: never asked of a server.
    return local ? { addresses: loopback, expires: Number.POSITIVE_INFINITY, stale: undefined } : undefined;
  }

  async #ask(
    name: string,
    improve: (found: Found<readonly ResolvedAddress[]>) => void,
  ): Promise<Found<readonly ResolvedAddress[]>> {
    const question = new AddressQuestion(this.#client, name, improve);
    try {
      return await question.answered;
    } catch (thrown) {
      const error = dnsErrorOf(name, thrown);
      const unreachable = (thrown as NodeJS.ErrnoException).code === "ECONNREFUSED";
      this.#startAnew(error);
      if (error.kind !== "not-found" && !unreachable) {
        throw error;
      }
      return { value: await this.#askSystem(name, error), lasts: systemInterval };
    }
  }

  async #askSystem(name: string, before: DnsError): Promise<readonly ResolvedAddress[]> {
    const { bySystem = addressesBySystem } = this.#options;
    try {
      return await bySystem(name);
    } catch (thrown) {
      // DNS said it with more authority.
      throw before.kind === "not-found" ? before : dnsErrorOf(name, thrown);
    }
  }

  async #askService(name: string): Promise<readonly ServiceTarget[]> {
    try {
      const lines = await this.#client.resolveSrv(name);
      // A single "." says that there is no such service (RFC 2782).
      const targets = lines.filter((line) => line.name !== "" && line.name !== ".");
      if (targets.length === 0) {
        throw new DnsError("not-found", name, "there is no such service");
      }
      return targets
        .map(({ name: host, port, priority, weight }) => ({ host, port, priority, weight }))
        .sort((a, b) => a.priority - b.priority);
    } catch (thrown) {
      const error = thrown instanceof DnsError ? thrown : dnsErrorOf(name, thrown);
      this.#startAnew(error);
      throw error;
    }
  }

  /** A client keeps the servers it began with; where they fail, the system may know others by now. */
  #startAnew({ kind }: DnsError): void {
    if (kind !== "not-found" && this.#options.servers === undefined) {
      this.#client = this.#makeClient();
    }
  }

  #makeClient(): Client {
    const { timeout = 2_000, tries = 2, servers } = this.#options;
    const client = new Client({ timeout, tries });
    if (servers !== undefined) {
      client.setServers(servers);
    }
    return client;
  }
}

interface Line {
  readonly address: string;
  readonly ttl: number;
}

/** Both families are asked at once; the answer waits a little for the slower one, and is improved by it later. */
class AddressQuestion {
  readonly answered: Promise<Found<readonly ResolvedAddress[]>>;
  readonly #improve: (found: Found<readonly ResolvedAddress[]>) => void;
  #answer: (found: Found<readonly ResolvedAddress[]>) => void = () => undefined;
  #fail: (error: unknown) => void = () => undefined;
  readonly #lines = new Map<4 | 6, readonly Line[]>();
  #open = 2;
  #settled = false;
  #error: unknown;
  #timer: NodeJS.Timeout | undefined;

  constructor(client: Client, name: string, improve: (found: Found<readonly ResolvedAddress[]>) => void) {
    this.#improve = improve;
    this.answered = new Promise((resolve, reject) => {
      this.#answer = resolve;
      this.#fail = reject;
    });
    const failed = (error: unknown): void => this.#failed(name, error);
    client.resolve6(name, { ttl: true }).then((lines) => this.#heard(6, lines), failed);
    client.resolve4(name, { ttl: true }).then((lines) => this.#heard(4, lines), failed);
  }

  #heard(family: 4 | 6, lines: readonly Line[]): void {
    this.#open -= 1;
    if (lines.length > 0) {
      this.#lines.set(family, lines);
    }
    if (this.#settled) {
      this.#improve(this.#found());
    } else if (this.#open === 0) {
      this.#settle();
    } else {
      this.#timer = setTimeout(() => this.#settle(), resolutionDelay);
    }
  }

  #failed(name: string, error: unknown): void {
    this.#open -= 1;
    // That one family is missing says less than that a server failed.
    if (this.#error === undefined || dnsErrorOf(name, this.#error).kind === "not-found") {
      this.#error = error;
    }
    if (this.#open === 0 && !this.#settled) {
      this.#settle();
    }
  }

  #settle(): void {
    clearTimeout(this.#timer);
    this.#settled = true;
    if (this.#lines.size === 0) {
      this.#fail(this.#error ?? Object.assign(new Error("no address"), { code: "ENODATA" }));
    } else {
      this.#answer(this.#found());
    }
  }

  #found(): Found<readonly ResolvedAddress[]> {
    const first = firstFamily();
    const families = first === 6 ? ([6, 4] as const) : ([4, 6] as const);
    const addresses = families.flatMap((family) =>
      (this.#lines.get(family) ?? []).map(({ address }) => ({ address, family })),
    );
    const seconds = Math.min(...[...this.#lines.values()].flat().map(({ ttl }) => ttl));
    return { value: addresses, lasts: seconds * 1000 };
  }
}

function resolvedOf({ value, expires, stale }: Answer<readonly ResolvedAddress[]>): Resolved {
  return { addresses: value, expires, stale };
}

/** Lower case, without a final dot or an address's brackets. */
function keyOf(name: string): string {
  return name
    .replace(/^\[(.*)\]$/, "$1")
    .toLowerCase()
    .replace(/\.$/, "");
}
