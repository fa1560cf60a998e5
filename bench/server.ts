/** One server of one peer, started for one scenario: proven to answer rightly, watched, and stopped. */
import type { ChildProcess } from "node:child_process";
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CertificateFiles, currentUser, type Peer } from "./peers.ts";
import { freePort, listening, serverCore, startPinned, stop } from "./processes.ts";
import { addressOf, closes, requestOctets, type Scenario } from "./scenarios.ts";
import type { Upstream } from "./upstream.ts";
import { addedFields } from "./variant.ts";
import { type Answer, ask, complaint } from "./verify.ts";
import { askHttp2 } from "./verify-http2.ts";

/** Where the bench works: a scratch directory that is removed at the end. */
export interface Workshop {
  readonly scratch: string;
  /** The served directory. */
  readonly root: string;
  /** The compiled programs of the bench. */
  readonly programs: string;
  readonly certificate: CertificateFiles;
}

export interface Server {
  readonly peer: Peer;
  readonly port: number;
  /** Of the first process; the others descend from it. */
  readonly pid: number;
  /** The octets each connection sends at once, with HTTP/1.1. */
  readonly requestFile: string;
  /** Octets of one answer: head included with HTTP/1.1, content alone with HTTP/2. */
  readonly answerLength: number;
  readonly log: AccessLog;
  stop(): Promise<void>;
}

/** Starts the peer and proves its answer. @throws Error saying what is wrong; the process is gone then. */
export async function startServer(
  scenario: Scenario,
  peer: Peer,
  workshop: Workshop,
  upstream: Upstream | undefined,
): Promise<Server> {
  const home = join(workshop.scratch, `${scenario.name}-${peer.name}`);
  mkdirSync(home);
  const [port, log, answer] = [await freePort(), join(home, "access.log"), join(home, "answer")];
  const { root } = workshop;
  writeFileSync(answer, scenario.over === "h2" ? contentOf(scenario, root) : cannedAnswer(scenario, root));
  const setting = {
    ...workshop,
    home,
    port,
    log,
    answer,
    over: scenario.over,
    variant: scenario.variant,
    closes: closes(scenario),
    upstream: upstream?.port,
    tunnels: scenario.kind === "tunnel",
    connections: scenario.connections,
    user: currentUser(),
  };
  const { command, env } = peer.launch(setting);
  const output = join(home, "output");
  const child = startPinned(serverCore, command, env, output);
  try {
    await listening(child, port, output);
    const requestFile = join(home, "request");
    // The client of the tunnels compares every octet itself.
    const answerLength =
      scenario.kind === "tunnel" ? Number.NaN : await prove(scenario, port, requestFile, workshop);
    return {
      peer,
      port,
      pid: pidOf(child),
      requestFile,
      answerLength,
      log: new AccessLog(log),
      stop: () => stop(child, peer.stop),
    };
  } catch (fault) {
    await stop(child, "SIGKILL");
    throw fault;
  }
}

/** Sends the request to measure with and checks every answer. @returns Octets of one answer. */
async function prove(
  scenario: Scenario,
  port: number,
  requestFile: string,
  { root, certificate }: Workshop,
): Promise<number> {
  const answers =
    scenario.over === "h2"
      ? [await askHttp2(addressOf(scenario, port), readFileSync(certificate.cert))]
      : await askHttp1(scenario, port, requestFile, certificate);
  const expected = {
    status: scenario.status,
    content: scenario.status === 404 ? undefined : contentOf(scenario, root),
    fields: scenario.variant === "logged" ? addedFields : {},
  };
  for (const answer of answers) {
    const wrong = complaint(answer, expected);
    if (wrong !== undefined) {
      throw new Error(wrong);
    }
  }
  return answers[0]?.length ?? 0;
}

/** Leaves in `requestFile` what a connection sends at once. */
async function askHttp1(
  scenario: Scenario,
  port: number,
  requestFile: string,
  { cert }: CertificateFiles,
): Promise<Answer[]> {
  const authority = scenario.over === "https" ? readFileSync(cert) : undefined;
  const depth = scenario.kind === "load" ? scenario.depth : 1;
  let etag: string | undefined;
  if (scenario.status === 304) {
    const [plain] = await ask(port, requestOctets(scenario, port, undefined), 1, false, authority);
    etag = plain?.fields.get("etag");
  }
  const request = requestOctets(scenario, port, etag);
  const batch = Buffer.concat(Array.from({ length: depth }, () => request));
  writeFileSync(requestFile, batch);
  return ask(port, batch, depth, closes(scenario), authority);
}

function contentOf(scenario: Scenario, root: string): Buffer {
  return scenario.status === 200 ? readFileSync(join(root, scenario.path)) : Buffer.alloc(0);
}

/** What the bare program of HTTP/1.1 sends: a plausible head and the right content. */
function cannedAnswer(scenario: Scenario, root: string): Buffer {
  const reasons = { 101: "Switching Protocols", 200: "OK", 304: "Not Modified", 404: "Not Found" };
  const content = contentOf(scenario, root);
  const lines = [
    `HTTP/1.1 ${scenario.status} ${reasons[scenario.status]}`,
    "Date: Thu, 01 Jan 2026 00:00:00 GMT",
    'ETag: "0123456789abcdef"',
    "Last-Modified: Thu, 01 Jan 2026 00:00:00 GMT",
    ...(scenario.status === 304 ? [] : ["Content-Type: text/plain", `Content-Length: ${content.length}`]),
    ...(closes(scenario) ? ["Connection: close"] : []),
  ];
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), content]);
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) {
    throw new Error("the process was not started");
  }
  return child.pid;
}

/** Counts the lines a server logs, to prove that it logged what it answered. */
export class AccessLog {
  readonly #path: string;
  #lines = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Counts what is there and empties the file, so that it never grows beyond one round. Call while no load runs. */
  collect(): number {
    const octets = readFileSync(this.#path);
    for (let at = octets.indexOf(10); at >= 0; at = octets.indexOf(10, at + 1)) {
      this.#lines++;
    }
    truncateSync(this.#path);
    return this.#lines;
  }
}
