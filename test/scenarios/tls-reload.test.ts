/** Certificates that are renewed on the disk while the server runs. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { connect } from "node:tls";
import { respond } from "../../src/index.ts";
import { CertificateFiles, type Made } from "../support/certificates.ts";
import { http2Client } from "../support/http2-client.ts";
import { routesOf, run } from "../support/running.ts";
import { makeAuthority, type SecureRunning, secured } from "../support/secure.ts";
import { eventually, within } from "../support/waiting.ts";

const authority = await makeAuthority();

/** Writes beside the file and renames, as those do who renew. */
function replace(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

async function serveFiles(cert: string, key: string): Promise<SecureRunning> {
  const site = {
    hosts: ["*"],
    tls: { certificates: { cert, key } },
    routes: routesOf({ "/*": respond("hi") }),
  };
  return secured(authority, await run({ listen: { host: "127.0.0.1", port: 0, tls: true }, sites: [site] }));
}

/** The serial number of the certificate that a new connection is shown. */
async function shown({ port, ca }: SecureRunning): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1", servername: "localhost", ca });
  await within(
    new Promise((resolve, reject) => socket.once("secureConnect", resolve).once("error", reject)),
    "a handshake",
  );
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return serialNumber;
}

function serialOf({ cert }: Made): string {
  return new X509Certificate(cert).serialNumber;
}

describe("renewed certificates", { timeout: 60_000 }, () => {
  it("new connections see the new one, open connections go on", async () => {
    using files = new CertificateFiles();
    const [old, fresh] = [await authority.issue(["localhost"]), await authority.issue(["localhost"])];
    const { cert, key } = files.pair("site", old);
    await using running = await serveFiles(cert, key);
    strictEqual(await shown(running), serialOf(old));
    await using open = await http2Client(running.url, { ca: running.ca });
    strictEqual((await open.ask({ ":path": "/" })).status, 200);
    replace(key, fresh.key);
    replace(cert, fresh.cert);
    await eventually(async () => (await shown(running)) === serialOf(fresh), "the new certificate");
    strictEqual((await open.ask({ ":path": "/" })).body.toString(), "hi");
    ok(
      running.told.some((line) => line.startsWith("info: new certificate in use: ")),
      running.told.join("\n"),
    );
  });

  it("links that are swapped as Kubernetes does", async () => {
    using files = new CertificateFiles();
    const [old, fresh] = [await authority.issue(["localhost"]), await authority.issue(["localhost"])];
    const place = (name: string, made: Made): void => {
      mkdirSync(join(files.directory, name));
      files.write(join(name, "tls.crt"), made.cert);
      files.write(join(name, "tls.key"), made.key);
    };
    place("..first", old);
    place("..second", fresh);
    const data = join(files.directory, "..data");
    const [cert, key] = [join(files.directory, "tls.crt"), join(files.directory, "tls.key")];
    symlinkSync("..first", data);
    symlinkSync("..data/tls.crt", cert);
    symlinkSync("..data/tls.key", key);
    await using running = await serveFiles(cert, key);
    strictEqual(await shown(running), serialOf(old));
    symlinkSync("..second", `${data}.new`);
    renameSync(`${data}.new`, data);
    await eventually(async () => (await shown(running)) === serialOf(fresh), "the new certificate");
  });

  const broken = [
    ["a certificate that is none", async () => ({ cert: "nothing of the kind", key: undefined })],
    [
      "a key of another certificate",
      async () => ({ cert: undefined, key: (await authority.issue(["x.test"])).key }),
    ],
  ] as const;
  for (const [rule, make] of broken) {
    it(`${rule}: one line says so, and the old one goes on`, async () => {
      using files = new CertificateFiles();
      const old = await authority.issue(["localhost"]);
      const { cert, key } = files.pair("site", old);
      await using running = await serveFiles(cert, key);
      const wrong = await make();
      if (wrong.cert !== undefined) {
        replace(cert, wrong.cert);
      } else {
        replace(key, wrong.key ?? "");
      }
      await eventually(() => running.told.some((line) => line.startsWith("error: ")), "the line");
      match(running.told.join("\n"), /the certificate from before goes on/);
      strictEqual(await shown(running), serialOf(old));
      const mended = await authority.issue(["localhost"]);
      replace(key, mended.key);
      replace(cert, mended.cert);
      await eventually(async () => (await shown(running)) === serialOf(mended), "the mended certificate");
    });
  }

  it("many renewals in a row end with the last", async () => {
    using files = new CertificateFiles();
    const all = await Promise.all(Array.from({ length: 8 }, () => authority.issue(["localhost"])));
    const { cert, key } = files.pair("site", all[0] as Made);
    await using running = await serveFiles(cert, key);
    for (const one of all.slice(1)) {
      replace(key, one.key);
      replace(cert, one.cert);
      deepStrictEqual(typeof (await shown(running)), "string");
    }
    const last = serialOf(all.at(-1) as Made);
    await eventually(async () => (await shown(running)) === last, "the last certificate");
  });
});
