import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { createServer, type Server } from "node:tls";
import { makeCertificate } from "../../test/support/certificates.ts";
import * as face from "../index.ts";
import type { TrustWorld } from "../tls/index.ts";
import { serverPlace } from "./certificate-fetch.ts";
import { main } from "./index.ts";
import { parse } from "./parse.ts";

const temporary = mkdtempSync(join(tmpdir(), "sluice-cert-"));
after(() => rmSync(temporary, { recursive: true }));

const ca = join(temporary, "data", "sluice", "ca");

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** What the command line says in the temporary directory, with data of its own. */
async function say(
  args: readonly string[],
  more: { cwd?: string; env?: object; trustWorld?: TrustWorld } = {},
): Promise<Said> {
  let [out, err] = ["", ""];
  const never = (): never => {
    throw new Error("nothing is served here");
  };
  const { cwd = temporary, env = {}, ...rest } = more;
  const code = await main(args, {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    env: { XDG_DATA_HOME: join(temporary, "data"), ...env },
    cwd,
    face,
    version: "0.0.0",
    createServer: never,
    signals: { on: never, off: never },
    openBrowser: never,
    ...rest,
  });
  return { code, out, err };
}

/** Without what differs from run to run. */
function plain(text: string): string {
  return text
    .replaceAll(temporary, "TMP")
    .replace(/\d{4}-\d\d-\d\d/g, "DATE")
    .replace(/(?:[0-9A-F]{2}:){15}[0-9A-F]{2}/g, "DIGITS")
    .replace(/[0-9A-F]{20,}/g, "SERIAL")
    .replace(/(Sluice local CA) \S+ [0-9a-f]{8}/g, "$1 ME");
}

describe("asking for certificates", () => {
  const context = { version: "1.2.3", env: {}, terminal: false };
  const show = { type: "cert show", what: undefined, name: undefined, config: undefined };
  const refuse = (message: string): object => ({ type: "refuse", message });
  // biome-ignore format: a table is read by columns
  const rows: readonly (readonly [line: string, intent: object])[] = [
    ["trust",                             { type: "trust" }],
    ["untrust",                           { type: "untrust" }],
    ["cert",                              show],
    ["cert show",                         show],
    ["cert show a.pem",                   { ...show, what: "a.pem" }],
    ["cert show a.test:443 --name b.test", { ...show, what: "a.test:443", name: "b.test" }],
    ["cert show -c a.ts",                 { ...show, config: "a.ts" }],
    ["-c a.ts cert show",                 { ...show, config: "a.ts" }],
    ["cert issue a.test b.test",          { type: "cert issue", names: ["a.test", "b.test"], out: "." }],
    ["cert issue a.test --out x",         { type: "cert issue", names: ["a.test"], out: "x" }],
    ["cert ca",                           { type: "cert ca", pem: false }],
    ["cert ca --pem",                     { type: "cert ca", pem: true }],
    ["cert isue",                         refuse('sluice cert has no isue, did you mean "issue"?')],
    ["cert frob",                         refuse("sluice cert has no frob: it has show, issue, ca")],
    ["cert issue",                        refuse("missing required argument 'names'")],
    ["cert show a b",                     refuse("too many arguments for 'show'. Expected 1 argument but got 2.")],
    ["cert issue a.test --ot x",          refuse('unknown option --ot, did you mean "--out"?')],
    ["-p 80 trust",                       refuse("--port goes with a directory")],
    ["-c a.ts cert ca",                   refuse("--config goes with a directory")],
  ];
  for (const [line, intent] of rows) {
    it(`sluice ${line}`, () => deepStrictEqual(parse(line.split(" "), context), intent));
  }
});

