import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { makeCertificate } from "../../test/support/certificates.ts";
import { type AuthorityRoot, trust, trustSettings, untrust } from "./trust.ts";
import { quoted, type TrustStep } from "./trust-step.ts";
import type { ProgramEnd, TrustWorld } from "./trust-world.ts";

const temporary = mkdtempSync(join(tmpdir(), "sluice-trust-"));
after(() => rmSync(temporary, { recursive: true }));

let authority: AuthorityRoot;
let pem: string;
before(async () => {
  const made = await makeCertificate({ title: "Sluice local CA me@here 01234567", authority: true });
  const certificateFile = join(temporary, "root.pem");
  writeFileSync(certificateFile, made.cert);
  authority = { certificateFile, certificate: new X509Certificate(made.cert) };
  pem = made.cert;
});

interface Stage {
  readonly world: TrustWorld;
  /** Every command that was run, the root's path and the world's left out. */
  readonly ran: string[];
}

interface StageOptions {
  readonly platform?: NodeJS.Platform;
  /** Directories that exist, below the world's own. */
  readonly directories?: readonly string[];
  readonly programs?: readonly string[];
  readonly writable?: boolean;
  /** How a command ends; well, and without words, unless told. */
  readonly end?: (command: string) => Partial<ProgramEnd> | undefined;
}

let count = 0;

/** A machine in a temporary directory, whose programs only note that they were called. */
function stage({
  platform = "linux",
  directories = [],
  programs = [],
  writable = true,
  end,
}: StageOptions): Stage {
  const base = join(temporary, String(count++));
  for (const directory of ["home", "system", ...directories]) {
    mkdirSync(join(base, directory), { recursive: true });
  }
  const ran: string[] = [];
  const world: TrustWorld = {
    platform,
    env: {},
    home: join(base, "home"),
    systemRoot: join(base, "system"),
    mayWrite: () => writable,
    find: (program) => (programs.includes(program) ? `/bin/${program}` : undefined),
    run: async (program, args) => {
      const command = plain([program, ...args].join(" "), base);
      ran.push(command);
      return { code: 0, output: "", ...end?.(command) };
    },
  };
  return { world, ran };
}

/** What differs between runs, replaced. */
function plain(text: string, base: string): string {
  const { certificate, certificateFile } = authority;
  return text
    .replaceAll(certificateFile, "ROOT")
    .replaceAll(base, "")
    .replaceAll(certificate.fingerprint.replaceAll(":", ""), "SHA1")
    .replaceAll(certificate.fingerprint256.replaceAll(":", "").slice(0, 8).toLowerCase(), "ID");
}

async function stepsOf(change: typeof trust, { world }: Stage): Promise<TrustStep[]> {
  const steps: TrustStep[] = [];
  for await (const step of change(authority, world)) {
    steps.push(JSON.parse(plain(JSON.stringify(step), join(world.home, ".."))));
  }
  return steps;
}

describe("the system's store on Linux", () => {
  // biome-ignore format: a table is read by columns
  const rows = [
    ["Fedora, RHEL",           "etc/pki/ca-trust/source/anchors",         ".pem", "update-ca-trust extract",  "update-ca-trust extract"],
    ["Arch",                   "etc/ca-certificates/trust-source/anchors", ".crt", "trust extract-compat",    "trust extract-compat"],
    ["openSUSE",               "etc/pki/trust/anchors",                   ".pem", "update-ca-certificates",   "update-ca-certificates"],
    ["Debian, Ubuntu, Alpine", "usr/local/share/ca-certificates",         ".crt", "update-ca-certificates",   "update-ca-certificates --fresh"],
  ] as const;
  for (const [name, directory, extension, added, removed] of rows) {
    const store = `system store (${name})`;
    const file = `/system/${directory}/sluice-local-ca-ID${extension}`;
    const options: StageOptions = {
      directories: [`system/${directory}`],
      programs: [added.split(" ")[0] as string],
    };

    it(`${name}: puts a file there and tells the system, and takes it away`, async () => {
      const machine = stage(options);
      const path = join(machine.world.systemRoot, directory);
      deepStrictEqual(await stepsOf(trust, machine), [{ store, state: "done", detail: file }]);
      strictEqual(readFileSync(join(path, readdirSync(path)[0] as string), "utf8"), pem);
      deepStrictEqual(await stepsOf(untrust, machine), [{ store, state: "done" }]);
      deepStrictEqual([machine.ran, readdirSync(path)], [[added, removed], []]);
    });

    it(`${name}: says what an administrator has to run`, async () => {
      const machine = stage({ ...options, writable: false });
      const commands = [`sudo install -m 644 ROOT ${file}`, `sudo ${added}`];
      deepStrictEqual(await stepsOf(trust, machine), [{ store, state: "needs root", commands }]);
      deepStrictEqual(machine.ran, []);
    });
  }

  const debian: StageOptions = {
    directories: ["system/usr/local/share/ca-certificates", "system/etc/ssl/certs"],
    programs: ["update-ca-certificates"],
  };
  const store = "system store (Debian, Ubuntu, Alpine)";

  it("does nothing where the system knows it already, or knows it not", async () => {
    const machine = stage(debian);
    deepStrictEqual(await stepsOf(untrust, machine), [{ store, state: "already" }]);
    await stepsOf(trust, machine);
    const bundle = join(machine.world.systemRoot, "etc/ssl/certs/ca-certificates.crt");
    writeFileSync(bundle, `# others\n${pem}`);
    deepStrictEqual(await stepsOf(trust, machine), [{ store, state: "already" }]);
    // A bundle that still has it is told again, though the file is gone.
    await stepsOf(untrust, machine);
    deepStrictEqual(await stepsOf(untrust, machine), [{ store, state: "done" }]);
  });

  it("says how a command failed", async () => {
    const failing = stage({ ...debian, end: () => ({ code: 3, output: "first\nno space left\n" }) });
    deepStrictEqual(await stepsOf(trust, failing), [
      { store, state: "failed", detail: "update-ca-certificates ended with 3: no space left" },
    ]);
    const missing = stage({ ...debian, end: () => ({ code: undefined }) });
    deepStrictEqual(await stepsOf(trust, missing), [
      { store, state: "failed", detail: "update-ca-certificates could not be run" },
    ]);
  });

  it("says what is missing where there is none", async () => {
    deepStrictEqual(await stepsOf(trust, stage({})), [
      {
        store: "system store",
        state: "absent",
        detail: "install the package ca-certificates, then run this again",
      },
    ]);
  });
});

