import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { faultsOf, filterOf, testExchange } from "../../../test/support/exchange.ts";
import { type FieldLine, Fields, HttpRequest, HttpResponse } from "../../message/index.ts";
import type { Exchange, Handler } from "../../pipeline/index.ts";
import { type EarlyHintsOptions, earlyHints, earlyHintsKind } from "./index.ts";
import { hintLinks } from "./links.ts";

const style = "</app.css>; rel=preload; as=style";
const script = "</app.js>; rel=modulepreload";
const navigation = { "sec-fetch-mode": "navigate", accept: "text/html" };

type Said = Readonly<Record<string, string>>;

/** The Link values of each 103 that a request is sent. */
function hinted(
  handler: Handler,
  path = "/",
  fields: Said = navigation,
  protocol: Exchange["protocol"] = "2",
  method = "GET",
): readonly string[] {
  const exchange = testExchange({ protocol });
  handler(HttpRequest.make(path, { fields, method }), exchange);
  return exchange.informed.map(
    ([status, ...lines]) => `${status} ${lines.map(([name, value]) => `${name}: ${value}`).join(", ")}`,
  );
}

function around(options: EarlyHintsOptions, ...lines: readonly FieldLine[]): Handler {
  return filterOf(earlyHints(options))(() => HttpResponse.empty(200, Fields.of(...lines)));
}

describe("earlyHints (RFC 8297)", () => {
  const said = [`103 link: ${style}`];
  const rows: readonly (readonly [string, Said, Exchange["protocol"], string, readonly string[]])[] = [
    ["a page over HTTP/2", navigation, "2", "GET", said],
    ["a page over HTTP/3", navigation, "3", "GET", said],
    ["a page over HTTP/1.1", navigation, "1.1", "GET", []],
    ["an old browser", { accept: "text/html,*/*;q=0.8" }, "2", "GET", said],
    ["a script that fetches", { "sec-fetch-mode": "cors", accept: "text/html" }, "2", "GET", []],
    ["an image", { accept: "image/webp,*/*" }, "2", "GET", []],
    ["a tool", {}, "2", "GET", []],
    ["a form", navigation, "2", "POST", []],
    ["HEAD", navigation, "2", "HEAD", []],
  ];
  for (const [who, fields, protocol, method, wanted] of rows) {
    it(who, () => deepStrictEqual(hinted(around({ links: [style] }), "/", fields, protocol, method), wanted));
  }

  it("over HTTP/1.1 where told, never over 1.0", () => {
    const handler = around({ links: [style, script], http1: true });
    deepStrictEqual(hinted(handler, "/", navigation, "1.1"), [`103 link: ${style}, link: ${script}`]);
    deepStrictEqual(hinted(handler, "/", navigation, "1.0"), []);
  });
  it("leaves request and response alone", () => {
    const response = HttpResponse.empty(200);
    const request = HttpRequest.make("/", { fields: navigation });
    const handler = filterOf(earlyHints({ links: [style] }))((given) => {
      strictEqual(given, request);
      return response;
    });
    strictEqual(handler(request, testExchange({ protocol: "2" })), response);
  });
  it("both lists count where two meet", () =>
    deepStrictEqual(
      earlyHintsKind.merge?.({ links: [style], http1: true }, { links: [style, script], learn: true }),
      {
        links: [style, script],
        http1: true,
        learn: true,
      },
    ));
});

