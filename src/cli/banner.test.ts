import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { NetworkInterfaceInfo } from "node:os";
import { describe, it } from "node:test";
import { coloursFor } from "../observe/index.ts";
import { banner, type Ready, readyLines } from "./banner.ts";

function card(address: string, family: "IPv4" | "IPv6", internal: boolean): NetworkInterfaceInfo {
  const rest = { netmask: "", mac: "", cidr: null, address, internal };
  return family === "IPv4" ? { ...rest, family } : { ...rest, family, scopeid: 0 };
}

const ready: Ready = {
  version: "1.2.3",
  what: "public",
  addresses: [
    { url: "http://localhost:8080", address: "::", port: 8080 },
    { url: "http://127.0.0.1:81", address: "127.0.0.1", port: 81 },
    { url: "unix:/run/a.sock", address: "/run/a.sock", port: 0 },
  ],
  interfaces: {
    lo: [card("127.0.0.1", "IPv4", true)],
    eth0: [card("192.0.2.7", "IPv4", false), card("fe80::1", "IPv6", false)],
    eth1: [card("198.51.100.9", "IPv4", false)],
    down: undefined,
  },
};

describe("what is said when the server is ready", () => {
  it("on a terminal", () => {
    strictEqual(
      banner(ready, coloursFor(false)),
      `
  Sluice 1.2.3

  Serving   public
  Local     http://localhost:8080
            http://127.0.0.1:81
            unix:/run/a.sock
  Network   http://192.0.2.7:8080
            http://198.51.100.9:8080

  Ctrl+C stops it.

`,
    );
  });

  it("in a log", () => {
    deepStrictEqual(readyLines(ready), [
      "serving public at http://localhost:8080 (every interface)",
      "serving public at http://127.0.0.1:81",
      "serving public at unix:/run/a.sock",
    ]);
  });
});
