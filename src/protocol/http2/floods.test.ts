import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { FloodGauge } from "./floods.ts";
import { defaultHttp2Limits } from "./limits.ts";

const limits = { ...defaultHttp2Limits, floodTime: 100, resets: 2, windowUpdates: 8, pingFrames: 2 };

describe("FloodGauge (RFC 9113 §10.5)", () => {
  it("names the limit once it is passed", () => {
    const gauge = new FloodGauge(limits, 0);
    deepStrictEqual(
      [0, 50, 99].map((now) => gauge.count("resets", now)),
      [undefined, undefined, 2],
    );
  });

  it("begins anew after its time", () => {
    const gauge = new FloodGauge(limits, 0);
    deepStrictEqual(
      [0, 50, 100, 101, 102].map((now) => gauge.count("resets", now)),
      [undefined, undefined, undefined, undefined, 2],
    );
  });

  it("counts each kind by itself", () => {
    const gauge = new FloodGauge(limits, 0);
    gauge.count("resets", 0);
    gauge.count("resets", 0);
    strictEqual(gauge.count("pingFrames", 0), undefined);
  });

  it("takes one off for each stream that completes, and none below nothing", () => {
    const gauge = new FloodGauge(limits, 0);
    gauge.count("resets", 0);
    gauge.completed();
    gauge.completed();
    gauge.count("resets", 0);
    gauge.count("resets", 0);
    strictEqual(gauge.count("resets", 0), 2);
  });

  it("lets updates and probes follow content", () => {
    const gauge = new FloodGauge(limits, 0);
    gauge.count("pingFrames", 0);
    gauge.moved();
    gauge.moved();
    const updates = Array.from({ length: 17 }, () => gauge.count("windowUpdates", 0));
    deepStrictEqual(
      updates.findIndex((limit) => limit !== undefined),
      16,
    );
    deepStrictEqual(
      [1, 2, 3, 4].map(() => gauge.count("pingFrames", 0)),
      [undefined, undefined, undefined, 2],
    );
  });
});
