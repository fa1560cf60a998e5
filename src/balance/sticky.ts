/**
 * Sticky sessions: a value for a cookie that names the member who answered, which nobody else can make and
 * which does not tell the member's address. Nothing is stored: the same secret makes the same values, in
 * every worker and after a restart.
 */
import { createHmac } from "node:crypto";

/** A collision or a guess among 2¹²⁸ does not happen. */
const sealOctets = 16;

/** Characters of 16 octets in base64url. */
const sealLength = 22;

/** So that a secret used elsewhere too makes other values there. */
const purpose = "sluice sticky member\n";

/**
 * The value that stands for a member: HMAC-SHA-256 of its id, cut to 16 octets, in base64url.
 *
 * @source RFC 2104 §5 (truncation), RFC 4648 §5.
 */
export function sealMember(id: string, secret: string): string {
  return sealOf(id, secret).toString("base64url");
}

/** Seals of one group's members. To change the secret, put the new one first and keep the old for a while. */
export class MemberSeals {
  readonly #secrets: readonly string[];
  #ids: readonly string[] = [];
  #seals: ReadonlyMap<string, string> = new Map();
  /** Four whole numbers a seal; those of the first secret first, in the order of `#ids`. */
  #table = new Int32Array(0);

  /**
   * @param secrets - The first seals, all open.
   * @throws RangeError - There is none, or an empty one.
   */
  constructor(secrets: readonly string[]) {
    if (secrets.length === 0 || secrets.includes("")) {
      throw new RangeError("sticky sessions need a secret that is not empty");
    }
    this.#secrets = secrets;
  }

  /** Who is in the group now. Costs one HMAC for each new member and secret. */
  assign(ids: readonly string[]): void {
    const seals = this.#secrets.flatMap((secret) => ids.map((id) => sealOf(id, secret)));
    this.#ids = ids;
    this.#seals = new Map(ids.map((id, i) => [id, (seals[i] as Buffer).toString("base64url")]));
    this.#table = new Int32Array(seals.length * 4);
    for (const [i, seal] of seals.entries()) {
      putWords(this.#table, i * 4, seal);
    }
  }

  /** The value for the cookie; undefined for who is not in the group. */
  seal(id: string): string | undefined {
    return this.#seals.get(id);
  }

  /**
   * The member that a cookie's value stands for. Every seal is compared, and all of each, whatever the
   * value: how long that takes tells nothing about how near a guess was.
   *
   * @param value - As the client sent it.
   * @returns undefined where no member of the group has such a seal.
   * @throws Never.
   */
  memberOf(value: string): string | undefined {
    if (value.length !== sealLength) {
      return undefined;
    }
    const octets = Buffer.from(value, "base64url");
    if (octets.length !== sealOctets) {
      return undefined;
    }
    const table = this.#table;
    const [a, b, c, d] = [0, 4, 8, 12].map((at) => octets.readInt32LE(at)) as [
      number,
      number,
      number,
      number,
    ];
    let found = -1;
    for (let i = 0; i < table.length; i += 4) {
      const difference =
        ((table[i] as number) ^ a) |
        ((table[i + 1] as number) ^ b) |
        ((table[i + 2] as number) ^ c) |
        ((table[i + 3] as number) ^ d);
      // All ones where nothing differs, else 0.
      const same = ((difference | -difference) >> 31) ^ -1;
      found = (found & ~same) | ((i >> 2) & same);
    }
    return found < 0 ? undefined : this.#ids[found % this.#ids.length];
  }
}

function sealOf(id: string, secret: string): Buffer {
  return createHmac("sha256", secret).update(purpose).update(id).digest().subarray(0, sealOctets);
}

function putWords(table: Int32Array, at: number, seal: Buffer): void {
  for (let i = 0; i < sealOctets / 4; i += 1) {
    table[at + i] = seal.readInt32LE(i * 4);
  }
}
