/** Promises of the HTTP/2 server machine (RFC 9113 §8.4). */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import { bytesContent, Fields, HttpResponse } from "../../src/message/index.ts";
import { connected, type Http2Drive, testDate } from "../support/http2-drive.ts";
import { data, endHeaders, get, goaway, headers, rstStream, windowUpdate } from "../support/http2-frames.ts";

const date = `date=${testDate.text}`;
const answer = (stream: number): string => `HEADERS ${stream} END :status=204 ${date}`;

function big(octets: number): HttpResponse {
  return new HttpResponse({
    status: 200,
    fields: Fields.empty,
    content: bytesContent(Buffer.alloc(octets, "x")),
  });
}

describe("HTTP/2 server push (RFC 9113 §8.4)", () => {
  const pushed = { target: "/s.css?v=1", fields: Fields.of(["accept", "text/css"]) };
  const push = (drive: Http2Drive, parent = 1): number | undefined =>
    drive.machine.push(parent, pushed.target, pushed.fields, drive.now)?.stream;

  it("promises, then answers like a request", () => {
    const drive = connected({ answering: "never" });
    drive.receive(get(1));
    const { stream, head } = drive.machine.push(1, pushed.target, pushed.fields, drive.now) ?? {};
    deepStrictEqual([stream, head?.target], [2, { form: "origin", path: "/s.css", query: "v=1" }]);
    drive.respond(1, HttpResponse.empty(204)).respond(2, big(5)).drain();
    deepStrictEqual(drive.takeFrames(), [
      "PUSH_PROMISE 1 2 :method=GET :scheme=http :authority=a :path=/s.css?v=1 accept=text/css",
      answer(1),
      `HEADERS 2 :status=200 content-length=5 ${date}`,
      'DATA 2 END "xxxxx"',
    ]);
    strictEqual(drive.machine.idle, true);
  });

  const rows: readonly (readonly [
    name: string,
    pairs: readonly (readonly [number, number])[],
    input: Buffer,
  ])[] = [
    ["the client does not want it", [[2, 0]], get(1)],
    ["the client allows no pushed streams", [[3, 0]], get(1)],
    ["the client goes away", [], Buffer.concat([get(1), goaway(0)])],
    ["the stream is over", [], Buffer.concat([get(1), rstStream(1)])],
    [
      "the stream is a tunnel",
      [],
      headers(
        1,
        [
          [":method", "CONNECT"],
          [":authority", "b:1"],
        ],
        endHeaders,
      ),
    ],
  ];
  for (const [name, pairs, input] of rows) {
    it(`not where ${name}`, () => {
      const drive = connected({ answering: "never" }, ...pairs);
      drive.receive(input);
      strictEqual(push(drive), undefined);
    });
  }

  it("not beyond the limits, nor from a pushed stream", () => {
    const drive = connected({ answering: "never", limits: { pushes: 2 } });
    drive.receive(get(1));
    deepStrictEqual([push(drive), push(drive), push(drive)], [2, 4, undefined]);
    drive.respond(2, HttpResponse.empty(204));
    deepStrictEqual([push(drive, 4), push(drive)], [undefined, 6]);
  });

  it("the client may refuse a promise, and must send nothing on it", () => {
    const drive = connected({ answering: "never" });
    drive.receive(get(1));
    push(drive);
    push(drive);
    drive.events.length = 0;
    // The driver learns of pushed streams from `push`, and would list them then.
    drive.request(2, drive.heads.get(1) as never);
    drive.request(4, drive.heads.get(1) as never);
    drive.events.length = 0;
    drive.receive(rstStream(2), windowUpdate(4, 1), data(4, "hi"));
    deepStrictEqual(drive.events.slice(0, 2), [
      "cancelled 2 CANCEL RFC 9113 §6.4",
      "fault PROTOCOL_ERROR RFC 9113 §5.1",
    ]);
  });
});
