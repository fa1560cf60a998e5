/** Names resolved by a DNS server on loopback, on a clock that the test moves. */
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after as afterAll, describe, it } from "node:test";
import { type DnsRecord, type DnsServer, dnsServer } from "../../test/support/dns-server.ts";
import { eventually } from "../../test/support/waiting.ts";
import { DnsError } from "./error.ts";
import { createResolver, type Resolved, type Resolver, type ResolverOptions } from "./index.ts";
import { firstFamily } from "./system.ts";

const directory = mkdtempSync(join(tmpdir(), "sluice-dns-"));
const hostsFile = join(directory, "hosts");
writeFileSync(hostsFile, "10.9.9.9 listed.test\n");
afterAll(() => rmSync(directory, { recursive: true }));

interface World extends AsyncDisposable {
  readonly server: DnsServer;
  readonly resolver: Resolver;
  now: number;
  /** Names that the system's resolver was asked for. */
  readonly system: string[];
}

async function world(
  answers: Parameters<typeof dnsServer>[0],
  more: Partial<ResolverOptions> = {},
): Promise<World> {
  const server = await dnsServer(answers);
  const system: string[] = [];
  const made = {
    server,
    system,
    now: 0,
    resolver: createResolver({
      clock: { now: () => made.now, wall: () => 0 },
      servers: [server.address],
      timeout: 200,
      tries: 1,
      hostsFile,
      bySystem: async (name) => {
        system.push(name);
        if (name === "short") {
          return [{ address: "10.8.8.8", family: 4 }];
        }
        throw Object.assign(new Error("no"), { code: "ENOTFOUND" });
      },
      ...more,
    }),
    [Symbol.asyncDispose]: async () => {
      made.resolver.close();
      await server[Symbol.asyncDispose]();
    },
  } satisfies World as World;
  return made;
}

const a = (address: string, ttl = 60): DnsRecord => ({ type: "A", address, ttl });
const aaaa = (address: string, ttl = 60): DnsRecord => ({ type: "AAAA", address, ttl });
const addressesOf = ({ addresses }: Resolved): string[] => addresses.map(({ address }) => address);

async function failure(question: Promise<unknown>): Promise<readonly [kind: string, message: string]> {
  try {
    await question;
  } catch (error) {
    ok(error instanceof DnsError);
    return [error.kind, error.message];
  }
  return ["none", ""];
}

describe("Resolver.addresses, without asking", () => {
  const forever = Number.POSITIVE_INFINITY;
  const loopback = ["127.0.0.1", "::1"];
  const rows: readonly (readonly [
    rule: string,
    name: string,
    addresses: readonly string[],
    expires: number,
  ])[] = [
    ["an IPv4 address", "192.0.2.1", ["192.0.2.1"], forever],
    ["an IPv6 address", "2001:db8::1", ["2001:db8::1"], forever],
    ["an IPv6 address in brackets", "[2001:db8::1]", ["2001:db8::1"], forever],
    ["localhost (RFC 6761 §6.3)", "localhost", loopback, forever],
    ["localhost with a final dot", "LOCALHOST.", loopback, forever],
    ["a name below localhost", "app.localhost", loopback, forever],
    ["a name of /etc/hosts", "Listed.Test", ["10.9.9.9"], 5_000],
  ];
  for (const [rule, name, addresses, expires] of rows) {
    it(rule, async () => {
      await using made = await world({});
      const { resolver, server } = made;
      const resolved = await resolver.addresses(name);
      deepStrictEqual(
        [addressesOf(resolved), resolved.expires, resolver.known(name), server.questions],
        [addresses, expires, resolved, []],
      );
    });
  }
});

