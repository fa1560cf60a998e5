import { deepStrictEqual, match, notDeepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { CertificateFiles } from "../../test/support/certificates.ts";
import { openTicketKeys, ticketKey, ticketPeriod, ticketSecretFault } from "./tickets.ts";

describe("keys of session tickets", () => {
  const keys = openTicketKeys({ secret: "0123456789abcdef0123456789abcdef", rotate: 1_000 });
  const key = ticketKey(keys, 7, "");

  it("are the same for all who know the secret", () => {
    const others = openTicketKeys({ secret: "0123456789abcdef0123456789abcdef", rotate: 1_000 });
    deepStrictEqual([ticketKey(others, 7, ""), key.length], [key, 48]);
  });

  it("are others in each period, under each bond, and for each process without a secret", () => {
    notDeepStrictEqual(ticketKey(keys, 8, ""), key);
    notDeepStrictEqual(ticketKey(keys, 7, "clients"), key);
    const mine = openTicketKeys({ secret: undefined, rotate: 1_000 });
    const yours = openTicketKeys({ secret: undefined, rotate: 1_000 });
    notDeepStrictEqual(ticketKey(mine, 7, ""), ticketKey(yours, 7, ""));
  });

  it("change when the period is over", () => {
    deepStrictEqual([ticketPeriod(keys, 7_999), ticketPeriod(keys, 8_000)], [7, 8]);
  });

  it("may come from a file, if that has enough octets", () => {
    using files = new CertificateFiles();
    const file = files.write("secret", "0123456789abcdef0123456789abcdef");
    deepStrictEqual(ticketKey(openTicketKeys({ secret: { file }, rotate: 1_000 }), 7, ""), key);
    const short = files.write("short", "123");
    strictEqual(
      ticketSecretFault("short", files.directory),
      `${short} has 3 octets: a secret needs 32 or more, such as \`openssl rand 32\` gives`,
    );
    match(ticketSecretFault("none", files.directory) ?? "", /cannot be read \(ENOENT\)$/);
  });
});
