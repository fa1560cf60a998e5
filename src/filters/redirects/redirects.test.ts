import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import { after, describe, it } from "node:test";
import fc from "fast-check";
import { faultsOf, filterOf, testExchange, testRuntime } from "../../../test/support/exchange.ts";
import { makeTree } from "../../../test/support/files.ts";
import { HttpRequest, HttpResponse } from "../../message/index.ts";
import { fromFault } from "./entry.ts";
import { type RedirectsOptions, redirects, redirectsKind } from "./index.ts";

const tree = makeTree({
  "moved.csv": "from,to,status\n/a,/b\n",
  "moved.json": '{ "/a": "/b" }',
  "wrong.csv": "/a\n/b,c\n\n /c , /d , 200\n/e,/f\n/e,/g\n",
  "wrong.json": '{\n  "/a": "b",\n  "/b": { "to": "/c", "stauts": 301 }\n}',
  "many.csv": Array.from({ length: 30 }, (_, i) => `x${i},/`).join("\n"),
  "circle.csv": "/a,/b\n/b,/a\n/c,/a\n",
});
after(() => tree.remove());

const passed = HttpResponse.empty(204);

function ask(options: RedirectsOptions, target: string): HttpResponse {
  const handler = filterOf(redirects(options), testRuntime({ base: tree.path }))(() => passed);
  const response = handler(HttpRequest.make(target), testExchange());
  ok(!(response instanceof Promise));
  return response;
}

const outcome = (options: RedirectsOptions, target: string): string => {
  const { status, fields } = ask(options, target);
  return `${status} ${fields.get("location") ?? ""}`.trim();
};

describe("redirects", () => {
  const map = {
    "/old": "/new",
    "/old/": "/new/",
    "/blog/*": "https://blog.example/*",
    "/blog/about": "/about",
    "/blog/2020/*": "/archive",
    "/a/*": { to: "/b/*", status: 302 },
    "/q": "/r?x=1#top",
    "/caf%C3%A9": "/coffee",
    "/x-y": "/z",
    "/to-root/*": "/*",
    "/plain": { to: "/p", status: 301 },
  } as const;
  const rows: readonly (readonly [target: string, answer: string])[] = [
    ["/old", "308 /new"],
    ["/old/", "308 /new/"],
    ["/old?a=b", "308 /new?a=b"],
    ["/older", "204"],
    ["/OLD", "204"],
    ["/blog", "204"],
    ["/blog/", "308 https://blog.example/"],
    ["/blog/x/y?z", "308 https://blog.example/x/y?z"],
    ["/blog/about", "308 /about"],
    ["/blog/2020/1", "308 /archive"],
    ["/blog/2020", "308 https://blog.example/2020"],
    ["/a/%2f%20b", "302 /b/%2f%20b"],
    ["/q?y", "308 /r?x=1&y#top"],
    ["/q", "308 /r?x=1#top"],
    ["/caf%c3%a9", "308 /coffee"],
    ["/%78-y", "308 /z"],
    ["/%61/x", "302 /b/x"],
    ["/plain", "301 /p"],
    ["*", "204"],
    // What would leave the host, were it let.
    ["/to-root//evil.test", "308 /evil.test"],
    ["/to-root/\\evil.test", "308 /%5Cevil.test"],
    ["/to-root/\r\nA: b", "308 /%0D%0AA:%20b"],
    ["//old", "204"],
    ["/blog/@evil.test", "308 https://blog.example/@evil.test"],
  ];
  for (const [target, answer] of rows) {
    it(`${JSON.stringify(target)} is ${answer}`, () => strictEqual(outcome({ map }, target), answer));
  }

  it("leaves the query where it is told to", () => {
    strictEqual(outcome({ map, query: false }, "/old?a"), "308 /new");
    strictEqual(outcome({ map, query: false }, "/q?a"), "308 /r?x=1#top");
  });
  it("takes the status of those that name none", () =>
    deepStrictEqual(
      [outcome({ map, status: 301 }, "/old"), outcome({ map, status: 301 }, "/a/b")],
      ["301 /new", "302 /b/b"],
    ));
  it("reads both kinds of file, relative to the configuration", () => {
    strictEqual(outcome({ file: "moved.csv" }, "/a"), "308 /b");
    strictEqual(outcome({ file: "moved.json", map: { "/c": "/d" } }, "/a"), "308 /b");
    strictEqual(outcome({ file: "moved.json", map: { "/c": "/d" } }, "/c"), "308 /d");
  });
  it("keeps answers that are always the same", () => {
    const handler = filterOf(redirects({ map }))(() => passed);
    const [first, second] = [1, 2].map(() => handler(HttpRequest.make("/old"), testExchange()));
    ok(first instanceof HttpResponse && first.kept !== undefined);
    strictEqual(first, second);
  });
  it("never leaves the host of a relative target", () =>
    fc.assert(
      fc.property(fc.string({ unit: "binary-ascii" }), (rest) => {
        const location = ask({ map }, `/to-root/${rest}`).fields.get("location") ?? "";
        strictEqual(new URL(location, "http://here.test/").origin, "http://here.test");
      }),
    ));

  it("ten thousand entries are as quick as one", () => {
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`/p${i}/*`, `/q${i}/*`]));
    const handler = filterOf(redirects({ map: many }))(() => passed);
    const deep = HttpRequest.make(`/${"/".repeat(8_000)}`);
    for (let i = 0; i < 1_000; i += 1) {
      strictEqual(handler(deep, testExchange()), passed);
    }
  });

  it("destination says where a request would go", () => {
    const lead = redirectsKind.destination?.({ map }, tree.path);
    deepStrictEqual(
      ["/old?a", "/a/b", "/none"].map((path) => lead?.(HttpRequest.make(path))),
      ["/new?a", "/b/b", undefined],
    );
  });
});

