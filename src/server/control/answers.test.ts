import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { collect, HttpRequest, textContent } from "../../message/index.ts";
import type { GroupStatus, MemberStatus } from "../../upstream/index.ts";
import { answerControl, type ControlledGroup } from "./answers.ts";
import type { StatusFacts } from "./facts.ts";

const status: StatusFacts = {
  version: "1.2.3",
  pid: 7,
  since: 1_000,
  state: "serving",
  listeners: [{ url: "http://localhost:8080", address: "::", port: 8080 }],
  connections: 3,
  sites: 1,
  streams: [],
  memory: 50_000_000,
};

const member: MemberStatus = {
  id: "http://10.0.0.1:3000",
  tier: 0,
  weight: 1,
  share: 1,
  active: 0,
  capacity: 256,
  state: "up",
  reason: "",
  since: undefined,
  until: undefined,
  requests: 10,
  failures: 1,
  retries: 0,
  connections: { open: 2, idle: 1 },
  latency: 2.5,
  lastFailure: { detail: "connection refused", ago: 5_000 },
};

/** JSON knows no undefined. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

function statusOf(name: string): GroupStatus {
  return { name, waiting: 0, panics: false, members: [member], unresolved: [] };
}

function group(name: string, orders: unknown[] = []): ControlledGroup {
  return {
    name,
    status: () => statusOf(name),
    weigh: (id, weight) => orders.push([id, "weight", weight]),
    drain: (id) => orders.push([id, "drain"]),
    eject: (id, time) => orders.push([id, "eject", time]),
    restore: (id) => orders.push([id, "restore"]),
  };
}

async function ask(
  method: string,
  path: string,
  content = "",
  groups: readonly ControlledGroup[] = [group("app"), group("api/v2")],
): Promise<readonly [number, unknown, string | undefined]> {
  const request = HttpRequest.make(path, { method, content: textContent(content) });
  const response = await answerControl(request, { status: () => status, groups });
  const text = (await collect(response.content, 100_000)).toString("utf8");
  return [response.status, JSON.parse(text), response.fields.get("allow")];
}

describe("what the control socket tells", () => {
  it("of the server", async () => deepStrictEqual(await ask("GET", "/status"), [200, status, undefined]));

  it("of the upstreams", async () => {
    deepStrictEqual(await ask("GET", "/upstreams"), [
      200,
      asJson({ groups: [statusOf("app"), statusOf("api/v2")] }),
      undefined,
    ]);
  });
});

describe("what may be done to a member", () => {
  const target = `/upstreams/api%2Fv2/${encodeURIComponent(member.id)}`;
  // biome-ignore format: a table is read by columns
  const rows = [
    ['{"weight": 0}',     [member.id, "weight", 0]],
    ['{"weight": 2.5}',   [member.id, "weight", 2.5]],
    ['{"drain": true}',   [member.id, "drain"]],
    ['{"eject": "30s"}',  [member.id, "eject", 30_000]],
    ['{"eject": true}',   [member.id, "eject", undefined]],
    ['{"restore": true}', [member.id, "restore"]],
  ] as const;
  for (const [content, order] of rows) {
    it(content, async () => {
      const orders: unknown[] = [];
      const answer = await ask("POST", target, content, [group("api/v2", orders)]);
      deepStrictEqual([answer, orders], [[200, asJson(member), undefined], [order]]);
    });
  }
});

describe("a name that two groups have", () => {
  it("means both", async () => {
    const [one, other]: unknown[][] = [[], []];
    const target = `/upstreams/app/${encodeURIComponent(member.id)}`;
    await ask("POST", target, '{"drain": true}', [group("app", one), group("app", other)]);
    deepStrictEqual([one, other], [[[member.id, "drain"]], [[member.id, "drain"]]]);
  });
});

describe("what the control socket refuses", () => {
  const target = `/upstreams/app/${encodeURIComponent(member.id)}`;
  const forms =
    '{"weight": 0 to 1000000}, {"drain": true}, {"eject": "30s" or true} or {"restore": true} is needed';
  // biome-ignore format: a table is read by columns
  const rows = [
    ["nothing of that name",  "GET",  "/",                      "", 404, "nothing is called /: /status, /upstreams, /upstreams/{group}/{member}"],
    ["something below it",    "GET",  "/status/x",              "", 404, "nothing is called /status/x: /status, /upstreams, /upstreams/{group}/{member}"],
    ["a group",               "POST", "/upstreams/app",         "", 404, "nothing is called /upstreams/app: /status, /upstreams, /upstreams/{group}/{member}"],
    ["no group of that name", "POST", "/upstreams/ap/x",        "", 404, 'no group is called "ap": there is "app", "api/v2"'],
    ["no such member",        "POST", "/upstreams/app/a",       '{"drain":true}', 404, 'group "app" has no member "a": there is "http://10.0.0.1:3000"'],
    ["a broken escape",       "GET",  "/upstreams/%zz",         "", 400, "/upstreams/%zz is not percent-encoded well"],
    ["no JSON",               "POST", target, "weight", 400, `the content is no JSON (${jsonFault("weight")}): ${forms}`],
    ["an order of two",       "POST", target, '{"drain":true,"weight":1}', 400, `{"drain":true,"weight":1} is no order: ${forms}`],
    ["a weight below 0",      "POST", target, '{"weight":-1}',  400, `{"weight":-1} is no order: ${forms}`],
    ["no time",               "POST", target, '{"eject":"0s"}', 400, `{"eject":"0s"} is no order: ${forms}`],
    ["a time without unit",   "POST", target, '{"eject":"30"}', 400, `{"eject":"30"} is no order: ${forms}`],
    ["too many octets",       "POST", target, " ".repeat(5_000), 400, `the content is no JSON (content of 5000 octets or more, limit 4096): ${forms}`],
  ] as const;
  for (const [rule, method, path, content, refused, error] of rows) {
    it(rule, async () => deepStrictEqual(await ask(method, path, content), [refused, { error }, undefined]));
  }

  it("another method than a resource takes", async () => {
    deepStrictEqual(
      [await ask("POST", "/status"), await ask("GET", target)],
      [
        [405, { error: "/status takes GET only" }, "GET"],
        [405, { error: `${target} takes POST only` }, "POST"],
      ],
    );
  });

  it("a group where there is none", async () =>
    deepStrictEqual(await ask("POST", "/upstreams/a/b", "", []), [
      404,
      { error: 'no group is called "a": there is none' },
      undefined,
    ]));
});

function jsonFault(text: string): string {
  try {
    JSON.parse(text);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}
