/** Certificates made for a test: authorities, chains, expired ones, ones for clients. */
import "reflect-metadata";
import { createPrivateKey, KeyObject, randomBytes, webcrypto } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";

/** PEM. */
export interface Made {
  readonly cert: string;
  readonly key: string;
}

export interface Wanted {
  /** Common name; the first of `names` unless told. */
  readonly title?: string;
  /** DNS names and addresses. */
  readonly names?: readonly string[];
  readonly kind?: "ec" | "rsa";
  /** May vouch for others. */
  readonly authority?: boolean;
  /** For clients, not servers. */
  readonly client?: boolean;
  /** Days from now; from yesterday to a month from now unless told. */
  readonly from?: number;
  readonly to?: number;
  /** Who vouches for it; itself unless told. */
  readonly by?: Made;
  /** With the address of its issuer's certificate, as those of public authorities have. */
  readonly reachable?: boolean;
  readonly organisation?: string;
}

const algorithms = {
  ec: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  rsa: {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    publicExponent: new Uint8Array([1, 0, 1]),
    modulusLength: 2048,
  },
} as const;

const day = 86_400_000;

export async function makeCertificate(wanted: Wanted): Promise<Made> {
  const { names = [], kind = "ec", authority = false, client = false, from = -1, to = 30, by } = wanted;
  const keys = await webcrypto.subtle.generateKey(algorithms[kind], true, ["sign", "verify"]);
  const title = wanted.title ?? names[0] ?? "nameless";
  const subject = [
    ...(wanted.organisation === undefined ? [] : [{ O: [wanted.organisation] }]),
    { CN: [title] },
  ];
  const issuer = by === undefined ? undefined : new x509.X509Certificate(by.cert);
  const use = client ? x509.ExtendedKeyUsage.clientAuth : x509.ExtendedKeyUsage.serverAuth;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: `40${randomBytes(8).toString("hex")}`,
    subject,
    issuer: issuer?.subjectName ?? subject,
    publicKey: keys.publicKey,
    signingKey: by === undefined ? keys.privateKey : await signingKey(by.key),
    signingAlgorithm: algorithms[by === undefined ? kind : kindOf(by.key)],
    notBefore: new Date(Date.now() + from * day),
    notAfter: new Date(Date.now() + to * day),
    extensions: [
      new x509.BasicConstraintsExtension(authority, undefined, true),
      ...(authority ? [] : [new x509.ExtendedKeyUsageExtension([use])]),
      ...(wanted.reachable === true
        ? [new x509.AuthorityInfoAccessExtension({ caIssuers: "http://ca.test/issuer.der" })]
        : []),
      ...(names.length === 0
        ? []
        : [new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: typeOf(value), value })))]),
    ],
  });
  return { cert: `${certificate.toString("pem")}\n`, key: exported(keys.privateKey) };
}

/** A directory for certificates that is gone with the test. */
export class CertificateFiles implements Disposable {
  readonly directory: string = mkdtempSync(join(tmpdir(), "sluice-certificates-"));

  /** @returns The path. */
  write(name: string, text: string | Uint8Array): string {
    const path = join(this.directory, name);
    writeFileSync(path, text);
    return path;
  }

  /** Writes `name.crt` and `name.key`. */
  pair(name: string, { cert, key }: Made): { readonly cert: string; readonly key: string } {
    return { cert: this.write(`${name}.crt`, cert), key: this.write(`${name}.key`, key) };
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** The key in PEM, encrypted. */
export function encrypted(key: string, passphrase: string): string {
  return createPrivateKey(key)
    .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase })
    .toString();
}

function typeOf(name: string): "dns" | "ip" {
  return /^[\d.]+$|:/.test(name) ? "ip" : "dns";
}

function kindOf(key: string): "ec" | "rsa" {
  return createPrivateKey(key).asymmetricKeyType === "rsa" ? "rsa" : "ec";
}

function signingKey(key: string): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(key).export({ type: "pkcs8", format: "der" });
  return webcrypto.subtle.importKey("pkcs8", der, algorithms[kindOf(key)], false, ["sign"]);
}

function exported(key: webcrypto.CryptoKey): string {
  return KeyObject.from(key).export({ type: "pkcs8", format: "pem" }).toString();
}