describe("where a server is", () => {
  // biome-ignore format: a table is read by columns
  const rows = [
    ["a.test",                 { host: "a.test", port: 443 }],
    ["a.test:8443",            { host: "a.test", port: 8443 }],
    ["localhost:443",          { host: "localhost", port: 443 }],
    ["[::1]:8443",             { host: "::1", port: 8443 }],
    ["::1",                    { host: "::1", port: 443 }],
    ["https://a.test/path?q",  { host: "a.test", port: 443 }],
    ["wss://a.test:1/",        { host: "a.test", port: 1 }],
    ["http://a.test/",         undefined],
    ["dir/file",               undefined],
    ["a.test:port",            undefined],
    ["",                       undefined],
  ] as const;
  for (const [text, place] of rows) {
    it(JSON.stringify(text), () => deepStrictEqual(serverPlace(text), place));
  }
});

describe("sluice cert before there is anything", () => {
  it("shows that", async () => {
    const nothing =
      "There is nothing to show: no config file here names a certificate, and there is no local CA.\n";
    deepStrictEqual(await say(["cert", "show"]), { code: 0, out: nothing, err: "" });
    strictEqual(existsSync(ca), false);
  });

  it("does not trust what is not there", async () => {
    deepStrictEqual(await say(["untrust"]), {
      code: 0,
      out: `There is no local CA in ${ca}: nothing is trusted.\n`,
      err: "",
    });
  });
});

