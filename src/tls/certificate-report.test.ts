import { deepStrictEqual, strictEqual } from "node:assert/strict";
import "reflect-metadata";
import { createPrivateKey, webcrypto, X509Certificate } from "node:crypto";
import { before, describe, it } from "node:test";
import * as x509 from "@peculiar/x509";
import { type Made, makeCertificate } from "../../test/support/certificates.ts";
import { anchorOf, certificateFacts, chainFindings, daysLeft } from "./certificate-report.ts";

const day = 86_400_000;
const now = Date.now();
const parsed = ({ cert }: { readonly cert: string }): X509Certificate => new X509Certificate(cert);

describe("what is wrong with a chain", () => {
  let root: X509Certificate;
  let made: Record<string, Made>;
  const of = (name: string): X509Certificate => parsed(made[name] as Made);

  before(async () => {
    const rootMade = await makeCertificate({ title: "Test Root", authority: true, to: 3_000 });
    root = parsed(rootMade);
    const middle = await makeCertificate({ title: "Test Middle", authority: true, to: 1_000, by: rootMade });
    made = {
      root: rootMade,
      middle,
      leaf: await makeCertificate({ names: ["a.test", "*.a.test", "10.0.0.1", "::1"], to: 90, by: middle }),
      other: await makeCertificate({ names: ["b.test"], by: middle }),
      expired: await makeCertificate({ names: ["a.test"], from: -100, to: -3.5, by: rootMade }),
      today: await makeCertificate({ names: ["a.test"], from: -30, to: -0.5, by: rootMade }),
      future: await makeCertificate({ names: ["a.test"], from: 2.5, to: 30, by: rootMade }),
      ending: await makeCertificate({ names: ["a.test"], from: -80, to: 10.5, by: rootMade }),
      short: await makeCertificate({ names: ["a.test"], from: -1, to: 5, by: rootMade }),
      nameless: await makeCertificate({ title: "a.test", by: rootMade }),
      client: await makeCertificate({ names: ["a.test"], client: true, by: rootMade }),
      long: await makeCertificate({ names: ["a.test"], to: 1_000, by: rootMade }),
      shallow: await makeCertificate({ names: ["*.localhost"], by: rootMade }),
      authority: await makeCertificate({ names: ["a.test"], authority: true, by: rootMade }),
      self: await makeCertificate({ names: ["a.test"] }),
      selfRoot: await makeCertificate({ title: "Other Root", authority: true }),
    };
    made.below = await makeCertificate({ names: ["a.test"], by: made.selfRoot as Made });
  });

  const expiredOn = new Date(now - 3.5 * day).toISOString().slice(0, 10);
  const onDate = (days: number): string => new Date(now + days * day).toISOString().slice(0, 10);
  // biome-ignore format: a table is read by columns
  const rows: readonly (readonly [rule: string, chain: readonly string[], host: string | undefined, findings: readonly string[]])[] = [
    ["nothing",                    ["leaf", "middle"],           "a.test",    []],
    ["nothing, with its root",     ["leaf", "middle", "root"],   "x.a.test",  []],
    ["nothing, by address",        ["leaf", "middle"],           "10.0.0.1",  []],
    ["nothing, by address 6",      ["leaf", "middle"],           "[0:0::1]",  []],
    ["nothing, of a root itself",  ["root"],                     undefined,   []],
    ["nothing, five days of six",  ["short"],                    "a.test",    []],
    ["another host",               ["leaf", "middle"],           "b.test",    ["0 error is not for b.test: it names a.test, *.a.test, 10.0.0.1, ::1"]],
    ["two labels for one",         ["leaf", "middle"],           "x.y.a.test", ["0 error is not for x.y.a.test: it names a.test, *.a.test, 10.0.0.1, ::1"]],
    ["expired",                    ["expired"],                  "a.test",    [`0 error expired on ${expiredOn}, 3 days ago`]],
    ["expired today",              ["today"],                    "a.test",    [`0 error expired on ${onDate(-0.5)}, less than a day ago`]],
    ["not yet",                    ["future"],                   "a.test",    [`0 error is valid from ${onDate(2.5)} only; the clock says ${onDate(0)}`]],
    ["ending",                     ["ending"],                   "a.test",    [`0 warning ends in 10 days, on ${onDate(10.5)}`]],
    ["no names",                   ["nameless"],                 "a.test",    ["0 error names no host: clients read the subject alternative name, not the common name"]],
    ["for clients",                ["client"],                   "a.test",    ["0 error may not be used by a server: its extended key usage lacks serverAuth"]],
    ["too long",                   ["long"],                     "a.test",    ["0 warning is valid for 1001 days; some clients take 825 at most"]],
    ["a wildcard of everything",   ["shallow"],                  undefined,   ["0 warning names *.localhost: many clients take no wildcard directly below a top-level name"]],
    ["an authority's",             ["authority"],                "a.test",    ["0 warning is an authority's, made to sign others and not to serve"]],
    ["signed by itself",           ["self"],                     "a.test",    ["0 error is signed by itself: no client trusts it that was not told to"]],
    ["incomplete",                 ["leaf"],                     "a.test",    ["0 error is signed by Test Middle, whose certificate is missing from the chain and is no trusted root"]],
    ["an unknown root",            ["below", "selfRoot"],        "a.test",    ["1 error is a root that this machine does not trust"]],
    ["another's issuer",           ["leaf", "selfRoot"],         "a.test",    ["0 error is signed by Test Middle, and not by the next in the chain, Other Root", "1 error is a root that this machine does not trust"]],
    ["out of order",               ["leaf", "root", "middle"],   "a.test",    ["0 warning stands out of order: its issuer comes at place 3, and belongs directly after it", "1 warning is a root, so what follows it in the chain is of no use"]],
    ["two of them",                ["leaf", "other"],            "a.test",    ["0 error is signed by Test Middle, and not by the next in the chain, b.test", "1 error is signed by Test Middle, whose certificate is missing from the chain and is no trusted root"]],
  ];
  for (const [rule, chain, host, findings] of rows) {
    it(rule, () => {
      const found = chainFindings(chain.map(of), { now, host, anchors: [root] });
      deepStrictEqual(
        found.map(({ certificate, severity, message }) => `${certificate} ${severity} ${message}`),
        findings,
      );
    });
  }

  it("another one's key", () => {
    const question = { now, anchors: [root] };
    const messageFor = (name: string): readonly string[] =>
      chainFindings([of("leaf"), of("middle")], {
        ...question,
        key: createPrivateKey((made[name] as Made).key),
      }).map(({ message }) => message);
    deepStrictEqual([messageFor("leaf"), messageFor("other")], [[], ["does not belong to this private key"]]);
  });

  // biome-ignore format: a table is read by columns
  const weaknesses = [
    [{ hash: "SHA-1",   modulusLength: 2048 }, ["is signed with RSA and SHA-1, which clients refuse"]],
    [{ hash: "SHA-256", modulusLength: 1024 }, ["has an RSA key of 1024 bits; 2048 are the least that clients take"]],
  ] as const;
  for (const [strength, messages] of weaknesses) {
    it(JSON.stringify(strength), async () => {
      const algorithm = { name: "RSASSA-PKCS1-v1_5", publicExponent: new Uint8Array([1, 0, 1]), ...strength };
      const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
      const issuer = await webcrypto.subtle.generateKey({ ...algorithm, modulusLength: 2048 }, true, [
        "sign",
        "verify",
      ]);
      const signed = {
        signingKey: issuer.privateKey,
        signingAlgorithm: algorithm,
        notAfter: new Date(now + 30 * day),
      };
      const names = new x509.SubjectAlternativeNameExtension([{ type: "dns", value: "a.test" }]);
      const { X509CertificateGenerator: generator } = x509;
      const root = await generator.create({
        ...signed,
        subject: "CN=R",
        issuer: "CN=R",
        publicKey: issuer.publicKey,
      });
      const leaf = await generator.create({
        ...signed,
        subject: "CN=L",
        issuer: "CN=R",
        publicKey: keys.publicKey,
        extensions: [names],
      });
      const found = chainFindings([parsed({ cert: leaf.toString("pem") })], {
        now: now + day,
        anchors: [parsed({ cert: root.toString("pem") })],
      });
      deepStrictEqual(
        found.map(({ message }) => message),
        messages,
      );
    });
  }

  it("knows the root that a chain ends in", () => {
    const rows = [["leaf", "middle"], ["leaf", "middle", "root"], ["leaf"], ["self"], []];
    deepStrictEqual(
      rows.map((chain) => anchorOf(chain.map(of), [root])?.subject),
      ["CN=Test Root", "CN=Test Root", undefined, undefined, undefined],
    );
  });
});

describe("what a certificate says", () => {
  it("all of it", async () => {
    const { cert } = await makeCertificate({
      title: "The Title",
      organisation: "An Organisation",
      names: ["a.test", "*.b.test", "::1"],
      from: -0.5,
      to: 30.5,
    });
    const { notBefore, notAfter, serial, fingerprint, ...facts } = certificateFacts(parsed({ cert }));
    deepStrictEqual(facts, {
      subject: "The Title",
      issuer: "The Title",
      names: ["a.test", "*.b.test", "::1"],
      key: "ECDSA P-256",
      signature: "ECDSA and SHA-256",
      isAuthority: false,
      isSelfSigned: true,
    });
    deepStrictEqual([daysLeft(notAfter, now), daysLeft(notBefore, now)], [30, -1]);
    strictEqual(fingerprint, parsed({ cert }).fingerprint256);
    strictEqual(serial, parsed({ cert }).serialNumber);
  });

  it("RSA", async () => {
    const { key, signature } = certificateFacts(
      parsed(await makeCertificate({ names: ["a.test"], kind: "rsa" })),
    );
    deepStrictEqual([key, signature], ["RSA 2048", "RSA and SHA-256"]);
  });
});