describe("redirects: what check says", () => {
  const inspected = (options: RedirectsOptions): readonly string[] =>
    (redirectsKind.inspect?.(options, tree.path) ?? []).map(
      ({ path, message }) => `${path.join(" ")}: ${message}`,
    );

  const rows: readonly (readonly [RedirectsOptions, readonly string[]])[] = [
    [{ file: "moved.csv" }, []],
    [
      { file: "wrong.csv" },
      [
        "file: wrong.csv:1:1: 1 cells: needs from,to,status",
        'file: wrong.csv:2:4: "c": needs a path such as "/new" or a URI such as "https://example.com/new"',
        "file: wrong.csv:4:12: 200: needs one of 301, 302, 303, 307, 308",
        'file: wrong.csv:6:1: "/e" is there already: line 5',
      ],
    ],
    [
      { file: "wrong.json" },
      [
        'file: wrong.json:2:9: "b": needs a path such as "/new" or a URI such as "https://example.com/new"',
        'file: wrong.json:3:23: "stauts": needs one of to, status',
      ],
    ],
    [{ file: "none.csv" }, ['file: "none.csv" does not exist']],
    [{ map: { "/a": "/b", "/%61": "/c" } }, ['map /%61: is the same path as "/a"']],
    [{ map: { "/a": "/b" }, file: "moved.csv" }, ['file: moved.csv:2:1: "/a" is there already: /a']],
    [{ map: { "/a": "/a" } }, ['map /a: "/a" leads in a circle: /a to /a']],
    [{ map: { "/a": "/b?x", "/b": "/a#y" } }, ['map /a: "/a" leads in a circle: /a to /b to /a']],
    [{ map: { "/a/*": "/a/b/*" } }, ['map /a/*: "/a/*" leads in a circle: /a/x to /a/b/x']],
    [
      { map: { "/a/*": "/b/*", "/b/*": "/a/*" } },
      ['map /a/*: "/a/*" leads in a circle: /a/x to /b/x to /a/x'],
    ],
    [{ map: { "/a/*": "/*" } }, []],
    [{ map: { "/a": "/b", "/b": "/c" } }, []],
    [{ map: { "/a": "https://elsewhere.test/a" } }, []],
    [{ file: "circle.csv" }, ['file: "/a" leads in a circle: /a to /b to /a']],
  ];
  for (const [options, wanted] of rows) {
    it(JSON.stringify(options), () => deepStrictEqual(inspected(options), wanted));
  }

  it("counts what it does not show", () => {
    const said = inspected({ file: "many.csv" });
    deepStrictEqual([said.length, said.at(-1)], [21, "file: many.csv: 10 more of its lines are wrong"]);
  });
  it("does not compile what check refuses", () =>
    throws(() => ask({ file: "wrong.csv" }, "/"), /wrong\.csv:1:1/));

  const keys: readonly (readonly [string, RegExp])[] = [
    ["old", /^a path that starts with/],
    ["https://a.test/b", /^a path alone/],
    ["/a?b", /^a path without query/],
    ["/*/a", /^a "\*" only as the whole last segment/],
    ["/a b", /percent-encoded/],
  ];
  for (const [from, message] of keys) {
    it(`needs another old path than ${from}`, () => match(fromFault(from) ?? "", message));
  }

  const refused: readonly (readonly [object, RegExp])[] = [
    [{}, /map or file/],
    [{ file: "a.txt" }, /\.csv or \.json/],
    [{ map: { old: "/new" } }, /map\.old/],
    [{ map: { "https://a.test/b": "/c" } }, /map\.https/],
    [{ map: { "/a?b": "/c" } }, /map\.\/a\?b/],
    [{ map: { "/*/a": "/c" } }, /map\.\/\*\/a/],
    [{ map: { "/a": "/b/*" } }, /without "\*"/],
    [{ map: { "/a": "//evil.test" } }, /the scheme before the host/],
    [{ map: { "/a": "{path}" } }, /without \{ and \}/],
    [{ map: { "/a": { to: "b" } } }, /map\.\/a\.to: "b"/],
    [{ map: { "/a": { to: "/b", status: 200 } } }, /map/],
    [{ map: { "/a": 7 } }, /map/],
    [{ map: {}, status: 304 }, /status/],
  ];
  for (const [options, message] of refused) {
    it(`refuses ${JSON.stringify(options)}`, () =>
      match(faultsOf({ role: "filter", kind: "redirects", options }).join("\n"), message));
  }
});
