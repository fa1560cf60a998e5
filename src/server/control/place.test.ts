import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { controlPlaces } from "./place.ts";

const file = "/srv/shop/sluice.config.ts";
const name = "shop-ca2d6f4c1059.sock";

describe("where the control socket of a config file is", () => {
  // biome-ignore format: a table is read by columns
  const rows = [
    // user                       uid    platform  env                                                       places
    ["root",                      0,     "linux",  {},                                                       [`/run/sluice/${name}`]],
    ["root who logged in",        0,     "linux",  { XDG_RUNTIME_DIR: "/run/user/0" },                       [`/run/sluice/${name}`]],
    ["somebody who logged in",    1_000, "linux",  { XDG_RUNTIME_DIR: "/run/user/1000" },                    [`/run/user/1000/sluice/${name}`, `/tmp/sluice-1000/${name}`, `/run/sluice/${name}`]],
    ["somebody without a place",  1_000, "linux",  { XDG_RUNTIME_DIR: "run" },                               [`/tmp/sluice-1000/${name}`, `/run/sluice/${name}`]],
    ["a service with a place",    33,    "linux",  { RUNTIME_DIRECTORY: "/run/web:/run/other" },             [`/run/web/${name}`, `/tmp/sluice-33/${name}`, `/run/sluice/${name}`]],
    ["a service of root",         0,     "linux",  { RUNTIME_DIRECTORY: "/run/sluice" },                     [`/run/sluice/${name}`]],
    ["root of macOS",             0,     "darwin", {},                                                       [`/var/run/sluice/${name}`]],
    ["somebody of Windows",       -1,    "win32",  {},                                                       [`\\\\.\\pipe\\sluice-${name}`]],
  ] as const;
  for (const [user, uid, platform, env, places] of rows) {
    it(user, () => deepStrictEqual(controlPlaces(file, { env, uid, platform, temporary: "/tmp" }), places));
  }

  it("has a short name, whatever the directory is called", () => {
    const world = { env: {}, uid: 0, platform: "linux", temporary: "/tmp" } as const;
    const [long] = controlPlaces(`/srv/${"ä b/".repeat(2)}${"x".repeat(100)}/sluice.config.ts`, world);
    strictEqual(long?.replace(/[0-9a-f]{12}/, "…"), `/run/sluice/${"x".repeat(20)}-….sock`);
    const [root] = controlPlaces("/sluice.config.ts", world);
    strictEqual(root?.replace(/[0-9a-f]{12}/, "…"), "/run/sluice/config-….sock");
  });
});
