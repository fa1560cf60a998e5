import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { describe, it } from "node:test";
import { mayServe, type OfferedSite, SiteChoice } from "./choice.ts";
import type { Identity } from "./identity.ts";

const keys = {
  ec: generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey,
  ed: generateKeyPairSync("ed25519").privateKey,
};

function identity(title: string, names: readonly string[], key: KeyObject = keys.ec): Identity {
  return {
    chain: [],
    key,
    pem: { cert: "", key: "", passphrase: undefined },
    names,
    validFrom: 0,
    validTo: 1,
    algorithm: "",
    source: title,
    fingerprint: title,
  };
}

const policy = { mode: "required", authorities: [], key: "policy" } as const;
const one = identity("one", ["a.test"]);
const wild = identity("wild", ["*.a.test"]);
const exact = identity("exact", ["x.a.test"]);
const twin = identity("twin", ["x.a.test"], keys.ed);
const both = identity("both", ["a.test", "b.test"]);

function site(hosts: readonly string[], identities: readonly Identity[], asks = false): OfferedSite {
  return { hosts, identities, clients: asks ? policy : undefined };
}

describe("the certificate that a client gets (RFC 6066 §3)", () => {
  const sites = new SiteChoice([
    site(["a.test"], [one]),
    site(["*.a.test", "[::1]"], [wild, exact, twin]),
    site(["deep.x.a.test"], [both]),
  ]);
  const named = new SiteChoice([site(["a.test"], [one]), site(["*"], [both])]);
  // biome-ignore format: a table is read by columns
  const rows = [
    // rule                                                sites  host              certificates
    ["exact host",                                         sites, "a.test",         ["one"]],
    ["wildcard host; its name, both kinds of key",         sites, "x.a.test",       ["exact", "twin"]],
    ["wildcard host; a wildcard's name",                   sites, "y.a.test",       ["wild"]],
    ["wildcard host, two labels; the first certificate",   sites, "y.x.a.test",     ["wild"]],
    ["an exact host outranks a wildcard",                  sites, "deep.x.a.test",  ["both"]],
    ["an address",                                         sites, "::1",            ["wild"]],
    ["no host: the first site",                            sites, undefined,        ["one"]],
    ["an unknown host: the first site",                    sites, "z.test",         ["one"]],
    ["an unknown host: the site that says `*`",            named, "z.test",         ["both"]],
    ["no host: the site that says `*`",                    named, undefined,        ["both"]],
    ["a final dot",                                        named, "a.test.",        ["one"]],
  ] as const;
  for (const [rule, choice, host, certificates] of rows) {
    it(rule, () =>
      deepStrictEqual(
        choice.choose(host).identities.map(({ source }) => source),
        certificates,
      ),
    );
  }
});

describe("a request on a connection made for another host (RFC 9110 §7.4)", () => {
  const choice = new SiteChoice([
    site(["a.test"], [both]),
    site(["b.test"], [identity("own", ["b.test"])]),
    site(["c.test"], [one]),
    site(["closed.test"], [identity("wide", ["closed.test", "a.test", "b.test"])], true),
  ]);
  // biome-ignore format: a table is read by columns
  const rows = [
    // rule                                           connection     request        served
    ["the same host",                                 "a.test",      "a.test",      true],
    ["another certificate, but ours covers it",       "a.test",      "b.test",      true],
    ["ours does not cover it",                        "a.test",      "c.test",      false],
    ["the other way round it does not either",        "b.test",      "a.test",      false],
    ["no name; the default covers it",                undefined,     "b.test",      true],
    ["clients are asked there, and were not",         "a.test",      "closed.test", false],
    ["clients were asked, and are not there",         "closed.test", "a.test",      false],
    ["an unknown host would have got the same",       "a.test",      "z.test",      true],
  ] as const;
  for (const [rule, connection, host, served] of rows) {
    it(rule, () => strictEqual(mayServe(choice.choose(connection), choice.choose(host), host), served));
  }
});
