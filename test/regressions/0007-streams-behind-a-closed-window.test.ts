/** A stream that is over is let go, though it waited for the connection's window and that stays closed. */
import { strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { it } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { bytesContent, Fields, HttpResponse } from "../../src/message/index.ts";
import { connected } from "../support/http2-drive.ts";
import { get, rstStream } from "../support/http2-frames.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

it("streams that are reset behind a closed window hold nothing", async () => {
  const held: WeakRef<Buffer>[] = [];
  const respond = (): HttpResponse => {
    const bytes = Buffer.alloc(70_000);
    held.push(new WeakRef(bytes));
    return new HttpResponse({ status: 200, fields: Fields.empty, content: bytesContent(bytes) });
  };
  // The first takes the connection's whole window, and stays.
  const drive = connected({ respond }, [4, 1 << 20]);
  drive.receive(get(1));
  for (let id = 3; id < 23; id += 2) {
    drive.receive(get(id), rstStream(id));
  }
  drive.take();
  await new Promise(setImmediate);
  collect();
  strictEqual(held.filter((reference) => reference.deref() !== undefined).length, 1);
  strictEqual(drive.fate, "open");
});
