/** A client that waits for 100 (Continue) is not late: it waits for us (RFC 9110 §10.1.1). */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { Fields } from "../../src/message/index.ts";
import { defaultHttp1Limits, Http1Server } from "../../src/protocol/http1/index.ts";

describe("waiting for 100 (Continue)", () => {
  it("counts the time between arrivals of content from the 100 on", () => {
    const events: string[] = [];
    const machine = new Http1Server(
      {
        request: () => void events.push("request"),
        content: () => void events.push("content"),
        complete: () => void events.push("complete"),
        writable: () => void events.push("writable"),
        fault: (_, { fault }) => void events.push(`fault ${fault.status}`),
      },
      { limits: { ...defaultHttp1Limits, contentProgress: 100 }, dateline: { second: 0, text: "" } },
      0,
    );
    const head = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
    machine.receive(Buffer.from(head), 1);
    strictEqual(machine.deadline, undefined);
    machine.expire(5_000);
    machine.inform(1, 100, Fields.empty, 5_000);
    strictEqual(machine.deadline, 5_100);
    machine.receive(Buffer.from("a"), 5_050);
    strictEqual(machine.deadline, 5_150);
    machine.expire(5_150);
    deepStrictEqual(events, ["request", "content", "fault 408"]);
  });
});
