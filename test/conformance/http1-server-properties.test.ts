/** What must hold of the HTTP/1 server machine for any input, not only for the rows we thought of. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { nearHttp, writtenRequest } from "../support/http1-arbitrary.ts";
import { cutAt } from "../support/http1-arrivals.ts";
import { driveServer, type ServerDriveOptions } from "../support/http1-drive.ts";

const places = fc.array(fc.nat({ max: 100_000 }), { maxLength: 12 });
const answering = fc.constantFrom<"at once" | "later">("at once", "later");
const small = {
  content: 1_000,
  requestLine: 200,
  fieldLine: 200,
  fieldSection: 600,
  pipelined: 3,
  unreadContent: 64,
};

describe("HTTP/1 server, for any input", () => {
  it("legal requests mean the same however they are cut", () => {
    fc.assert(
      fc.property(
        fc.array(writtenRequest, { minLength: 1, maxLength: 5 }),
        places,
        answering,
        (written, at, when) => {
          const input = written.map(({ text }) => text).join("");
          const run = driveServer(cutAt(input, at), false, { answering: when });
          deepStrictEqual(
            run.events,
            written.flatMap(({ events }) => events),
          );
          strictEqual(run.output.match(/^HTTP\/1\.1 204 /gm)?.length, written.length);
          strictEqual(run.fate, "open");
        },
      ),
      { numRuns: 400 },
    );
  });

  it("any octets mean the same however they are cut", () => {
    fc.assert(
      fc.property(nearHttp, places, answering, fc.boolean(), (input, at, when, end) => {
        const options: ServerDriveOptions = { limits: small, answering: when };
        const whole = driveServer([input], end, options);
        const cut = driveServer(cutAt(input, at), end, options);
        deepStrictEqual(cut.events, whole.events);
        strictEqual(cut.output, whole.output);
        strictEqual(cut.fate, whole.fate);
      }),
      { numRuns: 3_000 },
    );
  });

  it("any octets and then a long run of one lead to an end, not to a growing buffer", () => {
    const filler = fc.constantFrom("a", " ", "0", "\r\n", ":", "x: y\r\n", ";", "\t");
    fc.assert(
      fc.property(nearHttp, filler, (input, unit) => {
        const run = driveServer([input, ...Array.from({ length: 40 }, () => unit.repeat(100))], false, {
          limits: small,
        });
        const ended = run.fate === "end" || run.events.at(-1)?.type === "fault";
        ok(ended, `still ${run.fate} after ${run.events.length} events`);
      }),
      { numRuns: 1_000 },
    );
  });

  it("pure noise never throws", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), places, (octets, at) => {
        const input = Buffer.from(octets).toString("latin1");
        const run = driveServer(cutAt(input, at), true, { limits: small });
        ok(run.fate === "end");
      }),
      { numRuns: 1_000 },
    );
  });
});
