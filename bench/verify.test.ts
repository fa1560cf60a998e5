import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { describe, it } from "node:test";
import { complaint, readAnswers } from "./verify.ts";

const answer = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nX-A: b\r\n\r\nabc";

describe("readAnswers", () => {
  it("reads answers that follow each other", () => {
    const answers = readAnswers(Buffer.from(answer + answer), 2);
    const one = {
      status: 200,
      fields: new Map([
        ["content-length", "3"],
        ["x-a", "b"],
      ]),
      content: Buffer.from("abc"),
      length: answer.length,
    };
    deepStrictEqual(answers, [one, one]);
  });

  it("knows a 304 to have no content", () => {
    const text = 'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n';
    deepStrictEqual(readAnswers(Buffer.from(text), 1), [
      { status: 304, fields: new Map([["etag", '"x"']]), content: Buffer.alloc(0), length: text.length },
    ]);
  });

  it("says how many octets it needs", () => {
    strictEqual(readAnswers(Buffer.from(answer.slice(0, -1)), 1), answer.length);
    strictEqual(readAnswers(Buffer.from("HTTP/1.1 200"), 1), "HTTP/1.1 200".length + 1);
  });

  it("refuses an answer whose end it could not find", () => {
    throws(() => readAnswers(Buffer.from("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), 1), {
      message: "unreadable answer: HTTP/1.1 200 OK, Content-Length undefined",
    });
  });
});

describe("complaint", () => {
  const good = { status: 200, fields: new Map([["x-a", "b"]]), content: Buffer.from("abc"), length: 40 };
  const expected = { status: 200, content: Buffer.from("abc"), fields: { "x-a": "b" } };
  const rows = [
    ["nothing about the expected answer", {}, undefined],
    ["a different status", { status: 500 }, "answers 500, expected 200"],
    ["different content", { content: Buffer.from("abd") }, "content of 3 octets is not the file's 3"],
    ["a missing field", { fields: new Map<string, string>() }, "field x-a is undefined, expected b"],
  ] as const;

  for (const [rule, change, words] of rows) {
    it(rule, () => strictEqual(complaint({ ...good, ...change }, expected), words));
  }
});
