import { deepStrictEqual } from "node:assert/strict";
import type { Socket } from "node:net";
import { describe, it } from "node:test";
import { writeDirectly, writingHandle } from "./direct-write.ts";

/** As Node's: below 0 until the system has it, and again once it is completed. */
class Request {
  id = -1;
  oncomplete: ((status: number) => void) | undefined;
  held: Uint8Array | undefined;
  getAsyncId(): number {
    return this.id;
  }
}

interface FakeHandle {
  writeQueueSize: number;
  readonly used: Request[];
  writeBuffer(request: Request, bytes: Uint8Array): number;
}

/** A handle whose writes become as `takes` says; the class of its requests is learnt from a first write. */
function handleOf(takes: (request: Request, handle: FakeHandle) => number): FakeHandle {
  const handle: FakeHandle = {
    writeQueueSize: 0,
    used: [],
    writeBuffer: (request) => {
      handle.used.push(request);
      return takes(request, handle);
    },
  };
  return handle;
}

describe("writeDirectly", () => {
  const bytes = Buffer.from("some");
  const told: number[] = [];
  const writer = { wrote: (status: number) => void told.push(status) };
  const learning = handleOf(() => 0);
  const socketOf = (handle: FakeHandle): Socket => Object.assign(Object.create(null), { _handle: handle });
  writingHandle(socketOf(learning));
  learning.writeBuffer(new Request(), bytes);

  const rows = [
    // what the system does                              id   queue  status  left    same request again
    ["takes all at once: the request is used again", -1, 0, 0, true, true],
    ["takes a part: the rest is waited for", 7, 3, 0, false, false],
    [
      "takes the rest before we look: the request is not used again before it is completed",
      8,
      0,
      0,
      false,
      false,
    ],
    ["refuses: nothing will leave", -1, 0, -32, -32, true],
  ] as const;
  for (const [rule, id, queue, status, expected, again] of rows) {
    it(rule, () => {
      const handle = handleOf((request, self) => {
        request.id = id;
        self.writeQueueSize = queue;
        return status;
      });
      const usable = writingHandle(socketOf(handle));
      const results = usable === undefined ? [] : [writeDirectly(usable, bytes, writer)];
      const [first] = handle.used;
      const completed = first?.oncomplete;
      told.length = 0;
      completed?.(0);
      const next = handleOf(() => 0);
      const other = writingHandle(socketOf(next));
      if (other !== undefined) {
        writeDirectly(other, bytes, writer);
      }
      deepStrictEqual(
        { results, told: [...told], again: next.used[0] === first },
        { results: [expected], told: expected === false ? [0] : [], again },
      );
    });
  }
});
