/** The table of what every channel does, run against sockets read both ways, accepted and opened, TLS and memory. */
import { connect as connectSocket, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { makeCertificate } from "../../test/support/certificates.ts";
import { channelSuite, listen, type Pair, pairOf } from "../../test/support/channel-suite.ts";
import type { Endpoint } from "../message/index.ts";
import {
  createClientTls,
  createTermination,
  defaultCiphers,
  knownGroups,
  type TlsTermination,
} from "../tls/index.ts";
import type { Channel } from "./channel.ts";
import { systemClock } from "./clock.ts";
import { type ConnectOptions, connect } from "./connect.ts";
import { ConnectFailure } from "./connect-failure.ts";
import { type ListenPlace, openListener } from "./listener.ts";
import { memoryPair } from "./memory-pair.ts";
import { socketChannel } from "./socket-channel.ts";
import { TlsChannel } from "./tls-channel.ts";
import type { ServerTlsSocket } from "./tls-socket.ts";

async function socketPair(reading: "borrowed" | "plain"): Promise<Pair> {
  let accepted: (channel: Channel) => void = () => undefined;
  const arrived = new Promise<Channel>((resolve) => {
    accepted = resolve;
  });
  const place = { type: "tcp", host: "127.0.0.1", port: 0 } as const;
  const listener = await openListener(place, (channel) => accepted(channel), {
    reading,
    onError: (error) => {
      throw error;
    },
  });
  const socket: Socket = connectSocket({ port: listener.local.port, host: "127.0.0.1", allowHalfOpen: true });
  socket.pause();
  await new Promise((resolve) => socket.once("connect", resolve));
  const near = listen(socketChannel(socket, reading, listener.local));
  const far = listen(await arrived);
  return pairOf(near, far, () => listener.close());
}

const certificate = makeCertificate({ names: ["localhost"] });
const reporter = { info: () => undefined, warn: () => undefined, error: () => undefined };
const loopback: ListenPlace = { type: "tcp", host: "127.0.0.1", port: 0 };
const nowhere: Endpoint = { address: "", port: 0, family: "ipv4" };

async function terminate(): Promise<TlsTermination> {
  return await createTermination({
    sites: [{ hosts: ["*"], identities: [{ type: "files", ...(await certificate) }], clients: undefined }],
    parameters: { minVersion: "1.2", ciphers: defaultCiphers, groups: knownGroups() },
    tickets: undefined,
    clock: systemClock,
    reporter,
  });
}

async function tlsPair(reading: "borrowed" | "plain", maxVersion: "TLSv1.2" | "TLSv1.3"): Promise<Pair> {
  const made = await certificate;
  const termination = await terminate();
  let accepted: (channel: Channel) => void = () => undefined;
  const arrived = new Promise<Channel>((resolve) => {
    accepted = resolve;
  });
  const listener = await openListener(
    { type: "tcp", host: "127.0.0.1", port: 0 },
    (channel) => accepted(channel),
    {
      reading,
      tls: { termination, http2: true, clock: systemClock, reporter },
      onError: (error) => {
        throw error;
      },
    },
  );
  const { port } = listener.local;
  const options = {
    port,
    host: "127.0.0.1",
    allowHalfOpen: true,
    ca: made.cert,
    servername: "localhost",
    maxVersion,
  };
  const socket: TLSSocket = connectTls({ ...options, ALPNProtocols: ["h2"] });
  await new Promise((resolve, reject) => {
    socket.once("secureConnect", resolve);
    socket.once("error", reject);
  });
  const far = await arrived;
  // The client's end of a connection does all that the server's does.
  const client = new TlsChannel(socket as ServerTlsSocket, nowhere, { remote: nowhere }, far.tls ?? fail());
  socket.on("error", (error) => client.failed(error));
  socket.on("close", () => client.closed());
  return pairOf(listen(client), listen(far), async () => {
    termination.close();
    await listener.close();
  });
}

/** Our own connections, as towards upstreams. */
async function openedPair(
  reading: "borrowed" | "plain",
  place: ListenPlace,
  secure: "clear" | "TLS" = "clear",
): Promise<Pair> {
  const made = await certificate;
  const termination = secure === "clear" ? undefined : await terminate();
  let accepted: (channel: Channel) => void = () => undefined;
  const arrived = new Promise<Channel>((resolve) => {
    accepted = resolve;
  });
  const listener = await openListener(place, (channel) => accepted(channel), {
    tls: termination === undefined ? undefined : { termination, http2: true, clock: systemClock, reporter },
    onError: (error) => {
      throw error;
    },
  });
  const { address, port, family } = listener.local;
  const near = await new Promise<Channel>((resolve, reject) => {
    const options: ConnectOptions = {
      to:
        family === "unix"
          ? { type: "unix", path: address }
          : { type: "tcp", addresses: [{ address, family: 4 }], port },
      timeout: 5_000,
      tls:
        secure === "clear"
          ? undefined
          : createClientTls({ host: "localhost", ca: [made.cert], alpn: ["h2"] }),
      first: undefined,
      reading,
    };
    connect(options, (result) => (result instanceof ConnectFailure ? reject(result) : resolve(result)));
  });
  return pairOf(listen(near), listen(await arrived), async () => {
    termination?.close();
    await listener.close();
  });
}

let sockets = 0;

function unixPlace(): ListenPlace {
  sockets += 1;
  return { type: "unix", path: join(tmpdir(), `sluice-channel-${process.pid}-${sockets}.sock`), mode: 0o600 };
}

function fail(): never {
  throw new Error("the channel has no facts of TLS");
}

async function memory(): Promise<Pair> {
  const [near, far] = memoryPair();
  return pairOf(listen(near), listen(far), async () => undefined);
}

const kinds: readonly (readonly [kind: string, open: () => Promise<Pair>, resets?: boolean])[] = [
  ["sockets, borrowed reading", () => socketPair("borrowed")],
  ["sockets, plain reading", () => socketPair("plain")],
  ["TLS 1.3, borrowed reading", () => tlsPair("borrowed", "TLSv1.3")],
  ["TLS 1.3, plain reading", () => tlsPair("plain", "TLSv1.3")],
  ["TLS 1.2, borrowed reading", () => tlsPair("borrowed", "TLSv1.2")],
  ["memory", memory],
  ["opened, borrowed reading", () => openedPair("borrowed", loopback)],
  ["opened, plain reading", () => openedPair("plain", loopback)],
  ["opened, Unix socket", () => openedPair("borrowed", unixPlace()), false],
  ["opened, TLS, borrowed reading", () => openedPair("borrowed", loopback, "TLS")],
  ["opened, TLS, plain reading", () => openedPair("plain", loopback, "TLS")],
];

for (const [kind, open, resets] of kinds) {
  channelSuite(kind, open, resets);
}
