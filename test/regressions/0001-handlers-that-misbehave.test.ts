/**
 * What a handler throws or answers costs its own exchange only. These took down the process, hung
 * the connection, or left octets that a client reads as something else (RFC 9112 §6.3, §11.1).
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { type Content, Fields, type Handler, HttpError, HttpResponse, textContent } from "../../src/index.ts";
import { brief } from "../support/responses.ts";
import { requestText, serve } from "../support/running.ts";
import { eventually } from "../support/waiting.ts";

const answer =
  (content: unknown, status: unknown = 200, ...lines: [string, string][]) =>
  (): HttpResponse =>
    new HttpResponse({ status: status as number, fields: Fields.of(...lines), content: content as Content });

const pulled = (read: () => unknown, change: object = {}): object => ({
  type: "pulled",
  length: undefined,
  onReadable: undefined,
  trailers: Fields.empty,
  read,
  cancel: () => undefined,
  ...change,
});

const fails = (thrown: unknown) => (): never => {
  throw thrown;
};

const badFault = new HttpError(
  { status: 99_999, scope: "message", source: "RFC 9110 §15" },
  "sluice",
  "no status",
);

const answers: readonly (readonly [string, () => unknown])[] = [
  ["nothing", () => undefined],
  ["null", () => null],
  ["nothing, later", () => Promise.resolve(undefined)],
  ["an object that is no response", () => ({ status: 200 })],
  ["a response of the Fetch API", () => new Response("x")],
  ["a response without content", answer(null)],
  ["undefined thrown", fails(undefined)],
  ["an object without a prototype thrown", fails(Object.create(null))],
  ["an object without a prototype rejected", () => Promise.reject(Object.create(null))],
  ["an error whose message is no text", fails(Object.assign(new Error(), { message: Symbol("odd") }))],
  ["a fault with a status that is none", fails(badFault)],
  ["status 99", answer(textContent("x"), 99)],
  ["status 100", answer(textContent("x"), 100)],
  ["status 101 without a tunnel", answer(textContent("x"), 101)],
  ["status 103", answer(textContent("x"), 103)],
  ["status 600", answer(textContent("x"), 600)],
  ["status 200.5", answer(textContent("x"), 200.5)],
  ["a status that is no number", answer(textContent("x"), "200 OK\r\nX: 1")],
  ["a line break in a value", answer(textContent("x"), 200, ["a", "b\r\nc: d"])],
  ["a line break in a value of a response without content", answer(textContent(""), 204, ["a", "b\r\nc"])],
  ["Content-Length in capitals", answer(textContent("0123"), 200, ["Content-Length", "2"])],
  ["bytes of another length than they say", answer({ type: "bytes", bytes: Buffer.from("0123"), length: 2 })],
  ["a length that is no number", answer(pulled(() => "end", { length: Number.NaN }))],
  ["a negative length", answer(pulled(() => "end", { length: -1 }))],
];

const contents: readonly (readonly [string, () => object, string])[] = [
  ["undefined thrown", () => pulled(fails(undefined)), "200  (cut)"],
  ["undefined answered", () => pulled(() => undefined), "200  (cut)"],
  ["text answered", () => pulled(() => "octets"), "200  (cut)"],
  ["empty pieces for ever", () => pulled(() => new Uint8Array(0)), "200  (cut)"],
  [
    "a cancel that throws",
    () => pulled(fails(new Error("read")), { cancel: fails(new Error("x")) }),
    "200  (cut)",
  ],
  ["told readable within the read", () => pending((content) => content.onReadable?.()), "200 late"],
  [
    "told readable by what was set before the read",
    () => pending(({ onReadable }) => setImmediate(() => onReadable?.())),
    "200 late",
  ],
  [
    "told readable three times",
    () =>
      pending((content) =>
        setImmediate(() => {
          content.onReadable?.();
          content.onReadable?.();
          content.onReadable?.();
        }),
      ),
    "200 late",
  ],
];

/** Content that is pending once, and then whole. */
function pending(wake: (content: { readonly onReadable?: () => void }) => void): object {
  const pieces: unknown[] = ["pending", Buffer.from("late"), "end"];
  const content = pulled(() => {
    const piece = pieces.shift();
    if (piece === "pending") {
      wake(content);
    }
    return piece;
  });
  return content;
}

describe("handlers that misbehave", () => {
  for (const [what, handler] of answers) {
    it(`${what}: 500, and the connection goes on`, async () => {
      await using running = await serve({ "/bad": handler as Handler, "/*": answer(textContent("fine")) });
      const client = await running.client();
      client.end(requestText("GET /bad") + requestText("GET /"));
      const [bad, fine] = await client.rest();
      deepStrictEqual([bad?.status, fine && brief(fine)], [500, "200 fine"]);
    });
  }

  for (const [what, content, seen] of contents) {
    it(`content, ${what}: ${seen}`, async () => {
      await using running = await serve({ "/*": () => answer(content())() });
      const client = await running.client();
      client.end(requestText("GET /"));
      deepStrictEqual((await client.rest()).map(brief), [seen]);
      await eventually(() => running.server.connections === 0, "the connection to be gone");
    });
  }

  it("what wants to be told of content throws: 500", async () => {
    const handler: Handler = ({ content }) =>
      new Promise(() => {
        if (content.type === "pulled") {
          content.onReadable = fails(new Error("told"));
          content.read();
        }
      });
    await using running = await serve({ "/*": handler });
    const client = await running.client();
    client.send(requestText("POST /", { "Content-Length": 3 }));
    client.send("abc");
    strictEqual((await client.response()).status, 500);
  });
});
