/** `sluice cert issue` and `sluice cert ca`. */
import { X509Certificate } from "node:crypto";
import { mkdir, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { coloursFor, createReporter, wantsColour } from "../observe/index.ts";
import {
  findLocalAuthority,
  type LocalAuthority,
  LocalAuthorityError,
  localAuthorityDirectory,
  openLocalAuthority,
  reasonOf,
  writeWhole,
} from "../tls/index.ts";
import type { CertificateIssueIntent } from "./certificate-commands.ts";
import { certificateLines } from "./certificate-view.ts";
import { exitCodes } from "./exit-codes.ts";
import type { Io } from "./io.ts";

/** Writes `<name>.pem` and `<name>-key.pem`. */
export async function issueCertificate({ names, out }: CertificateIssueIntent, io: Io): Promise<number> {
  return orRefuse(io, async () => {
    const authority = await openLocalAuthority(localAuthorityDirectory(io.env));
    const leaf = await authority.issue(names);
    const directory = resolve(io.cwd, out);
    const stem = (leaf.names[0] ?? "").replaceAll("*", "_").replaceAll(":", "-");
    const certFile = join(directory, `${stem}.pem`);
    const keyFile = join(directory, `${stem}-key.pem`);
    await mayReplace(certFile, keyFile, authority);
    try {
      await mkdir(directory, { recursive: true });
      await writeWhole(keyFile, leaf.key, 0o600);
      await writeWhole(certFile, leaf.cert, 0o644);
    } catch (error) {
      throw new LocalAuthorityError(`cannot write ${certFile}: ${reasonOf(error)}`, { cause: error });
    }
    const colours = coloursFor(wantsColour(io.stdout, io.env));
    io.stdout.write(
      `\n${certificateLines(new X509Certificate(leaf.cert), { now: Date.now(), colours }).join("\n")}\n` +
        `  ${colours.dim("certificate")}  ${certFile}\n  ${colours.dim("key")}          ${keyFile}\n\n`,
    );
  });
}

/** Its path alone, to stand in other commands; or the certificate. */
export async function showAuthority(pem: boolean, io: Io): Promise<number> {
  return orRefuse(io, async () => {
    const authority = await openLocalAuthority(localAuthorityDirectory(io.env));
    io.stdout.write(pem ? authority.certificate.toString() : `${authority.certificateFile}\n`);
  });
}

/** The local authority, unless there is none or it cannot be used. */
export async function knownAuthority(io: Io): Promise<LocalAuthority | undefined> {
  try {
    return await findLocalAuthority(localAuthorityDirectory(io.env));
  } catch (error) {
    createReporter(io.stderr, io.env).warn((error as Error).message);
    return undefined;
  }
}

/** A key that is not ours to make again must not be lost. */
async function mayReplace(certFile: string, keyFile: string, authority: LocalAuthority): Promise<void> {
  const text = await readFile(certFile, "utf8").catch(() => undefined);
  if (text !== undefined) {
    if (!isFrom(text, authority)) {
      throw new LocalAuthorityError(
        `${certFile} is there and not from this CA; --out names another directory`,
      );
    }
  } else if ((await stat(keyFile).catch(() => undefined)) !== undefined) {
    throw new LocalAuthorityError(
      `${keyFile} is there without its certificate; --out names another directory`,
    );
  }
}

function isFrom(pem: string, authority: LocalAuthority): boolean {
  try {
    return new X509Certificate(pem).verify(authority.certificate.publicKey);
  } catch {
    return false;
  }
}

async function orRefuse(io: Io, work: () => Promise<void>): Promise<number> {
  try {
    await work();
    return exitCodes.done;
  } catch (error) {
    if (!(error instanceof LocalAuthorityError)) {
      throw error;
    }
    createReporter(io.stderr, io.env).error(error.message);
    return exitCodes.failedStart;
  }
}
