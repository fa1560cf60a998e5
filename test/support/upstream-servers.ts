/** Real servers started for a test: on a port of their own, in a directory of their own, ended by their process id. */
import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { programPath } from "./programs.ts";
import { eventually, within } from "./waiting.ts";

export interface UpstreamServer extends AsyncDisposable {
  readonly port: number;
  /** `http://127.0.0.1:port`, without a slash at its end. */
  readonly url: string;
  readonly child: ChildProcess;
  /** Its directory, where the files that it was given lie. */
  readonly home: string;
  /** The text of a log below its directory; "" while there is none. */
  log(name: string): string;
  /** Ends it and waits until it is gone. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

export interface Starting {
  readonly port: number;
  readonly home: string;
  readonly user: string;
}

/** What a kind of server needs: its files, and how it is run. */
export interface ServerKind {
  readonly program: string;
  readonly files: (starting: Starting) => Readonly<Record<string, string | Uint8Array>>;
  readonly args: (starting: Starting) => readonly string[];
}

/**
 * Starts a server and waits until it accepts connections.
 *
 * @param port - Of its own unless told; told where it takes another's place.
 * @throws Error with its last words when it ends at once.
 */
export async function startUpstream(kind: ServerKind, port?: number): Promise<UpstreamServer> {
  const home = mkdtempSync(join(tmpdir(), "sluice-upstream-"));
  // Some change to a user of their own, who must see the files.
  chmodSync(home, 0o755);
  const starting = { port: port ?? (await freePort()), home, user: userInfo().username };
  for (const [name, text] of Object.entries(kind.files(starting))) {
    mkdirSync(dirname(join(home, name)), { recursive: true });
    writeFileSync(join(home, name), text);
  }
  const child = spawn(programPath(kind.program), kind.args(starting), {
    cwd: home,
    // It leads a group, so that one that is killed takes its workers with it.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let words = "";
  child.stdout.on("data", (bytes: Buffer) => {
    words += bytes.toString();
  });
  child.stderr.on("data", (bytes: Buffer) => {
    words += bytes.toString();
  });
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const log = (name: string): string => {
    try {
      return readFileSync(join(home, name), "utf8");
    } catch {
      return "";
    }
  };
  const stop = async (signal: NodeJS.Signals = "SIGKILL"): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal);
      await within(gone, `${kind.program} to end`);
    }
    if (signal === "SIGKILL") {
      killGroup(child);
    }
  };
  const server: UpstreamServer = {
    port: starting.port,
    url: `http://127.0.0.1:${starting.port}`,
    child,
    home,
    log,
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop("SIGTERM");
      killGroup(child);
      rmSync(home, { recursive: true, force: true });
    },
  };
  await eventually(async () => {
    if (child.exitCode !== null) {
      throw new Error(
        `${kind.program} ended with ${child.exitCode}: ${words.slice(-500)}${log("error.log")}`,
      );
    }
    return accepts(starting.port);
  }, `${kind.program} to listen`);
  return server;
}

function killGroup({ pid }: ChildProcess): void {
  try {
    process.kill(-(pid ?? Number.NaN), "SIGKILL");
  } catch {
    // The group is empty: that is what we want.
  }
}

/** A port of 127.0.0.1 on which nobody listens now. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
