/** Handshakes at a listener, asked by Node's own client: which certificate answers, who comes in, and what the operator reads. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { once } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import { describe, it } from "node:test";
import { setTimeout as after } from "node:timers/promises";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import { type Made, makeCertificate } from "../../test/support/certificates.ts";
import type { TlsFacts } from "../message/index.ts";
import {
  createTermination,
  defaultCiphers,
  knownGroups,
  type TerminatedSite,
  type TerminationOptions,
} from "../tls/index.ts";
import type { Channel } from "./channel.ts";
import { systemClock } from "./clock.ts";
import { openListener } from "./listener.ts";

const tickets = { secret: undefined, rotate: 3_600_000 };

interface Running extends AsyncDisposable {
  readonly port: number;
  readonly lines: string[];
  readonly channels: Channel[];
  /** A client's connection once its handshake is through, and once the server has it. */
  ask(options?: ConnectionOptions): Promise<TLSSocket>;
  /** The error that a client meets, in its handshake or just after. */
  refused(options?: ConnectionOptions): Promise<string>;
}

interface Wanted extends Partial<TerminationOptions> {
  readonly sites: readonly TerminatedSite[];
  readonly reading: "borrowed" | "plain";
  readonly http2?: boolean;
  readonly handshake?: number;
}

async function running({ reading, http2 = true, handshake = 5_000, ...wanted }: Wanted): Promise<Running> {
  const lines: string[] = [];
  const note = (message: string): void => void lines.push(message);
  const reporter = { info: note, warn: note, error: note };
  const channels: Channel[] = [];
  const termination = await createTermination({
    parameters: { minVersion: "1.2", ciphers: defaultCiphers, groups: knownGroups() },
    tickets,
    clock: systemClock,
    reporter,
    ...wanted,
  });
  const place = { type: "tcp", host: "127.0.0.1", port: 0 } as const;
  const accept = (channel: Channel): void => {
    channels.push(channel);
    channel.attach({
      receive: (bytes) => void channel.write([Buffer.from(bytes)]),
      end: () => channel.end(),
      flushed: () => undefined,
      closed: () => undefined,
    });
  };
  const listener = await openListener(place, accept, {
    reading,
    tls: { termination, http2, handshake, clock: systemClock, reporter },
    onError: (error) => note(error.message),
  });
  const { port } = listener.local;
  const ask = async (options: ConnectionOptions = {}): Promise<TLSSocket> => {
    const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false, ...options });
    await once(socket, "secureConnect");
    socket.write("hello");
    await once(socket, "data");
    return socket;
  };
  const refused = async (options: ConnectionOptions = {}): Promise<string> => {
    const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false, ...options });
    let met = "";
    socket.on("error", (error: NodeJS.ErrnoException) => {
      met = error.code ?? error.message;
    });
    socket.resume();
    await closed(socket);
    return met;
  };
  return {
    port,
    lines,
    channels,
    ask,
    refused,
    [Symbol.asyncDispose]: async () => {
      for (const channel of channels) {
        channel.destroy();
      }
      await listener.close();
      termination.close();
    },
  };
}

async function until(look: () => boolean, what: string): Promise<void> {
  const end = performance.now() + 5_000;
  while (!look()) {
    ok(performance.now() < end, `waited for ${what}`);
    await after(2);
  }
}

const authority = makeCertificate({ title: "Clients", authority: true });
const made = Promise.all([
  makeCertificate({ names: ["a.test"] }),
  makeCertificate({ names: ["*.b.test"] }),
  makeCertificate({ names: ["a.test"], kind: "rsa" }),
]);

function site(hosts: readonly string[], ...certificates: readonly Made[]): TerminatedSite {
  return { hosts, identities: certificates.map((one) => ({ type: "files", ...one })), clients: undefined };
}

async function clientOf(wanted: { readonly to?: number; readonly by?: Made }): Promise<Made> {
  const by = wanted.by ?? (await authority);
  return makeCertificate({
    title: "ann",
    organisation: "Example",
    client: true,
    names: ["ann.test"],
    by,
    ...wanted,
  });
}