describe("Resolver.addresses, by DNS", () => {
  const both = firstFamily() === 6 ? ["2001:db8::1", "10.0.0.1"] : ["10.0.0.1", "2001:db8::1"];
  const rows: readonly (readonly [
    rule: string,
    records: readonly DnsRecord[],
    addresses: readonly string[],
    expires: number,
  ])[] = [
    ["both families, until the shorter TTL ends", [a("10.0.0.1", 60), aaaa("2001:db8::1", 20)], both, 20_000],
    ["IPv4 alone", [a("10.0.0.1", 7), a("10.0.0.2", 5)], ["10.0.0.1", "10.0.0.2"], 5_000],
    ["IPv6 alone", [aaaa("2001:db8::1", 9)], ["2001:db8::1"], 9_000],
    ["a TTL of nothing counts as a second", [a("10.0.0.1", 0)], ["10.0.0.1"], 1_000],
  ];
  for (const [rule, records, addresses, expires] of rows) {
    it(rule, async () => {
      await using made = await world({ "app.test": records });
      const resolved = await made.resolver.addresses("app.test");
      deepStrictEqual(
        [addressesOf(resolved), resolved.expires, resolved.stale],
        [addresses, expires, undefined],
      );
    });
  }

  it("is asked again when the TTL has ended, and not before", async () => {
    await using made = await world({ "app.test": [a("10.0.0.1", 10)] });
    const { resolver, server } = made;
    await resolver.addresses("app.test");
    made.now = 9_999;
    await resolver.addresses("APP.test.");
    strictEqual(server.questions.length, 2);
    server.answers.set("app.test", [a("10.0.0.2", 10)]);
    made.now = 10_000;
    strictEqual(resolver.known("app.test"), undefined);
    const resolved = await resolver.addresses("app.test");
    deepStrictEqual(
      [addressesOf(resolved), resolved.expires, server.questions.length],
      [["10.0.0.2"], 20_000, 4],
    );
  });

  it("asks once for many who ask at a time", async () => {
    await using made = await world({ "app.test": [a("10.0.0.1")] });
    const { resolver, server } = made;
    const all = await Promise.all(Array.from({ length: 50 }, () => resolver.addresses("app.test")));
    deepStrictEqual(
      [new Set(all.map((one) => addressesOf(one).join())).size, server.questions.sort()],
      [1, ["app.test A", "app.test AAAA"]],
    );
  });

  it("waits little for the slower family, and knows it later", async () => {
    await using made = await world({ "app.test": [a("10.0.0.1"), aaaa("2001:db8::1")] });
    const { resolver, server } = made;
    server.delays.set("app.test AAAA", 120);
    deepStrictEqual(addressesOf(await resolver.addresses("app.test")), ["10.0.0.1"]);
    const known = await eventually(() => {
      const now = resolver.known("app.test");
      return now !== undefined && now.addresses.length === 2 && now;
    }, "the slower answer");
    deepStrictEqual(addressesOf(known), both);
  });

  it("asks the system for a name that DNS does not know", async () => {
    await using made = await world({});
    const { resolver, system } = made;
    const resolved = await resolver.addresses("short");
    deepStrictEqual([addressesOf(resolved), resolved.expires, system], [["10.8.8.8"], 30_000, ["short"]]);
  });
});

describe("Resolver.addresses, in vain", () => {
  const rows = [
    ["no such name", "NXDOMAIN", "not-found", "app.test: there is no such name"],
    ["a name without addresses", [], "not-found", "app.test: the name has no address"],
    ["a server that fails", "SERVFAIL", "failed", "app.test: the DNS server failed (SERVFAIL)"],
    ["a server that refuses", "REFUSED", "failed", "app.test: the DNS server refused the question"],
    ["a server that is silent", "silence", "timeout", "app.test: no DNS server answered in time"],
  ] as const;
  for (const [rule, answer, kind, message] of rows) {
    it(rule, async () => {
      await using made = await world({ "app.test": answer });
      deepStrictEqual(await failure(made.resolver.addresses("app.test")), [kind, message]);
    });
  }

  it("what is no name", async () => {
    await using made = await world({});
    deepStrictEqual(await failure(made.resolver.addresses(`${"a".repeat(70)}.test`)), [
      "not-found",
      `${"a".repeat(70)}.test: that is no name`,
    ]);
  });

  it("no server there", async () => {
    await using gone = await dnsServer();
    const { address } = gone;
    await using made = await world({}, { servers: [address.replace(/:\d+$/, ":1")] });
    const [kind] = await failure(made.resolver.addresses("app.test"));
    ok(kind === "failed" || kind === "not-found", kind);
  });

  it("keeps the error for a while: 5 s for a missing name, 1 s for a server that fails", async () => {
    await using made = await world({ "broken.test": "SERVFAIL" });
    const { resolver, server } = made;
    const counts: number[] = [];
    for (const now of [0, 999, 1_000, 4_999, 5_000]) {
      made.now = now;
      await failure(resolver.addresses("missing.test"));
      await failure(resolver.addresses("broken.test"));
      counts.push(
        server.questions.filter((one) => one === "missing.test A").length,
        server.questions.filter((one) => one === "broken.test A").length,
      );
    }
    deepStrictEqual(counts, [1, 1, 1, 1, 1, 2, 1, 3, 2, 3]);
  });
});

