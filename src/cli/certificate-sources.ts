/** Where `sluice cert show` finds certificates: files, servers, the config file, the local authority; and the roots to judge them by. */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as tls from "node:tls";
import { isInline, type LocalAuthority, nameOf, pemBlocks } from "../tls/index.ts";
import type { Io } from "./io.ts";

export interface FileContents {
  readonly chain: readonly X509Certificate[];
  /** Of the same file, where it holds one that is not encrypted. */
  readonly key: KeyObject | undefined;
}

/**
 * @param setting - A path, or PEM text.
 * @throws Error that says in words what is wrong with the file.
 */
export function certificatesIn(setting: string): FileContents {
  const path = nameOf(setting);
  const octets = isInline(setting) ? Buffer.from(setting, "latin1") : read(setting);
  const blocks = pemBlocks(octets.toString("latin1"));
  const texts = blocks.filter(({ label }) => label.endsWith("CERTIFICATE")).map(({ text }) => text);
  if (texts.length === 0 && blocks.length > 0) {
    throw new Error(`${path} holds no certificate, only ${blocks.map(({ label }) => label).join(", ")}`);
  }
  const keyBlock = blocks.find(({ label }) => label.endsWith("PRIVATE KEY"));
  return {
    chain: (texts.length === 0 ? [octets] : texts).map((text) => certificateOf(text, path)),
    key: keyBlock === undefined ? undefined : keyIn(keyBlock.text, undefined),
  };
}

/** The private key of a setting; undefined where there is none that can be read. */
export function keyIn(setting: string, passphrase: string | undefined): KeyObject | undefined {
  try {
    const pem = isInline(setting) ? setting : readFileSync(setting, "latin1");
    return createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch {
    return undefined;
  }
}

/** What the local authority has issued and keeps, by name. */
export function keptLeaves({ directory }: LocalAuthority): X509Certificate[] {
  const leaves = join(directory, "leaves");
  const files = existsSync(leaves) ? readdirSync(leaves).filter((name) => name.endsWith(".pem")) : [];
  return files.sort().flatMap((name) => {
    try {
      return certificatesIn(join(leaves, name)).chain;
    } catch {
      // Damaged ones are made anew when they are needed.
      return [];
    }
  });
}

/** What this machine's Node trusts, `NODE_EXTRA_CA_CERTS` included, and the system where Node can tell. */
export function trustedRoots({ env }: Pick<Io, "env">): X509Certificate[] {
  // Since Node 22.15.
  const newer: typeof tls & { readonly getCACertificates?: (type: string) => readonly string[] } = tls;
  const pems =
    newer.getCACertificates === undefined
      ? [...tls.rootCertificates, ...extraRoots(env.NODE_EXTRA_CA_CERTS)]
      : [...newer.getCACertificates("default"), ...newer.getCACertificates("system")];
  return [...new Set(pems)].flatMap((pem) => {
    try {
      return [new X509Certificate(pem)];
    } catch {
      return [];
    }
  });
}

function extraRoots(file: string | undefined): string[] {
  try {
    const text = file === undefined || file === "" ? "" : readFileSync(file, "latin1");
    return pemBlocks(text).map((block) => block.text);
  } catch {
    return [];
  }
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = { ENOENT: "no such file", EACCES: "permission denied", EISDIR: "it is a directory" }[
      code ?? ""
    ];
    throw new Error(`${path}: ${why ?? message}`, { cause: error });
  }
}

function certificateOf(text: string | Buffer, path: string): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch (error) {
    throw new Error(`${path} holds ${typeof text === "string" ? "a damaged" : "no"} certificate`, {
      cause: error,
    });
  }
}
