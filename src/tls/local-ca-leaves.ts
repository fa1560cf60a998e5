/** The certificates that the local authority has issued: kept on disk, used again, renewed in time. */
import { createHash, createPrivateKey, X509Certificate } from "node:crypto";
import { mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Millis } from "../message/index.ts";
import { sweep, writeWhole } from "./local-ca-files.ts";
import { backdated, type CertificateAndKey, mintLeaf, parsed, wholeSecond } from "./local-ca-mint.ts";
import type { CertificateName } from "./local-name.ts";

/** A certificate that the local authority vouches for, with its key. */
export interface LocalLeaf extends CertificateAndKey {
  /** In normal form, sorted but for the first. */
  readonly names: readonly string[];
  readonly notAfter: Date;
  /** From then on `issue` gives another one. */
  readonly renewAt: Date;
}

/** The root as it was read. */
export interface Root extends CertificateAndKey {
  readonly certificate: X509Certificate;
}

const leafLifetime: Millis = 90 * 86_400_000;

/** The most leaves kept on disk: names come from whoever connects. */
const maxLeaves = 1_000;

export function leafFile(directory: string, names: readonly CertificateName[]): string {
  const all = names.map(({ value }) => value).join(" ");
  const slug = (names[0]?.value ?? "").replaceAll("*", "_").replaceAll(":", "-").slice(0, 60);
  const hash = createHash("sha256").update(all).digest("hex").slice(0, 12);
  return join(directory, "leaves", `${slug}-${hash}.pem`);
}

export async function issueLeaf(
  file: string,
  names: readonly CertificateName[],
  root: Root,
  now: number,
): Promise<LocalLeaf> {
  const kept = await readLeaf(file, names, root, now);
  if (kept !== undefined) {
    return kept;
  }
  const to = Math.min(now + leafLifetime, Date.parse(root.certificate.validTo));
  const minted = await mintLeaf(names, root, { from: wholeSecond(now - backdated), to: wholeSecond(to) });
  await keepLeaf(file, minted);
  return leafOf(minted, names);
}

/** @returns undefined for one that is not there, damaged, nearly over or of another root. */
async function readLeaf(
  file: string,
  names: readonly CertificateName[],
  root: Root,
  now: number,
): Promise<LocalLeaf | undefined> {
  const text = await readFile(file, "utf8").catch(() => "");
  const [, key, cert] = /^(-----BEGIN PRIVATE KEY-----.*?)(-----BEGIN CERTIFICATE-----.*)$/s.exec(text) ?? [];
  if (key === undefined || cert === undefined) {
    return undefined;
  }
  const certificate = parsed(() => new X509Certificate(cert));
  const privateKey = parsed(() => createPrivateKey(key));
  if (certificate === undefined || privateKey === undefined) {
    return undefined;
  }
  const leaf = leafOf({ cert, key }, names);
  const sound =
    certificate.checkPrivateKey(privateKey) &&
    certificate.verify(root.certificate.publicKey) &&
    Date.parse(certificate.validFrom) <= now &&
    leaf.renewAt.getTime() > now;
  return sound ? leaf : undefined;
}

function leafOf(minted: CertificateAndKey, names: readonly CertificateName[]): LocalLeaf {
  const { validFrom, validTo } = new X509Certificate(minted.cert);
  const notAfter = Date.parse(validTo);
  return {
    ...minted,
    names: names.map(({ value }) => value),
    notAfter: new Date(notAfter),
    renewAt: new Date(notAfter - (notAfter - Date.parse(validFrom)) / 3),
  };
}

/** A disk that cannot be written costs a new certificate at the next start, and nothing else. */
async function keepLeaf(file: string, { key, cert }: CertificateAndKey): Promise<void> {
  const directory = dirname(file);
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await writeWhole(file, key + cert, 0o600);
    await sweep(directory, ".");
    await dropOldest(directory);
  } catch {
    return;
  }
}

async function dropOldest(directory: string): Promise<void> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(".pem"));
  if (names.length <= maxLeaves) {
    return;
  }
  const aged = await Promise.all(
    names.map(async (name) => {
      const path = join(directory, name);
      return { path, at: (await stat(path).catch(() => undefined))?.mtimeMs ?? 0 };
    }),
  );
  aged.sort((one, other) => one.at - other.at);
  for (const { path } of aged.slice(0, names.length - maxLeaves)) {
    await rm(path, { force: true });
  }
}
