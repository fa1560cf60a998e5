/** docs/logs.md shows the lines that the log writes. */
import { deepStrictEqual } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { type AccessFacts, type AccessLogFormat, createAccessLog } from "../../src/observe/index.ts";
import { blocksOf, tableBelow } from "./pages.ts";
import { openWorkspace } from "./workspace.ts";

process.env.TZ = "Asia/Kolkata";

const workspace = openWorkspace();
after(() => workspace[Symbol.dispose]());

const facts: AccessFacts = {
  client: "192.0.2.1",
  method: "GET",
  target: "/a?b=c",
  version: "1.1",
  host: "example.com",
  status: 200,
  octets: 4_100,
  startedWall: Date.UTC(2026, 10, 22, 7, 34, 39, 5),
  duration: 1.2345,
  referer: "https://example.com/",
  userAgent: "curl/8.5.0",
  cause: undefined,
};
const formats: readonly AccessLogFormat[] = ["dev", "common", "combined", "json"];

async function lineIn(format: AccessLogFormat, logged: AccessFacts): Promise<string> {
  const file = join(workspace.directory, `${format}.log`);
  const log = createAccessLog({ format, file });
  log.log(logged);
  await log.close();
  return readFileSync(file, "utf8");
}

describe("docs/logs.md", () => {
  const shown = new Map(blocksOf("docs/logs.md").map(({ title, code }) => [title, code]));

  it("shows every format", async () => {
    const lines = await Promise.all(formats.map(async (format) => [format, await lineIn(format, facts)]));
    deepStrictEqual(
      formats.map((format) => [format, shown.get(format)]),
      lines,
    );
  });

  it("has every field of JSON", async () => {
    const line = await lineIn("json", {
      ...facts,
      tls: "TLSv1.3",
      clientSubject: "CN=ann",
      cause: "a reason",
    });
    const written = Object.keys(JSON.parse(line.trim().split("\n").at(-1) ?? "") as object);
    const documented = tableBelow("docs/logs.md", "Formats").flatMap(([names = ""]) =>
      names.replaceAll("`", "").split(", "),
    );
    deepStrictEqual(documented.sort(), written.sort());
  });
});
