/** The command line as its users run it: real processes, real signals, real sockets. */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { request } from "node:http";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { eventually, within } from "../support/waiting.ts";

const bin = fileURLToPath(new URL("../../src/cli/bin.ts", import.meta.url));
const tsx = import.meta.resolve("tsx");

/** Far from the project and from any node_modules. */
const directory = realpathSync(mkdtempSync(join(tmpdir(), "sluice-scenario-")));
after(() => rmSync(directory, { recursive: true }));

function written(name: string, text: string): string {
  const path = join(directory, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

written("public/index.html", "<h1>it works</h1>\n");

interface Sluice extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly output: { stdout: string; stderr: string };
  /** Exit code and the signal that ended it, once it has. */
  readonly ended: Promise<readonly [number | null, NodeJS.Signals | null]>;
  /** The address it says it serves. */
  url(): Promise<string>;
}

function sluice(args: readonly string[], env: Readonly<Record<string, string>> = {}): Sluice {
  const child = spawn(process.execPath, ["--import", tsx, bin, ...args], {
    cwd: directory,
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output.stderr += text;
  });
  const ended = new Promise<readonly [number | null, NodeJS.Signals | null]>((resolve) => {
    child.once("close", (code, signal) => resolve([code, signal]));
  });
  return {
    child,
    output,
    ended,
    url: () =>
      eventually(() => {
        if (child.exitCode !== null) {
          throw new Error(`it ended: ${output.stderr}`);
        }
        return /at (http:\/\/\S+|unix:\S+)/.exec(output.stderr)?.[1];
      }, "the server to be ready"),
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await within(ended, "the process to be gone");
    },
  };
}

/** Runs to its end. */
async function finished(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  await using run = sluice(args, env);
  const [code] = await within(run.ended, `sluice ${args.join(" ")} to end`);
  return { code, ...run.output };
}

async function get(url: string): Promise<readonly [number, string]> {
  const response = await fetch(url, { headers: { connection: "close" } });
  return [response.status, await response.text()];
}

describe("sluice [dir]", () => {
  it("serves a directory, ends with 0 at SIGTERM", async () => {
    await using run = sluice(["public", "-p", "0", "-a", "127.0.0.1"]);
    const url = await run.url();
    deepStrictEqual(await get(`${url}/`), [200, "<h1>it works</h1>\n"]);
    run.child.kill("SIGTERM");
    deepStrictEqual(await within(run.ended, "the end"), [0, null]);
    deepStrictEqual(run.output, {
      stdout: "",
      stderr: `sluice: serving ${directory}/public at ${url}\n`,
    });
  });

  it("listens on every interface, IPv4 and IPv6 alike, and reads PORT", async () => {
    await using run = sluice(["public"], { PORT: "0" });
    const { port } = new URL(await run.url());
    match(run.output.stderr, /^sluice: serving \S+ at http:\/\/localhost:\d+ \(every interface\)\n$/);
    deepStrictEqual(await get(`http://127.0.0.1:${port}/`), [200, "<h1>it works</h1>\n"]);
  });

  it("lets pages of other origins read with --cors", async () => {
    await using run = sluice(["public", "-p", "0", "-a", "127.0.0.1", "--cors"]);
    const response = await fetch(`${await run.url()}/`);
    strictEqual(response.headers.get("access-control-allow-origin"), "*");
    await response.arrayBuffer();
  });

  it("logs where it is told to", async () => {
    await using run = sluice(["public", "-l", "127.0.0.1:0", "--log", "common"]);
    const url = await run.url();
    await get(`${url}/missing?x=%22`);
    run.child.kill("SIGINT");
    deepStrictEqual(await within(run.ended, "the end"), [0, null]);
    match(run.output.stdout, /^127\.0\.0\.1 - - \[[^\]]+\] "GET \/missing\?x=%22 HTTP\/1\.1" 404 \d+\n$/);
  });

  it("listens on a Unix socket, and takes it away at the end", async () => {
    const socket = join(directory, "web.sock");
    await using run = sluice(["public", "-l", `unix:${socket}`]);
    strictEqual(await run.url(), `unix:${socket}`);
    const status = new Promise((resolve, reject) => {
      const asked = request({ socketPath: socket, path: "/", agent: false }, (response) => {
        response.resume();
        response.on("end", () => resolve(response.statusCode));
      });
      asked.on("error", reject).end();
    });
    strictEqual(await within(status, "an answer"), 200);
    run.child.kill("SIGTERM");
    deepStrictEqual(await within(run.ended, "the end"), [0, null]);
    await eventually(() => !readable(socket), "the socket to be gone");
  });
});

