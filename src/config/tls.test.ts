/** TLS in a configuration: its normal form, and what is wrong with it. */
import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { CertificateFiles, makeCertificate } from "../../test/support/certificates.ts";
import { canonical } from "../filters/index.ts";
import { respond } from "../handlers/index.ts";
import { defaultCiphers, knownGroups } from "../tls/index.ts";
import { type Config, checkConfig, formatProblem, normalize, type SiteConfig } from "./index.ts";

const routes = [{ match: "/*", handler: respond({ status: 204 }) }];
const secure = { port: 443, tls: true };

function site(hosts: readonly string[], tls?: SiteConfig["tls"]): SiteConfig {
  return { hosts, routes, ...(tls === undefined ? {} : { tls }) };
}

function problems(config: Config, base = "/base"): string[] {
  return checkConfig(config, base).map(formatProblem);
}

describe("the normal form of TLS", () => {
  it("has every default, and certificates of the local authority for local names", () => {
    deepStrictEqual(normalize({ listen: secure, sites: [site(["*", "App.test"])] }, "/base").tls, {
      sites: [
        {
          hosts: ["*", "app.test"],
          identities: [{ type: "local", names: ["localhost", "127.0.0.1", "::1", "app.test"] }],
          clients: undefined,
        },
      ],
      parameters: { minVersion: "1.2", ciphers: defaultCiphers, groups: knownGroups() },
      tickets: { secret: undefined, rotate: 43_200_000 },
      handshake: 10_000,
    });
  });

  it("has absolute paths; a site's own certificates outrank those of the whole", () => {
    const config: Config = {
      listen: ["https://localhost:8443"],
      tls: {
        certificates: { cert: "all.crt", key: "all.key" },
        minVersion: "1.3",
        tickets: false,
        handshake: "3s",
      },
      sites: [
        site(["a.test"]),
        site(["b.test"], {
          certificates: [{ cert: "b.crt", key: "-----BEGIN KEY", passphrase: "x" }],
          clients: { mode: "optional", ca: "clients.crt" },
        }),
      ],
    };
    const { sites, tickets, handshake, parameters } = normalize(config, "/base").tls ?? {};
    deepStrictEqual(sites, [
      {
        hosts: ["a.test"],
        identities: [{ type: "files", cert: "/base/all.crt", key: "/base/all.key", passphrase: undefined }],
        clients: undefined,
      },
      {
        hosts: ["b.test"],
        identities: [{ type: "files", cert: "/base/b.crt", key: "-----BEGIN KEY", passphrase: "x" }],
        clients: { mode: "optional", ca: ["/base/clients.crt"] },
      },
    ]);
    deepStrictEqual([tickets, handshake, parameters?.minVersion], [undefined, 3_000, "1.3"]);
  });

  it("may share the secret of its tickets", () => {
    const tls = { tickets: { secret: { file: "secret" }, rotate: "1h" } } as const;
    deepStrictEqual(normalize({ listen: secure, tls, sites: [site(["localhost"])] }, "/base").tls?.tickets, {
      secret: { file: "/base/secret" },
      rotate: 3_600_000,
    });
  });
});

const vouching = await makeCertificate({ title: "Clients", authority: true });

