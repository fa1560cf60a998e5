import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { failureWords, HandshakeFailures } from "./handshake-failures.ts";

describe("why a handshake failed, in words", () => {
  // biome-ignore format: a table is read by columns
  const rows = [
    ["ERR_SSL_UNSUPPORTED_PROTOCOL",               "no TLS version that both sides allow"],
    ["ERR_SSL_NO_SHARED_CIPHER",                   "no cipher suite that both sides allow"],
    ["ERR_SSL_TLSV1_ALERT_UNKNOWN_CA",             "the client does not trust our certificate: nobody it trusts issued it; for a local name `sluice trust` makes this machine trust it"],
    ["ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_UNKNOWN",  "the client does not trust our certificate; for a local name `sluice trust` makes this machine trust it"],
    ["ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE",        "the client does not trust our certificate; for a local name `sluice trust` makes this machine trust it"],
    ["ERR_SSL_WRONG_VERSION_NUMBER",               "the client does not speak TLS"],
    ["ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE",  "the client showed no certificate, and this site requires one"],
    ["ERR_SSL_UNKNOWN_PROTOCOL",                   "no TLS version that both sides allow"],
    ["ERR_SSL_EXCESSIVE_MESSAGE_SIZE",             "the client's message is malformed"],
    ["ERR_SSL_SOMETHING_NEW",                      "something new"],
    ["ECONNRESET",                                 undefined],
  ] as const;
  for (const [code, words] of rows) {
    it(code, () =>
      strictEqual(failureWords(Object.assign(new Error("…"), { code, reason: "something new" })), words),
    );
  }
});

describe("a flood of failures", () => {
  it("becomes a few lines and their number", () => {
    const lines: string[] = [];
    const note = (line: string): void => void lines.push(line);
    let now = 0;
    const clock = { now: () => now, wall: () => 0 };
    const failures = new HandshakeFailures(clock, { info: note, warn: note, error: note });
    for (let i = 0; i < 100; i += 1) {
      failures.tell(`10.0.0.${i}`, "reasons");
    }
    now = 10_000;
    failures.tell("10.0.1.0", "others");
    failures.close();
    deepStrictEqual(lines, [
      ...[0, 1, 2, 3, 4].map((i) => `TLS handshake with 10.0.0.${i} failed: reasons`),
      "95 more TLS handshakes failed within 10 s",
      "TLS handshake with 10.0.1.0 failed: others",
    ]);
  });
});
