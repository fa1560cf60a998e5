/** `sluice cert show`: what certificates say, and what is wrong with them. */
import type { KeyObject, X509Certificate } from "node:crypto";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import {
  ConfigError,
  configFileNames,
  type LoadedConfig,
  loadConfig,
  type NormalConfig,
  normalize,
} from "../config/index.ts";
import { type Colours, coloursFor, createReporter, wantsColour } from "../observe/index.ts";
import { anchorOf, certificateFacts, chainFindings, isInline, type LocalAuthority } from "../tls/index.ts";
import type { CertificateShowIntent } from "./certificate-commands.ts";
import { fetchChain, serverPlace } from "./certificate-fetch.ts";
import { knownAuthority } from "./certificate-issue.ts";
import { certificatesIn, keptLeaves, keyIn, trustedRoots } from "./certificate-sources.ts";
import { certificateLines, findingLines, shortLines } from "./certificate-view.ts";
import { exitCodes } from "./exit-codes.ts";
import type { Io } from "./io.ts";

/** A chain and where it was found. */
interface Source {
  readonly title: string;
  readonly remark?: string | undefined;
  readonly chain: readonly X509Certificate[];
  /** The private key that is to go with it. */
  readonly key?: KeyObject | undefined;
  readonly host?: string | undefined;
}

/** @returns 1 where anything is wrong with any of them. */
export async function showCertificates(intent: CertificateShowIntent, io: Io): Promise<number> {
  const authority = await knownAuthority(io);
  let sources: readonly Source[];
  try {
    sources =
      intent.what === undefined
        ? [...(await configSources(intent.config, io)), ...authoritySources(authority)]
        : [await namedSource(intent.what, intent.name, io)];
  } catch (error) {
    createReporter(io.stderr, io.env).error((error as Error).message);
    return exitCodes.failedStart;
  }
  if (sources.length === 0) {
    io.stdout.write(
      "There is nothing to show: no config file here names a certificate, and there is no local CA.\n",
    );
    return exitCodes.done;
  }
  const colours = coloursFor(wantsColour(io.stdout, io.env));
  const anchors = [...(authority === undefined ? [] : [authority.certificate]), ...trustedRoots(io)];
  const faults = sources.map((source) => show(source, anchors, authority, colours, io));
  return faults.some((one) => one) ? exitCodes.failedStart : exitCodes.done;
}

/** Prints it; answers whether clients will refuse it. */
function show(
  { title, remark, chain, key, host }: Source,
  anchors: readonly X509Certificate[],
  authority: LocalAuthority | undefined,
  colours: Colours,
  io: Io,
): boolean {
  const now = Date.now();
  const findings = chainFindings(chain, { now, host, key, anchors });
  const anchor = anchorOf(chain, anchors);
  const isOurs = (one: X509Certificate | undefined): boolean =>
    one !== undefined && authority?.certificate.raw.equals(one.raw) === true;
  const lines = [
    "",
    `  ${colours.cyan(title)}${remark === undefined ? "" : `  ${colours.dim(remark)}`}`,
    "",
    ...chain.flatMap((one) =>
      certificateLines(one, { now, colours, remark: isOurs(one) ? "the local CA" : undefined }),
    ),
    ...findingLines(
      findings,
      chain.map((one) => certificateFacts(one).subject),
      colours,
    ),
  ];
  if (isOurs(chain[0]) && authority !== undefined) {
    const kept = shortLines(keptLeaves(authority), { now, colours });
    lines.push(...(kept.length === 0 ? [] : [`  ${colours.dim("It has issued, and keeps:")}`, ...kept, ""]));
  } else if (isOurs(anchor)) {
    lines.push(`  ${colours.dim("Issued by the local CA: trusted where `sluice trust` was run.")}`, "");
  }
  io.stdout.write(`${lines.join("\n")}\n`);
  return findings.some(({ severity }) => severity === "error");
}

async function namedSource(what: string, name: string | undefined, io: Io): Promise<Source> {
  const path = resolve(io.cwd, what);
  const place = existsSync(path) ? undefined : serverPlace(what);
  const looksLikeFile = /\.(?:pem|crt|cer|der|key)$/.test(what);
  if (place === undefined || looksLikeFile) {
    if (/^http:/.test(what)) {
      throw new Error(`${what} is plain HTTP, which has no certificate`);
    }
    if (what.includes("://") && !existsSync(path)) {
      throw new Error(`${what} is no address of a server: https://host or https://host:port is needed`);
    }
    return { title: what, ...certificatesIn(path), host: name };
  }
  const { chain, version, application } = await fetchChain(place, name);
  if (chain.length === 0) {
    throw new Error(`${what} sends no certificate`);
  }
  const host = name ?? place.host;
  return { title: what, remark: [version, application].filter(Boolean).join(", "), chain, host };
}

/** Of a config file that need not be there unless it was named. */
async function configSources(file: string | undefined, io: Io): Promise<Source[]> {
  if (file === undefined && !configFileNames.some((name) => existsSync(resolve(io.cwd, name)))) {
    return [];
  }
  const loaded = await loadConfig({ file, cwd: io.cwd, command: "check", env: io.env, face: io.face });
  const found = new Map<string, Source>();
  for (const { hosts, identities } of normalized(loaded).tls?.sites ?? []) {
    for (const source of identities) {
      if (source.type === "files" && !found.has(source.cert)) {
        const { chain } = certificatesIn(source.cert);
        const title = isInline(source.cert) ? `inline certificate of ${hosts.join(", ")}` : source.cert;
        found.set(source.cert, {
          title,
          remark: loaded.name,
          chain,
          key: keyIn(source.key, source.passphrase),
        });
      }
    }
  }
  return [...found.values()];
}

/** Its certificates may be as bad as they like: that is what will be said. */
function normalized({ config, base, locate }: LoadedConfig): NormalConfig {
  try {
    return normalize(config, base);
  } catch (error) {
    throw error instanceof ConfigError ? new ConfigError(locate(error.problems)) : error;
  }
}

function authoritySources(authority: LocalAuthority | undefined): Source[] {
  return authority === undefined
    ? []
    : [{ title: authority.certificateFile, chain: [authority.certificate] }];
}
