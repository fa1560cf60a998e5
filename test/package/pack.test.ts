/** The package as a user gets it: packed, installed into an empty folder, run, imported, type-checked. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

const root = fileURLToPath(new URL("../..", import.meta.url));
const home = mkdtempSync(join(tmpdir(), "sluice-pack-"));
const installed = join(home, "node_modules", "sluice");
const program = join(home, "node_modules", ".bin", "sluice");

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;

describe("the package", () => {
  before(packAndInstall);
  after(() => rmSync(home, { recursive: true, force: true }));

  it("installs without running anything", () => {
    const lock = JSON.parse(readFileSync(join(home, "package-lock.json"), "utf8")) as {
      packages: Record<string, { hasInstallScript?: boolean }>;
    };
    const running = Object.entries(lock.packages).filter(([, entry]) => entry.hasInstallScript === true);
    deepStrictEqual(running, []);
  });

  it("holds neither tests nor sources", () => {
    const files = readdirSync(installed, { recursive: true, encoding: "utf8" });
    const strange = files.filter((path) => /\.test\.|(?<!\.d)\.ts$|^(?:src|test|scripts|bench)\b/.test(path));
    deepStrictEqual(strange, []);
    ok(files.includes("LICENSE"), "the licence is in it");
  });

  it("passes publint", async () => {
    const { messages, pkg } = await publint({ pkgDir: installed, pack: false, strict: true });
    deepStrictEqual(
      messages.map((message) => formatMessage(message, pkg, { color: false })),
      [],
    );
  });

  it("tells its version", async () => {
    strictEqual((await command(program, ["--version"])).trim(), manifest.version);
  });

  it("serves a directory", async () => {
    const site = mkdtempSync(join(home, "site-"));
    writeFileSync(join(site, "hello.txt"), "hello\n");
    const server = spawn(program, [site, "--port", "0", "--host", "127.0.0.1"], {
      cwd: home,
      env: { ...process.env, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    try {
      const response = await fetch(`${await addressOf(server)}/hello.txt`);
      deepStrictEqual([response.status, await response.text()], [200, "hello\n"]);
    } finally {
      server.kill("SIGTERM");
      await once(server, "close");
    }
    strictEqual(server.exitCode, 0);
  });

  it("is imported by its name", async () => {
    const script = join(home, "serve.mjs");
    writeFileSync(
      script,
      `import { createServer, defineConfig, respond } from "sluice";
       const config = defineConfig({ sites: [{ hosts: ["*"], routes: [{ match: "/*", handler: respond("hello") }] }] });
       const server = await createServer(config);
       const response = await server.fetch(new Request("http://localhost/"));
       console.log(response.status, await response.text());
       await server.close();`,
    );
    strictEqual((await command(process.execPath, [script])).trim(), "200 hello");
  });

  it("brings declarations that a strict consumer can use", async () => {
    writeFileSync(
      join(home, "consumer.ts"),
      `import { createServer, defineConfig, files } from "sluice";
       const config = defineConfig({ sites: [{ hosts: ["*"], routes: [{ match: "/*", handler: files({ root: "." }) }] }] });
       await using server = await createServer(config);
       const response: Response = await server.fetch(new Request("http://localhost/"));
       console.log(response.status);
       // @ts-expect-error a port is a number
       defineConfig({ listen: [{ port: "eighty" }] });
       export {};\n`,
    );
    const compilerOptions = {
      ...{
        target: "es2023",
        module: "nodenext",
        strict: true,
        exactOptionalPropertyTypes: true,
        noEmit: true,
      },
      ...{
        lib: ["es2023", "esnext.disposable"],
        typeRoots: [join(root, "node_modules/@types")],
        types: ["node"],
      },
    };
    writeFileSync(join(home, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["consumer.ts"] }));
    strictEqual(await command(join(root, "node_modules/.bin/tsc"), ["-p", "."]), "");
  });
});

async function packAndInstall(): Promise<void> {
  const packed = await command("npm", ["pack", "--silent", "--pack-destination", home], root);
  const archive = packed.trim().split("\n").at(-1) ?? "";
  match(archive, /^sluice-.*\.tgz$/);
  writeFileSync(join(home, "package.json"), '{ "private": true, "type": "module" }\n');
  const quiet = ["--prefer-offline", "--no-audit", "--no-fund"];
  await command("npm", ["install", ...quiet, join(home, archive)]);
}

/** What the command printed; when it fails, the error holds all it said. */
async function command(file: string, args: readonly string[], cwd: string = home): Promise<string> {
  const options = { cwd, timeout: 120_000, env: { ...process.env, NO_COLOR: "1" } };
  try {
    return (await promisify(execFile)(file, args, options)).stdout;
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`${file} ${args.join(" ")} failed:\n${stdout}${stderr}`, { cause: error });
  }
}

/** The first address in the banner of a server that was just started. */
function addressOf(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    const hear = (chunk: Buffer): void => {
      said += chunk.toString("utf8");
      const found = /http:\/\/[\w.[\]:-]+:\d+/.exec(said);
      if (found !== null) {
        resolve(found[0]);
      }
    };
    server.stdout?.on("data", hear);
    server.stderr?.on("data", hear);
    server.once("error", reject);
    server.once("close", (code) => reject(new Error(`ended with ${code} before it served:\n${said}`)));
  });
}
