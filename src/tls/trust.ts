/** Makes the machine trust the local authority, and undoes it: every store on its own, none stopping the next. */
import type { X509Certificate } from "node:crypto";
import { certificateFacts } from "./certificate-report.ts";
import { changeNssDatabases } from "./trust-nss.ts";
import { quoted, type TrustedRoot, type TrustStep } from "./trust-step.ts";
import { type Change, changeSystemStore } from "./trust-system.ts";
import type { TrustWorld } from "./trust-world.ts";

/** What of a `LocalAuthority` is needed here. */
export interface AuthorityRoot {
  readonly certificateFile: string;
  readonly certificate: X509Certificate;
}

/**
 * Puts the root into the system's store and into those of the browsers.
 *
 * @returns A step for each store, as it is done. None throws.
 */
export function trust(authority: AuthorityRoot, world: TrustWorld): AsyncGenerator<TrustStep> {
  return change("add", authority, world);
}

/** Takes the root out of every store. */
export function untrust(authority: AuthorityRoot, world: TrustWorld): AsyncGenerator<TrustStep> {
  return change("remove", authority, world);
}

/** What to set for programs that read a store of their own; name of the program to command. */
export function trustSettings(
  file: string,
  platform: NodeJS.Platform = process.platform,
): readonly (readonly [program: string, command: string])[] {
  if (platform === "win32") {
    return [
      ["Node", `setx NODE_EXTRA_CA_CERTS "${file}"`],
      ["curl", `curl --cacert "${file}" …`],
    ];
  }
  return [
    ["Node", `export NODE_EXTRA_CA_CERTS=${quoted(file)}`],
    ["curl", `curl --cacert ${quoted(file)} …`],
    ["OpenSSL", `export SSL_CERT_FILE=${quoted(file)}`],
  ];
}

async function* change(what: Change, authority: AuthorityRoot, world: TrustWorld): AsyncGenerator<TrustStep> {
  const root = rootOf(authority);
  yield await changeSystemStore(what, root, world);
  yield* changeNssDatabases(what, root, world);
}

function rootOf({ certificateFile, certificate }: AuthorityRoot): TrustedRoot {
  return {
    file: certificateFile,
    pem: certificate.toString(),
    name: certificateFacts(certificate).subject,
    id: certificate.fingerprint256.replaceAll(":", "").slice(0, 8).toLowerCase(),
    sha1: certificate.fingerprint.replaceAll(":", ""),
  };
}
