/** What Linux tells about a running server: its processes, their processor time and memory (proc(5)). */
import { readdirSync, readFileSync } from "node:fs";

/** The process and all its descendants. */
export function processTree(pid: number): number[] {
  const children = threads(pid).flatMap((thread) => {
    const list = readGone(`/proc/${pid}/task/${thread}/children`).trim();
    return list === "" ? [] : list.split(" ").map(Number);
  });
  return [pid, ...children.flatMap(processTree)];
}

/** Microseconds that all threads of the tree have run, in user mode and in the kernel; read at nanosecond resolution. */
export function cpuMicros(pid: number): number {
  let micros = 0;
  for (const process of processTree(pid)) {
    for (const thread of threads(process)) {
      micros += parseSchedstat(readGone(`/proc/${process}/task/${thread}/schedstat`));
    }
  }
  return micros;
}

/** Octets: the sum of each process's largest resident set so far. Pages they share are counted in each. */
export function peakMemory(pid: number): number {
  return sum(processTree(pid).map((process) => parseKilobytes(readGone(`/proc/${process}/status`), "VmHWM")));
}

/** Octets that belong to the tree alone. */
export function privateMemory(pid: number): number {
  return sum(
    processTree(pid).map((process) => {
      const rollup = readGone(`/proc/${process}/smaps_rollup`);
      return parseKilobytes(rollup, "Private_Clean") + parseKilobytes(rollup, "Private_Dirty");
    }),
  );
}

/** Microseconds since boot in which the core did anything, or was taken away by the hypervisor; in steps of 10 ms. */
export function coreBusyMicros(core: number): number {
  return parseCoreBusy(readFileSync("/proc/stat", "utf8"), core);
}

/** The first number of a schedstat file is the time on the processor, in nanoseconds. */
export function parseSchedstat(text: string): number {
  return Number(text.split(" ")[0] ?? 0) / 1000;
}

/** A line "Name:  123 kB" as octets; 0 when there is none, as for a process that has ended. */
export function parseKilobytes(text: string, name: string): number {
  const line = text.split("\n").find((candidate) => candidate.startsWith(`${name}:`));
  return line === undefined ? 0 : Number.parseInt(line.slice(name.length + 1), 10) * 1024;
}

/** A line "cpu0 user nice system idle iowait irq softirq steal ..." in ticks of 10 ms. */
export function parseCoreBusy(text: string, core: number): number {
  const line = text.split("\n").find((candidate) => candidate.startsWith(`cpu${core} `)) ?? "";
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line
    .split(" ")
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softirq + steal) * 10_000;
}

function threads(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** A file of a process that may end while we look. */
function readGone(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
