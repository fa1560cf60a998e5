import { deepStrictEqual, match, strictEqual, throws } from "node:assert/strict";
import { mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { createAccessLog } from "./access-log.ts";
import type { AccessFacts } from "./facts.ts";
import type { Reporter } from "./reporter.ts";

const directory = mkdtempSync(join(tmpdir(), "sluice-log-"));
after(() => rmSync(directory, { recursive: true }));

const facts: AccessFacts = {
  client: "192.0.2.1",
  method: "GET",
  target: "/",
  version: "1.1",
  host: "example.com",
  status: 200,
  octets: 5,
  startedWall: 0,
  duration: 1,
  referer: undefined,
  userAgent: undefined,
  cause: undefined,
};

function targets(file: string): string[] {
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  return lines.map((line) => (JSON.parse(line) as { target: string }).target);
}

function remembering(): Reporter & { readonly lines: string[] } {
  const lines: string[] = [];
  const keep = (line: string): void => {
    lines.push(line);
  };
  return { lines, info: keep, warn: keep, error: keep };
}

describe("the access log's destination", () => {
  it("gets every line in order by the time it is closed", async () => {
    const file = join(directory, "order.log");
    const log = createAccessLog({ format: "json", file });
    const expected = Array.from({ length: 5_000 }, (_, i) => `/${i}`);
    for (const target of expected) {
      log.log({ ...facts, target });
    }
    await log.close();
    deepStrictEqual(targets(file), expected);
    strictEqual(log.dropped, 0);
  });

  it("reads the facts at once, so that their object may be used again", async () => {
    const file = join(directory, "reuse.log");
    const log = createAccessLog({ format: "json", file });
    const reused = { ...facts, target: "/1" };
    log.log(reused);
    reused.target = "/2";
    log.log(reused);
    await log.close();
    deepStrictEqual(targets(file), ["/1", "/2"]);
  });

  it("is opened anew after it was moved away", async () => {
    const file = join(directory, "rotated.log");
    const log = createAccessLog({ format: "json", file });
    log.log({ ...facts, target: "/before" });
    renameSync(file, `${file}.1`);
    log.reopen();
    log.log({ ...facts, target: "/after" });
    await log.close();
    deepStrictEqual([targets(`${file}.1`), targets(file)], [["/before"], ["/after"]]);
  });

  it("is appended to", async () => {
    const file = join(directory, "append.log");
    for (const target of ["/1", "/2"]) {
      const log = createAccessLog({ format: "json", file });
      log.log({ ...facts, target });
      await log.close();
    }
    deepStrictEqual(targets(file), ["/1", "/2"]);
  });

  it("must be there when the log is created", () => {
    throws(() => createAccessLog({ format: "json", file: join(directory, "no", "such.log") }), {
      code: "ENOENT",
    });
  });

  it("may fill up: one warning, and the server goes on", { skip: process.platform !== "linux" }, async () => {
    const reporter = remembering();
    const log = createAccessLog({ format: "json", file: "/dev/full", reporter });
    for (let i = 0; i < 2_000; i += 1) {
      log.log(facts);
    }
    await log.close();
    log.log(facts);
    strictEqual(reporter.lines.length, 1);
    match(
      reporter.lines[0] as string,
      /^access log \/dev\/full: ENOSPC: .*; lines are dropped while this lasts$/,
    );
  });

  it("may be closed twice", async () => {
    const log = createAccessLog({ format: "json", file: join(directory, "twice.log") });
    await log.close();
    await log.close();
  });
});