function readable(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ENOENT";
  }
}

describe("a start that fails says so in one line and ends with 1", () => {
  it("a port in use", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as { port: number };
    try {
      deepStrictEqual(await finished(["public", "-a", "127.0.0.1", "-p", `${port}`]), {
        code: 1,
        stdout: "",
        stderr: `sluice: error: port ${port} of 127.0.0.1 is taken by another program\n`,
      });
    } finally {
      other.close();
    }
  });

  it("a missing directory", async () => {
    deepStrictEqual(await finished(["nowhere"]), {
      code: 1,
      stdout: "",
      stderr: `sluice: error: no such directory: ${directory}/nowhere\n`,
    });
  });

  it("a log that cannot be written", async () => {
    const file = written(
      "log/sluice.config.ts",
      `import { defineConfig, respond } from "sluice";
       export default defineConfig({
         listen: "127.0.0.1:0",
         sites: [{ hosts: ["*"], routes: [{ match: "/*", handler: respond("x") }] }],
         log: { format: "json", file: "none/access.log" },
       });`,
    );
    deepStrictEqual(await finished(["run", "-c", file]), {
      code: 1,
      stdout: "",
      stderr: `sluice: error: log/sluice.config.ts:5:33 log.file: "none/access.log": directory ${directory}/log/none does not exist\n`,
    });
  });
});

describe("sluice run", () => {
  const config = `
    import { defineConfig, fields, files, handle, HttpResponse, respond } from "sluice";

    let slow = 0;
    export default defineConfig(({ command, env }) => ({
      listen: "127.0.0.1:0",
      log: { format: "json", file: "access.log" },
      sites: [{ hosts: ["*"], routes: [
        { match: "/told", handler: respond(\`\${command} \${env["WORD"]}\`) },
        { match: "/never", handler: handle(() => new Promise<HttpResponse>(() => {})) },
        { match: "/slow", handler: handle(() => new Promise((resolve) => {
            slow += 1;
            setTimeout(() => resolve(HttpResponse.text(200, "slowly")), 300);
          })) },
        { match: "/begun", handler: handle(() => HttpResponse.text(200, String(slow))) },
        { match: "/*", filters: [fields({ set: { "x-here": "yes" } })], handler: files({ root: "../public" }) },
      ] }],
    }));`;
  const file = written("site/sluice.config.ts", config);

  it("serves a config file that lies outside any node_modules and imports sluice", async () => {
    await using run = sluice(["run", "-c", "site"], { WORD: "hello" });
    const url = await run.url();
    deepStrictEqual(await get(`${url}/told`), [200, "run hello"]);
    const response = await fetch(url, { headers: { connection: "close" } });
    deepStrictEqual(
      [response.status, response.headers.get("x-here"), await response.text()],
      [200, "yes", "<h1>it works</h1>\n"],
    );
    strictEqual(run.output.stderr, `sluice: serving site/sluice.config.ts at ${url}\n`);
  });

  it("finishes what is under way before it ends", async () => {
    await using run = sluice(["run", "-c", file]);
    const url = await run.url();
    const answer = get(`${url}/slow`);
    await eventually(async () => (await get(`${url}/begun`))[1] === "1", "the request to be read");
    run.child.kill("SIGTERM");
    deepStrictEqual(await within(answer, "the answer"), [200, "slowly"]);
    deepStrictEqual(await within(run.ended, "the end"), [0, null]);
  });

  it("is forced to end by a second signal, with 2", async () => {
    await using run = sluice(["run", "-c", file]);
    const { port } = new URL(await run.url());
    const client = connect(Number(port), "127.0.0.1");
    client.on("error", () => undefined);
    client.write("GET /never HTTP/1.1\r\nHost: a\r\n\r\nGET");
    // An answer on a second connection shows that the first has been read.
    await get(`http://127.0.0.1:${port}/told`);
    run.child.kill("SIGTERM");
    await eventually(
      () => connected(`http://127.0.0.1:${port}`).then((open) => !open),
      "no more connections",
    );
    run.child.kill("SIGTERM");
    deepStrictEqual(await within(run.ended, "the end"), [2, null]);
    match(run.output.stderr, /\nsluice: warning: forced to stop\n$/);
    client.destroy();
  });

  it("opens its log anew on SIGUSR1", async () => {
    const log = join(directory, "site/access.log");
    rmSync(log, { force: true });
    await using run = sluice(["run", "-c", file]);
    const url = await run.url();
    await get(`${url}/told`);
    renameSync(log, `${log}.1`);
    run.child.kill("SIGUSR1");
    await eventually(() => readable(log), "a new log");
    await get(`${url}/`);
    run.child.kill("SIGTERM");
    await within(run.ended, "the end");
    const targets = [`${log}.1`, log].map((path) =>
      readFileSync(path, "utf8")
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as { target: string }).target),
    );
    deepStrictEqual(targets, [["/told"], ["/"]]);
  });
});