describe("sluice cert", () => {
  let server: Server;
  let port: number;
  before(async () => {
    await say(["cert", "issue", "localhost", "127.0.0.1", "--out", "served"]);
    server = createServer({
      cert: readFileSync(join(temporary, "served", "localhost.pem")),
      key: readFileSync(join(temporary, "served", "localhost-key.pem")),
      ALPNProtocols: ["h2"],
    });
    server.on("tlsClientError", () => undefined);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    port = (server.address() as { port: number }).port;
  });
  after(() => server?.close());

  const leafLines = `  localhost
    names     localhost, 127.0.0.1
    valid     DATE to DATE, 89 days left
    key       ECDSA P-256, signed with ECDSA and SHA-256
    issuer    Sluice local CA ME
    serial    SERIAL
    SHA-256   DIGITS
              DIGITS
`;

  it("issues into a directory, the key for its owner only", async () => {
    const { code, out, err } = await say(["cert", "issue", "localhost", "127.0.0.1", "--out", "new/dir"]);
    deepStrictEqual([code, err], [0, ""]);
    strictEqual(
      plain(out),
      `\n${leafLines}\n  certificate  TMP/new/dir/localhost.pem\n  key          TMP/new/dir/localhost-key.pem\n\n`,
    );
    strictEqual(statSync(join(temporary, "new/dir/localhost-key.pem")).mode & 0o777, 0o600);
    deepStrictEqual(readdirSync(join(temporary, "new/dir")).sort(), ["localhost-key.pem", "localhost.pem"]);
  });

  it("issues again in the same place, and never over what is not its own", async () => {
    strictEqual((await say(["cert", "issue", "localhost", "::1", "--out", "new/dir"])).code, 0);
    const foreign = await makeCertificate({ names: ["b.test"] });
    writeFileSync(join(temporary, "b.test.pem"), foreign.cert);
    writeFileSync(join(temporary, "c.test-key.pem"), "somebody's");
    const refused = [await say(["cert", "issue", "b.test"]), await say(["cert", "issue", "c.test"])];
    deepStrictEqual(
      refused.map(({ code, err }) => [code, plain(err)]),
      [
        [1, "sluice: error: TMP/b.test.pem is there and not from this CA; --out names another directory\n"],
        [
          1,
          "sluice: error: TMP/c.test-key.pem is there without its certificate; --out names another directory\n",
        ],
      ],
    );
    strictEqual(readFileSync(join(temporary, "c.test-key.pem"), "utf8"), "somebody's");
  });

  it("prints where the CA is, and the CA itself", async () => {
    deepStrictEqual(await say(["cert", "ca"]), { code: 0, out: `${ca}/root.pem\n`, err: "" });
    const { out } = await say(["cert", "ca", "--pem"]);
    strictEqual(new X509Certificate(out).ca, true);
    strictEqual(out, readFileSync(join(ca, "root.pem"), "utf8"));
  });

  it("shows a file", async () => {
    const { code, out } = await say(["cert", "show", "served/localhost.pem", "--name", "other.test"]);
    strictEqual(code, 1);
    strictEqual(
      plain(out),
      `\n  served/localhost.pem\n\n${leafLines}
  ✗ localhost is not for other.test: it names localhost, 127.0.0.1

  Issued by the local CA: trusted where \`sluice trust\` was run.\n\n`,
    );
  });

  it("shows what a server sends", async () => {
    const { code, out, err } = await say(["cert", "show", `127.0.0.1:${port}`, "--name", "localhost"]);
    deepStrictEqual([code, err], [0, ""]);
    strictEqual(
      plain(out).replace(String(port), "PORT"),
      `\n  127.0.0.1:PORT  TLSv1.3, h2\n\n${leafLines}
  ✓ nothing is wrong

  Issued by the local CA: trusted where \`sluice trust\` was run.\n\n`,
    );
  });

  it("shows the CA and what it issued", async () => {
    const { code, out } = await say(["cert", "show"]);
    strictEqual(code, 0);
    match(plain(out), /^\n {2}TMP\/data\/sluice\/ca\/root\.pem\n\n {2}Sluice local CA ME {2}the local CA\n/);
    match(plain(out), /\n {4}issuer {4}itself\n/);
    match(
      plain(out),
      /\n {2}It has issued, and keeps:\n(?: {4}\S.*\n)* {4}localhost, 127\.0\.0\.1 +until DATE, 89 days left\n/,
    );
  });

  it("shows the certificates of a config file", async () => {
    const cwd = join(temporary, "configured");
    mkdirSync(cwd);
    const expired = await makeCertificate({ names: ["old.test"], from: -60, to: -2 });
    writeFileSync(join(cwd, "old.pem"), expired.cert);
    writeFileSync(join(cwd, "old.key"), expired.key);
    writeFileSync(
      join(cwd, "sluice.config.json"),
      JSON.stringify({
        listen: { port: 0, tls: true },
        sites: [
          {
            hosts: ["old.test"],
            tls: { certificates: { cert: "old.pem", key: "old.key" } },
            routes: [{ match: "/*", handler: { role: "handler", kind: "respond", options: { body: "" } } }],
          },
        ],
      }),
    );
    const { code, out, err } = await say(["cert", "show"], { cwd });
    deepStrictEqual([code, err], [1, ""]);
    match(plain(out), /^\n {2}TMP\/configured\/old\.pem {2}sluice\.config\.json\n\n {2}old\.test\n/);
    match(plain(out), / {4}valid {5}DATE to DATE, expired\n/);
    match(plain(out), /✗ old\.test expired on DATE, 2 days ago\n/);
  });

  it("says what cannot be shown", async () => {
    const plainServer = createTcpServer((socket) =>
      socket.on("error", () => undefined).end("HTTP/1.1 400 Bad\r\n\r\n"),
    );
    await new Promise<void>((resolve) => plainServer.listen(0, "127.0.0.1", resolve));
    const { port: http } = plainServer.address() as { port: number };
    writeFileSync(join(temporary, "text.txt"), "no certificate");
    writeFileSync(
      join(temporary, "cut.pem"),
      "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
    );
    // biome-ignore format: a table is read by columns
    const rows = [
      ["nosuch.pem",                "TMP/nosuch.pem: no such file"],
      ["served",                    "TMP/served: it is a directory"],
      ["text.txt",                  "TMP/text.txt holds no certificate"],
      ["cut.pem",                   "TMP/cut.pem holds a damaged certificate"],
      ["served/localhost-key.pem",  "TMP/served/localhost-key.pem holds no certificate, only PRIVATE KEY"],
      ["http://a.test/",            "http://a.test/ is plain HTTP, which has no certificate"],
      ["https://a.test:99999",      "https://a.test:99999 is no address of a server: https://host or https://host:port is needed"],
      ["no/such/file",              "TMP/no/such/file: no such file"],
      [`127.0.0.1:${http}`,         `127.0.0.1 port ${http}: it does not speak TLS there`],
    ] as const;
    for (const [what, message] of rows) {
      const { code, out, err } = await say(["cert", "show", what]);
      deepStrictEqual([code, out, plain(err)], [1, "", `sluice: error: ${message}\n`]);
    }
    plainServer.close();
    const strict = createServer({
      cert: readFileSync(join(temporary, "served", "localhost.pem")),
      key: readFileSync(join(temporary, "served", "localhost-key.pem")),
      requestCert: true,
      maxVersion: "TLSv1.2",
    });
    strict.on("tlsClientError", () => undefined);
    await new Promise<void>((resolve) => strict.listen(0, "127.0.0.1", resolve));
    const { port: strictPort } = strict.address() as { port: number };
    strictEqual(
      (await say(["cert", "show", `127.0.0.1:${strictPort}`])).err,
      `sluice: error: 127.0.0.1 port ${strictPort}: it refuses the handshake: handshake failure\n`,
    );
    strict.close();
    const { err } = await say(["cert", "show", `127.0.0.1:${http}`]);
    strictEqual(err, `sluice: error: 127.0.0.1 port ${http}: nobody listens there\n`);
  });
});

