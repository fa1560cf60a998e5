/** TLS towards the members of a group: what the options say, with the host that each member is known by. */
import { resolve } from "node:path";
import { type ClientTls, createClientTls, isInline } from "../../tls/index.ts";
import type { UpstreamTlsOptions } from "./options.ts";

/**
 * @param base - Directory that relative paths start from.
 * @returns What makes the settings for one host, the same for the same host.
 */
export function tlsMaker(options: UpstreamTlsOptions, base: string): (host: string) => ClientTls {
  const made = new Map<string, ClientTls>();
  const file = (setting: string): string => (isInline(setting) ? setting : resolve(base, setting));
  const { ca, cert, key, serverName, verify } = options;
  return (host) => {
    let tls = made.get(host);
    if (tls === undefined) {
      tls = createClientTls({
        host,
        serverName,
        ca: ca === undefined ? undefined : (typeof ca === "string" ? [ca] : ca).map(file),
        identity: cert === undefined || key === undefined ? undefined : { cert: file(cert), key: file(key) },
        verify,
        alpn: [],
      });
      made.set(host, tls);
    }
    return tls;
  };
}
