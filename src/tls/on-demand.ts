/**
 * Certificates of the local authority for names that no configuration lists: a site that answers for
 * `*` or `*.localhost` learns them from its clients, and clients take no `*.localhost` from a
 * certificate (a wildcard needs two labels beside it).
 */
import type { Reporter } from "../observe/index.ts";
import type { Choice } from "./choice.ts";
import { type Identity, readIdentity } from "./identity.ts";
import type { LocalAuthority } from "./local-ca.ts";
import { isLocalName } from "./local-name.ts";
import { canonicalName, coversByWildcard } from "./names.ts";

/** What an identity of the local authority says of its source. */
export const localSource = "local authority";

/** Names made up by whoever connects, at most. */
const most = 1_000;

interface Issued {
  readonly identity: Identity;
  readonly renewAt: number;
}

export class OnDemand {
  readonly #authority: () => Promise<LocalAuthority>;
  readonly #reporter: Reporter;
  readonly #issued = new Map<string, Issued>();
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(authority: () => Promise<LocalAuthority>, reporter: Reporter) {
    this.#authority = authority;
    this.#reporter = reporter;
  }

  /** The choice with the certificate that was issued for just this host. */
  better(choice: Choice, host: string | undefined): Choice {
    const identity = host === undefined ? undefined : this.#issued.get(canonicalName(host))?.identity;
    return identity === undefined || choice.identities[0]?.source !== localSource
      ? choice
      : { ...choice, identities: [identity], key: `${choice.clients?.key ?? ""} ${identity.fingerprint}` };
  }

  /**
   * Gets a certificate for a host where the one chosen would not do.
   *
   * @returns undefined where nothing is to be waited for. The promise never rejects: where no certificate
   *   can be had, the chosen one must do.
   */
  prepare(choice: Choice, host: string, wall: number): Promise<void> | undefined {
    const name = canonicalName(host);
    const issued = this.#issued.get(name);
    const [first] = choice.identities;
    if (first?.source !== localSource || (issued === undefined && !wants(first, name))) {
      return undefined;
    }
    if (issued === undefined ? this.#issued.size + this.#underWay.size >= most : wall < issued.renewAt) {
      return undefined;
    }
    let work = this.#underWay.get(name);
    if (work === undefined) {
      work = this.#issue(name, wall).finally(() => this.#underWay.delete(name));
      this.#underWay.set(name, work);
    }
    return work;
  }

  async #issue(name: string, wall: number): Promise<void> {
    try {
      const leaf = await (await this.#authority()).issue([name]);
      const { identity, faults } = readIdentity(leaf, wall, localSource);
      if (identity === undefined) {
        throw new Error(faults[0]?.message ?? "it cannot be used");
      }
      this.#issued.set(name, { identity, renewAt: leaf.renewAt.getTime() });
    } catch (error) {
      this.#reporter.warn(`no certificate for ${name}: ${(error as Error).message}`);
    }
  }
}

/** Whether clients that ask for this name would not take the certificate. */
function wants({ names }: Identity, name: string): boolean {
  const wildcardWorks = name.split(".").length > 2 && coversByWildcard(names, name);
  return !names.includes(name) && !wildcardWorks && isLocalName(name);
}
