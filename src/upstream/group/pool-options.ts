/** What a group's settings mean to the pool of one member. */
import type { PoolOptions } from "../pool/options.ts";
import type { ProbeSettings } from "../probes/settings.ts";
import type { GroupSettings } from "./settings.ts";

/** Probes share no connections with requests, nor with each other. */
export function probePoolOptions({ timeout }: ProbeSettings, proxyProtocol: 1 | 2 | undefined): PoolOptions {
  const timeouts = { connect: timeout, response: timeout, progress: timeout };
  return { connections: 1, idle: 0, keepAlive: 0, proxyProtocol, timeouts };
}

export function poolOptions(settings: GroupSettings, connections: number): PoolOptions {
  const { timeouts } = settings;
  return {
    connections,
    idle: Math.min(connections, settings.connections.idle),
    keepAlive: settings.connections.keepAlive,
    proxyProtocol: settings.proxyProtocol,
    timeouts: { connect: timeouts.connect, response: timeouts.response, progress: timeouts.progress },
  };
}
