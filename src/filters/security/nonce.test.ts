import { deepStrictEqual, match, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { filterOf, someTls, testExchange } from "../../../test/support/exchange.ts";
import { answered } from "../../../test/support/files.ts";
import {
  bytesContent,
  chunkedContent,
  type FieldLine,
  Fields,
  HttpRequest,
  HttpResponse,
  textContent,
} from "../../message/index.ts";
import type { Handler } from "../../pipeline/index.ts";
import { nonceOf, type SecurityOptions, security } from "./index.ts";

const quiet = { hsts: false, nosniff: false, frame: false, referrer: false } as const;
const html: FieldLine = ["content-type", "text/html; charset=utf-8"];

function page(content: string, ...lines: readonly FieldLine[]): HttpResponse {
  return HttpResponse.lasting({
    status: 200,
    fields: Fields.of(html, ...lines),
    content: textContent(content),
  });
}

interface Shown {
  readonly fields: Readonly<Record<string, string>>;
  readonly body: string;
  readonly response: HttpResponse;
}

/** The answer with each nonce that its policy names shown as N. */
async function ask(
  options: SecurityOptions,
  handler: Handler,
  fields: Readonly<Record<string, string>> = {},
): Promise<Shown> {
  const request = HttpRequest.make("/", { fields });
  const response = await filterOf(security({ ...quiet, ...options }))(handler)(
    request,
    testExchange({ tls: someTls }),
  );
  const answer = await answered(response);
  const [, nonce = ""] = /'nonce-([^']+)'/.exec(answer.fields["content-security-policy"] ?? "") ?? [];
  const shown = (text: string): string => (nonce === "" ? text : text.replaceAll(nonce, "N"));
  const named = Object.entries(answer.fields).map(([name, value]) => [name, shown(value)]);
  return { fields: Object.fromEntries(named), body: shown(answer.body), response };
}

const policy = "script-src 'self' 'nonce-N'";
const csp = { csp: { "script-src": "self" }, nonce: true } as const;
const filling = { ...csp, nonce: { placeholder: "{nonce}" } } as const;

describe("security({ nonce: true })", () => {
  it("allows what a handler writes with nonceOf", async () => {
    const { fields, body } = await ask(csp, (_, exchange) => page(`<script nonce="${nonceOf(exchange)}">`));
    deepStrictEqual(
      [fields, body],
      [
        { "content-type": html[1], "cache-control": "private, no-cache", "content-security-policy": policy },
        '<script nonce="N">',
      ],
    );
  });
  it("is fresh each time, and one for an exchange", async () => {
    const seen: (string | undefined)[] = [];
    const handler = filterOf(security(csp))((_, exchange) => {
      seen.push(nonceOf(exchange), nonceOf(exchange));
      return page("");
    });
    handler(HttpRequest.make("/"), testExchange());
    handler(HttpRequest.make("/"), testExchange());
    strictEqual(seen[0], seen[1]);
    notStrictEqual(seen[0], seen[2]);
    match(seen[0] ?? "", /^[A-Za-z0-9+/]{22}==$/);
  });
  it("is none without a filter that announces it", () => strictEqual(nonceOf(testExchange()), undefined));
  it("costs nothing where nobody asks", async () => {
    const original = page("<p>");
    const { fields, response } = await ask(csp, () => original);
    deepStrictEqual(fields, { "content-type": html[1], "content-security-policy": "script-src 'self'" });
    ok(response.kept !== undefined);
  });
  it("leaves a handler's own policy alone", async () => {
    const { fields } = await ask(filling, () => page("{nonce}", ["content-security-policy", "own"]));
    strictEqual(fields["content-security-policy"], "own");
  });
  it("says nothing of policies with 304", async () => {
    const { fields } = await ask(csp, () => HttpResponse.empty(304, Fields.of(["etag", '"a"'])));
    deepStrictEqual(fields, { etag: '"a"' });
  });
  it("means scripts where there is no policy", async () => {
    const { fields } = await ask({ nonce: true }, (_, exchange) => page(String(nonceOf(exchange))));
    strictEqual(fields["content-security-policy"], "script-src 'nonce-N'");
  });
  it("stands in a policy that only reports", async () => {
    const { fields } = await ask({ nonce: true, cspReportOnly: { "script-src": "self" } }, (_, exchange) => {
      nonceOf(exchange);
      return page("");
    });
    match(fields["content-security-policy-report-only"] ?? "", /^script-src 'self' 'nonce-[^']+'$/);
    strictEqual(fields["content-security-policy"], undefined);
  });
});

