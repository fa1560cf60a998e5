/** Asks a server for the certificates it sends, whether anybody trusts them or not. */
import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { connect, type DetailedPeerCertificate, type TLSSocket } from "node:tls";
import type { Millis } from "../message/index.ts";

export interface ServerPlace {
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
}

export interface SentChain {
  /** As sent, the server's own first. */
  readonly chain: readonly X509Certificate[];
  /** Such as "TLSv1.3". */
  readonly version: string;
  /** What was agreed on, such as "h2"; undefined: nothing. */
  readonly application: string | undefined;
}

const patience: Millis = 10_000;

/** The most certificates looked at; a chain is rarely longer than four. */
const longestChain = 20;

/**
 * Where a user's words point to.
 *
 * @param text - `host`, `host:port`, `[::1]:8443` or a URL of https.
 * @returns undefined for what is none of these.
 */
export function serverPlace(text: string): ServerPlace | undefined {
  const url = parsedUrl(text);
  if (url === undefined || !["https:", "wss:"].includes(url.protocol) || url.hostname === "") {
    return undefined;
  }
  return { host: url.hostname.replace(/^\[(.*)\]$/, "$1"), port: url.port === "" ? 443 : Number(url.port) };
}

function parsedUrl(text: string): URL | undefined {
  const whole = text.includes("://") ? text : `https://${isIP(text) === 6 ? `[${text}]` : text}`;
  try {
    const url = new URL(whole);
    // Without a scheme it was meant to be a file's path.
    return whole !== text && url.pathname !== "/" ? undefined : url;
  } catch {
    return undefined;
  }
}

/**
 * @param name - What to ask for; the host itself unless it is an address.
 * @throws Error that says in words why there is no answer.
 */
export function fetchChain({ host, port }: ServerPlace, name?: string): Promise<SentChain> {
  const asked = name ?? host;
  // Addresses are not asked for by name (RFC 6066 §3).
  const servername = isIP(asked) === 0 ? asked : "";
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port,
      servername,
      // Whether it is trusted is asked afterwards; without roots Node adds none to what was sent.
      rejectUnauthorized: false,
      ca: [],
      ALPNProtocols: ["h2", "http/1.1"],
      timeout: patience,
    });
    const fail = (why: string): void => {
      socket.destroy();
      reject(new Error(`${host} port ${port}: ${why}`));
    };
    socket.once("secureConnect", () => {
      resolve(sentBy(socket));
      socket.destroy();
    });
    socket.once("timeout", () => fail(`no answer within ${patience / 1_000} seconds`));
    socket.once("error", (error) => fail(whyNot(error)));
  });
}

function sentBy(socket: TLSSocket): SentChain {
  const chain: X509Certificate[] = [];
  let one: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (one?.raw !== undefined && chain.length < longestChain) {
    chain.push(new X509Certificate(one.raw));
    // A root is its own issuer.
    one = one.issuerCertificate === one ? undefined : one.issuerCertificate;
  }
  return {
    chain,
    version: socket.getProtocol() ?? "TLS",
    application: socket.alpnProtocol === false ? undefined : (socket.alpnProtocol ?? undefined),
  };
}

function whyNot(error: NodeJS.ErrnoException): string {
  // OpenSSL's versions spell the rest differently.
  const alert = / alert ([a-z ]+)(?::|$)/.exec(error.message)?.[1];
  if (alert !== undefined) {
    return `it refuses the handshake: ${alert}`;
  }
  switch (error.code) {
    case "ECONNREFUSED":
      return "nobody listens there";
    case "ENOTFOUND":
      return "no such host";
    case "ECONNRESET":
      return "the connection was cut during the handshake";
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return "there is no way to it";
    case "ERR_SSL_WRONG_VERSION_NUMBER":
    case "ERR_SSL_PACKET_LENGTH_TOO_LONG":
    case "EPROTO":
      return "it does not speak TLS there";
    default:
      return error.message.trim();
  }
}
