/** `sluice proxy`, and asking a running server: real processes, as an operator has them. */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { eventually, gate, within } from "../support/waiting.ts";

const bin = fileURLToPath(new URL("../../src/cli/bin.ts", import.meta.url));
const tsx = import.meta.resolve("tsx");
const directory = realpathSync(mkdtempSync(join(tmpdir(), "sluice-control-")));
after(() => rmSync(directory, { recursive: true }));

interface Sluice extends AsyncDisposable {
  readonly output: { stdout: string; stderr: string };
  readonly ended: Promise<number | null>;
  url(): Promise<string>;
}

/** Every process has the same place for sockets, whoever runs the test. */
function sluice(...args: readonly string[]): Sluice {
  const child = spawn(process.execPath, ["--import", tsx, bin, ...args], {
    cwd: directory,
    env: { PATH: process.env.PATH, RUNTIME_DIRECTORY: join(directory, "run") },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (bytes) => {
    output.stdout += bytes;
  });
  child.stderr.on("data", (bytes) => {
    output.stderr += bytes;
  });
  const ended = once(child, "close").then(([code]) => code as number | null);
  return {
    output,
    ended,
    url: () =>
      eventually(() => {
        if (child.exitCode !== null) {
          throw new Error(`it ended: ${output.stderr}`);
        }
        return /at (http:\/\/\S+)/.exec(output.stderr)?.[1];
      }, "the server to be ready"),
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await within(ended, "the process to be gone");
    },
  };
}

async function finished(
  ...args: readonly string[]
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  await using run = sluice(...args);
  const code = await within(run.ended, `sluice ${args.join(" ")} to end`, 30_000);
  return { code, ...run.output };
}

interface Application extends AsyncDisposable {
  readonly port: number;
  readonly server: Server;
}

async function application(name: string, slow?: Promise<void>): Promise<Application> {
  const server = createHttpServer(async (request, response) => {
    if (request.url === "/slow") {
      await slow;
    }
    response.end(`${name} ${request.url}`);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    server,
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function get(url: string): Promise<readonly [number, string]> {
  const response = await fetch(url, { headers: { connection: "close" } });
  return [response.status, await response.text()];
}

describe("sluice proxy", () => {
  it("forwards to several servers in turn, and says where", async () => {
    await using one = await application("one");
    await using other = await application("other");
    await using run = sluice("proxy", "127.0.0.1:0", String(one.port), `127.0.0.1:${other.port}`);
    const url = await run.url();
    const answers = [await get(`${url}/a?b=c`), await get(`${url}/d`)];
    deepStrictEqual(answers.map(String).sort(), ["200,one /a?b=c", "200,other /d"]);
    strictEqual(
      run.output.stderr,
      `sluice: forwarding to http://localhost:${one.port}, http://127.0.0.1:${other.port} at ${url}\n`,
    );
  });

  it("puts a path in front", async () => {
    await using one = await application("one");
    await using run = sluice("proxy", "http://127.0.0.1:0", `http://127.0.0.1:${one.port}/v2`);
    deepStrictEqual(await get(`${await run.url()}/users`), [200, "one /v2/users"]);
  });

  it("says in one line why it cannot start", async () => {
    await using taken = await application("taken");
    const lines = await Promise.all([
      finished("proxy", `127.0.0.1:${taken.port}`, "3000"),
      finished("proxy", "8080", "ftp://example.com"),
      finished("proxy", "8080"),
    ]);
    deepStrictEqual(
      lines.map(({ code, stderr }) => [code, stderr]),
      [
        [1, `sluice: error: port ${taken.port} of 127.0.0.1 is taken by another program\n`],
        [
          1,
          'sluice: error: "ftp://example.com" is no upstream: http://, https://, h2c:// or unix:/path is needed\n',
        ],
        [1, "sluice: error: missing required argument 'to'\n"],
      ],
    );
  });
});

describe("asking a running server", () => {
  it("shows its upstreams, drains one, waits for it, and gives it back", async () => {
    const slow = gate();
    await using one = await application("one", slow.opened);
    await using other = await application("other");
    mkdirSync(join(directory, "shop"));
    const urls = [one.port, other.port].map((port) => `http://127.0.0.1:${port}`);
    const routes = `[{ match: "/*", handler: proxy({ upstreams: ${JSON.stringify(urls)}, name: "app" }) }]`;
    writeFileSync(
      join(directory, "shop", "sluice.config.ts"),
      `import { defineConfig, proxy } from "sluice";
       export default defineConfig({ listen: "127.0.0.1:0", sites: [{ hosts: ["*"], routes: ${routes} }] });`,
    );
    await using run = sluice("run", "-c", "shop");
    const url = await run.url();
    const busy = get(`${url}/slow`);
    const [socket] = await eventually(() => {
      const path = join(directory, "run");
      return existsSync(path) && statSync(path).isDirectory() && [path];
    }, "the control socket's directory");
    strictEqual((statSync(socket as string).mode & 0o777).toString(8), "700");

    const listed = await finished("upstreams", "-c", "shop");
    match(listed.stdout, /^app {2}all 2 take requests\n {2}upstream +state +weight +active +requests/);
    strictEqual(listed.code, 0);
    const { groups } = JSON.parse((await finished("upstreams", "-c", "shop", "--json")).stdout) as {
      readonly groups: readonly { readonly members: readonly { readonly id: string }[] }[];
    };
    deepStrictEqual(
      groups[0]?.members.map(({ id }) => id),
      urls,
    );

    await using draining = sluice("upstreams", "-c", "shop", "drain", String(one.port), "--wait");
    await eventually(() => draining.output.stdout.includes("draining"), "the order to be carried out");
    strictEqual(
      draining.output.stdout,
      `${urls[0]} of app: draining (drained by hand), weight 1, 1 under way\n`,
    );
    deepStrictEqual(
      [await get(`${url}/x`), await get(`${url}/y`)],
      [
        [200, "other /x"],
        [200, "other /y"],
      ],
    );
    slow.open();
    deepStrictEqual(await busy, [200, "one /slow"]);
    strictEqual(await within(draining.ended, "the wait to end"), 0);
    match(draining.output.stdout, /\nidle after .*: it may be stopped now\n$/);

    const restored = await finished("upstreams", "restore", String(one.port), "-c", "shop");
    strictEqual(restored.stdout, `${urls[0]} of app: up, weight 1, nothing under way\n`);
    const weighed = await finished("upstreams", "weight", String(other.port), "0", "-c", "shop");
    strictEqual(
      weighed.stdout,
      `${urls[1]} of app: draining (its weight is 0), weight 0, nothing under way\n`,
    );
    deepStrictEqual(
      [await get(`${url}/x`), await get(`${url}/y`)],
      [
        [200, "one /x"],
        [200, "one /y"],
      ],
    );

    const status = await finished("status", "-c", "shop");
    match(
      status.stdout,
      new RegExp(`Listening +${url}\n +Sites +1\n +Connections \\d+\n +Upstreams +app: 1 of 2`),
    );

    const wrong = await finished("upstreams", "drain", "nobody", "-c", "shop");
    deepStrictEqual(wrong, {
      code: 1,
      stdout: "",
      stderr: `sluice: error: no upstream is called nobody: there is ${urls.join(", ")}\n`,
    });
  });

  it("says that there is none", async () => {
    const { code, stderr } = await finished("status", "--control", "nobody.sock");
    deepStrictEqual(
      [code, stderr],
      [1, `sluice: error: no Sluice runs that can be asked: nobody answers at ${directory}/nobody.sock\n`],
    );
  });
});