describe("earlyHints({ learn: true })", () => {
  it("announces what the path said before", () => {
    const handler = around({ learn: true }, ["link", `${style}, </next>; rel=next`], ["link", script]);
    const wanted = [`103 link: ${style}, link: ${script}`];
    deepStrictEqual(
      [hinted(handler, "/a?1"), hinted(handler, "/a?2"), hinted(handler, "/b"), hinted(handler, "/b")],
      [[], wanted, [], wanted],
    );
  });
  it("beside what is always announced", () => {
    const handler = around({ learn: true, links: [style] }, ["link", script], ["link", style]);
    deepStrictEqual(
      [hinted(handler), hinted(handler)],
      [[`103 link: ${style}`], [`103 link: ${style}, link: ${script}`]],
    );
  });

  const untold: readonly (readonly [string, readonly FieldLine[]])[] = [
    ["private", [["cache-control", "max-age=0, private"]]],
    ["no-store", [["cache-control", "No-Store"]]],
    ["that set cookies", [["set-cookie", "a=b"]]],
    ["that vary by cookie", [["vary", "Accept, Cookie"]]],
    ["that vary by all", [["vary", "*"]]],
  ];
  for (const [which, lines] of untold) {
    it(`learns nothing from answers ${which}`, () => {
      const handler = around({ learn: true }, ["link", style], ...lines);
      deepStrictEqual([hinted(handler), hinted(handler)], [[], []]);
    });
  }

  it("never says again what cannot be sent", () => {
    const odd = '</a.css>; rel=preload; title="\r\nx: y"';
    const handler = around({ learn: true }, ["link", odd], ["link", script]);
    deepStrictEqual([hinted(handler), hinted(handler)], [[], [`103 link: ${script}`]]);
  });
  it("learns nothing from what one client alone was allowed to ask (RFC 9111 §3.5)", () => {
    const handler = around({ learn: true }, ["link", style]);
    const fields = { ...navigation, authorization: "Basic eDp5" };
    handler(HttpRequest.make("/", { fields }), testExchange({ protocol: "2" }));
    deepStrictEqual(hinted(handler), []);
  });

  it("learns from 200 only, and from promised answers too", async () => {
    let status = 404;
    const handler = filterOf(earlyHints({ learn: true }))(async () =>
      HttpResponse.empty(status, Fields.of(["link", style])),
    );
    const ask = async (): Promise<number> => {
      const exchange = testExchange({ protocol: "2" });
      await handler(HttpRequest.make("/", { fields: navigation }), exchange);
      return exchange.informed.length;
    };
    deepStrictEqual([await ask(), await ask()], [0, 0]);
    status = 200;
    deepStrictEqual([await ask(), await ask()], [0, 1]);
  });
  it("forgets what is no longer said", () => {
    let links = [style];
    const handler = filterOf(earlyHints({ learn: true }))(() =>
      HttpResponse.empty(200, Fields.of(...links.map((link): FieldLine => ["link", link]))),
    );
    hinted(handler);
    links = [];
    deepStrictEqual([hinted(handler).length, hinted(handler).length], [1, 0]);
  });
  it("keeps a thousand paths, those asked for last", () => {
    const handler = around({ learn: true }, ["link", style]);
    hinted(handler, "/first");
    hinted(handler, "/second");
    for (let i = 0; i < 998; i += 1) {
      hinted(handler, `/${i}`);
    }
    deepStrictEqual(hinted(handler, "/first").length, 1);
    hinted(handler, "/one-more");
    deepStrictEqual([hinted(handler, "/first").length, hinted(handler, "/second").length], [1, 0]);
  });
  it("keeps few links of a path, and no long path", () => {
    const many = Array.from({ length: 50 }, (_, i) => `</${i}.css>; rel=preload; as=style`).join(", ");
    const handler = around({ learn: true }, ["link", many]);
    hinted(handler);
    strictEqual(hinted(handler)[0]?.split("link: ").length, 21);
    const long = `/${"a".repeat(3_000)}`;
    hinted(handler, long);
    deepStrictEqual(hinted(handler, long), []);
  });
});

describe("hintLinks (RFC 8288 §3)", () => {
  const rows: readonly (readonly [string, readonly string[]])[] = [
    [style, [style]],
    [`${style}, ${script}`, [style, script]],
    ['</a>; rel="next preload"; title="a, b"', ['</a>; rel="next preload"; title="a, b"']],
    ["</a,b>;rel=preconnect , </c>; rel=next", ["</a,b>;rel=preconnect"]],
    ['</a>; title="\\", </b>; rel=preload"; rel=next', []],
    ["</a>; REL=PreLoad", ["</a>; REL=PreLoad"]],
    ["</a>; rel=preloaded", []],
    ["</a b>; rel=preload", []],
    ["a; rel=preload", []],
    ["</a", []],
    ["", []],
  ];
  for (const [value, wanted] of rows) {
    it(JSON.stringify(value), () => deepStrictEqual(hintLinks(value), wanted));
  }
});

describe("earlyHints: what check says", () => {
  const refused: readonly (readonly [object, RegExp])[] = [
    [{}, /needs links/],
    [{ learn: false }, /needs links/],
    [{ links: [] }, /links/],
    [{ links: ["/app.css"] }, /links\.0: needs a link with rel/],
    [{ links: ["</a>; rel=next"] }, /links\.0/],
    [{ links: ["</a>; rel=preload\r\nx: y"] }, /links\.0/],
    [{ links: [style], lern: true }, /lern/],
  ];
  for (const [options, message] of refused) {
    it(`refuses ${JSON.stringify(options)}`, () =>
      match(faultsOf({ role: "filter", kind: "earlyHints", options }).join("\n"), message));
  }
});
