/** Reads what sites offer in a handshake; where a file is broken, what it held before goes on. */

import type { OfferedSite } from "./choice.ts";
import { type ClientAuthentication, type ClientPolicy, readClientPolicy } from "./clients.ts";
import { type CertificateFiles, type Identity, isError, readIdentity } from "./identity.ts";
import type { LocalAuthority } from "./local-ca.ts";
import { localSource } from "./on-demand.ts";
import { isInline } from "./pem.ts";

export type IdentitySource =
  | ({ readonly type: "files" } & CertificateFiles)
  /** The local authority issues it when the server starts, and again before it expires. */
  | { readonly type: "local"; readonly names: readonly string[] };

export interface TerminatedSite {
  /** As `SiteChoice` wants them. */
  readonly hosts: readonly string[];
  /** One or more. */
  readonly identities: readonly IdentitySource[];
  readonly clients: ClientAuthentication | undefined;
}

export interface Offer {
  readonly sites: readonly OfferedSite[];
  /** What cannot be used. */
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  /** When the first local certificate wants another in its place; Infinity without one. */
  readonly renewAt: number;
}

type LocalLeaf = Awaited<ReturnType<LocalAuthority["issue"]>>;

/** Reads sites again and again, and knows what was good last. */
export class Offers {
  readonly #sites: readonly TerminatedSite[];
  readonly #authority: () => Promise<LocalAuthority>;
  readonly #identities = new Map<string, Identity>();
  readonly #policies = new Map<string, ClientPolicy>();

  constructor(sites: readonly TerminatedSite[], authority: () => Promise<LocalAuthority>) {
    this.#sites = sites;
    this.#authority = authority;
  }

  /** Files whose change means that it should be read again. */
  get files(): string[] {
    return this.#sites
      .flatMap(({ identities, clients }) => [
        ...identities.flatMap((source) => (source.type === "files" ? [source.cert, source.key] : [])),
        ...(clients?.ca ?? []),
      ])
      .filter((setting) => !isInline(setting));
  }

  /**
   * @returns Sites that have nothing usable are left out; `errors` says why.
   * @throws LocalAuthorityError
   */
  async read(wall: number): Promise<Offer> {
    const errors = new Set<string>();
    const warnings = new Set<string>();
    const leaves = await this.#leaves();
    const known = new Map<IdentitySource | string, Identity | undefined>();
    const sites = this.#sites.flatMap(({ hosts, identities, clients }) => {
      const usable = identities.flatMap((source) => {
        const key = keyOf(source);
        if (!known.has(key)) {
          known.set(key, this.#identity(source, leaves.get(key), wall, errors, warnings));
        }
        return known.get(key) ?? [];
      });
      const policy = clients === undefined ? undefined : this.#policy(clients, errors);
      return usable.length === 0 ? [] : [{ hosts, identities: usable, clients: policy }];
    });
    const renewAt = Math.min(
      Number.POSITIVE_INFINITY,
      ...[...leaves.values()].map((leaf) => leaf.renewAt.getTime()),
    );
    return { sites, errors: [...errors], warnings: [...warnings], renewAt };
  }

  async #leaves(): Promise<Map<string, LocalLeaf>> {
    const leaves = new Map<string, LocalLeaf>();
    for (const source of this.#sites.flatMap(({ identities }) => identities)) {
      if (source.type === "local" && !leaves.has(keyOf(source))) {
        const authority = await this.#authority();
        leaves.set(keyOf(source), await authority.issue(source.names));
      }
    }
    return leaves;
  }

  #identity(
    source: IdentitySource,
    leaf: LocalLeaf | undefined,
    wall: number,
    errors: Set<string>,
    warnings: Set<string>,
  ): Identity | undefined {
    const files = source.type === "files" ? source : (leaf as LocalLeaf);
    const named = source.type === "files" ? undefined : localSource;
    const { identity, faults } = readIdentity(files, wall, named);
    for (const fault of faults) {
      (isError(fault) ? errors : warnings).add(fault.message);
    }
    const key = keyOf(source);
    if (identity !== undefined) {
      this.#identities.set(key, identity);
    }
    return identity ?? this.#identities.get(key);
  }

  #policy(clients: ClientAuthentication, errors: Set<string>): ClientPolicy {
    const { policy, faults } = readClientPolicy(clients);
    const key = JSON.stringify(clients);
    for (const { message } of faults) {
      errors.add(message);
    }
    if (faults.length === 0) {
      this.#policies.set(key, policy);
    }
    return this.#policies.get(key) ?? policy;
  }
}

function keyOf(source: IdentitySource): string {
  return JSON.stringify(source);
}
