import { deepStrictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import { Http1Server } from "./index.ts";
import { defaultHttp1Limits } from "./limits.ts";

const { contentProgress } = defaultHttp1Limits;

describe("unhold", () => {
  const rows: readonly (readonly [string, string, number | undefined])[] = [
    [
      "content that is under way has its whole time again",
      "Content-Length: 5\r\n\r\nhel",
      50 + contentProgress,
    ],
    ["nothing is waited for once the request is whole", "Content-Length: 5\r\n\r\nhello", undefined],
    ["a head that is under way gains nothing", "Content-Le", defaultHttp1Limits.fieldSectionTime],
  ];
  for (const [rule, rest, deadline] of rows) {
    it(rule, () => {
      const sink = { request() {}, content() {}, complete() {}, writable() {}, fault() {} };
      const dateline = { text: "", second: 0 };
      const machine = new Http1Server(sink, { limits: defaultHttp1Limits, dateline }, 0);
      machine.receive(Buffer.from(`PUT / HTTP/1.1\r\nHost: a\r\n${rest}`), 0);
      machine.unhold(50);
      deepStrictEqual(machine.deadline, deadline);
    });
  }
});
