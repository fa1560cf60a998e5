/** Starting and ending programs so that none outlives the bench, whatever happens to it. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** Servers run on one core, everything else on another. */
export const serverCore = 0;
export const loadCore = 1;

const running = new Set<ChildProcess>();

// Each child leads a process group, so one kill reaches its children too.
process.on("exit", () => {
  for (const child of running) {
    killGroup(child);
  }
});

/** Starts a program on one core, with as many open files as the system allows. `output` is a file or "pipe". */
export function startPinned(
  core: number,
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  output: string,
): ChildProcess {
  const piped = output === "pipe";
  const sink = piped ? "pipe" : openSync(output, "a");
  const shell = 'ulimit -n "$(ulimit -Hn)" && exec taskset -c "$0" "$@"';
  const child = spawn("sh", ["-c", shell, String(core), ...command], {
    detached: true,
    env: { ...process.env, ...env },
    stdio: [piped ? "pipe" : "ignore", sink, piped ? "inherit" : sink],
  });
  if (typeof sink === "number") {
    closeSync(sink);
  }
  running.add(child);
  child.once("exit", () => {
    killGroup(child);
    running.delete(child);
  });
  return child;
}

/** Asks the program to leave with `signal`, and after three seconds ends it. */
export async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (!running.has(child)) {
    return;
  }
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill(signal);
  const late = setTimeout(() => killGroup(child), 3000);
  await gone;
  clearTimeout(late);
}

/** Waits until the server accepts connections. @throws Error with its last words when it ends first, or after 15 s. */
export async function listening(child: ChildProcess, port: number, output: string): Promise<void> {
  const limit = performance.now() + 15_000;
  while (!(await accepts(port))) {
    if (!running.has(child) || performance.now() > limit) {
      const reason = running.has(child) ? "does not listen after 15 s" : "ended at once";
      throw new Error(`${reason}: ${readFileSync(output, "utf8").trim().slice(-500)}`);
    }
    await sleep(20);
  }
}

/** A loopback port nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === "string") {
    throw new Error("the kernel named no port");
  }
  return address.port;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    const settle = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => settle(true));
    socket.once("error", () => settle(false));
  });
}

function killGroup(child: ChildProcess): void {
  if (child.pid !== undefined) {
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // The group is empty: that is what we want.
    }
  }
}