/** Whether the server takes connections. */
function connected(url: string): Promise<boolean> {
  const { port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

describe("sluice check", () => {
  it("says where each problem is, and ends with 1", async () => {
    written(
      "bad/sluice.config.ts",
      `import { defineConfig, files, respond } from "sluice";

const root = files({ root: "nowhere", lising: true });

export default defineConfig({
  listen: [8080, { port: 70000 }],
  sites: [
    { hosts: ["example.com:80"], routes: [
      { match: "/api*", handler: respond({ status: 1000 }) },
      { match: "/*", handler: root },
    ] },
  ],
  timeout: {},
} as never);
`,
    );
    const file = "bad/sluice.config.ts";
    deepStrictEqual(await finished(["check", "-c", "bad"]), {
      code: 1,
      stdout: [
        `${file}:6:20 listen[1].port: 70000: needs 65535 or less`,
        `${file}:8:15 sites[0].hosts[0]: "example.com:80": needs a host without its port, such as "example.com"; ports belong to \`listen\``,
        `${file}:9:9 sites[0].routes[0].match: "/api*": needs a "*" only as the whole last segment, such as "/api/*"`,
        `${file}:13:3 timeout: unknown name, did you mean "timeouts"?`,
        `${file}:9:44 sites[0].routes[0].handler.status: 1000: needs 599 or less`,
        `${file}:3:39 sites[0].routes[1].handler.lising: unknown name, did you mean "listing"?`,
        "",
      ].join("\n"),
      stderr: "",
    });
  });

  it("looks for the directories too", async () => {
    written(
      "roots/sluice.config.mjs",
      `import { files } from "sluice";
export default { sites: [{ hosts: ["*"], routes: [
  { match: "/*", handler: files({ root: "nowhere" }) },
] }] };
`,
    );
    const { code, stdout } = await finished(["-t", "-c", "roots"]);
    strictEqual(code, 1);
    match(stdout, /^roots\/sluice\.config\.mjs:3:35 sites\[0\]\.routes\[0\]\.handler\.root: .*nowhere.*\n$/);
  });

  it("says when all is well, and ends with 0", async () => {
    written(
      "good/sluice.config.ts",
      `import { files } from "sluice";
       export default { listen: [80, "127.0.0.1:81", "unix:a.sock"], sites: [
         { hosts: ["a.test"], routes: [{ match: "/*", handler: files({ root: "../public" }) }] },
         { hosts: ["*"], routes: [{ match: "/a", handler: files({ root: "." }) }, { match: "/*", handler: files({ root: "." }) }] },
       ] };`,
    );
    deepStrictEqual(await finished(["check", "-c", "good/sluice.config.ts"]), {
      code: 0,
      stdout: `good/sluice.config.ts is fine: 2 sites, 3 routes, port 80, 127.0.0.1 port 81, unix:${directory}/good/a.sock\n`,
      stderr: "",
    });
  });
});
