/** What can be wrong with the TLS of a configuration: hosts without a certificate, files that are broken. */
import type { FilterDescription } from "../pipeline/index.ts";
import {
  covers,
  type Identity,
  isError,
  readClientPolicy,
  readIdentity,
  ticketSecretFault,
} from "../tls/index.ts";
import { listenersOf } from "./normalize.ts";
import type { ConfigPath, Problem } from "./problems.ts";
import { tlsOf } from "./streams.ts";
import { certificateFiles, certificatesOf, clientsOf, mayBeLocal } from "./tls.ts";
import type { Config, SiteConfig } from "./types.ts";

/** What can be told from the configuration alone. */
export function tlsShapeProblems(config: Config): Problem[] {
  const { sites, tls, streams = [] } = config;
  if (listenersOf(config, "/").some((listener) => listener.tls)) {
    return sites.flatMap((site, index) => [
      ...bareHosts(site, index, config),
      ...openDoors(site, index, config),
    ]);
  }
  const given = [
    ...sites.flatMap((site, index) => (site.tls === undefined ? [] : [["sites", index, "tls"]])),
    ...(tls === undefined || streams.some(({ listen }) => tlsOf(listen) !== undefined) ? [] : [["tls"]]),
  ];
  return given.map((path) => ({
    path,
    message: "no listener has TLS: `listen` needs one such as { port: 443, tls: true }",
  }));
}

/** What the files say. */
export function tlsPlaceProblems(config: Config, base: string): Problem[] {
  const { sites, tls } = config;
  if (!listenersOf(config, base).some((listener) => listener.tls)) {
    return [];
  }
  // Several sites may use the same certificate: what is wrong with it is said once.
  const read = new Map<string, Identity | undefined>();
  const problems = sites.flatMap((site, index) => [
    ...certificateProblems(site, index, config, base, read),
    ...clientProblems(site, index, base),
  ]);
  const secret = tls?.tickets === undefined || tls.tickets === false ? undefined : tls.tickets.secret;
  const fault = typeof secret === "object" ? ticketSecretFault(secret.file, base) : undefined;
  return fault === undefined
    ? problems
    : [...problems, { path: ["tls", "tickets", "secret", "file"], message: fault }];
}

function bareHosts(site: SiteConfig, index: number, { tls }: Config): Problem[] {
  if (certificatesOf(site, index, tls) !== undefined) {
    return [];
  }
  return site.hosts.flatMap((host, h) =>
    mayBeLocal(host)
      ? []
      : [
          {
            path: ["sites", index, "hosts", h],
            message: `${JSON.stringify(host)} has no certificate: name one in \`tls: { certificates: { cert, key } }\` of this site or of the whole configuration; only local names such as "localhost" get one by themselves`,
          },
        ],
  );
}

/**
 * Doors without TLS, where nobody is asked for the certificate that a site requires. A Unix socket is
 * opened by its mode; and who is sent to https is asked there.
 */
function openDoors({ tls, filters = [] }: SiteConfig, index: number, config: Config): Problem[] {
  const { listen } = config;
  const door = listenersOf(config, "/").findIndex((one) => one.type === "tcp" && !one.tls);
  if (tls?.clients?.mode !== "required" || door < 0 || filters.some(sendsToHttps)) {
    return [];
  }
  return [
    {
      path: ["sites", index, "tls", "clients", "mode"],
      message:
        '"required" asks nobody who comes in without TLS: `canonical({ scheme: "https" })` among the filters of this site sends them on',
      other: { path: Array.isArray(listen) ? ["listen", door] : ["listen"] },
    },
  ];
}

function sendsToHttps({ kind, options }: FilterDescription): boolean {
  return kind === "canonical" && (options as { readonly scheme?: unknown } | undefined)?.scheme === "https";
}

function certificateProblems(
  site: SiteConfig,
  index: number,
  { tls }: Config,
  base: string,
  read: Map<string, Identity | undefined>,
): Problem[] {
  const certificates = certificatesOf(site, index, tls);
  if (certificates === undefined) {
    return [];
  }
  const problems: Problem[] = [];
  const identities = certificates.list.map((certificate, entry) => {
    const at = certificates.at(entry);
    const key = JSON.stringify(at);
    if (!read.has(key)) {
      const { identity, faults } = readIdentity(certificateFiles(certificate, base), Date.now());
      read.set(key, identity);
      const errors = faults.filter(isError);
      problems.push(...errors.map(({ about, message }) => ({ path: [...at, about], message })));
    }
    return read.get(key);
  });
  const usable = identities.filter((identity) => identity !== undefined);
  return usable.length < identities.length
    ? problems
    : [...problems, ...strangers(site, ["sites", index], usable)];
}

/** Hosts that no certificate of their site names. */
function strangers(site: SiteConfig, at: ConfigPath, identities: readonly Identity[]): Problem[] {
  const named = [...new Set(identities.flatMap(({ names }) => names))];
  return site.hosts.flatMap((host, h) => {
    const name = host.toLowerCase();
    if (name === "*" || (name.startsWith("*.") ? named.includes(name) : covers(named, name))) {
      return [];
    }
    const list =
      named.length > 5 ? `${named.slice(0, 5).join(", ")} and ${named.length - 5} more` : named.join(", ");
    const whose = identities.length === 1 ? "its certificate names" : "its certificates name";
    return [
      {
        path: [...at, "hosts", h],
        message: `no certificate covers ${JSON.stringify(host)}: ${whose} ${list === "" ? "no host at all" : list}`,
      },
    ];
  });
}

function clientProblems({ tls }: SiteConfig, index: number, base: string): Problem[] {
  const clients = clientsOf(tls?.clients, base);
  const list = Array.isArray(tls?.clients?.ca);
  return clients === undefined
    ? []
    : readClientPolicy(clients).faults.map((fault) => ({
        path: ["sites", index, "tls", "clients", "ca", ...(list ? [fault.index] : [])],
        message: fault.message,
      }));
}
