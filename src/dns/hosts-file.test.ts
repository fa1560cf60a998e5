import { deepStrictEqual } from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { HostsFile, readHosts } from "./hosts-file.ts";

describe("readHosts (hosts(5))", () => {
  const text = [
    "# comment",
    "127.0.0.1 localhost",
    "::1\tlocalhost ip6-localhost # another",
    "10.0.0.7  App.Test.  app",
    "10.0.0.8 app.test",
    "10.0.0.8 app.test",
    "not-an-address name",
    "10.0.0.9",
    "",
  ].join("\r\n");
  it("names, aliases and comments", () => {
    deepStrictEqual(Object.fromEntries(readHosts(text)), {
      localhost: [
        { address: "127.0.0.1", family: 4 },
        { address: "::1", family: 6 },
      ],
      "ip6-localhost": [{ address: "::1", family: 6 }],
      "app.test": [
        { address: "10.0.0.7", family: 4 },
        { address: "10.0.0.8", family: 4 },
      ],
      app: [{ address: "10.0.0.7", family: 4 }],
    });
  });
});

describe("HostsFile", () => {
  it("is read again when it changed, and looked at every 5 s at most", () => {
    const directory = mkdtempSync(join(tmpdir(), "sluice-hosts-"));
    const path = join(directory, "hosts");
    let now = 0;
    const file = new HostsFile(path, { now: () => now, wall: () => 0 });
    const seen: unknown[] = [];
    const look = (): void => void seen.push(file.addresses("app.test")?.map(({ address }) => address));
    look();
    writeFileSync(path, "10.0.0.1 app.test\n");
    now = 4_999;
    look();
    now = 5_000;
    look();
    writeFileSync(path, "10.0.0.22 app.test\n");
    look();
    now = 10_000;
    look();
    rmSync(directory, { recursive: true });
    now = 15_000;
    look();
    deepStrictEqual(seen, [undefined, undefined, ["10.0.0.1"], ["10.0.0.1"], ["10.0.0.22"], undefined]);
  });
});
