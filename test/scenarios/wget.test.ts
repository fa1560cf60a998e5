/** wget against a running server: plain and resumed downloads, and a mirror of a directory listing. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { files } from "../../src/index.ts";
import { makeTree } from "../support/files.ts";
import { runProgram } from "../support/programs.ts";
import { serve } from "../support/running.ts";

describe("wget", () => {
  it("resumes a download with -c", async () => {
    const whole = randomBytes(3_000_000);
    const site = makeTree({ "big.bin": whole });
    const there = makeTree();
    await using running = await serve({ "/*": files({ root: site.path }) });
    writeFileSync(join(there.path, "big.bin"), whole.subarray(0, 1_234_567));
    const args = ["-c", "--no-verbose", "--server-response", `${running.url}/big.bin`];
    const first = await runProgram("wget", args, { cwd: there.path });
    strictEqual(first.code, 0, first.stderr);
    ok(first.stderr.includes("HTTP/1.1 206 Partial Content"), first.stderr);
    ok(readFileSync(join(there.path, "big.bin")).equals(whole));
    const again = await runProgram("wget", args, { cwd: there.path });
    strictEqual(again.code, 0, again.stderr);
    ok(again.stderr.includes("HTTP/1.1 416 Range Not Satisfiable"), again.stderr);
    ok(readFileSync(join(there.path, "big.bin")).equals(whole));
    site.remove();
    there.remove();
  });

  it("keeps a file it has when the server's is not newer (-N)", async () => {
    const modified = new Date("2026-02-03T04:05:06Z");
    const site = makeTree();
    site.write("a.txt", "kept", modified);
    const there = makeTree();
    await using running = await serve({ "/*": files({ root: site.path }) });
    const get = () =>
      runProgram("wget", ["-N", "--server-response", "-nv", `${running.url}/a.txt`], { cwd: there.path });
    const statuses = [(await get()).stderr, (await get()).stderr].map(
      (text) => /HTTP\/1\.1 (\d+)/.exec(text)?.[1],
    );
    deepStrictEqual(
      { statuses, modified: statSync(join(there.path, "a.txt")).mtime },
      { statuses: ["200", "304"], modified },
    );
    site.remove();
    there.remove();
  });

  it("mirrors a tree by its listings", async () => {
    const contents = {
      "readme.txt": "read me",
      "docs/a b.txt": "a blank",
      "docs/100% & more <x>.txt": "odd characters",
      "docs/ünïcödé.txt": "beyond ASCII",
      "docs/deep/er/data.bin": randomBytes(100_000),
      "empty.dat": "",
    };
    const site = makeTree({ ...contents, ".secret": "not listed" });
    const there = makeTree();
    await using running = await serve({ "/*": files({ root: site.path, listing: true }) });
    const args = [
      "-r",
      "-l",
      "inf",
      "-np",
      "-nH",
      "-nv",
      "-e",
      "robots=off",
      "--restrict-file-names=nocontrol",
    ];
    const got = await runProgram("wget", [...args, "--reject-regex", "[?]sort=", `${running.url}/`], {
      cwd: there.path,
    });
    strictEqual(got.code, 0, got.stderr);
    // wget keeps each listing as an index.html.
    const mirrored = filesOf(there.path).filter((name) => !/(?:^|\/)index\.html$/.test(name));
    deepStrictEqual(
      mirrored.map((name) => [name, digest(readFileSync(join(there.path, name)))]),
      Object.entries(contents)
        .map(([name, content]) => [name, digest(content)])
        .sort(([a = ""], [b = ""]) => (a < b ? -1 : 1)),
    );
    site.remove();
    there.remove();
  });
});

function filesOf(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(directory, name)).isFile())
    .sort();
}

function digest(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
