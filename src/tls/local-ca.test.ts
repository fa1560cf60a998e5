import { deepStrictEqual, match, notStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { makeCertificate } from "../../test/support/certificates.ts";
import { findLocalAuthority, type LocalAuthority, openLocalAuthority } from "./local-ca.ts";
import { localAuthorityDirectory } from "./local-ca-files.ts";

const temporary = mkdtempSync(join(tmpdir(), "sluice-ca-"));
after(() => rmSync(temporary, { recursive: true }));

const day = 86_400_000;
const start = Date.parse("2026-03-01T12:00:00Z");
const modeOf = (path: string): number => statSync(path).mode & 0o777;

let count = 0;
/** A place where nothing is yet. */
const fresh = (): string => join(temporary, String(count++), "data", "ca");

describe("where the local authority is kept", () => {
  // biome-ignore format: a table is read by columns
  const rows = [
    ["linux",  { HOME: "/h" },                              "/h/.local/share/sluice/ca"],
    ["linux",  { HOME: "/h", XDG_DATA_HOME: "/d" },         "/d/sluice/ca"],
    ["linux",  { HOME: "/h", XDG_DATA_HOME: "relative" },   "/h/.local/share/sluice/ca"],
    ["linux",  { HOME: "/h", XDG_DATA_HOME: "" },           "/h/.local/share/sluice/ca"],
    ["linux",  { HOME: "" },                                join(userInfo().homedir, ".local/share/sluice/ca")],
    ["linux",  { HOME: "relative" },                        join(userInfo().homedir, ".local/share/sluice/ca")],
    ["darwin", { HOME: "/h" },                              "/h/Library/Application Support/sluice/ca"],
    ["win32",  { LOCALAPPDATA: "/l" },                      "/l/sluice/ca"],
  ] as const;
  for (const [platform, env, directory] of rows) {
    it(`${platform} ${JSON.stringify(env)}`, () =>
      strictEqual(localAuthorityDirectory(env, platform), directory));
  }
});

describe("making the local authority", () => {
  it("makes what only its owner can read, for ten years", async () => {
    const directory = fresh();
    const authority = await openLocalAuthority(directory, () => start);
    deepStrictEqual(
      [directory, join(directory, "root.key"), join(directory, "root.pem")].map(modeOf),
      [0o700, 0o600, 0o644],
    );
    const { made, certificate, certificateFile } = authority;
    deepStrictEqual(
      { made, certificateFile, ca: certificate.ca, from: certificate.validFrom, to: certificate.validTo },
      {
        made: true,
        certificateFile: join(directory, "root.pem"),
        ca: true,
        from: "Mar  1 11:00:00 2026 GMT",
        to: "Feb 29 12:00:00 2036 GMT",
      },
    );
    match(certificate.subject, /^O=Sluice\nCN=Sluice local CA .+@.+ [0-9a-f]{8}$/);
  });

  it("finds it again", async () => {
    const directory = fresh();
    strictEqual(await findLocalAuthority(directory), undefined);
    const first = await openLocalAuthority(directory);
    const second = await openLocalAuthority(directory);
    deepStrictEqual([second.made, second.certificate.raw], [false, first.certificate.raw]);
  });

  it("gives all who open it at once the same", async () => {
    const directory = fresh();
    const all = await Promise.all(Array.from({ length: 8 }, () => openLocalAuthority(directory)));
    strictEqual(new Set(all.map(({ certificate }) => certificate.fingerprint256)).size, 1);
    strictEqual(all.filter(({ made }) => made).length, 1);
    deepStrictEqual(readdirSync(dirname(directory)), ["ca"]);
  });

  it("uses an empty directory, and sweeps away what a killed process left", async () => {
    const directory = fresh();
    const left = join(dirname(directory), ".ca-killed");
    mkdirSync(directory, { recursive: true });
    mkdirSync(left);
    writeFileSync(join(left, "root.key"), "half a k");
    utimesSync(left, 0, 0);
    await openLocalAuthority(directory);
    deepStrictEqual(
      [readdirSync(dirname(directory)), readdirSync(directory).sort()],
      [["ca"], ["root.key", "root.pem"]],
    );
  });

  it("closes a key that was left open", async () => {
    const directory = fresh();
    await openLocalAuthority(directory);
    chmodSync(join(directory, "root.key"), 0o644);
    await openLocalAuthority(directory);
    strictEqual(modeOf(join(directory, "root.key")), 0o600);
  });
});

describe("a local authority that cannot be used", () => {
  type Spoil = (directory: string) => void | Promise<void>;
  const spoilt =
    (name: string, text: string): Spoil =>
    (directory) =>
      writeFileSync(join(directory, name), text);
  const again = "remove DIR and run `sluice trust` to begin with a new authority";
  // biome-ignore format: a table is read by columns
  const rows: readonly (readonly [rule: string, spoil: Spoil, message: string])[] = [
    ["no key",                (d) => rmSync(join(d, "root.key")),       `cannot read DIR/root.key: there is no such file; ${again}`],
    ["no certificate",        (d) => rmSync(join(d, "root.pem")),       `cannot read DIR/root.pem: there is no such file; ${again}`],
    ["a directory as key",    (d) => { rmSync(join(d, "root.key")); mkdirSync(join(d, "root.key")); }, "cannot read DIR/root.key: it is a directory"],
    ["a damaged certificate", spoilt("root.pem", "-----BEGIN"),         `DIR/root.pem is no certificate; ${again}`],
    ["an empty certificate",  spoilt("root.pem", ""),                   `DIR/root.pem is no certificate; ${again}`],
    ["a damaged key",         spoilt("root.key", "-----BEGIN"),         `DIR/root.key is no private key; ${again}`],
    ["another one's key",     async (d) => spoilt("root.key", (await makeCertificate({ names: ["a.test"] })).key)(d), `DIR/root.key does not belong to root.pem; ${again}`],
    ["no authority's",        async (d) => { const leaf = await makeCertificate({ names: ["a.test"] }); spoilt("root.pem", leaf.cert)(d); spoilt("root.key", leaf.key)(d); }, `DIR/root.pem is not the certificate of an authority; ${again}`],
  ];
  for (const [rule, spoil, message] of rows) {
    it(rule, async () => {
      const directory = fresh();
      await openLocalAuthority(directory);
      await spoil(directory);
      const expected = { name: "LocalAuthorityError", message: message.replaceAll("DIR", directory) };
      await rejects(openLocalAuthority(directory), expected);
      await rejects(findLocalAuthority(directory), expected);
    });
  }

  it("is expired", async () => {
    const directory = fresh();
    await openLocalAuthority(directory, () => start);
    await rejects(
      openLocalAuthority(directory, () => start + 3_652 * day),
      { message: `${directory}/root.pem expired on 2036-02-29; ${again.replace("DIR", directory)}` },
    );
  });

  it("is not valid yet, as one made while the clock was wrong", async () => {
    const directory = fresh();
    await openLocalAuthority(directory, () => start);
    const message = `${directory}/root.pem is valid from 2026-03-01 only, and the clock says 2026-02-28: set the clock, or ${again.replace("DIR", directory)}`;
    await rejects(
      openLocalAuthority(directory, () => start - day),
      { message },
    );
  });

  it("stands where a file stands", async () => {
    const file = join(temporary, "file");
    writeFileSync(file, "");
    await rejects(openLocalAuthority(file), {
      message: `cannot open ${file}: a file stands where a directory should be`,
    });
    await rejects(openLocalAuthority(join(file, "sluice", "ca")), {
      message: `cannot open ${join(file, "sluice", "ca")}: a file stands where a directory should be`,
    });
  });
});

describe("issuing", () => {
  let authority: LocalAuthority;
  let now = start;
  before(async () => {
    authority = await openLocalAuthority(fresh(), () => now);
  });

  it("names hosts and addresses in normal form, the first as common name", async () => {
    const leaf = await authority.issue(["Shop.Test.", "[::1]", "*.shop.test", "shop.test", "127.0.0.1"]);
    const certificate = new X509Certificate(leaf.cert);
    deepStrictEqual(
      {
        names: leaf.names,
        subject: certificate.subject,
        alternative: certificate.subjectAltName,
        uses: certificate.keyUsage,
        ca: certificate.ca,
        notAfter: leaf.notAfter.toISOString(),
        renewAt: leaf.renewAt.toISOString().slice(0, 10),
      },
      {
        names: ["shop.test", "*.shop.test", "127.0.0.1", "::1"],
        subject: "CN=shop.test",
        alternative: "DNS:shop.test, DNS:*.shop.test, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1",
        uses: ["1.3.6.1.5.5.7.3.1"],
        ca: false,
        notAfter: "2026-05-30T12:00:00.000Z",
        renewAt: "2026-04-30",
      },
    );
    ok(certificate.verify(authority.certificate.publicKey));
  });

  it("keeps key and certificate in one file that only its owner can read", async () => {
    const leaf = await authority.issue(["one.test"]);
    const directory = join(authority.directory, "leaves");
    const [name = ""] = readdirSync(directory).filter((one) => one.startsWith("one.test-"));
    deepStrictEqual([modeOf(directory), modeOf(join(directory, name))], [0o700, 0o600]);
    strictEqual(readFileSync(join(directory, name), "utf8"), leaf.key + leaf.cert);
  });

  it("gives the same for the same names, in whatever order", async () => {
    const [first, second] = await Promise.all([
      authority.issue(["a.test", "b.test", "c.test"]),
      authority.issue(["a.test", "c.test", "B.test"]),
    ]);
    deepStrictEqual([second, await authority.issue(["a.test", "b.test", "c.test"])], [first, first]);
    notStrictEqual((await authority.issue(["a.test", "b.test"])).cert, first.cert);
  });

  it("renews when a third of the time is left", async () => {
    const first = await authority.issue(["renewed.test"]);
    now = first.renewAt.getTime() - 1;
    strictEqual((await authority.issue(["renewed.test"])).cert, first.cert);
    now = first.renewAt.getTime();
    const second = await authority.issue(["renewed.test"]);
    ok(second.notAfter > first.notAfter);
    now = start;
  });

  it("outlives its root never", async () => {
    now = Date.parse("2036-02-20T00:00:00Z");
    const leaf = await authority.issue(["last.test"]);
    strictEqual(leaf.notAfter.toISOString(), "2036-02-29T12:00:00.000Z");
    strictEqual((await authority.issue(["last.test"])).cert, leaf.cert);
    now = start;
  });

  it("makes anew what is damaged, or of another root", async () => {
    const directory = fresh();
    const mine = await openLocalAuthority(directory);
    const [file] = await leafFile(mine);
    const cut = readFileSync(file, "utf8").slice(0, 300);
    writeFileSync(file, cut);
    const second = await mine.issue(["a.test"]);
    strictEqual(readFileSync(file, "utf8"), second.key + second.cert);

    const other = await openLocalAuthority(fresh());
    await leafFile(other);
    writeFileSync(file, readFileSync((await leafFile(other))[0]));
    const third = await mine.issue(["a.test"]);
    ok(new X509Certificate(third.cert).verify(mine.certificate.publicKey));
  });

  it("takes a name longer than a common name may be", async () => {
    const long = `${"a".repeat(60)}.${"b".repeat(60)}.test`;
    const { cert } = await authority.issue([long]);
    strictEqual(new X509Certificate(cert).subjectAltName, `DNS:${long}`);
  });

  it("issues also where nothing can be kept", async () => {
    const mine = await openLocalAuthority(fresh());
    writeFileSync(join(mine.directory, "leaves"), "in the way");
    deepStrictEqual((await mine.issue(["a.test"])).names, ["a.test"]);
  });

  it("keeps a thousand and drops the oldest", async () => {
    const mine = await openLocalAuthority(fresh());
    const leaves = join(mine.directory, "leaves");
    mkdirSync(leaves);
    for (let i = 0; i < 1_000; i++) {
      writeFileSync(join(leaves, `${i}.pem`), "");
      utimesSync(join(leaves, `${i}.pem`), 1_000 + i, 1_000 + i);
    }
    await mine.issue(["new.test"]);
    deepStrictEqual(
      [readdirSync(leaves).length, existsSync(join(leaves, "0.pem")), existsSync(join(leaves, "1.pem"))],
      [1_000, false, true],
    );
  });

  // biome-ignore format: a table is read by columns
  const refused = [
    [["a b"],                         'a certificate cannot name "a b": a host name or address is needed'],
    [["ok.test", "https://ok.test"],  'a certificate cannot name "https://ok.test": a host name or address is needed'],
    [["*"],                           'a certificate cannot name "*": a host name or address is needed'],
    [[],                              "a certificate is for 1 to 100 names, not for 0"],
    [Array.from({ length: 101 }, (_, i) => `${i}.test`), "a certificate is for 1 to 100 names, not for 101"],
  ] as const;
  for (const [names, message] of refused) {
    it(`refuses ${JSON.stringify(names).slice(0, 40)}`, async () => {
      await rejects(authority.issue(names), { name: "LocalAuthorityError", message });
    });
  }

  async function leafFile(of: LocalAuthority): Promise<[string]> {
    await of.issue(["a.test"]);
    const leaves = join(of.directory, "leaves");
    return [join(leaves, readdirSync(leaves)[0] ?? "")];
  }
});