describe("Resolver.addresses, stale", () => {
  it("keeps an answer while no server answers, and says so; for 5 minutes", async () => {
    await using made = await world({ "app.test": [a("10.0.0.1", 10)] });
    const { resolver, server } = made;
    await resolver.addresses("app.test");
    server.answers.set("app.test", "SERVFAIL");
    made.now = 10_000;
    const stale = await resolver.addresses("app.test");
    deepStrictEqual(
      [addressesOf(stale), stale.expires, stale.stale?.message],
      [["10.0.0.1"], 15_000, "app.test: the DNS server failed (SERVFAIL)"],
    );
    made.now = 309_999;
    deepStrictEqual(addressesOf(await resolver.addresses("app.test")), ["10.0.0.1"]);
    made.now = 315_000;
    deepStrictEqual(await failure(resolver.addresses("app.test")), [
      "failed",
      "app.test: the DNS server failed (SERVFAIL)",
    ]);
  });

  it("is fresh again once a server answers", async () => {
    await using made = await world({ "app.test": [a("10.0.0.1", 10)] });
    const { resolver, server } = made;
    await resolver.addresses("app.test");
    server.answers.set("app.test", "SERVFAIL");
    made.now = 10_000;
    await resolver.addresses("app.test");
    server.answers.set("app.test", [a("10.0.0.2", 10)]);
    made.now = 15_000;
    const fresh = await resolver.addresses("app.test");
    deepStrictEqual([addressesOf(fresh), fresh.stale], [["10.0.0.2"], undefined]);
  });

  it("ends when the name is gone (RFC 8767 §4)", async () => {
    await using made = await world({ "app.test": [a("10.0.0.1", 10)] });
    const { resolver, server } = made;
    await resolver.addresses("app.test");
    server.answers.delete("app.test");
    made.now = 10_000;
    strictEqual((await failure(resolver.addresses("app.test")))[0], "not-found");
  });
});

describe("Resolver.service (RFC 2782)", () => {
  const srv = (host: string, priority: number, ttl = 5): DnsRecord => ({
    type: "SRV",
    host,
    port: 8080,
    priority,
    weight: 3,
    ttl,
  });

  it("gives targets, the lowest priority first, and asks again after 30 s", async () => {
    await using made = await world({ "_http._tcp.app.test": [srv("b.test", 20), srv("a.test", 10)] });
    const { resolver, server } = made;
    const service = await resolver.service("_http._tcp.app.test");
    deepStrictEqual(service, {
      targets: [
        { host: "a.test", port: 8080, priority: 10, weight: 3 },
        { host: "b.test", port: 8080, priority: 20, weight: 3 },
      ],
      expires: 30_000,
      stale: undefined,
    });
    made.now = 29_999;
    await resolver.service("_http._tcp.app.test");
    strictEqual(server.questions.length, 1);
  });

  it("knows that there is none", async () => {
    await using made = await world({ "_http._tcp.app.test": [srv(".", 0)] });
    await rejects(made.resolver.service("_http._tcp.app.test"), { kind: "not-found" });
    await rejects(made.resolver.service("_http._tcp.other.test"), { kind: "not-found" });
  });
});
