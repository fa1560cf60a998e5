/**
 * Where TLS ends: which certificate answers which name, with session tickets and client certificates,
 * renewed while connections go on.
 */
import { createSecureContext, type SecureContext } from "node:tls";
import type { Clock } from "../message/index.ts";
import type { Reporter } from "../observe/index.ts";
import { type Choice, mayServe, SiteChoice } from "./choice.ts";
import { FilesWatch, type WatchTimes } from "./files-watch.ts";
import { type LocalAuthority, openLocalAuthority } from "./local-ca.ts";
import { type Offer, Offers, type TerminatedSite } from "./offer.ts";
import { localSource, OnDemand } from "./on-demand.ts";
import { contextOptions, type TlsParameters } from "./parameters.ts";
import { openTicketKeys, type TicketKeys, type TicketSource, ticketKey, ticketPeriod } from "./tickets.ts";

export interface TerminationOptions {
  /** One or more; the first is the default where no site says `*`. */
  readonly sites: readonly TerminatedSite[];
  readonly parameters: TlsParameters;
  /** undefined: no session is resumed. */
  readonly tickets: TicketSource | undefined;
  readonly clock: Clock;
  readonly reporter: Reporter;
  /** Who issues certificates for local names; the user's own authority unless told. */
  readonly authority?: () => Promise<LocalAuthority>;
  readonly times?: WatchTimes;
}

/** A choice that a handshake can use. */
export interface TlsChoice extends Choice {
  readonly context: SecureContext;
}

export interface TlsTermination {
  /** The one choice there is, whatever host a client names; undefined where that matters. */
  readonly only: TlsChoice | undefined;
  /**
   * Call before `choose`: a local name may need a certificate made.
   *
   * @returns undefined where nothing is to be waited for; a promise that never rejects.
   */
  prepare(host: string | undefined): Promise<void> | undefined;
  /** @param host - Lower case; undefined where the client named none. */
  choose(host: string | undefined): TlsChoice;
  /**
   * Whether a request for `host` may be answered on a connection that was made for `serverName`;
   * if not, the answer is 421 (RFC 9110 §7.4).
   */
  agrees(serverName: string | undefined, host: string): boolean;
  /** Lets files and timers go; handshakes may still use it. */
  close(): void;
}

/** Why there is no termination: each line says what one file lacks. */
export class TlsError extends Error {
  override readonly name = "TlsError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

/**
 * Reads every certificate and follows their files from then on.
 *
 * @throws TlsError where one cannot be used; LocalAuthorityError where the local authority cannot be had.
 */
export async function createTermination(options: TerminationOptions): Promise<TlsTermination> {
  const opening: { authority?: Promise<LocalAuthority> } = {};
  const { authority = openLocalAuthority } = options;
  const opened = (): Promise<LocalAuthority> => {
    opening.authority ??= authority();
    return opening.authority;
  };
  const offers = new Offers(options.sites, opened);
  const offer = await offers.read(options.clock.wall());
  if (offer.errors.length > 0) {
    throw new TlsError(offer.errors);
  }
  const tickets = options.tickets === undefined ? undefined : openTicketKeys(options.tickets);
  if (opening.authority !== undefined && (await opening.authority).made) {
    options.reporter.info(
      "made a certificate authority for local names: `sluice trust` makes browsers on this machine trust it",
    );
  }
  return new Termination(options, tickets, offers, offer, new OnDemand(opened, options.reporter));
}

/** Names whose choice is remembered; more than that come only from who makes them up. */
const mostRemembered = 10_000;

/** Before a broken file is reported: whoever writes may be at the key while we read the certificate. */
const secondLook = 2_000;

const day = 86_400_000;

class Termination implements TlsTermination {
  readonly #options: TerminationOptions;
  readonly #tickets: TicketKeys | undefined;
  readonly #offers: Offers;
  readonly #onDemand: OnDemand;
  readonly #watch: FilesWatch;
  #offer: Offer;
  #sites: SiteChoice;
  #contexts = new Map<string, SecureContext>();
  #choices = new Map<string | undefined, TlsChoice>();
  #period: number;
  #warnedAt: number;
  #reading = false;
  #changedMeanwhile = false;
  #again: NodeJS.Timeout | undefined;
  #closed = false;
  /** It matters which host a client names. */
  #choosesByName = false;

  constructor(
    options: TerminationOptions,
    tickets: TicketKeys | undefined,
    offers: Offers,
    offer: Offer,
    onDemand: OnDemand,
  ) {
    this.#options = options;
    this.#tickets = tickets;
    this.#offers = offers;
    this.#onDemand = onDemand;
    this.#offer = offer;
    this.#sites = new SiteChoice(offer.sites);
    this.#period = this.#currentPeriod();
    this.#warnedAt = options.clock.wall();
    this.#use(offer);
    this.#warn();
    this.#watch = new FilesWatch(
      () => this.#reload(true),
      () => this.#tick(),
      options.times,
    );
    this.#watch.follow(offers.files);
  }

