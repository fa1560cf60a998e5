/** Measuring idle connections: what a connection costs in the server's own memory after one request. */
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { Peer } from "./peers.ts";
import { privateMemory } from "./proc.ts";
import { loadCore, startPinned, stop } from "./processes.ts";
import type { IdleResult, IdleRow } from "./results.ts";
import type { IdleScenario } from "./scenarios.ts";
import { type Server, startServer, type Workshop } from "./server.ts";

/** Milliseconds between the last answer and reading the memory. */
const settling = 1000;
/** Milliseconds until the client must have answered. */
const patience = 60_000;

/** Measures the peers one after the other; nothing alternates, since memory does not depend on the time of day. */
export async function measureIdle(
  scenario: IdleScenario,
  peers: readonly Peer[],
  workshop: Workshop,
): Promise<IdleResult> {
  const rows: IdleRow[] = [];
  for (const peer of peers) {
    rows.push(await measurePeer(scenario, peer, workshop));
  }
  const { kind, name, title, label, work, over } = scenario;
  return { kind, name, title, label, work, over, rows };
}

async function measurePeer(scenario: IdleScenario, peer: Peer, workshop: Workshop): Promise<IdleRow> {
  const nothing = { connections: 0, before: Number.NaN, after: Number.NaN, perConnection: Number.NaN };
  let server: Server | undefined;
  try {
    server = await startServer(scenario, peer, workshop, undefined);
    return { peer: peer.name, ...(await holdConnections(scenario, server, workshop)) };
  } catch (fault) {
    const problems = [fault instanceof Error ? fault.message : String(fault)];
    return { peer: peer.name, problems, ...nothing };
  } finally {
    await server?.stop();
  }
}

async function holdConnections(
  scenario: IdleScenario,
  server: Server,
  workshop: Workshop,
): Promise<Omit<IdleRow, "peer">> {
  const before = privateMemory(server.pid);
  const program = join(workshop.programs, "idle.js");
  const numbers = [server.port, scenario.connections, server.requestFile, server.answerLength].map(String);
  const authority = scenario.over === "http" ? [] : [workshop.certificate.cert];
  const client = startPinned(loadCore, [process.execPath, program, ...numbers, ...authority], {}, "pipe");
  try {
    const lines = createInterface({ input: client.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
    const opened = await nextNumber(client, lines);
    await sleep(settling);
    const after = privateMemory(server.pid);
    client.stdin?.write("\n");
    const connections = await nextNumber(client, lines);
    const lost = scenario.connections - Math.min(opened, connections);
    return {
      problems: lost === 0 ? [] : [`${lost} of ${scenario.connections} connections failed or were closed`],
      connections,
      before,
      after,
      perConnection: (after - before) / connections,
    };
  } finally {
    await stop(client, "SIGKILL");
  }
}

/** The next line of the client. @throws Error when it ends or says nothing for too long. */
async function nextNumber(client: ChildProcess, lines: AsyncIterator<string>): Promise<number> {
  const late = setTimeout(() => client.kill("SIGKILL"), patience);
  const { value, done } = await lines.next();
  clearTimeout(late);
  if (done) {
    throw new Error("the client of the idle scenario ended early");
  }
  return Number(value);
}
