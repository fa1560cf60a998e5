/**
 * The local certificate authority: made when it is first needed, kept in the user's data
 * directory, and asked for certificates of local names.
 *
 *   ca/root.pem     its certificate, what `sluice trust` installs; 10 years
 *   ca/root.key     its key, readable by its owner only
 *   ca/leaves/*.pem key and certificate in one file each, so that they always belong together
 */
import { createPrivateKey, randomBytes, X509Certificate } from "node:crypto";
import { chmod, readdir, readFile, stat } from "node:fs/promises";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import type { Millis } from "../message/index.ts";
import {
  LocalAuthorityError,
  localAuthorityDirectory,
  makeDirectoryOnce,
  reasonOf,
} from "./local-ca-files.ts";
import { issueLeaf, type LocalLeaf, leafFile, type Root } from "./local-ca-leaves.ts";
import { backdated, mintRoot, parsed, wholeSecond } from "./local-ca-mint.ts";
import { type CertificateName, certificateName } from "./local-name.ts";

export interface LocalAuthority {
  readonly directory: string;
  /** Path of the root's certificate in PEM. */
  readonly certificateFile: string;
  readonly certificate: X509Certificate;
  /** Whether this call made it: nobody trusts it yet. */
  readonly made: boolean;
  /**
   * A certificate for all of these names; one that was issued before and has more than a
   * third of its time left is used again.
   *
   * @param names - Host names, wildcards and addresses, local or not. One or more, at most 100.
   * @throws LocalAuthorityError when one of them cannot stand in a certificate.
   */
  issue(names: readonly string[]): Promise<LocalLeaf>;
}

const day: Millis = 86_400_000;

const rootLifetime: Millis = 3_652 * day;
const maxNames = 100;

/**
 * Opens the local authority, and makes it where there is none. Two processes that start at
 * once end up with the same one.
 *
 * @param directory - Where it is kept; that of `localAuthorityDirectory` unless told.
 * @throws LocalAuthorityError naming the file that cannot be read, written or used, and why.
 */
export async function openLocalAuthority(
  directory: string = localAuthorityDirectory(),
  now: () => number = Date.now,
): Promise<LocalAuthority> {
  const found = await findLocalAuthority(directory, now);
  if (found !== undefined) {
    return found;
  }
  const root = await mintRoot(rootName(), {
    from: wholeSecond(now() - backdated),
    to: wholeSecond(now() + rootLifetime),
  });
  let made: boolean;
  try {
    made = await makeDirectoryOnce(directory, {
      "root.pem": { text: root.cert, mode: 0o644 },
      "root.key": { text: root.key, mode: 0o600 },
    });
  } catch (error) {
    throw new LocalAuthorityError(
      `cannot make the local certificate authority in ${directory}: ${reasonOf(error)}; XDG_DATA_HOME can name another place`,
      { cause: error },
    );
  }
  return authority(directory, await readRoot(directory, now()), made, now);
}

/**
 * The local authority if there is one.
 *
 * @throws LocalAuthorityError when it is there but cannot be used.
 */
export async function findLocalAuthority(
  directory: string = localAuthorityDirectory(),
  now: () => number = Date.now,
): Promise<LocalAuthority | undefined> {
  try {
    if ((await readdir(directory)).length === 0) {
      return undefined;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return undefined;
    }
    throw new LocalAuthorityError(`cannot open ${directory}: ${reasonOf(error)}`, { cause: error });
  }
  return authority(directory, await readRoot(directory, now()), false, now);
}

function authority(directory: string, root: Root, made: boolean, now: () => number): LocalAuthority {
  const issuing = new Map<string, Promise<LocalLeaf>>();
  return {
    directory,
    certificateFile: join(directory, "root.pem"),
    certificate: root.certificate,
    made,
    async issue(names) {
      const wanted = normalNames(names);
      const file = leafFile(directory, wanted);
      let leaf = issuing.get(file);
      if (leaf === undefined) {
        leaf = issueLeaf(file, wanted, root, now()).finally(() => issuing.delete(file));
        issuing.set(file, leaf);
      }
      return leaf;
    },
  };
}

async function readRoot(directory: string, now: number): Promise<Root> {
  const cert = await readOwn(directory, "root.pem");
  const key = await readOwn(directory, "root.key");
  const unusable = (file: string, why: string, or = ";"): never => {
    throw new LocalAuthorityError(
      `${join(directory, file)} ${why}${or} remove ${directory} and run \`sluice trust\` to begin with a new authority`,
    );
  };
  const certificate = parsed(() => new X509Certificate(cert)) ?? unusable("root.pem", "is no certificate");
  const privateKey = parsed(() => createPrivateKey(key)) ?? unusable("root.key", "is no private key");
  if (!certificate.ca) {
    unusable("root.pem", "is not the certificate of an authority");
  }
  if (!certificate.checkPrivateKey(privateKey)) {
    unusable("root.key", "does not belong to root.pem");
  }
  if (Date.parse(certificate.validTo) <= now) {
    unusable("root.pem", `expired on ${dateOf(certificate.validTo)}`);
  }
  if (Date.parse(certificate.validFrom) > now) {
    unusable(
      "root.pem",
      `is valid from ${dateOf(certificate.validFrom)} only, and the clock says ${dateOf(now)}: set the clock`,
      ", or",
    );
  }
  await keepSecret(join(directory, "root.key"));
  return { cert, key, certificate };
}

async function readOwn(directory: string, name: string): Promise<string> {
  const path = join(directory, name);
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const again =
      (error as NodeJS.ErrnoException).code === "ENOENT"
        ? `; remove ${directory} and run \`sluice trust\` to begin with a new authority`
        : "";
    throw new LocalAuthorityError(`cannot read ${path}: ${reasonOf(error)}${again}`, { cause: error });
  }
}

/** A copy or a restored backup may have opened it to others. */
async function keepSecret(path: string): Promise<void> {
  if (process.platform !== "win32" && ((await stat(path)).mode & 0o077) !== 0) {
    await chmod(path, 0o600).catch(() => undefined);
  }
}

/** The first stays first: it becomes the common name. */
function normalNames(names: readonly string[]): CertificateName[] {
  if (names.length === 0 || names.length > maxNames) {
    throw new LocalAuthorityError(`a certificate is for 1 to ${maxNames} names, not for ${names.length}`);
  }
  const byValue = new Map<string, CertificateName>();
  for (const name of names) {
    const normal = certificateName(name);
    if (normal === undefined) {
      throw new LocalAuthorityError(
        `a certificate cannot name ${JSON.stringify(name)}: a host name or address is needed`,
      );
    }
    byValue.set(normal.value, normal);
  }
  const [first, ...rest] = byValue.values();
  const sorted = rest.sort((one, other) => (one.value < other.value ? -1 : 1));
  return first === undefined ? sorted : [first, ...sorted];
}

/**
 * Says whose it is in the lists of trust stores. Never the same twice: some stores take two
 * certificates of one name for one.
 */
function rootName(): string {
  const user = parsed(() => userInfo().username) ?? "someone";
  return `Sluice local CA ${`${user}@${hostname()}`.slice(0, 39)} ${randomBytes(4).toString("hex")}`;
}

function dateOf(time: string | number): string {
  return new Date(time).toISOString().slice(0, 10);
}
