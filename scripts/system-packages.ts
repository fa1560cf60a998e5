/**
 * The programs that the tests and the benchmarks run Sluice against, and the Debian
 * packages that hold them. Missing ones are installed where we may, and named where
 * we may not: a test never passes because its peer was absent.
 */
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { findProgram, run } from "./command.ts";

export interface SystemPackage {
  readonly package: string;
  /** The program whose presence proves the package. */
  readonly program: string;
}

export const systemPackages: readonly SystemPackage[] = [
  { package: "nginx-light", program: "nginx" },
  { package: "h2o", program: "h2o" },
  { package: "haproxy", program: "haproxy" },
  { package: "apache2", program: "apache2" },
  { package: "wrk", program: "wrk" },
  { package: "apache2-utils", program: "ab" },
  { package: "chromium", program: "chromium" },
  { package: "curl", program: "curl" },
  { package: "wget", program: "wget" },
  { package: "netcat-openbsd", program: "nc" },
  { package: "nghttp2-client", program: "nghttp" },
  { package: "nghttp2-client", program: "h2load" },
  { package: "openssl", program: "openssl" },
  { package: "libnss3-tools", program: "certutil" },
  { package: "ca-certificates", program: "update-ca-certificates" },
];

const policyFile = "/usr/sbin/policy-rc.d";

/**
 * Sees to it that every listed program is there.
 *
 * @returns Whether all are there now, or, outside CI, whether the tests may go on
 *   and fail by themselves where they need a missing one.
 */
export async function ensureSystemPackages(
  wanted: readonly SystemPackage[] = systemPackages,
): Promise<boolean> {
  const missing = absent(wanted);
  if (missing.length === 0) {
    console.log(`all ${wanted.length} programs are installed`);
    return true;
  }
  const names = missing.map((one) => one.package);
  console.log(`missing: ${missing.map((one) => `${one.program} (package ${one.package})`).join(", ")}`);
  if (process.getuid?.() !== 0 || findProgram("apt-get") === undefined) {
    console.log(
      `not installed here, because that takes root and apt-get; as root: apt-get install ${names.join(" ")}`,
    );
    return process.env.CI !== "true";
  }
  console.log(`installing with apt-get: ${names.join(" ")}`);
  const code = await withoutStartingServices(() => install(names));
  const still = absent(missing);
  if (code !== 0 || still.length > 0) {
    console.log(
      `apt-get ended with ${code}; still missing: ${still.map((one) => one.program).join(", ") || "none"}`,
    );
    return false;
  }
  return true;
}

function absent(wanted: readonly SystemPackage[]): SystemPackage[] {
  return wanted.filter((one) => findProgram(one.program) === undefined);
}

async function install(names: readonly string[]): Promise<number> {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const updated = await run("apt-get", ["update", "-q"], { env });
  if (updated !== 0) {
    return updated;
  }
  return run("apt-get", ["install", "-q", "-y", "--no-install-recommends", ...names], { env });
}

/**
 * Debian starts the servers it installs, here on port 80, unless `policy-rc.d` answers 101
 * (invoke-rc.d(8)). Ours stands there only while the packages are installed.
 */
async function withoutStartingServices<T>(work: () => Promise<T>): Promise<T> {
  const kept = existsSync(policyFile)
    ? { text: readFileSync(policyFile), mode: statSync(policyFile).mode & 0o777 }
    : undefined;
  const restore = (): void => {
    if (kept === undefined) {
      rmSync(policyFile, { force: true });
    } else {
      replacePolicy(kept.text, kept.mode);
    }
  };
  const interrupted = (): void => {
    restore();
    process.exit(130);
  };
  process.once("SIGINT", interrupted);
  process.once("SIGTERM", interrupted);
  replacePolicy("#!/bin/sh\nexit 101\n", 0o755);
  try {
    return await work();
  } finally {
    restore();
    process.off("SIGINT", interrupted);
    process.off("SIGTERM", interrupted);
  }
}

function replacePolicy(text: string | Buffer, mode: number): void {
  const fresh = `${policyFile}.sluice`;
  writeFileSync(fresh, text, { mode });
  renameSync(fresh, policyFile);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  process.exitCode = (await ensureSystemPackages()) ? 0 : 1;
}