describe("macOS", () => {
  const store = "login keychain";
  const keychain = "/home/Library/Keychains/login.keychain-db";
  // biome-ignore format: a table is read by columns
  const rows: readonly (readonly [rule: string, change: typeof trust, end: StageOptions["end"], step: Omit<TrustStep, "store">, ran: readonly string[]])[] = [
    ["adds it", trust, undefined, { state: "done" },
      [`security find-certificate -a -Z ${keychain}`, `security add-trusted-cert -r trustRoot -k ${keychain} ROOT`]],
    ["knows it", trust, () => ({ output: `SHA-1 hash: ${sha1()}\n` }), { state: "already" },
      [`security find-certificate -a -Z ${keychain}`, "security verify-cert -c ROOT"]],
    ["is refused", trust, (command) => (command.includes("add-") ? { code: 1, output: "The authorization was canceled by the user." } : undefined),
      { state: "failed", detail: "security add-trusted-cert ended with 1: The authorization was canceled by the user." },
      [`security find-certificate -a -Z ${keychain}`, `security add-trusted-cert -r trustRoot -k ${keychain} ROOT`]],
    ["removes it", untrust, () => ({ output: sha1() }), { state: "done" },
      [`security find-certificate -a -Z ${keychain}`, "security verify-cert -c ROOT", "security remove-trusted-cert ROOT", `security delete-certificate -Z SHA1 ${keychain}`]],
    ["has nothing to remove", untrust, undefined, { state: "already" }, [`security find-certificate -a -Z ${keychain}`]],
  ];
  for (const [rule, change, end, step, ran] of rows) {
    it(rule, async () => {
      const machine = stage({ platform: "darwin", ...(end === undefined ? {} : { end }) });
      deepStrictEqual([await stepsOf(change, machine), machine.ran], [[{ store, ...step }], ran]);
    });
  }

  function sha1(): string {
    return authority.certificate.fingerprint.replaceAll(":", "");
  }
});

describe("Windows", () => {
  const store = "Windows root store of this user";
  const unknown: StageOptions["end"] = (command) =>
    command.includes("-verifystore") ? { code: 2 } : undefined;
  const look = "certutil -user -verifystore Root SHA1";
  // biome-ignore format: a table is read by columns
  const rows: readonly (readonly [rule: string, change: typeof trust, end: StageOptions["end"], state: TrustStep["state"], ran: readonly string[]])[] = [
    ["adds it",               trust,   unknown,   "done",    [look, "certutil -user -f -addstore Root ROOT"]],
    ["knows it",              trust,   undefined, "already", [look]],
    ["removes it",            untrust, undefined, "done",    [look, "certutil -user -delstore Root SHA1"]],
    ["has nothing to remove", untrust, unknown,   "already", [look]],
  ];
  for (const [rule, change, end, state, ran] of rows) {
    it(rule, async () => {
      const machine = stage({ platform: "win32", ...(end === undefined ? {} : { end }) });
      deepStrictEqual([await stepsOf(change, machine), machine.ran], [[{ store, state }], ran]);
    });
  }
});