  get only(): TlsChoice | undefined {
    if (this.#choosesByName) {
      return undefined;
    }
    const choice = this.choose(undefined);
    return choice.identities[0]?.source === localSource ? undefined : choice;
  }

  prepare(host: string | undefined): Promise<void> | undefined {
    if (host === undefined) {
      return undefined;
    }
    const work = this.#onDemand.prepare(this.#sites.choose(host), host, this.#options.clock.wall());
    return work?.then(() => {
      this.#choices.delete(host);
    });
  }

  choose(host: string | undefined): TlsChoice {
    const known = this.#choices.get(host);
    if (known !== undefined) {
      return known;
    }
    if (this.#choices.size >= mostRemembered) {
      this.#choices.clear();
    }
    const choice = this.#onDemand.better(this.#sites.choose(host), host);
    const made = { ...choice, context: this.#contextOf(choice) };
    this.#choices.set(host, made);
    return made;
  }

  agrees(serverName: string | undefined, host: string): boolean {
    return (
      serverName === host ||
      !this.#choosesByName ||
      mayServe(this.choose(serverName), this.choose(host === "" ? undefined : host), host)
    );
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#again);
    this.#watch.close();
  }

  #use(offer: Offer): void {
    this.#offer = offer;
    this.#sites = new SiteChoice(offer.sites);
    this.#contexts = new Map();
    this.#choices = new Map();
    const { key } = this.#sites.choose(undefined);
    this.#choosesByName = offer.sites.some(({ hosts, identities }) =>
      [...hosts, ...identities.flatMap(({ names }) => names)].some(
        (host) => this.#sites.choose(host).key !== key,
      ),
    );
  }

  #contextOf(choice: Choice): SecureContext {
    const known = this.#contexts.get(choice.key);
    if (known !== undefined) {
      return known;
    }
    const { parameters } = this.#options;
    const tickets = this.#tickets;
    const context = createSecureContext({
      ...contextOptions(parameters, tickets !== undefined),
      cert: choice.identities.map(({ pem }) => pem.cert),
      key: choice.identities.map(({ pem }) => pem.key),
      // Without one OpenSSL resumes no session of a client that showed a certificate.
      sessionIdContext: "sluice",
      // Who is named vouches, whether a root or somebody below one.
      ...(choice.clients === undefined
        ? {}
        : { ca: [...choice.clients.authorities], allowPartialTrustChain: true }),
      ...(tickets === undefined
        ? {}
        : { ticketKeys: ticketKey(tickets, this.#period, choice.clients?.key ?? "") }),
    });
    this.#contexts.set(choice.key, context);
    return context;
  }

  #currentPeriod(): number {
    return this.#tickets === undefined ? 0 : ticketPeriod(this.#tickets, this.#options.clock.wall());
  }

  #tick(): void {
    const wall = this.#options.clock.wall();
    const period = this.#currentPeriod();
    if (period !== this.#period) {
      this.#period = period;
      this.#use(this.#offer);
    }
    if (wall >= this.#offer.renewAt || wall - this.#warnedAt >= day) {
      this.#warnedAt = wall;
      this.#reload(false);
    }
  }

  /** @param patient - Errors may pass: look once more before they are told. */
  async #reload(patient: boolean): Promise<void> {
    if (this.#reading || this.#closed) {
      this.#changedMeanwhile = true;
      return;
    }
    this.#reading = true;
    this.#changedMeanwhile = false;
    try {
      const offer = await this.#offers.read(this.#options.clock.wall());
      if (offer.errors.length > 0 && patient) {
        clearTimeout(this.#again);
        this.#again = setTimeout(
          () => this.#reload(false),
          this.#options.times?.settle ?? secondLook,
        ).unref();
      } else if (!this.#closed) {
        this.#swap(offer);
      }
    } catch (error) {
      this.#options.reporter.warn(`certificates were not renewed: ${(error as Error).message}`);
    } finally {
      this.#reading = false;
    }
    if (this.#changedMeanwhile) {
      await this.#reload(patient);
    }
  }

  #swap(offer: Offer): void {
    const { reporter } = this.#options;
    const before = new Map(
      this.#offer.sites.flatMap(({ identities }) => identities.map((one) => [one.fingerprint, one])),
    );
    this.#use(offer);
    for (const message of offer.errors) {
      reporter.error(`${message}; the certificate from before goes on`);
    }
    for (const identity of new Set(offer.sites.flatMap(({ identities }) => identities))) {
      if (!before.has(identity.fingerprint)) {
        const until = new Date(identity.validTo).toISOString().slice(0, 10);
        reporter.info(
          `new certificate in use: ${identity.source} (${identity.names.join(", ")}), until ${until}`,
        );
      }
    }
    this.#warn();
  }

  #warn(): void {
    for (const message of this.#offer.warnings) {
      this.#options.reporter.warn(message);
    }
  }
}
