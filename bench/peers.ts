/** Who is measured: how each server is started, in which version, and in which variants it takes part. */
import { execFileSync } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { h2oConfig } from "./peers/h2o.ts";
import { haproxyConfig, otherPrefixMap } from "./peers/haproxy.ts";
import { nginxConfig } from "./peers/nginx.ts";
import type { Carrier, Work } from "./scenarios.ts";
import type { Variant } from "./variant.ts";

export const peerNames = ["nginx", "h2o", "haproxy", "node", "bare", "sluice"] as const;
export type PeerName = (typeof peerNames)[number];

/** PEM files. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

/** What one server is started with. */
export interface Setting {
  /** The directory to serve. */
  readonly root: string;
  /** A directory of the server's own, for its configuration and scratch files. */
  readonly home: string;
  /** Where the compiled programs of the bench lie. */
  readonly programs: string;
  readonly port: number;
  /** Port of the origin server to forward to; undefined: the server has the files itself. */
  readonly upstream: number | undefined;
  readonly over: Carrier;
  /** Used by all that serve over TLS. */
  readonly certificate: CertificateFiles;
  readonly variant: Variant;
  /** The access log; written in the logged variant only. */
  readonly log: string;
  /** A file with the octets that the bare program answers with; with HTTP/2 the content alone. */
  readonly answer: string;
  /** Whether the bare program closes after each answer. */
  readonly closes: boolean;
  /** Whether connections become tunnels by Upgrade. */
  readonly tunnels: boolean;
  /** How many connections will be open at once. */
  readonly connections: number;
  /** The user we are; servers that change user stay this one, so that they can read what we wrote. */
  readonly user: string;
}

export interface Launch {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface Peer {
  readonly name: PeerName;
  readonly works: readonly Work[];
  readonly variants: readonly Variant[];
  /** Whether it runs on a just-in-time compiler and so needs longer to warm up. */
  readonly jit: boolean;
  /** The signal that lets the server write out its log before it leaves. */
  readonly stop: NodeJS.Signals;
  version(): string;
  /** Writes what the server needs into its home and says how to start it. */
  launch(setting: Setting): Launch;
}

const here = fileURLToPath(new URL(".", import.meta.url));
const repository = join(here, "..");
export const sluiceProgram: string = join(repository, "dist/cli/bin.js");

const nginx: Peer = {
  name: "nginx",
  works: ["files", "proxy"],
  jit: false,
  variants: ["plain", "logged"],
  stop: "SIGQUIT",
  version: () => installed("nginx", ["-v"]).replace("nginx version: nginx/", ""),
  launch: (setting) => {
    const config = join(setting.home, "nginx.conf");
    writeFileSync(config, nginxConfig(setting));
    return { command: ["nginx", "-p", setting.home, "-e", "error.log", "-c", config], env: {} };
  },
};

const h2o: Peer = {
  name: "h2o",
  works: ["files", "proxy"],
  jit: false,
  variants: ["plain", "logged"],
  stop: "SIGTERM",
  version: () => installed("h2o", ["--version"]).replace("h2o version ", ""),
  launch: (setting) => {
    const config = join(setting.home, "h2o.conf");
    writeFileSync(config, h2oConfig(setting));
    return { command: ["h2o", "-c", config], env: {} };
  },
};

const haproxy: Peer = {
  name: "haproxy",
  works: ["proxy"],
  jit: false,
  variants: ["plain", "logged"],
  stop: "SIGUSR1",
  version: () => installed("haproxy", ["-v"]).split(" ")[2] ?? "",
  launch: (setting) => {
    const config = join(setting.home, "haproxy.cfg");
    writeFileSync(config, haproxyConfig(setting));
    writeFileSync(join(setting.home, otherPrefixMap.name), otherPrefixMap.text);
    // It logs to what it is given as its output, and only there.
    const shell = 'exec haproxy -f "$0" >>"$1"';
    return { command: ["sh", "-c", shell, config, setting.log], env: {} };
  },
};

const node: Peer = {
  name: "node",
  works: ["files"],
  jit: true,
  variants: ["plain", "logged"],
  stop: "SIGTERM",
  version: () => process.versions.node,
  launch: (setting) =>
    program(
      join(setting.programs, setting.over === "h2" ? "peers/node-http2.js" : "peers/node-http.js"),
      setting,
    ),
};

const bare: Peer = {
  name: "bare",
  works: ["files", "proxy"],
  jit: true,
  variants: ["plain"],
  stop: "SIGTERM",
  version: () => process.versions.node,
  launch: (setting) => program(join(setting.programs, `peers/${bareProgram(setting)}.js`), setting),
};

const sluice: Peer = {
  name: "sluice",
  works: ["files", "proxy"],
  jit: true,
  variants: ["plain", "logged"],
  stop: "SIGTERM",
  version: () => JSON.parse(readFileSync(join(repository, "package.json"), "utf8")).version,
  launch: (setting) => {
    const { command, env } = program(sluiceProgram, setting);
    return { command: [...command, "run", "-c", join(here, "peers/sluice.config.ts")], env };
  },
};

export const peers: Readonly<Record<PeerName, Peer>> = { nginx, h2o, haproxy, node, bare, sluice };

function bareProgram({ upstream, over }: Setting): string {
  return upstream === undefined ? (over === "h2" ? "bare-http2" : "bare") : "bare-relay";
}

function program(path: string, setting: Setting): Launch {
  statSync(path);
  return {
    command: [process.execPath, path],
    env: {
      PORT: String(setting.port),
      BENCH_ROOT: setting.root,
      ...(setting.upstream === undefined ? {} : { BENCH_UPSTREAM: String(setting.upstream) }),
      ...(setting.variant === "logged" ? { BENCH_LOG: setting.log } : {}),
      ...(setting.over === "http"
        ? {}
        : { BENCH_CERT: setting.certificate.cert, BENCH_KEY: setting.certificate.key }),
      BENCH_ANSWER: setting.answer,
      BENCH_CLOSE: setting.closes ? "1" : "0",
      NODE_ENV: "production",
    },
  };
}

/** The first line a tool prints about its version. @throws Error when the tool is not there. */
export function installed(tool: string, args: readonly string[]): string {
  try {
    const text = execFileSync("sh", ["-c", '"$0" "$@" 2>&1 || true', tool, ...args], {
      encoding: "utf8",
      timeout: 10_000,
    });
    const line = text.split("\n")[0] ?? "";
    if (/not found|No such file/.test(line)) {
      throw new Error(line);
    }
    return line;
  } catch (cause) {
    throw new Error(`${tool} is not installed; install it or leave it out with --peers`, { cause });
  }
}

/** The user running the bench. */
export function currentUser(): string {
  return userInfo().username;
}
