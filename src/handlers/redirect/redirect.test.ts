import { deepStrictEqual, match, notStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { faultsOf, handlerOf, testExchange } from "../../../test/support/exchange.ts";
import { answered } from "../../../test/support/files.ts";
import { HttpError, HttpRequest } from "../../message/index.ts";
import { type RedirectOptions, redirect, redirectKind } from "./index.ts";

describe("redirect", () => {
  it("answers with Location and a note that links there", async () => {
    const handler = handlerOf(redirect(302, "https://example.com{path}{query}"));
    deepStrictEqual(await answered(await handler(HttpRequest.make("/a'?b&c=<d>"), testExchange())), {
      status: 302,
      fields: {
        location: "https://example.com/a'?b&c=%3Cd%3E",
        "content-type": "text/html; charset=utf-8",
        "x-content-type-options": "nosniff",
      },
      body: `<!doctype html>
<title>Moved</title>
<p>This is now at <a href="https://example.com/a&#39;?b&#38;c=%3Cd%3E">https://example.com/a&#39;?b&#38;c=%3Cd%3E</a>.</p>
`,
    });
  });

  it("is for good where no status is given", () => {
    deepStrictEqual(redirect("/new"), { role: "handler", kind: "redirect", options: { target: "/new" } });
    const response = handlerOf(redirect("/new"))(HttpRequest.make("/"), testExchange());
    ok(!(response instanceof Promise));
    strictEqual(response.status, 308);
  });

  it("is made once where nothing of the request is in it", () => {
    const handler = handlerOf(redirect(301, "/new"));
    const first = handler(HttpRequest.make("/a?b"), testExchange());
    ok(!(first instanceof Promise) && first.kept !== undefined);
    strictEqual(handler(HttpRequest.make("/c"), testExchange()), first);
    const other = handlerOf(redirect(301, "{path}x"));
    notStrictEqual(
      other(HttpRequest.make("/a"), testExchange()),
      other(HttpRequest.make("/a"), testExchange()),
    );
  });

  it("fills in what the route captured", () => {
    const handler = handlerOf(redirect(308, "/u/{id}/{*}"));
    const response = handler(HttpRequest.make("/x"), testExchange({ parameters: { id: "7", "*": "a/b" } }));
    ok(!(response instanceof Promise));
    strictEqual(response.fields.get("location"), "/u/7/a/b");
  });

  it("asks for parameters only where it uses them", () => {
    const exchange = testExchange();
    Object.defineProperty(exchange, "parameters", { get: () => strictEqual("asked", "not asked") });
    handlerOf(redirect("{path}"))(HttpRequest.make("/a"), exchange);
  });

  it("is 400 to a request without the host it needs", () =>
    rejects(
      async () =>
        handlerOf(redirect("https://{host}{path}"))(
          HttpRequest.make("//evil.test/", { authority: "", host: { host: "", port: undefined } }),
          testExchange(),
        ),
      (error) => error instanceof HttpError && error.fault.status === 400,
    ));

  const destinations: readonly (readonly [RedirectOptions, string | undefined])[] = [
    [{ target: "/b{query}" }, "/b?q"],
    [{ target: "{scheme}://{host}{path}" }, "http://localhost/a"],
    [{ target: "/{id}" }, undefined],
    [{ target: "/x/{*}" }, undefined],
  ];
  for (const [options, wanted] of destinations) {
    it(`${options.target} leads to ${wanted}`, () =>
      strictEqual(redirectKind.destination?.(options, "/")(HttpRequest.make("/a?q")), wanted));
  }

  const refused: readonly (readonly [object, RegExp])[] = [
    [{}, /target/],
    [{ target: "new" }, /target: needs a path such as/],
    [{ target: "/a", status: 300 }, /status/],
    [{ target: "/a", status: 304 }, /status/],
    [{ target: "/a", to: "/b" }, /"to"/],
    [{ target: "/{pa th}" }, /a name in/],
  ];
  for (const [options, message] of refused) {
    it(`refuses ${JSON.stringify(options)}`, () =>
      match(faultsOf({ role: "handler", kind: "redirect", options }).join("\n"), message));
  }
});
