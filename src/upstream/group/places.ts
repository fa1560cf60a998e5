/** Where members are: fixed, behind a name, or as many as a name has addresses or targets. */
import { isIP } from "node:net";
import type { Resolver } from "../../dns/index.ts";
import type { ClientTls } from "../../tls/index.ts";
import type { ConnectOptions } from "../../transport/index.ts";
import type { PoolPlace } from "../pool/options.ts";
import { NameWatch } from "./name-watch.ts";
import type { GroupParts } from "./parts.ts";
import type { EntrySettings } from "./settings.ts";
import { type Scheme, type UpstreamUrl, urlOf } from "./upstream-url.ts";

type Where = ConnectOptions["to"];
type Addresses = Awaited<ReturnType<Resolver["addresses"]>>["addresses"];
type Targets = Awaited<ReturnType<Resolver["service"]>>["targets"];

/** One member, and where to connect for it. */
export interface MemberPlace extends PoolPlace {
  readonly url: UpstreamUrl;
  readonly weight: number;
  readonly tier: number;
  /** Most connections. */
  readonly connections: number;
  /** Why its name does not resolve; undefined: it does, or the answer is still to come. */
  readonly unresolved: string | undefined;
}

/** What one entry of `upstreams` stands for. */
export interface EntryPlaces {
  readonly id: string;
  /** None while a name that stands for many is not resolved. */
  readonly places: readonly MemberPlace[];
  /** Members will follow once a name is resolved for the first time. */
  readonly awaited: boolean;
  /** Why there are none. */
  readonly failure: string | undefined;
  /** Begins to resolve names. */
  begin(): void;
  close(): void;
}

export interface PlaceParts extends Pick<GroupParts, "clock" | "timers" | "resolver"> {
  /** What handshakes with this host go by; called once for each member. */
  tls(host: string): ClientTls;
  /** As the user set it; undefined: HTTP/2 where TLS offers it. */
  readonly http2: boolean | undefined;
  /** Another set of places, or something else is known of them. */
  changed(): void;
}

export function placesOf(entry: EntrySettings, parts: PlaceParts): EntryPlaces {
  const { url } = entry;
  if (entry.srv) {
    return new ServicePlaces(entry, parts);
  }
  const fixed = fixedWhere(url);
  if (fixed !== undefined) {
    const { id } = url;
    const places = [memberPlace(entry, url, parts, { where: () => fixed })];
    return { id, places, awaited: false, failure: undefined, begin: nothing, close: nothing };
  }
  return entry.each ? new EachPlaces(entry, parts) : new OnePlace(entry, parts);
}

/** A name with all its addresses is one member. */
class OnePlace implements EntryPlaces {
  readonly id: string;
  readonly places: readonly MemberPlace[];
  readonly awaited: boolean = false;
  readonly failure: undefined = undefined;
  readonly #watch: NameWatch<Addresses>;

  constructor(entry: EntrySettings, parts: PlaceParts, url: UpstreamUrl = entry.url) {
    this.id = url.id;
    let failure: string | undefined;
    const changed = (): void => {
      // Other addresses change nothing for the group, which would have to look at all its members.
      if (failure !== watch.failure) {
        failure = watch.failure;
        parts.changed();
      }
    };
    const watch = watchAddresses(url.host, { ...parts, changed });
    this.#watch = watch;
    const { port } = url;
    const where = (): Where | Promise<Where> => {
      const addresses = watch.get();
      return addresses instanceof Promise
        ? addresses.then((found) => ({ type: "tcp", addresses: found, port }))
        : { type: "tcp", addresses, port };
    };
    this.places = [memberPlace(entry, url, parts, { where, unresolved: () => watch.failure })];
  }

  begin(): void {
    this.#watch.begin();
  }

  close(): void {
    this.#watch.close();
  }
}

/** Each address of a name is a member. */
class EachPlaces implements EntryPlaces {
  readonly id: string;
  places: readonly MemberPlace[] = [];
  readonly #watch: NameWatch<Addresses>;

  constructor(entry: EntrySettings, parts: PlaceParts) {
    const { url } = entry;
    this.id = url.id;
    const changed = (): void => {
      this.places = (this.#watch.value ?? []).map((address) => {
        const member = urlOf(url.scheme, address.address, url.port);
        const to: Where = { type: "tcp", addresses: [address], port: url.port };
        // It is asked for, and vouched for, under the name.
        return memberPlace(entry, { ...url, id: member.id }, parts, { where: () => to });
      });
      parts.changed();
    };
    this.#watch = watchAddresses(url.host, { ...parts, changed });
  }

  get awaited(): boolean {
    return this.#watch.awaited;
  }

  get failure(): string | undefined {
    return this.#watch.failure;
  }

  begin(): void {
    this.#watch.begin();
  }

  close(): void {
    this.#watch.close();
  }
}

