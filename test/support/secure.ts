/** A server over TLS running for one test, with a certificate of an authority made for it. */
import type { Config } from "../../src/index.ts";
import { CertificateFiles, type Made, makeCertificate } from "./certificates.ts";
import { type HandlerLike, type Running, type RunningOptions, routesOf, run } from "./running.ts";

type SiteConfig = Config["sites"][number];

export interface SecureRunning extends Running {
  /** `https://localhost:port`, without a slash at its end. */
  readonly url: string;
  /** The authority's certificate: PEM, and a file with it. */
  readonly ca: string;
  readonly caFile: string;
}

export interface SecureOptions extends RunningOptions {
  /** Further settings of the site's `tls`. */
  readonly site?: Omit<NonNullable<SiteConfig["tls"]>, "certificates">;
}

/** An authority that vouches for the certificates of one test. */
export interface Authority {
  readonly ca: Made;
  issue(names: readonly string[], kind?: "ec" | "rsa"): Promise<Made>;
  /** For a client with this common name. */
  issueClient(title: string): Promise<Made>;
}

export async function makeAuthority(title = "Test authority"): Promise<Authority> {
  const ca = await makeCertificate({ title, authority: true });
  return {
    ca,
    issue: (names, kind = "ec") => makeCertificate({ names, kind, by: ca }),
    issueClient: (client) => makeCertificate({ title: client, client: true, by: ca }),
  };
}

/** Serves `routes` (pattern to handler, or as a site has them) over TLS as localhost and 127.0.0.1. */
export async function serveSecure(
  routes: Readonly<Record<string, HandlerLike>> | SiteConfig["routes"],
  { reading, base, site: settings, ...config }: SecureOptions = {},
): Promise<SecureRunning> {
  const authority = await makeAuthority();
  const certificate = await authority.issue(["localhost", "127.0.0.1"]);
  const list = Array.isArray(routes) ? routes : routesOf(routes as Readonly<Record<string, HandlerLike>>);
  const site = { hosts: ["*"], tls: { certificates: [certificate], ...settings }, routes: list };
  const listen = { host: "127.0.0.1", port: 0, tls: true };
  return secured(authority, await run({ listen, sites: [site], ...config }, { reading, base }));
}

/** A running server whose certificates this authority issued. */
export function secured(authority: Authority, running: Running): SecureRunning {
  const files = new CertificateFiles();
  const { server, port, told, client } = running;
  return {
    server,
    port,
    told,
    client,
    url: `https://localhost:${port}`,
    ca: authority.ca.cert,
    caFile: files.write("ca.crt", authority.ca.cert),
    [Symbol.asyncDispose]: async () => {
      await running[Symbol.asyncDispose]();
      files[Symbol.dispose]();
    },
  };
}
