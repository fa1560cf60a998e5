/** Certificates that change while the server runs. */
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { setTimeout as after } from "node:timers/promises";
import { CertificateFiles, type Made, makeCertificate } from "../../test/support/certificates.ts";
import type { LocalAuthority } from "./local-ca.ts";
import { defaultCiphers, knownGroups } from "./parameters.ts";
import { createTermination, type TerminationOptions, type TlsTermination } from "./termination.ts";

const [first, second, third] = (await Promise.all(
  ["first", "second", "third"].map((title) => makeCertificate({ title, names: ["a.test"] })),
)) as [Made, Made, Made];

/** Watching alone, and looking alone. */
const word = { settle: 5, look: 3_600_000 };
const look = { settle: 3_600_000, look: 5 };

interface Running extends Disposable {
  readonly termination: TlsTermination;
  readonly lines: string[];
  /** Which certificate answers now. */
  readonly answers: string;
  advance(millis: number): void;
}

async function running(options: Partial<TerminationOptions>): Promise<Running> {
  const lines: string[] = [];
  const note = (line: string): void => void lines.push(line);
  let passed = 0;
  const termination = await createTermination({
    sites: [],
    parameters: { minVersion: "1.2", ciphers: defaultCiphers, groups: knownGroups() },
    tickets: undefined,
    clock: { now: () => passed, wall: () => Date.now() + passed },
    reporter: { info: note, warn: note, error: note },
    times: word,
    ...options,
  });
  return {
    termination,
    lines,
    get answers() {
      return termination.choose("a.test").identities[0]?.pem.cert ?? "";
    },
    advance: (millis) => {
      passed += millis;
    },
    [Symbol.dispose]: () => termination.close(),
  };
}

function following(files: {
  readonly cert: string;
  readonly key: string;
}): Pick<TerminationOptions, "sites"> {
  return { sites: [{ hosts: ["*"], identities: [{ type: "files", ...files }], clients: undefined }] };
}

async function until(seen: () => boolean, what: string): Promise<void> {
  const end = performance.now() + 5_000;
  while (!seen()) {
    ok(performance.now() < end, `waited for ${what}`);
    await after(2);
  }
}

const same = (one: string, made: Made): boolean => one.trim() === made.cert.trim();

describe("certificates that change", () => {
  it("are used as soon as their files are replaced, and the operator reads it", async () => {
    using files = new CertificateFiles();
    const pair = files.pair("a", first);
    using server = await running(following(pair));
    const before = server.termination.choose("a.test").context;
    files.pair("a", second);
    await until(() => same(server.answers, second), "the second certificate");
    ok(server.termination.choose("a.test").context !== before);
    const until_ = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
    deepStrictEqual(server.lines, [`new certificate in use: ${pair.cert} (a.test), until ${until_}`]);
  });

  it("are noticed by looking, where the system says nothing", async () => {
    using files = new CertificateFiles();
    using server = await running({ ...following(files.pair("a", first)), times: look });
    files.pair("a", second);
    await until(() => same(server.answers, second), "the second certificate");
  });

  it("are followed through symbolic links that are replaced (certbot)", async () => {
    using files = new CertificateFiles();
    const [one, two] = [files.pair("one", first), files.pair("two", second)];
    const live = { cert: join(files.directory, "cert.pem"), key: join(files.directory, "key.pem") };
    symlinkSync(one.cert, live.cert);
    symlinkSync(one.key, live.key);
    using server = await running(following(live));
    for (const part of ["cert", "key"] as const) {
      symlinkSync(two[part], `${live[part]}.new`);
      renameSync(`${live[part]}.new`, live[part]);
    }
    await until(() => same(server.answers, second), "the second certificate");
  });

  it("are followed through a directory that is swapped, more than once (Kubernetes)", async () => {
    using files = new CertificateFiles();
    const at = (name: string): string => join(files.directory, name);
    const put = (version: string, made: Made): void => {
      mkdirSync(at(version));
      writeFileSync(join(at(version), "tls.crt"), made.cert);
      writeFileSync(join(at(version), "tls.key"), made.key);
      symlinkSync(version, at("..new"));
      renameSync(at("..new"), at("..data"));
    };
    put("..1", first);
    symlinkSync("..data/tls.crt", at("tls.crt"));
    symlinkSync("..data/tls.key", at("tls.key"));
    using server = await running(following({ cert: at("tls.crt"), key: at("tls.key") }));
    put("..2", second);
    rmSync(at("..1"), { recursive: true });
    await until(() => same(server.answers, second), "the second certificate");
    put("..3", third);
    await until(() => same(server.answers, third), "the third certificate");
  });

  it("go on as they were where the new ones are broken, until they are good", async () => {
    using files = new CertificateFiles();
    const pair = files.pair("a", first);
    using server = await running(following(pair));
    writeFileSync(pair.cert, second.cert);
    await until(() => server.lines.length > 0, "the line");
    ok(same(server.answers, first));
    deepStrictEqual(server.lines, [
      `${pair.key} is not the key of the certificate in ${pair.cert} (second); the certificate from before goes on`,
    ]);
    writeFileSync(pair.key, second.key);
    await until(() => same(server.answers, second), "the second certificate");
  });

  it("go on where the files are gone", async () => {
    using files = new CertificateFiles();
    const pair = files.pair("a", first);
    using server = await running(following(pair));
    rmSync(pair.cert);
    await until(() => server.lines.length > 0, "the line");
    ok(same(server.answers, first));
    deepStrictEqual(server.lines, [`${pair.cert} does not exist; the certificate from before goes on`]);
  });

  it("are followed no more after it is closed", async () => {
    using files = new CertificateFiles();
    const pair = files.pair("a", first);
    const server = await running(following(pair));
    server.termination.close();
    files.pair("a", second);
    await after(30);
    ok(same(server.answers, first));
    deepStrictEqual([server.lines, readFileSync(pair.cert, "utf8")], [[], second.cert]);
  });
});

