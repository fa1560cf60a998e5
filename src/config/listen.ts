/** Where to listen, as one line: `8080`, `localhost:8080`, `[::1]:8080`, `tcp://host:8080`, `https://host:8443`, `unix:/run/web.sock`. */
import type { TcpListenConfig, UnixListenConfig } from "./types.ts";

/** What a line may look like, for messages. */
export const listenForms =
  'a port from 0 to 65535, "host:port", "tcp://host:port", "https://host:port" or "unix:/path"';

/** @returns undefined for a line of no such form. */
export function parseListen(text: string): TcpListenConfig | UnixListenConfig | undefined {
  if (text.startsWith("unix:")) {
    const path = text.slice(text.startsWith("unix://") ? 7 : 5);
    return path === "" ? undefined : { path };
  }
  const secure = text.startsWith("https://");
  const address = text.startsWith("tcp://") || secure ? text.replace(/^\w+:\/\/|\/$/g, "") : text;
  const match = /^(?:(\[[0-9A-Fa-f:.%]+\]|[^\s:/[\]]*):)?(\d{1,5})$/.exec(address);
  const port = Number(match?.[2]);
  if (match === null || port > 65_535) {
    return undefined;
  }
  const host = match[1]?.replace(/^\[|\]$/g, "");
  const place = host === undefined || host === "" || host === "*" ? { port } : { host, port };
  return secure ? { ...place, tls: true } : place;
}

/**
 * Without the brackets that an IPv6 address has in a URL. The IPv6 wildcard takes IPv4 along where
 * the system can, which is what no host means too.
 */
export function everywhere(written: string | undefined): string | undefined {
  const host = written?.replace(/^\[(.*)\]$/, "$1");
  return host === "" || host === "*" || host === "::" ? undefined : host;
}
