/** What is wrong with a certificate and its key, in words. */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { describe, it } from "node:test";
import { CertificateFiles, encrypted, makeCertificate } from "../../test/support/certificates.ts";
import { readIdentity } from "./identity.ts";

const root = await makeCertificate({ title: "Root", authority: true });
const middle = await makeCertificate({ title: "Middle", authority: true, by: root });
const leaf = await makeCertificate({ names: ["a.test", "*.a.test", "127.0.0.1"], by: middle });
const alone = await makeCertificate({ names: ["alone.test"], by: middle, reachable: true });
const old = await makeCertificate({ names: ["old.test"], from: -30, to: -10 });
const young = await makeCertificate({ names: ["young.test"], from: 2, to: 30 });
const ending = await makeCertificate({ names: ["ending.test"], from: -80, to: 9.5 });
const rsa = await makeCertificate({ names: ["r.test"], kind: "rsa" });
const sealed = encrypted(leaf.key, "open sesame");
const dateIn = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

describe("a certificate and its key", () => {
  it("are read from files: chain, key, names, time, algorithm", () => {
    using files = new CertificateFiles();
    const pair = files.pair("a", { cert: `${leaf.cert}${middle.cert}`, key: leaf.key });
    const { identity, faults } = readIdentity(pair, Date.now());
    deepStrictEqual(faults, []);
    deepStrictEqual(
      [identity?.names, identity?.algorithm, identity?.source, identity?.chain.length],
      [["a.test", "*.a.test", "127.0.0.1"], "EC P-256", pair.cert, 2],
    );
    strictEqual(identity?.key.equals(createPrivateKey(leaf.key)), true);
    strictEqual(Math.round(((identity?.validTo ?? 0) - Date.now()) / 86_400_000), 30);
  });

  it("may be of RSA, and stand in the configuration itself", () => {
    const { identity, faults } = readIdentity(rsa, Date.now());
    deepStrictEqual([identity?.algorithm, identity?.source, faults], ["RSA 2048", "inline", []]);
  });

  it("may be encrypted", () => {
    const { identity } = readIdentity({ ...leaf, key: sealed, passphrase: "open sesame" }, Date.now());
    deepStrictEqual(identity?.names, ["a.test", "*.a.test", "127.0.0.1"]);
  });

  const chain = `${leaf.cert}${middle.cert}`;
  // biome-ignore format: a table is read by columns
  const writings: readonly (readonly [how: string, write: (pem: string) => string])[] = [
    ["with CRLF",                            (pem) => pem.replaceAll("\n", "\r\n")],
    ["indented, as in a template",           (pem) => pem.replaceAll("\n", "\n      ")],
    ["in one line with \\n written out",     (pem) => pem.replaceAll("\n", "\\n")],
    ["after a byte order mark",              (pem) => `\u{feff}${pem}`],
    ["with other lines before",              (pem) => `-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${pem}`],
  ];
  for (const [how, write] of writings) {
    it(`may be written ${how}`, () => {
      const { identity, faults } = readIdentity({ cert: write(chain), key: write(leaf.key) }, Date.now());
      deepStrictEqual([faults, identity?.pem.cert], [[], chain]);
    });
  }

  // biome-ignore format: a table is read by columns
  const rows = [
    // what is wrong                       certificate                         key          passphrase    about         words
    ["the files are swapped",              leaf.key,                           leaf.cert,   undefined,    "cert",       "the inline PEM holds no certificate, only PRIVATE KEY"],
    ["there is no PEM in it",              "-----BEGIN nothing",               leaf.key,    undefined,    "cert",       "the inline PEM holds no certificate, no PEM block at all"],
    ["a certificate is damaged",           chain.replace(/MII/g, "AAA"),       leaf.key,    undefined,    "cert",       "the inline PEM is damaged: certificate 1 of 2 cannot be read"],
    ["the key is damaged",                 chain,                              leaf.key.replace("MIG", "AAA"), undefined, "key", "the inline PEM is damaged: its private key cannot be read"],
    ["the key is another's",               chain,                              rsa.key,     undefined,    "key",        "the inline PEM is not the key of the certificate in the inline PEM (a.test)"],
    ["the chain is upside down",           `${middle.cert}${leaf.cert}`,       leaf.key,    undefined,    "cert",       "the inline PEM has its certificates in the wrong order: that of the key (a.test) is number 2 and must come first"],
    ["the chain has another order",        `${leaf.cert}${root.cert}${middle.cert}`, leaf.key, undefined,  "cert",       "the inline PEM has its certificates in the wrong order: after number 1 (a.test) number 3, which issued it, must come next"],
    ["the chain leads elsewhere",          `${leaf.cert}${root.cert}`,         leaf.key,    undefined,    "cert",       'the inline PEM has its certificates in the wrong order: after number 1 (a.test) Root did not issue it, and "Middle", who did, is missing'],
    ["it is encrypted",                    chain,                              sealed,      undefined,    "passphrase", "the inline PEM is encrypted and needs its `passphrase`"],
    ["it is encrypted otherwise",          chain,                              sealed,      "please",     "passphrase", "the inline PEM cannot be decrypted: the passphrase is another one"],
    ["it has expired",                     old.cert,                           old.key,     undefined,    "cert",       `the inline PEM expired 10 days ago, on ${dateIn(-10)}`],
    ["it is not valid yet",                young.cert,                         young.key,   undefined,    "cert",       `the inline PEM is not valid yet: it begins in 1 day, on ${dateIn(2)}`],
  ] as const;
  for (const [what, cert, key, passphrase, about, message] of rows) {
    it(`says that ${what}`, () => {
      const { identity, faults } = readIdentity({ cert, key, passphrase }, Date.now());
      deepStrictEqual([identity, faults[0]], [undefined, { about, severity: "error", message }]);
    });
  }

  // biome-ignore format: a table is read by columns
  const warnings = [
    ["expires soon",                       ending, `the inline PEM expires in 9 days, on ${dateIn(9.5)}`],
    ["lacks who issued it",                alone,  'the inline PEM is incomplete: the certificate of "Middle" is missing, so that many clients cannot verify ours; authorities call the whole file "fullchain"'],
  ] as const;
  for (const [what, made, message] of warnings) {
    it(`warns that it ${what}, and can be used`, () => {
      const { identity, faults } = readIdentity(made, Date.now());
      deepStrictEqual(
        [identity === undefined, faults],
        [false, [{ about: "cert", severity: "warning", message }]],
      );
    });
  }

  it("says of files that they are missing, no files, or DER", () => {
    using files = new CertificateFiles();
    const good = files.pair("good", leaf);
    const missing = `${files.directory}/none.pem`;
    const der = files.write("der.crt", Buffer.from([0x30, 0x82, 1, 2]));
    const words = (cert: string): string | undefined =>
      readIdentity({ ...good, cert }, Date.now()).faults[0]?.message;
    strictEqual(words(missing), `${missing} does not exist`);
    strictEqual(words(files.directory), `${files.directory} is a directory: a file is needed`);
    match(words(der) ?? "", /is DER, PEM is needed: `openssl x509 -inform der` converts a certificate/);
  });
});
