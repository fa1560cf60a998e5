/** While a client takes nothing we read nothing: what it sent meanwhile is not late; and its blocks are given up with it. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import {
  data,
  get,
  post,
  preface,
  settings,
  settingsAck,
  windowUpdate,
} from "../../test/support/http2-frames.ts";
import { blockOctets, giveBlock, takeBlock } from "../bytes/index.ts";
import { bytesContent, Fields, HttpResponse, type Millis } from "../message/index.ts";
import { defaultHttp1Limits } from "../protocol/http1/index.ts";
import { defaultHttp2Limits } from "../protocol/http2/index.ts";
import { type Channel, CurrentDate, Deadlines } from "../transport/index.ts";
import { Http2Session } from "./http2-session.ts";
import { Service } from "./service.ts";

const big = new HttpResponse({
  status: 200,
  fields: Fields.empty,
  content: bytesContent(Buffer.alloc(1 << 20)),
});

/** A channel that takes octets and never says that they left. */
class Stuck implements Channel {
  readonly remote = { address: "192.0.2.1", port: 1, family: "ipv4" } as const;
  readonly local = this.remote;
  readonly tls: undefined = undefined;
  stuck = false;
  waiting = 1;
  destroyed = false;
  attach(): void {}
  write(): boolean {
    return !this.stuck;
  }
  pause(): void {}
  resume(): void {}
  end(): void {}
  destroy(): void {
    this.destroyed = true;
  }
}

function session(channel: Channel, clock: { at: Millis }): Http2Session {
  const now = { now: () => clock.at, wall: () => 0 };
  const date = new CurrentDate(now);
  const silent = { info: () => {}, warn: () => {}, error: () => {} };
  const service = new Service({
    clock: now,
    date,
    deadlines: new Deadlines(now),
    http1: { limits: defaultHttp1Limits, dateline: date },
    http2: { limits: defaultHttp2Limits, dateline: date },
    timeouts: { writeStall: 600_000, linger: 1_000 },
    respond: ({ method }) => (method === "GET" ? big : new Promise<HttpResponse>(() => {})),
    reporter: silent,
  });
  const served = new Http2Session(channel, service);
  served.receive(Buffer.concat([preface, settings([4, 1 << 30]), settingsAck, windowUpdate(0, 1 << 30)]));
  return served;
}

describe("a client that takes nothing", () => {
  it("is not late with what we do not read", () => {
    const clock = { at: 1 };
    const channel = new Stuck();
    const served = session(channel, clock);
    served.receive(post(1));
    channel.stuck = true;
    served.receive(get(3));
    strictEqual(served.deadline, 600_001);
    clock.at = 500_000;
    served.expire(clock.at);
    channel.stuck = false;
    served.flushed();
    served.receive(data(1, "x"));
    // Looked at anew when the old one comes up.
    served.expire(clock.at);
    deepStrictEqual(
      [served.deadline, channel.destroyed],
      [500_000 + defaultHttp2Limits.contentProgress, false],
    );
    served.closed(undefined);
  });

  it("leaves no block lent when it is gone", () => {
    for (let clients = 0; clients < 600; clients += 1) {
      const channel = new Stuck();
      const served = session(channel, { at: 1 });
      channel.stuck = true;
      served.receive(get(1));
      served.closed(undefined);
    }
    const block = takeBlock();
    strictEqual(block.length, blockOctets);
    giveBlock(block);
  });
});