/** Each target of a name's service records (RFC 2782) is a member. */
class ServicePlaces implements EntryPlaces {
  readonly id: string;
  places: readonly MemberPlace[] = [];
  readonly #entry: EntrySettings;
  readonly #parts: PlaceParts;
  readonly #watch: NameWatch<Targets>;
  #targets: ReadonlyMap<string, EntryPlaces> = new Map();

  constructor(entry: EntrySettings, parts: PlaceParts) {
    const { url } = entry;
    this.id = url.id;
    this.#entry = entry;
    this.#parts = parts;
    this.#watch = new NameWatch<Targets>({
      ...parts,
      lookUp: () =>
        parts.resolver.service(url.host).then(({ targets, expires }) => ({ value: targets, expires })),
      told: () => this.#changed(),
    });
  }

  get awaited(): boolean {
    return this.#watch.awaited;
  }

  get failure(): string | undefined {
    return this.#watch.failure;
  }

  begin(): void {
    this.#watch.begin();
  }

  close(): void {
    this.#watch.close();
    for (const target of this.#targets.values()) {
      target.close();
    }
  }

  #changed(): void {
    const before = this.#targets;
    const targets = new Map<string, EntryPlaces>();
    const places: MemberPlace[] = [];
    for (const { url, weight, tier } of ranked(this.#watch.value ?? [], this.#entry)) {
      const found =
        before.get(url.id) ?? placesOf({ ...this.#entry, url, srv: false, each: false }, this.#parts);
      targets.set(url.id, found);
      places.push(...found.places.map((place) => weighed(place, weight, tier)));
    }
    this.#targets = targets;
    this.places = places;
    for (const [id, target] of before) {
      if (!targets.has(id)) {
        target.close();
      }
    }
    for (const target of targets.values()) {
      target.begin();
    }
    this.#parts.changed();
  }
}

/** Lower priorities are asked first; weights are shares, 0 being a very small one (RFC 2782). */
function ranked(
  targets: Targets,
  entry: EntrySettings,
): { readonly url: UpstreamUrl; readonly weight: number; readonly tier: number }[] {
  const priorities = [...new Set(targets.map(({ priority }) => priority))].sort((a, b) => a - b);
  return targets.map(({ host, port, priority, weight }) => {
    const peers = targets.filter((target) => target.priority === priority);
    const least = peers.every((peer) => peer.weight === 0) ? 1 : 0.01;
    return {
      url: urlOf(entry.url.scheme, host.toLowerCase().replace(/\.$/, ""), port),
      weight: entry.weight * Math.max(weight, least),
      tier: entry.tier + priorities.indexOf(priority),
    };
  });
}

/** The same place with what the record says of its share; what is known of its name is looked up there. */
function weighed(place: MemberPlace, weight: number, tier: number): MemberPlace {
  return {
    ...place,
    weight,
    tier,
    get unresolved() {
      return place.unresolved;
    },
  };
}

function watchAddresses(host: string, parts: PlaceParts): NameWatch<Addresses> {
  return new NameWatch<Addresses>({
    ...parts,
    lookUp: () =>
      parts.resolver.addresses(host).then(({ addresses, expires }) => ({ value: addresses, expires })),
    told: () => parts.changed(),
  });
}

/** An address or a socket needs no looking up. */
function fixedWhere(url: UpstreamUrl): Where | undefined {
  if (url.scheme === "unix") {
    return { type: "unix", path: url.path };
  }
  const family = isIP(url.host);
  return family === 4 || family === 6
    ? { type: "tcp", addresses: [{ address: url.host, family }], port: url.port }
    : undefined;
}

function memberPlace(
  entry: EntrySettings,
  url: UpstreamUrl,
  parts: PlaceParts,
  found: { where(): Where | Promise<Where>; unresolved?(): string | undefined },
): MemberPlace {
  const secure = url.scheme === "https" || url.scheme === "tls";
  const tls = secure ? parts.tls(url.host) : undefined;
  return {
    id: url.id,
    url,
    weight: entry.weight,
    tier: entry.tier,
    connections: entry.connections,
    get unresolved() {
      return found.unresolved?.();
    },
    authority: url.authority,
    secure,
    http2: http2Of(url.scheme, parts.http2),
    where: found.where,
    tls: (alpn) => tls?.offering(alpn),
  };
}

function http2Of(scheme: Scheme, wanted: boolean | undefined): PoolPlace["http2"] {
  if (scheme === "h2c" || (scheme === "unix" && wanted === true)) {
    return "prior-knowledge";
  }
  return scheme === "https" && wanted !== false ? "alpn" : "never";
}

function nothing(): void {}
