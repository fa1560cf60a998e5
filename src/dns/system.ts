/** What the system knows: its resolver, and whether this machine has IPv6. */
import { lookup } from "node:dns/promises";
import { networkInterfaces } from "node:os";

/** Addresses by getaddrinfo, which looks at search domains, multicast DNS and whatever else is configured. */
export async function addressesBySystem(
  name: string,
): Promise<readonly { readonly address: string; readonly family: 4 | 6 }[]> {
  const found = await lookup(name, { all: true, verbatim: true });
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
}

/**
 * The family to try first: IPv6 where this machine has an address of it that leads anywhere.
 *
 * @source RFC 8305 §4 and RFC 6724 §5, rule 1.
 */
export function firstFamily(): 4 | 6 {
  const anywhere = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .some(({ family, internal, address }) => family === "IPv6" && !internal && !address.startsWith("fe80:"));
  return anywhere ? 6 : 4;
}
