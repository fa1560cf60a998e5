/** Listeners behind a proxy: whom connections are from, who is turned away, and that no octet is lost. */
import { deepStrictEqual, ok } from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, it } from "node:test";
import { setTimeout as after } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import { makeCertificate } from "../../test/support/certificates.ts";
import { eventually } from "../../test/support/waiting.ts";
import type { Endpoint } from "../message/index.ts";
import { encodeProxyHeader } from "../protocol/proxy-protocol/index.ts";
import { createTermination, defaultCiphers, knownGroups } from "../tls/index.ts";
import type { Channel } from "./channel.ts";
import { systemClock } from "./clock.ts";
import { openListener } from "./listener.ts";

const certificate = await makeCertificate({ names: ["localhost"] });
const client: Endpoint = { address: "192.0.2.1", port: 56_324, family: "ipv4" };
const front: Endpoint = { address: "198.51.100.7", port: 443, family: "ipv4" };

interface Running extends AsyncDisposable {
  readonly port: number;
  readonly channels: { readonly channel: Channel; heard: string; events: string[] }[];
  readonly lines: string[];
  /** A client; what it hears, and whether it was closed. */
  client(): { readonly socket: Socket; readonly heard: () => string; readonly closed: () => boolean };
}

interface Wanted {
  readonly reading: "borrowed" | "plain";
  readonly secure: boolean;
  readonly trusted?: boolean;
  readonly patience?: number;
}

async function running({ reading, secure, trusted = true, patience = 5_000 }: Wanted): Promise<Running> {
  const lines: string[] = [];
  const note = (message: string): void => void lines.push(message);
  const reporter = { info: note, warn: note, error: note };
  const channels: Running["channels"] = [];
  const termination = await createTermination({
    sites: [{ hosts: ["*"], identities: [{ type: "files", ...certificate }], clients: undefined }],
    parameters: { minVersion: "1.2", ciphers: defaultCiphers, groups: knownGroups() },
    tickets: undefined,
    clock: systemClock,
    reporter,
  });
  const accept = (channel: Channel): void => {
    const told = { channel, heard: "", events: [] as string[] };
    channels.push(told);
    channel.attach({
      receive: (bytes) => {
        told.heard += Buffer.from(bytes).toString();
        channel.write([Buffer.from("heard")]);
      },
      end: () => channel.end(),
      flushed: () => undefined,
      closed: () => told.events.push("closed"),
    });
  };
  const listener = await openListener({ type: "tcp", host: "127.0.0.1", port: 0 }, accept, {
    reading,
    tls: secure ? { termination, http2: false, clock: systemClock, reporter } : undefined,
    proxyProtocol: { trusts: () => trusted, patience },
    onError: (error) => note(error.message),
  });
  const sockets: Socket[] = [];
  return {
    port: listener.local.port,
    channels,
    lines,
    client: () => {
      const socket = connect(listener.local.port, "127.0.0.1");
      sockets.push(socket);
      let heard = "";
      let closed = false;
      socket.on("data", (bytes) => {
        heard += bytes.toString();
      });
      socket.on("error", () => undefined);
      socket.on("close", () => {
        closed = true;
      });
      return { socket, heard: () => heard, closed: () => closed };
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) {
        socket.destroy();
      }
      for (const { channel } of channels) {
        channel.destroy();
      }
      termination.close();
      await listener.close();
    },
  };
}

const headers: readonly (readonly [rule: string, header: Uint8Array, told: boolean])[] = [
  ["version 1", encodeProxyHeader(1, client, front), true],
  ["version 2", encodeProxyHeader(2, client, front), true],
  ["UNKNOWN", encodeProxyHeader(1, undefined, front), false],
  ["LOCAL", encodeProxyHeader(2, undefined, front), false],
];

/** The ends that a channel tells, of the client's socket where none were told. */
function ends(
  told: boolean,
  socket: Socket,
  port: number,
): readonly [Endpoint, Endpoint, Endpoint | undefined] {
  const peer: Endpoint = { address: "127.0.0.1", port: socket.localPort ?? 0, family: "ipv4" };
  return told ? [client, front, peer] : [peer, { address: "127.0.0.1", port, family: "ipv4" }, undefined];
}

