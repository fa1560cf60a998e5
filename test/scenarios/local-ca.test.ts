/** The local certificate authority seen from outside: openssl, curl, Node and Chromium judge its certificates. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { fork } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, it } from "node:test";
import { rootCertificates } from "node:tls";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import {
  findLocalAuthority,
  hostWorld,
  type LocalAuthority,
  openLocalAuthority,
  type TrustStep,
  type TrustWorld,
  trust,
  untrust,
} from "../../src/tls/index.ts";
import { programPath, runProgram } from "../support/programs.ts";
import { within } from "../support/waiting.ts";

/** Processes of their own have all of the source to load first. */
const slow = 60_000;

const names = ["localhost", "app.localhost", "127.0.0.1", "::1"];

describe("the local authority", { timeout: 180_000 }, () => {
  const temporary = mkdtempSync(join(tmpdir(), "sluice-local-ca-"));
  const home = join(temporary, "home");
  let authority: LocalAuthority;
  let server: Server;
  let port: number;

  before(async () => {
    mkdirSync(home);
    authority = await openLocalAuthority(join(temporary, "data", "ca"));
    const { cert, key } = await authority.issue(names);
    writeFileSync(join(temporary, "leaf.pem"), cert);
    writeFileSync(join(temporary, "leaf.key"), key);
    server = createServer({ cert, key }, (_request, response) => response.end("trusted"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    port = (server.address() as AddressInfo).port;
  });
  after(() => {
    server?.closeAllConnections();
    server?.close();
    rmSync(temporary, { recursive: true });
  });

  it("openssl verifies the chain strictly, for each name", async () => {
    const verify = async (...args: readonly string[]): Promise<string> => {
      const root = authority.certificateFile;
      const leaf = join(temporary, "leaf.pem");
      const strict = ["-x509_strict", "-purpose", "sslserver", "-CAfile", root, "-no-CApath", "-no-CAstore"];
      const { stdout, stderr } = await runProgram("openssl", ["verify", ...strict, ...args, leaf]);
      return /OK$|hostname mismatch|IP address mismatch/m.exec(stdout.toString() + stderr)?.[0] ?? stderr;
    };
    deepStrictEqual(
      await Promise.all([
        verify("-verify_hostname", "localhost"),
        verify("-verify_hostname", "app.localhost"),
        verify("-verify_ip", "127.0.0.1"),
        verify("-verify_ip", "::1"),
        verify("-verify_hostname", "other.localhost"),
        verify("-verify_ip", "127.0.0.2"),
      ]),
      ["OK", "OK", "OK", "OK", "hostname mismatch", "IP address mismatch"],
    );
  });

  it("openssl reads what RFC 5280 and browsers ask for", async () => {
    const text = async (file: string): Promise<string> =>
      (await runProgram("openssl", ["x509", "-in", file, "-noout", "-text"])).stdout.toString();
    const leaf = await text(join(temporary, "leaf.pem"));
    match(leaf, /Basic Constraints: critical\s+CA:FALSE/);
    match(leaf, /Key Usage: critical\s+Digital Signature\n/);
    match(leaf, /Extended Key Usage: *\s+TLS Web Server Authentication\n/);
    match(leaf, /ASN1 OID: prime256v1/);
    const root = await text(authority.certificateFile);
    match(root, /Basic Constraints: critical\s+CA:TRUE, pathlen:0/);
    match(root, /Key Usage: critical\s+Certificate Sign, CRL Sign\n/);
    const keyOf = (of: string, label: string): string | undefined =>
      new RegExp(`${label} Key Identifier: *\\s+([0-9A-F:]+)`).exec(of)?.[1];
    ok(keyOf(root, "Subject"));
    strictEqual(keyOf(leaf, "Authority"), keyOf(root, "Subject"));
  });

  it("curl trusts it when told, and not otherwise", async () => {
    const url = `https://app.localhost:${port}/`;
    const resolving = ["-sS", "--resolve", `app.localhost:${port}:127.0.0.1`];
    const told = await runProgram("curl", [...resolving, "--cacert", authority.certificateFile, url]);
    deepStrictEqual([told.code, told.stdout.toString()], [0, "trusted"]);
    strictEqual((await runProgram("curl", [...resolving, url])).code, 60);
  });

  it("Node trusts it with NODE_EXTRA_CA_CERTS, and not otherwise", async () => {
    const program = `require("https").get("https://localhost:${port}/", { lookup: (_, o, f) => f(null, o.all ? [{ address: "127.0.0.1", family: 4 }] : "127.0.0.1", 4) }, (r) => r.pipe(process.stdout)).on("error", (e) => console.log(e.code))`;
    const answer = async (env: Record<string, string>): Promise<string> => {
      const world = hostWorld({ PATH: process.env.PATH, ...env });
      return (await world.run(process.execPath, ["-e", program])).output.trim();
    };
    deepStrictEqual(
      [await answer({ NODE_EXTRA_CA_CERTS: authority.certificateFile }), await answer({})],
      ["trusted", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
    );
  });

  it("Debian's tools and NSS take it and give it back", async () => {
    const world = temporaryWorld();
    const profile = join(home, ".mozilla", "firefox", "abc.default");
    mkdirSync(profile, { recursive: true });
    strictEqual((await world.run("certutil", ["-N", "--empty-password", "-d", `sql:${profile}`])).code, 0);
    const certificates = join(world.systemRoot, "etc/ssl/certs");
    const known = async (): Promise<unknown> => ({
      bundle: await opensslTrusts(join(certificates, "ca-certificates.crt")),
      links: readdirSync(certificates).filter((name) => name.startsWith("sluice")).length,
      firefox: (await world.run("certutil", ["-L", "-d", `sql:${profile}`])).output.includes(
        "Sluice local CA",
      ),
    });
    const stores = ["system store (Debian, Ubuntu, Alpine)", "Chromium", "Firefox (profile abc.default)"];
    const all = (state: TrustStep["state"]): string[] => stores.map((store) => `${store}: ${state}`);

    deepStrictEqual(await statesOf(trust(authority, world)), all("done"));
    deepStrictEqual(await known(), { bundle: true, links: 1, firefox: true });
    deepStrictEqual(await statesOf(trust(authority, world)), all("already"));
    deepStrictEqual(await statesOf(untrust(authority, world)), all("done"));
    deepStrictEqual(await known(), { bundle: false, links: 0, firefox: false });
    deepStrictEqual(await statesOf(untrust(authority, world)), all("already"));
  });

  it("Chromium trusts it once its database does", async () => {
    const world = temporaryWorld();
    deepStrictEqual(await visit(), "net::ERR_CERT_AUTHORITY_INVALID");
    await statesOf(trust(authority, world));
    deepStrictEqual(await visit(), "trusted");
    await statesOf(untrust(authority, world));
    deepStrictEqual(await visit(), "net::ERR_CERT_AUTHORITY_INVALID");
  });

  it("is one, however many processes make it at once", async () => {
    const directory = join(temporary, "shared", "ca");
    const children = Array.from({ length: 4 }, () => startChild("once", directory));
    const said = await within(Promise.all(children.map(({ first }) => first)), "four processes", slow);
    await Promise.all(children.map(({ ended }) => ended));
    strictEqual(new Set(said).size, 1);
    const found = await findLocalAuthority(directory);
    strictEqual(found?.certificate.fingerprint256, said[0]);
    deepStrictEqual(readdirSync(join(temporary, "shared")), ["ca"]);
  });

  it("is whole or not there, whenever its maker is killed", async () => {
    for (const lines of [1, 2, 5, 9]) {
      const base = join(temporary, `killed-${lines}`);
      const child = startChild("again", base, lines);
      await within(child.killed, "the child to be killed", slow);
      const made = readdirSync(base).sort();
      ok(made.length >= lines, `${made.length} were begun`);
      for (const name of made) {
        const directory = join(base, name, "ca");
        const again = await openLocalAuthority(directory);
        const leaf = await again.issue(["localhost"]);
        deepStrictEqual(leaf.names, ["localhost"]);
      }
    }
  });

  /** This machine's programs, with every store in temporary directories. */
  function temporaryWorld(): TrustWorld {
    const system = join(temporary, "system");
    const local = join(system, "usr/local/share/ca-certificates");
    const shipped = join(system, "usr/share/ca-certificates");
    const configuration = join(system, "etc/ca-certificates.conf");
    for (const directory of [local, shipped, join(system, "etc/ssl/certs"), join(system, "hooks")]) {
      mkdirSync(directory, { recursive: true });
    }
    writeFileSync(join(shipped, "other.crt"), `${rootCertificates[0]}\n`);
    writeFileSync(configuration, "other.crt\n");
    const host = hostWorld({ PATH: process.env.PATH, HOME: home });
    // biome-ignore format: pairs
    const elsewhere = [
      "--certsconf", configuration, "--certsdir", shipped, "--localcertsdir", local,
      "--etccertsdir", join(system, "etc/ssl/certs"), "--hooksdir", join(system, "hooks"),
    ];
    return {
      ...host,
      systemRoot: system,
      run: (program, args) => {
        if (program === "certutil" && !args.some((one) => one.startsWith(`sql:${home}`))) {
          throw new Error(`certutil would leave the temporary home: ${args.join(" ")}`);
        }
        return host.run(program, program === "update-ca-certificates" ? [...args, ...elsewhere] : args);
      },
    };
  }

  async function opensslTrusts(bundle: string): Promise<boolean> {
    const leaf = join(temporary, "leaf.pem");
    const only = ["-no-CApath", "-no-CAstore", "-CAfile", bundle];
    return (await runProgram("openssl", ["verify", ...only, leaf])).code === 0;
  }

  /** What a fresh Chromium of that home sees of the page: its text, or the error. */
  async function visit(): Promise<string> {
    const browser = await chromium.launch({
      executablePath: programPath("chromium"),
      env: { PATH: process.env.PATH ?? "", HOME: home },
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
    });
    try {
      const page = await browser.newPage();
      await page.goto(`https://app.localhost:${port}/`);
      return (await page.textContent("body")) ?? "";
    } catch (error) {
      return /net::\w+/.exec((error as Error).message)?.[0] ?? (error as Error).message;
    } finally {
      await browser.close();
    }
  }
});

interface Child {
  /** The first line it says. */
  readonly first: Promise<string>;
  readonly ended: Promise<unknown>;
  /** Resolves when it is dead, killed after so many lines. */
  readonly killed: Promise<unknown>;
}

function startChild(mode: "once" | "again", directory: string, killAfter = 0): Child {
  const child = fork(
    fileURLToPath(new URL("../support/authority-maker.ts", import.meta.url)),
    [mode, directory],
    {
      execArgv: ["--import=tsx"],
      stdio: ["ignore", "pipe", "inherit", "ipc"],
    },
  );
  const ended = new Promise((resolve) => child.once("exit", resolve));
  let lines = 0;
  const first = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", (line) => {
      lines += 1;
      resolve(line);
      if (lines === killAfter) {
        child.kill("SIGKILL");
      }
    });
  });
  return { first, ended, killed: ended };
}

async function statesOf(steps: AsyncIterable<TrustStep>): Promise<string[]> {
  const states: string[] = [];
  for await (const { store, state, detail } of steps) {
    states.push(`${store}: ${state}${state === "failed" ? ` ${detail}` : ""}`);
  }
  return states;
}
