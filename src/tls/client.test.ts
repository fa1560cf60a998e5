import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { describe, it } from "node:test";
import { CertificateFiles, makeCertificate } from "../../test/support/certificates.ts";
import { ClientSessions, ClientTlsError, type ClientTlsOptions, createClientTls } from "./client.ts";
import { clientTlsFailure } from "./client-failures.ts";

const authority = await makeCertificate({ title: "Test authority", authority: true });
const ours = await makeCertificate({ names: ["sluice.test"], client: true, by: authority });
const other = await makeCertificate({ names: ["other.test"], client: true, by: authority });
const plain: ClientTlsOptions = { host: "App.test", alpn: ["h2", "http/1.1"] };

describe("createClientTls", () => {
  const rows: readonly (readonly [
    rule: string,
    options: Partial<ClientTlsOptions>,
    serverName: string | undefined,
    expects: string | undefined,
    verify: boolean,
  ])[] = [
    ["asks for the host", {}, "app.test", "app.test", true],
    ["asks for the name it is told", { serverName: "other.test" }, "other.test", "other.test", true],
    ["does not ask for an address (RFC 6066 §3)", { host: "10.0.0.1" }, undefined, "10.0.0.1", true],
    [
      "expects an IPv6 address in its shortest form",
      { host: "2001:DB8:0::1" },
      undefined,
      "2001:db8::1",
      true,
    ],
    ["expects nothing of a Unix socket", { host: undefined }, undefined, undefined, true],
    ["verifies unless told not to", { verify: false }, "app.test", "app.test", false],
  ];
  for (const [rule, options, serverName, expects, verify] of rows) {
    it(rule, () => {
      const tls = createClientTls({ ...plain, ...options });
      deepStrictEqual(
        [tls.serverName, tls.expects, tls.verify, tls.alpn],
        [serverName, expects, verify, plain.alpn],
      );
    });
  }

  it("offers something else with the same context and sessions, made once", () => {
    const tls = createClientTls(plain);
    const only = tls.offering(["http/1.1"]);
    deepStrictEqual(
      [only.alpn, only.context === tls.context, only.sessions === tls.sessions],
      [["http/1.1"], true, true],
    );
    strictEqual(tls.offering(["http/1.1"]), only);
    strictEqual(only.offering(["h2", "http/1.1"]), tls);
  });

  it("reads files", () => {
    using files = new CertificateFiles();
    const identity = files.pair("ours", ours);
    ok(createClientTls({ ...plain, ca: [files.write("ca.pem", authority.cert)], identity }).context);
  });

  const faults: readonly (readonly [
    rule: string,
    options: Partial<ClientTlsOptions>,
    about: ClientTlsError["about"],
    message: string,
  ])[] = [
    ["no file", { ca: ["/nonexistent/ca.pem"] }, "ca", "/nonexistent/ca.pem does not exist"],
    ["no certificate", { ca: [ours.key] }, "ca", "the inline PEM holds no certificate, only PRIVATE KEY"],
    [
      "a damaged certificate",
      { ca: ["-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] },
      "ca",
      "the inline PEM is damaged: a certificate in it cannot be read",
    ],
    [
      "no key",
      { identity: { cert: ours.cert, key: ours.cert } },
      "key",
      "the inline PEM holds no private key, only CERTIFICATE",
    ],
  ];
  for (const [rule, options, about, message] of faults) {
    it(`refuses ${rule}`, () => {
      throws(() => createClientTls({ ...plain, ...options }), { name: "ClientTlsError", about, message });
    });
  }

  it("refuses a key of another certificate", () => {
    throws(
      () => createClientTls({ ...plain, identity: { cert: ours.cert, key: other.key } }),
      (error) => error instanceof ClientTlsError && error.about === "key",
    );
  });
});

describe("ClientSessions", () => {
  it("offers the newest, not beyond the certificate that it was made with, until it fails", () => {
    const sessions = new ClientSessions();
    const certificate = new X509Certificate(ours.cert);
    const ends = Date.parse(certificate.validTo);
    const seen: unknown[] = [sessions.offered(0)];
    sessions.found(certificate);
    sessions.keep(Buffer.from("one"));
    sessions.keep(Buffer.from("two"));
    seen.push(sessions.offered(ends - 1)?.toString(), sessions.offered(ends));
    sessions.forget();
    seen.push(sessions.offered(0));
    deepStrictEqual(seen, [undefined, "two", undefined, undefined]);
  });
});

describe("clientTlsFailure", () => {
  const rows = [
    ["ECONNRESET", "terminated", "the connection was closed during the TLS handshake"],
    [
      "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA",
      "tls-alert",
      "the upstream ended the TLS handshake: it does not know who issued our client certificate",
    ],
    [
      "ERR_SSL_TLSV1_UNRECOGNIZED_NAME",
      "tls-alert",
      "the upstream ended the TLS handshake: it does not know the server name we asked for",
    ],
    [
      "ERR_SSL_UNSUPPORTED_PROTOCOL",
      "tls-protocol",
      "the TLS handshake failed: no TLS version that both sides allow",
    ],
    ["ERR_SSL_SOMETHING_NEW", "tls-protocol", "the TLS handshake failed: words of OpenSSL"],
  ] as const;
  for (const [code, kind, detail] of rows) {
    it(code, () => {
      const error = Object.assign(new Error("long words"), { code, reason: "words of OpenSSL" });
      deepStrictEqual(clientTlsFailure(error), { kind, detail });
    });
  }
});
