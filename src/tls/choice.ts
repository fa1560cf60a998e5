/** Which site, and which of its certificates, answers a client that asks for a host (RFC 6066 §3). */
import { isIP } from "node:net";
import type { ClientPolicy } from "./clients.ts";
import type { Identity } from "./identity.ts";
import { canonicalName, covers, coversByWildcard } from "./names.ts";

export interface OfferedSite {
  /** Lower case: exact names, `*.example.com` for all below it, `*` for every other. */
  readonly hosts: readonly string[];
  /** One or more. */
  readonly identities: readonly Identity[];
  readonly clients: ClientPolicy | undefined;
}

/** What a handshake for a host uses. */
export interface Choice {
  /** Those for the same names: one for each kind of key. */
  readonly identities: readonly Identity[];
  readonly clients: ClientPolicy | undefined;
  /** Equal for choices that are the same. */
  readonly key: string;
}

/** Sites by host. The first is the default, or else the one that says `*`. */
export class SiteChoice {
  readonly #byHost = new Map<string, OfferedSite>();
  readonly #default: OfferedSite;

  /** @param sites - One or more. */
  constructor(sites: readonly OfferedSite[]) {
    for (const site of sites) {
      for (const host of site.hosts) {
        const name = host.startsWith("*") ? host : canonicalName(host);
        if (!this.#byHost.has(name)) {
          this.#byHost.set(name, site);
        }
      }
    }
    this.#default = this.#byHost.get("*") ?? (sites[0] as OfferedSite);
  }

  /** @param host - Lower case; undefined for a client that named none. */
  choose(host: string | undefined): Choice {
    const name = host === undefined ? undefined : canonicalName(host);
    const site = name === undefined ? this.#default : this.#siteOf(name);
    const identities = identitiesFor(site.identities, name);
    const { clients } = site;
    const key = `${clients?.key ?? ""} ${identities.map(({ fingerprint }) => fingerprint).join(" ")}`;
    return { identities, clients, key };
  }

  #siteOf(name: string): OfferedSite {
    const exact = this.#byHost.get(name);
    if (exact !== undefined || isIP(name) !== 0) {
      return exact ?? this.#default;
    }
    for (let dot = name.indexOf("."); dot >= 0; dot = name.indexOf(".", dot + 1)) {
      const site = this.#byHost.get(`*${name.slice(dot)}`);
      if (site !== undefined) {
        return site;
      }
    }
    return this.#default;
  }
}

/** Exact name, else wildcard, else the first; with it those for the same name that have another kind of key. */
export function identitiesFor(
  identities: readonly Identity[],
  name: string | undefined,
): readonly Identity[] {
  if (identities.length === 1) {
    return identities;
  }
  const exact = name === undefined ? [] : identities.filter(({ names }) => names.includes(name));
  const fitting =
    name === undefined || exact.length > 0
      ? exact
      : identities.filter(({ names }) => coversByWildcard(names, name));
  const [first] = identities;
  const candidates =
    fitting.length > 0 ? fitting : identities.filter(({ names }) => sameNames(names, first?.names ?? []));
  return candidates.filter(
    ({ key }, index) =>
      candidates.findIndex((one) => one.key.asymmetricKeyType === key.asymmetricKeyType) === index,
  );
}

/**
 * Whether a request for `wanted` may be answered on a connection whose handshake used `used`.
 *
 * @source RFC 9110 §7.4: what the connection is not authoritative for is answered 421. Where the two
 *   ask different things of clients it always is, or client authentication could be walked around.
 */
export function mayServe(used: Choice, wanted: Choice, host: string): boolean {
  return (
    used.key === wanted.key ||
    (used.clients?.key === wanted.clients?.key && used.identities.every(({ names }) => covers(names, host)))
  );
}

function sameNames(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name) => other.includes(name));
}
