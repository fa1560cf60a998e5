/**
 * Keys of session tickets (RFC 8446 §4.6.1, RFC 5077). They follow from a secret and the period of
 * time, so that they rotate without anybody telling anybody, and all who know the secret agree.
 *
 * Node's TLS knows one key at a time: a ticket of the period before costs one full handshake.
 */
import { hkdfSync, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Millis } from "../message/index.ts";

export const defaultRotation: Millis = 43_200_000;

/** Characters or octets. */
export const shortestSecret = 32;

export interface TicketSource {
  /** Text of at least `shortestSecret` characters, or the path of a file with as many octets; undefined: only this process knows it. */
  readonly secret: string | { readonly file: string } | undefined;
  readonly rotate: Millis;
}

export interface TicketKeys {
  /** What nobody else knows. */
  readonly secret: Uint8Array;
  readonly rotate: Millis;
}

/** @throws Error with words for the operator where the file is none or too short. */
export function openTicketKeys({ secret, rotate }: TicketSource): TicketKeys {
  if (typeof secret !== "object") {
    return { secret: secret === undefined ? randomBytes(32) : Buffer.from(secret), rotate };
  }
  const fault = ticketSecretFault(secret.file, "/");
  if (fault !== undefined) {
    throw new Error(fault);
  }
  return { secret: readFileSync(secret.file), rotate };
}

/** What is wrong with the file of a secret. */
export function ticketSecretFault(file: string, base: string): string | undefined {
  const path = resolve(base, file);
  try {
    const { length } = readFileSync(path);
    return length >= shortestSecret
      ? undefined
      : `${path} has ${length} octets: a secret needs ${shortestSecret} or more, such as \`openssl rand 32\` gives`;
  } catch (error) {
    return `${path} cannot be read (${(error as NodeJS.ErrnoException).code})`;
  }
}

/** The number of the period in which a time lies. */
export function ticketPeriod({ rotate }: TicketKeys, wall: number): number {
  return Math.floor(wall / rotate);
}

/**
 * The key of one period, as Node's `ticketKeys` wants it: 16 octets of name, 16 for HMAC, 16 for AES.
 *
 * @param bond - What a session is worth something under, such as who may show client certificates:
 *   under another bond its tickets are void.
 */
export function ticketKey({ secret }: TicketKeys, period: number, bond: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "", `sluice session tickets ${period} ${bond}`, 48));
}
