/** Pulled content is not asked for before a window lets it through: many streams would hold a piece each. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import { Fields, HttpResponse, type PulledContent } from "../../src/message/index.ts";
import { connected, type Http2Drive, testDate } from "../support/http2-drive.ts";
import { get, rstStream, settings, windowUpdate } from "../support/http2-frames.ts";

const content: PulledContent = {
  type: "pulled",
  length: 4,
  onReadable: undefined,
  trailers: Fields.empty,
  read: () => "end",
  cancel: () => undefined,
};
const respond = (): HttpResponse => new HttpResponse({ status: 200, fields: Fields.empty, content });
const head = `HEADERS 1 :status=200 content-length=4 date=${testDate.text}`;

function asked(initialWindow: number, ...pieces: readonly ("pending" | Uint8Array | Fields)[]): Http2Drive {
  const drive = connected({ respond, limits: { windowStall: 50 } }, [4, initialWindow]);
  drive.sources.set(1, [...pieces]);
  return drive.receive(get(1));
}

const four = Buffer.from("four");

describe("content behind a closed window", () => {
  it("is asked for when the stream's opens", () => {
    const drive = asked(0, four, Fields.empty);
    deepStrictEqual([drive.takeFrames(), drive.sources.get(1)?.length], [[head], 2]);
    drive.receive(windowUpdate(1, 9));
    deepStrictEqual(drive.takeFrames(), ['DATA 1 END "four"']);
  });

  it("is asked for when the first window of all does", () => {
    const drive = asked(0, four, Fields.empty);
    drive.receive(settings([4, 9]));
    deepStrictEqual(drive.takeFrames(), [head, "SETTINGS ACK", 'DATA 1 END "four"']);
  });

  it("that shuts between two pieces waits with the second in its source", () => {
    const drive = asked(2, Buffer.from("fo"), Buffer.from("ur"), Fields.empty);
    deepStrictEqual([drive.takeFrames(), drive.sources.get(1)?.length], [[head, 'DATA 1 "fo"'], 2]);
    drive.receive(windowUpdate(1, 9));
    deepStrictEqual(drive.takeFrames(), ['DATA 1 END "ur"']);
  });

  it("is waited for no longer than windowStall", () => {
    const drive = asked(0, four, Fields.empty).pass(50);
    strictEqual(drive.details[0], "the window of stream 1 stayed closed for 50 ms (limit windowStall)");
  });

  it("has all its time while the source has nothing", () => {
    const drive = asked(9, "pending", four, Fields.empty);
    drive.receive(windowUpdate(1, 1)).pass(500);
    strictEqual(drive.fate, "open");
    drive.machine.ready(1);
    drive.drain();
    deepStrictEqual(drive.takeFrames(), [head, 'DATA 1 END "four"']);
  });

  it("lets go of a stream that is reset", () => {
    const drive = asked(0, four).receive(rstStream(1)).pass(500);
    deepStrictEqual([drive.fate, drive.machine.idle, drive.sources.get(1)?.length], ["open", true, 1]);
  });
});
