import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { parseListen } from "./listen.ts";

describe("a line that says where to listen", () => {
  // biome-ignore format: a table is read by columns
  const rows = [
    ["8080",                 { port: 8080 }],
    ["0",                    { port: 0 }],
    [":8080",                { port: 8080 }],
    ["*:8080",               { port: 8080 }],
    ["localhost:8080",       { host: "localhost", port: 8080 }],
    ["[::1]:8080",           { host: "::1", port: 8080 }],
    ["tcp://127.0.0.1:80",   { host: "127.0.0.1", port: 80 }],
    ["tcp://0.0.0.0:80/",    { host: "0.0.0.0", port: 80 }],
    ["https://[::1]:8443",   { host: "::1", port: 8443, tls: true }],
    ["https://*:443/",       { port: 443, tls: true }],
    ["unix:/run/web.sock",   { path: "/run/web.sock" }],
    ["unix:///run/web.sock", { path: "/run/web.sock" }],
    ["unix:web.sock",        { path: "web.sock" }],
    ["",                     undefined],
    ["unix:",                undefined],
    ["localhost",            undefined],
    ["65536",                undefined],
    ["::1:80",               undefined],
    ["a b:80",               undefined],
    ["http://localhost:80",  undefined],
    ["-1",                   undefined],
  ] as const;
  for (const [line, place] of rows) {
    it(JSON.stringify(line), () => deepStrictEqual(parseListen(line), place));
  }
});