describe("security({ nonce: { placeholder } })", () => {
  const text = '<script nonce="{nonce}"></script><style nonce="{nonce}"></style>';
  const filled = text.replaceAll("{nonce}", "N");

  it("fills pages, which then are for this client and this time", async () => {
    const lines: readonly FieldLine[] = [
      ["etag", '"a"'],
      ["last-modified", "x"],
      ["accept-ranges", "bytes"],
      ["cache-control", "public, max-age=60"],
      ["vary", "Accept"],
    ];
    const { fields, body, response } = await ask(filling, () => page(text, ...lines));
    deepStrictEqual(
      [fields, body],
      [
        {
          "content-type": html[1],
          vary: "Accept",
          "cache-control": "private, max-age=60",
          "content-security-policy": policy,
        },
        filled,
      ],
    );
    strictEqual(response.content.length, Buffer.byteLength(text) + 2 * (24 - "{nonce}".length));
  });
  it("leaves what has no placeholder as it is", async () => {
    const { fields, response } = await ask(filling, () => page("<p>", ["etag", '"a"']));
    deepStrictEqual([fields.etag, fields["content-security-policy"]], ['"a"', "script-src 'self'"]);
    ok(response.kept !== undefined);
  });

  const untouched: readonly (readonly [string, HttpResponse])[] = [
    ["other types", HttpResponse.text(200, text)],
    ["compressed pages", page(text, ["content-encoding", "gzip"])],
    [
      "parts of pages",
      new HttpResponse({ status: 206, fields: Fields.of(html), content: textContent(text) }),
    ],
  ];
  for (const [what, response] of untouched) {
    it(`leaves ${what} alone`, async () => {
      const { fields, body } = await ask(filling, () => response);
      deepStrictEqual([body, fields["content-security-policy"]], [text, "script-src 'self'"]);
    });
  }

  it("fills a page wherever it is cut, and holds nothing back", async () => {
    for (let size = 1; size < 12; size += 1) {
      const octets = Buffer.from(`${text}{nonc`);
      const chunks = Array.from({ length: Math.ceil(octets.length / size) }, (_, i) =>
        octets.subarray(i * size, (i + 1) * size),
      );
      const content = chunkedContent(chunks, { length: octets.length, trailers: Fields.of(["x", "y"]) });
      const { body, response } = await ask(filling, () => page("").with({ content }));
      strictEqual(body, `${filled}{nonc`);
      strictEqual(response.content.length, undefined);
      ok(response.content.type === "pulled");
      deepStrictEqual(response.content.trailers.toJSON(), [["x", "y"]]);
    }
  });
  it("copies what it holds back, and waits where its source waits", async () => {
    const borrowed = Buffer.from("ab{no");
    const source = chunkedContent([]);
    let step = 0;
    const content = {
      ...source,
      cancelled: false,
      read: () => {
        step += 1;
        if (step === 1) {
          return borrowed;
        }
        borrowed.fill(0);
        return step === 2 ? ("pending" as const) : step === 3 ? Buffer.from("nce}") : ("end" as const);
      },
      cancel() {
        content.cancelled = true;
      },
    };
    const response = await filterOf(security(filling))(() => page("").with({ content }))(
      HttpRequest.make("/"),
      testExchange(),
    );
    ok(response.content.type === "pulled");
    strictEqual(Buffer.from(response.content.read()).toString(), "ab");
    strictEqual(response.content.read(), "pending");
    match(Buffer.from(response.content.read()).toString(), /^[A-Za-z0-9+/]{22}==$/);
    response.content.cancel(new Error("enough"));
    deepStrictEqual([response.content.read(), content.cancelled], ["end", true]);
  });

  const asking: readonly (readonly [string, Readonly<Record<string, string>>, boolean])[] = [
    ["a browser that opens a page", { "sec-fetch-dest": "document", accept: "text/html" }, true],
    ["a frame", { "sec-fetch-dest": "iframe", accept: "text/html" }, true],
    ["a script", { "sec-fetch-dest": "script", accept: "*/*" }, false],
    ["an old browser that opens a page", { accept: "text/html,*/*;q=0.8" }, true],
    ["an old browser's image", { accept: "image/webp" }, false],
    ["a tool", {}, true],
  ];
  const conditions = {
    "accept-encoding": "gzip",
    range: "bytes=0-1",
    "if-range": '"a"',
    "if-none-match": '"a"',
    "if-modified-since": "x",
  };
  for (const [who, said, isWhole] of asking) {
    it(`${who} is answered ${isWhole ? "whole" : "as it asks"}`, async () => {
      let seen: Fields = Fields.empty;
      await ask(
        filling,
        ({ fields }) => {
          seen = fields;
          return page("");
        },
        { ...said, ...conditions },
      );
      deepStrictEqual(Object.fromEntries(seen), isWhole ? said : { ...said, ...conditions });
    });
  }

  it("content that is used again is filled anew", async () => {
    const content = bytesContent(Buffer.from(text));
    const original = page("").with({ content });
    const [one, two] = await Promise.all([1, 2].map(() => ask(filling, () => original)));
    deepStrictEqual([one?.body, two?.body], [filled, filled]);
  });
});
