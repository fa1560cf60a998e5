import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import type { GroupStatus, MemberStatus } from "../upstream/index.ts";
import { chooseMembers } from "./member-choice.ts";

const member = (id: string): MemberStatus => ({
  id,
  tier: 0,
  weight: 1,
  share: 1,
  active: 0,
  capacity: 256,
  state: "up",
  reason: "",
  since: undefined,
  until: undefined,
  requests: 0,
  failures: 0,
  retries: 0,
  connections: { open: 0, idle: 0 },
  latency: undefined,
  lastFailure: undefined,
});
const group = (name: string, ...ids: string[]): GroupStatus => ({
  name,
  waiting: 0,
  panics: false,
  members: ids.map(member),
  unresolved: [],
});

const groups = [
  group("app", "http://10.0.0.1:3000", "http://10.0.0.2:3000", "http://10.0.0.1:13000"),
  group("api", "http://10.0.0.1:3000", "unix:/run/api.sock"),
];

describe("which upstream is meant", () => {
  const all =
    "there is http://10.0.0.1:3000, http://10.0.0.2:3000, http://10.0.0.1:13000, unix:/run/api.sock";
  // biome-ignore format: a table is read by columns
  const rows = [
    // rule                             text                    group        chosen
    ["its name, in every group",        "http://10.0.0.1:3000", undefined,   [["app", "http://10.0.0.1:3000"], ["api", "http://10.0.0.1:3000"]]],
    ["its name, in one group",          "http://10.0.0.1:3000", "api",       [["api", "http://10.0.0.1:3000"]]],
    ["a part that only it has",         "api.sock",             undefined,   [["api", "unix:/run/api.sock"]]],
    ["a part in the middle",            "0.0.2",                undefined,   [["app", "http://10.0.0.2:3000"]]],
    ["a port, not the end of another",  "3000",                 "api",       [["api", "http://10.0.0.1:3000"]]],
    ["the end of a longer port",        "13000",                undefined,   [["app", "http://10.0.0.1:13000"]]],
    ["a part that several have",        "3000",                 undefined,   "3000 may be each of http://10.0.0.1:3000, http://10.0.0.2:3000: say more of its name"],
    ["none",                            "10.0.0.9",             undefined,   `no upstream is called 10.0.0.9: ${all}`],
    ["none of that group",              "api.sock",             "app",       "no upstream is called api.sock: there is http://10.0.0.1:3000, http://10.0.0.2:3000, http://10.0.0.1:13000"],
    ["no such group",                   "3000",                 "shop",      "no group is called shop: there is app, api"],
  ] as const;
  for (const [rule, text, name, chosen] of rows) {
    it(rule, () => {
      const found = chooseMembers(groups, text, name);
      deepStrictEqual(typeof found === "string" ? found : found.map((one) => [one.group, one.id]), chosen);
    });
  }

  it("no upstream of a server without", () =>
    deepStrictEqual(chooseMembers([], "3000", undefined), "this server has no upstreams"));
});