describe("databases of browsers", () => {
  const name = "Sluice local CA me@here 01234567";
  const profiles = [".mozilla/firefox/abc.default", "snap/firefox/common/.mozilla/firefox/xyz", ".pki/nssdb"];
  const directories = [...profiles, ".mozilla/firefox/Crash Reports"].map((one) => `home/${one}`);

  function browsers(options: StageOptions = {}): Stage {
    const machine = stage({ programs: ["certutil"], ...options, directories });
    for (const profile of profiles) {
      const file = profile.startsWith("snap/") ? "cert8.db" : "cert9.db";
      writeFileSync(join(machine.world.home, profile, file), "");
    }
    return machine;
  }

  it("finds them, in the old format too", async () => {
    const machine = browsers();
    const [, ...steps] = await stepsOf(trust, machine);
    deepStrictEqual(steps, [
      { store: "Chromium", state: "done", detail: "/home/.pki/nssdb" },
      { store: "Firefox (profile abc.default)", state: "done", detail: "/home/.mozilla/firefox/abc.default" },
      {
        store: "Firefox (profile xyz)",
        state: "done",
        detail: "/home/snap/firefox/common/.mozilla/firefox/xyz",
      },
    ]);
    deepStrictEqual(machine.ran, [
      "certutil -L -d sql:/home/.pki/nssdb",
      `certutil -A -n ${name} -t C,, -i ROOT -d sql:/home/.pki/nssdb`,
      "certutil -L -d sql:/home/.mozilla/firefox/abc.default",
      `certutil -A -n ${name} -t C,, -i ROOT -d sql:/home/.mozilla/firefox/abc.default`,
      "certutil -L -d dbm:/home/snap/firefox/common/.mozilla/firefox/xyz",
      `certutil -A -n ${name} -t C,, -i ROOT -d dbm:/home/snap/firefox/common/.mozilla/firefox/xyz`,
    ]);
  });

  it("trusts what is known and not trusted, and leaves alone what is trusted", async () => {
    const listing = (flags: string) => ({
      output: `Certificate Nickname   Trust\n\n${name.padEnd(60)} ${flags}\n`,
    });
    const known = await stepsOf(trust, browsers({ end: () => listing(",,") }));
    const trusted = await stepsOf(trust, browsers({ end: () => listing("C,,") }));
    deepStrictEqual(
      [known, trusted].map((steps) => steps.slice(1).map(({ state }) => state)),
      [
        ["done", "done", "done"],
        ["already", "already", "already"],
      ],
    );
  });

  it("goes on where one fails", async () => {
    const end = (command: string): Partial<ProgramEnd> | undefined =>
      command.includes("-A") && command.includes("abc")
        ? { code: 255, output: "certutil: could not authenticate\n" }
        : undefined;
    const steps = await stepsOf(trust, browsers({ end }));
    deepStrictEqual(
      steps.slice(1).map(({ state, detail }) => `${state}: ${detail}`),
      [
        "done: /home/.pki/nssdb",
        "failed: /home/.mozilla/firefox/abc.default: certutil: could not authenticate",
        "done: /home/snap/firefox/common/.mozilla/firefox/xyz",
      ],
    );
  });

  it("names the package that brings certutil", async () => {
    const [, step] = await stepsOf(trust, browsers({ programs: ["dnf"] }));
    deepStrictEqual(step, {
      store: "Chromium",
      state: "needs program",
      detail: "/home/.pki/nssdb is changed with the program certutil of NSS",
      commands: ["sudo dnf install nss-tools"],
    });
  });

  it("makes a database for a Chromium that has none yet, but not to remove from it", async () => {
    const machine = stage({ programs: ["certutil", "chromium"] });
    await stepsOf(untrust, machine);
    deepStrictEqual([machine.ran, existsSync(join(machine.world.home, ".pki"))], [[], false]);
    await stepsOf(trust, machine);
    deepStrictEqual(machine.ran, [
      "certutil -N --empty-password -d sql:/home/.pki/nssdb",
      `certutil -A -n ${name} -t C,, -i ROOT -d sql:/home/.pki/nssdb`,
    ]);
  });

  it("leaves them to the system on macOS and Windows", async () => {
    for (const platform of ["darwin", "win32"] as const) {
      strictEqual((await stepsOf(trust, browsers({ platform }))).length, 1);
    }
  });
});

describe("what to set", () => {
  it("for a shell", () => {
    deepStrictEqual(trustSettings("/home/a b/root.pem", "linux"), [
      ["Node", "export NODE_EXTRA_CA_CERTS='/home/a b/root.pem'"],
      ["curl", "curl --cacert '/home/a b/root.pem' …"],
      ["OpenSSL", "export SSL_CERT_FILE='/home/a b/root.pem'"],
    ]);
  });
  it("for Windows", () => {
    strictEqual(
      trustSettings("C:\\ca\\root.pem", "win32")[0]?.[1],
      'setx NODE_EXTRA_CA_CERTS "C:\\ca\\root.pem"',
    );
  });
  it("with quotes in it", () => strictEqual(quoted("it's"), "'it'\\''s'"));
});