describe("what is wrong with TLS in a configuration", () => {
  const local = [site(["localhost"])];
  const guarded = site(["localhost"], { clients: { mode: "required", ca: vouching.cert } });
  const doors = [{ port: 80 }, secure, "unix:/run/sluice"];
  // biome-ignore format: a table is read by columns
  const rows = [
    // rule                              configuration                                                                      problems
    ["local names need nothing",         { listen: secure, sites: [site(["*", "app.localhost", "[::1]", "box"])] },         []],
    ["other names need a certificate",   { listen: secure, sites: [site(["*", "example.com"])] },
      ['sites[0].hosts[1]: "example.com" has no certificate: name one in `tls: { certificates: { cert, key } }` of this site or of the whole configuration; only local names such as "localhost" get one by themselves']],
    ["TLS that nobody listens with",     { tls: {}, sites: [site(["localhost"], {})] },
      ["sites[0].tls: no listener has TLS: `listen` needs one such as { port: 443, tls: true }",
       "tls: no listener has TLS: `listen` needs one such as { port: 443, tls: true }"]],
    ["a cipher that is none",            { listen: secure, sites: local, tls: { ciphers: ["ROT13"] } },
      ['tls.ciphers[0]: "ROT13": needs a cipher suite that this Node\'s OpenSSL knows']],
    ["a group that is none",             { listen: secure, sites: local, tls: { groups: ["X25519", "P-1"] } },
      ['tls.groups[1]: "P-1": needs a group that this Node\'s OpenSSL knows']],
    ["a secret that is too short",       { listen: secure, sites: local, tls: { tickets: { secret: "hush" } } },
      ['tls.tickets.secret: "hush": needs 32 characters or more, or { file: "…" }']],
    ["a secret that is no file",         { listen: secure, sites: local, tls: { tickets: { secret: { file: "none" } } } },
      ["tls.tickets.secret.file: /base/none cannot be read (ENOENT)"]],
    ["a version that is none",           { listen: secure, sites: local, tls: { minVersion: "1.1" as "1.2" } },
      ['tls.minVersion: "1.1": needs one of "1.2", "1.3", did you mean "1.2"?']],
    ["files that are missing",           { listen: secure, sites: [site(["a.test"], { certificates: { cert: "a.crt", key: "a.key" } })] },
      ["sites[0].tls.certificates.cert: /base/a.crt does not exist", "sites[0].tls.certificates.key: /base/a.key does not exist"]],
    ["one of the whole, said once",      { listen: secure, tls: { certificates: [{ cert: "a.crt", key: "-----BEGIN x" }] }, sites: [site(["a.test"]), site(["b.test"])] },
      ["tls.certificates[0].cert: /base/a.crt does not exist", "tls.certificates[0].key: the inline PEM holds no private key, no PEM block at all"]],
    ["a door where nobody is asked",     { listen: doors, sites: [guarded, { ...guarded, hosts: ["app.test"], filters: [canonical({ scheme: "https" })] }] },
      [`sites[0].tls.clients.mode: "required" asks nobody who comes in without TLS: \`canonical({ scheme: "https" })\` among the filters of this site sends them on (listen[0])`]],
    ["authorities that are missing",     { listen: secure, sites: [site(["localhost"], { clients: { mode: "required", ca: ["x.crt"] } })] },
      ["sites[0].tls.clients.ca[0]: /base/x.crt does not exist"]],
  ] as const;
  for (const [rule, config, expected] of rows) {
    it(rule, () => deepStrictEqual(problems(config as Config), expected));
  }

  it("names a certificate that does not cover its site, one that has expired, and one for clients that is no authority", async () => {
    using files = new CertificateFiles();
    const good = await makeCertificate({ names: ["a.test", "*.a.test"] });
    files.pair("a", good);
    files.pair("old", await makeCertificate({ names: ["old.test"], from: -20, to: -10 }));
    const expired = new Date(Date.now() - 10 * 86_400_000).toISOString().slice(0, 10);
    const config: Config = {
      listen: secure,
      sites: [
        site(["a.test", "*.a.test", "b.test", "*"], {
          certificates: { cert: "a.crt", key: "a.key" },
          clients: { mode: "optional", ca: "a.crt" },
        }),
        site(["old.test"], { certificates: [{ cert: "old.crt", key: "old.key" }] }),
      ],
    };
    const { directory } = files;
    deepStrictEqual(problems(config, directory), [
      'sites[0].hosts[2]: no certificate covers "b.test": its certificate names a.test, *.a.test',
      `sites[0].tls.clients.ca: ${directory}/a.crt holds a certificate that cannot vouch for others: that of an authority (CA) is needed`,
      `sites[1].tls.certificates[0].cert: ${directory}/old.crt expired 10 days ago, on ${expired}`,
    ]);
  });
});
