/** The words in which trusting is reported, one step for each store. */

export interface TrustStep {
  /** As a person calls it, such as "system store (Fedora, RHEL)". */
  readonly store: string;
  readonly state: TrustState;
  readonly detail?: string | undefined;
  /** What a person has to run to have it done. */
  readonly commands?: readonly string[] | undefined;
}

export type TrustState =
  | "done"
  /** Nothing was to do. */
  | "already"
  /** There is no such store. */
  | "absent"
  | "needs root"
  | "needs program"
  | "failed";

/** The root to trust, as the stores want to know it. */
export interface TrustedRoot {
  /** Path of its PEM file. */
  readonly file: string;
  readonly pem: string;
  /** Its common name: unique, and what databases list it under. */
  readonly name: string;
  /** First digits of its SHA-256 fingerprint, for file names. */
  readonly id: string;
  /** Forty upper-case digits: how keychains and Windows find it. */
  readonly sha1: string;
}

/** A word of a command for a shell. */
export function quoted(word: string): string {
  return /^[\w./@:+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