for (const reading of ["borrowed", "plain"] as const) {
  describe(`a listener behind a proxy, ${reading} reading`, () => {
    for (const [rule, header, told] of headers) {
      it(`${rule}: in one piece with what follows, octet by octet, and alone`, async () => {
        await using made = await running({ reading, secure: false });
        const whole = Buffer.concat([header, Buffer.from("hello")]);
        const one = made.client();
        one.socket.write(whole);
        const slow = made.client();
        slow.socket.setNoDelay(true);
        for (const octet of whole) {
          slow.socket.write(Buffer.of(octet));
          await after(1);
        }
        const alone = made.client();
        alone.socket.write(header);
        await after(20);
        alone.socket.write("hello");
        await eventually(() => made.channels.length === 3, "all connections");
        for (const { socket, heard } of [one, slow, alone]) {
          await eventually(() => heard() !== "", "an answer");
          const found = made.channels.find(({ channel }) => {
            const [remote, local, peer] = ends(told, socket, made.port);
            const facts = [channel.remote, channel.local, channel.peer];
            return JSON.stringify(facts) === JSON.stringify([remote, local, peer]);
          });
          ok(found, `no channel tells ${JSON.stringify(ends(told, socket, made.port))}`);
          await eventually(() => found.heard === "hello", "all octets");
        }
        deepStrictEqual(made.lines, []);
      });

      it(`${rule}: before TLS`, async () => {
        await using made = await running({ reading, secure: true });
        const { socket } = made.client();
        socket.removeAllListeners("data");
        socket.write(header);
        const secure = connectTls({ socket, ca: certificate.cert, servername: "localhost" });
        secure.on("error", () => undefined);
        await once(secure, "secureConnect");
        secure.write("hello");
        const [answer] = (await once(secure, "data")) as [Buffer];
        const [one] = made.channels;
        deepStrictEqual(
          [
            answer.toString(),
            one?.heard,
            one?.channel.remote,
            one?.channel.local,
            one?.channel.peer,
            made.lines,
          ],
          ["heard", "hello", ...ends(told, socket, made.port), []],
        );
        secure.destroy();
      });
    }

    it("loses nothing of a handshake that comes in one piece with the header", async () => {
      await using made = await running({ reading, secure: true });
      const { socket } = made.client();
      socket.removeAllListeners("data");
      socket.cork();
      socket.write(encodeProxyHeader(2, client, front));
      const secure = connectTls({ socket, ca: certificate.cert, servername: "localhost" });
      secure.on("error", () => undefined);
      await after(5);
      socket.uncork();
      await once(secure, "secureConnect");
      secure.write("hello");
      const [answer] = (await once(secure, "data")) as [Buffer];
      deepStrictEqual([answer.toString(), made.channels[0]?.channel.remote], ["heard", client]);
      secure.destroy();
    });

    it("closes connections of peers that are not trusted, and tells of each peer once", async () => {
      await using made = await running({ reading, secure: false, trusted: false });
      for (let times = 0; times < 3; times += 1) {
        const one = made.client();
        one.socket.write(encodeProxyHeader(1, client, front));
        await eventually(one.closed, "the connection to close");
      }
      deepStrictEqual(
        [made.channels.length, made.lines],
        [
          0,
          [
            "a connection from 127.0.0.1 was closed: it is not trusted to say by PROXY protocol whom it speaks for, see `trustedProxies`",
          ],
        ],
      );
    });

    it("closes connections without a header, and tells once", async () => {
      await using made = await running({ reading, secure: false });
      for (let times = 0; times < 2; times += 1) {
        const one = made.client();
        one.socket.write("GET / HTTP/1.1\r\n\r\n");
        await eventually(one.closed, "the connection to close");
      }
      deepStrictEqual(
        [made.channels.length, made.lines],
        [
          0,
          [
            'a connection from 127.0.0.1 was closed: the connection begins with "GET / HTTP/1", not with a PROXY header',
          ],
        ],
      );
    });

    it("closes connections whose header does not come in time", async () => {
      await using made = await running({ reading, secure: false, patience: 60 });
      const one = made.client();
      one.socket.write("PROXY TCP4");
      await eventually(one.closed, "the connection to close");
      deepStrictEqual(made.lines, [
        "a connection from 127.0.0.1 was closed: no PROXY header came within 0.06 s",
      ]);
    });

    it("says nothing of connections that just leave", async () => {
      await using made = await running({ reading, secure: false });
      const one = made.client();
      await once(one.socket, "connect");
      one.socket.end();
      await eventually(one.closed, "the connection to close");
      deepStrictEqual([made.channels.length, made.lines], [0, []]);
    });
  });
}
