import { deepStrictEqual, match, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import { describe, it, mock } from "node:test";
import fc from "fast-check";
import { faultsOf, handlerOf, someTls, testExchange, testRuntime } from "../../../test/support/exchange.ts";
import { fields } from "../../filters/index.ts";
import { type FieldLine, Fields, HttpRequest, HttpResponse } from "../../message/index.ts";
import type { Exchange, Handler } from "../../pipeline/index.ts";
import { handle } from "../handle/index.ts";
import { respond } from "../respond/index.ts";
import { shareOf, weighedChoice } from "./choose.ts";
import { type SplitOptions, split, splitKind } from "./index.ts";

/** A handler that answers with its name in a field, and with further lines. */
const named = (name: string, ...lines: readonly FieldLine[]) =>
  handle(() => HttpResponse.empty(204, Fields.of(["x-choice", name], ...lines)));

const choices = [
  { weight: 9, name: "old", handler: named("old") },
  { weight: 1, name: "new", handler: named("new") },
];

function compiled(options: SplitOptions): Handler {
  return handlerOf(split(options), testRuntime());
}

/** The answer's lines by a handler, with chance standing still at `chance`. */
function ask(
  handler: Handler,
  { cookie, chance = 0, ...change }: { cookie?: string; chance?: number } & Partial<Exchange> = {},
): readonly FieldLine[] {
  const random = mock.method(Math, "random", () => chance);
  const request = HttpRequest.make("/", { fields: cookie === undefined ? {} : { cookie } });
  const response = handler(request, testExchange(change));
  random.mock.restore();
  ok(!(response instanceof Promise));
  return response.fields.toJSON();
}

const chosen = (lines: readonly FieldLine[]): string | undefined =>
  lines.find(([name]) => name === "x-choice")?.[1];
const cookieSet = (lines: readonly FieldLine[]): string | undefined =>
  lines.find(([name]) => name === "set-cookie")?.[1];

describe("split", () => {
  const handler = compiled({ choices });
  const attributes = "Path=/; Max-Age=2592000; SameSite=Lax; HttpOnly";

  it("tells a new client's choice, and caches that it is for that client", () =>
    deepStrictEqual(ask(handler, { chance: 0.95 }), [
      ["x-choice", "new"],
      ["cache-control", "private"],
      ["vary", "Cookie"],
      ["set-cookie", `split=new; ${attributes}`],
    ]));
  it("over TLS the cookie is for TLS", () =>
    strictEqual(cookieSet(ask(handler, { tls: someTls })), `split=old; ${attributes}; Secure`));

  const rows: readonly (readonly [
    cookie: string | undefined,
    chance: number,
    choice: string,
    set: boolean,
  ])[] = [
    [undefined, 0, "old", true],
    [undefined, 0.89, "old", true],
    [undefined, 0.9, "new", true],
    ["split=new", 0, "new", false],
    ["a=b; split=old; c=d", 0.99, "old", false],
    ["split=gone; split=new", 0, "new", false],
    ["split=gone", 0, "old", true],
    ["split=", 0, "old", true],
    ["xsplit=new", 0, "old", true],
    ['split="new"', 0, "old", true],
    ["split=new\u0000", 0, "old", true],
    ["split=__proto__", 0, "old", true],
  ];
  for (const [cookie, chance, choice, set] of rows) {
    it(`${cookie} at ${chance}: ${choice}${set ? ", told" : ""}`, () => {
      const lines = ask(handler, { chance, ...(cookie !== undefined && { cookie }) });
      deepStrictEqual([chosen(lines), cookieSet(lines) !== undefined], [choice, set]);
    });
  }

  it("a client keeps a choice that takes nobody new", () => {
    const changed = compiled({
      choices: [
        { weight: 0, name: "new", handler: named("new") },
        { weight: 5, handler: named("second") },
      ],
    });
    deepStrictEqual([chosen(ask(changed, { cookie: "split=new" })), chosen(ask(changed))], ["new", "second"]);
    strictEqual(cookieSet(ask(changed)), `split=2; ${attributes}`);
  });
  it("says of the cookie what it is told", () => {
    const own = compiled({
      choices,
      cookie: { name: "ab", maxAge: "1h", path: "/shop", domain: "example.com" },
    });
    strictEqual(
      cookieSet(ask(own)),
      "ab=old; Path=/shop; Domain=example.com; Max-Age=3600; SameSite=Lax; HttpOnly",
    );
    strictEqual(chosen(ask(own, { cookie: "ab=new" })), "new");
    strictEqual(cookieSet(ask(compiled({ name: "colour", choices })))?.startsWith("colour=old;"), true);
  });
  it("without a cookie each request is drawn anew", () => {
    const none = compiled({ choices, cookie: false });
    deepStrictEqual(ask(none, { cookie: "split=old", chance: 0.95 }), [
      ["x-choice", "new"],
      ["cache-control", "private"],
    ]);
  });
  it("by client: an address keeps its choice without a cookie", () => {
    const byClient = compiled({ choices, by: "client" });
    const of = (address: string): readonly FieldLine[] =>
      ask(byClient, { client: { address, port: 1, family: "ipv4" } });
    const counted = Array.from({ length: 2_000 }, (_, i) => of(`10.0.${i >> 8}.${i & 255}`));
    deepStrictEqual(counted[7], of("10.0.0.7"));
    strictEqual(
      counted.some((lines) => cookieSet(lines) !== undefined),
      false,
    );
    const share = counted.filter((lines) => chosen(lines) === "new").length / counted.length;
    ok(share > 0.07 && share < 0.13, `a tenth of the addresses, not ${share}`);
  });
  it("by client with a cookie: the first time by address, then by cookie", () => {
    const both = compiled({ choices, by: "client", cookie: {} });
    const lines = ask(both, { chance: 0.99 });
    strictEqual(cookieSet(lines)?.startsWith(`split=${chosen(lines)};`), true);
    strictEqual(chosen(ask(both, { cookie: "split=new" })), "new");
  });
  it("wraps a choice in its filters", () => {
    const filters = [fields({ set: { "x-choice": "filtered" } })];
    strictEqual(
      chosen(ask(compiled({ choices: [{ weight: 1, filters, handler: named("a") }] }))),
      "filtered",
    );
  });

  const caching: readonly (readonly [string | undefined, string | undefined, string, string])[] = [
    // Cache-Control, Vary said          sent
    ["public, max-age=60", undefined, "private, max-age=60", "Cookie"],
    ["max-age=60, s-maxage=600", "Accept", "private, max-age=60", "Accept, Cookie"],
    ["no-cache", "cookie, Accept", "private, no-cache", "cookie, Accept"],
    ["no-store", "*", "no-store", "*"],
    ["private, max-age=5", "X-Cookie", "private, max-age=5", "X-Cookie, Cookie"],
    [undefined, "", "private", "Cookie"],
  ];
  for (const [control, vary, sentControl, sentVary] of caching) {
    it(`${control} and Vary: ${vary} become ${sentControl} and ${sentVary}`, () => {
      const lines: FieldLine[] = [];
      control !== undefined && lines.push(["cache-control", control]);
      vary !== undefined && lines.push(["vary", vary]);
      const answer = Object.fromEntries(
        ask(compiled({ choices: [{ weight: 1, handler: named("a", ...lines) }] }), { cookie: "split=1" }),
      );
      deepStrictEqual([answer["cache-control"], answer.vary], [sentControl, sentVary]);
    });
  }
  it("a lasting response stays lasting for those who have the cookie", () => {
    const lasting = compiled({ choices: [{ weight: 1, handler: respond("x") }] });
    const answer = (cookie: string): unknown =>
      lasting(HttpRequest.make("/", { fields: { cookie } }), testExchange());
    const first = answer("split=1");
    ok(first instanceof HttpResponse && first.kept !== undefined);
    strictEqual(answer("a=b; split=1"), first);
    notStrictEqual(answer("a=b"), first);
  });

  it("names what stands within it", () => {
    const filter = fields({});
    const children = splitKind.children?.({
      choices: [{ handler: "x", filters: [filter] }, null, { handler: 7 }],
    });
    deepStrictEqual(children, [
      { path: ["choices", 0, "filters", 0], role: "filter", value: filter },
      { path: ["choices", 0, "handler"], role: "handler", value: "x" },
      { path: ["choices", 1, "handler"], role: "handler", value: undefined },
      { path: ["choices", 2, "handler"], role: "handler", value: 7 },
    ]);
    deepStrictEqual(
      [undefined, null, 7, {}, { choices: 7 }].map((value) => splitKind.children?.(value)),
      [[], [], [], [], []],
    );
  });

  const refused: readonly (readonly [object, RegExp])[] = [
    [{}, /choices/],
    [{ choices: [] }, /choices/],
    [{ choices: [{ weight: 0, handler: 1 }] }, /more than 0/],
    [{ choices: [{ weight: -1, handler: 1 }] }, /weight/],
    [{ choices: [{ weight: Number.NaN, handler: 1 }] }, /weight/],
    [
      {
        choices: [
          { weight: 1, name: "a", handler: 1 },
          { weight: 1, name: "a", handler: 1 },
        ],
      },
      /choices\.1\.name: "a" is the name/,
    ],
    [
      {
        choices: [
          { weight: 1, name: "2", handler: 1 },
          { weight: 1, handler: 1 },
        ],
      },
      /choices\.1\.name: "2"/,
    ],
    [{ choices: [{ weight: 1, name: "a;b", handler: 1 }] }, /choices\.0\.name/],
    [{ choices, name: "a b" }, /name/],
    [{ choices, cookie: { name: "a=b" } }, /cookie/],
    [{ choices, cookie: { path: "/;x" } }, /cookie/],
    [{ choices, cookie: { domain: "a;b" } }, /cookie/],
    [{ choices, cookie: { name: "__Host-a", path: "/b" } }, /cookie\.name: "__Host-" in front needs/],
    [{ choices, cookie: { name: "__Host-a", domain: "a.test" } }, /cookie\.name/],
    [{ choices, cookie: { maxAge: "1" } }, /cookie/],
    [{ choices, cookie: { maxAge: "10ms" } }, /cookie/],
    [{ choices, cookie: true }, /cookie/],
    [{ choices, by: "address" }, /by/],
  ];
  for (const [options, message] of refused) {
    it(`refuses ${JSON.stringify(options)}`, () =>
      match(faultsOf({ role: "handler", kind: "split", options }).join("\n"), message));
  }
});

describe("weighedChoice", () => {
  const rows: readonly (readonly [readonly number[], number, number])[] = [
    [[1], 0, 0],
    [[1, 1], 0.49, 0],
    [[1, 1], 0.5, 1],
    [[0, 1, 0], 0, 1],
    [[0, 1, 0], 0.999_999, 1],
    [[0.1, 0.2, 0.7], 0.29, 1],
    [[0.1, 0.2, 0.7], 0.31, 2],
  ];
  for (const [weights, at, wanted] of rows) {
    it(`${weights} at ${at} is ${wanted}`, () =>
      strictEqual(
        weighedChoice(
          weights.map((weight) => ({ name: "", weight })),
          at,
        ),
        wanted,
      ));
  }
  it("never chooses what takes nobody", () =>
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(0, 0.1, 1, 3, 1e9), { minLength: 1 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (weights, at) => {
          fc.pre(weights.some((weight) => weight > 0));
          const index = weighedChoice(
            weights.map((weight) => ({ name: "", weight })),
            at,
          );
          ok((weights[index] ?? 0) > 0);
        },
      ),
    ));
});

describe("shareOf", () => {
  it("differs from split to split, and is from 0 to less than 1", () => {
    notStrictEqual(shareOf("10.0.0.1", "a"), shareOf("10.0.0.1", "b"));
    fc.assert(
      fc.property(fc.string(), fc.string(), (address, name) => {
        const share = shareOf(address, name);
        ok(share >= 0 && share < 1);
      }),
    );
  });
});
