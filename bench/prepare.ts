/** What must be there before the first scenario: tools, the built Sluice, compiled peers, files to serve. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, release, tmpdir, type } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type CertificateFiles, installed, type Peer, sluiceProgram } from "./peers.ts";
import type { Results } from "./results.ts";
import { type Scenario, servedFiles } from "./scenarios.ts";
import type { Workshop } from "./server.ts";

const bench = fileURLToPath(new URL(".", import.meta.url));
const repository = join(bench, "..");

/** Makes the scratch directory, which is removed when the process ends, however it ends. */
export function openWorkshop(): Workshop {
  const scratch = mkdtempSync(join(tmpdir(), "sluice-bench-"));
  process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));
  const [root, programs] = [join(scratch, "root"), join(scratch, "programs")];
  mkdirSync(root);
  for (const [name, length] of Object.entries(servedFiles)) {
    writeFileSync(join(root, name), text(length));
  }
  compile(programs);
  return { scratch, root, programs, certificate: makeCertificate(scratch) };
}

/** A certificate on the curve P-256 that signs itself, for the one address that is asked. */
function makeCertificate(scratch: string): CertificateFiles {
  const [cert, key] = [join(scratch, "cert.pem"), join(scratch, "key.pem")];
  const kind = [
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:prime256v1",
    "-nodes",
    "-days",
    "30",
  ];
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  execFileSync("openssl", ["req", ...kind, ...names, "-keyout", key, "-out", cert], {
    stdio: "pipe",
    timeout: 10_000,
  });
  return { cert, key };
}

/** The programs run as plain JavaScript, as Sluice does, so that no loader counts as their memory or time. */
function compile(programs: string): void {
  const servers = ["node-http.ts", "node-http2.ts", "bare.ts", "bare-http2.ts", "bare-relay.ts", "echo.ts"];
  const clients = ["idle.ts", "handshakes.ts", "tunnels.ts"];
  const sources = [...servers.map((name) => join("peers", name)), ...clients].map((name) =>
    join(bench, name),
  );
  const options = ["--ignoreConfig", "--module", "nodenext", "--target", "es2023", "--types", "node"];
  const output = ["--rewriteRelativeImportExtensions", "--rootDir", bench, "--outDir", programs];
  const tsc = join(repository, "node_modules/.bin/tsc");
  execFileSync(tsc, [...options, ...output, "--skipLibCheck", ...sources], {
    cwd: repository,
    stdio: "inherit",
    timeout: 60_000,
  });
  writeFileSync(join(programs, "package.json"), '{ "type": "module" }\n');
}

/** Builds Sluice when it was never built, or when a source is newer. */
export function buildSluice(): void {
  const sources = readdirSync(join(repository, "src"), { recursive: true, encoding: "utf8" });
  const built = sources.filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"));
  const newest = Math.max(...built.map((name) => modified(join(repository, "src", name))));
  if (modified(sluiceProgram) < newest) {
    console.error("building Sluice …");
    execFileSync("npm", ["run", "--silent", "build"], {
      cwd: repository,
      stdio: "inherit",
      timeout: 180_000,
    });
  }
}

/** The facts without which the numbers say nothing. @throws Error when a tool is missing or there is only one core. */
export function machineFacts(
  peers: readonly Peer[],
  scenarios: readonly Scenario[],
): Pick<Results, "machine" | "versions"> {
  const cores = availableParallelism();
  if (cores < 2) {
    throw new Error("the bench needs two cores: one for the server, one for the load");
  }
  installed("taskset", ["--version"]);
  const tools: Record<string, string> = {};
  const timed = scenarios.some(({ kind }) => kind === "latency");
  const secure = scenarios.some(({ over }) => over !== "http");
  if (scenarios.some(({ kind, over }) => kind === "load" && over === "http")) {
    tools.wrk = installed("wrk", ["-v"]).split(" ").slice(0, 2).join(" ").replace("wrk ", "");
  }
  if (timed || secure) {
    tools.h2load = installed("h2load", ["--version"]).replace("h2load nghttp2/", "");
  }
  if (secure) {
    tools.openssl = installed("openssl", ["version"]).split(" ")[1] ?? "";
  }
  const versions = Object.fromEntries(peers.map((peer) => [peer.name, peer.version()]));
  return {
    machine: {
      cpu: cpus()[0]?.model ?? "unknown",
      cores,
      system: `${type()} ${release()}`,
      node: process.versions.node,
    },
    versions: { ...versions, ...tools },
  };
}

/** Lines of text, the same in every run. */
function text(length: number): string {
  const line = "The quick brown fox jumps over the lazy dog, and once more over the lazy dog.\n";
  return line.repeat(Math.ceil(length / line.length)).slice(0, length);
}

function modified(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
