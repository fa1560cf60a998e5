/** `openssl s_client` against a running server: ALPN, SNI, kinds of keys, resumption, client certificates, old versions. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { HttpResponse } from "../../src/index.ts";
import { CertificateFiles } from "../support/certificates.ts";
import { type ProgramResult, runProgram } from "../support/programs.ts";
import { routesOf, run } from "../support/running.ts";
import { type Authority, makeAuthority, type SecureRunning, secured } from "../support/secure.ts";
import { eventually } from "../support/waiting.ts";

const routes = routesOf({
  "/*": (_request, { tls }) =>
    HttpResponse.text(
      200,
      `${tls?.version} ${tls?.serverName} resumed=${tls?.resumed} ${tls?.clientCertificate?.subject}`,
    ),
});

describe("openssl s_client", () => {
  let files: CertificateFiles;
  let authority: Authority;
  let running: SecureRunning;
  /** Another server like it, which has told its operator nothing yet. */
  let start: () => Promise<SecureRunning>;

  before(async () => {
    files = new CertificateFiles();
    authority = await makeAuthority();
    const issue = authority.issue;
    const clients = { ca: authority.ca.cert };
    const both = [await issue(["both.test"]), await issue(["both.test"], "rsa")];
    const sites = [
      { hosts: ["*"], tls: { certificates: await issue(["localhost", "127.0.0.1"]) }, routes },
      { hosts: ["a.test"], tls: { certificates: await issue(["a.test"]) }, routes },
      { hosts: ["*.wild.test"], tls: { certificates: await issue(["*.wild.test"]) }, routes },
      { hosts: ["both.test"], tls: { certificates: both }, routes },
      {
        hosts: ["optional.test"],
        tls: {
          certificates: await issue(["optional.test"]),
          clients: { mode: "optional" as const, ...clients },
        },
        routes,
      },
      {
        hosts: ["required.test"],
        tls: {
          certificates: await issue(["required.test"]),
          clients: { mode: "required" as const, ...clients },
        },
        routes,
      },
    ];
    const listen = { host: "127.0.0.1", port: 0, tls: true };
    start = async () => secured(authority, await run({ listen, sites }));
    running = await start();
    files.pair("ann", await authority.issueClient("ann"));
    files.pair("mallory", await (await makeAuthority("Somebody else")).issueClient("mallory"));
  });
  after(async () => {
    await running[Symbol.asyncDispose]();
    files[Symbol.dispose]();
  });

  /** Connects, sends `input`, and closes when the server does or, with `-no_ign_eof`, at once. */
  function client(args: readonly string[], input = "", to: SecureRunning = running): Promise<ProgramResult> {
    const place = ["-connect", `127.0.0.1:${to.port}`, "-CAfile", to.caFile];
    return runProgram("openssl", ["s_client", ...place, ...args], { input });
  }

  function read(result: ProgramResult, pattern: RegExp): string | undefined {
    return pattern.exec(result.stdout.toString("latin1"))?.[1]?.trim();
  }

  /** One request over HTTP/1.1, to its end. */
  function ask(host: string, args: readonly string[] = [], to?: SecureRunning): Promise<ProgramResult> {
    const request = `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
    return client(["-quiet", "-servername", host, ...args], request, to);
  }

  /** The lines that the operator was told, once there is one. */
  async function toldBy({ told }: SecureRunning): Promise<readonly string[]> {
    await eventually(() => told.length > 0, "a line");
    return told;
  }

  describe("ALPN", () => {
    const rows = [
      ["h2 where both are offered, whatever the client's order", "http/1.1,h2", "ALPN protocol: h2"],
      ["http/1.1 where only that is offered", "http/1.1", "ALPN protocol: http/1.1"],
      ["nothing where nothing is offered", undefined, "No ALPN negotiated"],
    ] as const;
    for (const [rule, offer, expected] of rows) {
      it(rule, async () => {
        const got = await client(offer === undefined ? [] : ["-alpn", offer]);
        ok(got.stdout.includes(expected), got.stdout.toString("latin1"));
      });
    }
  });

  describe("SNI chooses the certificate", () => {
    const rows = [
      ["the default for who names nobody", ["-noservername"], "localhost"],
      ["the default for an unknown name", ["-servername", "unknown.test"], "localhost"],
      ["a site's own", ["-servername", "a.test"], "a.test"],
      ["a site's own, in capitals", ["-servername", "A.Test"], "a.test"],
      ["a wildcard's", ["-servername", "x.wild.test"], "*.wild.test"],
    ] as const;
    for (const [rule, args, name] of rows) {
      it(rule, async () => {
        const got = await client(args);
        strictEqual(read(got, /^subject=CN = (.*)$/m), name);
        strictEqual(read(got, /^ *Verify return code: (.*)$/m), "0 (ok)");
      });
    }
  });

  describe("of two certificates, by what the client can check", () => {
    const rows = [
      ["ECDSA with TLS 1.3", ["-tls1_3"], "id-ecPublicKey"],
      ["RSA with TLS 1.3", ["-tls1_3", "-sigalgs", "RSA-PSS+SHA256"], "rsaEncryption"],
      ["ECDSA with TLS 1.2", ["-tls1_2"], "id-ecPublicKey"],
      ["RSA with TLS 1.2", ["-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"], "rsaEncryption"],
    ] as const;
    for (const [rule, args, kind] of rows) {
      it(rule, async () => {
        const got = await client(["-servername", "both.test", ...args]);
        strictEqual(read(got, /a:PKEY: ([^,;]*)/), kind);
        strictEqual(read(got, /^ *Verify return code: (.*)$/m), "0 (ok)");
      });
    }
  });

  describe("versions and cipher suites", () => {
    const rows = [
      ["TLS 1.3 with AES-128 first", [], "TLSv1.3", "TLS_AES_128_GCM_SHA256"],
      ["TLS 1.2 with forward secrecy", ["-tls1_2"], "TLSv1.2", "ECDHE-ECDSA-AES128-GCM-SHA256"],
      [
        "ChaCha20 for who puts it first",
        ["-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256"],
        "TLSv1.3",
        "TLS_CHACHA20_POLY1305_SHA256",
      ],
    ] as const;
    for (const [rule, args, version, suite] of rows) {
      it(rule, async () => {
        const got = await client(args);
        match(got.stdout.toString("latin1"), new RegExp(`^New, ${version}, Cipher is ${suite}$`, "m"));
      });
    }

    const refused = [
      ["TLS 1.1", ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"]],
      ["TLS 1.0", ["-tls1", "-cipher", "ALL:@SECLEVEL=0"]],
      ["key exchange without forward secrecy", ["-tls1_2", "-cipher", "AES128-GCM-SHA256"]],
      ["CBC", ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"]],
    ] as const;
    for (const [rule, args] of refused) {
      it(`refuses ${rule}, and says why in one line`, async () => {
        await using own = await start();
        const got = await client(args, "", own);
        strictEqual(got.code, 1);
        ok(got.stdout.includes("Cipher is (NONE)"), got.stdout.toString("latin1"));
        const lines = await toldBy(own);
        strictEqual(lines.length, 1, lines.join("\n"));
        match(lines[0] ?? "", /^warn: TLS handshake with 127\.0\.0\.1.* failed: \S/);
      });
    }
  });

  describe("resumption", () => {
    for (const version of ["-tls1_3", "-tls1_2"] as const) {
      it(`a session saved with ${version.slice(1)} is resumed`, async () => {
        const saved = join(files.directory, `session${version}`);
        const args = ["-servername", "a.test", version];
        const request = "GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n";
        const first = await client([...args, "-ign_eof", "-sess_out", saved], request);
        match(first.stdout.toString("latin1"), /resumed=false/);
        const again = await client([...args, "-ign_eof", "-sess_in", saved], request);
        match(again.stdout.toString("latin1"), /^Reused, TLSv1\.[23],/m);
        match(again.stdout.toString("latin1"), /resumed=true/);
      });
    }

    it("five reconnections in a row with TLS 1.2 are all resumed", async () => {
      const got = await client(["-servername", "a.test", "-tls1_2", "-reconnect"]);
      strictEqual(got.stdout.toString("latin1").match(/^Reused, TLSv1\.2/gm)?.length, 5);
    });
  });

  describe("client certificates", () => {
    const certified = (name: string | undefined): string[] =>
      name === undefined
        ? []
        : ["-cert", join(files.directory, `${name}.crt`), "-key", join(files.directory, `${name}.key`)];

    for (const version of ["-tls1_3", "-tls1_2"] as const) {
      describe(version.slice(1), () => {
        const served = [
          ["optional, none shown", "optional.test", undefined, "undefined"],
          ["optional, a good one", "optional.test", "ann", "CN=ann"],
          ["required, a good one", "required.test", "ann", "CN=ann"],
          ["not asked for", "a.test", "ann", "undefined"],
        ] as const;
        for (const [rule, host, name, subject] of served) {
          it(rule, async () => {
            const got = await ask(host, [version, ...certified(name)]);
            match(got.stdout.toString("latin1"), new RegExp(`resumed=false ${subject}$`));
          });
        }

        const refused = [
          ["required, none shown", undefined],
          ["required, one of a stranger", "mallory"],
        ] as const;
        for (const [rule, name] of refused) {
          it(`${rule}: the handshake ends, one line says why`, async () => {
            await using own = await start();
            const got = await ask("required.test", [version, ...certified(name)], own);
            strictEqual(got.stdout.includes("200"), false, got.stdout.toString("latin1"));
            match(
              (await toldBy(own))[0] ?? "",
              /^warn: TLS handshake with 127\.0\.0\.1.* failed: .*certificate/,
            );
          });
        }
      });
    }

    it("optional, one of a stranger: served as if none had been shown", async () => {
      const got = await ask("optional.test", certified("mallory"));
      match(got.stdout.toString("latin1"), /resumed=false undefined$/);
    });
  });

  it("gives who speaks HTTP to the TLS port a helpful 400", async () => {
    const client = await running.client();
    client.send("GET /page HTTP/1.1\r\nHost: a.test\r\n\r\n");
    const response = await client.response();
    strictEqual(response.status, 400);
    match(response.body.toString(), /https/i);
    strictEqual(await client.over(), "end");
    client.end();
  });

  it("ends a connection that sends neither TLS nor HTTP, and goes on", async () => {
    const client = await running.client();
    client.send(Buffer.from("000102030405060708090a0b0c0d0e0f".repeat(4), "hex"));
    await client.over();
    client.leave();
    match((await ask("a.test")).stdout.toString("latin1"), /^TLSv1\.3 a\.test/m);
  });

  it("a site that has no other does not answer for the names of another certificate", async () => {
    const got = await client(
      ["-quiet", "-servername", "a.test"],
      "GET / HTTP/1.1\r\nHost: required.test\r\nConnection: close\r\n\r\n",
    );
    deepStrictEqual(read(got, /^HTTP\/1\.1 (\d+)/m), "421");
  });
});