describe("where TLS ends", () => {
  it("says of all that is broken at the start", async () => {
    await rejects(running(following({ cert: "/none.crt", key: "/none.key" })), {
      name: "TlsError",
      problems: ["/none.crt does not exist", "/none.key does not exist"],
    });
  });

  it("makes new contexts when the keys of tickets change, and only then", async () => {
    using files = new CertificateFiles();
    const tickets = { secret: undefined, rotate: 60_000 };
    using server = await running({
      ...following(files.pair("a", first)),
      tickets,
      times: { settle: 5, look: 5 },
    });
    const before = server.termination.choose("a.test").context;
    await after(20);
    server.advance(60_000);
    await until(() => server.termination.choose("a.test").context !== before, "another context");
    deepStrictEqual(server.lines, []);
  });

  it("asks the local authority, and again before the certificate expires", async () => {
    const asked: (readonly string[])[] = [];
    const leaves = [first, second];
    const authority: Pick<LocalAuthority, "issue" | "made"> = {
      made: true,
      issue: async (names) => {
        asked.push(names);
        const leaf = leaves[asked.length - 1] ?? third;
        const renewAt = new Date(Date.now() + asked.length * 86_400_000);
        return { ...leaf, names, notAfter: renewAt, renewAt };
      },
    };
    using server = await running({
      sites: [{ hosts: ["*"], identities: [{ type: "local", names: ["localhost"] }], clients: undefined }],
      authority: async () => authority as LocalAuthority,
      times: { settle: 5, look: 5 },
    });
    ok(same(server.answers, first));
    server.advance(86_400_000);
    await until(() => same(server.answers, second), "the second certificate");
    deepStrictEqual(asked, [["localhost"], ["localhost"]]);
    strictEqual(
      server.lines[0],
      "made a certificate authority for local names: `sluice trust` makes browsers on this machine trust it",
    );
  });

  it("gets a certificate for a local name that its clients ask for, once", async () => {
    const asked: (readonly string[])[] = [];
    const authority: Pick<LocalAuthority, "issue" | "made"> = {
      made: false,
      issue: async (names) => {
        asked.push(names);
        const renewAt = new Date(Date.now() + 86_400_000);
        return { ...(await makeCertificate({ names })), names, notAfter: renewAt, renewAt };
      },
    };
    using server = await running({
      sites: [
        {
          hosts: ["*"],
          identities: [{ type: "local", names: ["localhost", "*.localhost"] }],
          clients: undefined,
        },
      ],
      authority: async () => authority as LocalAuthority,
    });
    const { termination } = server;
    const named = (host: string): readonly string[] | undefined =>
      termination.choose(host).identities[0]?.names;
    deepStrictEqual(
      [termination.prepare("localhost"), termination.prepare("example.com"), termination.prepare(undefined)],
      [undefined, undefined, undefined],
    );
    await Promise.all([termination.prepare("app.localhost"), termination.prepare("app.localhost")]);
    deepStrictEqual(
      [termination.prepare("app.localhost"), named("app.localhost"), named("example.com")],
      [undefined, ["app.localhost"], ["localhost", "*.localhost"]],
    );
    server.advance(86_400_000);
    await termination.prepare("app.localhost");
    deepStrictEqual(asked, [["localhost", "*.localhost"], ["app.localhost"], ["app.localhost"]]);
  });

  it("agrees to what the connection's certificate covers", async () => {
    using files = new CertificateFiles();
    const both = await makeCertificate({ names: ["a.test", "b.test"] });
    const other = await makeCertificate({ names: ["c.test"] });
    const site = (host: string, name: string, made: Made): TerminationOptions["sites"][number] => ({
      hosts: [host],
      identities: [{ type: "files", ...files.pair(name, made) }],
      clients: undefined,
    });
    using server = await running({
      sites: [site("a.test", "both", both), site("b.test", "both", both), site("c.test", "other", other)],
    });
    const { termination } = server;
    deepStrictEqual(
      [
        termination.agrees("a.test", "b.test"),
        termination.agrees("a.test", "c.test"),
        termination.agrees(undefined, "c.test"),
      ],
      [true, false, false],
    );
  });
});
