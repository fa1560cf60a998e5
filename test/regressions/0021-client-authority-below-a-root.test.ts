/** A site that named an intermediate authority for its clients, and not the root above it, let nobody in. */
import { strictEqual } from "node:assert/strict";
import { request } from "node:https";
import { describe, it } from "node:test";
import { HttpResponse } from "../../src/index.ts";
import { type Made, makeCertificate } from "../support/certificates.ts";
import { type SecureRunning, serveSecure } from "../support/secure.ts";

const root = await makeCertificate({ title: "Root", authority: true });
const middle = await makeCertificate({ title: "Middle", authority: true, by: root });
const other = await makeCertificate({ title: "Other", authority: true, by: root });

describe("an intermediate authority vouches for its clients, and for no others of its root", () => {
  // biome-ignore format: a table is read by columns
  const rows = [
    ["one of its own",            middle, "CN=ann"],
    ["one of another below",      other,  "nobody"],
    ["one of the root itself",    root,   "nobody"],
  ] as const;
  for (const [which, by, seen] of rows) {
    it(which, async () => {
      const clients = { mode: "optional", ca: middle.cert } as const;
      await using server = await serveSecure(
        { "/": (_, { tls }) => HttpResponse.text(200, tls?.clientCertificate?.subject ?? "nobody") },
        { site: { clients } },
      );
      strictEqual(await get(server, await makeCertificate({ title: "ann", client: true, by })), seen);
    });
  }
});

async function get(server: SecureRunning, { cert, key }: Made): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { ca: server.ca, cert, key, agent: false };
    const asking = request(server.url, options, async (response) => {
      resolve(Buffer.concat(await response.toArray()).toString());
    });
    asking.on("error", reject);
    asking.end();
  });
}