function commonName(socket: TLSSocket): unknown {
  return socket.getPeerCertificate().subject.CN;
}

for (const reading of ["borrowed", "plain"] as const) {
  describe(`a listener with TLS, ${reading} reading`, () => {
    it("tells what the handshake settled", async () => {
      const [a] = await made;
      await using server = await running({ reading, sites: [site(["*"], a)] });
      const socket = await server.ask({ servername: "A.test", ALPNProtocols: ["h2", "http/1.1"] });
      const facts: TlsFacts = {
        version: "TLSv1.3",
        cipher: "TLS_AES_128_GCM_SHA256",
        serverName: "a.test",
        alpn: "h2",
        resumed: false,
        clientCertificate: undefined,
      };
      deepStrictEqual(server.channels[0]?.tls, facts);
      deepStrictEqual([server.channels[0]?.remote.address, server.lines], ["127.0.0.1", []]);
      socket.destroy();
    });

    it("chooses by name: exact, wildcard, default", async () => {
      const [a, b] = await made;
      await using server = await running({ reading, sites: [site(["a.test"], a), site(["*.b.test"], b)] });
      const names = ["a.test", "x.b.test", "elsewhere.test", undefined];
      const seen: unknown[] = [];
      for (const servername of names) {
        const socket = await server.ask(servername === undefined ? {} : { servername });
        seen.push(commonName(socket));
        socket.destroy();
      }
      deepStrictEqual(seen, ["a.test", "*.b.test", "a.test", "a.test"]);
    });

    it("has a certificate for clients of RSA beside that of elliptic curves", async () => {
      const [ec, , rsa] = await made;
      await using server = await running({ reading, sites: [site(["*"], ec, rsa)] });
      const sigalgs = ["ecdsa_secp256r1_sha256", "rsa_pss_rsae_sha256"];
      const kinds: unknown[] = [];
      for (const one of sigalgs) {
        const socket = await server.ask({ sigalgs: one });
        kinds.push(socket.getPeerX509Certificate()?.publicKey.asymmetricKeyType);
        socket.destroy();
      }
      deepStrictEqual(kinds, ["ec", "rsa"]);
    });

    it("offers only http/1.1 where HTTP/2 is off, and refuses who speaks neither", async () => {
      const [a] = await made;
      await using server = await running({ reading, http2: false, sites: [site(["*"], a)] });
      const socket = await server.ask({ ALPNProtocols: ["h2", "http/1.1"] });
      strictEqual(socket.alpnProtocol, "http/1.1");
      socket.destroy();
      const old = await server.ask({ ALPNProtocols: ["http/1.0"] });
      strictEqual(old.alpnProtocol, "http/1.0");
      old.destroy();
      match(await server.refused({ ALPNProtocols: ["h2"] }), /NO_APPLICATION_PROTOCOL/);
      await until(() => server.lines.length === 1, "the line");
      deepStrictEqual(server.lines, [
        "TLS handshake with 127.0.0.1 failed: no application protocol (ALPN) that both sides speak",
      ]);
    });

    for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
      it(`resumes a session of ${maxVersion}`, async () => {
        const [a, b] = await made;
        await using server = await running({ reading, sites: [site(["a.test"], a), site(["*.b.test"], b)] });
        const session = await sessionOf(server, { servername: "x.b.test", maxVersion });
        const socket = await server.ask({ servername: "x.b.test", maxVersion, session });
        deepStrictEqual([socket.isSessionReused(), server.channels[1]?.tls?.resumed], [true, true]);
        strictEqual(server.channels[1]?.tls?.serverName, "x.b.test");
        socket.destroy();
      });

      it(`shows the client's certificate of a session of ${maxVersion} again`, async () => {
        const [a] = await made;
        const clients = { mode: "required", ca: [(await authority).cert] } as const;
        await using server = await running({ reading, sites: [{ ...site(["*"], a), clients }] });
        const ann = await clientOf({});
        const session = await sessionOf(server, { maxVersion, ...ann, servername: "a.test" });
        const socket = await server.ask({ maxVersion, session, servername: "a.test", ...ann });
        const [first, second] = server.channels.map(({ tls }) => tls);
        deepStrictEqual([first?.resumed, second?.resumed], [false, true]);
        deepStrictEqual(second?.clientCertificate, first?.clientCertificate);
        deepStrictEqual(
          [
            first?.clientCertificate?.subject,
            first?.clientCertificate?.issuer,
            first?.clientCertificate?.names,
          ],
          ["CN=ann,O=Example", "CN=Clients", ["DNS:ann.test"]],
        );
        socket.destroy();
      });
    }

    it("resumes nothing without tickets", async () => {
      const [a] = await made;
      await using server = await running({ reading, tickets: undefined, sites: [site(["*"], a)] });
      const socket = await server.ask({ maxVersion: "TLSv1.2" });
      const again = await server.ask({ maxVersion: "TLSv1.2", session: socket.getSession() as Buffer });
      deepStrictEqual([again.isSessionReused(), server.channels[1]?.tls?.resumed], [false, false]);
      socket.destroy();
      again.destroy();
    });

    it("serves clients of a site that asks for nothing beside one that requires certificates", async () => {
      const [a, b] = await made;
      const clients = { mode: "required", ca: [(await authority).cert] } as const;
      await using server = await running({
        reading,
        sites: [site(["a.test"], a), { ...site(["*.b.test"], b), clients }],
      });
      const open = await server.ask({ servername: "a.test" });
      const ann = await clientOf({});
      const known = await server.ask({ servername: "x.b.test", ...ann });
      deepStrictEqual(
        server.channels.map(({ tls }) => tls?.clientCertificate?.subject),
        [undefined, "CN=ann,O=Example"],
      );
      open.destroy();
      known.destroy();
      await server.refused({ servername: "x.b.test" });
      await until(() => server.lines.length === 1, "the line");
      deepStrictEqual(server.lines, [
        "TLS handshake with 127.0.0.1 failed: the client showed no certificate, and this site requires one",
      ]);
    });

    it("does not let a session of another site in where a certificate is required", async () => {
      const [a, b] = await made;
      const clients = { mode: "required", ca: [(await authority).cert] } as const;
      await using server = await running({
        reading,
        sites: [site(["a.test"], a), { ...site(["*.b.test"], b), clients }],
      });
      const session = await sessionOf(server, { servername: "a.test" });
      await server.refused({ servername: "x.b.test", session });
      const ann = await clientOf({});
      const known = await server.ask({ servername: "x.b.test", session, ...ann });
      await until(() => server.lines.length === 1, "the line");
      deepStrictEqual(server.lines, [
        "TLS handshake with 127.0.0.1 failed: the client showed no certificate, and this site requires one",
      ]);
      deepStrictEqual([known.isSessionReused(), server.channels.length], [false, 2]);
      known.destroy();
    });

    // biome-ignore format: a table is read by columns
    const strangers = [
      ["nobody it trusts vouches for", async () => clientOf({ by: await makeCertificate({ title: "Others", authority: true }) }), "no authority of this site vouches for it"],
      ["has expired",                  async () => clientOf({ to: -0.5 }),                                                       "it has expired"],
    ] as const;
    for (const [which, certificate, words] of strangers) {
      it(`takes a certificate that ${which} for none where it is optional, and refuses it where one is required`, async () => {
        const [a, b] = await made;
        const ca = [(await authority).cert];
        await using server = await running({
          reading,
          sites: [
            { ...site(["a.test"], a), clients: { mode: "optional", ca } },
            { ...site(["*.b.test"], b), clients: { mode: "required", ca } },
          ],
        });
        const stranger = await certificate();
        const socket = await server.ask({ servername: "a.test", ...stranger });
        strictEqual(server.channels[0]?.tls?.clientCertificate, undefined);
        socket.destroy();
        await server.refused({ servername: "x.b.test", ...stranger });
        await until(() => server.lines.length === 1, "the line");
        deepStrictEqual(server.lines, [
          `TLS handshake with 127.0.0.1 failed: the client's certificate is not good: ${words}`,
        ]);
        strictEqual(server.channels.length, 1);
      });
    }

    // biome-ignore format: a table is read by columns
    const failures = [
      ["an old version",            { minVersion: "TLSv1.1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" }, "no TLS version that both sides allow"],
      ["a cipher we do not take",   { maxVersion: "TLSv1.2", ciphers: "AES256-SHA" },                                "no cipher suite that both sides allow"],
    ] as const;
    for (const [what, options, words] of failures) {
      it(`says in words why a client with ${what} failed`, async () => {
        const [a] = await made;
        await using server = await running({ reading, sites: [site(["*"], a)] });
        await server.refused({ ...options } as ConnectionOptions);
        await until(() => server.lines.length === 1, "the line");
        deepStrictEqual(server.lines, [`TLS handshake with 127.0.0.1 failed: ${words}`]);
      });
    }

    it("answers plain HTTP by a 400 that names the address to ask", async () => {
      const [a, b] = await made;
      await using server = await running({ reading, sites: [site(["a.test"], a), site(["b.test"], b)] });
      const socket = connectTcp(server.port, "127.0.0.1");
      socket.write("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n");
      let answer = "";
      socket.on("data", (bytes) => {
        answer += bytes;
      });
      await once(socket, "close");
      match(answer, /^HTTP\/1\.1 400 Bad Request\r\n/);
      ok(answer.endsWith(`Ask https://a.test:${server.port}/ instead.\n`), answer);
      deepStrictEqual(server.lines, [
        "TLS handshake with 127.0.0.1 failed: the client sent plain HTTP to the TLS port",
      ]);
    });

    it("answers plain HTTP so, too, where there is but one certificate and no need to look first", async () => {
      const [a] = await made;
      await using server = await running({ reading, sites: [site(["*"], a)] });
      const answers: string[] = [];
      for (const text of ["GET / HTTP/1.1\r\nHost: a.test\r\n\r\n", "CONNECT a.test:443 HTTP/1.1\r\n\r\n"]) {
        const socket = connectTcp(server.port, "127.0.0.1");
        let answer = "";
        socket.on("data", (bytes) => {
          answer += bytes;
        });
        socket.write(text);
        await once(socket, "close");
        answers.push(answer);
      }
      for (const answer of answers) {
        match(answer, /^HTTP\/1\.1 400 Bad Request\r\n/);
        match(answer, /Ask https:\/\/(?:a\.test|127\.0\.0\.1):\d+\/ instead\.\n$/);
      }
    });

    it("says what speaks no TLS at all, and is silent where a client just leaves", async () => {
      const [a] = await made;
      await using server = await running({ reading, sites: [site(["*"], a)] });
      const leaving = connectTcp(server.port, "127.0.0.1");
      await once(leaving, "connect");
      leaving.end();
      await closed(leaving.resume());
      const rude = connectTcp(server.port, "127.0.0.1");
      rude.on("error", () => undefined);
      rude.write(Buffer.alloc(64, 0x41));
      await closed(rude.resume());
      deepStrictEqual(server.lines, ["TLS handshake with 127.0.0.1 failed: the client does not speak TLS"]);
    });

    it("ends a handshake that takes too long", async () => {
      const [a] = await made;
      await using server = await running({ reading, handshake: 50, sites: [site(["*"], a)] });
      const silent = connectTcp(server.port, "127.0.0.1");
      silent.on("error", () => undefined);
      await closed(silent.resume());
      deepStrictEqual(server.lines, ["TLS handshake with 127.0.0.1 failed: it was not through after 0.05 s"]);
    });
  });
}

function closed(socket: Socket): Promise<unknown> {
  return new Promise((resolve) => socket.on("close", resolve));
}

/** A session that can be resumed, from a connection that is gone. */
async function sessionOf(server: Running, options: ConnectionOptions): Promise<Buffer> {
  const socket = connect({ port: server.port, host: "127.0.0.1", rejectUnauthorized: false, ...options });
  const [session] = (await once(socket, "session")) as [Buffer];
  await until(() => server.channels.length === 1, "the server");
  socket.destroy();
  return session;
}