describe("sluice trust", () => {
  const world = (writable: boolean): TrustWorld => ({
    platform: "linux",
    env: {},
    home: join(temporary, "home"),
    systemRoot: join(temporary, "system"),
    mayWrite: () => writable,
    find: (program) => (program === "update-ca-certificates" ? "/bin/true" : undefined),
    run: () => Promise.resolve({ code: 0, output: "" }),
  });
  const store = join(temporary, "system", "usr/local/share/ca-certificates");
  before(() => mkdirSync(store, { recursive: true }));

  it("says what it did, and what to set", async () => {
    const { code, out, err } = await say(["trust"], { trustWorld: world(true) });
    deepStrictEqual([code, err], [0, ""]);
    const file = join(store, readdirSync(store)[0] ?? "");
    strictEqual(
      out.replace(file, "FILE").replaceAll(temporary, "TMP"),
      `
  Local CA  TMP/data/sluice/ca/root.pem

  ✓ system store (Debian, Ubuntu, Alpine): trusts it now
    FILE

  Programs that do not ask the system are told so:

    Node     export NODE_EXTRA_CA_CERTS=TMP/data/sluice/ca/root.pem
    curl     curl --cacert TMP/data/sluice/ca/root.pem …
    OpenSSL  export SSL_CERT_FILE=TMP/data/sluice/ca/root.pem

  Browsers that are open need to be started anew.

`,
    );
  });

  it("undoes it", async () => {
    const { code, out } = await say(["untrust"], { trustWorld: world(true) });
    strictEqual(code, 0);
    match(out, /\n {2}✓ system store \(Debian, Ubuntu, Alpine\): has forgotten it\n\n$/);
    deepStrictEqual(readdirSync(store), []);
  });

  it("says what an administrator has to run, and fails", async () => {
    const { code, out } = await say(["trust"], { trustWorld: world(false) });
    strictEqual(code, 1);
    match(
      out,
      /! system store .*: needs an administrator\n\n {2}To finish, run this:\n\n {4}sudo install -m 644 \S+root\.pem \S+\.crt\n {4}sudo update-ca-certificates\n/,
    );
  });

  it("names what keeps the CA from being made", async () => {
    writeFileSync(join(temporary, "file"), "");
    const env = { XDG_DATA_HOME: join(temporary, "file") };
    const { code, out, err } = await say(["trust"], { env, trustWorld: world(true) });
    deepStrictEqual([code, out], [1, ""]);
    ok(
      plain(err).startsWith(
        "sluice: error: cannot open TMP/file/sluice/ca: a file stands where a directory should be",
      ),
    );
  });
});
